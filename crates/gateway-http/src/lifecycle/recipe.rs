//! What the gateway serves and where it came from, so that it can be read again.

use std::path::{Path, PathBuf};

use policy_vm::Limits;
use policy_vm::exchange::Url;

use crate::GeneratedKey;
use crate::gateway::Settings;
use crate::lifecycle::files::{Files, outputs};
use crate::service::{Problems, Service, beside, load_folder, load_policy};

/// See the module.
#[derive(Debug)]
pub(crate) struct Recipe {
    path: PathBuf,
    backend: Option<Url>,
    settings: Settings,
}

impl Recipe {
    pub(crate) fn new(path: &Path, backend: Option<Url>, settings: &Settings) -> Self {
        Self { path: path.to_owned(), backend, settings: settings.clone() }
    }

    /// What a run may use, by these settings.
    pub(crate) fn limits(settings: &Settings) -> Limits {
        let limits = &settings.config.limits;
        Limits {
            buffered_body: limits.buffered_body,
            instructions: limits.instructions,
            memory: limits.expression_memory,
            steps: limits.policies,
            run_micros: u64::try_from(limits.own_time.as_micros()).unwrap_or(u64::MAX),
            ..Limits::default()
        }
    }

    /// The settings as they are now.
    pub(crate) fn settings(&self) -> Settings {
        self.settings.again()
    }

    /// Makes up the keys that the settings ask for. They are told without what they are: this is no place to show them.
    pub(crate) fn generate_keys(&self, settings: &mut Settings) -> Result<Vec<String>, String> {
        let file = settings.config.subscriptions_file.clone().unwrap_or_default();
        let keys = settings.generate_keys(&self.path);
        let keys =
            keys.map_err(|error| format!("generated keys cannot be written into `subscriptions_file`: {error}"))?;
        let told = |key: &GeneratedKey| {
            format!("subscription `{}` has a new key, which is in `{}`", key.subscription, file.display())
        };
        Ok(keys.iter().map(told).collect())
    }

    /// The service as it is now; none where something stands in the way, be it in the settings.
    pub(crate) fn load(&self, settings: &Settings) -> (Option<Service>, Problems) {
        let engine = settings.config.engine().with_limits(Self::limits(settings));
        let (service, mut problems) = if self.path.is_dir() {
            load_folder(&self.path, &engine, &settings.config)
        } else {
            load_policy(&self.path, self.backend.clone(), &engine, &settings.config)
        };
        problems.found.extend_from_slice(&settings.mistakes);
        (service.filter(|_| problems.is_fine()), problems)
    }

    /// The files it is made of.
    pub(crate) fn files(&self, settings: &Settings) -> Files {
        let config = &settings.config;
        let mut others: Vec<PathBuf> = settings.file().map(Path::to_owned).into_iter().collect();
        others.extend(config.named_files());
        others.extend(beside(&self.path, config));
        others.extend(config.secrets.folder.as_ref().map(|secrets| settings.folder.join(secrets)));
        let except = config.access_log.file.iter().map(|file| settings.folder.join(file)).collect();
        Files { root: self.path.clone(), others, except, outputs: outputs() }
    }
}
