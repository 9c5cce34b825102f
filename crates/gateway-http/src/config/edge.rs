//! Settings of the edge: where to listen, what is shown and asked for there, what a message may be and how long it may take.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::duration;

/// An address to listen on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listener {
    pub(crate) address: SocketAddr,
    #[serde(default)]
    pub(crate) tls: Option<Tls>,
    /// HTTP/2: where TLS is spoken, clients may choose it unless this is `false`; without TLS, those that begin with it are
    /// understood if this is `true`.
    #[serde(default)]
    pub(crate) http2: Option<bool>,
}

/// Where the gateway is when no listener is given.
pub(super) static DEFAULT: Listener = Listener::plain(SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080));

impl Listener {
    /// An address without TLS.
    pub(crate) const fn plain(address: SocketAddr) -> Self {
        Self { address, tls: None, http2: None }
    }

    /// May clients speak HTTP/2 here?
    pub(crate) fn speaks_http2(&self) -> bool {
        self.http2.unwrap_or(self.tls.is_some())
    }
}

/// What clients are shown, and what they are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tls {
    /// Certificate chain and key as PEM files: for clients that name no host, or one that no entry of `hosts` has.
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
    #[serde(default)]
    pub(crate) hosts: Vec<Host>,
    #[serde(default)]
    pub(crate) client_certificate: ClientCertificate,
    /// Whom client certificates have to come from. Without it any is taken that the client has the key of, and policies
    /// decide.
    #[serde(default)]
    pub(crate) client_ca: Option<PathBuf>,
}

/// A further certificate, by the names that clients ask for.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Host {
    /// `api.example.com`, `*.example.com`.
    pub(crate) names: Vec<String>,
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// Whether clients are asked for a certificate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum ClientCertificate {
    #[default]
    Off,
    /// They may show one.
    Request,
    /// There is no connection without one.
    Require,
}

/// What a request may be, and how much there may be at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Limits {
    /// Bytes of a request target.
    pub(crate) request_target: usize,
    /// Bytes of a head.
    pub(crate) header_block: usize,
    pub(crate) headers: usize,
    /// Bytes of a body.
    pub(crate) body: u64,
    /// Bytes of a body that a policy reads.
    pub(crate) buffered_body: usize,
    pub(crate) connections: usize,
    /// Handshakes of TLS going on; one more takes the room of the oldest.
    pub(crate) handshakes: usize,
    /// Those that may begin in a second; 0 for any number.
    pub(crate) handshakes_per_second: usize,
    /// Calls in progress; more are answered 503.
    pub(crate) calls: usize,
    /// Bytes of the process's memory; 0 for what the machine or its control group allows.
    pub(crate) memory: u64,
    /// Calls of one HTTP/2 connection in progress.
    pub(crate) streams: u32,
    /// Frames of an HTTP/2 connection that carry nothing and that no data explains: this many at once, a tenth a second.
    pub(crate) control_frames: u32,
    /// Instructions of one expression; all of a call have 50 times as many.
    pub(crate) instructions: u64,
    /// Bytes that all expressions of a call may allocate together.
    pub(crate) expression_memory: usize,
    /// Policies that a call may execute, those of loops each time.
    pub(crate) policies: u64,
    /// Own time of all policies of a call together, without what they wait for.
    #[serde(with = "duration")]
    pub(crate) own_time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            request_target: 16 << 10,
            header_block: 64 << 10,
            headers: 100,
            body: 1 << 30,
            buffered_body: 2 << 20,
            connections: 10_000,
            handshakes: 1_000,
            handshakes_per_second: 2_000,
            calls: 10_000,
            memory: 0,
            streams: 100,
            control_frames: 2_000,
            instructions: 10_000_000,
            expression_memory: 64 << 20,
            policies: 100_000,
            own_time: Duration::from_secs(10),
        }
    }
}

/// How long a client may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Timeouts {
    /// For the handshake of TLS.
    #[serde(with = "duration")]
    pub(crate) handshake: Duration,
    /// For a head, from its first byte.
    #[serde(with = "duration")]
    pub(crate) head: Duration,
    /// Between two pieces of a body, in either direction.
    #[serde(with = "duration")]
    pub(crate) progress: Duration,
    /// Between two requests.
    #[serde(with = "duration")]
    pub(crate) idle: Duration,
    /// How long a call may wait for its turn; those that waited longer are answered 503, so that the others are still wanted
    /// when they are answered.
    #[serde(with = "duration")]
    pub(crate) lag: Duration,
    /// Between the moment the gateway says that it is not ready any more and the one it stops listening: for balancers to
    /// notice.
    #[serde(with = "duration")]
    pub(crate) notice: Duration,
    /// For calls in progress when the gateway stops.
    #[serde(with = "duration")]
    pub(crate) drain: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(10),
            progress: Duration::from_secs(30),
            idle: Duration::from_secs(240),
            lag: Duration::from_secs(1),
            notice: Duration::ZERO,
            drain: Duration::from_secs(30),
        }
    }
}
