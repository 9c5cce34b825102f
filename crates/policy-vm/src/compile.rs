//! From documents and expressions to programs.

mod binder;
mod bodies;
mod bound;
mod convert;
mod document;
mod emit;
mod expression;
mod expression_sink;
mod flow;
mod fold;
mod fragment;
mod lambda;
mod local_function;
mod members;
mod names;
mod operands;
mod operators;
mod overload;
mod policy;
mod query;
mod result_type;
mod statement;
mod subtype;
mod unavailable;
mod walk;

use crate::step::ExprId;
use crate::types::TypeId;

pub(crate) use document::{check_fragment, compile as document};
pub use expression_sink::ExpressionSink;
pub(crate) use policy::Compiler;

/// What the place of an expression wants, see `expressions.md` 1.4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// A text: any allowed result type, converted with `ToString`.
    Text,
    /// `bool`.
    Bool,
    /// An integral number (or numeric text at run time).
    Integer,
    /// Any number.
    Number,
    /// A value kept as it is.
    Variable,
    /// Anything at all (`tollgate eval`).
    Any,
}

/// A compiled expression.
#[derive(Debug, Clone, Copy)]
pub struct Expression {
    /// Its function.
    pub id: ExprId,
    /// Its static type.
    pub ty: TypeId,
    /// What it reads.
    pub reads: Reads,
}

/// What an expression reads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reads {
    /// `context.Request.Body`.
    pub request_body: bool,
    /// `context.Response.Body`.
    pub response_body: bool,
    /// Headers, URL or method of `context.Request`.
    pub request: bool,
    /// Anything of `context.Response`.
    pub response: bool,
    /// `context.Request.Certificate`.
    pub certificate: bool,
}

impl Reads {
    /// Bodies are read through one interface, whosever they are. An expression that does not name the request does not
    /// read its body: it reads that of a response in a variable, which is in memory. Likewise for the response.
    #[must_use]
    pub(crate) const fn of_named_messages(self) -> Self {
        Self {
            request_body: self.request_body & self.request,
            response_body: self.response_body & self.response,
            ..self
        }
    }

    /// What either reads.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self {
            request_body: self.request_body | other.request_body,
            response_body: self.response_body | other.response_body,
            request: self.request | other.request,
            response: self.response | other.response,
            certificate: self.certificate | other.certificate,
        }
    }
}

/// What is wrong with an expression; the span counts bytes of the expression's own text.
#[derive(Debug, Clone)]
pub struct ExpressionError {
    /// The C# compiler's code, or one of ours.
    pub code: &'static str,
    /// The message.
    pub message: String,
    /// Where.
    pub span: policy_parser::Span,
    /// True for a warning.
    pub warning: bool,
}
