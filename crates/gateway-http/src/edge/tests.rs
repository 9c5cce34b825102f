//! Slow clients, in time that passes only where the test waits.

use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use policy_vm::{Engine, Limits};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::time::{Instant, interval, sleep};

use crate::access_log::AccessLog;
use crate::config;
use crate::config::Config;
use crate::edge::listener::{accept, bind};
use crate::service::load_policy;
use crate::shared::Shared;
use crate::site::Site;
use crate::timer::TICK;
use crate::worker::Worker;

/// A gateway on the test's own runtime that answers everything itself.
fn start(config: Config) -> (Rc<Worker>, SocketAddr, watch::Sender<bool>) {
    // Every test has a folder of its own: they run side by side.
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let name = format!("tollgate-edge-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let folder = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("policy.xml");
    std::fs::write(
        &file,
        "<policies><inbound><return-response><set-status code=\"200\"/></return-response></inbound></policies>",
    )
    .unwrap();
    let (service, problems) = load_policy(&file, None, &Engine::new(), &config);
    std::fs::remove_dir_all(&folder).unwrap();
    let service = std::sync::Arc::new(service.unwrap_or_else(|| panic!("{:?}", problems.found)));
    let site = Site::new(&service, &config::Gateway::default());
    let shared = Shared::new(config, Limits::default(), std::path::Path::new("")).unwrap();
    let worker = Worker::new(shared, site, AccessLog::off(), 1);
    let listener = TcpListener::from_std(bind("127.0.0.1:0".parse().unwrap()).unwrap()).unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = watch::channel(false);
    tokio::task::spawn_local(accept(Rc::clone(&worker), listener, None, stopped));
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
    for _ in 0..5 {
        open.push(TcpStream::connect(address).await.unwrap());
    }
    sleep(Duration::from_secs(1)).await;
    assert_eq!(worker.open.get(), 2);
    open.truncate(2);
    drop(open);
    sleep(Duration::from_secs(15)).await;
    assert_eq!(worker.open.get(), 0);
}
