//! Where an expression ends, told by C#'s lexical rules alone.
//!
//! The document parser needs the end of `@( … )` before it can go on reading markup, so this runs on text that may go
//! on with anything. It looks at every byte once and keeps its own stack: neither a long nor a deep text can hurt it.

use std::fmt;

/// Why no end was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScanError {
    /// Offset of the `@` that opens the expression: "Reaching the end of input is an error at the position of the
    /// opening `@`".
    pub start: usize,
    /// Offset of what is not closed.
    pub at: usize,
    /// What is not closed.
    pub reason: ScanErrorReason,
}

/// What is not closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanErrorReason {
    /// The text does not start with `@(` or `@{`.
    NotAnExpression,
    /// No bracket matches the opening one.
    Unclosed,
    /// A string or character literal reaches the end of its line.
    UnclosedLiteral,
    /// A verbatim or interpolated string reaches the end of the text.
    UnclosedString,
    /// A `/*` comment reaches the end of the text.
    UnclosedComment,
}

impl fmt::Display for ScanError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.reason {
            ScanErrorReason::NotAnExpression => "the text does not start with @( or @{",
            ScanErrorReason::Unclosed => "the expression has no closing bracket",
            ScanErrorReason::UnclosedLiteral => "Newline in constant",
            ScanErrorReason::UnclosedString => "Unterminated string literal",
            ScanErrorReason::UnclosedComment => "End-of-file found, '*/' expected",
        })
    }
}

impl std::error::Error for ScanError {}

/// The offset just after the bracket that closes the expression starting at `start`.
///
/// "Count the bracket kind that opened it, ignoring brackets inside" strings, characters and comments: a stray bracket
/// of another kind is left for the parser to complain about.
///
/// # Errors
///
/// When the text ends, or a line ends inside a literal, before the bracket is closed.
pub fn scan_expression_end(text: &str, start: usize) -> Result<usize, ScanError> {
    let bytes = text.as_bytes();
    let open = match (bytes.get(start), bytes.get(start.saturating_add(1))) {
        (Some(b'@'), Some(open @ (b'(' | b'{'))) => *open,
        _ => return Err(ScanError { start, at: start, reason: ScanErrorReason::NotAnExpression }),
    };
    let close = if open == b'(' { b')' } else { b'}' };
    let mut scanner = Scanner { bytes, start, at: start + 2, strings: Vec::new() };
    let mut depth = 1_usize;
    loop {
        let at = scanner.at;
        let Some(byte) = scanner.next_code_byte()? else {
            return Err(scanner.error(start, ScanErrorReason::Unclosed));
        };
        // Only brackets of the code itself count, not those in the holes of an interpolated string.
        if !scanner.strings.is_empty() || scanner.at != at + 1 {
            continue;
        }
        if byte == open {
            depth += 1;
        } else if byte == close {
            depth -= 1;
            if depth == 0 {
                return Ok(scanner.at);
            }
        }
    }
}

/// An interpolated string of which a hole is being scanned.
struct OpenString {
    start: usize,
    verbatim: bool,
    /// Braces opened in the hole.
    braces: usize,
    /// Parentheses and square brackets opened in the hole: a colon inside them does not start a format.
    others: usize,
}

struct Scanner<'t> {
    bytes: &'t [u8],
    start: usize,
    at: usize,
    strings: Vec<OpenString>,
}

