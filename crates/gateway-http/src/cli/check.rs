//! `tollgate check`: everything that is wrong with policies and service folders, in one pass.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use policy_parser::Severity;
use policy_parser::diagnostic::render::{Colours, json_array, text};

use crate::{Settings, check};

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
    let mut findings = Vec::new();
    for path in &arguments.paths {
        match Settings::read(None, path) {
            Ok(settings) => findings.extend(check(path, &settings)),
            Err(mistake) => findings.push(*mistake),
        }
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
