//! `System.Security.Cryptography.MD5`.

use super::digest::Function;
use super::hash_algorithm::{create_named, hash_data, make};
use crate::library::{TypeDef, method};
use crate::types::Known;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.MD5")
    .base("HashAlgorithm")
    .summary("The hash function MD5.")
    .members(&[
        method("static MD5 Create()", |cx, _| make(cx, Function::Md5, &KNOWN)),
        method("static MD5 Create(string algName)", create_named),
        method("static byte[] HashData(byte[] source)", |cx, args| hash_data(cx, args, Function::Md5)),
    ]);

pub(super) static KNOWN: Known = Known::new("System.Security.Cryptography.MD5");
