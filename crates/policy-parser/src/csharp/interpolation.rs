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
        self.in_query = outer;
        self.skip_to_hole_end();
        let format = self.at(TokenKind::HoleFormat).then(|| self.hole_format(verbatim));
        if self.at(TokenKind::HoleEnd) {
            self.bump_any();
        }
        InterpolationPart::Hole { value, alignment, format }
    }

    fn hole_format(&mut self, verbatim: bool) -> Box<str> {
        let token = self.bump_any();
        match text::decode(self.text_of(token), Writing { verbatim, interpolated: true }) {
            StringLiteral::Text(text) => text,
            StringLiteral::Units(units) => String::from_utf16_lossy(&units).into(),
        }
    }

    fn skip_to_hole_end(&mut self) {
        if !self.kind().is_end() {
            let token = self.token();
            let message = format!("Unexpected token '{}'", self.text_of(token));
            self.error("CS1073", token.span(), message);
        }
        while !self.kind().is_end() {
            self.skip();
        }
    }
}
