//! Runs one request through a pipeline against the fake host.

use std::time::Duration;

use policy_vm::exchange::{Body, Exchange};
use policy_vm::host::{HostCall, HostReply};
use policy_vm::run::CallId;
use policy_vm::{Pipeline, Progress, Run};

use crate::host::{Ambience, FakeHost, span_ticks};
use crate::setup::Surroundings;

/// What went wrong in the test itself, not in the policy.
pub(crate) type Broken = String;

/// Calls that have been given out and are not answered yet.
#[derive(Debug, Default)]
struct Outstanding {
    calls: Vec<Due>,
}

#[derive(Debug)]
struct Due {
    /// In .NET ticks.
    at: i64,
    id: CallId,
    reply: HostReply,
}

impl Outstanding {
    fn add(&mut self, id: CallId, after: Duration, reply: HostReply, now: i64) {
        self.calls.push(Due { at: now.saturating_add(span_ticks(after)), id, reply });
    }

    /// The call that ends first; of those that end together the one that began first.
    fn next(&mut self) -> Option<Due> {
        let first = self.calls.iter().enumerate().min_by_key(|(index, due)| (due.at, *index))?.0;
        Some(self.calls.remove(first))
    }
}

/// Runs the exchange to its end.
pub(crate) fn drive(
    pipeline: &Pipeline,
    exchange: &mut Exchange,
    surroundings: &Surroundings,
    host: &mut FakeHost,
    ambience: &Ambience,
) -> Result<(), Broken> {
    let mut run = Run::new(pipeline);
    let mut progress = if surroundings.is_preflight(exchange) && pipeline.needs().answers_preflight {
        run.preflight(exchange, ambience)
    } else {
        run.begin(exchange, ambience)
    };
    let mut outstanding = Outstanding::default();
    loop {
        match progress {
            Progress::Call(id, call) => perform(&mut outstanding, exchange, surroundings, host, ambience, (id, call)),
            Progress::Calls(calls) => {
                for call in calls {
                    perform(&mut outstanding, exchange, surroundings, host, ambience, call);
                }
            }
            Progress::Pending => {}
            Progress::Cancel(ids, rest) => {
                outstanding.calls.retain(|due| !ids.contains(&due.id));
                progress = *rest;
                continue;
            }
            Progress::Finished(_) => break,
        }
        let due = outstanding.next().ok_or("the engine waits for an answer that it did not ask for")?;
        ambience.set_clock(ambience.now().max(due.at));
        progress = run.reply(exchange, ambience, due.id, due.reply);
    }
    finish(exchange, host, ambience);
    Ok(())
}

fn perform(
    outstanding: &mut Outstanding,
    exchange: &Exchange,
    surroundings: &Surroundings,
    host: &mut FakeHost,
    ambience: &Ambience,
    (id, call): (CallId, HostCall),
) {
    let pending = host.perform(exchange, surroundings, ambience, call);
    outstanding.add(id, pending.after, pending.reply, ambience.now());
}

/// What a gateway does at the end: it reads the body of the response, and counts what was transferred.
fn finish(exchange: &mut Exchange, host: &mut FakeHost, ambience: &Ambience) {
    let mut transferred = host.received();
    if let Some(response) = &mut exchange.call.response {
        let body = host.response_body(&response.body);
        transferred += body.len();
        response.body = Body::Bytes(body);
    }
    let bytes = u64::try_from(transferred).unwrap_or(u64::MAX);
    for mut count in std::mem::take(&mut exchange.call.transfer_counters) {
        count.increment_bytes = bytes;
        host.add(&count, ambience.now());
    }
}
