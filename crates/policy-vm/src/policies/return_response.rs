//! `return-response`: ends the pipeline with a response of its own.

use policy_parser::document::Element;

use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::{Body, NameId, Response};
use crate::names;
use crate::policies::set_body::{self, BodyEdit};
use crate::policies::set_header::{self, HeaderEdit};
use crate::policies::set_status::{self, StatusEdit};
use crate::policies::{Policy, message};
use crate::spec::{Accepts, Attribute, Child, ElementSpec};
use crate::step::{Flow, Step, StepCx};
use crate::value::{Part, Value};

const SPEC: ElementSpec = ElementSpec::new("return-response", "Ends the pipeline and answers the caller.")
    .attributes(&[Attribute::optional(
        "response-variable-name",
        Accepts::Name,
        "A variable that holds the response to begin with.",
    )])
    .children(&[Child::optional(set_status::SPEC), Child::repeated(set_header::SPEC), Child::optional(set_body::SPEC)]);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let mut step = ReturnResponse {
        variable: c.literal(element, &SPEC, "response-variable-name").map(names::intern),
        status: None,
        headers: Vec::new(),
        body: None,
    };
    for child in element.elements() {
        match &*child.name {
            "set-status" => step.status = set_status::edit(c, child),
            "set-header" => step.headers.extend(set_header::edit(c, child)),
            _ => step.body = set_body::edit_without_body(c, child),
        }
    }
    c.emit(step);
}

#[derive(Debug)]
struct ReturnResponse {
    variable: Option<NameId>,
    status: Option<StatusEdit>,
    headers: Vec<HeaderEdit>,
    body: Option<BodyEdit>,
}

impl ReturnResponse {
    fn build(&self, cx: &mut StepCx<'_>) -> Result<Response, Box<PolicyError>> {
        let mut response = match self.variable {
            Some(name) => start(cx, name)?,
            None => Response { status: 200, ..Response::default() },
        };
        if let Some(status) = &self.status {
            status.evaluate(cx)?.apply(&mut response);
        }
        if self.body.is_some() {
            message::forget_encoding(&mut response.headers);
        } else if matches!(response.body, Body::Consumed) {
            // An empty answer in the place of one that was read would tell nobody why.
            let message = "The body of the response was read and is gone: read it with preserveContent.";
            return Err(cx.error(500, "ResponseVariableInvalid", message));
        }
        for header in &self.headers {
            header.evaluate(cx)?.apply(&mut response.headers);
        }
        if let Some(body) = &self.body {
            let bytes = body.evaluate(cx)?;
            message::replace_body(&mut response.headers, &mut response.body, bytes);
        }
        Ok(response)
    }
}

impl Step for ReturnResponse {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.build(cx) {
            Ok(response) => {
                cx.exchange.call.response = Some(response);
                Flow::Finish
            }
            Err(error) => Flow::Fail(error),
        }
    }
}

/// A copy of the response that a variable holds.
fn start(cx: &StepCx<'_>, name: NameId) -> Result<Response, Box<PolicyError>> {
    let call = &cx.exchange.call;
    let kept = match call.variable(name) {
        Some(Value::View(view)) if view.part == Part::Stored => call.stored.get(view.index as usize),
        Some(Value::View(view)) if view.part == Part::Response => call.response.as_ref(),
        _ => None,
    };
    let Some(kept) = kept else {
        let message = format!("The variable '{}' does not hold a response.", names::text(name));
        return Err(cx.error(500, "ResponseVariableInvalid", message));
    };
    Ok(Response {
        status: kept.status,
        reason: kept.reason.clone(),
        headers: kept.headers.clone(),
        body: kept.body.clone(),
    })
}

#[cfg(test)]
mod tests {
    use crate::policies::check::{Scene, inbound_findings};

    #[test]
    fn a_response_of_its_own() {
        let policy = "<return-response><set-status code=\"404\" reason=\"Gone away\" /><set-header name=\"A\"><value>1</value>\
                      <value>2</value></set-header><set-body>{}</set-body></return-response>";
        assert_eq!(Scene::inbound(policy).run(), "404 Gone away\na: 1,2\n{}\n");
        assert_eq!(Scene::inbound("<return-response />").run(), "200 -\n(none)\n");
    }

    /// The answer of the backend is not what it begins with.
    #[test]
    fn in_outbound_it_begins_anew() {
        let shown =
            Scene::outbound("<return-response /><set-body>never</set-body>").answer(201, &[("a", "b")], "x").run();
        assert!(shown.ends_with("\n200 -\n(none)\n"), "{shown}");
    }

    #[test]
    fn a_response_from_a_variable_is_edited() {
        let policy = "<send-request response-variable-name=\"r\"><set-url>http://a/</set-url></send-request>\
                      <return-response response-variable-name=\"r\"><set-header name=\"a\" exists-action=\"append\">\
                      <value>2</value></set-header></return-response>";
        assert!(Scene::inbound(policy).answer(202, &[("a", "1")], "body").run().ends_with("202 -\na: 1,2\nbody\n"));
    }

    #[test]
    fn a_variable_without_a_response_is_an_error() {
        let policy = "<set-variable name=\"s\" value=\"x\" /><return-response response-variable-name=\"s\" />";
        assert!(
            Scene::inbound(policy)
                .run()
                .contains("! return-response ResponseVariableInvalid: The variable 's' does not hold a response.")
        );
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings("<return-response><set-body>x</set-body><set-status code=\"200\" /></return-response>"),
            "TG0222 policy.xml:1:60 warning: 'set-status' comes before 'set-body'\n  the service refuses any other order\n"
        );
    }
}
