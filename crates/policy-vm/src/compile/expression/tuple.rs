//! Tuples: `(a, b)`, their elements, and taking them apart.
//!
//! At run time a tuple is an object like that of an anonymous type, which nothing changes, so that it need not be copied: who
//! assigns to an element puts a new tuple in its place.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, BinaryOp, ExprKind};

use super::Entity;
use super::assign::Refusal;
use super::create::projected_name;
use crate::compile::binder::{Binder, MAX_TRIES};
use crate::compile::bound::{Const, Expr, Kind, LocalId, Target, nullable_inner};
use crate::types::{self, Type, TypeId};

/// An element of a tuple type: its name, if it has one, and its type.
pub(super) type Element = (Option<Box<str>>, TypeId);

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

    /// A tuple has no type of its own, because something in it has none: `(null, 1)`.
    pub(in crate::compile) fn lacks_type(&mut self, expr: &ast::Expr) -> bool {
        let ExprKind::Tuple(elements) = &super::strip(expr).kind else { return false };
        elements.iter().any(|element| match &super::strip(&element.value).kind {
            ExprKind::Literal(ast::Literal::Null) | ExprKind::Lambda(_) => true,
            _ if is_path(&element.value) => {
                let (entity, _) = self.silently(|this| {
                    matches!(
                        this.entity(super::strip(&element.value)),
                        Entity::Group(_) | Entity::Function(..) | Entity::Generic(..)
                    )
                });
                entity
            }
            _ => false,
        })
    }

    /// What such a tuple is called: `(<null>, int)`.
    pub(in crate::compile) fn untyped_tuple(&mut self, expr: &ast::Expr) -> Option<String> {
        let ExprKind::Tuple(elements) = &super::strip(expr).kind else { return None };
        if !self.lacks_type(expr) || !self.may_try() {
            return None;
        }
        let bind = |this: &mut Self| elements.iter().map(|e| this.operand(&e.value)).collect::<Vec<Expr>>();
        let (values, clean) = self.silently(bind);
        let shape = || values.iter().map(super::shown).collect::<Vec<_>>().join(", ");
        (clean && !values.iter().any(Expr::is_error)).then(|| format!("({})", shape()))
    }

    /// Such a tuple can be given to a place of this type.
    pub(in crate::compile) fn tuple_fits(&mut self, expr: &ast::Expr, ty: TypeId) -> bool {
        let ExprKind::Tuple(elements) = &super::strip(expr).kind else { return false };
        let wanted = elements_of(nullable_inner(ty).unwrap_or(ty)).map(<[Element]>::len);
        if wanted != Some(elements.len()) || !self.may_try() {
            return false;
        }
        let (value, clean) = self.silently(|this| this.value_for(expr, ty));
        clean && !value.is_error()
    }

    /// What is bound more than once is counted, so that hostile nesting comes to an end.
    fn may_try(&mut self) -> bool {
        self.tries += 1;
        self.tries <= MAX_TRIES
    }

    /// CS0117: a member of a tuple that has no type.
    pub(super) fn refuse_untyped_tuple(&mut self, target: &ast::Expr, name: &ast::SimpleName) -> bool {
        let Some(shape) = self.untyped_tuple(target) else { return false };
        let (text, at) = (&name.ident.text, name.ident.span);
        self.error("CS0117", at, format!("'{shape}' does not contain a definition for '{text}'"));
        true
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
        let (index, ty) = element(tuple.ty, name)?;
        self.check_tuple_member(span);
        Some(Expr::new(Kind::AnonymousGet { object: Box::new(tuple.clone()), index }, ty, span))
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

    /// A tuple that can be changed, because it is a variable, an element of an array or of another such tuple: where it
    /// stands, and what reads it. What must be evaluated first goes to `first`.
    pub(super) fn tuple_place(
        &mut self,
        tuple: Expr,
        first: &mut Vec<Expr>,
        otherwise: Refusal,
    ) -> Option<(Target, Expr)> {
        let (ty, span) = (tuple.ty, tuple.span);
        match tuple.kind {
            Kind::Local(id) => Some((Target::Local(id), tuple)),
            Kind::ArrayGet { array, index } => {
                let (array, index) = (self.keep(*array, first), self.keep(*index, first));
                let (array, index) = (Box::new(array), Box::new(index));
                let read = Kind::ArrayGet { array: array.clone(), index: index.clone() };
                Some((Target::Element { array, index }, Expr::new(read, ty, span)))
            }
            Kind::AnonymousGet { object, index } if elements_of(object.ty).is_some() => {
                let (whole, tuple) = self.tuple_place(*object, first, otherwise)?;
                let read = Kind::AnonymousGet { object: Box::new(tuple.clone()), index };
                let target = Target::Part { first: Vec::new(), whole: Box::new(whole), tuple: Box::new(tuple), index };
                Some((target, Expr::new(read, ty, span)))
            }
            Kind::Call { callee, args, .. } => {
                let owner = args.first().map_or_else(String::new, |receiver| types::display(receiver.ty));
                let what = shown_member(&owner, callee.signature);
                self.error(
                    "CS1612",
                    span,
                    format!("Cannot modify the return value of '{what}' because it is not a variable"),
                );
                None
            }
            _ => {
                self.error(otherwise.0, span, otherwise.1);
                None
            }
        }
    }

    /// An element of a tuple as a place, and what reads it.
    pub(super) fn tuple_part(
        &mut self,
        tuple: Expr,
        name: &ast::Ident,
        first: &mut Vec<Expr>,
        otherwise: Refusal,
        span: Span,
    ) -> Option<(Target, Expr)> {
        let (name, at) = (&*name.text, name.span);
        let Some(Expr { kind: Kind::AnonymousGet { index, .. }, ty, .. }) = self.tuple_element(&tuple, name, span)
        else {
            let _ = self.no_member(tuple.ty, name, at);
            return None;
        };
        if let Some(local) = root_of(&tuple).and_then(|id| self.local(id))
            && let Some(what) = local.readonly
        {
            let text = format!("Cannot modify members of '{}' because it is a '{what}'", local.name);
            self.error("CS1654", tuple.span, text);
            return None;
        }
        let (whole, tuple) = self.tuple_place(tuple, first, otherwise)?;
        let read = Expr::new(Kind::AnonymousGet { object: Box::new(tuple.clone()), index }, ty, span);
        Some((Target::Part { first: Vec::new(), whole: Box::new(whole), tuple: Box::new(tuple), index }, read))
    }

    /// `target = value`. An element of a tuple is put into a new tuple, which takes the place of the old one.
    pub(super) fn put(&mut self, target: Target, value: Expr, span: Span) -> Expr {
        let ty = value.ty;
        match target {
            Target::Part { first: mut effects, whole, tuple, index } => {
                let value = self.keep(value, &mut effects);
                let elements = elements_of(tuple.ty).unwrap_or_default().iter().enumerate();
                let items = elements.map(|(i, (_, ty))| {
                    let object = tuple.clone();
                    if i == index {
                        value.clone()
                    } else {
                        Expr::new(Kind::AnonymousGet { object, index: i }, *ty, span)
                    }
                });
                let items = items.collect();
                let made = made(items, tuple.ty, span);
                effects.push(self.put(*whole, made, span));
                Expr::new(Kind::Sequence { effects, result: Box::new(value) }, ty, span)
            }
            target => {
                if let Target::Local(id) = target {
                    self.write_local(id, span);
                }
                Expr::new(Kind::Assign { target: Box::new(target), value: Box::new(value) }, ty, span)
            }
        }
    }
}

