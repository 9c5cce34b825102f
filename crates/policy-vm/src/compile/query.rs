//! Query expressions are the calls they stand for (C# specification, "Query expressions").
//!
//! Once a query has several range variables, what flows through it is an object with one member for each, and every
//! function begins by taking them out of it.

mod refuse;

pub(super) use refuse::Clause;

use policy_parser::Span;
use policy_parser::csharp::ast::{
    self, Expr, ExprKind, FromClause, Ident, LambdaBody, Query, QueryBody, QueryClause, QueryEnd, StmtKind,
};

use super::binder::Binder;
use super::bound;
use super::overload::{Arg, ArgKind, Group, Receiver};
use refuse::{Source, clause};

impl Binder {
    /// Binds the calls that a query stands for, one after the other.
    pub(super) fn query(&mut self, query: &Query, span: Span) -> bound::Expr {
        if let Some(refused) = self.repeated_variable(query) {
            return refused;
        }
        let depth = self.depth;
        let value = self.calls_of(query);
        self.depth = depth;
        bound::Expr { span, ..value }
    }

    fn calls_of(&mut self, query: &Query) -> bound::Expr {
        self.name_variables(query);
        let source = self.query_source(&query.from.source);
        let mut flow = Flow { source, variables: vec![query.from.name.clone()], from: &query.from };
        if let Some(ty) = &query.from.ty {
            flow.source = self.cast_source(flow.source, ty, &flow.from.source, query.from.source.span);
        }
        let mut body = &query.body;
        let mut done = false;
        loop {
            for (i, clause) in body.clauses.iter().enumerate() {
                // What a last `from` or `join` leads to is what its own call gives.
                let ends = i + 1 == body.clauses.len();
                let joins = matches!(clause.0, QueryClause::From(_) | QueryClause::Join { .. });
                let selected = match &body.end {
                    QueryEnd::Select(value) if ends && joins => Some(value),
                    _ => None,
                };
                self.query_clause(&mut flow, clause, selected);
                done = selected.is_some();
            }
            if !std::mem::take(&mut done) {
                self.query_end(&mut flow, body);
            }
            let Some((name, rest)) = &body.continuation else { break };
            flow.variables = vec![name.clone()];
            body = rest;
        }
        match flow.source {
            Source::Value(value) => value,
            Source::Nothing(span) => bound::Expr::error(span),
            Source::Lambda => bound::Expr::error(query.from.source.span),
        }
    }

    fn query_clause(&mut self, flow: &mut Flow<'_>, (clause_of, at): &(QueryClause, Span), selected: Option<&Expr>) {
        match clause_of {
            QueryClause::Where(condition) => {
                let filter = flow.function(condition.clone());
                self.query_call(flow, "Where", None, vec![filter], clause("where", *at));
            }
            QueryClause::OrderBy(keys) => {
                for (i, (key, descending)) in keys.iter().enumerate() {
                    let name = match (i, descending) {
                        (0, false) => "OrderBy",
                        (0, true) => "OrderByDescending",
                        (_, false) => "ThenBy",
                        (_, true) => "ThenByDescending",
                    };
                    let function = flow.function(key.clone());
                    self.query_call(flow, name, None, vec![function], clause("orderby", key.span));
                }
            }
            QueryClause::Let(name, value) => {
                let made = flow.tuple(name, Some(value.clone()));
                let select = flow.function(made);
                self.query_call(flow, "Select", None, vec![select], clause("let", *at));
                flow.variables.push(name.clone());
            }
            QueryClause::From(from) => {
                let inner = flow.function(source_of(from));
                let made = selected.cloned().unwrap_or_else(|| flow.tuple(&from.name, None));
                let both = flow.function_of_two(&from.name, made);
                let told = Clause { inner: Some(from.source.span), ..clause("from", *at) };
                self.query_call(flow, "SelectMany", None, vec![inner, both], told);
                flow.variables.push(from.name.clone());
            }
            QueryClause::Join { from, left, right, into } => {
                self.joins.push((left.span, right.span, from.name.text.clone()));
                let outer_key = flow.function(left.clone());
                let inner_key = lambda(vec![from.name.clone()], right.clone());
                let (method, name) = match into {
                    Some(name) => ("GroupJoin", name),
                    None => ("Join", &from.name),
                };
                let made = selected.cloned().unwrap_or_else(|| flow.tuple(name, None));
                let both = flow.function_of_two(name, made);
                let inner = self.value(&source_of(from));
                let functions = vec![outer_key, inner_key, both];
                self.query_call(flow, method, Some(inner), functions, clause("join", *at));
                flow.variables.push(name.clone());
            }
        }
    }

