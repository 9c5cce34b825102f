//! What a plain proxy owes its clients and its backends.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::Write;
use std::time::Duration;

use support::{Backend, Scene, Then, reply};

#[test]
fn a_call_goes_through_with_its_way_noted_and_its_connection_left_behind() {
    let backend = Backend::hello();
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    client.send(
        "POST /a/b%20c?x=1&y=%2F HTTP/1.1\r\nHost: gw.example\r\nConnection: keep-alive, X-Hop\r\nX-Hop: 1\r\nKeep-Alive: 5\r\n\
         TE: trailers\r\nX-Forwarded-For: 1.2.3.4\r\nX-Own: own\r\nContent-Length: 4\r\n\r\nbody",
    );
    let answer = client.read().unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"));
    let seen = &backend.seen()[0];
    assert_eq!(seen.line(), "POST /base/a/b%20c?x=1&y=%2F HTTP/1.1");
    assert_eq!(seen.body, b"body");
    assert_eq!(seen.header("host"), Some(backend.address.to_string().as_str()));
    assert_eq!(seen.header("x-forwarded-for"), Some("1.2.3.4, 127.0.0.1"));
    assert_eq!(seen.header("x-own"), Some("own"));
    assert_eq!(seen.header("content-length"), Some("4"));
    for name in ["connection", "x-hop", "keep-alive", "te"] {
        assert_eq!(seen.header(name), None, "{name}");
    }
}

#[test]
fn connections_are_reused_on_both_sides() {
    let backend = Backend::hello();
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    for _ in 0..10 {
        assert_eq!(client.get("/").body, "hello");
    }
    assert_eq!(backend.connections(), 1);
}

#[test]
fn the_backends_connection_headers_stay_behind_and_framing_is_made_anew() {
    let backend = Backend::new(|_, stream| {
        reply(
            stream,
            "HTTP/1.1 200 OK\r\nConnection: X-Hop\r\nX-Hop: 1\r\nServer: s\r\nTransfer-Encoding: chunked\r\nTrailer: \
             X-T\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nX-T: t\r\n\r\n",
        )
    });
    let scene = Scene::plain(&backend);
    let answer = scene.get("/");
    assert_eq!(answer.body, "abcde");
    assert_eq!(answer.header("server"), Some("s"));
    assert_eq!(answer.header("transfer-encoding"), Some("chunked"));
    for name in ["connection", "x-hop", "trailer", "content-length"] {
        assert_eq!(answer.header(name), None, "{name}");
    }
}

#[test]
fn heads_and_empty_statuses_have_no_body() {
    let backend = Backend::new(|seen, stream| match seen.line().split(' ').nth(1).unwrap() {
        "/base/204" => reply(stream, "HTTP/1.1 204 No Content\r\n\r\n"),
        "/base/304" => reply(stream, "HTTP/1.1 304 Not Modified\r\nETag: \"x\"\r\nContent-Length: 99\r\n\r\n"),
        _ => reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 4711\r\nContent-Type: a/b\r\n\r\n"),
    });
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    let answer = client.send("HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n").read_head().unwrap();
    assert_eq!((answer.header("content-length"), answer.header("content-type")), (Some("4711"), Some("a/b")));
    let answer = client.get("/304");
    assert_eq!((answer.status, answer.header("etag"), answer.body.as_str()), (304, Some("\"x\""), ""));
    let answer = client.get("/204");
    assert_eq!((answer.status, answer.header("content-length"), answer.body.as_str()), (204, None, ""));
    assert_eq!(backend.connections(), 1, "all over one connection, also behind answers without a body");
}

#[test]
fn large_bodies_stream_both_ways() {
    let backend = Backend::new(|seen, stream| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", seen.body.len());
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&seen.body).unwrap();
        Then::KeepAlive
    });
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    let body: String = (0..3_000_000).map(|n| char::from(b'a' + u8::try_from(n % 26).unwrap())).collect();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n");
    for piece in body.as_bytes().chunks(100_001) {
        client.send(format!("{:x}\r\n", piece.len())).send(piece).send("\r\n");
    }
    client.send("0\r\n\r\n");
    let answer = client.read().unwrap();
    assert!(answer.body == body, "{} of {} bytes", answer.body.len(), body.len());
    assert_eq!(backend.seen()[0].header("transfer-encoding"), Some("chunked"));
}

