//! Why a backend could not be called.

use std::io;

use crate::backend::body::BodyError;
use policy_vm::host::{HostError, HostErrorKind};

/// What can go wrong between a request and the head of its response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error("the URL cannot be called: {0}")]
    Url(String),
    #[error("`{host}` has no address: {source}")]
    Resolve { host: String, source: io::Error },
    #[error("no connection to {origin}: {source}")]
    Connect { origin: String, source: io::Error },
    #[error("no connection to {origin} within the connect timeout")]
    ConnectTimeout { origin: String },
    #[error("the connection to {origin} broke: {source}")]
    Broken { origin: String, source: hyper::Error },
    #[error("{origin} switched protocols unasked")]
    Unasked { origin: String },
    #[error("the answer of {origin} broke off: {source}")]
    Body { origin: String, source: BodyError },
    #[error("the request's body could not be read")]
    RequestBody,
    #[error("no answer in time")]
    Timeout,
    #[error("the body is larger than the {limit} bytes that a policy may read")]
    TooLarge { limit: usize },
}

impl From<CallError> for HostError {
    fn from(error: CallError) -> Self {
        let kind = match &error {
            CallError::Url(_) => HostErrorKind::Refused,
            CallError::Timeout => HostErrorKind::Timeout,
            CallError::TooLarge { .. } => HostErrorKind::BodyTooLarge,
            CallError::RequestBody => HostErrorKind::ClientGone,
            _ => HostErrorKind::Connection,
        };
        Self::new(kind, error.to_string())
    }
}
