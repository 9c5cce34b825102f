//! Following 3xx answers, where that was asked for.

use http::{HeaderMap, HeaderName, Method, StatusCode, header};
use policy_vm::exchange::Url;

/// More hops than this is a loop.
pub(crate) const MAX_REDIRECTS: usize = 10;

/// What the next request is, given the answer to this one.
#[derive(Debug)]
pub(crate) struct Next {
    pub(crate) url: Url,
    pub(crate) method: Method,
    /// The body goes along.
    pub(crate) keeps_body: bool,
    /// Another origin: credentials stay behind.
    pub(crate) crosses: bool,
}

/// Where a 3xx answer leads; `None` for all others, and for what a gateway does not follow.
pub(crate) fn next(url: &Url, method: &Method, status: StatusCode, headers: &HeaderMap) -> Option<Next> {
    let keeps_body = match status.as_u16() {
        301 | 302 => method != Method::POST,
        303 => false,
        307 | 308 => true,
        _ => return None,
    };
    let location = headers.get(header::LOCATION)?.to_str().ok()?;
    let target = resolve(url, location)?;
    // Nothing leads from a protected connection to an open one.
    if !matches!(target.scheme.as_str(), "http" | "https") || (url.scheme == "https" && target.scheme == "http") {
        return None;
    }
    let crosses = (&target.scheme, &target.host, target.port) != (&url.scheme, &url.host, url.port);
    let method = if keeps_body || *method == Method::HEAD { method.clone() } else { Method::GET };
    Some(Next { url: target, method, keeps_body, crosses })
}

/// The URL that a reference stands for (RFC 3986 5.2).
fn resolve(base: &Url, reference: &str) -> Option<Url> {
    let reference = reference.split('#').next().unwrap_or(reference);
    let mut url = if has_scheme(reference) {
        Url::parse(reference).ok()?
    } else if reference.starts_with("//") {
        Url::parse(&format!("{}:{reference}", base.scheme)).ok()?
    } else {
        let (path, query) = reference.split_once('?').map_or((reference, None), |(path, query)| (path, Some(query)));
        let mut url = base.clone();
        // Without a path of its own it is about the same one, and without a query too about the very same.
        if !path.is_empty() || query.is_some() {
            query.unwrap_or_default().clone_into(&mut url.query);
        }
        if !path.is_empty() {
            let folder = url.path.rfind('/').map_or(0, |slash| slash + 1);
            url.path.truncate(if path.starts_with('/') { 0 } else { folder });
            url.path.push_str(path);
        }
        url
    };
    url.path = without_dots(&url.path);
    Some(url)
}

/// Does it begin with a scheme? `:` may also stand further behind, in a path or a query.
fn has_scheme(reference: &str) -> bool {
    let Some((scheme, _)) = reference.split_once(':') else { return false };
    scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
}

/// Goes the way that `.` and `..` describe (RFC 3986 5.2.4).
fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments = path.strip_prefix('/').unwrap_or(path).split('/');
    for segment in segments {
        match segment {
            "." => {}
            ".." => _ = kept.pop(),
            _ => kept.push(segment),
        }
    }
    if path.ends_with("/.") || path.ends_with("/..") {
        kept.push("");
    }
    format!("/{}", kept.join("/"))
}

/// The header that carries the caller's key to APIs that name no other.
const KEY: HeaderName = HeaderName::from_static("ocp-apim-subscription-key");

/// Removes what another origin must not see: the caller's key to the API too, which is in that header.
pub(crate) fn drop_credentials(headers: &mut HeaderMap, key: Option<&str>) {
    for name in [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION, header::HOST, KEY] {
        headers.remove(name);
    }
    if let Some(key) = key {
        headers.remove(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(status: u16, method: Method, location: &str, expected: Option<(&str, Method, bool)>) {
        let url = Url::parse("https://a/x/y?q").unwrap();
        let mut headers = HeaderMap::new();
        headers.insert(header::LOCATION, location.parse().unwrap());
        let found = next(&url, &method, StatusCode::from_u16(status).unwrap(), &headers).map(|next| {
            let query = if next.url.query.is_empty() { String::new() } else { format!("?{}", next.url.query) };
            (format!("{}://{}{}{query}", next.url.scheme, next.url.host, next.url.path), next.method, next.crosses)
        });
        assert_eq!(found, expected.map(|(url, method, crosses)| (url.to_owned(), method, crosses)));
    }

    #[test]
    fn answers_lead_where_they_may() {
        check(302, Method::POST, "/b?c", Some(("https://a/b?c", Method::GET, false)));
        check(307, Method::POST, "z", Some(("https://a/x/z", Method::POST, false)));
        check(303, Method::HEAD, "https://b/", Some(("https://b/", Method::HEAD, true)));
        check(301, Method::GET, "//b/c", Some(("https://b/c", Method::GET, true)));
        check(301, Method::GET, "http://a/", None);
        check(301, Method::GET, "file:///etc/passwd", None);
        check(304, Method::GET, "/b", None);
    }

    /// The examples of RFC 3986 5.4 that lead to HTTP, on a base with a path and a query.
    #[test]
    fn relative_references() {
        let base = Url::parse("http://a/b/c/d;p?q").unwrap();
        for (reference, expected) in [
            ("g", "http://a/b/c/g"),
            ("./g", "http://a/b/c/g"),
            ("g/", "http://a/b/c/g/"),
            ("/g", "http://a/g"),
            ("//g", "http://g/"),
            ("?y", "http://a/b/c/d;p?y"),
            ("g?y", "http://a/b/c/g?y"),
            ("#s", "http://a/b/c/d;p?q"),
            ("g?y#s", "http://a/b/c/g?y"),
            (";x", "http://a/b/c/;x"),
            ("", "http://a/b/c/d;p?q"),
            (".", "http://a/b/c/"),
            ("..", "http://a/b/"),
            ("../g", "http://a/b/g"),
            ("../..", "http://a/"),
            ("../../../g", "http://a/g"),
            ("/./g", "http://a/g"),
            ("/../g", "http://a/g"),
            ("g.", "http://a/b/c/g."),
            ("..g", "http://a/b/c/..g"),
            ("./g/.", "http://a/b/c/g/"),
            ("g/../h", "http://a/b/c/h"),
            ("g?y/../x", "http://a/b/c/g?y/../x"),
            ("/login?return=https://x/", "http://a/login?return=https://x/"),
            ("login?return=https://x/", "http://a/b/c/login?return=https://x/"),
            ("https://h/x/../y", "https://h/y"),
        ] {
            assert_eq!(resolve(&base, reference).map(|url| url.to_string()).as_deref(), Some(expected), "{reference}");
        }
        assert_eq!(resolve(&base, "g:h").map(|url| url.to_string()), None);
    }
}
