//! `System.Security.Cryptography.PaddingMode`.

use crate::library::TypeDef;
use crate::types::Known;

pub(in crate::library) const TYPE: TypeDef = TypeDef::enumeration(
    "System.Security.Cryptography.PaddingMode",
    &[("None", 1), ("PKCS7", 2), ("Zeros", 3), ("ANSIX923", 4), ("ISO10126", 5)],
)
.summary("How the last block is filled.");

pub(super) static KNOWN: Known = Known::new("System.Security.Cryptography.PaddingMode");
