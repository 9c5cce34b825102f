//! Drives a run of the engine: asks what it needs, answers, until there is a response.

use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use policy_vm::error::PolicyError;
use policy_vm::host::{HostCall, HostError, HostReply};
use policy_vm::run::CallId;
use policy_vm::{Exchange, Pipeline, Progress, Run};

use crate::ambient::Surroundings;
use crate::backend::send::send;
use crate::call::CallContext;
use crate::errors;
use crate::identity::token;

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

/// Calls that are waited for, in no order.
type Waiting = Vec<(CallId, Pin<Box<dyn Future<Output = HostReply>>>)>;

/// Goes on to the end with several calls outstanding at once.
async fn side_by_side(
    cx: &mut CallContext,
    exchange: &mut Exchange,
    (run, ambient): (&mut Run<'_>, &Surroundings<'_>),
    mut progress: Progress,
) -> Progress {
    let mut waiting = Waiting::new();
    loop {
        match progress {
            Progress::Finished(_) => return progress,
            Progress::Cancel(ids, rest) => {
                waiting.retain(|(id, _)| !ids.contains(id));
                progress = *rest;
                continue;
            }
            Progress::Call(id, call) => waiting.push((id, begin(cx, exchange, call).await)),
            Progress::Calls(calls) => {
                for (id, call) in calls {
                    waiting.push((id, begin(cx, exchange, call).await));
                }
            }
            Progress::Pending => {}
        }
        let Some((id, reply)) = first(&mut waiting).await else { return Progress::Pending };
        progress = run.reply(exchange, ambient, id, reply);
    }
}

/// Starts a call. Those that need the exchange itself are answered before anything else goes on.
async fn begin(
    cx: &mut CallContext,
    exchange: &mut Exchange,
    call: HostCall,
) -> Pin<Box<dyn Future<Output = HostReply>>> {
    match call {
        HostCall::Send(mut request) => {
            cx.note_hops(exchange, &mut request);
            let sender = cx.sender();
            Box::pin(
                async move { HostReply::Response(send(sender, *request).await.map(Box::new).map_err(HostError::from)) },
            )
        }
        HostCall::GetToken { resource, client_id } => {
            let worker = Rc::clone(&cx.worker);
            Box::pin(async move { HostReply::Token(token(&worker, &resource, client_id.as_deref()).await) })
        }
        HostCall::Sleep(wait) => Box::pin(async move {
            tokio::time::sleep(wait).await;
            HostReply::Done
        }),
        other => Box::pin(std::future::ready(cx.answer(exchange, other).await)),
    }
}

/// The first answer; `None` when nothing is waited for.
async fn first(waiting: &mut Waiting) -> Option<(CallId, HostReply)> {
    if waiting.is_empty() {
        return None;
    }
    poll_fn(|cx| {
        for (at, (_, call)) in waiting.iter_mut().enumerate() {
            if let Poll::Ready(reply) = call.as_mut().poll(cx) {
                return Poll::Ready(Some((waiting.swap_remove(at).0, reply)));
            }
        }
        Poll::Pending
    })
    .await
}
