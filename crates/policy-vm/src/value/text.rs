//! Strings with UTF-16 meaning, stored in one byte a character where they are ASCII, as nearly all are.
//!
//! Every index and length a .NET program sees counts UTF-16 units. An ASCII string has one byte a unit, any other two
//! bytes a unit: both give units by index in constant time, and a substring is a handle to a part of the same text.

use std::cmp::Ordering;

use crate::exception::Trap;

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

    /// Whether this is a known ASCII text, however it is stored: a part of a text with other characters is stored as that
    /// is.
    #[must_use]
    pub fn is(self, wanted: &str) -> bool {
        self.equals(TextRef::Ascii(wanted.as_bytes()))
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
            (a, b) => a.len() == b.len() && a.folded().eq(b.folded()),
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
        match (self, other) {
            (Self::Ascii(a), TextRef::Ascii(b)) => {
                a.iter().map(u8::to_ascii_uppercase).cmp(b.iter().map(u8::to_ascii_uppercase))
            }
            (a, b) => a.folded().cmp(b.folded()),
        }
    }

    /// The units in upper case, as ordinal comparison without case looks at them: two units that are one character are
    /// mapped together.
    pub fn folded(self) -> impl Iterator<Item = u16> + use<'a> {
        let mut low = None;
        let mut units = self.units().peekable();
        std::iter::from_fn(move || {
            if let Some(low) = low.take() {
                return Some(low);
            }
            let unit = units.next()?;
            if !(0xd800..0xdc00).contains(&unit) {
                return Some(upper(unit));
            }
            let Some(second) = units.next_if(|second| (0xdc00..0xe000).contains(second)) else { return Some(unit) };
            let [first, second] = upper_pair(unit, second);
            low = Some(second);
            Some(first)
        })
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
    match unit {
        // .NET leaves these alone, whose capitals are ASCII or came after Unicode 15.0.
        0x17f | 0x19b | 0x264 | 0x1c8a | 0xa7cd | 0xa7cf | 0xa7d3 | 0xa7d5 | 0xa7db => unit,
        // Greek letters with iota: the simple mapping, where Rust has the full one.
        0x1f80..=0x1f87 | 0x1f90..=0x1f97 | 0x1fa0..=0x1fa7 => unit + 8,
        0x1fb3 | 0x1fc3 | 0x1ff3 => unit + 9,
        _ => simple_case(unit, |c| c.to_uppercase().collect()),
    }
}

/// `Char.ToLowerInvariant`: the simple (one to one) mapping.
#[must_use]
pub fn lower(unit: u16) -> u16 {
    if unit < 128 {
        return u16::from((unit as u8).to_ascii_lowercase());
    }
    match unit {
        0x1c89 | 0xa7cb | 0xa7cc | 0xa7ce | 0xa7d2 | 0xa7d4 | 0xa7da | 0xa7dc => unit,
        _ => simple_case(unit, |c| c.to_lowercase().collect()),
    }
}

