//! What there is to see of backends: breakers, pools, calls and connections. Threads keep their own numbers and hand them
//! over once a second, so that looking costs the calls nothing.

use std::cell::Cell;
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use policy_vm::exchange::Url;
use serde::Serialize;

use crate::backend::members::Turn;
use crate::backend::pool::{OriginStatus, shown_origin};
use crate::service::{Backends, Kind, Service};

/// A backend entity as one thread sees it.
#[derive(Debug, Default)]
pub(crate) struct Local {
    /// Whose turn it is in a pool.
    pub(crate) turn: Turn,
    calls: Cell<u64>,
    failures: Cell<u64>,
    in_flight: Cell<u64>,
}

/// A call under way.
#[derive(Debug)]
pub(crate) struct InFlight<'l>(&'l Local);

impl Local {
    /// A call begins.
    pub(crate) fn begin(&self) -> InFlight<'_> {
        self.calls.set(self.calls.get() + 1);
        self.in_flight.set(self.in_flight.get() + 1);
        InFlight(self)
    }

    /// A call has ended.
    pub(crate) fn ended(&self, failed: bool) {
        self.failures.set(self.failures.get() + u64::from(failed));
    }

    fn counts(&self) -> Counts {
        Counts { calls: self.calls.get(), failures: self.failures.get(), in_flight: self.in_flight.get() }
    }
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        self.0.in_flight.set(self.0.in_flight.get().saturating_sub(1));
    }
}

/// Numbers of a backend.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counts {
    pub(crate) calls: u64,
    /// Calls without an answer, or with a status of 500 and above.
    pub(crate) failures: u64,
    pub(crate) in_flight: u64,
}

/// What threads have handed over, each in its own place.
#[derive(Debug, Default)]
pub(crate) struct Reports(Mutex<Vec<Report>>);

#[derive(Debug, Default)]
struct Report {
    backends: Vec<Counts>,
    origins: Vec<OriginStatus>,
}

impl Reports {
    /// A place for a thread.
    pub(crate) fn register(&self) -> usize {
        let mut reports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reports.push(Report::default());
        reports.len() - 1
    }

    /// A thread hands its numbers over.
    pub(crate) fn hand_over(&self, place: usize, locals: &[Local], origins: Vec<OriginStatus>) {
        let mut reports = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(report) = reports.get_mut(place) {
            *report = Report { backends: locals.iter().map(Local::counts).collect(), origins };
        }
    }
}

/// Everything at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Status {
    pub(crate) backends: Vec<BackendStatus>,
    pub(crate) pools: Vec<PoolStatus>,
    pub(crate) connections: Vec<Connections>,
}

/// A backend entity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BackendStatus {
    pub(crate) id: String,
    pub(crate) url: String,
    #[serde(flatten)]
    pub(crate) counts: Counts,
    pub(crate) breaker: Option<BreakerStatus>,
}

/// A circuit breaker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct BreakerStatus {
    pub(crate) rule: String,
    pub(crate) is_open: bool,
    /// How long it stays open.
    pub(crate) open_for_millis: u64,
    /// Failures within the interval.
    pub(crate) failures: usize,
    pub(crate) trips: u64,
}

/// A pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct PoolStatus {
    pub(crate) id: String,
    pub(crate) members: Vec<MemberStatus>,
}

/// A member of a pool.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct MemberStatus {
    pub(crate) id: String,
    pub(crate) priority: u32,
    pub(crate) weight: u32,
    pub(crate) takes_calls: bool,
}

/// Connections to a server, of all threads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Connections {
    pub(crate) origin: String,
    /// The configuration names it, not only a call.
    #[serde(skip)]
    pub(crate) is_configured: bool,
    /// Calls that have one; over HTTP/2 they may share it.
    pub(crate) busy: usize,
    /// Those that wait for the next call, or over HTTP/2 may be shared by it.
    pub(crate) idle: usize,
}

/// What there is, at `now` of the process.
pub(crate) fn status(service: &Service, reports: &Reports, now: u64) -> Status {
    let backends = &service.backends;
    let reports = reports.0.lock().unwrap_or_else(PoisonError::into_inner);
    let counts = |number: usize| {
        let all = reports.iter().filter_map(|report| report.backends.get(number));
        all.fold(Counts::default(), |sum, counts| Counts {
            calls: sum.calls + counts.calls,
            failures: sum.failures + counts.failures,
            in_flight: sum.in_flight + counts.in_flight,
        })
    };
    let open_for = |number: usize| -> Option<Duration> {
        match &backends.get(number)?.kind {
            Kind::Single(single) => single.breaker.as_ref()?.open_for(now),
            Kind::Pool(_) => None,
        }
    };
    let mut status = Status { backends: Vec::new(), pools: Vec::new(), connections: Vec::new() };
    for (number, backend) in backends.iter().enumerate() {
        match &backend.kind {
            Kind::Single(single) => {
                let left = open_for(number);
                let breaker = single.breaker.as_ref().map(|breaker| BreakerStatus {
                    rule: breaker.rule.name.clone(),
                    is_open: left.is_some(),
                    open_for_millis: left.map_or(0, |left| u64::try_from(left.as_millis()).unwrap_or(u64::MAX)),
                    failures: breaker.failures(now),
                    trips: breaker.trips(),
                });
                let url = single.url_masked.clone().unwrap_or_else(|| single.url.to_string());
                let id = backend.id.clone();
                status.backends.push(BackendStatus { id, url, counts: counts(number), breaker });
            }
            Kind::Pool(pool) => {
                let members = pool.members.iter().map(|member| MemberStatus {
                    id: backends.get(member.backend).map(|backend| backend.id.clone()).unwrap_or_default(),
                    priority: member.priority,
                    weight: member.weight,
                    takes_calls: member.weight > 0 && open_for(member.backend).is_none(),
                });
                status.pools.push(PoolStatus { id: backend.id.clone(), members: members.collect() });
            }
        }
    }
    let configured = configured(service);
    for origin in reports.iter().flat_map(|report| &report.origins) {
        let name = service.hidden.mask_origin(&origin.origin);
        let is_configured = configured.contains(&origin.origin);
        match status.connections.iter_mut().find(|known| known.origin == name) {
            Some(known) => {
                known.is_configured |= is_configured;
                known.busy += origin.busy;
                known.idle += origin.idle;
            }
            None => {
                let (busy, idle) = (origin.busy, origin.idle);
                status.connections.push(Connections { origin: name, is_configured, busy, idle });
            }
        }
    }
    status
}

/// The servers of entities and of APIs, as connections name them.
fn configured(service: &Service) -> HashSet<String> {
    let entities = service.backends.iter().filter_map(|backend| match &backend.kind {
        Kind::Single(single) => Some(&single.url),
        Kind::Pool(_) => None,
    });
    let urls = entities.chain(service.apis.iter().filter_map(|api| api.service_url.as_ref()));
    let origin = |url: &Url| shown_origin(matches!(url.scheme.as_str(), "https" | "wss"), &url.host, url.port);
    urls.map(origin).collect()
}

/// Closes the breaker of a backend; false when there is no such backend, or it has none.
pub(crate) fn reset(backends: &Backends, id: &str) -> bool {
    let backend = backends.find(id).and_then(|number| backends.get(number));
    let Some(Kind::Single(single)) = backend.map(|backend| &backend.kind) else { return false };
    let Some(breaker) = &single.breaker else { return false };
    breaker.reset();
    true
}
