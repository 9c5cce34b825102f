//! One call from the first byte of its head to the head of its answer.

use std::convert::Infallible;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll};
use std::time::Instant;

use http::request::Parts;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Body as _;
use hyper::body::Incoming;
use policy_vm::Exchange;
use policy_vm::host::Message;

use crate::access_log::line::Line;
use crate::answer::{AnswerBody, InProgress, answer, plain, refuse};
use crate::arrive::arrive;
use crate::backend::spelling::Spelling;
use crate::call::CallContext;
use crate::edge::connection::Connection;
use crate::edge::framing;
use crate::edge::refusal::Refusal;
use crate::metrics::count;
use crate::run::{Start, run};
use crate::site::VERSION;
use crate::worker::Worker;
use crate::{ambient, errors};

/// Where a balancer asks whether this instance takes calls.
const HEALTH_PATH: &str = "/status-0123456789abcdef";

/// A call being served. A bug below costs this call and its connection, nothing else.
pub(crate) struct Serving<F> {
    work: Work<F>,
    connection: Rc<Connection>,
    told: Told,
}

/// What is known of a call when all that was made for it is gone.
#[derive(Debug, Clone, Copy)]
struct Told {
    number: u64,
    started: Instant,
    /// None before it has one.
    id: Option<[u8; 16]>,
}

enum Work<F> {
    Answered(Option<Box<Response<AnswerBody>>>),
    /// Boxed: the library moves what it is given, and this is as large as all that a call may ever wait for.
    Running(Pin<Box<F>>),
}

/// What a call is made of while it runs. It is boxed once and stays where it is: a future is copied whole when a call
/// begins, and only the part of it that waits should be.
struct Job {
    cx: CallContext,
    exchange: Box<Exchange>,
    in_progress: InProgress,
}

/// Serves a call. Everything before the first wait happens here, outside of any future.
pub(crate) fn serve(
    worker: &Rc<Worker>,
    connection: &Rc<Connection>,
    request: Request<Incoming>,
) -> Serving<impl Future<Output = Response<AnswerBody>> + use<>> {
    let number = connection.begun.get() + 1;
    connection.begun.set(number);
    let in_progress = InProgress::new(connection);
    let mut told = Told { number, started: in_progress.started, id: None };
    let begun = catch_unwind(AssertUnwindSafe(|| begin(worker, connection, request, in_progress)));
    let work = match begun {
        Ok(Ok((job, start))) => {
            told.id = Some(job.exchange.call.request_id);
            Work::Running(Box::pin(finish(job, start)))
        }
        Ok(Err(answer)) => Work::Answered(Some(answer)),
        Err(_) => Work::Answered(Some(Box::new(after_panic(connection, told)))),
    };
    Serving { work, connection: Rc::clone(connection), told }
}

impl<F: Future<Output = Response<AnswerBody>>> Future for Serving<F> {
    type Output = Result<Response<AnswerBody>, Infallible>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let polled = match &mut this.work {
            Work::Answered(answer) => answer.take().map_or(Poll::Pending, |answer| Poll::Ready(*answer)),
            Work::Running(call) => catch_unwind(AssertUnwindSafe(|| call.as_mut().poll(cx)))
                .unwrap_or_else(|_| Poll::Ready(after_panic(&this.connection, this.told))),
        };
        // The rest of a body that was refused is not waited for.
        polled.map(|answer| {
            let is_last = this.connection.last_call.get() || this.connection.broken_body(this.told.number).is_some();
            // Behind a change of protocol it is another connection; the header says which.
            let is_closing = is_last && answer.status() != StatusCode::SWITCHING_PROTOCOLS;
            Ok(if is_closing { closing(answer) } else { answer })
        })
    }
}

fn after_panic(connection: &Rc<Connection>, told: Told) -> Response<AnswerBody> {
    let id = told.id.unwrap_or_else(ambient::new_id);
    count(&connection.metrics.panics);
    let id_text = policy_vm::respond::guid_text(&id);
    tracing::error!(request = id_text, "a call ended in a panic: this is a bug");
    let in_progress = InProgress::again(connection, told.number, told.started);
    closing(refuse(&errors::simple(500, "InternalFault", ""), &id, in_progress))
}

