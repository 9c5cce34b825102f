//! `if`, loops, `using` and `lock`.

use super::is_missing;
use crate::csharp::ast::{
    Block, Designation, Expr, ExprKind, Ident, SimpleName, Stmt, StmtKind, TypeKind, TypeSyntax, UsingResource,
};
use crate::csharp::list::List;
use crate::csharp::lookahead::{TypeMode, TypeShape};
use crate::csharp::parser::Parser;
use crate::csharp::token::TokenKind;
use crate::source::Span;

impl Parser<'_> {
    /// `if (c) s else s`. A chain of `else if` is read in a loop: policies have long ones.
    pub(super) fn if_statement(&mut self) -> StmtKind {
        let mut arms = Vec::new();
        let mut otherwise = loop {
            let start = self.bump().start;
            let condition = self.parenthesized_condition();
            let then = self.embedded_statement();
            arms.push((start, condition, then));
            if !self.eat(TokenKind::Else) {
                break None;
            }
            if !self.at(TokenKind::If) {
                break Some(self.embedded_statement());
            }
            if !self.link() {
                break None;
            }
        };
        let end = self.previous_end();
        loop {
            let Some((start, condition, then)) = arms.pop() else { return StmtKind::Error };
            let kind = StmtKind::If { condition, then, otherwise };
            if arms.is_empty() {
                return kind;
            }
            otherwise = Some(Box::new(Stmt { kind, span: Span::new(start, end.max(start)) }));
        }
    }

    /// An `else` without `if` is read as if the rest of the `if` were there.
    pub(super) fn misplaced_else(&mut self) -> StmtKind {
        let span = self.token().span();
        self.error("CS8641", span, "'else' cannot start a statement.");
        self.bump();
        self.embedded_statement();
        StmtKind::Error
    }

    pub(super) fn while_statement(&mut self) -> StmtKind {
        self.bump();
        let condition = self.parenthesized_condition();
        StmtKind::While { condition, body: self.embedded_statement() }
    }

    pub(super) fn do_statement(&mut self) -> StmtKind {
        self.bump();
        let body = self.embedded_statement();
        self.expect(TokenKind::While);
        let condition = self.parenthesized_condition();
        self.expect(TokenKind::Semicolon);
        StmtKind::DoWhile { body, condition }
    }

    pub(super) fn for_statement(&mut self) -> StmtKind {
        if self.is_misspelt_foreach() {
            let span = self.token().span();
            self.expected_at(TokenKind::Foreach, span);
            return self.foreach_statement();
        }
        self.bump();
        self.expect(TokenKind::OpenParen);
        let init = self.for_init();
        self.expect(TokenKind::Semicolon);
        let condition = (!self.at(TokenKind::Semicolon)).then(|| self.expression());
        self.expect(TokenKind::Semicolon);
        let step = if self.at(TokenKind::CloseParen) { Vec::new() } else { self.expression_list() };
        self.expect(TokenKind::CloseParen);
        StmtKind::For { init, condition, step, body: self.embedded_statement() }
    }

    /// `for (T x in e)`.
    fn is_misspelt_foreach(&mut self) -> bool {
        let mark = self.mark();
        self.bump();
        let found = self.eat(TokenKind::OpenParen)
            && self.scan_type(TypeMode::Normal) != TypeShape::NotType
            && self.at_identifier()
            && self.peek(1).kind == TokenKind::In;
        self.reset(mark);
        found
    }

    fn for_init(&mut self) -> Vec<Stmt> {
        let start = self.token().start;
        if self.at(TokenKind::Semicolon) {
            return Vec::new();
        }
        if self.is_local_declaration() && !self.at(TokenKind::Const) {
            let declaration = self.local_declaration(false);
            return vec![Stmt { kind: StmtKind::Local(declaration), span: self.span_from(start) }];
        }
        let expressions = self.expression_list();
        expressions.into_iter().map(|expr| Stmt { span: expr.span, kind: StmtKind::Expression(expr) }).collect()
    }

    fn expression_list(&mut self) -> Vec<Expr> {
        self.list(List {
            close: TokenKind::CloseParen,
            possible: Self::possible_expression,
            item: &mut Self::expression,
        })
    }

    pub(super) fn foreach_statement(&mut self) -> StmtKind {
        self.bump();
        self.expect(TokenKind::OpenParen);
        let variable = self.expression_or_declaration(TypeMode::Normal, true);
        let typed = has_places(&variable).then(|| variable.clone());
        let at_in = self.missing_span();
        if !self.at(TokenKind::In) {
            self.expected(TokenKind::In);
        }
        let (ty, designation) = match loop_variable(variable) {
            Some(declared) => declared,
            None => {
                let message = "Type and identifier are both required in a foreach statement";
                self.error("CS0230", at_in, message);
                nothing_declared(at_in)
            }
        };
        self.eat(TokenKind::In);
        let source = self.expression();
        self.expect(TokenKind::CloseParen);
        let body = self.embedded_statement();
        match typed {
            Some(places) => taken_apart(places, source, *body),
            None => StmtKind::Foreach { ty, designation, source, body },
        }
    }

    /// `using (…) s`; without parentheses it is a declaration that C# 7 does not have.
    pub(super) fn using_statement(&mut self) -> StmtKind {
        let token = self.bump();
        if !self.at(TokenKind::OpenParen) {
            self.feature(token.span(), "using declarations", "8.0");
            let declaration = self.local_declaration(false);
            self.expect(TokenKind::Semicolon);
            return StmtKind::Local(declaration);
        }
        self.bump();
        let resource = if self.is_typed_identifier() {
            UsingResource::Declaration(self.local_declaration(false))
        } else {
            UsingResource::Expression(self.expression())
        };
        self.expect(TokenKind::CloseParen);
        StmtKind::Using { resource, body: self.embedded_statement() }
    }

    pub(super) fn lock_statement(&mut self) -> StmtKind {
        self.bump();
        let value = self.parenthesized_condition();
        StmtKind::Lock { value, body: self.embedded_statement() }
    }
}

