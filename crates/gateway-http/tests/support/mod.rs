//! A backend that records what reaches it, byte for byte, and a gateway in front of it, over real sockets.

#![allow(dead_code, unreachable_pub, reason = "every test file uses its own part")]

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use gateway_http::{Gateway, Settings};

/// Nothing here takes this long; it only ends a test that hangs.
pub const PATIENCE: Duration = Duration::from_secs(20);

/// Waits for something that comes by itself.
#[track_caller]
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(begin.elapsed() < Duration::from_secs(30), "{what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What a backend does with a request.
pub type Script = dyn Fn(&Seen, &mut TcpStream) -> Then + Send + Sync;

/// Whether a backend's connection goes on.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Then {
    KeepAlive,
    Close,
    /// Close so that the peer sees a reset.
    Reset,
}

/// A request as it reached the backend.
#[derive(Clone, Debug)]
pub struct Seen {
    pub head: String,
    pub body: Vec<u8>,
    /// The lines behind a chunked body.
    pub trailers: String,
    /// It did not come to its end.
    pub truncated: bool,
    /// Which connection it came over.
    pub connection: usize,
}

impl Seen {
    pub fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

pub fn header<'h>(head: &'h str, name: &str) -> Option<&'h str> {
    head.lines().skip(1).find_map(|line| {
        let (key, value) = line.split_once(':')?;
        key.eq_ignore_ascii_case(name).then(|| value.trim())
    })
}

/// A recording backend.
pub struct Backend {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    pub connections: Arc<AtomicUsize>,
}

impl Backend {
    /// Answers every request with `HTTP/1.1 200 OK` and `hello`.
    pub fn hello() -> Self {
        Self::new(|_, stream| reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"))
    }

    pub fn new(script: impl Fn(&Seen, &mut TcpStream) -> Then + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Seen>>> = Arc::default();
        let connections = Arc::new(AtomicUsize::new(0));
        let script: Arc<Script> = Arc::new(script);
        let (record, count) = (Arc::clone(&seen), Arc::clone(&connections));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let number = count.fetch_add(1, Ordering::SeqCst);
                let (record, script) = (Arc::clone(&record), Arc::clone(&script));
                std::thread::spawn(move || serve(stream, number, &record, &*script));
            }
        });
        Self { address, seen, connections }
    }

    /// Answers nothing, and tells when the gateway closes or resets the connection.
    pub fn waiting() -> (Self, Receiver<()>) {
        let (tell, told) = std::sync::mpsc::channel();
        let tell = Mutex::new(tell);
        let backend = Self::new(move |_, stream| {
            let read = stream.read(&mut [0]);
            // Not when the test's own patience is at its end.
            if matches!(&read, Ok(0)) || read.is_err_and(|error| error.kind() == ErrorKind::ConnectionReset) {
                let _ = tell.lock().unwrap().send(());
            }
            Then::Close
        });
        (backend, told)
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// Waits until so many requests were recorded.
    pub fn wait_for(&self, count: usize) -> Vec<Seen> {
        let begin = std::time::Instant::now();
        while self.seen().len() < count {
            assert!(begin.elapsed() < PATIENCE, "{} of {count} requests came", self.seen().len());
            std::thread::sleep(Duration::from_millis(2));
        }
        self.seen()
    }

    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn serve(mut stream: TcpStream, connection: usize, record: &Mutex<Vec<Seen>>, script: &Script) {
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_nodelay(true).unwrap();
    let mut buffer = Vec::new();
    while let Some(mut seen) = read_message(&mut stream, &mut buffer, false) {
        seen.connection = connection;
        record.lock().unwrap().push(seen.clone());
        if seen.truncated {
            return;
        }
        match script(&seen, &mut stream) {
            Then::KeepAlive => {}
            Then::Close => return,
            Then::Reset => {
                let socket = socket2::SockRef::from(&stream);
                socket.set_linger(Some(Duration::ZERO)).unwrap();
                return;
            }
        }
    }
}

/// Writes an answer and keeps the connection.
pub fn reply(stream: &mut TcpStream, text: &str) -> Then {
    let _ = stream.write_all(text.as_bytes());
    Then::KeepAlive
}

/// Reads one message; `None` at the end of the connection.
fn read_message(stream: &mut TcpStream, buffer: &mut Vec<u8>, no_body: bool) -> Option<Seen> {
    let end = loop {
        if let Some(end) = find(buffer, b"\r\n\r\n") {
            break end + 4;
        }
        if !fill(stream, buffer) {
            return None;
        }
    };
    let head = String::from_utf8_lossy(&buffer[..end]).into_owned();
    buffer.drain(..end);
    let mut seen = Seen { head, body: Vec::new(), trailers: String::new(), truncated: false, connection: 0 };
    let status = seen.line().strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).map(str::to_owned);
    let empty = no_body || status.as_deref().is_some_and(|status| status == "204" || status == "304");
    if empty {
        return Some(seen);
    }
    if let Some(length) = seen.header("content-length").map(|length| length.parse::<usize>().unwrap()) {
        while buffer.len() < length {
            if !fill(stream, buffer) {
                seen.truncated = true;
                break;
            }
        }
        seen.body = buffer.drain(..length.min(buffer.len())).collect();
    } else if seen.header("transfer-encoding").is_some() {
        read_chunks(stream, buffer, &mut seen);
    } else if status.is_some() {
        // A response without a length ends with its connection.
        while fill(stream, buffer) {}
        seen.body = std::mem::take(buffer);
    }
    Some(seen)
}

