//! What operators work on: literals, names, parentheses, and the keywords that are expressions of their own.

use super::{is_infix_operator, precedence, prefix_operator};
use crate::Span;
use crate::csharp::ast::{Argument, ArgumentMode, Expr, ExprKind, Literal, PredefinedType, SimpleName, StringLiteral};
use crate::csharp::ast::{TypeKind, TypeSyntax};
use crate::csharp::lookahead::TypeMode;
use crate::csharp::number;
use crate::csharp::parser::Parser;
use crate::csharp::text::{self, Writing};
use crate::csharp::token::{Contextual, Token, TokenKind};

impl Parser<'_> {
    /// Reads a term. The second value is true when nothing can follow it that belongs to it.
    pub(super) fn term(&mut self, precedence: u8) -> (Expr, bool) {
        use TokenKind as K;
        let term = match self.kind() {
            K::Integer | K::Real | K::Str | K::Char | K::True | K::False | K::Null => self.literal(),
            K::InterpolationStart => self.interpolated_string(),
            K::Ident | K::OpenParen if precedence == precedence::EXPRESSION && self.is_lambda() => {
                return (self.lambda(), true);
            }
            K::Ident if self.at_word(Contextual::Async) && self.peek(1).kind == K::Delegate => {
                return (self.anonymous_method(), false);
            }
            K::Ident => self.name_expression(),
            K::OpenParen if self.is_cast() => return (self.cast(), true),
            K::OpenParen => self.parenthesized(),
            K::New => self.new_expression(),
            K::Delegate => return (self.anonymous_method(), false),
            K::Static if self.is_static_lambda() => return (self.static_lambda(), true),
            K::FatArrow => return (self.lambda(), true),
            K::Typeof | K::Sizeof => self.type_operator(),
            K::Default => self.default_expression(),
            K::Checked | K::Unchecked => self.checked_expression(),
            K::This | K::Base => self.refused_instance(),
            K::Stackalloc => self.refused_stackalloc(),
            K::ColonColon => self.misplaced_alias(),
            K::Ref => self.refused_ref_term(),
            kind if kind.is_predefined_type() => self.predefined_expression(),
            _ => return (self.invalid_term(), true),
        };
        (term, false)
    }

    // ---- Literals ----

    fn literal(&mut self) -> Expr {
        let token = self.bump();
        let raw = self.text_of(token);
        let literal = match token.kind {
            TokenKind::Integer | TokenKind::Real => number::value(raw),
            TokenKind::Str => Literal::String(string_value(raw)),
            TokenKind::Char => Literal::Char(char_value(raw)),
            TokenKind::True => Literal::Bool(true),
            TokenKind::False => Literal::Bool(false),
            _ => Literal::Null,
        };
        Expr { kind: ExprKind::Literal(literal), span: token.span() }
    }

    // ---- Names ----

    /// `name`, `name<T>`, `global::name`.
    fn name_expression(&mut self) -> Expr {
        let start = self.token().start;
        if self.at_identifier() && self.peek(1).kind == TokenKind::ColonColon {
            let alias = self.bump();
            self.bump();
            self.check_alias(alias);
            let name = self.simple_name(TypeMode::Normal);
            return Expr { kind: ExprKind::GlobalName(name), span: self.span_from(start) };
        }
        if !self.at_identifier() {
            // Inside a query its keywords start no expression.
            return self.invalid_term();
        }
        let name = self.simple_name(TypeMode::Normal);
        Expr { kind: ExprKind::Name(name), span: self.span_from(start) }
    }

    /// Policies can declare no aliases: `global` is the only one.
    pub(in crate::csharp) fn check_alias(&mut self, alias: Token) {
        if alias.contextual != Contextual::Global {
            let name = self.text_of(alias);
            self.error("CS0432", alias.span(), format!("Alias '{name}' not found"));
        }
    }

    fn misplaced_alias(&mut self) -> Expr {
        let start = self.token().start;
        let span = self.missing_span();
        self.error("CS1001", span, "Identifier expected");
        self.bump();
        let name = self.simple_name(TypeMode::Normal);
        Expr { kind: ExprKind::GlobalName(name), span: self.span_from(start) }
    }

    /// A name in an expression; `<` after it starts type arguments only if the language's rule says so.
    pub(in crate::csharp) fn simple_name(&mut self, mode: TypeMode) -> SimpleName {
        let ident = self.identifier();
        let has_args = !ident.text.is_empty() && self.at(TokenKind::Lt) && self.is_type_argument_list(mode);
        let type_args = has_args.then(|| self.type_arguments());
        SimpleName { ident, type_args }
    }

    /// The name after a dot. A dot at the end of a line in front of a declaration lacks its name.
    pub(super) fn member_name(&mut self) -> SimpleName {
        let incomplete = self.token().newline_before && self.at_identifier() && self.is_identifier(self.peek(1));
        if incomplete {
            let span = self.missing_span();
            self.error("CS1001", span, "Identifier expected");
            let ident = crate::csharp::ast::Ident { text: "".into(), span };
            return SimpleName { ident, type_args: None };
        }
        self.simple_name(TypeMode::Normal)
    }

    /// `string` in `string.Empty`. Alone, a type is no expression.
    fn predefined_expression(&mut self) -> Expr {
        let token = self.bump();
        if !self.at(TokenKind::Dot) || token.kind == TokenKind::Void {
            let word = token.kind.text();
            self.error("CS1525", token.span(), format!("Invalid expression term '{word}'"));
        }
        let ty = predefined_type(token.kind).unwrap_or(PredefinedType::Object);
        Expr { kind: ExprKind::Predefined(ty), span: token.span() }
    }

    // ---- Parentheses ----

    fn cast(&mut self) -> Expr {
        let start = self.bump().start;
        let ty = self.type_in(TypeMode::Normal);
        self.expect(TokenKind::CloseParen);
        let operand = Box::new(self.sub_expression(precedence::CAST));
        Expr { kind: ExprKind::Cast { ty, operand }, span: self.span_from(start) }
    }

    /// `( e )` or a tuple.
    fn parenthesized(&mut self) -> Expr {
        let start = self.bump().start;
        let name = self.name_colon();
        let mode = if name.is_some() { TypeMode::LaterTupleElement } else { TypeMode::FirstTupleElement };
        let value = self.expression_or_declaration(mode, true);
        if name.is_none() && !self.at(TokenKind::Comma) {
            self.expect(TokenKind::CloseParen);
            return Expr { kind: ExprKind::Parenthesized(Box::new(value)), span: self.span_from(start) };
        }
        let mut elements = vec![Argument { name, mode: ArgumentMode::Value, value }];
        while self.eat(TokenKind::Comma) {
            let name = self.name_colon();
            let value = self.expression_or_declaration(TypeMode::LaterTupleElement, true);
            elements.push(Argument { name, mode: ArgumentMode::Value, value });
        }
        if elements.len() < 2 {
            let span = self.missing_span();
            self.error("CS8124", span, "Tuple must contain at least two elements.");
        }
        self.expect(TokenKind::CloseParen);
        Expr { kind: ExprKind::Tuple(elements), span: self.span_from(start) }
    }

    // ---- Keywords ----

    /// `typeof(T)`, `sizeof(T)`.
    fn type_operator(&mut self) -> Expr {
        let token = self.bump();
        self.expect(TokenKind::OpenParen);
        let ty = if self.at(TokenKind::Void) && self.peek(1).kind == TokenKind::CloseParen {
            let span = self.bump().span();
            TypeSyntax { kind: TypeKind::Predefined(PredefinedType::Void), span }
        } else {
            self.type_in(TypeMode::Normal)
        };
        self.expect(TokenKind::CloseParen);
        let kind = if token.kind == TokenKind::Typeof { ExprKind::Typeof(ty) } else { ExprKind::Sizeof(ty) };
        Expr { kind, span: self.span_from(token.start) }
    }

    /// `default(T)`; alone it is a literal that C# 7.0 does not have.
    fn default_expression(&mut self) -> Expr {
        let token = self.bump();
        if !self.eat(TokenKind::OpenParen) {
            // With a colon behind it is a label outside of its `switch`: the colon is what disturbs.
            if !self.at(TokenKind::Colon) {
                self.refuse_default(token.span());
            }
            return Expr { kind: ExprKind::Error, span: token.span() };
        }
        let ty = self.type_in(TypeMode::Normal);
        self.expect(TokenKind::CloseParen);
        Expr { kind: ExprKind::Default(ty), span: self.span_from(token.start) }
    }

    pub(in crate::csharp) fn refuse_default(&mut self, span: Span) {
        let message =
            "Feature 'default literal' is not available in C# 7.0. Please use language version 7.1 or greater.";
        self.error("CS8107", span, message);
    }

    fn checked_expression(&mut self) -> Expr {
        let token = self.bump();
        self.expect(TokenKind::OpenParen);
        let operand = Box::new(self.expression());
        self.expect(TokenKind::CloseParen);
        let checked = token.kind == TokenKind::Checked;
        Expr { kind: ExprKind::Checked { checked, operand }, span: self.span_from(token.start) }
    }

    /// An expression is a static method's body.
    fn refused_instance(&mut self) -> Expr {
        let token = self.bump();
        if token.kind == TokenKind::This {
            return Expr { kind: ExprKind::This, span: token.span() };
        }
        self.error("CS1511", token.span(), "Keyword 'base' is not available in a static method");
        Expr { kind: ExprKind::Error, span: token.span() }
    }

    fn refused_stackalloc(&mut self) -> Expr {
        let token = self.token();
        self.feature(token.span(), "stackalloc in nested expressions", "8.0");
        self.bump();
        self.array_type_and_initializer(token.start);
        Expr { kind: ExprKind::Error, span: self.span_from(token.start) }
    }

    fn refused_ref_term(&mut self) -> Expr {
        let start = self.token().start;
        self.invalid_term();
        self.bump();
        self.sub_expression(precedence::UNARY);
        Expr { kind: ExprKind::Error, span: self.span_from(start) }
    }

    /// `ref e` where C# has references; the tree has none.
    pub(in crate::csharp) fn refuse_ref(&mut self) {
        let span = self.bump().span();
        self.error("TG0402", span, "Variables and results by reference are not supported within expressions");
    }

    // ---- What may come ----

    /// True when the token in front can start an expression.
    pub(in crate::csharp) fn starts_expression(&self) -> bool {
        use TokenKind as K;
        match self.kind() {
            K::Ident => self.at_identifier() || self.at_word(Contextual::From),
            K::Integer | K::Real | K::Str | K::Char | K::InterpolationStart => true,
            K::True | K::False | K::Null | K::This | K::Base | K::New | K::Delegate | K::Throw | K::Stackalloc => true,
            K::Typeof | K::Sizeof | K::Default | K::Checked | K::Unchecked | K::Ref => true,
            K::OpenParen | K::ColonColon | K::DotDot | K::Caret => true,
            K::Static => matches!(self.peek(1).kind, K::Ident | K::OpenParen | K::Delegate),
            kind => kind.is_predefined_type() || prefix_operator(kind).is_some(),
        }
    }

    /// True when the token in front belongs to an expression, possibly one whose left operand is missing.
    pub(in crate::csharp) fn possible_expression(&self) -> bool {
        self.starts_expression() || is_infix_operator(self.kind())
    }
}

