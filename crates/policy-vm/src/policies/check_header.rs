//! `check-header`: refuses a request without a header, or with another value than those listed.

use std::borrow::Cow;

use policy_parser::document::Element;

use crate::check;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::operand::{BoolOperand, IntOperand, TextOperand};
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, Child, ElementSpec, Scopes, Sections, Text};
use crate::step::{Flow, Step, StepCx};

const ALLOWED: ElementSpec =
    ElementSpec::text_only("value", "A value that passes.", Text::Expression).holds(Accepts::Name);

const SPEC: ElementSpec = ElementSpec::new("check-header", "Refuses a request without a header or value.")
    .attributes(&[
        Attribute::required("name", Accepts::HeaderName, "The header.").expression(),
        Attribute::required("failed-check-httpcode", Accepts::Int(200, 599), "Status of the refusal.").expression(),
        Attribute::optional("failed-check-error-message", Accepts::Text, "What the caller reads.").expression(),
        Attribute::optional("ignore-case", Accepts::Bool, "Whether case does not count in values.")
            .expression()
            .default("false"),
    ])
    .children(&[Child::repeated(ALLOWED)])
    .sections(Sections::INBOUND)
    .scopes(Scopes::WITHOUT_WORKSPACE);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let step = CheckHeader {
        name: c.text(element, &SPEC, "name"),
        status: c.int(element, &SPEC, "failed-check-httpcode"),
        message: c.text_or_none(element, &SPEC, "failed-check-error-message"),
        ignore_case: c.bool(element, &SPEC, "ignore-case"),
        values: element.elements().map(|value| c.inner_text(value)).collect(),
    };
    c.emit(step);
}

#[derive(Debug)]
struct CheckHeader {
    name: TextOperand,
    status: IntOperand,
    message: Option<TextOperand>,
    ignore_case: BoolOperand,
    values: Vec<TextOperand>,
}

impl CheckHeader {
    fn check(&self, cx: &mut StepCx<'_>) -> Result<(), Box<PolicyError>> {
        let name = self.name.eval(cx)?;
        let found = values_of(cx, &name);
        if found.iter().all(|value| value.is_empty()) {
            let message = format!("Header {name} was not found in the request. Access denied.");
            return Err(self.refused(cx, "HeaderNotFound", message));
        }
        if self.values.is_empty() {
            return Ok(());
        }
        let ignore_case = self.ignore_case.eval(cx)?;
        // Two headers of which one is allowed are not the one that is allowed.
        if let [found] = found.as_slice() {
            for value in &self.values {
                let value = value.eval(cx)?;
                if *value == **found || (ignore_case && value.to_lowercase() == found.to_lowercase()) {
                    return Ok(());
                }
            }
        }
        let message = format!("Header {name} value of {} is not allowed. Access denied.", found.join(","));
        Err(self.refused(cx, "HeaderValueNotAllowed", message))
    }

    fn refused(&self, cx: &mut StepCx<'_>, reason: &'static str, message: String) -> Box<PolicyError> {
        let told = self.message.as_ref().map(|text| text.eval(cx).map(Cow::into_owned)).transpose();
        match (self.status.eval(cx), told) {
            (Ok(status), Ok(told)) => {
                let mut error = cx.error(u16::try_from(status).unwrap_or(500), reason, message);
                error.public_message = told.map(Cow::Owned);
                error
            }
            (Err(error), _) | (_, Err(error)) => error,
        }
    }
}

/// The values of a header of the request, a line each.
fn values_of(cx: &StepCx<'_>, name: &str) -> Vec<String> {
    let Some(name) = check::header_name(name) else { return Vec::new() };
    let lines = cx.exchange.call.request.headers.get_all(name);
    lines.iter().map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).collect()
}

impl Step for CheckHeader {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        self.check(cx).into()
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::Scene;

    fn check(ignore_case: bool, values: &str, headers: &[&str]) -> String {
        let policy = format!(
            "<check-header name=\"X-Client\" failed-check-httpcode=\"403\" failed-check-error-message=\"unknown\" \
             ignore-case=\"{ignore_case}\">{values}</check-header>"
        );
        let scene = headers.iter().fold(Scene::inbound(&policy), |scene, value| scene.header("x-client", value));
        let mut scene = scene;
        scene.run();
        let call = &scene.exchange.call;
        call.last_error.as_ref().map_or("passed".to_owned(), |error| format!("{} {}", error.reason, error.message))
    }

    const TWO: &str = "<value>web</value><value>mobile</value>";

    #[test]
    fn vectors() {
        assert_eq!(check(true, TWO, &["WEB"]), "passed");
        assert_eq!(
            check(false, TWO, &["WEB"]),
            "HeaderValueNotAllowed Header X-Client value of WEB is not allowed. Access denied."
        );
        assert_eq!(
            check(false, "", &[]),
            "HeaderNotFound Header X-Client was not found in the request. Access denied."
        );
        assert!(check(false, "", &[""]).starts_with("HeaderNotFound"));
        assert_eq!(check(false, "", &["x"]), "passed");
        assert!(check(false, TWO, &["web", "x"]).starts_with("HeaderValueNotAllowed"));
    }

    #[test]
    fn the_caller_reads_the_authors_text() {
        let policy = "<check-header name=\"a\" failed-check-httpcode=\"418\" failed-check-error-message=\"tea\" />";
        let shown = Scene::inbound(policy).run();
        assert!(
            shown.starts_with("418 -\ncontent-type: application/json\n{ \"statusCode\": 418, \"message\": \"tea\" }\n")
        );
    }
}
