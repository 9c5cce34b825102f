//! Types as written.

use super::ast::{Ident, SimpleName, TypeKind, TypeSyntax};
use super::expression::predefined_type;
use super::lookahead::TypeMode;
use super::parser::Parser;
use super::progress::Progress;
use super::token::TokenKind;
use crate::source::Span;

impl Parser<'_> {
    /// Reads a type. After `new` it ends in front of the brackets of an array.
    pub(super) fn type_in(&mut self, mode: TypeMode) -> TypeSyntax {
        let Some(level) = self.enter() else { return self.error_type() };
        let ty = self.element_type(mode);
        let ty = self.type_suffixes(ty, mode);
        self.leave(&level);
        ty
    }

    /// A return type, which may be `void`.
    pub(super) fn return_type(&mut self) -> TypeSyntax {
        if self.at(TokenKind::Void) && self.peek(1).kind != TokenKind::Star {
            let span = self.bump().span();
            return TypeSyntax { kind: TypeKind::Predefined(super::ast::PredefinedType::Void), span };
        }
        self.type_in(TypeMode::Normal)
    }

    fn error_type(&self) -> TypeSyntax {
        let span = self.error_expr().span;
        TypeSyntax { kind: TypeKind::Error, span }
    }

    fn element_type(&mut self, mode: TypeMode) -> TypeSyntax {
        let token = self.token();
        if let Some(ty) = predefined_type(token.kind) {
            self.bump();
            if token.kind == TokenKind::Void && !self.at(TokenKind::Star) {
                self.error("CS1547", token.span(), "Keyword 'void' cannot be used in this context");
            }
            return TypeSyntax { kind: TypeKind::Predefined(ty), span: token.span() };
        }
        match token.kind {
            TokenKind::Ident if self.at_identifier() => self.named_type(mode),
            TokenKind::OpenParen => self.tuple_type(),
            _ => {
                let span = self.missing_span();
                self.error("CS1031", span, "Type expected");
                self.error_type()
            }
        }
    }

    fn named_type(&mut self, mode: TypeMode) -> TypeSyntax {
        let start = self.token().start;
        if self.peek(1).kind == TokenKind::ColonColon {
            let alias = self.bump();
            self.bump();
            self.check_alias(alias);
        }
        let mut parts = vec![self.type_part(mode)];
        while self.at(TokenKind::Dot) && self.link() {
            self.bump();
            parts.push(self.type_part(mode));
        }
        TypeSyntax { kind: TypeKind::Named(parts), span: self.span_from(start) }
    }

    fn type_part(&mut self, mode: TypeMode) -> SimpleName {
        let ident = self.identifier();
        let mut has_args = !ident.text.is_empty() && self.at(TokenKind::Lt);
        // At the end of an expression `<` may go on with the expression.
        if has_args && matches!(mode, TypeMode::Pattern | TypeMode::As) {
            has_args = self.is_type_argument_list(TypeMode::Pattern);
        }
        let type_args = has_args.then(|| self.type_arguments());
        SimpleName { ident, type_args }
    }

    /// `<T, U>`, or `<,>` where the arguments are left out.
    pub(super) fn type_arguments(&mut self) -> Vec<TypeSyntax> {
        self.bump();
        let mut args = Vec::new();
        let omitted = matches!(self.kind(), TokenKind::Gt | TokenKind::Comma);
        let mut progress = Progress::new();
        while progress.made(self.mark()) {
            if omitted && matches!(self.kind(), TokenKind::Gt | TokenKind::Comma) {
                let at = self.token().start;
                args.push(TypeSyntax { kind: TypeKind::Omitted, span: Span::new(at, at) });
            } else {
                args.push(self.type_in(TypeMode::Normal));
            }
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        if !self.eat(TokenKind::Gt) {
            // The compiler takes a parenthesis for the end of the list, anything else for its next argument.
            let kind = if self.at(TokenKind::OpenParen) { TokenKind::Gt } else { TokenKind::Comma };
            self.expected(kind);
        }
        args
    }

    fn tuple_type(&mut self) -> TypeSyntax {
        let start = self.bump().start;
        let mut elements: Vec<(TypeSyntax, Option<Ident>)> = Vec::new();
        loop {
            let ty = self.type_in(TypeMode::Normal);
            let name = self.at_identifier().then(|| self.identifier());
            elements.push((ty, name));
            if !self.eat(TokenKind::Comma) {
                break;
            }
        }
        if elements.len() < 2 {
            let span = self.missing_span();
            self.error("CS8124", span, "Tuple must contain at least two elements.");
        }
        self.expect(TokenKind::CloseParen);
        TypeSyntax { kind: TypeKind::Tuple(elements), span: self.span_from(start) }
    }

    /// `?`, `*` and `[]` behind a type.
    fn type_suffixes(&mut self, mut ty: TypeSyntax, mode: TypeMode) -> TypeSyntax {
        loop {
            let start = ty.span.start;
            match self.kind() {
                TokenKind::Question if !matches!(ty.kind, TypeKind::Nullable(_) | TypeKind::Pointer(_)) => {
                    if !self.is_nullable_mark(mode) || !self.link() {
                        return ty;
                    }
                    self.bump();
                    ty = TypeSyntax { kind: TypeKind::Nullable(Box::new(ty)), span: self.span_from(start) };
                }
                TokenKind::Star if self.is_pointer_mark(&ty, mode) && self.link() => {
                    self.bump();
                    ty = TypeSyntax { kind: TypeKind::Pointer(Box::new(ty)), span: self.span_from(start) };
                }
                TokenKind::OpenBracket if mode != TypeMode::New => ty = self.array_type(ty),
                _ => return ty,
            }
        }
    }

    fn is_pointer_mark(&self, ty: &TypeSyntax, mode: TypeMode) -> bool {
        let allowed = matches!(mode, TypeMode::Normal | TypeMode::New | TypeMode::Out);
        allowed && !matches!(ty.kind, TypeKind::Array { .. })
    }

    /// All brackets in a row: the first are those of the outermost array.
    fn array_type(&mut self, element: TypeSyntax) -> TypeSyntax {
        let start = element.span.start;
        let mut ranks = Vec::new();
        while self.at(TokenKind::OpenBracket) && self.link() {
            ranks.push(self.rank_specifier());
        }
        let span = self.span_from(start);
        ranks.iter().rev().fold(element, |element, rank| TypeSyntax {
            kind: TypeKind::Array { element: Box::new(element), rank: *rank },
            span,
        })
    }

    /// `[]` or `[,]`; a size is for `new` only.
    fn rank_specifier(&mut self) -> u8 {
        let open = self.bump();
        let mut rank = 1_u8;
        let mut progress = Progress::new();
        while progress.made(self.mark()) {
            match self.kind() {
                TokenKind::CloseBracket => break,
                TokenKind::Comma => {
                    rank = rank.saturating_add(1);
                    self.bump();
                }
                _ if self.starts_expression() && !self.ends_list() => {
                    let sized = self.expression();
                    if matches!(self.kind(), TokenKind::CloseBracket | TokenKind::Comma) {
                        let message = "Array size cannot be specified in a variable declaration (try initializing \
                                       with a 'new' expression)";
                        self.error("CS0270", open.span().to(sized.span), message);
                    } else {
                        self.expected(TokenKind::Comma);
                        break;
                    }
                }
                _ => break,
            }
        }
        self.expect_closing(TokenKind::CloseBracket);
        rank
    }
}
