//! HTTP/2 frame by frame: what is allowed works, what is not ends the stream or the connection, and none of it reaches a
//! backend in another form. `threats.md` C20 and C21.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "support/frames.rs"]
mod frames;
mod support;

use frames::*;
use support::{Backend, PATIENCE, Scene, Then, reply};

const HTTP2: &str = "[[listener]]\naddress = \"127.0.0.1:0\"\nhttp2 = true\n";
const ALL: &str = "<inbound><base/></inbound><backend><base/></backend><outbound><base/></outbound>";

/// A gateway whose second listener understands HTTP/2, and a client of that.
fn scene(backend: &Backend, settings: &str) -> (Scene, Client) {
    let scene = Scene::policy(backend, ALL, &format!("{HTTP2}{settings}"));
    let address = scene.gateway.as_ref().unwrap().addresses()[1];
    (scene, Client::connect(address))
}

fn another(scene: &Scene) -> Client {
    Client::connect(scene.gateway.as_ref().unwrap().addresses()[1])
}

#[test]
fn calls_go_through_side_by_side() {
    let backend = Backend::hello();
    let (scene, mut client) = scene(&backend, "");
    let first = client.request(&request("GET", "/a?x=1"));
    let second = client.request(&[request("GET", "/b"), vec![("cookie", "a=1"), ("cookie", "b=2")]].concat());
    assert_eq!(client.answer(first), (200, b"hello".to_vec()));
    assert_eq!(client.answer(second), (200, b"hello".to_vec()));
    let mut seen = backend.seen();
    seen.sort_by_key(|seen| seen.line().to_owned());
    assert_eq!(seen[0].line(), "GET /base/a?x=1 HTTP/1.1");
    assert_eq!(seen[1].header("cookie"), Some("a=1; b=2"));
    // The other listener and the other version are still there.
    assert_eq!(scene.get("/c").status, 200);
    let address = scene.gateway.as_ref().unwrap().addresses()[1];
    assert_eq!(support::Client::connect(address).get("/d").status, 200);
}

