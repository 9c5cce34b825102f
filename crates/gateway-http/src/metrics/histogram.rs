//! How long things took, in buckets.

use std::cell::Cell;
use std::time::Duration;

/// Upper ends of the buckets in microseconds; those of the service in milliseconds, with three finer ones before them.
pub(crate) const BOUNDS: [u64; 14] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000,
    10_000_000,
];

/// One thread's histogram.
#[derive(Debug, Default)]
pub(crate) struct Histogram {
    buckets: [Cell<u64>; BOUNDS.len() + 1],
    sum_micros: Cell<u64>,
}

/// What a histogram holds.
#[derive(Debug, Default, Clone)]
pub(crate) struct Counts {
    /// One a bucket, the last for all that is longer.
    pub(crate) buckets: [u64; BOUNDS.len() + 1],
    pub(crate) sum_micros: u64,
}

impl Histogram {
    pub(crate) fn record(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < micros);
        if let Some(cell) = self.buckets.get(bucket) {
            super::count(cell);
        }
        self.sum_micros.set(self.sum_micros.get().saturating_add(micros));
    }

    pub(crate) fn counts(&self) -> Counts {
        Counts {
            buckets: std::array::from_fn(|at| self.buckets.get(at).map_or(0, Cell::get)),
            sum_micros: self.sum_micros.get(),
        }
    }
}

impl Counts {
    pub(crate) fn add(&mut self, other: &Self) {
        for (mine, theirs) in self.buckets.iter_mut().zip(other.buckets) {
            *mine += theirs;
        }
        self.sum_micros = self.sum_micros.saturating_add(other.sum_micros);
    }

    /// How many there were in all.
    #[cfg(test)]
    pub(crate) fn total(&self) -> u64 {
        self.buckets.iter().sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_belongs_to_its_bucket() {
        let histogram = Histogram::default();
        for micros in [0, 500, 501, 10_000_000, 10_000_001] {
            histogram.record(Duration::from_micros(micros));
        }
        let counts = histogram.counts();
        assert_eq!((counts.buckets[0], counts.buckets[1], counts.buckets[13], counts.buckets[14]), (2, 1, 1, 1));
        assert_eq!(counts.total(), 5);
    }
}
