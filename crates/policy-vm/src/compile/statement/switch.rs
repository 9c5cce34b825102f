//! `switch`.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, Pattern, SwitchLabel};

use super::loops::breaks;
use crate::compile::binder::{Binder, SwitchScope};
use crate::compile::bound::{Const, Expr, Kind, Stmt};
use crate::compile::expression::shown;
use crate::compile::operators::is_untyped;
use crate::types::{self, TypeId};

/// What is found out about the labels of a `switch`, one after the other.
struct Labels {
    /// The value, where it is a constant.
    known: Option<Const>,
    /// Constants, with the sections they lead to.
    seen: Vec<(Const, usize)>,
    /// Types that labels take all values of.
    handled: Vec<TypeId>,
    /// One of them takes the value for sure: what follows is for nothing.
    settled: bool,
    /// Sections that a label leads to.
    live: Vec<usize>,
}

/// A section whose end can be reached: where nothing leads to its beginning, that is no mistake.
struct FallsThrough {
    section: usize,
    at: Span,
    code: &'static str,
    message: String,
}

impl Binder {
    pub(super) fn switch(&mut self, value: &ast::Expr, sections: &[ast::SwitchSection]) -> (Stmt, bool) {
        let mut value = self.operand(value);
        if value.is_null_literal() || is_untyped(value.ty) {
            let found = shown(&value);
            value = self.fail("CS8119", value.span, format!("The switch expression must be a value; found '{found}'."));
        }
        let slot = self.temporary(value.ty);
        let mut labels = Labels {
            known: known_value(&value),
            seen: Vec::new(),
            handled: Vec::new(),
            settled: false,
            live: Vec::new(),
        };
        let mut bound = Vec::new();
        let mut default = None;
        let mut falling = Vec::new();
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
                        tests.push(self.case(subject, pattern, guard.as_ref(), *span, &mut labels, i));
                    }
                }
            }
            self.breakable += 1;
            self.scopes.push(std::mem::take(&mut shared));
            let (body, goes_on) = self.statements(&section.statements);
            shared = self.scopes.pop().unwrap_or_default();
            self.breakable -= 1;
            self.scopes.pop();
            if goes_on {
                falling.push(self.falls_through(sections, i));
            }
            bound.push((tests, body));
        }
        if !labels.settled {
            labels.live.extend(default);
        }
        if let Some(switch) = self.switches.pop() {
            let (led_to, lost) = self.place_cases(switch.wanted, &labels.seen, default, &mut bound);
            labels.live.extend(led_to);
            // Such a jump leads nowhere: what stands behind it is reached.
            let ends_lost =
                |s: &ast::SwitchSection| last_of(&s.statements).is_some_and(|last| lost.contains(&last.span));
            let ending = sections.iter().enumerate().filter(|(_, section)| ends_lost(section)).map(|(i, _)| i);
            falling.extend(ending.map(|i| self.falls_through(sections, i)).collect::<Vec<_>>());
        }
        let mut fell = false;
        for found in falling.into_iter().filter(|found| labels.live.contains(&found.section)) {
            self.error(found.code, found.at, found.message);
            fell = true;
        }
        let mut alive = sections.iter().enumerate().filter(|(i, _)| labels.live.contains(i));
        let leaves = alive.any(|(_, section)| section.statements.iter().any(breaks));
        let complete = labels.settled;
        let value = if value.is_error() { None } else { Some((slot, value)) };
        (Stmt::Switch { value, sections: bound, default, complete }, leaves || fell || default.is_none() && !complete)
    }

    /// A label with a pattern; what is left of its test where the value is known.
    fn case(
        &mut self,
        subject: Expr,
        pattern: &Pattern,
        guard: Option<&ast::Expr>,
        span: Span,
        labels: &mut Labels,
        section: usize,
    ) -> Expr {
        let ty = subject.ty;
        let takes_all = self.covers(ty, pattern, guard.is_some(), &mut labels.handled);
        let (mut test, constant) = self.case_test(subject, pattern, span, (&mut labels.seen, section), guard.is_some());
        let takes = match &labels.known {
            None => takes_all.then_some(true),
            Some(known) => self.takes(ty, known, pattern, constant.as_ref()),
        };
        let mut takes = takes.filter(|_| !test.is_error());
        if let Some(guard) = guard {
            let guard = self.condition(guard);
            takes = match (takes, &guard.constant) {
                (Some(false), _) | (_, Some(Const::Bool(false))) => Some(false),
                (takes, Some(Const::Bool(true))) => takes,
                _ => None,
            };
            test = Expr::new(Kind::AndAlso(vec![test, guard]), TypeId::BOOL, span);
        }
        if labels.settled || takes == Some(false) {
            return Expr::constant(Const::Bool(false), TypeId::BOOL, span);
        }
        labels.live.push(section);
        labels.settled = takes == Some(true);
        test
    }

    /// Whether a label takes a constant, where that is sure.
    fn takes(&mut self, ty: TypeId, known: &Const, pattern: &Pattern, constant: Option<&Const>) -> Option<bool> {
        if let Some(constant) = constant {
            let alike = std::mem::discriminant(known) == std::mem::discriminant(constant);
            return (alike || *known == Const::Null || *constant == Const::Null).then_some(known == constant);
        }
        let Pattern::Declaration { ty: syntax, .. } = pattern else { return None };
        if Self::is_var(syntax) {
            return Some(true);
        }
        let wanted = self.silently(|this| this.type_of_syntax(syntax)).0;
        (wanted == ty).then_some(*known != Const::Null)
    }

    /// What is said of a section whose end can be reached.
    fn falls_through(&mut self, sections: &[ast::SwitchSection], index: usize) -> FallsThrough {
        let Some(section) = sections.get(index) else {
            return FallsThrough { section: index, at: Span::default(), code: "CS0163", message: String::new() };
        };
        let label = self.label_text(section);
        let (code, message) = if index + 1 == sections.len() {
            ("CS8070", format!("Control cannot fall out of switch from final case label ('{label}')"))
        } else {
            ("CS0163", format!("Control cannot fall through from one case label ('{label}') to another"))
        };
        let at = section.labels.first().map_or(section.span, label_span);
        FallsThrough { section: index, at, code, message }
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
            Some(SwitchLabel::Case { pattern: Pattern::Constant(expr), .. }) => self.case_text(expr),
            Some(SwitchLabel::Case { pattern: Pattern::Type(syntax), .. }) => {
                let value = self.name_as_constant(syntax);
                value.and_then(|value| named_case(&value)).unwrap_or_else(|| "case".to_owned())
            }
            Some(SwitchLabel::Case { .. }) => "case".to_owned(),
            _ => "default:".to_owned(),
        }
    }

    /// A label with a constant as messages show it.
    pub(super) fn case_text(&mut self, expr: &ast::Expr) -> String {
        let (value, _) = self.silently(|this| this.value(expr));
        let shown = value.constant.as_ref().map(crate::compile::convert::written);
        format!("case {}:", shown.unwrap_or_default())
    }

    /// The test of a label, and its constant.
    fn case_test(
        &mut self,
        subject: Expr,
        pattern: &Pattern,
        span: Span,
        (seen, section): (&mut Vec<(Const, usize)>, usize),
        guarded: bool,
    ) -> (Expr, Option<Const>) {
        let value = match pattern {
            Pattern::Constant(expr) => Some(self.value(expr)),
            // A name that leads to a constant: `DayOfWeek.Monday`.
            Pattern::Type(syntax) => self.name_as_constant(syntax),
            Pattern::Declaration { .. } => None,
        };
        let Some(value) = value else { return (self.pattern_test(subject, pattern, span, true), None) };
        let known = value.constant.clone();
        let test = self.constant_test(subject, value, span);
        if let Some(constant) = known.clone().filter(|_| !guarded) {
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
        (test, known)
    }
}

