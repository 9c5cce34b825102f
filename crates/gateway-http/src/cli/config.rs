//! `tollgate config`: the settings as they take effect, and where each comes from.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use policy_parser::diagnostic::render::text;
use serde_json::{Value, json};

use super::output::{self, Format};
use crate::Settings;
use crate::config::{Effective, effective};
use crate::lacking;

/// Prints every setting as it takes effect, with where it comes from. Secrets are not shown.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// A service folder, or a policy document.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Settings; `tollgate.toml` of the folder when absent.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Overrides to lay over the folder: `prod` for `configuration.prod.yaml`, instead of what the settings say.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// An address to listen on, as for `serve`.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// Prints what the settings lack instead: secrets, keys and certificates that an export left out, as TOML.
    #[arg(long)]
    missing: bool,
    /// How settings are written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

const HELP: &str = "\
docs/tollgate-toml.md explains every key. Behind each setting stands the line it comes from, `default`, or the option of \
the command line that takes its place, as it does for `serve`.

Exit status: 0 the settings are in order, 1 they have mistakes, which are told on standard error, 2 there is nothing at \
the path.";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if arguments.config.is_none() && !arguments.path.exists() {
        return Ok(output::unusable(format_args!("there is nothing at `{}`", arguments.path.display())));
    }
    let mut settings = Settings::read(arguments.config.as_deref(), &arguments.path);
    let mut given = Vec::new();
    if let Some(environment) = &arguments.environment {
        settings = settings.environment(environment);
        given.push(("service.", "--environment"));
    }
    if let Some(address) = arguments.listen {
        settings = settings.listen(address);
        given.push(("listener[", "--listen"));
    }
    if arguments.missing {
        output::print(&lacking(&arguments.path, &settings))?;
        return Ok(ExitCode::SUCCESS);
    }
    let all = effective(&settings.config, &given);
    output::print(&match arguments.format {
        Format::Text => lines(&all),
        Format::Json => format!("{:#}\n", Value::Array(all.iter().map(object).collect())),
    })?;
    if settings.mistakes().is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    output::tell(&text(settings.mistakes(), output::colours(&std::io::stderr())));
    Ok(ExitCode::FAILURE)
}

fn lines(all: &[Effective]) -> String {
    let shown: Vec<String> = all
        .iter()
        .map(|setting| match &setting.value {
            Value::Null => format!("{} is not set", setting.key),
            value => format!("{} = {value}", setting.key),
        })
        .collect();
    let width = shown.iter().map(|line| line.chars().count()).max().unwrap_or(0).min(WIDTH);
    let mut out = String::new();
    for (line, setting) in shown.iter().zip(all) {
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{line:width$}  # {}", setting.origin.as_deref().unwrap_or("default"));
    }
    out
}

/// Longer lines push their comment to the right.
const WIDTH: usize = 60;

fn object(setting: &Effective) -> Value {
    json!({ "key": setting.key, "value": setting.value, "origin": setting.origin.as_deref().unwrap_or("default") })
}
