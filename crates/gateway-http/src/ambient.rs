//! Time and randomness for expressions.

use std::cell::RefCell;
use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use policy_vm::host::{Ambient, CertificateCheck, TraceRecord};

use crate::certificates::Certificates;
use crate::service::Hidden;
use crate::trust::Trust;

use crate::limits::Now;

/// The machine's clocks and the system's random source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Machine;

/// .NET ticks at 1970-01-01.
const UNIX_TICKS: i64 = 621_355_968_000_000_000;

/// Random bytes are fetched in blocks: a system call for each id would cost more than the rest of it.
struct Block {
    bytes: [u8; 512],
    used: usize,
}

thread_local! {
    static BLOCK: RefCell<Block> = const { RefCell::new(Block { bytes: [0; 512], used: 512 }) };
}

fn begin() -> Instant {
    static BEGIN: OnceLock<Instant> = OnceLock::new();
    *BEGIN.get_or_init(Instant::now)
}

/// Microseconds since 1970.
pub(crate) fn unix_micros() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

/// A moment of the wall clock in .NET ticks.
pub(crate) fn ticks_of(unix_micros: u64) -> i64 {
    UNIX_TICKS.saturating_add(i64::try_from(unix_micros).unwrap_or(i64::MAX).saturating_mul(10))
}

/// A moment on the clock that nobody sets, as [`Ambient::monotonic_micros`] gives it.
pub(crate) fn monotonic_micros_of(at: Instant) -> u64 {
    u64::try_from(at.saturating_duration_since(begin()).as_micros()).unwrap_or(u64::MAX)
}

/// Now, for counters.
pub(crate) fn now() -> Now {
    Now { micros: Machine.monotonic_micros(), ticks: Machine.now_ticks() }
}

/// A new version 4 GUID in text order.
pub(crate) fn new_id() -> [u8; 16] {
    let mut id = [0; 16];
    Machine.random(&mut id);
    let [.., six, _, eight, _, _, _, _, _, _, _] = &mut id;
    *six = *six & 0x0f | 0x40;
    *eight = *eight & 0x3f | 0x80;
    id
}

impl Ambient for Machine {
    fn now_ticks(&self) -> i64 {
        ticks_of(unix_micros())
    }

    fn monotonic_micros(&self) -> u64 {
        u64::try_from(begin().elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn random(&self, bytes: &mut [u8]) {
        BLOCK.with_borrow_mut(|block| {
            let available = block.bytes.len() - block.used;
            if bytes.len() > available {
                // Without randomness nothing secret can be made: the caller's guard turns this into a failed call.
                if bytes.len() > block.bytes.len() {
                    assert!(getrandom::fill(bytes).is_ok(), "the system gives no random bytes");
                    return;
                }
                assert!(getrandom::fill(&mut block.bytes).is_ok(), "the system gives no random bytes");
                block.used = 0;
            }
            if let Some(fresh) = block.bytes.get_mut(block.used..block.used + bytes.len()) {
                bytes.copy_from_slice(fresh);
                // What was given out is not kept.
                fresh.fill(0);
                block.used += bytes.len();
            }
        });
    }

    fn trace(&self, record: TraceRecord<'_>) {
        // Escaped, so that a message is one line.
        tracing::debug!(source = record.source, severity = record.severity, message = ?record.message);
    }
}

/// What expressions ask of the gateway: the machine's time and randomness, and whom it trusts.
pub(crate) struct Surroundings<'a> {
    /// Authorities and what they have revoked.
    pub(crate) trust: &'a Trust,
    /// The certificates that policies name.
    pub(crate) known: &'a Certificates,
    /// What is shown to nobody.
    pub(crate) hidden: &'a Hidden,
}

impl Ambient for Surroundings<'_> {
    fn now_ticks(&self) -> i64 {
        Machine.now_ticks()
    }

    fn monotonic_micros(&self) -> u64 {
        Machine.monotonic_micros()
    }

    fn random(&self, bytes: &mut [u8]) {
        Machine.random(bytes);
    }

    fn vouches_for(&self, certificate: &[u8], check: &CertificateCheck) -> bool {
        self.trust.check(certificate, check, self.known, Duration::from_micros(unix_micros()))
    }

    fn trace(&self, record: TraceRecord<'_>) {
        if tracing::enabled!(tracing::Level::DEBUG) {
            Machine.trace(TraceRecord { message: &self.hidden.mask(record.message), ..record });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_guids_and_differ() {
        let ids: std::collections::HashSet<[u8; 16]> = (0..1000).map(|_| new_id()).collect();
        assert_eq!(ids.len(), 1000);
        assert!(ids.iter().all(|id| id[6] >> 4 == 4 && id[8] >> 6 == 2));
    }
}
