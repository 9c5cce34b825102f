//! Headers that belong to one connection and not to the message: they are never passed on.

use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, Entry, HOST, HeaderMap, HeaderName, HeaderValue};

use crate::backend::trailers::Trailers;

/// The header a gateway answers for the way a request came.
pub(crate) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What one look over the names of a message tells. Most names are told apart by their length.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Look {
    connection: bool,
    /// Any other hop-by-hop header.
    hop_by_hop: bool,
    expect: bool,
    pub(crate) content_length: bool,
    forwarded_for: bool,
    forwarded_for_twin: bool,
    /// It has come from the gateway itself.
    came_back: bool,
}

impl Look {
    pub(crate) fn at(headers: &HeaderMap) -> Self {
        let mut look = Self::default();
        for name in headers.keys() {
            let name = name.as_str();
            match name.len() {
                6 => look.expect |= name == "expect",
                13 if name == "tollgate-hops" => look.came_back = true,
                14 if name == "content-length" => look.content_length = true,
                15 => {
                    look.forwarded_for |= name == "x-forwarded-for";
                    look.forwarded_for_twin |= name == "x_forwarded_for";
                }
                10 if name == "connection" => look.connection = true,
                _ => look.hop_by_hop |= is_hop_by_hop(name),
            }
        }
        look
    }
}

/// Is it about the connection?
fn is_hop_by_hop(name: &str) -> bool {
    match name.len() {
        2 => name == "te",
        7 => name == "trailer" || name == "upgrade",
        10 => name == "connection" || name == "keep-alive",
        14 => name == "http2-settings",
        16 => name == "proxy-connection",
        17 => name == "transfer-encoding",
        _ => false,
    }
}

/// Removes hop-by-hop headers and those that `Connection` names; gives what else there is to know.
pub(crate) fn remove_hop_by_hop(headers: &mut HeaderMap) -> Look {
    let look = Look::at(headers);
    remove(headers, look);
    look
}

/// The same, for those who want to know what was said about trailers.
pub(crate) fn take_hop_by_hop(headers: &mut HeaderMap, is_http2: bool) -> Option<Box<Trailers>> {
    let look = Look::at(headers);
    let trailers = if look.hop_by_hop { Trailers::of(headers, is_http2) } else { None };
    remove(headers, look);
    trailers
}

fn remove(headers: &mut HeaderMap, look: Look) {
    if look.connection {
        remove_connection(headers);
    }
    if look.hop_by_hop {
        while let Some(name) = headers.keys().find(|name| is_hop_by_hop(name.as_str())).cloned() {
            headers.remove(name);
        }
    }
}

/// Removes `Connection` and what it names. Nearly always it has nothing to say.
fn remove_connection(headers: &mut HeaderMap) {
    let mut nominated = Vec::new();
    if has_twins(headers) {
        let Entry::Occupied(entry) = headers.entry(CONNECTION) else { return };
        entry.remove_entry_mult().1.for_each(|line| nominate(&line, &mut nominated));
    } else if let Some(line) = headers.remove(CONNECTION) {
        nominate(&line, &mut nominated);
    }
    for name in nominated {
        headers.remove(name);
    }
}

/// Has any name more than one line? Where none has, the shorter ways of the map will do.
fn has_twins(headers: &HeaderMap) -> bool {
    headers.len() != headers.keys_len()
}

/// The headers that a line of `Connection` names.
fn nominate(line: &HeaderValue, nominated: &mut Vec<HeaderName>) {
    let line = line.as_bytes();
    if !line.eq_ignore_ascii_case(b"keep-alive") && !line.eq_ignore_ascii_case(b"close") {
        let names = line.split(|byte| *byte == b',').filter_map(|name| HeaderName::from_bytes(name.trim_ascii()).ok());
        nominated.extend(names.filter(may_be_nominated));
    }
}

/// A caller must not take away what routing, authorization and forwarding rest on.
fn may_be_nominated(name: &HeaderName) -> bool {
    !matches!(name.as_str(), "host" | "authorization" | "content-length" | "content-type" | "cookie" | "forwarded")
        && !name.as_str().starts_with("x-forwarded-")
}

