//! A gateway to be started from another program: the command line does it, and so do tests over real sockets.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use policy_parser::{Diagnostic, Source};
use policy_vm::exchange::{InvalidUrl, Url};

use crate::admin::Admin;
use crate::config::edge::Listener;
use crate::config::{Config, Mistakes};
use crate::data::{FileError, Place, read_text};
use crate::lifecycle::pressure::Watch;
use crate::lifecycle::recipe::Recipe;
use crate::lifecycle::reload::{Keeper, Reloader};
use crate::rules::Rules;
use crate::server::{Server, ServerError};
use crate::service::{self, load_folder};
use crate::unservable::unservable;

/// Settings read from a `tollgate.toml`, or the defaults.
#[derive(Debug, Default, Clone)]
pub struct Settings {
    pub(crate) config: Config,
    /// Files that the settings name are relative to it.
    pub(crate) folder: PathBuf,
    /// What is wrong with them.
    pub(crate) mistakes: Mistakes,
    /// How they can be read again.
    origin: Option<Origin>,
}

/// Where settings come from.
#[derive(Debug, Clone)]
struct Origin {
    /// The file asked for.
    asked: Option<PathBuf>,
    /// What is served.
    path: PathBuf,
    /// The file they are in, which may not be there.
    file: PathBuf,
    /// What takes the place of what the file says.
    environment: Option<String>,
    listen: Option<SocketAddr>,
}

/// Why a gateway did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The policies or resources have errors.
    #[error("the configuration has errors")]
    Problems(Vec<Diagnostic>),
    /// The backend given is no URL.
    #[error("the backend is no URL")]
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
    /// Reads `file`; without one, `tollgate.toml` beside what is at `path` or in the service folder around it, if it is
    /// there. What is wrong with it is told by [`check`], and does not let a [`Gateway`] start.
    #[must_use]
    pub fn read(file: Option<&Path>, path: &Path) -> Self {
        let asked = file.map(Path::to_owned);
        let (file, is_asked_for) = match file {
            Some(file) => (file.to_owned(), true),
            None => (beside(path).join("tollgate.toml"), false),
        };
        let mut settings = Self { folder: parent(&file).to_owned(), ..Self::default() };
        let name = file.display().to_string();
        match read_text(&file) {
            Ok(text) => {
                settings.config = Config::parse(&Source::hidden(name, text), &mut settings.mistakes);
                settings.config.folder.clone_from(&settings.folder);
                settings.config.read_subscriptions(&mut settings.mistakes);
            }
            Err(FileError::Missing) if !is_asked_for => {}
            Err(error) => {
                let place = Place::start_of(&Source::new(name, ""));
                settings.mistakes.push(place.error("TG8001", error.to_string()));
            }
        }
        // Also without a file: what is given on the command line is relative to where it would be.
        settings.config.folder.clone_from(&settings.folder);
        settings.origin = Some(Origin { asked, path: path.to_owned(), file, environment: None, listen: None });
        settings
    }

    /// The same settings, read once more.
    pub(crate) fn again(&self) -> Self {
        let Some(origin) = &self.origin else { return self.clone() };
        let mut settings = Self::read(origin.asked.as_deref(), &origin.path);
        if let Some(environment) = &origin.environment {
            settings = settings.environment(environment);
        }
        match origin.listen {
            Some(address) => settings.listen(address),
            None => settings,
        }
    }

    /// The file they are in, which may not be there.
    pub(crate) fn file(&self) -> Option<&Path> {
        self.origin.as_ref().map(|origin| origin.file.as_path())
    }

    /// What is wrong with the file.
    #[must_use]
    pub fn mistakes(&self) -> &[Diagnostic] {
        &self.mistakes
    }

    /// The same, and what no gateway can begin with.
    fn wrong(&self) -> Mistakes {
        let mut wrong = self.mistakes.clone();
        wrong.extend(unservable(&self.config, &self.folder));
        wrong
    }

    /// The overrides of this environment, instead of those that the file names.
    #[must_use]
    pub fn environment(mut self, name: impl Into<String>) -> Self {
        let name = name.into();
        if let Some(origin) = &mut self.origin {
            origin.environment = Some(name.clone());
        }
        self.config.ask_for_environment(name);
        self
    }

    /// Environment variables that are not set and whose place a default takes, one that everybody can read.
    #[must_use]
    pub fn defaults_in_use(&self) -> Vec<&str> {
        self.config.defaults_in_use()
    }

    /// Listens on one address, without TLS, instead of what the file says.
    #[must_use]
    pub fn listen(mut self, address: SocketAddr) -> Self {
        self.config.listeners = vec![Listener::plain(address)];
        if let Some(origin) = &mut self.origin {
            origin.listen = Some(address);
        }
        self
    }
}

