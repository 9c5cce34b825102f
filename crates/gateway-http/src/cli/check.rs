//! `tollgate check`: everything that is wrong with policies and service folders, in one pass.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use policy_parser::diagnostic::render::{json_array, text};
use policy_parser::{Diagnostic, Severity};

use super::document::Belongs;
use super::eval::Input;
use super::output::{self, Format};
use crate::service::Document;
use crate::{Settings, check};

/// Checks policy documents and service folders: everything that is wrong, with its file, line and column.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// Policy documents, service folders, and files of service folders; `-` for a document on standard input.
    #[arg(required = true, value_name = "PATH|-")]
    paths: Vec<PathBuf>,
    /// Where the document on standard input belongs; what is at a path tells it itself.
    #[command(flatten)]
    belongs: Belongs,
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
of a document on its own are those of `tollgate.toml` beside it. --service and --scope are for a document on standard \
input, which belongs to no folder without.

Exit status: 0 there are no errors (warnings are none), 1 there are, 2 a path does not exist.

Examples:
  tollgate check examples/hub
  tollgate check - --service examples/hub < draft.xml";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let is_input = |path: &Path| path == Path::new("-");
    if let Some(missing) = arguments.paths.iter().find(|path| !is_input(path) && !path.exists()) {
        return Ok(output::unusable(format_args!("there is nothing at `{}`", missing.display())));
    }
    if !arguments.paths.iter().any(|path| is_input(path))
        && (arguments.belongs.service.is_some() || arguments.belongs.scope.is_some())
    {
        return Ok(output::unusable("--service and --scope are for a document on standard input, `-`"));
    }
    let mut findings = Vec::new();
    for path in &arguments.paths {
        findings.extend(if is_input(path) { input(arguments)? } else { check(path, &settings(arguments, path)) });
    }
    let is_wrong = findings.iter().any(|finding| finding.severity == Severity::Error);
    output::print(&match arguments.format {
        Format::Json => json_array(&findings),
        Format::Text => report(&findings, &arguments.paths),
    })?;
    Ok(if is_wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn settings(arguments: &Arguments, beside: &Path) -> Settings {
    let settings = Settings::read(arguments.config.as_deref(), beside);
    match &arguments.environment {
        Some(environment) => settings.environment(environment),
        None => settings,
    }
}

/// What is wrong with the document on standard input.
fn input(arguments: &Arguments) -> anyhow::Result<Vec<Diagnostic>> {
    let input = Input::read("-")?;
    let place = arguments.belongs.place(None);
    let settings = settings(arguments, place.service.as_deref().unwrap_or(Path::new("")));
    let mut findings = Document::compile(&input.source, place.surroundings(), &settings.config).findings;
    findings.extend_from_slice(settings.mistakes());
    Ok(findings)
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
