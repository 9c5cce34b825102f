//! `set-body`: replaces the body of the current message, or of the one being built.

use bytes::Bytes;
use policy_parser::document::Element;

use crate::check::{self, Inner, codes};
use crate::compile::{Compiler, Wanted};
use crate::error::PolicyError;
use crate::operand::bytes_of;
use crate::policies::{Policy, message};
use crate::spec::{Accepts, Attribute, ElementSpec, Text};
use crate::step::{ExprId, Flow, Step, StepCx};

pub(super) const SPEC: ElementSpec = ElementSpec::new("set-body", "Replaces the body.")
    .attributes(&[
        Attribute::optional("template", Accepts::OneOf(&["none", "liquid"]), "How the text is filled in.")
            .default("none"),
        Attribute::optional("xsi-nil", Accepts::OneOf(&["blank", "null"]), "How Liquid sees elements that are nil.")
            .default("blank"),
        Attribute::optional("parse-date", Accepts::Bool, "Whether Liquid reads dates in JSON as dates.")
            .default("true"),
        Attribute::optional("html-decode-expression", Accepts::Bool, "Whether entities in an expression are decoded."),
    ])
    .text(Text::Markup);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

/// A `set-body`, on its own or as part of another policy.
#[derive(Debug)]
pub(super) enum BodyEdit {
    /// UTF-8 text.
    Fixed(Bytes),
    /// A text, or a `byte[]`.
    Computed(ExprId),
}

/// Compiles the element; `None` when something is wrong with it, which is reported.
pub(super) fn edit(c: &mut Compiler<'_>, element: &Element) -> Option<BodyEdit> {
    if c.literal(element, &SPEC, "template").is_some_and(|template| template.trim() == "liquid") {
        let span = element.attribute("template").map_or(element.tag_span, |written| written.value.span);
        c.error(codes::NOT_SUPPORTED, span, "Liquid templates are not supported yet");
        return None;
    }
    let mut elements = element.elements();
    match (check::inner(element), elements.next(), elements.next()) {
        // A single `value` wraps the text.
        (Inner::Empty, Some(value), None) if &*value.name == "value" && value.attributes.is_empty() => {
            text(c, value, check::inner(value))
        }
        (inner, None, _) => text(c, element, inner),
        // Anything else between the tags is a document of its own, taken as it is written.
        _ => Some(BodyEdit::Fixed(c.markup(element).into())),
    }
}

fn text(c: &mut Compiler<'_>, element: &Element, inner: Inner<'_>) -> Option<BodyEdit> {
    match inner {
        Inner::Empty => Some(BodyEdit::Fixed(Bytes::new())),
        Inner::Literal(text, _) => Some(BodyEdit::Fixed(text.into())),
        Inner::Expression(embedded, _) => c.expression(embedded, Wanted::Text).map(BodyEdit::Computed),
        Inner::Mixed(span) => {
            let headline = format!("the text of '{}' is partly an expression", element.name);
            c.error(codes::MIXED_TEXT, span, headline);
            None
        }
    }
}

impl BodyEdit {
    /// The new body.
    pub(super) fn evaluate(&self, cx: &mut StepCx<'_>) -> Result<Bytes, Box<PolicyError>> {
        match self {
            Self::Fixed(bytes) => Ok(bytes.clone()),
            Self::Computed(id) => {
                let value = cx.eval(*id)?;
                bytes_of(cx, value)
            }
        }
    }
}

fn compile(c: &mut Compiler<'_>, element: &Element) {
    if let Some(edit) = edit(c, element) {
        c.emit(SetBody(edit));
    }
}

#[derive(Debug)]
struct SetBody(BodyEdit);

impl Step for SetBody {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        match self.0.evaluate(cx) {
            Ok(bytes) => {
                if let Some((headers, body)) = message::current(cx) {
                    message::replace_body(headers, body, bytes);
                }
                Flow::Next
            }
            Err(error) => Flow::Fail(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::{Scene, inbound_findings};

    fn check(policy: &str) -> String {
        let mut scene = Scene::inbound(policy).body("old").header("content-type", "text/xml; charset=latin1");
        scene.run();
        scene.request().lines().skip(1).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn what_the_body_becomes() {
        let with = |body: &str| format!("content-type: text/xml; charset=utf-8|{body}");
        assert_eq!(check("<set-body> text </set-body>"), with(" text "));
        assert_eq!(check("<set-body>@(\"a\" + 1)</set-body>"), with("a1"));
        assert_eq!(check("<set-body>@(new byte[] { 104, 105 })</set-body>"), with("hi"));
        assert_eq!(check("<set-body>@((string)null)</set-body>"), with("").trim_end_matches('|'));
        assert_eq!(check("<set-body><value>@(1 + 1)</value></set-body>"), with("2"));
        assert_eq!(check("<set-body>@(context.Request.Body.As<string>() + \"!\")</set-body>"), with("old!"));
    }

    #[test]
    fn what_is_wrong() {
        assert!(inbound_findings("<set-body template=\"razor\" />").contains("'razor' is not one of 'none', 'liquid'"));
        assert!(inbound_findings("<set-body>@(1 +)</set-body>").starts_with("CS"));
    }
}
