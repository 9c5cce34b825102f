//! Drives a run of the engine: asks what it needs, answers, until there is a response.

mod side_by_side;

use std::rc::Rc;

use policy_vm::error::PolicyError;
use policy_vm::{Exchange, Pipeline, Progress, Run};

use self::side_by_side::side_by_side;
use crate::ambient::Surroundings;
use crate::call::CallContext;
use crate::errors;

/// What is to be run.
#[derive(Debug)]
pub(crate) enum Start {
    /// The policies from `inbound` on.
    Inbound,
    /// Only what answers a preflight request.
    Preflight,
    /// `on-error`, for a call that came no further.
    Failed(Box<PolicyError>),
}

/// Runs the documents; the response is in the exchange afterwards.
pub(crate) async fn run(cx: &mut CallContext, exchange: &mut Exchange, pipeline: &Pipeline, start: Start) {
    let (rules, site) = (Rc::clone(&cx.rules), Rc::clone(&cx.site));
    let service = &site.service;
    let ambient = Surroundings { trust: &rules.trust, known: &service.certificates, hidden: &service.hidden };
    let mut run = Run::new(pipeline);
    let mut progress = match start {
        Start::Inbound => run.begin(exchange, &ambient),
        Start::Preflight => run.preflight(exchange, &ambient),
        Start::Failed(error) => run.begin_with_error(exchange, &ambient, *error),
    };
    loop {
        progress = match progress {
            Progress::Finished(_) => return,
            Progress::Call(id, call) => {
                // A future costs more than most answers.
                let reply = match cx.answer_at_once(call) {
                    Ok(reply) => reply,
                    Err(call) => cx.answer(exchange, call).await,
                };
                run.reply(exchange, &ambient, id, reply)
            }
            // Rare and large: kept out of the state of every call.
            several => {
                let end = Box::pin(side_by_side(cx, exchange, (&mut run, &ambient), several)).await;
                return note_end(&end, exchange);
            }
        };
    }
}

/// A run that has not finished and waits for nothing is a bug of the engine: nobody knows how much of it has run, so what
/// answer there is by now is none.
fn note_end(end: &Progress, exchange: &mut Exchange) {
    if !matches!(end, Progress::Finished(_)) {
        tracing::error!("the engine waits for nothing: this is a bug");
        let error = errors::simple(500, "InternalFault", "");
        exchange.call.response = Some(policy_vm::respond::error_response(&error, &exchange.call.request_id));
    }
}

#[cfg(test)]
mod tests {
    use policy_vm::exchange::Response;

    use super::*;

    #[test]
    fn a_run_that_does_not_end_is_no_success() {
        let mut exchange = Exchange::new(&policy_vm::Limits::default());
        for before in [None, Some(Response::default())] {
            exchange.call.response = before;
            note_end(&Progress::Pending, &mut exchange);
            assert_eq!(exchange.call.response.as_ref().map(|response| response.status), Some(500));
        }
    }
}