/// An element by its name or number: its place and its type.
fn element(tuple: TypeId, name: &str) -> Option<(usize, TypeId)> {
    let elements = elements_of(tuple)?;
    let numbered = name.strip_prefix("Item").and_then(|n| n.parse::<usize>().ok()).and_then(|n| n.checked_sub(1));
    let index = elements.iter().position(|(n, _)| n.as_deref() == Some(name)).or(numbered)?;
    elements.get(index).map(|(_, ty)| (index, *ty))
}

/// The type of an element.
pub(super) fn element_type(tuple: TypeId, name: &str) -> Option<TypeId> {
    element(tuple, name).map(|(_, ty)| ty)
}

/// A name, or names with points between them: binding it costs nothing.
fn is_path(expr: &ast::Expr) -> bool {
    match &super::strip(expr).kind {
        ExprKind::Name(_) | ExprKind::Predefined(_) => true,
        ExprKind::Member { target, .. } => is_path(target),
        _ => false,
    }
}

/// The variable that a tuple is, or is a part of.
fn root_of(tuple: &Expr) -> Option<LocalId> {
    match &tuple.kind {
        Kind::Local(id) => Some(*id),
        Kind::AnonymousGet { object, .. } => root_of(object),
        _ => None,
    }
}

/// `List<int>.this[int]`, `object.ToString()` of a member's declaration.
fn shown_member(owner: &str, signature: &str) -> String {
    let rest = signature.split('{').next().unwrap_or_default().trim();
    let name = rest.split(['(', '[']).next().and_then(|head| head.split(' ').next_back()).unwrap_or_default();
    let brackets = rest.find(['(', '[']).and_then(|at| rest.get(at..)).unwrap_or_default();
    let plain = |param: &str| param.trim().rsplit_once(' ').map_or_else(String::new, |(ty, _)| ty.to_owned());
    let (open, inner) = brackets.split_at(brackets.len().min(1));
    let close = if open == "[" { "]" } else { ")" };
    let types: Vec<_> = inner.trim_end_matches(close).split(',').map(plain).filter(|ty| !ty.is_empty()).collect();
    if open.is_empty() { format!("{owner}.{name}") } else { format!("{owner}.{name}{open}{}{close}", types.join(", ")) }
}

fn name_of(element: &ast::Argument) -> Option<Box<str>> {
    let name = match &element.name {
        Some(name) => Some(name.text.clone()),
        None => projected_name(&element.value),
    };
    name.filter(|name| !name.starts_with("Item"))
}

pub(super) fn made(values: Vec<Expr>, ty: TypeId, span: Span) -> Expr {
    debug_assert!(values.iter().all(|v| v.constant != Some(Const::Null) || v.ty != types::null()));
    Expr::new(Kind::NewAnonymous(values), ty, span)
}
