//! Query expressions are the calls they stand for (C# specification, "Query expressions").
//!
//! Once a query has several range variables, what flows through it is an object with one member for each, and every
//! function begins by taking them out of it.

use policy_parser::Span;
use policy_parser::csharp::ast::{
    self, Expr, ExprKind, FromClause, Ident, LambdaBody, Query, QueryBody, QueryClause, QueryEnd, StmtKind,
};

use super::binder::Binder;
use super::bound;

impl Binder {
    /// Binds the calls that a query stands for.
    pub(super) fn query(&mut self, query: &Query) -> bound::Expr {
        if let Some(refused) = self.refuse_query(query) {
            return refused;
        }
        let mut translated = Translation { source: source_of(&query.from), variables: vec![query.from.name.clone()] };
        let mut body = &query.body;
        loop {
            for clause in &body.clauses {
                translated = translated.clause(clause);
            }
            translated.source = translated.end(body);
            let Some((name, rest)) = &body.continuation else { break };
            translated.variables = vec![name.clone()];
            body = rest;
        }
        self.value(&translated.source)
    }
}

impl Binder {
    /// What is wrong with a query before it becomes calls, whose own mistakes would say little of the query.
    fn refuse_query(&mut self, query: &Query) -> Option<bound::Expr> {
        let mut names: Vec<&Ident> = vec![&query.from.name];
        for clause in &query.body.clauses {
            let declared = match clause {
                QueryClause::Let(name, _) => name,
                QueryClause::From(from) => &from.name,
                QueryClause::Join { from, into, .. } => into.as_ref().unwrap_or(&from.name),
                QueryClause::Where(_) | QueryClause::OrderBy(_) => continue,
            };
            let text = &declared.text;
            if names.iter().any(|name| name.text == *text) {
                let message = format!("The range variable '{text}' has already been declared");
                return Some(self.fail("CS1930", declared.span, message));
            }
            names.push(declared);
        }
        let from = &query.from;
        // Its variables are declared when it is bound for good.
        let (source, clean) = self.silently(|this| this.scoped(|this| this.value(&from.source)));
        if clean && from.ty.is_none() && super::subtype::element_type(source.ty).is_none() {
            let method = match (query.body.clauses.first(), &query.body.end) {
                (Some(QueryClause::Where(_)), _) => "Where",
                (Some(QueryClause::OrderBy(_)), _) => "OrderBy",
                (Some(QueryClause::From(_)), _) => "SelectMany",
                (Some(QueryClause::Join { .. }), _) => "Join",
                (None, QueryEnd::Group { .. }) => "GroupBy",
                _ => "Select",
            };
            let shown = super::expression::shown(&source);
            return Some(self.fail("CS1936", from.source.span, format!("Could not find an implementation of the query pattern for source type '{shown}'.  '{method}' not found.")));
        }
        None
    }
}

struct Translation {
    source: Expr,
    variables: Vec<Ident>,
}

impl Translation {
    fn clause(mut self, clause: &QueryClause) -> Self {
        match clause {
            QueryClause::Where(condition) => {
                let filter = self.function(condition.clone());
                self.source = call(self.source, "Where", vec![filter]);
            }
            QueryClause::OrderBy(keys) => {
                for (i, (key, descending)) in keys.iter().enumerate() {
                    let name = match (i, descending) {
                        (0, false) => "OrderBy",
                        (0, true) => "OrderByDescending",
                        (_, false) => "ThenBy",
                        (_, true) => "ThenByDescending",
                    };
                    let key = self.function(key.clone());
                    self.source = call(self.source, name, vec![key]);
                }
            }
            QueryClause::Let(name, value) => {
                let made = self.tuple(name, Some(value.clone()));
                let select = self.function(made);
                self.source = call(self.source, "Select", vec![select]);
                self.variables.push(name.clone());
            }
            QueryClause::From(from) => {
                let inner = self.function(source_of(from));
                let made = self.tuple(&from.name, None);
                let both = self.function_of_two(&from.name, made);
                self.source = call(self.source, "SelectMany", vec![inner, both]);
                self.variables.push(from.name.clone());
            }
            QueryClause::Join { from, left, right, into } => {
                let outer_key = self.function(left.clone());
                let inner_key = lambda(vec![from.name.clone()], right.clone());
                let (method, name) = match into {
                    Some(name) => ("GroupJoin", name),
                    None => ("Join", &from.name),
                };
                let made = self.tuple(name, None);
                let both = self.function_of_two(name, made);
                self.source = call(self.source, method, vec![source_of(from), outer_key, inner_key, both]);
                self.variables.push(name.clone());
            }
        }
        self
    }

    fn end(&self, body: &QueryBody) -> Expr {
        let source = self.source.clone();
        match &body.end {
            QueryEnd::Select(value) if self.is_item(value) && !body.clauses.is_empty() => source,
            QueryEnd::Select(value) => call(source, "Select", vec![self.function(value.clone())]),
            QueryEnd::Group { element, key } if self.is_item(element) => {
                call(source, "GroupBy", vec![self.function(key.clone())])
            }
            QueryEnd::Group { element, key } => {
                call(source, "GroupBy", vec![self.function(key.clone()), self.function(element.clone())])
            }
        }
    }

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
        statements.push(ast::Stmt { kind: StmtKind::Return(Some(body)), span });
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

fn call(target: Expr, name: &str, args: Vec<Expr>) -> Expr {
    let span = target.span;
    let member = ExprKind::Member { target: Box::new(target), name: simple(name, span) };
    let target = Box::new(Expr { kind: member, span });
    let args =
        args.into_iter().map(|value| ast::Argument { name: None, mode: ast::ArgumentMode::Value, value }).collect();
    Expr { kind: ExprKind::Invoke { target, args }, span }
}

fn lambda(params: Vec<Ident>, body: Expr) -> Expr {
    let span = body.span;
    lambda_with(params, LambdaBody::Expression(Box::new(body)), span)
}

fn lambda_with(params: Vec<Ident>, body: LambdaBody, span: Span) -> Expr {
    let param = |name| ast::LambdaParam { ty: None, mode: ast::ArgumentMode::Value, name };
    let params = Some(params.into_iter().map(param).collect());
    let lambda = ast::Lambda { params, body, is_async: false, arrow: span };
    Expr { kind: ExprKind::Lambda(lambda), span }
}
