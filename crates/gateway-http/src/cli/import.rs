//! `tollgate import`: an API from its specification.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use policy_parser::diagnostic::render::text;
use policy_parser::{Diagnostic, Severity, Source};
use serde_json::json;

use super::output;
use crate::data::{parse_json, parse_yaml, read_text};
use crate::service::specification::{RequiredQuery, Specification, import, normalised};
use crate::{Settings, check};

/// Adds an API to a service folder: from OpenAPI 3 or Swagger 2, as YAML or JSON.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// The specification.
    file: PathBuf,
    /// The service folder.
    #[arg(long, value_name = "DIR", default_value = ".")]
    into: PathBuf,
    /// The API's name; made of the specification's title when absent.
    #[arg(long, value_name = "NAME")]
    api: Option<String>,
    /// What URLs of the API begin with; its name when absent.
    #[arg(long, value_name = "SUFFIX")]
    path: Option<String>,
    /// The backend; the specification's first HTTPS server when absent.
    #[arg(long, value_name = "URL")]
    backend: Option<String>,
}

const HELP: &str = "\
Writes apis/NAME/apiInformation.json and, unchanged, apis/NAME/specification.yaml or .json. Nothing is overwritten. \
A policy for all its operations goes into apis/NAME/policy.xml, one for a single operation into \
apis/NAME/operations/ID/policy.xml; the ids are printed.

Exit status: 0 the API is there, 1 the specification has errors, or the folder would have with it: then nothing is \
written, 2 something cannot be read or written.";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let shown = arguments.file.display();
    let read = read_text(&arguments.file).with_context(|| format!("`{shown}`"))?;
    let is_json = read.trim_start().starts_with('{');
    let source = Source::new(shown.to_string(), &*read);
    let mut found = Vec::new();
    let node = if is_json { parse_json(&source, &mut found) } else { parse_yaml(&source, &mut found) };
    let specification = node.and_then(|node| import(&node, RequiredQuery::Template, &mut found));
    output::tell(&text(&found, output::colours(&std::io::stderr())));
    let is_wrong = found.iter().any(|finding| finding.severity == Severity::Error);
    let Some(specification) = specification.filter(|_| !is_wrong) else { return Ok(ExitCode::FAILURE) };
    let name = name(arguments, &specification)?;
    let before = errors(&arguments.into);
    let is_first = !arguments.into.join("apis").exists();
    write(arguments, &name, &specification, &read, is_json)?;
    let mut errors = errors(&arguments.into);
    errors.retain(|error| !before.iter().any(|known| is_same(known, error)));
    if !errors.is_empty() {
        let apis = arguments.into.join("apis");
        let written = if is_first { apis } else { apis.join(&name) };
        std::fs::remove_dir_all(&written).with_context(|| format!("`{}`", written.display()))?;
        output::tell(&text(&errors, output::colours(&std::io::stderr())));
        output::tell("\nThe folder cannot be served with this API: nothing was written.\n");
        return Ok(ExitCode::FAILURE);
    }
    output::print(&report(&name, &specification))?;
    Ok(ExitCode::SUCCESS)
}

/// What stands in the way of serving the folder.
fn errors(folder: &Path) -> Vec<Diagnostic> {
    let mut findings = check(folder, &Settings::read(None, folder));
    findings.retain(|finding| finding.severity == Severity::Error);
    findings
}

fn is_same(one: &Diagnostic, other: &Diagnostic) -> bool {
    let what = |finding: &Diagnostic| (finding.code, finding.source.name().to_owned(), finding.headline.clone());
    what(one) == what(other)
}

fn name(arguments: &Arguments, specification: &Specification) -> anyhow::Result<String> {
    if let Some(name) = &arguments.api {
        let is_name = !name.is_empty()
            && !name.starts_with('.')
            && !name.contains(['/', '\\', '*', '#', '&', '+', ':', '<', '>', '?']);
        if !is_name || name.chars().any(char::is_control) {
            bail!("`{name}` is no name of an API");
        }
        return Ok(name.clone());
    }
    let stem = arguments.file.file_stem().and_then(|stem| stem.to_str());
    let candidates = [specification.title.as_deref(), stem];
    let name = candidates.into_iter().flatten().map(normalised).find(|name| !name.is_empty());
    name.context("give the API a name with --api")
}

fn write(
    arguments: &Arguments,
    name: &str,
    specification: &Specification,
    text: &str,
    is_json: bool,
) -> anyhow::Result<()> {
    if !arguments.into.is_dir() {
        bail!("there is no folder `{}`", arguments.into.display());
    }
    let folder = arguments.into.join("apis").join(name);
    if folder.exists() {
        bail!("`{}` is there already: nothing was written", folder.display());
    }
    let backend = arguments.backend.as_ref().or(specification.server.as_ref());
    let mut properties = json!({
        "displayName": specification.title.as_deref().unwrap_or(name),
        "path": arguments.path.as_deref().unwrap_or(name).trim_matches('/'),
        "protocols": ["https"],
        "subscriptionRequired": true,
        "apiRevision": "1",
    });
    if let (Some(backend), Some(properties)) = (backend, properties.as_object_mut()) {
        properties.insert("serviceUrl".to_owned(), json!(backend));
    }
    let information = format!("{:#}\n", json!({ "properties": properties }));
    let specification = if is_json { "specification.json" } else { "specification.yaml" };
    std::fs::create_dir_all(&folder).with_context(|| format!("`{}`", folder.display()))?;
    put(&folder, "apiInformation.json", &information)?;
    put(&folder, specification, text)
}

fn put(folder: &Path, name: &str, text: &str) -> anyhow::Result<()> {
    let file = folder.join(name);
    std::fs::write(&file, text).with_context(|| format!("`{}`", file.display()))
}

fn report(name: &str, specification: &Specification) -> String {
    let count = specification.operations.len();
    let mut report = format!("apis/{name}: {count} operation{}\n", if count == 1 { "" } else { "s" });
    for operation in &specification.operations {
        // Writing to a string cannot fail.
        let _ = writeln!(report, "  {:<7} {}  ({})", operation.method, operation.url_template, operation.id);
    }
    report.push_str("Calls need the key of a subscription, as long as `subscriptionRequired` is true.\n");
    report
}
