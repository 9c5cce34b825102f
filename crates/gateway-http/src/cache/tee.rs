//! Stores a response while its body streams through.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use policy_vm::host::{CacheSpace, CachedResponse, Stored};

use crate::cache::flights::Flight;
use crate::shared::Shared;

/// What has come of a body that is to be stored.
#[derive(Debug)]
pub(crate) struct Tee {
    shared: Arc<Shared>,
    key: Box<str>,
    head: Box<CachedResponse>,
    duration: Duration,
    /// Others wait for it.
    _flight: Option<Flight>,
    body: Vec<u8>,
}

impl Tee {
    /// Nothing has come yet.
    pub(crate) fn new(
        shared: Arc<Shared>,
        key: Box<str>,
        head: Box<CachedResponse>,
        duration: Duration,
        flight: Option<Flight>,
    ) -> Self {
        Self { shared, key, head, duration, _flight: flight, body: Vec::new() }
    }

    /// Takes a piece; false when the whole is too large to be stored.
    pub(crate) fn take(&mut self, piece: &Bytes) -> bool {
        let fits = self.body.len() + piece.len() <= self.shared.config.cache.item;
        if fits {
            self.body.extend_from_slice(piece);
        }
        fits
    }

    /// The body came to its end: it is stored.
    pub(crate) fn finish(mut self) {
        self.head.body = self.body.into();
        self.head.headers.remove(http::header::CONTENT_LENGTH);
        self.shared.cache.put(self.key, CacheSpace::Responses, Stored::Cached(self.head), self.duration);
    }
}
