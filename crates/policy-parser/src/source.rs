//! Where text comes from and where a piece of it lies.
//!
//! A [`Source`] is one file as the user wrote it. Parsing works on a text derived from it (named values substituted,
//! entities decoded); an [`OffsetMap`] leads every offset of the derived text back to the file, so that a position is
//! always a line and a column of what the user can see.

use std::sync::{Arc, OnceLock};

/// A range of byte offsets, end exclusive, inside the text it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// Offset of the first byte.
    pub start: u32,
    /// Offset after the last byte.
    pub end: u32,
}

impl Span {
    /// The range from `start` to `end`.
    #[must_use]
    pub const fn new(start: u32, end: u32) -> Self {
        Self { start, end }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// Number of bytes covered.
    #[must_use]
    pub const fn len(self) -> u32 {
        self.end.saturating_sub(self.start)
    }

    /// True when nothing is covered.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.end <= self.start
    }
}

/// A line and a column, both counted from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: u32,
    /// Column in characters, from 1.
    pub column: u32,
}

/// One file as the user wrote it, shared by everything that points into it.
#[derive(Debug)]
pub struct Source {
    name: String,
    text: String,
    line_starts: Vec<u32>,
    is_shown: bool,
    /// The same to be shown, where somebody asked for it.
    shown: OnceLock<Arc<Self>>,
}

impl Source {
    /// Wraps `text`, known to the user as `name` (a path, or `<expression>`).
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let text = text.into();
        // A byte order mark is no character of the first line: editors do not count it.
        let mut line_starts = vec![if text.starts_with('\u{FEFF}') { 3 } else { 0 }];
        line_starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| offset(i + 1)));
        Arc::new(Self { name: name.into(), text, line_starts, is_shown: true, shown: OnceLock::new() })
    }

    /// The same for a file that may have secrets in it: its lines are never shown.
    #[must_use]
    pub fn hidden(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let mut source = Self::new(name, text);
        if let Some(source) = Arc::get_mut(&mut source) {
            source.is_shown = false;
        }
        source
    }

    /// May its lines be shown?
    #[must_use]
    pub const fn is_shown(&self) -> bool {
        self.is_shown
    }

    /// The same file for a place in it that may be shown, whatever else it has; made once.
    #[must_use]
    pub fn shown(self: &Arc<Self>) -> Arc<Self> {
        if self.is_shown {
            return Arc::clone(self);
        }
        Arc::clone(self.shown.get_or_init(|| Self::new(self.name.as_str(), self.text.as_str())))
    }

    /// The name given at construction.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Line and column of a byte offset; an offset past the end is the end.
    #[must_use]
    pub fn position(&self, at: u32) -> Position {
        let at = at.min(offset(self.text.len()));
        let line = self.line_starts.partition_point(|start| *start <= at).max(1);
        let start = self.line_starts.get(line - 1).copied().unwrap_or(0);
        let before = self.text.as_bytes().get(start as usize..at as usize).unwrap_or_default();
        // A character starts at every byte that is not a UTF-8 continuation byte.
        let column = before.iter().filter(|b| (**b & 0xC0) != 0x80).count();
        Position { line: offset(line), column: offset(column + 1) }
    }

    /// The number of the line that a byte offset is in.
    pub(crate) fn line_of(&self, at: u32) -> u32 {
        offset(self.line_starts.partition_point(|start| *start <= at).max(1))
    }

    /// The byte offset at which a line begins.
    pub(crate) fn line_start(&self, line: u32) -> u32 {
        self.line_starts.get(line.saturating_sub(1) as usize).copied().unwrap_or(0)
    }

    /// The text of a line, without its line end; empty when there is no such line.
    #[must_use]
    pub fn line(&self, line: u32) -> &str {
        let index = line.saturating_sub(1) as usize;
        let Some(start) = self.line_starts.get(index) else { return "" };
        let end = self.line_starts.get(index + 1).map_or(self.text.len(), |next| *next as usize);
        self.text.get(*start as usize..end).unwrap_or("").trim_end_matches(['\n', '\r'])
    }
}

/// Leads offsets of a derived text back to the text it was made from.
///
/// Pieces are kept in ascending order of the derived text. Inside a *copied* piece both sides run in step; every
/// offset inside a *replaced* piece leads to the start of what it replaces.
#[derive(Clone, Debug, Default)]
pub struct OffsetMap {
    pieces: Vec<Piece>,
}

#[derive(Clone, Copy, Debug)]
struct Piece {
    derived: u32,
    origin: u32,
    copied: bool,
}

impl OffsetMap {
    /// A map for a text that is one unchanged copy starting at `origin`.
    #[must_use]
    pub fn copied_from(origin: u32) -> Self {
        Self { pieces: vec![Piece { derived: 0, origin, copied: true }] }
    }

    /// From `derived` on, text is a copy of what starts at `origin`.
    pub fn copy(&mut self, derived: u32, origin: u32) {
        self.pieces.push(Piece { derived, origin, copied: true });
    }

    /// From `derived` on, text stands for what starts at `origin`.
    pub fn replace(&mut self, derived: u32, origin: u32) {
        self.pieces.push(Piece { derived, origin, copied: false });
    }

