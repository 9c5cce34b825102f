//! Local functions: their declarations, calls of them, and their use as delegates.
//!
//! A generic one is bound anew for each set of type arguments it is called with, and once with types of which nothing is
//! known, which is how its own mistakes are found.

use std::rc::Rc;

use policy_parser::Span;
use policy_parser::csharp::ast::{self, ArgumentMode};

use super::binder::{Binder, Symbol};
use super::bound::{Expr, FnId, Kind, Target};
use super::overload::{Arg, ArgKind, Parameter, Slot, map};
use crate::library::{self, ParamMode};
use crate::types::{self, Type, TypeId};

/// A parameter as calls see it.
#[derive(Debug, Clone)]
pub(super) struct Param {
    name: Box<str>,
    pub(super) ty: TypeId,
    pub(super) mode: ParamMode,
    is_params: bool,
    default: Option<Expr>,
}

impl Parameter for Param {
    fn name(&self) -> &str {
        &self.name
    }

    fn is_params(&self) -> bool {
        self.is_params
    }

    fn is_optional(&self) -> bool {
        self.default.is_some()
    }
}

/// A function with type parameters.
#[derive(Debug)]
pub(super) struct Generic {
    syntax: ast::LocalFunction,
    /// Scopes around the declaration.
    depth: usize,
    parent: FnId,
    /// With the function's own type parameters as those of a method.
    params: Vec<Param>,
    returns: TypeId,
}

