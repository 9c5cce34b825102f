//! `System.Security.Cryptography` and its certificates.

use crate::library::TypeDef;

/// The types of this module.
pub(super) static TYPES: &[&TypeDef] = &[];
