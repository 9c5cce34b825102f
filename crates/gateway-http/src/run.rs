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
                let finished = Box::pin(side_by_side(cx, exchange, (&mut run, &ambient), several)).await;
                if !matches!(finished, Progress::Finished(_)) {
                    debug_assert!(false, "the engine waits for nothing: this is a bug");
                    let error = errors::simple(500, "InternalFault", "");
                    let answer = policy_vm::respond::error_response(&error, &exchange.call.request_id);
                    exchange.call.response = Some(answer);
                }
                return;
            }
        };
    }
}
