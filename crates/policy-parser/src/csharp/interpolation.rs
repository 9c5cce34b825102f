//! Interpolated strings: their texts and holes, which the lexer has taken apart.

use super::ast::{Expr, ExprKind, InterpolationPart, StringLiteral};
use super::parser::Parser;
use super::text::{self, Writing};
use super::token::TokenKind;

impl Parser<'_> {
    /// `$"…{e,5:F2}…"`.
    pub(super) fn interpolated_string(&mut self) -> Expr {
        let open = self.bump();
        let verbatim = self.text_of(open).contains('@');
        let mut parts = Vec::new();
        loop {
            match self.kind() {
                TokenKind::InterpolationText => {
                    let token = self.bump();
                    let writing = Writing { verbatim, interpolated: true };
                    parts.push(InterpolationPart::Text(text::decode(self.text_of(token), writing)));
                }
                TokenKind::HoleStart => parts.push(self.hole(verbatim)),
                TokenKind::InterpolationEnd => {
                    self.bump();
                    break;
                }
                // Only after the parser has given up.
                _ => break,
            }
        }
        Expr { kind: ExprKind::Interpolated(parts), span: self.span_from(open.start) }
    }

    fn hole(&mut self, verbatim: bool) -> InterpolationPart {
        self.bump();
        // A hole is code of its own: what is special around the string is not inside it.
        let outer = std::mem::replace(&mut self.in_query, false);
        let value = self.expression();
        let alignment = self.eat(TokenKind::Comma).then(|| self.expression());
        let last = alignment.as_ref().unwrap_or(&value).span.start;
        self.in_query = outer;
        self.skip_to_hole_end(last);
        let format = self.at(TokenKind::HoleFormat).then(|| self.hole_format(verbatim));
        if self.at(TokenKind::HoleEnd) {
            self.bump_any();
        }
        InterpolationPart::Hole { value, alignment, format }
    }

    fn hole_format(&mut self, verbatim: bool) -> Box<str> {
        let token = self.bump_any();
        let format = self.text_of(token);
        let format = format.strip_prefix(':').unwrap_or(format);
        match text::decode(format, Writing { verbatim, interpolated: true }) {
            StringLiteral::Text(text) => text,
            StringLiteral::Units(units) => String::from_utf16_lossy(&units).into(),
        }
    }

    /// Skips what does not belong to the expression, which starts at `start` and is blamed for it.
    fn skip_to_hole_end(&mut self, start: u32) {
        if !self.kind().is_end() {
            let token = self.token();
            let message = format!("Unexpected token '{}'", self.text_of(token));
            let span = crate::source::Span::new(start, token.end);
            self.error("CS1073", span, message);
        }
        while !self.kind().is_end() {
            self.skip();
        }
    }
}
