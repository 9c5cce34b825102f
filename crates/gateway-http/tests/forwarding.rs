//! What the attributes of `forward-request` do on the wire: `buffer-response` and `continue-timeout`.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use support::{Backend, Client, PATIENCE, Scene, Then, reply};

/// A backend whose answer comes in chunks of these lengths.
fn in_chunks(lengths: &'static [usize]) -> Backend {
    Backend::new(move |_, stream| {
        let mut answer = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_owned();
        for length in lengths {
            answer.push_str(&format!("{length:x}\r\n{}\r\n", "x".repeat(*length)));
        }
        reply(stream, &(answer + "0\r\n\r\n"))
    })
}

/// What comes up to the end of a chunked body, behind what has come.
fn rest(client: &mut Client, begun: &str) -> String {
    let mut text = begun.to_owned();
    let mut piece = [0; 1000];
    while !text.ends_with("\r\n0\r\n\r\n") {
        let count = client.stream.read(&mut piece).unwrap();
        assert!(count > 0, "{text}");
        text.push_str(std::str::from_utf8(&piece[..count]).unwrap());
    }
    text
}

/// The lengths of the chunks that reach the client.
fn chunks(client: &mut Client) -> Vec<usize> {
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    let text = rest(client, "");
    let (_, body) = text.split_once("\r\n\r\n").unwrap();
    let lengths = body.lines().step_by(2).map(|line| usize::from_str_radix(line, 16).unwrap());
    lengths.take_while(|length| *length > 0).collect()
}

fn forwarding(backend: &Backend, attributes: &str, settings: &str) -> Scene {
    let on_error =
        "<on-error><set-header name=\"X-Reason\"><value>@(context.LastError.Reason)</value></set-header></on-error>";
    Scene::policy(backend, &format!("<backend><forward-request {attributes}/></backend>{on_error}"), settings)
}

/// Names mean the same in any case, but some programs look for one of them.
#[test]
fn names_of_headers_may_be_passed_on_as_they_were_written() {
    let answer = "HTTP/1.1 200 Fine\r\nX-bAcK: 1\r\nx-Two: 1\r\nX-TWO: 2\r\nContent-LENGTH: 5\r\n\r\nhello";
    let backend = Backend::new(move |_, stream| reply(stream, answer));
    let policies = |attributes: &str| {
        format!(
            "<inbound><set-header name=\"x-own-name\"><value>1</value></set-header>\
             <set-header name=\"x-overridden\" exists-action=\"override\"><value>2</value></set-header></inbound>\
             <backend><retry count=\"1\" interval=\"0\" condition=\"@(context.Response.StatusCode == 404)\">\
             <forward-request {attributes}/></retry></backend>\
             <outbound><set-header name=\"x-added\"><value>1</value></set-header></outbound>"
        )
    };
    let request =
        "POST / HTTP/1.1\r\nhOST: h\r\nSOAPAction: a\r\nX-FoO: 1\r\nX-oVERRIDDEN: 1\r\nContent-length: 2\r\n\r\nhi";
    let lines = |head: &str| head.lines().map(str::to_owned).collect::<Vec<_>>();
    for (attributes, on) in [("", true), ("follow-redirects=\"true\"", true), ("", false)] {
        let settings = format!("[gateway]\npreserve_header_case = {on}\n");
        let scene = Scene::policy(&backend, &policies(attributes), &settings);
        let before = backend.seen().len();
        let mut client = scene.client();
        for call in 1..=2 {
            let answer = client.send(request).read().unwrap();
            let (sent, got) = (lines(&backend.wait_for(before + call)[before + call - 1].head), lines(&answer.head));
            let has = |lines: &[String], line: &str| {
                let wanted = if on { line.to_owned() } else { line.to_ascii_lowercase() };
                assert!(lines.contains(&wanted), "{attributes}, {on}: {wanted} in {lines:?}");
            };
            ["SOAPAction: a", "X-FoO: 1", "X-oVERRIDDEN: 2", "X-Own-Name: 1", "X-Forwarded-For: 127.0.0.1"]
                .iter()
                .for_each(|line| has(&sent, line));
            ["X-bAcK: 1", "x-Two: 1", "X-TWO: 2", "X-Added: 1", "Content-LENGTH: 5"]
                .iter()
                .for_each(|line| has(&got, line));
            assert_eq!((answer.status, answer.body.as_str(), got[0].as_str()), (200, "hello", "HTTP/1.1 200 Fine"));
        }
    }
}

