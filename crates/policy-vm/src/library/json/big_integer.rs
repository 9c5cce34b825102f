//! `System.Numerics.BigInteger` as far as JSON needs it: an integer too large for `long` that is carried along and
//! printed. Policies cannot use its members.

use std::str::FromStr;

use rust_decimal::Decimal;

use crate::library::{Allow, TypeDef};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::TextBuf;

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::structure("System.Numerics.BigInteger").allow(Allow::None).not_imported();

static KNOWN: Known = Known::new("System.Numerics.BigInteger");

/// An integer of any size, in decimal digits without leading zeros.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct BigInteger {
    digits: Box<str>,
}

impl BigInteger {
    /// From an optional minus sign and decimal digits.
    pub(super) fn new(text: &str) -> Self {
        let (sign, digits) = match text.strip_prefix('-') {
            Some(digits) => ("-", digits),
            None => ("", text),
        };
        let digits = digits.trim_start_matches('0');
        Self { digits: if digits.is_empty() { "0".into() } else { format!("{sign}{digits}").into() } }
    }

    /// The digits.
    pub(super) fn text(&self) -> &str {
        &self.digits
    }

    /// The nearest `double`.
    pub(super) fn to_double(&self) -> f64 {
        self.digits.parse().unwrap_or(f64::NAN)
    }

    /// The value as `decimal`, if it fits.
    pub(super) fn to_decimal(&self) -> Option<Decimal> {
        Decimal::from_str(&self.digits).ok()
    }
}

net_object!(
    BigInteger,
    KNOWN,
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(TextBuf::from(&*self.digits))
    },
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<Self>(other) == Some(self))
    },
    fn hash(&self, _: &Heap) -> Option<u64> {
        Some(self.digits.bytes().fold(0, |h, b| h.wrapping_mul(31).wrapping_add(u64::from(b))))
    }
);
