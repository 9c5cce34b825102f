//! How the gateway stands: which version serves, and how the last attempt to take over another one ended.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::Serialize;

/// What serves.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Version {
    /// Counts from 1 with every version taken over.
    pub(crate) number: u64,
    /// Of all files: gateways with the same one serve the same.
    pub(crate) digest: String,
    /// Since when, as RFC 3339.
    pub(crate) since: String,
}

/// An attempt to take over another version.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Attempt {
    pub(crate) at: String,
    /// What it was made for: `files`, `SIGHUP`, `admin`.
    pub(crate) cause: &'static str,
    pub(crate) succeeded: bool,
    /// What was found, errors and warnings.
    pub(crate) findings: Vec<String>,
}

/// What changes.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct State {
    pub(crate) version: Version,
    pub(crate) reloads: u64,
    pub(crate) failed_reloads: u64,
    pub(crate) last_attempt: Option<Attempt>,
}

/// How it stands. No call looks at it.
#[derive(Debug)]
pub(crate) struct Status {
    state: Mutex<State>,
    leaving: AtomicBool,
}

impl Status {
    /// The first version serves.
    pub(crate) fn new(digest: String) -> Self {
        let version = Version { number: 1, digest, since: now() };
        let state = State { version, reloads: 0, failed_reloads: 0, last_attempt: None };
        Self { state: Mutex::new(state), leaving: AtomicBool::new(false) }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn get(&self) -> State {
        self.lock().clone()
    }

    /// Another version serves from now on; gives its number.
    pub(crate) fn taken_over(&self, cause: &'static str, digest: String, findings: Vec<String>) -> u64 {
        let mut state = self.lock();
        state.version = Version { number: state.version.number + 1, digest, since: now() };
        state.reloads += 1;
        state.last_attempt = Some(Attempt { at: now(), cause, succeeded: true, findings });
        state.version.number
    }

    /// The old one goes on serving.
    pub(crate) fn kept(&self, cause: &'static str, findings: Vec<String>) {
        let mut state = self.lock();
        state.failed_reloads += 1;
        state.last_attempt = Some(Attempt { at: now(), cause, succeeded: false, findings });
    }

    /// The gateway is about to stop: it is no longer ready.
    pub(crate) fn leave(&self) {
        self.leaving.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_leaving(&self) -> bool {
        self.leaving.load(Ordering::Relaxed)
    }
}

fn now() -> String {
    crate::access_log::record::Utc(crate::ambient::unix_micros()).to_string()
}
