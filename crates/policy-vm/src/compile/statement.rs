//! Statements. Each gives its bound form and whether the point after it can be reached.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, Designation, ExprKind, Pattern, StmtKind, SwitchLabel, UsingResource};

use super::binder::{Binder, Returns};
use super::bound::{Catch, Const, Conversion, Expr, Kind, LocalId, Stmt, nullable_inner};
use super::expression::{shown, strip};
use super::subtype;
use crate::library::MemberKind;
use crate::types::{self, TypeId};

impl Binder {
    pub(super) fn block(&mut self, block: &ast::Block) -> (Vec<Stmt>, bool) {
        self.scoped(|this| this.statements(&block.statements))
    }

    fn statements(&mut self, list: &[ast::Stmt]) -> (Vec<Stmt>, bool) {
        let names = list.iter().flat_map(|stmt| match &stmt.kind {
            StmtKind::Local(declaration) => declaration.declarators.iter().map(|d| d.name.text.clone()).collect(),
            _ => Vec::new(),
        });
        self.later.push(names.collect());
        let result = self.statement_list(list);
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
        let mut reachable = true;
        let mut next = functions.into_iter();
        for stmt in list {
            if matches!(stmt.kind, StmtKind::LocalFunction(_)) {
                if let Some((id, function)) = next.next() {
                    self.bind_function(id, function);
                }
                continue;
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
            StmtKind::DoWhile { body, condition } => {
                let (body, breaks) = self.loop_body(body);
                let condition = self.condition(condition);
                let endless = is_constant(&condition, true);
                let stmt = Stmt::Loop {
                    condition: Some(condition),
                    test_first: false,
                    step: Vec::new(),
                    body: Box::new(body),
                };
                (stmt, !endless || breaks)
            }
            StmtKind::For { init, condition, step, body } => self.for_statement(init, condition.as_ref(), step, body),
            StmtKind::Foreach { ty, designation, source, body } => self.foreach(ty, designation, source, body, span),
            StmtKind::Switch { value, sections } => self.switch(value, sections, span),
            StmtKind::Break => {
                if self.breakable == 0 {
                    self.error("CS0139", span, "No enclosing loop out of which to break or continue");
                }
                (Stmt::Break, false)
            }
            StmtKind::Continue => {
                if self.loops == 0 {
                    self.error("CS0139", span, "No enclosing loop out of which to break or continue");
                }
                (Stmt::Continue, false)
            }
            StmtKind::Return(value) => (self.return_statement(value.as_ref(), span), false),
            StmtKind::Throw(value) => (self.throw_statement(value.as_ref(), span), false),
            StmtKind::Try { body, catches, finally } => self.try_statement(body, catches, finally.as_ref()),
            StmtKind::Using { resource, body } => self.using(resource, body, span),
            StmtKind::Lock { value, body } => {
                let value = self.value(value);
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
            StmtKind::Labeled { .. } | StmtKind::Goto(_) | StmtKind::GotoCase(_) => {
                self.error("TG0406", span, "`goto` and labels are not supported yet");
                (Stmt::Block(Vec::new()), true)
            }
            StmtKind::Unsupported(what) => {
                self.error("TG0407", span, format!("`{what}` is not supported within expressions"));
                (Stmt::Block(Vec::new()), true)
            }
        }
    }

    /// An expression whose value nobody takes: `i++` need not keep what `i` was.
    fn statement_value(&mut self, expr: &ast::Expr) -> Expr {
        match &expr.kind {
            ExprKind::Postfix { increment, operand } => self.increment(operand, *increment, true, expr.span),
            _ => self.value_or_void(expr),
        }
    }

    /// CS0201: not every expression may stand alone.
    pub(super) fn check_statement(&mut self, expr: &ast::Expr, value: &Expr) {
        let allowed = match &strip(expr).kind {
            ExprKind::Invoke { .. }
            | ExprKind::Assign { .. }
            | ExprKind::Postfix { .. }
            | ExprKind::New { .. }
            | ExprKind::Error => true,
            ExprKind::Unary { op, .. } => matches!(op, ast::UnaryOp::Increment | ast::UnaryOp::Decrement),
            ExprKind::ConditionalAccess { rest, .. } => {
                matches!(strip(rest).kind, ExprKind::Invoke { .. } | ExprKind::ConditionalAccess { .. })
            }
            _ => value.is_error(),
        };
        if !allowed || matches!(expr.kind, ExprKind::Parenthesized(_)) {
            self.error("CS0201", expr.span, "Only assignment, call, increment, decrement, await, and new object expressions can be used as a statement");
        }
    }

    fn declaration(&mut self, declaration: &ast::LocalDeclaration) -> Stmt {
        let is_var = Self::is_var(&declaration.ty);
        let ty = if is_var { types::error() } else { self.type_of_syntax(&declaration.ty) };
        if ty == types::void() {
            self.error("CS1547", declaration.ty.span, "Keyword 'void' cannot be used in this context");
        }
        let mut done = Vec::new();
        for declarator in &declaration.declarators {
            done.push(self.declarator(declaration, declarator, is_var, ty));
        }
        if done.len() == 1 { done.remove(0) } else { Stmt::Block(done) }
    }

    fn declarator(
        &mut self,
        declaration: &ast::LocalDeclaration,
        declarator: &ast::Declarator,
        is_var: bool,
        ty: TypeId,
    ) -> Stmt {
        let name = &declarator.name;
        let value = match &declarator.value {
            None => {
                if is_var {
                    self.error("CS0818", name.span, "Implicitly-typed variables must be initialized");
                }
                if declaration.is_const {
                    self.error("CS0145", name.span, "A const field requires a value to be provided");
                }
                None
            }
            Some(value) if is_var => Some(self.var_value(value)),
            Some(value) => Some(self.value_for(value, ty)),
        };
        let ty = if is_var { value.as_ref().map_or(types::error(), |v| v.ty) } else { ty };
        let id = self.declare(name, ty);
        if declaration.is_const {
            let constant = value.as_ref().and_then(|v| v.constant.clone());
            match (&constant, &value) {
                (None, Some(v)) if !v.is_error() => {
                    let text = &name.text;
                    self.error("CS0133", v.span, format!("The expression being assigned to '{text}' must be constant"));
                }
                _ => {}
            }
            if let Some(local) = self.local_mut(id) {
                local.constant = constant;
            }
            return Stmt::Block(Vec::new());
        }
        Stmt::Let(id, value)
    }

    fn var_value(&mut self, value: &ast::Expr) -> Expr {
        match &strip(value).kind {
            ExprKind::Lambda(_) => {
                return self.fail(
                    "CS0815",
                    value.span,
                    "Cannot assign lambda expression to an implicitly-typed variable",
                );
            }
            ExprKind::ArrayInitializer(_) => {
                return self.fail(
                    "CS0820",
                    value.span,
                    "Cannot initialize an implicitly-typed variable with an array initializer",
                );
            }
            _ => {}
        }
        let found = self.value(value);
        if found.is_null_literal() {
            return self.fail("CS0815", value.span, "Cannot assign <null> to an implicitly-typed variable");
        }
        if found.ty == types::void() {
            return self.fail("CS0815", value.span, "Cannot assign void to an implicitly-typed variable");
        }
        found
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

    /// A loop's body, and whether it breaks out.
    fn loop_body(&mut self, body: &ast::Stmt) -> (Stmt, bool) {
        self.breakable += 1;
        self.loops += 1;
        let (bound, _) = self.embedded(body);
        self.loops -= 1;
        self.breakable -= 1;
        (bound, breaks(body))
    }

    fn for_statement(
        &mut self,
        init: &[ast::Stmt],
        condition: Option<&ast::Expr>,
        step: &[ast::Expr],
        body: &ast::Stmt,
    ) -> (Stmt, bool) {
        self.scopes.push(Vec::new());
        let mut all = Vec::new();
        for stmt in init {
            all.push(self.statement(stmt).0);
        }
        let condition = condition.map(|c| self.condition(c));
        let endless = condition.as_ref().is_none_or(|c| is_constant(c, true));
        let (body, breaks) = self.loop_body(body);
        let mut steps = Vec::new();
        for expr in step {
            let value = self.statement_value(expr);
            self.check_statement(expr, &value);
            steps.push(value);
        }
        self.scopes.pop();
        all.push(Stmt::Loop { condition, test_first: true, step: steps, body: Box::new(body) });
        (Stmt::Block(all), !endless || breaks)
    }

    fn foreach(
        &mut self,
        ty: &ast::TypeSyntax,
        designation: &Designation,
        source: &ast::Expr,
        body: &ast::Stmt,
        span: Span,
    ) -> (Stmt, bool) {
        let source = self.value(source);
        let source = self.own_enumerator(source);
        self.scopes.push(Vec::new());
        let element = if source.is_error() { Some(types::error()) } else { enumerated(source.ty) };
        let element = element.unwrap_or_else(|| {
            let shown = shown(&source);
            self.error("CS1579", source.span, format!("foreach statement cannot operate on variables of type '{shown}' because '{shown}' does not contain a public instance or extension definition for 'GetEnumerator'"));
            types::error()
        });
        let declared = if Self::is_var(ty) { element } else { self.type_of_syntax(ty) };
        let item = self.temporary(element);
        let convert = if declared == element || declared == types::error() || element == types::error() {
            None
        } else {
            let value = self.slot(item, ty.span);
            // "Each element is converted explicitly": `foreach (JObject o in array)`.
            Some(self.cast(value, declared, ty.span))
        };
        let variable = match designation {
            Designation::Variable(name) => {
                let id = self.declare(name, declared);
                if let Some(local) = self.local_mut(id) {
                    local.readonly = Some("foreach iteration variable");
                }
                id
            }
            Designation::Discard(_) => self.temporary(declared),
            Designation::Tuple(_) => {
                self.error("TG0403", span, "deconstruction is not supported yet");
                self.temporary(declared)
            }
        };
        let (body, _) = self.loop_body(body);
        self.scopes.pop();
        (Stmt::Foreach { item, variable, convert, source, body: Box::new(body) }, true)
    }

    /// A type's own `GetEnumerator` comes before its `IEnumerable<T>`; it matters where they differ, as for `JObject`.
    fn own_enumerator(&mut self, source: Expr) -> Expr {
        let found = super::members::lookup(source.ty, "GetEnumerator", &[MemberKind::Method]);
        let Some(member) = found.into_iter().find(|m| m.signature.params.is_empty() && !m.signature.is_static) else {
            return source;
        };
        let ty = member.ty(member.signature.returns, &[]);
        if enumerated(ty).is_none() || subtype::sequences(source.ty) < 2 {
            return source;
        }
        let span = source.span;
        let callee = self.callee(&member, &[], Some(&source));
        Expr::new(Kind::Call { callee, args: vec![source], outs: Vec::new() }, ty, span)
    }

    fn return_statement(&mut self, value: Option<&ast::Expr>, span: Span) -> Stmt {
        let returns = self.returns.clone();
        match (returns, value) {
            (Returns::Type(ty), None) if ty == types::void() => Stmt::Return(None),
            (Returns::Type(ty), Some(value)) if ty == types::void() => {
                let _ = self.value(value);
                self.error(
                    "CS8030",
                    span,
                    "Anonymous function converted to a void returning delegate cannot return a value",
                );
                Stmt::Return(None)
            }
            (Returns::Type(ty), Some(value)) => Stmt::Return(Some(self.value_for(value, ty))),
            (Returns::Type(_), None) => {
                self.error("CS0126", span, "An object of a type convertible to the return type is required");
                Stmt::Return(None)
            }
            (Returns::Infer(_), value) => {
                let value = match value {
                    Some(value) => self.value(value),
                    None => {
                        if self.function.0 == 0 {
                            self.error("CS0126", span, "An object of a type convertible to 'object' is required");
                        }
                        return Stmt::Return(None);
                    }
                };
                if value.ty == types::void() {
                    self.error("CS0029", value.span, "Cannot implicitly convert type 'void' to 'object'");
                }
                if let Returns::Infer(list) = &mut self.returns {
                    list.push(Expr { kind: Kind::Default, ..value.clone() });
                }
                Stmt::Return(Some(value))
            }
        }
    }

    fn throw_statement(&mut self, value: Option<&ast::Expr>, span: Span) -> Stmt {
        match value {
            Some(expr) => {
                let value = self.value(expr);
                if !value.is_error() && !value.is_null_literal() && !subtype::converts(value.ty, TypeId::EXCEPTION) {
                    self.error("CS0155", expr.span, "The type caught or thrown must be derived from System.Exception");
                    return Stmt::Throw(None);
                }
                Stmt::Throw(Some(value.retyped(TypeId::EXCEPTION)))
            }
            None => {
                if !self.in_catch {
                    self.error(
                        "CS0156",
                        span,
                        "A throw statement with no arguments is not allowed outside of a catch clause",
                    );
                }
                Stmt::Throw(None)
            }
        }
    }

    fn try_statement(
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
            let before = std::mem::replace(&mut self.in_catch, true);
            let (body, goes_on) = self.block(&clause.body);
            self.in_catch = before;
            self.scopes.pop();
            reachable |= goes_on;
            bound.push(Catch { ty, variable, filter, body });
        }
        let finally = finally.map(|block| {
            // `break`, `continue` and `return` must not leave a finally block.
            let before = (std::mem::take(&mut self.breakable), std::mem::take(&mut self.loops));
            let (body, goes_on) = self.block(block);
            (self.breakable, self.loops) = before;
            reachable &= goes_on;
            body
        });
        (Stmt::Try { body, catches: bound, finally }, reachable)
    }

    fn using(&mut self, resource: &UsingResource, body: &ast::Stmt, span: Span) -> (Stmt, bool) {
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
                let slot = self.temporary(value.ty);
                all.push(Stmt::Let(slot, Some(value)));
                slots.push(slot);
            }
        }
        let (inner, reachable) = self.embedded(body);
        let mut guarded = vec![inner];
        for slot in slots.into_iter().rev() {
            let finally = self.dispose(slot, span);
            guarded = vec![Stmt::Try { body: guarded, catches: Vec::new(), finally: Some(finally) }];
        }
        all.extend(guarded);
        self.scopes.pop();
        (Stmt::Block(all), reachable)
    }

