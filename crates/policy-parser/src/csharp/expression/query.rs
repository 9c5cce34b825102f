//! Query expressions. Their keywords are identifiers everywhere else.

use crate::Span;
use crate::csharp::ast::{Expr, ExprKind, FromClause, Ident, Query, QueryBody, QueryClause, QueryEnd};
use crate::csharp::lookahead::TypeMode;
use crate::csharp::parser::Parser;
use crate::csharp::token::{Contextual, TokenKind};

impl Parser<'_> {
    /// True when `from` in front starts a query: an identifier or a type follows, and no `;`, `=` or `,` behind it.
    pub(in crate::csharp) fn is_query(&self) -> bool {
        if !self.at_word(Contextual::From) {
            return false;
        }
        let next = self.peek(1);
        next.kind.is_predefined_type()
            || (self.is_identifier(next)
                && (self.peek(2).kind == TokenKind::In
                    || !matches!(self.peek(2).kind, TokenKind::Semicolon | TokenKind::Comma | TokenKind::Eq)))
    }

    pub(super) fn query_expression(&mut self) -> Expr {
        let outer = std::mem::replace(&mut self.in_query, true);
        let start = self.token().start;
        let from = self.range_clause();
        let body = self.query_body();
        self.in_query = outer;
        Expr { kind: ExprKind::Query(Box::new(Query { from, body })), span: self.span_from(start) }
    }

    /// `from T x in e`, `join T x in e`.
    fn range_clause(&mut self) -> FromClause {
        self.bump();
        let typed = self.peek(1).kind != TokenKind::In && self.is_typed_identifier();
        let ty = typed.then(|| self.type_in(TypeMode::Normal));
        let name = self.identifier();
        self.expect_word_in();
        FromClause { ty, name, source: self.expression() }
    }

    /// `in`, for which a query has an error of its own.
    fn expect_word_in(&mut self) {
        if !self.eat(TokenKind::In) {
            let span = self.missing_span();
            self.error("CS1003", span, "Syntax error, 'in' expected");
        }
    }

    /// The clauses up to the last one. Those after `into` are read in a loop and nested from the inside out.
    fn query_body(&mut self) -> QueryBody {
        let mut parts = Vec::new();
        let mut last = loop {
            let clauses = self.query_clauses();
            let start = self.token().start;
            let end = self.query_end();
            let end_span = self.span_from(start);
            let Some(name) = self.continuation() else {
                break QueryBody { clauses, end, end_span, continuation: None };
            };
            if !self.link() {
                break QueryBody { clauses, end, end_span, continuation: None };
            }
            parts.push((clauses, end, end_span, name));
        };
        while let Some((clauses, end, end_span, name)) = parts.pop() {
            last = QueryBody { clauses, end, end_span, continuation: Some((name, Box::new(last))) };
        }
        last
    }

    fn continuation(&mut self) -> Option<Ident> {
        self.eat_word(Contextual::Into).then(|| self.identifier())
    }

    fn query_clauses(&mut self) -> Vec<(QueryClause, Span)> {
        let mut clauses = Vec::new();
        loop {
            let start = self.token().start;
            let clause = match self.token().contextual {
                Contextual::From => QueryClause::From(self.range_clause()),
                Contextual::Join => self.join_clause(),
                Contextual::Let => self.let_clause(),
                Contextual::Where => {
                    self.bump();
                    QueryClause::Where(self.expression())
                }
                Contextual::OrderBy => self.order_by_clause(),
                _ => return clauses,
            };
            clauses.push((clause, self.span_from(start)));
        }
    }

    fn let_clause(&mut self) -> QueryClause {
        self.bump();
        let name = self.identifier();
        self.expect(TokenKind::Eq);
        QueryClause::Let(name, self.expression())
    }

    fn join_clause(&mut self) -> QueryClause {
        let from = self.range_clause();
        self.expect_word(Contextual::On, "CS0743");
        let left = self.expression();
        self.expect_word(Contextual::Equals, "CS0744");
        let right = self.expression();
        let into = self.continuation();
        QueryClause::Join { from, left, right, into }
    }

    fn order_by_clause(&mut self) -> QueryClause {
        self.bump();
        let mut keys = Vec::new();
        loop {
            let key = self.expression();
            let descending = self.eat_word(Contextual::Descending);
            if !descending {
                self.eat_word(Contextual::Ascending);
            }
            keys.push((key, descending));
            if !self.eat(TokenKind::Comma) {
                return QueryClause::OrderBy(keys);
            }
        }
    }

    fn query_end(&mut self) -> QueryEnd {
        if self.eat_word(Contextual::Select) {
            return QueryEnd::Select(self.expression());
        }
        if self.eat_word(Contextual::Group) {
            let element = self.expression();
            self.expect_word(Contextual::By, "CS0745");
            return QueryEnd::Group { element, key: self.expression() };
        }
        let span = self.missing_span();
        self.error("CS0742", span, "A query body must end with a select clause or a group clause");
        QueryEnd::Select(self.error_expr())
    }

    fn expect_word(&mut self, word: Contextual, code: &'static str) {
        if !self.eat_word(word) {
            let span = self.missing_span();
            self.error(code, span, format!("Expected contextual keyword '{}'", word.text()));
        }
    }
}
