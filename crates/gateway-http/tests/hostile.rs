//! Callers, backends and machines that do what nobody should: each costs its own call, and the next is served. `threats.md`
//! R9, C15, C16, C19, C26, C30, C31, C35, C38, K3, K5, B2, B8, B10, O7, O21.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use socket2::{Domain, Socket, Type};
use support::{Answer, Backend, Client, Scene, Then, reply};

const REASON: &str = "<on-error><set-header name=\"X-Reason\" exists-action=\"override\"><value>@(context.LastError.Reason)\
                      </value></set-header></on-error>";
const ALL: &str = "<inbound><base/></inbound><backend><forward-request/></backend><outbound><base/></outbound>";

fn reason(answer: &Answer) -> (u16, Option<&str>) {
    (answer.status, answer.header("x-reason"))
}

/// A gateway that answers with what an expression makes of the request.
fn saying(expression: &str) -> Scene {
    let sections =
        format!("<inbound><return-response><set-body>@({expression})</set-body></return-response></inbound>{REASON}");
    Scene::policy(&Backend::hello(), &sections, "")
}

fn post(body: &str) -> String {
    format!("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[test]
fn a_backends_body_that_stops_is_cut_off() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let backend = Backend::new(move |_, stream| {
        reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n01234");
        let _ = wait.lock().unwrap().recv();
        Then::Close
    });
    let scene = Scene::policy(&backend, ALL, "[backend]\nbody_timeout = \"50ms\"\n");
    let answer = scene.get("/");
    assert!(answer.truncated && answer.body == "01234", "{answer:?}");
    // A policy that needs all of it fails.
    let read = format!(
        "<inbound/><backend><forward-request/></backend><outbound><set-body>@(context.Response.Body.As&lt;string>())\
         </set-body></outbound>{REASON}"
    );
    let scene = Scene::policy(&backend, &read, "[backend]\nbody_timeout = \"50ms\"\n");
    assert_eq!(scene.get("/").status, 500);
    drop(go);
}

#[test]
fn connecting_has_a_limit() {
    // Nobody takes connections here, and there is no room for more of them to wait.
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.bind(&"127.0.0.1:0".parse::<std::net::SocketAddr>().unwrap().into()).unwrap();
    socket.listen(0).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    let waiting: Vec<_> = (0..4)
        .map(|_| {
            let one = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
            one.set_nonblocking(true).unwrap();
            let _ = one.connect(&address.into());
            one
        })
        .collect();
    let sections = format!(
        "<inbound><set-backend-service base-url=\"http://{address}\"/></inbound><backend><forward-request/></backend>{REASON}"
    );
    let scene = Scene::policy(&Backend::hello(), &sections, "[backend]\nconnect_timeout = \"50ms\"\n");
    assert_eq!(reason(&scene.get("/")), (500, Some("BackendConnectionFailure")));
    drop(waiting);
}

#[test]
fn the_end_has_a_limit() {
    let (go, wait) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let backend = Backend::new(move |_, _| {
        let _ = wait.lock().unwrap().recv();
        Then::Close
    });
    let mut scene = Scene::policy(&backend, ALL, "[timeouts]\ndrain = \"1ms\"\n");
    let mut client = scene.client();
    client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    backend.wait_for(1);
    scene.stop();
    assert!(client.is_closed(), "the call did not end, and is not waited for");
    drop(go);
}

/// What a backend answers at once is the answer, whatever else the client still sends; the connection on which the backend
/// got half a request takes no other.
#[test]
fn an_answer_before_the_request_has_ended() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mixed = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&mixed);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let count = Arc::clone(&count);
            std::thread::spawn(move || {
                let (mut seen, mut piece, mut is_answered) = (String::new(), [0; 1000], false);
                // It answers every head at once, goes on reading, and never closes by itself.
                while let Ok(read @ 1..) = stream.read(&mut piece) {
                    seen.push_str(std::str::from_utf8(&piece[..read]).unwrap());
                    while let Some((head, body)) = seen.split_once("\r\n\r\n") {
                        let length = match support::header(head, "content-length") {
                            Some(length) => length.parse().unwrap(),
                            None if support::header(head, "transfer-encoding").is_none() => 0,
                            None => body.find("0\r\n\r\n").map_or(usize::MAX, |at| at + 5),
                        };
                        if body[..length.min(body.len())].contains("GET /other") {
                            count.fetch_add(1, Ordering::SeqCst);
                        }
                        if !is_answered {
                            stream.write_all(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 5\r\n\r\nearly").unwrap();
                        }
                        is_answered = body.len() < length;
                        if is_answered {
                            break;
                        }
                        seen = body[length..].to_owned();
                    }
                }
            });
        }
    });
    let sections = format!(
        "<inbound><set-backend-service base-url=\"http://{address}\"/></inbound><backend><forward-request/></backend>{REASON}"
    );
    let scene = Scene::policy(&Backend::hello(), &sections, "");
    for (framing, beginning, rest) in [
        ("Content-Length: 3000000", "x", None),
        ("Transfer-Encoding: chunked", "5\r\nhello\r\n", None),
        // All of it comes in the end.
        ("Content-Length: 6", "abc", Some("def")),
    ] {
        let mut client = scene.client();
        client.send(format!("POST / HTTP/1.1\r\nHost: h\r\n{framing}\r\n\r\n{beginning}"));
        let answer = client.read().unwrap();
        assert_eq!((answer.status, answer.body.as_str(), answer.truncated), (403, "early", false), "{framing}");
        if let Some(rest) = rest {
            client.send(rest).send("GET /next HTTP/1.1\r\nHost: h\r\n\r\n");
            assert!(client.read().is_none_or(|next| next.status == 403), "{framing}");
        }
        let mut other = scene.client();
        assert_eq!(other.get("/other").status, 403);
    }
    assert_eq!(mixed.load(Ordering::SeqCst), 0, "a request was sent behind half of another one");
    // Whoever has its answer and never ends its request is not waited for.
    let scene = Scene::policy(&Backend::hello(), &sections, "[timeouts]\nprogress = \"2s\"\n");
    let mut client = scene.client();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nx");
    assert_eq!(client.read().unwrap().status, 403);
    assert!(client.is_closed());
}

