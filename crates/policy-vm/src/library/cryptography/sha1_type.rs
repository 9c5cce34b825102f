//! `System.Security.Cryptography.SHA1`.

use super::digest::Function;
use super::hash_algorithm::{create_named, hash_data, make};
use crate::library::{Constant, TypeDef, constant, method};
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.SHA1")
    .base("HashAlgorithm")
    .summary("The hash function SHA1.")
    .members(&[
        constant("const int HashSizeInBits", Constant::Value(Value::Int32(160))),
        constant("const int HashSizeInBytes", Constant::Value(Value::Int32(20))),
        method("static SHA1 Create()", |cx, _| make(cx, Function::Sha1, &KNOWN)),
        method("static SHA1 Create(string hashName)", create_named),
        method("static byte[] HashData(byte[] source)", |cx, args| hash_data(cx, args, Function::Sha1)),
    ]);

pub(super) static KNOWN: Known = Known::new("System.Security.Cryptography.SHA1");