impl Binder {
    /// Makes a local function's name known; its body follows when the whole block has been seen.
    pub(super) fn declare_function(&mut self, function: &ast::LocalFunction) -> Option<FnId> {
        self.check_fresh(&function.name);
        self.check_parameters(function);
        if function.is_async {
            self.error("CS1983", function.return_type.span, "The return type of an async method must be void, Task, Task<T>, a task-like type, IAsyncEnumerable<T>, or IAsyncEnumerator<T>");
        }
        let name = function.name.text.clone();
        if function.type_params.is_empty() {
            let id = self.new_signature(function, true);
            if let Some(scope) = self.scopes.last_mut() {
                scope.push((name, Symbol::Function(id)));
            }
            return Some(id);
        }
        let known = self.type_names.len();
        for (i, param) in function.type_params.iter().enumerate() {
            self.type_names.push((param.text.clone(), types::intern(Type::MethodParam(i as u16))));
        }
        let returns = self.return_type(function);
        let params = self.parameters(function, true);
        self.type_names.truncate(known);
        let syntax = function.clone();
        let generic = Generic { syntax, depth: self.scopes.len(), parent: self.function, params, returns };
        self.generics.push((Rc::new(generic), Vec::new()));
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((name, Symbol::Generic(self.generics.len() - 1)));
        }
        None
    }

    fn return_type(&mut self, function: &ast::LocalFunction) -> TypeId {
        let is_void = matches!(function.return_type.kind, ast::TypeKind::Predefined(ast::PredefinedType::Void));
        if is_void { types::void() } else { self.type_of_syntax(&function.return_type) }
    }

    /// A function with the parameters that the syntax names, in the scope as it is.
    fn new_signature(&mut self, function: &ast::LocalFunction, report: bool) -> FnId {
        let returns = self.return_type(function);
        let id = self.new_function(&function.name.text, returns, true);
        let params = self.parameters(function, report);
        let before = self.function;
        self.function = id;
        let locals = params.iter().map(|p| self.new_local(&p.name, p.ty)).collect::<Vec<_>>();
        self.function = before;
        for (local, param) in locals.iter().zip(&params) {
            if let Some(local) = self.local_mut(*local) {
                local.parameter = Some(param.mode);
            }
        }
        if let Some(f) = self.functions.get_mut(id.0 as usize) {
            f.params = locals;
            f.signature = params;
            f.span = function.name.span;
        }
        id
    }

    fn parameters(&mut self, function: &ast::LocalFunction, report: bool) -> Vec<Param> {
        function.params.iter().map(|param| self.parameter(param, report)).collect()
    }

    fn parameter(&mut self, param: &ast::FunctionParam, report: bool) -> Param {
        let (ty, _) = if report {
            (self.type_of_syntax(&param.ty), true)
        } else {
            self.silently(|this| this.type_of_syntax(&param.ty))
        };
        let mode = match param.mode {
            ArgumentMode::Value | ArgumentMode::In => ParamMode::Value,
            ArgumentMode::Ref => ParamMode::Ref,
            ArgumentMode::Out => ParamMode::Out,
        };
        let default = param.default.as_ref().map(|value| {
            let (found, _) = self.silently(|this| this.value(value));
            if report { self.default_of(param, ty) } else { self.silently(|this| this.convert(found, ty)).0 }
        });
        Param { name: param.name.text.clone(), ty, mode, is_params: param.is_params, default }
    }

    fn default_of(&mut self, param: &ast::FunctionParam, ty: TypeId) -> Expr {
        let Some(syntax) = &param.default else { return Expr::error(param.name.span) };
        let name = &param.name.text;
        let value = self.value(syntax);
        if value.is_error() {
            return value;
        }
        let is_default = matches!(value.kind, Kind::Default);
        if value.constant.is_none() && !is_default {
            return self.fail(
                "CS1736",
                syntax.span,
                format!("Default parameter value for '{name}' must be a compile-time constant"),
            );
        }
        if !self.converts(&value, ty) {
            let (from, to) = (super::expression::shown(&value), types::display(ty));
            return self.fail("CS1750", param.name.span, format!("A value of type '{from}' cannot be used as a default parameter because there are no standard conversions to type '{to}'"));
        }
        self.convert(value, ty)
    }

    fn check_parameters(&mut self, function: &ast::LocalFunction) {
        let mut optional = false;
        for (i, param) in function.params.iter().enumerate() {
            if function.params.iter().take(i).any(|p| p.name.text == param.name.text) {
                let name = &param.name.text;
                self.error("CS0100", param.name.span, format!("The parameter name '{name}' is a duplicate"));
            }
            if param.default.is_some() {
                optional = true;
            } else if optional && !param.is_params {
                let at = Span::new(param.name.span.end, param.name.span.end + 1);
                self.error("CS1737", at, "Optional parameters must appear after all required parameters");
            }
            if param.is_params && i + 1 < function.params.len() {
                self.error(
                    "CS0231",
                    param.span,
                    "A params parameter must be the last parameter in a formal parameter list",
                );
            } else if param.is_params && !matches!(param.ty.kind, ast::TypeKind::Array { rank: 1, .. }) {
                self.error("CS0225", param.span, "The params parameter must be a single dimensional array");
            }
        }
    }

    /// Binds the body of a function that has been declared.
    pub(super) fn bind_function(&mut self, id: FnId, function: &ast::LocalFunction) {
        let Some(returns) = self.functions.get(id.0 as usize).map(|f| f.returns) else { return };
        let params = self.functions.get(id.0 as usize).map(|f| f.params.clone()).unwrap_or_default();
        let outer = self.enter(id, Some(returns));
        self.scopes.push(Vec::new());
        for (i, (param, local)) in function.params.iter().zip(params).enumerate() {
            // A duplicate was reported with the declaration.
            if !function.params.iter().take(i).any(|p| p.name.text == param.name.text) {
                self.check_fresh(&param.name);
            }
            if let Some(scope) = self.scopes.last_mut() {
                scope.push((param.name.text.clone(), Symbol::Local(local)));
            }
        }
        let before = self.errors.len();
        let (body, _) = self.function_body(&function.body, Some(returns), None);
        self.reword(before, function);
        self.scopes.pop();
        self.leave(outer);
        if let Some(f) = self.functions.get_mut(id.0 as usize) {
            f.body = body;
        }
    }

    /// The same mistake has another number and another text in a local function than in a lambda.
    fn reword(&mut self, before: usize, function: &ast::LocalFunction) {
        let shown = self.shown_signature(function);
        for error in self.errors.get_mut(before..).unwrap_or_default() {
            if error.code == "CS1643" {
                error.code = "CS0161";
                error.message = format!("'{shown}': not all code paths return a value");
                error.span = function.name.span;
            } else if error.code == "CS8030" {
                error.code = "CS0127";
                error.message = format!(
                    "Since '{shown}' returns void, a return keyword must not be followed by an object expression"
                );
            }
        }
    }

    /// `f(int, out string)`.
    fn shown_signature(&mut self, function: &ast::LocalFunction) -> String {
        let known = self.type_names.len();
        for param in &function.type_params {
            self.type_names.push((param.text.clone(), opaque(&param.text)));
        }
        let (params, _) = self.silently(|this| this.parameters(function, false));
        self.type_names.truncate(known);
        shown_signature(&function.name.text, &function.type_params, &params)
    }

    /// Binds the body of a generic function with types of which nothing is known.
    pub(super) fn check_generic(&mut self, function: &ast::LocalFunction) {
        if function.is_constrained {
            // What the constraints promise is not looked at; what it is called with decides.
            return;
        }
        let known = self.type_names.len();
        for param in &function.type_params {
            self.type_names.push((param.text.clone(), opaque(&param.text)));
        }
        let id = self.new_signature(function, false);
        self.bind_function(id, function);
        self.type_names.truncate(known);
    }

    /// The function that a generic one becomes with these type arguments.
    fn instance(&mut self, index: usize, type_args: &[TypeId]) -> Option<FnId> {
        const MOST: usize = 64;
        let (generic, made) = self.generics.get(index)?;
        if let Some((_, id)) = made.iter().find(|(args, _)| args == type_args) {
            return Some(*id);
        }
        if made.len() >= MOST {
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
        // Its mistakes were reported with the declaration.
        let (_, clean) = self.silently(|this| this.bind_function(id, &generic.syntax));
        if !clean && generic.syntax.is_constrained {
            self.bind_function(id, &generic.syntax);
        }
        self.function = function;
        self.later = later;
        self.scopes.extend(inner);
        self.type_names = outer_names;
        Some(id)
    }

    /// Calls a local function.
    pub(super) fn call_function(&mut self, id: FnId, name: &ast::SimpleName, args: Vec<Arg<'_>>, span: Span) -> Expr {
        let Some(function) = self.functions.get(id.0 as usize) else { return Expr::error(span) };
        let (params, returns) = (function.signature.clone(), function.returns);
        let shown = shown_signature(&name.ident.text, &[], &params);
        if name.type_args.is_some() {
            return self.fail(
                "CS0308",
                span,
                format!("The non-generic method '{shown}' cannot be used with type arguments"),
            );
        }
        let Some((slots, expanded)) = self.fit_arguments(&params, &args, &name.ident, &shown) else {
            return Expr::error(span);
        };
        self.finish_function_call(id, &params, returns, args, &slots, expanded, span)
    }

    /// Calls a generic local function.
    pub(super) fn call_generic(
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
                let pairs = super::overload::slot_pairs(&generic.params, &slots, &args, |p| p.ty);
                self.infer_pairs(arity, pairs)
            }
        };
        let Some(type_args) = type_args else {
            return self.fail("CS0411", name.ident.span, format!("The type arguments for method '{shown}' cannot be inferred from the usage. Try specifying the type arguments explicitly."));
        };
        if type_args.contains(&types::error()) {
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

    /// Assigns the arguments to parameters, and says what is wrong with them.
    fn fit_arguments(
        &mut self,
        params: &[Param],
        args: &[Arg<'_>],
        name: &ast::Ident,
        shown: &str,
    ) -> Option<(Vec<Slot>, bool)> {
        let (slots, expanded) = self.fit_count(params, args, name, shown)?;
        self.check_arguments(params, args, &slots, expanded).then_some((slots, expanded))
    }

    fn fit_count(
        &mut self,
        params: &[Param],
        args: &[Arg<'_>],
        name: &ast::Ident,
        shown: &str,
    ) -> Option<(Vec<Slot>, bool)> {
        if args.iter().any(|a| matches!(&a.kind, ArgKind::Value(v) if v.is_error())) {
            return None;
        }
        // The normal form comes first, as long as its arguments fit.
        let normal = map(params, args, false);
        if let Some(mapping) = normal {
            let fits = self.silently(|this| this.check_arguments(params, args, &mapping.slots, false));
            if fits.0 && fits.1 || !params.last().is_some_and(|p| p.is_params) {
                return Some((mapping.slots, false));
            }
        }
        if let Some(mapping) = map(params, args, true) {
            return Some((mapping.slots, true));
        }
        if let Some(wrong) = args.iter().filter_map(|a| a.name).find(|n| !params.iter().any(|p| p.name == n.text)) {
            let (function, parameter) = (&name.text, &wrong.text);
            self.error(
                "CS1739",
                wrong.span,
                format!("The best overload for '{function}' does not have a parameter named '{parameter}'"),
            );
            return None;
        }
        let required = params.iter().filter(|p| p.default.is_none() && !p.is_params);
        let given = args.iter().filter(|a| a.name.is_none()).count();
        let named = |p: &&Param| !args.iter().any(|a| a.name.is_some_and(|n| n.text == p.name));
        if let Some(missing) = required.skip(given).find(named) {
            let parameter = &missing.name;
            self.error("CS7036", name.span, format!("There is no argument given that corresponds to the required formal parameter '{parameter}' of '{shown}'"));
            return None;
        }
        let (function, count) = (&name.text, args.len());
        self.error("CS1501", name.span, format!("No overload for method '{function}' takes {count} arguments"));
        None
    }

    fn check_arguments(&mut self, params: &[Param], args: &[Arg<'_>], slots: &[Slot], expanded: bool) -> bool {
        let pairs = super::overload::slot_pairs(params, slots, args, |p| p.ty);
        for (ty, arg) in pairs {
            let position = args.iter().position(|a| std::ptr::eq(a, arg)).unwrap_or_default();
            let at = slots.iter().position(|s| matches!(s, Slot::Arg(i) if *i == position));
            let mode = at.and_then(|i| params.get(i)).map_or(ParamMode::Value, |p| p.mode);
            if !self.accepts(arg, ty, mode) {
                let _ = expanded;
                self.bad_argument(arg, ty, mode, position + 1, arg.span);
                return false;
            }
        }
        true
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of a call")]
    fn finish_function_call(
        &mut self,
        id: FnId,
        params: &[Param],
        returns: TypeId,
        args: Vec<Arg<'_>>,
        slots: &[Slot],
        expanded: bool,
        span: Span,
    ) -> Expr {
        let mut types_of = vec![types::error(); args.len()];
        let mut modes = vec![ParamMode::Value; args.len()];
        for (param, slot) in params.iter().zip(slots) {
            let indexes: &[usize] = match slot {
                Slot::Arg(i) => std::slice::from_ref(i),
                Slot::Params(list) => list,
                Slot::Default => &[],
            };
            let element = matches!(slot, Slot::Params(_)) && expanded;
            let ty = if element { super::subtype::element_type(param.ty).unwrap_or(param.ty) } else { param.ty };
            for i in indexes {
                if let (Some(t), Some(m)) = (types_of.get_mut(*i), modes.get_mut(*i)) {
                    (*t, *m) = (ty, param.mode);
                }
            }
        }
        let (mut before, mut after) = (Vec::new(), Vec::new());
        let mut done: Vec<Option<Expr>> = Vec::new();
        for ((arg, ty), mode) in args.into_iter().zip(types_of).zip(modes) {
            done.push(Some(match mode {
                ParamMode::Value => self.finish_arg(arg, ty).0,
                _ => self.reference(arg, ty, &mut before, &mut after),
            }));
        }
        let mut values = Vec::new();
        for (param, slot) in params.iter().zip(slots) {
            let mut taken = |i: usize| done.get_mut(i).and_then(Option::take).unwrap_or_else(|| Expr::error(span));
            values.push(match slot {
                Slot::Arg(i) => taken(*i),
                Slot::Default => param.default.clone().unwrap_or_else(|| Expr::error(span)),
                Slot::Params(list) => {
                    let element = super::subtype::element_type(param.ty).unwrap_or(TypeId::OBJECT);
                    let items = list.iter().map(|i| taken(*i)).collect();
                    Expr::new(Kind::ArrayLiteral { element, items }, param.ty, span)
                }
            });
        }
        if values.iter().any(Expr::is_error) {
            return Expr::error(span);
        }
        self.note_call(id);
        let call = Expr::new(Kind::CallFunction { function: id, args: values }, returns, span);
        self.surround(call, before, after)
    }

    /// A variable given by reference: the cell it lives in. What is no variable is copied into one and back.
    fn reference(&mut self, arg: Arg<'_>, ty: TypeId, before: &mut Vec<Expr>, after: &mut Vec<Expr>) -> Expr {
        let (span, out) = (arg.span, arg.mode == ArgumentMode::Out);
        let local = match arg.kind {
            ArgKind::Variable(target, value) => match *target {
                Target::Local(id) => {
                    self.write_local(id, span);
                    return self.cell_of(id, out, span);
                }
                Target::Element { array, index } => {
                    let (array, index) = (self.keep(*array, before), self.keep(*index, before));
                    let place = (Box::new(array), Box::new(index));
                    let read = Expr::new(Kind::ArrayGet { array: place.0.clone(), index: place.1.clone() }, ty, span);
                    let slot = self.temporary(ty);
                    before.push(Expr::new(Kind::Let { slot, value: Box::new(read) }, types::void(), span));
                    let value = Box::new(Expr::new(Kind::Local(slot), ty, span));
                    let target = Box::new(Target::Element { array: place.0, index: place.1 });
                    after.push(Expr::new(Kind::Assign { target, value }, types::void(), span));
                    slot
                }
                _ => return *value,
            },
            ArgKind::Declare(_, designation) => {
                let slot = match designation {
                    ast::Designation::Variable(name) => self.declare(name, ty),
                    _ => self.temporary(ty),
                };
                let value = Box::new(Expr::new(Kind::Default, ty, span));
                before.push(Expr::new(Kind::Let { slot, value }, types::void(), span));
                slot
            }
            _ => return Expr::error(span),
        };
        self.cell_of(local, out, span)
    }

    fn cell_of(&mut self, id: super::bound::LocalId, out: bool, span: Span) -> Expr {
        self.use_local(id, span);
        if let Some(local) = self.local_mut(id) {
            local.by_reference = true;
        }
        let ty = self.local(id).map_or(types::error(), |l| l.ty);
        Expr::new(Kind::CellOf { local: id, out }, ty, span)
    }

    /// A call with what comes before and after it.
    fn surround(&mut self, call: Expr, mut before: Vec<Expr>, mut after: Vec<Expr>) -> Expr {
        let (ty, span) = (call.ty, call.span);
        if after.is_empty() {
            if before.is_empty() {
                return call;
            }
            return Expr::new(Kind::Sequence { effects: before, result: Box::new(call) }, ty, span);
        }
        let result = if ty == types::void() {
            before.push(call);
            let last = after.pop().unwrap_or_else(|| Expr::error(span));
            before.append(&mut after);
            last
        } else {
            let slot = self.temporary(ty);
            before.push(Expr::new(Kind::Let { slot, value: Box::new(call) }, types::void(), span));
            before.append(&mut after);
            self.slot(slot, span)
        };
        Expr::new(Kind::Sequence { effects: before, result: Box::new(result) }, ty, span)
    }

    fn note_call(&mut self, id: FnId) {
        if let Some(caller) = self.functions.get_mut(self.function.0 as usize)
            && !caller.calls.contains(&id)
        {
            caller.calls.push(id);
        }
    }

    /// A local function as a delegate of a type.
    pub(super) fn function_to_delegate(&mut self, id: FnId, ty: TypeId, span: Span) -> Option<Expr> {
        let (params, returns) = super::bound::delegate(ty)?;
        let function = self.functions.get(id.0 as usize)?;
        let reference = |from: TypeId, to: TypeId| {
            from == to || super::subtype::is_reference(from) && super::subtype::converts(from, to)
        };
        let fits = function.signature.len() == params.len()
            && function
                .signature
                .iter()
                .zip(&params)
                .all(|(p, given)| p.mode == ParamMode::Value && reference(*given, p.ty))
            && (returns == types::void() || reference(function.returns, returns));
        if !fits {
            return None;
        }
        self.note_call(id);
        Some(Expr::new(Kind::Closure { function: id }, ty, span))
    }

    /// A local function as an argument: its type is that of its signature.
    pub(super) fn function_value(&mut self, id: FnId, span: Span) -> Expr {
        let Some(function) = self.functions.get(id.0 as usize) else { return Expr::error(span) };
        let mut args: Vec<TypeId> = function.signature.iter().map(|p| p.ty).collect();
        let name = if function.returns == types::void() { "Action" } else { "Func" };
        if function.returns != types::void() {
            args.push(function.returns);
        }
        let by_value = function.signature.iter().all(|p| p.mode == ParamMode::Value);
        let full = if args.is_empty() {
            format!("System.{name}")
        } else {
            format!("System.{name}<{}>", vec!["T"; args.len()].join(","))
        };
        let ty = library::get().find_full(&full).map(|def| types::intern(Type::Named { def, args: args.into() }));
        self.note_call(id);
        match ty.filter(|_| by_value) {
            Some(ty) => Expr::new(Kind::Closure { function: id }, ty, span),
            None => self.fail("CS0411", span, "The type arguments cannot be inferred from the usage of a local function. Try specifying the type arguments explicitly."),
        }
    }
}

/// A type parameter seen from inside its function.
fn opaque(name: &str) -> TypeId {
    types::intern(Type::Opaque(name.into()))
}

fn shown_signature(name: &str, type_params: &[ast::Ident], params: &[Param]) -> String {
    let list: Vec<String> = params
        .iter()
        .map(|p| {
            let mode = match p.mode {
                ParamMode::Value => "",
                ParamMode::Ref => "ref ",
                ParamMode::Out => "out ",
            };
            let ty = match types::get(p.ty) {
                Type::MethodParam(n) => {
                    type_params.get(usize::from(*n)).map_or_else(|| "T".to_owned(), |p| p.text.to_string())
                }
                _ => types::display(p.ty),
            };
            format!("{mode}{ty}")
        })
        .collect();
    let generics: Vec<&str> = type_params.iter().map(|p| &*p.text).collect();
    let generics = if generics.is_empty() { String::new() } else { format!("<{}>", generics.join(", ")) };
    format!("{name}{generics}({})", list.join(", "))
}
