//! The one checker of all elements: it compares an element with its [`ElementSpec`].
//!
//! What a specification cannot say is checked by the policy's own compilation, under the same [`codes`]. Messages show
//! text as it stands in the file, never what a named value put there: it may be secret.

use std::fmt::Write as _;
use std::sync::Arc;

use http::{HeaderName, Method};
use policy_parser::document::{Attribute as Written, ContentKind, Element, Node};
use policy_parser::{Diagnostic, Source, Span, suggest};

use crate::spec::{Accepts, Attribute, Child, ElementSpec, Group, Order, Policies, Text};

pub mod codes;
mod text;

pub(crate) use text::{Inner, inner};

/// Collects what is wrong with elements of one file.
pub(crate) struct Checker<'a> {
    pub(crate) source: &'a Arc<Source>,
    pub(crate) findings: &'a mut Vec<Diagnostic>,
}

impl Checker<'_> {
    /// Everything that is wrong with an element and its children. Policies inside it are not looked at.
    pub(crate) fn element(&mut self, element: &Element, spec: &ElementSpec, is_policy: bool) {
        self.attributes(element, spec, is_policy);
        self.groups(element, spec);
        self.text(element, spec);
        if spec.text != Text::Markup && spec.policies == Policies::None {
            self.children(element, spec);
        }
        if spec.needs_policy && element.elements().next().is_none() {
            // Documents that people use have some, whose limit then never limits anything.
            let headline = format!("the element '{}' contains no policy: it has no effect", element.name);
            self.findings.push(Diagnostic::warning(codes::NO_EFFECT, self.source, element.tag_span, headline));
        }
    }

    fn attributes(&mut self, element: &Element, spec: &ElementSpec, is_policy: bool) {
        for written in &element.attributes {
            match spec.attribute(&written.name) {
                Some(attribute) => self.value(written, attribute),
                None if is_policy && &*written.name == "id" => self.literal_id(written),
                None if &*written.name == "xmlns" || written.name.starts_with("xmlns:") => {}
                None => self.unknown_attribute(written, spec, is_policy),
            }
        }
        for attribute in spec.attributes.iter().filter(|attribute| attribute.required) {
            if element.attribute(attribute.name).is_none() {
                let headline = format!("the required attribute '{}' is missing", attribute.name);
                self.error_with(codes::MISSING_ATTRIBUTE, element.tag_span, headline, [lower_first(attribute.summary)]);
            }
        }
    }

    fn literal_id(&mut self, written: &Written) {
        if matches!(written.value.kind, ContentKind::Expression(_)) {
            let headline = "the 'id' attribute does not take an expression".to_owned();
            self.error(codes::EXPRESSION_NOT_ALLOWED, written.value.span, headline);
        }
    }

    fn unknown_attribute(&mut self, written: &Written, spec: &ElementSpec, is_policy: bool) {
        let names = spec.attributes.iter().map(|attribute| attribute.name);
        let near = suggest::closest(&written.name, names.chain(is_policy.then_some("id")));
        let headline = format!("the '{}' attribute is not declared", written.name);
        self.error_with(codes::UNKNOWN_ATTRIBUTE, written.name_span, headline, near.map(did_you_mean));
    }

    fn value(&mut self, written: &Written, attribute: &Attribute) {
        match &written.value.kind {
            ContentKind::Expression(_) if !attribute.expression => {
                let headline = format!("the '{}' attribute does not take an expression", attribute.name);
                self.error(codes::EXPRESSION_NOT_ALLOWED, written.value.span, headline);
            }
            ContentKind::Expression(_) => {}
            ContentKind::Literal(text) => {
                if let Err(wanted) = literal(attribute.accepts, text) {
                    let shown = self.shown(written.value.span);
                    let headline = format!("the '{}' attribute is invalid: '{shown}' is not {wanted}", attribute.name);
                    let near = near_value(attribute.accepts, text);
                    self.error_with(codes::INVALID_VALUE, written.value.span, headline, near.map(did_you_mean));
                } else if attribute.expression && (text.contains("@(") || text.contains("@{")) {
                    let headline = format!("the expression in the '{}' attribute stays text", attribute.name);
                    let note = "the whole value must be one expression: build the text inside it";
                    self.warn_noted(codes::MIXED_TEXT, written.value.span, headline, note);
                }
            }
        }
        self.effect(written, attribute);
    }

    /// Says of what is written and changes nothing that it does not; what only repeats the default is as it says.
    fn effect(&mut self, written: &Written, attribute: &Attribute) {
        let is_default =
            matches!(&written.value.kind, ContentKind::Literal(text) if attribute.default == Some(text.trim()));
        if attribute.without_effect && !is_default {
            let headline = format!("the '{}' attribute has no effect", attribute.name);
            self.findings.push(Diagnostic::warning(codes::NO_EFFECT, self.source, written.name_span, headline));
        }
    }

    fn groups(&mut self, element: &Element, spec: &ElementSpec) {
        for group in spec.groups {
            let there = |names: &[&'static str]| {
                names.iter().copied().filter(|name| element.attribute(name).is_some()).collect::<Vec<_>>()
            };
            let problem = match group {
                Group::ExactlyOne(names) => match there(names).as_slice() {
                    [_] => None,
                    [] => Some(format!("one of the attributes {} is needed", list(names))),
                    both => Some(format!("the attributes {} exclude each other", list(both))),
                },
                Group::AtLeastOne(names) => {
                    there(names).is_empty().then(|| format!("one of the attributes {} is needed", list(names)))
                }
                Group::AtMostOne(names) => match there(names).as_slice() {
                    [] | [_] => None,
                    both => Some(format!("the attributes {} exclude each other", list(both))),
                },
                Group::Excludes(name, others) => match (element.attribute(name), there(others).as_slice()) {
                    (None, _) | (_, []) => None,
                    (Some(_), others) => Some(format!("the attribute '{name}' excludes {}", list(others))),
                },
                Group::OnlyWith(name, others) => {
                    if element.attribute(name).is_none() {
                        self.useless(element, name, others);
                    }
                    None
                }
            };
            if let Some(headline) = problem {
                self.error(codes::ATTRIBUTE_GROUP, element.tag_span, headline);
            }
        }
    }

    fn useless(&mut self, element: &Element, without: &str, attributes: &[&str]) {
        for written in attributes.iter().filter_map(|name| element.attribute(name)) {
            let headline = format!("the '{}' attribute has no effect without '{without}'", written.name);
            self.findings.push(Diagnostic::warning(codes::NO_EFFECT, self.source, written.name_span, headline));
        }
    }

    fn text(&mut self, element: &Element, spec: &ElementSpec) {
        match (spec.text, inner(element)) {
            (_, Inner::Empty) if !matches!(spec.holds, Accepts::Text) => {
                let headline = format!("the element '{}' lacks its text", element.name);
                self.error_with(codes::MISSING_TEXT, element.span, headline, [lower_first(spec.summary)]);
            }
            (Text::Literal | Text::Expression, Inner::Literal(text, span)) => {
                if let Err(wanted) = literal(spec.holds, &text) {
                    let shown = self.shown(span);
                    let headline = format!("the text of '{}' is invalid: '{shown}' is not {wanted}", element.name);
                    self.error(codes::INVALID_VALUE, span, headline);
                }
            }
            (_, Inner::Empty) | (Text::Expression, Inner::Expression(..)) | (Text::Markup, _) => {}
            (Text::None, Inner::Literal(_, span) | Inner::Expression(_, span) | Inner::Mixed(span)) => {
                let headline = format!("the element '{}' cannot contain text", element.name);
                self.error(codes::UNEXPECTED_TEXT, span, headline);
            }
            (Text::Literal, Inner::Expression(_, span)) => {
                let headline = format!("the text of '{}' cannot be an expression", element.name);
                self.error(codes::EXPRESSION_NOT_ALLOWED, span, headline);
            }
            (_, Inner::Mixed(span)) => {
                let headline = format!("the text of '{}' is partly an expression", element.name);
                let note = "the whole text must be one expression: build the text inside it".to_owned();
                self.error_with(codes::MIXED_TEXT, span, headline, [note]);
            }
        }
    }

    fn children(&mut self, element: &Element, spec: &ElementSpec) {
        let mut counts = vec![0_usize; spec.children.len()];
        let mut last: Option<usize> = None;
        for child in element.elements() {
            let Some(index) = spec.children.iter().position(|known| known.spec.name == &*child.name) else {
                self.unknown_child(element, child, spec);
                continue;
            };
            let Some(known) = spec.children.get(index) else { continue };
            let count = counts.get_mut(index).map_or(0, |count| {
                *count += 1;
                *count
            });
            if count == known.most.saturating_add(1) {
                let headline = format!("the element '{}' has more than one '{}'", element.name, child.name);
                self.error(codes::REPEATED_CHILD, child.name_span, headline);
            }
            match last {
                Some(before) if before > index => self.disordered(child, spec, before),
                _ => last = Some(index),
            }
            self.element(child, &known.spec, crate::policies::is_built(&child.name));
        }
        self.alternatives(element, spec);
        for (known, count) in spec.children.iter().zip(counts) {
            if count < known.least {
                let headline = format!("the element '{}' lacks its '{}'", element.name, known.spec.name);
                self.error_with(codes::MISSING_CHILD, element.tag_span, headline, [lower_first(known.spec.summary)]);
            }
        }
    }

    fn alternatives(&mut self, element: &Element, spec: &ElementSpec) {
        let mut there = element.elements().filter(|child| spec.alternatives.contains(&&*child.name));
        let Some(first) = there.next() else { return };
        // Twice the same is said elsewhere.
        for other in there.filter(|other| other.name != first.name) {
            let headline = format!("'{}' and '{}' exclude each other in '{}'", first.name, other.name, element.name);
            self.error(codes::REPEATED_CHILD, other.name_span, headline);
        }
    }

    fn disordered(&mut self, child: &Element, spec: &ElementSpec, before: usize) {
        let before = spec.children.get(before).map_or("", |known| known.spec.name);
        let headline = format!("'{}' comes before '{before}'", child.name);
        match spec.order {
            Order::Free => {}
            Order::Fixed => {
                self.error(codes::CHILD_ORDER, child.name_span, headline);
            }
            Order::Advised => {
                let finding = Diagnostic::warning(codes::CHILD_ORDER, self.source, child.name_span, headline);
                self.findings.push(finding.with_note("the service refuses any other order"));
            }
        }
    }

    fn unknown_child(&mut self, element: &Element, child: &Element, spec: &ElementSpec) {
        let names = || spec.children.iter().map(|known| known.spec.name);
        if crate::policies::is_known(&child.name) && !crate::policies::is_built(&child.name) {
            let headline = format!("'{}' in '{}' is not supported yet", child.name, element.name);
            self.error(codes::NOT_SUPPORTED, child.name_span, headline);
            return;
        }
        let near = suggest::closest(&child.name, names());
        let headline = format!("the element '{}' has invalid child element '{}'", element.name, child.name);
        let note = match near {
            Some(name) => did_you_mean(name),
            None if spec.children.is_empty() => "it has no children".to_owned(),
            None => format!("possible elements: {}", list(&names().collect::<Vec<_>>())),
        };
        self.error_with(codes::UNKNOWN_CHILD, child.name_span, headline, [note]);
    }

    /// Text as it stands in the file.
    pub(crate) fn shown(&self, span: Span) -> String {
        let text = self.source.text().get(span.start as usize..span.end as usize).unwrap_or_default();
        let mut shown: String = text.chars().take(60).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        shown.replace(['\r', '\n', '\t'], " ")
    }

    /// Adds an error.
    pub(crate) fn error(&mut self, code: &'static str, span: Span, headline: String) {
        self.error_with(code, span, headline, None);
    }

    fn warn_noted(&mut self, code: &'static str, span: Span, headline: String, note: &str) {
        self.findings.push(Diagnostic::warning(code, self.source, span, headline).with_note(note));
    }

    fn error_with(
        &mut self,
        code: &'static str,
        span: Span,
        headline: String,
        notes: impl IntoIterator<Item = String>,
    ) {
        let mut finding = Diagnostic::error(code, self.source, span, headline);
        finding.notes.extend(notes);
        self.findings.push(finding);
    }
}

