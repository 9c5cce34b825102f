//! Tuples: `(a, b)`, their elements, and taking them apart.
//!
//! At run time a tuple is an object like that of an anonymous type: nobody can change it, since expressions may not assign
//! to elements, so that it need not be copied.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, BinaryOp, Designation, ExprKind};

use super::create::projected_name;
use crate::compile::binder::Binder;
use crate::compile::bound::{Const, Expr, Kind, Target, named, nullable_inner};
use crate::types::{self, Type, TypeId};

/// An element of a tuple type: its name, if it has one, and its type.
type Element = (Option<Box<str>>, TypeId);

pub(in crate::compile) fn elements_of(ty: TypeId) -> Option<&'static [Element]> {
    match types::get(ty) {
        Type::Tuple(elements) => Some(elements),
        _ => None,
    }
}

impl Binder {
    /// `(a, b)`.
    pub(super) fn tuple(&mut self, elements: &[ast::Argument], span: Span) -> Expr {
        let values: Vec<Expr> = elements.iter().map(|element| self.value(&element.value)).collect();
        if values.iter().any(Expr::is_error) {
            return Expr::error(span);
        }
        if let Some(bad) = values.iter().find(|v| v.is_null_literal() || v.ty == types::void()) {
            let what = super::shown(bad);
            return self.fail("CS8210", bad.span, format!("A tuple may not contain a value of type '{what}'."));
        }
        let names: Vec<_> = elements.iter().filter_map(|e| e.name.as_ref()).collect();
        for (i, name) in names.iter().enumerate() {
            if names.iter().take(i).any(|n| n.text == name.text) {
                return self.fail("CS8127", name.span, "Tuple element names must be unique.");
            }
        }
        let shape = elements.iter().zip(&values).map(|(element, value)| (name_of(element), value.ty)).collect();
        made(values, types::intern(Type::Tuple(shape)), span)
    }

    /// `(a, b)` for a place of a known tuple type.
    pub(in crate::compile) fn tuple_for(&mut self, elements: &[ast::Argument], ty: TypeId, span: Span) -> Expr {
        let plain = nullable_inner(ty).unwrap_or(ty);
        match elements_of(plain) {
            Some(wanted) if wanted.len() == elements.len() => {
                let values: Vec<Expr> =
                    elements.iter().zip(wanted).map(|(e, (_, ty))| self.value_for(&e.value, *ty)).collect();
                if values.iter().any(Expr::is_error) {
                    return Expr::error(span);
                }
                made(values, plain, span).retyped(ty)
            }
            _ => {
                let found = self.tuple(elements, span);
                self.convert(found, ty)
            }
        }
    }

    /// `t.Item1`, `t.name`.
    pub(in crate::compile) fn tuple_element(&mut self, tuple: &Expr, name: &str, span: Span) -> Option<Expr> {
        let elements = elements_of(tuple.ty)?;
        let numbered = name.strip_prefix("Item").and_then(|n| n.parse::<usize>().ok()).and_then(|n| n.checked_sub(1));
        let index = elements.iter().position(|(n, _)| n.as_deref() == Some(name)).or(numbered)?;
        let (_, ty) = elements.get(index)?;
        self.check_tuple_member(span);
        Some(Expr::new(Kind::AnonymousGet { object: Box::new(tuple.clone()), index }, *ty, span))
    }

    /// The members of `System.ValueTuple` are not among those that policies may use; making tuples and taking them apart
    /// uses none.
    pub(in crate::compile) fn check_tuple_member(&mut self, span: Span) {
        if !self.unrestricted {
            self.error("TG0301", span, "Usage of type 'System.ValueTuple' is not supported within expressions");
        }
    }

    /// A tuple seen as one of other element types.
    pub(in crate::compile) fn convert_tuple(&mut self, tuple: Expr, to: TypeId) -> Expr {
        let span = tuple.span;
        let (Some(from), Some(wanted)) = (elements_of(tuple.ty), elements_of(to)) else { return Expr::error(span) };
        let slot = self.temporary(tuple.ty);
        let set = Expr::new(Kind::Let { slot, value: Box::new(tuple) }, types::void(), span);
        let mut values = Vec::new();
        for (index, ((_, from), (_, to))) in from.iter().zip(wanted).enumerate() {
            let object = Box::new(self.slot(slot, span));
            let part = Expr::new(Kind::AnonymousGet { object, index }, *from, span);
            values.push(self.convert(part, *to));
        }
        let result = made(values, to, span);
        Expr::new(Kind::Sequence { effects: vec![set], result: Box::new(result) }, to, span)
    }

