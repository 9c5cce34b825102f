//! Loops, and what they go through.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, Designation, StmtKind};

use super::is_constant;
use crate::compile::binder::Binder;
use crate::compile::bound::{Expr, Kind, Stmt};
use crate::compile::expression::shown;
use crate::compile::subtype;
use crate::library::MemberKind;
use crate::types::{self, TypeId};

impl Binder {
    /// A loop's body, and whether it breaks out.
    pub(super) fn loop_body(&mut self, body: &ast::Stmt) -> (Stmt, bool) {
        let (bound, _) = self.repeated_body(body);
        (bound, breaks(body))
    }

    /// A loop's body, and whether its end can be reached.
    fn repeated_body(&mut self, body: &ast::Stmt) -> (Stmt, bool) {
        self.breakable += 1;
        self.loops += 1;
        let (bound, goes_on) = self.embedded(body);
        self.loops -= 1;
        self.breakable -= 1;
        (bound, goes_on)
    }

    /// The condition is looked at only where the body comes to its end or goes on.
    pub(super) fn do_while(&mut self, body: &ast::Stmt, condition: &ast::Expr) -> (Stmt, bool) {
        let (bound, goes_on) = self.repeated_body(body);
        let condition = self.condition(condition);
        let endless = is_constant(&condition, true);
        let reachable = breaks(body) || !endless && (goes_on || continues(body));
        let body = Box::new(bound);
        (Stmt::Loop { condition: Some(condition), test_first: false, step: Vec::new(), body }, reachable)
    }

    pub(super) fn for_statement(
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

    pub(super) fn foreach(
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
        // Their own enumerators, which come first, know nothing of what they hold.
        let untyped =
            crate::compile::bound::named(source.ty).is_some_and(|(def, _)| UNTYPED.contains(&def.full_name()));
        let element = if untyped { Some(TypeId::OBJECT) } else { element };
        let element = element.unwrap_or_else(|| {
            if source.is_null_literal() {
                self.error("CS0186", source.span, "Use of null is not valid in this context");
                return types::error();
            }
            let shown = shown(&source);
            self.error("CS1579", source.span, format!("foreach statement cannot operate on variables of type '{shown}' because '{shown}' does not contain a public instance or extension definition for 'GetEnumerator'"));
            types::error()
        });
        let declared = if Self::is_var(ty) { element } else { self.type_of_syntax(ty) };
        let item = self.temporary(element);
        let convert = if declared == element || declared == types::error() || element == types::error() {
            None
        } else {
            let at = Span::new(span.start, span.start + 7);
            let value = self.slot(item, at);
            // "Each element is converted explicitly": `foreach (JObject o in array)`.
            Some(self.cast(value, declared, at))
        };
        let mut parts = Vec::new();
        let variable = match designation {
            Designation::Variable(name) => {
                let id = self.declare(name, declared);
                if let Some(local) = self.local_mut(id) {
                    local.readonly = Some("foreach iteration variable");
                }
                id
            }
            Designation::Discard(_) => self.temporary(declared),
            Designation::Tuple(list) => {
                // It outlives the statement that fills the parts.
                let whole = self.new_local("<item>", declared);
                let value = self.slot(whole, span);
                let value = Expr { span: source.span, ..value };
                parts = self.deconstruct_into(list, value, source.span).unwrap_or_default();
                whole
            }
        };
        let (mut body, _) = self.loop_body(body);
        if !parts.is_empty() {
            body = Stmt::Block(parts.into_iter().map(Stmt::Expr).chain([body]).collect());
        }
        self.scopes.pop();
        (Stmt::Foreach { item, variable, convert, source, body: Box::new(body) }, true)
    }

    /// A type's own `GetEnumerator` comes before its `IEnumerable<T>`; it matters where they differ, as for `JObject`.
    pub(super) fn own_enumerator(&mut self, source: Expr) -> Expr {
        let found = crate::compile::members::lookup(source.ty, "GetEnumerator", &[MemberKind::Method]);
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
}

/// Sequences whose `GetEnumerator` is that of `System.Collections.IEnumerable`.
const UNTYPED: [&str; 3] = [
    "System.Text.RegularExpressions.MatchCollection",
    "System.Text.RegularExpressions.GroupCollection",
    "System.Text.RegularExpressions.CaptureCollection",
];

/// What going through a value of this type gives: the items of a sequence or of an enumerator.
pub(super) fn enumerated(ty: TypeId) -> Option<TypeId> {
    subtype::element_type(ty).or_else(|| match crate::compile::bound::named(ty) {
        Some((def, [item])) if def.full_name() == "System.Collections.Generic.IEnumerator" => Some(*item),
        _ => None,
    })
}

/// The statement holds a `break` that leaves it.
pub(super) fn breaks(stmt: &ast::Stmt) -> bool {
    matches!(stmt.kind, StmtKind::Break) || parts_of(stmt).into_iter().any(breaks)
}

/// The statement holds a `continue` of the loop around it.
fn continues(stmt: &ast::Stmt) -> bool {
    match &stmt.kind {
        StmtKind::Continue => true,
        StmtKind::Switch { sections, .. } => sections.iter().flat_map(|s| &s.statements).any(continues),
        _ => parts_of(stmt).into_iter().any(continues),
    }
}

/// The statements in a statement, but for those of loops and switches.
fn parts_of(stmt: &ast::Stmt) -> Vec<&ast::Stmt> {
    match &stmt.kind {
        StmtKind::Block(block) | StmtKind::Checked { body: block, .. } => block.statements.iter().collect(),
        StmtKind::If { then, otherwise, .. } => [Some(&**then), otherwise.as_deref()].into_iter().flatten().collect(),
        StmtKind::Try { body, catches, .. } => {
            body.statements.iter().chain(catches.iter().flat_map(|c| &c.body.statements)).collect()
        }
        StmtKind::Using { body, .. } | StmtKind::Lock { body, .. } | StmtKind::Labeled { body, .. } => vec![body],
        _ => Vec::new(),
    }
}
