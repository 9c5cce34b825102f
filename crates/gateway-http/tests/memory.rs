//! What callers can make the process hold, measured on the process itself: `threats.md` R2, C17.

#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

#[path = "support/process.rs"]
mod process;

use std::fs;
use std::io::Write;

use process::Process;
use support::{Client, Folder};

/// A service that answers every request with what an expression makes of it.
fn saying(expression: &str) -> (Process, Folder) {
    let folder = Folder::new();
    folder
        .write(
            "policy.xml",
            &format!(
                "<policies><inbound><return-response><set-body>@({expression})</set-body></return-response></inbound>\
                 <backend><forward-request/></backend></policies>"
            ),
        )
        // However busy the machine is: who is refused for that, or too late with a head, takes no memory.
        .write(
            "tollgate.toml",
            "[gateway]\nworkers = 1\n[access_log]\nto = \"off\"\n[timeouts]\nlag = \"60s\"\nhead = \"120s\"\n",
        )
        .write(
            "apis/all/apiInformation.json",
            r#"{"properties":{"path":"","protocols":["http"],"subscriptionRequired":false}}"#,
        );
    for method in ["GET", "POST"] {
        folder.write(
            &format!("apis/all/operations/{method}/operationInformation.json"),
            &format!(r#"{{"properties":{{"method":"{method}","urlTemplate":"/*"}}}}"#),
        );
    }
    (Process::serve(folder.path().to_str().unwrap(), &[]), folder)
}

/// A line of what the kernel knows of the process's memory, in bytes.
fn memory(process: &Process, name: &str) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.trim_start_matches(':').trim().trim_end_matches(" kB").parse::<u64>().unwrap() * 1024
}

/// How many bytes more than before the process held at a time while `act` went on.
fn growth(process: &Process, act: impl FnOnce()) -> u64 {
    // Asks the kernel to forget the highest figure so far.
    fs::write(format!("/proc/{}/clear_refs", process.id()), "5").unwrap();
    let before = memory(process, "VmRSS");
    act();
    memory(process, "VmHWM").saturating_sub(before)
}

fn post(process: &Process, body: &[u8]) -> u16 {
    let mut client = Client::connect(process.address);
    client.send(format!("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n", body.len())).send(body);
    client.read().expect("an answer").status
}

/// Whatever comes in costs less than a hundred times of what came.
#[test]
fn work_and_memory_stay_in_proportion_to_the_input() {
    let json = "context.Request.Body.As&lt;JToken>().ToString().Length";
    let xml = "context.Request.Body.As&lt;XDocument>().ToString().Length";
    let text = "context.Request.Body.As&lt;string>().Split('a').Length";
    let megabyte = |piece: &str| piece.repeat((1 << 20) / piece.len());
    for (what, expression, body) in [
        ("empty arrays", json, format!("[{}[]]", megabyte("[],"))),
        (
            "small members",
            json,
            format!("{{{}\"z\":1}}", (0..100_000).map(|n| format!("\"{n}\":1,")).collect::<String>()),
        ),
        ("empty elements", xml, format!("<a>{}</a>", megabyte("<b/>"))),
        ("attributes", xml, format!("<a {}/>", (0..90_000).map(|n| format!("a{n}='' ")).collect::<String>())),
        ("parts of a text", text, megabyte("a")),
    ] {
        let (process, _folder) = saying(expression);
        // What is made once is made.
        assert_eq!(post(&process, if expression == json { b"[]" } else { b"<a/>" }), 200, "{what}");
        let mut status = 0;
        let grown = growth(&process, || status = post(&process, body.as_bytes()));
        assert!(status == 200 || status == 500, "{what}: {status}");
        assert!(grown < 100 * body.len() as u64, "{what}: {grown} bytes for {}", body.len());
        assert_eq!(post(&process, if expression == json { b"[]" } else { b"<a/>" }), 200, "{what}");
    }
}

/// The smallest chunks there are, and the smallest requests.
#[test]
fn the_smallest_pieces_stay_in_proportion() {
    let (process, _folder) = saying("context.Request.Body.As&lt;string>().Length");
    let chunks = "1\r\nx\r\n".repeat(150_000);
    let grown = growth(&process, || {
        let mut client = Client::connect(process.address);
        client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n").send(&chunks).send("0\r\n\r\n");
        assert_eq!(client.read().unwrap().status, 200);
    });
    assert!(grown < 30 * chunks.len() as u64, "{grown} bytes for {}", chunks.len());
    let (process, _folder) = saying("&quot;hello&quot;");
    let requests = "GET / HTTP/1.1\r\nHost: h\r\n\r\n".repeat(20_000);
    let grown = growth(&process, || {
        let mut client = Client::connect(process.address);
        let mut writer = client.stream.try_clone().unwrap();
        let sent = requests.clone();
        let writing = std::thread::spawn(move || writer.write_all(sent.as_bytes()));
        for _ in 0..20_000 {
            assert_eq!(client.read().unwrap().status, 200);
        }
        writing.join().unwrap().unwrap();
    });
    assert!(grown < 30 * requests.len() as u64, "{grown} bytes for {}", requests.len());
}

/// Heads that do not end cost what the limit says that they may be, and the room to grow into.
#[test]
fn long_heads_cost_no_more_than_their_limit() {
    const CONNECTIONS: u64 = 400;
    const LIMIT: u64 = 64 << 10;
    let (process, _folder) = saying("&quot;hello&quot;");
    assert_eq!(post(&process, b""), 200);
    let head = format!("GET / HTTP/1.1\r\nHost: h\r\n{}", format!("X: {}\r\n", "y".repeat(1000)).repeat(60));
    let mut clients = Vec::new();
    let grown = growth(&process, || {
        for _ in 0..CONNECTIONS {
            let mut client = Client::connect(process.address);
            client.send(&head);
            clients.push(client);
        }
        // Who is answered last has been read last, and everybody else's head is still there but for those before.
        for client in clients.iter_mut().rev() {
            assert_eq!(client.send("\r\n").read().unwrap().status, 200);
        }
    });
    assert!(grown < CONNECTIONS * LIMIT * 4, "{grown} bytes");
}
