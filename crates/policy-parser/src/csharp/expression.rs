//! Expressions: operators by precedence, and what may follow an operand.

mod argument;
mod creation;
mod lambda;
mod pattern;
mod primary;
mod query;

pub(super) use primary::predefined_type;

use super::ast::{self, BinaryOp, Expr, ExprKind, UnaryOp};
use super::lookahead::TypeMode;
use super::parser::Parser;
use super::token::{Contextual, Token, TokenKind};

/// How tightly operators bind; an operator is taken when it binds at least as tightly as asked for.
pub(super) mod precedence {
    pub(in crate::csharp) const EXPRESSION: u8 = 0;
    pub(in crate::csharp) const CONDITIONAL: u8 = 1;
    pub(in crate::csharp) const COALESCING: u8 = 2;
    pub(in crate::csharp) const OR_ELSE: u8 = 3;
    pub(in crate::csharp) const AND_ALSO: u8 = 4;
    pub(in crate::csharp) const OR: u8 = 5;
    pub(in crate::csharp) const XOR: u8 = 6;
    pub(in crate::csharp) const AND: u8 = 7;
    pub(in crate::csharp) const EQUALITY: u8 = 8;
    pub(in crate::csharp) const RELATIONAL: u8 = 9;
    pub(in crate::csharp) const SHIFT: u8 = 10;
    pub(in crate::csharp) const ADDITIVE: u8 = 11;
    pub(in crate::csharp) const MULTIPLICATIVE: u8 = 12;
    pub(in crate::csharp) const SWITCH: u8 = 13;
    pub(in crate::csharp) const RANGE: u8 = 14;
    pub(in crate::csharp) const UNARY: u8 = 15;
    pub(in crate::csharp) const CAST: u8 = 16;
}

/// An infix operator in front of the parser.
#[derive(Clone, Copy)]
struct Infix {
    action: Action,
    precedence: u8,
    /// `>>` and `>>=` are two tokens.
    tokens: u8,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    Binary(BinaryOp),
    Assign(Option<BinaryOp>),
    Is,
    As,
    /// What came after C# 7.
    CoalesceAssign,
    Range,
    Switch,
    With,
}

impl Infix {
    const fn new(action: Action, precedence: u8) -> Self {
        Self { action, precedence, tokens: 1 }
    }

    const fn is_right_associative(self) -> bool {
        matches!(self.action, Action::Assign(_) | Action::CoalesceAssign | Action::Binary(BinaryOp::Coalesce))
    }
}