/// A request that breaks off anywhere never reaches the backend as a whole one.
#[test]
fn a_request_that_is_cut_off_is_never_whole() {
    let backend = Backend::hello();
    let scene = Scene::plain(&backend);
    for whole in [
        "POST /cut HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello",
        "POST /cut HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\nX: y\r\n\r\n",
    ] {
        for length in 0..whole.len() {
            let mut client = scene.client();
            client.send(&whole[..length]).finish();
            let answer = client.read();
            assert!(answer.is_none_or(|answer| answer.status != 200), "{:?}", &whole[..length]);
        }
        assert_eq!(scene.client().send(whole).read().unwrap().status, 200);
    }
    let complete = backend.seen().iter().filter(|seen| !seen.truncated).count();
    assert_eq!(complete, 2);
}

#[test]
fn xml_that_explodes_or_fetches_costs_its_call() {
    let file = std::env::temp_dir().join(format!("tollgate-hostile-{}", std::process::id()));
    std::fs::write(&file, "secret").unwrap();
    let trap = Backend::hello();
    let scene = saying("context.Request.Body.As&lt;XElement>().Value");
    let mut client = scene.client();
    let levels: String =
        (1..20).map(|n| format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10))).collect();
    let deep = format!("{}x{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    for bad in [
        format!("<!DOCTYPE a [<!ENTITY a0 \"ha\">{levels}]><a>&a19;</a>"),
        format!("<!DOCTYPE a [<!ENTITY x SYSTEM \"file://{}\">]><a>&x;</a>", file.display()),
        format!("<!DOCTYPE a [<!ENTITY x SYSTEM \"http://{}/\">]><a>&x;</a>", trap.address),
        format!("<a {}/>", "b='c' ".repeat(100_000)),
        "<a><b></a>".to_owned(),
        "<a>\u{0}</a>".to_owned(),
    ] {
        let answer = client.send(post(&bad)).read().unwrap();
        assert!(!answer.body.contains("secret") && !answer.body.contains("haha"), "{answer:?}");
        assert_eq!(reason(&answer), (500, Some("ExpressionValueEvaluationFailure")), "{}", &bad[..bad.len().min(80)]);
    }
    assert!(!client.send(post(&deep)).read().unwrap().truncated, "deep or not, it is one call");
    // Definitions that nothing needs are not asked for.
    for odd in ["<!DOCTYPE a SYSTEM \"http://URL/\"><a/>", "<!DOCTYPE a [<!ENTITY % x SYSTEM \"http://URL/\">%x;]><a/>"]
    {
        client.send(post(&odd.replace("URL", &trap.address.to_string()))).read().unwrap();
    }
    assert_eq!(client.send(post("<a>fine</a>")).read().unwrap().body, "fine");
    assert!(trap.seen().is_empty(), "nothing is fetched");
    let _ = std::fs::remove_file(file);
}

