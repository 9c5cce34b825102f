//! Lambdas and anonymous methods.

use crate::csharp::ast::{ArgumentMode, Expr, ExprKind, Lambda, LambdaBody, LambdaParam};
use crate::csharp::list::List;
use crate::csharp::parser::Parser;
use crate::csharp::token::{Contextual, TokenKind};

impl Parser<'_> {
    /// A lambda that lookahead has found.
    pub(super) fn lambda(&mut self) -> Expr {
        let start = self.token().start;
        let is_async = self.at_word(Contextual::Async) && self.peek(1).kind != TokenKind::FatArrow;
        if is_async {
            self.bump();
        }
        let params = if self.at(TokenKind::OpenParen) {
            self.lambda_parameters(false)
        } else {
            vec![LambdaParam { ty: None, mode: ArgumentMode::Value, name: self.identifier() }]
        };
        let arrow = self.token().span();
        self.expect(TokenKind::FatArrow);
        let body = self.function_body(is_async);
        let lambda = Lambda { params: Some(params), body, is_async, arrow };
        Expr { kind: ExprKind::Lambda(lambda), span: self.span_from(start) }
    }

    /// The expression or block of a function, in which `await` may be an operator and query keywords are names again.
    pub(in crate::csharp) fn function_body(&mut self, is_async: bool) -> LambdaBody {
        let outer = (self.in_async, self.in_query);
        self.in_async = is_async;
        let body = if self.at(TokenKind::OpenBrace) {
            self.in_query = false;
            LambdaBody::Block(self.block())
        } else {
            if self.at(TokenKind::Ref) {
                self.refuse_ref();
            }
            LambdaBody::Expression(Box::new(self.expression()))
        };
        (self.in_async, self.in_query) = outer;
        body
    }

    pub(super) fn is_static_lambda(&mut self) -> bool {
        let mark = self.mark();
        self.bump();
        let is_lambda = self.is_lambda() || self.at(TokenKind::Delegate);
        self.reset(mark);
        is_lambda
    }

    pub(super) fn static_lambda(&mut self) -> Expr {
        let token = self.token();
        self.feature(token.span(), "static anonymous function", "9.0");
        self.bump();
        if self.at(TokenKind::Delegate) { self.anonymous_method() } else { self.lambda() }
    }

    fn lambda_parameters(&mut self, typed: bool) -> Vec<LambdaParam> {
        self.bump();
        let params = self.list(List {
            close: TokenKind::CloseParen,
            possible: |p| {
                p.at_identifier()
                    || p.kind().is_predefined_type()
                    || matches!(
                        p.kind(),
                        TokenKind::Ref
                            | TokenKind::Out
                            | TokenKind::In
                            | TokenKind::Params
                            | TokenKind::OpenParen
                            | TokenKind::OpenBracket
                    )
            },
            item: &mut |p| p.lambda_parameter(typed),
        });
        self.expect(TokenKind::CloseParen);
        self.check_parameter_types(&params);
        params
    }

    fn check_parameter_types(&mut self, params: &[LambdaParam]) {
        let Some(first) = params.first() else { return };
        if let Some(odd) = params.iter().find(|param| param.ty.is_some() != first.ty.is_some()) {
            let span = odd.ty.as_ref().map_or(odd.name.span, |ty| ty.span.to(odd.name.span));
            let message = "Inconsistent lambda parameter usage; parameter types must be all explicit or all implicit";
            self.error("CS0748", span, message);
        }
    }

    fn lambda_parameter(&mut self, typed: bool) -> LambdaParam {
        let mode = self.argument_mode();
        if self.at(TokenKind::Params) {
            let span = self.bump().span();
            self.error("CS1670", span, "params is not valid in this context");
        }
        let is_name_only = !typed
            && self.at_identifier()
            && matches!(self.peek(1).kind, TokenKind::Comma | TokenKind::CloseParen)
            && mode == ArgumentMode::Value;
        let is_missing = matches!(self.kind(), TokenKind::Comma | TokenKind::CloseParen);
        let ty = if is_name_only || is_missing { None } else { Some(self.type_in(Default::default())) };
        LambdaParam { ty, mode, name: self.identifier() }
    }

    /// `delegate (int a) { … }`, `delegate { … }`.
    pub(super) fn anonymous_method(&mut self) -> Expr {
        let start = self.token().start;
        let is_async = self.eat_word(Contextual::Async);
        let arrow = self.bump().span();
        let params = self.at(TokenKind::OpenParen).then(|| self.lambda_parameters(true));
        let body = if self.at(TokenKind::OpenBrace) {
            self.function_body(is_async)
        } else {
            self.expected(TokenKind::OpenBrace);
            LambdaBody::Expression(Box::new(self.error_expr()))
        };
        let lambda = Lambda { params, body, is_async, arrow };
        Expr { kind: ExprKind::Lambda(lambda), span: self.span_from(start) }
    }
}