fn closing(mut answer: Response<AnswerBody>) -> Response<AnswerBody> {
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}

/// The answer to a message that is refused: counted, and logged with the request's id while that is news.
fn refused(
    worker: &Worker,
    connection: &Connection,
    refusal: Refusal,
    id: &[u8; 16],
    in_progress: InProgress,
) -> Response<AnswerBody> {
    if worker.metrics.refused(refusal.reason(), worker.clock.millis()) {
        let request = policy_vm::respond::guid_text(id);
        let (reason, limit) = (refusal.reason(), refusal.limit(&worker.head_limits(), &worker.timeouts.get()));
        tracing::info!(client = %connection.peer, request, reason, limit, "a message was refused");
    }
    refuse(&errors::refused(refusal), id, in_progress)
}

/// What happens before the first wait: the answer, where no policy is needed for it, or what is to be run.
fn begin(
    worker: &Rc<Worker>,
    connection: &Rc<Connection>,
    request: Request<Incoming>,
    in_progress: InProgress,
) -> Result<(Box<Job>, Start), Box<Response<AnswerBody>>> {
    let (mut parts, incoming) = request.into_parts();
    let in_progress = shortcut(worker, connection, &parts, &incoming, in_progress)?;
    let mut job = Box::new(Job {
        cx: CallContext::new(Rc::clone(worker), Rc::clone(connection), incoming, in_progress.started),
        exchange: worker.exchange(),
        in_progress,
    });
    if job.cx.rules.gateway.preserve_header_case {
        job.cx.spelling = Some(Box::new(Spelling {
            request: Spelling::of(std::mem::take(&mut parts.extensions)),
            ..Spelling::default()
        }));
    }
    let start = arrive(&mut job.cx, &mut job.exchange, &mut parts);
    if worker.log.is_on() {
        job.cx.line = Some(Box::new(Line::new(&job.cx, &job.exchange)));
    }
    Ok((job, start))
}

async fn finish(mut job: Box<Job>, start: Start) -> Response<AnswerBody> {
    let site = Rc::clone(&job.cx.site);
    let flow = site.flow(job.cx.api, job.cx.operation, job.cx.product);
    job.cx.keep_headers = flow.needs.request_headers_after_forward;
    if let Some(trailers) = &mut job.cx.trailers {
        trailers.obey(Message::Request, flow.edits.as_ref());
    }
    let Job { cx, exchange, .. } = &mut *job;
    run(cx, exchange, &flow.pipeline, start).await;
    // Taken out one by one: the rest is too large to be moved for nothing.
    let (mut exchange, in_progress) = (job.exchange, job.in_progress);
    let cx = &mut job.cx;
    let answer = match cx.connection.broken_body(in_progress.number) {
        // The body broke its framing while policies or the backend were reading it.
        Some(refusal) => {
            let answer = refused(&cx.worker, &cx.connection, refusal, &exchange.call.request_id, in_progress);
            if let Some(mut line) = cx.line.take() {
                line.answered(cx, refusal.status(), Some(Box::new(errors::refused(refusal))));
                line.sent(answer.body().size_hint().lower(), true);
            }
            answer
        }
        None => answer(cx, &mut exchange, in_progress),
    };
    cx.worker.give_back(exchange);
    answer
}

/// Does a balancer ask whether this instance takes calls?
pub(crate) fn is_health(method: &Method, path: &str) -> bool {
    path == HEALTH_PATH && (method == Method::GET || method == Method::HEAD)
}

/// The refusal of a method that a gateway does not take.
pub(crate) fn refused_method(method: &Method) -> Option<Refusal> {
    (method == Method::TRACE || method == Method::CONNECT).then_some(Refusal::MethodNotAllowed)
}

/// Is it a question about the server as a whole (RFC 9110 9.3.7)? It has no path that could lead anywhere.
fn is_ping(parts: &Parts) -> bool {
    parts.method == Method::OPTIONS && parts.uri.path() == "*"
}

