//! Counters that a call must pass together.

use crate::host::{CounterCall, CounterMode, CounterState, HostCall};

/// Several counters that a call must pass together: none is counted before all have been asked.
#[derive(Debug)]
pub(in crate::policies) struct Tally {
    counts: Vec<CounterCall>,
    at: usize,
    asking: bool,
    /// The smallest number of calls left.
    pub(in crate::policies) remaining: u64,
}

/// What a [`Tally`] does next.
pub(in crate::policies) enum Tallied {
    Call(HostCall),
    Passed,
    Refused(CounterState),
}

impl Tally {
    /// Begins to count. One counter is checked and counted in one go.
    pub(in crate::policies) fn new(counts: Vec<CounterCall>) -> Self {
        let asking = counts.len() > 1;
        Self { counts, at: 0, asking, remaining: u64::MAX }
    }

    /// The next counter.
    pub(in crate::policies) fn next(&mut self) -> Tallied {
        if self.asking && self.at == self.counts.len() {
            (self.asking, self.at) = (false, 0);
        }
        match self.counts.get(self.at) {
            Some(count) if self.asking => Tallied::Call(HostCall::Count(Box::new(asked(count)))),
            Some(count) => Tallied::Call(HostCall::Count(Box::new(count.clone()))),
            None => Tallied::Passed,
        }
    }

    /// Goes on with the answer.
    pub(in crate::policies) fn answered(&mut self, state: CounterState) -> Tallied {
        if !state.allowed {
            return Tallied::Refused(state);
        }
        if !self.asking {
            self.remaining = self.remaining.min(state.remaining);
        }
        self.at += 1;
        self.next()
    }
}

impl Tally {
    /// What was counted.
    pub(in crate::policies) fn into_counts(self) -> Vec<CounterCall> {
        self.counts
    }
}

/// Whether a counter has room for one more: [`CounterMode::Check`] refuses what has passed its limit already.
fn asked(count: &CounterCall) -> CounterCall {
    match count.calls {
        // There never is: counting refuses it, and adds nothing.
        Some(calls) if calls < count.increment => count.clone(),
        calls => {
            let calls = calls.map(|calls| calls - count.increment);
            CounterCall { mode: CounterMode::Check, calls, increment: 0, ..count.clone() }
        }
    }
}
