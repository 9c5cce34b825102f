//! Statements. Each gives its bound form and whether the point after it can be reached.

mod declaration;
mod jump;
mod loops;
mod pattern;
mod switch;
mod try_catch;

use policy_parser::Span;
use policy_parser::csharp::ast::{self, ExprKind, StmtKind};

use super::binder::{Binder, Returns};
use super::bound::{Const, Expr, Kind, Stmt};
use super::expression::strip;
use super::operators::is_untyped;
use crate::types;

impl Binder {
    pub(super) fn block(&mut self, block: &ast::Block) -> (Vec<Stmt>, bool) {
        self.scoped(|this| this.statements(&block.statements))
    }

    fn statements(&mut self, list: &[ast::Stmt]) -> (Vec<Stmt>, bool) {
        let names = list.iter().flat_map(|stmt| match &stmt.kind {
            StmtKind::Local(declaration) => declaration.declarators.iter().map(|d| d.name.text.clone()).collect(),
            _ => Vec::new(),
        });
        self.later.push((self.scopes.len(), names.collect()));
        let labels = self.labels_of(list);
        self.labels.push(labels);
        let result = self.statement_list(list);
        self.labels.pop();
        self.later.pop();
        result
    }

    fn statement_list(&mut self, list: &[ast::Stmt]) -> (Vec<Stmt>, bool) {
        // Local functions can be called before they are declared.
        let mut functions = Vec::new();
        for stmt in list {
            if let StmtKind::LocalFunction(function) = &stmt.kind {
                functions.push((self.declare_function(function), &**function));
            }
        }
        let mut done = Vec::new();
        let (mut reachable, mut warned) = (true, false);
        let mut next = functions.into_iter();
        for stmt in list {
            if matches!(stmt.kind, StmtKind::LocalFunction(_)) {
                match next.next() {
                    Some((Some(id), function)) => self.bind_function(id, function),
                    Some((None, function)) => self.check_generic(function),
                    None => {}
                }
                continue;
            }
            let mut stmt = stmt;
            while let StmtKind::Labeled { label, body } = &stmt.kind {
                if let Some((_, id)) = self.label_id(&label.text) {
                    done.push(Stmt::Label(id));
                }
                reachable |= jump::mentions(list, &label.text);
                stmt = body;
            }
            if !reachable && !warned && !matches!(stmt.kind, StmtKind::Empty | StmtKind::Block(_)) {
                warned = true;
                self.warn("CS0162", stmt.span, "Unreachable code detected");
            }
            let (bound, goes_on) =
                self.deeper(stmt.span, || (Stmt::Block(Vec::new()), true), |this| this.statement(stmt));
            done.push(bound);
            reachable &= goes_on;
        }
        (done, reachable)
    }

    /// A statement in a scope of its own, as the body of `if` and loops is.
    fn embedded(&mut self, stmt: &ast::Stmt) -> (Stmt, bool) {
        if let StmtKind::Local(_) | StmtKind::LocalFunction(_) | StmtKind::Labeled { .. } = &stmt.kind {
            self.error("CS1023", stmt.span, "Embedded statement cannot be a declaration or labeled statement");
        }
        self.deeper(stmt.span, || (Stmt::Block(Vec::new()), true), |this| this.scoped(|this| this.statement(stmt)))
    }

