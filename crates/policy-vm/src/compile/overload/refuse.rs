//! Why no candidate fits a call, in the compiler's words.

use policy_parser::Span;
use policy_parser::csharp::ast::ArgumentMode;

use super::{Arg, ArgKind, Mapping, Slot, arg_types, infer, map, mode_of};
use crate::compile::ExpressionError;
use crate::compile::binder::Binder;
use crate::compile::bound::{Expr, delegate};
use crate::compile::members::Member;
use crate::library::{self, ParamMode};
use crate::types::{self, Type, TypeId};

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
        if args.iter().any(|a| matches!(&a.kind, ArgKind::Value(v) if v.is_error())) {
            return Expr::error(span);
        }
        let arity_fits =
            |m: &Member| what.explicit.as_ref().is_none_or(|given| given.len() == m.signature.type_params.len());
        if !candidates.is_empty() && !candidates.iter().any(arity_fits) {
            return self.wrong_arity(candidates, what);
        }
        let candidates: Vec<Member> = candidates.iter().copied().filter(arity_fits).collect();
        if self.lambda_mistakes(&candidates, args, what) {
            return Expr::error(span);
        }
        let mut failures: Vec<(Member, Failure)> = Vec::with_capacity(candidates.len());
        for member in &candidates {
            let failure = self.failure(member, args, what);
            failures.push((*member, failure));
        }
        self.tell(&candidates, &failures, args, what, span)
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
            return self.bad_argument(arg, *ty, *mode, number + 1, span);
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
        if let Some((_, Failure::Name(number))) = first(|f| matches!(f, Failure::Name(_)))
            && let Some(wrong) = args.get(*number).and_then(|arg| arg.name)
        {
            let (name, parameter) = (what.name, &wrong.text);
            return self.fail(
                "CS1739",
                wrong.span,
                format!("The best overload for '{name}' does not have a parameter named '{parameter}'"),
            );
        }
        self.wrong_count(candidates, args.len().saturating_sub(usize::from(what.receiver_first)), what, span)
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

    /// Reports what is wrong inside of lambdas, for all delegates that they could become: what all have in common, or
    /// else everything. True when there was something.
    fn lambda_mistakes(&mut self, candidates: &[Member], args: &[Arg<'_>], what: &Wanted<'_>) -> bool {
        let mut told = false;
        for (number, arg) in args.iter().enumerate() {
            let ArgKind::Lambda(lambda) = &arg.kind else { continue };
            let mut tries: Vec<Vec<ExpressionError>> = Vec::new();
            for (params, returns, ty) in self.targets(candidates, args, number, what) {
                tries.push(self.mistakes_of(lambda, &params, returns, ty));
            }
            let same = |a: &ExpressionError, b: &ExpressionError| a.code == b.code && a.span == b.span;
            let in_all = |e: &&ExpressionError| tries.iter().all(|list| list.iter().any(|other| same(e, other)));
            let common: Vec<ExpressionError> = tries.first().into_iter().flatten().filter(in_all).cloned().collect();
            let mut found = common;
            if found.is_empty() {
                for error in tries.into_iter().flatten() {
                    if !found.iter().any(|known| same(known, &error)) {
                        found.push(error);
                    }
                }
            }
            told |= !found.is_empty();
            self.errors.extend(found);
        }
        told
    }

    /// The delegates that the candidates want for an argument, with what is known of their results.
    fn targets(
        &mut self,
        candidates: &[Member],
        args: &[Arg<'_>],
        number: usize,
        what: &Wanted<'_>,
    ) -> Vec<(Vec<TypeId>, Option<TypeId>, TypeId)> {
        let mut list = Vec::new();
        for member in candidates {
            let params = &member.signature.params;
            let Some(mapping) = map(params, args, false).or_else(|| map(params, args, true)) else { continue };
            let (type_args, inferred) = match &what.explicit {
                Some(given) => (given.clone(), true),
                None => match self.infer(member, &mapping, args) {
                    Some(found) => (found, true),
                    None => (self.infer_inputs(member, &mapping, args), false),
                },
            };
            let Some(ty) = arg_types(member, &mapping, &type_args, args.len()).and_then(|t| t.get(number).copied())
            else {
                continue;
            };
            let Some((inputs, returns)) = delegate(ty) else { continue };
            if inputs.iter().any(|ty| !infer::params_in(*ty).is_empty()) {
                continue;
            }
            // What the inputs alone tell of the result counts only when all arguments agree.
            let open = arg_types(member, &mapping, &[], args.len()).and_then(|t| t.get(number).copied());
            let asked = open.and_then(delegate).is_some_and(|(_, result)| !infer::params_in(result).is_empty());
            let known = infer::params_in(returns).is_empty() && (inferred || !asked);
            let returns = known.then_some(returns);
            let target = (inputs, returns, ty);
            if !list.contains(&target) {
                list.push(target);
            }
        }
        list
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

    /// `Enumerable.Select<TSource, TResult>(IEnumerable<TSource>, Func<TSource, TResult>)`.
    pub(in crate::compile) fn signature_name(&self, member: &Member) -> String {
        self.constructed_name(member, &[])
    }

    /// The same with type arguments put in, where they are known.
    fn constructed_name(&self, member: &Member, type_args: &[TypeId]) -> String {
        let owner = types::display(member.owner);
        // A delegate goes by its own name.
        if delegate(member.owner).is_some() {
            return owner;
        }
        let shown = |p: &library::Parameter| {
            let mode = match p.mode {
                ParamMode::Value => "",
                ParamMode::Ref => "ref ",
                ParamMode::Out => "out ",
            };
            format!("{mode}{}", named_display(member, p.ty, type_args))
        };
        let params: Vec<_> = member.signature.params.iter().map(shown).collect();
        let generics = match member.signature.type_params.as_slice() {
            [] => String::new(),
            list if type_args.len() == list.len() => {
                let shown: Vec<_> = type_args.iter().map(|ty| types::display(*ty)).collect();
                format!("<{}>", shown.join(", "))
            }
            list => format!("<{}>", list.join(", ")),
        };
        format!("{owner}.{}{generics}({})", member.signature.name, params.join(", "))
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
}

/// A type of a signature with the names its type parameters have there.
fn named_display(member: &Member, ty: TypeId, given: &[TypeId]) -> String {
    match types::get(ty) {
        Type::MethodParam(n) if usize::from(*n) < given.len() => {
            given.get(usize::from(*n)).map(|ty| types::display(*ty)).unwrap_or_default()
        }
        Type::MethodParam(n) => member.signature.type_params.get(usize::from(*n)).copied().unwrap_or("T").to_owned(),
        Type::TypeParam(n) => match member.owner_args().get(usize::from(*n)) {
            Some(arg) => types::display(*arg),
            None => member.def.type_params.get(usize::from(*n)).copied().unwrap_or("T").to_owned(),
        },
        Type::Named { def, args } if !args.is_empty() => {
            let args: Vec<_> = args.iter().map(|a| named_display(member, *a, given)).collect();
            format!("{}<{}>", crate::library::get().def(*def).simple_name(), args.join(", "))
        }
        Type::Array { element, .. } => format!("{}[]", named_display(member, *element, given)),
        Type::Nullable(inner) => format!("{}?", named_display(member, *inner, given)),
        _ => types::display(ty),
    }
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
        match arg.name {
            Some(name) if !params.iter().any(|p| p.name == &*name.text) => return Failure::Name(number),
            None if number >= params.len() && !expanded => return Failure::Count,
            _ => {}
        }
    }
    let lacks = |(i, p): &(usize, &library::Parameter)| p.default.is_none() && !p.is_params && !taken(*i, p);
    params.iter().enumerate().find(lacks).map_or(Failure::Count, |(i, _)| Failure::Missing(i))
}
