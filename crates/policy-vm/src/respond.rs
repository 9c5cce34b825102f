//! Errors as HTTP responses: the one place where an error becomes bytes.
//!
//! The layout is that of the service, to the byte (`runtime.md` 2.6): one line, a blank inside each brace and after each
//! colon and comma.

use std::fmt::Write as _;

use bytes::Bytes;
use http::{HeaderValue, header};

use crate::error::PolicyError;
use crate::exchange::{Body, Response};
use crate::host::Unavailable;

/// The response that an error stands for. A 500 hides its cause, unless there is a text for callers, and names the call.
#[must_use]
pub fn error_response(error: &PolicyError, request_id: &[u8; 16]) -> Response {
    let status = if (100..=999).contains(&error.status) { error.status } else { 500 };
    let mut response = Response {
        status,
        reason: error.status_reason.as_deref().map(Into::into),
        body: Body::Bytes(error_body(status, told(status, error), request_id)),
        ..Response::default()
    };
    response.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    for (name, value) in &error.headers {
        response.headers.append(name, value.clone());
    }
    response
}

/// What the caller reads: the text that is meant for callers, else the message. That of a 500 is about the inside.
fn told(status: u16, error: &PolicyError) -> &str {
    match &error.public_message {
        Some(text) => text,
        None if status == 500 => "Internal server error",
        None => &error.message,
    }
}

/// The answer in the place of a backend that takes no calls. Which one it is, is not the caller's business; the reason
/// phrase of a pool is what published documents look for.
pub(crate) fn no_backend(unavailable: &Unavailable, request_id: &[u8; 16]) -> Response {
    let status = unavailable.status;
    let phrase = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let mut response = Response {
        status,
        reason: unavailable.is_pool.then(|| "Backend pool is temporarily unavailable".into()),
        body: Body::Bytes(error_body(status, phrase.unwrap_or("Service Unavailable"), request_id)),
        ..Response::default()
    };
    response.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    if let Some(after) = unavailable.retry_after {
        let seconds = after.as_secs() + u64::from(after.subsec_nanos() > 0);
        response.headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds.max(1)));
    }
    response
}

/// `{ "statusCode": 429, "message": "…" }`.
#[must_use]
pub fn error_body(status: u16, message: &str, request_id: &[u8; 16]) -> Bytes {
    let mut body = String::with_capacity(64 + message.len());
    let _ = write!(body, "{{ \"statusCode\": {status}, \"message\": \"");
    escape(message, &mut body);
    body.push('"');
    if status == 500 {
        let _ = write!(body, ", \"activityId\": \"{}\"", guid_text(request_id));
    }
    body.push_str(" }");
    body.into()
}

/// `00000000-0000-0000-0000-000000000000`, lower case.
#[must_use]
pub fn guid_text(id: &[u8; 16]) -> String {
    let mut text = String::with_capacity(36);
    for (i, byte) in id.iter().enumerate() {
        if matches!(i, 4 | 6 | 8 | 10) {
            text.push('-');
        }
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if (c as u32) < 0x20 => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lengths observed on the wire: `runtime.md` 2.5, part 2 section 1.2.
    #[test]
    fn bodies_have_the_lengths_seen_on_the_service() {
        let of = |status, message| error_body(status, message, &[0; 16]).len();
        assert_eq!(of(429, "Rate limit is exceeded. Try again in 57 seconds."), 84);
        assert_eq!(of(404, "Resource not found"), 54);
        let missing = "Access denied due to missing subscription key. Make sure to include subscription key when making \
                       requests to an API.";
        assert_eq!(of(401, missing), 152);
    }
}
