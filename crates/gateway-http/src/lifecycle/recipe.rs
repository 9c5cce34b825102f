//! What the gateway serves and where it came from, so that it can be read again.

use std::path::{Path, PathBuf};

use policy_vm::exchange::Url;
use policy_vm::{Engine, Limits};

use crate::gateway::Settings;
use crate::lifecycle::files::Files;
use crate::service::{Problems, Service, load_folder, load_policy};

/// See the module.
#[derive(Debug)]
pub(crate) struct Recipe {
    path: PathBuf,
    backend: Option<Url>,
    settings: Settings,
    engine: Engine,
    pub(crate) limits: Limits,
}

impl Recipe {
    pub(crate) fn new(path: &Path, backend: Option<Url>, settings: &Settings) -> Self {
        let limits = Limits { buffered_body: settings.config.limits.buffered_body, ..Limits::default() };
        let engine = settings.config.engine().with_limits(limits.clone());
        Self { path: path.to_owned(), backend, settings: settings.clone(), engine, limits }
    }

    /// The settings as they are now.
    pub(crate) fn settings(&self) -> Settings {
        self.settings.again()
    }

    /// The service as it is now; none where something stands in the way, be it in the settings.
    pub(crate) fn load(&self, settings: &Settings) -> (Option<Service>, Problems) {
        let (service, mut problems) = if self.path.is_dir() {
            load_folder(&self.path, &self.engine, &settings.config)
        } else {
            load_policy(&self.path, self.backend.clone(), &self.engine, &settings.config)
        };
        problems.found.extend_from_slice(&settings.mistakes);
        (service.filter(|_| problems.is_fine()), problems)
    }

    /// The files it is made of.
    pub(crate) fn files(&self, settings: &Settings) -> Files {
        let config = &settings.config;
        let mut others: Vec<PathBuf> = settings.file().map(Path::to_owned).into_iter().collect();
        others.extend(config.named_files());
        others.extend(config.secrets.folder.as_ref().map(|secrets| settings.folder.join(secrets)));
        let except = config.access_log.file.iter().map(|file| settings.folder.join(file)).collect();
        Files { root: self.path.clone(), others, except }
    }
}
