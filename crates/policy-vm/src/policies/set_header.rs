//! `set-header`: sets, adds or removes a header of the current message, or of the one being built.

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, HeaderValue, header};
use policy_parser::document::Element;

use crate::check::codes;
use crate::compile::Compiler;
use crate::error::PolicyError;
use crate::operand::{ChoiceOperand, HeaderOperand, TextOperand};
use crate::policies::exists_action::{self, ACTIONS, Action, VALUE};
use crate::policies::{Policy, message};
use crate::spec::{Accepts, Attribute, Child, ElementSpec};
use crate::step::{Flow, Step, StepCx};

pub(super) const SPEC: ElementSpec = ElementSpec::new("set-header", "Sets, adds or removes a header.")
    .attributes(&[
        Attribute::required("name", Accepts::HeaderName, "Name of the header.").expression(),
        Attribute::optional("exists-action", Accepts::OneOf(ACTIONS), "What to do when it is there already.")
            .expression()
            .default("override"),
    ])
    .children(&[Child::repeated(VALUE)]);

pub(super) const POLICY: Policy = Policy { spec: SPEC, compile };

/// Headers whose values stay on lines of their own: they may contain commas.
const SEPARATE: [HeaderName; 12] = [
    header::USER_AGENT,
    header::WWW_AUTHENTICATE,
    header::PROXY_AUTHENTICATE,
    header::COOKIE,
    header::SET_COOKIE,
    header::WARNING,
    header::DATE,
    header::EXPIRES,
    header::IF_MODIFIED_SINCE,
    header::IF_UNMODIFIED_SINCE,
    header::LAST_MODIFIED,
    header::RETRY_AFTER,
];

/// A `set-header`, on its own or as part of another policy.
#[derive(Debug)]
pub(super) enum HeaderEdit {
    /// Everything is known.
    Fixed(Ready),
    /// Something is an expression.
    Computed { name: HeaderOperand, action: ChoiceOperand, values: Vec<TextOperand> },
}

/// An edit whose expressions have been evaluated.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    name: HeaderName,
    action: Action,
    values: Vec<HeaderValue>,
}

/// Compiles the element; `None` when something is wrong with it, which is reported.
pub(super) fn edit(c: &mut Compiler<'_>, element: &Element) -> Option<HeaderEdit> {
    let name = c.header_or_none(element, &SPEC, "name")?;
    let action = c.choice(element, &SPEC, "exists-action");
    let values: Vec<_> = element.elements().map(|value| (c.inner_text(value), value)).collect();
    let mut fixed_values = Vec::new();
    for (value, written) in &values {
        if let Some(text) = value.literal() {
            match HeaderValue::from_bytes(text.as_bytes()) {
                Ok(value) => fixed_values.push(value),
                Err(_) => {
                    c.error(codes::INVALID_VALUE, written.span, "a header value cannot contain control characters");
                    return None;
                }
            }
        }
    }
    if let ChoiceOperand::Literal(index) = action {
        warn_of_no_effect(c, element, name.literal(), Action::from_index(index), values.is_empty());
    }
    match (name, action) {
        (HeaderOperand::Literal(name), ChoiceOperand::Literal(index)) if fixed_values.len() == values.len() => {
            Some(HeaderEdit::Fixed(Ready { name, action: Action::from_index(index), values: fixed_values }.joined()))
        }
        (name, _) => {
            let values = values.into_iter().map(|(value, _)| value).collect();
            Some(HeaderEdit::Computed { name, action, values })
        }
    }
}

fn warn_of_no_effect(
    c: &mut Compiler<'_>,
    element: &Element,
    name: Option<&HeaderName>,
    action: Action,
    without_value: bool,
) {
    let warning = match name {
        Some(name) if message::is_framing(name) => {
            format!("the header '{name}' is the gateway's own: this has no effect")
        }
        Some(name) if name == header::SERVER && action == Action::Delete => {
            "the header 'Server' cannot be removed: this has no effect".to_owned()
        }
        _ if without_value => return exists_action::warn_without_value(c, element, action, "header"),
        _ => return,
    };
    c.warn(codes::NO_EFFECT, element.tag_span, warning);
}

impl HeaderEdit {
    /// The name, if it is written down.
    const fn name(&self) -> Option<&HeaderName> {
        match self {
            Self::Fixed(ready) => Some(&ready.name),
            Self::Computed { name, .. } => name.literal(),
        }
    }

