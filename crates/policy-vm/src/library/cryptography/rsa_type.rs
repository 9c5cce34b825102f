//! `System.Security.Cryptography.RSA`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rsa::rand_core::{CryptoRng, Error as RandomError, RngCore};
use rsa::traits::{PrivateKeyParts, PublicKeyParts};
use rsa::{BigUint, Oaep, Pkcs1v15Encrypt, Pkcs1v15Sign, Pss, RsaPrivateKey, RsaPublicKey};

use super::arguments::{bytes, owned, refuse};
use super::digest::Function;
use super::hash_algorithm_name::function;
use super::rsa_encryption_padding::{RsaEncryptionPadding, padding as encryption_padding};
use super::rsa_export::{self as export, Form};
use super::rsa_parameters;
use super::rsa_signature_padding::{RsaSignaturePadding, padding as signature_padding};
use crate::cx::{Cx, arg, as_bool, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::host::Ambient;
use crate::library::{TypeDef, method, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.RSA")
    .base("AsymmetricAlgorithm")
    .summary("Signs and verifies, encrypts and decrypts with RSA.")
    .members(&[
        property("string KeyExchangeAlgorithm { get; }", |cx, _| cx.string("RSA")),
        property("string SignatureAlgorithm { get; }", |cx, _| cx.string("RSA")),
        method("static RSA Create()", |cx, _| make_empty(cx)),
        method("static RSA Create(int keySizeInBits)", rsa_parameters::create_sized),
        method("static RSA Create(RSAParameters parameters)", rsa_parameters::create),
        method("byte[] Decrypt(byte[] data, RSAEncryptionPadding padding)", decrypt),
        method("byte[] Encrypt(byte[] data, RSAEncryptionPadding padding)", encrypt),
        method("RSAParameters ExportParameters(bool includePrivateParameters)", rsa_parameters::export),
        method("byte[] ExportRSAPrivateKey()", |cx, args| export::bytes(cx, args, Form::Private)),
        method("string ExportRSAPrivateKeyPem()", |cx, args| export::pem(cx, args, Form::Private)),
        method("byte[] ExportRSAPublicKey()", |cx, args| export::bytes(cx, args, Form::Public)),
        method("string ExportRSAPublicKeyPem()", |cx, args| export::pem(cx, args, Form::Public)),
        method("int GetMaxOutputSize()", |cx, args| {
            let bits = key_bits(cx, args)?;
            Ok(Value::Int32(bits / 8))
        }),
        method("void ImportParameters(RSAParameters parameters)", rsa_parameters::import),
        method("byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)", sign_data),
        method(
            "byte[] SignData(byte[] data, int offset, int count, HashAlgorithmName hashAlgorithm, \
             RSASignaturePadding padding)",
            sign_part,
        ),
        method("byte[] SignHash(byte[] hash, HashAlgorithmName hashAlgorithm, RSASignaturePadding padding)", sign_hash),
        method(
            "bool VerifyData(byte[] data, byte[] signature, HashAlgorithmName hashAlgorithm, \
             RSASignaturePadding padding)",
            verify_data,
        ),
        method(
            "bool VerifyData(byte[] data, int offset, int count, byte[] signature, HashAlgorithmName hashAlgorithm, \
             RSASignaturePadding padding)",
            verify_part,
        ),
        method(
            "bool VerifyHash(byte[] hash, byte[] signature, HashAlgorithmName hashAlgorithm, \
             RSASignaturePadding padding)",
            verify_hash,
        ),
    ]);

static KNOWN: Known = Known::new("System.Security.Cryptography.RSACng");

/// Keys; a new object has none until it is given one.
#[derive(Clone, Debug, Default)]
pub(super) struct RsaObject {
    pub(super) public: Option<Arc<RsaPublicKey>>,
    pub(super) private: Option<Arc<RsaPrivateKey>>,
}

net_object!(RsaObject, KNOWN);

/// What a private operation costs in instructions: it is worth that much work.
pub(super) const PRIVATE_COST: usize = 50_000;
const PUBLIC_COST: usize = 2_000;

/// Larger keys take too long.
pub(super) const MOST_BITS: usize = 8192;

/// The host's randomness, for blinding and padding.
struct Random<'a>(&'a dyn Ambient);

impl RngCore for Random<'_> {
    fn next_u32(&mut self) -> u32 {
        let mut bytes = [0; 4];
        self.0.random(&mut bytes);
        u32::from_le_bytes(bytes)
    }
    fn next_u64(&mut self) -> u64 {
        let mut bytes = [0; 8];
        self.0.random(&mut bytes);
        u64::from_le_bytes(bytes)
    }
    fn fill_bytes(&mut self, dest: &mut [u8]) {
        self.0.random(dest);
    }
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), RandomError> {
        self.0.random(dest);
        Ok(())
    }
}

