//! What one thread counts. Cells that nobody else reads: whoever wants the figures sends the thread an errand, and adds up
//! the [`Snapshot`]s.

pub(crate) mod histogram;

use std::cell::{Cell, RefCell};
use std::time::Duration;

use rustc_hash::FxHashMap;

use self::histogram::Histogram;
use crate::site::Site;

/// A refusal of the same kind is logged once in this time.
const SAMPLE_MILLIS: u64 = 1_000;

/// The figures of one thread.
#[derive(Debug)]
pub(crate) struct Metrics {
    /// Somebody may ask for them: only then are calls timed.
    pub(crate) timed: bool,
    /// Calls in progress.
    pub(crate) calls: Cell<usize>,
    /// The thread does not get everything done at once.
    pub(crate) busy: Cell<bool>,
    /// Connections taken so far.
    pub(crate) accepted: Cell<u64>,
    /// Attempts to take one that failed.
    pub(crate) accept_errors: Cell<u64>,
    pub(crate) handshake_errors: Cell<u64>,
    pub(crate) panics: Cell<u64>,
    /// Answers by status.
    statuses: RefCell<FxHashMap<u16, u64>>,
    durations: Histogram,
    backend_durations: Histogram,
    /// What sites answered that are gone: by API and first digit of the status.
    apis: RefCell<FxHashMap<(String, usize), u64>>,
    /// Refusals by reason: how many, and when the last one was logged.
    refusals: RefCell<FxHashMap<&'static str, (u64, u64)>>,
}

/// Figures of one moment, of one thread or of several added up.
#[derive(Debug, Default, Clone)]
pub(crate) struct Snapshot {
    pub(crate) connections: u64,
    /// Versions of the service that only calls in progress still use.
    pub(crate) former: u64,
    pub(crate) calls: u64,
    pub(crate) accepted: u64,
    pub(crate) accept_errors: u64,
    pub(crate) handshake_errors: u64,
    pub(crate) panics: u64,
    pub(crate) statuses: FxHashMap<u16, u64>,
    pub(crate) durations: histogram::Counts,
    pub(crate) backend_durations: histogram::Counts,
    pub(crate) refusals: FxHashMap<&'static str, u64>,
    pub(crate) apis: FxHashMap<(String, usize), u64>,
}

/// Adds one.
pub(crate) fn count(cell: &Cell<u64>) {
    cell.set(cell.get().wrapping_add(1));
}

impl Metrics {
    pub(crate) fn new(timed: bool) -> Self {
        Self {
            timed,
            calls: Cell::new(0),
            busy: Cell::new(false),
            accepted: Cell::new(0),
            accept_errors: Cell::new(0),
            handshake_errors: Cell::new(0),
            panics: Cell::new(0),
            statuses: RefCell::default(),
            durations: Histogram::default(),
            backend_durations: Histogram::default(),
            apis: RefCell::default(),
            refusals: RefCell::default(),
        }
    }

    /// A call is over.
    pub(crate) fn answered(&self, status: u16, took: Duration) {
        *self.statuses.borrow_mut().entry(status).or_default() += 1;
        self.durations.record(took);
    }

    /// A backend has answered.
    pub(crate) fn backend_answered(&self, took: Duration) {
        self.backend_durations.record(took);
    }

    /// Counts a refusal; true when it is to be logged, as the first of its kind for a while.
    pub(crate) fn refused(&self, reason: &'static str, now_millis: u64) -> bool {
        let mut refusals = self.refusals.borrow_mut();
        let (times, logged) = refusals.entry(reason).or_default();
        *times += 1;
        let log = *times == 1 || now_millis.saturating_sub(*logged) >= SAMPLE_MILLIS;
        if log {
            *logged = now_millis;
        }
        log
    }

    /// How often something was refused for a reason.
    #[cfg(test)]
    pub(crate) fn refusals(&self, reason: &str) -> u64 {
        self.refusals.borrow().get(reason).map_or(0, |(times, _)| *times)
    }

    /// Keeps what a site answered that nothing is served from any more.
    pub(crate) fn retire(&self, site: &Site) {
        let mut apis = self.apis.borrow_mut();
        for (api, class, times) in site.answers() {
            *apis.entry((api.to_owned(), class)).or_default() += times;
        }
    }

    /// The figures as they are now.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot {
            connections: 0,
            former: 0,
            calls: self.calls.get() as u64,
            accepted: self.accepted.get(),
            accept_errors: self.accept_errors.get(),
            handshake_errors: self.handshake_errors.get(),
            panics: self.panics.get(),
            statuses: self.statuses.borrow().clone(),
            durations: self.durations.counts(),
            backend_durations: self.backend_durations.counts(),
            refusals: self.refusals.borrow().iter().map(|(reason, (times, _))| (*reason, *times)).collect(),
            apis: self.apis.borrow().clone(),
        }
    }
}

impl Snapshot {
    /// Adds another thread's figures.
    pub(crate) fn add(&mut self, other: &Self) {
        self.connections += other.connections;
        self.former = self.former.max(other.former);
        self.calls += other.calls;
        self.accepted += other.accepted;
        self.accept_errors += other.accept_errors;
        self.handshake_errors += other.handshake_errors;
        self.panics += other.panics;
        for (status, times) in &other.statuses {
            *self.statuses.entry(*status).or_default() += times;
        }
        for (api, times) in &other.apis {
            *self.apis.entry(api.clone()).or_default() += times;
        }
        for (reason, times) in &other.refusals {
            *self.refusals.entry(reason).or_default() += times;
        }
        self.durations.add(&other.durations);
        self.backend_durations.add(&other.backend_durations);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_add_up() {
        let (one, two) = (Metrics::new(true), Metrics::new(true));
        one.answered(200, Duration::from_millis(3));
        two.answered(200, Duration::from_millis(30));
        two.answered(404, Duration::from_secs(300));
        two.refused("HostMissing", 0);
        let mut sum = one.snapshot();
        sum.add(&two.snapshot());
        assert_eq!((sum.statuses[&200], sum.statuses[&404], sum.refusals["HostMissing"]), (2, 1, 1));
        assert_eq!(sum.durations.total(), 3);
    }

    #[test]
    fn the_same_refusal_is_logged_once_a_second() {
        let metrics = Metrics::new(false);
        let logged: Vec<bool> =
            [0, 10, 999, 1000, 1500].into_iter().map(|now| metrics.refused("HostMissing", now)).collect();
        assert_eq!(logged, [true, false, false, true, false]);
        assert!(metrics.refused("HostRepeated", 1500), "another reason is logged for itself");
        assert_eq!(metrics.refusals("HostMissing"), 5);
    }
}