/// Where the settings of what is at `path` are: the folder, the service folder that a file is in, or the file's own.
fn beside(path: &Path) -> PathBuf {
    if path.is_dir() {
        return path.to_owned();
    }
    service::folder_around(path).unwrap_or_else(|| parent(path).to_owned())
}

fn parent(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new(""))
}

/// Everything that is wrong with what is at `path` and with its settings: a service folder, a file of one, or a policy
/// document on its own.
#[must_use]
pub fn check(path: &Path, settings: &Settings) -> Vec<Diagnostic> {
    let config = &settings.config;
    if path.extension().is_some_and(|ending| ending == "toml") && service::folder_around(path).is_none() {
        // Settings on their own: nothing is there that they could be for.
        return Settings::read(Some(path), path).wrong();
    }
    let engine = config.engine();
    let around = if path.is_dir() { None } else { service::folder_around(path) };
    let mut problems = match &around {
        _ if path.is_dir() => load_folder(path, &engine, config).1,
        Some(folder) => service::load_file(path, folder, &engine, config),
        None => service::check_policy(path, &engine, config),
    };
    problems.found.extend(settings.wrong());
    problems.into_findings()
}

/// What the settings of a service folder lack to serve it and to call it, as TOML: secrets, keys, certificates.
pub(crate) fn lacking(path: &Path, settings: &Settings) -> String {
    load_folder(path, &settings.config.engine(), &settings.config).1.into_lines()
}

/// A gateway that serves.
#[derive(Debug)]
pub struct Gateway {
    server: Server,
    reloader: Reloader,
    admin: Option<Admin>,
    _memory: Watch,
    warnings: Vec<Diagnostic>,
}

impl Gateway {
    /// Serves a service folder, or a policy document in front of a backend.
    ///
    /// # Errors
    /// What stands in the way.
    pub fn start(path: &Path, backend: Option<&str>, settings: Settings) -> Result<Self, StartError> {
        if path.is_dir() && backend.is_some() {
            return Err(StartError::BackendOfFolder);
        }
        let recipe = Recipe::new(path, backend.map(Url::parse).transpose()?, &settings);
        let files = recipe.files(&settings);
        let (seen, digest) = (files.fingerprint(), files.digest());
        let (service, problems) = recipe.load(&settings);
        let Some(mut service) = service else { return Err(StartError::Problems(problems.into_findings())) };
        service.version.clone_from(&digest);
        service.backends.tell_unchecked();
        let bound = Admin::bind(&settings.config.admin, &settings.folder)?;
        let limits = Recipe::limits(&settings);
        let Settings { config, folder, .. } = settings;
        let in_force = config.clone();
        let rules = Rules::read(&config, &folder, None).map_err(ServerError::from)?;
        let service = Arc::new(service);
        let server = Server::start(&service, &rules, config, limits, &folder, digest)?;
        let memory = Watch::start(Arc::clone(&server.shared)).map_err(ServerError::from)?;
        let (shared, crew) = (Arc::clone(&server.shared), server.crew.clone());
        let guard = bound.as_ref().map(|bound| Arc::clone(&bound.guard));
        let keeper = Keeper { recipe, shared, crew, guard, files, seen, service, rules, config: in_force, folder };
        let reloader = Reloader::start(keeper);
        let reloader = reloader.map_err(|error| StartError::Machine(error.to_string()))?;
        let admin = bound.map(|bound| bound.start(&server, reloader.handle())).transpose()?;
        Ok(Self { server, reloader, admin, _memory: memory, warnings: problems.into_findings() })
    }

    /// Where it listens.
    #[must_use]
    pub fn addresses(&self) -> &[SocketAddr] {
        &self.server.addresses
    }

    /// Where the admin listener is, if there is one.
    #[must_use]
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(|admin| admin.address)
    }

    /// Reads everything again and goes on with it; waits until that is done.
    ///
    /// # Errors
    /// What was found; then everything goes on as before.
    pub fn reload(&self, cause: &'static str) -> Result<u64, Vec<String>> {
        let stopped = || vec!["the gateway stops".to_owned()];
        self.reloader.handle().order(cause).blocking_recv().unwrap_or_else(|_| Err(stopped()))
    }

    /// The same, without waiting: whoever listens to signals must not miss the next one.
    pub(crate) fn order_reload(&self, cause: &'static str) {
        drop(self.reloader.handle().order(cause));
    }

    /// What was found while loading and does not stand in the way.
    #[must_use]
    pub fn warnings(&self) -> &[Diagnostic] {
        &self.warnings
    }

    /// Takes no more connections, and returns when the calls in progress have ended.
    pub fn stop(self) {
        // It may be reading just now: that holds up nothing.
        self.reloader.stop();
        self.server.stop();
        if let Some(admin) = self.admin {
            admin.stop();
        }
    }
}
