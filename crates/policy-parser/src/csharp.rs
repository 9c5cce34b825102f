//! The C# 7 of policy expressions: finding where an expression ends, and reading it into a tree.

pub mod ast;