impl Parser<'_> {
    /// Reads an expression of any kind.
    pub(super) fn expression(&mut self) -> Expr {
        self.sub_expression(precedence::EXPRESSION)
    }

    /// Reads an expression whose operators bind at least as tightly as `precedence`.
    pub(super) fn sub_expression(&mut self, precedence: u8) -> Expr {
        let Some(level) = self.enter() else { return self.error_expr() };
        let left = self.operand(precedence);
        if matches!(left.kind, ExprKind::Throw(_)) {
            // Nothing goes on behind it.
            self.leave(&level);
            return left;
        }
        let mut expr = self.operators(left, precedence);
        if precedence <= precedence::CONDITIONAL && self.at(TokenKind::Question) {
            expr = self.conditional(expr);
        }
        self.leave(&level);
        expr
    }

    /// Goes on behind an operand: one level for a whole chain of operators of any length.
    fn operators(&mut self, mut left: Expr, precedence: u8) -> Expr {
        while let Some(infix) = self.infix() {
            if infix.precedence < precedence || (infix.precedence == precedence && !infix.is_right_associative()) {
                break;
            }
            // A chain of infix operators is a list, no deeper for being long.
            let goes_on = matches!((&left.kind, infix.action), (ExprKind::Binary { .. }, Action::Binary(_)));
            if !goes_on && !self.link() {
                break;
            }
            left = self.infix_operation(left, infix);
        }
        left
    }

    // ---- Operands ----

    fn operand(&mut self, precedence: u8) -> Expr {
        use TokenKind as K;
        let token = self.token();
        if let Some(op) = prefix_operator(token.kind) {
            return self.prefix(op);
        }
        match token.kind {
            K::Integer | K::Str | K::OpenParen => {}
            K::Throw => return self.throw_expression(precedence),
            K::Caret => return self.refused_prefix("index operator"),
            K::DotDot => return self.refused_prefix("range operator"),
            K::Ident if self.is_await() => return self.prefix(UnaryOp::Await),
            K::Ident if self.is_query() => return self.query_expression(),
            K::Ident if precedence == precedence::EXPRESSION && self.is_deconstruction() => {
                return self.declaration_expression(TypeMode::Normal);
            }
            kind if kind.is_keyword() && self.starts_statement_keyword() && kind != K::Checked => {
                return self.invalid_term();
            }
            _ => {}
        }
        let (term, complete) = self.term(precedence);
        if complete { term } else { self.postfix(term) }
    }

    fn prefix(&mut self, op: UnaryOp) -> Expr {
        let start = self.bump().start;
        let operand = self.sub_expression(precedence::UNARY);
        Expr { kind: ExprKind::Unary { op, operand: Box::new(operand) }, span: self.span_from(start) }
    }

    fn refused_prefix(&mut self, feature: &str) -> Expr {
        let token = self.token();
        self.feature(token.span(), feature, "8.0");
        self.bump();
        if self.starts_expression() {
            self.sub_expression(precedence::RANGE);
        }
        Expr { kind: ExprKind::Error, span: self.span_from(token.start) }
    }

    fn throw_expression(&mut self, precedence: u8) -> Expr {
        let token = self.token();
        if precedence > precedence::COALESCING {
            self.error("CS1525", token.span(), "Invalid expression term 'throw'");
        }
        self.bump();
        let operand = self.sub_expression(precedence::COALESCING);
        Expr { kind: ExprKind::Throw(Box::new(operand)), span: self.span_from(token.start) }
    }

    /// `await` is an operator inside `async` functions. Elsewhere it is an identifier, unless what follows could not
    /// follow one.
    fn is_await(&self) -> bool {
        use TokenKind as K;
        if !self.at_word(Contextual::Await) {
            return false;
        }
        let next = self.peek(1);
        self.in_async
            || self.is_identifier(next)
            || matches!(next.kind, K::New | K::This | K::Base | K::Null | K::True | K::False | K::Default)
            || matches!(next.kind, K::Integer | K::Real | K::Str | K::Char | K::InterpolationStart)
            || matches!(next.kind, K::Typeof | K::Sizeof | K::Delegate | K::Checked | K::Unchecked)
    }

    // ---- Infix operators ----

    fn infix(&self) -> Option<Infix> {
        use TokenKind as K;
        let token = self.token();
        let next = match token.kind {
            // Most expressions end here.
            K::CloseParen | K::Comma | K::Semicolon | K::Question => return None,
            K::Gt | K::Switch | K::Ident => self.peek(1),
            _ => token,
        };
        Some(match token.kind {
            K::Gt if next.kind == K::Gt && next.start == token.end => {
                Infix { action: Action::Binary(BinaryOp::Shr), precedence: precedence::SHIFT, tokens: 2 }
            }
            K::Gt if next.kind == K::GtEq && next.start == token.end => {
                let action = Action::Assign(Some(BinaryOp::Shr));
                Infix { action, precedence: precedence::EXPRESSION, tokens: 2 }
            }
            K::Switch if next.kind == K::OpenBrace => Infix::new(Action::Switch, precedence::SWITCH),
            K::Ident if self.at_word(Contextual::With) && next.kind == K::OpenBrace => {
                Infix::new(Action::With, precedence::SWITCH)
            }
            kind => infix_of(kind)?,
        })
    }

    fn infix_operation(&mut self, left: Expr, infix: Infix) -> Expr {
        let start = left.span.start;
        let first = self.bump();
        let mut op_span = first.span();
        if infix.tokens == 2 {
            op_span = op_span.to(self.bump().span());
        }
        if let Action::Binary(op) = infix.action {
            let right = self.sub_expression(infix.precedence);
            let next = ast::Infix { op, op_span, right };
            let kind = match left.kind {
                ExprKind::Binary { first, mut rest } => {
                    rest.push(next);
                    ExprKind::Binary { first, rest }
                }
                _ => ExprKind::Binary { first: Box::new(left), rest: vec![next] },
            };
            return Expr { kind, span: self.span_from(start) };
        }
        let left = Box::new(left);
        let kind = match infix.action {
            Action::Binary(_) => ExprKind::Error,
            Action::Assign(op) => {
                if self.at(TokenKind::Ref) {
                    self.refuse_ref();
                }
                ExprKind::Assign { op, target: left, value: Box::new(self.sub_expression(infix.precedence)) }
            }
            Action::Is => ExprKind::Is { operand: left, pattern: self.is_pattern() },
            Action::As => ExprKind::As { operand: left, ty: self.type_in(TypeMode::As) },
            Action::CoalesceAssign | Action::Range | Action::Switch | Action::With => {
                self.refused_operation(&left, first, infix)
            }
        };
        Expr { kind, span: self.span_from(start) }
    }

    /// Reads over an operation that C# 7 does not have.
    fn refused_operation(&mut self, left: &Expr, operator: Token, infix: Infix) -> ExprKind {
        match infix.action {
            Action::CoalesceAssign => {
                self.feature(operator.span(), "coalescing assignment", "8.0");
                self.sub_expression(infix.precedence);
            }
            Action::Range => {
                self.feature(left.span.to(operator.span()), "range operator", "8.0");
                if self.starts_expression() {
                    self.sub_expression(precedence::RANGE);
                }
            }
            Action::Switch => {
                self.feature(left.span, "recursive patterns", "8.0");
                self.skip_braces();
            }
            _ => {
                self.feature(operator.span(), "records", "9.0");
                self.skip_braces();
            }
        }
        ExprKind::Error
    }

    /// Steps over `{ … }` without reading it.
    pub(super) fn skip_braces(&mut self) {
        let mut open = 0_usize;
        while !self.kind().is_end() {
            match self.kind() {
                TokenKind::OpenBrace => open += 1,
                TokenKind::CloseBrace => open = open.saturating_sub(1),
                _ => {}
            }
            self.skip();
            if open == 0 {
                return;
            }
        }
    }

    /// `c ? a : b`. A chain of them in the last operand is read in a loop.
    fn conditional(&mut self, condition: Expr) -> Expr {
        let mut condition = condition;
        let mut arms = Vec::new();
        let mut tail = loop {
            self.bump();
            if self.at(TokenKind::Default) && self.peek(1).kind == TokenKind::Colon {
                let span = self.token().span();
                self.refuse_default(span);
            }
            let when_true = self.expression();
            if self.at(TokenKind::HoleFormat) {
                let message = "A conditional expression cannot be used directly in a string interpolation because \
                               the ':' ends the interpolation. Parenthesize the conditional expression.";
                self.error("CS8361", condition.span, message);
                break self.error_expr();
            }
            self.expect(TokenKind::Colon);
            if !self.link() {
                break self.error_expr();
            }
            arms.push((condition, when_true));
            let left = self.conditional_tail();
            if !self.at(TokenKind::Question) {
                break left;
            }
            condition = left;
        };
        let end = self.previous_end();
        while let Some((condition, when_true)) = arms.pop() {
            let mut span = condition.span;
            span.end = end.max(span.end);
            let (condition, when_true) = (Box::new(condition), Box::new(when_true));
            tail = Expr { kind: ExprKind::Conditional { condition, when_true, when_false: Box::new(tail) }, span };
        }
        tail
    }

    /// The operand after `:`, without a conditional of its own.
    fn conditional_tail(&mut self) -> Expr {
        let Some(level) = self.enter() else { return self.error_expr() };
        let left = self.operand(precedence::EXPRESSION);
        let expr = self.operators(left, precedence::EXPRESSION);
        self.leave(&level);
        expr
    }

    // ---- Postfix ----

    /// Goes on behind a primary expression: members, calls, indexes, `++`.
    fn postfix(&mut self, mut expr: Expr) -> Expr {
        loop {
            let start = expr.span.start;
            let kind = match self.kind() {
                TokenKind::Dot | TokenKind::OpenParen | TokenKind::OpenBracket => {
                    if !self.link() {
                        return expr;
                    }
                    self.selector(expr)
                }
                TokenKind::PlusPlus | TokenKind::MinusMinus => {
                    let increment = self.bump().kind == TokenKind::PlusPlus;
                    if !self.link() {
                        return expr;
                    }
                    ExprKind::Postfix { increment, operand: Box::new(expr) }
                }
                TokenKind::Arrow => self.pointer_member(expr),
                TokenKind::Question if starts_consequence(self.peek(1).kind) => {
                    self.bump();
                    let rest = self.consequence();
                    ExprKind::ConditionalAccess { target: Box::new(expr), rest: Box::new(rest) }
                }
                TokenKind::Bang => {
                    let mut span = expr.span;
                    span.end = self.bump().end;
                    self.feature(span, "nullable reference types", "8.0");
                    expr.span = span;
                    continue;
                }
                TokenKind::ColonColon => {
                    let span = self.bump().span();
                    self.error("CS0687", span, UNEXPECTED_ALIAS);
                    ExprKind::Member { target: Box::new(expr), name: self.simple_name(TypeMode::Normal) }
                }
                _ => return expr,
            };
            expr = Expr { kind, span: self.span_from(start) };
        }
    }

    /// `.name`, `(args)` or `[args]`.
    fn selector(&mut self, target: Expr) -> ExprKind {
        let target = Box::new(target);
        match self.kind() {
            TokenKind::OpenParen => ExprKind::Invoke { target, args: self.parenthesized_arguments() },
            TokenKind::OpenBracket => ExprKind::Index { target, args: self.bracketed_arguments() },
            _ => {
                self.bump();
                ExprKind::Member { target, name: self.member_name() }
            }
        }
    }

    /// `a->b` is `(*a).b`.
    fn pointer_member(&mut self, expr: Expr) -> ExprKind {
        let span = expr.span;
        self.bump();
        let _ = self.link() && self.link();
        let kind = ExprKind::Unary { op: UnaryOp::Dereference, operand: Box::new(expr) };
        ExprKind::Member { target: Box::new(Expr { kind, span }), name: self.member_name() }
    }

    /// What is skipped when the value before `?` is null: a binding, and all selectors behind it.
    fn consequence(&mut self) -> Expr {
        let Some(level) = self.enter() else { return self.error_expr() };
        let start = self.token().start;
        let kind = if self.eat(TokenKind::Dot) {
            ExprKind::MemberBinding(self.member_name())
        } else {
            ExprKind::ElementBinding(self.bracketed_arguments())
        };
        let mut expr = Expr { kind, span: self.span_from(start) };
        loop {
            let kind = match self.kind() {
                TokenKind::Dot | TokenKind::OpenParen | TokenKind::OpenBracket => {
                    if !self.link() {
                        break;
                    }
                    self.selector(expr)
                }
                TokenKind::Question if starts_consequence(self.peek(1).kind) => {
                    self.bump();
                    let rest = self.consequence();
                    ExprKind::ConditionalAccess { target: Box::new(expr), rest: Box::new(rest) }
                }
                _ => break,
            };
            expr = Expr { kind, span: self.span_from(start) };
        }
        self.leave(&level);
        expr
    }
}