impl Scanner<'_> {
    fn error(&self, at: usize, reason: ScanErrorReason) -> ScanError {
        ScanError { start: self.start, at, reason }
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    /// Steps over one byte of code, or over a whole literal or comment; `None` at the end of the text.
    fn next_code_byte(&mut self) -> Result<Option<u8>, ScanError> {
        let Some(byte) = self.bytes.get(self.at).copied() else { return Ok(None) };
        let at = self.at;
        match byte {
            b'"' | b'\'' => {
                self.at =
                    skip_literal(self.bytes, at).ok_or_else(|| self.error(at, ScanErrorReason::UnclosedLiteral))?;
            }
            b'@' if self.peek(1) == b'"' => {
                self.at =
                    skip_verbatim(self.bytes, at + 2).ok_or_else(|| self.error(at, ScanErrorReason::UnclosedString))?;
            }
            b'$' | b'@' => match interpolation_prefix(self.bytes, at) {
                Some((length, verbatim)) => {
                    self.at = at + length;
                    self.string_text(OpenString { start: at, verbatim, braces: 0, others: 0 })?;
                }
                None => self.at += 1,
            },
            b'/' if self.peek(1) == b'/' => self.at = skip_line(self.bytes, at),
            b'/' if self.peek(1) == b'*' => {
                self.at =
                    skip_comment(self.bytes, at).ok_or_else(|| self.error(at, ScanErrorReason::UnclosedComment))?;
            }
            _ => {
                self.at += 1;
                self.hole_byte(byte)?;
            }
        }
        Ok(Some(byte))
    }

    /// What a byte of code means to the hole it stands in.
    fn hole_byte(&mut self, byte: u8) -> Result<(), ScanError> {
        let Some(string) = self.strings.last_mut() else { return Ok(()) };
        match byte {
            b'{' => string.braces += 1,
            b'(' | b'[' => string.others += 1,
            b')' | b']' => string.others = string.others.saturating_sub(1),
            b'}' if string.braces > 0 => string.braces -= 1,
            b'}' => {
                if let Some(string) = self.strings.pop() {
                    self.string_text(string)?;
                }
            }
            b':' if string.braces == 0 && string.others == 0 => {
                let (start, verbatim) = (string.start, string.verbatim);
                self.at = skip_format(self.bytes, self.at, verbatim)
                    .ok_or_else(|| self.error(start, ScanErrorReason::UnclosedString))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Scans the text of an interpolated string to its end or into its next hole.
    fn string_text(&mut self, mut string: OpenString) -> Result<(), ScanError> {
        match skip_interpolation_text(self.bytes, self.at, string.verbatim) {
            TextEnd::Quote(end) => self.at = end,
            TextEnd::Hole(after) => {
                self.at = after;
                (string.braces, string.others) = (0, 0);
                self.strings.push(string);
            }
            TextEnd::Unclosed(_) if string.verbatim => {
                return Err(self.error(string.start, ScanErrorReason::UnclosedString));
            }
            TextEnd::Unclosed(_) => return Err(self.error(string.start, ScanErrorReason::UnclosedLiteral)),
        }
        Ok(())
    }
}

/// Length of `$"`, `$@"` or `@$"` at `at`, and whether it is verbatim.
pub(super) fn interpolation_prefix(bytes: &[u8], at: usize) -> Option<(usize, bool)> {
    match (bytes.get(at)?, bytes.get(at + 1)?, bytes.get(at + 2)) {
        (b'$', b'"', _) => Some((2, false)),
        (b'$', b'@', Some(b'"')) | (b'@', b'$', Some(b'"')) => Some((3, true)),
        _ => None,
    }
}

/// The offset after the regular string or character literal at `at`; `None` when its line ends first.
pub(super) fn skip_literal(bytes: &[u8], at: usize) -> Option<usize> {
    let quote = *bytes.get(at)?;
    let mut at = at + 1;
    loop {
        match *bytes.get(at)? {
            byte if byte == quote => return Some(at + 1),
            b'\n' | b'\r' => return None,
            // An escaped line end is still a line end.
            b'\\' if !matches!(bytes.get(at + 1), Some(b'\n' | b'\r')) => at += 2,
            _ => at += 1,
        }
    }
}

/// The offset after the verbatim string whose text starts at `at`; `None` when the text ends first.
pub(super) fn skip_verbatim(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        if *bytes.get(at)? != b'"' {
            at += 1;
        } else if bytes.get(at + 1) == Some(&b'"') {
            at += 2;
        } else {
            return Some(at + 1);
        }
    }
}

/// The offset of the line end after `at`.
pub(super) fn skip_line(bytes: &[u8], at: usize) -> usize {
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().position(|byte| matches!(byte, b'\n' | b'\r')).unwrap_or(rest.len())
}

/// The offset after the `/* … */` at `at`; `None` when the text ends first.
pub(super) fn skip_comment(bytes: &[u8], at: usize) -> Option<usize> {
    let mut at = at + 2;
    loop {
        if *bytes.get(at)? == b'*' && bytes.get(at + 1) == Some(&b'/') {
            return Some(at + 2);
        }
        at += 1;
    }
}

/// Where a piece of an interpolated string's text ends.
pub(super) enum TextEnd {
    /// At the closing quote; the offset after it.
    Quote(usize),
    /// At the `{` of a hole; the offset after it.
    Hole(usize),
    /// At the end of the line or of the text.
    Unclosed(usize),
}

/// Scans the text of an interpolated string from `at`.
pub(super) fn skip_interpolation_text(bytes: &[u8], mut at: usize, verbatim: bool) -> TextEnd {
    loop {
        let next = bytes.get(at + 1);
        match bytes.get(at) {
            None => return TextEnd::Unclosed(at.min(bytes.len())),
            Some(b'\n' | b'\r') if !verbatim => return TextEnd::Unclosed(at),
            Some(b'"') if verbatim && next == Some(&b'"') => at += 2,
            Some(b'"') => return TextEnd::Quote(at + 1),
            Some(b'{') if next == Some(&b'{') => at += 2,
            Some(b'{') => return TextEnd::Hole(at + 1),
            Some(b'\\') if !verbatim && !matches!(next, Some(b'\n' | b'\r')) => at += 2,
            Some(_) => at += 1,
        }
    }
}

/// The offset of the `}` that ends a hole's format starting at `at`; `None` when the string or the text ends first.
pub(super) fn skip_format(bytes: &[u8], mut at: usize, verbatim: bool) -> Option<usize> {
    loop {
        let next = bytes.get(at + 1);
        match *bytes.get(at)? {
            // Even a doubled one: a format cannot contain a brace.
            b'}' => return Some(at),
            b'"' if verbatim && next == Some(&b'"') => at += 2,
            b'"' => return None,
            b'\n' | b'\r' if !verbatim => return None,
            b'\\' if !verbatim => at += 2,
            _ => at += 1,
        }
    }
}
