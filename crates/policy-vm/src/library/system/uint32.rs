//! `System.UInt32`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.UInt32");
