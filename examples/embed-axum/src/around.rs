//! A middleware that runs a policy around whatever comes after it.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use policy_vm::exchange::{self, Call, Url};
use policy_vm::host::Ambient;
use policy_vm::{Engine, Exchange, Pipeline};

use crate::counters::Counters;
use crate::host::{Machine, Routes};

/// A compiled policy with what outlives a call.
#[derive(Debug)]
pub struct Policy {
    engine: Engine,
    pipeline: Pipeline,
    pub(crate) counters: Counters,
}

impl Policy {
    /// A policy that nobody has called yet.
    #[must_use]
    pub fn new(engine: Engine, pipeline: Pipeline) -> Self {
        Self { engine, pipeline, counters: Counters::default() }
    }
}

/// Runs the policy; its `forward-request` runs `next`.
pub async fn around(State(policy): State<Arc<Policy>>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let extensions = std::mem::take(&mut parts.extensions);
    // Bodies are in memory here. A host that streams hands out `Body::Stream` and is asked for the bytes only when a
    // policy reads them.
    let Ok(body) = to_bytes(body, policy.engine.limits().buffered_body).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let mut exchange = Exchange::new(policy.engine.limits());
    fill(&mut exchange.call, parts, body);
    let host = Routes { next, extensions, policy: &policy };
    policy.pipeline.run(&mut exchange, &host).await;
    answer(exchange.call.response.take().unwrap_or_default())
}

/// What policies see of a request.
fn fill(call: &mut Call, parts: Parts, body: Bytes) {
    let host = parts.headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    let (name, port) = name_and_port(host);
    let url = Url {
        scheme: "http".to_owned(),
        host: name.to_owned(),
        port: port.parse().unwrap_or(0),
        path: parts.uri.path().to_owned(),
        query: parts.uri.query().unwrap_or_default().to_owned(),
    };
    call.original_url = url.clone();
    call.original_method = parts.method.clone();
    call.request.method = parts.method;
    call.request.url = url;
    call.request.headers = parts.headers;
    call.request.body = if body.is_empty() { exchange::Body::None } else { exchange::Body::Bytes(body) };
    call.timestamp = Machine.now_ticks();
    Machine.random(&mut call.request_id);
}

/// `shop.example:8080`, `[::1]:8080`; an address in brackets has colons of its own.
fn name_and_port(host: &str) -> (&str, &str) {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.ends_with(']') => (name, port),
        _ => (host, ""),
    }
}

fn answer(response: exchange::Response) -> Response {
    let body = match response.body {
        exchange::Body::Bytes(bytes) => Body::from(bytes),
        _ => Body::empty(),
    };
    let mut answer = Response::new(body);
    *answer.status_mut() = StatusCode::from_u16(response.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    *answer.headers_mut() = response.headers;
    // A policy may have changed the body: its length is counted anew.
    answer.headers_mut().remove(header::CONTENT_LENGTH);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_a_name_and_perhaps_a_port() {
        assert_eq!(name_and_port("shop.example"), ("shop.example", ""));
        assert_eq!(name_and_port("shop.example:8080"), ("shop.example", "8080"));
        assert_eq!(name_and_port("[::1]"), ("[::1]", ""));
        assert_eq!(name_and_port("[::1]:8080"), ("[::1]", "8080"));
    }
}
