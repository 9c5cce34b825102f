//! `System.Security.Cryptography` and its certificates, over maintained implementations of the algorithms.

mod aes_type;
mod arguments;
mod asymmetric_algorithm;
mod certificate;
mod cipher;
mod cipher_mode;
pub(crate) mod client_certificate;
mod cryptography_extensions;
mod digest;
mod hash_algorithm;
mod hash_algorithm_name;
mod hmac_md5;
mod hmac_sha1;
mod hmac_sha256;
mod hmac_sha384;
mod hmac_sha512;
mod hmac_type;
mod key_sizes;
mod keyed_hash_algorithm;
mod md5_type;
mod oid;
mod padding_mode;
pub(crate) mod pfx;
mod public_key;
mod rng_crypto_service_provider;
mod rsa_certificate_extensions;
mod rsa_cng;
mod rsa_encryption_padding;
mod rsa_export;
mod rsa_parameters;
mod rsa_signature_padding;
mod rsa_type;
mod sha1_managed;
mod sha1_type;
mod sha256_managed;
mod sha256_type;
mod sha384_managed;
mod sha384_type;
mod sha512_managed;
mod sha512_type;
mod symmetric_algorithm;
mod x500_distinguished_name;
pub(in crate::library) mod x509_certificate;
pub(in crate::library) mod x509_certificate2;
mod x509_content_type;
mod x509_key_storage_flags;
mod x509_name_type;

use crate::library::TypeDef;

/// The types of this module.
pub(super) static TYPES: &[&TypeDef] = &[
    &aes_type::TYPE,
    &asymmetric_algorithm::TYPE,
    &cipher_mode::TYPE,
    &cryptography_extensions::TYPE,
    &hash_algorithm::TYPE,
    &hash_algorithm_name::TYPE,
    &hmac_md5::TYPE,
    &hmac_sha1::TYPE,
    &hmac_sha256::TYPE,
    &hmac_sha384::TYPE,
    &hmac_sha512::TYPE,
    &hmac_type::TYPE,
    &key_sizes::TYPE,
    &keyed_hash_algorithm::TYPE,
    &md5_type::TYPE,
    &oid::TYPE,
    &padding_mode::TYPE,
    &public_key::TYPE,
    &rng_crypto_service_provider::TYPE,
    &rsa_certificate_extensions::TYPE,
    &rsa_cng::TYPE,
    &rsa_encryption_padding::MODE,
    &rsa_encryption_padding::TYPE,
    &rsa_signature_padding::MODE,
    &rsa_parameters::TYPE,
    &rsa_signature_padding::TYPE,
    &rsa_type::TYPE,
    &sha1_managed::TYPE,
    &sha1_type::TYPE,
    &sha256_managed::TYPE,
    &sha256_type::TYPE,
    &sha384_managed::TYPE,
    &sha384_type::TYPE,
    &sha512_managed::TYPE,
    &sha512_type::TYPE,
    &symmetric_algorithm::TYPE,
    &x500_distinguished_name::TYPE,
    &x509_certificate::TYPE,
    &x509_certificate2::TYPE,
    &x509_content_type::TYPE,
    &x509_key_storage_flags::TYPE,
    &x509_name_type::TYPE,
];
