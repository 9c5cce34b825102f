//! How header names are written where they are listed.
//!
//! HTTP does not tell the case of names apart, and neither does the header map: what a sender wrote is not known any more. But
//! documents compare what they list, `h.Key != "Authorization"` above all, and have to find what everybody writes.

use std::borrow::Cow;

/// Those that are not written with a capital at the beginning of each word, by their lower-case form.
const SPELLINGS: [(&str, &str); 25] = [
    ("baggage", "baggage"),
    ("content-md5", "Content-MD5"),
    ("dnt", "DNT"),
    ("etag", "ETag"),
    ("expect-ct", "Expect-CT"),
    ("http2-settings", "HTTP2-Settings"),
    ("nel", "NEL"),
    ("p3p", "P3P"),
    ("sec-gpc", "Sec-GPC"),
    ("sec-websocket-accept", "Sec-WebSocket-Accept"),
    ("sec-websocket-extensions", "Sec-WebSocket-Extensions"),
    ("sec-websocket-key", "Sec-WebSocket-Key"),
    ("sec-websocket-protocol", "Sec-WebSocket-Protocol"),
    ("sec-websocket-version", "Sec-WebSocket-Version"),
    ("soapaction", "SOAPAction"),
    ("te", "TE"),
    ("traceparent", "traceparent"),
    ("tracestate", "tracestate"),
    ("www-authenticate", "WWW-Authenticate"),
    ("x-aspnet-version", "X-AspNet-Version"),
    ("x-aspnetmvc-version", "X-AspNetMvc-Version"),
    ("x-msedge-ref", "X-MSEdge-Ref"),
    ("x-ua-compatible", "X-UA-Compatible"),
    ("x-webkit-csp", "X-WebKit-CSP"),
    ("x-xss-protection", "X-XSS-Protection"),
];

/// Families that are written in lower case.
const LOWER: [&str; 4] = ["grpc-", "x-amz-", "x-functions-", "x-ms-"];

/// A name of the header map as it is usually written.
pub(super) fn spelled(name: &str) -> Cow<'_, str> {
    if let Ok(at) = SPELLINGS.binary_search_by_key(&name, |(lower, _)| lower) {
        return Cow::Borrowed(SPELLINGS.get(at).map_or(name, |(_, written)| written));
    }
    if LOWER.iter().any(|family| name.starts_with(family)) {
        return Cow::Borrowed(name);
    }
    let mut begins = true;
    let written = name.chars().map(|c| {
        let written = if begins { c.to_ascii_uppercase() } else { c };
        begins = c == '-';
        written
    });
    Cow::Owned(written.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_written_as_usual() {
        for (name, written) in [
            ("accept", "Accept"),
            ("ocp-apim-subscription-key", "Ocp-Apim-Subscription-Key"),
            ("x_under-score", "X_under-Score"),
            ("etag", "ETag"),
            ("www-authenticate", "WWW-Authenticate"),
            ("x-ms-client-request-id", "x-ms-client-request-id"),
            ("a--b", "A--B"),
            ("-", "-"),
        ] {
            assert_eq!(spelled(name), written);
        }
    }

    /// They are looked up by halves.
    #[test]
    fn the_table_is_in_order() {
        assert!(SPELLINGS.is_sorted_by_key(|(lower, _)| lower));
        assert!(SPELLINGS.iter().all(|(lower, written)| written.to_ascii_lowercase() == *lower));
    }
}