    /// `if (x != null) x.Dispose();`
    fn dispose(&mut self, slot: LocalId, span: Span) -> Vec<Stmt> {
        let value = self.slot(slot, span);
        if value.is_error() || value.is_null_literal() {
            return Vec::new();
        }
        let member = super::members::lookup(value.ty, "Dispose", &[MemberKind::Method])
            .into_iter()
            .find(|m| m.signature.params.is_empty());
        let disposable = subtype::converts(value.ty, TypeId::DISPOSABLE);
        let Some(member) = member.filter(|_| disposable) else {
            let shown = types::display(value.ty);
            self.error(
                "CS1674",
                span,
                format!(
                    "'{shown}': type used in a using statement must be implicitly convertible to 'System.IDisposable'"
                ),
            );
            return Vec::new();
        };
        let callee = self.callee(&member, &[], Some(&value));
        let call = Expr::new(Kind::Call { callee, args: vec![value.clone()], outs: Vec::new() }, types::void(), span);
        let test = Expr::new(Kind::IsNull { negated: true, operand: Box::new(value) }, TypeId::BOOL, span);
        vec![Stmt::If(test, Box::new(Stmt::Expr(call)), None)]
    }

    fn switch(&mut self, value: &ast::Expr, sections: &[ast::SwitchSection], span: Span) -> (Stmt, bool) {
        let value = self.value(value);
        let slot = self.temporary(value.ty);
        let is_error = value.is_error();
        let mut bound = Vec::new();
        let mut default = None;
        let mut reachable = false;
        let mut seen: Vec<Const> = Vec::new();
        for (i, section) in sections.iter().enumerate() {
            self.scopes.push(Vec::new());
            let mut tests = Vec::new();
            for label in &section.labels {
                match label {
                    SwitchLabel::Default(at) => {
                        if default.is_some() {
                            self.error(
                                "CS0152",
                                *at,
                                "The switch statement contains multiple cases with the label value 'default'",
                            );
                        }
                        default = Some(i);
                    }
                    SwitchLabel::Case { pattern, guard, span } => {
                        let subject = self.slot(slot, *span);
                        let mut test = self.case_test(subject, pattern, *span, &mut seen, guard.is_some());
                        if let Some(guard) = guard {
                            let guard = self.condition(guard);
                            test = Expr::new(Kind::AndAlso(Box::new(test), Box::new(guard)), TypeId::BOOL, *span);
                        }
                        tests.push(test);
                    }
                }
            }
            self.breakable += 1;
            let (body, goes_on) = self.statements(&section.statements);
            self.breakable -= 1;
            self.scopes.pop();
            if goes_on && !section.statements.is_empty() {
                let last = i + 1 == sections.len();
                let (code, text) = if last {
                    ("CS8070", "Control cannot fall out of switch from final case label")
                } else {
                    ("CS0163", "Control cannot fall through from one case label to another")
                };
                let at = section.labels.first().map_or(section.span, label_span);
                self.error(code, at, format!("{text} ('{}')", label_text(section)));
            }
            reachable |= section.statements.iter().any(breaks);
            bound.push((tests, body));
        }
        let value = if is_error { None } else { Some((slot, value)) };
        let _ = span;
        (Stmt::Switch { value, sections: bound, default }, reachable || default.is_none())
    }

