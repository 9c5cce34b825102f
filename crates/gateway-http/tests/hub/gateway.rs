//! `tollgate serve examples/hub` as a process of its own, on a port of its own.

use std::io::{BufRead, BufReader, Read};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread::JoinHandle;

use serde_json::Value;
use socket2::{Domain, Socket, Type};

use crate::support::{Answer, Client};

/// A hub that serves.
pub(crate) struct Hub {
    process: Child,
    pub(crate) address: SocketAddr,
    /// What it said before it served.
    pub(crate) greeting: String,
    log: Option<JoinHandle<Vec<Value>>>,
    /// Keeps the port from everybody else.
    _port: Socket,
}

pub(crate) fn repository() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A port that only those get who ask for the very number and share it, as the gateway does.
fn reserve() -> (Socket, SocketAddr) {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).unwrap();
    socket.set_reuse_port(true).unwrap();
    socket.bind(&SocketAddr::from((Ipv4Addr::LOCALHOST, 0)).into()).unwrap();
    let address = socket.local_addr().unwrap().as_socket().unwrap();
    (socket, address)
}

impl Hub {
    /// The demo as it is, but for its port.
    pub(crate) fn start() -> Self {
        Self::with(&[])
    }

    /// The demo with some of its environment set.
    pub(crate) fn with(environment: &[(&str, &str)]) -> Self {
        let (port, address) = reserve();
        let stand_in = format!("http://{address}/stand-in");
        let mut process = Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(["serve", "examples/hub", "--listen", &address.to_string()])
            .current_dir(repository())
            .env_clear()
            .env("BUSINESS_CENTRAL_URL", format!("{stand_in}/business-central"))
            .env("TOKEN_URL", format!("{stand_in}/identity/oauth2/v2.0/token"))
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let log = std::thread::spawn(move || {
            lines.map_while(Result::ok).map(|line| serde_json::from_str(&line).unwrap()).collect()
        });
        let mut told = BufReader::new(process.stderr.take().unwrap());
        let mut greeting = String::new();
        while !greeting.contains("serving on") {
            assert!(told.read_line(&mut greeting).unwrap() > 0, "the hub did not start:\n{greeting}");
        }
        std::thread::spawn(move || told.read_to_end(&mut Vec::new()));
        Self { process, address, greeting, log: Some(log), _port: port }
    }

    /// One call over a connection of its own.
    pub(crate) fn call(&self, request: &str, key: &str, body: &str) -> Answer {
        let length = body.len();
        let head =
            format!("{request} HTTP/1.1\r\nHost: hub.example\r\nX-Api-Key: {key}\r\nContent-Length: {length}\r\n\r\n");
        self.send(&format!("{head}{body}"))
    }

    pub(crate) fn send(&self, bytes: &str) -> Answer {
        Client::connect(self.address).send(bytes).read().expect("an answer")
    }

    /// Asks it to stop, as an operator does, and gives its access log.
    pub(crate) fn finish(mut self) -> Vec<Value> {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        assert!(self.process.wait().unwrap().success());
        self.log.take().unwrap().join().unwrap()
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
