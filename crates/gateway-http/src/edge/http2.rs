//! HTTP/2: hyper's and h2's, behind a filter that counts what they do not, with every request brought into the one form
//! that HTTP/1.1 has here too.

mod frames;
mod request;

use std::convert::Infallible;
use std::rc::Rc;

use http::header::CONTENT_LENGTH;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body::Body as _;
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};

use self::frames::Frames;
use self::request::normalise;
use crate::answer::AnswerBody;
use crate::edge::connection::Connection;
use crate::edge::framing::STAND_IN_METHOD;
use crate::edge::serve::Serve;
use crate::handler::serve;
use crate::worker::Worker;

/// Of a response that waits for the client to take it, for each stream.
const SEND_BUFFER: usize = 64 << 10;
/// What a client may send before somebody reads it, for each stream and for all of a connection.
const STREAM_WINDOW: u32 = 64 << 10;
const CONNECTION_WINDOW: u32 = 1 << 20;

/// Tasks stay on the thread that they begin on.
#[derive(Debug, Clone, Copy)]
struct ThisThread;

impl<F: Future + 'static> hyper::rt::Executor<F> for ThisThread {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(async move {
            future.await;
        });
    }
}

/// Serves a connection to its end.
pub(super) async fn speak<S: AsyncRead + AsyncWrite + Unpin + 'static>(
    stream: S,
    connection: Rc<Connection>,
    worker: Rc<Worker>,
) -> hyper::Result<()> {
    connection.http2.set(true);
    let limits = worker.limits.get();
    let frames = Frames::new(stream, Rc::clone(&connection), limits.control_frames);
    let calls = (Rc::clone(&worker), Rc::clone(&connection));
    let service = service_fn(move |request| call(&calls.0, &calls.1, request));
    let mut http = http2::Builder::new(ThisThread);
    http.max_concurrent_streams(limits.streams)
        .max_header_list_size(u32::try_from(limits.header_block).unwrap_or(u32::MAX))
        .initial_stream_window_size(STREAM_WINDOW)
        .initial_connection_window_size(CONNECTION_WINDOW)
        .max_send_buf_size(SEND_BUFFER);
    let served = http.serve_connection(TokioIo::new(frames), service);
    Serve::new(served, connection).await.map(drop)
}

/// One stream: a connection of its own to whatever is above.
fn call(
    worker: &Rc<Worker>,
    connection: &Rc<Connection>,
    mut request: Request<Incoming>,
) -> impl Future<Output = Result<Response<AnswerBody>, Infallible>> + use<> {
    let stream = connection.stream();
    let is_head = request.method() == Method::HEAD;
    match normalise(&mut request, &worker.head_limits()) {
        Ok(size) => stream.received.set(size),
        Err(refusal) => {
            stream.refusal.set(Some(refusal));
            *request.method_mut() = Method::from_bytes(STAND_IN_METHOD.as_bytes()).unwrap_or_default();
        }
    }
    let serving = serve(worker, &stream, request);
    async move {
        let mut answer = serving.await?;
        // The library sends whatever body there is; HTTP/1.1's looks at the method and the status itself.
        if is_head || matches!(answer.status(), StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            without_body(&mut answer, is_head);
        }
        Ok(answer)
    }
}

/// Only the length of the body stays, and that where the body would have been sent.
fn without_body(answer: &mut Response<AnswerBody>, is_head: bool) {
    let length = answer.body().size_hint().exact().filter(|length| is_head && *length > 0);
    if let Some(length) = length
        && !answer.headers().contains_key(CONTENT_LENGTH)
    {
        answer.headers_mut().insert(CONTENT_LENGTH, HeaderValue::from(length));
    }
    answer.body_mut().discard();
}
