//! One call from the first byte of its head to the head of its answer.

use std::convert::Infallible;
use std::future::poll_fn;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, header};
use hyper::body::Incoming;

use crate::answer::{AnswerBody, InProgress, answer, plain, refuse};
use crate::arrive::arrive;
use crate::call::CallContext;
use crate::edge::connection::Connection;
use crate::edge::framing;
use crate::run::run;
use crate::worker::Worker;
use crate::{ambient, errors};

/// Where a balancer asks whether this instance takes calls.
const HEALTH_PATH: &str = "/status-0123456789abcdef";

/// Serves a call. A bug below costs this call and its connection, nothing else.
pub(crate) async fn serve(
    worker: Rc<Worker>,
    connection: Rc<Connection>,
    request: Request<Incoming>,
) -> Result<Response<AnswerBody>, Infallible> {
    connection.begun.set(connection.begun.get() + 1);
    let in_progress = InProgress::new(&connection);
    let number = in_progress.number;
    let spare = Rc::clone(&connection);
    let mut work = pin!(handle(worker, connection, request, in_progress));
    let guarded = poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(cx))) {
        Ok(poll) => poll.map(Some),
        Err(_) => Poll::Ready(None),
    });
    let Some(mut answer) = guarded.await else {
        let id = ambient::new_id();
        let id_text = policy_vm::respond::guid_text(&id);
        tracing::error!(request = id_text, "a call ended in a panic: this is a bug");
        return Ok(closing(refuse(&errors::simple(500, "InternalFault", ""), &id, InProgress::new(&spare))));
    };
    // The rest of a body that was refused is not waited for.
    if spare.broken_body(number).is_some() {
        answer = closing(answer);
    }
    Ok(answer)
}

fn closing(mut answer: Response<AnswerBody>) -> Response<AnswerBody> {
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}

async fn handle(
    worker: Rc<Worker>,
    connection: Rc<Connection>,
    request: Request<Incoming>,
    in_progress: InProgress,
) -> Response<AnswerBody> {
    let (parts, incoming) = request.into_parts();
    let in_progress = match shortcut(&worker, &connection, &parts, in_progress) {
        Ok(answer) => return answer,
        Err(in_progress) => in_progress,
    };
    let mut cx = CallContext::new(Rc::clone(&worker), connection, incoming);
    let mut exchange = worker.exchange();
    let start = arrive(&mut cx, &mut exchange, parts);
    let site = Rc::clone(&cx.site);
    let api = cx.api.and_then(|number| site.apis.get(number));
    let operation = api.zip(cx.operation).and_then(|(api, number)| api.operations.get(number));
    let flow = match (api, operation) {
        (_, Some(operation)) => operation.flow(cx.product),
        (Some(api), None) => &api.flow,
        (None, None) => &site.global,
    };
    cx.keep_headers = flow.needs.request_headers_after_forward;
    run(&mut cx, &mut exchange, &flow.pipeline, start).await;
    if let Some(refusal) = cx.connection.broken_body(in_progress.number) {
        // The body broke its framing while policies or the backend were reading it.
        let id = exchange.call.request_id;
        worker.give_back(exchange);
        return refuse(&errors::refused(refusal), &id, in_progress);
    }
    let answer = answer(cx, &mut exchange, in_progress);
    worker.give_back(exchange);
    answer
}

/// What needs no policy: refused messages, the health page, methods that a gateway does not take.
fn shortcut(
    worker: &Worker,
    connection: &Connection,
    parts: &Parts,
    in_progress: InProgress,
) -> Result<Response<AnswerBody>, InProgress> {
    if let Some(refusal) = framing::refusal(connection, &parts.method) {
        tracing::info!(client = %connection.peer, reason = refusal.reason(), "a message was refused");
        return Ok(refuse(&errors::refused(refusal), &ambient::new_id(), in_progress));
    }
    if parts.uri.path() == HEALTH_PATH && (parts.method == Method::GET || parts.method == Method::HEAD) {
        let status = if worker.draining.get() { 503 } else { 200 };
        return Ok(plain(status, "", in_progress));
    }
    if parts.method == Method::TRACE || parts.method == Method::CONNECT {
        let error = errors::simple(405, "MethodNotAllowed", "Method not allowed.");
        return Ok(refuse(&error, &ambient::new_id(), in_progress));
    }
    if let Some(expected) = parts.headers.get(header::EXPECT)
        && !expected.as_bytes().eq_ignore_ascii_case(b"100-continue")
    {
        let error = errors::simple(417, "ExpectationFailed", "Expectation failed.");
        return Ok(refuse(&error, &ambient::new_id(), in_progress));
    }
    Err(in_progress)
}
