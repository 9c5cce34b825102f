//! `set-status`: status code and reason of the response, or of the one being built.

use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::exchange::Response;
use crate::operand::{IntOperand, TextOperand};
use crate::policies::Policy;
use crate::program::Section;
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
    if code.is_none() && reason.is_none() {
        c.warn(codes::NO_EFFECT, element.tag_span, "without 'code' and 'reason' this has no effect");
    }
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
        if c.is_in(Section::Inbound) {
            let text = "there is no response in 'inbound' yet: this has no effect";
            c.warn(codes::NO_EFFECT, element.tag_span, text);
        }
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

#[cfg(test)]
mod tests {
    use crate::policies::check::{Scene, findings};

    fn literal(attributes: &str) -> String {
        findings(&format!("<policies><outbound><set-status {attributes} /></outbound></policies>"))
    }

    fn computed(code: &str, reason: &str) -> String {
        Scene::outbound(&format!("<set-status code=\"@({code})\" reason=\"@({reason})\" />")).run()
    }

    /// `threats.md` A21.
    #[test]
    fn impossible_statuses_are_refused() {
        for code in ["0", "99", "600", "1000", "abc"] {
            assert!(literal(&format!("code=\"{code}\"")).contains("is not a whole number from 100 to 599"));
        }
        assert!(
            literal("code=\"200\" reason=\"a&#13;&#10;b\"")
                .contains("a reason phrase cannot contain control characters")
        );
        for code in ["0", "99", "600", "1000", "&quot;abc&quot;"] {
            assert!(computed(code, "&quot;&quot;").contains("! set-status ExpressionValueEvaluationFailure"), "{code}");
        }
        assert!(computed("200", "&quot;a\\r\\nb&quot;").contains("! set-status ExpressionValueEvaluationFailure"));
    }

    #[test]
    fn what_changes() {
        assert!(computed("&quot;202&quot;", "&quot;Fine&quot;").contains("\n202 Fine\n"));
        assert!(
            Scene::outbound("<set-status code=\"404\" reason=\"x\" /><set-status code=\"200\" />")
                .run()
                .contains("\n200 -\n")
        );
        // In inbound there is no response yet.
        assert!(Scene::inbound("<set-status code=\"404\" reason=\"x\" />").run().contains("\n200 -\n"));
    }
}
