//! Drives a gateway in front of a stand-in backend, so that a build can be made for what it does all day: `practice COMMAND
//! PORT [with-bodies]` starts the command, sends calls as several clients at once, checks the answers and ends it with SIGTERM.
//!
//! The standard library alone, so that `rustc` builds it without anything else.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, ExitCode};
use std::thread;
use std::time::Duration;

/// Where both services of `benches/` expect the backend.
const BACKEND: &str = "127.0.0.1:19080";
const TOKEN: &str =
    r#"{"token_type":"Bearer","expires_in":3600,"access_token":"practice-0123456789abcdef0123456789abcdef"}"#;
const CLIENTS: usize = 48;
const CALLS: usize = 3000;
/// One call of so many brings a body.
const WITH_BODY: usize = 8;
const KEYS: usize = 1000;
const TRIES: u32 = 200;
const PAUSE: Duration = Duration::from_millis(50);

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (Some(command), Some(Ok(port))) = (arguments.next(), arguments.next().map(|port| port.parse())) else {
        eprintln!("usage: practice COMMAND PORT [with-bodies]");
        return ExitCode::from(2);
    };
    let with_bodies = arguments.next().is_some_and(|argument| argument == "with-bodies");
    match practice(&command, port, with_bodies) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("practice: {command}: {error}");
            ExitCode::FAILURE
        }
    }
}

fn practice(command: &str, port: u16, with_bodies: bool) -> io::Result<()> {
    let listener = TcpListener::bind(BACKEND)?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || backend(stream));
        }
    });
    let mut gateway = Command::new(command).spawn()?;
    let driven = drive(&mut gateway, port, with_bodies);
    // What was counted is written at an orderly end.
    Command::new("kill").args(["-TERM", &gateway.id().to_string()]).status()?;
    gateway.wait()?;
    driven
}

fn drive(gateway: &mut Child, port: u16, with_bodies: bool) -> io::Result<()> {
    let mut tries = 0;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        tries += 1;
        if tries > TRIES || gateway.try_wait()?.is_some() {
            return Err(io::Error::other("it does not serve"));
        }
        thread::sleep(PAUSE);
    }
    let clients: Vec<_> = (0..CLIENTS).map(|number| thread::spawn(move || client(port, number, with_bodies))).collect();
    clients
        .into_iter()
        .try_for_each(|client| client.join().unwrap_or_else(|_| Err(io::Error::other("a client failed"))))
}

fn client(port: u16, number: usize, with_bodies: bool) -> io::Result<()> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    let order = r#"{"customerNumber":"C-30","lines":[{"item":"1000","quantity":5},{"item":"1001","quantity":7}]}"#;
    for call in 0..CALLS {
        let key = (call * 7 + number * 31) % KEYS;
        let (method, length, body) = match call % WITH_BODY {
            0 if with_bodies => {
                ("POST", format!("Content-Type: application/json\r\nContent-Length: {}\r\n", order.len()), order)
            }
            _ => ("GET", String::new(), ""),
        };
        let request = format!(
            "{method} /mes/orders HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-Api-Key: key-{key:04}-0123456789abcdef0123456789\r\n\
             Accept: application/json\r\nUser-Agent: mes/4.2\r\n{length}\r\n{body}"
        );
        writer.write_all(request.as_bytes())?;
        let (status, _) = message(&mut reader)?;
        if !status.starts_with("HTTP/1.1 200") {
            return Err(io::Error::other(format!("{method} answered {}", status.trim_end())));
        }
    }
    Ok(())
}

fn backend(stream: TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut writer = stream;
    let orders = format!(
        r#"{{"value":[{}]}}"#,
        vec![r#"{"number":"SO-1001","customerNumber":"C-10","status":"Open"}"#; 18].join(",")
    );
    loop {
        let (request, _) = message(&mut reader)?;
        let body = if request.contains("/oauth2/token") { TOKEN } else { &orders };
        let answer = format!(
            "HTTP/1.1 200 OK\r\nServer: stand-in\r\nDate: Mon, 05 Jan 2026 10:00:00 GMT\r\nContent-Type: application/json\r\n\
             Content-Length: {}\r\nLast-Modified: Mon, 05 Jan 2026 10:00:00 GMT\r\nConnection: keep-alive\r\n\
             ETag: \"5a1c-477\"\r\nAccept-Ranges: bytes\r\n\r\n{body}",
            body.len()
        );
        writer.write_all(answer.as_bytes())?;
    }
}

/// Reads a message whose body has a length or is not there: its first line and its body.
fn message(reader: &mut impl BufRead) -> io::Result<(String, Vec<u8>)> {
    let (mut first, mut line, mut length) = (String::new(), String::new(), 0);
    if reader.read_line(&mut first)? == 0 {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    loop {
        line.clear();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.split_once(':') else { break };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse().map_err(io::Error::other)?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    Ok((first, body))
}
