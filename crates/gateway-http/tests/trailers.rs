//! Fields behind a body: over HTTP/1.1 where both sides said so, over HTTP/2 as gRPC needs them. `threats.md` C13.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use support::{Backend, Folder, Scene, reply};

const FIELDS: &str =
    "X-Sum: 1\r\nX-Other: 2\r\nAuthorization: evil\r\nContent-Length: 9\r\nX-Forwarded-For: 9.9.9.9\r\n";

fn answering() -> Backend {
    Backend::new(|_, stream| {
        reply(
            stream,
            &format!(
                "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum, Authorization\r\n\r\n5\r\nhello\r\n0\r\n{FIELDS}\r\n"
            ),
        )
    })
}

fn get(more: &str) -> String {
    format!("GET /a HTTP/1.1\r\nHost: h\r\n{more}\r\n")
}

/// Only a client that says that it reads them gets those that were announced.
#[test]
fn answers_bring_what_was_announced_to_who_asked() {
    let backend = answering();
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    let mut call = |more: &str| {
        let answer = client.send(get(more)).read().unwrap();
        assert_eq!((answer.status, answer.body.as_str()), (200, "hello"), "{more}");
        (answer.header("trailer").map(str::to_owned), answer.trailers.to_ascii_lowercase())
    };
    let asked = "Connection: keep-alive, TE\r\nTE: trailers\r\n";
    assert_eq!(call(asked), (Some("x-sum".to_owned()), "x-sum: 1\r\n".to_owned()));
    for more in ["", "TE: trailers\r\n", "Connection: TE\r\nTE: gzip\r\n", "Connection: TE\r\n"] {
        assert_eq!(call(more), (None, String::new()), "{more}");
    }
    assert_eq!(call(asked).1, "x-sum: 1\r\n");
    // The backend was asked in the same way, and one connection did for all.
    let asked: Vec<_> = backend.seen().iter().map(|seen| seen.header("te").map(str::to_owned)).collect();
    assert_eq!(asked, [Some("trailers".to_owned()), None, None, None, None, Some("trailers".to_owned())]);
    assert_eq!(backend.seen()[0].header("connection"), Some("te"));
    assert_eq!(backend.connections(), 1);
    // HTTP/1.0 knows nothing of the kind.
    let mut old = scene.client();
    old.send("GET /a HTTP/1.0\r\nConnection: TE\r\nTE: trailers\r\n\r\n");
    let mut text = String::new();
    std::io::Read::read_to_string(&mut old.stream, &mut text).unwrap();
    assert!(text.ends_with("\r\n\r\nhello"), "{text}");
}

/// What a request announces reaches the backend behind the body, and never as a header.
#[test]
fn requests_bring_what_they_announced() {
    let backend = Backend::hello();
    let scene = Scene::policy(
        &backend,
        "<inbound><set-header name=\"X-Set\" exists-action=\"override\"><value>gateway</value></set-header></inbound>\
         <backend><forward-request/></backend>",
        "",
    );
    let mut client = scene.client();
    let post = |more: &str| {
        format!(
            "POST /a HTTP/1.1\r\nHost: h\r\n{more}Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX-Set: \
             client\r\n{FIELDS}\r\n"
        )
    };
    for (more, announced, expected) in [
        ("Trailer: X-Sum, X-Set, Host, Authorization\r\n", Some("x-sum"), "x-sum: 1\r\n"),
        ("Trailer: X-Sum\r\nTrailer: X-Other\r\n", Some("x-sum, x-other"), "x-sum: 1\r\nx-other: 2\r\n"),
        ("Trailer: Content-Length, X-Forwarded-For, Authorization\r\n", None, ""),
        ("", None, ""),
    ] {
        assert_eq!(client.send(post(more)).read().unwrap().status, 200, "{more}");
        let seen = backend.seen().pop().unwrap();
        assert_eq!((seen.header("trailer"), seen.body.as_slice()), (announced, b"abc".as_slice()), "{more}");
        assert_eq!(seen.trailers.to_ascii_lowercase(), expected, "{more}");
        assert_eq!((seen.header("x-set"), seen.header("authorization")), (Some("gateway"), None));
    }
    assert_eq!(client.get("/next").status, 200);
}

/// What a policy has deleted, whether it was there or not, does not come behind the body instead.
#[test]
fn what_policies_delete_does_not_come_back() {
    let backend = answering();
    let delete = |name: &str| format!("<set-header name=\"{name}\" exists-action=\"delete\" />");
    let sections = format!(
        "<inbound>{}</inbound><backend><forward-request/></backend><outbound>{}</outbound>",
        delete("X-Other"),
        delete("x-sum")
    );
    let scene = Scene::policy(&backend, &sections, "");
    let request = format!(
        "POST /a HTTP/1.1\r\nHost: h\r\nConnection: TE, X-Hop\r\nTE: trailers\r\nX-Hop: 1\r\nTrailer: X-Sum, X-Other, \
         X-Hop\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Hop: 1\r\n{FIELDS}\r\n"
    );
    let answer = scene.client().send(request).read().unwrap();
    assert_eq!((answer.status, answer.header("trailer"), answer.trailers.as_str()), (200, None, ""));
    let seen = backend.seen().pop().unwrap();
    assert_eq!((seen.header("trailer"), seen.trailers.to_ascii_lowercase().as_str()), (Some("x-sum"), "x-sum: 1\r\n"));
    // What an expression may name can be anything.
    let any = "<inbound><set-header name=\"@(&quot;x&quot;)\" exists-action=\"delete\" /></inbound><backend><forward-request/></backend>";
    let scene = Scene::policy(&backend, any, "");
    let request =
        format!("POST /a HTTP/1.1\r\nHost: h\r\nTrailer: X-Sum\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n{FIELDS}\r\n");
    assert_eq!(scene.client().send(request).read().unwrap().status, 200);
    assert_eq!(backend.seen().pop().unwrap().trailers, "");
}

