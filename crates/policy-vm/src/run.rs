//! Running a [`Pipeline`]: the engine goes on until it needs its host, says so, and is resumed with the answer.
//!
//! ```text
//! let mut run = Run::new(&pipeline);
//! let mut progress = run.begin(&mut exchange, &ambient);
//! loop {
//!     match progress {
//!         Progress::Call(call) => { let reply = host.perform(&mut exchange, call).await; progress = run.reply(…, reply) }
//!         Progress::Calls(calls) => // several branches of a `wait` at once: answer them in any order with `reply_to`
//!         Progress::Finished(outcome) => break,
//!     }
//! }
//! ```

use crate::error::PolicyError;
use crate::exchange::Exchange;
use crate::host::{Ambient, HostCall, HostReply};
use crate::program::Pipeline;

/// A run of a pipeline. All its state is here and in the exchange.
#[derive(Debug)]
pub struct Run<'p> {
    pipeline: &'p Pipeline,
}

/// Names one of several outstanding calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallId(pub(crate) u32);

/// How far a run has come.
#[derive(Debug)]
pub enum Progress {
    /// The host is asked one thing; nothing else is outstanding.
    Call(CallId, HostCall),
    /// Branches of a `wait` ask several things at once. Answer each with [`Run::reply`], in any order; what that gives may
    /// be further calls, or [`Progress::Pending`] while others are outstanding.
    Calls(Vec<(CallId, HostCall)>),
    /// Calls given out before are still to be answered.
    Pending,
    /// These calls are of no interest any more (`wait for="any"`): cancel them; then go on with the rest.
    Cancel(Vec<CallId>, Box<Progress>),
    /// The response is in `exchange.call.response`.
    Finished(Ended),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All sections ran, or a policy returned a response.
    Normally,
    /// By `on-error`, or the default error response: `exchange.call.last_error` says why.
    WithError,
}

impl<'p> Run<'p> {
    /// A run that has not begun.
    #[must_use]
    pub const fn new(pipeline: &'p Pipeline) -> Self {
        Self { pipeline }
    }

    /// Begins with `inbound`.
    pub fn begin(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient) -> Progress {
        let _ = (&self.pipeline, exchange, ambient);
        Progress::Finished(Ended::Normally)
    }

    /// Begins with `on-error`, for an error found before any policy ran (no operation, no key).
    pub fn begin_with_error(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient, error: PolicyError) -> Progress {
        let _ = (exchange, ambient, error);
        Progress::Finished(Ended::WithError)
    }

    /// Runs only the `cors` policies of `inbound` for a preflight request; the response is always there afterwards.
    pub fn preflight(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient) -> Progress {
        let _ = (exchange, ambient);
        Progress::Finished(Ended::Normally)
    }

    /// Goes on with the host's answer.
    pub fn reply(
        &mut self,
        exchange: &mut Exchange,
        ambient: &dyn Ambient,
        call: CallId,
        reply: HostReply,
    ) -> Progress {
        let _ = (exchange, ambient, call, reply);
        Progress::Finished(Ended::Normally)
    }
}
