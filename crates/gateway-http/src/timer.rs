//! Time that costs nothing to read: a clock per thread that a ticker moves on.

use std::cell::{Cell, RefCell};
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;

use crate::ambient::unix_micros;

/// How often the clock moves and waiting connections are looked at.
pub(crate) const TICK: Duration = Duration::from_millis(TICK_MILLIS);
const TICK_MILLIS: u64 = 250;

/// Milliseconds since the thread began, to the tick.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    millis: Rc<Cell<u64>>,
    begin: Instant,
    /// One moment on both clocks, from the last tick: a call reads only one of them.
    wall: Rc<Cell<(std::time::Instant, u64)>>,
    /// When somebody last looked at the true time.
    looked: Rc<Cell<std::time::Instant>>,
}

/// A moment as it is known without asking anybody: the tick, and when somebody last looked at the true time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    pub(crate) millis: u64,
    looked: std::time::Instant,
}

impl Clock {
    pub(crate) fn new() -> Self {
        let now = std::time::Instant::now();
        let wall = Rc::new(Cell::new((now, unix_micros())));
        Self { millis: Rc::new(Cell::new(0)), begin: Instant::now(), wall, looked: Rc::new(Cell::new(now)) }
    }

    /// Now, to the tick.
    pub(crate) fn millis(&self) -> u64 {
        self.millis.get()
    }

    /// Moves the clock to wherever a test wants it.
    #[cfg(test)]
    pub(crate) fn set(&self, millis: u64) {
        self.millis.set(millis);
    }

    /// Moves the clock to the true time.
    pub(crate) fn advance(&self) -> u64 {
        let now = u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.millis.set(now);
        let true_now = std::time::Instant::now();
        self.wall.set((true_now, unix_micros()));
        self.looked.set(true_now);
        now
    }

    /// Somebody has looked at the true time, as every call does when it begins.
    pub(crate) fn note(&self, now: std::time::Instant) {
        self.looked.set(now);
    }

    /// Now, as far as it is known.
    pub(crate) fn moment(&self) -> Moment {
        Moment { millis: self.millis.get(), looked: self.looked.get() }
    }

    /// How long ago a moment was, never less: a call that begins and goes on at once knows it exactly, but for the time that
    /// the one before it took.
    pub(crate) fn since(&self, moment: Moment) -> Duration {
        let ticks = Duration::from_millis(self.millis.get().saturating_sub(moment.millis));
        self.looked.get().saturating_duration_since(moment.looked).max(ticks)
    }

    /// The wall clock at a moment of now, in microseconds since 1970.
    pub(crate) fn unix_micros(&self, at: std::time::Instant) -> u64 {
        let (instant, unix) = self.wall.get();
        let since = at.saturating_duration_since(instant).as_micros();
        unix.saturating_add(u64::try_from(since).unwrap_or(u64::MAX))
    }
}

/// Moments after which somebody wants to be woken: a list that the ticker looks through. A call pays two moves of a small
/// entry instead of a registration with the runtime's timer.
#[derive(Debug, Clone)]
pub(crate) struct Deadlines {
    clock: Clock,
    entries: Rc<RefCell<Entries>>,
}

#[derive(Debug, Default)]
struct Entries {
    slots: Vec<Entry>,
    free: Vec<usize>,
}

#[derive(Debug)]
struct Entry {
    at: u64,
    waker: Option<Waker>,
}

impl Deadlines {
    pub(crate) fn new(clock: Clock) -> Self {
        Self { clock, entries: Rc::default() }
    }

    /// Wakes everybody whose moment has passed.
    pub(crate) fn sweep(&self, now: u64) {
        for entry in self.entries.borrow().slots.iter().filter(|entry| entry.at <= now) {
            if let Some(waker) = &entry.waker {
                waker.wake_by_ref();
            }
        }
    }

    /// A deadline `wait` from now, to the tick and never early.
    pub(crate) fn after(&self, wait: Duration) -> Deadline {
        let millis = u64::try_from(wait.as_millis()).unwrap_or(u64::MAX);
        let at = self.clock.millis().saturating_add(millis).saturating_add(TICK_MILLIS);
        Deadline { at, slot: None, list: self.clone() }
    }

    fn register(&self, at: u64, waker: &Waker) -> usize {
        let mut entries = self.entries.borrow_mut();
        let entry = Entry { at, waker: Some(waker.clone()) };
        let Some(slot) = entries.free.pop() else {
            entries.slots.push(entry);
            return entries.slots.len() - 1;
        };
        if let Some(place) = entries.slots.get_mut(slot) {
            *place = entry;
        }
        slot
    }

