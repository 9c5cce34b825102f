//! `System.Text`, `System.Net` and `System.IO` readers and writers.

use crate::library::TypeDef;

/// The types of this module.
pub(super) static TYPES: &[&TypeDef] = &[];