    fn query_end(&mut self, flow: &mut Flow<'_>, body: &QueryBody) {
        let at = body.end_span;
        let (name, functions, kind) = match &body.end {
            QueryEnd::Select(value) if flow.is_item(value) && !body.clauses.is_empty() => return,
            QueryEnd::Select(value) => ("Select", vec![flow.function(value.clone())], "select"),
            QueryEnd::Group { element, key } if flow.is_item(element) => {
                ("GroupBy", vec![flow.function(key.clone())], "group by")
            }
            QueryEnd::Group { element, key } => {
                ("GroupBy", vec![flow.function(key.clone()), flow.function(element.clone())], "group by")
            }
        };
        self.query_call(flow, name, None, functions, clause(kind, at));
    }

    /// `(e).Cast<T>()` for `from T x in e`.
    fn cast_source(&mut self, source: Source, ty: &ast::TypeSyntax, written: &Expr, span: Span) -> Source {
        let Source::Value(value) = source else { return source };
        let name = ast::SimpleName { type_args: Some(vec![ty.clone()]), ..simple("Cast", written.span) };
        let receiver = Receiver::Value(Box::new(value));
        let group = Group { name: &name, receiver, span, is_element: false, clause: None };
        Source::Value(self.call(&group, Vec::new(), span))
    }

    /// One of the calls: what flows through the query is its receiver, and then what it gives.
    fn query_call(
        &mut self,
        flow: &mut Flow<'_>,
        name: &str,
        inner: Option<bound::Expr>,
        functions: Vec<Expr>,
        told: Clause<'_>,
    ) {
        let span = flow.from.source.span;
        // What is told of a query as a whole names its first sequence.
        let told = Clause { from: Some(flow.from), ..told };
        let source = std::mem::replace(&mut flow.source, Source::Nothing(span));
        let Some(receiver) = self.receiver_of(source, name, &told) else { return };
        // Every clause is one more call around those before.
        self.depth += 1;
        if receiver.is_error() {
            flow.source = Source::Value(receiver);
            self.look_into(&lambdas(&functions));
            return;
        }
        flow.source = Source::Value(self.deeper(
            span,
            || bound::Expr::error(span),
            |this| {
                let name = simple(name, span);
                let receiver = Receiver::Value(Box::new(receiver));
                let group = Group { name: &name, receiver, span, is_element: false, clause: Some(told) };
                let mut args: Vec<Arg<'_>> = Vec::new();
                if let Some(inner) = inner {
                    args.push(argument(inner.span, ArgKind::Value(inner)));
                }
                args.extend(lambdas(&functions));
                this.call(&group, args, span)
            },
        ));
    }
}

fn lambdas(functions: &[Expr]) -> Vec<Arg<'_>> {
    let mut args = Vec::new();
    for function in functions {
        if let ExprKind::Lambda(lambda) = &function.kind {
            args.push(argument(function.span, ArgKind::Lambda(lambda)));
        }
    }
    args
}

fn argument<'a>(span: Span, kind: ArgKind<'a>) -> Arg<'a> {
    Arg { name: None, mode: ast::ArgumentMode::Value, kind, span }
}

/// What flows through a query, and the names for its parts.
struct Flow<'a> {
    source: Source,
    variables: Vec<Ident>,
    from: &'a FromClause,
}

