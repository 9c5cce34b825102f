//! `System.Globalization.DateTimeStyles`.

use crate::library::TypeDef;

// Not in the service's list by itself, but `DateTimeOffset.Parse` and `ParseExact`, which are, take it.
pub(in crate::library) const TYPE: TypeDef = TypeDef::enumeration(
    "System.Globalization.DateTimeStyles",
    &[
        ("None", 0),
        ("AllowLeadingWhite", 1),
        ("AllowTrailingWhite", 2),
        ("AllowInnerWhite", 4),
        ("AllowWhiteSpaces", 7),
        ("NoCurrentDateDefault", 8),
        ("AdjustToUniversal", 16),
        ("AssumeLocal", 32),
        ("AssumeUniversal", 64),
        ("RoundtripKind", 128),
    ],
)
.flags()
.not_imported()
.summary("How dates are parsed.");
