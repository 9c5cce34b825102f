//! Virtual time, seeded randomness and collected traces.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use policy_vm::host::{Ambient, CertificateCheck, TraceRecord};

use crate::time::DEFAULT_CLOCK;

/// Virtual time, seeded randomness and collected traces.
#[derive(Debug)]
pub(crate) struct Ambience {
    ticks: AtomicI64,
    /// State of the random numbers (SplitMix64).
    random: AtomicU64,
    traces: Mutex<Vec<String>>,
    /// What is true of certificates that expressions ask about.
    facts: Mutex<Vec<String>>,
}

impl Default for Ambience {
    fn default() -> Self {
        Self {
            ticks: AtomicI64::new(DEFAULT_CLOCK),
            random: AtomicU64::new(0),
            traces: Mutex::default(),
            facts: Mutex::default(),
        }
    }
}

impl Ambience {
    pub(crate) fn now(&self) -> i64 {
        self.ticks.load(Ordering::Relaxed)
    }

    pub(crate) fn set_clock(&self, ticks: i64) {
        self.ticks.store(ticks, Ordering::Relaxed);
    }

    pub(crate) fn advance(&self, span: Duration) {
        self.set_clock(self.now().saturating_add(span_ticks(span)));
    }

    pub(crate) fn seed(&self, seed: u64) {
        self.random.store(seed, Ordering::Relaxed);
    }

    /// What is true of certificates from now on: `trusted`, `not-revoked`.
    pub(crate) fn set_certificate_facts(&self, facts: &[String]) {
        *self.facts.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = facts.to_vec();
    }

    /// The traces since the last call.
    pub(crate) fn take_traces(&self) -> Vec<String> {
        std::mem::take(&mut self.traces.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

/// A span in .NET ticks.
pub(crate) fn span_ticks(span: Duration) -> i64 {
    i64::try_from(span.as_nanos() / 100).unwrap_or(i64::MAX)
}

/// .NET ticks as a span.
pub(crate) fn ticks_span(ticks: i64) -> Duration {
    Duration::from_nanos(u64::try_from(ticks).unwrap_or(0).saturating_mul(100))
}

impl Ambient for Ambience {
    fn now_ticks(&self) -> i64 {
        self.now()
    }

    fn monotonic_micros(&self) -> u64 {
        u64::try_from(self.now() / 10).unwrap_or(0)
    }

    fn random(&self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            let state =
                self.random.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed).wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            let random = (mixed ^ (mixed >> 31)).to_le_bytes();
            chunk.copy_from_slice(random.get(..chunk.len()).unwrap_or_default());
        }
    }

    fn vouches_for(&self, _: &[u8], check: &CertificateCheck) -> bool {
        let fact = match check {
            CertificateCheck::Trusted => "trusted",
            CertificateCheck::NotRevoked => "not-revoked",
            CertificateCheck::IssuedBy(_) | CertificateCheck::IssuerThumbprint(_) => return false,
        };
        self.facts.lock().unwrap_or_else(std::sync::PoisonError::into_inner).iter().any(|known| known == fact)
    }

    fn trace(&self, record: TraceRecord<'_>) {
        let mut line = format!("{} {}: {}", record.severity, record.source, record.message);
        for (name, value) in record.metadata {
            line.push_str(&format!(" [{name}={value}]"));
        }
        self.traces.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push(line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_the_random_numbers() {
        let of = |seed| {
            let ambience = Ambience::default();
            ambience.seed(seed);
            let mut bytes = [0; 11];
            ambience.random(&mut bytes);
            bytes
        };
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }
}
