//! Slow clients, in time that passes only where the test waits.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use policy_vm::exchange::{Body, Url};
use policy_vm::host::{OutgoingRequest, Transport};
use policy_vm::{Engine, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, interval, sleep};

use crate::access_log::AccessLog;
use crate::backend::send::{OneWay, Sender};
use crate::config;
use crate::config::Config;
use crate::edge::listener::{Address, SPARE, accept, bind};
use crate::memory::Pressure;
use crate::rules::Rules;
use crate::service::load_policy;
use crate::shared::Shared;
use crate::site::Site;
use crate::timer::TICK;
use crate::worker::Worker;

/// A gateway on the test's own runtime that answers everything itself.
pub(crate) fn start(config: Config) -> (Rc<Worker>, SocketAddr, watch::Sender<bool>) {
    begin(config, false)
}

/// The same, which may understand HTTP/2.
fn begin(config: Config, http2: bool) -> (Rc<Worker>, SocketAddr, watch::Sender<bool>) {
    answering(config, http2, "<set-status code=\"200\"/>")
}

/// The same, which answers in this way.
fn answering(config: Config, http2: bool, answer: &str) -> (Rc<Worker>, SocketAddr, watch::Sender<bool>) {
    running(config, http2, &format!("<return-response>{answer}</return-response>"))
}

