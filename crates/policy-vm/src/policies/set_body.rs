//! `set-body`: replaces the body of the current message, or of the one being built.

use std::sync::Arc;

use bytes::Bytes;
use policy_parser::Span;
use policy_parser::document::Element;

use crate::check::{self, Inner, codes};
use crate::compile::{Compiler, Wanted};
use crate::error::PolicyError;
use crate::liquid::{Binding, Mistake, Template, unescape_tags};
use crate::operand::bytes_of;
use crate::policies::{Policy, message};
use crate::spec::{Accepts, Attribute, ElementSpec, Group, Text};
use crate::step::{ExprId, Flow, Step, StepCx};

pub(super) const SPEC: ElementSpec = ElementSpec::new("set-body", "Replaces the body.")
    .attributes(&[
        Attribute::optional("template", Accepts::OneOf(&["none", "liquid"]), "How the text is filled in.")
            .default("none"),
        Attribute::optional("xsi-nil", Accepts::OneOf(&["blank", "null"]), "How Liquid sees elements that are nil.")
            .default("blank"),
        Attribute::optional("parse-date", Accepts::Bool, "Whether Liquid reads dates in JSON as dates.")
            .default("true"),
        Attribute::optional("html-decode-expression", Accepts::Bool, "Accepted; has no effect.")
            .default("false")
            .without_effect(),
    ])
    .groups(&[Group::OnlyWith("template", &["xsi-nil", "parse-date"])])
    .text(Text::Markup)
    .own_braces("template", "liquid");

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

/// A `set-body`, on its own or as part of another policy.
#[derive(Debug)]
pub(super) enum BodyEdit {
    /// UTF-8 text.
    Fixed(Bytes),
    /// A text, or a `byte[]`.
    Computed(ExprId),
    /// A Liquid template.
    Template(Arc<Template>, Seen),
}

/// How a template sees the message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    has_body: bool,
    nil_is_null: bool,
    dates: bool,
}

/// Compiles the element; `None` when something is wrong with it, which is reported.
pub(super) fn edit(c: &mut Compiler<'_>, element: &Element) -> Option<BodyEdit> {
    compile_edit(c, element, true)
}

/// As [`edit`], for a message that is made anew: its templates see no body.
pub(super) fn edit_without_body(c: &mut Compiler<'_>, element: &Element) -> Option<BodyEdit> {
    compile_edit(c, element, false)
}

fn compile_edit(c: &mut Compiler<'_>, element: &Element, has_body: bool) -> Option<BodyEdit> {
    let is_template = c.literal(element, &SPEC, "template").is_some_and(|template| template.trim() == "liquid");
    let nil_is_null = c.literal(element, &SPEC, "xsi-nil").is_some_and(|nil| nil.trim() == "null");
    let seen = Seen { has_body, nil_is_null, dates: c.flag(element, &SPEC, "parse-date") };
    let mut elements = element.elements();
    match (check::inner(element), elements.next(), elements.next()) {
        // A single `value` wraps the text.
        (Inner::Empty, Some(value), None) if &*value.name == "value" && value.attributes.is_empty() => {
            if is_template {
                template(c, value, seen)
            } else {
                text(c, value, check::inner(value))
            }
        }
        _ if is_template => template(c, element, seen),
        (inner, None, _) => text(c, element, inner),
        // Anything else between the tags is a document of its own, taken as it is written.
        _ => Some(BodyEdit::Fixed(c.markup(element).into())),
    }
}

/// A Liquid template: the text, or the document between the tags as it is written.
fn template(c: &mut Compiler<'_>, element: &Element, seen: Seen) -> Option<BodyEdit> {
    let (text, span) = match check::inner(element) {
        Inner::Empty if element.elements().next().is_none() => return Some(BodyEdit::Fixed(Bytes::new())),
        Inner::Literal(text, span) if element.elements().next().is_none() => (text.to_owned(), span),
        _ => (unescape_tags(&c.markup(element)), element.inner_span),
    };
    // Where the text is the file's own, a mistake has its exact place.
    let is_own = c.file.text().get(span.start as usize..span.end as usize) == Some(text.as_str());
    let place = |mistake: &Mistake| match u32::try_from(mistake.at) {
        Ok(at) if is_own && span.start + at < span.end => Span::new(span.start + at, span.start + at + 1),
        _ => span,
    };
    match Template::parse(&text) {
        Ok((template, doubts)) => {
            for doubt in doubts {
                c.warn(codes::UNKNOWN_FILTER, place(&doubt), format!("Liquid: {}", doubt.message));
            }
            // A template that does not name the body leaves it where it is.
            if seen.has_body && text.contains("body") {
                c.reads_body(message::of(c.section));
            }
            Some(BodyEdit::Template(Arc::new(template), seen))
        }
        Err(mistake) => {
            c.error(codes::INVALID_TEMPLATE, place(&mistake), format!("Liquid: {}", mistake.message));
            None
        }
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
            Self::Template(template, seen) => {
                let body = seen.has_body.then(|| message::of(cx.section));
                let binding = Binding { body, nil_is_null: seen.nil_is_null, dates: seen.dates };
                let rendered = cx.with_cx(|cx| template.render(cx, binding));
                rendered.map(Bytes::from).map_err(|throw| cx.expression_failed(throw))
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
                    message::forget_encoding(headers);
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
