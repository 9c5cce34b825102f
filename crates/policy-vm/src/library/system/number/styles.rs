//! `System.Globalization.NumberStyles`.

use crate::library::{Allow, TypeDef};

/// Bits of `NumberStyles`.
#[expect(missing_docs, reason = "each is the member of the same name")]
pub mod bits {
    pub const LEADING_WHITE: i64 = 1;
    pub const TRAILING_WHITE: i64 = 2;
    pub const LEADING_SIGN: i64 = 4;
    pub const TRAILING_SIGN: i64 = 8;
    pub const PARENTHESES: i64 = 16;
    pub const DECIMAL_POINT: i64 = 32;
    pub const THOUSANDS: i64 = 64;
    pub const EXPONENT: i64 = 128;
    pub const CURRENCY: i64 = 256;
    pub const HEX: i64 = 512;
    pub const BINARY: i64 = 1024;
    pub const INTEGER: i64 = 7;
    pub const NUMBER: i64 = 111;
    pub const FLOAT: i64 = 167;
}

pub(in crate::library) const TYPE: TypeDef = TypeDef::enumeration(
    "System.Globalization.NumberStyles",
    &[
        ("None", 0),
        ("AllowLeadingWhite", 1),
        ("AllowTrailingWhite", 2),
        ("AllowLeadingSign", 4),
        ("Integer", 7),
        ("AllowTrailingSign", 8),
        ("AllowParentheses", 16),
        ("AllowDecimalPoint", 32),
        ("AllowThousands", 64),
        ("Number", 111),
        ("AllowExponent", 128),
        ("Float", 167),
        ("AllowCurrencySymbol", 256),
        ("Currency", 383),
        ("Any", 511),
        ("AllowHexSpecifier", 512),
        ("HexNumber", 515),
        ("AllowBinarySpecifier", 1024),
        ("BinaryNumber", 1027),
    ],
)
.flags()
.allow(Allow::None)
.not_imported()
.summary("How numbers may be written to be parsed.");
