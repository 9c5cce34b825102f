//! Lambdas.

use std::rc::Rc;

use policy_parser::Span;
use policy_parser::csharp::ast::{self, LambdaBody};

use super::ExpressionError;
use super::binder::{Binder, InCatch, LabelScope, MAX_TRIES, Returns, SwitchScope, Symbol, Wall};
use super::bound::{Const, Expr, FnId, Function, Kind, LocalId, Stmt, delegate};
use super::expression::{Entity, strip};
use super::overload::{Arg, ArgKind};
use crate::types::{self, TypeId};

pub(super) const NO_ASYNC: &str = "Asynchronous functions ('async') are not supported within expressions";

impl Binder {
    /// What a lambda returns when its parameters have these types; void for a body without value. A mistake in the body
    /// does not hide what its result is.
    pub(super) fn lambda_return(&mut self, lambda: &ast::Lambda, params: &[TypeId]) -> Option<TypeId> {
        if lambda.params.as_ref().is_some_and(|p| p.len() != params.len()) || lambda.is_async {
            return None;
        }
        let (found, _) = self.try_lambda(lambda, params, None, types::error())?;
        Some(found).filter(|ty| *ty != types::error())
    }

    /// A lambda can be converted to a delegate type.
    pub(super) fn lambda_fits(&mut self, lambda: &ast::Lambda, ty: TypeId) -> bool {
        let Some((params, returns)) = delegate(ty) else { return false };
        if lambda.params.as_ref().is_some_and(|p| p.len() != params.len()) || lambda.is_async {
            return false;
        }
        self.try_lambda(lambda, &params, Some(returns), ty).is_some_and(|(_, clean)| clean)
    }

    /// Binds the body of a lambda to see whether it can be; gives what it returns, and true when nothing is wrong in it. What
    /// is wrong is kept only for those who ask why no candidate fits.
    fn try_lambda(
        &mut self,
        lambda: &ast::Lambda,
        params: &[TypeId],
        returns: Option<TypeId>,
        ty: TypeId,
    ) -> Option<(TypeId, bool)> {
        let try_of = self.try_of(lambda, params, returns, ty);
        let tried = match self.tried.get(&try_of) {
            Some(known) => Rc::clone(known),
            None => {
                let found = Rc::new(self.bind_try(lambda, params, returns, ty)?);
                self.tried.insert(try_of, Rc::clone(&found));
                found
            }
        };
        if let Some(trials) = &mut self.trials {
            let mut errors = tried.errors.clone();
            errors.retain(|e| e.code != "NO_COMMON_TYPE");
            let found = returns.is_none().then_some(tried.found);
            let trial = Trial { at: lambda.arrow, target: (params.to_vec(), returns, ty), found, errors };
            if !trials.iter().any(|known| known.at == trial.at && known.target == trial.target) {
                trials.push(trial);
            }
        }
        Some((tried.found, tried.errors.is_empty()))
    }

    fn bind_try(
        &mut self,
        lambda: &ast::Lambda,
        params: &[TypeId],
        returns: Option<TypeId>,
        ty: TypeId,
    ) -> Option<Tried> {
        self.tries += 1;
        if self.tries > MAX_TRIES {
            return None;
        }
        let trials = self.trials.take();
        let kept = std::mem::take(&mut self.errors);
        let id = self.lambda_function(lambda, params, returns, ty);
        let mut errors = std::mem::replace(&mut self.errors, kept);
        self.trials = trials;
        errors.retain(|e| !e.warning);
        let found = self.functions.get(id.0 as usize).map_or(types::error(), |f| f.returns);
        Some(Tried { found, errors })
    }

    /// What decides how binding a lambda ends.
    fn try_of(&self, lambda: &ast::Lambda, params: &[TypeId], returns: Option<TypeId>, target: TypeId) -> Try {
        let body = match &lambda.body {
            LambdaBody::Expression(expr) => expr.span,
            LambdaBody::Block(block) => block.span,
        };
        let names = lambda.params.iter().flatten().map(|p| p.name.text.clone()).collect();
        // The expression's own variables are what they are. Those of lambdas around are made anew whenever one of them is
        // tried, perhaps with other types.
        let symbols = self.scopes.iter().flatten().filter_map(|(_, symbol)| match symbol {
            Symbol::Local(id) => self.local(*id).filter(|l| l.owner != FnId(0)).map(|l| Around::Local(l.ty)),
            Symbol::Function(id) => Some(Around::Function(*id)),
            Symbol::Generic(number) => Some(Around::Generic(*number)),
        });
        let around = symbols.chain(self.type_names.iter().map(|(_, ty)| Around::Local(*ty))).collect();
        let mode = (self.checked, self.unchecked);
        Try { at: (lambda.arrow, body), names, params: params.to_vec(), returns, target, around, mode }
    }

