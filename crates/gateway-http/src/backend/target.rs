//! Where a request goes.

use std::rc::Rc;

use bytes::Bytes;
use http::Uri;
use http::uri::PathAndQuery;
use policy_vm::exchange::Url;

use crate::backend::error::CallError;
use crate::backend::pool::{Origin, Pool, Way};

/// An origin and what is asked of it.
#[derive(Debug)]
pub(crate) struct Target {
    pub(crate) origin: Rc<Origin>,
    pub(crate) uri: Uri,
}

/// Takes a URL apart for calling it in the usual way. Only `http` and `https` reach a connection, and the
/// schemes of WebSocket, which begins as HTTP.
pub(crate) fn target(pool: &Pool, url: &Url) -> Result<Target, CallError> {
    target_by(pool, url, Way::default())
}

/// Takes a URL apart for calling it in some way.
pub(crate) fn target_by(pool: &Pool, url: &Url, way: Way<'_>) -> Result<Target, CallError> {
    let tls = match url.scheme.as_str() {
        "http" | "ws" => false,
        "https" | "wss" => true,
        other => return Err(CallError::Url(format!("scheme `{other}`"))),
    };
    let port = match url.port {
        0 if tls => 443,
        0 => 80,
        port => port,
    };
    let bad_host = || CallError::Url(format!("host `{}`", url.host.escape_debug()));
    let origin = pool.origin(tls, &url.host, port, way).ok_or_else(bad_host)?;
    Ok(Target { origin, uri: path_and_query(url)? })
}

fn path_and_query(url: &Url) -> Result<Uri, CallError> {
    let mut text = String::with_capacity(url.path.len() + url.query.len() + 2);
    if !url.path.starts_with('/') {
        text.push('/');
    }
    text.push_str(&url.path);
    if !url.query.is_empty() {
        text.push('?');
        text.push_str(&url.query);
    }
    // Of ASCII, the library refuses what must not stand there.
    if !text.is_ascii() {
        return Err(CallError::Url(format!("path `{}`", text.escape_debug())));
    }
    PathAndQuery::from_maybe_shared(Bytes::from(text))
        .map(Uri::from)
        .map_err(|error| CallError::Url(format!("path: {error}")))
}

/// `base` with `rest` behind its path: exactly one slash between them.
pub(crate) fn join_path(base: &str, rest: &str, into: &mut String) {
    into.clear();
    let base = base.trim_end_matches('/');
    into.push_str(base);
    if !rest.starts_with('/') && (!rest.is_empty() || base.is_empty()) {
        into.push('/');
    }
    into.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_join_with_one_slash() {
        for (base, rest, expected) in
            [("/", "/a", "/a"), ("/b/", "/a", "/b/a"), ("/b", "a", "/b/a"), ("/b", "", "/b"), ("", "", "/")]
        {
            let mut text = String::new();
            join_path(base, rest, &mut text);
            assert_eq!(text, expected, "{base} {rest}");
        }
    }

    #[test]
    fn only_what_a_request_line_takes_goes_into_it() {
        let sent = |path: &str, query: &str| {
            let url = Url { path: path.to_owned(), query: query.to_owned(), ..Url::default() };
            path_and_query(&url).map(|uri| uri.to_string())
        };
        assert_eq!(sent("a/%20~", "b=c").ok().as_deref(), Some("/a/%20~?b=c"));
        for byte in (0..=0x20).chain(0x7f..=0xff) {
            let text = char::from(byte).to_string();
            assert!(sent(&text, "").is_err() && sent("/", &text).is_err(), "{byte:#x}");
        }
    }
}