/// The parts of `(string k, int v)` or `(var k, _)` are more than names.
fn has_places(variable: &Expr) -> bool {
    let ExprKind::Tuple(elements) = &variable.kind else { return false };
    elements.iter().any(|element| match &element.value.kind {
        ExprKind::Declaration { ty, .. } => !is_var(ty),
        ExprKind::Name(name) => &*name.ident.text == "_",
        _ => has_places(&element.value),
    })
}

fn is_var(ty: &TypeSyntax) -> bool {
    match &ty.kind {
        TypeKind::Named(parts) => matches!(parts.as_slice(), [one] if &*one.ident.text == "var"),
        _ => false,
    }
}

/// `foreach ((string k, int v) in e) s` is `foreach (var item in e) { (string k, int v) = item; s }`.
fn taken_apart(places: Expr, source: Expr, body: Stmt) -> StmtKind {
    let span = places.span;
    // A name that nobody can write; loops stand in each other, but no two begin at one place.
    let ident = Ident { text: format!("<item {}-{}>", span.start, span.end).into(), span };
    let ty = TypeKind::Named(vec![SimpleName { ident: Ident { text: "var".into(), span }, type_args: None }]);
    let item = ExprKind::Name(SimpleName { ident: ident.clone(), type_args: None });
    let item = Box::new(Expr { kind: item, span: source.span });
    let take = ExprKind::Assign { op: None, target: Box::new(places), value: item };
    let take = Stmt { kind: StmtKind::Expression(Expr { kind: take, span }), span };
    let block_span = body.span;
    let body = StmtKind::Block(Block { statements: vec![take, body], span: block_span });
    StmtKind::Foreach {
        ty: TypeSyntax { kind: ty, span },
        designation: Designation::Variable(ident),
        source,
        body: Box::new(Stmt { kind: body, span: block_span }),
    }
}

/// The type and names that a `foreach` declares; `None` when the expression declares nothing.
fn loop_variable(variable: Expr) -> Option<(TypeSyntax, Designation)> {
    match variable.kind {
        ExprKind::Declaration { ty, designation } => Some((ty, designation)),
        ExprKind::Tuple(elements) => {
            let mut parts = Vec::new();
            let mut first = None;
            for element in elements {
                let (ty, designation) = loop_variable(element.value)?;
                first.get_or_insert(ty);
                parts.push(designation);
            }
            Some((first?, Designation::Tuple(parts)))
        }
        ExprKind::Name(name) if &*name.ident.text == "_" => {
            Some((TypeSyntax { kind: TypeKind::Error, span: variable.span }, Designation::Discard(variable.span)))
        }
        _ if is_missing(&variable) => Some(nothing_declared(variable.span)),
        _ => None,
    }
}

fn nothing_declared(span: Span) -> (TypeSyntax, Designation) {
    let at = Span::new(span.start, span.start);
    (TypeSyntax { kind: TypeKind::Error, span: at }, Designation::Variable(Ident { text: "".into(), span: at }))
}