    /// Tells what is wrong in lambdas that are arguments of a call which is wrong for another reason: all mistakes at
    /// once. Of their parameters nothing is known.
    pub(super) fn look_into(&mut self, args: &[Arg<'_>]) {
        for arg in args {
            let ArgKind::Lambda(lambda) = &arg.kind else { continue };
            self.tries += 1;
            if self.tries > MAX_TRIES || lambda.is_async {
                continue;
            }
            let params = vec![types::error(); lambda.params.as_ref().map_or(0, Vec::len)];
            let before = self.errors.len();
            self.lambda_function(lambda, &params, None, types::error());
            let mut found = self.errors.split_off(before);
            found.retain(|e| e.code != "NO_COMMON_TYPE");
            self.errors.extend(found);
        }
    }

    /// Binds a lambda for a delegate type, for good.
    pub(super) fn lambda(&mut self, lambda: &ast::Lambda, ty: TypeId, span: Span) -> Expr {
        if ty == types::error() {
            return Expr::error(span);
        }
        if lambda.is_async {
            let shown = types::display(ty);
            if delegate(ty).is_some_and(|(_, returns)| returns == types::void()) {
                return self.fail("TG0405", lambda.arrow, NO_ASYNC);
            }
            return self.fail("CS4010", lambda.arrow, format!("Cannot convert async lambda expression to delegate type '{shown}'. An async lambda expression may return void, Task or Task<T>, none of which are convertible to '{shown}'."));
        }
        let Some((params, returns)) = delegate(ty) else {
            let shown = types::display(ty);
            return self.fail(
                "CS1660",
                span,
                format!("Cannot convert lambda expression to type '{shown}' because it is not a delegate type"),
            );
        };
        if let Some(given) = &lambda.params
            && given.len() != params.len()
        {
            let (shown, count) = (types::display(ty), given.len());
            return self.fail("CS1593", span, format!("Delegate '{shown}' does not take {count} arguments"));
        }
        if lambda.params.iter().flatten().any(|p| p.mode != ast::ArgumentMode::Value) {
            let shown = types::display(ty);
            return self.fail("CS1661", span, format!("Cannot convert lambda expression to type '{shown}' because the parameter types do not match the delegate parameter types"));
        }
        for (param, wanted) in lambda.params.iter().flatten().zip(&params) {
            let Some(syntax) = &param.ty else { continue };
            let (written, clean) = self.silently(|this| this.type_of_syntax(syntax));
            if clean && written != *wanted {
                let shown = types::display(ty);
                return self.fail("CS1661", span, format!("Cannot convert lambda expression to type '{shown}' because the parameter types do not match the delegate parameter types"));
            }
        }
        let id = self.lambda_function(lambda, &params, Some(returns), ty);
        Expr::new(Kind::Closure { function: id }, ty, span)
    }

    /// Binds the body as a function of its own. `returns`: `None` to find out.
    fn lambda_function(
        &mut self,
        lambda: &ast::Lambda,
        params: &[TypeId],
        returns: Option<TypeId>,
        target: TypeId,
    ) -> FnId {
        let id = self.new_function("lambda", returns.unwrap_or_else(types::error), false);
        let outer = self.enter(id, returns);
        self.scopes.push(Vec::new());
        let mut locals = Vec::new();
        match &lambda.params {
            Some(given) => {
                for (param, ty) in given.iter().zip(params) {
                    let ty = match &param.ty {
                        Some(syntax) => {
                            let written = self.type_of_syntax(syntax);
                            if written != *ty && written != types::error() && *ty != types::error() {
                                self.error("CS1661", param.name.span, "Cannot convert lambda expression to delegate type because the parameter types do not match the delegate parameter types");
                            }
                            written
                        }
                        None => *ty,
                    };
                    locals.push(self.declare(&param.name, ty));
                }
            }
            None => locals.extend(params.iter().map(|ty| self.temporary(*ty))),
        }
        let (body, found) = self.function_body(&lambda.body, returns, Some((lambda.arrow, target)));
        self.scopes.pop();
        self.leave(outer);
        if let Some(function) = self.functions.get_mut(id.0 as usize) {
            function.params = locals;
            function.body = body;
            function.returns = found;
        }
        id
    }

    pub(super) fn function_body(
        &mut self,
        body: &LambdaBody,
        returns: Option<TypeId>,
        lambda: Option<(Span, TypeId)>,
    ) -> (Vec<Stmt>, TypeId) {
        match (body, returns) {
            (LambdaBody::Expression(expr), Some(ty)) if ty == types::void() => {
                if let ast::ExprKind::Throw(what) = &expr.kind {
                    let value = self.throw_value(what, types::null(), expr.span);
                    return (vec![Stmt::Expr(value), Stmt::Return(None, expr.span)], ty);
                }
                let value = self.value_or_void(expr);
                self.check_statement(expr, &value);
                (vec![Stmt::Expr(value), Stmt::Return(None, expr.span)], ty)
            }
            (LambdaBody::Expression(expr), Some(ty)) => {
                let value = if let ast::ExprKind::Throw(what) = &expr.kind {
                    self.throw_value(what, ty, expr.span)
                } else {
                    self.value_for(expr, ty)
                };
                (vec![Stmt::Return(Some(value), expr.span)], ty)
            }
            (LambdaBody::Expression(expr), None) => {
                let value = if let ast::ExprKind::Throw(what) = &expr.kind {
                    self.throw_value(what, types::null(), expr.span)
                } else {
                    self.untyped_result(expr)
                };
                let ty = value.ty;
                (vec![Stmt::Return(Some(value), expr.span)], ty)
            }
            (LambdaBody::Block(block), returns) => {
                let (body, reachable) = self.block(block);
                match returns {
                    Some(ty) => {
                        if reachable && ty != types::void() {
                            let (at, target) = lambda.unwrap_or((block.span, types::error()));
                            let target = types::display(target);
                            self.error(
                                "CS1643",
                                at,
                                format!("Not all code paths return a value in lambda expression of type '{target}'"),
                            );
                        }
                        (body, ty)
                    }
                    None => {
                        let nothing = matches!(&self.returns, Returns::Infer(list) if list.is_empty());
                        if nothing {
                            return (body, types::void());
                        }
                        let (ty, body) = self.finish_returns(body, block.span);
                        (body, ty)
                    }
                }
            }
        }
    }

    /// The result of a body when its type is still to be found out. A lambda or a method's name has none, and nothing
    /// follows from it.
    pub(super) fn untyped_result(&mut self, expr: &ast::Expr) -> Expr {
        let none = Expr::constant(Const::Null, types::null(), expr.span);
        let inner = strip(expr);
        match &inner.kind {
            ast::ExprKind::Lambda(_) => none,
            ast::ExprKind::Name(_) | ast::ExprKind::Member { .. } => match self.entity(inner) {
                Entity::Group(_) | Entity::Function(..) | Entity::Generic(..) => none,
                other => self.entity_value(other, inner.span),
            },
            _ => self.value_or_void(expr),
        }
    }

    pub(super) fn new_function(&mut self, name: &str, returns: TypeId, is_local_function: bool) -> FnId {
        let id = FnId(u32::try_from(self.functions.len()).unwrap_or(u32::MAX));
        self.functions.push(Function {
            name: name.to_owned(),
            params: Vec::new(),
            returns,
            body: Vec::new(),
            parent: Some(self.function),
            is_local_function,
            captures: Vec::new(),
            calls: Vec::new(),
            signature: Vec::new(),
            span: Span::default(),
            body_span: Span::default(),
        });
        id
    }

    pub(super) fn enter(&mut self, id: FnId, returns: Option<TypeId>) -> Outer {
        let outer = Outer {
            function: self.function,
            returns: std::mem::replace(&mut self.returns, returns.map_or(Returns::Infer(Vec::new()), Returns::Type)),
            breakable: std::mem::take(&mut self.breakable),
            loops: std::mem::take(&mut self.loops),
            in_catch: std::mem::take(&mut self.in_catch),
            in_finally: std::mem::take(&mut self.in_finally),
            walls: self.walls.clone(),
            labels: std::mem::take(&mut self.labels),
            switches: std::mem::take(&mut self.switches),
            in_outer_switch: self.in_outer_switch,
            receivers: std::mem::take(&mut self.receivers),
        };
        self.function = id;
        // What a local function is in does not count.
        if self.functions.get(id.0 as usize).is_some_and(|f| f.is_local_function) {
            self.walls.clear();
        } else {
            self.walls.push(Wall { is_lambda: true, breakable: outer.breakable, loops: outer.loops });
        }
        self.in_outer_switch |= !outer.switches.is_empty();
        outer
    }

    pub(super) fn leave(&mut self, outer: Outer) {
        self.function = outer.function;
        self.returns = outer.returns;
        self.breakable = outer.breakable;
        self.loops = outer.loops;
        self.in_catch = outer.in_catch;
        self.in_finally = outer.in_finally;
        self.walls = outer.walls;
        self.labels = outer.labels;
        self.switches = outer.switches;
        self.in_outer_switch = outer.in_outer_switch;
        self.receivers = outer.receivers;
    }
}

/// A lambda with all that decides how binding it ends. Calls nested in lambdas ask the same of the inner ones once for each
/// overload of each outer one: without remembering, each level multiplies the work by the number of overloads.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Try {
    /// Its arrow and its body: those of a query's clauses may begin at one place.
    at: (Span, Span),
    names: Vec<Box<str>>,
    params: Vec<TypeId>,
    returns: Option<TypeId>,
    target: TypeId,
    around: Vec<Around>,
    /// Inside `checked` and `unchecked`.
    mode: (bool, bool),
}

