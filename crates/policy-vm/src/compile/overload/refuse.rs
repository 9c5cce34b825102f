//! Why no candidate fits a call, in the compiler's words.

use policy_parser::Span;
use policy_parser::csharp::ast::ArgumentMode;

use super::{Arg, ArgKind, Mapping, Slot, arg_types, infer, map, mode_of};
use crate::compile::binder::Binder;
use crate::compile::bound::{Expr, delegate};
use crate::compile::lambda::Trial;
use crate::compile::members::Member;
use crate::compile::query::Clause;
use crate::library::{self, ParamMode};
use crate::types::{self, TypeId};

/// What keeps a candidate from fitting, in the order in which the compiler looks.
enum Failure {
    /// An argument does not convert: its number, its parameter's type and mode, and the type arguments.
    Argument {
        number: usize,
        ty: TypeId,
        mode: ParamMode,
        type_args: Vec<TypeId>,
    },
    NotInferred,
    /// Not even from the receiver of an extension method.
    ReceiverNotInferred,
    /// A parameter without argument.
    Missing(usize),
    /// Too many arguments, or such as no parameter takes.
    Count,
    /// A name whose parameter has an argument already.
    Taken(usize),
    /// A name that no parameter has.
    Name(usize),
}

impl Binder {
    /// Says why no candidate fits.
    pub(in crate::compile) fn no_fit(
        &mut self,
        candidates: &[Member],
        args: &[Arg<'_>],
        what: &Wanted<'_>,
        span: Span,
    ) -> Expr {
        let wrong = |this: &Self, arg: &Arg<'_>| match &arg.kind {
            ArgKind::Value(value) => value.is_error() || this.is_wrong_within(arg.span),
            _ => false,
        };
        if args.iter().any(|arg| wrong(self, arg)) {
            if !args.iter().any(|arg| matches!(&arg.kind, ArgKind::Value(value) if value.is_error())) {
                self.look_into(args);
            }
            return Expr::error(span);
        }
        let arity_fits =
            |m: &Member| what.explicit.as_ref().is_none_or(|given| given.len() == m.signature.type_params.len());
        if !candidates.is_empty() && !candidates.iter().any(arity_fits) {
            // Extension methods with another number of type parameters are not even found.
            if let (true, Some(ArgKind::Value(receiver))) = (what.receiver_first, args.first().map(|arg| &arg.kind)) {
                return self.no_member(receiver.ty, what.name, what.span);
            }
            return self.wrong_arity(candidates, what);
        }
        let candidates = own(candidates.iter().copied().filter(arity_fits));
        let trials = self.trials_of(&candidates, args, what);
        if self.lambda_mistakes(&trials, args) {
            return Expr::error(span);
        }
        let mut failures: Vec<(Member, Failure)> = Vec::with_capacity(candidates.len());
        for member in &candidates {
            let failure = self.failure(member, args, what);
            failures.push((*member, failure));
        }
        if let Some(refused) = self.refuse_clause(&failures, &trials, args, what) {
            return refused;
        }
        self.tell(&candidates, &failures, args, what, span)
    }

