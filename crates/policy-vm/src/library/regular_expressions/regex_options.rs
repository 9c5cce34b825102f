//! `System.Text.RegularExpressions.RegexOptions`.

use crate::library::TypeDef;
use crate::types::Known;

pub(in crate::library) const TYPE: TypeDef = TypeDef::enumeration(
    "System.Text.RegularExpressions.RegexOptions",
    &[
        ("None", 0),
        ("IgnoreCase", 1),
        ("Multiline", 2),
        ("ExplicitCapture", 4),
        ("Compiled", 8),
        ("Singleline", 16),
        ("IgnorePatternWhitespace", 32),
        ("RightToLeft", 64),
        ("ECMAScript", 256),
        ("CultureInvariant", 512),
        ("NonBacktracking", 1024),
    ],
)
.flags()
.summary("How a regular expression matches.");

pub(super) static KNOWN: Known = Known::new("System.Text.RegularExpressions.RegexOptions");

/// All options there are.
pub(super) const ALL: i64 = 1 | 2 | 4 | 8 | 16 | 32 | 64 | 256 | 512 | 1024;
/// `ECMAScript`.
pub(super) const ECMA: i64 = 256;
/// What `ECMAScript` goes together with.
pub(super) const WITH_ECMA: i64 = 256 | 1 | 2 | 8 | 512 | 1024;