    fn case_test(
        &mut self,
        subject: Expr,
        pattern: &Pattern,
        span: Span,
        seen: &mut Vec<Const>,
        guarded: bool,
    ) -> Expr {
        let test = self.pattern_test(subject, pattern, span);
        if let (Pattern::Constant(expr), false) = (pattern, guarded) {
            let (value, _) = self.silently(|this| this.value(expr));
            if let Some(constant) = value.constant {
                if seen.contains(&constant) {
                    let shown = super::convert::show_const(&constant);
                    self.error(
                        "CS0152",
                        span,
                        format!("The switch statement contains multiple cases with the label value '{shown}'"),
                    );
                }
                seen.push(constant);
            }
        }
        test
    }

    /// `operand is pattern`.
    pub(super) fn is_pattern(&mut self, operand: Expr, pattern: &Pattern, span: Span) -> Expr {
        if operand.is_error() {
            return operand;
        }
        self.pattern_test(operand, pattern, span)
    }

    fn pattern_test(&mut self, operand: Expr, pattern: &Pattern, span: Span) -> Expr {
        match pattern {
            Pattern::Type(syntax) => {
                if let Some(constant) = self.name_as_constant(syntax) {
                    return self.constant_test(operand, constant, span);
                }
                let ty = self.type_of_syntax(syntax);
                self.type_test(operand, ty, false, span)
            }
            Pattern::Constant(expr) => {
                let constant = self.value(expr);
                self.constant_test(operand, constant, span)
            }
            Pattern::Declaration { ty, designation } => {
                let declared = if Self::is_var(ty) { operand.ty } else { self.type_of_syntax(ty) };
                let id = match designation {
                    Designation::Variable(name) => Some(self.declare(name, declared)),
                    _ => None,
                };
                if operand.is_error() || declared == types::error() {
                    return Expr::error(span);
                }
                let slot = self.temporary(operand.ty);
                let first = Expr::new(Kind::Let { slot, value: Box::new(operand) }, types::void(), span);
                let held = self.slot(slot, span);
                let test = if Self::is_var(ty) {
                    Expr::constant(Const::Bool(true), TypeId::BOOL, span)
                } else {
                    self.type_test(held.clone(), declared, true, span)
                };
                let Some(id) = id else {
                    return Expr::new(
                        Kind::Sequence { effects: vec![first], result: Box::new(test) },
                        TypeId::BOOL,
                        span,
                    );
                };
                // The run-time type was tested: seeing the value as that type cannot fail.
                let set =
                    Expr::new(Kind::Let { slot: id, value: Box::new(held.retyped(declared)) }, types::void(), span);
                let yes = Expr::constant(Const::Bool(true), TypeId::BOOL, span);
                let matched =
                    Expr::new(Kind::Sequence { effects: vec![set], result: Box::new(yes) }, TypeId::BOOL, span);
                let both = Expr::new(Kind::AndAlso(Box::new(test), Box::new(matched)), TypeId::BOOL, span);
                Expr::new(Kind::Sequence { effects: vec![first], result: Box::new(both) }, TypeId::BOOL, span)
            }
        }
    }

