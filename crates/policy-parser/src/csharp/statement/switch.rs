//! `switch`.

use crate::csharp::ast::{Expr, ExprKind, StmtKind, SwitchLabel, SwitchSection};
use crate::csharp::parser::Parser;
use crate::csharp::progress::Progress;
use crate::csharp::token::{Contextual, TokenKind};

impl Parser<'_> {
    pub(super) fn switch_statement(&mut self) -> StmtKind {
        self.bump();
        let value = if self.at(TokenKind::OpenParen) {
            // `switch (a, b)` is a tuple of its own.
            let value = self.expression();
            self.governing(value)
        } else {
            let span = self.missing_span();
            self.error("CS8515", span, UNPARENTHESIZED);
            self.expression()
        };
        self.expect(TokenKind::OpenBrace);
        let sections = match self.enter() {
            Some(level) => {
                let sections = self.switch_sections();
                self.leave(&level);
                sections
            }
            None => Vec::new(),
        };
        self.expect(TokenKind::CloseBrace);
        StmtKind::Switch { value, sections }
    }

    /// The statement's own parentheses are no part of the value.
    fn governing(&mut self, value: Expr) -> Expr {
        match value.kind {
            ExprKind::Parenthesized(inner) => *inner,
            ExprKind::Tuple(_) => value,
            _ => {
                self.error("CS8515", value.span, UNPARENTHESIZED);
                value
            }
        }
    }

    fn switch_sections(&mut self) -> Vec<SwitchSection> {
        let mut sections = Vec::new();
        let mut progress = Progress::new();
        while progress.made(self.mark()) && !self.kind().is_end() && !self.at(TokenKind::CloseBrace) {
            if !self.at_switch_label() {
                // Statements in front of the first label: read for their own errors.
                self.expected_at(TokenKind::CloseBrace, self.token().span());
                self.statements(|parser| parser.ends_section());
                continue;
            }
            sections.push(self.switch_section());
        }
        sections
    }

    fn switch_section(&mut self) -> SwitchSection {
        let start = self.token().start;
        let mut labels = Vec::new();
        while self.at_switch_label() {
            labels.push(self.switch_label());
        }
        let statements = self.statements(|parser| parser.ends_section());
        SwitchSection { labels, statements, span: self.span_from(start) }
    }

    fn switch_label(&mut self) -> SwitchLabel {
        let token = self.bump();
        if token.kind == TokenKind::Default {
            self.expect(TokenKind::Colon);
            return SwitchLabel::Default(self.span_from(token.start));
        }
        let pattern = self.case_pattern();
        let guard = self.eat_word(Contextual::When).then(|| self.expression());
        self.expect(TokenKind::Colon);
        SwitchLabel::Case { pattern, guard, span: self.span_from(token.start) }
    }

    /// `default(T)` starts an expression, not a label.
    fn at_switch_label(&self) -> bool {
        self.at(TokenKind::Case) || (self.at(TokenKind::Default) && self.peek(1).kind != TokenKind::OpenParen)
    }

    fn ends_section(&self) -> bool {
        self.at(TokenKind::CloseBrace) || self.at_switch_label()
    }
}

const UNPARENTHESIZED: &str = "Parentheses are required around the switch governing expression.";
