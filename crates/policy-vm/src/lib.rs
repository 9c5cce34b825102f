//! The policy engine: compiles policy documents with their C# expressions and runs them against an exchange.
//!
//! It opens no socket and no file, reads no clock and no randomness: see [`host`].

pub mod bytecode;
pub mod check;
pub mod compile;
pub mod cx;
pub mod drive;
pub mod engine;
pub mod error;
pub mod eval;
pub mod exception;
pub mod exchange;
pub mod host;
pub mod library;
mod listing;
mod machine;
pub mod names;
mod operand;
mod policies;
pub mod program;
pub mod respond;
pub mod run;
pub mod spec;
mod step;
pub mod stored;
pub mod types;
pub mod value;

pub use drive::Host;
pub use engine::{Compiled, Engine, Environment, Limits, NamedValue, Scope, Switches};
pub use exchange::Exchange;
pub use policies::{not_built, specs};
pub use program::{Needs, Pipeline, Program, Section};
pub use run::{Ended, Progress, Run};
pub use step::ExprId;