#[test]
fn bodies_go_through_in_both_directions() {
    let backend = Backend::new(|seen, stream| {
        let length = seen.body.len();
        let text = String::from_utf8(seen.body.clone()).unwrap();
        reply(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {length}\r\n\r\n{text}"))
    });
    let (_scene, mut client) = scene(&backend, "");
    let stream = client.number();
    client.send(frame(HEADERS, END_HEADERS, stream, &block(&request("POST", "/echo"))));
    client.send(frame(DATA, PADDED, stream, &[&[4][..], b"abc", &[0; 4]].concat()));
    client.send(frame(DATA, END_STREAM, stream, b"def"));
    assert_eq!(client.answer(stream), (200, b"abcdef".to_vec()));
    assert_eq!(backend.seen()[0].header("transfer-encoding"), Some("chunked"));
    // A declared length goes on as such.
    let stream = client.number();
    let headers = [request("POST", "/echo"), vec![("content-length", "3")]].concat();
    client.send(frame(HEADERS, END_HEADERS, stream, &block(&headers)));
    client.send(frame(DATA, END_STREAM, stream, b"xyz"));
    assert_eq!(client.answer(stream), (200, b"xyz".to_vec()));
}

#[test]
fn no_bytes_follow_the_answer_to_head_nor_a_status_without_a_body() {
    let backend = Backend::new(|seen, stream| match seen.line() {
        "HEAD /base/h HTTP/1.1" => reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"),
        "GET /base/304 HTTP/1.1" => reply(stream, "HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n"),
        _ => reply(stream, "HTTP/1.1 204 No Content\r\n\r\n"),
    });
    let (_scene, mut client) = scene(&backend, "");
    for (method, path, status) in
        [("HEAD", "/h", 200), ("GET", "/304", 304), ("GET", "/204", 204), ("HEAD", "/\u{7f}", 400)]
    {
        let stream = client.request(&request(method, path));
        let head = client.of(stream).unwrap();
        if path == "/\u{7f}" {
            assert!(head.kind == RST_STREAM || super_status(&head) == status, "{head:?}");
            continue;
        }
        assert_eq!((head.kind, super_status(&head), head.flags & END_STREAM), (HEADERS, status, END_STREAM), "{path}");
    }
}

fn super_status(frame: &Frame) -> u16 {
    frames::status(&frame.payload)
}

/// Sends a request with these headers and body frames, and expects it to be refused without touching the backend or the
/// rest of the connection: by a reset of the stream (`None`) or a status.
#[track_caller]
fn malformed(backend: &Backend, scene: &Scene, headers: &[(&str, &str)], body: Option<&[u8]>, expected: Option<u16>) {
    let before = backend.seen().len();
    let mut client = another(scene);
    let stream = client.number();
    let flags = if body.is_some() { END_HEADERS } else { END_HEADERS | END_STREAM };
    client.send(frame(HEADERS, flags, stream, &block(headers)));
    if let Some(body) = body {
        client.send(frame(DATA, END_STREAM, stream, body));
    }
    let first = client.of(stream).expect("an answer");
    let found = match first.kind {
        HEADERS => Some(super_status(&first)),
        RST_STREAM => {
            assert_eq!(first.code(), PROTOCOL_ERROR, "{headers:?}");
            None
        }
        GOAWAY => {
            assert_eq!(first.code(), PROTOCOL_ERROR, "{headers:?}");
            assert_eq!(expected, None, "{headers:?}");
            assert_eq!(backend.seen()[before..].iter().filter(|seen| !seen.truncated).count(), 0, "{headers:?}");
            return;
        }
        _ => panic!("{first:?}"),
    };
    assert_eq!(found, expected, "{headers:?}");
    assert_eq!(backend.seen()[before..].iter().filter(|seen| !seen.truncated).count(), 0, "{headers:?}");
    let next = client.request(&request("GET", "/good"));
    assert_eq!(client.answer(next).0, 200, "the connection goes on after {headers:?}");
}

#[test]
fn malformed_requests_end_their_stream() {
    let backend = Backend::hello();
    let (scene, _) = scene(&backend, "[limits]\nheaders = 20\nrequest_target = 1000\nbody = 10\n");
    let get = |more: &[(&'static str, &'static str)]| [request("GET", "/x"), more.to_vec()].concat();
    for more in [
        [("transfer-encoding", "chunked")],
        [("connection", "close")],
        [("keep-alive", "1")],
        [("proxy-connection", "x")],
        [("upgrade", "h2c")],
        [("te", "gzip")],
        [("X-Upper", "a")],
        [("x", "a\r\nb: c")],
        [("x", "a\nb")],
        [("x", "a\0b")],
        [("x y", "a")],
        [("", "a")],
        [(":path", "/second")],
        [(":status", "200")],
        [(":unknown", "1")],
    ] {
        malformed(&backend, &scene, &get(&more), None, None);
    }
    for headers in [
        vec![(":method", "GET"), (":scheme", "http"), (":authority", "h")],
        vec![(":method", "GET"), (":path", "/"), (":authority", "h")],
        vec![(":scheme", "http"), (":path", "/"), (":authority", "h")],
        vec![(":method", "GET"), (":scheme", "http"), (":authority", "h"), (":path", "")],
        vec![("x", "y"), (":method", "GET"), (":scheme", "http"), (":authority", "h"), (":path", "/")],
        vec![(":method", "G ET"), (":scheme", "http"), (":authority", "h"), (":path", "/")],
    ] {
        malformed(&backend, &scene, &headers, None, None);
    }
    let to = |path: &'static str| vec![(":method", "GET"), (":scheme", "http"), (":authority", "h"), (":path", path)];
    let at = |authority: &'static str| {
        vec![(":method", "GET"), (":scheme", "http"), (":authority", authority), (":path", "/")]
    };
    for (headers, expected) in [
        (get(&[("host", "evil")]), Some(400)),
        (get(&[("host", "gw.example"), ("host", "gw.example")]), Some(400)),
        (get(&[("x", " blank")]), Some(400)),
        (get(&[("content-length", "11")]), None),
        (to("//evil"), Some(400)),
        (to("*"), Some(400)),
        (at("u@h"), Some(400)),
        (vec![(":method", "GET"), (":scheme", "http"), (":path", "/")], Some(400)),
        (vec![(":method", "TRACE"), (":scheme", "http"), (":authority", "h"), (":path", "/")], Some(405)),
        (vec![(":method", "CONNECT"), (":authority", "h:1")], Some(405)),
    ] {
        malformed(&backend, &scene, &headers, None, expected);
    }
    let long = format!("/{}", "a".repeat(1000));
    malformed(&backend, &scene, &request("GET", &long), None, Some(414));
    malformed(&backend, &scene, &get(&[("x", "y"); 20]), None, Some(431));
    // More than declared, less than declared, more than allowed.
    let post = |length: &'static str| [request("POST", "/x"), vec![("content-length", length)]].concat();
    malformed(&backend, &scene, &post("3"), Some(b"abcd"), None);
    malformed(&backend, &scene, &post("5"), Some(b"abc"), None);
    malformed(&backend, &scene, &post("11"), Some(b"abcdefghijk"), Some(413));
    malformed(&backend, &scene, &request("POST", "/x"), Some(b"abcdefghijk"), Some(413));
}

