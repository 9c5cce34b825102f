//! `System.Security.Cryptography.HMACSHA256`.

use super::digest::Function;
use super::hmac_type::{hash_data, new};
use crate::library::{Constant, TypeDef, constant, constructor, method};
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.HMACSHA256")
    .base("HMAC")
    .summary("A keyed hash over SHA256.")
    .members(&[
        constant("const int HashSizeInBits", Constant::Value(Value::Int32(256))),
        constant("const int HashSizeInBytes", Constant::Value(Value::Int32(32))),
        constructor("HMACSHA256()", |cx, args| new(cx, args, Function::Sha256, &KNOWN)),
        constructor("HMACSHA256(byte[] key)", |cx, args| new(cx, args, Function::Sha256, &KNOWN)),
        method("static byte[] HashData(byte[] key, byte[] source)", |cx, args| hash_data(cx, args, Function::Sha256)),
    ]);

pub(super) static KNOWN: Known = Known::new("System.Security.Cryptography.HMACSHA256");
