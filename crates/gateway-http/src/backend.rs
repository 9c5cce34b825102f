//! Calls that the gateway makes: to backends for its callers, and for policies.

pub(crate) mod body;
pub(crate) mod breaker;
pub(crate) mod client;
pub(crate) mod connect;
pub(crate) mod ear;
pub(crate) mod egress;
pub(crate) mod error;
mod expect;
pub(crate) mod forward;
pub(crate) mod gather;
pub(crate) mod headers;
pub(crate) mod line;
pub(crate) mod members;
pub(crate) mod pool;
pub(crate) mod profile;
pub(crate) mod profiles;
pub(crate) mod redirect;
pub(crate) mod resolve;
pub(crate) mod routed;
pub(crate) mod send;
pub(crate) mod status;
pub(crate) mod target;
pub(crate) mod through;
pub(crate) mod trailers;
pub(crate) mod upgrade;
pub(crate) mod verify;
mod wire;
