//! `System.Security.Cryptography.X509Certificates.PublicKey`.

use super::oid;
use super::x509_certificate::CertificateObject;
use super::x509_certificate2::rsa_public_key;
use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::{TypeDef, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.X509Certificates.PublicKey")
    .summary("The public key of a certificate.")
    .members(&[property("AsymmetricAlgorithm Key { get; }", key), property("Oid Oid { get; }", algorithm)]);

static KNOWN: Known = Known::new("System.Security.Cryptography.X509Certificates.PublicKey");

/// The key of a certificate.
#[derive(Debug)]
pub(super) struct PublicKeyObject {
    pub(super) of: Value,
}

net_object!(PublicKeyObject, KNOWN);

fn certificate(cx: &Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.heap.native::<PublicKeyObject>(arg(args, 0)).map(|key| key.of).ok_or(fault("a PublicKey was expected"))
}

fn key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let of = certificate(cx, args)?;
    rsa_public_key(cx, &[of])
}

fn algorithm(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let of = certificate(cx, args)?;
    let algorithm = cx.heap.native::<CertificateObject>(of).map(|found| found.0.key_algorithm.clone());
    oid::make(cx, &algorithm.unwrap_or_default())
}
