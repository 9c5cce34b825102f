//! Type inference: the type arguments of a generic method from its arguments, lambdas included.

use super::{Arg, ArgKind, Mapping, Member};
use crate::compile::binder::Binder;
use crate::compile::bound::delegate;
use crate::compile::convert::{standard, user_conversion};
use crate::compile::subtype;
use crate::library::TypeDefKind;
use crate::types::{self, Type, TypeId};

/// What is known of one type parameter.
#[derive(Debug, Clone, Default)]
struct Bounds {
    exact: Vec<TypeId>,
    lower: Vec<TypeId>,
    upper: Vec<TypeId>,
    fixed: Option<TypeId>,
}

struct Inference {
    params: Vec<Bounds>,
}

impl Binder {
    /// All type arguments, or none.
    pub(super) fn infer(&mut self, member: &Member, mapping: &Mapping, args: &[Arg<'_>]) -> Option<Vec<TypeId>> {
        self.infer_pairs(member.signature.type_params.len(), pairs(member, mapping, args))
    }

    /// All type arguments from arguments with their parameters' types, or none.
    pub(in crate::compile) fn infer_pairs(
        &mut self,
        arity: usize,
        pairs: Vec<(TypeId, &Arg<'_>)>,
    ) -> Option<Vec<TypeId>> {
        let inference = self.run_inference(arity, pairs)?;
        inference.params.iter().map(|b| b.fixed).collect()
    }

    /// What can be found without the results of lambdas; unknown ones stay type parameters.
    pub(super) fn infer_inputs(&mut self, member: &Member, mapping: &Mapping, args: &[Arg<'_>]) -> Vec<TypeId> {
        let mut inference = Inference { params: vec![Bounds::default(); member.signature.type_params.len()] };
        for (param, arg) in pairs(member, mapping, args) {
            if let ArgKind::Value(value) = &arg.kind {
                inference.lower(value.ty, param);
            }
        }
        inference.fix_all();
        let unknown = |i: usize| types::intern(Type::MethodParam(i as u16));
        inference.params.iter().enumerate().map(|(i, b)| b.fixed.unwrap_or_else(|| unknown(i))).collect()
    }

    fn run_inference(&mut self, arity: usize, pairs: Vec<(TypeId, &Arg<'_>)>) -> Option<Inference> {
        let mut inference = Inference { params: vec![Bounds::default(); arity] };
        let mut waiting: Vec<(TypeId, &Arg<'_>)> = Vec::new();
        for (param, arg) in pairs {
            match &arg.kind {
                ArgKind::Value(value) => {
                    if value.is_error() {
                        return None;
                    }
                    inference.lower(value.ty, param);
                }
                ArgKind::Variable(_, value) => inference.exact(value.ty, param),
                ArgKind::Declare(Some(ty), _) => inference.exact(*ty, param),
                ArgKind::Declare(None, _) => {}
                ArgKind::Lambda(lambda) => {
                    self.explicit_lambda_inputs(lambda, param, &mut inference);
                    if delegate(param).is_some() {
                        waiting.push((param, arg));
                    }
                }
                ArgKind::Group(_) if delegate(param).is_some() => waiting.push((param, arg)),
                // What is no delegate takes neither: that is told later.
                ArgKind::Group(_) | ArgKind::Tuple(_) => {}
            }
        }
        // Second phase: a lambda whose inputs are known tells its output; repeat while there is progress.
        while !waiting.is_empty() {
            let ready = waiting.iter().position(|(param, _)| {
                delegate(*param).is_some_and(|(inputs, _)| inputs.iter().all(|i| inference.can_fix(*i)))
            });
            let (param, arg) = waiting.remove(ready?);
            let (inputs, output) = delegate(param)?;
            for input in &inputs {
                inference.fix_in(*input);
            }
            // Where nothing is left to be found out, the argument is not looked at.
            if inference.knows(output) {
                continue;
            }
            let inputs: Vec<TypeId> = inputs.iter().map(|i| inference.put(*i)).collect();
            match &arg.kind {
                ArgKind::Lambda(lambda) => {
                    // A lambda that does not fit tells nothing; nor does one without a result.
                    let says = |ty: &TypeId| *ty != types::null() && *ty != types::void();
                    if let Some(ty) = self.lambda_return(lambda, &inputs).filter(says)
                        && output != types::void()
                    {
                        inference.lower(ty, output);
                    }
                }
                ArgKind::Group(group) => {
                    let (found, _) = self.silently(|this| this.group_return(group, &inputs));
                    if let Some(found) = found {
                        inference.lower(found, output);
                    }
                }
                _ => {}
            }
        }
        inference.fix_all();
        Some(inference)
    }

    fn explicit_lambda_inputs(
        &mut self,
        lambda: &policy_parser::csharp::ast::Lambda,
        param: TypeId,
        inference: &mut Inference,
    ) {
        let (Some(params), Some((inputs, _))) = (&lambda.params, delegate(param)) else { return };
        for (p, input) in params.iter().zip(inputs) {
            if let Some(syntax) = &p.ty {
                let (ty, _) = self.silently(|this| this.type_of_syntax(syntax));
                inference.exact(ty, input);
            }
        }
    }

    /// What a method group returns when called with these types.
    fn group_return(&mut self, group: &super::Group<'_>, inputs: &[TypeId]) -> Option<TypeId> {
        let span = group.span;
        let values: Vec<Arg<'_>> = inputs
            .iter()
            .map(|ty| {
                let value = crate::compile::bound::Expr::new(crate::compile::bound::Kind::Default, *ty, span);
                Arg {
                    name: None,
                    mode: policy_parser::csharp::ast::ArgumentMode::Value,
                    kind: ArgKind::Value(value),
                    span,
                }
            })
            .collect();
        let (candidates, _) = self.group_candidates(group);
        let explicit = self.explicit_args(group.name);
        match self.choose(&candidates, explicit.as_deref(), &values)? {
            Ok(fit) => Some(fit.member.ty(fit.member.signature.returns, &fit.type_args)),
            Err(_) => None,
        }
    }
}

fn pairs<'x, 'a>(member: &Member, mapping: &Mapping, args: &'x [Arg<'a>]) -> Vec<(TypeId, &'x Arg<'a>)> {
    super::slot_pairs(&member.signature.params, &mapping.slots, args, |p| member.ty(p.ty, &[]))
}

impl Inference {
    fn bounds(&mut self, n: u16) -> Option<&mut Bounds> {
        self.params.get_mut(usize::from(n)).filter(|b| b.fixed.is_none())
    }

    fn exact(&mut self, from: TypeId, to: TypeId) {
        if let Type::MethodParam(n) = types::get(to) {
            if let Some(bounds) = self.bounds(*n) {
                push(&mut bounds.exact, from);
            }
            return;
        }
        match (types::get(from), types::get(to)) {
            (Type::Array { element: a, .. }, Type::Array { element: b, .. }) => self.exact(*a, *b),
            (Type::Nullable(a), Type::Nullable(b)) => self.exact(*a, *b),
            (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
                a.iter().zip(b).for_each(|((_, a), (_, b))| self.exact(*a, *b));
            }
            (Type::Named { def: d, args: a }, Type::Named { def: e, args: b }) if d == e => {
                for (a, b) in a.iter().zip(b) {
                    self.exact(*a, *b);
                }
            }
            _ => {}
        }
    }

    /// Lower-bound inference: a value of `from` is to convert to `to`.
    fn lower(&mut self, from: TypeId, to: TypeId) {
        if from == types::null() || from == types::error() || from == types::void() {
            return;
        }
        if let Type::MethodParam(n) = types::get(to) {
            if let Some(bounds) = self.bounds(*n) {
                push(&mut bounds.lower, from);
            }
            return;
        }
        match (types::get(from), types::get(to)) {
            (Type::Nullable(a), Type::Nullable(b)) => return self.lower(*a, *b),
            (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
                return a.iter().zip(b).for_each(|((_, a), (_, b))| self.lower(*a, *b));
            }
            // A plain value converts to its nullable form.
            (_, Type::Nullable(b)) if types::is_value_type(from) => return self.lower(from, *b),
            (Type::Array { element: a, rank: m }, Type::Array { element: b, rank: n }) if m == n => {
                return if subtype::is_reference(*a) { self.lower(*a, *b) } else { self.exact(*a, *b) };
            }
            _ => {}
        }
        let Type::Named { def: wanted, args: wanted_args } = types::get(to) else { return };
        if wanted_args.is_empty() {
            return;
        }
        let found: Vec<&'static [TypeId]> = subtype::supertypes(from)
            .iter()
            .filter_map(|t| match types::get(*t) {
                Type::Named { def, args } if def == wanted => Some(&**args),
                _ => None,
            })
            .collect();
        let [from_args] = found.as_slice() else { return };
        let def = crate::library::get().def(*wanted);
        let last = wanted_args.len().saturating_sub(1);
        for (i, (a, b)) in from_args.iter().zip(wanted_args).enumerate() {
            let covariant = match def.decl.kind {
                TypeDefKind::Interface => subtype::is_covariant(def.full_name()),
                TypeDefKind::Delegate => i == last && def.full_name() == "System.Func",
                _ => false,
            };
            if covariant && subtype::is_reference(*a) {
                self.lower(*a, *b);
            } else if def.decl.kind == TypeDefKind::Delegate && subtype::is_reference(*a) {
                self.upper(*a, *b);
            } else {
                self.exact(*a, *b);
            }
        }
    }

    fn upper(&mut self, from: TypeId, to: TypeId) {
        if let Type::MethodParam(n) = types::get(to)
            && let Some(bounds) = self.bounds(*n)
        {
            push(&mut bounds.upper, from);
        }
    }

    /// All type parameters in the type are fixed or could be.
    fn can_fix(&self, ty: TypeId) -> bool {
        params_in(ty).into_iter().all(|n| {
            self.params
                .get(usize::from(n))
                .is_some_and(|b| b.fixed.is_some() || !b.exact.is_empty() || !b.lower.is_empty() || !b.upper.is_empty())
        })
    }

    /// All type parameters in the type are fixed.
    fn knows(&self, ty: TypeId) -> bool {
        params_in(ty).into_iter().all(|n| self.params.get(usize::from(n)).is_some_and(|b| b.fixed.is_some()))
    }

    fn fix_in(&mut self, ty: TypeId) {
        for n in params_in(ty) {
            self.fix(n);
        }
    }

    fn fix_all(&mut self) {
        for n in 0..self.params.len() {
            self.fix(n as u16);
        }
    }

    /// Chooses the candidate that all bounds allow and that all other candidates convert to.
    fn fix(&mut self, n: u16) {
        let Some(bounds) = self.bounds(n) else { return };
        let mut candidates: Vec<TypeId> = Vec::new();
        for ty in bounds.exact.iter().chain(&bounds.lower).chain(&bounds.upper) {
            push(&mut candidates, *ty);
        }
        let allowed: Vec<TypeId> = candidates
            .into_iter()
            .filter(|c| {
                bounds.exact.iter().all(|e| e == c)
                    && bounds.lower.iter().all(|l| converts(*l, *c))
                    && bounds.upper.iter().all(|u| standard(*c, *u).is_some())
            })
            .collect();
        bounds.fixed = match allowed.as_slice() {
            [one] => Some(*one),
            [] => None,
            many => many.iter().copied().find(|c| many.iter().all(|o| converts(*o, *c))),
        };
    }

    fn put(&self, ty: TypeId) -> TypeId {
        let args: Vec<TypeId> = self
            .params
            .iter()
            .enumerate()
            .map(|(i, b)| b.fixed.unwrap_or_else(|| types::intern(Type::MethodParam(i as u16))))
            .collect();
        types::substitute(ty, &[], &args)
    }
}

/// An implicit conversion of any kind, those that types declare included.
fn converts(from: TypeId, to: TypeId) -> bool {
    standard(from, to).is_some() || user_conversion(from, to, false).is_some()
}

fn push(list: &mut Vec<TypeId>, ty: TypeId) {
    if !list.contains(&ty) {
        list.push(ty);
    }
}

/// The method's type parameters that occur in a type.
pub(super) fn params_in(ty: TypeId) -> Vec<u16> {
    match types::get(ty) {
        Type::MethodParam(n) => vec![*n],
        Type::Named { args, .. } => args.iter().flat_map(|a| params_in(*a)).collect(),
        Type::Array { element, .. } => params_in(*element),
        Type::Nullable(inner) => params_in(*inner),
        Type::Tuple(elements) => elements.iter().flat_map(|(_, ty)| params_in(*ty)).collect(),
        _ => Vec::new(),
    }
}
