//! `set-method`: the method of the request, or of the one being built.

use http::Method;
use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::operand::TextOperand;
use crate::policies::Policy;
use crate::spec::{ElementSpec, Text};
use crate::step::{Flow, Step, StepCx};

pub(super) const SPEC: ElementSpec =
    ElementSpec::text_only("set-method", "Sets the method of the request.", Text::Expression);

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
        let (code, headline) = match literal {
            "" => (codes::MISSING_TEXT, format!("the element '{}' lacks its text", element.name)),
            _ => {
                let shown = c.checker().shown(element.inner_span);
                (codes::INVALID_VALUE, format!("'{shown}' is not a method"))
            }
        };
        c.error(code, element.span, headline);
    }
    method.map(MethodEdit::Fixed)
}

/// Methods are written in capitals, however the policy writes them.
fn parse(text: &str) -> Option<Method> {
    Method::from_bytes(text.trim().to_ascii_uppercase().as_bytes()).ok()
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
            "TG0212 policy.xml:1:20 'G T' is not a method\nTG0225 policy.xml:1:48 the element 'set-method' lacks its text\n"
        );
    }
}
