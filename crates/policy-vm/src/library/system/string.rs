//! `System.String`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.String");