impl CryptoRng for Random<'_> {}

pub(super) fn make_empty(cx: &mut Cx<'_>) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(RsaObject::default())?)
}

fn this(cx: &Cx<'_>, args: &[Value]) -> Result<RsaObject, Throw> {
    cx.heap.native::<RsaObject>(arg(args, 0)).cloned().ok_or(fault("an RSA was expected"))
}

pub(super) fn private(cx: &mut Cx<'_>, args: &[Value]) -> Result<Arc<RsaPrivateKey>, Throw> {
    cx.charge(PRIVATE_COST)?;
    match this(cx, args)?.private {
        Some(key) => Ok(key),
        None => {
            Err(refuse(cx, "Object contains only the public half of a key pair. A private key must also be provided."))
        }
    }
}

pub(super) fn public(cx: &mut Cx<'_>, args: &[Value]) -> Result<Arc<RsaPublicKey>, Throw> {
    cx.charge(PUBLIC_COST)?;
    match this(cx, args)?.public {
        Some(key) => Ok(key),
        None => Err(refuse(cx, "The object has no key.")),
    }
}

pub(super) fn key_size(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(key_bits(cx, args)?))
}

fn key_bits(cx: &Cx<'_>, args: &[Value]) -> Result<i32, Throw> {
    Ok(this(cx, args)?.public.map_or(2048, |key| key.n().bits() as i32))
}

fn oaep(padding: RsaEncryptionPadding) -> Option<Oaep> {
    Some(match padding {
        RsaEncryptionPadding::Pkcs1 => return None,
        RsaEncryptionPadding::OaepSha1 => Oaep::new::<sha1::Sha1>(),
        RsaEncryptionPadding::OaepSha256 => Oaep::new::<sha2::Sha256>(),
        RsaEncryptionPadding::OaepSha384 => Oaep::new::<sha2::Sha384>(),
        RsaEncryptionPadding::OaepSha512 => Oaep::new::<sha2::Sha512>(),
    })
}

fn decrypt(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let data = owned(cx, args, 1, "data")?;
    let padding = encryption_padding(cx, args, 2)?;
    let key = private(cx, args)?;
    if data.len() != key.size() {
        return Err(refuse(cx, "The length of the data to decrypt is not valid for the size of this key."));
    }
    let mut random = Random(cx.ambient);
    let plain = match oaep(padding) {
        Some(oaep) => key.decrypt_blinded(&mut random, oaep, &data),
        None => key.decrypt_blinded(&mut random, Pkcs1v15Encrypt, &data),
    };
    match plain {
        Ok(plain) => Ok(cx.heap.new_bytes(plain)?),
        Err(_) => Err(refuse(cx, "Error occurred while decoding OAEP padding.")),
    }
}

fn encrypt(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let data = owned(cx, args, 1, "data")?;
    let padding = encryption_padding(cx, args, 2)?;
    let key = public(cx, args)?;
    let mut random = Random(cx.ambient);
    let sealed = match oaep(padding) {
        Some(oaep) => key.encrypt(&mut random, oaep, &data),
        None => key.encrypt(&mut random, Pkcs1v15Encrypt, &data),
    };
    match sealed {
        Ok(sealed) => Ok(cx.heap.new_bytes(sealed)?),
        Err(_) => Err(refuse(cx, "error:0200006E:rsa routines::data too large for key size")),
    }
}