    fn statement(&mut self, stmt: &ast::Stmt) -> (Stmt, bool) {
        let span = stmt.span;
        match &stmt.kind {
            StmtKind::Empty | StmtKind::Error | StmtKind::LocalFunction(_) => (Stmt::Block(Vec::new()), true),
            StmtKind::Block(block) => {
                let (body, reachable) = self.block(block);
                (Stmt::Block(body), reachable)
            }
            StmtKind::Local(declaration) => (self.declaration(declaration), true),
            StmtKind::Expression(expr) if self.is_no_statement(expr) => {
                self.error("CS0201", expr.span, NO_STATEMENT);
                (Stmt::Block(Vec::new()), true)
            }
            StmtKind::Expression(expr) => {
                let value = self.statement_value(expr);
                self.check_statement(expr, &value);
                (Stmt::Expr(value), true)
            }
            StmtKind::If { condition, then, otherwise } => self.if_statement(condition, then, otherwise.as_deref()),
            StmtKind::While { condition, body } => {
                let condition = self.condition(condition);
                let endless = is_constant(&condition, true);
                let (body, breaks) = self.loop_body(body);
                let stmt =
                    Stmt::Loop { condition: Some(condition), test_first: true, step: Vec::new(), body: Box::new(body) };
                (stmt, !endless || breaks)
            }
            StmtKind::DoWhile { body, condition } => self.do_while(body, condition),
            StmtKind::For { init, condition, step, body } => self.for_statement(init, condition.as_ref(), step, body),
            StmtKind::Foreach { ty, designation, source, body } => self.foreach(ty, designation, source, body, span),
            StmtKind::Switch { value, sections } => self.switch(value, sections),
            StmtKind::Break => {
                let nowhere = self.breakable == 0 && self.refuse_jump(false, span);
                (Stmt::Break, nowhere)
            }
            StmtKind::Continue => {
                let nowhere = self.loops == 0 && self.refuse_jump(true, span);
                (Stmt::Continue, nowhere)
            }
            StmtKind::Return(value) => (self.return_statement(value.as_ref(), span), false),
            StmtKind::Throw(value) => (self.throw_statement(value.as_ref(), span), false),
            StmtKind::Try { body, catches, finally } => self.try_statement(body, catches, finally.as_ref()),
            StmtKind::Using { resource, body } => self.using(resource, body),
            StmtKind::Lock { value, body } => {
                let value = self.operand(value);
                if types::is_value_type(value.ty) || is_untyped(value.ty) {
                    let ty = types::display(value.ty);
                    let message = format!("'{ty}' is not a reference type as required by the lock statement");
                    self.error("CS0185", value.span, message);
                }
                let (body, reachable) = self.embedded(body);
                (Stmt::Block(vec![Stmt::Expr(value), body]), reachable)
            }
            StmtKind::Checked { checked, body } => {
                let before = (self.checked, self.unchecked);
                (self.checked, self.unchecked) = (*checked, !*checked);
                let (body, reachable) = self.block(body);
                (self.checked, self.unchecked) = before;
                (Stmt::Block(body), reachable)
            }
            // Where a label may stand, the list of statements has taken it off.
            StmtKind::Labeled { body, .. } => self.statement(body),
            // What leads nowhere is no jump: what follows is reached.
            StmtKind::Goto(label) => {
                self.goto(label, span).map_or((Stmt::Block(Vec::new()), true), |goto| (goto, false))
            }
            StmtKind::GotoCase(value) => {
                self.goto_case(value.as_ref(), span).map_or((Stmt::Block(Vec::new()), true), |goto| (goto, false))
            }
            StmtKind::Unsupported("yield") => {
                self.refuse_yield(span);
                (Stmt::Block(Vec::new()), false)
            }
            StmtKind::Unsupported(what) => {
                let (code, message) = match *what {
                    "unsafe" => ("CS0227", "Unsafe code may only appear if compiling with /unsafe"),
                    _ => ("CS0214", "Pointers and fixed size buffers may only be used in an unsafe context"),
                };
                self.error(code, span, message);
                // Whether anything is returned does not matter any more.
                (Stmt::Block(Vec::new()), false)
            }
        }
    }

    /// An expression whose value nobody takes: `i++` need not keep what `i` was.
    fn statement_value(&mut self, expr: &ast::Expr) -> Expr {
        match &expr.kind {
            ExprKind::Postfix { increment, operand } => self.increment(operand, *increment, true, expr.span),
            ExprKind::Assign { op: None, target, value } => {
                match self.deconstruction(target, value, false, expr.span) {
                    Some(done) => done,
                    None => self.value_or_void(expr),
                }
            }
            _ => self.value_or_void(expr),
        }
    }

