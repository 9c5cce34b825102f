//! The circuit breaker of a backend: counts failures, and when there are too many takes no calls for a while.
//!
//! Time comes in as milliseconds of the process, so a clock that is set does nothing, and tests need not wait.

use std::collections::VecDeque;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// What trips it, and for how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) name: String,
    pub(crate) limit: Limit,
    pub(crate) interval: Duration,
    pub(crate) statuses: Vec<RangeInclusive<u16>>,
    /// Reasons as `context.LastError` has them.
    pub(crate) reasons: Vec<String>,
    pub(crate) trip: Duration,
    pub(crate) accept_retry_after: bool,
    /// Status of the answer while it is open.
    pub(crate) failure_status: u16,
}

/// How many failures are too many.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// So many within the interval.
    Count(u32),
    /// So many of a hundred calls within the interval.
    Percentage(u32),
}

/// How a call ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome<'r> {
    Status(u16),
    Reason(&'r str),
}

/// With fewer calls a percentage says nothing.
const LEAST_CALLS: usize = 10;
/// Calls that a percentage looks back on.
const MOST_CALLS: usize = 10_000;
/// A backend that says "come again next year" is asked earlier.
const LONGEST_TRIP: Duration = Duration::from_secs(24 * 3600);

/// A breaker.
#[derive(Debug)]
pub(crate) struct Breaker {
    pub(crate) rule: Rule,
    /// Open until then; 0 when it has not tripped.
    open_until: AtomicU64,
    calls: Mutex<Calls>,
    trips: AtomicU64,
}

/// The calls of the interval, oldest first.
#[derive(Debug, Default)]
struct Calls {
    ended: VecDeque<(u64, bool)>,
    failed: usize,
}

impl Breaker {
    pub(crate) fn new(rule: Rule) -> Self {
        Self { rule, open_until: AtomicU64::new(0), calls: Mutex::default(), trips: AtomicU64::new(0) }
    }

    /// How long it still takes no calls; `None` when it does. One load, whatever the number of threads.
    pub(crate) fn open_for(&self, now: u64) -> Option<Duration> {
        let until = self.open_until.load(Ordering::Relaxed);
        (until > now).then(|| Duration::from_millis(until - now))
    }

    /// How often it has tripped.
    pub(crate) fn trips(&self) -> u64 {
        self.trips.load(Ordering::Relaxed)
    }

    /// Failures within the interval.
    pub(crate) fn failures(&self, now: u64) -> usize {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        calls.forget_before(now.saturating_sub(millis(self.rule.interval)));
        calls.failed
    }

    /// Takes calls again.
    pub(crate) fn reset(&self) {
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        *calls = Calls::default();
        self.open_until.store(0, Ordering::Relaxed);
    }

    /// Notes how a call ended. True when that tripped it.
    pub(crate) fn ended(&self, now: u64, outcome: Outcome<'_>, retry_after: Option<Duration>) -> bool {
        let failed = self.rule.is_failure(outcome);
        // Only a share of all calls has to know of those that went well.
        if !failed && matches!(self.rule.limit, Limit::Count(_)) {
            return false;
        }
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that were under way when it tripped say nothing new.
        if self.open_for(now).is_some() {
            return false;
        }
        calls.forget_before(now.saturating_sub(millis(self.rule.interval)));
        calls.note(now, failed, self.rule.limit);
        if !failed || !calls.are_too_many(self.rule.limit) {
            return false;
        }
        let trip = retry_after.filter(|_| self.rule.accept_retry_after).unwrap_or(self.rule.trip).min(LONGEST_TRIP);
        *calls = Calls::default();
        self.open_until.store(now.saturating_add(millis(trip)), Ordering::Relaxed);
        self.trips.fetch_add(1, Ordering::Relaxed);
        true
    }
}

impl Rule {
    fn is_failure(&self, outcome: Outcome<'_>) -> bool {
        match outcome {
            Outcome::Status(status) => self.statuses.iter().any(|range| range.contains(&status)),
            Outcome::Reason(reason) => self.reasons.iter().any(|known| known.eq_ignore_ascii_case(reason)),
        }
    }
}

impl Calls {
    fn forget_before(&mut self, moment: u64) {
        while let Some((_, failed)) = self.ended.front().filter(|(at, _)| *at < moment) {
            self.failed -= usize::from(*failed);
            self.ended.pop_front();
        }
    }

