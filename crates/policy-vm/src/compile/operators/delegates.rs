//! `+` and `-` of delegates, which make one of several, and `==`, which asks whether they call the same.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, BinaryOp, ExprKind};

use super::strip;
use crate::compile::binder::Binder;
use crate::compile::bound::{Expr, Kind, delegate};
use crate::compile::members;
use crate::library::MemberKind;
use crate::types::TypeId;

impl Binder {
    /// What stands on the right of an operator: a lambda or a method's name becomes a delegate where it is put together
    /// with one.
    pub(in crate::compile) fn right_operand(&mut self, op: BinaryOp, left: TypeId, right: &ast::Expr) -> Expr {
        let joins = matches!(op, BinaryOp::Add | BinaryOp::Sub) && delegate(left).is_some();
        match &strip(right).kind {
            ExprKind::Lambda(_) | ExprKind::Name(_) | ExprKind::Member { .. } if joins => {
                if !self.is_delegate_syntax(right) {
                    return self.operand(right);
                }
                self.value_for(right, left)
            }
            _ => self.operand(right),
        }
    }

    /// Something that has no type before a delegate's is asked of it.
    fn is_delegate_syntax(&mut self, expr: &ast::Expr) -> bool {
        self.silently(|this| super::is_untyped(this.operand(expr).ty)).0
    }

    /// Operators of two delegates of one type; null is one of any.
    pub(super) fn delegates(&mut self, op: BinaryOp, left: &Expr, right: &Expr, span: Span) -> Option<Expr> {
        let ty = if delegate(left.ty).is_some() { left.ty } else { right.ty };
        delegate(ty)?;
        let fits = |e: &Expr| e.ty == ty || e.is_null_literal();
        if !fits(left) || !fits(right) {
            return None;
        }
        let (owner, name) = match op {
            BinaryOp::Add => (TypeId::DELEGATE, "Combine"),
            BinaryOp::Sub => (TypeId::DELEGATE, "Remove"),
            BinaryOp::Eq | BinaryOp::Ne if left.ty == right.ty => (TypeId::OBJECT, "Equals"),
            _ => return None,
        };
        let found = members::lookup(owner, name, &[MemberKind::Method]);
        let member = found.iter().find(|m| m.signature.is_static && m.signature.params.len() == 2)?;
        let args = vec![left.clone(), right.clone()];
        let kind = Kind::Call { callee: self.callee(member, &[], None), args, outs: Vec::new() };
        Some(match op {
            BinaryOp::Eq => Expr::new(kind, TypeId::BOOL, span),
            BinaryOp::Ne => Expr::new(Kind::Not(Box::new(Expr::new(kind, TypeId::BOOL, span))), TypeId::BOOL, span),
            _ => Expr::new(kind, ty, span),
        })
    }
}
