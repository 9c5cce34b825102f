//! `System.Security.Cryptography.RSAEncryptionPadding`.

use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, TypeDef, method, operator, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::TextBuf;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.RSAEncryptionPadding")
    .summary("How a message is padded before it is encrypted.")
    .interfaces(&["IEquatable<RSAEncryptionPadding>"])
    .members(&[
        property("static RSAEncryptionPadding Pkcs1 { get; }", |cx, _| make(cx, RsaEncryptionPadding::Pkcs1)),
        property("static RSAEncryptionPadding OaepSHA1 { get; }", |cx, _| make(cx, RsaEncryptionPadding::OaepSha1)),
        property("static RSAEncryptionPadding OaepSHA256 { get; }", |cx, _| make(cx, RsaEncryptionPadding::OaepSha256)),
        property("static RSAEncryptionPadding OaepSHA384 { get; }", |cx, _| make(cx, RsaEncryptionPadding::OaepSha384)),
        property("static RSAEncryptionPadding OaepSHA512 { get; }", |cx, _| make(cx, RsaEncryptionPadding::OaepSha512)),
        method("static RSAEncryptionPadding CreateOaep(HashAlgorithmName hashAlgorithm)", |cx, args| {
            use super::digest::Function as F;
            if super::hash_algorithm_name::is_empty(cx, arg(args, 0)) {
                return Err(cx.throw_argument(Exc::Argument, "The value cannot be an empty string.", "hashAlgorithm"));
            }
            let padding = match super::hash_algorithm_name::function(cx, args, 0)? {
                F::Sha1 => RsaEncryptionPadding::OaepSha1,
                F::Sha256 => RsaEncryptionPadding::OaepSha256,
                F::Sha384 => RsaEncryptionPadding::OaepSha384,
                F::Sha512 => RsaEncryptionPadding::OaepSha512,
                // No such padding is ever used here.
                F::Md5 => return Err(super::arguments::refuse(cx, "'MD5' is not a known hash algorithm.")),
            };
            make(cx, padding)
        }),
        property("RSAEncryptionPaddingMode Mode { get; }", |cx, args| {
            let oaep = get(cx, args, 0).is_some_and(|padding| padding != RsaEncryptionPadding::Pkcs1);
            Ok(Value::Enum(MODE_KNOWN.id(), i64::from(oaep)))
        }),
        property("HashAlgorithmName OaepHashAlgorithm { get; }", |cx, args| {
            match get(cx, args, 0).and_then(|padding| padding.name().strip_prefix("Oaep")) {
                Some(name) => super::hash_algorithm_name::make(cx, name),
                None => super::hash_algorithm_name::none(cx),
            }
        }),
        method("bool Equals(object obj)", equals),
        method("bool Equals(RSAEncryptionPadding other)", equals),
        method("string ToString()", |cx, args| {
            let name = get(cx, args, 0).map_or("", RsaEncryptionPadding::name);
            cx.string(name)
        }),
        operator("static bool operator ==(RSAEncryptionPadding left, RSAEncryptionPadding right)", equals),
        operator("static bool operator !=(RSAEncryptionPadding left, RSAEncryptionPadding right)", |cx, args| {
            Ok(Value::Bool(get(cx, args, 0) != get(cx, args, 1)))
        }),
    ]);

pub(in crate::library) const MODE: TypeDef =
    TypeDef::enumeration("System.Security.Cryptography.RSAEncryptionPaddingMode", &[("Pkcs1", 0), ("Oaep", 1)])
        .allow(Allow::None);

static MODE_KNOWN: Known = Known::new("System.Security.Cryptography.RSAEncryptionPaddingMode");
static KNOWN: Known = Known::new("System.Security.Cryptography.RSAEncryptionPadding");

/// `RSAEncryptionPadding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RsaEncryptionPadding {
    /// `Pkcs1`.
    Pkcs1,
    /// `OaepSHA1`.
    OaepSha1,
    /// `OaepSHA256`.
    OaepSha256,
    /// `OaepSHA384`.
    OaepSha384,
    /// `OaepSHA512`.
    OaepSha512,
}

impl RsaEncryptionPadding {
    const fn name(self) -> &'static str {
        match self {
            Self::Pkcs1 => "Pkcs1",
            Self::OaepSha1 => "OaepSHA1",
            Self::OaepSha256 => "OaepSHA256",
            Self::OaepSha384 => "OaepSHA384",
            Self::OaepSha512 => "OaepSHA512",
        }
    }
}

net_object! {
    RsaEncryptionPadding, KNOWN,
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(TextBuf::from(self.name()))
    },
    fn is_atomic(&self) -> bool {
        true
    },
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<RsaEncryptionPadding>(other) == Some(self))
    },
    fn hash(&self, _: &Heap) -> Option<u64> {
        Some(*self as u64)
    }
}

fn make(cx: &mut Cx<'_>, padding: RsaEncryptionPadding) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(padding)?)
}

fn get(cx: &Cx<'_>, args: &[Value], index: usize) -> Option<RsaEncryptionPadding> {
    cx.heap.native::<RsaEncryptionPadding>(arg(args, index)).copied()
}

/// A padding that must not be null.
pub(super) fn padding(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<RsaEncryptionPadding, Throw> {
    get(cx, args, index).ok_or_else(|| cx.argument_null("padding"))
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(get(cx, args, 0) == get(cx, args, 1)))
}