    /// `is Name`: a constant if the name leads to one, else a type.
    fn name_as_constant(&mut self, syntax: &ast::TypeSyntax) -> Option<Expr> {
        let ast::TypeKind::Named(parts) = &syntax.kind else { return None };
        let mut parts = parts.iter();
        let first = parts.next()?;
        let mut expr = ast::Expr { kind: ExprKind::Name(first.clone()), span: first.ident.span };
        for name in parts {
            let span = Span::new(expr.span.start, name.ident.span.end);
            expr = ast::Expr { kind: ExprKind::Member { target: Box::new(expr), name: name.clone() }, span };
        }
        let (value, clean) = self.silently(|this| match this.entity(&expr) {
            super::expression::Entity::Value(value) => Some(value),
            _ => None,
        });
        value.filter(|_| clean)
    }

    fn type_test(&mut self, operand: Expr, ty: TypeId, declares: bool, span: Span) -> Expr {
        if operand.is_error() || ty == types::error() {
            return Expr::error(span);
        }
        if !operand.is_null_literal() && !self.may_be(operand.ty, ty) {
            if !declares {
                // "The given expression is never of the provided type" is only a warning for the plain operator.
                let no = Expr::constant(Const::Bool(false), TypeId::BOOL, span);
                return Expr::new(Kind::Sequence { effects: vec![operand], result: Box::new(no) }, TypeId::BOOL, span);
            }
            let (from, to) = (shown(&operand), types::display(ty));
            return self.fail(
                "CS8121",
                span,
                format!("An expression of type '{from}' cannot be handled by a pattern of type '{to}'."),
            );
        }
        let plain = nullable_inner(operand.ty).unwrap_or(operand.ty);
        if types::is_value_type(plain) && nullable_inner(ty).unwrap_or(ty) == plain {
            return Expr::new(Kind::IsNull { negated: true, operand: Box::new(operand) }, TypeId::BOOL, span);
        }
        Expr::new(Kind::Is { operand: Box::new(operand), ty }, TypeId::BOOL, span)
    }

