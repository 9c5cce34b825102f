//! `System.IDisposable`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.IDisposable");
