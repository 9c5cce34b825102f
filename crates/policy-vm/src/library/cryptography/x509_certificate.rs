//! `System.Security.Cryptography.X509Certificates.X509Certificate`.

use std::sync::Arc;

use super::arguments::{owned, refuse};
use super::certificate::{Certificate, read};
use super::digest::Function;
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::TextBuf;

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("System.Security.Cryptography.X509Certificates.X509Certificate")
        .summary("A certificate.")
        .interfaces(&["IDisposable"])
        .members(&[
            constructor("X509Certificate(byte[] data)", new),
            constructor("X509Certificate(byte[] rawData, string password)", new),
            constructor("X509Certificate(byte[] rawData, string password, X509KeyStorageFlags keyStorageFlags)", new),
            constructor("X509Certificate(X509Certificate cert)", copy),
            property("string Issuer { get; }", |cx, args| text(cx, args, |c| c.issuer.clone())),
            property("string Subject { get; }", |cx, args| text(cx, args, |c| c.subject.clone())),
            method("void Dispose()", |_, _| Ok(Value::Null)),
            method("byte[] Export(X509ContentType contentType)", export),
            method("byte[] Export(X509ContentType contentType, string password)", export),
            method("byte[] GetCertHash()", |cx, args| data(cx, args, |c| Function::Sha1.hash(&c.der))),
            method("string GetCertHashString()", |cx, args| text(cx, args, thumbprint)),
            method("byte[] GetCertHash(HashAlgorithmName hashAlgorithm)", |cx, args| {
                let function = super::hash_algorithm_name::function(cx, args, 1)?;
                data(cx, args, |c| function.hash(&c.der))
            }),
            method("string GetCertHashString(HashAlgorithmName hashAlgorithm)", |cx, args| {
                let function = super::hash_algorithm_name::function(cx, args, 1)?;
                text(cx, args, |c| hexadecimal(&function.hash(&c.der)))
            }),
            method("string GetEffectiveDateString()", |cx, args| text(cx, args, |c| date_text(c.not_before))),
            method("string GetExpirationDateString()", |cx, args| text(cx, args, |c| date_text(c.not_after))),
            method("bool Equals(X509Certificate other)", equals_other),
            method("string GetFormat()", |cx, _| cx.string("X509")),
            method("string GetName()", |cx, args| text(cx, args, |c| c.names_in_order[0].clone())),
            method("string GetIssuerName()", |cx, args| text(cx, args, |c| c.names_in_order[1].clone())),
            method("string GetKeyAlgorithm()", |cx, args| text(cx, args, |c| c.key_algorithm.clone())),
            method("byte[] GetKeyAlgorithmParameters()", |cx, args| data(cx, args, |c| c.key_parameters.clone())),
            method("string GetKeyAlgorithmParametersString()", |cx, args| {
                text(cx, args, |c| hexadecimal(&c.key_parameters))
            }),
            method("byte[] GetPublicKey()", |cx, args| data(cx, args, |c| c.key.clone())),
            method("string GetPublicKeyString()", |cx, args| text(cx, args, |c| hexadecimal(&c.key))),
            method("byte[] GetRawCertData()", |cx, args| data(cx, args, |c| c.der.clone())),
            method("string GetRawCertDataString()", |cx, args| text(cx, args, |c| hexadecimal(&c.der))),
            method("byte[] GetSerialNumber()", |cx, args| data(cx, args, |c| c.serial.iter().rev().copied().collect())),
            method("string GetSerialNumberString()", |cx, args| text(cx, args, |c| hexadecimal(&c.serial))),
            method("string ToString()", |cx, args| text(cx, args, describe)),
            method("string ToString(bool fVerbose)", |cx, args| text(cx, args, describe)),
        ]);

static KNOWN: Known = Known::new("System.Security.Cryptography.X509Certificates.X509Certificate2");

/// A certificate; also where the older class was asked for.
#[derive(Clone, Debug)]
pub(super) struct CertificateObject(pub(super) Arc<Certificate>);

