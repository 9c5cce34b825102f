//! Decisions that need more than the next token: is this a type, a cast, a lambda, a declaration?
//!
//! All of them step ahead and back again without building anything. The rules are those of the language's
//! "Grammar ambiguities", in the form in which the compiler applies them.

use super::expression::is_infix_operator;
use super::parser::Parser;
use super::token::{Contextual, Token, TokenKind};

/// What a run of tokens may be, seen as a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TypeShape {
    NotType,
    MustBeType,
    GenericTypeOrMethod,
    GenericTypeOrExpression,
    NonGenericTypeOrExpression,
    AliasQualifiedName,
    Nullable,
    PointerOrMultiplication,
    Tuple,
}

/// Where a type stands: decides what `?` and `*` after it mean, and what may follow its type arguments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum TypeMode {
    #[default]
    Normal,
    /// After `is`, and in a `case`.
    Pattern,
    /// After `as`.
    As,
    /// After `new`.
    New,
    /// After `out`.
    Out,
    /// After the `(` of what may be a tuple.
    FirstTupleElement,
    /// After a comma of a tuple.
    LaterTupleElement,
}

/// Types nested more deeply than this are not recognised ahead; that bounds the time lookahead takes.
const MAX_SCAN_DEPTH: u32 = 40;

impl Parser<'_> {
    /// Runs `look` and goes back to where it started.
    fn ahead<T>(&mut self, look: impl FnOnce(&mut Self) -> T) -> T {
        let mark = self.mark();
        let result = look(self);
        self.reset(mark);
        result
    }

    // ---- Types ----

    /// Steps over what may be a type.
    pub(super) fn scan_type(&mut self, mode: TypeMode) -> TypeShape {
        self.scan_type_at(mode, 0)
    }

    fn scan_type_at(&mut self, mode: TypeMode, depth: u32) -> TypeShape {
        if depth > MAX_SCAN_DEPTH {
            return TypeShape::NotType;
        }
        let shape = match self.kind() {
            TokenKind::Ident if self.at_identifier() => self.scan_qualified_name(depth),
            TokenKind::OpenParen => {
                self.bump();
                self.scan_tuple_type(depth + 1)
            }
            kind if kind.is_predefined_type() => {
                self.bump();
                TypeShape::MustBeType
            }
            _ => TypeShape::NotType,
        };
        if shape == TypeShape::NotType { shape } else { self.scan_type_suffixes(shape, mode) }
    }

    fn scan_qualified_name(&mut self, depth: u32) -> TypeShape {
        let mut alias = self.peek(1).kind == TokenKind::ColonColon;
        let mut shape = self.scan_name_part(depth);
        let mut first = true;
        while shape != TypeShape::NotType && matches!(self.kind(), TokenKind::Dot | TokenKind::ColonColon) {
            alias &= std::mem::take(&mut first);
            self.bump();
            shape = self.scan_name_part(depth);
        }
        if alias && shape != TypeShape::NotType { TypeShape::AliasQualifiedName } else { shape }
    }

    fn scan_name_part(&mut self, depth: u32) -> TypeShape {
        if !self.at_identifier() {
            return TypeShape::NotType;
        }
        self.bump();
        if self.at(TokenKind::Lt) {
            self.scan_type_arguments(depth + 1).0
        } else {
            TypeShape::NonGenericTypeOrExpression
        }
    }

    /// Steps over `<…>`. The second value is true when it can be nothing but type arguments, whatever follows.
    fn scan_type_arguments(&mut self, depth: u32) -> (TypeShape, bool) {
        let mut shape = TypeShape::GenericTypeOrExpression;
        let mut definite = false;
        // `<>` and `<,>` leave out all arguments or none.
        if matches!(self.peek(1).kind, TokenKind::Comma | TokenKind::Gt) {
            self.bump();
            while self.eat(TokenKind::Comma) {}
            return if self.eat(TokenKind::Gt) { (shape, false) } else { (TypeShape::NotType, false) };
        }
        loop {
            self.bump();
            // `<T,>` is incomplete, but nothing else.
            if self.eat(TokenKind::Gt) {
                return (shape, definite);
            }
            match self.scan_type_at(TypeMode::Normal, depth) {
                TypeShape::NotType => return (TypeShape::NotType, false),
                TypeShape::GenericTypeOrMethod => shape = TypeShape::GenericTypeOrMethod,
                TypeShape::MustBeType | TypeShape::Nullable | TypeShape::PointerOrMultiplication
                    if matches!(self.kind(), TokenKind::Comma | TokenKind::Gt) =>
                {
                    definite = true;
                    shape = TypeShape::GenericTypeOrMethod;
                }
                _ => {}
            }
            if !self.at(TokenKind::Comma) {
                break;
            }
        }
        if !self.at(TokenKind::Gt) {
            return (TypeShape::NotType, false);
        }
        self.bump();
        (shape, definite)
    }

    /// Steps over a tuple type whose opening bracket has been stepped over.
    pub(super) fn scan_tuple_type(&mut self, depth: u32) -> TypeShape {
        let mut elements = 0;
        loop {
            if self.scan_type_at(TypeMode::Normal, depth) == TypeShape::NotType {
                return TypeShape::NotType;
            }
            if self.at_identifier() {
                self.bump();
            }
            elements += 1;
            match self.kind() {
                TokenKind::Comma => {
                    self.bump();
                }
                TokenKind::CloseParen if elements > 1 => {
                    self.bump();
                    return TypeShape::Tuple;
                }
                _ => return TypeShape::NotType,
            }
        }
    }

    fn scan_type_suffixes(&mut self, mut shape: TypeShape, mode: TypeMode) -> TypeShape {
        let mut last = TokenKind::Ident;
        loop {
            match self.kind() {
                TokenKind::Question if !matches!(last, TokenKind::Question | TokenKind::Star) => {
                    if !self.is_nullable_mark(mode) {
                        return shape;
                    }
                    shape = TypeShape::Nullable;
                }
                TokenKind::Star if last != TokenKind::CloseBracket => {
                    use TypeMode as M;
                    if matches!(mode, M::FirstTupleElement | M::LaterTupleElement | M::Pattern | M::As) {
                        return shape;
                    }
                    shape = match shape {
                        TypeShape::GenericTypeOrExpression | TypeShape::NonGenericTypeOrExpression => {
                            TypeShape::PointerOrMultiplication
                        }
                        TypeShape::GenericTypeOrMethod => TypeShape::MustBeType,
                        other => other,
                    };
                }
                TokenKind::OpenBracket => {
                    self.bump();
                    while self.eat(TokenKind::Comma) {}
                    if !self.at(TokenKind::CloseBracket) {
                        return TypeShape::NotType;
                    }
                    shape = TypeShape::MustBeType;
                }
                _ => return shape,
            }
            last = self.bump().kind;
        }
    }

    /// True when the `?` in front belongs to the type before it, not to a conditional.
    ///
    /// After `is` and `as` it is part of the type only if what follows cannot start an expression; after `new` only in
    /// front of what completes the creation.
    pub(super) fn is_nullable_mark(&mut self, mode: TypeMode) -> bool {
        match mode {
            TypeMode::Pattern | TypeMode::As => !self.ahead(|parser| {
                parser.bump();
                parser.starts_expression()
            }),
            TypeMode::New => {
                matches!(self.peek(1).kind, TokenKind::OpenParen | TokenKind::OpenBrace | TokenKind::OpenBracket)
            }
            _ => true,
        }
    }

    /// True when the `<` in front, which follows a name in an expression, starts type arguments: "if the sequence of
    /// tokens can be parsed as a type-argument-list and the token after it is one of `( ) ] } : ; , . ? == != | ^`".
    pub(super) fn is_type_argument_list(&mut self, mode: TypeMode) -> bool {
        let mark = self.mark();
        let (shape, definite) = self.scan_type_arguments(0);
        let next = self.token();
        let after = self.peek(1).kind;
        self.reset(mark);
        shape != TypeShape::NotType && (definite || self.may_follow_type_arguments(next, after, mode))
    }

    fn may_follow_type_arguments(&self, next: Token, after: TokenKind, mode: TypeMode) -> bool {
        use TokenKind as K;
        match next.kind {
            K::OpenParen | K::CloseParen | K::CloseBracket | K::CloseBrace | K::Colon | K::Semicolon | K::Comma => true,
            K::Dot | K::Question | K::EqEq | K::BangEq | K::Bar | K::Caret => true,
            // Not in the language's list; no relational expression could go on with these.
            K::AmpAmp | K::BarBar | K::Amp | K::OpenBracket | K::OpenBrace | K::FatArrow => true,
            K::Lt | K::LtEq | K::GtEq | K::Is | K::As | K::End | K::HoleEnd | K::HoleFormat => true,
            K::Gt => mode == TypeMode::Pattern && after != K::Gt,
            K::Ident if self.is_identifier(next) => match mode {
                TypeMode::Pattern | TypeMode::Out => true,
                TypeMode::FirstTupleElement => after == K::Comma,
                TypeMode::LaterTupleElement => matches!(after, K::Comma | K::CloseParen),
                _ => false,
            },
            K::Ident => matches!(mode, TypeMode::Pattern | TypeMode::Out),
            _ => false,
        }
    }

    // ---- Casts and parentheses ----

    /// True when the `(` in front starts a cast: "the sequence of tokens is correct grammar for a type, and the token
    /// after `)` is `~`, `!`, `(`, an identifier, a literal, or any keyword except `as` and `is`" – or it is correct
    /// grammar for a type, but not for an expression.
    pub(super) fn is_cast(&mut self) -> bool {
        self.ahead(|parser| {
            parser.bump();
            let shape = parser.scan_type(TypeMode::Normal);
            if shape == TypeShape::NotType || !parser.eat(TokenKind::CloseParen) {
                return false;
            }
            // A query's own keyword after the bracket goes on with the query.
            if parser.in_query && parser.token().contextual.is_query_word() {
                return false;
            }
            match shape {
                TypeShape::MustBeType
                | TypeShape::Nullable
                | TypeShape::PointerOrMultiplication
                | TypeShape::AliasQualifiedName => true,
                _ => can_follow_cast(parser.kind()),
            }
        })
    }

    /// True when a declaration expression is in front: `var x`, `int x`, `var (a, b)`.
    pub(super) fn is_declaration_expression(&mut self, mode: TypeMode, permit_tuple: bool) -> bool {
        let first = self.token();
        if !(self.is_identifier(first) || first.kind.is_predefined_type() || first.kind == TokenKind::OpenParen) {
            return false;
        }
        self.ahead(|parser| {
            let is_var = parser.at_word(Contextual::Var);
            if parser.scan_type(mode) == TypeShape::NotType {
                return false;
            }
            let permit_tuple = permit_tuple && (is_var || first.kind.is_predefined_type());
            if !parser.scan_designation(permit_tuple, 0) {
                return false;
            }
            match mode {
                TypeMode::FirstTupleElement => parser.at(TokenKind::Comma),
                TypeMode::LaterTupleElement => matches!(parser.kind(), TokenKind::Comma | TokenKind::CloseParen),
                _ => true,
            }
        })
    }

    fn scan_designation(&mut self, permit_tuple: bool, depth: u32) -> bool {
        if self.at_identifier() {
            self.bump();
            return true;
        }
        if !permit_tuple || depth > MAX_SCAN_DEPTH || !self.eat(TokenKind::OpenParen) {
            return false;
        }
        let mut seen_comma = false;
        loop {
            if !self.scan_designation(true, depth + 1) {
                return false;
            }
            match self.kind() {
                TokenKind::Comma => {
                    seen_comma = true;
                    self.bump();
                }
                TokenKind::CloseParen => {
                    self.bump();
                    return seen_comma;
                }
                _ => return false,
            }
        }
    }

    /// True in front of `var (a, b) =`.
    pub(super) fn is_deconstruction(&mut self) -> bool {
        if self.peek(1).kind != TokenKind::OpenParen
            || !(self.at_word(Contextual::Var) || self.kind().is_predefined_type())
        {
            return false;
        }
        self.ahead(|parser| {
            parser.bump();
            parser.scan_designation(true, 0) && parser.at(TokenKind::Eq)
        })
    }

    // ---- Lambdas ----

    /// True when the token in front starts a lambda; `async` and `static` before it may have been stepped over.
    pub(super) fn is_lambda(&mut self) -> bool {
        match self.kind() {
            TokenKind::Ident => {
                if self.at_identifier() && self.peek(1).kind == TokenKind::FatArrow {
                    return true;
                }
                self.at_word(Contextual::Async) && self.is_async_lambda()
            }
            TokenKind::OpenParen => self.is_parenthesized_lambda(),
            _ => false,
        }
    }

    fn is_async_lambda(&mut self) -> bool {
        let next = self.peek(1);
        match next.kind {
            TokenKind::Ident => self.is_identifier(next) && self.peek(2).kind == TokenKind::FatArrow,
            TokenKind::OpenParen => self.ahead(|parser| {
                parser.bump();
                parser.is_parenthesized_lambda()
            }),
            _ => false,
        }
    }

    fn is_parenthesized_lambda(&mut self) -> bool {
        let (first, second) = (self.peek(1), self.peek(2));
        let certain = match (first.kind, second.kind) {
            (TokenKind::CloseParen, second) => return second == TokenKind::FatArrow,
            (TokenKind::Ident, TokenKind::CloseParen) => self.peek(3).kind == TokenKind::FatArrow,
            (TokenKind::Ident, TokenKind::Comma) => self.is_identifier(first) && self.is_implicit_parameter_list(),
            (first, _) => first == TokenKind::Params,
        };
        certain || self.is_explicit_parameter_list()
    }

    /// `(a, b) =>`; also with types where names should stand, for a better complaint.
    fn is_implicit_parameter_list(&mut self) -> bool {
        let mut at = 3;
        loop {
            let token = self.peek(at);
            let goes_on =
                self.is_identifier(token) || token.kind == TokenKind::Comma || token.kind.is_predefined_type();
            if !goes_on {
                return token.kind == TokenKind::CloseParen && self.peek(at + 1).kind == TokenKind::FatArrow;
            }
            at += 1;
        }
    }

    /// `(int a, ref B<C> b) =>`.
    fn is_explicit_parameter_list(&mut self) -> bool {
        self.ahead(|parser| {
            loop {
                parser.bump();
                let modified =
                    matches!(parser.kind(), TokenKind::Ref | TokenKind::Out | TokenKind::In | TokenKind::Params);
                if modified {
                    parser.bump();
                }
                if parser.scan_type(TypeMode::Normal) == TypeShape::NotType {
                    return false;
                }
                if parser.at_identifier() {
                    parser.bump();
                }
                match parser.kind() {
                    TokenKind::Comma if modified => return true,
                    TokenKind::Comma => {}
                    TokenKind::CloseParen => return parser.peek(1).kind == TokenKind::FatArrow,
                    _ => return false,
                }
            }
        })
    }

    // ---- Statements ----

    /// True when a statement that starts with the token in front declares something.
    pub(super) fn is_local_declaration(&mut self) -> bool {
        let (token, next) = (self.token(), self.peek(1));
        match token.kind {
            TokenKind::Const | TokenKind::Ref | TokenKind::Static | TokenKind::Readonly | TokenKind::Volatile => true,
            TokenKind::Extern | TokenKind::Public | TokenKind::Private | TokenKind::Protected => true,
            TokenKind::Internal => true,
            kind if kind.is_predefined_type() => !matches!(next.kind, TokenKind::Dot | TokenKind::OpenParen),
            TokenKind::Ident if self.at_word(Contextual::Async) && self.is_async_function() => true,
            TokenKind::Ident if self.at_identifier() => {
                let may_be = match next.kind {
                    TokenKind::Dot
                    | TokenKind::Lt
                    | TokenKind::Star
                    | TokenKind::Question
                    | TokenKind::OpenBracket
                    | TokenKind::ColonColon => return self.is_typed_identifier(),
                    TokenKind::Ident => self.is_identifier(next),
                    _ => false,
                };
                // `await x.y()` is no declaration of `x`.
                let awaits = token.contextual == Contextual::Await
                    && !matches!(self.peek(2).kind, TokenKind::Eq | TokenKind::Semicolon | TokenKind::Comma);
                may_be && !awaits && !(self.in_async && token.contextual == Contextual::Await)
            }
            TokenKind::OpenParen => self.is_typed_identifier(),
            _ => false,
        }
    }

    /// `async T name(`.
    pub(super) fn is_async_function(&mut self) -> bool {
        self.ahead(|parser| {
            parser.bump();
            (parser.at_identifier() || parser.kind().is_predefined_type())
                && parser.scan_type(TypeMode::Normal) != TypeShape::NotType
                && parser.at_identifier()
        })
    }

    /// A type and then an identifier; or something that can only be a type.
    pub(super) fn is_typed_identifier(&mut self) -> bool {
        self.ahead(|parser| {
            let shape = parser.scan_type(TypeMode::Normal);
            if shape == TypeShape::MustBeType && !matches!(parser.kind(), TokenKind::Dot | TokenKind::OpenParen) {
                return true;
            }
            shape != TypeShape::NotType && parser.at_identifier()
        })
    }
}

/// True for tokens that go on with a cast's operand, and not with a parenthesised name.
const fn can_follow_cast(kind: TokenKind) -> bool {
    use TokenKind as K;
    let ends = matches!(
        kind,
        K::CloseParen
            | K::CloseBracket
            | K::OpenBracket
            | K::OpenBrace
            | K::CloseBrace
            | K::Semicolon
            | K::Comma
            | K::Colon
            | K::Bad
            | K::InterpolationEnd
    );
    let goes_on =
        matches!(kind, K::Dot | K::Arrow | K::FatArrow | K::Question | K::Switch | K::PlusPlus | K::MinusMinus);
    !(ends || goes_on || kind.is_end() || is_infix_operator(kind))
}
