//! Counters of rate limits and quotas, shared by all threads, each key behind one of many locks that is held for
//! nanoseconds.

mod bucket;
mod fixed;
mod sliding;
mod transfer;

use std::collections::HashMap;
use std::hash::{Hash, Hasher};
use std::sync::{Mutex, PoisonError};

use ahash::RandomState;
use policy_vm::host::{CounterCall, CounterKind, CounterState};
use rustc_hash::FxHasher;

use self::bucket::Bucket;
use self::fixed::Fixed;
use self::sliding::Sliding;
pub(crate) use self::transfer::Transfer;

const SHARDS: usize = 64;
/// Keys a shard holds before it looks for some to forget.
const KEYS: usize = 4 << 10;
/// Keys a shard holds at most, unless they are all exhausted.
const MAX_KEYS: usize = 16 << 10;
/// Keys a shard holds at most. Whoever comes then with a new key shares one counter with the others who do: memory is
/// bounded, and still nobody gets rid of a limit by inventing keys.
const ALL_KEYS: usize = 32 << 10;
/// How the key begins that they share.
const OVERFLOW: &str = "\0overflow";
/// Counters of a kind that they share at most.
const OVERFLOWS: u64 = 16;
/// Microseconds between two looks at a full shard, which cost time.
const LOOK_AGAIN: u64 = 1_000_000;

/// All counters of this process.
#[derive(Debug)]
pub(crate) struct Counters {
    hasher: RandomState,
    shards: Vec<Mutex<Shard>>,
}

#[derive(Debug, Default)]
struct Shard {
    counters: HashMap<Box<str>, Counter, RandomState>,
    /// The size at which to look for counters to forget again.
    full: usize,
    /// When that was done last.
    looked: u64,
}

#[derive(Debug)]
enum Counter {
    Sliding(Sliding),
    Bucket(Bucket),
    Fixed(Fixed),
}

/// Now, on both clocks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Now {
    /// Monotonic, in microseconds: rates do not follow a clock that is set.
    pub(crate) micros: u64,
    /// .NET ticks UTC: quotas begin at calendar times.
    pub(crate) ticks: i64,
}

impl Counters {
    pub(crate) fn new() -> Self {
        let shard = || Mutex::new(Shard { full: KEYS, ..Shard::default() });
        Self { hasher: RandomState::new(), shards: (0..SHARDS).map(|_| shard()).collect() }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.shards.iter().map(|shard| shard.lock().unwrap_or_else(PoisonError::into_inner).counters.len()).sum()
    }

    /// Forgets all counters: every limit begins anew.
    pub(crate) fn clear(&self) {
        for shard in &self.shards {
            shard.lock().unwrap_or_else(PoisonError::into_inner).counters.clear();
        }
    }

    /// Takes a step against a counter.
    pub(crate) fn count(&self, call: &CounterCall, now: Now) -> CounterState {
        let index = usize::try_from(self.hasher.hash_one(&*call.key) % SHARDS as u64).unwrap_or(0);
        let Some(shard) = self.shards.get(index) else { return allowed() };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        shard.count(call, now)
    }
}

/// For a limit that cannot be reached.
const fn allowed() -> CounterState {
    CounterState {
        allowed: true,
        remaining: u64::MAX,
        retry_after: std::time::Duration::ZERO,
        bandwidth_exhausted: false,
    }
}

/// The key that calls share for which there is no counter any more. Another kind of limit has one of its own, or each would
/// begin anew whenever the other counts; and so have other limits, of which a policy may make up any number, to some degree.
fn overflow(call: &CounterCall) -> Box<str> {
    let mut hasher = FxHasher::default();
    (call.calls, call.bandwidth, call.period, call.anchor).hash(&mut hasher);
    format!("{OVERFLOW} {:?} {}", call.kind, hasher.finish() % OVERFLOWS).into()
}

impl Shard {
    /// Counts with the counter of that key; a new one when there is none.
    fn count(&mut self, call: &CounterCall, now: Now) -> CounterState {
        if let Some(counter) = self.counters.get_mut(&call.key) {
            return counter.count(call, now);
        }
        if self.counters.len() >= self.full {
            self.forget(now);
        }
        if self.counters.len() >= ALL_KEYS {
            let counter = self.counters.entry(overflow(call)).or_insert_with(|| Counter::new(call.kind));
            return counter.count(call, now);
        }
        let mut counter = Counter::new(call.kind);
        let state = counter.count(call, now);
        self.counters.insert(call.key.clone(), counter);
        state
    }

    /// Forgets counters whose window has passed, and where there are still too many, those that have calls left. One that
    /// is exhausted is kept, whatever else comes: a caller must not get rid of its limit by inventing keys.
    fn forget(&mut self, now: Now) {
        if self.counters.len() >= ALL_KEYS && now.micros.saturating_sub(self.looked) < LOOK_AGAIN {
            return;
        }
        self.looked = now.micros;
        self.counters.retain(|_, counter| !counter.is_over(now));
        if self.counters.len() >= MAX_KEYS {
            self.counters.retain(|_, counter| counter.is_exhausted());
        }
        self.full = (self.counters.len() * 2).clamp(KEYS, MAX_KEYS.max(self.counters.len() + KEYS)).min(ALL_KEYS);
    }
}

impl Counter {
    fn new(kind: CounterKind) -> Self {
        match kind {
            CounterKind::SlidingWindow => Self::Sliding(Sliding::default()),
            CounterKind::TokenBucket => Self::Bucket(Bucket::default()),
            CounterKind::FixedWindow => Self::Fixed(Fixed::default()),
        }
    }

    fn count(&mut self, call: &CounterCall, now: Now) -> CounterState {
        match (call.kind, &mut *self) {
            (CounterKind::SlidingWindow, Self::Sliding(counter)) => counter.count(call, now.micros),
            (CounterKind::TokenBucket, Self::Bucket(counter)) => counter.count(call, now.micros),
            (CounterKind::FixedWindow, Self::Fixed(counter)) => counter.count(call, now.ticks),
            // One key for two kinds of limit cannot come from one policy; the later one begins anew.
            (kind, _) => {
                *self = Self::new(kind);
                self.count(call, now)
            }
        }
    }

    /// True when nothing in it counts any more.
    fn is_over(&self, now: Now) -> bool {
        match self {
            Self::Sliding(counter) => counter.is_over(now.micros),
            Self::Bucket(counter) => counter.is_over(now.micros),
            Self::Fixed(counter) => counter.is_over(now.ticks),
        }
    }

    /// True when its last step left nothing.
    const fn is_exhausted(&self) -> bool {
        match self {
            Self::Sliding(counter) => counter.exhausted,
            Self::Bucket(counter) => counter.exhausted,
            Self::Fixed(counter) => counter.exhausted,
        }
    }
}

#[cfg(test)]
mod tests;
