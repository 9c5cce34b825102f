//! Patterns: what `is` and `case` test, and what they declare.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, Designation, ExprKind, Pattern};

use crate::compile::binder::Binder;
use crate::compile::bound::{Const, Conversion, Expr, Kind, nullable_inner};
use crate::compile::expression::{Entity, shown};
use crate::compile::subtype;
use crate::types::{self, TypeId};

const TYPE_PATTERN: &str =
    "Feature 'type pattern' is not available in C# 7.3. Please use language version 9.0 or greater.";

/// A dotted name as an expression.
fn as_expression(syntax: &ast::TypeSyntax) -> Option<ast::Expr> {
    let ast::TypeKind::Named(parts) = &syntax.kind else { return None };
    let mut parts = parts.iter();
    let first = parts.next()?;
    let mut expr = ast::Expr { kind: ExprKind::Name(first.clone()), span: first.ident.span };
    for name in parts {
        let span = Span::new(expr.span.start, name.ident.span.end);
        expr = ast::Expr { kind: ExprKind::Member { target: Box::new(expr), name: name.clone() }, span };
    }
    Some(expr)
}

impl Binder {
    /// `operand is pattern`.
    pub(in crate::compile) fn is_pattern(&mut self, operand: Expr, pattern: &Pattern, span: Span) -> Expr {
        if operand.is_error() {
            self.declare_designated(pattern);
            return operand;
        }
        self.pattern_test(operand, pattern, span, false)
    }

    /// Declares the variable of a pattern whose value is wrong: it is known all the same.
    fn declare_designated(&mut self, pattern: &Pattern) {
        if let Pattern::Declaration { ty, designation: Designation::Variable(name) } = pattern {
            let declared = if Self::is_var(ty) { types::error() } else { self.type_of_syntax(ty) };
            self.declare(name, declared);
        }
    }

    /// `in_case`: after `case`, where a lone name is a constant before it is a type.
    pub(super) fn pattern_test(&mut self, operand: Expr, pattern: &Pattern, span: Span, in_case: bool) -> Expr {
        if operand.is_null_literal() && matches!(pattern, Pattern::Declaration { .. } | Pattern::Constant(_)) {
            self.declare_designated(pattern);
            return self.fail(
                "CS8117",
                operand.span,
                "Invalid operand for pattern match; value required, but found '<null>'.",
            );
        }
        match pattern {
            Pattern::Type(syntax) => {
                if let Some(constant) = self.name_as_constant(syntax) {
                    return self.constant_test(operand, constant, span);
                }
                let (ty, clean) = self.silently(|this| this.type_of_syntax(syntax));
                let generic = |name: &ast::SimpleName| name.type_args.is_some();
                let is_type = clean
                    || as_expression(syntax).is_none_or(|name| match &name.kind {
                        ExprKind::Member { name, .. } | ExprKind::Name(name) => generic(name),
                        _ => true,
                    });
                if in_case && is_type {
                    return self.fail("CS8370", syntax.span, TYPE_PATTERN);
                }
                // What is no type is told of as a constant that there is not.
                let before = self.errors.len();
                if in_case && let Some(name) = as_expression(syntax) {
                    let _ = self.value(&name);
                }
                if self.errors.len() > before {
                    return Expr::error(span);
                }
                let ty = if clean { ty } else { self.type_of_syntax(syntax) };
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
                    self.type_test(held.clone(), declared, true, ty.span)
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
                let both = Expr::new(Kind::AndAlso(vec![test, matched]), TypeId::BOOL, span);
                Expr::new(Kind::Sequence { effects: vec![first], result: Box::new(both) }, TypeId::BOOL, span)
            }
        }
    }

    /// `is Name`: a constant if the name leads to one, else a type.
    pub(super) fn name_as_constant(&mut self, syntax: &ast::TypeSyntax) -> Option<Expr> {
        let expr = as_expression(syntax)?;
        let (value, clean) = self.silently(|this| match this.entity(&expr) {
            Entity::Value(value) => Some(value),
            _ => None,
        });
        value.filter(|_| clean)
    }

    pub(super) fn type_test(&mut self, operand: Expr, ty: TypeId, declares: bool, span: Span) -> Expr {
        if operand.is_error() || ty == types::error() {
            return Expr::error(span);
        }
        let open = types::is_open(operand.ty) || types::is_open(ty);
        if !operand.is_null_literal() && !open && !self.may_be(operand.ty, ty) {
            if !declares || self.in_instance() {
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

    pub(super) fn constant_test(&mut self, operand: Expr, constant: Expr, span: Span) -> Expr {
        if operand.is_error() || constant.is_wrong_constant() {
            return Expr::error(span);
        }
        if constant.constant.is_none() {
            return self.fail("CS0150", constant.span, "A constant value is expected");
        }
        if matches!(types::get(operand.ty), types::Type::Opaque(_))
            && !(constant.is_null_literal() && (types::is_value_type(operand.ty) || subtype::is_reference(operand.ty)))
        {
            let (from, to) = (shown(&operand), shown(&constant));
            let message = format!(
                "An expression of type '{from}' cannot be handled by a pattern of type '{to}'. Please use language version '8.0' or greater to match an open type with a constant pattern."
            );
            return self.fail("CS8511", constant.span, message);
        }
        if constant.is_null_literal() {
            if types::is_value_type(operand.ty) && nullable_inner(operand.ty).is_none() {
                let target = types::display(operand.ty);
                return self.fail(
                    "CS0037",
                    constant.span,
                    format!("Cannot convert null to '{target}' because it is a non-nullable value type"),
                );
            }
            return Expr::new(Kind::IsNull { negated: false, operand: Box::new(operand) }, TypeId::BOOL, span);
        }
        // An operator that a type declares gives no constant.
        if subtype::is_reference(operand.ty) && crate::compile::convert::standard(constant.ty, operand.ty).is_none() {
            if self.converts(&constant, operand.ty) {
                return self.fail("CS0150", constant.span, "A constant value is expected");
            }
            let ty = operand.ty;
            return self.no_conversion(&constant, ty);
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
            let both = Expr::new(Kind::AndAlso(vec![is, equal]), TypeId::BOOL, span);
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
