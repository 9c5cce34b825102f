//! Places of `limit-concurrency`: so many calls at once, and no more.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use ahash::RandomState;

const SHARDS: usize = 32;

/// Counters of places taken, by name.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    hasher: RandomState,
    shards: [Mutex<HashMap<Box<str>, u32, RandomState>>; SHARDS],
}

impl Slots {
    fn shard(&self, key: &str) -> &Mutex<HashMap<Box<str>, u32, RandomState>> {
        let index = usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).unwrap_or(0);
        self.shards.get(index).unwrap_or(&self.shards[0])
    }

    /// Takes a place, if one is free.
    pub(crate) fn acquire(&self, key: &str, limit: u32) -> bool {
        let mut shard = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        match shard.get_mut(key) {
            Some(taken) if *taken >= limit => false,
            Some(taken) => {
                *taken += 1;
                true
            }
            None if limit == 0 => false,
            None => {
                shard.insert(key.into(), 1);
                true
            }
        }
    }

    /// Gives a place back. Names without places taken are forgotten.
    pub(crate) fn release(&self, key: &str) {
        let mut shard = self.shard(key).lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(taken) = shard.get_mut(key) {
            *taken -= 1;
            if *taken == 0 {
                shard.remove(key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_given_back_exactly_once() {
        let slots = Slots::default();
        assert!(slots.acquire("a", 2) && slots.acquire("a", 2) && !slots.acquire("a", 2) && slots.acquire("b", 1));
        slots.release("a");
        assert!(slots.acquire("a", 2) && !slots.acquire("a", 2));
        slots.release("a");
        slots.release("a");
        slots.release("a");
        assert!(!slots.acquire("a", 0) && slots.acquire("a", 1) && !slots.acquire("a", 1));
    }
}
