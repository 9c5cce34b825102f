//! `throw`, `try`, and `using`, which is a `try` with a `finally`.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, UsingResource};

use crate::compile::binder::{Binder, InCatch, Wall};
use crate::compile::bound::{Catch, Expr, Kind, LocalId, Stmt};
use crate::compile::subtype;
use crate::library::MemberKind;
use crate::types::{self, TypeId};

impl Binder {
    pub(super) fn throw_statement(&mut self, value: Option<&ast::Expr>, span: Span) -> Stmt {
        match value {
            Some(expr) => {
                let value = self.operand(expr);
                if !value.is_error() && !value.is_null_literal() && !subtype::converts(value.ty, TypeId::EXCEPTION) {
                    self.error("CS0155", expr.span, "The type caught or thrown must be derived from System.Exception");
                    return Stmt::Throw(None);
                }
                Stmt::Throw(Some(value.retyped(TypeId::EXCEPTION)))
            }
            None => {
                match self.in_catch {
                    InCatch::Yes => {}
                    InCatch::No => self.error(
                        "CS0156",
                        span,
                        "A throw statement with no arguments is not allowed outside of a catch clause",
                    ),
                    InCatch::InFinally => self.error("CS0724", span, "A throw statement with no arguments is not allowed in a finally clause that is nested inside the nearest enclosing catch clause"),
                }
                Stmt::Throw(None)
            }
        }
    }

    pub(super) fn try_statement(
        &mut self,
        body: &ast::Block,
        catches: &[ast::CatchClause],
        finally: Option<&ast::Block>,
    ) -> (Stmt, bool) {
        let (body, mut reachable) = self.block(body);
        let mut bound = Vec::new();
        let mut caught: Vec<TypeId> = Vec::new();
        for clause in catches {
            let ty = match &clause.ty {
                Some(syntax) => {
                    let ty = self.type_of_syntax(syntax);
                    if ty != types::error() && !subtype::converts(ty, TypeId::EXCEPTION) {
                        self.error(
                            "CS0155",
                            syntax.span,
                            "The type caught or thrown must be derived from System.Exception",
                        );
                    }
                    if let Some(before) = caught.iter().find(|c| subtype::converts(ty, **c)) {
                        let shown = types::display(*before);
                        self.error("CS0160", syntax.span, format!("A previous catch clause already catches all exceptions of this or of a super type ('{shown}')"));
                    }
                    ty
                }
                None => TypeId::EXCEPTION,
            };
            if clause.filter.is_none() {
                caught.push(ty);
            }
            self.scopes.push(Vec::new());
            let variable = clause.name.as_ref().map(|name| self.declare(name, ty));
            let filter = clause.filter.as_ref().map(|f| self.condition(f));
            let before = std::mem::replace(&mut self.in_catch, InCatch::Yes);
            let (body, goes_on) = self.block(&clause.body);
            self.in_catch = before;
            self.scopes.pop();
            reachable |= goes_on;
            bound.push(Catch { ty, variable, filter, body });
        }
        let finally = finally.map(|block| {
            // No jump must leave a finally block.
            let (breakable, loops) = (std::mem::take(&mut self.breakable), std::mem::take(&mut self.loops));
            self.walls.push(Wall { is_lambda: false, breakable, loops });
            let around = self.in_finally.replace((self.labels.len(), self.switches.len()));
            let caught = self.in_catch;
            if caught == InCatch::Yes {
                self.in_catch = InCatch::InFinally;
            }
            let (body, goes_on) = self.block(block);
            (self.in_catch, self.in_finally) = (caught, around);
            self.walls.pop();
            (self.breakable, self.loops) = (breakable, loops);
            reachable &= goes_on;
            body
        });
        (Stmt::Try { body, catches: bound, finally }, reachable)
    }

    pub(super) fn using(&mut self, resource: &UsingResource, body: &ast::Stmt) -> (Stmt, bool) {
        self.scopes.push(Vec::new());
        let mut all = Vec::new();
        let mut slots: Vec<LocalId> = Vec::new();
        match resource {
            UsingResource::Declaration(declaration) => {
                let first = self.locals.len();
                all.push(self.declaration(declaration));
                for (at, local) in self.locals.iter_mut().enumerate().skip(first) {
                    if !local.name.is_empty() && declaration.declarators.iter().any(|d| d.name.text == local.name) {
                        local.readonly = Some("using variable");
                        slots.push(LocalId(at as u32));
                    }
                }
            }
            UsingResource::Expression(expr) => {
                let value = self.value(expr);
                // It lives longer than the registers of one statement's temporaries.
                let slot = self.new_local("<resource>", value.ty);
                all.push(Stmt::Let(slot, Some(value)));
                slots.push(slot);
            }
        }
        let at = match resource {
            UsingResource::Declaration(declaration) => declaration.ty.span,
            UsingResource::Expression(expr) => expr.span,
        };
        let (inner, reachable) = self.embedded(body);
        let mut guarded = vec![inner];
        for slot in slots.into_iter().rev() {
            let finally = self.dispose(slot, at);
            guarded = vec![Stmt::Try { body: guarded, catches: Vec::new(), finally: Some(finally) }];
        }
        all.extend(guarded);
        self.scopes.pop();
        (Stmt::Block(all), reachable)
    }

    /// `if (x != null) x.Dispose();`
    pub(super) fn dispose(&mut self, slot: LocalId, span: Span) -> Vec<Stmt> {
        let value = self.slot(slot, span);
        if value.is_error() || value.is_null_literal() {
            return Vec::new();
        }
        let member = crate::compile::members::lookup(value.ty, "Dispose", &[MemberKind::Method])
            .into_iter()
            .find(|m| m.signature.params.is_empty());
        let disposable = subtype::converts(value.ty, TypeId::DISPOSABLE);
        if disposable && member.is_none() {
            // There is nothing to give back.
            return Vec::new();
        }
        let Some(member) = member.filter(|_| disposable) else {
            let shown = types::display(value.ty);
            self.error(
                "CS1674",
                span,
                format!(
                    "'{shown}': type used in a using statement must be implicitly convertible to 'System.IDisposable'."
                ),
            );
            return Vec::new();
        };
        let callee = self.callee(&member, &[], Some(&value));
        let call = Expr::new(Kind::Call { callee, args: vec![value.clone()], outs: Vec::new() }, types::void(), span);
        let test = Expr::new(Kind::IsNull { negated: true, operand: Box::new(value) }, TypeId::BOOL, span);
        vec![Stmt::If(test, Box::new(Stmt::Expr(call)), None)]
    }
}