    /// `a == b` and `a != b`, element by element.
    pub(in crate::compile) fn tuple_equality(
        &mut self,
        op: BinaryOp,
        left: Expr,
        right: Expr,
        span: Span,
    ) -> Option<Expr> {
        let (a, b) = (elements_of(left.ty)?, elements_of(right.ty)?);
        if a.len() != b.len() || !matches!(op, BinaryOp::Eq | BinaryOp::Ne) {
            return None;
        }
        let mut first = Vec::new();
        let (left, right) = (self.keep(left, &mut first), self.keep(right, &mut first));
        let mut tests = Vec::new();
        for (index, ((_, ta), (_, tb))) in a.iter().zip(b).enumerate() {
            let part = |tuple: &Expr, ty: TypeId| {
                Expr::new(Kind::AnonymousGet { object: Box::new(tuple.clone()), index }, ty, span)
            };
            let test = self.binary(BinaryOp::Eq, part(&left, *ta), part(&right, *tb), span);
            if test.is_error() {
                return Some(test);
            }
            tests.push(test);
        }
        let all = Expr::new(Kind::AndAlso(tests), TypeId::BOOL, span);
        let result = if op == BinaryOp::Ne { Expr::new(Kind::Not(Box::new(all)), TypeId::BOOL, span) } else { all };
        Some(Expr::new(Kind::Sequence { effects: first, result: Box::new(result) }, TypeId::BOOL, span))
    }

    /// `(a, b) = value` and `var (a, b) = value`; none when the target is no tuple.
    pub(super) fn deconstruction(&mut self, target: &ast::Expr, value: &ast::Expr, span: Span) -> Option<Expr> {
        let targets = Self::parts(target)?;
        // Places come before the value, and declared ones take its types.
        let places: Vec<Option<(Target, TypeId)>> = targets.iter().map(|part| self.part_place(part)).collect();
        let (mut effects, parts) = match &super::strip(value).kind {
            ExprKind::Tuple(elements) if elements.len() == targets.len() => self.literal_parts(elements, &places),
            _ => self.parts_of_value(value, targets.len(), span)?,
        };
        let mut last = Vec::new();
        for ((part, place), value) in targets.iter().zip(places).zip(parts) {
            let (target, ty) = match place {
                Some(place) => place,
                None => match self.declared_part(part, value.ty) {
                    Some(target) => (target, value.ty),
                    None => return Some(Expr::error(span)),
                },
            };
            let value = self.convert(value, ty);
            if value.is_error() {
                return Some(Expr::error(span));
            }
            if let Target::Local(id) = target {
                self.write_local(id, span);
            }
            last.push(Expr::new(Kind::Assign { target: Box::new(target), value: Box::new(value) }, ty, span));
        }
        let result = last.pop()?;
        effects.extend(last);
        let ty = result.ty;
        Some(Expr::new(Kind::Sequence { effects, result: Box::new(result) }, ty, span))
    }

    /// Declares the variables of `foreach (var (a, b) in …)` and gives what sets them.
    pub(in crate::compile) fn deconstruct_into(
        &mut self,
        designations: &[Designation],
        value: Expr,
        span: Span,
    ) -> Option<Vec<Expr>> {
        let parts = self.split(&value, designations.len(), span)?;
        let mut effects = Vec::new();
        for (designation, part) in designations.iter().zip(parts) {
            match designation {
                Designation::Variable(name) => {
                    let slot = self.declare(name, part.ty);
                    effects.push(Expr::new(Kind::Let { slot, value: Box::new(part) }, types::void(), span));
                }
                Designation::Discard(_) => {}
                Designation::Tuple(inner) => effects.extend(self.deconstruct_into(inner, part, span)?),
            }
        }
        Some(effects)
    }

    /// The parts of a tuple or of a pair, read from a value that may be repeated.
    fn split(&mut self, value: &Expr, count: usize, span: Span) -> Option<Vec<Expr>> {
        if let Some(elements) = elements_of(value.ty) {
            if elements.len() != count {
                let found = elements.len();
                self.error(
                    "CS8132",
                    span,
                    format!("Cannot deconstruct a tuple of '{found}' elements into '{count}' variables."),
                );
                return None;
            }
            let part = |(index, (_, ty)): (usize, &Element)| {
                Expr::new(Kind::AnonymousGet { object: Box::new(value.clone()), index }, *ty, span)
            };
            return Some(elements.iter().enumerate().map(part).collect());
        }
        let is_pair =
            named(value.ty).is_some_and(|(def, _)| def.full_name() == "System.Collections.Generic.KeyValuePair");
        if is_pair && count == 2 {
            return Some(vec![self.property(value, "Key", span)?, self.property(value, "Value", span)?]);
        }
        self.no_deconstruct(value, count);
        None
    }