/// The last statement of a list, or of the block that ends it.
fn last_of(list: &[ast::Stmt]) -> Option<&ast::Stmt> {
    let mut last = list.last()?;
    while let ast::StmtKind::Block(block) = &last.kind {
        last = block.statements.last()?;
    }
    Some(last)
}

/// The value of what is switched over, where the compiler follows it: a constant, and a null that was given a type.
fn known_value(value: &Expr) -> Option<Const> {
    let typed_null = || match &value.kind {
        Kind::Convert { operand, .. } if operand.is_null_literal() => Some(Const::Null),
        _ => None,
    };
    value.constant.clone().or_else(typed_null)
}

/// A label that names a constant as messages show it: one of an enumeration by its name.
fn named_case(value: &Expr) -> Option<String> {
    let constant = value.constant.as_ref()?;
    let member = match (constant.clone(), crate::compile::bound::named(value.ty)) {
        (Const::Int(n), Some((def, _))) => def.decl.values.iter().find(|(_, of)| i128::from(*of) == n),
        _ => None,
    };
    let shown = match member {
        Some((name, _)) => format!("{}.{name}", types::display(value.ty)),
        None => crate::compile::convert::written(constant),
    };
    Some(format!("case {shown}:"))
}

fn label_span(label: &SwitchLabel) -> Span {
    match label {
        SwitchLabel::Default(span) | SwitchLabel::Case { span, .. } => *span,
    }
}