/// What a name around a lambda stands for.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Around {
    Local(TypeId),
    Function(FnId),
    Generic(usize),
}

/// How binding a lambda ended.
#[derive(Debug)]
pub(super) struct Tried {
    /// The type of its result.
    found: TypeId,
    errors: Vec<ExpressionError>,
}

/// A lambda bound while candidates were tried.
#[derive(Debug)]
pub(super) struct Trial {
    /// Which lambda: where its arrow is.
    pub(super) at: Span,
    /// The types of its parameters, that of its result if it was given, and the delegate.
    target: (Vec<TypeId>, Option<TypeId>, TypeId),
    /// The type of its result, if that was asked.
    pub(super) found: Option<TypeId>,
    /// What was wrong in its body.
    pub(super) errors: Vec<ExpressionError>,
}

/// What belongs to the function around the one being bound.
pub(super) struct Outer {
    function: FnId,
    returns: Returns,
    breakable: u32,
    loops: u32,
    in_catch: InCatch,
    in_finally: Option<(usize, usize)>,
    walls: Vec<Wall>,
    labels: Vec<LabelScope>,
    switches: Vec<SwitchScope>,
    in_outer_switch: bool,
    receivers: Vec<(LocalId, TypeId)>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bound(text: &str) -> Binder {
        let parsed = policy_parser::csharp::parse(text);
        assert!(parsed.errors.is_empty(), "{:?}", parsed.errors);
        let mut binder = Binder::new();
        binder.root(&parsed.root);
        binder
    }