fn read_chunks(stream: &mut TcpStream, buffer: &mut Vec<u8>, seen: &mut Seen) {
    loop {
        let line = loop {
            if let Some(end) = find(buffer, b"\r\n") {
                break end;
            }
            if !fill(stream, buffer) {
                seen.truncated = true;
                return;
            }
        };
        let size = usize::from_str_radix(std::str::from_utf8(&buffer[..line]).unwrap(), 16).unwrap();
        if size == 0 {
            // The line of the size takes part, so that no trailers and some end alike.
            while find(buffer, b"\r\n\r\n").is_none() {
                if !fill(stream, buffer) {
                    seen.truncated = true;
                    return;
                }
            }
            let end = find(buffer, b"\r\n\r\n").unwrap() + 4;
            seen.trailers = String::from_utf8_lossy(&buffer[line + 2..end - 2]).into_owned();
            buffer.drain(..end);
            return;
        }
        while buffer.len() < line + 2 + size + 2 {
            if !fill(stream, buffer) {
                seen.truncated = true;
                return;
            }
        }
        seen.body.extend_from_slice(&buffer[line + 2..line + 2 + size]);
        buffer.drain(..line + 2 + size + 2);
    }
}

fn find(bytes: &[u8], what: &[u8]) -> Option<usize> {
    bytes.windows(what.len()).position(|window| window == what)
}

fn fill(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> bool {
    let mut piece = [0; 4096];
    match stream.read(&mut piece) {
        Ok(0) | Err(_) => false,
        Ok(count) => {
            buffer.extend_from_slice(&piece[..count]);
            true
        }
    }
}

/// A client's connection.
pub struct Client {
    pub stream: TcpStream,
    buffer: Vec<u8>,
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
    pub trailers: String,
    pub truncated: bool,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        header(&self.head, name)
    }
}

impl Client {
    pub fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream.set_nodelay(true).unwrap();
        Self { stream, buffer: Vec::new() }
    }

    pub fn send(&mut self, bytes: impl AsRef<[u8]>) -> &mut Self {
        // The gateway may have closed already; what matters is what it answered.
        let _ = self.stream.write_all(bytes.as_ref());
        self
    }

    /// Nothing more will be sent.
    pub fn finish(&mut self) -> &mut Self {
        let _ = self.stream.shutdown(Shutdown::Write);
        self
    }

    pub fn read(&mut self) -> Option<Answer> {
        self.read_answer(false)
    }

    /// The answer to HEAD.
    pub fn read_head(&mut self) -> Option<Answer> {
        self.read_answer(true)
    }

    fn read_answer(&mut self, no_body: bool) -> Option<Answer> {
        let seen = read_message(&mut self.stream, &mut self.buffer, no_body)?;
        Some(Answer {
            status: seen.line()[9..12].parse().unwrap(),
            body: String::from_utf8_lossy(&seen.body).into_owned(),
            head: seen.head,
            trailers: seen.trailers,
            truncated: seen.truncated,
        })
    }

    /// True when the gateway has closed and nothing is left to read.
    pub fn is_closed(&mut self) -> bool {
        self.buffer.is_empty() && !fill(&mut self.stream, &mut self.buffer)
    }

    pub fn get(&mut self, target: &str) -> Answer {
        self.send(format!("GET {target} HTTP/1.1\r\nHost: gw.example\r\n\r\n")).read().expect("an answer")
    }
}

