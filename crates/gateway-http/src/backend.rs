//! Calls that the gateway makes: to backends for its callers, and for policies.

pub(crate) mod body;
pub(crate) mod client;
pub(crate) mod connect;
pub(crate) mod error;
pub(crate) mod forward;
pub(crate) mod headers;
pub(crate) mod pool;
pub(crate) mod redirect;
pub(crate) mod send;
pub(crate) mod target;
mod wire;
