//! What stands after `is` and after `case`. C# 7 knows constants, types and declarations; later patterns are refused.

use super::{is_infix_operator, precedence};
use crate::csharp::ast::{Designation, Expr, ExprKind, Pattern, TypeKind, TypeSyntax};
use crate::csharp::lookahead::{TypeMode, TypeShape};
use crate::csharp::parser::Parser;
use crate::csharp::token::{Contextual, TokenKind};
use crate::source::Span;

/// What follows what may be a type.
enum Follows {
    /// A name for what was found.
    Designation,
    /// The brackets of a later pattern.
    Brackets,
    /// Something that makes it an expression.
    Operator,
    /// Nothing that belongs to it.
    Nothing,
}

impl Parser<'_> {
    /// The pattern after `is`.
    pub(super) fn is_pattern(&mut self) -> Pattern {
        let start = self.token().start;
        let pattern = self.pattern(precedence::SHIFT, false);
        self.refuse_combinators(start, precedence::SHIFT, false);
        pattern
    }

    /// The pattern after `case`, where `when` starts a guard.
    pub(in crate::csharp) fn case_pattern(&mut self) -> Pattern {
        if self.at(TokenKind::Colon) {
            let span = self.missing_span();
            self.error("CS0150", span, "A constant value is expected");
            return Pattern::Constant(Box::new(self.error_expr()));
        }
        let start = self.token().start;
        let pattern = self.pattern(precedence::COALESCING, true);
        self.refuse_combinators(start, precedence::COALESCING, true);
        if let Pattern::Type(ty) = &pattern
            && !may_be_constant(ty)
        {
            let span = ty.span;
            self.feature(span, "type pattern", "9.0");
        }
        pattern
    }

    fn pattern(&mut self, constant: u8, in_case: bool) -> Pattern {
        use TokenKind as K;
        match self.kind() {
            K::Comma | K::Semicolon | K::CloseBrace | K::CloseParen | K::CloseBracket | K::FatArrow => {
                self.missing_pattern()
            }
            kind if kind.is_end() => self.missing_pattern(),
            K::Lt | K::LtEq | K::Gt | K::GtEq | K::EqEq | K::BangEq => {
                let span = self.token().span();
                self.refused(span, "relational pattern", "9.0");
                self.bump();
                self.constant(precedence::SHIFT)
            }
            K::OpenBrace => {
                let span = self.token().span();
                self.refused(span, "recursive patterns", "8.0");
                self.skip_braces();
                self.error_pattern(span)
            }
            K::Ident if self.at_word(Contextual::Not) => self.not_pattern(constant, in_case),
            K::Ident | K::OpenParen => self.type_or_constant(constant, in_case),
            kind if kind.is_predefined_type() => self.type_or_constant(constant, in_case),
            _ => self.constant(constant),
        }
    }

    fn refused(&mut self, span: Span, name: &str, version: &str) {
        self.feature(span, name, version);
    }

    fn missing_pattern(&mut self) -> Pattern {
        let span = self.missing_span();
        self.error("CS8504", span, "Pattern missing");
        Pattern::Constant(Box::new(self.error_expr()))
    }

    fn error_pattern(&self, span: Span) -> Pattern {
        let span = self.span_from(span.start);
        Pattern::Constant(Box::new(Expr { kind: ExprKind::Error, span }))
    }

    fn not_pattern(&mut self, constant: u8, in_case: bool) -> Pattern {
        let Some(level) = self.enter() else { return self.missing_pattern() };
        let span = self.bump().span();
        self.refused(span, "not pattern", "9.0");
        if self.starts_expression() {
            self.pattern(constant, in_case);
        }
        self.leave(&level);
        self.error_pattern(span)
    }

    /// `a or b`, `a and b` behind a pattern.
    fn refuse_combinators(&mut self, start: u32, constant: u8, in_case: bool) {
        while self.at_word(Contextual::Or) || self.at_word(Contextual::And) {
            let name = if self.at_word(Contextual::Or) { "or pattern" } else { "and pattern" };
            let span = self.span_from(start);
            self.feature(span, name, "9.0");
            self.bump();
            self.pattern(constant, in_case);
        }
    }

    fn constant(&mut self, precedence: u8) -> Pattern {
        let start = self.token().start;
        let value = self.sub_expression(precedence);
        if matches!(value.kind, ExprKind::Tuple(_)) {
            self.feature(value.span, "recursive patterns", "8.0");
            return self.error_pattern(Span::new(start, start));
        }
        // A lone name may be a type; the binder decides.
        match name_as_type(&value) {
            Some(ty) => Pattern::Type(ty),
            None => Pattern::Constant(Box::new(value)),
        }
    }

    fn type_or_constant(&mut self, constant: u8, in_case: bool) -> Pattern {
        let start = self.token().start;
        let mark = self.mark();
        let shape = self.scan_type(TypeMode::Pattern);
        let follows = self.follows_pattern_type(in_case);
        self.reset(mark);
        // A tuple in parentheses is a constant's syntax at best.
        if matches!(shape, TypeShape::NotType | TypeShape::Tuple) && !matches!(follows, Follows::Designation) {
            return self.constant(constant);
        }
        let is_var = self.at_word(Contextual::Var);
        if shape == TypeShape::Tuple {
            // The parentheses of a tuple belong to a later pattern.
            let span = self.token().span();
            self.type_in(TypeMode::Pattern);
            self.feature(span, "recursive patterns", "8.0");
            self.designation();
            return self.error_pattern(span);
        }
        match follows {
            _ if shape == TypeShape::NotType => self.constant(constant),
            Follows::Designation => {
                let ty = self.type_in(TypeMode::Pattern);
                Pattern::Declaration { ty, designation: self.designation() }
            }
            Follows::Brackets if is_var || !self.is_nameof() => {
                let span = self.token().span();
                self.type_in(TypeMode::Pattern);
                self.feature(span, "recursive patterns", "8.0");
                self.skip_pattern_brackets();
                self.error_pattern(Span::new(start, start))
            }
            Follows::Brackets | Follows::Operator => self.constant(constant),
            Follows::Nothing => Pattern::Type(self.type_in(TypeMode::Pattern)),
        }
    }

    /// `nameof(x)` is a constant, whatever `nameof` is.
    fn is_nameof(&self) -> bool {
        self.text_of(self.token()) == "nameof"
    }

    fn skip_pattern_brackets(&mut self) {
        if self.at(TokenKind::OpenParen) {
            self.parenthesized_arguments();
        }
        if self.at(TokenKind::OpenBrace) {
            self.skip_braces();
        }
        if self.at_identifier() && !self.at_word(Contextual::When) {
            self.bump();
        }
    }

    fn follows_pattern_type(&self, in_case: bool) -> Follows {
        use TokenKind as K;
        let token = self.token();
        match token.kind {
            K::Ident if token.contextual == Contextual::And || token.contextual == Contextual::Or => Follows::Nothing,
            K::Ident if in_case && token.contextual == Contextual::When && !self.when_is_a_name() => Follows::Nothing,
            K::Ident if self.at_identifier() => Follows::Designation,
            K::OpenParen | K::OpenBrace => Follows::Brackets,
            K::Dot | K::Arrow | K::Bang | K::OpenBracket | K::DotDot => Follows::Operator,
            K::QuestionQuestion if in_case => Follows::Operator,
            // These bind more tightly than `is`, so they belong to its right side.
            K::Plus | K::Minus | K::Star | K::Slash | K::Percent | K::LtLt => Follows::Operator,
            kind if in_case && is_infix_operator(kind) => Follows::Operator,
            _ => Follows::Nothing,
        }
    }

    /// `case T when:` declares a variable of that name.
    fn when_is_a_name(&self) -> bool {
        self.peek(1).kind == TokenKind::Colon
    }

    /// `x`, `_` or `(a, b)`.
    pub(in crate::csharp) fn designation(&mut self) -> Designation {
        if self.at(TokenKind::OpenParen) {
            let Some(level) = self.enter() else { return Designation::Tuple(Vec::new()) };
            self.bump();
            let mut parts = vec![self.designation()];
            while self.eat(TokenKind::Comma) {
                parts.push(self.designation());
            }
            self.expect(TokenKind::CloseParen);
            self.leave(&level);
            return Designation::Tuple(parts);
        }
        if self.at_word(Contextual::Underscore) {
            return Designation::Discard(self.bump().span());
        }
        Designation::Variable(self.identifier())
    }
}

/// The type that a dotted name would be.
fn name_as_type(value: &Expr) -> Option<TypeSyntax> {
    let mut parts = Vec::new();
    let mut expr = value;
    loop {
        match &expr.kind {
            ExprKind::Member { target, name } => {
                parts.push(name.clone());
                expr = target;
            }
            ExprKind::Name(name) | ExprKind::GlobalName(name) => {
                parts.push(name.clone());
                break;
            }
            _ => return None,
        }
    }
    parts.reverse();
    Some(TypeSyntax { kind: TypeKind::Named(parts), span: value.span })
}

/// True when a type's syntax is that of a constant's name too.
fn may_be_constant(ty: &TypeSyntax) -> bool {
    matches!(ty.kind, TypeKind::Named(_) | TypeKind::Error)
}
