//! Refuses calls that have waited too long for their turn: whoever answered all of them, ever later, would answer nobody in
//! time.
//!
//! What a thread has to do stands in one queue. A task that asks for nothing but its turn, every [`TICK`], stands in it with
//! the rest: while it waits, whatever comes to its turn was there before it and has waited for at least as long. So each
//! call knows by one look at the clock whether its time is up, and no share has to be guessed.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::time::{MissedTickBehavior, interval};

use crate::metrics::Metrics;
use crate::timer::TICK;

/// A turn that came late by so much of what is allowed shows a thread that is busy; without one before, a pause is the
/// machine's fault, and what waited meanwhile is soon done.
const BUSY: u32 = 10;

/// How far behind a thread is.
#[derive(Debug)]
pub(crate) struct Shedding {
    allowed: Cell<Duration>,
    /// When the waiting task's turn is due.
    due: Cell<Instant>,
    /// The turn before came late, `busy` says.
    metrics: Rc<Metrics>,
    /// That calls are refused is known.
    told: Cell<bool>,
}

impl Shedding {
    pub(crate) fn new(allowed: Duration, metrics: Rc<Metrics>) -> Self {
        Self { allowed: Cell::new(allowed), due: Cell::new(Instant::now()), metrics, told: Cell::new(false) }
    }

    /// Allows so much from now on.
    pub(crate) fn allow(&self, allowed: Duration) {
        self.allowed.set(allowed);
    }

    /// Stands in the queue again and again.
    pub(crate) async fn watch(&self) {
        let mut turns = interval(TICK);
        turns.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            let due = turns.tick().await;
            self.turn(due.elapsed(), Instant::now());
        }
    }

    /// The turn has come, so late.
    fn turn(&self, late: Duration, now: Instant) {
        let is_busy = late > self.allowed.get() / BUSY;
        self.metrics.busy.set(is_busy);
        self.due.set(now + TICK);
        if !is_busy {
            self.told.set(false);
        }
    }

    /// Has a call whose turn is now waited too long?
    pub(crate) fn is_too_late(&self, now: Instant) -> bool {
        let is_late = self.metrics.busy.get() && now.saturating_duration_since(self.due.get()) > self.allowed.get();
        if is_late && !self.told.replace(true) {
            tracing::warn!(allowed = ?self.allowed.get(), "a thread does not keep up: calls that waited longer are refused");
        }
        is_late
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALLOWED: Duration = Duration::from_secs(1);

    #[test]
    fn whoever_waited_longer_than_allowed_is_refused_until_the_queue_is_short_again() {
        let shedding = Shedding::new(ALLOWED, Rc::new(Metrics::new(false)));
        let begin = Instant::now();
        shedding.turn(Duration::from_millis(300), begin);
        let due = begin + TICK;
        assert!(!shedding.is_too_late(due));
        assert!(!shedding.is_too_late(due + ALLOWED), "just in time");
        assert!(shedding.is_too_late(due + ALLOWED + Duration::from_millis(1)));
        assert!(shedding.is_too_late(due + ALLOWED * 5));
        // The turn comes: what is behind it has waited less.
        shedding.turn(ALLOWED * 5, due + ALLOWED * 5);
        assert!(!shedding.is_too_late(due + ALLOWED * 5));
        assert!(shedding.is_too_late(due + ALLOWED * 5 + TICK + ALLOWED * 2), "it is still busy");
        shedding.turn(Duration::ZERO, due + ALLOWED * 8);
        assert!(!shedding.is_too_late(due + ALLOWED * 20), "it was idle, so the machine stood still");
    }

    #[test]
    fn a_pause_of_the_machine_refuses_nobody() {
        let shedding = Shedding::new(ALLOWED, Rc::new(Metrics::new(false)));
        let begin = Instant::now();
        assert!(!shedding.is_too_late(begin + ALLOWED * 600));
        shedding.turn(Duration::from_millis(5), begin);
        assert!(!shedding.is_too_late(begin + ALLOWED * 600));
    }
}
