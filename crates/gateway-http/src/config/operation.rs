//! Settings for whoever runs the gateway: the admin listener, and when a changed service folder is taken over.

use std::net::SocketAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;
use super::secret::Secret;

/// The admin listener.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Admin {
    /// Where it listens; there is none without it. Beyond the machine itself it needs a token.
    pub(crate) address: Option<SocketAddr>,
    /// What callers show as `Authorization: Bearer`.
    pub(crate) token: Option<Secret>,
    /// Further names it may be called by; its own address and `localhost` are good anyway.
    pub(crate) hosts: Vec<String>,
}

/// When a changed service is taken over.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Reload {
    /// How often the files are looked at; `0s` for never. SIGHUP and the admin listener work always.
    #[serde(with = "duration")]
    pub(crate) watch: Duration,
}

impl Default for Reload {
    fn default() -> Self {
        Self { watch: Duration::from_secs(1) }
    }
}
