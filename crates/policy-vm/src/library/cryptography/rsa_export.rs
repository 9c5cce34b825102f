//! Keys of RSA as they are written to files: PKCS#1, PKCS#8 and the key of a certificate, in DER and PEM.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use rsa::pkcs1::{EncodeRsaPrivateKey, EncodeRsaPublicKey};
use rsa::pkcs8::{EncodePrivateKey, EncodePublicKey};

use super::arguments::refuse;
use super::rsa_type::{private, public};
use crate::cx::Cx;
use crate::exception::Throw;
use crate::value::Value;

/// What is written.
#[derive(Clone, Copy)]
pub(super) enum Form {
    /// `RSAPrivateKey` of PKCS#1.
    Private,
    /// `RSAPublicKey` of PKCS#1.
    Public,
    /// `PrivateKeyInfo` of PKCS#8.
    Pkcs8,
    /// `SubjectPublicKeyInfo` of X.509.
    PublicInfo,
}

impl Form {
    const fn label(self) -> &'static str {
        match self {
            Self::Private => "RSA PRIVATE KEY",
            Self::Public => "RSA PUBLIC KEY",
            Self::Pkcs8 => "PRIVATE KEY",
            Self::PublicInfo => "PUBLIC KEY",
        }
    }
}

fn der(cx: &mut Cx<'_>, args: &[Value], form: Form) -> Result<Vec<u8>, Throw> {
    let der = match form {
        Form::Private => private(cx, args)?.to_pkcs1_der().ok().map(|der| der.as_bytes().to_vec()),
        Form::Pkcs8 => private(cx, args)?.to_pkcs8_der().ok().map(|der| der.as_bytes().to_vec()),
        Form::Public => public(cx, args)?.to_pkcs1_der().ok().map(|der| der.as_bytes().to_vec()),
        Form::PublicInfo => public(cx, args)?.to_public_key_der().ok().map(|der| der.as_bytes().to_vec()),
    };
    der.ok_or_else(|| refuse(cx, "The key cannot be written."))
}

/// In DER.
pub(super) fn bytes(cx: &mut Cx<'_>, args: &[Value], form: Form) -> Result<Value, Throw> {
    let der = der(cx, args, form)?;
    Ok(cx.heap.new_bytes(der)?)
}

/// In PEM, lines of 64 characters without one at the end.
pub(super) fn pem(cx: &mut Cx<'_>, args: &[Value], form: Form) -> Result<Value, Throw> {
    let encoded = BASE64.encode(der(cx, args, form)?);
    let label = form.label();
    let mut out = format!("-----BEGIN {label}-----");
    for (index, character) in encoded.chars().enumerate() {
        if index % 64 == 0 {
            out.push('\n');
        }
        out.push(character);
    }
    out.push_str(&format!("\n-----END {label}-----"));
    cx.string(&out)
}