/// What needs no policy: refused messages, the health page, methods that a gateway does not take.
fn shortcut(
    worker: &Worker,
    connection: &Connection,
    parts: &Parts,
    incoming: &Incoming,
    in_progress: InProgress,
) -> Result<InProgress, Box<Response<AnswerBody>>> {
    let refuse = |refusal, in_progress| Box::new(refused(worker, connection, refusal, &ambient::new_id(), in_progress));
    if let Some(refusal) = framing::refusal(connection, &parts.method) {
        return Err(refuse(refusal, in_progress));
    }
    if is_health(&parts.method, parts.uri.path()) {
        let status = if worker.draining.get() || worker.shared.status.is_leaving() { 503 } else { 200 };
        let mut answer = Box::new(plain(status, "", in_progress));
        if let Some(version) = &worker.site.borrow().version {
            answer.headers_mut().insert(VERSION, version.clone());
        }
        return Err(answer);
    }
    if connection.crowded.get() || worker.is_overloaded(in_progress.started) {
        let answer = refuse(Refusal::Overloaded, in_progress);
        if !connection.crowded.get() {
            return Err(answer);
        }
        // HTTP/2 has another way to say so.
        if let Some(connection) = &connection.parent {
            connection.retiring.set(true);
            connection.wake();
        }
        return Err(Box::new(closing(*answer)));
    }
    if let Some(refusal) = refused_method(&parts.method) {
        return Err(refuse(refusal, in_progress));
    }
    if is_ping(parts) {
        return Err(Box::new(plain(200, "", in_progress)));
    }
    if !incoming.is_end_stream()
        && let Some(expected) = parts.headers.get(header::EXPECT)
        && !expected.as_bytes().eq_ignore_ascii_case(b"100-continue")
    {
        return Err(refuse(Refusal::ExpectationFailed, in_progress));
    }
    Ok(in_progress)
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use crate::config::Config;
    use crate::edge::tests::start;
    use crate::timer::Clock;

    use super::*;

    #[tokio::test(flavor = "local")]
    async fn a_panic_costs_its_call_and_its_connection() {
        let mut config = Config::default();
        // Somebody looks at the figures.
        config.admin.address = Some("127.0.0.1:0".parse().unwrap());
        let (worker, ..) = start(config);
        let peer = std::net::Ipv4Addr::LOCALHOST.into();
        let connection = Rc::new(Connection::new(peer, false, Clock::new(), Rc::clone(&worker.metrics)));
        for panics in 1..=2 {
            let in_progress = InProgress::new(&connection);
            let told = Told { number: 1, started: in_progress.started, id: Some([7; 16]) };
            let call = async move {
                let _in_progress = in_progress;
                tokio::task::yield_now().await;
                panic!("planted");
            };
            let serving = Serving { work: Work::Running(Box::pin(call)), connection: Rc::clone(&connection), told };
            let mut answer = serving.await.unwrap();
            assert!(answer.status() == 500 && answer.headers()[header::CONNECTION] == "close");
            let frame = poll_fn(|cx| Pin::new(answer.body_mut()).poll_frame(cx)).await.unwrap().unwrap();
            let body = String::from_utf8(frame.into_data().unwrap().to_vec()).unwrap();
            assert!(body.contains(&policy_vm::respond::guid_text(&[7; 16])), "the id of the call: {body}");
            assert_eq!((worker.metrics.panics.get(), worker.metrics.calls.get()), (panics, 1));
            drop(answer);
            assert_eq!(worker.metrics.calls.get(), 0);
            assert_eq!(worker.metrics.snapshot().statuses, [(500, panics)].into_iter().collect());
        }
    }

    /// A gateway that stops says `close`, but not to whom it has just agreed to speak something else with.
    #[tokio::test(flavor = "local")]
    async fn a_change_of_protocol_is_not_taken_back() {
        let (worker, ..) = start(Config::default());
        let peer = std::net::Ipv4Addr::LOCALHOST.into();
        let connection = Rc::new(Connection::new(peer, false, Clock::new(), Rc::clone(&worker.metrics)));
        connection.last_call.set(true);
        for (status, expected) in [(101, "Upgrade"), (200, "close")] {
            let mut answer = plain(status, "", InProgress::new(&connection));
            answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
            let serving = Serving {
                work: Work::<std::future::Ready<_>>::Answered(Some(Box::new(answer))),
                connection: Rc::clone(&connection),
                told: Told { number: 1, started: Instant::now(), id: None },
            };
            assert_eq!(serving.await.unwrap().headers()[header::CONNECTION], expected);
        }
    }
}