/// The hash of some bytes, paid for.
fn hashed(cx: &mut Cx<'_>, args: &[Value], index: usize, function: Function) -> Result<Vec<u8>, Throw> {
    let length = bytes(cx, args, index, "data")?.len();
    cx.charge(length / 8 + 16)?;
    Ok(function.hash(bytes(cx, args, index, "data")?))
}

fn pkcs1(function: Function) -> Pkcs1v15Sign {
    Pkcs1v15Sign { hash_len: Some(function.size()), prefix: function.prefix().into() }
}

fn pss(function: Function) -> Pss {
    match function {
        Function::Md5 => Pss::new::<md5::Md5>(),
        Function::Sha1 => Pss::new::<sha1::Sha1>(),
        Function::Sha256 => Pss::new::<sha2::Sha256>(),
        Function::Sha384 => Pss::new::<sha2::Sha384>(),
        Function::Sha512 => Pss::new::<sha2::Sha512>(),
    }
}

fn sign(
    cx: &mut Cx<'_>,
    args: &[Value],
    hash: &[u8],
    function: Function,
    padding: RsaSignaturePadding,
) -> Result<Value, Throw> {
    let key = private(cx, args)?;
    if hash.len() != function.size() {
        return Err(refuse(cx, "error:1C8000A6:Provider routines::invalid digest length"));
    }
    let mut random = Random(cx.ambient);
    let signature = match padding {
        RsaSignaturePadding::Pkcs1 => key.sign_with_rng(&mut random, pkcs1(function), hash),
        RsaSignaturePadding::Pss => key.sign_with_rng(&mut random, pss(function), hash),
    };
    match signature {
        Ok(signature) => Ok(cx.heap.new_bytes(signature)?),
        Err(_) => Err(refuse(cx, "The key is too small for this signature.")),
    }
}

fn sign_data(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    bytes(cx, args, 1, "data")?;
    let function = function(cx, args, 2)?;
    let padding = signature_padding(cx, args, 3)?;
    let hash = hashed(cx, args, 1, function)?;
    sign(cx, args, &hash, function, padding)
}

/// The part of the data that offset and count tell.
fn part(cx: &mut Cx<'_>, args: &[Value]) -> Result<Vec<u8>, Throw> {
    let data = owned(cx, args, 1, "data")?;
    let (offset, count) = (usize::try_from(as_i32(args, 2)?), usize::try_from(as_i32(args, 3)?));
    let Some(rest) = offset.ok().and_then(|offset| data.get(offset..)) else {
        return Err(beyond(cx, "offset", as_i32(args, 2)?, data.len()));
    };
    match count.ok().and_then(|count| rest.get(..count)) {
        Some(part) => Ok(part.to_vec()),
        None => Err(beyond(cx, "count", as_i32(args, 3)?, rest.len())),
    }
}

fn beyond(cx: &mut Cx<'_>, name: &str, value: i32, most: usize) -> Throw {
    let bound =
        if value < 0 { "be a non-negative value".to_owned() } else { format!("be less than or equal to '{most}'") };
    let message = format!("{name} ('{value}') must {bound}. (Parameter '{name}')\nActual value was {value}.");
    cx.throw_with_parameter(Exc::ArgumentOutOfRange, message, name)
}

fn sign_part(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let part = part(cx, args)?;
    cx.charge(part.len() / 8 + 16)?;
    let function = function(cx, args, 4)?;
    let padding = signature_padding(cx, args, 5)?;
    let hash = function.hash(&part);
    sign(cx, args, &hash, function, padding)
}

fn verify_part(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let part = part(cx, args)?;
    cx.charge(part.len() / 8 + 16)?;
    let signature = owned(cx, args, 4, "signature")?;
    let function = function(cx, args, 5)?;
    let padding = signature_padding(cx, args, 6)?;
    verify(cx, args, &function.hash(&part), &signature, (function, padding))
}

fn sign_hash(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let hash = owned(cx, args, 1, "hash")?;
    let function = function(cx, args, 2)?;
    let padding = signature_padding(cx, args, 3)?;
    sign(cx, args, &hash, function, padding)
}

