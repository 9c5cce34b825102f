//! `System.Collections.IEnumerable`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.Collections.IEnumerable");
