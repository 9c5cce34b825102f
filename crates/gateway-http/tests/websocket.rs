//! WebSocket: policies see the handshake, and nobody looks at what follows.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "support/operator.rs"]
mod operator;
mod support;

use std::io::{Read, Write};

use operator::{ADMIN, metric};
use support::{Backend, Client, Folder, Scene, Then, reply, until};

/// Agrees to every change of protocol and sends everything back; says `bye` first when it is to end.
fn echo() -> Backend {
    Backend::new(|seen, stream| {
        if seen.header("upgrade").is_none() {
            return reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nplain");
        }
        let key = seen.header("sec-websocket-key").unwrap_or("none").to_owned();
        let head = format!(
            "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: {key}!\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = stream.read(&mut piece) {
            if piece[..count].ends_with(b"end") {
                let _ = stream.write_all(b"bye");
                break;
            }
            stream.write_all(&piece[..count]).unwrap();
        }
        Then::Close
    })
}

const ALL: &str = "<inbound><set-header name=\"x-in\" exists-action=\"override\"><value>1</value></set-header></inbound>\
                   <backend><forward-request/></backend><outbound><set-header name=\"x-out\" exists-action=\"override\">\
                   <value>@(context.Response.StatusCode.ToString())</value></set-header></outbound>";

/// A service with an API for WebSockets, and one that is not.
fn scene(backend: &Backend, more: &str) -> Scene {
    let folder = Folder::new();
    folder.write("policy.xml", &format!("<policies>{ALL}</policies>"));
    for (name, kind, scheme) in [("socket", "websocket", "ws"), ("plain", "http", "http")] {
        folder.write(
            &format!("apis/{name}/apiInformation.json"),
            &format!(
                r#"{{"properties":{{"displayName":"{name}","path":"{name}","type":"{kind}","serviceUrl":"{scheme}://{}/base","protocols":["{scheme}"],"subscriptionRequired":false}}}}"#,
                backend.address
            ),
        );
    }
    folder.write(
        "apis/plain/operations/any/operationInformation.json",
        r#"{"properties":{"displayName":"any","method":"GET","urlTemplate":"/*"}}"#,
    );
    Scene::folder(folder, more)
}

fn shake(scene: &Scene, target: &str) -> Client {
    let mut client = scene.client();
    client.send(format!(
        "GET {target} HTTP/1.1\r\nHost: gw.example\r\nConnection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: k\r\n\r\n"
    ));
    client
}

fn read(client: &mut Client, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    client.stream.read_exact(&mut bytes).unwrap();
    bytes
}

/// The head of the answer, and nothing behind it.
fn head(client: &mut Client) -> String {
    let mut text = Vec::new();
    while !text.ends_with(b"\r\n\r\n") {
        text.extend(read(client, 1));
    }
    String::from_utf8(text).unwrap()
}

#[test]
fn bytes_go_both_ways_after_the_handshake() {
    let backend = echo();
    let mut scene = scene(&backend, "[access_log]\nto = \"file\"\nfile = \"access.log\"\n");
    let mut client = shake(&scene, "/socket?x=1");
    let answer = head(&mut client).to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 101 switching protocols\r\n"), "{answer}");
    for line in ["connection: upgrade", "upgrade: websocket", "sec-websocket-accept: k!", "x-out: 101"] {
        assert!(answer.contains(&format!("\r\n{line}\r\n")), "{line}: {answer}");
    }
    let seen = &backend.seen()[0];
    assert_eq!(seen.line(), "GET /base?x=1 HTTP/1.1");
    assert_eq!((seen.header("connection"), seen.header("upgrade")), (Some("Upgrade"), Some("websocket")));
    assert_eq!((seen.header("sec-websocket-version"), seen.header("x-in")), (Some("13"), Some("1")));
    // No framing that anybody would look at, and more than a buffer.
    for piece in [b"GET / HTTP/1.1\r\n\r\n".to_vec(), vec![0x81; 100_000], b"\n\n".to_vec()] {
        let mut sending = client.stream.try_clone().unwrap();
        let sent = piece.clone();
        let writer = std::thread::spawn(move || sending.write_all(&sent).unwrap());
        assert_eq!(read(&mut client, piece.len()), piece);
        writer.join().unwrap();
    }
    client.send("end");
    assert_eq!(read(&mut client, 3), b"bye");
    assert!(client.is_closed());
    scene.stop();
    let log = std::fs::read_to_string(scene.folder.path().join("access.log")).unwrap();
    assert!(log.contains("\"status\":101") && !log.contains("errorReason"), "{log}");
}