    fn constant_test(&mut self, operand: Expr, constant: Expr, span: Span) -> Expr {
        if operand.is_error() || constant.is_error() {
            return Expr::error(span);
        }
        if constant.constant.is_none() {
            return self.fail("CS0150", constant.span, "A constant value is expected");
        }
        if constant.is_null_literal() {
            return Expr::new(Kind::IsNull { negated: false, operand: Box::new(operand) }, TypeId::BOOL, span);
        }
        // A value of a base type (`object`) is first tested for the constant's type.
        if operand.ty != constant.ty && subtype::is_reference(operand.ty) && operand.ty != TypeId::STRING {
            let slot = self.temporary(operand.ty);
            let first = Expr::new(Kind::Let { slot, value: Box::new(operand) }, types::void(), span);
            let held = self.slot(slot, span);
            let is = Expr::new(Kind::Is { operand: Box::new(held.clone()), ty: constant.ty }, TypeId::BOOL, span);
            let conversion = Conversion::Cast;
            let unboxed = Expr::new(Kind::Convert { conversion, operand: Box::new(held) }, constant.ty, span);
            let equal = self.binary(ast::BinaryOp::Eq, unboxed, constant, span);
            let both = Expr::new(Kind::AndAlso(Box::new(is), Box::new(equal)), TypeId::BOOL, span);
            return Expr::new(Kind::Sequence { effects: vec![first], result: Box::new(both) }, TypeId::BOOL, span);
        }
        let target = nullable_inner(operand.ty).unwrap_or(operand.ty);
        let constant = self.convert(constant, target);
        if constant.is_error() {
            return constant;
        }
        self.binary(ast::BinaryOp::Eq, operand, constant, span)
    }
}

