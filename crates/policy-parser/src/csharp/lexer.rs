//! Text to tokens, in one pass and with one vector.
//!
//! Interpolated strings are taken apart here: their texts and the code of their holes become tokens of the same flat
//! stream, however deeply they are nested. So every byte is read once, and the parser needs no lexer of its own.

use super::SyntaxError;
use super::number;
use super::scan::{
    TextEnd, interpolation_prefix, skip_comment, skip_format, skip_interpolation_text, skip_line, skip_literal,
    skip_verbatim,
};
use super::text;
use super::token::{Contextual, Token, TokenKind};
use crate::source::{Span, offset};

/// The tokens of `text`, ended by one of kind `End`, and what is wrong with them.
pub(super) fn lex(text: &str) -> (Vec<Token>, Vec<SyntaxError>) {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        // The `@` is no part of the C#.
        at: usize::from(text.starts_with('@')),
        // Policies have about one token in five bytes.
        tokens: Vec::with_capacity(text.len() / 4 + 8),
        errors: Vec::new(),
        strings: Vec::new(),
        newline: false,
        closed_line: false,
    };
    lexer.run();
    (lexer.tokens, lexer.errors)
}

/// An interpolated string of which a hole is being read.
struct OpenString {
    verbatim: bool,
    /// Offset of the hole's `{`.
    hole: usize,
    /// Braces opened in the hole.
    braces: u32,
    /// Parentheses and square brackets opened in the hole.
    others: u32,
    /// One complaint about line ends is enough.
    complained: bool,
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    tokens: Vec<Token>,
    errors: Vec<SyntaxError>,
    strings: Vec<OpenString>,
    newline: bool,
    /// True after a preprocessor line or an unclosed comment: what follows does not end the line of the token before.
    closed_line: bool,
}