#[test]
fn json_that_is_large_or_deep_costs_its_call() {
    let scene = saying("context.Request.Body.As&lt;JObject>().Count.ToString()");
    let mut client = scene.client();
    let fields: Vec<String> = (0..100_000).map(|n| format!("\"f{n}\":{n}")).collect();
    let many = format!("{{{}}}", fields.join(","));
    assert_eq!(client.send(post(&many)).read().unwrap().body, "100000");
    let deep = format!("{}{}", "{\"a\":".repeat(100_000), "}".repeat(100_000));
    for bad in [deep, format!("{{\"a\":{}", "[".repeat(500_000)), "{\"a\":1".to_owned(), "{'a".to_owned()] {
        let answer = client.send(post(&bad)).read().unwrap();
        assert_eq!(reason(&answer), (500, Some("ExpressionValueEvaluationFailure")), "{}", &bad[..bad.len().min(80)]);
    }
    // More than a policy may read.
    let answer = client.send(post(&format!("\"{}\"", "x".repeat(3 << 20)))).read().unwrap();
    assert!(answer.status >= 400, "{answer:?}");
    assert_eq!(scene.client().send(post("{\"a\":1}")).read().unwrap().body, "1");
}

#[test]
fn a_query_of_thousands_of_parameters() {
    let scene = saying(
        "context.Request.Url.Query.Count + \" \" + context.Request.Url.Query.GetValueOrDefault(\"last\",\"none\")",
    );
    let mut client = scene.client();
    let query: String = (0..2500).map(|n| format!("p{n}&")).collect();
    assert_eq!(client.get(&format!("/?{query}last=x")).body, "2501 x");
    for many in ["&".repeat(15_000), "a=b&".repeat(4_000), "%26&".repeat(4_000)] {
        assert!(client.get(&format!("/?{many}last=y")).body.ends_with(" y"));
    }
    assert_eq!(client.get(&format!("/?{}", "%".repeat(10_000))).status, 200);
}

/// Headers that other servers route by are passed on and decide nothing.
#[test]
fn headers_that_others_route_by_change_no_route() {
    let backend = Backend::hello();
    let scene = Scene::policy(
        &backend,
        "<inbound><set-header name=\"X-Path\" exists-action=\"override\"><value>@(context.Request.Method + \" \" + \
         context.Request.OriginalUrl)</value></set-header></inbound><backend><forward-request/></backend>",
        "",
    );
    let mut client = scene.client();
    client.send(
        "GET /plain?a=b HTTP/1.1\r\nHost: gw.example\r\nX-Forwarded-Host: evil.example\r\nX-Forwarded-Proto: https\r\n\
         X-Original-URL: /admin\r\nX-Rewrite-URL: /admin\r\nX-HTTP-Method-Override: DELETE\r\nX-HTTP-Method: DELETE\r\n\
         Forwarded: host=evil.example;proto=https\r\nContent-Length: 3\r\n\r\nfat",
    );
    assert_eq!(client.read().unwrap().status, 200);
    let seen = &backend.seen()[0];
    assert_eq!(seen.line(), "GET /base/plain?a=b HTTP/1.1");
    assert_eq!(seen.header("x-path"), Some("GET http://gw.example/plain?a=b"));
    assert_eq!(seen.header("x-original-url"), Some("/admin"));
}

/// An ending that others take for a file's makes nothing cacheable, and another address is another entry.
#[test]
fn endings_decide_nothing_about_caching() {
    let backend = Backend::new(|seen, stream| {
        let path = seen.line().split(' ').nth(1).unwrap().to_owned();
        reply(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{path}", path.len()))
    });
    let paths = ["/account", "/account;a.css", "/account/a.css", "/account.css", "/account?a.css"];
    let stored = "<inbound><cache-lookup vary-by-developer=\"false\" vary-by-developer-groups=\"false\"/></inbound>\
                  <backend><forward-request/></backend><outbound><cache-store duration=\"60\"/></outbound>";
    let scene = Scene::policy(&backend, stored, "");
    let mut client = scene.client();
    for _ in 0..2 {
        for path in paths {
            assert_eq!(client.get(path).body, format!("/base{path}"));
        }
    }
    assert_eq!(client.get("/account%0A.css").status, 400);
    assert_eq!(backend.seen().len(), paths.len(), "each is an entry of its own");
    let scene = Scene::policy(&backend, ALL, "");
    for _ in 0..2 {
        assert_eq!(scene.get("/account/a.css").body, "/base/account/a.css");
    }
    assert_eq!(backend.seen().len(), paths.len() + 2, "without the policy nothing is");
}

/// The log's disk is full: calls go on.
#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_costs_lines_of_the_log() {
    let backend = Backend::hello();
    let scene = Scene::policy(&backend, ALL, "[access_log]\nto = \"file\"\nfile = \"/dev/full\"\n");
    let mut client = scene.client();
    for _ in 0..300 {
        assert_eq!(client.get("/").body, "hello");
    }
}

