//! Handshakes of TLS, which cost more than calls and are for anybody: so many are going on at the same time, and so many
//! begin in a second.
//!
//! One that finds no room takes that of the one that has been going on for longest. A client that means it is done within a
//! round trip or two, so whoever fills the room with handshakes that never end puts out his own. One that is early waits
//! for its turn, up to the limit of time for a handshake.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

/// So many at once as come in this time: clients that were all cut off come back together.
const AT_ONCE: Duration = Duration::from_secs(1);

/// Those of one thread.
#[derive(Debug, Default)]
pub(crate) struct Handshakes {
    number: Cell<u64>,
    /// In the order in which they began.
    going_on: RefCell<BTreeMap<u64, oneshot::Sender<()>>>,
    /// When the next one would begin if they came evenly.
    due: Cell<Option<Instant>>,
}

/// One that is going on.
#[derive(Debug)]
pub(crate) struct Handshake {
    number: u64,
    room: Rc<Handshakes>,
    put_out: oneshot::Receiver<()>,
}

impl Handshakes {
    /// Makes room for one where no more than `most` may be going on.
    pub(crate) fn begin(self: &Rc<Self>, most: usize) -> Handshake {
        let number = self.number.replace(self.number.get().wrapping_add(1));
        let (room, put_out) = oneshot::channel();
        let mut going_on = self.going_on.borrow_mut();
        while going_on.len() >= most.max(1) {
            // Whoever is dropped is woken by that.
            going_on.pop_first();
        }
        going_on.insert(number, room);
        Handshake { number, room: Rc::clone(self), put_out }
    }

    /// When one may be dealt with that has come now; 0 for no limit.
    pub(crate) fn turn(&self, now: Instant, a_second: usize) -> Instant {
        let Some(each) = u32::try_from(a_second).ok().and_then(|times| Duration::from_secs(1).checked_div(times))
        else {
            return now;
        };
        let due = self.due.get().map_or(now, |due| due.max(now));
        self.due.set(Some(due + each));
        // An instant has a beginning on some machines.
        due.checked_sub(AT_ONCE).map_or(now, |turn| turn.max(now))
    }
}

impl Handshake {
    /// Ends when somebody else gets the room.
    pub(crate) async fn put_out(&mut self) {
        poll_fn(|cx| Pin::new(&mut self.put_out).poll(cx)).await.unwrap_or_default();
    }
}

impl Drop for Handshake {
    fn drop(&mut self) {
        self.room.going_on.borrow_mut().remove(&self.number);
    }
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Poll, Waker};

    use super::*;

    fn is_put_out(handshake: &mut Handshake) -> bool {
        let waits = std::pin::pin!(handshake.put_out());
        waits.poll(&mut Context::from_waker(Waker::noop())) == Poll::Ready(())
    }

    #[test]
    fn the_one_that_has_been_going_on_for_longest_makes_room() {
        let room = Rc::new(Handshakes::default());
        let mut first = room.begin(2);
        let mut second = room.begin(2);
        assert!(!is_put_out(&mut first) && !is_put_out(&mut second));
        let mut third = room.begin(2);
        assert!(is_put_out(&mut first) && !is_put_out(&mut second) && !is_put_out(&mut third));
        // Those that end give their room back, and only theirs.
        drop((first, third));
        let mut fourth = room.begin(2);
        assert!(!is_put_out(&mut second) && !is_put_out(&mut fourth));
        // Another limit counts from the next one on.
        let last = room.begin(1);
        assert!(is_put_out(&mut second) && is_put_out(&mut fourth));
        drop((second, fourth, last));
        assert!(room.going_on.borrow().is_empty());
    }

    #[test]
    fn they_begin_evenly_when_they_are_too_many() {
        let room = Handshakes::default();
        let now = Instant::now();
        let after = |turn: Instant| turn.duration_since(now).as_millis();
        let turns: Vec<u128> = (0..30).map(|_| after(room.turn(now, 10))).collect();
        assert_eq!(turns[..11], [0; 11], "a second's worth may come at once");
        assert_eq!(turns[11..14], [100, 200, 300]);
        // Three seconds later it is as if nothing had been.
        let later = now + Duration::from_secs(10);
        assert_eq!(room.turn(later, 10), later);
        assert!((0..1_000).all(|_| room.turn(now, 0) == now), "no limit");
    }
}
