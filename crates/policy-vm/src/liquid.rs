//! Liquid templates in `set-body`, in the dialect of the service: DotLiquid's tags, with filters named as C# names
//! methods, and one tag of its own, `JSONArrayFor`.
//!
//! A template is parsed when its document is compiled. Rendering is charged to the same budget as expressions: a step for
//! each node and each piece of text, and the memory of everything it makes. It reads no file: there is nothing to
//! `include`.

mod condition;
mod context;
mod expression;
mod filters;
mod lexer;
mod loops;
mod parse;
mod render;
mod value;

pub(crate) use self::lexer::unescape_tags;
pub(crate) use self::parse::{Mistake, Template};
pub(crate) use self::render::Binding;

#[cfg(test)]
mod tests;