/// A folder that is gone when the test is.
pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("tollgate-test-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::SeqCst));
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    pub fn write(&self, path: &str, text: &str) -> &Self {
        let file = self.0.join(path);
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(file, text).unwrap();
        self
    }

    /// A service folder with the API `shop` in front of `service`, for GET and POST.
    pub fn shop(service: &str) -> Self {
        let folder = Self::new();
        folder.write(
            "apis/shop/apiInformation.json",
            &format!(
                r#"{{"properties":{{"displayName":"Shop","path":"shop","serviceUrl":"{service}","protocols":["http"],"subscriptionRequired":false}}}}"#
            ),
        );
        for (id, method) in [("get", "GET"), ("post", "POST")] {
            folder.write(
                &format!("apis/shop/operations/{id}/operationInformation.json"),
                &format!(r#"{{"properties":{{"displayName":"{id}","method":"{method}","urlTemplate":"/*"}}}}"#),
            );
        }
        folder
    }

    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const QUIET: &str = "[[listener]]\naddress = \"127.0.0.1:0\"\n";

/// A document that answers everything with this text.
pub fn saying(text: &str) -> String {
    format!("<policies><inbound><return-response><set-body>{text}</set-body></return-response></inbound></policies>")
}

/// A gateway with one document in front of a backend.
pub struct Scene {
    pub gateway: Option<Gateway>,
    pub address: SocketAddr,
    pub folder: Folder,
}

impl Scene {
    /// `sections` is what stands between `<policies>` and `</policies>`; `settings` adds to the defaults of tests.
    pub fn policy(backend: &Backend, sections: &str, settings: &str) -> Self {
        let folder = Folder::new();
        folder.write("policy.xml", &format!("<policies>{sections}</policies>"));
        Self::start(folder, "policy.xml", Some(&format!("http://{}/base", backend.address)), settings)
    }

    /// A plain proxy.
    pub fn plain(backend: &Backend) -> Self {
        let all = "<inbound><base/></inbound><backend><base/></backend><outbound><base/></outbound>";
        Self::policy(backend, all, "")
    }

    pub fn folder(folder: Folder, settings: &str) -> Self {
        Self::start(folder, "", None, settings)
    }

    pub fn start(folder: Folder, name: &str, backend: Option<&str>, settings: &str) -> Self {
        let log = if settings.contains("[access_log]") { "" } else { "[access_log]\nto = \"off\"\n" };
        // One table of each name: what a test says about the gateway goes on where this ends.
        let gateway = "[gateway]\nworkers = 1\n";
        let settings = match settings.split_once("[gateway]\n") {
            Some((before, after)) => format!("{before}{gateway}{after}"),
            None => format!("{gateway}{settings}"),
        };
        folder.write("tollgate.toml", &format!("{QUIET}{log}{settings}"));
        let path = folder.path().join(name);
        let settings = Settings::read(None, &path);
        let gateway = Gateway::start(&path, backend, settings).unwrap();
        Self { address: gateway.addresses()[0], gateway: Some(gateway), folder }
    }

    pub fn client(&self) -> Client {
        Client::connect(self.address)
    }

    pub fn get(&self, target: &str) -> Answer {
        self.client().get(target)
    }

    /// Stops the gateway and waits for it.
    pub fn stop(&mut self) {
        if let Some(gateway) = self.gateway.take() {
            gateway.stop();
        }
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.stop();
    }
}
