//! `System.Security.Cryptography.AsymmetricAlgorithm`.

use super::key_sizes;
use super::rsa_export::{self as export, Form};
use super::rsa_type::{from_xml_string, key_size, to_xml_string};
use crate::library::{TypeDef, method, property};
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.AsymmetricAlgorithm")
    .summary("A pair of keys.")
    .interfaces(&["IDisposable"])
    .members(&[
        property("string KeyExchangeAlgorithm { get; }", |cx, _| cx.string("RSA")),
        property("int KeySize { get; }", key_size),
        property("KeySizes[] LegalKeySizes { get; }", |cx, _| key_sizes::array(cx, (512, 16384, 8))),
        property("string SignatureAlgorithm { get; }", |cx, _| cx.string("RSA")),
        method("void Clear()", |_, _| Ok(Value::Null)),
        method("void Dispose()", |_, _| Ok(Value::Null)),
        method("byte[] ExportPkcs8PrivateKey()", |cx, args| export::bytes(cx, args, Form::Pkcs8)),
        method("string ExportPkcs8PrivateKeyPem()", |cx, args| export::pem(cx, args, Form::Pkcs8)),
        method("byte[] ExportSubjectPublicKeyInfo()", |cx, args| export::bytes(cx, args, Form::PublicInfo)),
        method("string ExportSubjectPublicKeyInfoPem()", |cx, args| export::pem(cx, args, Form::PublicInfo)),
        method("void FromXmlString(string xmlString)", from_xml_string),
        method("string ToXmlString(bool includePrivateParameters)", to_xml_string),
    ]);
