//! The gateway that runs policy documents.

mod edge;
mod timer;
