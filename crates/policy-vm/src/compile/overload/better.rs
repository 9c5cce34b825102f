//! "Better function member": which of several fitting candidates C# prefers.

use super::{Arg, ArgKind, Fit, Member, Slot};
use crate::bytecode::Prim;
use crate::compile::binder::Binder;
use crate::compile::bound::{delegate, nullable_inner, prim_of};
use crate::compile::convert::standard;
use crate::types::{self, Type, TypeId};

impl Binder {
    /// The one candidate better than all others, or two that are equally good.
    pub(super) fn best(&mut self, mut fits: Vec<Fit>, args: &[Arg<'_>]) -> Option<Result<Fit, (Member, Member)>> {
        if fits.len() <= 1 {
            return fits.pop().map(Ok);
        }
        for i in 0..fits.len() {
            let mut wins = true;
            for j in 0..fits.len() {
                let (Some(a), Some(b)) = (fits.get(i).cloned(), fits.get(j).cloned()) else { continue };
                if i != j && !self.better(&a, &b, args) {
                    wins = false;
                    break;
                }
            }
            if wins {
                return Some(Ok(fits.swap_remove(i)));
            }
        }
        // Of those that no other beats, the first two are named.
        let mut unbeaten = Vec::new();
        for (i, fit) in fits.iter().enumerate() {
            let beaten = fits.iter().enumerate().any(|(j, other)| i != j && self.better(other, fit, args));
            if !beaten {
                unbeaten.push(fit.member);
            }
        }
        let pair = match unbeaten.as_slice() {
            [a, b, ..] => (*a, *b),
            _ => (fits.first()?.member, fits.get(1)?.member),
        };
        Some(Err(pair))
    }

    /// `a` is a better function member than `b`.
    fn better(&mut self, a: &Fit, b: &Fit, args: &[Arg<'_>]) -> bool {
        let (mut better, mut worse) = (false, false);
        let mut same_types = true;
        for ((arg, ta), tb) in args.iter().zip(&a.arg_types).zip(&b.arg_types) {
            same_types &= ta == tb;
            match self.better_conversion(arg, *ta, *tb) {
                Some(true) => better = true,
                Some(false) => worse = true,
                None => {}
            }
        }
        if better != worse {
            return better;
        }
        if worse {
            return false;
        }
        // A candidate that needs no default arguments wins even where the parameters' types differ.
        if (a.mapping.defaults == 0) != (b.mapping.defaults == 0) && a.mapping.expanded == b.mapping.expanded {
            return a.mapping.defaults == 0;
        }
        if !same_types && a.mapping.expanded == b.mapping.expanded {
            return false;
        }
        // The tie-breaking rules, in their order.
        if a.type_args.is_empty() != b.type_args.is_empty() {
            return a.type_args.is_empty();
        }
        if a.mapping.expanded != b.mapping.expanded {
            return !a.mapping.expanded;
        }
        let provided = |f: &Fit| f.mapping.slots.iter().filter(|s| !matches!(s, Slot::Default)).count();
        if a.mapping.expanded && provided(a) != provided(b) {
            return provided(a) > provided(b);
        }
        if (a.mapping.defaults == 0) != (b.mapping.defaults == 0) {
            return a.mapping.defaults == 0;
        }
        more_specific(a, b) && !more_specific(b, a)
    }

    /// Some(true): the conversion of the argument to `a` is better; Some(false): to `b`; None: neither.
    fn better_conversion(&mut self, arg: &Arg<'_>, a: TypeId, b: TypeId) -> Option<bool> {
        if a == b {
            return None;
        }
        match &arg.kind {
            ArgKind::Value(value) => {
                if value.ty == a {
                    return Some(true);
                }
                if value.ty == b {
                    return Some(false);
                }
                better_target(a, b)
            }
            ArgKind::Lambda(lambda) => {
                let ((params_a, returns_a), (params_b, returns_b)) = (delegate(a)?, delegate(b)?);
                if params_a != params_b {
                    return better_target(a, b);
                }
                if returns_a == types::void() || returns_b == types::void() {
                    return (returns_a != returns_b).then_some(returns_b == types::void());
                }
                match self.lambda_return(lambda, &params_a) {
                    Some(ty) if ty == returns_a => Some(true),
                    Some(ty) if ty == returns_b => Some(false),
                    _ => better_target(returns_a, returns_b),
                }
            }
            _ => better_target(a, b),
        }
    }
}

/// "Better conversion target."
fn better_target(a: TypeId, b: TypeId) -> Option<bool> {
    let (to_b, to_a) = (standard(a, b).is_some(), standard(b, a).is_some());
    if to_b != to_a {
        return Some(to_b);
    }
    let (ia, ib) = (nullable_inner(a).unwrap_or(a), nullable_inner(b).unwrap_or(b));
    match (prim_of(ia), prim_of(ib)) {
        (Some(x), Some(y)) if signed_over_unsigned(x, y) => Some(true),
        (Some(x), Some(y)) if signed_over_unsigned(y, x) => Some(false),
        _ => None,
    }
}

fn signed_over_unsigned(a: Prim, b: Prim) -> bool {
    use Prim as P;
    match a {
        P::I8 => matches!(b, P::U8 | P::U16 | P::U32 | P::U64),
        P::I16 => matches!(b, P::U16 | P::U32 | P::U64),
        P::I32 => matches!(b, P::U32 | P::U64),
        P::I64 => matches!(b, P::U64),
        _ => false,
    }
}

/// The uninstantiated parameter types of `a` are more specific than those of `b`.
fn more_specific(a: &Fit, b: &Fit) -> bool {
    let mut some = false;
    for (pa, pb) in a.member.signature.params.iter().zip(&b.member.signature.params) {
        match specific(pa.ty, pb.ty) {
            Some(true) => some = true,
            Some(false) => return false,
            None => {}
        }
    }
    some
}

fn specific(a: TypeId, b: TypeId) -> Option<bool> {
    match (types::get(a), types::get(b)) {
        (Type::TypeParam(_) | Type::MethodParam(_), Type::TypeParam(_) | Type::MethodParam(_)) => None,
        (Type::TypeParam(_) | Type::MethodParam(_), _) => Some(false),
        (_, Type::TypeParam(_) | Type::MethodParam(_)) => Some(true),
        (Type::Named { args: x, .. }, Type::Named { args: y, .. }) => {
            x.iter().zip(y).find_map(|(p, q)| specific(*p, *q))
        }
        (Type::Array { element: x, .. }, Type::Array { element: y, .. }) => specific(*x, *y),
        (Type::Nullable(x), Type::Nullable(y)) => specific(*x, *y),
        _ => None,
    }
}
