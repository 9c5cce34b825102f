//! `System.Nullable<T>`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.Nullable<T>");
