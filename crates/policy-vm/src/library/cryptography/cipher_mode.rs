//! `System.Security.Cryptography.CipherMode`.

use crate::library::TypeDef;
use crate::types::Known;

pub(in crate::library) const TYPE: TypeDef = TypeDef::enumeration(
    "System.Security.Cryptography.CipherMode",
    &[("CBC", 1), ("ECB", 2), ("OFB", 3), ("CFB", 4), ("CTS", 5)],
)
.summary("How blocks depend on each other.");

pub(super) static KNOWN: Known = Known::new("System.Security.Cryptography.CipherMode");
