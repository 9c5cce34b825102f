//! `set-method`: the method of the request, or of the one being built.

use http::Method;
use policy_parser::document::Element;

use crate::check::{self, codes};
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::operand::TextOperand;
use crate::policies::Policy;
use crate::spec::{Accepts, ElementSpec, Text};
use crate::step::{Flow, Step, StepCx};

pub(super) const SPEC: ElementSpec =
    ElementSpec::text_only("set-method", "Sets the method of the request.", Text::Expression).holds(Accepts::Method);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

/// A `set-method`, on its own or as part of another policy.
#[derive(Debug)]
pub(super) enum MethodEdit {
    Fixed(Method),
    Computed(TextOperand),
}

/// Compiles the element; `None` when something is wrong with it, which is reported.
pub(super) fn edit(c: &mut Compiler<'_>, element: &Element) -> Option<MethodEdit> {
    let text = c.inner_text(element);
    let Some(literal) = text.literal() else { return Some(MethodEdit::Computed(text)) };
    let method = parse(literal);
    if method.is_none() {
        let shown = c.checker().shown(element.inner_span);
        let headline = format!("'{shown}' is not a method of requests to backends");
        c.error(codes::INVALID_VALUE, element.inner_span, headline);
    }
    method.map(MethodEdit::Fixed)
}

/// A method of requests to backends: what `CONNECT` asks for is no resource and its answer no message, and `TRACE` shows
/// the headers of the request, credentials among them, in its answer.
fn parse(text: &str) -> Option<Method> {
    check::method(text).filter(|method| *method != Method::CONNECT && *method != Method::TRACE)
}

impl MethodEdit {
    /// The new method.
    pub(super) fn evaluate(&self, cx: &mut StepCx<'_>) -> Result<Method, Box<PolicyError>> {
        match self {
            Self::Fixed(method) => Ok(method.clone()),
            Self::Computed(text) => {
                let text = text.eval(cx)?;
                parse(&text).ok_or_else(|| cx.bad_value("The text is not a method."))
            }
        }
    }
}

fn compile(c: &mut Compiler<'_>, element: &Element) {
    if let Some(edit) = edit(c, element) {
        c.emit(SetMethod(edit));
    }
}

#[derive(Debug)]
struct SetMethod(MethodEdit);

impl Step for SetMethod {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.0.evaluate(cx) {
            Ok(method) => {
                cx.exchange.call.request.method = method;
                Flow::Next
            }
            Err(error) => Flow::Fail(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::{Scene, inbound_findings};

    #[test]
    fn methods_are_capitals() {
        let check = |text: &str| {
            let mut scene = Scene::inbound(&format!("<set-method>{text}</set-method>"));
            scene.run();
            scene.exchange.call.request.method.to_string()
        };
        assert_eq!(check(" put "), "PUT");
        assert_eq!(check("@(\"pat\" + \"ch\")"), "PATCH");
        assert_eq!(check("X-CUSTOM"), "X-CUSTOM");
        assert_eq!(check("@(\"a b\")"), "GET");
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings("<set-method>G T</set-method><set-method />"),
            "TG0212 policy.xml:1:32 the text of 'set-method' is invalid: 'G T' is not a method\n\
             TG0225 policy.xml:1:48 the element 'set-method' lacks its text\n  sets the method of the request\n"
        );
    }
}
