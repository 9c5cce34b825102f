//! Runs `tollgate` as a person would.

#![allow(
    dead_code,
    clippy::unwrap_used,
    reason = "every test file uses its own part; a test without its command has failed"
)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

/// What a command wrote, and its exit status.
#[derive(Debug)]
pub(crate) struct Done {
    pub(crate) status: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs a command in the folder of the tests.
pub(crate) fn tollgate(arguments: &[&str]) -> Done {
    tollgate_reading("", arguments)
}

/// Runs a command with something on its standard input.
pub(crate) fn tollgate_reading(input: &str, arguments: &[&str]) -> Done {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A command that does not read its input has closed it.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Done { status: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}