    /// A method or a function standing there without being called.
    fn is_no_statement(&mut self, expr: &ast::Expr) -> bool {
        use super::expression::Entity;
        match &expr.kind {
            ExprKind::Lambda(_) => true,
            ExprKind::Name(_) | ExprKind::Member { .. } => {
                let is_method = |entity: Entity<'_>| {
                    matches!(entity, Entity::Group(_) | Entity::Function(..) | Entity::Generic(..))
                };
                self.silently(|this| is_method(this.entity(expr))).0
            }
            _ => false,
        }
    }

    /// CS0201: not every expression may stand alone.
    pub(super) fn check_statement(&mut self, expr: &ast::Expr, value: &Expr) {
        let allowed = match &strip(expr).kind {
            ExprKind::Invoke { .. }
            | ExprKind::Assign { .. }
            | ExprKind::Postfix { .. }
            | ExprKind::New { .. }
            | ExprKind::This
            | ExprKind::Error => true,
            ExprKind::Unary { op, .. } => matches!(op, ast::UnaryOp::Increment | ast::UnaryOp::Decrement),
            ExprKind::ConditionalAccess { rest, .. } => {
                matches!(strip(rest).kind, ExprKind::Invoke { .. } | ExprKind::ConditionalAccess { .. })
            }
            _ => value.is_error(),
        };
        if !allowed || matches!(expr.kind, ExprKind::Parenthesized(_)) {
            self.error("CS0201", expr.span, NO_STATEMENT);
        }
    }

    fn if_statement(&mut self, condition: &ast::Expr, then: &ast::Stmt, otherwise: Option<&ast::Stmt>) -> (Stmt, bool) {
        let condition = self.condition(condition);
        let (always, never) = (is_constant(&condition, true), is_constant(&condition, false));
        let (then, then_goes_on) = self.embedded(then);
        let (otherwise, else_goes_on) = match otherwise {
            Some(stmt) => {
                let (bound, goes_on) = self.embedded(stmt);
                (Some(Box::new(bound)), goes_on)
            }
            None => (None, true),
        };
        let reachable = then_goes_on && !never || else_goes_on && !always;
        (Stmt::If(condition, Box::new(then), otherwise), reachable)
    }

    fn return_statement(&mut self, value: Option<&ast::Expr>, span: Span) -> Stmt {
        if self.in_finally.is_some() {
            self.error("CS0157", span, "Control cannot leave the body of a finally clause");
        }
        let returns = self.returns.clone();
        match (returns, value) {
            (Returns::Type(ty), None) if ty == types::void() => Stmt::Return(None, span),
            (Returns::Type(ty), Some(value)) if ty == types::void() => {
                let _ = self.value(value);
                self.error(
                    "CS8030",
                    span,
                    "Anonymous function converted to a void returning delegate cannot return a value",
                );
                Stmt::Return(None, span)
            }
            (Returns::Type(ty), Some(value)) => Stmt::Return(Some(self.value_for(value, ty)), span),
            (Returns::Type(ty), None) => {
                let ty = types::display(ty);
                self.error("CS0126", span, format!("An object of a type convertible to '{ty}' is required"));
                Stmt::Return(None, span)
            }
            (Returns::Infer(_), value) => {
                let value = match value {
                    Some(value) if self.function.0 > 0 => self.untyped_result(value),
                    Some(value) => self.value(value),
                    None => {
                        if self.function.0 == 0 {
                            self.error("CS0126", span, "An object of a type convertible to 'object' is required");
                        }
                        return Stmt::Return(None, span);
                    }
                };
                let value = if value.ty == types::void() && self.function.0 == 0 {
                    self.fail("CS0029", value.span, "Cannot implicitly convert type 'void' to 'object'")
                } else {
                    value
                };
                if let Returns::Infer(list) = &mut self.returns {
                    list.push(Expr { kind: Kind::Default, ..value.clone() });
                }
                Stmt::Return(Some(value), span)
            }
        }
    }
}

const NO_STATEMENT: &str = "Only assignment, call, increment, decrement, await, and new object expressions can be used \
                            as a statement";

fn is_constant(condition: &Expr, value: bool) -> bool {
    condition.constant == Some(Const::Bool(value))
}
