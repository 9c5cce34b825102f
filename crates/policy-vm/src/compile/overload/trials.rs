//! What lambdas are bound to while candidates are tried, and the mistakes that come to light in it.

use super::{Arg, ArgKind, Mapping, Slot, Wanted, arg_types, map, mode_of};
use crate::compile::ExpressionError;
use crate::compile::binder::Binder;
use crate::compile::lambda::Trial;
use crate::compile::members::Member;
use crate::library;

impl Binder {
    /// Reports what is wrong inside of lambdas, for all that they were bound to while the candidates were tried: what all
    /// have in common, or else everything. True when there was something.
    pub(super) fn lambda_mistakes(&mut self, trials: &[Trial], args: &[Arg<'_>]) -> bool {
        let mut told = false;
        for arg in args {
            let ArgKind::Lambda(lambda) = &arg.kind else { continue };
            let found = in_common(trials.iter().filter(|trial| trial.at == lambda.arrow).map(|trial| &*trial.errors));
            told |= !found.is_empty();
            self.errors.extend(found);
        }
        told
    }

    /// What the lambdas among the arguments are bound to while the candidates are tried.
    pub(super) fn trials_of(&mut self, candidates: &[Member], args: &[Arg<'_>], what: &Wanted<'_>) -> Vec<Trial> {
        if !args.iter().any(|arg| matches!(arg.kind, ArgKind::Lambda(_))) {
            return Vec::new();
        }
        let outer = self.trials.replace(Vec::new());
        for member in candidates {
            self.try_all(member, what, args);
        }
        std::mem::replace(&mut self.trials, outer).unwrap_or_default()
    }

    /// Holds all arguments against a candidate, also when one of the first does not fit, or when there are too many or too
    /// few of them.
    fn try_all(&mut self, member: &Member, what: &Wanted<'_>, args: &[Arg<'_>]) {
        for expanded in [false, true] {
            let mapping = match map(&member.signature.params, args, expanded) {
                Some(mapping) => mapping,
                None if expanded => continue,
                None => loose(member, args),
            };
            let type_args = match &what.explicit {
                Some(given) => given.clone(),
                None if member.signature.type_params.is_empty() => Vec::new(),
                None => match self.infer(member, &mapping, args) {
                    Some(found) => found,
                    None => continue,
                },
            };
            let Some(types_of) = arg_types(member, &mapping, &type_args, args.len()) else { continue };
            for (number, (arg, ty)) in args.iter().zip(types_of).enumerate() {
                let fits = self.accepts(arg, ty, mode_of(member, &mapping, number));
                // Without the receiver of an extension method nothing else is looked at.
                if !fits && what.receiver_first && number == 0 {
                    break;
                }
            }
        }
    }
}

/// What several lists of findings have in common, or else all of them, each once. Of those that differ only in what they
/// name, the last in the order of their words.
fn in_common<'x>(lists: impl Iterator<Item = &'x [ExpressionError]>) -> Vec<ExpressionError> {
    let lists: Vec<&[ExpressionError]> = lists.collect();
    let same = |a: &ExpressionError, b: &ExpressionError| a.code == b.code && a.span == b.span;
    let in_all = |e: &ExpressionError| lists.iter().all(|list| list.iter().any(|other| same(e, other)));
    let any_common = lists.first().is_some_and(|list| list.iter().any(in_all));
    let mut found: Vec<ExpressionError> = Vec::new();
    for error in lists.iter().copied().flatten().filter(|e| !any_common || in_all(e)) {
        match found.iter_mut().find(|known| same(known, error)) {
            Some(known) if known.message < error.message => *known = error.clone(),
            Some(_) => {}
            None => found.push(error.clone()),
        }
    }
    found
}

/// The arguments that have a parameter, when their number does not fit.
fn loose(member: &Member, args: &[Arg<'_>]) -> Mapping {
    let params = &member.signature.params;
    let of = |(i, p): (usize, &library::Parameter)| {
        let taken = args.iter().enumerate().position(|(at, arg)| match arg.name {
            Some(name) => *name.text == *p.name,
            None => at == i,
        });
        taken.map_or(Slot::Default, Slot::Arg)
    };
    Mapping { slots: params.iter().enumerate().map(of).collect(), expanded: false, defaults: 0 }
}
