//! Operators over nullables: without a value on one side there is no result, and `&` and `|` of truths know three values.

use policy_parser::Span;
use policy_parser::csharp::ast::BinaryOp;

use super::is_comparison;
use crate::compile::binder::Binder;
use crate::compile::bound::{Const, Expr, Kind, nullable_inner};
use crate::types::{self, TypeId};

impl Binder {
    /// An operator with at least one nullable operand: null in, null (or false) out.
    pub(super) fn lifted(&mut self, op: BinaryOp, left: Expr, right: Expr, plain: TypeId, span: Span) -> Expr {
        let mut effects = Vec::new();
        // What costs nothing is repeated, and kept only where the other side may change it.
        let is_repeated = |e: &Expr| e.constant.is_some() || matches!(e.kind, Kind::Local(_));
        let simple = is_repeated(&right);
        let slot_a = if simple && is_repeated(&left) { left } else { self.keep(left, &mut effects) };
        let slot_b = if simple { right } else { self.keep(right, &mut effects) };
        let has =
            |e: &Expr| Expr::new(Kind::IsNull { negated: true, operand: Box::new(e.clone()) }, TypeId::BOOL, span);
        let unwrap = |e: &Expr| match nullable_inner(e.ty) {
            Some(inner) => e.clone().retyped(inner),
            None => e.clone(),
        };
        let null = |e: &Expr| e.is_null_literal();
        let (ua, ub) = (unwrap(&slot_a), unwrap(&slot_b));
        let value = if null(&slot_a) || null(&slot_b) { None } else { Some(self.binary(op, ua, ub, span)) };
        if let (BinaryOp::And | BinaryOp::Or, TypeId::BOOL) = (op, plain) {
            let result = three_valued(op == BinaryOp::Or, &slot_a, &slot_b, span);
            return after(effects, result, span);
        }
        let both: Vec<Expr> =
            [&slot_a, &slot_b].into_iter().filter(|e| nullable_inner(e.ty).is_some()).map(has).collect();
        let both = match both.len() {
            0 | 1 => both.into_iter().next(),
            _ => Some(Expr::new(Kind::AndAlso(both), TypeId::BOOL, span)),
        };
        let result = match (is_comparison(op), value, both) {
            (true, Some(value), Some(both)) => {
                let otherwise = match op {
                    BinaryOp::Eq | BinaryOp::Ne
                        if nullable_inner(slot_a.ty).is_some() && nullable_inner(slot_b.ty).is_some() =>
                    {
                        // Equal when both are null.
                        let is_null = |e: &Expr| {
                            Expr::new(Kind::IsNull { negated: false, operand: Box::new(e.clone()) }, TypeId::BOOL, span)
                        };
                        let same = self.binary(BinaryOp::And, is_null(&slot_a), is_null(&slot_b), span);
                        if op == BinaryOp::Eq { same } else { Expr::new(Kind::Not(Box::new(same)), TypeId::BOOL, span) }
                    }
                    _ => Expr::constant(Const::Bool(op == BinaryOp::Ne), TypeId::BOOL, span),
                };
                Expr::new(Kind::Conditional(Box::new(both), Box::new(value), Box::new(otherwise)), TypeId::BOOL, span)
            }
            (false, Some(value), Some(both)) => {
                let ty = types::nullable_of(plain);
                let null = Expr::constant(Const::Null, ty, span);
                Expr::new(Kind::Conditional(Box::new(both), Box::new(value.retyped(ty)), Box::new(null)), ty, span)
            }
            (true, ..) => Expr::constant(Const::Bool(op == BinaryOp::Ne), TypeId::BOOL, span),
            (false, ..) => Expr::constant(Const::Null, types::nullable_of(plain), span),
        };
        after(effects, result, span)
    }
}

/// The result, behind what has to be done first.
fn after(effects: Vec<Expr>, result: Expr, span: Span) -> Expr {
    if effects.is_empty() {
        return result;
    }
    let ty = result.ty;
    Expr::new(Kind::Sequence { effects, result: Box::new(result) }, ty, span)
}

/// `a & b` and `a | b` on `bool?`: what one side decides does not need the other to have a value.
fn three_valued(or: bool, a: &Expr, b: &Expr, span: Span) -> Expr {
    let ty = types::nullable_of(TypeId::BOOL);
    let value = |constant: Const| Expr::constant(constant, ty, span);
    let new = |kind: Kind, ty: TypeId| Expr::new(kind, ty, span);
    let decides = |e: &Expr| {
        let has = new(Kind::IsNull { negated: true, operand: Box::new(e.clone()) }, TypeId::BOOL);
        let plain = e.clone().retyped(TypeId::BOOL);
        let is = if or { plain } else { new(Kind::Not(Box::new(plain)), TypeId::BOOL) };
        match (e.is_null_literal(), nullable_inner(e.ty).is_some()) {
            (true, _) => Expr::constant(Const::Bool(false), TypeId::BOOL, span),
            (false, true) => new(Kind::AndAlso(vec![has, is]), TypeId::BOOL),
            (false, false) => is,
        }
    };
    let unknown = |e: &Expr| match nullable_inner(e.ty) {
        None if !e.is_null_literal() => Expr::constant(Const::Bool(false), TypeId::BOOL, span),
        _ => new(Kind::IsNull { negated: false, operand: Box::new(e.clone()) }, TypeId::BOOL),
    };
    let choose = |condition: Expr, yes: Expr, no: Expr| {
        new(Kind::Conditional(Box::new(condition), Box::new(yes), Box::new(no)), ty)
    };
    let decided = value(Const::Bool(or));
    let neither = choose(
        new(Kind::OrElse(vec![unknown(a), unknown(b)]), TypeId::BOOL),
        value(Const::Null),
        value(Const::Bool(!or)),
    );
    choose(decides(a), decided.clone(), choose(decides(b), decided, neither))
}
