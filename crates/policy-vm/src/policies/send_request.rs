//! `send-request`: a call of its own, whose answer goes into a variable.

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::{NameId, Response};
use crate::host::{HostCall, HostError, HostReply, OutgoingRequest};
use crate::names;
use crate::policies::Policy;
use crate::policies::outgoing::{self, AUTHENTICATION, CHILDREN, MODE, Outgoing, TIMEOUT};
use crate::policies::timeout;
use crate::respond;
use crate::spec::{Accepts, Attribute, ElementSpec, Group};
use crate::step::{Flow, Step, StepCx};
use crate::value::Value;

const SPEC: ElementSpec = ElementSpec::new("send-request", "Calls a service and keeps its answer in a variable.")
    .attributes(&[
        MODE,
        Attribute::optional("response-variable-name", Accepts::Name, "The variable that gets the answer."),
        TIMEOUT,
        timeout::MILLIS,
        Attribute::optional("ignore-error", Accepts::Bool, "Whether the variable is null when the call fails.")
            .default("false"),
        Attribute::optional("buffer-response", Accepts::Bool, "The answer is always read whole.")
            .default("true")
            .without_effect(),
        Attribute::optional("fail-on-error-status-code", Accepts::Bool, "Whether 400 to 599 is a failure.")
            .default("false"),
    ])
    .groups(&[Group::AtMostOne(&["timeout", "timeout-ms"])])
    .children(CHILDREN)
    .alternatives(AUTHENTICATION);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let step = SendRequest {
        outgoing: outgoing::compile(c, element, &SPEC),
        variable: c.literal(element, &SPEC, "response-variable-name").map(names::intern),
        ignore_error: c.flag(element, &SPEC, "ignore-error"),
        fails_on_status: c.flag(element, &SPEC, "fail-on-error-status-code"),
    };
    c.emit(step);
}

#[derive(Debug)]
struct SendRequest {
    outgoing: Outgoing,
    variable: Option<NameId>,
    ignore_error: bool,
    fails_on_status: bool,
}

/// The host was asked for what the request needs.
struct Asked;

impl SendRequest {
    fn send(&self, cx: &mut StepCx<'_>, built: Result<Box<OutgoingRequest>, Box<PolicyError>>) -> Flow {
        match built {
            Ok(request) => Flow::Call(HostCall::Send(request)),
            Err(error) => self.failed(cx, error),
        }
    }

    fn failed(&self, cx: &mut StepCx<'_>, error: Box<PolicyError>) -> Flow {
        if !self.ignore_error {
            return Flow::Fail(error);
        }
        if let Some(name) = self.variable {
            cx.exchange.call.set_variable(name, Value::Null);
        }
        Flow::Next
    }

    fn keep(&self, cx: &mut StepCx<'_>, response: Response) -> Flow {
        if let Some(name) = self.variable {
            let exchange = &mut *cx.exchange;
            match exchange.call.keep(&mut exchange.heap, response) {
                Ok(kept) => exchange.call.set_variable(name, kept),
                // Not one to ignore: what is kept already is why.
                Err(trap) => return Flow::Fail(cx.expression_failed(trap.into())),
            }
        }
        Flow::Next
    }
}