    /// The offset in the original text.
    #[must_use]
    pub fn origin(&self, derived: u32) -> u32 {
        let index = self.pieces.partition_point(|piece| piece.derived <= derived);
        match index.checked_sub(1).and_then(|i| self.pieces.get(i)) {
            Some(piece) if piece.copied => piece.origin + (derived - piece.derived),
            Some(piece) => piece.origin,
            None => derived,
        }
    }

    /// The span in the original text. A span that touches a replaced piece covers all of what was replaced: half an
    /// entity is nothing a user can look at.
    #[must_use]
    pub fn origin_span(&self, span: Span) -> Span {
        let (start, end) = (self.origin(span.start), self.origin_end(span.end));
        // Where something was replaced by nothing, nothing stands for all of it.
        if span.is_empty() {
            Span { start: end.min(start), end: start.max(end) }
        } else {
            Span { start, end: end.max(start) }
        }
    }

    /// Where the byte before `derived` ends in the original text.
    fn origin_end(&self, derived: u32) -> u32 {
        let index = self.pieces.partition_point(|piece| piece.derived < derived);
        let next = self.pieces.get(index);
        match index.checked_sub(1).and_then(|i| self.pieces.get(i)) {
            Some(piece) if piece.copied => piece.origin + (derived - piece.derived),
            Some(piece) => next.map_or(piece.origin, |next| next.origin),
            None => next.map_or(derived, |next| next.origin),
        }
    }

    /// True when nothing is recorded: derived and original text are the same.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        self.pieces.is_empty()
    }

    /// Forgets all pieces and keeps their memory.
    pub fn clear(&mut self) {
        self.pieces.clear();
    }

    /// The map of the text that remains when the first `at` bytes of the derived text are cut off and `length` bytes
    /// are kept.
    #[must_use]
    pub fn slice(&self, at: u32, length: u32) -> Self {
        let mut slice = Self::default();
        self.copy_pieces(at, length, 0, &mut slice);
        slice
    }

    /// The map that leads from this map's derived text (of `length` bytes) through its original text, itself derived
    /// by `outer`, to the original text of `outer`.
    #[must_use]
    pub fn compose(&self, outer: &Self, length: u32) -> Self {
        let mut composed = Self::default();
        if self.pieces.is_empty() {
            outer.copy_pieces(0, length, 0, &mut composed);
        }
        for (index, piece) in self.pieces.iter().enumerate() {
            let end = self.pieces.get(index + 1).map_or(length, |next| next.derived);
            if piece.copied {
                let length = end.saturating_sub(piece.derived);
                outer.copy_pieces(piece.origin, length, piece.derived, &mut composed);
            } else {
                composed.replace(piece.derived, outer.origin(piece.origin));
            }
        }
        composed
    }

    /// Appends to `target` what this map says about the `length` bytes from `from` on, as bytes from `to` on. A piece
    /// that starts right at the end is taken along, since it tells where the last replaced piece ends.
    fn copy_pieces(&self, from: u32, length: u32, to: u32, target: &mut Self) {
        let mut index = self.pieces.partition_point(|piece| piece.derived <= from);
        let copied = index.checked_sub(1).and_then(|i| self.pieces.get(i)).is_none_or(|piece| piece.copied);
        target.pieces.push(Piece { derived: to, origin: self.origin(from), copied });
        while let Some(piece) = self.pieces.get(index).filter(|piece| piece.derived - from <= length) {
            target.pieces.push(Piece { derived: to + (piece.derived - from), ..*piece });
            index += 1;
        }
    }
}

/// Offsets are 32 bits wide: a source is limited to far less than 4 GiB, see `document::Limits`.
pub(crate) fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_not_the_byte_order_mark() {
        let source = Source::new("a", "\u{FEFF}äb\r\nc");
        assert_eq!(source.position(0), Position { line: 1, column: 1 });
        assert_eq!(source.position(5), Position { line: 1, column: 2 });
        assert_eq!(source.position(8), Position { line: 2, column: 1 });
        assert_eq!((source.line(1), source.line(2), source.line(3)), ("äb", "c", ""));
    }

    /// `x&lt;y` inside `..{{v}}..`: `v` stands for `&lt;y` and the entity for one byte.
    #[test]
    fn composition_leads_through_both_maps() {
        let mut substituted = OffsetMap::default();
        substituted.copy(0, 0);
        substituted.replace(2, 2);
        substituted.copy(7, 7 + 100);
        let mut decoded = OffsetMap::copied_from(1);
        decoded.replace(1, 2);
        decoded.copy(2, 6);
        let composed = decoded.compose(&substituted, 5);
        let origins: Vec<u32> = (0..5).map(|at| composed.origin(at)).collect();
        assert_eq!(origins, [1, 2, 2, 107, 108]);
        assert_eq!(composed.origin_span(Span::new(1, 2)), Span::new(2, 2));
        assert_eq!(composed.origin_span(Span::new(2, 3)), Span::new(2, 107));
    }

    #[test]
    fn a_slice_starts_at_zero() {
        let mut map = OffsetMap::copied_from(10);
        map.replace(3, 13);
        map.copy(4, 17);
        let slice = map.slice(2, 4);
        assert_eq!([0, 1, 2, 3].map(|at| slice.origin(at)), [12, 13, 17, 18]);
        assert_eq!(slice.origin_span(Span::new(1, 2)), Span::new(13, 17));
        assert_eq!(map.slice(3, 1).origin_span(Span::new(0, 1)), Span::new(13, 17));
    }
}
