//! Arguments of calls and indexers.

use crate::csharp::ast::{Argument, ArgumentMode, Expr, ExprKind, Ident};
use crate::csharp::list::List;
use crate::csharp::lookahead::TypeMode;
use crate::csharp::parser::Parser;
use crate::csharp::token::TokenKind;

impl Parser<'_> {
    /// `(a, b)`.
    pub(in crate::csharp) fn parenthesized_arguments(&mut self) -> Vec<Argument> {
        self.arguments(TokenKind::OpenParen, TokenKind::CloseParen)
    }

    /// `[a, b]`; at least one is needed.
    pub(in crate::csharp) fn bracketed_arguments(&mut self) -> Vec<Argument> {
        if self.peek(1).kind == TokenKind::CloseBracket {
            self.bump();
            let value = self.missing_value();
            self.expect_closing(TokenKind::CloseBracket);
            return vec![Argument { name: None, mode: ArgumentMode::Value, value }];
        }
        self.arguments(TokenKind::OpenBracket, TokenKind::CloseBracket)
    }

    fn arguments(&mut self, open: TokenKind, close: TokenKind) -> Vec<Argument> {
        self.expect(open);
        let is_index = open == TokenKind::OpenBracket;
        let args = self.list(List { close, possible: Self::starts_argument, item: &mut |p| p.argument(is_index) });
        self.expect_closing(close);
        args
    }

    fn starts_argument(&self) -> bool {
        matches!(self.kind(), TokenKind::Ref | TokenKind::Out | TokenKind::In) || self.possible_expression()
    }

    fn argument(&mut self, is_index: bool) -> Argument {
        let name = self.name_colon();
        let mode = self.argument_mode();
        let value = match self.kind() {
            TokenKind::Comma | TokenKind::CloseBracket if is_index => self.missing_value(),
            TokenKind::Comma => self.missing_argument(),
            _ if mode == ArgumentMode::Out => self.expression_or_declaration(TypeMode::Out, false),
            _ => self.expression(),
        };
        Argument { name, mode, value }
    }

    /// `name:`.
    pub(in crate::csharp) fn name_colon(&mut self) -> Option<Ident> {
        if !self.at(TokenKind::Ident) || self.peek(1).kind != TokenKind::Colon {
            return None;
        }
        let name = self.identifier();
        self.bump();
        Some(name)
    }

    pub(in crate::csharp) fn argument_mode(&mut self) -> ArgumentMode {
        let mode = match self.kind() {
            TokenKind::Ref => ArgumentMode::Ref,
            TokenKind::Out => ArgumentMode::Out,
            TokenKind::In => ArgumentMode::In,
            _ => return ArgumentMode::Value,
        };
        self.bump();
        mode
    }

    fn missing_value(&mut self) -> Expr {
        let span = self.missing_span();
        self.error("CS0443", span, "Syntax error; value expected");
        self.error_expr()
    }

    fn missing_argument(&mut self) -> Expr {
        let span = self.missing_span();
        self.error("CS0839", span, "Argument missing");
        self.error_expr()
    }

    /// An expression, or a declaration where C# allows one.
    pub(in crate::csharp) fn expression_or_declaration(&mut self, mode: TypeMode, permit_tuple: bool) -> Expr {
        if self.is_declaration_expression(mode, permit_tuple) {
            self.declaration_expression(mode)
        } else {
            self.expression()
        }
    }

    /// `var x`, `int x`, `var (a, b)`.
    pub(in crate::csharp) fn declaration_expression(&mut self, mode: TypeMode) -> Expr {
        let start = self.token().start;
        let ty = self.type_in(mode);
        let designation = self.designation();
        Expr { kind: ExprKind::Declaration { ty, designation }, span: self.span_from(start) }
    }
}
