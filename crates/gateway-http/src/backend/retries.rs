//! How often policies may try again: each policy bounds its own attempts, and this bounds those of all calls of an API
//! together, so that a backend that is down is not asked many times as often as one that is well. What is left when it is
//! well is kept for a while, so that a short disturbance is bridged as the policies say.

use std::cell::Cell;

/// What may be kept, in retries.
const MOST_KEPT: u64 = 1_000;
/// What there is at first.
const AT_FIRST: u64 = 100;
/// Always allowed in a second: with few calls there is no storm.
const A_SECOND: u64 = 10;
/// A retry, in the hundredths that are reckoned in.
const ONE: u64 = 100;

/// The retries of one API on one thread.
#[derive(Debug)]
pub(crate) struct Retries {
    /// Hundredths of retries that are left.
    left: Cell<u64>,
    /// Answers and time when somebody last asked: nothing is reckoned while nobody does.
    answered: Cell<u64>,
    asked: Cell<Option<u64>>,
}

impl Default for Retries {
    fn default() -> Self {
        Self { left: Cell::new(AT_FIRST * ONE), answered: Cell::new(0), asked: Cell::new(None) }
    }
}

impl Retries {
    /// May a call be tried again? The API has given `answers` so far, of which each allows `percent` of a retry.
    pub(crate) fn may(&self, answers: u64, millis: u64, percent: u64) -> bool {
        let answers = answers.saturating_sub(self.answered.replace(answers));
        let passed = self.asked.replace(Some(millis)).map_or(0, |asked| millis.saturating_sub(asked));
        let come = answers.saturating_mul(percent).saturating_add(passed.saturating_mul(A_SECOND * ONE) / 1_000);
        let left = self.left.get().saturating_add(come).min(MOST_KEPT * ONE);
        let after = left.checked_sub(ONE);
        self.left.set(after.unwrap_or(left));
        after.is_some()
    }

    /// Goes on with what another version of the API has left; its answers are counted anew.
    pub(crate) fn adopt(&self, before: &Self) {
        self.left.set(before.left.get());
        self.asked.set(before.asked.get());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Calls that all fail and would be tried again 50 times, `a_second` of them for a minute: how many retries there are of
    /// a call.
    fn storm(a_second: u64, percent: u64) -> f64 {
        let retries = Retries::default();
        let calls = a_second * 60;
        let made: usize = (0..calls)
            .map(|call| (0..50).take_while(|_| retries.may(call, call * 1_000 / a_second, percent)).count())
            .sum();
        made as f64 / calls as f64
    }

    #[test]
    fn a_storm_is_bounded_by_the_calls() {
        for (percent, most) in [(0, 0.1), (100, 1.1), (200, 2.1)] {
            let each = storm(1_000, percent);
            assert!(each <= most && each >= percent as f64 / 100.0 - 0.1, "{each} of a call at {percent} %");
        }
        assert!((storm(1, 0) - 10.0).abs() < 2.0, "few calls may try ten times a second");
        assert!((storm(1_000, 10_000) - 50.0).abs() < f64::EPSILON, "whoever wants no bound says so");
    }

    #[test]
    fn what_is_left_is_kept_for_a_disturbance() {
        let retries = Retries::default();
        assert!(retries.may(1_000_000, 10_000, 200));
        let bridged = (0..).take_while(|_| retries.may(1_000_000, 10_000, 200)).count();
        assert_eq!(bridged, 999);
        assert!(!retries.may(1_000_000, 10_000, 200), "nothing comes back by asking");
    }

    #[test]
    fn what_there_is_at_first_does_not_grow_before_anybody_asks() {
        let late = 24 * 3_600 * 1_000;
        let all = |retries: &Retries| (0..).take_while(|_| retries.may(0, late, 0)).count();
        assert_eq!(all(&Retries::default()), 100);
        // A reload gives nothing.
        let (before, after) = (Retries::default(), Retries::default());
        assert_eq!(all(&before), 100);
        after.adopt(&before);
        assert_eq!(all(&after), 0);
        assert_eq!((0..).take_while(|_| after.may(0, late + 1_000, 0)).count(), 10, "in a second");
    }
}
