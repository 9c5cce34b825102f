//! Why no candidate fits a call, in the compiler's words.

use policy_parser::Span;
use policy_parser::csharp::ast::ArgumentMode;

use super::{Arg, ArgKind, Mapping, Slot, arg_types, infer, map, mode_of};
use crate::compile::binder::Binder;
use crate::compile::bound::{Expr, delegate};
use crate::compile::members::Member;
use crate::library::{self, ParamMode};
use crate::types::{self, Type, TypeId};

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
        let offset = usize::from(what.receiver_first);
        let by_count: Vec<Member> = candidates
            .iter()
            .copied()
            .filter(|m| {
                let params = &m.signature.params;
                let arity = m.signature.type_params.len();
                what.explicit.as_ref().is_none_or(|given| given.len() == arity)
                    && (map(params, args, false).is_some() || map(params, args, true).is_some())
            })
            .collect();
        if let Some(given) = &what.explicit
            && !candidates.is_empty()
            && !candidates.iter().any(|m| m.signature.type_params.len() == given.len())
        {
            let first = candidates.iter().find(|m| !m.signature.type_params.is_empty()).or(candidates.first());
            if let Some(member) = first {
                let (shown, arity) = (self.signature_name(member), member.signature.type_params.len());
                return if arity == 0 {
                    self.fail(
                        "CS0308",
                        what.span,
                        format!("The non-generic method '{shown}' cannot be used with type arguments"),
                    )
                } else {
                    self.fail(
                        "CS0305",
                        what.span,
                        format!("Using the generic method '{shown}' requires {arity} type arguments"),
                    )
                };
            }
        }
        let wrong_name = args
            .iter()
            .filter_map(|a| a.name)
            .find(|n| !candidates.iter().any(|m| m.signature.params.iter().any(|p| p.name == &*n.text)));
        if let (Some(wrong), false) = (wrong_name, candidates.is_empty()) {
            let (name, parameter) = (what.name, &wrong.text);
            return self.fail(
                "CS1739",
                wrong.span,
                format!("The best overload for '{name}' does not have a parameter named '{parameter}'"),
            );
        }
        let Some(member) = self.closest_candidate(&by_count, args, what) else {
            return self.wrong_count(candidates, args.len() - offset.min(args.len()), what, span);
        };
        let explicit = what.explicit.as_deref();
        for expanded in [false, true] {
            let Some(mapping) = map(&member.signature.params, args, expanded) else { continue };
            let arity = member.signature.type_params.len();
            let type_args = match explicit {
                Some(given) if given.len() == arity => given.to_vec(),
                _ if arity == 0 => Vec::new(),
                _ => match self.infer(&member, &mapping, args) {
                    Some(found) => found,
                    None => {
                        if let Some(lambda_error) = self.first_lambda_error(&member, &mapping, args) {
                            return lambda_error;
                        }
                        let name = self.signature_name(&member);
                        return self.fail("CS0411", what.span, format!("The type arguments for method '{name}' cannot be inferred from the usage. Try specifying the type arguments explicitly."));
                    }
                },
            };
            let Some(arg_types) = arg_types(&member, &mapping, &type_args, args.len()) else { continue };
            for (i, (arg, ty)) in args.iter().zip(&arg_types).enumerate() {
                let mode = mode_of(&member, &mapping, i);
                if !self.accepts(arg, *ty, mode) && (!expanded || i + 1 >= arg_types.len()) {
                    if let (0, true, ArgKind::Value(value)) = (i, what.receiver_first, &arg.kind) {
                        let (from, to) = (types::display(value.ty), types::display(*ty));
                        let (name, shown) = (what.name, self.signature_name(&member));
                        return self.fail("CS1929", arg.span, format!("'{from}' does not contain a definition for '{name}' and the best extension method overload '{shown}' requires a receiver of type '{to}'"));
                    }
                    // The receiver of an extension method counts.
                    return self.bad_argument(arg, *ty, mode, i + 1, span);
                }
            }
        }
        // One of the arguments was refused; which one, depends on the candidate.
        self.wrong_count(candidates, args.len() - offset.min(args.len()), what, span)
    }

    /// The candidate that takes most of the arguments before the first that it does not take.
    pub(super) fn closest_candidate(
        &mut self,
        candidates: &[Member],
        args: &[Arg<'_>],
        what: &Wanted<'_>,
    ) -> Option<Member> {
        let mut best: Option<(usize, Member)> = None;
        for member in candidates.iter().copied() {
            let params = &member.signature.params;
            let Some(mapping) = map(params, args, false).or_else(|| map(params, args, true)) else { continue };
            let arity = member.signature.type_params.len();
            let type_args = match what.explicit.as_deref() {
                Some(given) if given.len() == arity => given.to_vec(),
                _ => self.silently(|this| this.infer_inputs(&member, &mapping, args)).0,
            };
            let Some(types_of) = arg_types(&member, &mapping, &type_args, args.len()) else { continue };
            let fits = |this: &mut Self, (i, (arg, ty)): (usize, (&Arg<'_>, &TypeId))| {
                // A lambda's own mistakes are told when it is the only thing left.
                matches!(arg.kind, ArgKind::Lambda(_)) || this.accepts(arg, *ty, mode_of(&member, &mapping, i))
            };
            let taken = args.iter().zip(&types_of).enumerate().take_while(|pair| fits(self, *pair)).count();
            if best.as_ref().is_none_or(|(most, _)| taken > *most) {
                best = Some((taken, member));
            }
        }
        best.map(|(_, member)| member)
    }

    pub(super) fn first_lambda_error(&mut self, member: &Member, mapping: &Mapping, args: &[Arg<'_>]) -> Option<Expr> {
        // A lambda whose body is wrong prevents inference: its own message says more than "cannot be inferred".
        let partial = self.infer_inputs(member, mapping, args);
        for (i, arg) in args.iter().enumerate() {
            let ArgKind::Lambda(lambda) = &arg.kind else { continue };
            let param =
                member.signature.params.iter().zip(&mapping.slots).find(|(_, s)| matches!(s, Slot::Arg(j) if *j == i));
            let target = types::substitute(member.ty(param?.0.ty, &[]), &[], &partial);
            let (params, _) = delegate(target)?;
            let known = infer::params_in(target).is_empty();
            if let Some(given) = lambda.params.as_ref().filter(|p| known && p.len() != params.len()) {
                let (shown, count) = (types::display(target), given.len());
                return Some(self.fail(
                    "CS1593",
                    arg.span,
                    format!("Delegate '{shown}' does not take {count} arguments"),
                ));
            }
            let before = self.errors.len();
            self.lambda_return(lambda, &params);
            let own = self.errors.get(before).is_some_and(|e| e.code != "NO_COMMON_TYPE");
            if own {
                return Some(Expr::error(arg.span));
            }
            self.errors.truncate(before);
        }
        None
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

    pub(super) fn wrong_count(&mut self, candidates: &[Member], count: usize, what: &Wanted<'_>, span: Span) -> Expr {
        let name = what.name;
        if let ([only], false) = (candidates, what.is_constructor) {
            let required = only
                .signature
                .params
                .iter()
                .skip(usize::from(what.receiver_first))
                .filter(|p| p.default.is_none() && !p.is_params);
            if let Some(missing) = required.clone().nth(count) {
                let parameter = missing.name;
                let signature = self.signature_name(only);
                return self.fail("CS7036", what.span, format!("There is no argument given that corresponds to the required formal parameter '{parameter}' of '{signature}'"));
            }
        }
        if what.is_constructor {
            return self.fail(
                "CS1729",
                what.span,
                format!("'{name}' does not contain a constructor that takes {count} arguments"),
            );
        }
        self.fail(
            "CS1501",
            if what.span.is_empty() { span } else { what.span },
            format!("No overload for method '{name}' takes {count} arguments"),
        )
    }

    /// `Enumerable.Select<TSource, TResult>(IEnumerable<TSource>, Func<TSource, TResult>)`.
    pub(in crate::compile) fn signature_name(&self, member: &Member) -> String {
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
            format!("{mode}{}", named_display(member, p.ty))
        };
        let params: Vec<_> = member.signature.params.iter().map(shown).collect();
        let generics = match member.signature.type_params.as_slice() {
            [] => String::new(),
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
}

/// A type of a signature with the names its type parameters have there.
fn named_display(member: &Member, ty: TypeId) -> String {
    match types::get(ty) {
        Type::MethodParam(n) => member.signature.type_params.get(usize::from(*n)).copied().unwrap_or("T").to_owned(),
        Type::TypeParam(n) => match member.owner_args().get(usize::from(*n)) {
            Some(arg) => types::display(*arg),
            None => member.def.type_params.get(usize::from(*n)).copied().unwrap_or("T").to_owned(),
        },
        Type::Named { def, args } if !args.is_empty() => {
            let args: Vec<_> = args.iter().map(|a| named_display(member, *a)).collect();
            format!("{}<{}>", crate::library::get().def(*def).simple_name(), args.join(", "))
        }
        Type::Array { element, .. } => format!("{}[]", named_display(member, *element)),
        Type::Nullable(inner) => format!("{}?", named_display(member, *inner)),
        _ => types::display(ty),
    }
}
