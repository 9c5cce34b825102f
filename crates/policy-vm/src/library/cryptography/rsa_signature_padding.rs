//! `System.Security.Cryptography.RSASignaturePadding`.

use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{Allow, TypeDef, method, operator, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::TextBuf;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.RSASignaturePadding")
    .summary("How a signature is padded.")
    .interfaces(&["IEquatable<RSASignaturePadding>"])
    .members(&[
        property("static RSASignaturePadding Pkcs1 { get; }", |cx, _| make(cx, RsaSignaturePadding::Pkcs1)),
        property("static RSASignaturePadding Pss { get; }", |cx, _| make(cx, RsaSignaturePadding::Pss)),
        property("RSASignaturePaddingMode Mode { get; }", |cx, args| {
            let pss = get(cx, args, 0) == Some(RsaSignaturePadding::Pss);
            Ok(Value::Enum(MODE_KNOWN.id(), i64::from(pss)))
        }),
        method("bool Equals(object obj)", equals),
        method("bool Equals(RSASignaturePadding other)", equals),
        method("string ToString()", |cx, args| {
            let name = get(cx, args, 0).map_or("", RsaSignaturePadding::name);
            cx.string(name)
        }),
        operator("static bool operator ==(RSASignaturePadding left, RSASignaturePadding right)", equals),
        operator("static bool operator !=(RSASignaturePadding left, RSASignaturePadding right)", |cx, args| {
            Ok(Value::Bool(get(cx, args, 0) != get(cx, args, 1)))
        }),
    ]);

pub(in crate::library) const MODE: TypeDef =
    TypeDef::enumeration("System.Security.Cryptography.RSASignaturePaddingMode", &[("Pkcs1", 0), ("Pss", 1)])
        .allow(Allow::None);

static MODE_KNOWN: Known = Known::new("System.Security.Cryptography.RSASignaturePaddingMode");
static KNOWN: Known = Known::new("System.Security.Cryptography.RSASignaturePadding");

/// `RSASignaturePadding`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum RsaSignaturePadding {
    /// `Pkcs1`.
    Pkcs1,
    /// `Pss`.
    Pss,
}

impl RsaSignaturePadding {
    const fn name(self) -> &'static str {
        match self {
            Self::Pkcs1 => "Pkcs1",
            Self::Pss => "Pss",
        }
    }
}

net_object! {
    RsaSignaturePadding, KNOWN,
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(TextBuf::from(self.name()))
    },
    fn is_atomic(&self) -> bool {
        true
    },
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<RsaSignaturePadding>(other) == Some(self))
    },
    fn hash(&self, _: &Heap) -> Option<u64> {
        Some(*self as u64)
    }
}

fn make(cx: &mut Cx<'_>, padding: RsaSignaturePadding) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(padding)?)
}

fn get(cx: &Cx<'_>, args: &[Value], index: usize) -> Option<RsaSignaturePadding> {
    cx.heap.native::<RsaSignaturePadding>(arg(args, index)).copied()
}

/// A padding that must not be null.
pub(super) fn padding(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<RsaSignaturePadding, Throw> {
    get(cx, args, index).ok_or_else(|| cx.argument_null("padding"))
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(get(cx, args, 0) == get(cx, args, 1)))
}