/// A policy that reads the body has taken it apart: what follows is an answer of the gateway's own.
#[test]
fn who_reads_a_body_ends_it() {
    let backend = answering();
    let sections = "<inbound/><backend><forward-request/></backend><outbound><set-body>@(context.Response.Body.As&lt;string>() \
                    + \"!\")</set-body></outbound>";
    let scene = Scene::policy(&backend, sections, "");
    let answer = scene.client().send(get("Connection: TE\r\nTE: trailers\r\n")).read().unwrap();
    assert_eq!((answer.body.as_str(), answer.header("trailer"), answer.trailers.as_str()), ("hello!", None, ""));
}

/// What an origin of gRPC saw: `te`, the body, the trailers.
type Seen = Arc<Mutex<Vec<(Option<String>, Bytes, Option<HeaderMap>)>>>;

/// An origin that speaks HTTP/2 at once, reads everything and answers as gRPC does.
fn grpc() -> (SocketAddr, Seen) {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let seen = Seen::default();
    let record = Arc::clone(&seen);
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener).unwrap();
            while let Ok((stream, _)) = listener.accept().await {
                let record = Arc::clone(&record);
                let service = service_fn(move |request: Request<Incoming>| {
                    let record = Arc::clone(&record);
                    async move {
                        let te = request.headers().get("te").map(|te| te.to_str().unwrap().to_owned());
                        let body = request.into_body().collect().await.unwrap();
                        let trailers = body.trailers().cloned();
                        record.lock().unwrap().push((te, body.to_bytes(), trailers));
                        let status = HeaderMap::from_iter([
                            ("grpc-status".parse().unwrap(), "0".parse().unwrap()),
                            ("grpc-message".parse().unwrap(), "fine".parse().unwrap()),
                            ("set-cookie".parse().unwrap(), "evil=1".parse().unwrap()),
                        ]);
                        let body = Full::new(Bytes::from_static(b"\0\0\0\0\x02hi"));
                        let body = body.with_trailers(async move { Some(Ok::<_, Infallible>(status)) });
                        let answer = Response::builder().header("content-type", "application/grpc");
                        Ok::<_, Infallible>(answer.body(body).unwrap())
                    }
                });
                let http = hyper::server::conn::http2::Builder::new(TokioExecutor::new());
                tokio::spawn(http.serve_connection(TokioIo::new(stream), service));
            }
        });
    });
    (address, seen)
}

/// Calls a method of gRPC through the gateway.
async fn method(address: SocketAddr, trailers: Option<HeaderMap>) -> (Bytes, Option<HeaderMap>) {
    let stream = tokio::net::TcpStream::connect(address).await.unwrap();
    let (mut sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let body = Full::new(Bytes::from_static(b"\0\0\0\0\x03abc"));
    let body = body.with_trailers(std::future::ready(trailers.map(Ok::<_, Infallible>)));
    let request = Request::post(format!("http://{address}/pkg.Service/Method"))
        .header("te", "trailers")
        .header("trailer", "X-Sum, Authorization, X-Role, X-Set")
        .header("x-set", "1")
        .header("content-type", "application/grpc")
        .body(body)
        .unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers().get("trailer")), (200, None));
    let body = answer.into_body().collect().await.unwrap();
    let trailers = body.trailers().cloned();
    (body.to_bytes(), trailers)
}

#[tokio::test]
async fn grpc_works_through_the_gateway() {
    let (origin, seen) = grpc();
    let folder = Folder::new();
    folder.write(
        "policy.xml",
        "<policies><inbound><set-header name=\"X-Role\" exists-action=\"delete\" /></inbound><backend><forward-request \
         http-version=\"2\" timeout=\"20\"/></backend></policies>",
    );
    // The clients below know no end: they are not waited for.
    let settings = "[[listener]]\naddress = \"127.0.0.1:0\"\nhttp2 = true\n[timeouts]\ndrain = \"1ms\"\n";
    let scene = Scene::start(folder, "policy.xml", Some(&format!("http://{origin}")), settings);
    let address = scene.gateway.as_ref().unwrap().addresses()[1];
    for _ in 0..2 {
        let (body, trailers) = method(address, None).await;
        let trailers = trailers.expect("gRPC ends with them");
        assert_eq!(body, &b"\0\0\0\0\x02hi"[..]);
        assert!(trailers["grpc-status"] == "0" && trailers["grpc-message"] == "fine");
        assert_eq!(trailers.len(), 2, "a cookie decides something: {trailers:?}");
    }
    let fields = ["x-sum", "authorization", "x-role", "x-set", "x-unannounced"];
    let sent = HeaderMap::from_iter(fields.map(|name| (name.parse().unwrap(), "1".parse().unwrap())));
    method(address, Some(sent)).await;
    let seen = seen.lock().unwrap();
    assert_eq!((seen[0].0.as_deref(), &seen[0].1[..], &seen[0].2), (Some("trailers"), &b"\0\0\0\0\x03abc"[..], &None));
    let trailers = seen[2].2.as_ref().unwrap();
    assert!(trailers.len() == 1 && trailers["x-sum"] == "1", "{trailers:?}");
}
