//! Requests to backends and the response to the caller, compared as text.

use policy_vm::exchange::{Body, Exchange};

use super::{Mismatch, NONE, body_text};
use crate::host::Sent;
use crate::message::{self, ELLIPSIS, Parts, header_lines, header_name};
use crate::page::{Fence, Malformed};

/// A message ready to be compared.
struct Written {
    first: String,
    headers: Vec<(String, String)>,
    body: String,
}

/// Compares the response to the caller.
pub(crate) fn response(fence: &Fence, exchange: &Exchange) -> Result<Option<Mismatch>, Malformed> {
    let Some(response) = &exchange.call.response else {
        return Ok(Mismatch::of("response", fence, fence.content().to_owned(), NONE.to_owned()));
    };
    let expected = Parts::of(fence)?;
    let first = message::status_line(response.status, response.reason.as_deref());
    let written = Written { first, headers: header_lines(&response.headers), body: body_text(&response.body) };
    let first = canonical_status(expected.first, &written.first);
    Ok(compare("response", fence, &expected, first, &written))
}

/// Whether a block begins as a response does; one that is empty is to be written.
pub(crate) fn status_line(fence: &Fence) -> Result<(), Malformed> {
    let first = Parts::of(fence)?.first;
    let status = first.strip_prefix("HTTP/1.1").unwrap_or(first).split_whitespace().next().unwrap_or_default();
    let is_status = status.len() == 3 && status.bytes().all(|byte| byte.is_ascii_digit());
    if is_status || first == NONE || fence.content().trim().is_empty() {
        return Ok(());
    }
    let message = format!("`{first}` is no status line: expected `HTTP/1.1 200 OK` or `200`");
    Err(Malformed::new(fence.line + 1, message))
}

/// Whether a block begins as a request does; one that is empty is to be written.
pub(crate) fn backend_line(fence: &Fence) -> Result<(), Malformed> {
    let content = fence.content().trim();
    if content.is_empty() || content == NONE {
        return Ok(());
    }
    let first = Parts::of(fence)?.first;
    let mut words = first.split_whitespace();
    let is_method = words.next().is_some_and(|word| word.parse::<http::Method>().is_ok());
    if is_method && words.next().is_some_and(|word| word.contains("://")) {
        return Ok(());
    }
    let message = format!("`{first}` is no request: expected `METHOD URL`, or `(none)` alone");
    Err(Malformed::new(fence.line + 1, message))
}

/// `404` and `HTTP/1.1 404` stand for any reason phrase.
fn canonical_status(expected: &str, actual: &str) -> String {
    let status = expected.strip_prefix("HTTP/1.1").unwrap_or(expected).trim();
    let actual_status = actual.strip_prefix("HTTP/1.1 ").unwrap_or(actual);
    if actual_status.split(' ').next() == Some(status) { actual.to_owned() } else { format!("HTTP/1.1 {status}") }
}

/// Compares the requests to backends: as many as there are blocks, in this order.
pub(crate) fn backend(fences: &[Fence], sent: &[Sent]) -> Result<Vec<Mismatch>, Malformed> {
    let Some(last) = fences.last() else { return Ok(Vec::new()) };
    let expected: Vec<&Fence> = fences.iter().filter(|fence| fence.content().trim() != NONE).collect();
    if expected.len() != sent.len() {
        let all = |texts: Vec<String>| if texts.is_empty() { NONE.to_owned() } else { texts.join("\n----\n") };
        let wanted = all(expected.iter().map(|fence| fence.content().to_owned()).collect());
        let actual = all(sent.iter().map(|sent| text(&written(sent))).collect());
        let mut mismatch = Mismatch::of("backend", last, wanted, actual);
        // What does not fit the number of blocks cannot be written into them.
        let fits = fences.len() == 1 && sent.len() <= 1;
        mismatch.iter_mut().for_each(|mismatch| mismatch.mendable = fits);
        return Ok(mismatch.into_iter().collect());
    }
    let mut mismatches = Vec::new();
    for (fence, sent) in expected.into_iter().zip(sent) {
        let parts = Parts::of(fence)?;
        let mut written = written(sent);
        let mut words = parts.first.split_whitespace();
        let line = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        if words.next().is_none() {
            // The page says nothing about what stands behind the URL.
            written.first = format!("{} {}", sent.method, &sent.url);
        }
        let first = if parts.first.split_whitespace().count() > 2 {
            parts.first.to_owned()
        } else {
            format!("{} {}", line.0, line.1)
        };
        mismatches.extend(compare("backend", fence, &parts, first, &written));
    }
    Ok(mismatches)
}

