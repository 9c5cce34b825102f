//! What the gateway believes a connection to contain is what the next server finds in it: every spelling here is sent
//! through, and the backend's record is compared with the gateway's own. `threats.md` R4, C1 to C9, C11, C13, C14.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use serde_json::Value;
use support::{Backend, Client, Folder, Scene, Seen, reply};

const ALL: &str =
    "<policies><inbound><base/></inbound><backend><base/></backend><outbound><base/></outbound></policies>";

/// Tells the caller what it understood.
fn echo() -> Backend {
    Backend::new(|seen, stream| {
        let text = understood(seen);
        reply(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len()))
    })
}

/// Method, target and body as the backend read them.
fn understood(seen: &Seen) -> String {
    let mut words = seen.line().split(' ');
    let (method, target) = (words.next().unwrap(), words.next().unwrap());
    format!("{method} {target} [{}]", String::from_utf8_lossy(&seen.body))
}

fn scene(backend: &Backend) -> Scene {
    let folder = Folder::new();
    folder.write("policy.xml", ALL);
    let settings = "[access_log]\nto = \"file\"\nfile = \"access.log\"\n";
    Scene::start(folder, "policy.xml", Some(&format!("http://{}/b", backend.address)), settings)
}

/// Sends bytes as a whole connection; gives what the backend understood of each request answered, and the status that
/// ended it, if one did.
fn send(scene: &Scene, bytes: &[u8]) -> (Vec<String>, Option<u16>) {
    let mut client = scene.client();
    client.send(bytes).finish();
    let mut answered = Vec::new();
    while let Some(answer) = client.read() {
        if answer.status != 200 {
            assert!(client.is_closed(), "nothing follows a refusal: {:?}", String::from_utf8_lossy(bytes));
            return (answered, Some(answer.status));
        }
        answered.push(answer.body);
    }
    (answered, None)
}

/// A head that everybody reads the same way.
#[track_caller]
fn is_beyond_doubt(seen: &Seen) {
    let head = seen.head.strip_suffix("\r\n\r\n").unwrap();
    let lines: Vec<&str> = head.split("\r\n").collect();
    let names: Vec<String> = lines[1..]
        .iter()
        .map(|line| {
            let (name, value) = line.split_once(':').unwrap();
            assert!(!name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()), "{head:?}");
            assert!(!value.contains(['\r', '\n', '\0']), "{head:?}");
            name.to_ascii_lowercase()
        })
        .collect();
    let count = |name: &str| names.iter().filter(|known| *known == name).count();
    assert_eq!(count("host"), 1, "{head:?}");
    assert!(count("content-length") + count("transfer-encoding") <= 1, "{head:?}");
    if let Some(coding) = seen.header("transfer-encoding") {
        assert_eq!(coding, "chunked", "{head:?}");
    }
    for gone in
        ["connection", "keep-alive", "te", "trailer", "upgrade", "proxy-connection", "expect", "x_forwarded_for"]
    {
        assert_eq!(count(gone), 0, "{gone} in {head:?}");
    }
    assert_eq!(count("x-forwarded-for"), 1, "{head:?}");
    assert!(lines[0].ends_with(" HTTP/1.1") && lines[0].split(' ').count() == 3, "{head:?}");
}

/// Stops the gateway and compares its log with the backend's record, call by call.
fn compare(mut scene: Scene, backend: &Backend) {
    scene.stop();
    let log = std::fs::read_to_string(scene.folder.path().join("access.log")).unwrap();
    let believed: Vec<String> = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap())
        .filter(|line| line["backendStatus"] == 200 && line["errorReason"] == Value::Null)
        .map(|line| format!("{} /b{}", line["method"].as_str().unwrap(), line["path"].as_str().unwrap()))
        .collect();
    let seen = backend.seen();
    let complete: Vec<&Seen> = seen.iter().filter(|seen| !seen.truncated).collect();
    complete.iter().for_each(|seen| is_beyond_doubt(seen));
    let found: Vec<String> = complete
        .iter()
        .map(|seen| {
            let mut words = seen.line().split(' ');
            let (method, target) = (words.next().unwrap(), words.next().unwrap());
            format!("{method} {}", target.split('?').next().unwrap())
        })
        .collect();
    assert!(!found.is_empty());
    assert_eq!(believed, found);
}

