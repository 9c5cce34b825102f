//! `switch`.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, Pattern, SwitchLabel};

use super::loops::breaks;
use crate::compile::binder::{Binder, SwitchScope};
use crate::compile::bound::{Const, Expr, Kind, Stmt};
use crate::compile::expression::shown;
use crate::compile::operators::is_untyped;
use crate::types::TypeId;

impl Binder {
    pub(super) fn switch(&mut self, value: &ast::Expr, sections: &[ast::SwitchSection], span: Span) -> (Stmt, bool) {
        let mut value = self.operand(value);
        if value.is_null_literal() || is_untyped(value.ty) {
            let found = shown(&value);
            value = self.fail("CS8119", value.span, format!("The switch expression must be a value; found '{found}'."));
        }
        let known = value.constant.clone();
        let slot = self.temporary(value.ty);
        let is_error = value.is_error();
        let mut bound = Vec::new();
        let mut default = None;
        let mut reachable = false;
        let mut seen: Vec<(Const, usize)> = Vec::new();
        let mut handled: Vec<TypeId> = Vec::new();
        let mut exhausted = false;
        self.switches.push(SwitchScope { ty: value.ty, wanted: Vec::new() });
        // What a section declares is known in the others; what its patterns declare is not.
        let mut shared = Vec::new();
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
                        exhausted |= self.covers(value.ty, pattern, guard.is_some(), &mut handled);
                        let mut test = self.case_test(subject, pattern, *span, (&mut seen, i), guard.is_some());
                        if let Some(guard) = guard {
                            let guard = self.condition(guard);
                            test = Expr::new(Kind::AndAlso(vec![test, guard]), TypeId::BOOL, *span);
                        }
                        tests.push(test);
                    }
                }
            }
            self.breakable += 1;
            self.scopes.push(std::mem::take(&mut shared));
            let (body, goes_on) = self.statements(&section.statements);
            shared = self.scopes.pop().unwrap_or_default();
            self.breakable -= 1;
            self.scopes.pop();
            if goes_on && !section.statements.is_empty() {
                let label = self.label_text(section);
                let (code, text) = if i + 1 == sections.len() {
                    ("CS8070", format!("Control cannot fall out of switch from final case label ('{label}')"))
                } else {
                    ("CS0163", format!("Control cannot fall through from one case label ('{label}') to another"))
                };
                let at = section.labels.first().map_or(section.span, label_span);
                self.error(code, at, text);
            }
            reachable |= section.statements.iter().any(breaks);
            bound.push((tests, body));
        }
        exhausted |= known.is_some_and(|value| seen.iter().any(|(label, _)| *label == value));
        if let Some(switch) = self.switches.pop() {
            self.place_cases(switch.wanted, &seen, default, &mut bound);
        }
        let value = if is_error { None } else { Some((slot, value)) };
        let _ = span;
        (Stmt::Switch { value, sections: bound, default }, reachable || default.is_none() && !exhausted)
    }

    /// A label that takes every value; reports one that no value is left for.
    fn covers(&mut self, subject: TypeId, pattern: &Pattern, guarded: bool, handled: &mut Vec<TypeId>) -> bool {
        let Pattern::Declaration { ty: syntax, designation } = pattern else { return false };
        let ty = if Self::is_var(syntax) { subject } else { self.silently(|this| this.type_of_syntax(syntax)).0 };
        if handled.iter().any(|before| crate::compile::subtype::converts(ty, *before)) {
            let end = match designation {
                ast::Designation::Variable(name) => name.span,
                _ => syntax.span,
            };
            let at = syntax.span.to(end);
            self.error("CS8120", at, "The switch case is unreachable. It has already been handled by a previous case or it is impossible to match.");
        }
        if !guarded && ty != crate::types::error() {
            handled.push(ty);
        }
        !guarded && Self::is_var(syntax)
    }

    /// The last label of a section as messages show it.
    fn label_text(&mut self, section: &ast::SwitchSection) -> String {
        match section.labels.last() {
            Some(SwitchLabel::Case { pattern: Pattern::Constant(expr), .. }) => {
                let (value, _) = self.silently(|this| this.value(expr));
                let shown = value.constant.as_ref().map(crate::compile::convert::written);
                format!("case {}:", shown.unwrap_or_default())
            }
            Some(SwitchLabel::Case { .. }) => "case".to_owned(),
            _ => "default:".to_owned(),
        }
    }

    fn case_test(
        &mut self,
        subject: Expr,
        pattern: &Pattern,
        span: Span,
        (seen, section): (&mut Vec<(Const, usize)>, usize),
        guarded: bool,
    ) -> Expr {
        let Pattern::Constant(expr) = pattern else { return self.pattern_test(subject, pattern, span, true) };
        let value = self.value(expr);
        let constant = value.constant.clone().filter(|_| !guarded);
        let test = self.constant_test(subject, value, span);
        if let Some(constant) = constant {
            if seen.iter().any(|(c, _)| *c == constant) {
                let shown = crate::compile::convert::written(&constant);
                self.error(
                    "CS0152",
                    span,
                    format!("The switch statement contains multiple cases with the label value '{shown}'"),
                );
            }
            seen.push((constant, section));
        }
        test
    }
}

fn label_span(label: &SwitchLabel) -> Span {
    match label {
        SwitchLabel::Default(span) | SwitchLabel::Case { span, .. } => *span,
    }
}