    /// Evaluates name, action and values. A null value is left out.
    pub(super) fn evaluate(&self, cx: &mut StepCx<'_>) -> Result<Cow<'_, Ready>, Box<PolicyError>> {
        let (name, action, values) = match self {
            Self::Fixed(ready) => return Ok(Cow::Borrowed(ready)),
            Self::Computed { name, action, values } => (name, action, values),
        };
        let name = name.eval(cx)?.into_owned();
        let action = Action::from_index(action.eval(cx)?);
        let mut ready = Ready { name, action, values: Vec::with_capacity(values.len()) };
        for value in values {
            ready.values.extend(evaluate_value(value, cx)?);
        }
        Ok(Cow::Owned(ready.joined()))
    }

    /// Evaluates and applies to what `message::current` gives. One value, as nearly all edits have, makes no list.
    fn edit_current(&self, cx: &mut StepCx<'_>) -> Result<(), Box<PolicyError>> {
        if let Self::Computed { name, action, values } = self
            && let [value] = values.as_slice()
        {
            let name = name.eval(cx)?;
            let action = Action::from_index(action.eval(cx)?);
            let value = evaluate_value(value, cx)?;
            if let Some((headers, _)) = message::current(cx) {
                match (action, value) {
                    (Action::Override, Some(value)) if !message::is_framing(&name) => {
                        headers.insert(&*name, value);
                    }
                    (action, value) => apply(&name, action, value.as_slice(), headers),
                }
            }
            return Ok(());
        }
        let ready = self.evaluate(cx)?;
        if let Some((headers, _)) = message::current(cx) {
            ready.apply(headers);
        }
        Ok(())
    }
}

/// A value as it goes on the wire; a null is none.
fn evaluate_value(value: &TextOperand, cx: &mut StepCx<'_>) -> Result<Option<HeaderValue>, Box<PolicyError>> {
    let made = value.eval_with(cx, HeaderValue::from_bytes)?.transpose();
    made.map_err(|_| cx.bad_value("A header value contains control characters."))
}

impl Ready {
    /// Several values go on one line, with a bare comma between them.
    fn joined(mut self) -> Self {
        if self.values.len() > 1
            && !SEPARATE.contains(&self.name)
            && let Some(line) = join(&self.values)
        {
            self.values = vec![line];
        }
        self
    }

    /// Changes the headers.
    pub(super) fn apply(&self, headers: &mut HeaderMap) {
        apply(&self.name, self.action, &self.values, headers);
    }
}

fn apply(name: &HeaderName, action: Action, values: &[HeaderValue], headers: &mut HeaderMap) {
    if message::is_framing(name) {
        return;
    }
    match action {
        Action::Override => put(name, values, headers),
        Action::Skip if headers.contains_key(name) => {}
        Action::Skip => put(name, values, headers),
        Action::Append if values.is_empty() => {}
        Action::Append if SEPARATE.contains(name) || !headers.contains_key(name) => {
            for value in values {
                headers.append(name, value.clone());
            }
        }
        Action::Append => {
            let lines: Vec<_> = headers.get_all(name).iter().chain(values).cloned().collect();
            if let Some(line) = join(&lines) {
                headers.insert(name, line);
            }
        }
        Action::Delete if *name == header::SERVER => {}
        Action::Delete => {
            headers.remove(name);
        }
    }
}

/// Leaves exactly these values.
fn put(name: &HeaderName, values: &[HeaderValue], headers: &mut HeaderMap) {
    let Some((first, more)) = values.split_first() else {
        headers.remove(name);
        return;
    };
    headers.insert(name, first.clone());
    for value in more {
        headers.append(name, value.clone());
    }
}

fn join(values: &[HeaderValue]) -> Option<HeaderValue> {
    let lines: Vec<&[u8]> = values.iter().map(HeaderValue::as_bytes).collect();
    HeaderValue::from_bytes(&lines.join(&b','.to_owned())).ok()
}

fn compile(c: &mut Compiler<'_>, element: &Element) {
    if let Some(edit) = edit(c, element) {
        c.edits.add(message::of(c.section), edit.name());
        c.emit(SetHeader(edit));
    }
}

#[derive(Debug)]
struct SetHeader(HeaderEdit);

impl Step for SetHeader {
    fn run(&self, cx: &mut StepCx<'_>) -> Flow {
        self.0.edit_current(cx).into()
    }
}

#[cfg(test)]
mod tests {
    use crate::policies::check::{Scene, inbound_findings};

    fn check(action: &str, values: &[&str], before: &[(&str, &str)], name: &str) -> String {
        let values: String = values.iter().map(|value| format!("<value>{value}</value>")).collect();
        let policy = format!("<set-header name=\"{name}\" exists-action=\"{action}\">{values}</set-header>");
        let mut scene = Scene::inbound(&policy);
        for (name, value) in before {
            scene = scene.header(name, value);
        }
        scene.run();
        let request = scene.request();
        request.lines().skip(1).filter(|line| line.contains(": ")).collect::<Vec<_>>().join("|")
    }

