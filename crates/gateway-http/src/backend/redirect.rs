//! Following 3xx answers, where that was asked for.

use http::{HeaderMap, Method, StatusCode, header};
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

fn resolve(base: &Url, location: &str) -> Option<Url> {
    if location.contains("://") {
        return Url::parse(location).ok();
    }
    if let Some(rest) = location.strip_prefix("//") {
        return Url::parse(&format!("{}://{rest}", base.scheme)).ok();
    }
    let location = location.split('#').next().unwrap_or(location);
    let (path, query) = location.split_once('?').unwrap_or((location, ""));
    let mut url = base.clone();
    query.clone_into(&mut url.query);
    match path {
        "" => {}
        path if path.starts_with('/') => path.clone_into(&mut url.path),
        path => {
            let folder = url.path.rfind('/').map_or(0, |slash| slash + 1);
            url.path.truncate(folder);
            url.path.push_str(path);
        }
    }
    Some(url)
}

/// Removes what another origin must not see.
pub(crate) fn drop_credentials(headers: &mut HeaderMap) {
    for name in [header::AUTHORIZATION, header::COOKIE, header::PROXY_AUTHORIZATION, header::HOST] {
        headers.remove(name);
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
}