    fn no_deconstruct(&mut self, value: &Expr, count: usize) {
        if !value.is_error() {
            let shown = super::shown(value);
            self.error("CS8129", value.span, format!("No suitable 'Deconstruct' instance or extension method was found for type '{shown}', with {count} out parameters and a void return type."));
        }
    }

    /// The parts of what stands on the left: expressions, or the variables of `var (a, b)`.
    fn parts(target: &ast::Expr) -> Option<Vec<Part<'_>>> {
        match &target.kind {
            ExprKind::Tuple(elements) => Some(elements.iter().map(|e| Part::Expr(&e.value)).collect()),
            ExprKind::Declaration { designation: Designation::Tuple(list), .. } => {
                Some(list.iter().map(Part::Designation).collect())
            }
            _ => None,
        }
    }

    /// A place that exists already or whose type is written; none for what is declared with the value's type.
    fn part_place(&mut self, part: &Part<'_>) -> Option<(Target, TypeId)> {
        match part {
            Part::Designation(_) => None,
            Part::Expr(expr) => match &expr.kind {
                ExprKind::Declaration { ty, designation: Designation::Variable(name) } if !Self::is_var(ty) => {
                    let ty = self.type_of_syntax(ty);
                    Some((Target::Local(self.declare(name, ty)), ty))
                }
                ExprKind::Declaration { .. } => None,
                ExprKind::Name(name) if &*name.ident.text == "_" && self.find("_").is_none() => None,
                _ => self.assign_target(expr).or(Some((Target::Discard, types::error()))),
            },
        }
    }

    fn declared_part(&mut self, part: &Part<'_>, ty: TypeId) -> Option<Target> {
        let designation = match part {
            Part::Designation(designation) => designation,
            Part::Expr(ast::Expr { kind: ExprKind::Declaration { designation, .. }, .. }) => designation,
            Part::Expr(_) => return Some(Target::Discard),
        };
        match designation {
            Designation::Variable(name) => Some(Target::Local(self.declare(name, ty))),
            Designation::Discard(_) => Some(Target::Discard),
            Designation::Tuple(_) => {
                let message = "deconstruction of nested tuples is not supported yet";
                self.error("TG0403", Span::default(), message);
                None
            }
        }
    }

    /// The elements of a literal need no tuple: each into a variable of its own.
    fn literal_parts(
        &mut self,
        elements: &[ast::Argument],
        places: &[Option<(Target, TypeId)>],
    ) -> (Vec<Expr>, Vec<Expr>) {
        let (mut effects, mut parts) = (Vec::new(), Vec::new());
        for (element, place) in elements.iter().zip(places) {
            let value = match place {
                Some((_, ty)) if *ty != types::error() => self.value_for(&element.value, *ty),
                _ => self.value(&element.value),
            };
            let (ty, span) = (value.ty, value.span);
            if value.is_error() {
                parts.push(value);
                continue;
            }
            let slot = self.temporary(ty);
            effects.push(Expr::new(Kind::Let { slot, value: Box::new(value) }, types::void(), span));
            parts.push(self.slot(slot, span));
        }
        (effects, parts)
    }

    fn parts_of_value(&mut self, value: &ast::Expr, count: usize, span: Span) -> Option<(Vec<Expr>, Vec<Expr>)> {
        let value = self.value(value);
        let mut effects = Vec::new();
        let whole = self.keep(value, &mut effects);
        let parts = match self.split(&whole, count, span) {
            Some(parts) => parts,
            None => vec![Expr::error(span); count],
        };
        Some((effects, parts))
    }
}

/// A part of what a tuple is taken apart into.
enum Part<'a> {
    Expr(&'a ast::Expr),
    Designation(&'a Designation),
}

fn name_of(element: &ast::Argument) -> Option<Box<str>> {
    let name = match &element.name {
        Some(name) => Some(name.text.clone()),
        None => projected_name(&element.value),
    };
    name.filter(|name| !name.starts_with("Item"))
}

fn made(values: Vec<Expr>, ty: TypeId, span: Span) -> Expr {
    debug_assert!(values.iter().all(|v| v.constant != Some(Const::Null) || v.ty != types::null()));
    Expr::new(Kind::NewAnonymous(values), ty, span)
}
