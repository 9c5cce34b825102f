//! One call fills the cache, the others that look for the same response wait for it.
//!
//! The leader holds a [`Flight`]. However its call ends, the flight ends, and nobody waits longer than the settings say:
//! a backend that never answers costs the waiting ones that time, once.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{Arc, Mutex, PoisonError};

use ahash::RandomState;
use tokio::sync::watch;

/// The responses that are on their way, by key.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    under_way: Mutex<HashMap<Box<str>, watch::Receiver<()>, RandomState>>,
}

/// Who fetches.
#[derive(Debug)]
pub(crate) enum Boarding {
    /// The caller.
    Lead(Flight),
    /// Somebody else: see [`landed`].
    Wait(watch::Receiver<()>),
}

/// A response on its way. It ends when this is dropped.
#[derive(Debug)]
pub(crate) struct Flight {
    flights: Arc<Flights>,
    key: Box<str>,
    _lands: watch::Sender<()>,
}

impl Flights {
    /// Joins the flight for a key, or begins it.
    pub(crate) fn board(self: &Arc<Self>, key: &str) -> Boarding {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        match under_way.entry(key.into()) {
            Entry::Occupied(entry) => Boarding::Wait(entry.get().clone()),
            Entry::Vacant(entry) => {
                let (lands, landing) = watch::channel(());
                let key = entry.key().clone();
                entry.insert(landing);
                Boarding::Lead(Flight { flights: Arc::clone(self), key, _lands: lands })
            }
        }
    }

    /// How many are under way.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.under_way.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

/// Waits for the end of a flight.
pub(crate) async fn landed(mut landing: watch::Receiver<()>) {
    // Nothing is ever sent: the end is the sender's.
    while landing.changed().await.is_ok() {}
}

impl Drop for Flight {
    fn drop(&mut self) {
        self.flights.under_way.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_leads_and_the_others_wait_until_it_ends() {
        let flights = Arc::new(Flights::default());
        let Boarding::Lead(flight) = flights.board("k") else { panic!("nobody else is under way") };
        let Boarding::Wait(first) = flights.board("k") else { panic!("somebody leads") };
        let Boarding::Wait(second) = flights.board("k") else { panic!("somebody leads") };
        assert!(matches!(flights.board("other"), Boarding::Lead(_)));
        drop(flight);
        landed(first).await;
        landed(second).await;
        assert_eq!(flights.len(), 0);
        assert!(matches!(flights.board("k"), Boarding::Lead(_)));
    }
}
