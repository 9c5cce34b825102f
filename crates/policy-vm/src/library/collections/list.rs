//! `System.Collections.Generic.List<T>`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Collections.Generic.List<T>");
