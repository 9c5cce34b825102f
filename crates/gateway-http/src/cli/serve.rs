//! `tollgate serve`: the gateway in the foreground.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

use policy_parser::diagnostic::render::{Colours, text};

use super::output;
use crate::messages::Messages;
use crate::{Gateway, Settings, StartError, shutdown};

/// Serves a service folder, or one policy document in front of a backend.
#[derive(Debug, clap::Args)]
#[command(after_help = HELP)]
pub(super) struct Arguments {
    /// A service folder, or a policy document.
    path: PathBuf,
    /// The backend of a policy document.
    #[arg(long, value_name = "URL")]
    backend: Option<String>,
    /// Settings; `tollgate.toml` beside the policies when absent.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Overrides to lay over the folder: `prod` for `configuration.prod.yaml`, instead of what the settings say.
    #[arg(long, value_name = "NAME")]
    environment: Option<String>,
    /// An address to listen on, instead of those of the settings.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
}

const HELP: &str = "\
Without listeners in the settings it is on 127.0.0.1:8080. Calls are logged on standard output, all else on standard error.

SIGHUP reads everything again, SIGTERM and SIGINT end it when the calls in progress have ended; a second one ends it at once.

Exit status: 0 it was asked to stop, 1 what it should serve has errors, 2 it could not begin.

Examples:
  tollgate serve examples/hub
  tollgate serve policy.xml --backend https://api.example --listen 127.0.0.1:9000";

pub(super) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    if !arguments.path.exists() {
        return Ok(output::unusable(format_args!("there is nothing at `{}`", arguments.path.display())));
    }
    let messages = log_to_stderr()?;
    let code = serve(arguments);
    messages.finish();
    code
}

fn serve(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let mut settings = Settings::read(arguments.config.as_deref(), &arguments.path);
    if let Some(environment) = &arguments.environment {
        settings = settings.environment(environment);
    }
    if let Some(address) = arguments.listen {
        settings = settings.listen(address);
    }
    if arguments.backend.is_some() && arguments.path.is_dir() {
        // Before keys are made up for a gateway that does not start.
        return Err(StartError::BackendOfFolder.into());
    }
    let file = || anyhow::anyhow!("generated keys cannot be written into `subscriptions_file`");
    for key in settings.generate_keys(&arguments.path).map_err(|error| file().context(error))? {
        // Not through the log, which may go on to somebody else.
        output::tell(&format!("subscription `{}` has a new key: {}\n", key.subscription, key.primary_key));
    }
    let defaults = settings.defaults_in_use();
    if !defaults.is_empty() {
        tracing::warn!("public defaults stand in for environment variables: {}", defaults.join(", "));
    }
    // Before what may take long: deployments send it as soon as there is a process.
    let hangups = shutdown::hangups()?;
    let gateway = match Gateway::start(&arguments.path, arguments.backend.as_deref(), settings) {
        Ok(gateway) => gateway,
        Err(StartError::Problems(problems)) => {
            show(&problems);
            output::tell("\n");
            if arguments.path.is_dir() {
                output::tell(&output::way_on(&problems, &arguments.path));
            }
            // Behind many warnings the one error is hard to see.
            output::tell(&format!("{}: nothing is served\n", output::counted(&problems)));
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(error.into()),
    };
    show(gateway.warnings());
    let signals = hangups.and_ends()?;
    for address in gateway.addresses() {
        tracing::info!("serving on {address}");
    }
    if let Some(address) = gateway.admin_address() {
        tracing::info!("admin on http://{address}");
    }
    signals.wait(|| gateway.order_reload("SIGHUP"))?;
    gateway.stop();
    Ok(ExitCode::SUCCESS)
}

fn show(findings: &[policy_parser::Diagnostic]) {
    output::tell(&text(findings, output::colours(&std::io::stderr())));
}

fn log_to_stderr() -> std::io::Result<Messages> {
    let messages = Messages::to(std::io::stderr())?;
    let filter = tracing_subscriber::EnvFilter::try_from_env("TOLLGATE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(output::colours(&std::io::stderr()) == Colours::Always)
        .with_writer(messages.clone())
        .try_init();
    Ok(messages)
}
