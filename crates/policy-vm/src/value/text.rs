//! Strings with UTF-16 meaning, stored in one byte a character where they are ASCII, as nearly all are.
//!
//! Every index and length a .NET program sees counts UTF-16 units. An ASCII string has one byte a unit, any other two
//! bytes a unit: both give units by index in constant time, and a substring is a handle to a part of the same text.

use std::cmp::Ordering;

/// A handle to a string's text, see [`Heap::text`](super::heap::Heap::text).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Str {
    pub(crate) start: u32,
    /// Length in UTF-16 units.
    pub(crate) len: u32,
    /// 0: the run's own texts; n: the literals of the n-th program attached to the run.
    pub(crate) space: u16,
    /// False: ASCII bytes; true: UTF-16 units.
    pub(crate) wide: bool,
}

impl Str {
    /// `""`.
    pub const EMPTY: Self = Self { start: 0, len: 0, space: 0, wide: false };

    /// Length in UTF-16 units: `String.Length`.
    #[must_use]
    pub const fn len(self) -> usize {
        self.len as usize
    }

    /// True for `""`.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len == 0
    }

    /// The part from unit `start` up to unit `end`, without copying; both are clamped to the string.
    #[must_use]
    pub fn slice(self, start: usize, end: usize) -> Self {
        let end = u32::try_from(end).unwrap_or(u32::MAX).min(self.len);
        let start = u32::try_from(start).unwrap_or(u32::MAX).min(end);
        Self { start: self.start + start, len: end - start, ..self }
    }
}

/// The text behind a [`Str`].
#[derive(Clone, Copy, Debug)]
pub enum TextRef<'a> {
    /// Bytes below 128, one a unit.
    Ascii(&'a [u8]),
    /// UTF-16 units; lone surrogates are allowed, as in .NET.
    Wide(&'a [u16]),
}

impl<'a> TextRef<'a> {
    /// Length in UTF-16 units.
    #[must_use]
    pub const fn len(self) -> usize {
        match self {
            Self::Ascii(bytes) => bytes.len(),
            Self::Wide(units) => units.len(),
        }
    }

    /// True for `""`.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The unit at an index.
    #[must_use]
    pub fn get(self, index: usize) -> Option<u16> {
        match self {
            Self::Ascii(bytes) => bytes.get(index).map(|b| u16::from(*b)),
            Self::Wide(units) => units.get(index).copied(),
        }
    }

    /// The part from `start` up to `end`, both clamped.
    #[must_use]
    pub fn slice(self, start: usize, end: usize) -> Self {
        let end = end.min(self.len());
        let start = start.min(end);
        match self {
            Self::Ascii(bytes) => Self::Ascii(bytes.get(start..end).unwrap_or_default()),
            Self::Wide(units) => Self::Wide(units.get(start..end).unwrap_or_default()),
        }
    }

    /// All units.
    pub fn units(self) -> impl DoubleEndedIterator<Item = u16> + ExactSizeIterator + Clone + 'a {
        (0..self.len()).map(move |i| self.get(i).unwrap_or(0))
    }

    /// The text as Rust has it, if it is ASCII: the fast path of most members.
    #[must_use]
    pub fn as_str(self) -> Option<&'a str> {
        match self {
            Self::Ascii(bytes) => std::str::from_utf8(bytes).ok(),
            Self::Wide(_) => None,
        }
    }

    /// The text as UTF-8; a lone surrogate becomes U+FFFD.
    #[must_use]
    pub fn to_utf8(self) -> std::borrow::Cow<'a, str> {
        match self {
            Self::Ascii(bytes) => std::str::from_utf8(bytes).unwrap_or_default().into(),
            Self::Wide(units) => String::from_utf16_lossy(units).into(),
        }
    }

    /// Appends the text as UTF-8; a lone surrogate becomes U+FFFD.
    pub fn push_utf8(self, out: &mut String) {
        match self {
            Self::Ascii(bytes) => out.push_str(std::str::from_utf8(bytes).unwrap_or_default()),
            Self::Wide(units) => {
                out.extend(char::decode_utf16(units.iter().copied()).map(|r| r.unwrap_or(char::REPLACEMENT_CHARACTER)))
            }
        }
    }

    /// Ordinal equality: `==` on strings.
    #[must_use]
    pub fn equals(self, other: TextRef<'_>) -> bool {
        match (self, other) {
            (Self::Ascii(a), TextRef::Ascii(b)) => a == b,
            (Self::Wide(a), TextRef::Wide(b)) => a == b,
            (a, b) => a.len() == b.len() && a.units().eq(b.units()),
        }
    }

    /// `StringComparison.OrdinalIgnoreCase`: units compared after simple upper-casing.
    #[must_use]
    pub fn equals_ignore_case(self, other: TextRef<'_>) -> bool {
        match (self, other) {
            (Self::Ascii(a), TextRef::Ascii(b)) => a.eq_ignore_ascii_case(b),
            (a, b) => a.len() == b.len() && a.units().map(upper).eq(b.units().map(upper)),
        }
    }

    /// Ordinal comparison, unit by unit.
    #[must_use]
    pub fn compare(self, other: TextRef<'_>) -> Ordering {
        match (self, other) {
            (Self::Ascii(a), TextRef::Ascii(b)) => a.cmp(b),
            (a, b) => a.units().cmp(b.units()),
        }
    }

    /// Ordinal comparison after simple upper-casing.
    #[must_use]
    pub fn compare_ignore_case(self, other: TextRef<'_>) -> Ordering {
        self.units().map(upper).cmp(other.units().map(upper))
    }

    /// The first index at or after `from` where `needle` stands; an empty needle stands everywhere.
    #[must_use]
    pub fn find(self, needle: TextRef<'_>, from: usize) -> Option<usize> {
        if from > self.len() {
            return None;
        }
        match (self, needle) {
            (Self::Ascii(hay), TextRef::Ascii(needle)) => {
                memchr::memmem::find(hay.get(from..)?, needle).map(|at| at + from)
            }
            // Text beyond ASCII never occurs inside ASCII text.
            (Self::Ascii(_), TextRef::Wide(needle)) if needle.iter().any(|u| *u >= 128) => None,
            (hay, needle) => {
                let last = hay.len().checked_sub(needle.len())?;
                (from..=last).find(|at| hay.slice(*at, at + needle.len()).equals(needle))
            }
        }
    }

    /// The last index where `needle` stands.
    #[must_use]
    pub fn rfind(self, needle: TextRef<'_>) -> Option<usize> {
        let last = self.len().checked_sub(needle.len())?;
        (0..=last).rev().find(|at| self.slice(*at, at + needle.len()).equals(needle))
    }
}

