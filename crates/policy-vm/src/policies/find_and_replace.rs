//! `find-and-replace`: replaces every occurrence of a text in the body of the current message.

use bytes::Bytes;
use memchr::memmem;
use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::operand::TextOperand;
use crate::policies::Policy;
use crate::policies::message::{self, TooLarge};
use crate::spec::{Accepts, Attribute, ElementSpec};
use crate::step::{Flow, Step, StepCx};

const SPEC: ElementSpec = ElementSpec::new("find-and-replace", "Replaces every occurrence of a text in the body.")
    .attributes(&[
        Attribute::required("from", Accepts::Text, "What is searched; case counts.").expression(),
        Attribute::required("to", Accepts::Text, "What stands there instead.").expression(),
    ]);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

fn compile(c: &mut Compiler<'_>, element: &Element) {
    let from = c.text(element, &SPEC, "from");
    let to = c.text(element, &SPEC, "to");
    if from.literal() == Some("") {
        let span = element.attribute("from").map_or(element.tag_span, |written| written.value.span);
        c.error(codes::INVALID_VALUE, span, "the 'from' attribute cannot be empty");
        return;
    }
    c.reads_body(message::of(c.section));
    c.emit(FindAndReplace { from, to });
}

#[derive(Debug)]
struct FindAndReplace {
    from: TextOperand,
    to: TextOperand,
}

impl FindAndReplace {
    fn edit(&self, cx: &mut StepCx<'_>) -> Result<(), Box<PolicyError>> {
        let from = self.from.eval(cx)?;
        let to = self.to.eval(cx)?;
        if from.is_empty() {
            return Err(cx.bad_value("The text to search is empty."));
        }
        message::edit_body(cx, |_, body, limit| replace(body, from.as_bytes(), to.as_bytes(), limit))
    }
}

impl Step for FindAndReplace {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        self.edit(cx).into()
    }
}

/// The body with every occurrence replaced; `None` when there is none, an error when it would be too large.
fn replace(body: &[u8], from: &[u8], to: &[u8], limit: usize) -> Result<Option<Bytes>, TooLarge> {
    let count = memmem::find_iter(body, from).count();
    if count == 0 {
        return Ok(None);
    }
    let size = (body.len() - count * from.len()).saturating_add(count.saturating_mul(to.len()));
    if size > limit.max(body.len()) {
        return Err(TooLarge);
    }
    let mut out = Vec::with_capacity(size);
    let mut copied = 0;
    for at in memmem::find_iter(body, from) {
        out.extend_from_slice(body.get(copied..at).unwrap_or_default());
        out.extend_from_slice(to);
        copied = at + from.len();
    }
    out.extend_from_slice(body.get(copied..).unwrap_or_default());
    Ok(Some(out.into()))
}

#[cfg(test)]
mod tests {
    use crate::exchange::Body;
    use crate::policies::check::{Scene, inbound_findings};

    #[test]
    fn all_occurrences_without_overlap() {
        let mut scene = Scene::inbound("<find-and-replace from=\"aa\" to=\"b\" />").body("aaaxaa");
        scene.run();
        assert!(scene.request().ends_with("\nbaxb"), "{}", scene.request());
    }

    #[test]
    fn a_streamed_body_is_read_first() {
        let mut scene = Scene::inbound("<find-and-replace from=\"x\" to=\"\" />");
        scene.exchange.call.request.body = Body::Stream;
        scene.streamed = b"axb".to_vec();
        assert!(scene.run().starts_with("> read Request\n"));
        assert!(scene.request().ends_with("\nab"));
    }

    #[test]
    fn without_a_body_nothing_happens() {
        let mut scene = Scene::outbound("<find-and-replace from=\"x\" to=\"y\" />");
        assert!(scene.run().ends_with("200 -\n(none)\n"));
    }

    #[test]
    fn growth_is_bounded() {
        let many = "y".repeat(10_000);
        let mut scene = Scene::inbound(&format!("<find-and-replace from=\"x\" to=\"{many}\" />"));
        scene.exchange.call.request.body = Body::Bytes(vec![b'x'; 1000].into());
        assert!(scene.run().contains("BodyTooLarge"));
    }

    #[test]
    fn an_empty_search_is_refused() {
        assert_eq!(
            inbound_findings("<find-and-replace from=\"\" to=\"y\" />"),
            "TG0212 policy.xml:1:44 the 'from' attribute cannot be empty\n"
        );
    }
}
