//! Kilobytes of quotas: what a call transferred is known when its last byte has gone, or its connection.

use std::rc::Rc;
use std::sync::Arc;

use policy_vm::host::CounterCall;

use crate::ambient;
use crate::edge::connection::Connection;
use crate::shared::Shared;

/// The counters that a call adds to when it is over, however it ends.
#[derive(Debug)]
pub(crate) struct Transfer {
    shared: Arc<Shared>,
    connection: Rc<Connection>,
    counters: Vec<CounterCall>,
    /// Which of the connection's calls it is.
    number: u64,
    /// Bytes of the response's body that went out.
    sent: u64,
}

impl Transfer {
    /// Nothing for calls that no bandwidth is counted of.
    pub(crate) fn new(
        shared: &Arc<Shared>,
        connection: &Rc<Connection>,
        number: u64,
        counters: &mut Vec<CounterCall>,
    ) -> Option<Box<Self>> {
        if counters.is_empty() {
            return None;
        }
        let counters = std::mem::take(counters);
        let (shared, connection) = (Arc::clone(shared), Rc::clone(connection));
        Some(Box::new(Self { shared, connection, counters, number, sent: 0 }))
    }

    /// So many bytes were handed on.
    pub(crate) const fn sent(&mut self, bytes: u64) {
        self.sent = self.sent.saturating_add(bytes);
    }
}

impl Drop for Transfer {
    fn drop(&mut self) {
        // The rest of a request may come while its response goes.
        let bytes = self.sent.saturating_add(self.connection.received_by(self.number));
        for mut counter in self.counters.drain(..) {
            counter.increment_bytes = bytes;
            self.shared.counters.count(&counter, ambient::now());
        }
    }
}
