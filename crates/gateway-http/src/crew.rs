//! All threads of the gateway, for whoever wants something of them: nobody reaches into a thread, it is sent an errand and
//! does it between two calls.

use std::rc::Rc;
use std::sync::mpsc;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedSender;

use crate::worker::Worker;

/// Something that a thread does for somebody else.
pub(crate) type Errand = Box<dyn FnOnce(&Rc<Worker>) + Send>;

/// How long a thread may take until it answers; one that takes longer does not answer at all.
const PATIENCE: Duration = Duration::from_secs(2);

/// The threads.
#[derive(Debug, Clone)]
pub(crate) struct Crew {
    errands: Vec<UnboundedSender<Errand>>,
}

impl Crew {
    pub(crate) const fn new(errands: Vec<UnboundedSender<Errand>>) -> Self {
        Self { errands }
    }

    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.errands.len()
    }

    /// Lets every thread do something and collects what they answer, from those that do in time. It waits: not for use on
    /// the threads themselves.
    pub(crate) fn ask<T: Send + 'static>(&self, what: impl Fn(&Rc<Worker>) -> T + Clone + Send + 'static) -> Vec<T> {
        self.each((0..self.len()).map(|_| what.clone()))
    }

    /// The same with something of its own for every thread.
    pub(crate) fn each<T: Send + 'static, W>(&self, what: impl Iterator<Item = W>) -> Vec<T>
    where
        W: FnOnce(&Rc<Worker>) -> T + Send + 'static,
    {
        let (sender, answers) = mpsc::channel();
        for (errands, what) in self.errands.iter().zip(what) {
            let sender = sender.clone();
            let _ = errands.send(Box::new(move |worker| {
                let _ = sender.send(what(worker));
            }));
        }
        drop(sender);
        let mut found = Vec::new();
        while let Ok(answer) = answers.recv_timeout(PATIENCE) {
            found.push(answer);
        }
        found
    }
}