impl Lexer<'_> {
    fn run(&mut self) {
        loop {
            self.skip_trivia();
            let start = self.at;
            if start >= self.bytes.len() {
                break;
            }
            self.lex_token(start);
        }
        while let Some(string) = self.strings.pop() {
            self.close_unclosed_hole(&string);
        }
        // The compiler sees the expression in front of a line end.
        self.newline |= !self.closed_line;
        self.push(TokenKind::End, self.at);
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.at + ahead).copied().unwrap_or(0)
    }

    fn error(&mut self, code: &'static str, start: usize, end: usize, message: impl Into<String>) {
        self.errors.push(SyntaxError { code, message: message.into(), span: Span::new(offset(start), offset(end)) });
    }

    /// Adds the token from `start` to here.
    fn push(&mut self, kind: TokenKind, start: usize) {
        self.push_word(kind, Contextual::None, start);
    }

    fn push_word(&mut self, kind: TokenKind, contextual: Contextual, start: usize) {
        let token =
            Token { kind, contextual, newline_before: self.newline, start: offset(start), end: offset(self.at) };
        (self.newline, self.closed_line) = (false, false);
        self.tokens.push(token);
    }

    /// Adds a token of one kind for the next `length` bytes.
    fn symbol(&mut self, kind: TokenKind, length: usize) {
        let start = self.at;
        self.at += length;
        self.push(kind, start);
    }

    // ---- White space and comments ----

    fn skip_trivia(&mut self) {
        loop {
            match self.peek(0) {
                b' ' | b'\t' | 0x0B | 0x0C => self.at += 1,
                b'\n' | b'\r' => self.line_end(1),
                b'/' if self.peek(1) == b'/' => self.line_comment(),
                b'/' if self.peek(1) == b'*' => self.block_comment(),
                b'#' => self.directive(),
                0x80.. => {
                    let Some(character) = self.character() else { return };
                    match character {
                        '\u{85}' | '\u{2028}' | '\u{2029}' => self.line_end(character.len_utf8()),
                        _ if character.is_whitespace() => self.at += character.len_utf8(),
                        _ => return,
                    }
                }
                _ => return,
            }
        }
    }

    fn character(&self) -> Option<char> {
        self.text.get(self.at..).and_then(|rest| rest.chars().next())
    }

    fn line_end(&mut self, length: usize) {
        let at = self.at;
        self.newline |= !self.closed_line;
        self.at += length;
        if let Some(string) = self.strings.last_mut()
            && !string.verbatim
            && !string.complained
        {
            string.complained = true;
            let message = "Newlines are not allowed inside a non-verbatim interpolated string";
            self.error("CS8967", at, at + length, message);
        }
    }

    fn line_comment(&mut self) {
        let start = self.at;
        if self.strings.is_empty() {
            self.at = skip_line(self.bytes, start);
        } else {
            // Its end could not be told from the string's.
            self.at += 2;
            self.error("CS8077", start, self.at, "A single-line comment may not be used in an interpolated string.");
        }
    }

    fn block_comment(&mut self) {
        let start = self.at;
        self.at = skip_comment(self.bytes, start).unwrap_or_else(|| {
            self.errors.push(SyntaxError {
                code: "CS1035",
                message: "End-of-file found, '*/' expected".to_owned(),
                span: Span::new(offset(start), offset(start + 2)),
            });
            self.closed_line = true;
            self.bytes.len()
        });
    }

    /// `#` starts a preprocessor line: refused, and skipped as a whole.
    fn directive(&mut self) {
        let start = self.at;
        self.closed_line = true;
        self.at = skip_line(self.bytes, start);
        let line = self.text.get(..start).unwrap_or("");
        let line = line.get(line.rfind('\n').map_or(0, |at| at + 1)..).unwrap_or("");
        if start > 0 && line.len() < start && line.trim().is_empty() {
            let after = self.text.get(start + 1..self.at).unwrap_or("");
            let word = start + 1 + (after.len() - after.trim_start().len());
            let end = word + after.trim().split(char::is_whitespace).next().map_or(0, str::len);
            self.error("CS1024", word, end, "Preprocessor directive expected");
        } else {
            let message = "Preprocessor directives must appear as the first non-whitespace character on a line";
            self.error("CS1040", start, start + 1, message);
        }
    }

    // ---- Tokens ----

    fn lex_token(&mut self, start: usize) {
        match self.peek(0) {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.word(start),
            b'0'..=b'9' => self.number(start),
            b'.' if self.peek(1).is_ascii_digit() => self.number(start),
            b'"' => self.regular_string(start),
            b'\'' => self.char_literal(start),
            b'@' => self.at_sign(start),
            b'$' => self.dollar(start),
            b'\\' | 0x80.. => self.unusual(start),
            byte => self.punctuation(byte),
        }
    }

    fn word(&mut self, start: usize) {
        while matches!(self.peek(0), b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_') {
            self.at += 1;
        }
        if matches!(self.peek(0), b'\\' | 0x80..) {
            self.unusual_word();
        }
        let word = self.text.get(start..self.at).unwrap_or("");
        // Keywords and contextual keywords are written in lower case.
        if !matches!(word.as_bytes().first(), Some(b'a'..=b'z' | b'_')) {
            return self.push(TokenKind::Ident, start);
        }
        match TokenKind::keyword(word) {
            Some(kind) => self.push(kind, start),
            None => self.push_word(TokenKind::Ident, Contextual::of(word), start),
        }
    }

    /// Goes on with a word at a letter outside ASCII or at a `\u` escape; false when there is neither.
    fn unusual_word(&mut self) -> bool {
        let start = self.at;
        loop {
            let length = match self.peek(0) {
                b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' => 1,
                b'\\' => identifier_escape(self.text.get(self.at..).unwrap_or("")).map_or(0, |(_, length)| length),
                0x80.. => self.character().filter(|c| is_word_character(*c)).map_or(0, char::len_utf8),
                _ => 0,
            };
            if length == 0 {
                return self.at > start;
            }
            self.at += length;
        }
    }

    /// A word that starts with a letter outside ASCII or an escape, or a stray character.
    fn unusual(&mut self, start: usize) {
        let begins_word = match self.character() {
            Some('\\') => identifier_escape(self.text.get(start..).unwrap_or(""))
                .is_some_and(|(c, _)| c == '_' || c.is_alphabetic()),
            Some(character) => character.is_alphabetic(),
            None => false,
        };
        if begins_word && self.unusual_word() {
            self.push(TokenKind::Ident, start);
        } else {
            self.bad(start);
        }
    }

    fn bad(&mut self, start: usize) {
        let Some(character) = self.character() else {
            self.at = self.bytes.len();
            return;
        };
        self.at += character.len_utf8();
        self.error("CS1056", start, self.at, format!("Unexpected character '{character}'"));
        self.push(TokenKind::Bad, start);
    }

    fn number(&mut self, start: usize) {
        let number = number::scan(self.text, start);
        self.at = number.end;
        if let Some(error) = number.error {
            let (code, message) = error.describe();
            self.error(code, start, self.at, message);
        }
        self.push(number.kind, start);
    }

    /// `@"…"`, `@$"…"`, `@name`.
    fn at_sign(&mut self, start: usize) {
        if self.peek(1) == b'"' {
            self.at = skip_verbatim(self.bytes, start + 2).unwrap_or(self.bytes.len() + 1);
            if self.at > self.bytes.len() {
                self.at = self.bytes.len();
                self.error("CS1039", start, self.at, "Unterminated string literal");
            }
            self.push(TokenKind::Str, start);
        } else if let Some((length, verbatim)) = interpolation_prefix(self.bytes, start) {
            let message = "To use '@$' instead of '$@' for an interpolated verbatim string, please use language \
                           version '8.0' or greater.";
            self.error("CS8401", start, start + 2, message);
            self.interpolation(length, verbatim);
        } else {
            self.at += 1;
            if !self.peek(0).is_ascii_digit() && self.unusual_word() {
                self.push(TokenKind::Ident, start);
            } else {
                let message = "Keyword, identifier, or string expected after verbatim specifier: @";
                self.error("CS1646", start, self.at, message);
                self.push(TokenKind::Bad, start);
            }
        }
    }

    fn dollar(&mut self, start: usize) {
        match interpolation_prefix(self.bytes, start) {
            Some((length, verbatim)) => self.interpolation(length, verbatim),
            None => self.bad(start),
        }
    }

    fn regular_string(&mut self, start: usize) {
        match skip_literal(self.bytes, start) {
            Some(end) => {
                self.at = end;
                self.check_escapes(start + 1, end - 1);
                self.push(TokenKind::Str, start);
            }
            // In a hole this quote more likely ends the string around it, whose hole lacks its brace.
            None if !self.strings.is_empty() => {
                if let Some(string) = self.strings.pop() {
                    self.close_unclosed_hole(&string);
                    self.symbol(TokenKind::InterpolationEnd, 1);
                }
            }
            None => {
                self.at = skip_line(self.bytes, start);
                self.error("CS1010", start, self.at, "Newline in constant");
                self.push(TokenKind::Str, start);
            }
        }
    }

    fn char_literal(&mut self, start: usize) {
        let Some(end) = skip_literal(self.bytes, start) else {
            self.at = skip_line(self.bytes, start);
            self.error("CS1010", start, self.at, "Newline in constant");
            return self.push(TokenKind::Char, start);
        };
        self.at = end;
        let units = self.text.get(start + 1..end - 1).map_or(0, |inner| count_units(inner, 2));
        if units == 0 {
            self.error("CS1011", start, end, "Empty character literal");
        } else if units > 1 {
            self.error("CS1012", start, end, "Too many characters in character literal");
        } else {
            self.check_escapes(start + 1, end - 1);
        }
        self.push(TokenKind::Char, start);
    }

    /// Reports the unrecognized escapes between two offsets.
    fn check_escapes(&mut self, start: usize, end: usize) {
        let mut at = start;
        while let Some(found) = self.bytes.get(at..end).and_then(|rest| rest.iter().position(|b| *b == b'\\')) {
            at += found;
            let escape = text::escape(self.text.get(at..end).unwrap_or(""));
            if escape.value.is_none() {
                self.error("CS1009", at, at + escape.length, "Unrecognized escape sequence");
            }
            at += escape.length.max(1);
        }
    }

    // ---- Interpolated strings ----

    fn interpolation(&mut self, prefix: usize, verbatim: bool) {
        self.symbol(TokenKind::InterpolationStart, prefix);
        self.interpolation_text(verbatim);
    }

    /// Reads text up to the next hole, which is then open, or to the string's end.
    fn interpolation_text(&mut self, verbatim: bool) {
        let start = self.at;
        let mut unclosed = false;
        let (text_end, after, kind) = match skip_interpolation_text(self.bytes, start, verbatim) {
            TextEnd::Quote(after) => (after - 1, after, TokenKind::InterpolationEnd),
            TextEnd::Hole(after) => (after - 1, after, TokenKind::HoleStart),
            TextEnd::Unclosed(end) => {
                unclosed = true;
                (end, end, TokenKind::InterpolationEnd)
            }
        };
        if text_end > start {
            self.at = text_end;
            self.check_interpolation_text(start, text_end, verbatim);
            self.push(TokenKind::InterpolationText, start);
        }
        if unclosed {
            let (code, message) =
                if verbatim { ("CS1039", "Unterminated string literal") } else { ("CS1010", "Newline in constant") };
            // Reported at the last character that still belongs to the string.
            let last = (0..text_end).rev().find(|at| self.text.is_char_boundary(*at)).unwrap_or(0);
            self.error(code, last, text_end, message);
        }
        self.at = after;
        self.push(kind, text_end);
        if kind == TokenKind::HoleStart {
            self.strings.push(OpenString { verbatim, hole: text_end, braces: 0, others: 0, complained: false });
        }
    }

    /// A `}` in the text must be doubled; an escape may not stand for a brace.
    fn check_interpolation_text(&mut self, start: usize, end: usize, verbatim: bool) {
        let mut at = start;
        let mut complained = false;
        while at < end {
            let rest = self.text.get(at..end).unwrap_or("");
            match rest.as_bytes() {
                [b'\\', ..] if !verbatim => {
                    let escape = text::escape(rest);
                    let after = at + escape.length.max(1);
                    match escape.value {
                        None => self.error("CS1009", at, after, "Unrecognized escape sequence"),
                        Some(brace @ (0x7B | 0x7D)) => self.escaped_brace(at, after, brace == 0x7B),
                        Some(_) => {}
                    }
                    at = after;
                }
                [b'}', b'}', ..] => at += 2,
                [b'}', ..] => {
                    if !complained {
                        complained = true;
                        let message = "A '}' character must be escaped (by doubling) in an interpolated string.";
                        self.error("CS8086", at, at + 1, message);
                    }
                    at += 1;
                }
                _ => at += 1 + rest.bytes().skip(1).position(|b| matches!(b, b'\\' | b'}')).unwrap_or(rest.len()),
            }
        }
    }

    fn escaped_brace(&mut self, start: usize, end: usize, opening: bool) {
        let brace = if opening { '{' } else { '}' };
        let message = format!(
            "A '{brace}' character may only be escaped by doubling '{brace}{brace}' in an interpolated string."
        );
        self.error("CS8087", start, end, message);
    }

    /// The `}` that ends the innermost hole.
    fn end_hole(&mut self) {
        let Some(string) = self.strings.pop() else { return };
        self.symbol(TokenKind::HoleEnd, 1);
        self.interpolation_text(string.verbatim);
    }

    /// The `:` that starts a hole's format. Its text becomes the token that ends the hole's code.
    fn format(&mut self, verbatim: bool) {
        let colon = self.at;
        let start = colon + 1;
        let Some(end) = skip_format(self.bytes, start, verbatim) else {
            // The string ends inside the format; what follows is read as its text, which finds the end.
            if let Some(string) = self.strings.pop() {
                self.close_unclosed_hole(&string);
                self.interpolation_text(string.verbatim);
            }
            return;
        };
        let format = self.text.get(start..end).unwrap_or("");
        if format.is_empty() {
            self.error("CS8089", colon, colon + 1, "Empty format specifier.");
        } else if format.ends_with(char::is_whitespace) {
            self.error("CS8088", colon, end, "A format specifier may not contain trailing whitespace.");
        }
        if let Some(brace) = format.find('{') {
            self.error("CS1056", start + brace, start + brace + 1, "Unexpected character '{'");
        }
        if !verbatim {
            self.check_escapes(start, end);
        }
        self.at = end;
        self.push(TokenKind::HoleFormat, colon);
        self.end_hole();
    }

    /// Ends a hole that has no `}`.
    fn close_unclosed_hole(&mut self, string: &OpenString) {
        let message = "Missing close delimiter '}' for interpolated expression started with '{'.";
        self.error("CS8076", string.hole, string.hole + 1, message);
        self.push(TokenKind::HoleEnd, self.at);
        if self.at >= self.bytes.len() {
            self.push(TokenKind::InterpolationEnd, self.at);
        }
    }

    // ---- Punctuation ----

    fn punctuation(&mut self, byte: u8) {
        use TokenKind as K;
        let (second, third) = (self.peek(1), self.peek(2));
        let (kind, length) = match (byte, second) {
            (b'(' | b')' | b'[' | b']' | b'{' | b'}' | b':', _) => return self.bracket(byte, second),
            (b';', _) => (K::Semicolon, 1),
            (b',', _) => (K::Comma, 1),
            (b'.', b'.') if third == b'.' => {
                let start = self.at;
                self.at += 3;
                self.error("CS8635", start, self.at, "Unexpected character sequence '...'");
                return self.push(K::Bad, start);
            }
            (b'.', b'.') => (K::DotDot, 2),
            (b'.', _) => (K::Dot, 1),
            (b'?', b'?') if third == b'=' => (K::QuestionQuestionEq, 3),
            (b'?', b'?') => (K::QuestionQuestion, 2),
            (b'?', _) => (K::Question, 1),
            (b'~', _) => (K::Tilde, 1),
            (b'!', b'=') => (K::BangEq, 2),
            (b'!', _) => (K::Bang, 1),
            (b'+', b'+') => (K::PlusPlus, 2),
            (b'+', b'=') => (K::PlusEq, 2),
            (b'+', _) => (K::Plus, 1),
            (b'-', b'-') => (K::MinusMinus, 2),
            (b'-', b'=') => (K::MinusEq, 2),
            (b'-', b'>') => (K::Arrow, 2),
            (b'-', _) => (K::Minus, 1),
            (b'*', b'=') => (K::StarEq, 2),
            (b'*', _) => (K::Star, 1),
            (b'/', b'=') => (K::SlashEq, 2),
            (b'/', _) => (K::Slash, 1),
            (b'%', b'=') => (K::PercentEq, 2),
            (b'%', _) => (K::Percent, 1),
            (b'&', b'&') => (K::AmpAmp, 2),
            (b'&', b'=') => (K::AmpEq, 2),
            (b'&', _) => (K::Amp, 1),
            (b'|', b'|') => (K::BarBar, 2),
            (b'|', b'=') => (K::BarEq, 2),
            (b'|', _) => (K::Bar, 1),
            (b'^', b'=') => (K::CaretEq, 2),
            (b'^', _) => (K::Caret, 1),
            (b'=', b'=') => (K::EqEq, 2),
            (b'=', b'>') => (K::FatArrow, 2),
            (b'=', _) => (K::Eq, 1),
            (b'<', b'<') if third == b'=' => (K::LtLtEq, 3),
            (b'<', b'<') => (K::LtLt, 2),
            (b'<', b'=') => (K::LtEq, 2),
            (b'<', _) => (K::Lt, 1),
            // `>>` is two tokens, so that `A<B<C>>` reads well; the parser joins them where it is a shift.
            (b'>', b'=') => (K::GtEq, 2),
            (b'>', _) => (K::Gt, 1),
            _ => return self.bad(self.at),
        };
        self.symbol(kind, length);
    }

    /// A bracket or a colon: each may mean something to the hole it stands in.
    fn bracket(&mut self, byte: u8, second: u8) {
        let kind = match byte {
            b'(' => TokenKind::OpenParen,
            b')' => TokenKind::CloseParen,
            b'[' => TokenKind::OpenBracket,
            b']' => TokenKind::CloseBracket,
            b'{' => TokenKind::OpenBrace,
            b'}' => TokenKind::CloseBrace,
            _ => TokenKind::Colon,
        };
        if let Some(string) = self.strings.last_mut() {
            match kind {
                TokenKind::OpenBrace => string.braces += 1,
                TokenKind::CloseBrace if string.braces == 0 => return self.end_hole(),
                TokenKind::CloseBrace => string.braces -= 1,
                TokenKind::OpenParen | TokenKind::OpenBracket => string.others += 1,
                TokenKind::Colon if string.braces == 0 && string.others == 0 => {
                    let verbatim = string.verbatim;
                    return self.format(verbatim);
                }
                TokenKind::Colon => {}
                _ => string.others = string.others.saturating_sub(1),
            }
        }
        if kind == TokenKind::Colon && second == b':' {
            self.symbol(TokenKind::ColonColon, 2);
        } else {
            self.symbol(kind, 1);
        }
    }
}

