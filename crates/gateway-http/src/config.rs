//! `tollgate.toml`: what a service folder has no place for. Unknown keys are errors, with line and column.

mod duration;
pub(crate) mod secret;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use policy_parser::{Diagnostic, Source, Span};
use serde::Deserialize;

use self::secret::Secret;

/// The whole file.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    #[serde(rename = "listener")]
    pub(crate) listeners: Vec<Listener>,
    pub(crate) gateway: Gateway,
    pub(crate) limits: Limits,
    pub(crate) timeouts: Timeouts,
    pub(crate) backend: Backend,
    pub(crate) cache: Cache,
    pub(crate) access_log: AccessLog,
    /// Keys of subscriptions, which no export contains, and subscriptions that exist only here.
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    /// A further file of the same form as `subscriptions`.
    pub(crate) subscriptions_file: Option<PathBuf>,
    /// Values of named values, by name or display name.
    pub(crate) named_values: BTreeMap<String, Secret>,
    /// The files it was read from.
    #[serde(skip)]
    sources: Vec<Arc<Source>>,
}

/// An address to listen on.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    #[serde(default)]
    pub(crate) tls: Option<Tls>,
}

/// Certificate chain and key as PEM files.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// Who this gateway is, and points of behaviour that can be chosen.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Gateway {
    pub(crate) id: String,
    pub(crate) region: String,
    pub(crate) service_name: String,
    /// Threads; 0 for one a core.
    pub(crate) workers: usize,
    /// A request's scheme must be among its API's `protocols`. Off, because TLS often ends in front of the gateway.
    pub(crate) match_protocols: bool,
    /// A key that is not valid for the API is refused even if an open product contains it.
    pub(crate) open_product_refuses_foreign_keys: bool,
}

impl Default for Gateway {
    fn default() -> Self {
        Self {
            id: "tollgate".to_owned(),
            region: "local".to_owned(),
            service_name: "tollgate".to_owned(),
            workers: 0,
            match_protocols: false,
            open_product_refuses_foreign_keys: false,
        }
    }
}

/// What a request may be.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    /// Bytes of a request target.
    pub(crate) request_target: usize,
    /// Bytes of a head.
    pub(crate) header_block: usize,
    pub(crate) headers: usize,
    /// Bytes of a body; absent for no limit.
    pub(crate) body: Option<u64>,
    /// Bytes of a body that a policy reads.
    pub(crate) buffered_body: usize,
    pub(crate) connections: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_target: 16 << 10,
            header_block: 64 << 10,
            headers: 100,
            body: Some(1 << 30),
            buffered_body: 2 << 20,
            connections: 10_000,
        }
    }
}

/// How long a client may take.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Timeouts {
    /// For a head, from its first byte.
    #[serde(with = "duration")]
    pub(crate) head: Duration,
    /// Between two pieces of a body, in either direction.
    #[serde(with = "duration")]
    pub(crate) progress: Duration,
    /// Between two requests.
    #[serde(with = "duration")]
    pub(crate) idle: Duration,
    /// For calls in progress when the gateway stops.
    #[serde(with = "duration")]
    pub(crate) drain: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: Duration::from_secs(10),
            progress: Duration::from_secs(30),
            idle: Duration::from_secs(240),
            drain: Duration::from_secs(30),
        }
    }
}

/// Connections to backends.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Backend {
    #[serde(with = "duration")]
    pub(crate) connect_timeout: Duration,
    /// Between two pieces of a response's body.
    #[serde(with = "duration")]
    pub(crate) body_timeout: Duration,
    /// Idle connections kept for each origin and thread.
    pub(crate) idle_connections: usize,
    #[serde(with = "duration")]
    pub(crate) idle_timeout: Duration,
    /// Further certificate authorities, as a PEM file.
    pub(crate) ca_file: Option<PathBuf>,
}

impl Default for Backend {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(240),
            idle_connections: 256,
            idle_timeout: Duration::from_secs(60),
            ca_file: None,
        }
    }
}

/// The cache in memory.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Cache {
    /// Bytes of all values and keys.
    pub(crate) size: u64,
    /// Bytes of one value with its key.
    pub(crate) item: usize,
    /// How long a call waits for another one that fetches the same response.
    #[serde(with = "duration")]
    pub(crate) wait: Duration,
}

impl Default for Cache {
    fn default() -> Self {
        Self { size: 64 << 20, item: 2 << 20, wait: Duration::from_secs(5) }
    }
}

