//! The parser's hands: the token it looks at, what it expects next, and its complaints.
//!
//! It is a recursive descent parser with unlimited lookahead that follows the decisions of the C# compiler's own, so
//! that it finds the same errors at the same places. The grammar is spread over the modules beside this one.

use super::SyntaxError;
use super::ast::{Block, Expr, ExprKind, Ident, Root};
use super::lexer;
use super::progress::{Depth, Level};
use super::token::{Contextual, Token, TokenKind};
use crate::source::{Span, offset};

/// Reads the tokens of one expression.
pub(super) struct Parser<'t> {
    pub(super) text: &'t str,
    tokens: Vec<Token>,
    position: usize,
    current: Token,
    errors: Vec<SyntaxError>,
    /// Where the last complaint of the parser stands: one a place is enough.
    last_error: Option<u32>,
    depth: Depth,
    /// True after the one error that ends everything.
    stopped: bool,
    /// Inside a query its keywords are no identifiers.
    pub(super) in_query: bool,
    /// Inside an `async` function `await` is an operator.
    pub(super) in_async: bool,
    is_block: bool,
    /// Inside the variables of a declaration.
    pub(super) in_declarator: bool,
}

const NOTHING: Token =
    Token { kind: TokenKind::End, contextual: Contextual::None, newline_before: false, start: 0, end: 0 };

impl<'t> Parser<'t> {
    /// A parser in front of the opening bracket of `text`.
    pub(super) fn new(text: &'t str) -> Self {
        let (tokens, errors) = lexer::lex(text);
        let current = tokens.first().copied().unwrap_or(NOTHING);
        Self {
            text,
            tokens,
            position: 0,
            current,
            errors,
            last_error: None,
            depth: Depth::default(),
            stopped: false,
            in_query: false,
            in_async: false,
            is_block: current.kind == TokenKind::OpenBrace,
            in_declarator: false,
        }
    }

    /// Reads everything.
    pub(super) fn root(mut self) -> (Root, Vec<SyntaxError>) {
        let root = match self.kind() {
            TokenKind::OpenBrace => Root::Block(self.root_block()),
            TokenKind::OpenParen => Root::Expression(self.root_expression()),
            _ => {
                let span = self.current.span();
                self.error("CS1525", span, "An expression starts with @( or @{");
                Root::Expression(self.error_expr())
            }
        };
        // Positions are what the user reads by; the lexer found its errors first. Of a stray character the compiler first
        // tells what is missing where it stands.
        self.errors.sort_by_key(|error| (error.span.start, matches!(error.code, "CS1056" | "CS1646")));
        (root, self.errors)
    }

    fn root_expression(&mut self) -> Expr {
        self.bump();
        let expr = self.expression();
        if self.expect(TokenKind::CloseParen) && !self.at(TokenKind::End) {
            // The compiler sees the expression as `return (…);`.
            self.expected(TokenKind::Semicolon);
        }
        expr
    }

    fn root_block(&mut self) -> Block {
        let block = self.block();
        if !self.at(TokenKind::End) {
            let span = self.current.span();
            self.error("CS1022", span, "Type or namespace definition, or end-of-file expected");
        }
        block
    }

    // ---- Looking ----

    /// The token in front.
    pub(super) const fn token(&self) -> Token {
        self.current
    }

    /// The kind of the token in front.
    pub(super) const fn kind(&self) -> TokenKind {
        self.current.kind
    }

    /// True when the token in front is of that kind.
    pub(super) fn at(&self, kind: TokenKind) -> bool {
        self.current.kind == kind
    }

    /// True when the token in front is that contextual keyword.
    pub(super) fn at_word(&self, word: Contextual) -> bool {
        self.current.contextual == word
    }

    /// The token `ahead` of the one in front. Whoever looks past a token that ends a piece of code gets nonsense, so
    /// look at them one by one.
    pub(super) fn peek(&self, ahead: usize) -> Token {
        self.tokens.get(self.position + ahead).or(self.tokens.last()).copied().unwrap_or(NOTHING)
    }

    /// True for an identifier that means nothing else here.
    pub(super) fn is_identifier(&self, token: Token) -> bool {
        token.kind == TokenKind::Ident && !(self.in_query && token.contextual.is_query_word())
    }

    /// True when the token in front is such an identifier.
    pub(super) fn at_identifier(&self) -> bool {
        self.is_identifier(self.current)
    }

    /// Where the parser stands, for [`Parser::reset`].
    pub(super) const fn mark(&self) -> usize {
        self.position
    }

