//! `tollgate serve` as a process: signals, files that run out, a log that nobody reads. `threats.md` C22, C23, O4, O5, O7.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use support::{Backend, Client, Folder, reply, saying, until};

/// A gateway in a process of its own.
struct Process {
    child: Child,
    address: SocketAddr,
    told: Option<BufReader<ChildStderr>>,
    /// What it said before it served.
    greeting: String,
    folder: Folder,
}

impl Process {
    /// Serves `policy.xml` of the folder; `shell` may set limits first.
    fn start(folder: Folder, backend: &str, settings: &str, shell: &str) -> Self {
        let program = env!("CARGO_BIN_EXE_tollgate");
        folder.write("tollgate.toml", &format!("[access_log]\nto = \"off\"\n{settings}"));
        let policy = folder.path().join("policy.xml");
        let listen = if settings.contains("[[listener]]") { "" } else { "--listen 127.0.0.1:0" };
        let line = format!("{shell} exec {program} serve {} --backend {backend} {listen}", policy.display());
        let mut child =
            Command::new("sh").args(["-c", &line]).stdin(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        while !said.contains("serving on ") {
            assert!(told.read_line(&mut said).unwrap() > 0, "it did not start:\n{said}");
        }
        let address = said.rsplit("serving on ").next().unwrap().trim().parse().unwrap();
        Self { child, address, told: Some(told), greeting: said, folder }
    }

    /// Reads and forgets what it says, so that it never waits for somebody to read.
    fn forget_what_it_says(&mut self) {
        let mut told = self.told.take().unwrap();
        std::thread::spawn(move || told.read_to_end(&mut Vec::new()));
    }

    /// Reads until it says something.
    fn wait_for(&mut self, wanted: &str) {
        let told = self.told.as_mut().unwrap();
        let mut said = String::new();
        while !said.contains(wanted) {
            assert!(told.read_line(&mut said).unwrap() > 0, "{said}");
        }
    }

    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    fn get(&self) -> String {
        Client::connect(self.address).get("/").body
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn sighup_takes_over_what_changed_and_sigterm_ends_it() {
    let folder = Folder::new();
    folder.write("policy.xml", &saying("one"));
    let mut process = Process::start(folder, "http://127.0.0.1:1", "[reload]\nwatch = \"0s\"\n", "");
    assert_eq!(process.get(), "one");
    process.folder.write("policy.xml", &saying("two"));
    process.signal("-HUP");
    process.wait_for("the service was taken over");
    assert_eq!(process.get(), "two");
    process.folder.write("policy.xml", "<policies>");
    process.signal("-HUP");
    process.wait_for("the one before goes on serving");
    assert_eq!(process.get(), "two");
    process.forget_what_it_says();
    process.folder.write("policy.xml", &saying("three"));
    process.signal("-HUP");
    until("the third is taken over", || process.get() == "three");
    process.signal("-TERM");
    assert_eq!(process.child.wait().unwrap().code(), Some(0));
}

/// The file, line and column of a warning come with the version that has it, as they do at the start.
#[test]
fn what_a_reload_warns_of_is_logged() {
    let folder = Folder::new();
    folder.write("policy.xml", &saying("one"));
    let mut process = Process::start(folder, "http://127.0.0.1:1", "[reload]\nwatch = \"0s\"\n", "");
    let mut told = process.told.take().unwrap();
    let warned = "<authentication-certificate certificate-id=\"nobody-has-it\"/><return-response><set-body>";
    let document = saying("two").replace("<return-response><set-body>", warned);
    process.folder.write("policy.xml", &document);
    process.signal("-HUP");
    let mut said = String::new();
    while !said.contains("policy.xml:1:") {
        assert!(told.read_line(&mut said).unwrap() > 0, "it ended:\n{said}");
    }
    assert!(
        said.contains("WARN") && said.contains("warning[TG0251]: there is no certificate 'nobody-has-it'"),
        "{said}"
    );
    assert_eq!(process.get(), "two");
}

/// A deployment sends it as soon as there is a process, which may take long to start: here until somebody reads its log.
#[test]
fn sighup_ends_nothing_that_has_not_started() {
    let folder = Folder::new();
    folder.write("policy.xml", &saying("one"));
    let pipe = folder.path().join("log");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    folder.write("tollgate.toml", "[access_log]\nto = \"file\"\nfile = \"log\"\n[reload]\nwatch = \"0s\"\n");
    let policy = folder.path().join("policy.xml");
    let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["serve", policy.to_str().unwrap(), "--listen", "127.0.0.1:0"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id();
    let takes_hangups = || {
        let status = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
        let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap_or("0").trim().to_owned();
        u64::from_str_radix(&caught, 16).unwrap() & 1 == 1
    };
    let told = child.stderr.take().map(BufReader::new);
    let mut process = Process { child, address: "127.0.0.1:0".parse().unwrap(), told, greeting: String::new(), folder };
    until("it listens to signals", takes_hangups);
    process.signal("-HUP");
    let _reading = std::fs::File::open(&pipe).unwrap();
    process.wait_for("serving on ");
    process.wait_for("the service was taken over");
}

/// Threads share an address, and so do processes: a gateway takes over from another that way, or two are started by mistake.
#[test]
fn another_gateway_on_the_same_address_is_told_of() {
    let serve = |address: &str| {
        let folder = Folder::new();
        folder.write("policy.xml", &saying("one"));
        Process::start(folder, "http://127.0.0.1:1", &format!("[[listener]]\naddress = \"{address}\"\n"), "")
    };
    let first = serve("127.0.0.1:0");
    assert!(!first.greeting.contains("another process"), "{}", first.greeting);
    let second = serve(&first.address.to_string());
    assert_eq!(second.address, first.address);
    assert!(
        second.greeting.contains(&format!("another process listens on {} too", first.address)),
        "{}",
        second.greeting
    );
}

#[test]
fn sigterm_under_load_fails_no_call() {
    let backend = Backend::new(|_, stream| {
        std::thread::sleep(Duration::from_millis(5));
        reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    });
    let folder = Folder::new();
    folder.write(
        "policy.xml",
        "<policies><inbound><base/></inbound><backend><base/></backend><outbound><base/></outbound></policies>",
    );
    let mut process = Process::start(folder, &format!("http://{}", backend.address), "", "");
    process.forget_what_it_says();
    let (answered, address) = (Arc::new(AtomicU64::new(0)), process.address);
    let clients: Vec<_> = (0..8)
        .map(|_| {
            let answered = Arc::clone(&answered);
            std::thread::spawn(move || {
                let mut client = Client::connect(address);
                // Until the gateway says that this was the last: each call has its whole answer.
                loop {
                    let answer = client.get("/");
                    assert_eq!((answer.status, answer.body.as_str(), answer.truncated), (200, "hello", false));
                    answered.fetch_add(1, Ordering::Relaxed);
                    if answer.header("connection") == Some("close") {
                        assert!(client.is_closed());
                        return;
                    }
                }
            })
        })
        .collect();
    until("calls go through", || answered.load(Ordering::Relaxed) > 100);
    process.signal("-TERM");
    clients.into_iter().for_each(|client| client.join().unwrap());
    assert_eq!(process.child.wait().unwrap().code(), Some(0));
    assert_eq!(backend.seen().len() as u64, answered.load(Ordering::Relaxed), "each once");
}

#[test]
fn a_second_signal_ends_it_at_once() {
    let backend = Backend::new(|_, stream| {
        let _ = stream.read(&mut [0]);
        support::Then::Close
    });
    let folder = Folder::new();
    folder.write(
        "policy.xml",
        "<policies><inbound><base/></inbound><backend><base/></backend><outbound><base/></outbound></policies>",
    );
    let mut process = Process::start(folder, &format!("http://{}", backend.address), "", "");
    let mut client = Client::connect(process.address);
    client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    backend.wait_for(1);
    process.signal("-INT");
    process.wait_for("stopping");
    process.signal("-INT");
    assert_eq!(process.child.wait().unwrap().code(), Some(130));
    assert!(client.read().is_none());
}

#[test]
fn when_files_run_out_those_connected_are_served_and_it_recovers() {
    let folder = Folder::new();
    folder.write("policy.xml", &saying("one"));
    let mut process = Process::start(folder, "http://127.0.0.1:1", "[limits]\nconnections = 1000\n", "ulimit -n 64;");
    process.forget_what_it_says();
    let mut first = Client::connect(process.address);
    assert_eq!(first.get("/").body, "one");
    // More than there are files: the kernel connects them, nobody takes the last ones.
    // Who asks at once is no resting connection, which makes room for others.
    let asking = |_| {
        let mut client = Client::connect(process.address);
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
        client
    };
    let mut many: Vec<Client> = (0..150).map(asking).collect();
    for client in many.iter_mut().take(10) {
        let answer = client.read().expect("an answer");
        assert!(matches!(answer.status, 200 | 503), "{}", answer.head);
    }
    drop(many);
    until("it recovers", || Client::connect(process.address).get("/").status == 200);
    assert!(process.child.try_wait().unwrap().is_none());
}

#[test]
fn a_log_that_nobody_reads_holds_up_no_call() {
    let folder = Folder::new();
    // Every call is a message of a kilobyte, which nobody reads: the pipe is full after 64 of them, and the queue before it
    // after a thousand more.
    let message = "x".repeat(1024);
    let trace = format!("<trace source=\"t\" severity=\"error\"><message>{message}</message></trace>");
    folder.write("policy.xml", &saying("one").replace("<inbound>", &format!("<inbound>{trace}")));
    let mut process = Process::start(folder, "http://127.0.0.1:1", "", "TOLLGATE_LOG=debug");
    let mut client = Client::connect(process.address);
    for _ in 0..CALLS {
        assert_eq!(client.get("/").body, "one");
    }
    // Somebody reads again: what found no room is told behind what waited, with the next message.
    let mut told = process.told.take().unwrap();
    let mut lost = None;
    while lost.is_none() {
        let mut line = String::new();
        assert!(told.read_line(&mut line).unwrap() > 0, "the gateway has ended");
        lost = line.trim_end().strip_suffix(" messages found no room").map(|count| count.parse::<usize>().unwrap());
        if lost.is_none() {
            assert_eq!(client.get("/").body, "one");
        }
    }
    assert!(lost > Some(0));
}

/// More messages than pipe and queue have room for.
const CALLS: usize = 2500;

#[test]
fn traces_in_the_log_are_a_line_each_and_show_no_secret() {
    let folder = Folder::new();
    let trace = "<trace source=\"t\"><message>first {{hidden}}&#10;second</message></trace>";
    folder.write("policy.xml", &saying("one").replace("<inbound>", &format!("<inbound>{trace}")));
    let settings = "[named_values]\nhidden = \"marker\"\n";
    let mut process = Process::start(folder, "http://127.0.0.1:1", settings, "TOLLGATE_LOG=debug");
    assert_eq!(process.get(), "one");
    let mut line = String::new();
    while !line.contains("first") {
        line.clear();
        assert!(process.told.as_mut().unwrap().read_line(&mut line).unwrap() > 0);
    }
    assert!(line.contains("first {{hidden}}\\nsecond"), "{line}");
}

#[test]
fn a_bad_start_is_told_in_full_and_serves_nothing() {
    let folder = Folder::new();
    folder.write(
        "policy.xml",
        "<policies><inbound><set-bodi/><set-body>@(context.Nothing)</set-body></inbound></policies>",
    );
    let output = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["serve", "policy.xml", "--backend", "http://127.0.0.1:1", "--listen", "127.0.0.1:0"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_ne!(output.status.code(), Some(0));
    assert!(said.contains("set-bodi") && said.contains("Nothing") && !said.contains("serving on"), "{said}");
}