/// The same, which does this.
pub(super) fn running(config: Config, http2: bool, inbound: &str) -> (Rc<Worker>, SocketAddr, watch::Sender<bool>) {
    // Every test has a folder of its own: they run side by side.
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("tollgate-edge-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("policy.xml");
    std::fs::write(&file, format!("<policies><inbound>{inbound}</inbound></policies>")).unwrap();
    let (service, problems) = load_policy(&file, None, &Engine::new(), &config);
    std::fs::remove_dir_all(&folder).unwrap();
    let service = std::sync::Arc::new(service.unwrap_or_else(|| panic!("{:?}", problems.found)));
    let site = Site::new(&service, &config::Gateway::default());
    let rules = Rules::read(&config, std::path::Path::new(""), None).unwrap();
    let shared = Shared::new(config, Limits::default(), String::new());
    let worker = Worker::new(shared, rules, site, Vec::new(), AccessLog::off(), 1);
    let listener = TcpListener::from_std(bind("127.0.0.1:0".parse().unwrap()).unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    tokio::task::spawn_local(accept(
        Rc::clone(&worker),
        listener,
        Address { socket: address, number: 0, http2 },
        stopped,
    ));
    let ticking = Rc::clone(&worker);
    tokio::task::spawn_local(async move {
        let mut ticks = interval(TICK);
        loop {
            ticks.tick().await;
            ticking.sweep();
        }
    });
    (worker, address, stop)
}

/// How long, in seconds, until the gateway closes; and what it said before.
async fn closed_after(stream: &mut TcpStream) -> (u64, String) {
    let begin = Instant::now();
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said).await;
    (begin.elapsed().as_secs(), String::from_utf8_lossy(&said).into_owned())
}

/// Where there are too many connections, the last are still in the kernel's queue when the end comes.
#[tokio::test(flavor = "local")]
async fn the_end_takes_those_who_wait_for_room() {
    let (worker, ..) = start(Config::default());
    let socket = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let address = Address { socket: socket.local_addr().unwrap(), number: 0, http2: false };
    let mut client = TcpStream::connect(address.socket).await.unwrap();
    client.write_all(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await.unwrap();
    worker.open.set(worker.most_connections() + SPARE);
    let (stop, mut stopped) = watch::channel(false);
    stopped.mark_unchanged();
    stop.send(true).unwrap();
    accept(Rc::clone(&worker), TcpListener::from_std(socket).unwrap(), address, stopped).await;
    let mut answer = String::new();
    client.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test(flavor = "local", start_paused = true)]
async fn a_client_that_says_nothing_is_not_waited_for() {
    let (_worker, address, _stop) = start(Config::default());
    let mut stream = TcpStream::connect(address).await.unwrap();
    assert_eq!(closed_after(&mut stream).await, (10, String::new()));
}

#[tokio::test(flavor = "local", start_paused = true)]
async fn a_head_that_comes_drop_by_drop_is_not_waited_for() {
    let (_worker, address, _stop) = start(Config::default());
    let stream = TcpStream::connect(address).await.unwrap();
    let (mut read, mut write) = stream.into_split();
    tokio::task::spawn_local(async move {
        for byte in b"GET / HTTP/1.1\r\nHost: h\r\n" {
            if write.write_all(&[*byte]).await.is_err() {
                return;
            }
            sleep(Duration::from_secs(1)).await;
        }
    });
    let begin = Instant::now();
    let mut said = Vec::new();
    let _ = read.read_to_end(&mut said).await;
    assert_eq!((begin.elapsed().as_secs(), said.len()), (10, 0));
}

#[tokio::test(flavor = "local", start_paused = true)]
async fn a_connection_may_rest_between_calls_for_as_long_as_the_settings_say() {
    let (worker, address, _stop) = start(Config::default());
    let mut stream = TcpStream::connect(address).await.unwrap();
    // Time does not pass while the kernel waits for more to send.
    stream.set_nodelay(true).unwrap();
    for _ in 0..3 {
        sleep(Duration::from_secs(9)).await;
        stream.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
        let mut piece = [0; 1000];
        assert!(stream.read(&mut piece).await.unwrap() > 0);
        sleep(Duration::from_secs(200)).await;
        stream.write_all(b"GET / HTTP/1.1\r\n").await.unwrap();
        sleep(Duration::from_secs(9)).await;
        stream.write_all(b"Host: h\r\n\r\n").await.unwrap();
        assert!(stream.read(&mut piece).await.unwrap() > 0);
    }
    let (seconds, _) = closed_after(&mut stream).await;
    assert_eq!(seconds, 240);
    sleep(Duration::from_secs(1)).await;
    assert_eq!((worker.open.get(), worker.connections.borrow().len()), (0, 0), "nothing is left of it");
}

#[tokio::test(flavor = "local", start_paused = true)]
async fn a_refused_client_that_sends_on_and_on_is_cut_off() {
    let (worker, address, _stop) = start(Config::default());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").await.unwrap();
    let mut piece = [0; 1000];
    let count = stream.read(&mut piece).await.unwrap();
    assert!(piece[..count].starts_with(b"HTTP/1.1 400 "));
    // The client neither closes nor reads.
    sleep(Duration::from_secs(5)).await;
    assert_eq!(worker.open.get(), 0);
}

#[tokio::test(flavor = "local", start_paused = true)]
async fn no_more_connections_than_allowed_are_open() {
    let mut config = Config::default();
    config.limits.connections = 2;
    let (worker, address, _stop) = start(config);
    let mut open = Vec::new();
    for _ in 0..2 + SPARE + 5 {
        open.push(TcpStream::connect(address).await.unwrap());
    }
    sleep(Duration::from_secs(1)).await;
    assert_eq!(worker.open.get(), 2 + SPARE, "the rest waits in the kernel's queue");
    drop(open);
    sleep(Duration::from_secs(15)).await;
    assert_eq!(worker.open.get(), 0);
}

/// A client of HTTP/2 that greets and says no more.
async fn greet(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    stream.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    stream
}

/// HEADERS of stream 1 for `GET /` or `POST /`, without END_STREAM, with or without END_HEADERS.
fn headers(method: u8, flags: u8) -> Vec<u8> {
    let mut frame = vec![0, 0, 6, 1, flags, 0, 0, 0, 1];
    frame.extend([method, 0x86, 0x84, 0x41, 1, b'h']);
    frame
}

#[tokio::test(flavor = "local", start_paused = true)]
async fn http2_that_rests_is_told_to_go_after_the_idle_time() {
    let (worker, address, _stop) = begin(Config::default(), true);
    let mut stream = greet(address).await;
    sleep(Duration::from_secs(1)).await;
    assert_eq!(worker.open.get(), 1);
    // A sign of life is no call: it does not keep the connection.
    for _ in 0..3 {
        sleep(Duration::from_secs(60)).await;
        stream.write_all(b"\0\0\x08\x06\0\0\0\0\0abcdefgh").await.unwrap();
    }
    let begin = Instant::now();
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said).await;
    assert!((57..=63).contains(&begin.elapsed().as_secs()), "{:?}", begin.elapsed());
    assert!(said.windows(9).any(|frame| frame[3] == 7 && frame[..3] == [0, 0, 8]), "it was told: {said:?}");
    sleep(Duration::from_secs(1)).await;
    assert_eq!(worker.open.get(), 0);
}

#[tokio::test(flavor = "local", start_paused = true)]
async fn http2_heads_that_do_not_come_to_an_end_are_not_waited_for() {
    for beginning in [
        b"PRI * HT".to_vec(),
        [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec(), b"\0\0\x06\x04\0\0".to_vec()].concat(),
        [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0".to_vec(), headers(0x82, 0)].concat(),
    ] {
        let (worker, address, _stop) = begin(Config::default(), true);
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(&beginning).await.unwrap();
        let (seconds, _) = closed_after(&mut stream).await;
        assert!((10..=11).contains(&seconds), "{seconds} after {beginning:?}");
        assert_eq!(worker.open.get(), 0);
    }
}

/// Answers with the request's body.
const ECHO: &str = "<set-body>@(context.Request.Body.As&lt;string>())</set-body>";
/// Answers with more than a socket holds.
const LARGE: &str = "<set-body>@(new string('x', 4000000))</set-body>";

#[tokio::test(flavor = "local", start_paused = true)]
async fn a_body_that_stops_is_not_waited_for() {
    for head in ["", "Expect: 100-continue\r\n"] {
        let (worker, address, _stop) = answering(Config::default(), false, ECHO);
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        let head = format!("POST / HTTP/1.1\r\nHost: h\r\n{head}Content-Length: 5\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        for _ in 0..3 {
            sleep(Duration::from_secs(20)).await;
            stream.write_all(b"x").await.unwrap();
        }
        let (seconds, said) = closed_after(&mut stream).await;
        assert!((30..=31).contains(&seconds), "{seconds}");
        assert!(!said.contains("HTTP/1.1 200"), "{said}");
        assert_eq!((worker.open.get(), worker.metrics.calls.get()), (0, 0));
    }
}

#[tokio::test(flavor = "local", start_paused = true)]
async fn a_body_that_stops_is_not_waited_for_over_http2() {
    let (worker, address, _stop) = answering(Config::default(), true, ECHO);
    let mut stream = greet(address).await;
    stream.write_all(&headers(0x83, 4)).await.unwrap();
    stream.write_all(b"\0\0\x01\0\0\0\0\0\x01x").await.unwrap();
    sleep(Duration::from_secs(29)).await;
    assert_eq!((worker.metrics.calls.get(), worker.metrics.refusals("BodyTooSlow")), (1, 0));
    sleep(Duration::from_secs(2)).await;
    assert_eq!((worker.metrics.calls.get(), worker.metrics.refusals("BodyTooSlow")), (0, 1));
    assert_eq!(worker.open.get(), 1, "other streams go on");
}

#[tokio::test(flavor = "local", start_paused = true)]
async fn a_client_that_does_not_read_is_not_waited_for() {
    let (worker, address, _stop) = answering(Config::default(), false, LARGE);
    let mut streams = Vec::new();
    for _ in 0..3 {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(&b"GET / HTTP/1.1\r\nHost: h\r\n\r\n".repeat(10)).await.unwrap();
        streams.push(stream);
    }
    sleep(Duration::from_secs(29)).await;
    assert_eq!(worker.open.get(), 3);
    sleep(Duration::from_secs(3)).await;
    assert_eq!((worker.open.get(), worker.metrics.calls.get()), (0, 0));
}

#[tokio::test(flavor = "local", start_paused = true)]
async fn a_window_that_stays_shut_is_not_waited_for() {
    let (worker, address, _stop) = answering(Config::default(), true, LARGE);
    let mut stream = greet(address).await;
    // SETTINGS_INITIAL_WINDOW_SIZE is 0 from now on.
    stream.write_all(b"\0\0\x06\x04\0\0\0\0\0\0\x04\0\0\0\0").await.unwrap();
    stream.write_all(&headers(0x82, 5)).await.unwrap();
    sleep(Duration::from_secs(29)).await;
    assert_eq!((worker.open.get(), worker.metrics.calls.get()), (1, 1));
    sleep(Duration::from_secs(3)).await;
    assert_eq!((worker.open.get(), worker.metrics.calls.get()), (0, 0));
}

#[tokio::test(flavor = "local", start_paused = true)]
async fn short_memory_closes_connections_and_then_refuses_calls() {
    const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    let (worker, address, _stop) = start(Config::default());
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(GET).await.unwrap();
    let mut piece = [0; 1000];
    assert!(stream.read(&mut piece).await.unwrap() > 0);
    worker.shared.pressure.set(Pressure::Close);
    assert_eq!(closed_after(&mut stream).await, (0, String::new()), "it only rested");
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(GET).await.unwrap();
    let count = stream.read(&mut piece).await.unwrap();
    assert!(piece[..count].starts_with(b"HTTP/1.1 200 "), "calls are taken");
    worker.shared.pressure.set(Pressure::Refuse);
    sleep(Duration::from_secs(1)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(GET).await.unwrap();
    let count = stream.read(&mut piece).await.unwrap();
    let said = String::from_utf8_lossy(&piece[..count]).into_owned();
    assert!(said.starts_with("HTTP/1.1 503 ") && said.contains("retry-after: 1"), "{said}");
    worker.shared.pressure.set(Pressure::None);
    sleep(Duration::from_secs(1)).await;
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(GET).await.unwrap();
    let count = stream.read(&mut piece).await.unwrap();
    assert!(piece[..count].starts_with(b"HTTP/1.1 200 "), "it ends by itself");
}

/// The memory of the library is given back and made anew, whatever comes, in whatever pieces, and however it ends.
#[tokio::test(flavor = "local", start_paused = true)]
async fn a_connection_rests_and_goes_on() {
    let (worker, address, _stop) = answering(Config::default(), false, ECHO);
    let resting = |worker: &Rc<Worker>| {
        let connections = worker.connections.borrow();
        connections.iter().filter_map(std::rc::Weak::upgrade).filter(|connection| connection.resting.get()).count()
    };
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.set_nodelay(true).unwrap();
    sleep(Duration::from_secs(5)).await;
    assert_eq!(resting(&worker), 0, "its first call is waited for as ever");
    let mut piece = [0; 1000];
    let parts: [&[&[u8]]; 4] = [
        &[b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx"],
        &[b"P", b"OST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\n", b"x"],
        &[b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", b"0\r\n\r", b"\n"],
        &[b"POST / HTTP/1.0\r\nHost: h\r\nConnection: keep-alive\r\nContent-Length: 1\r\n\r\n", b"x"],
    ];
    for parts in parts.iter().cycle().take(12) {
        for part in *parts {
            stream.write_all(part).await.unwrap();
            sleep(Duration::from_secs(3)).await;
        }
        let count = stream.read(&mut piece).await.unwrap();
        let said = String::from_utf8_lossy(&piece[..count]).into_owned();
        assert!(said.contains(" 200 OK\r\n") && said.ends_with("\r\nx"), "{said}");
        sleep(Duration::from_secs(2)).await;
        assert_eq!((resting(&worker), worker.open.get()), (1, 1));
    }
    // Two at once, of which the second is refused.
    let two = b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nxGET / HTTP/1.1\r\n\r\n";
    stream.write_all(two).await.unwrap();
    let (_, said) = closed_after(&mut stream).await;
    assert_eq!((said.matches(" 200 OK").count(), said.matches(" 400 ").count()), (1, 1), "{said}");
    sleep(Duration::from_secs(3)).await;
    assert_eq!((worker.open.get(), worker.connections.borrow().len()), (0, 0));
}

/// Answers after half a minute.
const SLOW: &str = "<retry condition=\"@(true)\" count=\"1\" interval=\"25\"><set-variable name=\"x\" value=\"1\" /></retry>\
                    <return-response />";

#[tokio::test(flavor = "local", start_paused = true)]
async fn a_call_with_a_large_head_may_take_its_time() {
    // The library's buffer takes it in several pieces; the end comes alone, or with the beginning of the next head.
    let head = format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n", "x".repeat(30_000));
    for end in ["\r\n", "\r\nGET / HT"] {
        let (worker, address, _stop) = running(Config::default(), false, SLOW);
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        sleep(Duration::from_secs(3)).await;
        stream.write_all(end.as_bytes()).await.unwrap();
        let mut piece = [0; 1000];
        let count = stream.read(&mut piece).await.unwrap();
        assert!(piece[..count].starts_with(b"HTTP/1.1 200 "), "cut off with {end:?}");
        // Then the head of the next call is waited for as ever.
        let (seconds, _) = closed_after(&mut stream).await;
        assert_eq!(seconds, if end.len() > 2 { 10 } else { 240 });
        assert_eq!(worker.metrics.calls.get(), 0);
    }
}

#[tokio::test(flavor = "local", start_paused = true)]
async fn a_client_that_goes_away_is_noticed_behind_what_it_sent() {
    const GET: &[u8] = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    let (worker, address, _stop) = running(Config::default(), false, SLOW);
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(GET).await.unwrap();
    sleep(Duration::from_secs(1)).await;
    stream.write_all(GET).await.unwrap();
    sleep(Duration::from_secs(5)).await;
    assert_eq!(worker.metrics.calls.get(), 1);
    drop(stream);
    sleep(Duration::from_secs(5)).await;
    assert_eq!((worker.metrics.calls.get(), worker.open.get()), (0, 0));
}

/// However a connection ends while it rests, nothing is left of it.
#[tokio::test(flavor = "local", start_paused = true)]
async fn a_connection_that_rests_ends() {
    for way in 0..4 {
        let (worker, address, _stop) = start(Config::default());
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
        let mut piece = [0; 1000];
        assert!(stream.read(&mut piece).await.unwrap() > 0);
        sleep(Duration::from_secs(2)).await;
        assert!(worker.connections.borrow()[0].upgrade().unwrap().resting.get());
        match way {
            0 => stream.shutdown().await.unwrap(),
            1 => stream.set_zero_linger().unwrap(),
            2 => worker.retire(),
            _ => worker.abort(),
        }
        if way == 1 {
            drop(stream);
            sleep(Duration::from_secs(1)).await;
        } else {
            assert_eq!(closed_after(&mut stream).await, (0, String::new()), "way {way}");
        }
        assert_eq!(worker.open.get(), 0, "way {way}");
    }
}

/// Nobody waits for them, so nobody notices that the sink is dead: there is an end to how many may be under way.
#[tokio::test(flavor = "local", start_paused = true)]
async fn one_way_requests_have_an_end() {
    let (worker, ..) = start(Config::default());
    // It takes connections and says nothing.
    let sink = bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let port = sink.local_addr().unwrap().port();
    let request = || OutgoingRequest {
        method: http::Method::POST,
        url: Url { scheme: "http".into(), host: "127.0.0.1".into(), port, path: "/".into(), ..Url::default() },
        headers: http::HeaderMap::new(),
        body: Body::None,
        timeout: Duration::from_secs(20),
        transport: Transport::default(),
    };
    for _ in 0..1007 {
        Sender::now(&worker).send_one_way(request());
    }
    assert_eq!(worker.metrics.refusals("OneWayRequestDropped"), 7);
    sleep(Duration::from_secs(30)).await;
    Sender::now(&worker).send_one_way(request());
    assert_eq!(worker.metrics.refusals("OneWayRequestDropped"), 7, "there is room again");
    sleep(Duration::from_secs(30)).await;
    let place = OneWay::begin(&worker).unwrap();
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _place = place;
        panic!("a bug");
    }));
    assert!(ended.is_err());
    assert_eq!((worker.one_way.get(), worker.metrics.panics.get()), (0, 1), "nor does a bug keep a place");
}

async fn asked(address: SocketAddr, request: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut said = Vec::new();
    let _ = stream.read_to_end(&mut said).await;
    String::from_utf8_lossy(&said).into_owned()
}

#[tokio::test(flavor = "local")]
async fn whatever_is_refused_is_counted() {
    let (worker, address, _stop) = start(Config::default());
    for (request, status, reason) in [
        ("TRACE / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 405, "MethodNotAllowed"),
        (
            "POST / HTTP/1.1\r\nHost: h\r\nExpect: x\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx",
            417,
            "ExpectationFailed",
        ),
        ("GET / HTTP/1.1\r\n\r\n", 400, "HostMissing"),
        ("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", 400, "ChunkInvalid"),
    ] {
        let answer = asked(address, request).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert_eq!(worker.metrics.refusals(reason), 1, "{reason}");
    }
}

/// What announces an answer is none: the library could not send it, and the log would say otherwise.
#[tokio::test(flavor = "local")]
async fn a_policy_that_answers_with_an_interim_status_gets_an_error() {
    for status in [100, 101, 103, 199] {
        let answer = format!("<set-status code=\"{status}\"/><set-body>x</set-body>");
        let (_worker, address, _stop) = answering(Config::default(), false, &answer);
        let answer = asked(address, "GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
        assert!(answer.starts_with("HTTP/1.1 500 ") && answer.contains("\"statusCode\": 500"), "{status}: {answer}");
    }
}

/// Who has closed has mostly given up; only where there is time for it, the answer is given all the same.
#[tokio::test(flavor = "local", start_paused = true)]
async fn a_busy_thread_serves_nobody_who_has_gone() {
    for (busy, answers) in [(false, 1), (true, 0)] {
        let (worker, address, _stop) = start(Config::default());
        worker.metrics.busy.set(busy);
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
        stream.shutdown().await.unwrap();
        let (_, said) = closed_after(&mut stream).await;
        assert_eq!(said.matches("HTTP/1.1 200 ").count(), answers, "{said}");
        assert_eq!(worker.metrics.refusals("ClientGone"), 1 - answers as u64);
        assert_eq!(worker.open.get(), 0);
    }
}
