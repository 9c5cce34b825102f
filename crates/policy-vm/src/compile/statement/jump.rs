//! `goto` and what it leads to.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, StmtKind};

use crate::compile::binder::{Binder, LabelScope, Wall};
use crate::compile::bound::{Const, LabelId, Stmt, named, nullable_inner};
use crate::types::{self, TypeId};

/// What a function with `yield` may return.
const ITERATORS: [&str; 4] = [
    "System.Collections.IEnumerable",
    "System.Collections.IEnumerator",
    "System.Collections.Generic.IEnumerable",
    "System.Collections.Generic.IEnumerator",
];

const LEAVES_FINALLY: &str = "Control cannot leave the body of a finally clause";

impl Binder {
    /// The labels that a list of statements declares.
    pub(super) fn labels_of(&mut self, list: &[ast::Stmt]) -> LabelScope {
        let mut labels: LabelScope = Vec::new();
        for stmt in list {
            let mut at = stmt;
            while let StmtKind::Labeled { label, body } = &at.kind {
                if labels.iter().chain(self.labels.iter().flatten()).any(|(name, _)| *name == label.text) {
                    let name = &label.text;
                    self.error("CS0140", label.span, format!("The label '{name}' is a duplicate"));
                }
                let id = self.new_label();
                labels.push((label.text.clone(), id));
                at = body;
            }
        }
        labels
    }

    /// `yield` has no place in expressions; where it would have none in C# either, the compiler's words are said.
    pub(super) fn refuse_yield(&mut self, span: Span) {
        let Some(function) = self.functions.get(self.function.0 as usize) else { return };
        if self.function.0 == 0 {
            let message = "The body of the expression cannot be an iterator block because 'object' is not an iterator interface type";
            return self.error("CS1624", span, message);
        }
        if !function.is_local_function {
            let message = "The yield statement cannot be used inside an anonymous method or lambda expression";
            return self.error("CS1621", span, message);
        }
        let (returns, at) = (function.returns, function.span);
        let sequence = |ty: &TypeId| {
            *ty == TypeId::ENUMERABLE_OBJECT || named(*ty).is_some_and(|(def, _)| ITERATORS.contains(&def.full_name()))
        };
        if sequence(&returns) || returns == types::error() {
            return self.error("TG0403", span, "Iterators ('yield') are not supported within expressions");
        }
        let shown = types::display(returns);
        // The function's name is put in where it is known.
        let message =
            format!("The body of '' cannot be an iterator block because '{shown}' is not an iterator interface type");
        self.error("CS1624", at, message);
    }

    /// A label, and the number of the list that declares it.
    pub(super) fn label_id(&self, name: &str) -> Option<(usize, LabelId)> {
        let declared = |scope: &LabelScope| scope.iter().find(|(n, _)| **n == *name).map(|(_, id)| *id);
        self.labels.iter().enumerate().rev().find_map(|(list, scope)| declared(scope).map(|id| (list, id)))
    }

    /// `break` or `continue` where nothing is to be left: perhaps there is, behind what cannot be left. True when there is
    /// none: it is no jump then, and what follows is reached.
    pub(super) fn refuse_jump(&mut self, loops_only: bool, span: Span) -> bool {
        let beyond = |wall: &Wall| (if loops_only { wall.loops } else { wall.breakable }) > 0;
        let innermost = if self.walls.iter().any(beyond) { self.walls.last() } else { None };
        let nowhere = innermost.is_none();
        match innermost {
            Some(Wall { is_lambda: true, .. }) => {
                let message = "Control cannot leave the body of an anonymous method or lambda expression";
                self.error("CS1632", span, message);
            }
            Some(_) => self.error("CS0157", span, LEAVES_FINALLY),
            None => self.error("CS0139", span, "No enclosing loop out of which to break or continue"),
        }
        nowhere
    }

    /// None where it leads nowhere, which is said.
    pub(super) fn goto(&mut self, label: &ast::Ident, span: Span) -> Option<Stmt> {
        match self.label_id(&label.text) {
            Some((list, id)) => {
                if self.in_finally.is_some_and(|(outside, _)| list < outside) {
                    self.error("CS0157", span, LEAVES_FINALLY);
                }
                Some(Stmt::Goto(id))
            }
            None => {
                let name = &label.text;
                self.error(
                    "CS0159",
                    label.span,
                    format!("No such label '{name}' within the scope of the goto statement"),
                );
                None
            }
        }
    }