/// `Char.ToUpperInvariant`: the simple (one to one) mapping.
#[must_use]
pub fn upper(unit: u16) -> u16 {
    if unit < 128 {
        return u16::from((unit as u8).to_ascii_uppercase());
    }
    simple_case(unit, |c| c.to_uppercase().collect())
}

/// `Char.ToLowerInvariant`: the simple (one to one) mapping.
#[must_use]
pub fn lower(unit: u16) -> u16 {
    if unit < 128 {
        return u16::from((unit as u8).to_ascii_lowercase());
    }
    simple_case(unit, |c| c.to_lowercase().collect())
}

fn simple_case(unit: u16, map: impl Fn(char) -> Vec<char>) -> u16 {
    // .NET's invariant casing leaves the Turkish dotted and dotless i alone.
    if matches!(unit, 0x130 | 0x131) {
        return unit;
    }
    let Some(c) = char::from_u32(u32::from(unit)) else { return unit };
    match map(c).as_slice() {
        [single] => u16::try_from(u32::from(*single)).unwrap_or(unit),
        _ => unit,
    }
}

/// A string under construction: ASCII until something else is pushed.
#[derive(Clone, Debug)]
pub enum TextBuf {
    /// Only bytes below 128.
    Ascii(Vec<u8>),
    /// UTF-16 units.
    Wide(Vec<u16>),
}

impl Default for TextBuf {
    fn default() -> Self {
        Self::new()
    }
}

impl TextBuf {
    /// An empty text.
    #[must_use]
    pub const fn new() -> Self {
        Self::Ascii(Vec::new())
    }

    /// An empty text with room for `units`.
    #[must_use]
    pub fn with_capacity(units: usize) -> Self {
        Self::Ascii(Vec::with_capacity(units))
    }

    /// Length in UTF-16 units.
    #[must_use]
    pub const fn len(&self) -> usize {
        match self {
            Self::Ascii(bytes) => bytes.len(),
            Self::Wide(units) => units.len(),
        }
    }

    /// True when nothing was pushed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// What was pushed so far.
    #[must_use]
    pub fn as_text(&self) -> TextRef<'_> {
        match self {
            Self::Ascii(bytes) => TextRef::Ascii(bytes),
            Self::Wide(units) => TextRef::Wide(units),
        }
    }

    /// Appends Rust text.
    pub fn push_str(&mut self, text: &str) {
        if let Self::Ascii(bytes) = self
            && text.is_ascii()
        {
            bytes.extend_from_slice(text.as_bytes());
            return;
        }
        self.widen().extend(text.encode_utf16());
    }

    /// Appends a text.
    pub fn push_text(&mut self, text: TextRef<'_>) {
        match (&mut *self, text) {
            (Self::Ascii(bytes), TextRef::Ascii(more)) => bytes.extend_from_slice(more),
            (Self::Wide(units), TextRef::Wide(more)) => units.extend_from_slice(more),
            (_, text) => self.widen().extend(text.units()),
        }
    }

    /// Appends one unit.
    pub fn push(&mut self, unit: u16) {
        match self {
            Self::Ascii(bytes) if unit < 128 => bytes.push(unit as u8),
            _ => self.widen().push(unit),
        }
    }

    fn widen(&mut self) -> &mut Vec<u16> {
        if let Self::Ascii(bytes) = self {
            *self = Self::Wide(bytes.iter().map(|b| u16::from(*b)).collect());
        }
        match self {
            Self::Wide(units) => units,
            Self::Ascii(_) => unreachable!("widened above"),
        }
    }
}

impl From<&str> for TextBuf {
    fn from(text: &str) -> Self {
        let mut buf = Self::new();
        buf.push_str(text);
        buf
    }
}
