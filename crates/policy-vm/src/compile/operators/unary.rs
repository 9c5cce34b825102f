//! Operators with one operand.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, ExprKind, IntegerType, Literal, UnaryOp};
use rust_decimal::Decimal;

use super::promote_one;
use crate::bytecode::{Num, Prim};
use crate::compile::binder::Binder;
use crate::compile::bound::{Const, Expr, Kind, is_enum, nullable_inner, num_of, prim_of};
use crate::compile::expression::shown;
use crate::compile::{fold, members};
use crate::types::{self, TypeId};

impl Binder {
    pub(in crate::compile) fn unary_syntax(&mut self, op: UnaryOp, operand: &ast::Expr, span: Span) -> Expr {
        match op {
            UnaryOp::Increment => return self.increment(operand, true, true, span),
            UnaryOp::Decrement => return self.increment(operand, false, true, span),
            UnaryOp::Await => return self.fail("CS4032", span, "The 'await' operator can only be used within an async method. Consider marking this method with the 'async' modifier and changing its return type to 'Task<object>'."),
            UnaryOp::AddressOf | UnaryOp::Dereference => {
                let operand = self.value(operand);
                if operand.is_error() {
                    return operand;
                }
                if op == UnaryOp::Dereference {
                    return self.fail("CS0193", span, "The * or -> operator must be applied to a pointer");
                }
                return self.fail("CS0214", span, "Pointers and fixed size buffers may only be used in an unsafe context");
            }
            _ => {}
        }
        if op == UnaryOp::Minus {
            // `-2147483648` and `-9223372036854775808` are the one place where the literal alone would not fit.
            if let ExprKind::Literal(Literal::Integer { value, ty }) = &operand.kind {
                let found = match (value, ty) {
                    (0x8000_0000, IntegerType::UInt) => Some((i128::from(i32::MIN), TypeId::INT32)),
                    (0x8000_0000_0000_0000, IntegerType::ULong) => Some((i128::from(i64::MIN), TypeId::INT64)),
                    _ => None,
                };
                if let Some((n, ty)) = found {
                    return Expr::constant(Const::Int(n), ty, span);
                }
            }
        }
        let operand = self.value(operand);
        self.unary(op, operand, span)
    }

    pub(super) fn unary(&mut self, op: UnaryOp, operand: Expr, span: Span) -> Expr {
        if operand.is_error() {
            return operand;
        }
        if let Some(inner) = nullable_inner(operand.ty) {
            let probe = Expr::new(Kind::Default, inner, span);
            let (result, clean) = self.silently(|this| this.unary(op, probe, span));
            if !clean && op == UnaryOp::Minus && inner == TypeId::UINT64 {
                return self.ambiguous_unary(&operand, span);
            }
            if !clean {
                return self.no_unary(op, &operand, span);
            }
            let ty = types::nullable_of(result.ty);
            return self.lift(operand, inner, ty, |this, unwrapped| this.unary(op, unwrapped, span));
        }
        let declared = match op {
            UnaryOp::Minus => members::operators(operand.ty, "-", 1),
            UnaryOp::Plus => members::operators(operand.ty, "+", 1),
            _ => Vec::new(),
        };
        if let (Some(member), None) = (declared.first(), prim_of(operand.ty)) {
            let ty = member.ty(member.signature.returns, &[]);
            let callee = self.callee(member, &[], None);
            return Expr::new(Kind::Call { callee, args: vec![operand], outs: Vec::new() }, ty, span);
        }
        match op {
            UnaryOp::Not if operand.ty == TypeId::BOOL => match operand.constant {
                Some(Const::Bool(b)) => Expr::constant(Const::Bool(!b), TypeId::BOOL, span),
                _ => Expr::new(Kind::Not(Box::new(operand)), TypeId::BOOL, span),
            },
            UnaryOp::Complement if is_enum(operand.ty) => {
                let ty = operand.ty;
                match operand.constant {
                    Some(Const::Int(n)) => Expr::constant(Const::Int(!n), ty, span),
                    _ => Expr::new(Kind::Complement { num: Num::Enum, operand: Box::new(operand) }, ty, span),
                }
            }
            UnaryOp::Plus | UnaryOp::Minus | UnaryOp::Complement => self.numeric_unary(op, operand, span),
            _ => self.no_unary(op, &operand, span),
        }
    }

    pub(super) fn numeric_unary(&mut self, op: UnaryOp, operand: Expr, span: Span) -> Expr {
        let Some(prim) = prim_of(operand.ty) else { return self.no_unary(op, &operand, span) };
        let ty = match (op, prim) {
            (UnaryOp::Minus, Prim::U32) => TypeId::INT64,
            (UnaryOp::Minus, Prim::U64) => return self.no_unary(op, &operand, span),
            (UnaryOp::Complement, Prim::F32 | Prim::F64 | Prim::Decimal) => return self.no_unary(op, &operand, span),
            (_, Prim::F32 | Prim::F64 | Prim::Decimal) => operand.ty,
            _ => promote_one(prim).unwrap_or(TypeId::INT32),
        };
        let operand = self.convert(operand, ty);
        let num = num_of(ty).unwrap_or(Num::I32);
        match (op, &operand.constant) {
            (UnaryOp::Plus, _) => Expr { span, ..operand },
            (UnaryOp::Minus, Some(Const::Int(n))) => {
                let negative = -*n;
                let fits = prim_of(ty).and_then(fold::range).is_none_or(|(min, max)| (min..=max).contains(&negative));
                if !fits && !self.unchecked {
                    return self.fail("CS0220", span, "The operation overflows at compile time in checked mode");
                }
                let negative = prim_of(ty).map_or(negative, |p| fold::wrap(p, negative));
                Expr::constant(Const::Int(negative), ty, span)
            }
            (UnaryOp::Minus, Some(Const::Float(n))) => Expr::constant(Const::Float(-*n), ty, span),
            (UnaryOp::Minus, Some(Const::Decimal(d))) => {
                let negative: Decimal = -*d;
                Expr::constant(Const::Decimal(negative), ty, span)
            }
            (UnaryOp::Complement, Some(Const::Int(n))) => {
                let prim = prim_of(ty).unwrap_or(Prim::I32);
                Expr::constant(Const::Int(fold::wrap(prim, !*n)), ty, span)
            }
            (UnaryOp::Minus, _) => {
                Expr::new(Kind::Negate { num, checked: self.checked, operand: Box::new(operand) }, ty, span)
            }
            _ => Expr::new(Kind::Complement { num, operand: Box::new(operand) }, ty, span),
        }
    }

    /// A `ulong?` could be made a `decimal?` or a nullable floating-point number.
    fn ambiguous_unary(&mut self, operand: &Expr, span: Span) -> Expr {
        let ty = shown(operand);
        self.fail("CS0035", span, format!("Operator '-' is ambiguous on an operand of type '{ty}'"))
    }

    pub(super) fn no_unary(&mut self, op: UnaryOp, operand: &Expr, span: Span) -> Expr {
        let token = match op {
            UnaryOp::Plus => "+",
            UnaryOp::Minus => "-",
            UnaryOp::Not => "!",
            _ => "~",
        };
        let ty = shown(operand);
        self.fail("CS0023", span, format!("Operator '{token}' cannot be applied to operand of type '{ty}'"))
    }
}
