//! The policy engine: compiles policy documents with their C# expressions and runs them against an exchange.
//!
//! It opens no socket and no file, reads no clock and no randomness: see [`host`].

pub mod cx;
pub mod error;
pub mod exception;
pub mod exchange;
pub mod host;
pub mod library;
mod machine;
pub mod names;
pub mod stored;
pub mod types;
pub mod value;
