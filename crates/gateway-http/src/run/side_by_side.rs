//! Several calls of a run outstanding at once: all of them are begun before any is waited for, but for
//! a response that somebody else fetches for the cache. What a call has only once (its
//! exchange with the backend, its bodies) is used by one after the other.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::rc::Rc;
use std::task::Poll;

use policy_vm::host::{ForwardOptions, HostCall, HostError, HostReply, Message};
use policy_vm::run::CallId;
use policy_vm::{Exchange, Progress, Run};

use crate::ambient::Surroundings;
use crate::backend::send::send;
use crate::call::CallContext;
use crate::call::beside::{Beside, Reading, gave_up};
use crate::identity::token;

/// Goes on to the end.
pub(super) async fn side_by_side(
    cx: &mut CallContext,
    exchange: &mut Exchange,
    (run, ambient): (&mut Run<'_>, &Surroundings<'_>),
    mut progress: Progress,
) -> Progress {
    let mut calls = Calls::default();
    loop {
        match progress {
            Progress::Finished(_) => return progress,
            Progress::Cancel(ids, rest) => {
                calls.cancel(exchange, &ids);
                progress = *rest;
                continue;
            }
            Progress::Call(id, call) => calls.begin(cx, exchange, id, call).await,
            Progress::Calls(several) => {
                for (id, call) in several {
                    calls.begin(cx, exchange, id, call).await;
                }
            }
            Progress::Pending => {}
        }
        calls.next_in_turn(cx, exchange);
        let Some((id, answer)) = calls.first().await else { return Progress::Pending };
        let reply = answer(cx, exchange);
        progress = run.reply(exchange, ambient, id, reply);
    }
}

/// What the engine is told, and what the call has of it.
type Answer = Box<dyn FnOnce(&mut CallContext, &mut Exchange) -> HostReply>;

type Begun = Pin<Box<dyn Future<Output = Answer>>>;

/// What a call has only once.
enum Own {
    Forward(ForwardOptions),
    Read(Message),
}

/// Calls that are waited for.
#[derive(Default)]
struct Calls {
    begun: Vec<(CallId, Begun)>,
    /// The one of those begun that has what there is only once, and the message that it reads.
    owner: Option<(CallId, Option<Message>)>,
    /// Those that want it next.
    turn: VecDeque<(CallId, Own)>,
}

impl Calls {
    async fn begin(&mut self, cx: &mut CallContext, exchange: &mut Exchange, id: CallId, call: HostCall) {
        match call {
            HostCall::Forward(options) => self.turn.push_back((id, Own::Forward(options))),
            HostCall::ReadBody(message) => self.turn.push_back((id, Own::Read(message))),
            HostCall::Send(mut request) => {
                cx.note_hops(exchange, &mut request);
                let sender = cx.sender();
                self.wait_for(id, async move {
                    HostReply::Response(send(sender, *request).await.map(Box::new).map_err(HostError::from))
                });
            }
            HostCall::GetToken { resource, client_id } => {
                let worker = Rc::clone(&cx.worker);
                self.wait_for(
                    id,
                    async move { HostReply::Token(token(&worker, &resource, client_id.as_deref()).await) },
                );
            }
            HostCall::Retry(wait) => {
                let again = cx.may_retry();
                self.wait_for(id, async move {
                    if again {
                        tokio::time::sleep(wait).await;
                    }
                    HostReply::Acquired(again)
                });
            }
            // These take no time, but for a response that somebody else fetches for the cache.
            other => {
                let reply = cx.answer(exchange, other).await;
                self.wait_for(id, std::future::ready(reply));
            }
        }
    }

    fn wait_for(&mut self, id: CallId, reply: impl Future<Output = HostReply> + 'static) {
        self.push(id, async move {
            let reply = reply.await;
            Box::new(move |_: &mut CallContext, _: &mut Exchange| reply) as Answer
        });
    }

    fn push(&mut self, id: CallId, answer: impl Future<Output = Answer> + 'static) {
        self.begun.push((id, Box::pin(answer)));
    }

    /// Begins the next that wants what there is only once, if that is free.
    fn next_in_turn(&mut self, cx: &mut CallContext, exchange: &mut Exchange) {
        if self.owner.is_some() {
            return;
        }
        let Some((id, own)) = self.turn.pop_front() else { return };
        self.owner = Some((id, if let Own::Read(message) = own { Some(message) } else { None }));
        match own {
            Own::Forward(options) => {
                let beside = Beside::new(cx, exchange, options);
                self.push(id, async move {
                    let forwarded = beside.forward().await;
                    Box::new(move |cx: &mut CallContext, exchange: &mut Exchange| forwarded.into_reply(cx, exchange))
                        as Answer
                });
            }
            Own::Read(message) => {
                let reading = Reading::new(cx, exchange, message);
                self.push(id, async move {
                    let read = reading.read().await;
                    Box::new(move |_: &mut CallContext, exchange: &mut Exchange| read.into_reply(exchange)) as Answer
                });
            }
        }
    }

    fn cancel(&mut self, exchange: &mut Exchange, ids: &[CallId]) {
        if let Some((_, message)) = self.owner.take_if(|(id, _)| ids.contains(id)) {
            message.into_iter().for_each(|message| gave_up(exchange, message));
        }
        self.begun.retain(|(id, _)| !ids.contains(id));
        self.turn.retain(|(id, _)| !ids.contains(id));
    }

    /// The first answer; `None` when nothing is waited for.
    async fn first(&mut self) -> Option<(CallId, Answer)> {
        if self.begun.is_empty() {
            return None;
        }
        let (id, answer) = poll_fn(|cx| {
            for (at, (_, call)) in self.begun.iter_mut().enumerate() {
                if let Poll::Ready(answer) = call.as_mut().poll(cx) {
                    return Poll::Ready((self.begun.swap_remove(at).0, answer));
                }
            }
            Poll::Pending
        })
        .await;
        self.owner.take_if(|(owner, _)| *owner == id);
        Some((id, answer))
    }
}