#[test]
fn small_chunks_are_passed_on_together() {
    const TRUE: &str = "buffer-response=\"true\"";
    const FALSE: &str = "buffer-response=\"false\"";
    const PASS: &str = "[backend]\nbuffer_response = \"pass\"\n";
    const WAIT: &str = "[backend]\nbuffer_response = \"wait\"\n";
    for (attributes, settings, expected) in [
        ("", "", &[6][..]),
        (TRUE, "", &[6]),
        (FALSE, "", &[1, 2, 3]),
        ("", PASS, &[1, 2, 3]),
        (TRUE, WAIT, &[6]),
        (FALSE, WAIT, &[1, 2, 3]),
    ] {
        let backend = in_chunks(&[1, 2, 3]);
        let scene = forwarding(&backend, attributes, settings);
        let mut client = scene.client();
        for _ in 0..2 {
            assert_eq!(chunks(&mut client), expected, "{attributes} {settings}");
        }
        assert_eq!(backend.connections(), 1, "its end is the end");
    }
    let backend = in_chunks(&[5000, 3000, 300, 10, 20_000, 1]);
    let passed = chunks(&mut forwarding(&backend, "", WAIT).client());
    // Where a piece is cut is up to what comes at once, but no two could have gone together.
    assert!(
        passed.iter().sum::<usize>() == 28_311 && passed.windows(2).all(|two| two[0] + two[1] > 8192),
        "{passed:?}"
    );
}

/// A piece that comes late.
fn in_two(go: Receiver<()>) -> Backend {
    let go = std::sync::Mutex::new(go);
    Backend::new(move |_, stream| {
        reply(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n");
        let _ = go.lock().unwrap().recv();
        reply(stream, "1\r\nb\r\n0\r\n\r\n")
    })
}

/// Unless the settings say so, what has come does not wait for what has not.
#[test]
fn a_piece_does_not_wait_for_one_that_has_not_come() {
    let (go, gone) = channel();
    let backend = in_two(gone);
    let scene = forwarding(&backend, "", "");
    let mut client = scene.client();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    let mut text = String::new();
    while !text.contains("1\r\na\r\n") {
        let mut piece = [0; 1000];
        let count = client.stream.read(&mut piece).unwrap();
        assert!(count > 0, "{text}");
        text.push_str(std::str::from_utf8(&piece[..count]).unwrap());
    }
    go.send(()).unwrap();
    assert_eq!(rest(&mut client, text.split_once("1\r\na\r\n").unwrap().1), "1\r\nb\r\n0\r\n\r\n");
    let (go, gone) = channel();
    let backend = in_two(gone);
    let scene = forwarding(&backend, "", "[backend]\nbuffer_response = \"wait\"\n");
    let waiting = std::thread::spawn(move || {
        backend.wait_for(1);
        go.send(()).unwrap();
        backend
    });
    assert_eq!(chunks(&mut scene.client()), [2]);
    waiting.join().unwrap();
}

/// What had come is passed on, and that it is not all can be seen.
#[test]
fn collected_pieces_of_an_answer_that_breaks_off() {
    let backend = Backend::new(|_, stream| {
        reply(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n2\r\ncd\r\n");
        Then::Close
    });
    let answer = forwarding(&backend, "", "").get("/");
    assert_eq!((answer.status, answer.body.as_str(), answer.truncated), (200, "abcd", true), "{answer:?}");
}

const WHOLE: &str = "[backend]\nbuffer_response = \"whole\"\n[limits]\nbuffered_body = 10\n";

/// Breaks off in the first answer, and is whole afterwards.
fn breaking_off() -> Backend {
    let first = std::sync::atomic::AtomicBool::new(true);
    Backend::new(move |_, stream| {
        reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel");
        if first.swap(false, std::sync::atomic::Ordering::SeqCst) { Then::Close } else { reply(stream, "lo") }
    })
}

#[test]
fn an_answer_that_is_buffered_whole_and_breaks_off_is_an_error() {
    let scene = forwarding(&breaking_off(), "", WHOLE);
    let answer = scene.get("/");
    assert_eq!((answer.status, answer.header("x-reason")), (500, Some("BackendConnectionFailure")));
    let answer = scene.get("/");
    assert_eq!((answer.status, answer.body.as_str(), answer.header("content-length")), (200, "hello", Some("5")));
    // It is the policy's word.
    let scene = forwarding(&breaking_off(), "buffer-response=\"false\"", WHOLE);
    let answer = scene.client().send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").read();
    assert!(answer.as_ref().is_none_or(|answer| answer.status == 200 && answer.truncated), "{answer:?}");
    let retry = "<backend><retry condition=\"@(context.Response == null)\" count=\"1\" interval=\"0\"><forward-request/></retry></backend>";
    let answer = Scene::policy(&breaking_off(), retry, WHOLE).get("/");
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"), "an error is what `retry` is for");
}

#[test]
fn an_answer_that_is_buffered_whole_has_a_limit() {
    for answer in [
        "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\nhello world",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n",
    ] {
        let backend = Backend::new(move |_, stream| reply(stream, answer));
        let told = forwarding(&backend, "", WHOLE).get("/");
        assert_eq!((told.status, told.header("x-reason")), (500, Some("BodyTooLarge")));
    }
}

#[test]
fn a_request_that_is_to_be_kept_has_a_limit() {
    let backend = Backend::hello();
    let scene = forwarding(&backend, "buffer-request-body=\"true\"", "[limits]\nbuffered_body = 10\n");
    for (body, status) in [
        ("Content-Length: 10\r\n\r\nhelloworld", 200),
        ("Content-Length: 11\r\n\r\nhello world", 413),
        ("Transfer-Encoding: chunked\r\n\r\n6\r\nhello \r\n5\r\nworld\r\n0\r\n\r\n", 413),
    ] {
        let answer = scene.client().send(format!("POST / HTTP/1.1\r\nHost: h\r\n{body}")).read().unwrap();
        let reason = (status == 413).then_some("BodyTooLarge");
        assert_eq!((answer.status, answer.header("x-reason")), (status, reason), "{body}");
    }
    assert_eq!(backend.seen().len(), 1);
}

/// A backend of one connection, which `script` serves from behind the head of its request.
fn listening(script: impl FnOnce(&mut TcpStream) + Send + 'static) -> (SocketAddr, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = channel();
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            head.push(byte[0]);
        }
        script(&mut stream);
        tell.send(String::from_utf8(head).unwrap()).unwrap();
    });
    (address, told)
}

