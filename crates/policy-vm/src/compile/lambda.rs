//! Lambdas, local functions and query expressions.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, LambdaBody, QueryClause, QueryEnd};

use super::binder::{Binder, MAX_TRIES, Returns, Symbol};
use super::bound::{Expr, FnId, Function, Kind, Stmt, delegate};
use crate::types::{self, TypeId};

impl Binder {
    /// What a lambda returns when its parameters have these types; void for a body without value.
    pub(super) fn lambda_return(&mut self, lambda: &ast::Lambda, params: &[TypeId]) -> Option<TypeId> {
        if lambda.params.as_ref().is_some_and(|p| p.len() != params.len()) || lambda.is_async {
            return None;
        }
        self.tries += 1;
        if self.tries > MAX_TRIES {
            return None;
        }
        let before = self.errors.len();
        let id = self.lambda_function(lambda, params, None);
        if self.errors.len() > before {
            return None;
        }
        self.functions.get(id.0 as usize).map(|f| f.returns)
    }

    /// A lambda can be converted to a delegate type.
    pub(super) fn lambda_fits(&mut self, lambda: &ast::Lambda, ty: TypeId) -> bool {
        let Some((params, returns)) = delegate(ty) else { return false };
        if lambda.params.as_ref().is_some_and(|p| p.len() != params.len()) || lambda.is_async {
            return false;
        }
        self.tries += 1;
        if self.tries > MAX_TRIES {
            return false;
        }
        let (_, clean) = self.silently(|this| this.lambda_function(lambda, &params, Some(returns)));
        clean
    }

