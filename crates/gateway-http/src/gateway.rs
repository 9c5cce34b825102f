//! A gateway to be started from another program: the command line does it, and so do tests over real sockets.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use policy_parser::{Diagnostic, Source, Span};
use policy_vm::exchange::{InvalidUrl, Url};
use policy_vm::{Engine, Limits};

use crate::config::{Config, Listener};
use crate::server::{Server, ServerError};
use crate::service::{load_folder, load_policy};

/// Settings read from a `tollgate.toml`, or the defaults.
#[derive(Debug, Default)]
pub struct Settings {
    pub(crate) config: Config,
    /// Files that the settings name are relative to it.
    pub(crate) folder: PathBuf,
}

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The policies or resources have errors.
    #[error("the configuration has errors")]
    Problems(Vec<Diagnostic>),
    /// The backend given is no URL.
    #[error("backend: {0}")]
    Backend(#[from] InvalidUrl),
    /// A backend was given for a folder, whose APIs name their own.
    #[error("a backend goes with a policy document; a folder's APIs name their own")]
    BackendOfFolder,
    /// The machine said no.
    #[error("{0}")]
    Machine(String),
}

impl From<ServerError> for StartError {
    fn from(error: ServerError) -> Self {
        Self::Machine(error.to_string())
    }
}

impl Settings {
    /// Reads `file`; without one, `tollgate.toml` beside what is at `path`, if it is there.
    ///
    /// # Errors
    /// What is wrong with the file, and where.
    pub fn read(file: Option<&Path>, path: &Path) -> Result<Self, Box<Diagnostic>> {
        let beside = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new("")) };
        let (file, is_asked_for) = match file {
            Some(file) => (file.to_owned(), true),
            None => (beside.join("tollgate.toml"), false),
        };
        let folder = file.parent().unwrap_or(Path::new("")).to_owned();
        let text = match std::fs::read_to_string(&file) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !is_asked_for => {
                return Ok(Self { config: Config::default(), folder });
            }
            Err(error) => {
                let source = Source::new(file.display().to_string(), "");
                return Err(Box::new(Diagnostic::error("TG8001", &source, Span::default(), error.to_string())));
            }
        };
        let mut config = Config::parse(&Source::new(file.display().to_string(), text))?;
        config.read_subscriptions(&folder)?;
        Ok(Self { config, folder })
    }

    /// Environment variables that are not set and whose place a default takes, one that everybody can read.
    #[must_use]
    pub fn defaults_in_use(&self) -> Vec<&str> {
        self.config.defaults_in_use()
    }

    /// Listens on one address, without TLS, instead of what the file says.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.config.listeners = vec![Listener { address, tls: None }];
        self
    }
}

/// Everything that is wrong with what is at `path`: a service folder, or a policy document.
#[must_use]
pub fn check(path: &Path, settings: &Settings) -> Vec<Diagnostic> {
    let engine = Engine::new();
    let (_, problems) = if path.is_dir() {
        load_folder(path, &engine, &settings.config)
    } else {
        load_policy(path, None, &engine, &settings.config)
    };
    problems.into_findings()
}

/// A gateway that serves.
#[derive(Debug)]
pub struct Gateway {
    server: Server,
    warnings: Vec<Diagnostic>,
}

impl Gateway {
    /// Serves a service folder, or a policy document in front of a backend.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn start(path: &Path, backend: Option<&str>, settings: Settings) -> Result<Self, StartError> {
        let Settings { config, folder } = settings;
        let limits = Limits { buffered_body: config.limits.buffered_body, ..Limits::default() };
        let engine = Engine::new().with_limits(limits.clone());
        let (service, problems) = match (path.is_dir(), backend) {
            (true, Some(_)) => return Err(StartError::BackendOfFolder),
            (true, None) => load_folder(path, &engine, &config),
            (false, backend) => load_policy(path, backend.map(Url::parse).transpose()?, &engine, &config),
        };
        let Some(service) = service else { return Err(StartError::Problems(problems.into_findings())) };
        let server = Server::start(service, config, limits, &folder)?;
        Ok(Self { server, warnings: problems.into_findings() })
    }

    /// Where it listens.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.server.addresses
    }

    /// What was found while loading and does not stand in the way.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// Takes no more connections, and returns when the calls in progress have ended.
    pub fn stop(self) {
        self.server.stop();
    }
}
