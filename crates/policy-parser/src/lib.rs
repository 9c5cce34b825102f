//! Text to tree: policy documents (raw and escaped XML) and the C# of their expressions.
//!
//! Everything here returns a tree *and* diagnostics; nothing here knows the name of a policy, an attribute or a .NET
//! type. Start at [`document`] for XML, at [`csharp`] for expressions.

pub mod csharp;
pub mod diagnostic;
pub mod document;
pub mod source;
pub mod suggest;

pub use diagnostic::{Diagnostic, Severity};
pub use document::{parse, parse_document, parse_with};
pub use source::{Position, Source, Span};
