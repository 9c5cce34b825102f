//! `send-one-way-request`: a call of its own that nobody waits for.

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::host::{HostCall, HostReply, OutgoingRequest};
use crate::policies::Policy;
use crate::policies::outgoing::{self, AUTHENTICATION, CHILDREN, MODE, Outgoing, TIMEOUT};
use crate::spec::ElementSpec;
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec = ElementSpec::new("send-one-way-request", "Calls a service without waiting for its answer.")
    .attributes(&[MODE, TIMEOUT])
    .children(CHILDREN)
    .alternatives(AUTHENTICATION);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let outgoing = outgoing::compile(c, element, &SPEC);
    c.emit(SendOneWayRequest(outgoing));
}

#[derive(Debug)]
struct SendOneWayRequest(Outgoing);

/// The host was asked for what the request needs.
struct Asked;

fn send(built: Result<Box<OutgoingRequest>, Box<PolicyError>>) -> Flow {
    match built {
        Ok(request) => Flow::Call(HostCall::SendOneWay(request)),
        Err(error) => Flow::Fail(error),
    }
}

impl Step for SendOneWayRequest {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.0.ask(cx) {
            Ok(Some(call)) => {
                cx.keep(cx.at, Asked);
                Flow::Call(call)
            }
            Ok(None) => send(self.0.build(cx)),
            Err(error) => Flow::Fail(error),
        }
    }

    /// Whatever became of the request: nobody waits.
    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        match cx.take_kept::<Asked>(cx.at) {
            Some(Asked) => send(self.0.build_with(cx, reply)),
            None => Flow::Next,
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::Scene;

    #[test]
    fn it_is_sent_and_forgotten() {
        let mut scene = Scene::inbound(
            "<send-one-way-request timeout=\"10\"><set-url>https://audit.example/hit</set-url>\
             <set-method>POST</set-method><set-body>x</set-body></send-one-way-request>",
        );
        assert!(scene.run().starts_with("> send one way POST https://audit.example/hit x 10s\n> forward"));
    }
}
