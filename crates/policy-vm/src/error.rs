//! What `on-error` handles and what the caller sees when it does not: [`PolicyError`].

use std::borrow::Cow;

use http::{HeaderName, HeaderValue};

/// A failed policy or built-in step, as `context.LastError` shows it, with the answer it stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PolicyError {
    /// Element name of the policy, or the built-in step (`configuration`, `authorization`).
    pub source: Cow<'static, str>,
    /// Machine-readable code; may be empty.
    pub reason: Cow<'static, str>,
    /// Text for the operator.
    pub message: String,
    /// `global`, `workspace`, `product`, `api`, `operation`.
    pub scope: Cow<'static, str>,
    /// `inbound`, `backend`, `outbound`, `on-error`.
    pub section: Cow<'static, str>,
    /// `choose[3]/when[2]`.
    pub path: String,
    /// The policy's `id`.
    pub policy_id: String,
    /// Status the caller gets.
    pub status: u16,
    /// What the caller reads, where it differs from `message`.
    pub public_message: Option<Cow<'static, str>>,
    /// Reason phrase, where it differs from the standard one.
    pub status_reason: Option<Cow<'static, str>>,
    /// The exchange's response stays what it is (`fail-on-error-status-code`) instead of becoming the default one.
    pub keeps_response: bool,
    /// Headers of the answer.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}
