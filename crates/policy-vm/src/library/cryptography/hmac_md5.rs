//! `System.Security.Cryptography.HMACMD5`.

use super::digest::Function;
use super::hmac_type::{hash_data, new};
use crate::library::{Constant, TypeDef, constant, constructor, method};
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("System.Security.Cryptography.HMACMD5").base("HMAC").summary("A keyed hash over MD5.").members(&[
        constant("const int HashSizeInBits", Constant::Value(Value::Int32(128))),
        constant("const int HashSizeInBytes", Constant::Value(Value::Int32(16))),
        constructor("HMACMD5()", |cx, args| new(cx, args, Function::Md5, &KNOWN)),
        constructor("HMACMD5(byte[] key)", |cx, args| new(cx, args, Function::Md5, &KNOWN)),
        method("static byte[] HashData(byte[] key, byte[] source)", |cx, args| hash_data(cx, args, Function::Md5)),
    ]);

pub(super) static KNOWN: Known = Known::new("System.Security.Cryptography.HMACMD5");
