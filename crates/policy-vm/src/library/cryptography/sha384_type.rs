//! `System.Security.Cryptography.SHA384`.

use super::digest::Function;
use super::hash_algorithm::{create_named, hash_data, make};
use crate::library::{TypeDef, method};
use crate::types::Known;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.SHA384")
    .base("HashAlgorithm")
    .summary("The hash function SHA384.")
    .members(&[
        method("static SHA384 Create()", |cx, _| make(cx, Function::Sha384, &KNOWN)),
        method("static SHA384 Create(string hashName)", create_named),
        method("static byte[] HashData(byte[] source)", |cx, args| hash_data(cx, args, Function::Sha384)),
    ]);

pub(super) static KNOWN: Known = Known::new("System.Security.Cryptography.SHA384");
