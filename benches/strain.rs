//! What the gateway bears: ten thousand connections that rest, a thousand reloads under load, its end under load, five
//! thousand slow clients, three times more calls than it can serve.
//!
//! `cargo bench -p gateway-http --bench strain [idle] [reloads] [end] [slow] [overload]`
//!
//! Where `taskset` is there, the gateway has the first core for itself and the load comes from the others.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a measurement that cannot go on has failed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

#[path = "strain/load.rs"]
mod load;

const GET: &[u8] = b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n";

struct Gateway {
    child: Child,
    address: SocketAddr,
    admin: SocketAddr,
    folder: PathBuf,
}

/// A command of the gateway's, on a core of its own if there is a way to say so.
fn alone() -> Command {
    let program = env!("CARGO_BIN_EXE_tollgate");
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let me = std::process::id().to_string();
    let others = format!("1-{}", cores - 1);
    let moved = cores > 1
        && Command::new("taskset")
            .args(["-acp", &others, &me])
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|s| s.success());
    if !moved {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", "0", program]);
    command
}

impl Gateway {
    fn start(document: &str) -> Self {
        Self::before(document, "http://127.0.0.1:1")
    }

    fn before(document: &str, backend: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tollgate-strain-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("policy.xml"), document).unwrap();
        let settings = "[gateway]\nworkers = 1\n[access_log]\nto = \"off\"\n[reload]\nwatch = \"0s\"\n[admin]\naddress = \
                        \"127.0.0.1:0\"\n";
        std::fs::write(folder.join("tollgate.toml"), settings).unwrap();
        let mut child = alone()
            .args(["serve", "policy.xml", "--backend", backend, "--listen", "127.0.0.1:0"])
            .current_dir(&folder)
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("admin on") {
            assert!(told.read_line(&mut said).unwrap() > 0, "{said}");
        }
        std::thread::spawn(move || told.read_to_end(&mut Vec::new()));
        let after = |name: &str| said.split(name).nth(1).unwrap().split_whitespace().next().unwrap().parse().unwrap();
        Self { child, address: after("serving on "), admin: after("admin on http://"), folder }
    }

    fn megabytes(&self) -> f64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().trim_end_matches(" kB").parse::<f64>().unwrap() / 1024.0
    }

    /// Seconds of processor time so far.
    fn seconds(&self) -> f64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        // A hundred to a second, as everywhere where Linux runs on what people have.
        (fields[11].parse::<f64>().unwrap() + fields[12].parse::<f64>().unwrap()) / 100.0
    }

    fn reload(&self) -> bool {
        let mut stream = TcpStream::connect(self.admin).unwrap();
        stream.write_all(b"POST /reload HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text.starts_with("HTTP/1.1 200 ")
    }
}

impl Drop for Gateway {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn saying(text: &str) -> String {
    format!("<policies><inbound><return-response><set-body>{text}</set-body></return-response></inbound></policies>")
}

/// One call over a connection that is kept; its status.
fn call(stream: &mut TcpStream) -> Option<u16> {
    answer(stream).map(|(status, _)| status)
}

/// The same, and whether the answer says that it is the last.
fn answer(stream: &mut TcpStream) -> Option<(u16, bool)> {
    stream.write_all(GET).ok()?;
    let mut seen = Vec::new();
    let mut piece = [0; 1024];
    loop {
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        seen.extend_from_slice(&piece[..count]);
        // All answers here are one short piece.
        if seen.windows(4).any(|end| end == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&seen);
            return Some((head.get(9..12)?.parse().ok()?, head.contains("connection: close")));
        }
    }
}

fn idle() {
    // A few less than the most there may be, at which those that rest make room for others.
    const CONNECTIONS: usize = 9_990;
    let gateway = Gateway::start(&saying("x"));
    let before = gateway.megabytes();
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(gateway.address).unwrap();
        assert_eq!(call(&mut stream), Some(200));
        open.push(stream);
    }
    let busy = gateway.megabytes();
    std::thread::sleep(Duration::from_secs(3));
    let after = gateway.megabytes();
    println!(
        "idle: {} connections take {:.1} MB ({before:.1} before, {busy:.1} after the last call, {after:.1} after 3 s), \
         {:.1} kB each",
        open.len(),
        after - before,
        (after - before) * 1024.0 / open.len() as f64
    );
    // They are as good as before.
    for stream in &mut open {
        assert_eq!(call(stream), Some(200));
    }
    // The worst: all of them at once.
    open.iter_mut().for_each(|stream| stream.write_all(GET).unwrap());
    for stream in &mut open {
        assert!(stream.read(&mut [0; 1024]).unwrap() > 0);
    }
    let busy = gateway.megabytes();
    std::thread::sleep(Duration::from_secs(3));
    println!("idle: {busy:.1} MB after all of them called at once, {:.1} MB 3 s later", gateway.megabytes());
}

