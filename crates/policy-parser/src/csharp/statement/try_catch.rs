//! `try`, `catch` and `finally`.

use crate::csharp::ast::{Block, CatchClause, StmtKind};
use crate::csharp::lookahead::TypeMode;
use crate::csharp::parser::Parser;
use crate::csharp::token::{Contextual, TokenKind};
use crate::source::Span;

impl Parser<'_> {
    /// `try { … } catch (T e) when (c) { … } finally { … }`; a `catch` or `finally` may lack its `try`.
    pub(super) fn try_statement(&mut self) -> StmtKind {
        let body = if self.expect(TokenKind::Try) {
            self.block()
        } else {
            let at = self.token().start;
            Block { statements: Vec::new(), span: Span::new(at, at) }
        };
        let mut catches = Vec::new();
        let mut seen_general = false;
        while self.at(TokenKind::Catch) {
            if seen_general {
                let span = self.token().span();
                let message = "Catch clauses cannot follow the general catch clause of a try statement";
                self.error("CS1017", span, message);
            }
            let clause = self.catch_clause();
            seen_general |= clause.ty.is_none() && clause.filter.is_none();
            catches.push(clause);
        }
        let finally = self.eat(TokenKind::Finally).then(|| self.block());
        if catches.is_empty() && finally.is_none() && !body.span.is_empty() {
            let end = self.previous_end();
            self.error("CS1524", Span::new(end.saturating_sub(1), end), "Expected catch or finally");
        }
        StmtKind::Try { body, catches, finally }
    }

    fn catch_clause(&mut self) -> CatchClause {
        let start = self.bump().start;
        let (mut ty, mut name, mut filter) = (None, None, None);
        if self.eat(TokenKind::OpenParen) {
            ty = Some(self.type_in(TypeMode::Normal));
            name = self.at_identifier().then(|| self.identifier());
            self.expect(TokenKind::CloseParen);
        }
        if self.eat_word(Contextual::When) {
            filter = Some(self.parenthesized_condition());
        }
        let body = self.block();
        CatchClause { ty, name, filter, body, span: self.span_from(start) }
    }
}
