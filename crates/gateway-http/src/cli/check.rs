//! `tollgate check`: everything that is wrong with policies and service folders, in one pass.

use std::path::PathBuf;
use std::process::ExitCode;

use policy_parser::diagnostic::render::{json_array, text};
use policy_parser::{Diagnostic, Severity};

use super::output::{self, Format};
use crate::{Settings, check};

/// Checks policy documents and service folders: everything that is wrong, with its file, line and column.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// Policy documents, service folders, and files of service folders.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Settings; `tollgate.toml` of the service folder, or beside a document, when absent.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Overrides to lay over the folder: `prod` for `configuration.prod.yaml`, instead of what the settings say.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// How findings are written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const HELP: &str = "\
A file of a service folder is checked with the folder around it: its fragments, named values and backends. Named values \
of a document on its own are those of `tollgate.toml` beside it.

Exit status: 0 there are no errors (warnings are none), 1 there are, 2 a path does not exist.";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if let Some(missing) = arguments.paths.iter().find(|path| !path.exists()) {
        return Ok(output::unusable(format_args!("there is nothing at `{}`", missing.display())));
    }
    let mut findings = Vec::new();
    for path in &arguments.paths {
        let mut settings = Settings::read(arguments.config.as_deref(), path);
        if let Some(environment) = &arguments.environment {
            settings = settings.environment(environment);
        }
        findings.extend(check(path, &settings));
    }
    let is_wrong = findings.iter().any(|finding| finding.severity == Severity::Error);
    output::print(&match arguments.format {
        Format::Json => json_array(&findings),
        Format::Text => report(&findings, &arguments.paths),
    })?;
    Ok(if is_wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn report(findings: &[Diagnostic], paths: &[PathBuf]) -> String {
    let mut report = text(findings, output::colours(&std::io::stdout()));
    if !findings.is_empty() {
        report.push('\n');
    }
    if let [path] = paths
        && path.is_dir()
    {
        report.push_str(&output::way_on(findings, path));
    }
    report.push_str(&output::counted(findings));
    report.push('\n');
    report
}
