use std::time::Duration;

use policy_vm::host::CounterMode;

use super::*;

fn call(kind: CounterKind, calls: u64, seconds: u64) -> CounterCall {
    CounterCall {
        key: "k".into(),
        kind,
        calls: Some(calls),
        bandwidth: None,
        period: Duration::from_secs(seconds),
        anchor: 0,
        increment: 1,
        increment_bandwidth: 0,
        mode: CounterMode::CheckAndAdd,
    }
}

const fn at(micros: u64) -> Now {
    Now { micros, ticks: micros as i64 * 10 }
}

/// A generator of numbers that are the same in every run.
fn next(seed: &mut u64) -> u64 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    *seed >> 33
}

#[test]
fn no_stretch_of_a_window_holds_more_than_the_limit() {
    for (limit, seconds, gap) in [(3, 10, 4_000_000), (50, 1, 30_000), (5000, 60, 20_000), (1, 300, 200_000_000)] {
        let counters = Counters::new();
        let call = call(CounterKind::SlidingWindow, limit, seconds);
        let mut seed = limit;
        let mut accepted: Vec<u64> = Vec::new();
        let mut now = 0;
        for _ in 0..20_000 {
            now += next(&mut seed) % gap;
            let state = counters.count(&call, at(now));
            let since = now.saturating_sub(seconds * 1_000_000);
            let in_window =
                accepted.iter().rev().take_while(|time| **time > since || now < seconds * 1_000_000).count();
            if state.allowed {
                accepted.push(now);
                assert!((in_window as u64) < limit, "{limit} in {seconds} s");
            } else {
                assert!(in_window as u64 + 1 >= limit / 2, "refused with {in_window} of {limit}");
                assert!(state.retry_after > Duration::ZERO && state.retry_after <= Duration::from_secs(seconds));
            }
        }
    }
}

#[test]
fn a_call_after_the_wait_succeeds() {
    let counters = Counters::new();
    let call = call(CounterKind::SlidingWindow, 3, 60);
    for (second, remaining) in [(0, 2), (1, 1), (2, 0)] {
        let state = counters.count(&call, at(second * 1_000_000));
        assert_eq!((state.allowed, state.remaining), (true, remaining));
    }
    let refused = counters.count(&call, at(10_000_000));
    assert_eq!((refused.allowed, refused.retry_after), (false, Duration::from_secs(50)));
    assert!(!counters.count(&call, at(59_999_999)).allowed);
    assert!(counters.count(&call, at(60_000_000)).allowed);
    assert!(!counters.count(&call, at(60_000_000)).allowed);
}

#[test]
fn a_changed_limit_keeps_the_count() {
    let counters = Counters::new();
    for _ in 0..3 {
        assert!(counters.count(&call(CounterKind::SlidingWindow, 3, 60), at(0)).allowed);
    }
    assert!(counters.count(&call(CounterKind::SlidingWindow, 4, 60), at(1)).allowed);
    assert!(!counters.count(&call(CounterKind::SlidingWindow, 2, 60), at(2)).allowed);
}

#[test]
fn all_threads_together_get_exactly_the_limit() {
    let counters = Counters::new();
    let passed: usize = std::thread::scope(|scope| {
        let work =
            || (0..500).filter(|_| counters.count(&call(CounterKind::SlidingWindow, 1000, 60), at(5)).allowed).count();
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(passed, 1000);
}

#[test]
fn periods_begin_at_their_anchor_and_never_run_backwards() {
    let counters = Counters::new();
    let mut quota = call(CounterKind::FixedWindow, 2, 3600);
    quota.anchor = 1_000;
    let now = |seconds: u64| Now { micros: 0, ticks: 1_000 + seconds as i64 * 10_000_000 };
    assert!(counters.count(&quota, now(3500)).allowed);
    let last = counters.count(&quota, now(3590));
    assert_eq!((last.allowed, last.remaining), (true, 0));
    let refused = counters.count(&quota, now(3599));
    assert_eq!((refused.allowed, refused.retry_after), (false, Duration::from_secs(1)));
    assert!(counters.count(&quota, now(3600)).allowed);
    assert!(counters.count(&quota, now(100)).allowed, "the second of this period");
    assert!(!counters.count(&quota, now(100)).allowed, "a clock set back gives nothing back");
    quota.period = Duration::ZERO;
    quota.key = "for ever".into();
    assert!(counters.count(&quota, now(1)).allowed && counters.count(&quota, now(2)).allowed);
    assert!(!counters.count(&quota, now(1 << 30)).allowed);
}

#[test]
fn bandwidth_is_a_limit_of_its_own() {
    let counters = Counters::new();
    let mut quota = CounterCall { calls: None, bandwidth: Some(10), ..call(CounterKind::FixedWindow, 0, 60) };
    quota.mode = CounterMode::Check;
    assert!(counters.count(&quota, at(0)).allowed);
    quota.mode = CounterMode::Add;
    quota.increment_bandwidth = 10;
    assert!(counters.count(&quota, at(0)).allowed);
    quota.mode = CounterMode::Check;
    let refused = counters.count(&quota, at(0));
    assert!(!refused.allowed && refused.bandwidth_exhausted);
}

#[test]
fn inventing_keys_frees_nobody() {
    let counters = Counters::new();
    let limit = call(CounterKind::SlidingWindow, 1, 300);
    assert!(counters.count(&limit, at(0)).allowed);
    for number in 0..(KEYS * SHARDS * 2) {
        let other = CounterCall { key: format!("{number}").into(), ..limit.clone() };
        counters.count(&other, at(1_000_000));
    }
    assert!(!counters.count(&limit, at(2_000_000)).allowed);
    let later = at(400_000_000);
    for shard in &counters.shards {
        shard.lock().unwrap().forget(later);
    }
    assert_eq!(counters.shards.iter().map(|shard| shard.lock().unwrap().counters.len()).sum::<usize>(), 0);
}
