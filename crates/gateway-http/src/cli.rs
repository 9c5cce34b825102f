//! The command line. Each command is a file of its own: arguments on top, what it does below.

mod check;
mod serve;
mod test;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use policy_parser::{Diagnostic, Source, Span};

use crate::config::Config;

/// Runs Azure API Management policy documents anywhere.
#[derive(Debug, Parser)]
#[command(name = "tollgate", version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Check(check::Arguments),
    Serve(serve::Arguments),
    Test(test::Arguments),
}

/// Does what the command line says.
///
/// # Errors
/// What stood in the way, for the person at the terminal.
pub fn run() -> anyhow::Result<ExitCode> {
    match Arguments::parse().command {
        Command::Check(arguments) => check::run(&arguments),
        Command::Serve(arguments) => serve::run(&arguments),
        Command::Test(arguments) => test::run(&arguments),
    }
}

/// Settings, and the folder that names in them are relative to.
struct Settings {
    config: Config,
    folder: PathBuf,
}

/// Reads the settings for what is at `path`: those of `file`, or `tollgate.toml` beside it, or the defaults.
fn settings(file: Option<&Path>, path: &Path) -> Result<Settings, Box<Diagnostic>> {
    let beside = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
    let (file, is_asked_for) = match file {
        Some(file) => (file.to_owned(), true),
        None => (beside.join("tollgate.toml"), false),
    };
    let folder = file.parent().unwrap_or(Path::new("")).to_owned();
    let text = match std::fs::read_to_string(&file) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_asked_for => {
            return Ok(Settings { config: Config::default(), folder });
        }
        Err(error) => {
            let source = Source::new(file.display().to_string(), "");
            return Err(Box::new(Diagnostic::error("TG8001", &source, Span::default(), error.to_string())));
        }
    };
    let mut config = Config::parse(&Source::new(file.display().to_string(), text))?;
    config.read_subscriptions(&folder)?;
    Ok(Settings { config, folder })
}
