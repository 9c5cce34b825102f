//! `trace`: a message for the trace of the call and for telemetry.

use policy_parser::document::Element;

use crate::check::{self, Inner, codes};
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::host::TraceRecord;
use crate::operand::TextOperand;
use crate::policies::Policy;
use crate::spec::{Accepts, Attribute, Child, ElementSpec, Order, Text};
use crate::step::{Flow, Step, StepCx};

const SEVERITIES: &[&str] = &["verbose", "information", "error"];

const MESSAGE: ElementSpec = ElementSpec::text_only("message", "What is written.", Text::Expression);

const METADATA: ElementSpec = ElementSpec::new("metadata", "A further property.").attributes(&[
    Attribute::required("name", Accepts::Text, "Name of the property.").expression(),
    Attribute::required("value", Accepts::Text, "Its value.").expression(),
]);

const SPEC: ElementSpec = ElementSpec::new("trace", "Writes a message to the trace and to telemetry.")
    .attributes(&[
        Attribute::required("source", Accepts::Text, "Who says it."),
        Attribute::optional("severity", Accepts::OneOf(SEVERITIES), "How important it is.").default("verbose"),
    ])
    .children(&[Child::optional(MESSAGE), Child::repeated(METADATA)])
    .order(Order::Free)
    // An old form has the message directly inside.
    .text(Text::Expression);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let message = match (element.child("message"), check::inner(element)) {
        (Some(message), Inner::Empty) => c.inner_text(message),
        (None, Inner::Empty) => {
            c.error(codes::MISSING_CHILD, element.tag_span, "the element 'trace' lacks its 'message'");
            return;
        }
        (None, _) => c.inner_text(element),
        (Some(_), Inner::Literal(_, span) | Inner::Expression(_, span) | Inner::Mixed(span)) => {
            c.error(codes::UNEXPECTED_TEXT, span, "the element 'trace' has text beside its 'message'");
            return;
        }
    };
    let mut metadata = Vec::new();
    for child in element.elements().filter(|child| &*child.name == "metadata") {
        metadata.push((c.text(child, &METADATA, "name"), c.text(child, &METADATA, "value")));
    }
    let source = c.literal(element, &SPEC, "source").unwrap_or_default().into();
    let severity = c.literal(element, &SPEC, "severity").map(str::trim);
    let severity = SEVERITIES.iter().copied().find(|known| Some(*known) == severity).unwrap_or("verbose");
    c.emit(Trace { source, severity, message, metadata });
}

#[derive(Debug)]
struct Trace {
    source: Box<str>,
    severity: &'static str,
    message: TextOperand,
    metadata: Vec<(TextOperand, TextOperand)>,
}

impl Trace {
    fn write(&self, cx: &mut StepCx<'_>) -> Result<(), Box<PolicyError>> {
        let message = self.message.eval(cx)?;
        let mut metadata = Vec::with_capacity(self.metadata.len());
        for (name, value) in &self.metadata {
            metadata.push((name.eval(cx)?.into_owned(), value.eval(cx)?.into_owned()));
        }
        let (source, severity) = (&*self.source, self.severity);
        cx.ambient.trace(TraceRecord { source, severity, message: &message, metadata: &metadata });
        Ok(())
    }
}

impl Step for Trace {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        self.write(cx).into()
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::{Scene, inbound_findings};

    #[test]
    fn what_is_written() {
        let mut scene = Scene::inbound(
            "<trace source=\"s\" severity=\"error\"><message>m</message><metadata name=\"a\" value=\"b\" /></trace>\
             <trace source=\"old\"> text </trace>",
        );
        scene.run();
        assert_eq!(scene.traces(), ["error s: m [(\"a\", \"b\")]", "verbose old: text []"]);
    }

    #[test]
    fn what_is_wrong() {
        assert_eq!(
            inbound_findings("<trace source=\"s\" severity=\"info\" />"),
            "TG0212 policy.xml:1:48 the 'severity' attribute is invalid: 'info' is not one of 'verbose', \
             'information', 'error'\n"
        );
        assert_eq!(
            inbound_findings("<trace source=\"s\" />"),
            "TG0221 policy.xml:1:20 the element 'trace' lacks its 'message'\n"
        );
    }
}