/// A gateway that is told to stop while clients call: each gets its answers until one says that it was the last.
fn end() {
    const ROUNDS: usize = 10;
    let (mut calls, mut failed, mut slowest) = (0, 0, Duration::ZERO);
    for _ in 0..ROUNDS {
        let mut gateway = Gateway::start(&saying("x"));
        let address = gateway.address;
        let clients: Vec<_> = (0..16)
            .map(|_| {
                std::thread::spawn(move || {
                    let mut stream = TcpStream::connect(address).unwrap();
                    let mut calls = 0_u64;
                    loop {
                        let Some((status, is_last)) = answer(&mut stream) else { return (calls, 1) };
                        calls += 1;
                        if status != 200 {
                            return (calls, 1);
                        }
                        if is_last {
                            return (calls, 0);
                        }
                    }
                })
            })
            .collect();
        std::thread::sleep(Duration::from_millis(500));
        let id = gateway.child.id().to_string();
        let begin = Instant::now();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert_eq!(gateway.child.wait().unwrap().code(), Some(0));
        slowest = slowest.max(begin.elapsed());
        for client in clients {
            let (done, lost) = client.join().unwrap();
            calls += done;
            failed += lost;
        }
    }
    println!("end: {ROUNDS} times SIGTERM, {calls} calls of 16 clients, {failed} failed; gone within {slowest:?}");
}

/// How long calls take of four clients, in the middle and of the slowest hundredth.
fn pace(address: SocketAddr) -> String {
    let clients: Vec<_> = (0..4)
        .map(|_| {
            std::thread::spawn(move || {
                let mut stream = TcpStream::connect(address).unwrap();
                stream.set_nodelay(true).unwrap();
                let timed = (0..20_000).map(|_| {
                    let begin = Instant::now();
                    assert_eq!(call(&mut stream), Some(200));
                    begin.elapsed()
                });
                timed.collect::<Vec<_>>()
            })
        })
        .collect();
    let mut took: Vec<Duration> = clients.into_iter().flat_map(|client| client.join().unwrap()).collect();
    took.sort_unstable();
    format!("{:?} in the middle, 99 of 100 within {:?}", took[took.len() / 2], took[took.len() * 99 / 100])
}

/// Five thousand clients that begin a request and never end it, beside others.
fn slow() {
    const SLOW: usize = 5_000;
    let gateway = Gateway::start(&saying("x"));
    pace(gateway.address);
    println!("slow: calls alone: {}", pace(gateway.address));
    let before = gateway.megabytes();
    let mut open = Vec::new();
    for number in 0..SLOW {
        let mut stream = TcpStream::connect(gateway.address).unwrap();
        let beginning: [&[u8]; 3] =
            [b"GET / HTTP/1.1\r\nX: ", b"", b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nx"];
        stream.write_all(beginning[number % 3]).unwrap();
        open.push(stream);
    }
    println!(
        "slow: beside {SLOW} slow ones: {}; {:.1} MB for them",
        pace(gateway.address),
        gateway.megabytes() - before
    );
    drop(open);
}

/// Three times more calls than can be served.
fn overload() {
    // Long enough for the load's own cost to be small beside it: about half a millisecond.
    let body = "@{ var n = 0; for (var i = 0; i &lt; 50000; i++) { n += i; } return n.ToString(); }";
    let gateway = Gateway::start(&saying(body));
    load::three_times(gateway.address, &|| gateway.seconds());
}

fn reloads() {
    let gateway = Arc::new(Gateway::start(&saying("0")));
    let (stop, calls, failed) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (stop, calls, failed) = (Arc::clone(&stop), Arc::clone(&calls), Arc::clone(&failed));
            let mut stream = TcpStream::connect(gateway.address).unwrap();
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let answered = call(&mut stream) == Some(200);
                    calls.fetch_add(1, Ordering::Relaxed);
                    if !answered {
                        failed.fetch_add(1, Ordering::Relaxed);
                        return;
                    }
                }
            })
        })
        .collect();
    let begin = Instant::now();
    let mut sizes = Vec::new();
    for number in 1..=1000 {
        std::fs::write(gateway.folder.join("policy.xml"), saying(&number.to_string())).unwrap();
        assert!(gateway.reload());
        if number % 250 == 0 || number == 50 {
            sizes.push(format!("{:.1} MB after {number}", gateway.megabytes()));
        }
    }
    stop.store(true, Ordering::Relaxed);
    clients.into_iter().for_each(|client| client.join().unwrap());
    println!(
        "reloads: 1000 in {:.1} s, {} calls meanwhile, {} failed; {}",
        begin.elapsed().as_secs_f64(),
        calls.load(Ordering::Relaxed),
        failed.load(Ordering::Relaxed),
        sizes.join(", ")
    );
}

fn main() {
    let asked: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    for (name, run) in
        [("idle", idle as fn()), ("reloads", reloads), ("end", end), ("slow", slow), ("overload", overload)]
    {
        if asked.is_empty() || asked.iter().any(|one| one == name) {
            run();
        }
    }
}
