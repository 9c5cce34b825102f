//! Overload resolution: which candidates a call fits, and which of those is best (C# specification, "Overload
//! resolution" and "Better function member").

mod better;
mod infer;
mod refuse;
mod shown;
mod trials;

pub(super) use refuse::{Wanted, takes_count};

use policy_parser::Span;
use policy_parser::csharp::ast::{self, ArgumentMode};

use super::binder::Binder;
use super::bound::{Const, Expr, Kind, Target, delegate};
use super::members::{self, Member};
use super::query::Clause;
use crate::library::{self, Constant, ParamMode};
use crate::types::{self, TypeId};
use crate::value::Value;

/// An argument, bound as far as that is possible without knowing its parameter.
#[derive(Debug, Clone)]
pub(super) struct Arg<'a> {
    pub(super) name: Option<&'a ast::Ident>,
    pub(super) mode: ArgumentMode,
    pub(super) kind: ArgKind<'a>,
    pub(super) span: Span,
}

#[derive(Debug, Clone)]
pub(super) enum ArgKind<'a> {
    Value(Expr),
    Lambda(&'a ast::Lambda),
    Group(Box<Group<'a>>),
    /// A tuple without a type of its own: `(null, 1)`.
    Tuple(&'a ast::Expr),
    /// `out x`, `ref x`: a variable and its type.
    Variable(Box<Target>, Box<Expr>),
    /// `out var x`, `out T x`, `out _`.
    Declare(Option<TypeId>, &'a ast::Designation),
}

/// A method's name with its receiver, before one of the methods is chosen.
#[derive(Debug, Clone)]
pub(super) struct Group<'a> {
    pub(super) name: &'a ast::SimpleName,
    pub(super) receiver: Receiver,
    pub(super) span: Span,
    /// `Add`, called for an element of a collection initializer.
    pub(super) is_element: bool,
    /// The clause of a query that the call stands for.
    pub(super) clause: Option<Clause<'a>>,
}

#[derive(Debug, Clone)]
pub(super) enum Receiver {
    Value(Box<Expr>),
    Type(TypeId),
}

/// A chosen member with its arguments converted, in the order of its parameters.
pub(super) struct Chosen {
    pub(super) member: Member,
    pub(super) type_args: Vec<TypeId>,
    pub(super) args: Vec<Expr>,
    pub(super) outs: Vec<Option<Target>>,
    /// To be evaluated before: arguments that are not written in the order of the parameters.
    pub(super) first: Vec<Expr>,
}

impl Chosen {
    /// The call itself, with what comes before it.
    pub(super) fn after_first(first: Vec<Expr>, call: Expr) -> Expr {
        if first.is_empty() {
            return call;
        }
        let (ty, span) = (call.ty, call.span);
        Expr::new(Kind::Sequence { effects: first, result: Box::new(call) }, ty, span)
    }
}

/// Whether the arguments are written in the order of their parameters.
pub(super) fn in_order(slots: &[Slot]) -> bool {
    let given = slots.iter().flat_map(|slot| match slot {
        Slot::Arg(i) => std::slice::from_ref(i),
        Slot::Params(list) => list.as_slice(),
        Slot::Default => &[],
    });
    given.is_sorted()
}

/// A candidate that a call fits.
#[derive(Debug, Clone)]
pub(super) struct Fit {
    pub(super) member: Member,
    pub(super) type_args: Vec<TypeId>,
    /// For each argument its parameter's type.
    pub(super) arg_types: Vec<TypeId>,
    mapping: Mapping,
}

/// Which arguments go to which parameter.
#[derive(Debug, Clone)]
pub(super) struct Mapping {
    pub(super) slots: Vec<Slot>,
    expanded: bool,
    defaults: usize,
}

#[derive(Debug, Clone)]
pub(super) enum Slot {
    Arg(usize),
    Default,
    /// The arguments that become the elements of a `params` array.
    Params(Vec<usize>),
}

impl Binder {
    /// Chooses among candidates, nearest declaring type first; `None` when none fits.
    pub(super) fn choose(
        &mut self,
        candidates: &[Member],
        explicit: Option<&[TypeId]>,
        args: &[Arg<'_>],
    ) -> Option<Result<Fit, (Member, Member)>> {
        let mut levels: Vec<usize> = candidates.iter().map(|m| m.level).collect();
        levels.dedup();
        let mut fits: Vec<Fit> = Vec::new();
        for level in levels {
            let here: Vec<Member> = candidates.iter().copied().filter(|m| m.level == level).collect();
            for member in here {
                fits.extend(self.fit(&member, explicit, args));
            }
            // "If a method of a derived class is applicable, methods of its bases are not considered." Members of
            // different interfaces are considered together, which the same rule gives: the first level wins.
            if !fits.is_empty() {
                break;
            }
        }
        self.best(fits, args)
    }

    fn fit(&mut self, member: &Member, explicit: Option<&[TypeId]>, args: &[Arg<'_>]) -> Option<Fit> {
        for expanded in [false, true] {
            let Some(mapping) = map(&member.signature.params, args, expanded) else { continue };
            let arity = member.signature.type_params.len();
            let type_args = match explicit {
                Some(given) if given.len() == arity => given.to_vec(),
                Some(_) => continue,
                None if arity == 0 => Vec::new(),
                None => match self.infer(member, &mapping, args) {
                    Some(found) => found,
                    None => continue,
                },
            };
            if !satisfied(member, &type_args) {
                continue;
            }
            let Some(arg_types) = arg_types(member, &mapping, &type_args, args.len()) else { continue };
            let all = args.iter().zip(&arg_types).enumerate().all(|(i, (arg, ty))| {
                let param_mode = mode_of(member, &mapping, i);
                self.accepts(arg, *ty, param_mode)
            });
            if all {
                return Some(Fit { member: *member, type_args, arg_types, mapping });
            }
        }
        None
    }

    /// The argument can be given to a parameter of this type.
    pub(super) fn accepts(&mut self, arg: &Arg<'_>, ty: TypeId, mode: ParamMode) -> bool {
        match (&arg.kind, mode) {
            (ArgKind::Value(value), _) if value.ty == types::void() => false,
            (ArgKind::Value(value), ParamMode::Value) if arg.mode == ArgumentMode::Value => self.converts(value, ty),
            (ArgKind::Lambda(lambda), ParamMode::Value) => self.lambda_fits(lambda, ty),
            (ArgKind::Group(group), ParamMode::Value) => self.group_fits(group, ty),
            (ArgKind::Tuple(expr), ParamMode::Value) => self.tuple_fits(expr, ty),
            (ArgKind::Variable(_, value), mode) => modes_agree(arg.mode, mode) && (value.ty == ty || value.is_error()),
            (ArgKind::Declare(declared, _), ParamMode::Out) => {
                arg.mode == ArgumentMode::Out && declared.is_none_or(|d| d == ty)
            }
            _ => false,
        }
    }

    fn group_fits(&mut self, group: &Group<'_>, ty: TypeId) -> bool {
        let (found, clean) = self.silently(|this| this.group_to_delegate(group, ty).is_some());
        found && clean
    }

    /// Converts a method group to a delegate type: a call with the delegate's parameters must fit.
    pub(super) fn group_to_delegate(&mut self, group: &Group<'_>, ty: TypeId) -> Option<Expr> {
        let (params, returns) = delegate(ty)?;
        let span = group.span;
        let values: Vec<Arg<'_>> = params
            .iter()
            .map(|p| Arg {
                name: None,
                mode: ArgumentMode::Value,
                kind: ArgKind::Value(Expr::new(Kind::Default, *p, span)),
                span,
            })
            .collect();
        if let Receiver::Type(id) = group.receiver
            && id == types::void()
        {
            return None;
        }
        let (candidates, receiver) = self.group_candidates(group);
        let explicit = self.explicit_args(group.name);
        let fit = match self.choose(&candidates, explicit.as_deref(), &values)? {
            Ok(fit) => fit,
            Err(_) => return None,
        };
        let result = fit.member.ty(fit.member.signature.returns, &fit.type_args);
        let exact = fit
            .arg_types
            .iter()
            .zip(&params)
            .all(|(p, a)| p == a || super::subtype::is_reference(*a) && super::subtype::converts(*a, *p));
        let returns_fit = returns == types::void()
            || result == returns
            || super::subtype::is_reference(result) && super::subtype::converts(result, returns);
        if !exact || !returns_fit || fit.mapping.expanded || fit.mapping.defaults > 0 {
            return None;
        }
        self.check_allowed(&fit.member, span);
        let callee = self.callee(&fit.member, &fit.type_args, None);
        Some(Expr::new(Kind::NativeClosure { callee, receiver: receiver.map(Box::new) }, ty, span))
    }

    /// Says why a method group is no delegate of a type: CS0407 when only the result is wrong, else CS0123.
    pub(super) fn no_delegate(&mut self, group: &Group<'_>, ty: TypeId) -> Expr {
        let (name, at) = (&group.name.ident.text, group.name.ident.span);
        let (candidates, _) = self.group_candidates(group);
        let params = delegate(ty).map(|(params, _)| params).unwrap_or_default();
        let same = candidates.iter().find(|m| {
            let given = &m.signature.params;
            given.len() == params.len() && given.iter().zip(&params).all(|(p, ty)| m.ty(p.ty, &[]) == *ty)
        });
        match same {
            Some(member) => {
                let (result, shown) =
                    (types::display(member.ty(member.signature.returns, &[])), self.signature_name(member));
                self.fail("CS0407", group.span, format!("'{result} {shown}' has the wrong return type"))
            }
            None => {
                let target = types::display(ty);
                self.fail("CS0123", at, format!("No overload for '{name}' matches delegate '{target}'"))
            }
        }
    }

    pub(super) fn explicit_args(&mut self, name: &ast::SimpleName) -> Option<Vec<TypeId>> {
        name.type_args.as_ref().map(|list| list.iter().map(|t| self.type_of_syntax(t)).collect())
    }

    /// The methods of a group, and the receiver if they are instance methods.
    pub(super) fn group_candidates(&mut self, group: &Group<'_>) -> (Vec<Member>, Option<Expr>) {
        let kinds = [crate::library::MemberKind::Method];
        let name = &*group.name.ident.text;
        match &group.receiver {
            Receiver::Value(value) => {
                let found = members::lookup(value.ty, name, &kinds).into_iter().filter(|m| !m.signature.is_static);
                (refuse::own(found), Some((**value).clone()))
            }
            Receiver::Type(ty) => {
                let found = members::lookup(*ty, name, &kinds).into_iter().filter(|m| m.signature.is_static).collect();
                (found, None)
            }
        }
    }

    /// Converts the arguments of the chosen candidate for good.
    pub(super) fn finish(&mut self, fit: Fit, args: Vec<Arg<'_>>) -> Chosen {
        let mut done: Vec<Option<(Expr, Option<Target>)>> = Vec::new();
        for (arg, ty) in args.into_iter().zip(fit.arg_types.iter().copied()) {
            done.push(Some(self.finish_arg(arg, ty)));
        }
        let mut first = Vec::new();
        if !in_order(&fit.mapping.slots) {
            for (value, _) in done.iter_mut().flatten().filter(|(_, target)| target.is_none()) {
                let kept = std::mem::replace(value, Expr::error(Span::default()));
                *value = self.keep(kept, &mut first);
            }
        }
        let mut outs = Vec::new();
        let mut values = Vec::new();
        for (param, slot) in fit.member.signature.params.iter().zip(&fit.mapping.slots) {
            let ty = fit.member.ty(param.ty, &fit.type_args);
            let value = match slot {
                Slot::Arg(i) => match done.get_mut(*i).and_then(Option::take) {
                    Some((value, target)) => {
                        if param.mode != ParamMode::Value {
                            outs.push(target);
                        }
                        value
                    }
                    None => Expr::error(Span::default()),
                },
                Slot::Default => default_argument(param.default, ty),
                Slot::Params(list) => {
                    let items =
                        list.iter().filter_map(|i| done.get_mut(*i).and_then(Option::take)).map(|(v, _)| v).collect();
                    let element = super::subtype::element_type(ty).unwrap_or(TypeId::OBJECT);
                    Expr::new(Kind::ArrayLiteral { element, items }, ty, Span::default())
                }
            };
            values.push(value);
        }
        Chosen { member: fit.member, type_args: fit.type_args, args: values, outs, first }
    }

    pub(super) fn finish_arg(&mut self, arg: Arg<'_>, ty: TypeId) -> (Expr, Option<Target>) {
        match arg.kind {
            ArgKind::Value(value) => (self.convert(value, ty), None),
            ArgKind::Lambda(lambda) => (self.lambda(lambda, ty, arg.span), None),
            ArgKind::Tuple(expr) => (self.value_for(expr, ty), None),
            ArgKind::Group(group) => match self.group_to_delegate(&group, ty) {
                Some(value) => (value, None),
                None => (self.no_delegate(&group, ty), None),
            },
            ArgKind::Variable(target, value) => {
                if let Target::Local(id) = *target {
                    self.write_local(id, arg.span);
                }
                let value = if arg.mode == ArgumentMode::Out {
                    Expr::constant(Const::Null, types::null(), arg.span)
                } else {
                    *value
                };
                (value, Some(*target))
            }
            ArgKind::Declare(_, designation) => {
                let target = match designation {
                    ast::Designation::Variable(name) => {
                        let id = self.declare(name, ty);
                        Target::Local(id)
                    }
                    _ => Target::Discard,
                };
                (Expr::constant(Const::Null, types::null(), arg.span), Some(target))
            }
        }
    }
}

/// The type arguments meet the method's constraints.
fn satisfied(member: &Member, type_args: &[TypeId]) -> bool {
    let signature = &member.signature;
    signature.constraints.iter().all(|(index, wanted)| {
        let wanted = member.ty(*wanted, type_args);
        type_args.get(*index).is_none_or(|given| super::subtype::converts(*given, wanted))
    }) && signature
        .references
        .iter()
        .all(|index| type_args.get(*index).is_none_or(|given| super::subtype::is_reference(*given)))
}

fn modes_agree(arg: ArgumentMode, param: ParamMode) -> bool {
    matches!((arg, param), (ArgumentMode::Out, ParamMode::Out) | (ArgumentMode::Ref, ParamMode::Ref))
}

fn mode_of(member: &Member, mapping: &Mapping, arg: usize) -> ParamMode {
    let at = mapping.slots.iter().position(|s| matches!(s, Slot::Arg(i) if *i == arg));
    at.and_then(|i| member.signature.params.get(i)).map_or(ParamMode::Value, |p| p.mode)
}

/// What assigning arguments to parameters asks of a parameter.
pub(super) trait Parameter {
    fn name(&self) -> &str;
    fn is_params(&self) -> bool;
    fn is_optional(&self) -> bool;
}

impl Parameter for library::Parameter {
    fn name(&self) -> &str {
        self.name
    }

    fn is_params(&self) -> bool {
        self.is_params
    }

    fn is_optional(&self) -> bool {
        self.default.is_some()
    }
}

/// Assigns arguments to parameters; `None` when names or numbers do not fit.
pub(super) fn map<P: Parameter>(params: &[P], args: &[Arg<'_>], expanded: bool) -> Option<Mapping> {
    if expanded && !params.last().is_some_and(Parameter::is_params) {
        return None;
    }
    let mut slots: Vec<Option<Slot>> = vec![None; params.len()];
    let fixed = if expanded { params.len() - 1 } else { params.len() };
    let mut rest = Vec::new();
    for (i, arg) in args.iter().enumerate() {
        let at = match arg.name {
            Some(name) => params.iter().position(|p| p.name() == &*name.text)?,
            None if i < fixed => i,
            None if expanded => {
                rest.push(i);
                continue;
            }
            None => return None,
        };
        let slot = slots.get_mut(at)?;
        if slot.is_some() {
            return None;
        }
        *slot = Some(Slot::Arg(i));
    }
    let mut defaults = 0;
    let mut done = Vec::with_capacity(params.len());
    for (i, (slot, param)) in slots.into_iter().zip(params).enumerate() {
        done.push(match slot {
            Some(slot) => slot,
            None if expanded && i == fixed => Slot::Params(std::mem::take(&mut rest)),
            None if param.is_optional() => {
                defaults += 1;
                Slot::Default
            }
            None => return None,
        });
    }
    Some(Mapping { slots: done, expanded, defaults })
}

/// Each argument with its parameter's type, elements of a `params` array included.
pub(super) fn slot_pairs<'x, 'a, P>(
    params: &[P],
    slots: &[Slot],
    args: &'x [Arg<'a>],
    ty: impl Fn(&P) -> TypeId,
) -> Vec<(TypeId, &'x Arg<'a>)> {
    let mut list = Vec::new();
    for (param, slot) in params.iter().zip(slots) {
        let ty = ty(param);
        match slot {
            Slot::Arg(i) => list.extend(args.get(*i).map(|a| (ty, a))),
            Slot::Default => {}
            Slot::Params(indexes) => {
                let element = super::subtype::element_type(ty).unwrap_or(TypeId::OBJECT);
                list.extend(indexes.iter().filter_map(|i| args.get(*i)).map(|a| (element, a)));
            }
        }
    }
    list
}

/// For each argument the type of its parameter, or of the element of its `params` array.
fn arg_types(member: &Member, mapping: &Mapping, type_args: &[TypeId], count: usize) -> Option<Vec<TypeId>> {
    let mut list = vec![types::error(); count];
    for (param, slot) in member.signature.params.iter().zip(&mapping.slots) {
        let ty = member.ty(param.ty, type_args);
        match slot {
            Slot::Arg(i) => *list.get_mut(*i)? = ty,
            Slot::Default => {}
            Slot::Params(args) => {
                let element = super::subtype::element_type(ty)?;
                for i in args {
                    *list.get_mut(*i)? = element;
                }
            }
        }
    }
    Some(list)
}

fn default_argument(default: Option<Constant>, ty: TypeId) -> Expr {
    let span = Span::default();
    match default {
        Some(Constant::Value(Value::Bool(b))) => Expr::constant(Const::Bool(b), ty, span),
        Some(Constant::Value(Value::Int32(n))) => Expr::constant(Const::Int(n.into()), ty, span),
        Some(Constant::Value(Value::Enum(_, n))) => Expr::constant(Const::Int(n.into()), ty, span),
        Some(Constant::Text(text)) => Expr::constant(Const::Text(ast::StringLiteral::Text(text.into())), ty, span),
        _ => Expr::new(Kind::Default, ty, span),
    }
}
