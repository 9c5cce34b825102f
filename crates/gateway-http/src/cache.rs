//! The cache in memory: bounded by bytes, shared by all threads.

pub(crate) mod flights;
pub(crate) mod tee;

use std::sync::Arc;
use std::time::{Duration, Instant};

use policy_vm::host::{CacheSpace, Stored};
use quick_cache::sync::Cache as Store;
use quick_cache::{OptionsBuilder, Weighter};

/// Values by key, until they expire or room is needed.
#[derive(Debug)]
pub(crate) struct Cache {
    store: Store<Box<str>, Entry, Bytes>,
    item: usize,
}

#[derive(Debug, Clone)]
struct Entry {
    value: Arc<Stored>,
    expires: Instant,
    weight: usize,
}

#[derive(Debug, Clone)]
struct Bytes;

impl Weighter<Box<str>, Entry> for Bytes {
    fn weight(&self, _: &Box<str>, entry: &Entry) -> u64 {
        entry.weight as u64
    }
}

/// Room that an entry takes beside its key and value.
const OVERHEAD: usize = 128;
/// Longer than anybody waits, shorter than what would overflow.
const MAX_DURATION: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

impl Cache {
    /// A cache of `size` bytes for items of up to `item` bytes.
    pub(crate) fn new(size: u64, item: usize) -> Self {
        // A shard has to have room for a large item.
        let shards = (size / (4 * item.max(1) as u64)).clamp(1, 16).next_power_of_two();
        let options = OptionsBuilder::new()
            .shards(usize::try_from(shards).unwrap_or(1))
            .estimated_items_capacity(10_000)
            .weight_capacity(size)
            .build();
        let store = match options {
            Ok(options) => Store::with_options(options, Bytes, Default::default(), Default::default()),
            Err(_) => Store::with_weighter(10_000, size, Bytes),
        };
        Self { store, item }
    }

    /// What is stored under the key.
    pub(crate) fn get(&self, key: &str, space: CacheSpace) -> Option<Arc<Stored>> {
        match name(key, space) {
            None => self.get_named(key),
            Some(name) => self.get_named(&name),
        }
    }

    fn get_named(&self, key: &str) -> Option<Arc<Stored>> {
        let entry = self.store.get(key)?;
        if entry.expires <= Instant::now() {
            self.store.remove_if(key, |current| current.expires <= Instant::now());
            return None;
        }
        Some(entry.value)
    }

    /// Stores a value, unless it is too large.
    pub(crate) fn put(&self, key: Box<str>, space: CacheSpace, value: Stored, duration: Duration) {
        let key = name(&key, space).map_or(key, String::into_boxed_str);
        let weight = OVERHEAD + key.len() + size(&value);
        if weight > self.item || duration.is_zero() {
            self.store.remove(&key);
            return;
        }
        let expires = Instant::now() + duration.min(MAX_DURATION);
        self.store.insert(key, Entry { value: Arc::new(value), expires, weight });
    }

    /// Removes a value.
    pub(crate) fn remove(&self, key: &str) {
        match name(key, CacheSpace::Values) {
            None => self.store.remove(key),
            Some(name) => self.store.remove(name.as_str()),
        };
    }

    /// How many entries there are, and how many bytes they take.
    pub(crate) fn held(&self) -> (usize, u64) {
        (self.store.len(), self.store.weight())
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.store.clear();
    }
}

/// The name in the store, where it is not the key itself: responses begin with a zero, and values that begin with one get
/// another in front.
fn name(key: &str, space: CacheSpace) -> Option<String> {
    match space {
        CacheSpace::Responses => Some(format!("\0r{key}")),
        CacheSpace::Values if key.starts_with('\0') => Some(format!("\0v{key}")),
        CacheSpace::Values => None,
    }
}

fn size(value: &Stored) -> usize {
    match value {
        Stored::Text(text) | Stored::Json(text) => text.len(),
        Stored::Units(units) => units.len() * 2,
        Stored::Bytes(bytes) => bytes.len(),
        Stored::Response { headers, body, .. } => body.len() + header_size(headers),
        Stored::Cached(cached) => cached.body.len() + header_size(&cached.headers),
        _ => 0,
    }
}

fn header_size(headers: &http::HeaderMap) -> usize {
    headers.iter().map(|(name, value)| name.as_str().len() + value.len() + 32).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: CacheSpace = CacheSpace::Values;

    fn text(length: usize) -> Stored {
        Stored::Text("x".repeat(length).into())
    }

    #[test]
    fn values_live_until_they_expire_or_are_removed() {
        let cache = Cache::new(1 << 20, 1 << 16);
        cache.put("a".into(), VALUES, text(1), Duration::from_secs(60));
        assert_eq!(cache.get("a", VALUES).as_deref(), Some(&text(1)));
        cache.put("a".into(), VALUES, text(2), Duration::MAX);
        assert_eq!(cache.get("a", VALUES).as_deref(), Some(&text(2)));
        cache.remove("a");
        assert_eq!(cache.get("a", VALUES), None);
        cache.put("b".into(), VALUES, text(1), Duration::ZERO);
        assert_eq!(cache.get("b", VALUES), None);
    }

    #[test]
    fn large_values_are_not_stored_and_many_stay_within_the_bound() {
        let cache = Cache::new(1 << 20, 1 << 16);
        cache.put("a".into(), VALUES, text(1 << 16), Duration::from_secs(60));
        assert_eq!(cache.get("a", VALUES), None);
        for number in 0..10_000 {
            cache.put(format!("key {number}").into(), VALUES, text(1000), Duration::from_secs(60));
        }
        assert!(cache.store.weight() <= 1 << 20, "{}", cache.store.weight());
        assert!(cache.store.len() > 500);
    }

    #[test]
    fn values_and_responses_do_not_meet() {
        let cache = Cache::new(1 << 20, 1 << 16);
        let minute = Duration::from_secs(60);
        cache.put("a".into(), CacheSpace::Responses, text(1), minute);
        assert_eq!((cache.get("a", VALUES), cache.get("\0ra", VALUES)), (None, None));
        cache.put("\0ra".into(), VALUES, text(2), minute);
        assert_eq!(cache.get("a", CacheSpace::Responses).as_deref(), Some(&text(1)));
        assert_eq!(cache.get("\0ra", VALUES).as_deref(), Some(&text(2)));
        cache.remove("\0ra");
        assert_eq!(cache.get("\0ra", VALUES), None);
        assert!(cache.get("a", CacheSpace::Responses).is_some());
    }
}