/// Those who say nothing, say it slowly, or do not read hold up nobody.
#[test]
fn slow_clients_beside_others() {
    let backend = Backend::hello();
    let scene = Scene::policy(&backend, ALL, "");
    let mut slow = Vec::new();
    for number in 0..600 {
        let mut stream = TcpStream::connect(scene.address).unwrap();
        let beginning: &[u8] = match number % 4 {
            0 => b"",
            1 => b"GET / HT",
            2 => b"GET / HTTP/1.1\r\nHost: h\r\nX: ",
            _ => b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nx",
        };
        stream.write_all(beginning).unwrap();
        slow.push(stream);
    }
    let mut client = scene.client();
    for _ in 0..100 {
        assert_eq!(client.get("/").body, "hello");
    }
    // Nobody was cut off meanwhile who has time left.
    for (number, stream) in slow.iter_mut().enumerate().step_by(41) {
        let rest: &[u8] = match number % 4 {
            0 => b"GET / HTTP/1.1\r\nHost: h\r\n\r\n",
            1 => b"TP/1.1\r\nHost: h\r\n\r\n",
            2 => b"1\r\n\r\n",
            _ => b"123456789",
        };
        stream.write_all(rest).unwrap();
        stream.set_read_timeout(Some(support::PATIENCE)).unwrap();
        let mut piece = [0; 500];
        let count = stream.read(&mut piece).unwrap();
        assert!(piece[..count].starts_with(b"HTTP/1.1 200 "), "{}", number % 4);
    }
}

