//! Counters in memory, as `rate-limit-by-key` needs them: when calls were let through, to a thousandth of the period.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use policy_vm::host::{CounterCall, CounterMode, CounterState};

/// All of them. Their names are often what callers say of themselves, so those that count nothing any more are forgotten.
#[derive(Debug, Default)]
pub(crate) struct Counters(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    counters: HashMap<Box<str>, Counter>,
    /// How many there may be before it is looked for those to forget.
    full: usize,
}

/// Moments in microseconds, with how many calls there were until then.
#[derive(Debug, Default)]
struct Counter {
    moments: VecDeque<(u64, u64)>,
    total: u64,
    period: u64,
}

/// Fewer are not worth looking through.
const FEW: usize = 1024;
/// Parts of a period that are told apart.
const PARTS: u64 = 1000;

impl Counters {
    /// At most `calls` in any window of `period`.
    pub(crate) fn count(&self, call: &CounterCall, now: u64) -> CounterState {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.counters.len() >= kept.full {
            kept.counters.retain(|_, counter| !counter.is_over(now));
            kept.full = (kept.counters.len() * 2).max(FEW);
        }
        kept.counters.entry(call.key.clone()).or_default().count(call, now)
    }
}

impl Counter {
    fn count(&mut self, call: &CounterCall, now: u64) -> CounterState {
        self.period = u64::try_from(call.period.as_micros()).unwrap_or(u64::MAX);
        while let Some((_, calls)) =
            self.moments.front().filter(|(moment, _)| moment.saturating_add(self.period) <= now)
        {
            self.total -= calls;
            self.moments.pop_front();
        }
        let limit = call.calls.unwrap_or(u64::MAX);
        // A policy with a condition asks first, and adds when it knows how the call ended.
        let allowed = match call.mode {
            CounterMode::CheckAndAdd => self.total.saturating_add(call.increment) <= limit,
            CounterMode::Check => self.total <= limit,
            CounterMode::Add => true,
        };
        if allowed && call.mode != CounterMode::Check {
            self.add(call.increment, now);
        }
        let oldest = self.moments.front().map_or(now, |(moment, _)| *moment);
        CounterState {
            allowed,
            remaining: limit.saturating_sub(self.total),
            retry_after: Duration::from_micros(oldest.saturating_add(self.period).saturating_sub(now)),
            bandwidth_exhausted: false,
        }
    }

    fn add(&mut self, calls: u64, now: u64) {
        let part = (self.period / PARTS).max(1);
        // Its end, so that none is forgotten too early.
        let moment = (now / part + 1).saturating_mul(part);
        self.total = self.total.saturating_add(calls);
        match self.moments.back_mut() {
            Some((last, already)) if *last == moment => *already = already.saturating_add(calls),
            _ => self.moments.push_back((moment, calls)),
        }
    }

    fn is_over(&self, now: u64) -> bool {
        self.moments.back().is_none_or(|(moment, _)| moment.saturating_add(self.period) <= now)
    }
}

#[cfg(test)]
mod tests {
    use policy_vm::host::CounterKind;

    use super::*;

    const MINUTE: u64 = 60_000_000;

    fn call(key: &str, mode: CounterMode, increment: u64) -> CounterCall {
        CounterCall {
            key: key.into(),
            kind: CounterKind::SlidingWindow,
            calls: Some(2),
            bandwidth: None,
            period: Duration::from_micros(MINUTE),
            anchor: 0,
            increment,
            increment_bytes: 0,
            mode,
        }
    }

    #[test]
    fn asking_counts_nothing_and_adding_refuses_nobody() {
        let counters = Counters::default();
        let allowed = |mode, increment, now| counters.count(&call("k", mode, increment), now).allowed;
        assert!((0..5).all(|_| allowed(CounterMode::Check, 0, 0)));
        assert!((0..3).all(|_| allowed(CounterMode::Add, 1, 0)));
        assert!(!allowed(CounterMode::Check, 0, 0) && !allowed(CounterMode::CheckAndAdd, 1, MINUTE));
        assert!(allowed(CounterMode::CheckAndAdd, 2, MINUTE * 2) && !allowed(CounterMode::CheckAndAdd, 1, MINUTE * 2));
    }

    #[test]
    fn names_without_end_are_forgotten() {
        let counters = Counters::default();
        for caller in 0..FEW * 10 {
            let now = caller as u64 * MINUTE / 100;
            counters.count(&call(&caller.to_string(), CounterMode::CheckAndAdd, 1), now);
        }
        assert!(counters.0.lock().unwrap().counters.len() <= FEW);
    }
}
