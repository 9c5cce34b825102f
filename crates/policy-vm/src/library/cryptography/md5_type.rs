//! `System.Security.Cryptography.MD5`.

use super::digest::Function;
use super::hash_algorithm::{create_named, hash_data, make};
use crate::library::{Constant, TypeDef, constant, method};
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.MD5")
    .base("HashAlgorithm")
    .summary("The hash function MD5.")
    .members(&[
        constant("const int HashSizeInBits", Constant::Value(Value::Int32(128))),
        constant("const int HashSizeInBytes", Constant::Value(Value::Int32(16))),
        method("static MD5 Create()", |cx, _| make(cx, Function::Md5, &KNOWN)),
        method("static MD5 Create(string algName)", create_named),
        method("static byte[] HashData(byte[] source)", |cx, args| hash_data(cx, args, Function::Md5)),
    ]);

pub(super) static KNOWN: Known = Known::new("System.Security.Cryptography.MD5");
