//! Query expressions.

use super::{Expr, Ident, TypeSyntax};
use crate::Span;

/// A query expression.
#[derive(Clone, Debug)]
pub struct Query {
    /// The first `from`.
    pub from: FromClause,
    /// The clauses up to `select` or `group`.
    pub body: QueryBody,
}

/// `from T x in e`.
#[derive(Clone, Debug)]
pub struct FromClause {
    /// The type, if written.
    pub ty: Option<TypeSyntax>,
    /// The range variable.
    pub name: Ident,
    /// The sequence.
    pub source: Expr,
}

/// The clauses of a query after its first `from`, or after `into`.
#[derive(Clone, Debug)]
pub struct QueryBody {
    /// `from`, `let`, `where`, `join`, `orderby`, each with its place.
    pub clauses: Vec<(QueryClause, Span)>,
    /// `select` or `group`.
    pub end: QueryEnd,
    /// Where that one stands.
    pub end_span: Span,
    /// `into x …`.
    pub continuation: Option<(Ident, Box<QueryBody>)>,
}

/// A clause in the middle of a query.
#[derive(Clone, Debug)]
pub enum QueryClause {
    /// `from`
    From(FromClause),
    /// `let x = e`
    Let(Ident, Expr),
    /// `where e`
    Where(Expr),
    /// `join x in e on a equals b [into g]`
    Join {
        /// What is joined.
        from: FromClause,
        /// Before `equals`.
        left: Expr,
        /// After `equals`.
        right: Expr,
        /// After `into`.
        into: Option<Ident>,
    },
    /// `orderby a, b descending`: each key with true for descending.
    OrderBy(Vec<(Expr, bool)>),
}

/// The end of a query.
#[derive(Clone, Debug)]
pub enum QueryEnd {
    /// `select e`
    Select(Expr),
    /// `group e by k`
    Group {
        /// The element.
        element: Expr,
        /// The key.
        key: Expr,
    },
}