fn string_value(raw: &str) -> StringLiteral {
    match raw.strip_prefix("@\"") {
        Some(inner) => {
            text::decode(inner.strip_suffix('"').unwrap_or(inner), Writing { verbatim: true, interpolated: false })
        }
        None => {
            let inner = raw.strip_prefix('"').unwrap_or(raw);
            text::decode(inner.strip_suffix('"').unwrap_or(inner), Writing { verbatim: false, interpolated: false })
        }
    }
}

fn char_value(raw: &str) -> u16 {
    let inner = raw.strip_prefix('\'').unwrap_or(raw);
    let inner = inner.strip_suffix('\'').unwrap_or(inner);
    match text::decode(inner, Writing { verbatim: false, interpolated: false }) {
        StringLiteral::Text(text) => text.encode_utf16().next().unwrap_or(0),
        StringLiteral::Units(units) => units.first().copied().unwrap_or(0),
    }
}

/// The type that a keyword names.
pub(in crate::csharp) const fn predefined_type(kind: TokenKind) -> Option<PredefinedType> {
    use PredefinedType as P;
    use TokenKind as K;
    Some(match kind {
        K::Bool => P::Bool,
        K::Byte => P::Byte,
        K::Sbyte => P::SByte,
        K::Short => P::Short,
        K::Ushort => P::UShort,
        K::Int => P::Int,
        K::Uint => P::UInt,
        K::Long => P::Long,
        K::Ulong => P::ULong,
        K::CharType => P::Char,
        K::Float => P::Float,
        K::Double => P::Double,
        K::Decimal => P::Decimal,
        K::StringType => P::String,
        K::Object => P::Object,
        K::Void => P::Void,
        _ => return None,
    })
}
