//! Messages that two readers could read differently never reach a backend: `threats.md` C1 to C9 and the limits.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use support::{Backend, Scene};

/// Sends bytes behind a good request, and expects the good one answered, the bad one refused, the connection closed, and
/// the backend to have seen the good one only.
#[track_caller]
fn refused(scene: &Scene, backend: &Backend, bytes: &[u8], status: u16) {
    let before = backend.seen().len();
    let mut client = scene.client();
    client.send([b"GET /good HTTP/1.1\r\nHost: h\r\n\r\n", bytes].concat());
    let good = client.read().expect("an answer to the good request");
    assert_eq!(good.body, "hello");
    let bad = client.read().expect("an answer to the bad request");
    assert_eq!(bad.status, status, "{:?}\n{}", String::from_utf8_lossy(bytes), bad.head);
    assert!(bad.body.starts_with(&format!("{{ \"statusCode\": {status}, \"message\": ")), "{}", bad.body);
    assert!(client.is_closed(), "{:?}", String::from_utf8_lossy(bytes));
    let complete = backend.seen()[before..].iter().filter(|seen| !seen.truncated).count();
    assert_eq!(complete, 1, "{:?}", String::from_utf8_lossy(bytes));
}

#[test]
fn ambiguous_heads() {
    let backend = Backend::hello();
    let scene = Scene::plain(&backend);
    let post = |lines: &str| format!("POST /x HTTP/1.1\r\nHost: h\r\n{lines}\r\n0\r\n\r\n");
    for (bytes, status) in [
        (post("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400),
        (post("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400),
        (post("Content-Length: 5\r\nContent-Length: 6\r\n"), 400),
        (post("Content-Length: 5\r\nContent-Length: 5\r\n"), 400),
        (post("Content-Length: +5\r\n"), 400),
        (post("Content-Length: -1\r\n"), 400),
        (post("Content-Length: 0x10\r\n"), 400),
        (post("Content-Length: 5,5\r\n"), 400),
        (post("Content-Length:\r\n"), 400),
        (post("Content-Length: 999999999999999999999999999999\r\n"), 400),
        (post("Transfer-Encoding: chunked, chunked\r\n"), 400),
        (post("Transfer-Encoding: ,chunked\r\n"), 400),
        (post("Transfer-Encoding: xchunked\r\n"), 400),
        (post("Transfer-Encoding: identity\r\n"), 501),
        (post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400),
        (post("Transfer-Encoding: chunked\t\r\n"), 400),
        (post("Transfer-Encoding: \x0bchunked\r\n"), 400),
        (post("Transfer-Encoding : chunked\r\n"), 400),
        (post("X: y\r\n folded\r\n"), 400),
        (post(": empty\r\n"), 400),
        ("POST /x HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n".into(), 400),
        ("GET /x HTTP/1.1\nHost: h\n\n".into(), 400),
        ("GET /x HTTP/1.1\r\nHost: h\r\nX: y\n\r\n".into(), 400),
        ("GET /x HTTP/1.1\r\n Host: h\r\n\r\n".into(), 400),
        ("GET /x HTTP/1.1\r\n\r\n".into(), 400),
        ("GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n".into(), 400),
        ("GET /x HTTP/1.1\r\nHost: a/b\r\n\r\n".into(), 400),
        ("GET /x HTTP/1.1\r\nHost: u@a\r\n\r\n".into(), 400),
        ("GET /x HTTP/1.1\r\nHost: a,b\r\n\r\n".into(), 400),
        ("GET http://evil/ HTTP/1.1\r\nHost: h\r\n\r\n".into(), 400),
        ("GET ! HTTP/1.1\r\nHost: h\r\n\r\n".into(), 400),
        ("GET * HTTP/1.1\r\nHost: h\r\n\r\n".into(), 400),
        ("GET //evil HTTP/1.1\r\nHost: h\r\n\r\n".into(), 400),
        ("GET /\u{e9} HTTP/1.1\r\nHost: h\r\n\r\n".into(), 400),
        ("GET / HTTP/3.0\r\nHost: h\r\n\r\n".into(), 505),
    ] {
        refused(&scene, &backend, bytes.as_bytes(), status);
    }
}

#[test]
fn ambiguous_chunks_end_the_call_in_both_directions() {
    let backend = Backend::hello();
    let scene = Scene::plain(&backend);
    for chunks in [
        "0x5\r\nhello\r\n0\r\n\r\n",
        "+5\r\nhello\r\n0\r\n\r\n",
        "5_0\r\nhello\r\n0\r\n\r\n",
        " 5\r\nhello\r\n0\r\n\r\n",
        "5 ;ext\r\nhello\r\n0\r\n\r\n",
        "00000000000000005\r\nhello\r\n0\r\n\r\n",
        "5\nhello\r\n0\r\n\r\n",
        "5;a\nb\r\nhello\r\n0\r\n\r\n",
        "5\r\nhelloX\r\n0\r\n\r\n",
        "3\r\nabc\r\n0\n\n",
    ] {
        let bytes = format!("POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}");
        refused(&scene, &backend, bytes.as_bytes(), 400);
    }
}

#[test]
fn requests_behind_each_other_are_answered_in_turn() {
    let backend = Backend::hello();
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    client.send(
        "POST /1 HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabcGET /2 HTTP/1.1\r\nHost: h\r\n\r\nPOST /3 \
         HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nde\r\n0\r\nHost: evil\r\n\r\nGET /4 \
         HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n",
    );
    for _ in 0..4 {
        assert_eq!(client.read().unwrap().status, 200);
    }
    assert!(client.is_closed());
    let seen = backend.seen();
    let lines: Vec<&str> = seen.iter().map(|seen| seen.line().split(' ').nth(1).unwrap()).collect();
    assert_eq!(lines, ["/base/1", "/base/2", "/base/3", "/base/4"]);
    let bodies: Vec<&[u8]> = seen.iter().map(|seen| seen.body.as_slice()).collect();
    assert_eq!(bodies, [&b"abc"[..], b"", b"de", b""]);
    assert!(seen.iter().all(|seen| !seen.head.contains("evil")));
}

#[test]
fn absolute_targets_that_name_the_same_host_pass() {
    let backend = Backend::hello();
    let scene = Scene::plain(&backend);
    let answer = scene.client().send("GET http://h/x?y HTTP/1.1\r\nHost: h\r\n\r\n").read().unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(backend.seen()[0].line(), "GET /base/x?y HTTP/1.1");
}

#[test]
fn limits_hold() {
    let backend = Backend::hello();
    let all = "<inbound><base/></inbound><backend><base/></backend><outbound><base/></outbound>";
    let scene = Scene::policy(
        &backend,
        all,
        "[limits]\nrequest_target = 1000\nheader_block = 8000\nheaders = 20\nbody = 100\n",
    );
    refused(&scene, &backend, format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "a".repeat(1000)).as_bytes(), 414);
    refused(&scene, &backend, format!("GET /{}", "a".repeat(70_000)).as_bytes(), 414);
    let many = "X: y\r\n".repeat(20);
    refused(&scene, &backend, format!("GET / HTTP/1.1\r\nHost: h\r\n{many}\r\n").as_bytes(), 431);
    refused(
        &scene,
        &backend,
        format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "y".repeat(400_000)).as_bytes(),
        431,
    );
    refused(&scene, &backend, b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\n\r\n", 413);
    let chunk = format!("32\r\n{}\r\n", "x".repeat(50));
    let chunked =
        format!("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n{}0\r\n\r\n", chunk.repeat(3));
    refused(&scene, &backend, chunked.as_bytes(), 413);
    let most = "X: y\r\n".repeat(19);
    let answer = scene.client().send(format!("GET / HTTP/1.1\r\nHost: h\r\n{most}\r\n")).read().unwrap();
    assert_eq!(answer.status, 200);
}

#[test]
fn methods_and_expectations() {
    let backend = Backend::hello();
    let scene = Scene::plain(&backend);
    let status = |bytes: &str| scene.client().send(bytes).read().map(|answer| answer.status);
    for line in ["TRACE /", "CONNECT h:443", "CONNECT [::1]:443", "CONNECT /a"] {
        let answer = scene.client().send(format!("{line} HTTP/1.1\r\nHost: h\r\n\r\n")).read().unwrap();
        let expected = (405, Some("DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT"));
        assert_eq!((answer.status, answer.header("allow")), expected, "{line}");
    }
    // What follows was meant for the end of a tunnel.
    refused(&scene, &backend, b"CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\nGET /b HTTP/1.1\r\nHost: h\r\n\r\n", 405);
    let seen = backend.seen().len();
    let mut client = scene.client();
    for _ in 0..2 {
        let ping = client.send("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n").read().unwrap();
        assert_eq!((ping.status, ping.body.as_str()), (200, ""), "a question about the server (RFC 9110 9.3.7)");
    }
    assert_eq!(backend.seen().len(), seen);
    assert_eq!(
        status("REFUSED / HTTP/1.1\r\nHost: h\r\n\r\n"),
        Some(200),
        "the stand-in's name means nothing by itself"
    );
    assert_eq!(status("POST / HTTP/1.1\r\nHost: h\r\nExpect: nonsense\r\nContent-Length: 1\r\n\r\nx"), Some(417));
    let mut client = scene.client();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\n");
    assert_eq!(client.read_head().unwrap().status, 100);
    assert_eq!(client.send("x").read().unwrap().status, 200);
    assert_eq!(backend.seen().last().unwrap().header("expect"), None);
}
