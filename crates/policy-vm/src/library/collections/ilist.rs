//! `System.Collections.Generic.IList<T>`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.Collections.Generic.IList<T>");
