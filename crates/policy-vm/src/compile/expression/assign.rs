//! Assignments, compound assignments, `++` and `--`.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, BinaryOp, ExprKind};

use super::strip;
use crate::compile::binder::Binder;
use crate::compile::bound::{Const, Expr, Kind, Target, delegate, nullable_inner, prim_of};
use crate::compile::members::{self};
use crate::compile::operators::is_untyped;
use crate::library::MemberKind;
use crate::types::{self, Type, TypeId};

/// What is said of a place that cannot be written to.
pub(in crate::compile) type Refusal = (&'static str, &'static str);

pub(super) const NO_VARIABLE: Refusal =
    ("CS0131", "The left-hand side of an assignment must be a variable, property or indexer");
const NO_OPERAND: Refusal =
    ("CS1059", "The operand of an increment or decrement operator must be a variable, property or indexer");
pub(in crate::compile) const NO_REFERENCE: Refusal = ("CS1510", "A ref or out value must be an assignable variable");

impl Binder {
    pub(super) fn assign(&mut self, op: Option<BinaryOp>, target: &ast::Expr, value: &ast::Expr, span: Span) -> Expr {
        if let Some(op) = op {
            return self.compound(op, target, value, span);
        }
        if let ExprKind::Name(name) = &target.kind
            && &*name.ident.text == "_"
            && self.find("_").is_none()
        {
            let value = self.value(value);
            let ty = value.ty;
            return Expr::new(Kind::Assign { target: Box::new(Target::Discard), value: Box::new(value) }, ty, span);
        }
        if let Some(done) = self.deconstruction(target, value, true, span) {
            return done;
        }
        let Some((target, ty)) = self.assign_target(target) else {
            let _ = self.silent_value(value);
            return Expr::error(span);
        };
        let value = self.value_for(value, ty);
        if value.is_error() {
            if let Target::Local(id) = target {
                self.write_local(id, span);
            }
            return Expr::error(span);
        }
        self.put(target, value, span)
    }

    /// Binds for its messages only.
    fn silent_value(&mut self, value: &ast::Expr) -> Expr {
        match &strip(value).kind {
            ExprKind::Lambda(_) | ExprKind::ArrayInitializer(_) => Expr::error(value.span),
            _ => self.value(value),
        }
    }

    /// Binds a value for a place of a known type: lambdas, method groups, array initializers and `throw` need it.
    pub(in crate::compile) fn value_for(&mut self, value: &ast::Expr, ty: TypeId) -> Expr {
        match &strip(value).kind {
            ExprKind::Lambda(lambda) => self.lambda(lambda, ty, value.span),
            ExprKind::ArrayInitializer(initializer) => self.array_initializer(initializer, ty),
            ExprKind::Tuple(elements) => self.tuple_for(elements, ty, value.span),
            ExprKind::Name(_) | ExprKind::Member { .. } => match self.entity(value) {
                super::Entity::Group(group) if crate::compile::convert::is_delegate(ty) => {
                    match self.group_to_delegate(&group, ty) {
                        Some(done) => done,
                        None => self.no_delegate(&group, ty),
                    }
                }
                super::Entity::Function(id, name) if crate::compile::convert::is_delegate(ty) => {
                    match self.function_to_delegate(id, ty, value.span) {
                        Some(done) => done,
                        None => {
                            let (name, shown) = (&name.ident.text, types::display(ty));
                            self.fail(
                                "CS0123",
                                value.span,
                                format!("No overload for '{name}' matches delegate '{shown}'"),
                            )
                        }
                    }
                }
                super::Entity::Group(super::Group { name, .. })
                | super::Entity::Function(_, name)
                | super::Entity::Generic(_, name)
                    if ty != types::error() =>
                {
                    let (text, shown) = (&name.ident.text, types::display(ty));
                    self.fail("CS0428", name.ident.span, format!("Cannot convert method group '{text}' to non-delegate type '{shown}'. Did you intend to invoke the method?"))
                }
                other => {
                    let found = self.entity_value(other, value.span);
                    self.convert(found, ty)
                }
            },
            _ => {
                let found = self.value(value);
                self.convert(found, ty)
            }
        }
    }

