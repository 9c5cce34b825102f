//! A request of HTTP/2 in the one form that calls have: a `Host`, a path, and nothing that another version could read in
//! another way. What h2 has checked already (pseudo headers, headers of the connection, upper case, lengths) is not
//! looked at again.

use http::header::{CONTENT_LENGTH, COOKIE, HOST};
use http::{HeaderMap, HeaderValue, Method, Request};

use crate::edge::framing::HeadLimits;
use crate::edge::framing::head::{is_authority, length_of};
use crate::edge::refusal::Refusal;

/// What h2's list of headers counts for each beside name and value.
const ENTRY: usize = 32;

/// Brings a request into its form; gives about how long its head was.
pub(super) fn normalise<B>(request: &mut Request<B>, limits: &HeadLimits) -> Result<u64, Refusal> {
    let length = target(request, limits)?;
    let authority = request.uri().authority().map(|authority| authority.as_str().to_owned());
    let headers = request.headers_mut();
    let block: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len() + ENTRY).sum();
    if block > limits.block {
        return Err(Refusal::HeadTooLarge);
    }
    // RFC 9113 8.2.1; the next hop would trim them, and the value be another one.
    let blank = |byte: Option<&u8>| byte.is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    if headers.values().any(|value| blank(value.as_bytes().first()) || blank(value.as_bytes().last())) {
        return Err(Refusal::BadHeaderLine);
    }
    host(headers, authority)?;
    if headers.len() > limits.headers {
        return Err(Refusal::TooManyHeaders);
    }
    body(headers, limits)?;
    crumbs(headers);
    Ok((length + block) as u64)
}

/// The target is a path, as everywhere.
fn target<B>(request: &Request<B>, limits: &HeadLimits) -> Result<usize, Refusal> {
    let target = request.uri().path_and_query().map_or("", |target| target.as_str());
    if target.len() > limits.target {
        return Err(Refusal::TargetTooLong);
    }
    let is_path = target.starts_with('/') && !target.starts_with("//");
    let is_server = target == "*" && request.method() == Method::OPTIONS;
    if !is_path && !is_server && request.method() != Method::CONNECT {
        return Err(Refusal::BadTarget);
    }
    if !target.bytes().all(|byte| matches!(byte, 0x21..=0x7e)) {
        return Err(Refusal::BadTarget);
    }
    Ok(target.len())
}

/// `:authority` is the host; a `Host` beside it must be the same.
fn host(headers: &mut HeaderMap, authority: Option<String>) -> Result<(), Refusal> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next();
    if hosts.next().is_some() {
        return Err(Refusal::SecondHost);
    }
    if host.is_some_and(|host| !is_authority(host.as_bytes())) {
        return Err(Refusal::BadHost);
    }
    match (authority, host) {
        (Some(authority), _) if !is_authority(authority.as_bytes()) => Err(Refusal::BadHost),
        (Some(authority), Some(host)) if !authority.as_bytes().eq_ignore_ascii_case(host.as_bytes()) => {
            Err(Refusal::HostDiffersFromTarget)
        }
        (Some(authority), None) => {
            headers.insert(HOST, HeaderValue::try_from(authority).map_err(|_| Refusal::BadHost)?);
            Ok(())
        }
        (None, None) => Err(Refusal::MissingHost),
        (_, Some(_)) => Ok(()),
    }
}

fn body(headers: &HeaderMap, limits: &HeadLimits) -> Result<(), Refusal> {
    let mut lengths = headers.get_all(CONTENT_LENGTH).iter();
    let Some(length) = lengths.next() else { return Ok(()) };
    if lengths.next().is_some() {
        return Err(Refusal::SecondContentLength);
    }
    if length_of(length.as_bytes())? > limits.body { Err(Refusal::BodyTooLarge) } else { Ok(()) }
}

/// HTTP/2 may send a cookie in pieces; elsewhere it is one line.
fn crumbs(headers: &mut HeaderMap) {
    let mut crumbs = headers.get_all(COOKIE).iter();
    if crumbs.nth(1).is_none() {
        return;
    }
    let whole: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if let Ok(whole) = HeaderValue::from_bytes(&whole.join(&b"; "[..])) {
        headers.insert(COOKIE, whole);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: HeadLimits = HeadLimits { target: 50, block: 1000, headers: 5, body: 100 };

    fn request(uri: &str, headers: &[(&'static str, &str)]) -> Request<()> {
        let mut request = Request::new(());
        *request.uri_mut() = uri.parse().unwrap();
        for (name, value) in headers {
            request.headers_mut().append(*name, HeaderValue::try_from(*value).unwrap());
        }
        request
    }

    #[track_caller]
    fn check(uri: &str, headers: &[(&'static str, &str)], expected: Result<&str, Refusal>) {
        let mut request = request(uri, headers);
        let found = normalise(&mut request, &LIMITS);
        let host = found.map(|_| request.headers()[HOST].to_str().unwrap().to_owned());
        assert_eq!(host, expected.map(str::to_owned), "{uri} {headers:?}");
    }

    #[test]
    fn the_authority_is_the_host() {
        check("https://h/a", &[], Ok("h"));
        check("https://h/a", &[("host", "H")], Ok("H"));
        check("/a", &[("host", "h:8080")], Ok("h:8080"));
        check("/a", &[], Err(Refusal::MissingHost));
        check("https://h/a", &[("host", "evil")], Err(Refusal::HostDiffersFromTarget));
        check("https://h/a", &[("host", "h"), ("host", "h")], Err(Refusal::SecondHost));
        check("https://u@h/a", &[], Err(Refusal::BadHost));
        check("/a", &[("host", "a/b")], Err(Refusal::BadHost));
    }

    #[test]
    fn a_target_is_a_path() {
        check("https://h//evil", &[], Err(Refusal::BadTarget));
        check(&format!("https://h/{}", "a".repeat(50)), &[], Err(Refusal::TargetTooLong));
        check("*", &[("host", "h")], Err(Refusal::BadTarget));
    }

    #[test]
    fn headers_have_limits_and_no_blanks_around_them() {
        check("https://h/", &[("x", "1"); 4], Ok("h"));
        check("https://h/", &[("x", "1"); 5], Err(Refusal::TooManyHeaders));
        check("https://h/", &[("x", &"y".repeat(1000))], Err(Refusal::HeadTooLarge));
        check("https://h/", &[("x", " y")], Err(Refusal::BadHeaderLine));
        check("https://h/", &[("x", "y\t")], Err(Refusal::BadHeaderLine));
        check("https://h/", &[("content-length", "100")], Ok("h"));
        check("https://h/", &[("content-length", "101")], Err(Refusal::BodyTooLarge));
        check("https://h/", &[("content-length", "5,5")], Err(Refusal::BadContentLength));
        check("https://h/", &[("content-length", "5"), ("content-length", "5")], Err(Refusal::SecondContentLength));
    }

    #[test]
    fn a_cookie_in_pieces_is_put_together() {
        let mut request = request("https://h/", &[("cookie", "a=1"), ("cookie", "b=2")]);
        normalise(&mut request, &LIMITS).unwrap();
        assert_eq!(request.headers().get_all(COOKIE).iter().collect::<Vec<_>>(), ["a=1; b=2"]);
    }
}