    /// Goes back, or ahead, to a mark. Only lookahead may go back: complaints and counted levels would stay.
    pub(super) fn reset(&mut self, mark: usize) {
        self.position = mark;
        self.current = self.tokens.get(mark).or(self.tokens.last()).copied().unwrap_or(NOTHING);
    }

    /// The source of a token.
    pub(super) fn text_of(&self, token: Token) -> &'t str {
        self.text.get(token.start as usize..token.end as usize).unwrap_or("")
    }

    /// The source of a span.
    pub(super) fn text_at(&self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The end of the token before the one in front.
    pub(super) fn previous_end(&self) -> u32 {
        self.position.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(0, |token| token.end)
    }

    /// From `start` to the end of the last token read; empty when none was read since.
    pub(super) fn span_from(&self, start: u32) -> Span {
        Span::new(start, self.previous_end().max(start))
    }

    // ---- Reading ----

    /// Takes the token in front, whatever it is; what ends a piece of code stays.
    pub(super) fn bump(&mut self) -> Token {
        let token = self.current;
        if !token.kind.is_end() {
            self.reset(self.position + 1);
        }
        token
    }

    /// Takes a token that only the reader of interpolated strings knows how to handle.
    pub(super) fn bump_any(&mut self) -> Token {
        let token = self.current;
        if token.kind != TokenKind::End {
            self.reset(self.position + 1);
        }
        token
    }

    /// Takes the token in front without reading it; an interpolated string as a whole.
    pub(super) fn skip(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.kind() {
                TokenKind::InterpolationStart => open += 1,
                TokenKind::InterpolationEnd => open = open.saturating_sub(1),
                _ => {}
            }
            if open == 0 {
                self.bump();
                return;
            }
            if self.at(TokenKind::End) {
                return;
            }
            self.bump_any();
        }
    }

    /// Takes the token in front if it is of that kind.
    pub(super) fn eat(&mut self, kind: TokenKind) -> bool {
        let found = self.at(kind);
        if found {
            self.bump();
        }
        found
    }

    /// Takes the token in front if it is that contextual keyword.
    pub(super) fn eat_word(&mut self, word: Contextual) -> bool {
        let found = self.at_word(word);
        if found {
            self.bump();
        }
        found
    }

    /// Takes a token of that kind or complains that it is missing.
    pub(super) fn expect(&mut self, kind: TokenKind) -> bool {
        let found = self.eat(kind);
        if !found {
            self.expected(kind);
        }
        found
    }

    /// Takes a closing bracket. A bracket of the wrong kind is taken for it, since two complaints would follow else.
    pub(super) fn expect_closing(&mut self, kind: TokenKind) {
        let wrong = match kind {
            TokenKind::CloseParen => TokenKind::CloseBracket,
            _ => TokenKind::CloseParen,
        };
        if !self.expect(kind) && self.at(wrong) && self.closes_more_than_root() {
            self.bump();
        }
    }

    /// True unless the token in front is the expression's own closing bracket.
    fn closes_more_than_root(&self) -> bool {
        self.is_block || self.peek(1).kind != TokenKind::End
    }

    /// Takes an identifier or complains that it is missing.
    pub(super) fn identifier(&mut self) -> Ident {
        if self.at_identifier() {
            let token = self.bump();
            return self.ident_of(token);
        }
        let span = self.missing_span();
        if self.at(TokenKind::Ident) {
            let word = self.text_of(self.current);
            self.error("CS1525", span, format!("Invalid expression term '{word}'"));
        } else {
            self.error("CS1001", span, "Identifier expected");
        }
        Ident { text: "".into(), span: Span::new(span.start, span.start) }
    }

    /// The name that an identifier token writes: without `@`, escapes decoded.
    pub(super) fn ident_of(&self, token: Token) -> Ident {
        let raw = self.text_of(token);
        let raw = raw.strip_prefix('@').unwrap_or(raw);
        let text = if raw.contains('\\') { decode_identifier(raw) } else { raw.into() };
        Ident { text, span: token.span() }
    }

    // ---- Complaining ----

    /// Where a missing token is reported: at the token in front, or where the line before it ends.
    pub(super) fn missing_span(&self) -> Span {
        if self.current.newline_before {
            let end = self.previous_end();
            return Span::new(end, end);
        }
        self.current.span()
    }

    /// Adds an error, unless there is already one at that place.
    pub(super) fn error(&mut self, code: &'static str, span: Span, message: impl Into<String>) {
        if self.stopped || self.last_error == Some(span.start) {
            return;
        }
        self.last_error = Some(span.start);
        let limit = offset(self.text.len());
        let span = Span::new(span.start.min(limit), span.end.min(limit));
        self.errors.push(SyntaxError { code, message: message.into(), span });
    }

    /// Complains that a token of that kind is missing.
    pub(super) fn expected(&mut self, kind: TokenKind) {
        let span = self.missing_span();
        self.expected_at(kind, span);
    }

    /// Complains about the token in front, in whose place one of that kind should stand, and which is going to be
    /// skipped. A stray character is known already.
    pub(super) fn unexpected(&mut self, expected: TokenKind) {
        if !self.at(TokenKind::Bad) {
            let span = self.current.span();
            self.expected_at(expected, span);
        }
    }

    /// Complains that a token of that kind should stand at `span`.
    pub(super) fn expected_at(&mut self, kind: TokenKind, span: Span) {
        match kind {
            // The compiler finds a block's missing bracket at the end of all text.
            TokenKind::CloseBrace if self.is_block && self.at(TokenKind::End) => {
                self.error("CS1513", self.current.span(), "} expected");
            }
            TokenKind::Ident => self.error("CS1001", span, "Identifier expected"),
            TokenKind::Semicolon => self.error("CS1002", span, "; expected"),
            TokenKind::CloseParen => self.error("CS1026", span, ") expected"),
            TokenKind::OpenBrace => self.error("CS1514", span, "{ expected"),
            TokenKind::CloseBrace => self.error("CS1513", span, "} expected"),
            TokenKind::In => self.error("CS1515", span, "'in' expected"),
            _ => self.error("CS1003", span, format!("Syntax error, '{}' expected", kind.text())),
        }
    }

    /// Complains that no expression can start with the token in front.
    pub(super) fn invalid_term(&mut self) -> Expr {
        let span = self.missing_span();
        match self.kind() {
            TokenKind::HoleEnd | TokenKind::HoleFormat => self.error("CS1733", span, "Expected expression"),
            _ => {
                let word = self.shown();
                self.error("CS1525", span, format!("Invalid expression term '{word}'"));
            }
        }
        self.error_expr()
    }

    /// The token in front as the compiler would print it. Past the end it sees what the expression is embedded in.
    pub(super) fn shown(&self) -> &'t str {
        match self.kind() {
            // A stray character is a token without a text.
            TokenKind::Bad => "",
            TokenKind::End if self.is_block => "}",
            TokenKind::End => ";",
            _ => self.text_of(self.current),
        }
    }

    /// Refuses something that came after C# 7.
    pub(super) fn feature(&mut self, span: Span, name: &str, version: &str) {
        let message =
            format!("Feature '{name}' is not available in C# 7.3. Please use language version {version} or greater.");
        self.error("CS8370", span, message);
    }

    /// An expression that stands for something unreadable.
    pub(super) fn error_expr(&self) -> Expr {
        let at = self.missing_span().start.min(offset(self.text.len()));
        Expr { kind: ExprKind::Error, span: Span::new(at, at) }
    }

    // ---- Limits ----

    /// Opens a level of nesting; `None` after complaining when there are too many.
    pub(super) fn enter(&mut self) -> Option<Level> {
        let level = self.depth.enter();
        if level.is_none() {
            self.too_complex();
        }
        level
    }

    /// Closes a level of nesting.
    pub(super) fn leave(&mut self, level: &Level) {
        self.depth.leave(level);
    }

    /// Counts a link of a chain; false after complaining when the chain is too long.
    pub(super) fn link(&mut self) -> bool {
        let short = self.depth.link();
        if !short {
            self.too_complex();
        }
        short
    }

    /// Gives up: the end of the text is in front from now on, so that everything that is open closes in silence.
    #[cold]
    fn too_complex(&mut self) {
        let span = self.current.span();
        self.error("CS8078", span, "An expression is too long or complex to compile");
        self.stopped = true;
        self.reset(self.tokens.len().saturating_sub(1));
    }
}

fn decode_identifier(raw: &str) -> Box<str> {
    let mut name = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(character) = rest.chars().next() {
        let (character, length) =
            lexer::identifier_escape(rest).filter(|_| character == '\\').unwrap_or((character, character.len_utf8()));
        name.push(character);
        rest = rest.get(length..).unwrap_or("");
    }
    name.into()
}
