//! A window that is renewed at fixed times: at most so many calls, or kilobytes, in each period.

use std::time::Duration;

use policy_vm::host::{CounterCall, CounterMode, CounterState};

/// What was used in the current period.
#[derive(Debug, Default)]
pub(super) struct Fixed {
    period: i64,
    anchor: i64,
    index: i64,
    end: i64,
    calls: u64,
    bytes: u64,
    /// The last step left nothing.
    pub(super) exhausted: bool,
}

/// .NET ticks are 100 ns.
const NANOS_PER_TICK: u64 = 100;
/// Of a kilobyte.
const BYTES: u64 = 1024;

impl Fixed {
    pub(super) fn count(&mut self, call: &CounterCall, now: i64) -> CounterState {
        self.renew(call, now);
        let limit = call.calls.unwrap_or(u64::MAX);
        let bandwidth = call.bandwidth.map_or(u64::MAX, |kilobytes| kilobytes.saturating_mul(BYTES));
        let calls = self.calls.saturating_add(call.increment);
        // What a call transfers is known when it is over, so the last one may go beyond.
        let bandwidth_fits = self.bytes < bandwidth;
        let (calls_fit, bandwidth_fits) = match call.mode {
            CounterMode::CheckAndAdd => (calls <= limit, bandwidth_fits),
            CounterMode::Check => (self.calls <= limit, bandwidth_fits),
            CounterMode::Add => (true, true),
        };
        let allowed = calls_fit && bandwidth_fits;
        if allowed && call.mode != CounterMode::Check {
            self.calls = calls;
            self.bytes = self.bytes.saturating_add(call.increment_bytes);
        }
        self.exhausted = !allowed || self.calls >= limit || self.bytes >= bandwidth;
        let left = u64::try_from(self.end.saturating_sub(now)).unwrap_or(0);
        CounterState {
            allowed,
            remaining: if allowed { limit.saturating_sub(self.calls) } else { 0 },
            retry_after: Duration::from_nanos(left.saturating_mul(NANOS_PER_TICK)),
            bandwidth_exhausted: calls_fit && !bandwidth_fits,
        }
    }

    /// True when the period has ended.
    pub(super) fn is_over(&self, now: i64) -> bool {
        now >= self.end
    }

    /// A period that has ended begins anew. A clock that was set back does not give used calls back, and neither does another
    /// length or beginning of the periods, in which they have other numbers.
    fn renew(&mut self, call: &CounterCall, now: i64) {
        let period = i64::try_from(call.period.as_nanos() / u128::from(NANOS_PER_TICK)).unwrap_or(i64::MAX);
        let index = if period == 0 { 0 } else { now.saturating_sub(call.anchor).div_euclid(period) };
        let begun = self.end != 0;
        let is_same = begun && (period, call.anchor) == (self.period, self.anchor);
        let is_over = if is_same { index > self.index } else { now >= self.end };
        if is_over {
            *self = Self { calls: 0, bytes: 0, ..*self };
        }
        self.index = if is_same { index.max(self.index) } else { index };
        (self.period, self.anchor) = (period, call.anchor);
        self.end = if period == 0 {
            i64::MAX
        } else {
            call.anchor.saturating_add(period.saturating_mul(self.index.saturating_add(1)))
        };
    }
}
