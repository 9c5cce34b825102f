//! `set-status`: status code and reason of the response, or of the one being built.

use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::Response;
use crate::operand::{IntOperand, TextOperand};
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, ElementSpec};
use crate::step::{Flow, Step, StepCx};

pub(super) const SPEC: ElementSpec = ElementSpec::new("set-status", "Sets the status of the response.").attributes(&[
    Attribute::optional("code", Accepts::Int(100, 599), "The status code.").expression(),
    Attribute::optional("reason", Accepts::Text, "The reason phrase; HTTP/2 has none.").expression(),
]);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

/// A `set-status`, on its own or as part of another policy.
#[derive(Debug)]
pub(super) struct StatusEdit {
    code: Option<IntOperand>,
    reason: Option<TextOperand>,
}

/// A status with its reason; `None` for what stays.
pub(super) struct Status {
    code: Option<u16>,
    reason: Option<Box<str>>,
}

/// Compiles the element; `None` when something is wrong with it, which is reported.
pub(super) fn edit(c: &mut Compiler<'_>, element: &Element) -> Option<StatusEdit> {
    let code = c.int_or_none(element, &SPEC, "code");
    let reason = c.text_or_none(element, &SPEC, "reason");
    if reason.as_ref().and_then(TextOperand::literal).is_some_and(|text| !is_phrase(text)) {
        let span = element.attribute("reason").map_or(element.tag_span, |written| written.value.span);
        c.error(codes::INVALID_VALUE, span, "a reason phrase cannot contain control characters");
        return None;
    }
    Some(StatusEdit { code, reason })
}

/// A line break in a reason phrase would begin a second response.
fn is_phrase(text: &str) -> bool {
    !text.chars().any(|c| c.is_control() && c != '\t')
}

impl StatusEdit {
    /// The new status.
    pub(super) fn evaluate(&self, cx: &mut StepCx<'_>) -> Result<Status, Box<PolicyError>> {
        let code = match self.code {
            Some(code) => u16::try_from(code.eval(cx)?).ok(),
            None => None,
        };
        let reason = match &self.reason {
            Some(reason) => {
                let text = reason.eval(cx)?;
                if !is_phrase(&text) {
                    return Err(cx.bad_value("The reason phrase contains control characters."));
                }
                Some(text.into())
            }
            None => None,
        };
        Ok(Status { code, reason })
    }
}

impl Status {
    /// Changes the response. A new code without a reason gets the standard one.
    pub(super) fn apply(self, response: &mut Response) {
        if let Some(code) = self.code {
            response.status = code;
            response.reason = None;
        }
        if self.reason.is_some() {
            response.reason = self.reason.filter(|reason| !reason.is_empty());
        }
    }
}

fn compile(c: &mut Compiler<'_>, element: &Element) {
    if let Some(edit) = edit(c, element) {
        c.emit(SetStatus(edit));
    }
}

#[derive(Debug)]
struct SetStatus(StatusEdit);

impl Step for SetStatus {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.0.evaluate(cx) {
            Ok(status) => {
                // Before there is a response there is nothing to change.
                if let Some(response) = &mut cx.exchange.call.response {
                    status.apply(response);
                }
                Flow::Next
            }
            Err(error) => Flow::Fail(error),
        }
    }
}
