//! A window that slides: at most so many calls in any stretch of its length.

use std::collections::VecDeque;
use std::time::Duration;

use policy_vm::host::{CounterCall, CounterMode, CounterState};

/// Calls with their times. Neighbours closer than the window's length / 1024 share an entry that counts as late as its
/// last call, so memory is bounded and a window never holds more calls than it may; a call may have to wait that little
/// longer.
#[derive(Debug, Default)]
pub(super) struct Sliding {
    entries: VecDeque<Entry>,
    total: u64,
    period: u64,
    /// The last step left nothing.
    pub(super) exhausted: bool,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    first: u64,
    last: u64,
    count: u64,
}

const RESOLUTION: u64 = 1024;

impl Sliding {
    pub(super) fn count(&mut self, call: &CounterCall, now: u64) -> CounterState {
        let limit = call.calls.unwrap_or(u64::MAX);
        self.period = u64::try_from(call.period.as_micros()).unwrap_or(u64::MAX);
        self.slide(now);
        let after = self.total.saturating_add(call.increment);
        let allowed = match call.mode {
            CounterMode::CheckAndAdd => after <= limit,
            CounterMode::Check => self.total <= limit,
            CounterMode::Add => true,
        };
        if !allowed {
            self.exhausted = true;
            let needed = if call.mode == CounterMode::Check { self.total - limit } else { after - limit };
            let retry_after = Duration::from_micros(self.until_free(needed, now));
            return CounterState { allowed, remaining: 0, retry_after, bandwidth_exhausted: false };
        }
        if call.mode != CounterMode::Check {
            self.add(call.increment, now);
        }
        let remaining = limit.saturating_sub(self.total);
        self.exhausted = remaining == 0;
        let retry_after = Duration::from_micros(if remaining == 0 { self.until_free(1, now) } else { 0 });
        CounterState { allowed, remaining, retry_after, bandwidth_exhausted: false }
    }

    /// True when nothing in it counts any more.
    pub(super) fn is_over(&self, now: u64) -> bool {
        self.entries.back().is_none_or(|entry| entry.last.saturating_add(self.period) <= now)
    }

    fn slide(&mut self, now: u64) {
        while let Some(entry) = self.entries.front().filter(|entry| entry.last.saturating_add(self.period) <= now) {
            self.total -= entry.count;
            self.entries.pop_front();
        }
    }

    fn add(&mut self, count: u64, now: u64) {
        if count == 0 {
            return;
        }
        self.total = self.total.saturating_add(count);
        match self.entries.back_mut() {
            Some(entry) if now.saturating_sub(entry.first) <= self.period / RESOLUTION => {
                entry.last = entry.last.max(now);
                entry.count = entry.count.saturating_add(count);
            }
            _ => self.entries.push_back(Entry { first: now, last: now, count }),
        }
    }

    /// How long until `needed` of the calls have left the window.
    fn until_free(&self, needed: u64, now: u64) -> u64 {
        let mut freed = 0_u64;
        for entry in &self.entries {
            freed = freed.saturating_add(entry.count);
            if freed >= needed {
                return entry.last.saturating_add(self.period).saturating_sub(now);
            }
        }
        self.period
    }
}