    /// What stands on the left of an assignment, and its type.
    pub(in crate::compile) fn assign_target(&mut self, expr: &ast::Expr) -> Option<(Target, TypeId)> {
        self.target(expr, NO_VARIABLE)
    }

    /// A place that is written to; `otherwise` says what it is when it is none.
    pub(in crate::compile) fn target(&mut self, expr: &ast::Expr, otherwise: Refusal) -> Option<(Target, TypeId)> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Parenthesized(inner) => self.target(inner, otherwise),
            ExprKind::Index { target, args } => {
                let target = self.value(target);
                if let Type::Array { element, rank: rank @ 2.. } = types::get(target.ty) {
                    let all = self.matrix_place(target, *rank, args, span)?;
                    return Some((super::dimensions::matrix_target(all, *element), *element));
                }
                if let Type::Array { element, .. } = types::get(target.ty) {
                    let index = self.array_index(args, span)?;
                    return Some((Target::Element { array: Box::new(target), index: Box::new(index) }, *element));
                }
                let (member, all) = self.indexer(target, args, span)?;
                if otherwise == NO_REFERENCE {
                    self.error("CS0206", span, "A property or indexer may not be passed as an out or ref parameter");
                    return None;
                }
                let ty = member.ty(member.signature.returns, &[]);
                self.set_target(&member, all, span).map(|t| (t, ty))
            }
            ExprKind::Member { target, name } => {
                let left = self.entity(target);
                let super::Entity::Value(receiver) = left else {
                    let entity = self.member(left, name, false, span);
                    if !matches!(entity, super::Entity::Error(_)) {
                        self.error(otherwise.0, span, otherwise.1);
                    }
                    return None;
                };
                if otherwise == NO_REFERENCE && super::tuple::elements_of(receiver.ty).is_some() {
                    let message = "Elements of tuples cannot be passed by reference within expressions";
                    self.error("TG0404", span, message);
                    return None;
                }
                if otherwise == NO_REFERENCE {
                    self.error("CS0206", span, "A property or indexer may not be passed as an out or ref parameter");
                    return None;
                }
                self.property_target(receiver, &name.ident, otherwise, span)
            }
            ExprKind::Name(_) => match self.entity(expr) {
                super::Entity::Value(Expr { kind: Kind::Local(id), ty, .. }) => Some((Target::Local(id), ty)),
                super::Entity::Error(_) => None,
                super::Entity::Function(_, name) | super::Entity::Generic(_, name) => {
                    let text = &name.ident.text;
                    self.error("CS1656", span, format!("Cannot assign to '{text}' because it is a 'method group'"));
                    None
                }
                _ => {
                    self.error(otherwise.0, span, otherwise.1);
                    None
                }
            },
            _ => {
                let value = self.value(expr);
                if !value.is_error() {
                    self.error(otherwise.0, span, otherwise.1);
                }
                None
            }
        }
    }

    pub(in crate::compile) fn property_target(
        &mut self,
        receiver: Expr,
        name: &ast::Ident,
        otherwise: Refusal,
        span: Span,
    ) -> Option<(Target, TypeId)> {
        if receiver.is_error() {
            return None;
        }
        if super::tuple::elements_of(receiver.ty).is_some() {
            let mut first = Vec::new();
            return self.tuple_part(receiver, name, &mut first, otherwise, span).map(|(mut target, read)| {
                if let Target::Part { first: before, .. } = &mut target {
                    *before = first;
                }
                (target, read.ty)
            });
        }
        let (name, at) = (&*name.text, name.span);
        if let Type::Anonymous(_) = types::get(receiver.ty) {
            let owner = types::display(receiver.ty);
            self.error(
                "CS0200",
                span,
                format!("Property or indexer '{owner}.{name}' cannot be assigned to -- it is read only"),
            );
            return None;
        }
        let Some(member) = members::lookup(receiver.ty, name, &[MemberKind::Property]).first().copied() else {
            if !members::lookup(receiver.ty, name, &[MemberKind::Method]).is_empty() {
                let message = format!("Cannot assign to '{name}' because it is a 'method group'");
                self.error("CS1656", span, message);
                return None;
            }
            let _ = self.no_member(receiver.ty, name, at);
            return None;
        };
        self.check_allowed(&member, span);
        let ty = member.ty(member.signature.returns, &[]);
        self.set_target(&member, vec![receiver], span).map(|t| (t, ty))
    }

    /// A place that is read and then written: what to do first, the place itself, and its present value.
    fn place(&mut self, expr: &ast::Expr, otherwise: Refusal) -> Option<(Vec<Expr>, Target, Expr)> {
        let span = expr.span;
        let mut first = Vec::new();
        match &expr.kind {
            ExprKind::Parenthesized(inner) => self.place(inner, otherwise),
            ExprKind::Index { target, args } => {
                let target = self.value(target);
                if let Type::Array { element, rank: rank @ 2.. } = types::get(target.ty) {
                    let all = self.matrix_place(target, *rank, args, span)?;
                    let all: Vec<Expr> = all.into_iter().map(|e| self.keep(e, &mut first)).collect();
                    let read = super::dimensions::matrix_get(all.clone(), *element, span);
                    return Some((first, super::dimensions::matrix_target(all, *element), read));
                }
                if let Type::Array { element, .. } = types::get(target.ty) {
                    let index = self.array_index(args, span)?;
                    let array = self.keep(target, &mut first);
                    let index = self.keep(index, &mut first);
                    let read = Expr::new(
                        Kind::ArrayGet { array: Box::new(array.clone()), index: Box::new(index.clone()) },
                        *element,
                        span,
                    );
                    return Some((first, Target::Element { array: Box::new(array), index: Box::new(index) }, read));
                }
                let (member, all) = self.indexer(target, args, span)?;
                let all: Vec<Expr> = all.into_iter().map(|e| self.keep(e, &mut first)).collect();
                let read = self.get(&member, all.clone(), span);
                self.set_target(&member, all, span).map(|t| (first, t, read))
            }
            ExprKind::Member { target, name } => {
                let super::Entity::Value(receiver) = self.entity(target) else {
                    return self.target(expr, otherwise).and(None);
                };
                if super::tuple::elements_of(receiver.ty).is_some() {
                    let (target, read) = self.tuple_part(receiver, &name.ident, &mut first, otherwise, span)?;
                    return Some((first, target, read));
                }
                let receiver = self.keep(receiver, &mut first);
                let read = self.property(&receiver, &name.ident.text, span);
                let (target, _) = self.property_target(receiver, &name.ident, otherwise, span)?;
                read.map(|read| (first, target, read))
            }
            _ => {
                let (target, ty) = self.target(expr, otherwise)?;
                let Target::Local(id) = target else { return None };
                self.write_local(id, span);
                Some((first, Target::Local(id), Expr::new(Kind::Local(id), ty, span)))
            }
        }
    }

    /// Evaluates once and uses often; what costs nothing and cannot change is simply repeated.
    pub(in crate::compile) fn keep(&mut self, value: Expr, first: &mut Vec<Expr>) -> Expr {
        let fixed = match value.kind {
            Kind::View(_) => true,
            Kind::Local(id) => self.local(id).is_some_and(|local| local.name.is_empty() || local.readonly.is_some()),
            _ => value.constant.is_some(),
        };
        if fixed {
            return value;
        }
        let (ty, span) = (value.ty, value.span);
        let slot = self.temporary(ty);
        first.push(Expr::new(Kind::Let { slot, value: Box::new(value) }, types::void(), span));
        self.slot(slot, span)
    }

    fn compound(&mut self, op: BinaryOp, target: &ast::Expr, value: &ast::Expr, span: Span) -> Expr {
        let Some((first, place, read)) = self.place(target, NO_VARIABLE) else {
            let _ = self.silent_value(value);
            return Expr::error(span);
        };
        let right = self.right_operand(op, read.ty, value);
        if right.is_error() || read.is_error() {
            return Expr::error(span);
        }
        let ty = read.ty;
        if is_untyped(right.ty) {
            let shown = format!("{}=", crate::compile::operators::token(op));
            return self.no_operator_named(&shown, op, &read, &right, span);
        }
        let plain = prim_of(ty).is_some() || ty == TypeId::BOOL || crate::compile::bound::is_enum(ty);
        if right.is_null_literal() && plain {
            return self.no_conversion(&Expr { span, ..right }, ty);
        }
        let joins = matches!(op, BinaryOp::Add | BinaryOp::Sub) && delegate(ty).is_some();
        if joins && !self.converts(&right, ty) {
            return self.no_conversion(&right, ty);
        }
        let kept = std::mem::take(&mut self.errors);
        let result = self.binary(op, read.clone(), right.clone(), span);
        let told = std::mem::replace(&mut self.errors, kept);
        let clean = told.iter().all(|e| e.warning);
        if let Some(ambiguous) = told.iter().find(|e| e.code == "CS0034") {
            let token = crate::compile::operators::token(op);
            let message = ambiguous.message.replacen(&format!("'{token}'"), &format!("'{token}='"), 1);
            return self.fail("CS0034", span, message);
        }
        if !clean && prim_of(ty).is_none_or(|_| prim_of(right.ty).is_none()) {
            return self.no_operator_named(
                &format!("{}=", crate::compile::operators::token(op)),
                op,
                &read,
                &right,
                span,
            );
        }
        let result = if clean { result } else { self.binary(op, read, right.clone(), span) };
        // "If the operator's result converts explicitly to the variable's type, and the right operand implicitly, the
        // assignment is evaluated as x = (T)(x op y)": `b += 1` on a byte.
        let shift = matches!(op, BinaryOp::Shl | BinaryOp::Shr);
        let plain = if shift { nullable_inner(result.ty).unwrap_or(result.ty) } else { result.ty };
        let small = prim_of(ty).is_some() && prim_of(plain).is_some();
        let result = if small && result.ty != ty && (self.converts(&right, ty) || shift) {
            self.cast(result, ty, span)
        } else if small && result.ty != ty && right.constant.is_some() && right.ty == TypeId::INT32 {
            // It is the constant that does not fit.
            self.no_conversion(&Expr { span, ..right }, ty)
        } else {
            self.convert(result, ty)
        };
        if result.is_error() {
            return result;
        }
        let assign = self.put(place, result, span);
        if first.is_empty() {
            return assign;
        }
        Expr::new(Kind::Sequence { effects: first, result: Box::new(assign) }, ty, span)
    }

    /// `++x`, `x++`, `--x`, `x--`.
    pub(in crate::compile) fn increment(&mut self, operand: &ast::Expr, up: bool, prefix: bool, span: Span) -> Expr {
        let Some((mut first, place, read)) = self.place(operand, NO_OPERAND) else { return Expr::error(span) };
        if read.is_error() {
            return read;
        }
        let ty = read.ty;
        let number = nullable_inner(ty).unwrap_or(ty);
        if prim_of(number).is_none() && !crate::compile::bound::is_enum(number) {
            let token = if up { "++" } else { "--" };
            return self.fail(
                "CS0023",
                span,
                format!("Operator '{token}' cannot be applied to operand of type '{}'", types::display(ty)),
            );
        }
        let old = self.temporary(ty);
        let one = Expr::constant(Const::Int(1), TypeId::INT32, span);
        let before = if prefix {
            read
        } else {
            first.push(Expr::new(Kind::Let { slot: old, value: Box::new(read) }, types::void(), span));
            self.slot(old, span)
        };
        let op = if up { BinaryOp::Add } else { BinaryOp::Sub };
        let after = self.binary(op, before, one, span);
        let after = self.cast(after, ty, span);
        let assign = self.put(place, after, span);
        if prefix {
            if first.is_empty() {
                return assign;
            }
            return Expr::new(Kind::Sequence { effects: first, result: Box::new(assign) }, ty, span);
        }
        first.push(assign);
        let result = self.slot(old, span);
        Expr::new(Kind::Sequence { effects: first, result: Box::new(result) }, ty, span)
    }
}
