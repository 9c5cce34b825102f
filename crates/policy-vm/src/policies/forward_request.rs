//! `forward-request`: sends the request to its backend and puts the answer in `context.Response`.

use std::time::Duration;

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::Body;
use crate::host::{ForwardOptions, HostCall, HostError, HostReply, HttpVersion};
use crate::operand::{BoolOperand, IntOperand};
use crate::policies::Policy;
use crate::policies::timeout::{self, Timeout};
use crate::respond;
use crate::spec::{Accepts, Attribute, ElementSpec, Group, Sections};
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec = ElementSpec::new("forward-request", "Sends the request to its backend.")
    .attributes(&[
        Attribute::optional("timeout", Accepts::COUNT, "Seconds until the headers of the answer must be there.")
            .expression()
            .default("300"),
        timeout::MILLIS,
        Attribute::optional(
            "continue-timeout",
            Accepts::COUNT,
            "Seconds to wait for `100 Continue` where the request has `Expect`.",
        )
        .expression(),
        Attribute::optional("http-version", Accepts::OneOf(&["1", "2or1", "2"]), "Protocol towards the backend.")
            .default("1"),
        Attribute::optional("follow-redirects", Accepts::Bool, "Whether 3xx answers are followed.")
            .expression()
            .default("false"),
        Attribute::optional("buffer-request-body", Accepts::Bool, "Whether the body is kept to be sent again.")
            .default("false"),
        Attribute::optional("buffer-response", Accepts::Bool, "Whether 8 KB are collected before passing on.")
            .default("true"),
        Attribute::optional("fail-on-error-status-code", Accepts::Bool, "Whether 400 to 599 is an error.")
            .default("false"),
    ])
    .groups(&[Group::AtMostOne(&["timeout", "timeout-ms"])])
    .sections(Sections::BACKEND);

/// The document of all APIs that a new service begins with.
pub const DEFAULT_GLOBAL: &str =
    "<policies><inbound /><backend><forward-request /></backend><outbound /><on-error /></policies>";

/// What sends requests over HTTP/2, as somebody is told to write it.
pub const OVER_HTTP2: &str = "<forward-request http-version=\"2\" />";

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let http_version = match c.literal(element, &SPEC, "http-version").map(str::trim) {
        Some("2") => HttpVersion::Two,
        Some("2or1") => HttpVersion::TwoOrOne,
        _ => HttpVersion::One,
    };
    let step = Forward {
        timeout: Timeout::compile(c, element, &SPEC),
        continue_seconds: c.int_or_none(element, &SPEC, "continue-timeout"),
        follow_redirects: c.bool(element, &SPEC, "follow-redirects"),
        buffer_request_body: c.flag(element, &SPEC, "buffer-request-body"),
        buffer_response: c.flag(element, &SPEC, "buffer-response"),
        fails_on_status: c.flag(element, &SPEC, "fail-on-error-status-code"),
        http_version,
    };
    c.emit(step);
    c.forwarded();
}

#[derive(Debug)]
struct Forward {
    timeout: Timeout,
    continue_seconds: Option<IntOperand>,
    follow_redirects: BoolOperand,
    buffer_request_body: bool,
    buffer_response: bool,
    fails_on_status: bool,
    http_version: HttpVersion,
}

impl Forward {
    fn options(&self, cx: &mut StepCx<'_>) -> Result<ForwardOptions, Box<PolicyError>> {
        let timeout = self.timeout.eval(cx)?;
        let continue_timeout = match self.continue_seconds {
            Some(seconds) => Some(Duration::from_secs(seconds.eval(cx)?.unsigned_abs())),
            None => None,
        };
        Ok(ForwardOptions {
            timeout,
            continue_timeout,
            follow_redirects: self.follow_redirects.eval(cx)?,
            buffer_request_body: self.buffer_request_body,
            buffer_response: self.buffer_response,
            http_version: self.http_version,
        })
    }
}