/// Sends these bytes behind a good beginning, and expects the connection to end with one of these codes.
#[track_caller]
fn ends(scene: &Scene, bytes: &[u8], codes: &[u32]) {
    let mut client = another(scene);
    client.send(bytes);
    let code = client.goaway();
    assert!(code.is_some_and(|code| codes.contains(&code)), "{code:?} after {:x?}", &bytes[..bytes.len().min(40)]);
}

#[test]
fn frames_that_break_the_protocol_end_the_connection() {
    let backend = Backend::hello();
    let (scene, _) = scene(&backend, "");
    // The RFC asks for FRAME_SIZE_ERROR; h2 calls most of them the other.
    const SIZE: &[u32] = &[FRAME_SIZE_ERROR, PROTOCOL_ERROR];
    const UNREADABLE: &[u32] = &[COMPRESSION_ERROR, PROTOCOL_ERROR];
    let headers = block(&request("GET", "/x"));
    let open = frame(HEADERS, END_HEADERS, 1, &headers);
    for (bytes, codes) in [
        (frame(DATA, 0, 0, b"x"), &[PROTOCOL_ERROR][..]),
        (frame(DATA, 0, 1, b"x"), &[PROTOCOL_ERROR, STREAM_CLOSED]),
        (frame(HEADERS, END_HEADERS | END_STREAM, 0, &headers), &[PROTOCOL_ERROR]),
        (frame(HEADERS, END_HEADERS | END_STREAM, 2, &headers), &[PROTOCOL_ERROR]),
        (frame(RST_STREAM, 0, 0, &[0; 4]), &[PROTOCOL_ERROR]),
        (frame(RST_STREAM, 0, 1, &[0; 4]), &[PROTOCOL_ERROR]),
        (frame(RST_STREAM, 0, 1, &[0; 3]), SIZE),
        (frame(SETTINGS, 0, 1, &[]), &[PROTOCOL_ERROR]),
        (frame(SETTINGS, 0, 0, &[0; 5]), SIZE),
        (frame(SETTINGS, ACK, 0, &[0; 6]), SIZE),
        (frame(SETTINGS, 0, 0, &[0, 4, 0x80, 0, 0, 0]), &[FLOW_CONTROL_ERROR, PROTOCOL_ERROR]),
        (frame(SETTINGS, 0, 0, &[0, 5, 0, 0, 0, 1]), &[PROTOCOL_ERROR]),
        (frame(PUSH_PROMISE, END_HEADERS, 1, &headers), &[PROTOCOL_ERROR]),
        (frame(PING, 0, 0, &[0; 7]), SIZE),
        (frame(PING, 0, 1, &[0; 8]), &[PROTOCOL_ERROR]),
        (frame(WINDOW_UPDATE, 0, 0, &[0; 4]), &[PROTOCOL_ERROR]),
        (frame(WINDOW_UPDATE, 0, 0, &[0x7f, 0xff, 0xff, 0xff]), &[FLOW_CONTROL_ERROR]),
        (frame(CONTINUATION, END_HEADERS, 1, &headers), &[PROTOCOL_ERROR]),
        // Anything between the pieces of a header block.
        ([frame(HEADERS, END_STREAM, 1, &headers), frame(PING, 0, 0, &[0; 8])].concat(), &[PROTOCOL_ERROR]),
        (
            [frame(HEADERS, END_STREAM, 1, &headers), frame(CONTINUATION, END_HEADERS, 3, &[])].concat(),
            &[PROTOCOL_ERROR],
        ),
        // Padding longer than the frame, a frame longer than allowed, a block that cannot be read.
        ([open.clone(), frame(DATA, PADDED, 1, &[9, 0, 0])].concat(), &[PROTOCOL_ERROR]),
        (frame(DATA, 0, 1, &[0; 16385]), SIZE),
        (frame(HEADERS, END_HEADERS | END_STREAM, 1, &[0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), UNREADABLE),
        (frame(HEADERS, END_HEADERS | END_STREAM, 1, &[0xc0]), UNREADABLE),
        // A table larger than agreed on.
        (frame(HEADERS, END_HEADERS | END_STREAM, 1, &[0x3f, 0xff, 0xff, 0x7f]), UNREADABLE),
    ] {
        ends(&scene, &bytes, codes);
    }
    assert!(backend.seen().iter().all(|seen| seen.truncated), "nothing complete reached the backend");
}

#[test]
fn another_beginning_is_no_http2() {
    let backend = Backend::hello();
    let (scene, _) = scene(&backend, "");
    let address = scene.gateway.as_ref().unwrap().addresses()[1];
    for bytes in ["PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "PRI * HTTP/1.1\r\nHost: h\r\n\r\n"] {
        let mut client = support::Client::connect(address);
        client.send(bytes);
        assert!(client.read().unwrap().status >= 400, "{bytes:?}");
        assert!(client.is_closed());
    }
    // Without the setting, the preface is a request like another.
    let mut client = scene.client();
    client.send(PREFACE);
    assert_eq!(client.read().unwrap().status, 505);
    assert_eq!(backend.seen().len(), 0);
}

#[test]
fn floods_end_the_connection() {
    let backend = Backend::new(|_, _| {
        std::thread::park();
        Then::Close
    });
    let (scene, _) = scene(&backend, "[limits]\ncontrol_frames = 500\n");
    let headers = block(&request("GET", "/slow"));
    let calm = &[ENHANCE_YOUR_CALM, PROTOCOL_ERROR][..];
    ends(&scene, &frame(PING, 0, 0, &[0; 8]).repeat(600), calm);
    ends(&scene, &frame(PING, ACK, 0, &[0; 8]).repeat(600), calm);
    ends(&scene, &frame(SETTINGS, 0, 0, &[]).repeat(100), calm);
    ends(&scene, &frame(PRIORITY, 0, 1, &[0, 0, 0, 0, 1]).repeat(600), calm);
    ends(&scene, &frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]).repeat(600), calm);
    ends(&scene, &frame(0x55, 0, 0, &[]).repeat(600), calm);
    let mut empty = frame(HEADERS, END_HEADERS, 1, &headers);
    empty.extend(frame(DATA, 0, 1, &[]).repeat(600));
    ends(&scene, &empty, calm);
    // Requests that are taken back at once, also when each comes on its own.
    let resets: Vec<u8> = (0..300)
        .flat_map(|number| {
            let stream = number * 2 + 1;
            [frame(HEADERS, END_HEADERS | END_STREAM, stream, &headers), frame(RST_STREAM, 0, stream, &[0, 0, 0, 8])]
        })
        .flatten()
        .collect();
    ends(&scene, &resets, calm);
    let mut client = another(&scene);
    for number in 0..300 {
        let stream = number * 2 + 1;
        client.send(frame(HEADERS, END_HEADERS | END_STREAM, stream, &headers));
        client.send(frame(RST_STREAM, 0, stream, &[0, 0, 0, 8]));
        if number < 30 {
            client.ping();
        }
    }
    assert!(client.goaway().is_some_and(|code| calm.contains(&code)));
}