impl Step for SendRequest {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.outgoing.ask(cx) {
            Ok(Some(call)) => {
                cx.keep(cx.at, Asked);
                Flow::Call(call)
            }
            Ok(None) => {
                let built = self.outgoing.build(cx);
                self.send(cx, built)
            }
            Err(error) => self.failed(cx, error),
        }
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        if cx.take_kept::<Asked>(cx.at).is_some() {
            let built = self.outgoing.build_with(cx, reply);
            return self.send(cx, built);
        }
        match reply {
            HostReply::Response(Ok(response)) if self.fails_on_status && (400..=599).contains(&response.status) => {
                let message = format!("The service answered with status {}.", response.status);
                let error = cx.error(500, "BackendErrorStatusCode", message);
                self.failed(cx, error)
            }
            HostReply::Response(Ok(response)) => self.keep(cx, *response),
            // As with `forward-request`: a status, like any other.
            HostReply::Response(Err(HostError { unavailable: Some(unavailable), .. })) if !self.fails_on_status => {
                let response = respond::no_backend(&unavailable, &cx.exchange.call.request_id);
                self.keep(cx, response)
            }
            HostReply::Response(Err(error)) | HostReply::Failed(error) => {
                let error = cx.host_failed(&error);
                self.failed(cx, error)
            }
            _ => Flow::Fail(cx.fault("a response was asked for")),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::host::{HostError, HostErrorKind, Unavailable};
    use crate::policies::check::{Scene, inbound_findings};

    const CALL: &str = "<set-url>https://auth.example/check</set-url><set-method>post</set-method>\
                        <set-header name=\"X\"><value>1</value></set-header><set-body>b</set-body>";

    fn send(attributes: &str) -> String {
        format!("<send-request response-variable-name=\"r\" {attributes}>{CALL}</send-request>")
    }

    #[test]
    fn any_status_is_a_success() {
        let return_it = "<return-response response-variable-name=\"r\" />";
        let mut scene = Scene::inbound(&(send("") + return_it)).answer(503, &[("a", "b")], "down");
        assert_eq!(scene.run(), "> send POST https://auth.example/check x: 1; b 60s\n503 -\na: b\ndown\n");
    }

    #[test]
    fn a_backend_that_takes_no_calls_is_an_answer() {
        let refused = || HostError::unavailable("open", Unavailable { status: 503, is_pool: false, retry_after: None });
        let return_it = "<return-response response-variable-name=\"r\" />";
        let mut scene = Scene::inbound(&(send("") + return_it));
        scene.answers.push_back(Err(refused()));
        assert!(scene.run().contains("\n503 -\ncontent-type: application/json\n"));
        let mut scene = Scene::inbound(&send("fail-on-error-status-code=\"true\" ignore-error=\"true\""));
        scene.answers.push_back(Err(refused()));
        scene.run();
        assert_eq!(scene.variable("r"), "Null");
    }

    #[test]
    fn failures() {
        let mut scene = Scene::inbound(&send("timeout=\"5\"")).failure(HostErrorKind::Timeout);
        assert!(scene.run().ends_with("! send-request Timeout: it did not work (api/inbound/send-request/)\n"));
        let mut scene = Scene::inbound(&send("ignore-error=\"true\"")).failure(HostErrorKind::Connection);
        assert!(scene.run().contains("> forward"));
        assert_eq!(scene.variable("r"), "Null");
    }

    #[test]
    fn a_copy_takes_headers_body_and_url() {
        let mut scene = Scene::inbound("<send-request mode=\"copy\" response-variable-name=\"r\" />")
            .header("host", "api.example")
            .header("authorization", "x")
            .body("text");
        assert!(scene.run().starts_with(
            "> send GET https://backend.example/base/orders?id=7 host: api.example; authorization: x; text 60s\n"
        ));
        let elsewhere = "<send-request mode=\"copy\"><set-url>http://a/</set-url></send-request>";
        let mut scene = Scene::inbound(elsewhere).header("host", "api.example");
        assert!(scene.run().starts_with("> send GET http://a/ (none) 60s\n"));
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings("<send-request mode=\"copy\"><authentication-token /></send-request>"),
            "TG0208 policy.xml:1:47 'authentication-token' in 'send-request' is not supported yet\n"
        );
        assert_eq!(
            inbound_findings("<send-request />"),
            "TG0221 policy.xml:1:20 the element 'send-request' lacks its 'set-url'\n  only mode=\"copy\" goes without\n"
        );
    }

    /// What a loop keeps is kept until the exchange ends: the memory budget ends it first.
    #[test]
    fn answers_that_are_kept_are_paid_for() {
        // The two of them are more than there is.
        let body = bytes::Bytes::from(vec![b'x'; crate::Limits::default().memory / 2 + 1]);
        let mut scene = Scene::inbound(&send("ignore-error=\"true\"").repeat(2));
        for _ in 0..2 {
            let body = crate::exchange::Body::Bytes(body.clone());
            scene.answers.push_back(Ok(crate::exchange::Response { status: 200, body, ..Default::default() }));
        }
        let seen = scene.run();
        assert!(seen.ends_with("exceeded its memory budget (api/inbound/send-request[2]/)\n"), "{seen}");
    }

    #[test]
    fn answers_are_read_in_expressions() {
        let read = "<set-variable name=\"s\" value=\"@(((IResponse)context.Variables[&quot;r&quot;]).StatusCode + \
                    ((IResponse)context.Variables[&quot;r&quot;]).Body.As&lt;string&gt;(true))\" />";
        let mut scene = Scene::inbound(&(send("") + read)).answer(201, &[], "token");
        scene.run();
        assert_eq!(scene.variable("s"), "\"201token\"");
    }

    /// The answer of another service is in memory: reading it does not bring the client's body into memory.
    #[test]
    fn reading_an_answer_leaves_the_clients_body_alone() {
        let read = "<set-variable name=\"s\" value=\"@(((IResponse)context.Variables[&quot;r&quot;]).Body.As&lt;string&gt;())\" />";
        let mut scene = Scene::inbound(&(send("") + read)).answer(200, &[], "x");
        scene.exchange.call.request.body = crate::exchange::Body::Stream;
        assert!(!scene.run().contains("> read"));
    }
}
