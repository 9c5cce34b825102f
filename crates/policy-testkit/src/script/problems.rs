//! What a `toml host` block says and what cannot be: told before anything runs, at the line where it stands.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use http::{HeaderName, HeaderValue};
use policy_vm::exchange::Url;

use super::{Answer, Script};
use crate::page::{Fence, Malformed};
use crate::variables;

/// What a subscription may be.
const STATES: [&str; 6] = ["submitted", "active", "suspended", "rejected", "cancelled", "expired"];

/// The first thing of a block that cannot be.
pub(super) fn of(script: &Script, fence: &Fence) -> Option<Malformed> {
    let (text, message) = single(script).or_else(|| listed(script))?;
    let line = place(&fence.text, &text).map_or(fence.line, |at| fence.line_of(at));
    Some(Malformed::new(line, message))
}

/// Where a block says it: a value stands in quotes, a key in front of its line, and what is in neither place anywhere.
fn place(block: &str, text: &str) -> Option<usize> {
    let key = || block.match_indices(text).map(|(at, _)| at).find(|at| block.get(..*at).is_some_and(begins_a_line));
    block.find(&format!("\"{text}\"")).or_else(key).or_else(|| block.find(text))
}

fn begins_a_line(before: &str) -> bool {
    before.rsplit('\n').next().unwrap_or_default().trim().is_empty()
}

/// A text that the block has where it is wrong, and what is wrong.
type Problem = (String, String);

fn problem(text: &str, message: impl Into<String>) -> Option<Problem> {
    Some((text.to_owned(), message.into()))
}

/// Of what is there once.
fn single(script: &Script) -> Option<Problem> {
    if let Some(id) = script.request_id.as_ref().filter(|id| variables::guid(id).is_none()) {
        return problem("request-id", format!("`{id}` is no GUID, as `00000000-0000-0000-0000-000000000001`"));
    }
    let certificate: String = script.client_certificate.iter().flat_map(|text| text.split_whitespace()).collect();
    if BASE64.decode(certificate).is_err() {
        return problem("client-certificate", "`client-certificate` is no Base64 of a certificate in DER form");
    }
    if let Some(api) = script.api.as_ref().filter(|api| Url::parse(&api.service_url).is_err()) {
        return problem("service-url", format!("`{}` is no URL", api.service_url));
    }
    let template = script.operation.as_ref().map_or("", |operation| &operation.template);
    if template.matches('{').count() != template.matches('}').count() {
        return problem("template", format!("`{template}` has a brace without its other one"));
    }
    None
}

/// Of what may be there several times.
fn listed(script: &Script) -> Option<Problem> {
    let answers = || script.backend.iter().flatten().find_map(answer);
    let backends = || {
        let mut backends = script.backends.iter().flatten();
        let (id, url) = backends.find(|(_, url)| Url::parse(url).is_err())?;
        problem(id, format!("the URL of the backend `{id}` is none: `{url}`"))
    };
    let facts = || {
        let mut facts = script.certificate_facts.iter().flatten();
        let fact = facts.find(|fact| !is_fact(fact))?;
        let expected = "`trusted`, `not-revoked`, `issued-by NAME` or `issuer-thumbprint HEX`";
        problem(fact, format!("`{fact}` cannot be true of a certificate: expected {expected}"))
    };
    let states = || {
        let mut states = script.subscriptions.iter().filter_map(|subscription| subscription.state.as_deref());
        let state = states.find(|state| !STATES.contains(state))?;
        problem(state, format!("`{state}` is no state of a subscription: expected one of {}", STATES.join(", ")))
    };
    let values = || {
        let set = script.variables.iter().map(|(name, value)| (name, variables::stored(value).map(drop)));
        let mut all = set.chain(script.cache.iter().map(|(name, value)| (name, variables::cached(value).map(drop))));
        all.find_map(|(name, read)| problem(name, format!("`{name}`: {}", read.err()?)))
    };
    answers().or_else(backends).or_else(facts).or_else(states).or_else(values)
}

fn is_fact(fact: &str) -> bool {
    matches!(fact, "trusted" | "not-revoked")
        || ["issued-by ", "issuer-thumbprint "].iter().any(|kind| fact.starts_with(kind))
}

/// What of an answer could not be one.
fn answer(answer: &Answer) -> Option<Problem> {
    if let Some(text) = &answer.body_base64 {
        if BASE64.decode(text).is_err() {
            return problem(text, format!("`body-base64` is not Base64: `{text}`"));
        }
        if !answer.body.is_empty() {
            return problem("body-base64", "`body` and `body-base64` are one body: leave one out");
        }
    }
    if !(200..=999).contains(&answer.status) {
        let text = answer.status.to_string();
        return problem(&text, format!("{text} is not the status of an answer: expected 200 to 999"));
    }
    let is_header =
        |name: &str, value: &str| name.parse::<HeaderName>().is_ok() && HeaderValue::from_str(value).is_ok();
    let mut headers = answer.headers.iter().flat_map(|(name, values)| values.values().iter().map(move |v| (name, v)));
    let (name, value) = headers.find(|(name, value)| !is_header(name, value))?;
    problem(name, format!("`{name}: {}` is not a header", value.escape_debug()))
}