    /// Queries have words of their own for what cannot be inferred.
    fn refuse_clause(
        &mut self,
        failures: &[(Member, Failure)],
        trials: &[Trial],
        args: &[Arg<'_>],
        what: &Wanted<'_>,
    ) -> Option<Expr> {
        let clause = what.clause.as_ref()?;
        let ArgKind::Value(receiver) = &args.first()?.kind else { return None };
        if failures.iter().any(|(_, failure)| matches!(failure, Failure::Argument { .. })) {
            return None;
        }
        if failures.iter().any(|(_, failure)| matches!(failure, Failure::NotInferred)) {
            let first =
                args.iter().find_map(|arg| if let ArgKind::Lambda(l) = &arg.kind { Some(l.arrow) } else { None });
            let of_first = trials.iter().filter(|trial| Some(trial.at) == first).filter_map(|trial| trial.found);
            let selected = of_first.into_iter().find(|ty| *ty != types::error() && *ty != types::null());
            return Some(self.query_not_inferred(receiver.ty, selected, what.name, clause));
        }
        let unknown = |failure: &Failure| matches!(failure, Failure::ReceiverNotInferred);
        failures.iter().any(|(_, f)| unknown(f)).then(|| self.no_query(receiver.ty, what.name, clause))
    }

    /// The first of the failures that says most.
    fn tell(
        &mut self,
        candidates: &[Member],
        failures: &[(Member, Failure)],
        args: &[Arg<'_>],
        what: &Wanted<'_>,
        span: Span,
    ) -> Expr {
        let first = |wanted: fn(&Failure) -> bool| failures.iter().find(|(_, failure)| wanted(failure));
        if let Some((member, Failure::Argument { number, ty, mode, type_args })) =
            first(|f| matches!(f, Failure::Argument { .. }))
            && let Some(arg) = args.get(*number)
        {
            if what.is_element {
                let shown = self.constructed_name(member, type_args);
                return self.fail("CS1950", span, format!("The best overloaded Add method '{shown}' for the collection initializer has some invalid arguments"));
            }
            if let (0, true, ArgKind::Value(value)) = (*number, what.receiver_first, &arg.kind) {
                let (from, to) = (types::display(value.ty), types::display(*ty));
                let (name, shown) = (what.name, self.constructed_name(member, type_args));
                return self.fail("CS1929", arg.span, format!("'{from}' does not contain a definition for '{name}' and the best extension method overload '{shown}' requires a receiver of type '{to}'"));
            }
            // The receiver of an extension method counts.
            let before = self.errors.len();
            let refused = self.bad_argument(arg, *ty, *mode, number + 1, span);
            if what.clause.is_some() {
                for error in self.errors.iter_mut().skip(before) {
                    error.message = error.message.replace("lambda expression", "query expression");
                }
            }
            return refused;
        }
        if let Some((member, _)) = first(|f| matches!(f, Failure::NotInferred)) {
            let name = self.signature_name(member);
            return self.fail("CS0411", what.span, format!("The type arguments for method '{name}' cannot be inferred from the usage. Try specifying the type arguments explicitly."));
        }
        if first(|f| matches!(f, Failure::ReceiverNotInferred)).is_some()
            && let Some(ArgKind::Value(receiver)) = args.first().map(|arg| &arg.kind)
        {
            let ty = receiver.ty;
            return self.no_member(ty, what.name, what.span);
        }
        // One candidate alone that lacks something is told of; of several, none.
        let mut lacking = failures.iter().filter(|(_, failure)| matches!(failure, Failure::Missing(_)));
        match (lacking.next(), lacking.next()) {
            (Some((member, Failure::Missing(number))), None) => {
                if let Some(missing) = member.signature.params.get(*number) {
                    let (parameter, signature) = (missing.name, self.signature_name(member));
                    return self.fail("CS7036", what.span, format!("There is no argument given that corresponds to the required formal parameter '{parameter}' of '{signature}'"));
                }
            }
            (Some(_), Some(_)) => {
                return self.wrong_count(
                    candidates,
                    args.len().saturating_sub(usize::from(what.receiver_first)),
                    what,
                    span,
                );
            }
            _ => {}
        }
        let taken = |failure: &Failure| if let Failure::Taken(number) = failure { Some(*number) } else { None };
        if let Some(number) = failures.iter().filter_map(|(_, failure)| taken(failure)).max()
            && let Some(name) = args.get(number).and_then(|arg| arg.name)
        {
            let text = &name.text;
            let message = format!(
                "Named argument '{text}' specifies a parameter for which a positional argument has already been given"
            );
            return self.fail("CS1744", name.span, message);
        }
        // The last of the wrong names is that of the candidate that came nearest.
        let number_of = |failure: &Failure| if let Failure::Name(number) = failure { Some(*number) } else { None };
        if let Some(number) = failures.iter().filter_map(|(_, failure)| number_of(failure)).max()
            && let Some(wrong) = args.get(number).and_then(|arg| arg.name)
        {
            let (name, parameter) = (what.name, &wrong.text);
            return self.fail(
                "CS1739",
                wrong.span,
                format!("The best overload for '{name}' does not have a parameter named '{parameter}'"),
            );
        }
        if let Some((ty, name, shown)) = self.value_for_reference(candidates, what) {
            let used = format!("in order to use it as parameter '{name}' in the generic type or method '{shown}'");
            return self.fail("CS0452", what.span, format!("The type '{ty}' must be a reference type {used}"));
        }
        self.wrong_count(candidates, args.len().saturating_sub(usize::from(what.receiver_first)), what, span)
    }

    /// A value type was named for a type parameter that is a `class`: the type, the parameter and the method.
    fn value_for_reference(&self, candidates: &[Member], what: &Wanted<'_>) -> Option<(String, &'static str, String)> {
        let given = what.explicit.as_ref()?;
        candidates.iter().filter(|member| member.signature.type_params.len() == given.len()).find_map(|member| {
            let signature = &member.signature;
            let wrong =
                |index: &&usize| given.get(**index).is_some_and(|ty| !crate::compile::subtype::is_reference(*ty));
            let index = *signature.references.iter().find(wrong)?;
            let (ty, name) = (given.get(index)?, signature.type_params.get(index)?);
            Some((types::display(*ty), *name, self.signature_name(member)))
        })
    }

    fn wrong_arity(&mut self, candidates: &[Member], what: &Wanted<'_>) -> Expr {
        let generic = candidates.iter().find(|m| !m.signature.type_params.is_empty());
        let Some(member) = generic.or(candidates.first()) else { return Expr::error(what.span) };
        let (shown, arity) = (self.signature_name(member), member.signature.type_params.len());
        if arity == 0 {
            let message = format!("The non-generic method '{shown}' cannot be used with type arguments");
            return self.fail("CS0308", what.span, message);
        }
        let message = format!("Using the generic method '{shown}' requires {arity} type arguments");
        self.fail("CS0305", what.span, message)
    }

    /// Why a candidate does not fit. With a `params` array that is the form with single elements, where the other one
    /// fails by the number of its arguments alone.
    fn failure(&mut self, member: &Member, args: &[Arg<'_>], what: &Wanted<'_>) -> Failure {
        let normal = self.failure_of_form(member, args, what, false);
        if !member.signature.params.last().is_some_and(|p| p.is_params) {
            return normal;
        }
        let expanded = self.failure_of_form(member, args, what, true);
        match (&normal, &expanded) {
            (Failure::Missing(_) | Failure::Count, Failure::Missing(_) | Failure::Count) => normal,
            (Failure::Missing(_) | Failure::Count, _) => expanded,
            _ => normal,
        }
    }

    fn failure_of_form(&mut self, member: &Member, args: &[Arg<'_>], what: &Wanted<'_>, expanded: bool) -> Failure {
        let params = &member.signature.params;
        let Some(mapping) = map(params, args, expanded) else { return unmapped(member, args, expanded) };
        let type_args = match &what.explicit {
            Some(given) => given.clone(),
            None if member.signature.type_params.is_empty() => Vec::new(),
            None => match self.infer(member, &mapping, args) {
                Some(found) => found,
                None if what.receiver_first && !self.receiver_infers(member, args) => {
                    return Failure::ReceiverNotInferred;
                }
                None => return Failure::NotInferred,
            },
        };
        let Some(types_of) = arg_types(member, &mapping, &type_args, args.len()) else { return Failure::Count };
        for (number, (arg, ty)) in args.iter().zip(types_of).enumerate() {
            let mode = mode_of(member, &mapping, number);
            if !self.accepts(arg, ty, mode) {
                return Failure::Argument { number, ty, mode, type_args };
            }
        }
        Failure::Count
    }

    /// The receiver alone tells all the type arguments that its parameter mentions.
    fn receiver_infers(&mut self, member: &Member, args: &[Arg<'_>]) -> bool {
        let (Some(first), Some(arg)) = (member.signature.params.first(), args.first()) else { return true };
        let ty = member.ty(first.ty, &[]);
        let mapping = Mapping { slots: vec![Slot::Arg(0)], expanded: false, defaults: 0 };
        let found = self.infer_inputs(member, &mapping, std::slice::from_ref(arg));
        let known = |n: u16| found.get(usize::from(n)).is_some_and(|ty| infer::params_in(*ty).is_empty());
        infer::params_in(ty).into_iter().all(known)
    }

    pub(in crate::compile) fn bad_argument(
        &mut self,
        arg: &Arg<'_>,
        ty: TypeId,
        mode: ParamMode,
        number: usize,
        span: Span,
    ) -> Expr {
        let target = types::display(ty);
        match (&arg.kind, mode) {
            (ArgKind::Value(_), ParamMode::Out) => {
                self.fail("CS1620", arg.span, format!("Argument {number} must be passed with the 'out' keyword"))
            }
            (ArgKind::Value(_), ParamMode::Ref) => {
                self.fail("CS1620", arg.span, format!("Argument {number} must be passed with the 'ref' keyword"))
            }
            (ArgKind::Variable(..) | ArgKind::Declare(..), ParamMode::Value) => {
                let keyword = if arg.mode == ArgumentMode::Ref { "ref" } else { "out" };
                self.fail(
                    "CS1615",
                    arg.span,
                    format!("Argument {number} may not be passed with the '{keyword}' keyword"),
                )
            }
            (ArgKind::Variable(..) | ArgKind::Declare(..), ParamMode::Out) if arg.mode == ArgumentMode::Ref => {
                self.fail("CS1620", arg.span, format!("Argument {number} must be passed with the 'out' keyword"))
            }
            (ArgKind::Variable(..) | ArgKind::Declare(..), ParamMode::Ref) if arg.mode == ArgumentMode::Out => {
                self.fail("CS1620", arg.span, format!("Argument {number} must be passed with the 'ref' keyword"))
            }
            (ArgKind::Value(value), _) => {
                let target = types::display_qualified(ty);
                let source =
                    if value.is_null_literal() { "<null>".to_owned() } else { types::display_qualified(value.ty) };
                self.fail(
                    "CS1503",
                    arg.span,
                    format!("Argument {number}: cannot convert from '{source}' to '{target}'"),
                )
            }
            (ArgKind::Lambda(lambda), _) => {
                let before = self.errors.len();
                let _ = self.lambda(lambda, ty, arg.span);
                if self.errors.len() > before {
                    return Expr::error(span);
                }
                self.fail(
                    "CS1503",
                    arg.span,
                    format!("Argument {number}: cannot convert from 'lambda expression' to '{target}'"),
                )
            }
            (ArgKind::Tuple(expr), _) => {
                let Some(shape) = self.untyped_tuple(expr) else { return self.value(expr) };
                self.fail("CS1503", arg.span, format!("Argument {number}: cannot convert from '{shape}' to '{target}'"))
            }
            (ArgKind::Group(_), _) => self.fail(
                "CS1503",
                arg.span,
                format!("Argument {number}: cannot convert from 'method group' to '{target}'"),
            ),
            (ArgKind::Variable(_, value), _) => {
                let source = types::display(value.ty);
                let keyword = if arg.mode == ArgumentMode::Ref { "ref" } else { "out" };
                self.fail(
                    "CS1503",
                    arg.span,
                    format!("Argument {number}: cannot convert from '{keyword} {source}' to '{keyword} {target}'"),
                )
            }
            (ArgKind::Declare(Some(declared), _), _) => {
                let source = types::display(*declared);
                self.fail(
                    "CS1503",
                    arg.span,
                    format!("Argument {number}: cannot convert from 'out {source}' to 'out {target}'"),
                )
            }
            (ArgKind::Declare(..), _) => {
                self.fail("CS1503", arg.span, format!("Argument {number}: cannot convert to 'out {target}'"))
            }
        }
    }

    fn wrong_count(&mut self, candidates: &[Member], count: usize, what: &Wanted<'_>, span: Span) -> Expr {
        let name = what.name;
        if what.is_constructor {
            return self.fail(
                "CS1729",
                what.span,
                format!("'{name}' does not contain a constructor that takes {count} arguments"),
            );
        }
        if let [only] = candidates
            && delegate(only.owner).is_some()
        {
            let shown = types::display(only.owner);
            return self.fail("CS1593", what.span, format!("Delegate '{shown}' does not take {count} arguments"));
        }
        self.fail(
            "CS1501",
            if what.span.is_empty() { span } else { what.span },
            format!("No overload for method '{name}' takes {count} arguments"),
        )
    }
}

/// What a call was written as, for messages.
pub(in crate::compile) struct Wanted<'a> {
    pub(in crate::compile) name: &'a str,
    pub(in crate::compile) span: Span,
    pub(in crate::compile) explicit: Option<Vec<TypeId>>,
    pub(in crate::compile) is_constructor: bool,
    /// The first argument is the receiver of an extension method.
    pub(in crate::compile) receiver_first: bool,
    /// The arguments are an element of a collection initializer, which no call is written for.
    pub(in crate::compile) is_element: bool,
    /// The clause of a query that is called for.
    pub(in crate::compile) clause: Option<Clause<'a>>,
}

/// Whether a candidate takes as many arguments.
pub(in crate::compile) fn takes_count(candidates: &[Member], args: &[Arg<'_>]) -> bool {
    let takes = |m: &Member| [false, true].iter().any(|form| map(&m.signature.params, args, *form).is_some());
    candidates.iter().any(takes)
}

/// Candidates without those that one of a nearer type overrides.
pub(super) fn own(candidates: impl Iterator<Item = Member>) -> Vec<Member> {
    let types_of = |m: &Member| m.signature.params.iter().map(|p| (p.mode, m.ty(p.ty, &[]))).collect::<Vec<_>>();
    let candidates: Vec<Member> = candidates.collect();
    if candidates.iter().all(|member| candidates.first().is_some_and(|first| first.level == member.level)) {
        return candidates;
    }
    let mut kept: Vec<Member> = Vec::new();
    for member in candidates {
        let overridden = |near: &Member| near.level < member.level && types_of(near) == types_of(&member);
        if !kept.iter().any(overridden) {
            kept.push(member);
        }
    }
    kept
}

/// Why arguments and parameters do not go together.
fn unmapped(member: &Member, args: &[Arg<'_>], expanded: bool) -> Failure {
    let params = &member.signature.params;
    let taken = |i: usize, p: &library::Parameter| {
        args.iter().enumerate().any(|(at, arg)| match arg.name {
            Some(name) => *name.text == *p.name,
            None => at == i,
        })
    };
    for (number, arg) in args.iter().enumerate() {
        let before = args.iter().take(number).enumerate();
        match arg.name.map(|name| (name, params.iter().position(|p| p.name == &*name.text))) {
            Some((_, None)) => return Failure::Name(number),
            Some((_, Some(at))) if before.clone().any(|(i, other)| other.name.is_none() && i == at) => {
                return Failure::Taken(number);
            }
            None if number >= params.len() && !expanded => return Failure::Count,
            _ => {}
        }
    }
    let lacks = |(i, p): &(usize, &library::Parameter)| p.default.is_none() && !p.is_params && !taken(*i, p);
    params.iter().enumerate().find(lacks).map_or(Failure::Count, |(i, _)| Failure::Missing(i))
}
