//! The hash table behind `Dictionary`, `HashSet` and the grouping operators, with .NET's order of enumeration:
//! insertion order, where a new entry takes the place of the one removed last.

use crate::cx::Cx;
use crate::exception::{Throw, Trap};
use crate::value::Value;
use crate::value::comparer::{self, ComparerKind};
use crate::value::heap::Heap;
use crate::value::text::Str;

const NONE: u32 = u32::MAX;

/// Keys with values.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// How keys compare.
    pub kind: ComparerKind,
    /// First entry of each chain; a power of two of them.
    buckets: Vec<u32>,
    entries: Vec<Entry>,
    /// Places of removed entries, the last one is reused first.
    free: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    hash: u64,
    next: u32,
    used: bool,
    key: Value,
    value: Value,
}

impl Table {
    /// An empty table.
    #[must_use]
    pub fn new(kind: ComparerKind) -> Self {
        Self { kind, ..Self::default() }
    }

    /// Number of keys.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len() - self.free.len()
    }

    /// True without any key.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The first key and value at or after a place, and the place after it.
    #[must_use]
    pub fn next_from(&self, place: usize) -> Option<(usize, Value, Value)> {
        let rest = self.entries.get(place..)?;
        let (offset, entry) = rest.iter().enumerate().find(|(_, entry)| entry.used)?;
        Some((place + offset + 1, entry.key, entry.value))
    }

    /// All keys and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (Value, Value)> + '_ {
        self.entries.iter().filter(|entry| entry.used).map(|entry| (entry.key, entry.value))
    }

    /// The value of a key, looked up without anything but the heap's texts: the fast path of string keys.
    #[must_use]
    pub fn get_string(&self, heap: &Heap, key: Str) -> Option<Value> {
        if self.entries.is_empty() {
            return None;
        }
        let hash = comparer::hash_string(heap, self.kind, key);
        let mut at = self.bucket(hash);
        while let Some(entry) = self.entries.get(at as usize) {
            if let Value::String(candidate) = entry.key
                && entry.hash == hash
                && comparer::strings_equal(heap, self.kind, candidate, key)
            {
                return Some(entry.value);
            }
            at = entry.next;
        }
        None
    }

    /// The value of a key.
    ///
    /// # Errors
    /// When a budget is exhausted.
    pub fn get(&self, cx: &mut Cx<'_>, key: Value) -> Result<Option<Value>, Throw> {
        let hash = comparer::hash(cx, self.kind, key)?;
        let place = self.find(cx, key, hash)?;
        Ok(place.and_then(|at| self.entries.get(at as usize)).map(|entry| entry.value))
    }

    /// The key as it is stored.
    ///
    /// # Errors
    /// When a budget is exhausted.
    pub fn stored_key(&self, cx: &mut Cx<'_>, key: Value) -> Result<Option<Value>, Throw> {
        let hash = comparer::hash(cx, self.kind, key)?;
        let place = self.find(cx, key, hash)?;
        Ok(place.and_then(|at| self.entries.get(at as usize)).map(|entry| entry.key))
    }

    /// Adds a key unless it is there; true when it was added.
    ///
    /// # Errors
    /// When a budget is exhausted.
    pub fn add(&mut self, cx: &mut Cx<'_>, key: Value, value: Value) -> Result<bool, Throw> {
        let hash = comparer::hash(cx, self.kind, key)?;
        if self.find(cx, key, hash)?.is_some() {
            return Ok(false);
        }
        self.insert(cx.heap, key, value, hash)?;
        Ok(true)
    }

    /// Sets the value of a key, new or not.
    ///
    /// # Errors
    /// When a budget is exhausted.
    pub fn set(&mut self, cx: &mut Cx<'_>, key: Value, value: Value) -> Result<(), Throw> {
        let hash = comparer::hash(cx, self.kind, key)?;
        match self.find(cx, key, hash)? {
            Some(at) => {
                if let Some(entry) = self.entries.get_mut(at as usize) {
                    entry.value = value;
                }
            }
            None => self.insert(cx.heap, key, value, hash)?,
        }
        Ok(())
    }

    /// Removes a key and gives its value.
    ///
    /// # Errors
    /// When a budget is exhausted.
    pub fn remove(&mut self, cx: &mut Cx<'_>, key: Value) -> Result<Option<Value>, Throw> {
        let hash = comparer::hash(cx, self.kind, key)?;
        let Some(at) = self.find(cx, key, hash)? else { return Ok(None) };
        let Some(entry) = self.entries.get(at as usize).copied() else { return Ok(None) };
        self.unlink(hash, at, entry.next);
        if let Some(slot) = self.entries.get_mut(at as usize) {
            slot.used = false;
        }
        self.free.push(at);
        Ok(Some(entry.value))
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.buckets.clear();
        self.entries.clear();
        self.free.clear();
    }

    fn unlink(&mut self, hash: u64, at: u32, next: u32) {
        let bucket = self.bucket_index(hash);
        let mut link = self.buckets.get(bucket).copied().unwrap_or(NONE);
        if link == at {
            if let Some(first) = self.buckets.get_mut(bucket) {
                *first = next;
            }
            return;
        }
        while let Some(entry) = self.entries.get_mut(link as usize) {
            if entry.next == at {
                entry.next = next;
                return;
            }
            link = entry.next;
        }
    }

    fn bucket_index(&self, hash: u64) -> usize {
        // The high bits of the hash are its best ones.
        (hash >> 32) as usize & self.buckets.len().wrapping_sub(1)
    }

    fn bucket(&self, hash: u64) -> u32 {
        self.buckets.get(self.bucket_index(hash)).copied().unwrap_or(NONE)
    }

    /// Each step along a chain is charged, so that keys chosen to collide exhaust the budget and not the processor.
    fn find(&self, cx: &mut Cx<'_>, key: Value, hash: u64) -> Result<Option<u32>, Throw> {
        let mut at = self.bucket(hash);
        while let Some(entry) = self.entries.get(at as usize).copied() {
            cx.charge(1)?;
            if entry.hash == hash && comparer::equals(cx, self.kind, entry.key, key)? {
                return Ok(Some(at));
            }
            at = entry.next;
        }
        Ok(None)
    }

    fn insert(&mut self, heap: &mut Heap, key: Value, value: Value, hash: u64) -> Result<(), Trap> {
        heap.charge(size_of::<Entry>() + 2 * size_of::<u32>())?;
        if self.free.is_empty() && self.entries.len() >= self.buckets.len() {
            self.grow();
        }
        let bucket = self.bucket_index(hash);
        let entry = Entry { hash, next: self.bucket(hash), used: true, key, value };
        let at = match self.free.pop() {
            Some(at) => {
                if let Some(slot) = self.entries.get_mut(at as usize) {
                    *slot = entry;
                }
                at
            }
            None => {
                self.entries.push(entry);
                u32::try_from(self.entries.len() - 1).map_err(|_| Trap::Memory)?
            }
        };
        if let Some(first) = self.buckets.get_mut(bucket) {
            *first = at;
        }
        Ok(())
    }

    fn grow(&mut self) {
        let size = (self.entries.len() * 2).max(8).next_power_of_two();
        self.buckets.clear();
        self.buckets.resize(size, NONE);
        for at in 0..self.entries.len() {
            let Some(entry) = self.entries.get(at).copied() else { break };
            if !entry.used {
                continue;
            }
            let bucket = self.bucket_index(entry.hash);
            let Some(first) = self.buckets.get_mut(bucket) else { break };
            let next = std::mem::replace(first, u32::try_from(at).unwrap_or(NONE));
            if let Some(slot) = self.entries.get_mut(at) {
                slot.next = next;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::check;

    #[test]
    fn a_new_entry_takes_the_place_of_the_one_removed_last() {
        check::with_cx(&[], |cx| {
            let mut table = Table::default();
            for n in 0..100 {
                assert_eq!(table.add(cx, Value::Int32(n), Value::Null), Ok(true));
            }
            assert_eq!(table.add(cx, Value::Int32(5), Value::Null), Ok(false));
            for n in 3..98 {
                assert_eq!(table.remove(cx, Value::Int32(n)), Ok(Some(Value::Null)));
            }
            for n in [200, 201] {
                assert_eq!(table.add(cx, Value::Int32(n), Value::Null), Ok(true));
            }
            let keys: Vec<_> = table.iter().map(|(key, _)| key).collect();
            assert_eq!(keys, [0, 1, 2, 201, 200, 98, 99].map(Value::Int32));
            assert_eq!(table.get(cx, Value::Int32(50)), Ok(None));
            assert_eq!(table.get(cx, Value::Int32(99)), Ok(Some(Value::Null)));
        });
    }
}