/// What going through a value of this type gives: the items of a sequence or of an enumerator.
fn enumerated(ty: TypeId) -> Option<TypeId> {
    subtype::element_type(ty).or_else(|| match super::bound::named(ty) {
        Some((def, [item])) if def.full_name() == "System.Collections.Generic.IEnumerator" => Some(*item),
        _ => None,
    })
}

fn is_constant(condition: &Expr, value: bool) -> bool {
    condition.constant == Some(Const::Bool(value))
}

fn label_span(label: &SwitchLabel) -> Span {
    match label {
        SwitchLabel::Default(span) | SwitchLabel::Case { span, .. } => *span,
    }
}

fn label_text(section: &ast::SwitchSection) -> &'static str {
    match section.labels.last() {
        Some(SwitchLabel::Default(_)) => "default:",
        _ => "case:",
    }
}

/// The statement holds a `break` that leaves it.
fn breaks(stmt: &ast::Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Break => true,
        StmtKind::Block(block) => block.statements.iter().any(breaks),
        StmtKind::If { then, otherwise, .. } => breaks(then) || otherwise.as_deref().is_some_and(breaks),
        StmtKind::Try { body, catches, .. } => {
            body.statements.iter().any(breaks) || catches.iter().any(|c| c.body.statements.iter().any(breaks))
        }
        StmtKind::Using { body, .. } | StmtKind::Lock { body, .. } => breaks(body),
        StmtKind::Checked { body, .. } => body.statements.iter().any(breaks),
        _ => false,
    }
}