fn written(sent: &Sent) -> Written {
    let mut first = format!("{} {}", sent.method, &sent.url);
    for word in &sent.words {
        first.push(' ');
        first.push_str(&word.replace(' ', "-"));
    }
    Written { first, headers: header_lines(&sent.headers), body: body_text(&Body::Bytes(sent.body.clone())) }
}

fn compare(
    what: &'static str,
    fence: &Fence,
    expected: &Parts<'_>,
    first: String,
    actual: &Written,
) -> Option<Mismatch> {
    let mut headers: Vec<(String, String)> =
        expected.headers.iter().map(|(name, value, _)| (header_name(name), (*value).to_owned())).collect();
    headers.sort_by(|a, b| a.0.cmp(&b.0));
    let mut seen: Vec<(String, String)> = actual.headers.clone();
    if expected.more_headers {
        seen.retain(|(name, _)| headers.iter().any(|(known, _)| known == name));
        let more = (ELLIPSIS.to_owned(), String::new());
        headers.push(more.clone());
        seen.push(more);
    }
    let any_body = expected.body.trim() == ELLIPSIS;
    let body = if any_body { ELLIPSIS } else { actual.body.as_str() };
    let expected = text(&Written { first, headers, body: expected.body.to_owned() });
    let actual = text(&Written { first: actual.first.clone(), headers: seen, body: body.to_owned() });
    Mismatch::of(what, fence, expected, actual)
}

fn text(message: &Written) -> String {
    let mut text = message.first.clone();
    for (name, value) in &message.headers {
        text.push('\n');
        text.push_str(name);
        if name != ELLIPSIS {
            text.push_str(": ");
            text.push_str(value);
        }
    }
    if !message.body.is_empty() {
        text.push_str("\n\n");
        text.push_str(&message.body);
    }
    text
}

#[cfg(test)]
mod tests {
    use http::{HeaderMap, HeaderValue};
    use policy_vm::exchange::Response;

    use super::*;
    use crate::message::fence;

    fn exchange() -> Exchange {
        let mut exchange = Exchange::new(&policy_vm::Limits::default());
        let mut headers = HeaderMap::new();
        headers.append("x-b", HeaderValue::from_static("2"));
        headers.append("x-a", HeaderValue::from_static("1"));
        let body = Body::Bytes("text".into());
        exchange.call.response = Some(Response { status: 404, headers, body, ..Response::default() });
        exchange
    }

    #[test]
    fn a_response_is_compared_whole_unless_an_ellipsis_stands() {
        let compare = |text| response(&fence(text), &exchange()).unwrap();
        assert!(compare("404\nx-A: 1\nX-B: 2\n\ntext").is_none());
        assert!(compare("HTTP/1.1 404 Not Found\n...\nX-B: 2\n\n...").is_none());
        assert!(compare("HTTP/1.1 404 Gone\n...\n\n...").is_some());
        let missing = compare("404\nX-B: 2\n\ntext").unwrap();
        assert_eq!(missing.actual, "HTTP/1.1 404 Not Found\nX-A: 1\nX-B: 2\n\ntext");
        assert!(compare("404\n...\nX-C: 1\n\n...").is_some());
        assert!(compare("404\n...").is_some());
    }
}