const NEXT: &str = "GET /next HTTP/1.1\r\nHost: h\r\n\r\n";
const SMUGGLED: &str = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

#[test]
fn what_is_allowed_arrives_as_it_was_meant() {
    let backend = echo();
    let scene = scene(&backend);
    let length = SMUGGLED.len();
    let in_chunks = format!("{length:x}\r\n{SMUGGLED}\r\n0\r\n\r\n");
    for (bytes, expected) in [
        (format!("GET /a HTTP/1.1\r\nHost: h\r\n\r\n{NEXT}"), vec!["GET /b/a []", "GET /b/next []"]),
        (
            format!("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n{SMUGGLED}{NEXT}"),
            vec!["POST /b/a [{}]", "GET /b/next []"],
        ),
        (
            format!("POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n{in_chunks}{NEXT}"),
            vec!["POST /b/a [{}]", "GET /b/next []"],
        ),
        (
            format!("POST /a HTTP/1.1\r\nHost: h\r\ntransfer-encoding:CHUNKED\r\n\r\n{in_chunks}{NEXT}"),
            vec!["POST /b/a [{}]", "GET /b/next []"],
        ),
        // A body where none is expected is a body all the same.
        (
            format!("GET /a HTTP/1.1\r\nHost: h\r\nContent-Length: {length}\r\n\r\n{SMUGGLED}{NEXT}"),
            vec!["GET /b/a [{}]", "GET /b/next []"],
        ),
        // Without a length there is no body, whatever follows.
        (format!("POST /a HTTP/1.1\r\nHost: h\r\n\r\n{NEXT}"), vec!["POST /b/a []", "GET /b/next []"]),
        (
            format!("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n{NEXT}"),
            vec!["POST /b/a []", "GET /b/next []"],
        ),
        // What is nominated, negotiated and trailed stays here.
        (
            format!(
                "POST /a HTTP/1.1\r\nHost: h\r\nConnection: keep-alive, X-Gone, Content-Length, Host\r\nX-Gone: \
                 1\r\nTE: trailers\r\nTrailer: Host\r\nUpgrade: websocket\r\nTransfer-Encoding: \
                 chunked\r\n\r\n3\r\nabc\r\n0\r\nHost: evil\r\nContent-Length: 9\r\nAuthorization: x\r\n\r\n{NEXT}"
            ),
            vec!["POST /b/a [abc]", "GET /b/next []"],
        ),
        (
            "GET /a HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 1.2.3.4\r\nX_Forwarded_For: 5.6.7.8\r\n\r\n".to_owned(),
            vec!["GET /b/a []"],
        ),
        ("GET http://h/a HTTP/1.1\r\nHost: H\r\n\r\n".to_owned(), vec!["GET /b/a []"]),
        (
            "GET /a?x=%20GET%20/smuggled HTTP/1.1\r\nHost: h\r\n\r\n".to_owned(),
            vec!["GET /b/a?x=%20GET%20/smuggled []"],
        ),
        ("GET /a HTTP/1.0\r\nHost: h\r\n\r\n".to_owned(), vec!["GET /b/a []"]),
        ("GET /a HTTP/1.0\r\n\r\n".to_owned(), vec!["GET /b/a []"]),
    ] {
        let expected: Vec<String> = expected.iter().map(|text| text.replace("{}", SMUGGLED)).collect();
        assert_eq!(send(&scene, bytes.as_bytes()), (expected, None), "{bytes}");
    }
    assert!(backend.seen().iter().all(|seen| !seen.head.contains("evil") && !seen.head.contains("X-Gone")));
    assert!(
        backend.seen().iter().all(|seen| seen.header("x-forwarded-for").is_some_and(|way| !way.contains("5.6.7.8")))
    );
    compare(scene, &backend);
}

