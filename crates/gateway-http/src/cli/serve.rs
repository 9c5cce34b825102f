//! `tollgate serve`: the gateway in the foreground.

use std::io::{IsTerminal, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use policy_parser::diagnostic::render::{Colours, text};
use policy_vm::{Engine, Limits};

use super::settings;
use crate::backend::target::parse_url;
use crate::config::Listener;
use crate::server::Server;
use crate::service::{load_folder, load_policy};
use crate::shutdown;

/// Serves a service folder, or one policy document in front of a backend.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// A service folder, or a policy document.
    path: PathBuf,
    /// The backend of a policy document.
    #[arg(long, value_name = "URL")]
    backend: Option<String>,
    /// Settings; `tollgate.toml` beside the policies when absent.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// An address to listen on, instead of those of the settings.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    log_to_stderr();
    let settings = match settings(arguments.config.as_deref(), &arguments.path) {
        Ok(settings) => settings,
        Err(mistake) => {
            show(&[*mistake])?;
            return Ok(ExitCode::FAILURE);
        }
    };
    let mut config = settings.config;
    if let Some(address) = arguments.listen {
        config.listeners = vec![Listener { address, tls: None }];
    }
    let defaults = config.defaults_in_use();
    if !defaults.is_empty() {
        tracing::warn!("public defaults stand in for environment variables: {}", defaults.join(", "));
    }
    let limits = Limits { buffered_body: config.limits.buffered_body, ..Limits::default() };
    let engine = Engine::new().with_limits(limits.clone());
    let backend = match &arguments.backend {
        Some(url) => Some(parse_url(url).with_context(|| format!("`{url}` is no URL of a backend"))?),
        None => None,
    };
    if arguments.path.is_dir() && backend.is_some() {
        bail!("--backend goes with a policy document; a folder's APIs name their own");
    }
    let (service, problems) = if arguments.path.is_dir() {
        load_folder(&arguments.path, &engine, &config)
    } else {
        load_policy(&arguments.path, backend, &engine, &config)
    };
    show(&problems.found)?;
    let Some(service) = service else { return Ok(ExitCode::FAILURE) };
    let server = Server::start(service, config, limits, &settings.folder)?;
    for address in &server.addresses {
        tracing::info!("serving on {address}");
    }
    shutdown::wait()?;
    server.stop();
    Ok(ExitCode::SUCCESS)
}

fn show(findings: &[policy_parser::Diagnostic]) -> std::io::Result<()> {
    let mut out = std::io::stderr().lock();
    let colours = if out.is_terminal() { Colours::Always } else { Colours::Never };
    out.write_all(text(findings, colours).as_bytes())
}

fn log_to_stderr() {
    let filter = tracing_subscriber::EnvFilter::try_from_env("TOLLGATE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
