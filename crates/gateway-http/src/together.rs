//! One does a work, and those who ask for the same meanwhile wait for its result: within one thread, whatever the work is.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::Hash;
use std::rc::Rc;

use rustc_hash::FxHashMap;
use tokio::sync::watch;

type UnderWay<K, V> = Rc<RefCell<FxHashMap<K, watch::Receiver<Option<V>>>>>;

/// The work under way, by what it is about.
pub(crate) struct Together<K, V> {
    under_way: UnderWay<K, V>,
}

/// What it is about and what comes of it may be secret.
impl<K, V> std::fmt::Debug for Together<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Together").finish_non_exhaustive()
    }
}

impl<K, V> Default for Together<K, V> {
    fn default() -> Self {
        Self { under_way: Rc::new(RefCell::new(HashMap::default())) }
    }
}

impl<K: Clone + Eq + Hash + 'static, V: Clone + 'static> Together<K, V> {
    /// The result of `work`, or of what somebody else began and has not ended yet. It goes on when whoever began it is gone.
    /// `None` when it ended in a panic.
    pub(crate) async fn result<F>(&self, of: K, work: impl FnOnce() -> F) -> Option<V>
    where
        F: Future<Output = V> + 'static,
    {
        let known = self.under_way.borrow().get(&of).cloned();
        let mut result = known.unwrap_or_else(|| self.begin(of, work()));
        let value = result.wait_for(Option::is_some).await.ok()?;
        value.clone()
    }

    /// What is under way is nothing for those who ask from now on.
    pub(crate) fn forget(&self) {
        self.under_way.borrow_mut().clear();
    }

    fn begin(&self, of: K, work: impl Future<Output = V> + 'static) -> watch::Receiver<Option<V>> {
        let (tells, result) = watch::channel(None);
        self.under_way.borrow_mut().insert(of.clone(), result.clone());
        let end = End { under_way: Rc::clone(&self.under_way), of, result: result.clone() };
        tokio::task::spawn_local(async move {
            let value = work.await;
            drop(end);
            // It fails when nobody waits any more.
            let _ = tells.send(Some(value));
        });
        result
    }
}

/// Takes a work off the list, however it ends.
struct End<K: Eq + Hash, V> {
    under_way: UnderWay<K, V>,
    of: K,
    result: watch::Receiver<Option<V>>,
}

impl<K: Eq + Hash, V> Drop for End<K, V> {
    fn drop(&mut self) {
        let mut under_way = self.under_way.borrow_mut();
        // What was forgotten may have been begun again.
        if under_way.get(&self.of).is_some_and(|known| known.same_channel(&self.result)) {
            under_way.remove(&self.of);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use tokio::sync::Notify;
    use tokio::task::{spawn_local, yield_now};

    use super::*;

    /// Lets the others go on.
    async fn turns() {
        for _ in 0..10 {
            yield_now().await;
        }
    }

    async fn failing() -> u32 {
        yield_now().await;
        panic!("planted")
    }

    #[tokio::test(flavor = "local")]
    async fn those_who_ask_for_the_same_share_one_work() {
        let together: Rc<Together<&str, u32>> = Rc::default();
        let (begun, go) = (Rc::new(Cell::new(0)), Rc::new(Notify::new()));
        let ask = |of: &'static str| {
            let (together, begun, go) = (Rc::clone(&together), Rc::clone(&begun), Rc::clone(&go));
            spawn_local(async move {
                let work = || async move {
                    begun.set(begun.get() + 1);
                    let number = begun.get();
                    go.notified().await;
                    number
                };
                together.result(of, work).await
            })
        };
        let first = ask("a");
        let others = [ask("a"), ask("a")];
        turns().await;
        // Whoever began it goes away.
        first.abort();
        let another = ask("b");
        turns().await;
        assert_eq!(begun.get(), 2);
        go.notify_waiters();
        for other in others {
            assert_eq!(other.await.unwrap(), Some(1));
        }
        assert_eq!(another.await.unwrap(), Some(2));
        let again = ask("a");
        turns().await;
        together.forget();
        let anew = ask("a");
        turns().await;
        assert_eq!(begun.get(), 4, "neither what has ended nor what was forgotten is shared");
        go.notify_waiters();
        assert_eq!((again.await.unwrap(), anew.await.unwrap()), (Some(3), Some(4)));
        assert!(together.under_way.borrow().is_empty());
    }

    #[tokio::test(flavor = "local")]
    async fn a_work_that_panics_leaves_nobody_waiting() {
        let together: Together<&str, u32> = Together::default();
        assert_eq!(together.result("a", failing).await, None);
        assert_eq!(together.result("a", || async { 5 }).await, Some(5));
    }
}