#[test]
fn header_blocks_have_an_end() {
    let backend = Backend::hello();
    let (scene, _) = scene(&backend, "[limits]\nheader_block = 8192\n");
    // Continuations without end, empty and full.
    let begin = frame(HEADERS, END_STREAM, 1, &block(&request("GET", "/x")));
    for piece in [Vec::new(), block(&[("x", "y".repeat(1000))])] {
        let mut client = another(&scene);
        client.send(&begin);
        for _ in 0..2000 {
            client.send(frame(CONTINUATION, 0, 1, &piece));
        }
        let code = client.goaway();
        assert!(code.is_none_or(|code| code == ENHANCE_YOUR_CALM || code == PROTOCOL_ERROR), "{code:?}");
    }
    // A block that is small on the wire and large in memory: one entry of the table, named again and again.
    let mut client = another(&scene);
    let stream = client.number();
    let mut bomb = block(&request("GET", "/x"));
    bomb.extend([0x40, 1, b'x', 127, 0xa1, 30]);
    bomb.extend(vec![b'y'; 4000]);
    bomb.extend(vec![0xbe; 4000]);
    client.send(frame(HEADERS, END_HEADERS | END_STREAM, stream, &bomb));
    let answer = client.of(stream).unwrap();
    assert!(answer.kind != HEADERS || super_status(&answer) == 431, "{answer:?}");
    assert_eq!(backend.seen().len(), 0);
}