/// The capital of a character beyond 16 bits.
fn upper_pair(high: u16, low: u16) -> [u16; 2] {
    let code = 0x10000 + ((u32::from(high) - 0xd800) << 10) + (u32::from(low) - 0xdc00);
    let Some(c) = char::from_u32(code).filter(|_| crate::library::system::char::is_assigned(code)) else {
        return [high, low];
    };
    let mut capitals = c.to_uppercase();
    match (capitals.next(), capitals.next()) {
        (Some(capital), None) if capital.len_utf16() == 2 => {
            let mut units = [0; 2];
            capital.encode_utf16(&mut units);
            units
        }
        _ => [high, low],
    }
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
///
/// Where what is pushed is decided by an input, it has a limit ([`TextBuf::at_most`], [`Heap::text_buf`]): what goes
/// beyond is not taken, and [`Heap::new_buf`] then refuses the text. So no text that is too long is ever held in whole.
///
/// [`Heap::text_buf`]: super::heap::Heap::text_buf
/// [`Heap::new_buf`]: super::heap::Heap::new_buf
#[derive(Clone, Debug)]
pub struct TextBuf {
    units: Units,
    most: usize,
    full: bool,
}

#[derive(Clone, Debug)]
enum Units {
    /// Only bytes below 128.
    Ascii(Vec<u8>),
    Wide(Vec<u16>),
}

impl Default for TextBuf {
    fn default() -> Self {
        Self::new()
    }
}

impl TextBuf {
    const fn of(units: Units) -> Self {
        Self { units, most: usize::MAX, full: false }
    }

    /// An empty text.
    #[must_use]
    pub const fn new() -> Self {
        Self::of(Units::Ascii(Vec::new()))
    }

    /// An empty text that takes at most so many units.
    pub(crate) const fn limited(most: usize) -> Self {
        Self { units: Units::Ascii(Vec::new()), most, full: false }
    }

    /// An empty text with room for `units`.
    #[must_use]
    pub fn with_capacity(units: usize) -> Self {
        Self::of(Units::Ascii(Vec::with_capacity(units)))
    }

    /// A text of bytes below 128.
    pub(crate) const fn ascii(bytes: Vec<u8>) -> Self {
        Self::of(Units::Ascii(bytes))
    }

    /// A text of UTF-16 units.
    pub(crate) const fn wide(units: Vec<u16>) -> Self {
        Self::of(Units::Wide(units))
    }

    /// Takes no more than `units` in all from now on.
    pub fn at_most(&mut self, units: usize) {
        self.most = self.most.min(units);
    }

    /// True when something was not taken, since it would have been too long.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.full
    }

    /// Makes it a text that is too long: whoever writes it has given up.
    pub(crate) const fn give_up(&mut self) {
        self.full = true;
    }

    /// Nothing when all was taken.
    ///
    /// # Errors
    /// [`Trap::StringTooLong`].
    pub const fn fits(&self) -> Result<(), Trap> {
        if self.full { Err(Trap::StringTooLong) } else { Ok(()) }
    }

    /// Length in UTF-16 units.
    #[must_use]
    pub const fn len(&self) -> usize {
        match &self.units {
            Units::Ascii(bytes) => bytes.len(),
            Units::Wide(units) => units.len(),
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
        match &self.units {
            Units::Ascii(bytes) => TextRef::Ascii(bytes),
            Units::Wide(units) => TextRef::Wide(units),
        }
    }

    /// Whether so many units more are taken.
    #[inline]
    const fn takes(&mut self, units: usize) -> bool {
        if units <= self.most.saturating_sub(self.len()) {
            return true;
        }
        self.full = true;
        false
    }

    /// Appends Rust text.
    pub fn push_str(&mut self, text: &str) {
        let ascii = text.is_ascii();
        let units = if ascii { text.len() } else { text.encode_utf16().count() };
        if !self.takes(units) {
            return;
        }
        match &mut self.units {
            Units::Ascii(bytes) if ascii => bytes.extend_from_slice(text.as_bytes()),
            _ => self.widen().extend(text.encode_utf16()),
        }
    }

    /// Appends a text.
    pub fn push_text(&mut self, text: TextRef<'_>) {
        if !self.takes(text.len()) {
            return;
        }
        match (&mut self.units, text) {
            (Units::Ascii(bytes), TextRef::Ascii(more)) => bytes.extend_from_slice(more),
            (Units::Wide(units), TextRef::Wide(more)) => units.extend_from_slice(more),
            (_, text) => self.widen().extend(text.units()),
        }
    }

    /// Appends one unit.
    pub fn push(&mut self, unit: u16) {
        if !self.takes(1) {
            return;
        }
        match &mut self.units {
            Units::Ascii(bytes) if unit < 128 => bytes.push(unit as u8),
            _ => self.widen().push(unit),
        }
    }

    /// Appends a unit many times.
    pub fn push_many(&mut self, unit: u16, count: usize) {
        if !self.takes(count) {
            return;
        }
        match &mut self.units {
            Units::Ascii(bytes) if unit < 128 => bytes.resize(bytes.len() + count, unit as u8),
            _ => {
                let units = self.widen();
                units.resize(units.len() + count, unit);
            }
        }
    }

    /// Puts another unit in the place of the one at `at`.
    pub(crate) fn set(&mut self, at: usize, unit: u16) {
        if at >= self.len() {
            return;
        }
        match &mut self.units {
            Units::Ascii(bytes) if unit < 128 => {
                if let Some(slot) = bytes.get_mut(at) {
                    *slot = unit as u8;
                }
            }
            _ => {
                if let Some(slot) = self.widen().get_mut(at) {
                    *slot = unit;
                }
            }
        }
    }

    /// The bytes of a text of ASCII, for what is as short as a date.
    pub(crate) const fn ascii_mut(&mut self) -> Option<&mut Vec<u8>> {
        match &mut self.units {
            Units::Ascii(bytes) => Some(bytes),
            Units::Wide(_) => None,
        }
    }

    /// Takes units out of the middle.
    pub(crate) fn remove(&mut self, from: usize, to: usize) {
        let to = to.min(self.len());
        let from = from.min(to);
        match &mut self.units {
            Units::Ascii(bytes) => drop(bytes.drain(from..to)),
            Units::Wide(units) => drop(units.drain(from..to)),
        }
    }

    fn widen(&mut self) -> &mut Vec<u16> {
        if let Units::Ascii(bytes) = &self.units {
            self.units = Units::Wide(bytes.iter().map(|b| u16::from(*b)).collect());
        }
        match &mut self.units {
            Units::Wide(units) => units,
            Units::Ascii(_) => unreachable!("widened above"),
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