/// Each side has told the other that it has ended; who does not answer that keeps nobody's connection.
#[test]
fn a_side_that_never_ends_is_cut_off_when_the_other_has() {
    let backend = echo();
    let scene = scene(&backend, &format!("[backend]\nbody_timeout = \"10m\"\n{ADMIN}"));
    let mut client = shake(&scene, "/socket");
    head(&mut client);
    client.send("end");
    assert_eq!(read(&mut client, 3), b"bye");
    assert!(client.is_closed());
    // It does not close, and sends nothing either: a word to the backend would be an error, which ends everything.
    until("the tunnel ends", || metric(&scene, "tollgate_connections") == Some(0.0));
    drop(client);
}

/// A backend that changes the protocol, and all that it is told then.
fn agreeing() -> (Backend, std::sync::mpsc::Receiver<Vec<u8>>) {
    let (told, is_told) = std::sync::mpsc::channel();
    let told = std::sync::Mutex::new(told);
    let backend = Backend::new(move |_, stream| {
        stream
            .write_all(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
            .unwrap();
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        told.lock().unwrap().send(all).unwrap();
        Then::Close
    });
    (backend, is_told)
}

#[test]
fn a_client_that_ends_is_told_to_the_backend() {
    let (backend, is_told) = agreeing();
    let scene = scene(&backend, "");
    let mut client = shake(&scene, "/socket");
    head(&mut client);
    client.send("last words").finish();
    assert_eq!(is_told.recv_timeout(support::PATIENCE).unwrap(), b"last words");
    assert!(client.is_closed());
}

/// Whoever does not wait for the answer must not have the gateway put words into the backend's mouth, nor into its own.
#[test]
fn bytes_ahead_of_the_answer_are_handed_on_as_they_are_or_not_at_all() {
    for (early, expected) in [(&b"\x81\x05hello"[..], &b"\x81\x05hello"[..]), (b"\x81\x05he\nlo", b"")] {
        let (backend, is_told) = agreeing();
        let scene = scene(&backend, "");
        let mut client = scene.client();
        let mut bytes = b"GET /socket HTTP/1.1\r\nHost: gw.example\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
                          Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: k\r\n\r\n"
            .to_vec();
        bytes.extend_from_slice(early);
        client.send(bytes);
        head(&mut client);
        client.finish();
        assert_eq!(is_told.recv_timeout(support::PATIENCE).unwrap(), expected);
    }
}

/// An API that is not for WebSockets never changes the protocol, and neither does a backend that says no.
#[test]
fn nobody_else_changes_the_protocol() {
    let backend = echo();
    let plain = scene(&backend, "");
    let mut client = shake(&plain, "/plain");
    assert_eq!(client.read().unwrap().body, "plain");
    assert_eq!(backend.seen()[0].header("connection"), None);
    // The connection is as good as before.
    assert_eq!(client.get("/plain").body, "plain");

    let refusing = Backend::new(|_, stream| reply(stream, "HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"));
    let scene = scene(&refusing, "");
    let mut client = shake(&scene, "/socket");
    let answer = client.read().unwrap();
    assert_eq!((answer.status, answer.body.as_str()), (403, "no"));
    assert_eq!(client.get("/socket").status, 403);
}

#[test]
fn a_gateway_that_stops_ends_tunnels() {
    let backend = echo();
    let mut scene = scene(&backend, "[timeouts]\ndrain = \"1ms\"\n");
    let mut client = shake(&scene, "/socket");
    head(&mut client);
    client.send("ping");
    assert_eq!(read(&mut client, 4), b"ping");
    scene.stop();
    assert!(client.is_closed());
}

#[test]
fn a_tunnel_in_which_nothing_moves_ends() {
    let backend = echo();
    let scene = scene(&backend, "[backend]\nbody_timeout = \"50ms\"\n");
    let mut client = shake(&scene, "/socket");
    head(&mut client);
    assert!(client.is_closed());
}

/// The time between two calls is not the tunnel's: it goes on as long as something moves.
#[test]
fn a_tunnel_in_which_something_moves_goes_on() {
    let backend = echo();
    let scene = scene(&backend, "[timeouts]\nidle = \"1ms\"\n");
    let mut client = shake(&scene, "/socket");
    head(&mut client);
    // Long enough for the gateway to look at it twice and more.
    for _ in 0..8 {
        std::thread::sleep(std::time::Duration::from_millis(100));
        client.send("ping");
        assert_eq!(read(&mut client, 4), b"ping");
    }
}

/// Half a handshake is a plain request.
#[test]
fn odd_handshakes_open_no_tunnel() {
    let backend = echo();
    let scene = scene(&backend, "");
    let whole = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: k\r\n";
    for (line, headers) in [
        ("GET /socket HTTP/1.1", whole.replace("Connection: Upgrade\r\n", "")),
        ("GET /socket HTTP/1.1", whole.replace("Upgrade: websocket\r\n", "")),
        ("GET /socket HTTP/1.1", whole.replace("websocket", "h2c")),
        ("GET /socket HTTP/1.1", whole.replace("websocket", "websocket2")),
        ("GET /socket HTTP/1.1", format!("{whole}Content-Length: 1\r\n")),
        ("GET /socket HTTP/1.0", whole.to_owned()),
        ("POST /socket HTTP/1.1", whole.to_owned()),
    ] {
        let mut client = scene.client();
        client.send(format!("{line}\r\nHost: h\r\n{headers}\r\n"));
        if headers.contains("Content-Length") {
            client.send("x");
        }
        let answer = client.read().unwrap();
        assert_ne!(answer.status, 101, "{line} {headers}");
    }
    let upgrades = backend.seen().iter().filter(|seen| seen.header("upgrade").is_some()).count();
    assert_eq!(upgrades, 0);
}

/// The handshake goes out like any other request: counted when it comes back, and through proxies as they want it.
#[test]
fn handshakes_that_come_back_come_to_an_end() {
    let backend = echo();
    let policy = "<inbound><set-backend-service base-url=\"@(&quot;ws://&quot; + context.Request.Headers.GetValueOrDefault(&quot;X-Self&quot;, &quot;&quot;))\" />\
                  </inbound><backend><forward-request/></backend>";
    let mut scene = Scene::policy(&backend, policy, "[access_log]\nto = \"file\"\nfile = \"access.log\"\n");
    let mut client = scene.client();
    let shake = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: k\r\n";
    client.send(format!("GET / HTTP/1.1\r\nHost: h\r\nX-Self: {}\r\n{shake}\r\n", scene.address));
    assert_eq!(client.read().unwrap().status, 500);
    drop(client);
    scene.stop();
    let log = std::fs::read_to_string(scene.folder.path().join("access.log")).unwrap();
    assert_eq!(log.lines().count(), 6, "{log}");
}

#[test]
fn a_proxy_gets_the_whole_url_of_a_handshake_and_its_credentials() {
    let proxy = echo();
    let policy = format!(
        "<inbound><set-backend-service base-url=\"ws://backend.invalid:8080/base\" /><proxy url=\"http://{}\" username=\"u\" \
         password=\"p\" /></inbound><backend><forward-request http-version=\"2or1\"/></backend>",
        proxy.address
    );
    let scene = Scene::policy(&proxy, &policy, "");
    let mut client = shake(&scene, "/x");
    assert!(head(&mut client).starts_with("HTTP/1.1 101 "));
    let seen = &proxy.seen()[0];
    assert_eq!(seen.line(), "GET http://backend.invalid:8080/base/x HTTP/1.1");
    assert_eq!(seen.header("proxy-authorization"), Some("Basic dTpw"));
    assert_eq!((seen.header("host"), seen.header("upgrade")), (Some("backend.invalid:8080"), Some("websocket")));
}
