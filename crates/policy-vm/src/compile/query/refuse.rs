//! What is wrong with queries, in the compiler's words: it speaks of clauses, not of the calls that they stand for.

use policy_parser::Span;
use policy_parser::csharp::ast::{self, ExprKind, FromClause, Ident, Query, QueryClause};

use crate::compile::binder::Binder;
use crate::compile::bound::Expr;
use crate::compile::expression::{Entity, strip};
use crate::compile::subtype;
use crate::types::{self, Type, TypeId};

/// The clause that a call stands for.
#[derive(Clone, Copy, Debug)]
pub(in crate::compile) struct Clause<'a> {
    /// Its keyword.
    pub(super) kind: &'static str,
    pub(super) at: Span,
    /// The sequence of a further `from`.
    pub(super) inner: Option<Span>,
    /// The first `from` of the query.
    pub(super) from: Option<&'a FromClause>,
}

pub(super) fn clause<'a>(kind: &'static str, at: Span) -> Clause<'a> {
    Clause { kind, at, inner: None, from: None }
}

/// What flows into the next clause.
pub(super) enum Source {
    Value(Expr),
    /// It has no type, of which only the first clause complains.
    Lambda,
    /// Reported already.
    Nothing(Span),
}

impl Binder {
    /// A name that a query declares twice.
    pub(super) fn repeated_variable(&mut self, query: &Query) -> Option<Expr> {
        let mut names: Vec<&Ident> = vec![&query.from.name];
        for declared in query.body.clauses.iter().filter_map(|(clause, _)| declared_by(clause)) {
            let text = &declared.text;
            if names.iter().any(|name| name.text == *text) {
                let message = format!("The range variable '{text}' has already been declared");
                return Some(self.fail("CS1930", declared.span, message));
            }
            names.push(declared);
        }
        None
    }

    /// Notes the places where a query declares its variables: those cannot be assigned to.
    pub(super) fn name_variables(&mut self, query: &Query) {
        self.range_variables.push(query.from.name.span);
        let mut body = &query.body;
        loop {
            for (clause, _) in &body.clauses {
                if let QueryClause::Join { from, .. } = clause {
                    self.range_variables.push(from.name.span);
                }
                self.range_variables.extend(declared_by(clause).map(|name| name.span));
            }
            let Some((name, rest)) = &body.continuation else { break };
            self.range_variables.push(name.span);
            body = rest;
        }
    }

    /// The first sequence of a query.
    pub(super) fn query_source(&mut self, expr: &ast::Expr) -> Source {
        match &strip(expr).kind {
            ExprKind::Lambda(_) => Source::Lambda,
            ExprKind::Name(_) | ExprKind::Member { .. } => match self.entity(strip(expr)) {
                Entity::Group(group) => {
                    self.method_as_value(&group);
                    Source::Nothing(expr.span)
                }
                other => Source::Value(self.entity_value(other, expr.span)),
            },
            _ => Source::Value(self.value(expr)),
        }
    }

    /// The receiver of a clause's call, or a complaint that there is none.
    pub(super) fn receiver_of(&mut self, source: Source, method: &str, clause: &Clause<'_>) -> Option<Expr> {
        let what = match source {
            Source::Value(value) if value.is_null_literal() => {
                self.error("CS0186", clause.at, "Use of null is not valid in this context");
                return None;
            }
            Source::Value(value) if value.ty == types::void() => "void",
            Source::Value(value) => return Some(value),
            Source::Lambda => "anonymous method",
            Source::Nothing(_) => return None,
        };
        self.error("CS1936", clause.at, no_provider(what, method));
        None
    }

    /// The receiver has no method that the clause could stand for.
    pub(in crate::compile) fn no_query(&mut self, receiver: TypeId, method: &str, clause: &Clause<'_>) -> Expr {
        let shown = types::display(receiver);
        let at = clause.from.map_or(clause.at, |from| from.source.span);
        let enumerable = subtype::supertypes(receiver).contains(&TypeId::ENUMERABLE_OBJECT);
        let one = |ty: &TypeId| matches!(types::get(*ty), Type::Named { def, .. } if def.0 == TypeId::ENUMERABLE.0);
        let sequences = subtype::supertypes(receiver).iter().filter(|ty| one(ty)).count();
        match clause.from {
            Some(from) if from.ty.is_none() && (enumerable || sequences > 0) => {
                let name = &from.name.text;
                let message = no_provider(&shown, method);
                self.fail(
                    "CS1934",
                    at,
                    format!("{message}  Consider explicitly specifying the type of the range variable '{name}'."),
                )
            }
            _ => self.fail("CS1936", at, no_provider(&shown, method)),
        }
    }

    /// The type arguments of the method that a clause stands for cannot be inferred.
    pub(in crate::compile) fn query_not_inferred(
        &mut self,
        receiver: TypeId,
        selected: Option<TypeId>,
        method: &str,
        clause: &Clause<'_>,
    ) -> Expr {
        if let (Some(at), Some(selected)) = (clause.inner, selected) {
            let (selected, receiver) = (types::display(selected), types::display(receiver));
            return self.fail("CS1943", at, format!("An expression of type '{selected}' is not allowed in a subsequent from clause in a query expression with source type '{receiver}'.  Type inference failed in the call to '{method}'."));
        }
        let kind = clause.kind;
        let (code, subject) = match kind {
            "join" | "orderby" | "group by" => ("CS1941", "The type of one of the expressions"),
            _ => ("CS1942", "The type of the expression"),
        };
        let message =
            format!("{subject} in the {kind} clause is incorrect.  Type inference failed in the call to '{method}'.");
        self.fail(code, clause.at, message)
    }

    /// A name that is known on the other side of a join's `equals`.
    pub(in crate::compile) fn other_side(&self, name: &str, at: Span) -> Option<(&'static str, String)> {
        let within = |span: &Span| span.start <= at.start && at.end <= span.end;
        let (code, side) =
            self.joins.iter().find_map(|(left, right, variable)| match (within(left), within(right)) {
                (true, _) if **variable == *name => Some(("CS1937", "left")),
                (_, true) => Some(("CS1938", "right")),
                _ => None,
            })?;
        Some((
            code,
            format!(
                "The name '{name}' is not in scope on the {side} side of 'equals'.  Consider swapping the expressions on either side of 'equals'."
            ),
        ))
    }
}

fn no_provider(source: &str, method: &str) -> String {
    format!("Could not find an implementation of the query pattern for source type '{source}'.  '{method}' not found.")
}

/// The name that a clause leaves for those after it.
fn declared_by(clause: &QueryClause) -> Option<&Ident> {
    match clause {
        QueryClause::Let(name, _) => Some(name),
        QueryClause::From(from) => Some(&from.name),
        QueryClause::Join { from, into, .. } => Some(into.as_ref().unwrap_or(&from.name)),
        QueryClause::Where(_) | QueryClause::OrderBy(_) => None,
    }
}