    /// Binds a lambda for a delegate type, for good.
    pub(super) fn lambda(&mut self, lambda: &ast::Lambda, ty: TypeId, span: Span) -> Expr {
        if ty == types::error() {
            return Expr::error(span);
        }
        if lambda.is_async {
            return self.fail("CS1989", span, "Async lambda expressions cannot be converted to expression trees");
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
        let id = self.lambda_function(lambda, &params, Some(returns));
        Expr::new(Kind::Closure { function: id }, ty, span)
    }

    /// Binds the body as a function of its own. `returns`: `None` to find out.
    fn lambda_function(&mut self, lambda: &ast::Lambda, params: &[TypeId], returns: Option<TypeId>) -> FnId {
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
        let (body, found) = self.function_body(&lambda.body, returns);
        self.scopes.pop();
        self.leave(outer);
        if let Some(function) = self.functions.get_mut(id.0 as usize) {
            function.params = locals;
            function.body = body;
            function.returns = found;
        }
        id
    }

    fn function_body(&mut self, body: &LambdaBody, returns: Option<TypeId>) -> (Vec<Stmt>, TypeId) {
        match (body, returns) {
            (LambdaBody::Expression(expr), Some(ty)) if ty == types::void() => {
                let value = self.value_or_void(expr);
                self.check_statement(expr, &value);
                (vec![Stmt::Expr(value), Stmt::Return(None)], ty)
            }
            (LambdaBody::Expression(expr), Some(ty)) => {
                let value = if let ast::ExprKind::Throw(what) = &expr.kind {
                    self.throw_value(what, ty, expr.span)
                } else {
                    self.value_for(expr, ty)
                };
                (vec![Stmt::Return(Some(value))], ty)
            }
            (LambdaBody::Expression(expr), None) => {
                let value = self.value_or_void(expr);
                let ty = value.ty;
                (vec![Stmt::Return(Some(value))], ty)
            }
            (LambdaBody::Block(block), returns) => {
                let (body, reachable) = self.block(block);
                match returns {
                    Some(ty) => {
                        if reachable && ty != types::void() {
                            let end = Span::new(block.span.end.saturating_sub(1), block.span.end);
                            self.error("CS1643", end, "Not all code paths return a value in lambda expression");
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

    fn new_function(&mut self, name: &str, returns: TypeId, is_local_function: bool) -> FnId {
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
        });
        id
    }

    fn enter(&mut self, id: FnId, returns: Option<TypeId>) -> Outer {
        let outer = Outer {
            function: self.function,
            returns: std::mem::replace(&mut self.returns, returns.map_or(Returns::Infer(Vec::new()), Returns::Type)),
            breakable: std::mem::take(&mut self.breakable),
            loops: std::mem::take(&mut self.loops),
            in_catch: std::mem::take(&mut self.in_catch),
        };
        self.function = id;
        outer
    }

    fn leave(&mut self, outer: Outer) {
        self.function = outer.function;
        self.returns = outer.returns;
        self.breakable = outer.breakable;
        self.loops = outer.loops;
        self.in_catch = outer.in_catch;
    }

    /// Makes a local function's name known; its body follows when the whole block has been seen.
    pub(super) fn declare_function(&mut self, function: &ast::LocalFunction) -> FnId {
        let returns = if Self::is_void(&function.return_type) {
            types::void()
        } else {
            self.type_of_syntax(&function.return_type)
        };
        self.check_fresh(&function.name);
        let id = self.new_function(&function.name.text, returns, true);
        if let Some(scope) = self.scopes.last_mut() {
            scope.push((function.name.text.clone(), Symbol::Function(id)));
        }
        if !function.type_params.is_empty() {
            self.error("TG0404", function.name.span, "generic local functions are not supported yet");
        }
        // The parameters' types are needed by calls that come before the body is bound.
        let before = self.function;
        self.function = id;
        let mut params = Vec::new();
        for param in &function.params {
            let ty = self.type_of_syntax(&param.ty);
            if param.mode != ast::ArgumentMode::Value || param.is_params || param.default.is_some() {
                self.error(
                    "TG0404",
                    param.name.span,
                    "`ref`, `out`, `params` and default parameters of local functions are not supported yet",
                );
            }
            params.push(self.new_local(&param.name.text, ty));
        }
        self.function = before;
        if let Some(f) = self.functions.get_mut(id.0 as usize) {
            f.params = params;
        }
        id
    }

    fn is_void(syntax: &ast::TypeSyntax) -> bool {
        matches!(syntax.kind, ast::TypeKind::Predefined(ast::PredefinedType::Void))
    }

    pub(super) fn bind_function(&mut self, id: FnId, function: &ast::LocalFunction) {
        let Some(returns) = self.functions.get(id.0 as usize).map(|f| f.returns) else { return };
        let params = self.functions.get(id.0 as usize).map(|f| f.params.clone()).unwrap_or_default();
        let outer = self.enter(id, Some(returns));
        self.scopes.push(Vec::new());
        for (param, local) in function.params.iter().zip(params) {
            self.check_fresh(&param.name);
            if let Some(scope) = self.scopes.last_mut() {
                scope.push((param.name.text.clone(), Symbol::Local(local)));
            }
        }
        let before = self.errors.len();
        let (body, _) = self.function_body(&function.body, Some(returns));
        // The same mistake has another number in a local function than in a lambda.
        let name = &function.name.text;
        for error in self.errors.get_mut(before..).unwrap_or_default() {
            if error.code == "CS1643" {
                error.code = "CS0161";
                error.message = format!("'{name}(…)': not all code paths return a value");
                error.span = function.name.span;
            }
        }
        self.scopes.pop();
        self.leave(outer);
        if let Some(f) = self.functions.get_mut(id.0 as usize) {
            f.body = body;
        }
    }

    /// A query is the calls it stands for.
    pub(super) fn query(&mut self, query: &ast::Query, span: Span) -> Expr {
        match translate(query) {
            Some(expr) => self.value(&expr),
            None => self.fail("TG0405", span, "this query expression is not supported yet; write it with method calls"),
        }
    }
}

struct Outer {
    function: FnId,
    returns: Returns,
    breakable: u32,
    loops: u32,
    in_catch: bool,
}

/// Queries with one range variable: `from x in e where … orderby … select …` and `group … by …`.
fn translate(query: &ast::Query) -> Option<ast::Expr> {
    let from = &query.from;
    let mut source = from.source.clone();
    if let Some(ty) = &from.ty {
        source = call(source, "Cast", Some(vec![ty.clone()]), Vec::new());
    }
    translate_body(source, &from.name, &query.body)
}

fn translate_body(mut source: ast::Expr, variable: &ast::Ident, body: &ast::QueryBody) -> Option<ast::Expr> {
    for clause in &body.clauses {
        match clause {
            QueryClause::Where(condition) => {
                source = call(source, "Where", None, vec![lambda(variable, condition.clone())])
            }
            QueryClause::OrderBy(keys) => {
                for (i, (key, descending)) in keys.iter().enumerate() {
                    let name = match (i, descending) {
                        (0, false) => "OrderBy",
                        (0, true) => "OrderByDescending",
                        (_, false) => "ThenBy",
                        (_, true) => "ThenByDescending",
                    };
                    source = call(source, name, None, vec![lambda(variable, key.clone())]);
                }
            }
            QueryClause::From(_) | QueryClause::Let(..) | QueryClause::Join { .. } => return None,
        }
    }
    let is_variable = |e: &ast::Expr| matches!(&e.kind, ast::ExprKind::Name(n) if n.ident.text == variable.text);
    let result = match &body.end {
        QueryEnd::Select(value) if is_variable(value) && !body.clauses.is_empty() => source,
        QueryEnd::Select(value) => call(source, "Select", None, vec![lambda(variable, value.clone())]),
        QueryEnd::Group { element, key } if is_variable(element) => {
            call(source, "GroupBy", None, vec![lambda(variable, key.clone())])
        }
        QueryEnd::Group { element, key } => {
            call(source, "GroupBy", None, vec![lambda(variable, key.clone()), lambda(variable, element.clone())])
        }
    };
    match &body.continuation {
        Some((name, rest)) => translate_body(result, name, rest),
        None => Some(result),
    }
}

fn call(target: ast::Expr, name: &str, type_args: Option<Vec<ast::TypeSyntax>>, args: Vec<ast::Expr>) -> ast::Expr {
    let span = target.span;
    let name = ast::SimpleName { ident: ast::Ident { text: name.into(), span }, type_args };
    let member = ast::Expr { kind: ast::ExprKind::Member { target: Box::new(target), name }, span };
    let args =
        args.into_iter().map(|value| ast::Argument { name: None, mode: ast::ArgumentMode::Value, value }).collect();
    ast::Expr { kind: ast::ExprKind::Invoke { target: Box::new(member), args }, span }
}

fn lambda(variable: &ast::Ident, body: ast::Expr) -> ast::Expr {
    let span = body.span;
    let param = ast::LambdaParam { ty: None, mode: ast::ArgumentMode::Value, name: variable.clone() };
    let lambda =
        ast::Lambda { params: Some(vec![param]), body: LambdaBody::Expression(Box::new(body)), is_async: false };
    ast::Expr { kind: ast::ExprKind::Lambda(lambda), span }
}