/// Where a line for each call goes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AccessLog {
    pub(crate) to: LogTarget,
    /// The file, for `to = "file"`.
    pub(crate) file: Option<PathBuf>,
}

/// See [`AccessLog`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogTarget {
    #[default]
    Stdout,
    Stderr,
    File,
    Off,
}

/// A subscription, or the keys of one that the folder describes.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Subscription {
    pub(crate) primary_key: Option<Secret>,
    pub(crate) secondary_key: Option<Secret>,
    /// `/products/{id}`, `/apis/{id}`, `/apis`; only for one that the folder does not describe.
    pub(crate) scope: Option<String>,
    pub(crate) display_name: Option<String>,
}

impl Config {
    /// Reads a file.
    ///
    /// # Errors
    /// The file's mistake, with its place.
    pub(crate) fn parse(source: &Arc<Source>) -> Result<Self, Box<Diagnostic>> {
        let mut config: Self = toml::from_str(source.text()).map_err(|error| Box::new(mistake(source, &error)))?;
        config.sources.push(Arc::clone(source));
        Ok(config)
    }

    /// The file that says something under this name, or the first.
    pub(crate) fn source_of(&self, name: &str) -> Arc<Source> {
        let found = self.sources.iter().find(|source| source.text().contains(name)).or(self.sources.first());
        found.map_or_else(|| Source::new("tollgate.toml", ""), Arc::clone)
    }

    /// Environment variables that are not set and have a default, which is public: it stands in a file.
    pub(crate) fn defaults_in_use(&self) -> Vec<&str> {
        let keys = self.subscriptions.values();
        let keys = keys.flat_map(|subscription| [&subscription.primary_key, &subscription.secondary_key]);
        let secrets = self.named_values.values().chain(keys.flatten());
        secrets.filter_map(Secret::default_in_use).collect()
    }

    /// Reads the further file of subscriptions, if there is one; `folder` is where this file lies.
    pub(crate) fn read_subscriptions(&mut self, folder: &Path) -> Result<(), Box<Diagnostic>> {
        let Some(file) = &self.subscriptions_file else { return Ok(()) };
        let path = folder.join(file);
        let source = match std::fs::read_to_string(&path) {
            Ok(text) => Source::new(path.display().to_string(), text),
            Err(error) => {
                let source = Source::new(path.display().to_string(), "");
                return Err(Box::new(Diagnostic::error("TG8001", &source, Span::default(), error.to_string())));
            }
        };
        let more: BTreeMap<String, Subscription> =
            toml::from_str(source.text()).map_err(|error| Box::new(mistake(&source, &error)))?;
        self.subscriptions.extend(more);
        self.sources.push(source);
        Ok(())
    }
}

fn mistake(source: &Arc<Source>, error: &toml::de::Error) -> Diagnostic {
    let span = error.span().unwrap_or_default();
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Diagnostic::error("TG8002", source, Span::new(offset(span.start), offset(span.end)), error.message())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, line: u32, column: u32, contains: &str) {
        let source = Source::new("tollgate.toml", text);
        let mistake = Config::parse(&source).map(|_| ()).unwrap_err();
        let position = source.position(mistake.span.start);
        assert_eq!((position.line, position.column), (line, column), "{}", mistake.headline);
        assert!(mistake.headline.contains(contains), "{}", mistake.headline);
    }

    #[test]
    fn mistakes_have_their_place() {
        check("[limits]\nheaders = 5\nheeders = 5\n", 3, 1, "heeders");
        check("[timeouts]\nhead = \"10 bananas\"\n", 2, 8, "10 bananas");
        check("[[listener]]\naddress = 5\n", 2, 11, "");
        check("[gateway\n", 1, 9, "");
    }

    #[test]
    fn a_whole_file_is_read() {
        let source = Source::new(
            "tollgate.toml",
            "subscriptions_file = \"keys.toml\"\n[[listener]]\naddress = \"127.0.0.1:1\"\n[timeouts]\nhead = \"2s\"\nidle = \
             \"1m\"\n[subscriptions.mes]\nprimary_key = { env = \"MES_KEY\" }\n[named_values]\nx = \"plain\"\n",
        );
        let config = Config::parse(&source).unwrap();
        assert_eq!(config.timeouts.head, Duration::from_secs(2));
        assert_eq!(config.timeouts.idle, Duration::from_secs(60));
        assert_eq!(config.listeners.len(), 1);
    }
}
