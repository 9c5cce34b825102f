//! `System.Security.Cryptography.Aes`.

use super::cipher::Algorithm;
use super::symmetric_algorithm::{create, create_named};
use crate::library::{Allow, TypeDef, method};
use crate::types::Known;

// `Aes` itself is not in the service's list: what policies may use is declared by `SymmetricAlgorithm`.
pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.Aes")
    .base("SymmetricAlgorithm")
    .summary("The block cipher AES.")
    .allow(Allow::None)
    .members(&[
        method("static Aes Create()", |cx, _| create(cx, Algorithm::Aes)),
        method("static Aes Create(string algorithmName)", create_named),
    ]);

pub(super) static KNOWN: Known = Known::new("System.Security.Cryptography.Aes");