    /// `Sum`s nested in each other, with `inner` in the innermost.
    fn nested(depth: usize, inner: &str) -> String {
        let open: String = (0..depth).map(|n| format!("a.Sum(x{n} => ")).collect();
        format!("@{{ var a = new[] {{ 1, 2 }}; return {open}{inner}{}; }}", ")".repeat(depth))
    }

    #[test]
    fn the_tries_of_nested_lambdas_add_up_and_do_not_multiply() {
        let tries = |depth| {
            let binder = bound(&nested(depth, "x0 + 1"));
            assert!(binder.is_sound(), "{:?}", binder.errors);
            assert_eq!(types::display(binder.functions[0].returns), "int");
            binder.tries
        };
        let (one, two, thirty) = (tries(1), tries(2), tries(30));
        assert_eq!(thirty, one + 29 * (two - one));
    }

    #[test]
    fn what_is_wrong_in_a_deep_lambda_is_told_once_at_its_place() {
        let text = nested(25, "x0 + nope");
        let binder = bound(&text);
        let found: Vec<_> = binder.errors.iter().map(|e| (e.code, e.span.start as usize)).collect();
        assert_eq!(found, [("CS0103", text.find("nope").unwrap())]);
        assert!(binder.tries < 1000, "{}", binder.tries);
    }

    #[test]
    fn a_lambda_is_tried_anew_where_the_types_around_it_differ() {
        let text =
            r#"@(new[] { "a", "bb" }.Sum(s => new[] { s.Length }.Sum(n => new[] { s + n }.Sum(t => t.Length))))"#;
        assert!(bound(text).is_sound());
    }
}