    fn renew(&self, slot: usize, waker: &Waker) {
        if let Some(entry) = self.entries.borrow_mut().slots.get_mut(slot)
            && !entry.waker.as_ref().is_some_and(|known| known.will_wake(waker))
        {
            entry.waker = Some(waker.clone());
        }
    }

    fn release(&self, slot: usize) {
        let mut entries = self.entries.borrow_mut();
        if let Some(entry) = entries.slots.get_mut(slot) {
            *entry = Entry { at: u64::MAX, waker: None };
        }
        entries.free.push(slot);
    }
}

/// One moment to be woken at; given back when dropped.
#[derive(Debug)]
pub(crate) struct Deadline {
    at: u64,
    slot: Option<usize>,
    list: Deadlines,
}

impl Deadline {
    /// True when the moment has passed; else the task is woken when it does.
    pub(crate) fn poll_passed(&mut self, cx: &Context<'_>) -> bool {
        if self.list.clock.millis() >= self.at {
            return true;
        }
        match self.slot {
            // It may have moved to another task since.
            Some(slot) => self.list.renew(slot, cx.waker()),
            None => self.slot = Some(self.list.register(self.at, cx.waker())),
        }
        false
    }

    /// The work's result, or `None` when the moment passes first.
    pub(crate) async fn within<F: Future>(mut self, mut work: Pin<&mut F>) -> Option<F::Output> {
        std::future::poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(result) => Poll::Ready(Some(result)),
            Poll::Pending if self.poll_passed(cx) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }
}

impl Drop for Deadline {
    fn drop(&mut self) {
        if let Some(slot) = self.slot {
            self.list.release(slot);
        }
    }
}

/// The work's result, or `None` when it takes longer. Short waits are exact, long ones are to the tick.
pub(crate) async fn within<F: Future>(deadlines: &Deadlines, wait: Duration, work: Pin<&mut F>) -> Option<F::Output> {
    if wait > EXACT {
        deadlines.after(wait).within(work).await
    } else {
        Box::pin(tokio::time::timeout(wait, work)).await.ok()
    }
}

/// Up to this length a wait is worth a timer of its own.
const EXACT: Duration = Duration::from_secs(5);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_two_ticks_it_is_known_when_calls_began() {
        let clock = Clock::new();
        let begin = std::time::Instant::now();
        clock.note(begin);
        let moment = clock.moment();
        assert_eq!(clock.since(moment), Duration::ZERO);
        clock.note(begin + Duration::from_millis(20));
        assert_eq!(clock.since(moment), Duration::from_millis(20));
        clock.millis.set(250);
        assert_eq!(clock.since(moment), Duration::from_millis(250), "the tick counts where nobody has looked");
    }

    #[test]
    fn whoever_waited_last_is_woken() {
        use std::sync::Arc;
        use std::sync::atomic::{AtomicUsize, Ordering};
        #[derive(Default)]
        struct Woken(AtomicUsize);
        impl std::task::Wake for Woken {
            fn wake(self: Arc<Self>) {
                self.0.fetch_add(1, Ordering::Relaxed);
            }
        }
        let deadlines = Deadlines::new(Clock::new());
        let mut deadline = deadlines.after(Duration::from_secs(30));
        let tasks = [Arc::<Woken>::default(), Arc::default()];
        for task in &tasks {
            assert!(!deadline.poll_passed(&Context::from_waker(&Waker::from(Arc::clone(task)))));
        }
        deadlines.sweep(deadline.at);
        assert_eq!(tasks.map(|task| task.0.load(Ordering::Relaxed)), [0, 1]);
    }

    /// Whoever sets the machine's clock moves no timer, and no call ends before it began.
    #[test]
    fn the_wall_clock_may_be_set() {
        let clock = Clock::new();
        let at = std::time::Instant::now();
        let before = clock.advance();
        for unix in [0, 1_700_000_000_000_000, 10, u64::MAX - 1] {
            clock.wall.set((at, unix));
            assert_eq!(clock.unix_micros(at), unix);
            assert_eq!(clock.unix_micros(at + Duration::from_secs(2)), unix.saturating_add(2_000_000));
            assert_eq!(clock.unix_micros(at.checked_sub(Duration::from_secs(2)).unwrap_or(at)), unix);
            assert!(clock.millis() >= before);
        }
        assert!(clock.advance() >= before);
        assert!(clock.unix_micros(at) > 1_700_000_000_000_000, "the next tick looks at it again");
    }
}