/// Number of UTF-16 units that a character literal's text stands for, counted up to `limit`.
fn count_units(inner: &str, limit: usize) -> usize {
    let mut rest = inner;
    let mut count = 0;
    while let Some(character) = rest.chars().next() {
        if count >= limit {
            break;
        }
        let length = if character == '\\' {
            let escape = text::escape(rest);
            count += usize::from(escape.value.is_some_and(|value| value > 0xFFFF)) + 1;
            escape.length
        } else {
            count += character.len_utf16();
            character.len_utf8()
        };
        rest = rest.get(length..).unwrap_or("");
    }
    count
}

/// Letters, digits, combining marks, connectors and formatting characters.
fn is_word_character(character: char) -> bool {
    character.is_alphanumeric()
        || matches!(character, '_' | '\u{203F}' | '\u{2040}' | '\u{2054}' | '\u{FE33}' | '\u{FE34}')
        || matches!(character, '\u{0300}'..='\u{036F}' | '\u{200C}' | '\u{200D}' | '\u{00AD}')
}

/// The character and length of a `\u` or `\U` escape that may stand in an identifier.
pub(super) fn identifier_escape(text: &str) -> Option<(char, usize)> {
    if !matches!(text.as_bytes().get(1), Some(b'u' | b'U')) {
        return None;
    }
    let escape = text::escape(text);
    let character = char::from_u32(escape.value?).filter(|c| is_word_character(*c))?;
    Some((character, escape.length))
}
