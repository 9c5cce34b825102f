//! What a run may execute: steps, handed out in slices. Between two slices the clock is looked at, so that loops of policies
//! which evaluate nothing are bounded in time as well, and a short run never asks what time it is.

use crate::exchange::Exchange;
use crate::host::Ambient;

/// Steps between two looks at the clock.
const SLICE: u64 = 1024;

/// Steps left to a run, and the time they take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Steps {
    /// Those that may be executed before anybody looks further.
    slice: u64,
    /// Those behind the slice.
    rest: u64,
    /// The last look at the clock since the host was last waited for.
    looked: Option<Look>,
}

#[derive(Debug, Clone, Copy)]
struct Look {
    /// What the clock showed.
    at: u64,
    /// The own time that was left: expressions count theirs themselves.
    left: u64,
}

/// Which budget is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Exhausted {
    /// That of steps.
    Steps,
    /// That of own time.
    Time,
}

impl Steps {
    /// No step at all.
    pub(super) const NONE: Self = Self { slice: 0, rest: 0, looked: None };

    pub(super) fn new(all: u64) -> Self {
        let slice = all.min(SLICE);
        Self { slice, rest: all - slice, looked: None }
    }

    /// Counts a step; false when the slice is over.
    #[inline]
    pub(super) fn count(&mut self) -> bool {
        match self.slice.checked_sub(1) {
            Some(left) => {
                self.slice = left;
                true
            }
            None => false,
        }
    }

    /// Begins the next slice, with its first step counted.
    #[cold]
    pub(super) fn refill(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient) -> Result<(), Exhausted> {
        let slice = self.rest.min(SLICE);
        let first = slice.checked_sub(1).ok_or(Exhausted::Steps)?;
        self.look(exchange, ambient);
        if exchange.expressions.micros() == 0 {
            return Err(Exhausted::Time);
        }
        self.slice = first;
        self.rest -= slice;
        Ok(())
    }

    /// The run is about to wait: what passes from now on is not its own time.
    #[inline]
    pub(super) fn pause(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient) {
        if self.looked.is_some() {
            self.look(exchange, ambient);
            self.looked = None;
        }
    }

    #[cold]
    fn look(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient) {
        let at = ambient.monotonic_micros();
        if let Some(last) = self.looked {
            let by_expressions = last.left.saturating_sub(exchange.expressions.micros());
            exchange.expressions.take_time(at.saturating_sub(last.at).saturating_sub(by_expressions));
        }
        self.looked = Some(Look { at, left: exchange.expressions.micros() });
    }

    /// Lets `on-error` execute some steps when all are used up.
    pub(super) fn keep_free(&mut self, steps: u64) {
        self.slice = self.slice.max(steps);
    }
}
