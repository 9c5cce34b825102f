//! What this service offers to policies: its own routes as the backend, and a counter. All else is refused by default, so
//! a policy that wants more ends in `on-error`, not in a surprise.

use std::time::{SystemTime, UNIX_EPOCH};

use axum::body::{Body, to_bytes};
use axum::http::{Extensions, Request};
use axum::middleware::Next;
use policy_vm::Host;
use policy_vm::exchange::{self, Call};
use policy_vm::host::{Ambient, CounterCall, CounterState, ForwardOptions, HostError, HostErrorKind};

use crate::around::Policy;

/// .NET counts time in steps of 100 ns from the year 1; this is 1970.
const UNIX_TICKS: i64 = 621_355_968_000_000_000;

/// The machine's clock and randomness.
#[derive(Debug, Clone, Copy)]
pub struct Machine;

impl Ambient for Machine {
    fn now_ticks(&self) -> i64 {
        UNIX_TICKS + i64::try_from(self.monotonic_micros()).unwrap_or(0) * 10
    }

    /// The wall clock does here: the engine measures how long an expression takes, and stops one that takes too long.
    fn monotonic_micros(&self) -> u64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
    }

    fn random(&self, bytes: &mut [u8]) {
        // Policies make ids and nonces of it: without randomness there is no call.
        assert!(getrandom::fill(bytes).is_ok(), "the system gives no random bytes");
    }
}

/// The host of one call: the routes behind the middleware are its backend.
#[derive(Debug)]
pub(crate) struct Routes<'p> {
    pub(crate) next: Next,
    /// What the router has found out about the request; its extractors want it back.
    pub(crate) extensions: Extensions,
    pub(crate) policy: &'p Policy,
}

impl Ambient for Routes<'_> {
    fn now_ticks(&self) -> i64 {
        Machine.now_ticks()
    }

    fn monotonic_micros(&self) -> u64 {
        Machine.monotonic_micros()
    }

    fn random(&self, bytes: &mut [u8]) {
        Machine.random(bytes);
    }
}

impl Host for Routes<'_> {
    async fn forward(&self, call: &Call, _options: ForwardOptions) -> Result<exchange::Response, HostError> {
        let failed = |error: &dyn std::fmt::Display| HostError::new(HostErrorKind::Connection, error.to_string());
        let body = match &call.request.body {
            exchange::Body::Bytes(bytes) => Body::from(bytes.clone()),
            _ => Body::empty(),
        };
        let url = &call.request.url;
        let target = if url.query.is_empty() { url.path.clone() } else { format!("{}?{}", url.path, url.query) };
        let mut request =
            Request::builder().method(&call.request.method).uri(target).body(body).map_err(|error| failed(&error))?;
        *request.headers_mut() = call.request.headers.clone();
        *request.extensions_mut() = self.extensions.clone();
        let (parts, body) = self.next.clone().run(request).await.into_parts();
        let body = to_bytes(body, usize::MAX).await.map_err(|error| failed(&error))?;
        Ok(exchange::Response {
            status: parts.status.as_u16(),
            headers: parts.headers,
            body: exchange::Body::Bytes(body),
            ..exchange::Response::default()
        })
    }

    async fn count(&self, call: CounterCall) -> Result<CounterState, HostError> {
        Ok(self.policy.counters.count(&call, self.monotonic_micros()))
    }
}