const UNEXPECTED_ALIAS: &str = "The namespace alias qualifier '::' always resolves to a type or namespace so is illegal here. Consider using '.' \
     instead.";

const fn starts_consequence(kind: TokenKind) -> bool {
    matches!(kind, TokenKind::Dot | TokenKind::OpenBracket)
}

const fn prefix_operator(kind: TokenKind) -> Option<UnaryOp> {
    Some(match kind {
        TokenKind::Plus => UnaryOp::Plus,
        TokenKind::Minus => UnaryOp::Minus,
        TokenKind::Bang => UnaryOp::Not,
        TokenKind::Tilde => UnaryOp::Complement,
        TokenKind::PlusPlus => UnaryOp::Increment,
        TokenKind::MinusMinus => UnaryOp::Decrement,
        TokenKind::Amp => UnaryOp::AddressOf,
        TokenKind::Star => UnaryOp::Dereference,
        _ => return None,
    })
}

const fn infix_of(kind: TokenKind) -> Option<Infix> {
    use BinaryOp as B;
    use TokenKind as K;
    use precedence as p;
    let (op, precedence) = match kind {
        K::Plus => (B::Add, p::ADDITIVE),
        K::Minus => (B::Sub, p::ADDITIVE),
        K::Star => (B::Mul, p::MULTIPLICATIVE),
        K::Slash => (B::Div, p::MULTIPLICATIVE),
        K::Percent => (B::Rem, p::MULTIPLICATIVE),
        K::LtLt => (B::Shl, p::SHIFT),
        K::Lt => (B::Lt, p::RELATIONAL),
        K::LtEq => (B::Le, p::RELATIONAL),
        K::Gt => (B::Gt, p::RELATIONAL),
        K::GtEq => (B::Ge, p::RELATIONAL),
        K::EqEq => (B::Eq, p::EQUALITY),
        K::BangEq => (B::Ne, p::EQUALITY),
        K::Amp => (B::And, p::AND),
        K::Caret => (B::Xor, p::XOR),
        K::Bar => (B::Or, p::OR),
        K::AmpAmp => (B::AndAlso, p::AND_ALSO),
        K::BarBar => (B::OrElse, p::OR_ELSE),
        K::QuestionQuestion => (B::Coalesce, p::COALESCING),
        K::Is => return Some(Infix::new(Action::Is, p::RELATIONAL)),
        K::As => return Some(Infix::new(Action::As, p::RELATIONAL)),
        K::DotDot => return Some(Infix::new(Action::Range, p::RANGE)),
        K::QuestionQuestionEq => return Some(Infix::new(Action::CoalesceAssign, p::EXPRESSION)),
        _ => {
            return match assignment(kind) {
                Some(op) => Some(Infix::new(Action::Assign(op), p::EXPRESSION)),
                None => None,
            };
        }
    };
    Some(Infix::new(Action::Binary(op), precedence))
}

/// The operation of an assignment operator, which plain `=` has not.
const fn assignment(kind: TokenKind) -> Option<Option<BinaryOp>> {
    use BinaryOp as B;
    use TokenKind as K;
    Some(Some(match kind {
        K::Eq => return Some(None),
        K::PlusEq => B::Add,
        K::MinusEq => B::Sub,
        K::StarEq => B::Mul,
        K::SlashEq => B::Div,
        K::PercentEq => B::Rem,
        K::AmpEq => B::And,
        K::BarEq => B::Or,
        K::CaretEq => B::Xor,
        K::LtLtEq => B::Shl,
        _ => return None,
    }))
}

/// True for infix and assignment operators: a list in which one is found goes on with it.
pub(super) const fn is_infix_operator(kind: TokenKind) -> bool {
    infix_of(kind).is_some()
}
