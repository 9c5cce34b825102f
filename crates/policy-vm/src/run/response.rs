//! The response at the seams of a run: the one an error stands for, the one of an empty `backend`, and what every final
//! response gets.

use http::{HeaderMap, header};

use crate::error::PolicyError;
use crate::exchange::{Body, Exchange, Response};
use crate::respond;

/// `200` without a body.
pub(super) fn empty() -> Response {
    Response { status: 200, ..Response::default() }
}

/// Makes an error the last one, and the response what it stands for, before `on-error` runs.
pub(super) fn set_error(exchange: &mut Exchange, error: Box<PolicyError>) {
    let call = &mut exchange.call;
    if !(error.keeps_response && call.response.is_some()) {
        call.response = Some(respond::error_response(&error, &call.request_id));
    }
    call.last_error = Some(error);
}

/// An error inside `on-error`: a plain 500, whatever error it was. The first error stays the one that is told about.
pub(super) fn set_fault(exchange: &mut Exchange, error: &PolicyError) {
    let call = &mut exchange.call;
    let fault = PolicyError { status: 500, message: error.message.clone(), ..PolicyError::default() };
    call.response = Some(respond::error_response(&fault, &call.request_id));
}

/// Applies the headers that every final response gets, and drops a body that its status forbids.
pub(super) fn complete(exchange: &mut Exchange) {
    let call = &mut exchange.call;
    let response = call.response.get_or_insert_with(empty);
    for (name, value) in call.final_headers.drain(..) {
        if name == header::VARY {
            add_vary(&mut response.headers, value);
        } else {
            response.headers.insert(name, value);
        }
    }
    if response.status < 200 || matches!(response.status, 204 | 304) {
        response.body = Body::None;
    }
}

/// `Vary` is a set: what the backend said stays.
fn add_vary(headers: &mut HeaderMap, value: http::HeaderValue) {
    let known = headers.get_all(header::VARY).iter().any(|line| {
        line.as_bytes().split(|byte| *byte == b',').any(|name| name.trim_ascii().eq_ignore_ascii_case(value.as_bytes()))
    });
    if !known {
        headers.append(header::VARY, value);
    }
}
