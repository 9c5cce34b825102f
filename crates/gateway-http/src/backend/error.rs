//! Why a backend could not be called.

use std::io;

use policy_vm::host::{HostError, HostErrorKind, Unavailable};

use crate::backend::body::BodyError;
use crate::certificates::CertificateFault;
use crate::tls::TlsError;

/// What can go wrong between a request and the head of its response.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CallError {
    #[error("the URL cannot be called: {0}")]
    Url(String),
    #[error("`{host}` has no address: {source}")]
    Resolve { host: String, source: io::Error },
    #[error("no connection to {origin}: {source}")]
    Connect { origin: String, source: io::Error },
    #[error("{origin} is out of reach: the rules for outgoing requests exclude its address")]
    Egress { origin: String },
    #[error("the call has come back to the gateway more often than it may")]
    Loop,
    #[error("no certificate to show: {0}")]
    Certificate(#[from] CertificateFault),
    #[error("no TLS settings: {0}")]
    Tls(#[from] TlsError),
    #[error("no token to show: {0}")]
    Token(String),
    #[error("backend `{id}` takes no calls")]
    Unavailable { id: String, unavailable: Unavailable },
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
    #[error("the request's body is larger than the {limit} bytes that are kept of one")]
    RequestTooLarge { limit: usize },
}

impl From<CallError> for HostError {
    fn from(error: CallError) -> Self {
        if let CallError::Unavailable { unavailable, .. } = &error {
            let unavailable = unavailable.clone();
            return Self::unavailable(error.to_string(), unavailable);
        }
        let kind = match &error {
            CallError::Url(_) | CallError::Certificate(_) | CallError::Tls(_) | CallError::Token(_) => {
                HostErrorKind::Refused
            }
            CallError::Timeout => HostErrorKind::Timeout,
            CallError::TooLarge { .. } => HostErrorKind::BodyTooLarge,
            CallError::RequestTooLarge { .. } => HostErrorKind::RequestBodyTooLarge,
            CallError::RequestBody => HostErrorKind::ClientGone,
            _ => HostErrorKind::Connection,
        };
        Self::new(kind, error.to_string())
    }
}
