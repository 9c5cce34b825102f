//! `System.Xml` and `System.Xml.Linq`.

use crate::library::TypeDef;

/// The types of this module.
pub(super) static TYPES: &[&TypeDef] = &[];
