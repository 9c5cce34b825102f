//! Time that costs nothing to read: a clock per thread that a ticker moves on.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use tokio::time::Instant;

/// How often the clock moves and waiting connections are looked at.
pub(crate) const TICK: Duration = Duration::from_millis(250);

/// Milliseconds since the thread began, to the tick.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    millis: Rc<Cell<u64>>,
    begin: Instant,
}

impl Clock {
    pub(crate) fn new() -> Self {
        Self { millis: Rc::new(Cell::new(0)), begin: Instant::now() }
    }

    /// Now, to the tick.
    pub(crate) fn millis(&self) -> u64 {
        self.millis.get()
    }

    /// Moves the clock to the true time.
    pub(crate) fn advance(&self) -> u64 {
        let now = u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.millis.set(now);
        now
    }
}
