//! The cache: values with an end on the virtual clock.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use policy_vm::host::{CacheKind, CacheSpace, HostError, HostErrorKind, HostReply, Stored};

use super::ambience::span_ticks;

/// An internal cache, and an external one where the page has it.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    internal: HashMap<Box<str>, Entry>,
    external: Option<HashMap<Box<str>, Entry>>,
    /// Every access fails.
    pub(crate) fails: bool,
}

/// Under which name a response is kept: apart from values.
pub(crate) fn name(key: &str, space: CacheSpace) -> Box<str> {
    match space {
        CacheSpace::Values => key.into(),
        CacheSpace::Responses => format!("\0{key}").into(),
    }
}

#[derive(Debug)]
struct Entry {
    value: Arc<Stored>,
    /// In .NET ticks.
    end: i64,
}

impl Cache {
    /// Adds an external cache.
    pub(crate) fn add_external(&mut self) {
        self.external.get_or_insert_with(HashMap::new);
    }

    pub(crate) fn lookup(&mut self, key: &str, kind: CacheKind, now: i64) -> Option<Arc<Stored>> {
        let entry = self.of(kind)?.get(key).filter(|entry| now < entry.end)?;
        Some(Arc::clone(&entry.value))
    }

    pub(crate) fn store(&mut self, key: &str, value: Stored, duration: Duration, kind: CacheKind, now: i64) {
        let end = now.saturating_add(span_ticks(duration));
        if let Some(entries) = self.of(kind) {
            entries.insert(key.into(), Entry { value: Arc::new(value), end });
        }
    }

    pub(crate) fn remove(&mut self, key: &str, kind: CacheKind) -> HostReply {
        match self.of(kind) {
            Some(entries) => {
                entries.remove(key);
                HostReply::Done
            }
            None => HostReply::Failed(HostError::new(HostErrorKind::Connection, "The cache is not available.")),
        }
    }

    /// The cache of that kind, if there is one and it works.
    fn of(&mut self, kind: CacheKind) -> Option<&mut HashMap<Box<str>, Entry>> {
        if self.fails {
            return None;
        }
        match kind {
            CacheKind::Internal => Some(&mut self.internal),
            CacheKind::External => self.external.as_mut(),
            CacheKind::PreferExternal => Some(self.external.as_mut().unwrap_or(&mut self.internal)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Stored {
        Stored::Text(text.into())
    }

    #[test]
    fn values_end_on_the_clock() {
        let mut cache = Cache::default();
        cache.store("k", text("v"), Duration::from_secs(1), CacheKind::PreferExternal, 0);
        assert_eq!(cache.lookup("k", CacheKind::Internal, 9_999_999).as_deref(), Some(&text("v")));
        assert_eq!(cache.lookup("k", CacheKind::Internal, 10_000_000), None);
    }

    #[test]
    fn the_external_cache_is_preferred_where_there_is_one() {
        let mut cache = Cache::default();
        cache.store("k", text("lost"), Duration::from_secs(1), CacheKind::External, 0);
        cache.add_external();
        cache.store("k", text("v"), Duration::from_secs(1), CacheKind::PreferExternal, 0);
        assert!(cache.lookup("k", CacheKind::External, 0).is_some());
        assert!(cache.lookup("k", CacheKind::Internal, 0).is_none());
    }
}