    #[test]
    fn table_of_actions() {
        let there = [("x-a", "1"), ("x-b", "2")];
        assert_eq!(check("override", &["3", "4"], &there, "X-A"), "x-a: 3,4|x-b: 2");
        assert_eq!(check("skip", &["3"], &there, "x-a"), "x-a: 1|x-b: 2");
        assert_eq!(check("skip", &["3"], &[], "x-a"), "x-a: 3");
        assert_eq!(check("append", &["3", "4"], &there, "x-a"), "x-a: 1,3,4|x-b: 2");
        assert_eq!(check("append", &["3"], &[], "x-a"), "x-a: 3");
        assert_eq!(check("delete", &["3"], &there, "x-a"), "x-b: 2");
    }

    #[test]
    fn some_headers_have_a_line_a_value() {
        assert_eq!(check("append", &["b=2"], &[("cookie", "a=1")], "Cookie"), "cookie: a=1|cookie: b=2");
        assert_eq!(check("override", &["a, b", "c"], &[], "Warning"), "warning: a, b|warning: c");
    }

    /// `threats.md` A20.
    #[test]
    fn framing_is_the_gateways() {
        let names = ["Content-Length", "Transfer-Encoding", "Connection", "Keep-Alive", "Upgrade", "TE", "Trailer"];
        for name in names {
            assert_eq!(check("override", &["1"], &[(name, "2")], name), format!("{}: 2", name.to_lowercase()));
            assert_eq!(check("delete", &[], &[(name, "2")], name), format!("{}: 2", name.to_lowercase()));
        }
        assert_eq!(check("delete", &[], &[("server", "x")], "Server"), "server: x");
        assert_eq!(check("override", &["h"], &[], "Host"), "host: h");
    }

    /// `threats.md` A19.
    #[test]
    fn literals_that_would_break_the_message_are_refused() {
        let found = inbound_findings("<set-header name=\"a b\"><value>1</value></set-header>");
        assert_eq!(
            found,
            "TG0212 policy.xml:1:38 the 'name' attribute is invalid: 'a b' is not the name of a header\n"
        );
        let found = inbound_findings("<set-header name=\"a\"><value>1&#13;&#10;b: 2</value></set-header>");
        assert_eq!(found, "TG0212 policy.xml:1:41 a header value cannot contain control characters\n");
    }

    #[test]
    fn the_response_is_edited_in_outbound() {
        let mut scene = Scene::outbound("<set-header name=\"x\"><value>1</value></set-header>");
        assert_eq!(scene.run(), "> forward GET https://backend.example/base/orders?id=7 300s\n200 -\nx: 1\n(none)\n");
    }

    fn computed(name: &str, value: &str) -> String {
        let policy = format!(
            "<set-header name=\"@({name})\" exists-action=\"@(&quot;append&quot;)\"><value>1</value><value>@({value})</value></set-header>"
        );
        let mut scene = Scene::inbound(&policy).header("x-a", "0");
        let shown = scene.run();
        match shown.lines().find(|line| line.starts_with('!')) {
            Some(error) => error.to_owned(),
            None => scene.request().lines().find(|line| line.starts_with("x-a")).unwrap_or_default().to_owned(),
        }
    }

    #[test]
    fn expressions() {
        assert_eq!(computed("&quot;X-A&quot;", "2 + 3"), "x-a: 0,1,5");
        // A null is no value.
        assert_eq!(computed("&quot;x-a&quot;", "(string)null"), "x-a: 0,1");
    }

    /// `threats.md` A19.
    #[test]
    fn computed_text_that_would_break_the_message_is_refused() {
        let wrong = "! set-header ExpressionValueEvaluationFailure: Expression evaluation failed.";
        assert!(computed("&quot;x-a&quot;", "&quot;1\\r\\nb: 2&quot;").starts_with(wrong));
        assert!(computed("&quot;x-a&quot;", "&quot;1\\0&quot;").starts_with(wrong));
        assert!(computed("&quot;x a&quot;", "1").starts_with(wrong));
        assert!(computed("&quot;x-a:&quot;", "1").starts_with(wrong));
    }

    #[test]
    fn a_null_alone_removes_the_header() {
        let mut scene =
            Scene::inbound("<set-header name=\"x-a\"><value>@((string)null)</value></set-header>").header("x-a", "1");
        scene.run();
        assert!(!scene.request().contains("x-a"));
    }
}
