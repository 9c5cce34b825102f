//! Local variables, constants and functions.

use crate::csharp::ast::{ArgumentMode, Declarator, FunctionParam, Ident, LambdaBody, LocalDeclaration, LocalFunction};
use crate::csharp::ast::{Constraint, ConstraintClause, ConstraintKind, StmtKind, TypeSyntax};
use crate::csharp::list::List;
use crate::csharp::lookahead::TypeMode;
use crate::csharp::parser::Parser;
use crate::csharp::progress::Progress;
use crate::csharp::token::{Contextual, Token, TokenKind};

/// The words in front of a declaration.
#[derive(Default)]
struct Modifiers {
    is_const: bool,
    is_async: bool,
    is_static: Option<Token>,
}

impl Parser<'_> {
    /// A declaration of variables or of a function.
    pub(super) fn declaration_statement(&mut self) -> StmtKind {
        let modifiers = self.modifiers();
        let type_start = self.token();
        let ty = self.return_type();
        if self.declares_function() {
            return self.local_function(&modifiers, ty);
        }
        if let Some(token) = modifiers.is_static {
            self.invalid_modifier(token);
        }
        if type_start.kind == TokenKind::Void {
            self.error("CS1547", type_start.span(), "Keyword 'void' cannot be used in this context");
        }
        let declaration = self.declarators(ty, modifiers.is_const);
        self.expect(TokenKind::Semicolon);
        StmtKind::Local(declaration)
    }

    fn modifiers(&mut self) -> Modifiers {
        use TokenKind as K;
        let mut modifiers = Modifiers::default();
        loop {
            let token = self.token();
            match token.kind {
                K::Const => modifiers.is_const = true,
                K::Static => modifiers.is_static = Some(token),
                K::Ident if self.at_word(Contextual::Async) && !modifiers.is_async && self.is_async_function() => {
                    modifiers.is_async = true;
                }
                K::Ref => {
                    self.refuse_ref();
                    continue;
                }
                K::Readonly | K::Volatile | K::Extern | K::Public | K::Private | K::Protected | K::Internal => {
                    self.invalid_modifier(token);
                }
                _ => return modifiers,
            }
            self.bump();
        }
    }

    fn invalid_modifier(&mut self, token: Token) {
        let word = self.text_of(token);
        self.error("CS0106", token.span(), format!("The modifier '{word}' is not valid for this item"));
    }

    // ---- Variables ----

    /// `T a = 1, b`, without the semicolon.
    pub(super) fn local_declaration(&mut self, is_const: bool) -> LocalDeclaration {
        let ty = self.type_in(TypeMode::Normal);
        self.declarators(ty, is_const)
    }

    fn declarators(&mut self, ty: TypeSyntax, is_const: bool) -> LocalDeclaration {
        let outer = std::mem::replace(&mut self.in_declarator, true);
        let mut declarators = vec![self.declarator(is_const)];
        let mut progress = Progress::new();
        while progress.made(self.mark()) && !matches!(self.kind(), TokenKind::Semicolon | TokenKind::CloseParen) {
            if self.at(TokenKind::Comma) {
                self.bump();
                declarators.push(self.declarator(is_const));
            } else if self.at(TokenKind::Colon) || !self.skip_in_list(TokenKind::Comma, Self::possible_expression) {
                break;
            }
        }
        self.in_declarator = outer;
        LocalDeclaration { is_const, ty, declarators }
    }

    fn declarator(&mut self, is_const: bool) -> Declarator {
        let name = self.identifier();
        if name.text.is_empty() {
            return Declarator { name, value: None };
        }
        if self.at(TokenKind::OpenBracket) {
            self.misplaced_rank();
        }
        let value = self.at(TokenKind::Eq).then(|| {
            self.bump();
            self.declared_value()
        });
        if is_const && value.is_none() {
            self.error("CS0145", name.span, "A const field requires a value to be provided");
        }
        Declarator { name, value }
    }

    fn declared_value(&mut self) -> crate::csharp::ast::Expr {
        if self.at(TokenKind::Ref) {
            self.refuse_ref();
        }
        if self.at(TokenKind::Stackalloc) {
            let message = "Pointers and fixed size buffers may only be used in an unsafe context";
            self.error("CS0214", self.token().span(), message);
        }
        self.variable_initializer()
    }

    /// `int a[]` of other languages.
    fn misplaced_rank(&mut self) {
        let span = self.token().span();
        let message = "Bad array declarator: To declare a managed array the rank specifier precedes the variable's \
                       identifier. To declare a fixed size buffer field, use the fixed keyword before the field type.";
        self.error("CS0650", span, message);
        while !matches!(self.kind(), TokenKind::CloseBracket | TokenKind::Semicolon | TokenKind::Eq)
            && !self.kind().is_end()
        {
            self.skip();
        }
        self.eat(TokenKind::CloseBracket);
    }

    // ---- Functions ----

    /// True in front of `name(` and `name<`.
    fn declares_function(&self) -> bool {
        self.at_identifier() && matches!(self.peek(1).kind, TokenKind::OpenParen | TokenKind::Lt)
    }

    fn local_function(&mut self, modifiers: &Modifiers, return_type: TypeSyntax) -> StmtKind {
        if let Some(token) = modifiers.is_static {
            self.feature(token.span(), "static local functions", "8.0");
        }
        let name = self.identifier();
        let type_params = if self.at(TokenKind::Lt) { self.type_parameters() } else { Vec::new() };
        let (params, sound) = self.function_parameters();
        let constraints = self.constraint_clauses();
        let shown: Vec<&str> = params.iter().map(|p| self.text_at(p.ty.span)).collect();
        let shown = format!("{}({})", name.text, shown.join(", "));
        let body = self.local_function_body(modifiers.is_async, sound.then_some((&name, &shown)));
        let is_async = modifiers.is_async;
        StmtKind::LocalFunction(Box::new(LocalFunction {
            return_type,
            name,
            type_params,
            params,
            body,
            is_async,
            constraints,
        }))
    }

    /// The parameters; false when there was something else in their place.
    fn function_parameters(&mut self) -> (Vec<FunctionParam>, bool) {
        self.expect(TokenKind::OpenParen);
        if !self.starts_parameter() && !matches!(self.kind(), TokenKind::CloseParen | TokenKind::Comma) {
            self.expected(TokenKind::CloseParen);
            while !self.ends_list() {
                self.skip();
            }
            self.eat(TokenKind::CloseParen);
            return (Vec::new(), false);
        }
        let params = self.list(List {
            close: TokenKind::CloseParen,
            possible: Self::starts_parameter,
            item: &mut Self::function_parameter,
        });
        self.expect_closing(TokenKind::CloseParen);
        (params, true)
    }

    /// `named` is the function's name, and its signature as messages show it.
    fn local_function_body(&mut self, is_async: bool, named: Option<(&Ident, &String)>) -> LambdaBody {
        match self.kind() {
            TokenKind::OpenBrace => self.function_body(is_async),
            TokenKind::FatArrow => {
                self.bump();
                let body = self.function_body(is_async);
                self.expect(TokenKind::Semicolon);
                body
            }
            TokenKind::Semicolon => {
                if let Some((name, shown)) = named {
                    let message = format!(
                        "Local function '{shown}' must declare a body because it is not marked 'static extern'."
                    );
                    self.error("CS8112", name.span, message);
                }
                self.bump();
                LambdaBody::Expression(Box::new(self.error_expr()))
            }
            _ => {
                self.expected(TokenKind::Semicolon);
                LambdaBody::Expression(Box::new(self.error_expr()))
            }
        }
    }

    fn type_parameters(&mut self) -> Vec<Ident> {
        self.bump();
        let mut params = vec![self.identifier()];
        while self.eat(TokenKind::Comma) {
            params.push(self.identifier());
        }
        self.expect(TokenKind::Gt);
        params
    }

    fn constraint_clauses(&mut self) -> Vec<ConstraintClause> {
        let mut clauses = Vec::new();
        while self.at_word(Contextual::Where) && self.peek(2).kind == TokenKind::Colon {
            let keyword = self.token().span();
            self.bump();
            let param = self.identifier();
            self.expect(TokenKind::Colon);
            let mut constraints = vec![self.constraint()];
            while self.eat(TokenKind::Comma) {
                constraints.push(self.constraint());
            }
            clauses.push(ConstraintClause { keyword, param, constraints });
        }
        clauses
    }

    fn constraint(&mut self) -> Constraint {
        let start = self.token().start;
        let kind = match self.kind() {
            TokenKind::Class => {
                self.bump();
                ConstraintKind::Class
            }
            TokenKind::Struct => {
                self.bump();
                ConstraintKind::Struct
            }
            TokenKind::New => {
                self.bump();
                self.expect(TokenKind::OpenParen);
                self.expect(TokenKind::CloseParen);
                ConstraintKind::New
            }
            _ => ConstraintKind::Type(self.type_in(TypeMode::Normal)),
        };
        Constraint { kind, span: self.span_from(start) }
    }

    fn starts_parameter(&self) -> bool {
        use TokenKind as K;
        self.at_identifier()
            || self.kind().is_predefined_type()
            || matches!(self.kind(), K::Ref | K::Out | K::In | K::Params | K::This | K::OpenParen)
    }

    fn function_parameter(&mut self) -> FunctionParam {
        let start = self.token().start;
        let mode = self.argument_mode();
        let is_params = self.eat(TokenKind::Params);
        let ty = self.type_in(TypeMode::Normal);
        let name = self.identifier();
        let default = self.eat(TokenKind::Eq).then(|| self.expression());
        let mode = if is_params { ArgumentMode::Value } else { mode };
        FunctionParam { ty, mode, is_params, name, default, span: self.span_from(start) }
    }
}
