//! Expectations: each block is compared with what happened, both written the same way.

use std::ops::Range;

use policy_vm::error::PolicyError;
use policy_vm::exchange::Body;

use crate::page::{Fence, Malformed};

mod messages;

pub(crate) use messages::{backend, backend_line, response, status_line};

/// An expectation that did not hold.
#[derive(Debug, Clone)]
pub(crate) struct Mismatch {
    /// What was expected: `response`, `variables` …
    pub(crate) what: &'static str,
    /// Line of the block.
    pub(crate) line: u32,
    /// The block's content in the page.
    pub(crate) range: Range<usize>,
    /// As the page has it, written canonically.
    pub(crate) expected: String,
    /// What happened, as far as the block says anything about it.
    pub(crate) actual: String,
    /// False when the page cannot be mended by writing `actual` into the block.
    pub(crate) mendable: bool,
}

impl Mismatch {
    fn of(what: &'static str, fence: &Fence, expected: String, actual: String) -> Option<Self> {
        let mismatch = Self { what, line: fence.line, range: fence.range.clone(), expected, actual, mendable: true };
        (mismatch.expected != mismatch.actual).then_some(mismatch)
    }
}

/// Compares line by line; `(none)` stands for no lines.
pub(crate) fn lines(what: &'static str, fence: &Fence, actual: &[String]) -> Option<Mismatch> {
    let expected: Vec<&str> = fence.content().lines().map(str::trim_end).filter(|line| !line.is_empty()).collect();
    // As the page's own lines: what ends in blanks or has an empty line in it could never be written there.
    let lines = actual.iter().flat_map(|text| text.lines()).map(str::trim_end).filter(|line| !line.is_empty());
    let actual = lines.collect::<Vec<_>>().join("\n");
    let actual = if actual.is_empty() { NONE.to_owned() } else { actual };
    Mismatch::of(what, fence, expected.join("\n"), actual)
}

/// Written where nothing is expected.
pub(crate) const NONE: &str = "(none)";

/// Compares the variables that the block names.
pub(crate) fn variables(fence: &Fence, all: &[(String, String)]) -> Result<Option<Mismatch>, Malformed> {
    let table: toml::Table = toml::from_str(&fence.text).map_err(|error| {
        let line = error.span().map_or(fence.line, |span| fence.line_of(span.start));
        Malformed::new(line, error.message().to_owned())
    })?;
    let (mut expected, mut actual) = (Vec::new(), Vec::new());
    for (name, value) in &table {
        let absent = value.get("absent").is_some();
        let text = if absent {
            ABSENT.to_owned()
        } else {
            let value = crate::variables::stored(value)
                .map_err(|message| Malformed::new(fence.line, format!("`{name}`: {message}")))?;
            crate::variables::text(value.as_ref())
        };
        let found = all.iter().find(|(known, _)| known == name).map_or(ABSENT, |(_, value)| value);
        let key = toml_key(name);
        expected.push(format!("{key} = {text}"));
        actual.push(format!("{key} = {found}"));
    }
    Ok(Mismatch::of("variables", fence, expected.join("\n"), actual.join("\n")))
}

const ABSENT: &str = "{ absent = true }";

fn toml_key(name: &str) -> String {
    let bare = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
    if bare { name.to_owned() } else { toml::Value::String(name.to_owned()).to_string() }
}

/// Compares the parts of the error that the block names; an empty block stands for all that are not empty.
pub(crate) fn last_error(fence: &Fence, error: Option<&PolicyError>) -> Result<Option<Mismatch>, Malformed> {
    let actual = error.map_or_else(Vec::new, |error| {
        vec![
            ("source", error.source.to_string()),
            ("reason", error.reason.to_string()),
            ("message", error.message.clone()),
            ("scope", error.scope.to_string()),
            ("section", error.section.to_string()),
            ("path", error.path.clone()),
            ("policy-id", error.policy_id.clone()),
            ("status", error.status.to_string()),
        ]
    });
    let mut named = Vec::new();
    for (number, line) in (fence.line + 1..).zip(fence.content().lines()).filter(|(_, line)| !line.trim().is_empty()) {
        match line.split_once(':') {
            _ if line.trim() == NONE => {}
            Some((name, value)) if PARTS.contains(&name.trim()) => named.push((name.trim(), value.trim())),
            _ => return Err(Malformed::new(number, format!("`{line}` is none of {}", PARTS.join(", ")))),
        }
    }
    let expected: Vec<String> = named.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let wanted = |name: &str, value: &str| {
        if named.is_empty() { !value.is_empty() } else { named.iter().any(|(known, _)| *known == name) }
    };
    let mut ordered: Vec<String> = Vec::new();
    let order = if named.is_empty() { PARTS.to_vec() } else { named.iter().map(|(name, _)| *name).collect() };
    for name in order {
        let found = actual.iter().find(|(known, _)| *known == name).filter(|(name, value)| wanted(name, value));
        ordered.extend(found.map(|(name, value)| format!("{name}: {value}").trim_end().to_owned()));
    }
    let expected = expected.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n");
    let none = |text: String| if text.is_empty() { NONE.to_owned() } else { text };
    let expected = if fence.content().trim().is_empty() { String::new() } else { none(expected) };
    Ok(Mismatch::of("last-error", fence, expected, none(ordered.join("\n"))))
}

const PARTS: [&str; 8] = ["source", "reason", "message", "scope", "section", "path", "policy-id", "status"];

/// A body as text.
fn body_text(body: &Body) -> String {
    match body {
        Body::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => text.to_owned(),
            Err(_) => format!("(bytes: {})", base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes)),
        },
        Body::None | Body::Consumed => String::new(),
        Body::Stream => "(not read)".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::fence;

    #[test]
    fn last_error_compares_what_is_named() {
        let error = PolicyError {
            source: "check-header".into(),
            reason: "HeaderNotFound".into(),
            status: 401,
            ..PolicyError::default()
        };
        let compare = |text, error| last_error(&fence(text), error).unwrap();
        assert!(compare("reason: HeaderNotFound", Some(&error)).is_none());
        assert!(compare("(none)", None).is_none());
        assert_eq!(
            compare("(none)", Some(&error)).unwrap().actual,
            "source: check-header\nreason: HeaderNotFound\nstatus: 401"
        );
        assert_eq!(compare("status: 403\nmessage:", Some(&error)).unwrap().actual, "status: 401\nmessage:");
        assert_eq!(last_error(&fence("\nwhy: x"), None).unwrap_err().line, 12);
    }

    #[test]
    fn lines_ignore_blank_ones() {
        assert!(lines("trace", &fence("a\n\nb"), &["a".to_owned(), "b".to_owned()]).is_none());
        assert!(lines("trace", &fence("(none)"), &[]).is_none());
        assert!(lines("trace", &fence("a"), &[]).is_some());
    }
}
