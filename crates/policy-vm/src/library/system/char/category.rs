//! What kind of character a unit is, by its Unicode general category.

use unicode_properties::{GeneralCategory as C, UnicodeGeneralCategory};

use crate::library::{Allow, TypeDef};
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const UNICODE_CATEGORY: TypeDef = TypeDef::enumeration(
    "System.Globalization.UnicodeCategory",
    &[
        ("UppercaseLetter", 0),
        ("LowercaseLetter", 1),
        ("TitlecaseLetter", 2),
        ("ModifierLetter", 3),
        ("OtherLetter", 4),
        ("NonSpacingMark", 5),
        ("SpacingCombiningMark", 6),
        ("EnclosingMark", 7),
        ("DecimalDigitNumber", 8),
        ("LetterNumber", 9),
        ("OtherNumber", 10),
        ("SpaceSeparator", 11),
        ("LineSeparator", 12),
        ("ParagraphSeparator", 13),
        ("Control", 14),
        ("Format", 15),
        ("Surrogate", 16),
        ("PrivateUse", 17),
        ("ConnectorPunctuation", 18),
        ("DashPunctuation", 19),
        ("OpenPunctuation", 20),
        ("ClosePunctuation", 21),
        ("InitialQuotePunctuation", 22),
        ("FinalQuotePunctuation", 23),
        ("OtherPunctuation", 24),
        ("MathSymbol", 25),
        ("CurrencySymbol", 26),
        ("ModifierSymbol", 27),
        ("OtherSymbol", 28),
        ("OtherNotAssigned", 29),
    ],
)
.allow(Allow::None)
.not_imported()
.summary("The Unicode general categories.");

static ID: Known = Known::new("System.Globalization.UnicodeCategory");

fn number(unit: u16) -> i64 {
    let Some(c) = char::from_u32(u32::from(unit)) else { return 16 };
    match c.general_category() {
        C::UppercaseLetter => 0,
        C::LowercaseLetter => 1,
        C::TitlecaseLetter => 2,
        C::ModifierLetter => 3,
        C::OtherLetter => 4,
        C::NonspacingMark => 5,
        C::SpacingMark => 6,
        C::EnclosingMark => 7,
        C::DecimalNumber => 8,
        C::LetterNumber => 9,
        C::OtherNumber => 10,
        C::SpaceSeparator => 11,
        C::LineSeparator => 12,
        C::ParagraphSeparator => 13,
        C::Control => 14,
        C::Format => 15,
        C::Surrogate => 16,
        C::PrivateUse => 17,
        C::ConnectorPunctuation => 18,
        C::DashPunctuation => 19,
        C::OpenPunctuation => 20,
        C::ClosePunctuation => 21,
        C::InitialPunctuation => 22,
        C::FinalPunctuation => 23,
        C::OtherPunctuation => 24,
        C::MathSymbol => 25,
        C::CurrencySymbol => 26,
        C::ModifierSymbol => 27,
        C::OtherSymbol => 28,
        C::Unassigned => 29,
    }
}

pub(super) fn value(unit: u16) -> Value {
    Value::Enum(ID.id(), number(unit))
}

pub(super) fn is_control(unit: u16) -> bool {
    number(unit) == 14
}

pub(super) fn is_digit(unit: u16) -> bool {
    number(unit) == 8
}

pub(super) fn is_letter(unit: u16) -> bool {
    number(unit) <= 4
}

pub(super) fn is_letter_or_digit(unit: u16) -> bool {
    is_letter(unit) || is_digit(unit)
}

pub(super) fn is_lower(unit: u16) -> bool {
    number(unit) == 1
}

pub(super) fn is_upper(unit: u16) -> bool {
    number(unit) == 0
}

pub(super) fn is_number(unit: u16) -> bool {
    (8..=10).contains(&number(unit))
}

pub(super) fn is_punctuation(unit: u16) -> bool {
    (18..=24).contains(&number(unit))
}

pub(super) fn is_separator(unit: u16) -> bool {
    (11..=13).contains(&number(unit))
}

pub(super) fn is_symbol(unit: u16) -> bool {
    (25..=28).contains(&number(unit))
}

/// `Char.IsWhiteSpace`: separators, and the controls U+0009 to U+000D and U+0085.
#[must_use]
pub(crate) fn is_white_space(unit: u16) -> bool {
    match unit {
        0x20 | 0x09..=0x0d => true,
        0..=0x7f => false,
        0x85 | 0xa0 | 0x1680 | 0x2000..=0x200a | 0x2028 | 0x2029 | 0x202f | 0x205f | 0x3000 => true,
        _ => false,
    }
}

/// `Char.GetNumericValue`; -1 for what is no number.
pub(super) fn numeric_value(unit: u16) -> f64 {
    match unit {
        0x30..=0x39 => f64::from(unit - 0x30),
        0xb2 | 0xb3 => f64::from(unit - 0xb0),
        0xb9 => 1.0,
        0xbc => 0.25,
        0xbd => 0.5,
        0xbe => 0.75,
        0x2070 => 0.0,
        0x2074..=0x2079 => f64::from(unit - 0x2070),
        0x2080..=0x2089 => f64::from(unit - 0x2080),
        0x2150 => 1.0 / 7.0,
        0x2151 => 1.0 / 9.0,
        0x2152 => 0.1,
        0x2153 => 1.0 / 3.0,
        0x2154 => 2.0 / 3.0,
        0x2155..=0x2158 => f64::from(unit - 0x2154) / 5.0,
        0x215b => 0.125,
        0x215c => 0.375,
        0x215d => 0.625,
        0x215e => 0.875,
        0x2160..=0x216b => f64::from(unit - 0x215f),
        0x2170..=0x217b => f64::from(unit - 0x216f),
        0x2460..=0x2473 => f64::from(unit - 0x245f),
        // Decimal digits of other scripts stand in runs of ten, from the digit zero on.
        _ if is_digit(unit) => {
            let below = (1..10u16).take_while(|n| unit.checked_sub(*n).is_some_and(is_digit)).count();
            f64::from(u8::try_from(below).unwrap_or(0))
        }
        _ => -1.0,
    }
}
