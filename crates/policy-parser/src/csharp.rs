//! The C# 7 of policy expressions: finding where an expression ends, and reading it into a tree.
//!
//! "Nominally C# 7. Expressions are method-body code: no type, namespace or member declarations except local
//! functions." The syntax of C# 7.3 is read completely, also what is refused later; what came after it is refused here.

#[allow(
    clippy::large_enum_variant,
    reason = "trees are small and short-lived; a box a variant costs more than it saves"
)]
pub mod ast;
mod expression;
mod interpolation;
mod lexer;
mod list;
mod lookahead;
mod number;
mod parser;
mod progress;
mod scan;
mod statement;
mod text;
mod token;
mod type_name;

pub use progress::{MAX_HEIGHT, MAX_NESTING};
pub use scan::{ScanError, ScanErrorReason, scan_expression_end};

use crate::source::Span;
use ast::Root;

/// Something in an expression that is not C#.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The C# compiler's code, `CS1002`.
    pub code: &'static str,
    /// The C# compiler's words.
    pub message: String,
    /// The culprit, in byte offsets of the expression's text.
    pub span: Span,
}

/// An expression's tree, and what is wrong with it.
#[derive(Clone, Debug)]
pub struct Parsed {
    /// The tree; it exists whatever the text is.
    pub root: Root,
    /// In the order of position. Empty when the text is C# 7.
    pub errors: Vec<SyntaxError>,
}

/// Reads `text`, the whole of `@( … )` or `@{ … }`.
///
/// All errors are found in one run. The tree is complete where there are none; where there are, what could not be read
/// is left out or is an `Error` node. It is never higher than [`MAX_HEIGHT`], so that walking it is safe.
#[must_use]
pub fn parse(text: &str) -> Parsed {
    let (root, errors) = parser::Parser::new(text).root();
    Parsed { root, errors }
}
