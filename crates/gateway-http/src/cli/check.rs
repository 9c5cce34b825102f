//! `tollgate check`: everything that is wrong with policies and service folders, in one pass.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::ValueEnum;
use policy_parser::diagnostic::render::{Colours, json_array, text};
use policy_parser::{Diagnostic, Severity};
use policy_vm::Engine;

use super::settings;
use crate::service::{load_folder, load_policy};

/// Checks policy documents and service folders; exit status 1 when there is an error.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Policy documents and service folders.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// How findings are written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Text,
    Json,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let engine = Engine::new();
    let mut findings = Vec::new();
    for path in &arguments.paths {
        findings.extend(check(path, &engine));
    }
    let mut out = std::io::stdout().lock();
    let errors = findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    match arguments.format {
        Format::Json => out.write_all(json_array(&findings).as_bytes())?,
        Format::Text => {
            let colours = if out.is_terminal() { Colours::Always } else { Colours::Never };
            out.write_all(text(&findings, colours).as_bytes())?;
            let warnings = findings.len() - errors;
            writeln!(out, "{errors} errors, {warnings} warnings")?;
        }
    }
    Ok(if errors == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// A document on its own has no named values and fragments beside those that settings next to it give.
fn check(path: &Path, engine: &Engine) -> Vec<Diagnostic> {
    let config = match settings(None, path) {
        Ok(settings) => settings.config,
        Err(mistake) => return vec![*mistake],
    };
    let (_, problems) =
        if path.is_dir() { load_folder(path, engine, &config) } else { load_policy(path, None, engine, &config) };
    problems.found
}
