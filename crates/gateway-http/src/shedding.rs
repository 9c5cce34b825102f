//! Refuses part of the calls when a thread does not keep up: answering all of them ever later would mean answering nobody in
//! time. How late the tick comes is how long everything else waits too.

use std::cell::Cell;
use std::time::Duration;

/// The thread has to be late so often in a row: once may be the machine's fault.
const IN_A_ROW: u32 = 3;
/// By how much the share grows with every late tick, in thousandths.
const STEP: u32 = 50;
/// Some calls are always taken; their answers tell when it is over.
const MOST: u32 = 950;

/// What is refused.
#[derive(Debug, Default)]
pub(crate) struct Shedding {
    /// Of a thousand calls.
    share: Cell<u32>,
    late: Cell<u32>,
    /// Shares of calls added up: whenever they are a whole one, that call is refused.
    owed: Cell<u32>,
}

impl Shedding {
    /// The tick came so late.
    pub(crate) fn note(&self, late: Duration, allowed: Duration) {
        if late <= allowed {
            self.late.set(0);
            // Back faster than there: a queue that is gone does not come back at once.
            self.share.set(self.share.get() * 9 / 10);
            return;
        }
        self.late.set(self.late.get().saturating_add(1));
        if self.late.get() >= IN_A_ROW {
            if self.share.get() == 0 {
                tracing::warn!(?late, "a thread does not keep up: part of the calls is refused");
            }
            self.share.set((self.share.get() + STEP).min(MOST));
        }
    }

    /// Is this call one of those?
    pub(crate) fn sheds_this(&self) -> bool {
        let share = self.share.get();
        if share == 0 {
            return false;
        }
        let owed = self.owed.get() + share;
        self.owed.set(owed % 1000);
        owed >= 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: Duration = Duration::from_secs(1);
    const LATE: Duration = Duration::from_secs(2);

    fn refused_of_a_thousand(shedding: &Shedding) -> usize {
        (0..1000).filter(|_| shedding.sheds_this()).count()
    }

    #[test]
    fn the_longer_it_lasts_the_more_is_refused_and_then_less_again() {
        let shedding = Shedding::default();
        let mut refused = Vec::new();
        for _ in 0..30 {
            shedding.note(LATE, ALLOWED);
            refused.push(refused_of_a_thousand(&shedding));
        }
        assert_eq!(refused[..4], [0, 0, 50, 100], "once or twice may be the machine's fault");
        assert_eq!(refused[29], 950, "never all of them");
        for _ in 0..100 {
            shedding.note(Duration::ZERO, ALLOWED);
        }
        assert_eq!(refused_of_a_thousand(&shedding), 0);
    }

    #[test]
    fn being_late_now_and_then_refuses_nobody() {
        let shedding = Shedding::default();
        for _ in 0..10 {
            shedding.note(LATE, ALLOWED);
            shedding.note(LATE, ALLOWED);
            shedding.note(ALLOWED, ALLOWED);
        }
        assert_eq!(refused_of_a_thousand(&shedding), 0);
    }
}
