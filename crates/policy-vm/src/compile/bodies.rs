//! The step that brings a streamed body into memory, right before the first step whose expressions read it.

use crate::error::PolicyError;
use crate::exchange::Body;
use crate::host::{HostCall, HostErrorKind, HostReply, Message};
use crate::step::{Flow, Step, StepCx};

/// Reads the bodies that are still with the host.
#[derive(Debug)]
pub(super) struct ReadBodies {
    pub(super) request: bool,
    pub(super) response: bool,
}

impl Step for ReadBodies {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        let call = &cx.exchange.call;
        if self.request && matches!(call.request.body, Body::Stream) {
            return Flow::Call(HostCall::ReadBody(Message::Request));
        }
        let streamed = call.response.as_ref().is_some_and(|response| matches!(response.body, Body::Stream));
        if self.response && streamed {
            return Flow::Call(HostCall::ReadBody(Message::Response));
        }
        Flow::Next
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        // The request's body comes first, so what is still a stream says which of the two was asked for.
        let message = match cx.exchange.call.request.body {
            Body::Stream if self.request => Message::Request,
            _ => Message::Response,
        };
        match store_body(cx, message, reply) {
            Ok(()) => self.run(cx),
            Err(error) => Flow::Fail(error),
        }
    }
}

/// Puts the host's answer to [`HostCall::ReadBody`] in its place.
fn store_body(cx: &mut StepCx<'_>, message: Message, reply: HostReply) -> Result<(), Box<PolicyError>> {
    let body = match reply {
        HostReply::Body(Ok(bytes)) => Body::Bytes(bytes),
        HostReply::Body(Err(error)) | HostReply::Failed(error) => {
            let mut error = error;
            if message == Message::Request && error.kind == HostErrorKind::BodyTooLarge {
                error.kind = HostErrorKind::RequestBodyTooLarge;
            }
            return Err(cx.host_failed(&error));
        }
        _ => return Err(cx.fault("a body was asked for")),
    };
    match (message, &mut cx.exchange.call.response) {
        (Message::Request, _) => cx.exchange.call.request.body = body,
        (Message::Response, Some(response)) => response.body = body,
        (Message::Response, None) => {}
    }
    Ok(())
}
