//! `System.Security.Cryptography.SHA384`.

use super::digest::Function;
use super::hash_algorithm::{create_named, hash_data, make};
use crate::library::{Constant, TypeDef, constant, method};
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.SHA384")
    .base("HashAlgorithm")
    .summary("The hash function SHA384.")
    .members(&[
        constant("const int HashSizeInBits", Constant::Value(Value::Int32(384))),
        constant("const int HashSizeInBytes", Constant::Value(Value::Int32(48))),
        method("static SHA384 Create()", |cx, _| make(cx, Function::Sha384, &KNOWN)),
        method("static SHA384 Create(string hashName)", create_named),
        method("static byte[] HashData(byte[] source)", |cx, args| hash_data(cx, args, Function::Sha384)),
    ]);

pub(super) static KNOWN: Known = Known::new("System.Security.Cryptography.SHA384");
