//! Statements and blocks.

mod control;
mod declaration;
mod switch;
mod try_catch;

use super::ast::{Block, Expr, ExprKind, Stmt, StmtKind};
use super::parser::Parser;
use super::progress::Progress;
use super::token::{Contextual, TokenKind};

impl Parser<'_> {
    /// `{ … }`.
    pub(super) fn block(&mut self) -> Block {
        let start = self.token().start;
        if !self.expect(TokenKind::OpenBrace) {
            return Block { statements: Vec::new(), span: self.missing_block_span() };
        }
        let Some(level) = self.enter() else { return Block { statements: Vec::new(), span: self.span_from(start) } };
        let statements = self.statements(|parser| parser.at(TokenKind::CloseBrace));
        self.leave(&level);
        self.expect(TokenKind::CloseBrace);
        Block { statements, span: self.span_from(start) }
    }

    fn missing_block_span(&self) -> crate::source::Span {
        self.error_expr().span
    }

    /// Statements up to where `ended` says, or the end of the code.
    fn statements(&mut self, ended: fn(&Self) -> bool) -> Vec<Stmt> {
        let mut statements = Vec::new();
        let mut progress = Progress::new();
        while progress.made(self.mark()) && !self.kind().is_end() && !ended(self) {
            if self.starts_statement() {
                let before = self.mark();
                statements.push(self.statement());
                // A statement that could not even begin: its first word was complained about, the next may be better.
                if self.mark() == before && !ended(self) {
                    self.skip();
                }
            } else {
                self.skip_to_statement();
            }
        }
        statements
    }

    /// Skips what can be no statement, complaining once. What would declare a type is skipped as a whole.
    fn skip_to_statement(&mut self) {
        use TokenKind as K;
        self.unexpected(K::CloseBrace);
        while !self.kind().is_end() && !self.at(K::CloseBrace) && !self.starts_statement() {
            if matches!(self.kind(), K::Class | K::Struct | K::Interface | K::Enum | K::Namespace) {
                while !matches!(self.kind(), K::OpenBrace | K::CloseBrace | K::Semicolon) && !self.kind().is_end() {
                    self.skip();
                }
                if self.at(K::OpenBrace) {
                    self.skip_braces();
                }
                continue;
            }
            self.skip();
        }
    }

    /// True when the token in front can start a statement.
    fn starts_statement(&self) -> bool {
        use TokenKind as K;
        match self.kind() {
            K::OpenBrace | K::Semicolon | K::Else | K::Catch | K::Finally | K::Extern | K::Unsafe => true,
            K::Public | K::Private | K::Protected | K::Internal | K::Readonly | K::Volatile | K::Static => true,
            K::Case => false,
            kind => self.starts_statement_keyword() || kind == K::Ident || self.possible_expression(),
        }
    }

    /// True for keywords that start a statement and cannot start an expression.
    pub(super) fn starts_statement_keyword(&self) -> bool {
        use TokenKind as K;
        matches!(
            self.kind(),
            K::Break
                | K::Case
                | K::Catch
                | K::Const
                | K::Continue
                | K::Do
                | K::Else
                | K::Finally
                | K::Fixed
                | K::For
                | K::Foreach
                | K::Goto
                | K::If
                | K::Lock
                | K::Return
                | K::Switch
                | K::Try
                | K::Using
                | K::While
        )
    }

    /// Reads a statement of any kind.
    pub(super) fn statement(&mut self) -> Stmt {
        let start = self.token().start;
        let Some(level) = self.enter() else { return self.error_statement() };
        let kind = self.statement_kind();
        self.leave(&level);
        Stmt { kind, span: self.span_from(start) }
    }

    fn error_statement(&self) -> Stmt {
        Stmt { kind: StmtKind::Error, span: self.error_expr().span }
    }

    fn statement_kind(&mut self) -> StmtKind {
        use TokenKind as K;
        match self.kind() {
            K::OpenBrace => StmtKind::Block(self.block()),
            K::Semicolon => {
                self.bump();
                StmtKind::Empty
            }
            K::Ident => self.identifier_statement(),
            K::If => self.if_statement(),
            K::Else => self.misplaced_else(),
            K::Return => self.return_statement(),
            K::While => self.while_statement(),
            K::Do => self.do_statement(),
            K::For => self.for_statement(),
            K::Foreach => self.foreach_statement(),
            K::Switch => self.switch_statement(),
            K::Try | K::Catch | K::Finally => self.try_statement(),
            K::Throw => self.throw_statement(),
            K::Break | K::Continue => self.jump_statement(),
            K::Goto => self.goto_statement(),
            K::Using => self.using_statement(),
            K::Lock => self.lock_statement(),
            K::Fixed => self.fixed_statement(),
            K::Unsafe => self.unsafe_statement(),
            K::Checked | K::Unchecked if self.peek(1).kind != K::OpenParen => self.checked_statement(),
            _ => self.declaration_or_expression(),
        }
    }

    fn identifier_statement(&mut self) -> StmtKind {
        let next = self.peek(1).kind;
        if next == TokenKind::Colon && self.at_identifier() {
            return self.labeled_statement();
        }
        if self.at_word(Contextual::Yield) && matches!(next, TokenKind::Return | TokenKind::Break) {
            return self.yield_statement();
        }
        if self.is_query() && self.peek(2).kind == TokenKind::In {
            return self.expression_statement();
        }
        self.declaration_or_expression()
    }

    fn declaration_or_expression(&mut self) -> StmtKind {
        if self.is_local_declaration() { self.declaration_statement() } else { self.expression_statement() }
    }

    fn expression_statement(&mut self) -> StmtKind {
        let expr = self.expression();
        self.expect(TokenKind::Semicolon);
        StmtKind::Expression(expr)
    }

    /// The statement of an `if` or a loop. A missing one is a missing expression.
    fn embedded_statement(&mut self) -> Box<Stmt> {
        Box::new(self.statement())
    }

    /// `(c)` of a statement.
    fn parenthesized_condition(&mut self) -> Expr {
        self.expect(TokenKind::OpenParen);
        let condition = self.expression();
        self.expect(TokenKind::CloseParen);
        condition
    }

    fn return_statement(&mut self) -> StmtKind {
        self.bump();
        if self.at(TokenKind::Ref) {
            self.refuse_ref();
        }
        let value = (!self.at(TokenKind::Semicolon)).then(|| self.expression());
        self.expect(TokenKind::Semicolon);
        StmtKind::Return(value)
    }

    fn throw_statement(&mut self) -> StmtKind {
        self.bump();
        let value = (!self.at(TokenKind::Semicolon)).then(|| self.expression());
        self.expect(TokenKind::Semicolon);
        StmtKind::Throw(value)
    }

    fn jump_statement(&mut self) -> StmtKind {
        let kind = self.bump().kind;
        self.expect(TokenKind::Semicolon);
        if kind == TokenKind::Break { StmtKind::Break } else { StmtKind::Continue }
    }

    fn goto_statement(&mut self) -> StmtKind {
        self.bump();
        let kind = match self.kind() {
            TokenKind::Case => {
                self.bump();
                StmtKind::GotoCase(Some(self.expression()))
            }
            TokenKind::Default => {
                self.bump();
                StmtKind::GotoCase(None)
            }
            _ => StmtKind::Goto(self.identifier()),
        };
        self.expect(TokenKind::Semicolon);
        kind
    }

    fn labeled_statement(&mut self) -> StmtKind {
        let label = self.identifier();
        self.bump();
        StmtKind::Labeled { label, body: self.embedded_statement() }
    }

    fn yield_statement(&mut self) -> StmtKind {
        self.bump();
        if self.bump().kind == TokenKind::Return {
            self.expression();
        }
        self.expect(TokenKind::Semicolon);
        StmtKind::Unsupported("yield")
    }

    fn checked_statement(&mut self) -> StmtKind {
        let checked = self.bump().kind == TokenKind::Checked;
        StmtKind::Checked { checked, body: self.block() }
    }

    fn unsafe_statement(&mut self) -> StmtKind {
        self.bump();
        self.block();
        StmtKind::Unsupported("unsafe")
    }

    fn fixed_statement(&mut self) -> StmtKind {
        self.bump();
        self.expect(TokenKind::OpenParen);
        if !self.at(TokenKind::CloseParen) {
            self.local_declaration(false);
        }
        self.expect(TokenKind::CloseParen);
        self.embedded_statement();
        StmtKind::Unsupported("fixed")
    }
}

/// An expression that stands for one that is not there.
pub(super) const fn is_missing(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Error)
}
