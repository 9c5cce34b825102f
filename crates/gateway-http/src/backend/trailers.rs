//! Fields behind a body: passed on where both sides may expect them, and only those that decide nothing.
//!
//! Answers over HTTP/2 end with what they like, as gRPC has it. Any other message has to announce them, and over HTTP/1.1 a
//! client has to say that it reads them (RFC 9110, 6.5 and 10.1.4); the rest is dropped. They are never mixed with the
//! headers, and bring nothing back that belonged to a connection or that a policy has set or deleted.

use std::sync::Arc;

use http::header::{CONNECTION, TE, TRAILER};
use http::{HeaderMap, HeaderName, HeaderValue};
use policy_vm::EditedHeaders;
use policy_vm::host::Message;

/// What a message says about trailers.
#[derive(Debug, Default)]
pub(crate) struct Trailers {
    /// Whoever sent it reads them.
    pub(crate) wanted: bool,
    /// Those it announces, of those that may be passed on.
    announced: Vec<HeaderName>,
    /// Those that it does not announce are passed on too.
    pub(super) all: bool,
    /// What policies decide in this message.
    edited: Option<(Message, Arc<EditedHeaders>)>,
}

impl Trailers {
    /// What the headers say, before those of the connection are removed; `None` when it is nothing.
    pub(super) fn of(headers: &HeaderMap, is_http2: bool) -> Option<Box<Self>> {
        let has = |name, token: &str| list(headers, name).any(|found| found.eq_ignore_ascii_case(token.as_bytes()));
        // Over HTTP/1.1 it is about one connection, and has to say so.
        let wanted = has(TE, "trailers") && (is_http2 || has(CONNECTION, "te"));
        let announced: Vec<_> = list(headers, TRAILER)
            .filter_map(|name| HeaderName::from_bytes(name).ok())
            .filter(|name| may_trail(name) && !has(CONNECTION, name.as_str()))
            .collect();
        (wanted || !announced.is_empty()).then(|| Box::new(Self { wanted, announced, ..Self::default() }))
    }

    /// What policies decide is not to be undone.
    pub(crate) fn obey(&mut self, message: Message, edited: Option<&Arc<EditedHeaders>>) {
        self.edited = edited.map(|edited| (message, Arc::clone(edited)));
    }

    fn may_pass(&self, name: &HeaderName) -> bool {
        // How a call of gRPC ended is no header, whatever name an expression may come up with.
        let is_grpc = name.as_str().starts_with("grpc-");
        let is_edited = |(message, edited): &(Message, Arc<EditedHeaders>)| {
            if is_grpc { edited.names(*message, name) } else { edited.contains(*message, name) }
        };
        (self.all || self.announced.contains(name)) && may_trail(name) && !self.edited.as_ref().is_some_and(is_edited)
    }

    /// Drops the fields that may not come behind the body of this message; `None` when none is left.
    pub(super) fn sift(&self, trailers: HeaderMap) -> Option<HeaderMap> {
        keep(trailers, |name| self.may_pass(name))
    }

    /// Says the same for the next hop, and gives the names that may come there: what is a header already does not come once
    /// more.
    pub(crate) fn tell(&self, headers: &mut HeaderMap, asks: bool, has_body: bool) -> Box<[HeaderName]> {
        if asks && self.wanted {
            headers.insert(TE, HeaderValue::from_static("trailers"));
            headers.insert(CONNECTION, HeaderValue::from_static("te"));
        }
        let passed =
            self.announced.iter().filter(|name| has_body && !headers.contains_key(*name) && self.may_pass(name));
        let passed: Box<[_]> = passed.cloned().collect();
        let names: Vec<_> = passed.iter().map(HeaderName::as_str).collect();
        if !names.is_empty()
            && let Ok(names) = HeaderValue::try_from(names.join(", "))
        {
            headers.insert(TRAILER, names);
        }
        passed
    }
}

/// The elements of a list over all lines of a header.
fn list(headers: &HeaderMap, name: HeaderName) -> impl Iterator<Item = &[u8]> {
    let lines = headers.get_all(name).into_iter();
    lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b',')).map(<[u8]>::trim_ascii)
}

