//! Counters that a call must pass together.

use crate::host::{CounterCall, CounterMode, CounterState, HostCall};

/// Several counters that a call must pass together: none is counted before all have been asked.
#[derive(Debug)]
pub(in crate::policies) struct Tally {
    counts: Vec<Count>,
    at: usize,
    asking: bool,
}

/// A counter of a tally.
#[derive(Debug)]
pub(in crate::policies) struct Count {
    pub(in crate::policies) call: CounterCall,
    /// Which of the policy's limits it is for.
    pub(in crate::policies) limit: usize,
    /// How many calls it has left.
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
    pub(in crate::policies) fn new(mut counts: Vec<Count>) -> Self {
        tell_apart(&mut counts);
        let asking = counts.len() > 1;
        Self { counts, at: 0, asking }
    }

    /// The next counter.
    pub(in crate::policies) fn next(&mut self) -> Tallied {
        if self.asking && self.at == self.counts.len() {
            (self.asking, self.at) = (false, 0);
        }
        match self.counts.get(self.at) {
            Some(count) if self.asking => Tallied::Call(HostCall::Count(Box::new(asked(&count.call)))),
            Some(count) => Tallied::Call(HostCall::Count(Box::new(count.call.clone()))),
            None => Tallied::Passed,
        }
    }

    /// Goes on with the answer.
    pub(in crate::policies) fn answered(&mut self, state: CounterState) -> Tallied {
        let Some(count) = self.counts.get_mut(self.at) else { return Tallied::Passed };
        if !state.allowed {
            count.remaining = 0;
            return Tallied::Refused(state);
        }
        count.remaining = state.remaining;
        self.at += 1;
        self.next()
    }

    /// The counters, with what they have left.
    pub(in crate::policies) fn counts(&self) -> &[Count] {
        &self.counts
    }

    /// Which of the policy's limits the last answer was about.
    pub(in crate::policies) fn limit(&self) -> usize {
        self.counts.get(self.at).map_or(0, |count| count.limit)
    }

    /// What was counted.
    pub(in crate::policies) fn into_calls(self) -> impl Iterator<Item = CounterCall> {
        self.counts.into_iter().map(|count| count.call)
    }
}

/// Two limits of a policy for the same calls, as one by id and one by name, count each for itself: in one counter each
/// call would count twice, in a period that is neither's.
fn tell_apart(counts: &mut [Count]) {
    let mut rest = counts;
    while let [count, others @ ..] = rest {
        let mut same = 1;
        for other in others.iter_mut().filter(|other| other.call.key == count.call.key) {
            same += 1;
            other.call.key = format!("{}/{same}", other.call.key).into();
        }
        rest = others;
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