    fn note(&mut self, now: u64, failed: bool, limit: Limit) {
        let most = match limit {
            Limit::Count(count) => (count as usize).clamp(1, MOST_CALLS),
            Limit::Percentage(_) => MOST_CALLS,
        };
        if self.ended.len() >= most
            && let Some((_, old)) = self.ended.pop_front()
        {
            self.failed -= usize::from(old);
        }
        self.ended.push_back((now, failed));
        self.failed += usize::from(failed);
    }

    fn are_too_many(&self, limit: Limit) -> bool {
        match limit {
            Limit::Count(count) => self.failed >= (count as usize).clamp(1, MOST_CALLS),
            Limit::Percentage(share) => {
                self.ended.len() >= LEAST_CALLS && self.failed * 100 >= self.ended.len() * share as usize
            }
        }
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(limit: Limit) -> Rule {
        Rule {
            name: "r".to_owned(),
            limit,
            interval: Duration::from_secs(60),
            statuses: vec![429..=429, 500..=599],
            reasons: vec!["Timeout".to_owned()],
            trip: Duration::from_secs(10),
            accept_retry_after: true,
            failure_status: 503,
        }
    }

    const FAILED: Outcome<'_> = Outcome::Status(500);

    #[test]
    fn so_many_failures_within_the_interval_trip_it_once() {
        let breaker = Breaker::new(rule(Limit::Count(3)));
        assert!(!breaker.ended(0, FAILED, None));
        assert!(!breaker.ended(1, Outcome::Status(404), None));
        assert!(!breaker.ended(50_000, FAILED, None));
        // The first is forgotten by now.
        assert!(!breaker.ended(60_001, Outcome::Reason("timeout"), None));
        assert_eq!(breaker.open_for(60_001), None);
        assert!(breaker.ended(70_000, Outcome::Status(429), None));
        assert_eq!(breaker.open_for(70_000), Some(Duration::from_secs(10)));
        // Late ones change nothing.
        assert!(!breaker.ended(70_001, FAILED, None) && !breaker.ended(70_002, FAILED, None));
        assert_eq!((breaker.open_for(79_999), breaker.open_for(80_000)), (Some(Duration::from_millis(1)), None));
        assert_eq!((breaker.trips(), breaker.failures(80_000)), (1, 0));
        assert!(!breaker.ended(80_000, FAILED, None) && !breaker.ended(80_000, FAILED, None));
        assert!(breaker.ended(80_000, FAILED, None));
        assert_eq!(breaker.trips(), 2);
    }

    #[test]
    fn the_backend_may_say_for_how_long() {
        let breaker = Breaker::new(rule(Limit::Count(1)));
        assert!(breaker.ended(0, FAILED, Some(Duration::from_secs(3))));
        assert_eq!(breaker.open_for(0), Some(Duration::from_secs(3)));
        breaker.reset();
        assert_eq!(breaker.open_for(0), None);
        assert!(breaker.ended(0, FAILED, Some(Duration::from_secs(365 * 24 * 3600))));
        assert_eq!(breaker.open_for(0), Some(LONGEST_TRIP));
        let deaf = Breaker::new(Rule { accept_retry_after: false, ..rule(Limit::Count(1)) });
        assert!(deaf.ended(0, FAILED, Some(Duration::from_secs(3))));
        assert_eq!(deaf.open_for(0), Some(Duration::from_secs(10)));
    }

    #[test]
    fn a_share_of_all_calls() {
        let breaker = Breaker::new(rule(Limit::Percentage(50)));
        for _ in 0..5 {
            assert!(!breaker.ended(0, FAILED, None));
        }
        for _ in 0..4 {
            assert!(!breaker.ended(0, Outcome::Status(200), None));
        }
        assert!(breaker.ended(0, FAILED, None));
        let fine = Breaker::new(rule(Limit::Percentage(50)));
        for _ in 0..100 {
            assert!(!fine.ended(0, Outcome::Status(200), None));
        }
        for _ in 0..99 {
            assert!(!fine.ended(0, FAILED, None));
        }
        assert!(fine.ended(0, FAILED, None));
    }

    #[test]
    fn threads_trip_it_once() {
        let breaker = Breaker::new(rule(Limit::Count(8)));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| (0..1000).for_each(|_| _ = breaker.ended(1, FAILED, None)));
            }
        });
        assert_eq!(breaker.trips(), 1);
    }
}