net_object! {
    CertificateObject, KNOWN,
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(TextBuf::from(describe(&self.0).as_str()))
    },
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<CertificateObject>(other).is_some_and(|other| other.0.der == self.0.der))
    },
    fn hash(&self, _: &Heap) -> Option<u64> {
        Some(self.0.serial.iter().fold(0, |n, b| n.wrapping_mul(31).wrapping_add(u64::from(*b))))
    }
}

/// The certificate in DER, PEM or PFX.
///
/// # Errors
/// `CryptographicException`.
pub(in crate::library) fn make(cx: &mut Cx<'_>, bytes: &[u8], password: &str) -> Result<Value, Throw> {
    if bytes.is_empty() {
        return Err(refuse(cx, "m_safeCertContext is an invalid handle."));
    }
    cx.charge(10_000)?;
    match read(bytes, password) {
        Some(certificate) => Ok(cx.heap.new_native(CertificateObject(certificate))?),
        None => Err(refuse(cx, "ASN1 corrupted data.")),
    }
}

pub(super) fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() && args.len() > 1 {
        return Err(cx.throw_argument(Exc::Argument, "Array may not be empty or null.", "rawData"));
    }
    let bytes = if arg(args, 0).is_null() { Vec::new() } else { owned(cx, args, 0, "data")? };
    let password = cx.string_opt(args, 1).map(|s| cx.text(s.slice(0, 1000)).to_utf8().into_owned());
    // Deriving a key from a password is work.
    cx.charge(bytes.len() + 20_000)?;
    make(cx, &bytes, &password.unwrap_or_default())
}

/// `new X509Certificate(cert)`.
pub(super) fn copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match cx.heap.native::<CertificateObject>(arg(args, 0)).cloned() {
        Some(certificate) => Ok(cx.heap.new_native(certificate)?),
        None => Err(cx.argument_null("cert")),
    }
}

/// Serial number and issuer tell certificates apart.
fn equals_other(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = this(cx, args)?;
    let other = cx.heap.native::<CertificateObject>(arg(args, 1));
    Ok(Value::Bool(other.is_some_and(|other| other.0.issuer == this.issuer && other.0.serial == this.serial)))
}

/// The receiver.
pub(super) fn this(cx: &Cx<'_>, args: &[Value]) -> Result<Arc<Certificate>, Throw> {
    let found = cx.heap.native::<CertificateObject>(arg(args, 0));
    found.map(|found| Arc::clone(&found.0)).ok_or(fault("a certificate was expected"))
}

pub(super) fn text(cx: &mut Cx<'_>, args: &[Value], get: impl Fn(&Certificate) -> String) -> Result<Value, Throw> {
    let text = get(&*this(cx, args)?);
    cx.string(&text)
}

pub(super) fn data(cx: &mut Cx<'_>, args: &[Value], get: impl Fn(&Certificate) -> Vec<u8>) -> Result<Value, Throw> {
    let data = get(&*this(cx, args)?);
    cx.charge(data.len())?;
    Ok(cx.heap.new_bytes(data)?)
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02X}");
        text
    })
}

/// `Thumbprint`: the SHA-1 of the whole.
pub(super) fn thumbprint(certificate: &Certificate) -> String {
    hexadecimal(&Function::Sha1.hash(&certificate.der))
}

fn date_text(ticks: i64) -> String {
    let p = crate::library::system::date_time::calendar::parts_of(ticks);
    format!("{:02}/{:02}/{:04} {:02}:{:02}:{:02}", p.month, p.day, p.year, p.hour, p.minute, p.second)
}

fn describe(c: &Certificate) -> String {
    let parts = [
        ("Subject", c.subject.clone()),
        ("Issuer", c.issuer.clone()),
        ("Serial Number", hexadecimal(&c.serial)),
        ("Not Before", date_text(c.not_before)),
        ("Not After", date_text(c.not_after)),
        ("Thumbprint", thumbprint(c)),
    ];
    let parts: Vec<_> = parts.iter().map(|(name, value)| format!("[{name}]\n  {value}\n")).collect();
    parts.join("\n")
}

fn export(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 1) {
        Value::Enum(_, 1) => data(cx, args, |c| c.der.clone()),
        _ => Err(refuse(cx, "Invalid content type.")),
    }
}
