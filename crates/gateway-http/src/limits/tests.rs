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
        increment_bytes: 0,
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
fn a_changed_period_keeps_the_count() {
    const HOUR: u64 = 3600;
    let counters = Counters::new();
    let now = |hours: u64| Now { micros: 0, ticks: 1_000 + (hours * HOUR) as i64 * 10_000_000 };
    let mut quota = call(CounterKind::FixedWindow, 2, 24 * HOUR);
    quota.anchor = 1_000;
    assert!(counters.count(&quota, now(5)).allowed && counters.count(&quota, now(5)).allowed);
    quota.period = Duration::from_secs(HOUR);
    let refused = counters.count(&quota, now(5));
    assert_eq!((refused.allowed, refused.retry_after), (false, Duration::from_secs(HOUR)), "neither period has ended");
    quota.period = Duration::from_secs(48 * HOUR);
    assert!(!counters.count(&quota, now(5)).allowed);
    quota.period = Duration::from_secs(HOUR);
    assert!(!counters.count(&quota, now(5)).allowed);
    assert!(counters.count(&quota, now(6)).allowed);
    quota.anchor -= 10_000_000;
    assert!(counters.count(&quota, now(6)).allowed);
    assert!(!counters.count(&quota, now(6)).allowed, "nor does another beginning give anything back");
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
    quota.increment_bytes = 10 * 1024 - 1;
    assert!(counters.count(&quota, at(0)).allowed);
    for mode in [CounterMode::Check, CounterMode::CheckAndAdd] {
        quota.mode = mode;
        quota.increment_bytes = 0;
        assert!(counters.count(&quota, at(0)).allowed, "one byte is left");
    }
    quota.mode = CounterMode::Add;
    quota.increment_bytes = 1;
    assert!(counters.count(&quota, at(0)).allowed);
    for mode in [CounterMode::Check, CounterMode::CheckAndAdd] {
        quota.mode = mode;
        let refused = counters.count(&quota, at(0));
        assert!(!refused.allowed && refused.bandwidth_exhausted);
    }
}

/// `threats.md` K9, K12: what a bucket lets through is never more than what was in it and what came back since.
#[test]
fn a_bucket_gives_what_is_in_it_and_what_comes_back() {
    let counters = Counters::new();
    let bucket = call(CounterKind::TokenBucket, 6, 60);
    for left in (0..6).rev() {
        let state = counters.count(&bucket, at(0));
        assert_eq!((state.allowed, state.remaining), (true, left));
    }
    let refused = counters.count(&bucket, at(0));
    assert_eq!((refused.allowed, refused.remaining, refused.retry_after), (false, 0, Duration::from_secs(10)));
    assert!(!counters.count(&bucket, at(9_999_999)).allowed);
    assert!(counters.count(&bucket, at(10_000_000)).allowed);
    assert!(!counters.count(&bucket, at(10_000_000)).allowed);
    assert!(!counters.count(&bucket, at(3)).allowed, "a clock set back brings nothing back");
    let burst = (0..20).filter(|_| counters.count(&bucket, at(1_000_000_000)).allowed).count();
    assert_eq!(burst, 6, "it never holds more than its size");

    for (limit, seconds, gap) in [(3, 10, 4_000_000), (50, 1, 30_000), (7, 300, 90_000_000)] {
        let counters = Counters::new();
        let bucket = call(CounterKind::TokenBucket, limit, seconds);
        let (mut seed, mut now, mut accepted) = (limit, 0_u64, 0_u64);
        for _ in 0..20_000 {
            now += next(&mut seed) % gap;
            let state = counters.count(&bucket, at(now));
            accepted += u64::from(state.allowed);
            assert!(accepted <= limit + now * limit / (seconds * 1_000_000), "{limit} in {seconds} s");
            if !state.allowed {
                let wait = u64::try_from(state.retry_after.as_micros()).unwrap();
                assert!(wait > 0 && wait <= (seconds * 1_000_000).div_ceil(limit));
            }
        }
        assert!(accepted > 1000, "{accepted}");
    }
}

#[test]
fn a_bucket_that_is_asked_and_charged_later_may_be_overdrawn_once() {
    let counters = Counters::new();
    let bucket = call(CounterKind::TokenBucket, 2, 60);
    let step = |mode, increment| counters.count(&CounterCall { mode, increment, ..bucket.clone() }, at(0)).allowed;
    assert!(step(CounterMode::Check, 0) && step(CounterMode::Add, 2) && step(CounterMode::Check, 0));
    assert!(step(CounterMode::Add, 5));
    let refused = counters.count(&CounterCall { mode: CounterMode::Check, increment: 0, ..bucket.clone() }, at(0));
    assert_eq!((refused.allowed, refused.retry_after), (false, Duration::from_secs(150)));
    // A limit that is changed finds the same tokens missing; one of zero is always refused.
    let wider = CounterCall { mode: CounterMode::Check, increment: 0, ..call(CounterKind::TokenBucket, 7, 30) };
    assert!(counters.count(&wider, at(0)).allowed);
    let never = CounterCall { key: "never".into(), ..call(CounterKind::TokenBucket, 0, 60) };
    assert_eq!(counters.count(&never, at(1)).retry_after, Duration::from_secs(60));
}

/// `threats.md` K15: keys without end, each exhausted by its first call and never renewed.
#[test]
fn memory_is_bounded_whatever_keys_come() {
    let mut shard = Shard { full: KEYS, ..Shard::default() };
    let quota = CounterCall { period: Duration::ZERO, ..call(CounterKind::FixedWindow, 1, 0) };
    let mut count = |key: &str| shard.count(&CounterCall { key: key.into(), ..quota.clone() }, at(1)).allowed;
    assert!(count("first"));
    let passed = (0..ALL_KEYS * 2).filter(|number| count(&number.to_string())).count();
    assert!(passed <= ALL_KEYS, "those beyond share a counter: {passed}");
    assert!(!count("first") && !count("0"), "and nobody is let go");
    assert!(shard.counters.len() <= ALL_KEYS + 1, "{}", shard.counters.len());
}

#[test]
fn what_shares_a_counter_is_of_one_kind_and_limit() {
    let mut shard = Shard { full: KEYS, ..Shard::default() };
    let quota = CounterCall { period: Duration::ZERO, ..call(CounterKind::FixedWindow, 1, 0) };
    for number in 0..ALL_KEYS {
        shard.count(&CounterCall { key: number.to_string().into(), ..quota.clone() }, at(1));
    }
    let kinds = [CounterKind::FixedWindow, CounterKind::SlidingWindow, CounterKind::TokenBucket];
    let allowed = |shard: &mut Shard, round: u32| {
        kinds.map(|kind| {
            let shared = CounterCall { key: format!("{kind:?} {round}").into(), ..call(kind, 3, 3000) };
            shard.count(&shared, at(1)).allowed
        })
    };
    let rounds: Vec<[bool; 3]> = (0..5).map(|round| allowed(&mut shard, round)).collect();
    assert_eq!(rounds, [[true; 3], [true; 3], [true; 3], [false; 3], [false; 3]]);
    // Limits made up without end: their counters are shared in the end.
    for calls in 0..1000 {
        let other = CounterCall { key: format!("{calls}").into(), ..call(CounterKind::SlidingWindow, calls, 3000) };
        shard.count(&other, at(1));
    }
    assert!(shard.counters.len() <= ALL_KEYS + 3 * 16, "{}", shard.counters.len());
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
