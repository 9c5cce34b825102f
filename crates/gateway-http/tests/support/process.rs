//! `tollgate serve` as a process of its own, with an environment of its own.

#![allow(dead_code, reason = "every test file uses its own part")]

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::support::{Answer, Client};

/// A gateway that serves a folder of the repository.
pub(crate) struct Process {
    child: Child,
    pub(crate) address: SocketAddr,
    /// What it said before it served.
    pub(crate) greeting: String,
}

impl Process {
    /// Serves a folder, on a port that the system chooses.
    pub(crate) fn serve(folder: &str, environment: &[(&str, &str)]) -> Self {
        let repository = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
        let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(["serve", folder, "--listen", "127.0.0.1:0"])
            .current_dir(repository)
            .env_clear()
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut told = BufReader::new(child.stderr.take().unwrap());
        let mut greeting = String::new();
        let address = loop {
            let mut line = String::new();
            assert!(told.read_line(&mut line).unwrap() > 0, "it did not start:\n{greeting}");
            greeting.push_str(&line);
            if let Some((_, address)) = line.trim_end().split_once("serving on ") {
                break address.parse().unwrap();
            }
        };
        std::thread::spawn(move || told.read_to_end(&mut Vec::new()));
        Self { child, address, greeting }
    }

    /// As the system knows it.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// One call over a connection of its own; `headers` are whole lines.
    pub(crate) fn call(&self, line: &str, headers: &[&str]) -> Answer {
        let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
        let head = format!("{line} HTTP/1.1\r\nHost: gw.example\r\n{headers}Content-Length: 0\r\n\r\n");
        Client::connect(self.address).send(head).read().expect("an answer")
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
