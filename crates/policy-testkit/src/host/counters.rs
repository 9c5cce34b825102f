//! Counters of rates (a sliding log, or a bucket of tokens) and quotas (fixed windows).

use std::collections::HashMap;

use policy_vm::host::{CounterCall, CounterKind, CounterMode, CounterState};

use super::ambience::{span_ticks, ticks_span};

/// All counters by key.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    sliding: HashMap<Box<str>, Vec<Counted>>,
    buckets: HashMap<Box<str>, Bucket>,
    fixed: HashMap<Box<str>, Window>,
}

/// A bucket: what was in it, and when.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    at: i64,
    tokens: f64,
}

/// Calls that were let through at one moment.
#[derive(Debug, Clone, Copy)]
struct Counted {
    at: i64,
    calls: u64,
}

/// What the current period of a quota has used.
#[derive(Debug, Clone, Copy, Default)]
struct Window {
    index: i64,
    calls: u64,
    bytes: u64,
}

impl Counters {
    pub(crate) fn count(&mut self, call: &CounterCall, now: i64) -> CounterState {
        match call.kind {
            CounterKind::SlidingWindow => slide(self.sliding.entry(call.key.clone()).or_default(), call, now),
            CounterKind::TokenBucket => {
                pour(self.buckets.entry(call.key.clone()).or_insert_with(|| full(call, now)), call, now)
            }
            CounterKind::FixedWindow => fixed(self.fixed.entry(call.key.clone()).or_default(), call, now),
        }
    }
}

/// A log of what was let through: in no window of the period more than the limit.
fn slide(log: &mut Vec<Counted>, call: &CounterCall, now: i64) -> CounterState {
    let period = span_ticks(call.period);
    log.retain(|counted| counted.at > now - period);
    let limit = call.calls.unwrap_or(u64::MAX);
    let used: u64 = log.iter().map(|counted| counted.calls).sum();
    let allowed = call.mode == CounterMode::Add || used.saturating_add(weighed(call)) <= limit;
    let added = if allowed && call.mode != CounterMode::Check { call.increment } else { 0 };
    if added > 0 {
        log.push(Counted { at: now, calls: added });
    }
    let retry_after = if allowed { 0 } else { free_at(log, call, used, limit, period) - now };
    CounterState {
        allowed,
        remaining: limit.saturating_sub(used + added),
        retry_after: ticks_span(retry_after),
        bandwidth_exhausted: false,
    }
}

/// What is weighed against the limit beside what was counted: nothing when the counter is only asked.
fn weighed(call: &CounterCall) -> u64 {
    if call.mode == CounterMode::Check { 0 } else { call.increment }
}

/// When enough of the log has left the window for the call to pass.
fn free_at(log: &[Counted], call: &CounterCall, mut used: u64, limit: u64, period: i64) -> i64 {
    let mut at = 0;
    for counted in log {
        at = counted.at + period;
        used -= counted.calls;
        if used.saturating_add(weighed(call)) <= limit {
            break;
        }
    }
    at
}

#[expect(clippy::cast_precision_loss, reason = "limits of pages are small")]
fn full(call: &CounterCall, now: i64) -> Bucket {
    Bucket { at: now, tokens: call.calls.unwrap_or(u64::MAX) as f64 }
}

/// A bucket that is refilled evenly.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "limits of pages are small"
)]
fn pour(bucket: &mut Bucket, call: &CounterCall, now: i64) -> CounterState {
    let size = full(call, now).tokens;
    let rate = size / span_ticks(call.period) as f64;
    bucket.tokens = size.min(bucket.tokens + (now - bucket.at) as f64 * rate);
    bucket.at = now;
    let wanted = weighed(call) as f64;
    let allowed = call.mode == CounterMode::Add || bucket.tokens >= wanted;
    let retry_after = if allowed { 0 } else { ((wanted - bucket.tokens) / rate).ceil() as i64 };
    if allowed && call.mode != CounterMode::Check {
        bucket.tokens -= call.increment as f64;
    }
    CounterState {
        allowed,
        remaining: bucket.tokens.max(0.0) as u64,
        retry_after: ticks_span(retry_after),
        bandwidth_exhausted: false,
    }
}

