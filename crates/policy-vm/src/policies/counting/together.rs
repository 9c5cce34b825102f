//! The step of `rate-limit` and `quota`: a call passes all counters of a policy or none.

use super::{Count, Tallied, Tally};
use crate::error::PolicyError;
use crate::host::{CounterState, HostError, HostReply};
use crate::step::{Flow, Step, StepCx};

/// The limits of a policy.
pub(in crate::policies) trait Limits: std::fmt::Debug + Send + Sync + 'static {
    /// The counters that the call must pass.
    fn counts(&self, cx: &StepCx<'_>) -> Vec<Count>;

    /// It has passed them.
    fn passed(&self, cx: &mut StepCx<'_>, tally: Tally);

    /// It has not.
    fn refused(&self, cx: &mut StepCx<'_>, tally: Tally, state: &CounterState) -> Box<PolicyError>;
}

/// The step.
#[derive(Debug)]
pub(in crate::policies) struct Together<L> {
    pub(in crate::policies) limits: L,
    /// A counter that cannot be asked lets calls pass.
    pub(in crate::policies) fails_open: bool,
}

impl<L: Limits> Together<L> {
    fn follow(&self, cx: &mut StepCx<'_>, tallied: Tallied) -> Flow {
        match tallied {
            Tallied::Call(call) => Flow::Call(call),
            Tallied::Passed => {
                if let Some(tally) = cx.take_kept::<Tally>(cx.at) {
                    self.limits.passed(cx, tally);
                }
                Flow::Next
            }
            Tallied::Refused(state) => match cx.take_kept::<Tally>(cx.at) {
                Some(tally) => Flow::Fail(self.limits.refused(cx, tally, &state)),
                None => Flow::Fail(cx.fault("a counter was asked for")),
            },
        }
    }
}

impl<L: Limits> Step for Together<L> {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        let counts = self.limits.counts(cx);
        if counts.is_empty() {
            return Flow::Next;
        }
        let mut tally = Tally::new(counts);
        let next = tally.next();
        cx.keep(cx.at, tally);
        self.follow(cx, next)
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        let next = match (reply, cx.kept::<Tally>(cx.at)) {
            (HostReply::Counted(state), Some(tally)) => tally.answered(state),
            (HostReply::Failed(error), _) => {
                cx.take_kept::<Tally>(cx.at);
                return unanswered(cx, &error, self.fails_open);
            }
            _ => return Flow::Fail(cx.fault("a counter was asked for")),
        };
        self.follow(cx, next)
    }
}

/// A counter could not be asked: the call fails, or it passes without having been counted, and the trace says so.
pub(in crate::policies) fn unanswered(cx: &mut StepCx<'_>, error: &HostError, fails_open: bool) -> Flow {
    if !fails_open {
        return Flow::Fail(cx.host_failed(error));
    }
    cx.ambient.trace(crate::host::TraceRecord {
        source: cx.info.source,
        severity: "error",
        message: &format!("The call was not counted: {error}"),
        metadata: &[],
    });
    Flow::Next
}
