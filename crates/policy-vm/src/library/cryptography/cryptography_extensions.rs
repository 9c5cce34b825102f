//! The extension methods for ciphers and certificates that come with the `context`.

use super::symmetric_algorithm::{Direction, transform};
use super::x509_certificate2;
use crate::library::{TypeDef, method};

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::static_class("Microsoft.Azure.ApiManagement.CryptographyExtensions")
        .summary("Encrypts and decrypts, and checks certificates.")
        .members(&[
            method("static byte[] Encrypt(this byte[] input, string alg, byte[] key, byte[] iv)", |cx, args| {
                transform(cx, args, Direction::Encrypt)
            }),
            method("static byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg)", |cx, args| {
                transform(cx, args, Direction::Encrypt)
            }),
            method(
                "static byte[] Encrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv)",
                |cx, args| transform(cx, args, Direction::Encrypt),
            ),
            method("static byte[] Decrypt(this byte[] input, string alg, byte[] key, byte[] iv)", |cx, args| {
                transform(cx, args, Direction::Decrypt)
            }),
            method("static byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg)", |cx, args| {
                transform(cx, args, Direction::Decrypt)
            }),
            method(
                "static byte[] Decrypt(this byte[] input, SymmetricAlgorithm alg, byte[] key, byte[] iv)",
                |cx, args| transform(cx, args, Direction::Decrypt),
            ),
            method(
                "static bool VerifyNoRevocation(this X509Certificate2 certificate)",
                x509_certificate2::verify_no_revocation,
            ),
        ]);