fn verify(
    cx: &mut Cx<'_>,
    args: &[Value],
    hash: &[u8],
    signature: &[u8],
    (function, padding): (Function, RsaSignaturePadding),
) -> Result<Value, Throw> {
    let key = public(cx, args)?;
    let verdict = match padding {
        RsaSignaturePadding::Pkcs1 => key.verify(pkcs1(function), hash, signature),
        RsaSignaturePadding::Pss => key.verify(pss(function), hash, signature),
    };
    Ok(Value::Bool(verdict.is_ok()))
}

fn verify_data(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    bytes(cx, args, 1, "data")?;
    let function = function(cx, args, 3)?;
    let padding = signature_padding(cx, args, 4)?;
    let hash = hashed(cx, args, 1, function)?;
    let signature = owned(cx, args, 2, "signature")?;
    verify(cx, args, &hash, &signature, (function, padding))
}

fn verify_hash(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let hash = owned(cx, args, 1, "hash")?;
    let function = function(cx, args, 3)?;
    let padding = signature_padding(cx, args, 4)?;
    let signature = owned(cx, args, 2, "signature")?;
    verify(cx, args, &hash, &signature, (function, padding))
}

/// The number in an element of the XML form.
fn number(xml: &str, name: &str) -> Option<BigUint> {
    let start = xml.find(&format!("<{name}>"))? + name.len() + 2;
    let end = start + xml.get(start..)?.find("</")?;
    let text: String = xml.get(start..end)?.split_whitespace().collect();
    BASE64.decode(text).ok().map(|bytes| BigUint::from_bytes_be(&bytes))
}

pub(super) fn from_xml_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let xml = cx.string_arg(args, 1, "xmlString")?;
    cx.charge(PRIVATE_COST + xml.len())?;
    let xml = cx.text(xml.slice(0, 1 << 16)).to_utf8().into_owned();
    let keys = read_xml(&xml);
    let Some(keys) = keys else {
        return Err(refuse(cx, "Input string does not contain a valid encoding of the 'RSA' 'Modulus' parameter."));
    };
    match cx.heap.native_mut::<RsaObject>(arg(args, 0)) {
        Some(this) => *this = keys,
        None => return Err(fault("an RSA was expected")),
    }
    Ok(Value::Null)
}

fn read_xml(xml: &str) -> Option<RsaObject> {
    let (n, e) = (number(xml, "Modulus")?, number(xml, "Exponent")?);
    if n.bits() > MOST_BITS {
        return None;
    }
    let public = Arc::new(RsaPublicKey::new_with_max_size(n.clone(), e.clone(), MOST_BITS).ok()?);
    let private = match (number(xml, "D"), number(xml, "P"), number(xml, "Q")) {
        (Some(d), Some(p), Some(q)) => Some(Arc::new(RsaPrivateKey::from_components(n, e, d, vec![p, q]).ok()?)),
        _ => None,
    };
    Some(RsaObject { public: Some(public), private })
}

pub(super) fn to_xml_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let key = public(cx, args)?;
    let element = |name: &str, bytes: Vec<u8>| format!("<{name}>{}</{name}>", BASE64.encode(bytes));
    let mut xml = element("Modulus", key.n().to_bytes_be()) + &element("Exponent", key.e().to_bytes_be());
    if as_bool(args, 1)? {
        let key = private(cx, args)?;
        let half = key.size().div_ceil(2);
        let padded = |number: &BigUint, size: usize| {
            let bytes = number.to_bytes_be();
            let mut all = vec![0; size.saturating_sub(bytes.len())];
            all.extend(bytes);
            all
        };
        if let [p, q] = key.primes() {
            let one = BigUint::from(1u8);
            let inverse = key.crt_coefficient().unwrap_or_default();
            xml += &element("P", padded(p, half));
            xml += &element("Q", padded(q, half));
            xml += &element("DP", padded(&(key.d() % (p - &one)), half));
            xml += &element("DQ", padded(&(key.d() % (q - &one)), half));
            xml += &element("InverseQ", padded(&inverse, half));
            xml += &element("D", padded(key.d(), key.size()));
        }
    }
    cx.string(&format!("<RSAKeyValue>{xml}</RSAKeyValue>"))
}
