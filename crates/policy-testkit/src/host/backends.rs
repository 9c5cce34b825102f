//! Scripted backends: answers in order, and a record of what was sent.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, header};
use policy_vm::exchange::{Response, Url};
use policy_vm::host::{HostError, HostErrorKind, Unavailable};

use crate::script::{Answer, Failure};

/// How many redirects of one request are followed.
const MOST_REDIRECTS: usize = 10;

/// Answers in order, and what was sent.
#[derive(Debug, Default)]
pub(crate) struct Backends {
    answers: Vec<Scripted>,
    /// Answers of earlier blocks that nobody asked for.
    unused: Vec<String>,
    sent: Vec<Sent>,
    /// Requests that no answer fits.
    unanswered: Vec<String>,
    /// The body of the last answer breaks off.
    breaks_off: bool,
}

#[derive(Debug)]
struct Scripted {
    answer: Answer,
    used: bool,
}

/// A request that reached a backend.
#[derive(Debug, Clone)]
pub(crate) struct Sent {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// What was asked for beside the message, as a page has it behind the URL.
    pub(crate) words: Vec<String>,
}

type Answered = (Duration, Result<Response, HostError>);

impl Backends {
    /// Replaces all answers.
    pub(crate) fn script(&mut self, answers: Vec<Answer>) {
        let unused = self.take_unused();
        self.unused = unused;
        self.answers = answers.into_iter().map(|answer| Scripted { answer, used: false }).collect();
    }

    /// What was sent since the last call.
    pub(crate) fn take_sent(&mut self) -> Vec<Sent> {
        std::mem::take(&mut self.sent)
    }