fn did_you_mean(name: &str) -> String {
    format!("did you mean '{name}'?")
}

/// Whether a literal is what is wanted; if not, what is.
pub(crate) fn literal(accepts: Accepts, text: &str) -> Result<(), String> {
    match accepts {
        Accepts::Text | Accepts::Value => Ok(()),
        Accepts::Name if text.trim().is_empty() => Err("a name".to_owned()),
        Accepts::Name => Ok(()),
        Accepts::Bool => boolean(text).map(|_| ()).ok_or_else(|| "'true' or 'false'".to_owned()),
        Accepts::Int(least, most) => match integer(text) {
            Some(n) if (least..=most).contains(&n) => Ok(()),
            _ if most == i64::from(i32::MAX) || most == i64::MAX => Err(format!("a whole number of at least {least}")),
            _ => Err(format!("a whole number from {least} to {most}")),
        },
        Accepts::OneOf(values) if values.contains(&text.trim()) => Ok(()),
        Accepts::OneOf(values) => Err(format!("one of {}", list(values))),
        Accepts::HeaderName => header_name(text).map(|_| ()).ok_or_else(|| "the name of a header".to_owned()),
        Accepts::Method => method(text).map(|_| ()).ok_or_else(|| "a method".to_owned()),
    }
}

fn near_value(accepts: Accepts, text: &str) -> Option<&'static str> {
    match accepts {
        Accepts::OneOf(values) => suggest::closest(text.trim(), values.iter().copied()),
        Accepts::Bool => suggest::closest(text.trim(), ["true", "false"].into_iter()),
        _ => None,
    }
}

