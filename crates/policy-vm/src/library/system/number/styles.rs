//! `System.Globalization.NumberStyles`.

use crate::library::{Allow, TypeDef};

/// Bits of `NumberStyles`.
pub(crate) mod bits {
    pub(crate) const LEADING_WHITE: i64 = 1;
    pub(crate) const TRAILING_WHITE: i64 = 2;
    pub(crate) const LEADING_SIGN: i64 = 4;
    pub(crate) const TRAILING_SIGN: i64 = 8;
    pub(crate) const PARENTHESES: i64 = 16;
    pub(crate) const DECIMAL_POINT: i64 = 32;
    pub(crate) const THOUSANDS: i64 = 64;
    pub(crate) const EXPONENT: i64 = 128;
    pub(crate) const CURRENCY: i64 = 256;
    pub(crate) const HEX: i64 = 512;
    pub(crate) const BINARY: i64 = 1024;
    pub(crate) const INTEGER: i64 = 7;
    pub(crate) const NUMBER: i64 = 111;
    pub(crate) const FLOAT: i64 = 167;
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
