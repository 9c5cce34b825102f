//! Local functions: their declarations, calls of them, and their use as delegates.

mod call;
mod constraint;
mod generic;

use std::rc::Rc;

use policy_parser::Span;
use policy_parser::csharp::ast::{self, ArgumentMode};

use super::ExpressionError;
use super::binder::{Binder, Symbol};
use super::bound::{Expr, FnId, Kind};
use super::lambda::NO_ASYNC;
use super::overload::Parameter;
use crate::library::{self, ParamMode};
use crate::types::{self, Nature, Opaque, Type, TypeId};
pub(super) use generic::Generic;

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

impl Binder {
    /// Makes a local function's name known; its body follows when the whole block has been seen.
    pub(super) fn declare_function(&mut self, function: &ast::LocalFunction) -> Option<FnId> {
        self.check_fresh(&function.name);
        self.check_parameters(function);
        let is_task = |this: &mut Self| {
            let returns = this.silently(|this| this.return_type(function)).0;
            (returns == types::void()).then_some(true).or((returns == types::error()).then_some(false))
        };
        if function.is_async
            && let Some(nothing) = is_task(self)
        {
            // What names a task was refused for that.
            if nothing {
                self.error("TG0405", function.name.span, NO_ASYNC);
            }
        } else if function.is_async {
            self.error("CS1983", function.return_type.span, "The return type of an async method must be void, Task, Task<T>, a task-like type, IAsyncEnumerable<T>, or IAsyncEnumerator<T>");
        }
        let name = function.name.text.clone();
        if function.type_params.is_empty() {
            if let Some(clause) = function.constraints.first() {
                self.error("CS0080", clause.keyword, "Constraints are not allowed on non-generic declarations");
            }
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
        let outer = std::mem::replace(&mut self.struct_parameters, constraint::struct_parameters(function));
        let returns = self.return_type(function);
        let params = self.parameters(function, true);
        self.struct_parameters = outer;
        let constraints = self.constraints(function);
        self.type_names.truncate(known);
        let syntax = function.clone();
        let (depth, parent) = (self.scopes.len(), self.function);
        let generic = Generic { syntax, depth, parent, params, returns, constraints };
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
            f.body_span = match &function.body {
                ast::LambdaBody::Block(block) => block.span,
                ast::LambdaBody::Expression(expr) => expr.span,
            };
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
            if report {
                return self.default_of(param, ty);
            }
            self.silently(|this| {
                let found = this.value(value);
                this.convert(found, ty)
            })
            .0
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
        if function.is_async && (returns == types::void() || returns == types::error()) {
            self.errors.truncate(before);
        }
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
        // An iterator returns by itself.
        let iterates = |e: &ExpressionError| matches!(e.code, "TG0403" | "CS1624");
        if self.errors.iter().skip(before).any(iterates) {
            let mut kept = self.errors.split_off(before);
            kept.retain(|e| !matches!(e.code, "CS1643" | "CS0126"));
            self.errors.extend(kept);
        }
        for error in self.errors.get_mut(before..).unwrap_or_default() {
            if error.code == "CS1643" {
                error.code = "CS0161";
                error.message = format!("'{shown}': not all code paths return a value");
                error.span = function.name.span;
            } else if error.code == "CS1624" {
                error.message = error.message.replace("of '' cannot", &format!("of '{shown}' cannot"));
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

/// A type parameter of which nothing is known.
fn opaque(name: &str) -> TypeId {
    let opaque = Opaque { name: name.into(), nature: Nature::Any, creatable: false, above: Box::default() };
    types::intern(Type::Opaque(Box::new(opaque)))
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
