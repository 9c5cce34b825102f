//! `System.Security.Cryptography.HMACSHA1`.

use super::digest::Function;
use super::hmac_type::{hash_data, new};
use crate::library::{Constant, TypeDef, constant, constructor, method};
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("System.Security.Cryptography.HMACSHA1").base("HMAC").summary("A keyed hash over SHA1.").members(&[
        constant("const int HashSizeInBits", Constant::Value(Value::Int32(160))),
        constant("const int HashSizeInBytes", Constant::Value(Value::Int32(20))),
        constructor("HMACSHA1()", |cx, args| new(cx, args, Function::Sha1, &KNOWN)),
        constructor("HMACSHA1(byte[] key)", |cx, args| new(cx, args, Function::Sha1, &KNOWN)),
        method("static byte[] HashData(byte[] key, byte[] source)", |cx, args| hash_data(cx, args, Function::Sha1)),
    ]);

pub(super) static KNOWN: Known = Known::new("System.Security.Cryptography.HMACSHA1");
