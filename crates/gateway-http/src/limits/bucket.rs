//! A bucket of tokens: it holds as many as a period allows, every call takes one, and they come back evenly.

use std::time::Duration;

use policy_vm::host::{CounterCall, CounterMode, CounterState};

/// What is missing in the bucket, which starts full.
///
/// Reckoned in tokens times the period's microseconds, of which one microsecond brings back as many as the period allows
/// calls: whole numbers, so nothing is lost or made by rounding.
#[derive(Debug, Default)]
pub(super) struct Bucket {
    missing: u128,
    looked: u64,
    calls: u64,
    period: u64,
    /// The last step left nothing.
    pub(super) exhausted: bool,
}

impl Bucket {
    pub(super) fn count(&mut self, call: &CounterCall, now: u64) -> CounterState {
        let calls = call.calls.unwrap_or(u64::MAX);
        let period = u64::try_from(call.period.as_micros()).unwrap_or(u64::MAX).max(1);
        self.change(calls, period);
        self.refill(now);
        let token = u128::from(period);
        let size = u128::from(calls).saturating_mul(token);
        let after = self.missing.saturating_add(u128::from(call.increment).saturating_mul(token));
        let allowed = match call.mode {
            CounterMode::CheckAndAdd => after <= size,
            CounterMode::Check => self.missing <= size,
            CounterMode::Add => true,
        };
        let wanted = if call.mode == CounterMode::Check { self.missing } else { after };
        if allowed && call.mode != CounterMode::Check {
            self.missing = after;
        }
        let left = size.saturating_sub(self.missing) / token;
        self.exhausted = !allowed || left == 0;
        // Until what was asked for would fit; of a bucket that is used up, until there is one.
        let until = if allowed { if left == 0 { self.missing.saturating_add(token) } else { 0 } } else { wanted };
        CounterState {
            allowed,
            remaining: if allowed { u64::try_from(left).unwrap_or(u64::MAX) } else { 0 },
            retry_after: self.until(until.saturating_sub(size)),
            bandwidth_exhausted: false,
        }
    }

    /// True when it is full again.
    pub(super) fn is_over(&self, now: u64) -> bool {
        let back = u128::from(now.saturating_sub(self.looked)).saturating_mul(u128::from(self.calls));
        self.missing <= back
    }

    /// A limit that was changed finds as many tokens missing as before.
    fn change(&mut self, calls: u64, period: u64) {
        if self.period != 0 && self.period != period {
            self.missing = self.missing.saturating_mul(u128::from(period)) / u128::from(self.period);
        }
        (self.calls, self.period) = (calls, period);
    }

    fn refill(&mut self, now: u64) {
        // A clock that was set back brings nothing back.
        let passed = u128::from(now.saturating_sub(self.looked));
        self.missing = self.missing.saturating_sub(passed.saturating_mul(u128::from(self.calls)));
        self.looked = self.looked.max(now);
    }

    /// How long it takes until so much is back. A bucket of size 0 is never filled: a period is as good as any time.
    fn until(&self, amount: u128) -> Duration {
        let micros = match u128::from(self.calls) {
            0 => u128::from(self.period),
            calls => amount.div_ceil(calls),
        };
        Duration::from_micros(u64::try_from(micros).unwrap_or(u64::MAX))
    }
}
