//! `tollgate.toml`: what a service folder has no place for. `docs/tollgate-toml.md` explains every key, which a test
//! watches over; every key that it does not know is a mistake, and all mistakes are told at once. A new theme is a file of
//! its own here, and a field of [`Config`].

pub(crate) mod certificates;
mod duration;
pub(crate) mod edge;
mod effective;
mod file;
#[cfg(test)]
mod keys;
pub(crate) mod operation;
mod outbound;
pub(crate) mod secret;
pub(crate) mod secrets;
pub(crate) mod service;
mod switches;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

pub(crate) use self::certificates::Certificate;
use self::edge::{Limits, Listener, Timeouts};
pub(crate) use self::effective::{Effective, effective};
pub(crate) use self::file::Mistakes;
use self::operation::{Admin, Reload};
pub(crate) use self::outbound::{ClientCertificates, Egress, Identity};
use self::secret::Secret;
use self::secrets::Secrets;
use self::service::Service;
use self::switches::Switches;
use crate::data::Node;

/// The whole file.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Config {
    #[serde(rename = "listener")]
    pub(crate) listeners: Vec<Listener>,
    pub(crate) gateway: Gateway,
    pub(crate) switches: Switches,
    pub(crate) limits: Limits,
    pub(crate) timeouts: Timeouts,
    pub(crate) backend: Backend,
    pub(crate) cache: Cache,
    pub(crate) access_log: AccessLog,
    pub(crate) admin: Admin,
    pub(crate) reload: Reload,
    pub(crate) service: Service,
    pub(crate) secrets: Secrets,
    /// Certificates by the names that policies and backends know them by.
    pub(crate) certificates: BTreeMap<String, Certificate>,
    /// Secrets that named values take from a Key Vault, by the names they have there.
    pub(crate) key_vault: BTreeMap<String, Secret>,
    /// Keys of subscriptions, which no export contains, and subscriptions that exist only here.
    pub(crate) subscriptions: BTreeMap<String, Subscription>,
    /// A further file of the same form as `subscriptions`.
    pub(crate) subscriptions_file: Option<PathBuf>,
    /// Keys of subscriptions that have none are made up when serving begins, shown once and written into that file.
    pub(crate) generate_keys: bool,
    /// Values of named values, by name or display name.
    pub(crate) named_values: BTreeMap<String, Secret>,
    #[serde(rename = "identity")]
    pub(crate) identities: Vec<Identity>,
    pub(crate) egress: Egress,
    pub(crate) client_certificates: ClientCertificates,
    /// The files it was read from, as trees.
    #[serde(skip)]
    files: Vec<Node>,
    /// Where files are that it names by relative paths.
    #[serde(skip)]
    pub(crate) folder: PathBuf,
}

/// Who this gateway is, and points of behaviour that can be chosen.
#[derive(Debug, Clone, Deserialize, Serialize)]
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
    /// Answers have a header that says which version of the service they come from.
    pub(crate) tell_version: bool,
    /// Names of headers go out as their sender wrote them, over HTTP/1.1. Off, because it costs memory for each name.
    pub(crate) preserve_header_case: bool,
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
            tell_version: false,
            preserve_header_case: false,
        }
    }
}

/// Connections to backends.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Backend {
    #[serde(with = "duration")]
    pub(crate) connect_timeout: Duration,
    /// Between two pieces of a response's body.
    #[serde(with = "duration")]
    pub(crate) body_timeout: Duration,
    pub(crate) buffer_response: BufferResponse,
    /// Idle connections kept for each origin and thread.
    pub(crate) idle_connections: usize,
    #[serde(with = "duration")]
    pub(crate) idle_timeout: Duration,
    /// Retries that policies may make of the calls of an API, in percent of all its calls.
    pub(crate) retry_percent: u32,
    /// How long the addresses of a name are kept.
    #[serde(with = "duration")]
    pub(crate) dns_cache: Duration,
    /// Further certificate authorities, as a PEM file.
    pub(crate) ca_file: Option<PathBuf>,
}

impl Default for Backend {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            body_timeout: Duration::from_secs(240),
            buffer_response: BufferResponse::Collect,
            idle_connections: 256,
            idle_timeout: Duration::from_secs(60),
            retry_percent: 200,
            dns_cache: Duration::from_secs(30),
            ca_file: None,
        }
    }
}

/// What happens to an answer that `forward-request` is to buffer: with `buffer-response="true"`, which is its default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum BufferResponse {
    /// Small pieces that are there at the same time are passed on together; none waits for what has not come yet.
    #[default]
    Collect,
    /// As the service has it: of an answer whose length is not known 8 KB are waited for, or its end.
    Wait,
    /// Every piece is passed on at once.
    Pass,
    /// All of it is in memory before the next policy runs, so that an answer that breaks off is an error.
    Whole,
}

/// The cache in memory.
#[derive(Debug, Clone, Deserialize, Serialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct AccessLog {
    pub(crate) to: LogTarget,
    /// The file, for `to = "file"`.
    pub(crate) file: Option<PathBuf>,
}

/// See [`AccessLog`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum LogTarget {
    #[default]
    Stdout,
    Stderr,
    File,
    Off,
}

/// A subscription, or the keys of one that the folder describes.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Subscription {
    pub(crate) primary_key: Option<Secret>,
    pub(crate) secondary_key: Option<Secret>,
    /// `/products/{id}`, `/apis/{id}`, `/apis`; only for one that the folder does not describe.
    pub(crate) scope: Option<String>,
    pub(crate) display_name: Option<String>,
}
