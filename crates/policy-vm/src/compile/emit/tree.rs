//! What evaluating an expression does, as far as the order of instructions depends on it.

use crate::compile::bound::{Conversion, Expr, Kind, LocalId, Target};

/// Evaluating the expression may assign to a variable.
pub(super) fn assigns(e: &Expr) -> bool {
    if e.constant.is_some() {
        return false;
    }
    match &e.kind {
        Kind::Assign { .. } | Kind::Sequence { .. } | Kind::Let { .. } => true,
        Kind::Call { args, outs, .. } => !outs.is_empty() || args.iter().any(assigns),
        _ => children(e).into_iter().any(assigns),
    }
}

/// Evaluating the expression reads a variable after having begun to compute: its register must not be overwritten yet.
pub(super) fn reads(e: &Expr, id: LocalId) -> bool {
    match &e.kind {
        _ if e.constant.is_some() => false,
        Kind::Local(other) => *other == id,
        // One instruction reads its operands before it writes its result.
        Kind::Binary { left, right, .. } => !simple(left) && reads(left, id) || !simple(right) && reads(right, id),
        Kind::Closure { .. } | Kind::CallFunction { .. } => true,
        _ => children(e).into_iter().any(|c| reads(c, id)),
    }
}

/// Computing the expression writes its register once, when nothing can be thrown any more.
pub(super) fn writes_last(e: &Expr) -> bool {
    if e.constant.is_some() {
        return true;
    }
    match &e.kind {
        Kind::NullConditional { .. } | Kind::Coalesce(..) => false,
        Kind::Convert { conversion: Conversion::None, operand } => writes_last(operand),
        Kind::Conditional(_, yes, no) => writes_last(yes) && writes_last(no),
        Kind::Sequence { result, .. } => writes_last(result),
        Kind::Assign { value, .. } => writes_last(value),
        Kind::Let { .. } => false,
        _ => true,
    }
}

/// Evaluating the expression may assign to this variable, which lives in a register.
pub(super) fn assigns_to(e: &Expr, id: LocalId) -> bool {
    let target = |target: &Target| match target {
        Target::Local(other) => *other == id,
        Target::Discard => false,
        Target::Element { array, index } => assigns_to(array, id) || assigns_to(index, id),
        Target::Member { args, .. } => args.iter().any(|arg| assigns_to(arg, id)),
        Target::Part { .. } => true,
    };
    if e.constant.is_some() {
        return false;
    }
    match &e.kind {
        Kind::Assign { target: to, .. } if target(to) => true,
        Kind::Call { outs, .. } if outs.iter().flatten().any(target) => true,
        Kind::Let { slot, .. } if *slot == id => true,
        _ => children(e).into_iter().any(|child| assigns_to(child, id)),
    }
}

fn simple(e: &Expr) -> bool {
    e.constant.is_some() || matches!(e.kind, Kind::Local(_))
}

pub(in crate::compile) fn children(e: &Expr) -> Vec<&Expr> {
    match &e.kind {
        Kind::Call { args, .. } | Kind::CallFunction { args, .. } | Kind::NewAnonymous(args) | Kind::Concat(args) => {
            args.iter().collect()
        }
        Kind::ArrayLiteral { items, .. } => items.iter().collect(),
        Kind::AnonymousGet { object: a, .. }
        | Kind::ArrayLength(a)
        | Kind::NewArray { length: a, .. }
        | Kind::Convert { operand: a, .. }
        | Kind::Negate { operand: a, .. }
        | Kind::Complement { operand: a, .. }
        | Kind::Not(a)
        | Kind::Format { value: a, .. }
        | Kind::IsNull { operand: a, .. }
        | Kind::Is { operand: a, .. }
        | Kind::As { operand: a, .. }
        | Kind::Throw(a)
        | Kind::Let { value: a, .. }
        | Kind::Assign { value: a, .. } => vec![a],
        Kind::ArrayGet { array: a, index: b }
        | Kind::Binary { left: a, right: b, .. }
        | Kind::Coalesce(a, b)
        | Kind::EqString { left: a, right: b, .. }
        | Kind::EqReference { left: a, right: b, .. }
        | Kind::NullConditional { receiver: a, rest: b, .. } => vec![a, b],
        Kind::AndAlso(list) | Kind::OrElse(list) => list.iter().collect(),
        Kind::Chain { first, steps } => std::iter::once(&**first).chain(steps.iter().map(|s| &s.right)).collect(),
        Kind::Conditional(a, b, c) => vec![a, b, c],
        Kind::Sequence { effects, result } => effects.iter().chain(std::iter::once(&**result)).collect(),
        Kind::NativeClosure { receiver, .. } => receiver.iter().map(|r| &**r).collect(),
        Kind::Error
        | Kind::Constant
        | Kind::Local(_)
        | Kind::CellOf { .. }
        | Kind::View(_)
        | Kind::Closure { .. }
        | Kind::Default
        | Kind::Typeof(_) => Vec::new(),
    }
}