impl Step for Forward {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.options(cx) {
            Ok(options) => {
                // Whoever handles a failure sees that there is no answer, not the answer of an earlier attempt.
                cx.exchange.call.response = None;
                Flow::Call(HostCall::Forward(options))
            }
            Err(error) => Flow::Fail(error),
        }
    }

    fn resume(&self, cx: &mut StepCx<'_>, reply: HostReply) -> Flow {
        let call = &mut cx.exchange.call;
        if !self.buffer_request_body && matches!(call.request.body, Body::Stream) {
            call.request.body = Body::Consumed;
        }
        match reply {
            HostReply::Response(Ok(response)) => {
                let status = response.status;
                call.response = Some(*response);
                if self.fails_on_status && (400..=599).contains(&status) {
                    let message = format!("The backend answered with status {status}.");
                    let mut error = cx.error(status, "BackendErrorStatusCode", message);
                    error.keeps_response = true;
                    return Flow::Fail(error);
                }
                Flow::Next
            }
            // Published documents look at the status, in `retry` as well as in `outbound`: it is an answer, not an error.
            HostReply::Response(Err(HostError { unavailable: Some(unavailable), .. })) if !self.fails_on_status => {
                call.response = Some(respond::no_backend(&unavailable, &call.request_id));
                Flow::Next
            }
            HostReply::Response(Err(error)) | HostReply::Failed(error) => Flow::Fail(cx.host_failed(&error)),
            _ => Flow::Fail(cx.fault("a response was asked for")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crate::exchange::Body;
    use crate::host::{HostError, HostErrorKind, Unavailable};
    use crate::policies::check::{Scene, findings};

    fn forward(attributes: &str) -> Scene {
        Scene::backend(&format!("<forward-request {attributes} />"))
    }

    #[test]
    fn timeouts() {
        for (attributes, timeout) in [
            ("", "300s"),
            ("timeout=\"5\"", "5s"),
            ("timeout-ms=\"@(250)\"", "250ms"),
            ("timeout=\"@(&quot;7&quot;)\"", "7s"),
            ("timeout=\"0\"", "300s"),
            ("timeout-ms=\"@(0)\"", "300s"),
        ] {
            let expected = format!("> forward GET https://backend.example/base/orders?id=7 {timeout}\n");
            assert!(forward(attributes).run().starts_with(&expected), "{attributes}");
        }
    }

    #[test]
    fn failures() {
        for (kind, reason) in [
            (HostErrorKind::Timeout, "Timeout"),
            (HostErrorKind::Connection, "BackendConnectionFailure"),
            (HostErrorKind::ClientGone, "ClientConnectionFailure"),
        ] {
            let shown = forward("").failure(kind).run();
            assert!(shown.contains("\n500 -\n"), "{shown}");
            assert!(
                shown.ends_with(&format!(
                    "! forward-request {reason}: it did not work (api/backend/forward-request/)\n"
                ))
            );
        }
    }

    #[test]
    fn a_backend_that_takes_no_calls_is_an_answer() {
        let unavailable =
            |is_pool| Unavailable { status: 503, is_pool, retry_after: Some(Duration::from_millis(1500)) };
        let mut scene = forward("");
        scene.answers.push_back(Err(HostError::unavailable("open", unavailable(false))));
        assert!(scene.run().ends_with(
            "503 -\ncontent-type: application/json\nretry-after: 2\n{ \"statusCode\": 503, \"message\": \"Service Unavailable\" }\n"
        ));
        let mut scene = forward("");
        scene.answers.push_back(Err(HostError::unavailable("open", unavailable(true))));
        assert!(scene.run().contains("\n503 Backend pool is temporarily unavailable\n"));
        let mut scene = forward("fail-on-error-status-code=\"true\"");
        scene.answers.push_back(Err(HostError::unavailable("open", unavailable(true))));
        assert!(scene.run().ends_with("! forward-request BackendUnavailable: open (api/backend/forward-request/)\n"));
    }

    #[test]
    fn error_statuses_are_answers() {
        assert!(forward("").answer(503, &[("a", "b")], "x").run().ends_with("503 -\na: b\nx\n"));
    }

    #[test]
    fn a_streamed_body_is_sent_once() {
        let mut scene = forward("");
        scene.exchange.call.request.body = Body::Stream;
        scene.run();
        assert!(matches!(scene.exchange.call.request.body, Body::Consumed));
    }

    #[test]
    fn what_is_written_and_changes_nothing() {
        let found = |attributes: &str| {
            findings(&format!("<policies><backend><forward-request {attributes} /></backend></policies>"))
        };
        for (attributes, expected) in [
            ("timeout=\"0\"", "the 'timeout' of 0 has no effect: it is the usual time of 300 seconds"),
            ("timeout-ms=\"0\"", "the 'timeout-ms' of 0 has no effect: it is the usual time of 300 seconds"),
        ] {
            assert_eq!(found(attributes), format!("TG0215 policy.xml:1:37 warning: {expected}\n"));
        }
        assert_eq!(found("buffer-response=\"true\" continue-timeout=\"5\" timeout=\"1\""), "");
    }

    #[test]
    fn what_is_wrong() {
        let document = "<policies><backend><forward-request timeout=\"1\" timeout-ms=\"2\" /></backend></policies>";
        assert_eq!(
            findings(document),
            "TG0214 policy.xml:1:20 the attributes 'timeout', 'timeout-ms' exclude each other\n"
        );
    }
}