fn in_front_of(address: SocketAddr, attributes: &str) -> Scene {
    let folder = support::Folder::new();
    folder.write("policy.xml", &format!("<policies><backend><forward-request {attributes}/></backend></policies>"));
    Scene::start(folder, "policy.xml", Some(&format!("http://{address}")), "")
}

fn answer(stream: &mut TcpStream, status: &str) {
    stream.write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nok").as_bytes()).unwrap();
}

const ASKING: &str = "POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 5\r\n\r\n";

/// The client sends its body when the backend wants it.
#[test]
fn a_body_waits_for_the_backend_to_want_it() {
    let (address, told) = listening(|stream| {
        stream.write_all(b"HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n").unwrap();
        stream.read_exact(&mut [0; 5]).unwrap();
        answer(stream, "200 OK");
    });
    let scene = in_front_of(address, "continue-timeout=\"60\"");
    let mut client = scene.client();
    assert_eq!(client.send(ASKING).read_head().unwrap().status, 100);
    assert_eq!(client.send("hello").read().unwrap().status, 200);
    assert!(told.recv().unwrap().contains("\r\nexpect: 100-continue\r\n"));
}

#[test]
fn a_body_in_memory_waits_too() {
    let (address, told) = listening(|stream| {
        stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").unwrap();
        let mut body = [0; 5];
        stream.read_exact(&mut body).unwrap();
        assert_eq!(&body, b"hello");
        answer(stream, "200 OK");
    });
    let scene = in_front_of(address, "continue-timeout=\"60\" buffer-request-body=\"true\"");
    let mut client = scene.client();
    assert_eq!(client.send(ASKING).read_head().unwrap().status, 100);
    assert_eq!(client.send("hello").read().unwrap().status, 200);
    assert!(told.recv().unwrap().contains("\r\nexpect: 100-continue\r\n"));
}

/// Neither the gateway nor the client sends what is refused on its head alone.
#[test]
fn a_body_that_the_backend_does_not_want_is_not_sent() {
    let (address, told) = listening(|stream| {
        answer(stream, "401 Unauthorized");
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        assert_eq!(rest, b"");
    });
    let scene = in_front_of(address, "continue-timeout=\"60\"");
    let answer = scene.client().send(ASKING).read().unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (401, "ok"), "without a 100 before it");
    assert!(told.recv().is_ok(), "the connection is closed, and nothing came over it");
}

#[test]
fn a_backend_that_says_nothing_gets_the_body_after_a_while() {
    let (address, told) = listening(|stream| {
        stream.read_exact(&mut [0; 5]).unwrap();
        answer(stream, "200 OK");
    });
    let scene = in_front_of(address, "continue-timeout=\"1\"");
    let mut client = scene.client();
    assert_eq!(client.send(ASKING).read_head().unwrap().status, 100);
    assert_eq!(client.send("hello").read().unwrap().status, 200);
    assert!(told.recv().is_ok());
}

/// Nobody waits for what nobody asked for.
#[test]
fn without_expect_a_body_does_not_wait() {
    let (address, told) = listening(|stream| {
        stream.read_exact(&mut [0; 5]).unwrap();
        answer(stream, "200 OK");
    });
    let scene = in_front_of(address, "continue-timeout=\"60\"");
    let request = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
    assert_eq!(scene.client().send(request).read().unwrap().status, 200);
    assert!(!told.recv().unwrap().contains("expect"));
}
