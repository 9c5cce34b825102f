//! `System.IFormatProvider`: everything is formatted by the invariant culture, whatever provider is given.

use crate::library::{Allow, TypeDef};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.IFormatProvider").allow(Allow::None);
