//! How short memory is: a thread of its own looks, once a second. A reload takes much memory, and the time of the thread that
//! does it; just then somebody has to look.

use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::time::Duration;

use crate::memory;
use crate::shared::Shared;

/// How often memory is looked at.
const EVERY: Duration = Duration::from_secs(1);

/// The thread that looks, for as long as this is kept.
#[derive(Debug)]
pub(crate) struct Watch(#[expect(dead_code, reason = "that it is gone ends the thread")] Sender<()>);

impl Watch {
    /// Begins to look.
    pub(crate) fn start(shared: Arc<Shared>) -> io::Result<Self> {
        let (alive, gone) = channel();
        let look = move || {
            while matches!(gone.recv_timeout(EVERY), Err(RecvTimeoutError::Timeout)) {
                let allowed = match shared.memory.load(Ordering::Relaxed) {
                    0 => memory::allowance(),
                    bytes => Some(bytes),
                };
                if let (Some(allowed), Some(used)) = (allowed, memory::resident()) {
                    note(&shared, used, allowed);
                }
            }
        };
        std::thread::Builder::new().name("memory".to_owned()).spawn(look)?;
        Ok(Self(alive))
    }
}

fn note(shared: &Shared, used: u64, allowed: u64) {
    let (before, pressure) = (shared.pressure.get(), memory::pressure(used, allowed));
    if before != pressure {
        tracing::warn!(used, allowed, ?pressure, "memory");
        shared.pressure.set(pressure);
    }
}