/// Periods of equal length from the anchor on.
fn fixed(window: &mut Window, call: &CounterCall, now: i64) -> CounterState {
    let period = span_ticks(call.period);
    let index = if period == 0 { 0 } else { (now - call.anchor).div_euclid(period) };
    if window.index != index {
        *window = Window { index, ..Window::default() };
    }
    let calls_pass = call.calls.is_none_or(|limit| window.calls.saturating_add(weighed(call)) <= limit);
    let bandwidth_passes = call.bandwidth.is_none_or(|limit| window.bytes < limit.saturating_mul(1024));
    let allowed = call.mode == CounterMode::Add || (calls_pass && bandwidth_passes);
    if allowed && call.mode != CounterMode::Check {
        window.calls += call.increment;
        window.bytes += call.increment_bytes;
    }
    let end = if period == 0 { now } else { call.anchor + (index + 1) * period };
    CounterState {
        allowed,
        remaining: call.calls.unwrap_or(u64::MAX).saturating_sub(window.calls),
        retry_after: ticks_span(end - now),
        bandwidth_exhausted: !allowed && calls_pass,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const SECOND: i64 = 10_000_000;

    fn call(kind: CounterKind, calls: u64, seconds: u64, mode: CounterMode) -> CounterCall {
        CounterCall {
            key: "k".into(),
            kind,
            calls: Some(calls),
            bandwidth: None,
            period: Duration::from_secs(seconds),
            anchor: 0,
            increment: 1,
            increment_bytes: 0,
            mode,
        }
    }

    #[test]
    fn a_sliding_window_frees_a_place_when_the_oldest_call_leaves_it() {
        let (mut counters, call) =
            (Counters::default(), call(CounterKind::SlidingWindow, 2, 10, CounterMode::CheckAndAdd));
        let mut at = |second: i64| counters.count(&call, second * SECOND);
        assert_eq!(at(0).remaining, 1);
        assert!(at(4).allowed);
        let denied = at(7);
        assert_eq!((denied.allowed, denied.retry_after.as_secs()), (false, 3));
        assert!(at(10).allowed);
        assert!(!at(13).allowed);
        assert!(at(14).allowed);
    }

    #[test]
    fn checking_adds_nothing_and_adding_never_refuses() {
        let mut counters = Counters::default();
        let mut count = |mode, increment| {
            counters.count(&CounterCall { increment, ..call(CounterKind::SlidingWindow, 1, 10, mode) }, 0)
        };
        assert!(count(CounterMode::Check, 1).allowed);
        assert!(count(CounterMode::Add, 1).allowed);
        assert!(count(CounterMode::Check, 1).allowed);
        assert!(count(CounterMode::Add, 1).allowed);
        assert!(!count(CounterMode::Check, 1).allowed);
    }

    #[test]
    fn a_fixed_window_starts_anew_with_its_period() {
        let (mut counters, call) =
            (Counters::default(), call(CounterKind::FixedWindow, 1, 60, CounterMode::CheckAndAdd));
        let mut at = |second: i64| counters.count(&call, second * SECOND);
        assert!(at(50).allowed);
        let denied = at(55);
        assert_eq!((denied.allowed, denied.retry_after.as_secs(), denied.bandwidth_exhausted), (false, 5, false));
        assert!(at(60).allowed);
    }

    #[test]
    fn bandwidth_may_be_overrun_by_one_call() {
        let mut counters = Counters::default();
        let one = CounterCall {
            calls: None,
            bandwidth: Some(10),
            increment_bytes: 15 * 1024,
            ..call(CounterKind::FixedWindow, 0, 0, CounterMode::CheckAndAdd)
        };
        assert!(counters.count(&one, 0).allowed);
        let denied = counters.count(&one, SECOND);
        assert_eq!((denied.allowed, denied.bandwidth_exhausted), (false, true));
    }
}
