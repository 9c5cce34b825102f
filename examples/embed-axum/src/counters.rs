//! Counters in memory, as `rate-limit-by-key` needs them: the moments of the calls that were let through.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use policy_vm::host::{CounterCall, CounterState};

/// Moments in microseconds, by the counter's name.
#[derive(Debug, Default)]
pub(crate) struct Counters(Mutex<HashMap<Box<str>, VecDeque<u64>>>);

impl Counters {
    /// At most `calls` in any window of `period`.
    pub(crate) fn count(&self, call: &CounterCall, now: u64) -> CounterState {
        let period = u64::try_from(call.period.as_micros()).unwrap_or(u64::MAX);
        let limit = call.calls.unwrap_or(u64::MAX);
        let mut counters = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let moments = counters.entry(call.key.clone()).or_default();
        while moments.front().is_some_and(|moment| moment.saturating_add(period) <= now) {
            moments.pop_front();
        }
        let allowed = (moments.len() as u64).saturating_add(call.increment) <= limit;
        if allowed {
            moments.extend((0..call.increment).map(|_| now));
        }
        let oldest = moments.front().copied().unwrap_or(now);
        CounterState {
            allowed,
            remaining: limit.saturating_sub(moments.len() as u64),
            retry_after: Duration::from_micros(oldest.saturating_add(period).saturating_sub(now)),
            bandwidth_exhausted: false,
        }
    }
}
