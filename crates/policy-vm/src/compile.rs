//! From documents and expressions to programs.

mod bodies;
mod document;
mod fragment;
mod policy;
mod walk;

use std::sync::Arc;

use crate::bytecode::Code;
use crate::step::ExprId;
use crate::types::TypeId;
use crate::value::heap::Pool;

pub(crate) use bodies::store_body;
pub(crate) use document::{check_fragment, compile as document};
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
    /// `context.Request.Certificate`.
    pub certificate: bool,
}

impl Reads {
    /// What either reads.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self {
            request_body: self.request_body | other.request_body,
            response_body: self.response_body | other.response_body,
            request: self.request | other.request,
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

/// Collects the functions and literals of a program under construction.
#[derive(Debug, Default)]
pub struct ExpressionSink {}

impl ExpressionSink {
    /// Compiles `text`, which is `@( … )` or `@{ … }`, for a place that wants `wanted`.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn compile(&mut self, text: &str, wanted: Wanted) -> Result<Expression, Vec<ExpressionError>> {
        let _ = (text, wanted);
        Err(Vec::new())
    }

    /// Everything that was compiled, for the program.
    pub(crate) fn finish(self) -> (Code, Arc<Pool>) {
        (Code::default(), Arc::default())
    }
}