/// Drops the fields that are not these; `None` when none is left.
pub(super) fn sift_to(trailers: HeaderMap, names: &[HeaderName]) -> Option<HeaderMap> {
    keep(trailers, |name| names.contains(name))
}

fn keep(trailers: HeaderMap, is_kept: impl Fn(&HeaderName) -> bool) -> Option<HeaderMap> {
    // Put together anew where something is dropped: taking it out would change the order of the rest.
    let kept = if trailers.keys().all(&is_kept) {
        trailers
    } else {
        let kept = trailers.iter().filter(|(name, _)| is_kept(name));
        kept.map(|(name, value)| (name.clone(), value.clone())).collect()
    };
    (!kept.is_empty()).then_some(kept)
}

/// Fields that frame, route, authenticate, change or describe a message mean something before its body or not at all
/// (RFC 9110, 6.5.1), and those of a connection mean nothing to others.
fn may_trail(name: &HeaderName) -> bool {
    let name = name.as_str();
    let is_forbidden = matches!(
        name,
        "age"
            | "authorization"
            | "cache-control"
            | "connection"
            | "content-encoding"
            | "content-length"
            | "content-range"
            | "content-type"
            | "cookie"
            | "date"
            | "expect"
            | "expires"
            | "forwarded"
            | "host"
            | "http2-settings"
            | "keep-alive"
            | "location"
            | "max-forwards"
            | "origin"
            | "pragma"
            | "range"
            | "retry-after"
            | "set-cookie"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
            | "vary"
            | "via"
            | "warning"
            | "www-authenticate"
    );
    !is_forbidden
        && !["access-control-", "if-", "proxy-", "sec-", "x-forwarded-", "x_forwarded_"]
            .iter()
            .any(|family| name.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        lines.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))).collect()
    }

    #[track_caller]
    fn told(lines: &[(&'static str, &'static str)], is_http2: bool, expected: &[(&'static str, &'static str)]) {
        let mut headers = map(&[("x-set", "1")]);
        if let Some(trailers) = Trailers::of(&map(lines), is_http2) {
            trailers.tell(&mut headers, true, true);
        }
        headers.remove("x-set");
        assert_eq!(headers, map(expected), "{lines:?}");
    }

    #[test]
    fn who_reads_them_says_so() {
        let asked = [("te", "trailers"), ("connection", "te")];
        told(&[("te", "gzip, Trailers"), ("connection", "close, TE")], false, &asked);
        told(&[("te", "trailers")], true, &asked);
        told(&[("te", "trailers")], false, &[]);
        told(&[("te", "trailers"), ("connection", "trailers")], false, &[]);
        told(&[("te", "trailersx"), ("connection", "te")], false, &[]);
        told(&[], true, &[]);
    }

    #[test]
    fn only_what_decides_nothing_is_announced_and_passed_on() {
        told(&[("trailer", "X-Sum, Host, content-length ,x set, X-Set")], false, &[("trailer", "x-sum")]);
        told(&[("trailer", "authorization")], false, &[]);
        told(&[("trailer", "X-Sum, X-Hop"), ("connection", "close, X-Hop")], false, &[("trailer", "x-sum")]);
        let all = Trailers { all: true, ..Trailers::default() };
        let fields = [("grpc-status", "0"), ("host", "h"), ("x-forwarded-for", "1"), ("if-match", "1"), ("x-sum", "2")];
        assert_eq!(all.sift(map(&fields)), Some(map(&[("grpc-status", "0"), ("x-sum", "2")])));
        assert_eq!(all.sift(map(&[("cookie", "a=1"), ("transfer-encoding", "chunked")])), None);
        let announced = Trailers::of(&map(&[("trailer", "x-sum, host")]), false).unwrap();
        assert_eq!(announced.sift(map(&fields)), Some(map(&[("x-sum", "2")])));
        assert_eq!(sift_to(map(&fields), &[HeaderName::from_static("host")]), Some(map(&[("host", "h")])));
        assert_eq!(sift_to(map(&fields), &[]), None);
    }
}
