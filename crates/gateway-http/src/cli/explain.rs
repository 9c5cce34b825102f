//! `tollgate explain`: why a request gets what it gets.

mod text;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Context as _;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use policy_parser::Severity;
use policy_parser::diagnostic::render;
use policy_vm::exchange::Url;

use super::output::{self, Format};
use crate::Settings;
use crate::explain::{Outcome, Question, explain};
use crate::service::{load_folder, load_policy};
use crate::site::Site;

/// Explains what becomes of a request: which operation it means and which were near, which subscription it belongs to, and
/// the effective policy with every document in the place of its <base/>. No request is sent.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// A service folder, or a policy document.
    path: PathBuf,
    /// The request's method.
    method: String,
    /// The request's URL, or its path and query.
    url: String,
    /// A header of the request. May be repeated.
    #[arg(short = 'H', long = "header", value_name = "NAME: VALUE")]
    headers: Vec<String>,
    /// Settings; `tollgate.toml` beside the policies when absent.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Overrides to lay over the folder, as for `serve`.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// How the explanation is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const HELP: &str = "\
Exit status: 0 policies run for the request, 1 it is refused before, or the folder has errors, 2 the arguments make no \
request.

Examples:
  tollgate explain examples/hub GET /bc/orders
  tollgate explain examples/hub GET /bc/orders -H 'X-Api-Key: mes-demo-key'
  tollgate explain examples/hub GET /bc/orders --format json";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let question = question(arguments)?;
    if !arguments.path.exists() {
        return Ok(output::unusable(format_args!("there is nothing at `{}`", arguments.path.display())));
    }
    let mut settings = Settings::read(arguments.config.as_deref(), &arguments.path);
    if let Some(environment) = &arguments.environment {
        settings = settings.environment(environment);
    }
    let engine = settings.config.engine();
    let (service, mut problems) = if arguments.path.is_dir() {
        load_folder(&arguments.path, &engine, &settings.config)
    } else {
        load_policy(&arguments.path, None, &engine, &settings.config)
    };
    problems.found.extend_from_slice(settings.mistakes());
    let Some(service) = service.filter(|_| problems.is_fine()) else {
        let mut findings = problems.into_findings();
        findings.retain(|finding| finding.severity == Severity::Error);
        output::tell(&render::text(&findings, output::colours(&std::io::stderr())));
        return Ok(ExitCode::FAILURE);
    };
    let site = Site::new(&Arc::new(service), &settings.config.gateway);
    let explanation = explain(&site, &settings.config, &question);
    output::print(&match arguments.format {
        Format::Json => serde_json::to_string_pretty(&explanation)? + "\n",
        Format::Text => text::text(&explanation, output::colours(&std::io::stdout())),
    })?;
    let runs = matches!(explanation.outcome, Outcome::Runs | Outcome::Preflight);
    Ok(if runs { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn question(arguments: &Arguments) -> anyhow::Result<Question> {
    let method = Method::from_bytes(arguments.method.as_bytes());
    let method = method.with_context(|| format!("`{}` is no method", arguments.method))?;
    let is_path = arguments.url.starts_with('/');
    let text = if is_path { format!("http://localhost{}", arguments.url) } else { arguments.url.clone() };
    let url = Url::parse(&text).with_context(|| format!("`{}` is no URL", arguments.url))?;
    let mut headers = HeaderMap::new();
    for header in &arguments.headers {
        let (name, value) =
            header.split_once(':').with_context(|| format!("`{header}` is no header: `Name: value`"))?;
        let name = HeaderName::try_from(name.trim()).with_context(|| format!("`{name}` is no header's name"))?;
        let value = HeaderValue::try_from(value.trim()).with_context(|| format!("a value of `{name}` is none"))?;
        headers.append(name, value);
    }
    Ok(Question { method, url, headers })
}