/// Lines that say how long the body is, or seem to.
const LENGTHS: [&str; 16] = [
    "",
    "Content-Length: {}\r\n",
    "Content-Length: 0\r\n",
    "content-length:{}\r\n",
    "Content-Length: {}\r\nContent-Length: {}\r\n",
    "Content-Length: {}\r\nContent-Length: 0\r\n",
    "Content-Length: +{}\r\n",
    "Content-Length: 0x{}\r\n",
    "Content-Length: {}, {}\r\n",
    "Content-Length: {} 0\r\n",
    "Content-Length : {}\r\n",
    "Content-Length\t: {}\r\n",
    " Content-Length: {}\r\n",
    "Content_Length: {}\r\n",
    "X: y\r\n Content-Length: {}\r\n",
    "X: y\nContent-Length: {}\r\n",
];

const ENCODINGS: [&str; 26] = [
    "",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding:chunked\r\n",
    "Transfer-Encoding: Chunked\r\n",
    "Transfer-Encoding: chunked \r\n",
    "Transfer-Encoding:  chunked\r\n",
    "Transfer-Encoding:\tchunked\r\n",
    "Transfer-Encoding: \x0bchunked\r\n",
    "Transfer-Encoding: chunked\x0c\r\n",
    "Transfer-Encoding: \"chunked\"\r\n",
    "Transfer-Encoding: ,chunked\r\n",
    "Transfer-Encoding: chunked,\r\n",
    "Transfer-Encoding: chunked;q=1\r\n",
    "Transfer-Encoding: gzip, chunked\r\n",
    "Transfer-Encoding: chunked, identity\r\n",
    "Transfer-Encoding: identity\r\n",
    "Transfer-Encoding: xchunked\r\n",
    "Transfer-Encoding: chunke\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
    "Transfer-Encoding\r\n: chunked\r\n",
    "Transfer-Encoding :chunked\r\n",
    "Transfer-Encoding:\r\n chunked\r\n",
    "Transfer_Encoding: chunked\r\n",
    "X: y\rTransfer-Encoding: chunked\r\n",
    "X: y\r\n\x00Transfer-Encoding: chunked\r\n",
];

/// What follows the head: read one way it is a body, read another way it holds a request.
fn bodies() -> [String; 3] {
    [
        format!("0\r\n\r\n{SMUGGLED}"),
        format!("{:x}\r\n{SMUGGLED}\r\n0\r\n\r\n", SMUGGLED.len()),
        format!("1;\n{SMUGGLED}"),
    ]
}

#[test]
fn no_spelling_is_read_in_two_ways() {
    let backend = echo();
    let scene = scene(&backend);
    let mut refused = 0;
    for version in ["1.1", "1.0"] {
        for (length, encoding) in LENGTHS.iter().flat_map(|length| ENCODINGS.map(|encoding| (length, encoding))) {
            for body in bodies() {
                let length = length.replace("{}", &body.len().to_string());
                let bytes = format!("POST /a HTTP/{version}\r\nHost: h\r\n{length}{encoding}\r\n{body}");
                let before = backend.seen().len();
                let (answered, end) = send(&scene, bytes.as_bytes());
                let complete: Vec<String> =
                    backend.seen()[before..].iter().filter(|seen| !seen.truncated).map(understood).collect();
                assert_eq!(answered, complete, "what is answered is what arrived: {bytes:?}");
                refused += usize::from(end.is_some());
            }
        }
    }
    assert!(refused > 1500, "most of these are refused: {refused}");
    compare(scene, &backend);
}

#[test]
fn pieces_make_no_difference() {
    let backend = echo();
    let scene = scene(&backend);
    let first = "POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    for second in [NEXT, "GET /x HTTP/1.1\r\nHost: h\r\nHost: h\r\n\r\n", "GET /x HTTP/1.1\nHost: h\r\n\r\n"] {
        let bytes = format!("{first}{second}");
        let whole = send(&scene, bytes.as_bytes());
        for at in 1..bytes.len() {
            let mut client = scene.client();
            client.send(&bytes[..at]);
            // Something must have arrived before the rest does; one answer is a sure sign where there is one.
            let answered: Vec<String> = if at >= first.len() { vec![client.read().unwrap().body] } else { Vec::new() };
            let rest = rest_of(client, &bytes[at..], answered);
            assert_eq!(rest, whole, "cut at {at}");
        }
    }
    compare(scene, &backend);
}