#[test]
fn a_backend_that_closed_meanwhile_costs_nothing() {
    // Every connection takes one request and is closed without a word.
    let backend = Backend::new(|_, stream| {
        reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        Then::Close
    });
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    for _ in 0..20 {
        assert_eq!(client.get("/").status, 200);
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(backend.seen().len(), 20);
}

#[test]
fn a_backend_that_closes_when_the_next_call_comes_costs_nothing() {
    // Every connection takes one request; the next one is read and left without an answer.
    let backend = Backend::new(|seen, stream| match seen.header("x-second") {
        Some(_) if seen.connection == 0 => Then::Close,
        _ => reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    });
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    assert_eq!(client.get("/").status, 200);
    // Less than a tick of the gateway's clock.
    std::thread::sleep(Duration::from_millis(20));
    let answer = client.send("GET / HTTP/1.1\r\nHost: h\r\nX-Second: 1\r\n\r\n").read().unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(backend.seen().iter().map(|seen| seen.connection).collect::<Vec<_>>(), [0, 0, 1]);
}

#[test]
fn what_may_not_be_repeated_is_sent_once() {
    let backend = Backend::new(|seen, stream| match seen.line().starts_with("POST") {
        true => Then::Reset,
        false => reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    });
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    assert_eq!(client.get("/").status, 200);
    std::thread::sleep(Duration::from_millis(300));
    let answer = client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx").read().unwrap();
    assert_eq!(answer.status, 500);
    assert_eq!(backend.seen().len(), 2);
}

/// It is there, and would only answer badly again.
#[test]
fn a_malformed_answer_is_no_connection_that_was_closed() {
    let bad = "HTTP/1.1 200 OK\r\nA: b\rc\r\nContent-Length: 0\r\n\r\n";
    let backend = Backend::new(move |seen, stream| match seen.line().contains("/bad") {
        true => reply(stream, bad),
        false => reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"),
    });
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    assert_eq!(client.get("/").status, 200);
    // Long enough for a connection that may have been closed meanwhile.
    std::thread::sleep(Duration::from_millis(20));
    assert_eq!(client.get("/bad").status, 500);
    assert_eq!(backend.seen().len(), 2);
}

#[test]
fn a_reset_before_the_head_is_an_error_and_after_it_a_truncation() {
    let whole = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789";
    let head = whole.find("0123").unwrap();
    for offset in 0..whole.len() {
        let backend = Backend::new(move |_, stream| {
            stream.write_all(&whole.as_bytes()[..offset]).unwrap();
            Then::Close
        });
        let scene = Scene::plain(&backend);
        let mut client = scene.client();
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        let answer = client.read();
        if offset < head {
            let answer = answer.unwrap();
            assert_eq!(answer.status, 500, "{offset}");
            assert!(
                answer
                    .body
                    .starts_with("{ \"statusCode\": 500, \"message\": \"Internal server error\", \"activityId\": ")
            );
        } else {
            // The head may be lost with the connection, but there is never a clean end.
            assert!(answer.is_none_or(|answer| answer.truncated), "{offset}");
        }
    }
}

#[test]
fn malformed_answers_reach_nobody() {
    for bad in [
        "HTTP/1.1 abc OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\nhello",
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
        "nonsense\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX-Evil: a\rb\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nX-Evil: a\0b\r\nContent-Length: 5\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nX-Evil\r\nContent-Length: 5\r\n\r\nhello",
    ] {
        let backend = Backend::new(move |_, stream| {
            reply(stream, bad);
            Then::Close
        });
        let scene = Scene::plain(&backend);
        let answer = scene.get("/");
        assert_eq!(answer.status, 500, "{bad:?}");
        assert!(!answer.head.to_ascii_lowercase().contains("x-evil"), "{bad:?}");
    }
}

/// Heads that never end end the call, and others of the thread go on meanwhile.
#[test]
fn answers_without_end_cost_their_call() {
    for (first, again) in [
        ("HTTP/1.1 200 OK\r\n", "X-Evil: 1\r\n"),
        ("HTTP/1.1 200 OK\r\nX-Evil: ", "xxxxxxxxxxxxxxxx"),
        ("", "HTTP/1.1 103 Early Hints\r\nX-Evil: 1\r\n\r\n"),
    ] {
        let backend = Backend::new(move |seen, stream| {
            if seen.line().contains("/fine") {
                return reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello");
            }
            let _ = stream.write_all(first.as_bytes());
            while stream.write_all(again.repeat(100).as_bytes()).is_ok() {}
            Then::Close
        });
        let scene = Scene::policy(&backend, "<backend><forward-request timeout=\"3\"/></backend>", "");
        let mut evil = scene.client();
        evil.send("GET /evil HTTP/1.1\r\nHost: h\r\n\r\n");
        backend.wait_for(1);
        assert_eq!(scene.get("/fine").body, "hello", "{again:?}");
        let answer = evil.read().unwrap();
        assert_eq!(answer.status, 500, "{again:?}");
        assert!(!answer.head.to_ascii_lowercase().contains("x-evil"), "{again:?}");
    }
}

/// Interim answers are no mistake, and a body may be longer than what may come before it.
#[test]
fn what_comes_before_an_answer_is_passed_over() {
    let backend = Backend::new(|_, stream| {
        let _ = stream.write_all("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n".repeat(100).as_bytes());
        let body = "x".repeat(3 << 20);
        reply(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
    });
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    for _ in 0..2 {
        let answer = client.get("/");
        assert_eq!((answer.status, answer.body.len()), (200, 3 << 20));
    }
    assert_eq!(backend.connections(), 1);
}

#[test]
fn surplus_bytes_are_never_given_to_the_next_call() {
    let backend = Backend::new(|_, stream| {
        reply(
            stream,
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhelloHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil",
        )
    });
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    for _ in 0..5 {
        assert_eq!(client.get("/").body, "hello");
    }
}

#[test]
fn nobody_there_is_an_internal_error_with_the_calls_id() {
    let backend = Backend::hello();
    let scene = Scene::policy(
        &backend,
        "<inbound><set-backend-service base-url=\"http://127.0.0.1:1\"/></inbound><backend><base/></backend>\
         <on-error><set-header name=\"X-Reason\"><value>@(context.LastError.Reason)</value></set-header></on-error>",
        "",
    );
    let answer = scene.get("/");
    assert_eq!((answer.status, answer.header("x-reason")), (500, Some("BackendConnectionFailure")));
}

#[test]
fn a_backend_that_is_silent_times_out() {
    let backend = Backend::new(|_, _| {
        std::thread::sleep(Duration::from_secs(2));
        Then::Close
    });
    let scene = Scene::policy(
        &backend,
        "<backend><forward-request timeout-ms=\"50\"/></backend>\
         <on-error><set-header name=\"X-Reason\"><value>@(context.LastError.Reason)</value></set-header></on-error>",
        "",
    );
    let answer = scene.get("/");
    assert_eq!((answer.status, answer.header("x-reason")), (500, Some("Timeout")));
}

#[test]
fn redirects_are_followed_where_asked_for() {
    let backend = Backend::new(|seen, stream| match seen.line().split(' ').nth(1).unwrap() {
        "/base/a" => reply(stream, "HTTP/1.1 302 Found\r\nLocation: /b?c\r\nContent-Length: 0\r\n\r\n"),
        "/b?c" => reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nend"),
        _ => reply(stream, "HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\n\r\n"),
    });
    let scene = Scene::policy(&backend, "<backend><forward-request follow-redirects=\"true\"/></backend>", "");
    assert_eq!(scene.get("/a").body, "end");
    assert_eq!(scene.get("/loop").status, 302, "a loop ends");
    assert_eq!(Scene::plain(&backend).get("/a").status, 302);
}

#[test]
fn health_is_answered_without_any_policy() {
    let backend = Backend::hello();
    let scene = Scene::plain(&backend);
    assert_eq!(scene.get("/status-0123456789abcdef").status, 200);
    assert!(backend.seen().is_empty());
}

#[test]
fn stopping_lets_calls_in_progress_end() {
    let (release, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let backend = Backend::new(move |_, stream| {
        wait.lock().unwrap().recv().unwrap();
        reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    });
    let mut scene = Scene::plain(&backend);
    let mut idle = scene.client();
    idle.send("");
    let mut busy = scene.client();
    busy.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    backend.wait_for(1);
    let gateway = scene.gateway.take().unwrap();
    let stopping = std::thread::spawn(move || gateway.stop());
    assert!(idle.is_closed(), "an idle connection is closed at once");
    release.send(()).unwrap();
    let answer = busy.read().unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"));
    assert_eq!(answer.header("connection"), Some("close"));
    stopping.join().unwrap();
    assert!(std::net::TcpStream::connect(scene.address).is_err(), "nobody listens any more");
}

#[test]
fn events_arrive_one_by_one() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let backend = Backend::new(move |_, stream| {
        reply(stream, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\n");
        // The second comes only when the first has arrived.
        let _ = wait.lock().unwrap().recv();
        reply(stream, "data: two\n\n");
        Then::Close
    });
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    client.send("GET /events HTTP/1.1\r\nHost: h\r\n\r\n");
    let mut text = String::new();
    let mut piece = [0; 1000];
    while !text.contains("data: one") {
        let count = std::io::Read::read(&mut client.stream, &mut piece).unwrap();
        text.push_str(std::str::from_utf8(&piece[..count]).unwrap());
    }
    assert!(!text.contains("data: two"));
    go.send(()).unwrap();
    while !text.contains("data: two") {
        let count = std::io::Read::read(&mut client.stream, &mut piece).unwrap();
        assert!(count > 0, "{text}");
        text.push_str(std::str::from_utf8(&piece[..count]).unwrap());
    }
}

/// Server-sent events: each piece arrives before the next one is sent.
#[test]
fn pieces_of_a_body_are_passed_on_when_they_come() {
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let gone = std::sync::Mutex::new(gone);
    let backend = Backend::new(move |_, stream| {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
            .unwrap();
        for number in 1..=3 {
            stream.write_all(format!("9\r\ndata: {number}\n\n\r\n").as_bytes()).unwrap();
            gone.lock().unwrap().recv().unwrap();
        }
        reply(stream, "0\r\n\r\n")
    });
    let scene = Scene::plain(&backend);
    let mut client = scene.client();
    client.send("GET / HTTP/1.1\r\nHost: gw.example\r\n\r\n");
    let mut text = String::new();
    for number in 1..=3 {
        let event = format!("data: {number}\n\n");
        while !text.contains(&event) {
            let mut piece = [0; 512];
            let count = std::io::Read::read(&mut client.stream, &mut piece).unwrap();
            assert!(count > 0, "{text}");
            text.push_str(std::str::from_utf8(&piece[..count]).unwrap());
        }
        go.send(()).unwrap();
    }
}
