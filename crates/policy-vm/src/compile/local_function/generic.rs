//! Local functions with type parameters. Each is bound anew for each set of type arguments it is called with, and once
//! with types of which nothing is known but what `where` promises, which is how its own mistakes are found.

use std::rc::Rc;

use policy_parser::Span;
use policy_parser::csharp::ast;

use super::constraint::Constraints;
use super::{Param, opaque, shown_signature};
use crate::compile::binder::{Binder, Symbol};
use crate::compile::bound::{Expr, FnId};
use crate::compile::overload::{self, Arg};
use crate::types::{self, TypeId};

/// A function with type parameters.
#[derive(Debug)]
pub(in crate::compile) struct Generic {
    pub(super) syntax: ast::LocalFunction,
    /// Scopes around the declaration.
    pub(super) depth: usize,
    pub(super) parent: FnId,
    /// With the function's own type parameters as those of a method.
    pub(super) params: Vec<Param>,
    pub(super) returns: TypeId,
    /// What is asked of each type parameter.
    pub(super) constraints: Vec<Constraints>,
}

impl Binder {
    /// Binds the body of a generic function with types of which only the constraints are known.
    pub(in crate::compile) fn check_generic(&mut self, function: &ast::LocalFunction) {
        let Some(Symbol::Generic(index)) = self.find(&function.name.text) else { return };
        let Some(generic) = self.generics.get(index).map(|(generic, _)| Rc::clone(generic)) else { return };
        let known = self.type_names.len();
        let plain: Vec<TypeId> = function.type_params.iter().map(|p| opaque(&p.text)).collect();
        for (param, constraints) in function.type_params.iter().zip(&generic.constraints) {
            self.type_names.push((param.text.clone(), constraints.opaque(&param.text, &plain)));
        }
        let id = self.new_signature(function, false);
        self.bind_function(id, function);
        self.type_names.truncate(known);
    }

    /// What is bound is a generic function with its type arguments.
    pub(in crate::compile) const fn in_instance(&self) -> bool {
        self.instances.1 > 0
    }

    /// The function that a generic one becomes with these type arguments.
    fn instance(&mut self, index: usize, type_args: &[TypeId]) -> Option<FnId> {
        const MOST: u32 = 256;
        const NESTED: u32 = 16;
        let (generic, made) = self.generics.get(index)?;
        if let Some((_, id)) = made.iter().find(|(args, _)| args == type_args) {
            return Some(*id);
        }
        let (count, open) = self.instances;
        if count >= MOST || open >= NESTED {
            return None;
        }
        let generic = Rc::clone(generic);
        let names = generic.syntax.type_params.iter().zip(type_args).map(|(p, ty)| (p.text.clone(), *ty));
        let outer_names = std::mem::take(&mut self.type_names);
        self.type_names = outer_names.iter().cloned().chain(names).collect();
        let inner = self.scopes.split_off(generic.depth.min(self.scopes.len()));
        let later = std::mem::take(&mut self.later);
        let function = std::mem::replace(&mut self.function, generic.parent);
        let id = self.new_signature(&generic.syntax, false);
        if let Some((_, made)) = self.generics.get_mut(index) {
            made.push((type_args.to_vec(), id));
        }
        self.instances = (count + 1, open + 1);
        // Its mistakes were reported with the declaration; of what only this one has, nothing is emitted.
        self.silently(|this| this.bind_function(id, &generic.syntax));
        self.instances.1 = open;
        self.function = function;
        self.later = later;
        self.scopes.extend(inner);
        self.type_names = outer_names;
        Some(id)
    }

    /// Calls a generic local function.
    pub(in crate::compile) fn call_generic(
        &mut self,
        index: usize,
        name: &ast::SimpleName,
        args: Vec<Arg<'_>>,
        span: Span,
    ) -> Expr {
        let Some(generic) = self.generics.get(index).map(|(g, _)| Rc::clone(g)) else { return Expr::error(span) };
        let (arity, type_params) = (generic.syntax.type_params.len(), &generic.syntax.type_params);
        let shown = shown_signature(&name.ident.text, type_params, &generic.params);
        let Some((slots, expanded)) = self.fit_count(&generic.params, &args, &name.ident, &shown) else {
            return Expr::error(span);
        };
        let type_args = match self.explicit_args(name) {
            Some(given) if given.len() == arity => Some(given),
            Some(_) => {
                return self.fail(
                    "CS0305",
                    name.ident.span,
                    format!("Using the generic method '{shown}' requires {arity} type arguments"),
                );
            }
            None => {
                let pairs = overload::slot_pairs(&generic.params, &slots, &args, |p| p.ty);
                self.infer_pairs(arity, pairs)
            }
        };
        let Some(type_args) = type_args else {
            return self.fail("CS0411", name.ident.span, format!("The type arguments for method '{shown}' cannot be inferred from the usage. Try specifying the type arguments explicitly."));
        };
        if type_args.contains(&types::error()) {
            return Expr::error(span);
        }
        if !self.meets_constraints(&generic, &type_args, &shown, name.ident.span) {
            return Expr::error(span);
        }
        let put = |ty: TypeId| types::substitute(ty, &[], &type_args);
        let params: Vec<Param> = generic.params.iter().map(|p| Param { ty: put(p.ty), ..p.clone() }).collect();
        let returns = put(generic.returns);
        if !self.check_arguments(&params, &args, &slots, expanded) {
            return Expr::error(span);
        }
        match self.instance(index, &type_args) {
            Some(id) => self.finish_function_call(id, &params, returns, args, &slots, expanded, span),
            None => self.fail("CS8078", span, "An expression is too long or complex to compile"),
        }
    }
}
