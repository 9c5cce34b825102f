//! What the commands share: results go to standard output, messages to standard error, and a reader that has seen
//! enough is no failure.

use std::io::{self, IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::ValueEnum;
use policy_parser::diagnostic::render::Colours;
use policy_parser::{Diagnostic, Severity};

/// Exit status when a command could not do what it was asked: wrong arguments, a file that cannot be read.
const UNUSABLE: u8 = 2;

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
}

/// Writes a result.
pub(super) fn print(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    unless_closed(out.write_all(text.as_bytes()).and_then(|()| out.flush())).map(|_| ())
}

/// Writes a message. When even that is impossible, the exit status has to do.
pub(super) fn tell(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}

/// Says why a command cannot do what it was asked, and gives its exit status.
pub(super) fn unusable(why: impl std::fmt::Display) -> ExitCode {
    tell(&format!("error: {why}\n"));
    ExitCode::from(UNUSABLE)
}

/// `tollgate … | head` closes the pipe early: that gives `false`.
pub(super) fn unless_closed(written: io::Result<()>) -> io::Result<bool> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        other => other.map(|()| true),
    }
}

/// How many errors and warnings there are.
pub(super) fn counted(findings: &[Diagnostic]) -> String {
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    format!("{}, {}", count(errors, "error"), count(findings.len() - errors, "warning"))
}

/// Where secrets and keys stand in the way that an export left out: how to get going.
pub(super) fn way_on(findings: &[Diagnostic], folder: &Path) -> String {
    let is_lack = |finding: &Diagnostic| {
        let is_named = finding.code == "TG8021" || finding.headline.starts_with("there is no named value ");
        is_named && finding.severity == Severity::Error
    };
    if !findings.iter().any(is_lack) {
        return String::new();
    }
    format!("`tollgate config {} --missing` prints what to write into `tollgate.toml`\n", folder.display())
}

/// Colours on a terminal, unless `NO_COLOR` is set.
pub(super) fn colours(stream: &impl IsTerminal) -> Colours {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if stream.is_terminal() && !refused { Colours::Always } else { Colours::Never }
}