    /// `goto case e;`, and `goto default;` without an expression; none where it leads nowhere, which is said.
    pub(super) fn goto_case(&mut self, value: Option<&ast::Expr>, span: Span) -> Option<Stmt> {
        let Some(ty) = self.switches.last().map(|s| s.ty) else {
            // The one around the function is out of reach.
            if self.in_outer_switch {
                let label = match value {
                    None => "default".to_owned(),
                    Some(value) => self.case_text(value),
                };
                let message = format!("No such label '{label}' within the scope of the goto statement");
                self.error("CS0159", span, message);
                return Some(Stmt::Block(Vec::new()));
            }
            self.error("CS0153", span, "A goto case is only valid inside a switch statement");
            return None;
        };
        if self.in_finally.is_some_and(|(_, outside)| self.switches.len() <= outside) {
            self.error("CS0157", span, LEAVES_FINALLY);
        }
        let constant = match value {
            None => None,
            Some(value) => {
                let bound = self.value(value);
                // Of a nullable value the labels are those of the value.
                let plain = if bound.is_null_literal() { ty } else { nullable_inner(ty).unwrap_or(ty) };
                let bound = self.convert(bound, plain);
                if bound.is_wrong_constant() {
                    return None;
                }
                let Some(constant) = bound.constant else {
                    self.error("CS0150", value.span, "A constant value is expected");
                    return None;
                };
                Some(constant)
            }
        };
        let id = self.new_label();
        if let Some(switch) = self.switches.last_mut() {
            switch.wanted.push((constant, id, span));
        }
        Some(Stmt::Goto(id))
    }

    /// Puts the labels that `goto case` asked for in front of the sections they name, and tells which those are, and which
    /// jumps name none.
    pub(super) fn place_cases(
        &mut self,
        wanted: Vec<(Option<Const>, LabelId, Span)>,
        seen: &[(Const, usize)],
        default: Option<usize>,
        sections: &mut [(Vec<crate::compile::bound::Expr>, Vec<Stmt>)],
    ) -> (Vec<usize>, Vec<Span>) {
        let (mut led_to, mut lost) = (Vec::new(), Vec::new());
        for (constant, id, span) in wanted {
            let section = match &constant {
                None => default,
                Some(constant) => seen.iter().find(|(c, _)| c == constant).map(|(_, section)| *section),
            };
            led_to.extend(section);
            match section.and_then(|i| sections.get_mut(i)) {
                Some((_, body)) => body.insert(0, Stmt::Label(id)),
                None => {
                    lost.push(span);
                    let label = match &constant {
                        None => "default:".to_owned(),
                        Some(constant) => format!("case {}:", crate::compile::convert::written(constant)),
                    };
                    self.error(
                        "CS0159",
                        span,
                        format!("No such label '{label}' within the scope of the goto statement"),
                    );
                }
            }
        }
        (led_to, lost)
    }
}

/// Some `goto` in these statements leads to the label.
pub(super) fn mentions(list: &[ast::Stmt], label: &str) -> bool {
    list.iter().any(|stmt| leads_to(stmt, label))
}

fn leads_to(stmt: &ast::Stmt, label: &str) -> bool {
    match &stmt.kind {
        StmtKind::Goto(name) => *name.text == *label,
        StmtKind::Block(block) => mentions(&block.statements, label),
        StmtKind::If { then, otherwise, .. } => {
            leads_to(then, label) || otherwise.as_deref().is_some_and(|s| leads_to(s, label))
        }
        StmtKind::While { body, .. }
        | StmtKind::DoWhile { body, .. }
        | StmtKind::For { body, .. }
        | StmtKind::Foreach { body, .. }
        | StmtKind::Using { body, .. }
        | StmtKind::Lock { body, .. }
        | StmtKind::Labeled { body, .. } => leads_to(body, label),
        StmtKind::Switch { sections, .. } => sections.iter().any(|s| mentions(&s.statements, label)),
        StmtKind::Try { body, catches, finally } => {
            mentions(&body.statements, label)
                || catches.iter().any(|c| mentions(&c.body.statements, label))
                || finally.as_ref().is_some_and(|f| mentions(&f.statements, label))
        }
        StmtKind::Checked { body, .. } => mentions(&body.statements, label),
        _ => false,
    }
}
