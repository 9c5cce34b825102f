//! Why a host could not do what it was asked.

use std::time::Duration;

/// Why a host could not do what it was asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct HostError {
    /// What kind of failure.
    pub kind: HostErrorKind,
    /// For the operator.
    pub message: String,
    /// What the caller is told of a backend that takes no calls; for [`HostErrorKind::Unavailable`].
    pub unavailable: Option<Box<Unavailable>>,
}

/// A backend whose circuit breaker is open, or a pool without a member that takes calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unavailable {
    /// Status of the answer: 503 unless the backend's configuration says otherwise.
    pub status: u16,
    /// It was a pool.
    pub is_pool: bool,
    /// When it takes calls again, as far as that is known.
    pub retry_after: Option<Duration>,
}

/// The kinds of host failures that policies tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum HostErrorKind {
    /// The host does not offer this.
    Refused,
    /// No answer in time: `Timeout`.
    Timeout,
    /// No connection, or it broke: `BackendConnectionFailure`.
    Connection,
    /// The client went away: `ClientConnectionFailure`.
    ClientGone,
    /// A body is larger than allowed.
    BodyTooLarge,
    /// The request's body, which was to be kept, is.
    RequestBodyTooLarge,
    /// The backend's circuit breaker is open, or its pool is empty.
    Unavailable,
}

impl HostError {
    /// An error of that kind.
    #[must_use]
    pub fn new(kind: HostErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), unavailable: None }
    }

    /// A backend that takes no calls.
    #[must_use]
    pub fn unavailable(message: impl Into<String>, unavailable: Unavailable) -> Self {
        Self { unavailable: Some(Box::new(unavailable)), ..Self::new(HostErrorKind::Unavailable, message) }
    }
}
