//! `new`, and the braces that follow it.

use crate::csharp::ast::{AnonymousMember, ArrayInitializer, Expr, ExprKind, Initializer, InitializerKind};
use crate::csharp::ast::{InitializerValue, MemberInitializer, MemberInitializerTarget, TypeSyntax};
use crate::csharp::list::List;
use crate::csharp::lookahead::{TypeMode, TypeShape};
use crate::csharp::parser::Parser;
use crate::csharp::progress::Progress;
use crate::csharp::token::TokenKind;
use crate::source::Span;

/// An element between the braces of an initializer.
enum Element {
    Member(MemberInitializer),
    Add(Vec<Expr>, Span),
}

impl Parser<'_> {
    /// Everything that starts with `new`.
    pub(super) fn new_expression(&mut self) -> Expr {
        let start = self.bump().start;
        let kind = match self.kind() {
            TokenKind::OpenBrace => self.anonymous_object(),
            TokenKind::OpenBracket => self.implicit_array(),
            TokenKind::OpenParen if !self.is_typed_creation_of_tuple() => return self.refused_target_typed(start),
            _ => return self.typed_creation(start),
        };
        Expr { kind, span: self.span_from(start) }
    }

    fn is_typed_creation_of_tuple(&mut self) -> bool {
        let mark = self.mark();
        self.bump();
        let is_type = self.scan_tuple_type(0) != TypeShape::NotType;
        let follows = matches!(self.kind(), TokenKind::OpenParen | TokenKind::OpenBracket | TokenKind::Question);
        self.reset(mark);
        is_type && follows
    }

    fn refused_target_typed(&mut self, start: u32) -> Expr {
        self.feature(Span::new(start, start + 3), "target-typed object creation", "9.0");
        self.parenthesized_arguments();
        if self.at(TokenKind::OpenBrace) {
            self.initializer();
        }
        Expr { kind: ExprKind::Error, span: self.span_from(start) }
    }

    fn typed_creation(&mut self, start: u32) -> Expr {
        if !(self.at_identifier() || self.kind().is_predefined_type() || self.at(TokenKind::OpenParen)) {
            self.incomplete_new();
            return Expr { kind: ExprKind::Error, span: self.span_from(start) };
        }
        let ty = self.type_in(TypeMode::New);
        if self.at(TokenKind::OpenBracket) {
            let kind = self.array_creation(ty);
            return Expr { kind, span: self.span_from(start) };
        }
        let args = self.at(TokenKind::OpenParen).then(|| self.parenthesized_arguments());
        let initializer = self.at(TokenKind::OpenBrace).then(|| self.initializer());
        if args.is_none() && initializer.is_none() {
            self.incomplete_new();
        }
        Expr { kind: ExprKind::New { ty, args, initializer }, span: self.span_from(start) }
    }

    fn incomplete_new(&mut self) {
        let span = self.missing_span();
        let message = "A new expression requires an argument list or (), [], or {} after type";
        self.error("CS1526", span, message);
    }

    // ---- Arrays ----

    /// `T[n] { … }` behind a keyword whose own meaning was refused.
    pub(super) fn array_type_and_initializer(&mut self, start: u32) {
        if self.at(TokenKind::OpenBracket) {
            self.implicit_array();
        } else {
            self.typed_creation(start);
        }
    }

    /// The brackets and braces behind the element type.
    fn array_creation(&mut self, element: TypeSyntax) -> ExprKind {
        let bracket = self.token();
        let (sizes, rank) = self.array_sizes();
        let mut further_ranks = Vec::new();
        while self.at(TokenKind::OpenBracket) {
            further_ranks.push(self.further_rank());
        }
        let initializer = self.at(TokenKind::OpenBrace).then(|| self.array_initializer());
        if sizes.is_empty() && initializer.is_none() {
            let message = "Array creation must have array size or array initializer";
            self.error("CS1586", bracket.span(), message);
        }
        ExprKind::NewArray { element, sizes, rank, further_ranks, initializer }
    }

    /// `[n, m]` or `[,]`.
    fn array_sizes(&mut self) -> (Vec<Expr>, u8) {
        self.bump();
        let mut rank = 1_u8;
        let mut sizes = Vec::new();
        let mut progress = Progress::new();
        while progress.made(self.mark()) {
            match self.kind() {
                TokenKind::CloseBracket => {
                    if !sizes.is_empty() && sizes.len() < usize::from(rank) {
                        let span = self.missing_span();
                        self.error("CS0443", span, "Syntax error; value expected");
                    }
                    break;
                }
                TokenKind::Comma => {
                    let left_out = sizes.len() < usize::from(rank);
                    if left_out && !matches!(self.peek(1).kind, TokenKind::Comma | TokenKind::CloseBracket) {
                        let span = self.missing_span();
                        self.error("CS0443", span, "Syntax error; value expected");
                    }
                    rank = rank.saturating_add(1);
                    self.bump();
                }
                _ if sizes.len() < usize::from(rank) && self.starts_expression() => sizes.push(self.expression()),
                _ => {
                    self.expected(TokenKind::Comma);
                    break;
                }
            }
        }
        self.expect_closing(TokenKind::CloseBracket);
        (sizes, rank)
    }

    /// `[]` or `[,]` behind the first brackets: sizes are for the outermost array only.
    fn further_rank(&mut self) -> u8 {
        self.bump();
        let mut rank = 1_u8;
        let mut progress = Progress::new();
        while progress.made(self.mark()) {
            match self.kind() {
                TokenKind::Comma => {
                    rank = rank.saturating_add(1);
                    self.bump();
                }
                TokenKind::CloseBracket => break,
                _ if self.starts_expression() => {
                    self.invalid_rank();
                    self.expression();
                }
                _ => break,
            }
        }
        self.expect_closing(TokenKind::CloseBracket);
        rank
    }

    fn invalid_rank(&mut self) {
        let span = self.token().span();
        self.error("CS0178", span, "Invalid rank specifier: expected ',' or ']'");
    }

    /// `[] { … }` or `[,] { … }`.
    fn implicit_array(&mut self) -> ExprKind {
        let rank = self.further_rank();
        let initializer = self.array_initializer();
        ExprKind::NewImplicitArray { rank, initializer }
    }

    /// `{ 1, { 2, 3 } }`.
    pub(in crate::csharp) fn array_initializer(&mut self) -> ArrayInitializer {
        let start = self.token().start;
        let mut elements = Vec::new();
        if self.expect(TokenKind::OpenBrace) {
            let Some(level) = self.enter() else { return ArrayInitializer { elements, span: self.span_from(start) } };
            elements = self.braced_list(List {
                close: TokenKind::CloseBrace,
                possible: |p| p.at(TokenKind::OpenBrace) || p.possible_expression(),
                item: &mut Self::variable_initializer,
            });
            self.leave(&level);
            self.expect(TokenKind::CloseBrace);
        }
        ArrayInitializer { elements, span: self.span_from(start) }
    }

    /// An expression, or the braces of an array.
    pub(in crate::csharp) fn variable_initializer(&mut self) -> Expr {
        if !self.at(TokenKind::OpenBrace) {
            return self.expression();
        }
        let initializer = self.array_initializer();
        let span = initializer.span;
        Expr { kind: ExprKind::ArrayInitializer(initializer), span }
    }

    // ---- Anonymous objects ----

    fn anonymous_object(&mut self) -> ExprKind {
        self.bump();
        let Some(level) = self.enter() else { return ExprKind::Error };
        let members = self.braced_list(List {
            close: TokenKind::CloseBrace,
            possible: Self::possible_expression,
            item: &mut Self::anonymous_member,
        });
        self.leave(&level);
        self.expect(TokenKind::CloseBrace);
        ExprKind::NewAnonymous(members)
    }

    fn anonymous_member(&mut self) -> AnonymousMember {
        if self.at_identifier() && self.peek(1).kind == TokenKind::Eq {
            let name = self.identifier();
            self.bump();
            return AnonymousMember { name: Some(name), value: self.expression() };
        }
        let value = self.expression();
        if !names_member(&value) {
            let message = "Invalid anonymous type member declarator. Anonymous type members must be declared with a \
                           member assignment, simple name or member access.";
            self.error("CS0746", value.span, message);
        }
        AnonymousMember { name: None, value }
    }

    // ---- Object and collection initializers ----

    fn initializer(&mut self) -> Initializer {
        let start = self.bump().start;
        let mut elements = Vec::new();
        if let Some(level) = self.enter() {
            elements = self.braced_list(List {
                close: TokenKind::CloseBrace,
                possible: |p| {
                    matches!(p.kind(), TokenKind::OpenBrace | TokenKind::OpenBracket) || p.possible_expression()
                },
                item: &mut Self::initializer_element,
            });
            self.leave(&level);
        }
        self.expect(TokenKind::CloseBrace);
        let kind = self.initializer_kind(elements);
        Initializer { kind, span: self.span_from(start) }
    }

    /// One member assignment makes it an object's; then everything else in it is a mistake.
    fn initializer_kind(&mut self, elements: Vec<Element>) -> InitializerKind {
        let is_object = elements.iter().any(|element| matches!(element, Element::Member(_))) || elements.is_empty();
        let (mut members, mut adds) = (Vec::new(), Vec::new());
        for element in elements {
            match element {
                Element::Member(member) => members.push(member),
                Element::Add(_, span) if is_object => {
                    self.error("CS0747", span, "Invalid initializer member declarator");
                }
                Element::Add(args, span) => adds.push((args, span)),
            }
        }
        if is_object { InitializerKind::Object(members) } else { InitializerKind::Collection(adds) }
    }

    fn initializer_element(&mut self) -> Element {
        let start = self.token().start;
        let target = match self.kind() {
            TokenKind::OpenBrace => return self.complex_element(start),
            TokenKind::OpenBracket => MemberInitializerTarget::Index(self.bracketed_arguments()),
            _ if self.at_identifier() && self.peek(1).kind == TokenKind::Eq => {
                MemberInitializerTarget::Member(self.identifier())
            }
            _ => {
                let value = self.expression();
                let span = value.span;
                return Element::Add(vec![value], span);
            }
        };
        self.expect(TokenKind::Eq);
        let value = if self.at(TokenKind::OpenBrace) {
            InitializerValue::Nested(self.initializer())
        } else {
            InitializerValue::Value(self.expression())
        };
        Element::Member(MemberInitializer { target, value, span: self.span_from(start) })
    }

    /// `{ k, v }`: the arguments of one `Add`.
    fn complex_element(&mut self, start: u32) -> Element {
        self.bump();
        let args = self.list(List {
            close: TokenKind::CloseBrace,
            possible: Self::possible_expression,
            item: &mut |p| {
                if p.at(TokenKind::CloseBrace) {
                    let span = p.missing_span();
                    p.error("CS1733", span, "Expected expression");
                    return p.error_expr();
                }
                p.expression()
            },
        });
        self.expect(TokenKind::CloseBrace);
        let span = self.span_from(start);
        if args.is_empty() {
            self.error("CS1920", span, "Element initializer cannot be empty");
        }
        Element::Add(args, span)
    }
}

/// True for expressions whose last name can name a member.
fn names_member(value: &Expr) -> bool {
    let mut value = value;
    loop {
        match &value.kind {
            ExprKind::Name(_) | ExprKind::Member { .. } | ExprKind::MemberBinding(_) => return true,
            ExprKind::GlobalName(_) | ExprKind::Error => return true,
            ExprKind::ConditionalAccess { rest, .. } => value = rest,
            _ => return false,
        }
    }
}