    /// Answers that no request got, though the page does not say that they are optional.
    pub(crate) fn take_unused(&mut self) -> Vec<String> {
        let mut unused = std::mem::take(&mut self.unused);
        let numbered = self.answers.iter().zip(1..);
        let idle = numbered.filter(|(scripted, _)| !scripted.used && !scripted.answer.optional);
        unused
            .extend(idle.map(|(scripted, number)| format!("`[[backend]]` {number} for `{}`", scripted.answer.r#match)));
        unused
    }

    /// Requests since the last call that no answer fits.
    pub(crate) fn take_unanswered(&mut self) -> Vec<String> {
        std::mem::take(&mut self.unanswered)
    }

    /// Whether the body of the last answer breaks off.
    pub(crate) const fn breaks_off(&self) -> bool {
        self.breaks_off
    }

    /// Answers a request, following redirects when wanted.
    pub(crate) fn answer(&mut self, mut request: Sent, timeout: Duration, follow: bool) -> Answered {
        let mut total = Duration::ZERO;
        for _ in 0..=MOST_REDIRECTS {
            let (after, answer) = self.answer_once(request.clone());
            total += after;
            if matches!(&answer, Err(error) if error.kind == HostErrorKind::Timeout) || total > timeout {
                return (timeout, Err(failed(Failure::Timeout)));
            }
            match answer.as_ref().ok().filter(|_| follow).and_then(|response| redirected(&request, response)) {
                Some(next) => request = next,
                None => return (total, answer),
            }
        }
        (total, Err(HostError::new(HostErrorKind::Connection, "Too many redirects.")))
    }

    fn answer_once(&mut self, request: Sent) -> Answered {
        let (method, text) = (request.method.clone(), request.url.to_string());
        self.breaks_off = false;
        self.sent.push(request);
        let Some(answer) = self.next(&method, &text) else {
            if !self.answers.is_empty() {
                self.unanswered.push(format!("{method} {text}"));
            }
            return (Duration::ZERO, Ok(super::in_memory(200, Bytes::new())));
        };
        self.breaks_off = answer.body_error;
        let after = answer.delay.map_or(Duration::ZERO, |delay| delay.0);
        (after, answer.error.map_or_else(|| Ok(response(&answer)), |failure| Err(failed_until(failure, &answer))))
    }

    /// The first answer not used yet that fits, else the last one that fits.
    fn next(&mut self, method: &Method, url: &str) -> Option<Answer> {
        let fitting = |scripted: &&mut Scripted| fits(&scripted.answer.r#match, method, url);
        if let Some(scripted) = self.answers.iter_mut().filter(fitting).find(|scripted| !scripted.used) {
            scripted.used = true;
            return Some(scripted.answer.clone());
        }
        self.answers.iter_mut().rfind(fitting).map(|scripted| scripted.answer.clone())
    }
}

fn response(answer: &Answer) -> Response {
    // What cannot be was reported when the block was read.
    let bytes = answer.body_base64.as_ref().and_then(|text| BASE64.decode(text).ok());
    let body = bytes.map_or_else(|| Bytes::copy_from_slice(answer.body.as_bytes()), Bytes::from);
    let mut response = super::in_memory(answer.status, body);
    response.reason = answer.reason.as_deref().map(Into::into);
    for (name, values) in &answer.headers {
        for value in values.values() {
            if let (Ok(name), Ok(value)) = (name.parse::<HeaderName>(), HeaderValue::from_str(value)) {
                response.headers.append(name, value);
            }
        }
    }
    response
}

/// A failure of which the answer says when it is over.
fn failed_until(failure: Failure, answer: &Answer) -> HostError {
    let is_pool = match failure {
        Failure::Unavailable => false,
        Failure::PoolUnavailable => true,
        other => return failed(other),
    };
    let retry_after = answer.retry_after.map(|span| span.0);
    HostError::unavailable("It takes no calls.", Unavailable { status: 503, is_pool, retry_after })
}

fn failed(failure: Failure) -> HostError {
    let (kind, message) = match failure {
        Failure::Timeout => (HostErrorKind::Timeout, "The operation has timed out."),
        Failure::Connection => (HostErrorKind::Connection, "The connection could not be made."),
        Failure::ClientGone => (HostErrorKind::ClientGone, "The operation was canceled"),
        Failure::Unavailable | Failure::PoolUnavailable => (HostErrorKind::Unavailable, "Service Unavailable"),
        Failure::Refused => (HostErrorKind::Refused, "The host does not send requests."),
    };
    HostError::new(kind, message)
}

/// The request that a redirect asks for.
fn redirected(request: &Sent, response: &Response) -> Option<Sent> {
    if !matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        return None;
    }
    let location = response.headers.get(header::LOCATION)?.to_str().ok()?;
    let target = Url::parse(location).ok().or_else(|| {
        let (path, query) = location.split_once('?').unwrap_or((location, ""));
        Some(Url { path: path.to_owned(), query: query.to_owned(), ..request.url.clone() })
    })?;
    let mut next = Sent { url: target, ..request.clone() };
    let rewritten = response.status == 303 || (response.status < 303 && request.method == Method::POST);
    if rewritten && request.method != Method::HEAD {
        next.method = Method::GET;
        next.body = Bytes::new();
    }
    Some(next)
}

/// `METHOD URL` or `URL`, with `*` for any characters.
fn fits(pattern: &str, method: &Method, url: &str) -> bool {
    match pattern.trim().split_once(' ') {
        Some((name, pattern)) => (name == "*" || name == method.as_str()) && wildcard(pattern.trim(), url),
        None => wildcard(pattern.trim(), url),
    }
}

fn wildcard(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(first) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return text.ends_with(part);
        }
        match text.find(part) {
            Some(at) => text = text.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns() {
        let get = |pattern, url| fits(pattern, &Method::GET, url);
        assert!(get("*", "https://a/b"));
        assert!(get("GET https://a/*", "https://a/b?c"));
        assert!(get("https://*/b*d", "https://x/b/c/d"));
        assert!(get("* https://a/b", "https://a/b"));
        assert!(!get("POST *", "https://a/b"));
        assert!(!get("https://a/*/c", "https://a/b"));
        assert!(!get("https://a/b", "https://a/b/"));
    }

    fn sent(url_text: &str) -> Sent {
        Sent {
            method: Method::GET,
            url: Url::parse(url_text).unwrap(),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            words: Vec::new(),
        }
    }

    fn statuses(backends: &mut Backends, count: usize) -> Vec<u16> {
        let mut one =
            || backends.answer(sent("https://a/"), Duration::from_secs(9), false).1.map(|answer| answer.status);
        (0..count).map(|_| one().unwrap_or(0)).collect()
    }

    fn script(text: &str) -> Backends {
        let mut backends = Backends::default();
        let script = crate::script::Script::parse(&crate::message::fence(text)).unwrap();
        backends.script(script.backend.unwrap());
        backends
    }

    #[test]
    fn answers_are_used_once_and_the_last_again_and_again() {
        let mut backends = script("[[backend]]\nstatus=503\n[[backend]]\nstatus=502\n[[backend]]\nmatch='POST *'\n");
        assert_eq!(statuses(&mut backends, 3), [503, 502, 502]);
        assert_eq!(backends.take_sent().len(), 3);
        assert_eq!(statuses(&mut Backends::default(), 1), [200]);
    }

    #[test]
    fn a_late_answer_is_a_timeout() {
        let mut backends = script("[[backend]]\ndelay='10s'");
        let (after, answer) = backends.answer(sent("https://a/"), Duration::from_secs(5), false);
        assert_eq!((after.as_secs(), answer.unwrap_err().kind), (5, HostErrorKind::Timeout));
    }

    #[test]
    fn redirects_are_followed_when_wanted() {
        let text = "[[backend]]\nmatch='https://a/'\nstatus=302\nheaders={Location='/b'}\n[[backend]]\nmatch='https://a/b'\nstatus=201\n";
        let answer = |follow| script(text).answer(sent("https://a/"), Duration::from_secs(5), follow).1.unwrap().status;
        assert_eq!((answer(false), answer(true)), (302, 201));
    }
}
