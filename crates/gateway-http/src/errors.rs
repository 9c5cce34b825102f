//! The gateway's own refusals, in the terms of `context.LastError`. They become bytes where all errors do.

use std::borrow::Cow;

use http::{HeaderValue, header};
use policy_vm::error::PolicyError;
use policy_vm::exchange::Url;

use crate::edge::refusal::Refusal;
use crate::site::Api;

/// No API, or no operation of it.
pub(crate) fn not_found() -> PolicyError {
    PolicyError {
        source: "configuration".into(),
        reason: "OperationNotFound".into(),
        message: "Unable to match incoming request to an operation.".to_owned(),
        section: "backend".into(),
        status: 404,
        public_message: Some("Resource not found".into()),
        status_reason: Some("Resource Not Found".into()),
        ..PolicyError::default()
    }
}

/// The path has no meaning at all.
pub(crate) fn bad_path() -> PolicyError {
    PolicyError {
        source: "configuration".into(),
        reason: "BadRequestTarget".into(),
        message: "The request's path cannot be decoded.".to_owned(),
        status: 400,
        public_message: Some("Bad request.".into()),
        ..PolicyError::default()
    }
}

/// No key where one is needed.
pub(crate) fn key_missing(api: &Api, url: &Url) -> PolicyError {
    let this = "Access denied due to missing subscription key. Make sure to include subscription key when making \
                requests to this API.";
    let an = "Access denied due to missing subscription key. Make sure to include subscription key when making \
              requests to an API.";
    PolicyError { public_message: Some(an.into()), ..key_error("SubscriptionKeyNotFound", this, api, url) }
}

/// A key that is not good for the API.
pub(crate) fn key_invalid(api: &Api, url: &Url) -> PolicyError {
    let message =
        "Access denied due to invalid subscription key. Make sure to provide a valid key for an active subscription.";
    key_error("SubscriptionKeyInvalid", message, api, url)
}

fn key_error(reason: &'static str, message: &str, api: &Api, url: &Url) -> PolicyError {
    let (path, name) = (&api.api.path, &api.api.key_header);
    let place = Url { path: format!("/{path}"), query: String::new(), ..url.clone() };
    let challenge = format!("AzureApiManagementKey realm=\"{place}\",name=\"{name}\",type=\"header\"");
    PolicyError {
        source: "authorization".into(),
        reason: reason.into(),
        message: message.to_owned(),
        section: "inbound".into(),
        status: 401,
        headers: HeaderValue::try_from(challenge).map(|value| (header::WWW_AUTHENTICATE, value)).into_iter().collect(),
        ..PolicyError::default()
    }
}

/// When a caller that found the gateway busy may come again.
const RETRY_AFTER_SECONDS: &str = "1";

/// What may be asked for instead of a method that a gateway does not take, besides what an API has of its own.
const ALLOWED: &str = "DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT";

/// The edge refused the message.
pub(crate) fn refused(refusal: Refusal) -> PolicyError {
    let mut error = simple(refusal.status(), refusal.reason(), refusal.message());
    match refusal {
        Refusal::Overloaded => {
            error.headers.push((header::RETRY_AFTER, HeaderValue::from_static(RETRY_AFTER_SECONDS)));
        }
        Refusal::MethodNotAllowed => error.headers.push((header::ALLOW, HeaderValue::from_static(ALLOWED))),
        _ => {}
    }
    error
}

/// A policy, or a backend, made an answer of a status behind which the real one is still to come.
pub(crate) fn interim_status(status: u16) -> PolicyError {
    PolicyError {
        message: format!("The status {status} announces an answer and is none."),
        ..simple(500, "StatusNotFinal", "")
    }
}

/// A refusal of the gateway itself.
pub(crate) fn simple(status: u16, reason: &'static str, message: &'static str) -> PolicyError {
    PolicyError {
        source: Cow::Borrowed("gateway"),
        reason: Cow::Borrowed(reason),
        message: message.to_owned(),
        status,
        ..PolicyError::default()
    }
}