/// What a client does not read stays with the backend: the gateway keeps a piece of it, not the body, and it makes no
/// difference that the client has asked for more already.
#[test]
fn what_a_client_does_not_read_is_left_with_the_backend() {
    const WHOLE: usize = 256 << 20;
    /// Far more than four sockets hold.
    const FEW: usize = 64 << 20;
    let (tell, told) = mpsc::channel();
    let tell = std::sync::Mutex::new(tell);
    let backend = Backend::new(move |_, stream| {
        reply(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {WHOLE}\r\n\r\n"));
        let piece = vec![b'x'; 1 << 16];
        let taken = (0..WHOLE).step_by(piece.len()).take_while(|_| stream.write_all(&piece).is_ok()).count();
        let _ = tell.lock().unwrap().send(taken * piece.len());
        Then::Close
    });
    let scene = Scene::policy(&backend, ALL, "[timeouts]\nprogress = \"1s\"\n");
    for requests in [1, 2] {
        let mut client = TcpStream::connect(scene.address).unwrap();
        client.write_all("GET / HTTP/1.1\r\nHost: h\r\n\r\n".repeat(requests).as_bytes()).unwrap();
        let taken = told.recv().unwrap();
        assert!(taken < FEW, "{requests} requests: {taken} bytes were taken from the backend");
    }
}

/// An expression that uses up all it may is one call; those behind it on the thread wait no longer than its limit, those of
/// other threads not at all.
#[test]
fn an_expression_without_end_is_one_call() {
    let sections = format!(
        "<inbound><choose><when condition=\"@(context.Request.Url.Path.EndsWith(&quot;/loop&quot;))\"><set-variable \
         name=\"n\" value=\"@{{ var n = 0; while (true) {{ n++; }} return n; }}\"/></when></choose></inbound>\
         <backend><forward-request/></backend>{REASON}"
    );
    let scene = Scene::policy(&Backend::hello(), &sections, "");
    let mut hostile = scene.client();
    let mut others: Vec<Client> = (0..20).map(|_| scene.client()).collect();
    for _ in 0..2 {
        hostile.send("GET /loop HTTP/1.1\r\nHost: h\r\n\r\n");
        others.iter_mut().for_each(|other| _ = other.send("GET /other HTTP/1.1\r\nHost: h\r\n\r\n"));
        for other in &mut others {
            assert_eq!(other.read().unwrap().body, "hello");
        }
        assert_eq!(reason(&hostile.read().unwrap()), (500, Some("ExpressionValueEvaluationFailure")));
    }
}

/// What others use to ask for traces is a header like any other: nothing of the gateway's inside comes back.
#[test]
fn headers_for_debugging_mean_nothing() {
    let backend = Backend::hello();
    let sections = format!(
        "<inbound><trace source=\"s\" severity=\"error\"><message>marker</message></trace><choose><when \
         condition=\"@(context.Request.Url.Path.EndsWith(&quot;fails&quot;))\"><set-variable name=\"v\" \
         value=\"@(int.Parse(&quot;marker&quot;))\"/></when></choose></inbound><backend><forward-request/></backend><outbound>\
         <set-header name=\"X-Tracing\" exists-action=\"override\"><value>@(context.Tracing.ToString())</value></set-header></outbound>{REASON}"
    );
    let scene = Scene::policy(&backend, &sections, "");
    let asking =
        "Ocp-Apim-Trace: true\r\nOcp-Apim-Debug: 1\r\nApim-Debug-Authorization: aid=x&marker\r\nX-Debug: 1\r\n";
    let call = |path: &str, headers: &str| {
        let answer = scene.client().send(format!("GET {path} HTTP/1.1\r\nHost: h\r\n{headers}\r\n")).read().unwrap();
        let mut names: Vec<String> =
            answer.head.lines().skip(1).filter_map(|line| Some(line.split_once(':')?.0.to_ascii_lowercase())).collect();
        names.sort_unstable();
        (answer.status, names, answer.header("x-tracing").map(str::to_owned), answer.body)
    };
    let (plain, asked) = (call("/", ""), call("/", asking));
    assert_eq!(plain, asked);
    assert_eq!((asked.0, asked.2.as_deref()), (200, Some("False")));
    assert_eq!(call("/debug-0123456789abcdef", asking), plain, "a path like any other");
    let (plain, asked) = (call("/fails", ""), call("/fails", asking));
    assert_eq!((plain.0, &plain.1, plain.3.len()), (asked.0, &asked.1, asked.3.len()));
    assert!(asked.0 == 500 && !asked.3.contains("marker"), "{asked:?}");
}

/// `count` bytes of nothing, compressed with gzip.
fn bomb(count: usize) -> Vec<u8> {
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    gzip.write_all(&vec![b' '; count]).unwrap();
    gzip.finish().unwrap()
}

/// A small body that becomes a large one, on the way in and on the way out.
#[test]
fn compressed_bodies_that_explode_cost_their_call() {
    let send = |scene: &Scene, body: &[u8]| {
        let head =
            format!("POST / HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", body.len());
        scene.client().send(head).send(body).read().unwrap()
    };
    let reading = saying("context.Request.Body.As&lt;string>().Length");
    let whole = bomb(1 << 20);
    assert_eq!(send(&reading, &whole).body, (1 << 20).to_string());
    let mut wrong = whole.clone();
    *wrong.last_mut().unwrap() ^= 1;
    let mut checksum = whole.clone();
    let at = checksum.len() - 8;
    checksum[at] ^= 1;
    for (what, body) in [
        ("a bomb", bomb(100 << 20).as_slice()),
        ("more than its size allows", &bomb(3 << 20)),
        ("the half of it", &whole[..whole.len() / 2]),
        ("another length", &wrong),
        ("another checksum", &checksum),
    ] {
        assert_eq!(reason(&send(&reading, body)), (500, Some("ExpressionValueEvaluationFailure")), "{what}");
    }
    assert_eq!(send(&reading, &whole).status, 200, "the next is served");
    // Who does not look passes it on.
    let bytes = bomb(100 << 20);
    let answer = [
        format!("HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {}\r\n\r\n", bytes.len()).into_bytes(),
        bytes.clone(),
    ];
    let answer = answer.concat();
    let backend = Backend::new(move |_, stream| {
        stream.write_all(&answer).unwrap();
        Then::KeepAlive
    });
    let answer = send(&Scene::policy(&backend, ALL, ""), &bytes);
    assert_eq!((answer.status, answer.header("content-encoding")), (200, Some("gzip")));
    assert_eq!(answer.header("content-length"), Some(bytes.len().to_string().as_str()));
    assert_eq!(backend.seen()[0].body, bytes);
    let read = format!(
        "<inbound/><backend><forward-request/></backend><outbound><set-body>@(context.Response.Body.As&lt;string>())\
         </set-body></outbound>{REASON}"
    );
    let answer = send(&Scene::policy(&backend, &read, ""), &bytes);
    assert_eq!(reason(&answer), (500, Some("ExpressionValueEvaluationFailure")));
    assert!(answer.body.contains("Internal server error"), "{}", answer.body);
}
