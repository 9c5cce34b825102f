//! `System.Security.Cryptography.X509Certificates.X509Certificate2`.

use super::oid;
use super::public_key::PublicKeyObject;
use super::rsa_type::RsaObject;
use super::x500_distinguished_name;
use super::x509_certificate::{copy, data, hexadecimal, new, text, this, thumbprint};
use crate::cx::{Cx, arg, as_bool};
use crate::exception::Throw;
use crate::host::CertificateCheck;
use crate::library::system::date_time;
use crate::library::{TypeDef, constructor, method, property};
use crate::value::{DateTimeKind, Value};

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("System.Security.Cryptography.X509Certificates.X509Certificate2")
        .base("X509Certificate")
        .summary("A certificate, perhaps with its private key.")
        .members(&[
            constructor("X509Certificate2(byte[] rawData)", new),
            constructor("X509Certificate2(byte[] rawData, string password)", new),
            constructor("X509Certificate2(byte[] rawData, string password, X509KeyStorageFlags keyStorageFlags)", new),
            constructor("X509Certificate2(X509Certificate certificate)", copy),
            property("bool Archived { get; }", |_, _| Ok(Value::Bool(false))),
            property("string FriendlyName { get; }", |cx, _| cx.string("")),
            property("bool HasPrivateKey { get; }", |cx, args| Ok(Value::Bool(this(cx, args)?.has_private))),
            property("X500DistinguishedName IssuerName { get; }", |cx, args| {
                let name = this(cx, args)?.issuer.clone();
                x500_distinguished_name::make(cx, &name)
            }),
            property("DateTime NotAfter { get; }", |cx, args| {
                date_time::value(this(cx, args)?.not_after, DateTimeKind::Local)
            }),
            property("DateTime NotBefore { get; }", |cx, args| {
                date_time::value(this(cx, args)?.not_before, DateTimeKind::Local)
            }),
            property("AsymmetricAlgorithm PrivateKey { get; }", rsa_private_key),
            property("PublicKey PublicKey { get; }", |cx, args| {
                Ok(cx.heap.new_native(PublicKeyObject { of: arg(args, 0) })?)
            }),
            property("byte[] RawData { get; }", |cx, args| data(cx, args, |c| c.der.clone())),
            property("string SerialNumber { get; }", |cx, args| text(cx, args, |c| hexadecimal(&c.serial))),
            property("Oid SignatureAlgorithm { get; }", |cx, args| {
                let algorithm = this(cx, args)?.signature_algorithm.clone();
                oid::make(cx, &algorithm)
            }),
            property("X500DistinguishedName SubjectName { get; }", |cx, args| {
                let name = this(cx, args)?.subject.clone();
                x500_distinguished_name::make(cx, &name)
            }),
            property("string Thumbprint { get; }", |cx, args| text(cx, args, thumbprint)),
            property("int Version { get; }", |cx, args| Ok(Value::Int32(this(cx, args)?.version))),
            method("string GetNameInfo(X509NameType nameType, bool forIssuer)", get_name_info),
            method("bool Verify()", |cx, args| verify(cx, args, true)),
        ]);

pub(super) fn rsa_public_key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("certificate"));
    }
    let certificate = this(cx, args)?;
    match &certificate.public {
        Some(key) => Ok(cx.heap.new_native(RsaObject { public: Some(key.clone()), private: None })?),
        None => Ok(Value::Null),
    }
}

pub(super) fn rsa_private_key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("certificate"));
    }
    let certificate = this(cx, args)?;
    match &certificate.private {
        Some(key) => {
            Ok(cx.heap.new_native(RsaObject { public: certificate.public.clone(), private: Some(key.clone()) })?)
        }
        None => Ok(Value::Null),
    }
}

fn get_name_info(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let kind = match arg(args, 1) {
        Value::Enum(_, kind) => kind,
        _ => 0,
    };
    let certificate = this(cx, args)?;
    let names = if as_bool(args, 2)? { &certificate.issuer_names } else { &certificate.subject_names };
    let first = |names: [&String; 2]| names.into_iter().find(|name| !name.is_empty()).cloned().unwrap_or_default();
    let name = match kind {
        1 => names.email.clone(),
        2 => names.upn.clone(),
        3 | 5 => first([&names.dns, &names.common]),
        4 => names.url.clone(),
        _ => first([&names.common, &names.email]),
    };
    cx.string(&name)
}

/// `VerifyNoRevocation()`.
pub(super) fn verify_no_revocation(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    verify(cx, args, false)
}

/// Whether the certificate is valid now, its chain leads to an authority that the host trusts, and (if asked) it is
/// known not to be revoked.
fn verify(cx: &mut Cx<'_>, args: &[Value], revocation: bool) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("certificate"));
    }
    let certificate = this(cx, args)?;
    // Signatures are checked, which is work.
    cx.charge(20_000)?;
    let now = cx.ambient.now_ticks();
    let valid = (certificate.not_before..=certificate.not_after).contains(&now);
    let holds = |check| cx.ambient.vouches_for(&certificate.der, &check);
    let trusted = valid && holds(CertificateCheck::Trusted) && (!revocation || holds(CertificateCheck::NotRevoked));
    Ok(Value::Bool(trusted))
}
