//! What the gateway bears: ten thousand connections that rest, a thousand reloads under load.
//!
//! `cargo bench -p gateway-http --bench strain [idle] [reloads]`

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a measurement that cannot go on has failed")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Instant;

const GET: &[u8] = b"GET /x HTTP/1.1\r\nHost: h\r\n\r\n";

struct Gateway {
    child: Child,
    address: SocketAddr,
    admin: SocketAddr,
    folder: PathBuf,
}

impl Gateway {
    fn start(document: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("tollgate-strain-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("policy.xml"), document).unwrap();
        let settings = "[gateway]\nworkers = 1\n[access_log]\nto = \"off\"\n[reload]\nwatch = \"0s\"\n[admin]\naddress = \
                        \"127.0.0.1:0\"\n";
        std::fs::write(folder.join("tollgate.toml"), settings).unwrap();
        let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(["serve", "policy.xml", "--backend", "http://127.0.0.1:1", "--listen", "127.0.0.1:0"])
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
    stream.write_all(GET).ok()?;
    let mut seen = Vec::new();
    let mut piece = [0; 1024];
    loop {
        let count = stream.read(&mut piece).ok().filter(|count| *count > 0)?;
        seen.extend_from_slice(&piece[..count]);
        // All answers here are one short piece.
        if seen.windows(4).any(|end| end == b"\r\n\r\n") {
            return std::str::from_utf8(seen.get(9..12)?).ok()?.parse().ok();
        }
    }
}

fn idle() {
    const CONNECTIONS: usize = 10_000;
    let gateway = Gateway::start(&saying("x"));
    let before = gateway.megabytes();
    let mut open = Vec::new();
    for _ in 0..CONNECTIONS {
        let mut stream = TcpStream::connect(gateway.address).unwrap();
        assert_eq!(call(&mut stream), Some(200));
        open.push(stream);
    }
    let after = gateway.megabytes();
    println!(
        "idle: {} connections take {:.1} MB ({before:.1} before, {after:.1} after), {:.1} kB each",
        open.len(),
        after - before,
        (after - before) * 1024.0 / open.len() as f64
    );
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
    for (name, run) in [("idle", idle as fn()), ("reloads", reloads)] {
        if asked.is_empty() || asked.iter().any(|one| one == name) {
            run();
        }
    }
}
