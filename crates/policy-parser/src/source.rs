//! Where text comes from and where a piece of it lies.
//!
//! A [`Source`] is one file as the user wrote it. Parsing works on a text derived from it (named values substituted,
//! entities decoded); an [`OffsetMap`] leads every offset of the derived text back to the file, so that a position is
//! always a line and a column of what the user can see.

use std::sync::Arc;

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
}

impl Source {
    /// Wraps `text`, known to the user as `name` (a path, or `<expression>`).
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        let text = text.into();
        let mut line_starts = vec![0];
        line_starts.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| offset(i + 1)));
        Arc::new(Self { name: name.into(), text, line_starts })
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

    /// The span in the original text.
    #[must_use]
    pub fn origin_span(&self, span: Span) -> Span {
        let start = self.origin(span.start);
        let end = self.origin(span.end).max(start);
        Span { start, end }
    }
}

/// Offsets are 32 bits wide: a source is limited to far less than 4 GiB, see `document::Limits`.
pub(crate) fn offset(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
