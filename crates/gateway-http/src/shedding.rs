//! Refuses calls that have waited too long for their turn: whoever answered all of them, ever later, would answer nobody in
//! time.
//!
//! What a thread has to do stands in one queue. A task that asks for nothing but its turn, every [`TICK`], stands in it with
//! the rest: while it waits, whatever comes to its turn was there before it and has waited for at least as long. So each
//! call knows by one look at the clock whether its time is up, and no share has to be guessed.
//!
//! A queue takes up what comes all at once; one that stays only makes everybody wait. So a thread that does not catch up
//! within what is allowed allows a quarter of it until it does: as many are answered, all of them sooner, and hardly anyone
//! gives up and comes again on another connection, which costs several times what a refusal does.

use std::cell::Cell;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::time::sleep_until;

use crate::metrics::Metrics;
use crate::timer::TICK;

/// A turn that came late by so much of what is allowed shows a thread that is busy; without one before, a pause is the
/// machine's fault, and what waited meanwhile is soon done.
const BUSY: u32 = 10;
/// So much of what is allowed a thread allows that stays busy.
const STANDING: u32 = 4;
/// A busy thread looks that much more often: what comes right behind a look is measured by the next.
const LOOKS: u32 = 10;

/// How far behind a thread is.
#[derive(Debug)]
pub(crate) struct Shedding {
    allowed: Cell<Duration>,
    /// What is allowed at present.
    limit: Cell<Duration>,
    /// When the waiting task's turn is due.
    due: Cell<Instant>,
    /// Since when every turn came late.
    since: Cell<Option<Instant>>,
    /// The turn before came late, `busy` says.
    metrics: Rc<Metrics>,
    /// That calls are refused is known.
    told: Cell<bool>,
}

impl Shedding {
    pub(crate) fn new(allowed: Duration, metrics: Rc<Metrics>) -> Self {
        Self {
            allowed: Cell::new(allowed),
            limit: Cell::new(allowed),
            due: Cell::new(Instant::now()),
            since: Cell::new(None),
            metrics,
            told: Cell::new(false),
        }
    }

    /// Allows so much from now on.
    pub(crate) fn allow(&self, allowed: Duration) {
        self.allowed.set(allowed);
        self.limit.set(allowed);
    }

    /// Stands in the queue again and again.
    pub(crate) async fn watch(&self) {
        self.due.set(Instant::now() + TICK);
        loop {
            let due = self.due.get();
            sleep_until(due.into()).await;
            let now = Instant::now();
            self.turn(now.saturating_duration_since(due), now);
        }
    }

    /// The turn has come, so late.
    fn turn(&self, late: Duration, now: Instant) {
        let allowed = self.allowed.get();
        let is_busy = late > allowed / BUSY;
        let since = is_busy.then(|| self.since.get().unwrap_or(now));
        let stays = since.is_some_and(|since| now.saturating_duration_since(since) > allowed);
        self.since.set(since);
        self.limit.set(if stays { allowed / STANDING } else { allowed });
        self.metrics.busy.set(is_busy);
        self.due.set(now + if is_busy { TICK / LOOKS } else { TICK });
        if !is_busy {
            self.told.set(false);
        }
    }

    /// Has a call whose turn is now waited too long?
    pub(crate) fn is_too_late(&self, now: Instant) -> bool {
        let is_late = self.metrics.busy.get() && now.saturating_duration_since(self.due.get()) > self.limit.get();
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
        let due = shedding.due.get();
        assert!(!shedding.is_too_late(due));
        assert!(!shedding.is_too_late(due + ALLOWED), "just in time");
        assert!(shedding.is_too_late(due + ALLOWED + Duration::from_millis(1)));
        assert!(shedding.is_too_late(due + ALLOWED * 5));
        // The turn comes: what is behind it has waited less.
        shedding.turn(ALLOWED * 5, due + ALLOWED * 5);
        assert!(!shedding.is_too_late(due + ALLOWED * 5));
        assert!(shedding.is_too_late(shedding.due.get() + ALLOWED * 2), "it is still busy");
        shedding.turn(Duration::ZERO, due + ALLOWED * 8);
        assert!(!shedding.is_too_late(due + ALLOWED * 20), "it was idle, so the machine stood still");
    }

    /// How long a call may have waited at most, as the next look would see it.
    fn allowed_at(shedding: &Shedding) -> Duration {
        let allows = |tenths: &u32| !shedding.is_too_late(shedding.due.get() + ALLOWED / 10 * *tenths);
        ALLOWED / 10 * (0..=20).take_while(allows).last().unwrap()
    }

    #[test]
    fn a_queue_that_stays_is_made_shorter_until_it_is_gone() {
        let shedding = Shedding::new(ALLOWED, Rc::new(Metrics::new(false)));
        let begin = Instant::now();
        let late = Duration::from_millis(300);
        shedding.turn(late, begin);
        assert_eq!(allowed_at(&shedding), ALLOWED);
        shedding.turn(late, begin + ALLOWED);
        assert_eq!(allowed_at(&shedding), ALLOWED, "it may have come all at once");
        shedding.turn(late, begin + ALLOWED + TICK);
        assert_eq!(allowed_at(&shedding), Duration::from_millis(200), "a quarter, in tenths");
        shedding.turn(Duration::ZERO, begin + ALLOWED * 2);
        shedding.turn(late, begin + ALLOWED * 3);
        assert_eq!(allowed_at(&shedding), ALLOWED, "it had caught up");
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