/// An `xs:boolean`.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text.trim() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    }
}

/// The name of a header.
pub(crate) fn header_name(text: &str) -> Option<HeaderName> {
    HeaderName::from_bytes(text.trim().as_bytes()).ok()
}

/// A method, in capitals however it is written.
pub(crate) fn method(text: &str) -> Option<Method> {
    Method::from_bytes(text.trim().to_ascii_uppercase().as_bytes()).ok()
}

/// An `xs:long`.
pub(crate) fn integer(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

/// `'a', 'b', 'c'`.
pub(crate) fn list(names: &[&str]) -> String {
    let mut out = String::new();
    for (index, name) in names.iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let _ = write!(out, "{comma}'{name}'");
    }
    out
}

/// A summary as a note: lower case, no full stop.
fn lower_first(summary: &str) -> String {
    let text = summary.trim_end_matches('.');
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if !chars.as_str().starts_with(char::is_uppercase) => first.to_lowercase().chain(chars).collect(),
        _ => text.to_owned(),
    }
}

/// True when a node is nothing but white space or a comment.
pub(crate) fn is_blank(node: &Node) -> bool {
    match node {
        Node::Comment(_) => true,
        Node::Text(content) => matches!(&content.kind, ContentKind::Literal(text) if text.trim().is_empty()),
        Node::Element(_) => false,
    }
}

/// The specification of a child.
pub(crate) fn child_spec<'s>(spec: &'s ElementSpec, name: &str) -> Option<&'s Child> {
    spec.children.iter().find(|child| child.spec.name == name)
}