fn rest_of(mut client: Client, bytes: &str, mut answered: Vec<String>) -> (Vec<String>, Option<u16>) {
    client.send(bytes).finish();
    while let Some(answer) = client.read() {
        if answer.status != 200 {
            return (answered, Some(answer.status));
        }
        answered.push(answer.body);
    }
    (answered, None)
}

#[test]
fn odd_heads_are_refused_or_mean_one_thing() {
    let backend = echo();
    let scene = scene(&backend);
    let get = |line: &str, lines: &str| format!("{line}\r\nHost: h\r\n{lines}\r\n{NEXT}");
    for bytes in [
        get("GET /a HTTP/1.1", "X: a\0b\r\n"),
        get("GET /a HTTP/1.1", "X: a\rb\r\n"),
        get("GET /a HTTP/1.1", "X\0: a\r\n"),
        get("GET /a HTTP/1.1", "X\u{e9}: a\r\n"),
        get("GET /a HTTP/1.1", "(X): a\r\n"),
        get("GET /a HTTP/1.1", "X: a\r\n\tb\r\n"),
        get("GET /a HTTP/1.1", "X\r\n"),
        get("GET  /a HTTP/1.1", ""),
        get("GET /a  HTTP/1.1", ""),
        get("GET\t/a\tHTTP/1.1", ""),
        get(" GET /a HTTP/1.1", ""),
        get("GET /a HTTP/1.1 ", ""),
        get("GET /a HTTP/1.2", ""),
        get("GET /a HTTP/01.1", ""),
        get("GET /a http/1.1", ""),
        get("GET /a", ""),
        get("G\0T /a HTTP/1.1", ""),
        get("GET /\0a HTTP/1.1", ""),
        get("GET /a\u{a0} HTTP/1.1", ""),
        get("G(T /a HTTP/1.1", ""),
        get("\u{feff}GET /a HTTP/1.1", ""),
        get("GET h:80 HTTP/1.1", ""),
        get("GET http://h@evil/ HTTP/1.1", ""),
        get("GET http://h:80:80/ HTTP/1.1", ""),
        format!("GET /a HTTP/1.1\r\nHost: h\r\nhost: h\r\n\r\n{NEXT}"),
        format!("GET /a HTTP/1.1\r\nHost: h, h\r\n\r\n{NEXT}"),
        format!("GET /a HTTP/1.1\r\nHost: h /x\r\n\r\n{NEXT}"),
        format!("GET /a HTTP/1.1\r\nHost : h\r\n\r\n{NEXT}"),
        format!("GET /a HTTP/1.1\r\nHost\r\n\r\n{NEXT}"),
        format!("\r\n\r\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n{NEXT}"),
        format!("GET /a HTTP/1.1\r\r\nHost: h\r\n\r\n{NEXT}"),
    ] {
        let before = backend.seen().len();
        let (answered, end) = send(&scene, bytes.as_bytes());
        assert_eq!((answered.len(), backend.seen().len() - before), (0, 0), "{bytes:?}");
        assert!(end.is_some_and(|status| matches!(status, 400 | 505)), "{end:?}: {bytes:?}");
    }
    // Methods are words; which ones there are, the backend knows.
    for (method, status) in [("get", 200), ("WEIRD", 200), ("M-SEARCH", 200), ("TRACE", 405), ("CONNECT", 405)] {
        let answer = scene.client().send(format!("{method} /m HTTP/1.1\r\nHost: h\r\n\r\n")).read().unwrap();
        assert_eq!(answer.status, status, "{method}");
    }
    let long = "M".repeat(1000);
    let answer = scene.client().send(format!("{long} /m HTTP/1.1\r\nHost: h\r\n\r\n")).read().unwrap();
    assert!(matches!(answer.status, 200 | 400 | 404), "{}", answer.status);
    compare(scene, &backend);
}
