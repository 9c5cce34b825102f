//! `System.Collections.Generic.IEnumerable<T>`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.Collections.Generic.IEnumerable<T>");
