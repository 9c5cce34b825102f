//! HTTP messages as pages write them: a first line, headers, a blank line, a body.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use policy_vm::exchange::Url;

use crate::page::{Fence, Malformed};

/// Scheme and host of a request whose page names none.
const DEFAULT_HOST: &str = "gateway.example";

/// Stands for further headers, or for any body.
pub(crate) const ELLIPSIS: &str = "...";

/// A request as a page writes it.
#[derive(Debug, Clone)]
pub(crate) struct RequestText {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl RequestText {
    pub(crate) fn parse(fence: &Fence) -> Result<Self, Malformed> {
        let message = Parts::of(fence)?;
        let bad =
            |what: &str| Malformed::new(fence.line + 1, format!("{what}: expected `METHOD /path` or `METHOD URL`"));
        let mut words = message.first.split_whitespace();
        let method = words.next().and_then(|word| word.parse().ok()).ok_or_else(|| bad("no method"))?;
        let target = words.next().ok_or_else(|| bad("no target"))?;
        let headers = message.header_map()?;
        let host = headers.get(http::header::HOST).and_then(|host| host.to_str().ok()).unwrap_or(DEFAULT_HOST);
        let absolute = if target.starts_with('/') { format!("https://{host}{target}") } else { target.to_owned() };
        let url = Url::parse(&absolute).map_err(|error| bad(&error.to_string()))?;
        Ok(Self { method, url, headers, body: Bytes::copy_from_slice(message.body.as_bytes()) })
    }
}

/// A message taken apart, its headers still text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Parts<'t> {
    pub(crate) first: &'t str,
    /// Name, value, and the line of each.
    pub(crate) headers: Vec<(&'t str, &'t str, u32)>,
    /// A line `...` stands among the headers.
    pub(crate) more_headers: bool,
    pub(crate) body: &'t str,
}

impl<'t> Parts<'t> {
    pub(crate) fn of(fence: &'t Fence) -> Result<Self, Malformed> {
        let content = fence.content();
        let (head, body) = split_body(content);
        let mut lines = head.lines();
        let first = lines.next().unwrap_or_default().trim();
        let mut parts = Self { first, headers: Vec::new(), more_headers: false, body };
        for (line, number) in lines.zip(fence.line + 2..) {
            if line.trim() == ELLIPSIS {
                parts.more_headers = true;
                continue;
            }
            let (name, value) = line
                .split_once(':')
                .ok_or_else(|| Malformed::new(number, format!("`{line}` is no header: expected `Name: value`")))?;
            parts.headers.push((name.trim(), value.trim(), number));
        }
        Ok(parts)
    }

    fn header_map(&self) -> Result<HeaderMap, Malformed> {
        let mut map = HeaderMap::new();
        for (name, value, line) in &self.headers {
            let bad = || Malformed::new(*line, format!("`{name}: {value}` is no valid header"));
            let name: HeaderName = name.parse().map_err(|_| bad())?;
            map.append(name, HeaderValue::from_str(value).map_err(|_| bad())?);
        }
        Ok(map)
    }
}

fn split_body(content: &str) -> (&str, &str) {
    if let Some((head, body)) = content.split_once("\n\n") {
        return (head, body);
    }
    content.split_once("\r\n\r\n").unwrap_or((content, ""))
}

/// `Content-Type` for `content-type`.
pub(crate) fn header_name(name: &str) -> String {
    let mut start = true;
    name.chars()
        .map(|c| {
            let c = if start { c.to_ascii_uppercase() } else { c.to_ascii_lowercase() };
            start = c == '-';
            c
        })
        .collect()
}

/// The headers as lines, ordered by name; values of one name keep their order.
pub(crate) fn header_lines(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = headers
        .iter()
        .map(|(name, value)| (header_name(name.as_str()), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    lines.sort_by(|a, b| a.0.cmp(&b.0));
    lines
}

/// `HTTP/1.1 404 Not Found`.
pub(crate) fn status_line(status: u16, reason: Option<&str>) -> String {
    let standard = || StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    match reason.or_else(standard).filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("HTTP/1.1 {status} {reason}"),
        None => format!("HTTP/1.1 {status}"),
    }
}

#[cfg(test)]
pub(crate) fn fence(content: &str) -> Fence {
    Fence { info: String::new(), line: 10, range: 0..0, text: format!("{content}\n") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_has_a_url_headers_and_a_body() {
        let request = RequestText::parse(&fence("POST /a?b=c HTTP/1.1\nX-A: 1\nX-A: 2\n\nline\n\nline")).unwrap();
        assert_eq!(request.method, Method::POST);
        assert_eq!(request.url.to_string(), "https://gateway.example/a?b=c");
        assert_eq!(request.headers.get_all("x-a").iter().count(), 2);
        assert_eq!(request.body, "line\n\nline");
        let other = RequestText::parse(&fence("GET http://h:8080/x")).unwrap();
        assert_eq!(other.url.to_string(), "http://h:8080/x");
        assert_eq!(
            RequestText::parse(&fence("GET /\nHost: api.example")).unwrap().url.to_string(),
            "https://api.example/"
        );
    }

    #[test]
    fn malformed_messages_name_their_line() {
        assert_eq!(RequestText::parse(&fence("GET")).unwrap_err().line, 11);
        assert_eq!(RequestText::parse(&fence("GET /\nA: b\nno header")).unwrap_err().line, 13);
        assert_eq!(RequestText::parse(&fence("GET /\na b: c")).unwrap_err().line, 12);
    }

    #[test]
    fn canonical_spelling() {
        assert_eq!(header_name("x-correlation-ID"), "X-Correlation-Id");
        assert_eq!(status_line(404, None), "HTTP/1.1 404 Not Found");
        assert_eq!(status_line(299, None), "HTTP/1.1 299");
        assert_eq!(status_line(200, Some("Fine")), "HTTP/1.1 200 Fine");
    }
}
