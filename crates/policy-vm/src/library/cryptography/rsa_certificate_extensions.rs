//! `System.Security.Cryptography.X509Certificates.RSACertificateExtensions`.

use super::x509_certificate2::{rsa_private_key, rsa_public_key};
use crate::library::{TypeDef, method};

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::static_class("System.Security.Cryptography.X509Certificates.RSACertificateExtensions")
        .summary("The RSA keys of a certificate.")
        .members(&[
            method("static RSA GetRSAPrivateKey(this X509Certificate2 certificate)", rsa_private_key),
            method("static RSA GetRSAPublicKey(this X509Certificate2 certificate)", rsa_public_key),
        ]);
