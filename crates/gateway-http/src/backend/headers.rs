//! Headers that belong to one connection and not to the message: they are never passed on.

use http::header::{CONNECTION, CONTENT_LENGTH, EXPECT, HOST, HeaderMap, HeaderName, HeaderValue};

/// The header a gateway answers for the way a request came.
pub(crate) const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Is it about the connection? Most names are told apart by their length.
fn is_hop_by_hop(name: &HeaderName) -> bool {
    let name = name.as_str();
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

/// Removes hop-by-hop headers and those that `Connection` names.
pub(crate) fn remove_hop_by_hop(headers: &mut HeaderMap) {
    if !headers.keys().any(is_hop_by_hop) {
        return;
    }
    let nominated: Vec<HeaderName> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| HeaderName::try_from(name.trim()).ok())
        .filter(may_be_nominated)
        .collect();
    for name in nominated {
        headers.remove(name);
    }
    while let Some(name) = headers.keys().find(|name| is_hop_by_hop(name)).cloned() {
        headers.remove(name);
    }
}

/// A caller must not take away what routing, authorization and forwarding rest on.
fn may_be_nominated(name: &HeaderName) -> bool {
    !matches!(name.as_str(), "host" | "authorization" | "content-length" | "content-type" | "cookie" | "forwarded")
        && !name.as_str().starts_with("x-forwarded-")
}

/// Is this the very value the client sent, not one that a policy set? A policy may set `Host` to the same text, and then
/// means it; so identity decides, which `original` guards by keeping the bytes alive.
fn is_same_value(value: Option<&HeaderValue>, original: Option<&HeaderValue>) -> bool {
    match (value, original) {
        (Some(value), Some(original)) => std::ptr::eq(value.as_bytes(), original.as_bytes()),
        _ => false,
    }
}

/// Makes the headers of a request fit for a backend: framing is decided anew, the way it came is noted, and `Host` is the
/// backend's unless a policy has set it.
pub(crate) fn for_backend(
    headers: &mut HeaderMap,
    host: &HeaderValue,
    client_host: Option<&HeaderValue>,
    forwarded_for: Option<&HeaderValue>,
) {
    remove_hop_by_hop(headers);
    let mut seen = (false, false, false, false, false);
    for name in headers.keys() {
        let name = name.as_str();
        match name.len() {
            4 => seen.0 |= name == "host",
            6 => seen.1 |= name == "expect",
            14 => seen.2 |= name == "content-length",
            15 => {
                seen.3 |= name == "x-forwarded-for";
                seen.4 |= name == "x_forwarded_for";
            }
            _ => {}
        }
    }
    if seen.1 {
        headers.remove(EXPECT);
    }
    if seen.2 {
        headers.remove(CONTENT_LENGTH);
    }
    if seen.4 {
        // To many servers it is the same header, and nobody but the gateway sets that.
        headers.remove("x_forwarded_for");
    }
    if !seen.0 || is_same_value(headers.get(HOST), client_host) {
        headers.insert(HOST, host.clone());
    }
    let Some(peer) = forwarded_for else { return };
    let value = if seen.3 { joined(headers, peer) } else { peer.clone() };
    headers.insert(X_FORWARDED_FOR, value);
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
