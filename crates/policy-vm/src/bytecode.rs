//! The instructions that expressions are compiled to.

/// A compiled function: an expression, a block, a lambda or a local function.
#[derive(Debug, Default)]
pub struct Function {}

/// What the instructions of a program refer to by number.
#[derive(Debug, Default)]
pub struct Tables {}
