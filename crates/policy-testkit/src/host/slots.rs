//! Places of `limit-concurrency`.

use std::collections::HashMap;

/// How many places of each counter are taken.
#[derive(Debug, Default)]
pub(crate) struct Slots {
    taken: HashMap<Box<str>, u32>,
}

impl Slots {
    /// Says how many others are inside.
    pub(crate) fn set(&mut self, key: &str, taken: u32) {
        self.taken.insert(key.into(), taken);
    }

    pub(crate) fn acquire(&mut self, key: &str, limit: u32) -> bool {
        let taken = self.taken.entry(key.into()).or_default();
        let free = *taken < limit;
        *taken += u32::from(free);
        free
    }

    pub(crate) fn release(&mut self, key: &str) {
        if let Some(taken) = self.taken.get_mut(key) {
            *taken = taken.saturating_sub(1);
        }
    }
}