/// Is this the very value the client sent, not one that a policy set? A policy may set `Host` to the same text, and then
/// means it; so identity decides, which `original` guards by keeping the bytes alive.
fn is_same_value(value: &HeaderValue, original: Option<&HeaderValue>) -> bool {
    original.is_some_and(|original| std::ptr::eq(value.as_bytes(), original.as_bytes()))
}

/// Makes the headers of a request fit for a backend: framing is decided anew, the way it came is noted, and `Host` is the
/// backend's unless a policy has set it. True when the request has come from the gateway itself.
pub(crate) fn for_backend(
    headers: &mut HeaderMap,
    host: &HeaderValue,
    client_host: Option<&HeaderValue>,
    forwarded_for: Option<&HeaderValue>,
) -> bool {
    let look = remove_hop_by_hop(headers);
    if look.expect {
        headers.remove(EXPECT);
    }
    if look.content_length {
        headers.remove(CONTENT_LENGTH);
    }
    if look.forwarded_for_twin {
        // To many servers it is the same header, and nobody but the gateway sets that.
        headers.remove("x_forwarded_for");
    }
    let has_twins = has_twins(headers);
    match headers.get_mut(HOST) {
        Some(value) if !is_same_value(value, client_host) => {}
        Some(value) if !has_twins => *value = host.clone(),
        _ => _ = headers.insert(HOST, host.clone()),
    }
    let Some(peer) = forwarded_for else { return look.came_back };
    let value = if look.forwarded_for { joined(headers, peer) } else { peer.clone() };
    headers.insert(X_FORWARDED_FOR, value);
    look.came_back
}

fn joined(headers: &HeaderMap, peer: &HeaderValue) -> HeaderValue {
    let mut text = Vec::new();
    for value in headers.get_all(X_FORWARDED_FOR) {
        text.extend_from_slice(value.as_bytes());
        text.extend_from_slice(b", ");
    }
    text.extend_from_slice(peer.as_bytes());
    HeaderValue::from_maybe_shared(bytes::Bytes::from(text)).unwrap_or_else(|_| peer.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(lines: &[(&'static str, &'static str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers
    }

    #[track_caller]
    fn check(lines: &[(&'static str, &'static str)], expected: &[(&'static str, &'static str)]) {
        let mut headers = map(lines);
        for_backend(&mut headers, &HeaderValue::from_static("b"), None, Some(&HeaderValue::from_static("10.0.0.1")));
        let mut expected = map(expected);
        expected.insert(HOST, HeaderValue::from_static("b"));
        assert_eq!(headers, expected);
    }

    #[test]
    fn what_belongs_to_the_connection_stays_behind() {
        let kept = ("x-forwarded-for", "10.0.0.1");
        check(&[], &[kept]);
        check(&[("connection", "close, X-User, host"), ("x-user", "u"), ("x-other", "o")], &[("x-other", "o"), kept]);
        check(&[("te", "trailers"), ("upgrade", "h2c"), ("keep-alive", "1"), ("proxy-connection", "x")], &[kept]);
        check(&[("transfer-encoding", "chunked"), ("content-length", "5"), ("expect", "100-continue")], &[kept]);
        check(
            &[("connection", "authorization, x-forwarded-for"), ("authorization", "a")],
            &[("authorization", "a"), kept],
        );
    }

    #[test]
    fn host_is_the_backends_unless_a_policy_set_it() {
        let sent = HeaderValue::try_from(String::from("a")).unwrap();
        let set = HeaderValue::try_from(String::from("a")).unwrap();
        for (value, expected) in [(&sent, "b"), (&set, "a")] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, value.clone());
            for_backend(&mut headers, &HeaderValue::from_static("b"), Some(&sent), None);
            assert_eq!(headers[HOST], expected);
        }
    }

    #[test]
    fn the_peer_joins_the_way_the_request_came() {
        let way = ("x-forwarded-for", "1.1.1.1, 2.2.2.2, 10.0.0.1");
        check(&[("x-forwarded-for", "1.1.1.1"), ("x-forwarded-for", "2.2.2.2")], &[way]);
        check(&[("x_forwarded_for", "1.1.1.1")], &[("x-forwarded-for", "10.0.0.1")]);
    }
}
