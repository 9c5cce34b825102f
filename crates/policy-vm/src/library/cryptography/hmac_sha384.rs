//! `System.Security.Cryptography.HMACSHA384`.

use super::digest::Function;
use super::hmac_type::{hash_data, new};
use crate::library::{Constant, TypeDef, constant, constructor, method};
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.HMACSHA384")
    .base("HMAC")
    .summary("A keyed hash over SHA384.")
    .members(&[
        constant("const int HashSizeInBits", Constant::Value(Value::Int32(384))),
        constant("const int HashSizeInBytes", Constant::Value(Value::Int32(48))),
        constructor("HMACSHA384()", |cx, args| new(cx, args, Function::Sha384, &KNOWN)),
        constructor("HMACSHA384(byte[] key)", |cx, args| new(cx, args, Function::Sha384, &KNOWN)),
        method("static byte[] HashData(byte[] key, byte[] source)", |cx, args| hash_data(cx, args, Function::Sha384)),
    ]);

pub(super) static KNOWN: Known = Known::new("System.Security.Cryptography.HMACSHA384");