#[test]
fn streams_beyond_the_limit_are_refused() {
    let backend = Backend::new(|_, _| {
        std::thread::park();
        Then::Close
    });
    let (_scene, mut client) = scene(&backend, "[limits]\nstreams = 4\n");
    let streams: Vec<u32> = (0..6).map(|_| client.request(&request("GET", "/slow"))).collect();
    let refused = client.of(streams[4]).unwrap();
    assert_eq!(refused.kind, RST_STREAM, "{refused:?}");
    backend.wait_for(4);
    client.ping();
    assert_eq!(backend.seen().len(), 4);
}

#[test]
fn a_client_that_gives_up_frees_the_backend() {
    let (backend, given_up) = Backend::waiting();
    let (scene, mut client) = scene(&backend, "");
    let stream = client.request(&request("GET", "/slow"));
    backend.wait_for(1);
    client.send(frame(RST_STREAM, 0, stream, &[0, 0, 0, 8]));
    given_up.recv_timeout(PATIENCE).expect("the gateway gives the backend up");
    // For the one stream: the connection goes on.
    client.ping();
    drop(client);
    let mut client = another(&scene);
    client.ping();
}

#[test]
fn the_gateway_says_goodbye_and_finishes() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let backend = Backend::new(move |_, stream| {
        let _ = wait.lock().unwrap().recv();
        reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nlate")
    });
    let (mut scene, mut client) = scene(&backend, "");
    let stream = client.request(&request("GET", "/slow"));
    backend.wait_for(1);
    let gateway = scene.gateway.take().unwrap();
    let stopping = std::thread::spawn(move || gateway.stop());
    let goodbye = loop {
        let frame = client.frame().expect("a good-bye");
        if frame.kind == GOAWAY {
            break frame;
        }
    };
    assert_eq!(goodbye.code(), NO_ERROR);
    go.send(()).unwrap();
    // What asks whether the good-bye has arrived wants its answer.
    let mut answered = false;
    while let Some(next) = client.frame() {
        match next.kind {
            PING if next.flags == 0 => drop(client.send(frame(PING, ACK, 0, &next.payload))),
            HEADERS => assert_eq!((next.stream, super_status(&next)), (stream, 200)),
            DATA => answered |= next.payload == b"late",
            _ => {}
        }
    }
    assert!(answered);
    stopping.join().unwrap();
}