impl Flow<'_> {
    /// The expression is just what flows through the query.
    fn is_item(&self, e: &Expr) -> bool {
        match (self.variables.as_slice(), &e.kind) {
            ([one], ExprKind::Name(name)) => name.ident.text == one.text,
            _ => false,
        }
    }

    /// A function of what flows through the query.
    fn function(&self, body: Expr) -> Expr {
        match self.variables.as_slice() {
            [one] => lambda(vec![one.clone()], body),
            _ => self.taking_out(vec![item(body.span)], body),
        }
    }

    /// A function of what flows through the query and of one more.
    fn function_of_two(&self, other: &Ident, body: Expr) -> Expr {
        match self.variables.as_slice() {
            [one] => lambda(vec![one.clone(), other.clone()], body),
            _ => self.taking_out(vec![item(body.span), other.clone()], body),
        }
    }

    /// `item => { var x = item.x; var y = item.y; return body; }`
    fn taking_out(&self, params: Vec<Ident>, body: Expr) -> Expr {
        let span = body.span;
        let var = ast::TypeSyntax { kind: ast::TypeKind::Named(vec![simple("var", span)]), span };
        let mut statements: Vec<ast::Stmt> = Vec::new();
        for variable in &self.variables {
            let target = Box::new(name_of(&item(span)));
            let name = ast::SimpleName { ident: variable.clone(), type_args: None };
            let value = Some(Expr { kind: ExprKind::Member { target, name }, span });
            let declarators = vec![ast::Declarator { name: variable.clone(), value }];
            let declaration = ast::LocalDeclaration { is_const: false, ty: var.clone(), declarators };
            statements.push(ast::Stmt { kind: StmtKind::Local(declaration), span });
        }
        statements.push(ast::Stmt { kind: StmtKind::Return(Some(plain(body))), span });
        lambda_with(params, LambdaBody::Block(ast::Block { statements, span }), span)
    }

    /// `new { x, y, name = value }`
    fn tuple(&self, name: &Ident, value: Option<Expr>) -> Expr {
        let span = name.span;
        let mut members: Vec<ast::AnonymousMember> =
            self.variables.iter().map(|v| ast::AnonymousMember { name: None, value: name_of(v) }).collect();
        let value = value.unwrap_or_else(|| name_of(name));
        members.push(ast::AnonymousMember { name: Some(name.clone()), value });
        Expr { kind: ExprKind::NewAnonymous(members), span }
    }
}

/// `e`, or `e.Cast<T>()` for `from T x in e`.
fn source_of(from: &FromClause) -> Expr {
    let source = from.source.clone();
    match &from.ty {
        None => source,
        Some(ty) => {
            let span = source.span;
            let name = ast::SimpleName { type_args: Some(vec![ty.clone()]), ..simple("Cast", span) };
            let member = ExprKind::Member { target: Box::new(source), name };
            let target = Box::new(Expr { kind: member, span });
            Expr { kind: ExprKind::Invoke { target, args: Vec::new() }, span }
        }
    }
}

/// A name that nobody can write.
fn item(span: Span) -> Ident {
    // Queries stand in each other; no two have the same place.
    Ident { text: format!("<item {}-{}>", span.start, span.end).into(), span }
}

fn simple(text: &str, span: Span) -> ast::SimpleName {
    ast::SimpleName { ident: Ident { text: text.into(), span }, type_args: None }
}

fn name_of(ident: &Ident) -> Expr {
    Expr { kind: ExprKind::Name(ast::SimpleName { ident: ident.clone(), type_args: None }), span: ident.span }
}

fn lambda(params: Vec<Ident>, body: Expr) -> Expr {
    let span = body.span;
    lambda_with(params, LambdaBody::Expression(Box::new(plain(body))), span)
}

/// A lambda may be nothing but a `throw`, a clause may not.
fn plain(body: Expr) -> Expr {
    match body.kind {
        ExprKind::Throw(_) => Expr { span: body.span, kind: ExprKind::Parenthesized(Box::new(body)) },
        _ => body,
    }
}

fn lambda_with(params: Vec<Ident>, body: LambdaBody, span: Span) -> Expr {
    let param = |name| ast::LambdaParam { ty: None, mode: ast::ArgumentMode::Value, name };
    let params = Some(params.into_iter().map(param).collect());
    let lambda = ast::Lambda { params, body, is_async: false, arrow: span };
    Expr { kind: ExprKind::Lambda(lambda), span }
}
