//! Handshakes of TLS, which cost more than calls and are for anybody: so many are going on at the same time, and so many
//! begin in a second.
//!
//! One that finds no room takes that of the one that has been going on for longest. A client that means it is done within a
//! round trip or two, so whoever fills the room with handshakes that never end puts out his own. One that is early waits
//! for its turn, and is in nobody's way meanwhile; one whose turn would come too late is refused at once, and takes none:
//! otherwise a short flood would take the turns of all who come after it.

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
    /// Clients that have not said anything yet.
    pub(crate) silent: Rc<Room>,
    /// Those whose turn has come.
    pub(crate) going_on: Rc<Room>,
    /// When the next one would begin if they came evenly.
    due: Cell<Option<Instant>>,
}

/// What only so many are in.
#[derive(Debug, Default)]
pub(crate) struct Room {
    number: Cell<u64>,
    /// In the order in which they began.
    within: RefCell<BTreeMap<u64, oneshot::Sender<()>>>,
}

/// One that is within.
#[derive(Debug)]
pub(crate) struct Handshake {
    number: u64,
    room: Rc<Room>,
    put_out: oneshot::Receiver<()>,
}

impl Room {
    /// Makes room for one where no more than `most` may be.
    pub(crate) fn begin(self: &Rc<Self>, most: usize) -> Handshake {
        let number = self.number.replace(self.number.get().wrapping_add(1));
        let (room, put_out) = oneshot::channel();
        let mut within = self.within.borrow_mut();
        while within.len() >= most.max(1) {
            // Whoever is dropped is woken by that.
            within.pop_first();
        }
        within.insert(number, room);
        Handshake { number, room: Rc::clone(self), put_out }
    }
}

impl Handshakes {
    /// When one may be dealt with that has come now, with 0 for no limit; `None` where that is not within `patience`.
    pub(crate) fn turn(&self, now: Instant, a_second: usize, patience: Duration) -> Option<Instant> {
        let Some(each) = u32::try_from(a_second).ok().and_then(|times| Duration::from_secs(1).checked_div(times))
        else {
            return Some(now);
        };
        let due = self.due.get().map_or(now, |due| due.max(now));
        if due.duration_since(now) > AT_ONCE.saturating_add(patience) {
            return None;
        }
        self.due.set(Some(due + each));
        // An instant has a beginning on some machines.
        Some(due.checked_sub(AT_ONCE).map_or(now, |turn| turn.max(now)))
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
        self.room.within.borrow_mut().remove(&self.number);
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
        let room = Rc::new(Room::default());
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
        assert!(room.within.borrow().is_empty());
    }

    const PATIENCE: Duration = Duration::from_secs(5);

    #[test]
    fn they_begin_evenly_when_they_are_too_many() {
        let room = Handshakes::default();
        let now = Instant::now();
        let after = |turn: Option<Instant>| turn.unwrap().duration_since(now).as_millis();
        let turns: Vec<u128> = (0..30).map(|_| after(room.turn(now, 10, PATIENCE))).collect();
        assert_eq!(turns[..11], [0; 11], "a second's worth may come at once");
        assert_eq!(turns[11..14], [100, 200, 300]);
        // Three seconds later it is as if nothing had been.
        let later = now + Duration::from_secs(10);
        assert_eq!(room.turn(later, 10, PATIENCE), Some(later));
        assert!((0..1_000).all(|_| room.turn(now, 0, PATIENCE) == Some(now)), "no limit");
    }

    /// Three times and twenty times as many as may be, for a minute: so many get through as may, and it is over soon
    /// after the last.
    #[test]
    fn a_flood_takes_no_turns_of_those_who_come_after_it() {
        for times in [3, 20] {
            let room = Handshakes::default();
            let begin = Instant::now();
            let mut now = begin;
            let mut turns = 0;
            for _ in 0..times * 10 * 60 {
                now += Duration::from_secs(1) / (times * 10);
                let turn = room.turn(now, 10, PATIENCE);
                turns += usize::from(turn.is_some());
                assert!(turn.is_none_or(|turn| turn - now <= PATIENCE), "nobody waits for what comes too late");
            }
            let may_be = 10 * (60 + 1 + 5);
            assert!(
                (may_be..=may_be + 1).contains(&turns),
                "{turns}: what may be, what came at once, what still waits"
            );
            let later = now + PATIENCE + AT_ONCE;
            assert_eq!(room.turn(later, 10, PATIENCE), Some(later));
        }
    }
}
