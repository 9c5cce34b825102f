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

/// First and last of the characters that came after Unicode 15.0, whose tables .NET 8 has.
#[rustfmt::skip]
const LATER: &[(u32, u32)] = &[
    (0x0558, 0x0558), (0x058b, 0x058c), (0x05c8, 0x05c9), (0x088f, 0x088f), (0x0897, 0x0897), (0x0b53, 0x0b54),
    (0x0c5c, 0x0c5c), (0x0cdc, 0x0cdc), (0x1acf, 0x1af0), (0x1b4e, 0x1b4f), (0x1b7f, 0x1b7f), (0x1c89, 0x1c8a),
    (0x208f, 0x208f), (0x209d, 0x209f), (0x20c1, 0x20c4), (0x2427, 0x2429), (0x2b96, 0x2b96), (0x2e60, 0x2e63),
    (0x2ffc, 0x2fff), (0x31e4, 0x31e5), (0x31ef, 0x31ef), (0xa7cb, 0xa7cf), (0xa7d2, 0xa7d2), (0xa7d4, 0xa7d4),
    (0xa7da, 0xa7dd), (0xa7e2, 0xa7e2), (0xa7f1, 0xa7f1), (0xab6c, 0xab6d), (0xfbc3, 0xfbd2), (0xfd90, 0xfd91),
    (0xfdc8, 0xfdce),
    (0x1_05c0, 0x1_05f3), (0x1_07bb, 0x1_07bf), (0x1_0940, 0x1_0959), (0x1_0d40, 0x1_0d65), (0x1_0d69, 0x1_0d85), (0x1_0d8e, 0x1_0d8f),
    (0x1_0ec2, 0x1_0ec7), (0x1_0ec9, 0x1_0eee), (0x1_0ef0, 0x1_0efc), (0x1_1380, 0x1_1389), (0x1_138b, 0x1_138b), (0x1_138e, 0x1_138e),
    (0x1_1390, 0x1_13b5), (0x1_13b7, 0x1_13c0), (0x1_13c2, 0x1_13c2), (0x1_13c5, 0x1_13c5), (0x1_13c7, 0x1_13ca), (0x1_13cc, 0x1_13d5),
    (0x1_13d7, 0x1_13d8), (0x1_13e1, 0x1_13e2), (0x1_16d0, 0x1_16e3), (0x1_1b0a, 0x1_1b0a), (0x1_1b60, 0x1_1b67), (0x1_1bc0, 0x1_1be1),
    (0x1_1bf0, 0x1_1bf9), (0x1_1db0, 0x1_1ddb), (0x1_1de0, 0x1_1de9), (0x1_1df0, 0x1_1df1), (0x1_1f5a, 0x1_1f5a), (0x1_246f, 0x1_246f),
    (0x1_2475, 0x1_247f), (0x1_2550, 0x1_2686), (0x1_3460, 0x1_43fa), (0x1_6100, 0x1_6139), (0x1_6d40, 0x1_6d79), (0x1_6ea0, 0x1_6eb8),
    (0x1_6ebb, 0x1_6ed3), (0x1_6ff2, 0x1_6ff6), (0x1_87f8, 0x1_87ff), (0x1_8cd6, 0x1_8cda), (0x1_8cff, 0x1_8cff), (0x1_8d09, 0x1_8d20),
    (0x1_8d80, 0x1_8df2), (0x1_8e00, 0x1_9191), (0x1_91a0, 0x1_91d2), (0x1_b123, 0x1_b128), (0x1_b168, 0x1_b168), (0x1_cc00, 0x1_ccfc),
    (0x1_cd00, 0x1_ceb3), (0x1_ceba, 0x1_ced0), (0x1_ced2, 0x1_ced4), (0x1_cedd, 0x1_cefd), (0x1_d127, 0x1_d128), (0x1_d1eb, 0x1_d1ff),
    (0x1_d250, 0x1_d281), (0x1_d6a6, 0x1_d6a6), (0x1_db00, 0x1_db1c), (0x1_df1f, 0x1_df24), (0x1_df2b, 0x1_df81), (0x1_df90, 0x1_df96),
    (0x1_dfcd, 0x1_dfff), (0x1_e5d0, 0x1_e5fa), (0x1_e5ff, 0x1_e5ff), (0x1_e6c0, 0x1_e6de), (0x1_e6e0, 0x1_e6f5), (0x1_e6fe, 0x1_e6ff),
    (0x1_f1ae, 0x1_f1ae), (0x1_f6d8, 0x1_f6d9), (0x1_f777, 0x1_f77a), (0x1_f7da, 0x1_f7db), (0x1_f7f1, 0x1_f7ff), (0x1_f8b2, 0x1_f8bb),
    (0x1_f8c0, 0x1_f8c1), (0x1_f8d0, 0x1_f8d8), (0x1_fa54, 0x1_fa57), (0x1_fa89, 0x1_fa8f), (0x1_fabe, 0x1_fabe), (0x1_fac6, 0x1_fac6),
    (0x1_fac8, 0x1_fac8), (0x1_facc, 0x1_facd), (0x1_fadc, 0x1_fadd), (0x1_fadf, 0x1_fadf), (0x1_fae9, 0x1_faeb), (0x1_faef, 0x1_faef),
    (0x1_faf9, 0x1_fafa), (0x1_fbcb, 0x1_fbef), (0x1_fbfa, 0x1_fbfa), (0x2_b73a, 0x2_b73f), (0x2_b81e, 0x2_b81e), (0x2_cea2, 0x2_cead),
    (0x2_ebf0, 0x2_ee5d), (0x3_23b0, 0x3_3479),
];

/// The general category of a unit, half of a pair or not, or of a character beyond 16 bits.
#[must_use]
pub(crate) fn general(code: u32) -> C {
    let Some(c) = char::from_u32(code) else { return C::Surrogate };
    if code < 0x80 {
        return c.general_category();
    }
    let at = LATER.partition_point(|(_, last)| *last < code);
    match LATER.get(at) {
        Some((first, _)) if *first <= code => C::Unassigned,
        // Another one since.
        _ if code == 0x295 => C::LowercaseLetter,
        _ if code == 0x1_171e => C::NonspacingMark,
        _ => c.general_category(),
    }
}

/// Whether a character was there already.
#[must_use]
pub(crate) fn is_assigned(code: u32) -> bool {
    general(code) != C::Unassigned
}

fn number(code: u32) -> i64 {
    match general(code) {
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

pub(super) fn value(code: u32) -> Value {
    Value::Enum(ID.id(), number(code))
}

pub(super) fn is_control(code: u32) -> bool {
    number(code) == 14
}

pub(super) fn is_digit(code: u32) -> bool {
    number(code) == 8
}

pub(super) fn is_letter(code: u32) -> bool {
    number(code) <= 4
}

pub(super) fn is_letter_or_digit(code: u32) -> bool {
    is_letter(code) || is_digit(code)
}

pub(super) fn is_lower(code: u32) -> bool {
    number(code) == 1
}

pub(super) fn is_upper(code: u32) -> bool {
    number(code) == 0
}

pub(super) fn is_number(code: u32) -> bool {
    (8..=10).contains(&number(code))
}

pub(super) fn is_punctuation(code: u32) -> bool {
    (18..=24).contains(&number(code))
}

pub(super) fn is_separator(code: u32) -> bool {
    (11..=13).contains(&number(code))
}

pub(super) fn is_symbol(code: u32) -> bool {
    (25..=28).contains(&number(code))
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
