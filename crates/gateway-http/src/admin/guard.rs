//! Who may ask: whoever has the token, if there is one, and nobody who was led here by a web page.
//!
//! A page can make a browser ask a listener of the machine that it runs on. It cannot choose the `Host` that the browser
//! sends, which is the name that the page's own address was given, nor leave out `Origin` where something changes.

use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, StatusCode, header};
use subtle::ConstantTimeEq;

/// What a request has to have.
#[derive(Debug)]
pub(crate) struct Guard {
    /// Whoever renews it may do so while the gateway serves.
    token: Mutex<Option<Token>>,
    hosts: Vec<String>,
}

struct Token(String);

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("…")
    }
}

impl Guard {
    pub(super) fn new(token: Option<String>, hosts: &[String]) -> Self {
        let hosts = hosts.iter().map(|host| host.to_ascii_lowercase()).collect();
        Self { token: Mutex::new(token.map(Token)), hosts }
    }

    /// Asks for another token from now on.
    pub(crate) fn ask_for(&self, token: Option<String>) {
        *self.token() = token.map(Token);
    }

    fn token(&self) -> MutexGuard<'_, Option<Token>> {
        self.token.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Why a request is refused.
    pub(super) fn check(&self, headers: &HeaderMap, needs_token: bool) -> Result<(), StatusCode> {
        let mut hosts = headers.get_all(header::HOST).iter();
        let host = hosts.next().and_then(|host| host.to_str().ok()).ok_or(StatusCode::BAD_REQUEST)?;
        if hosts.next().is_some() {
            return Err(StatusCode::BAD_REQUEST);
        }
        if !self.is_own(host) {
            return Err(StatusCode::MISDIRECTED_REQUEST);
        }
        if let Some(origin) = headers.get(header::ORIGIN)
            && origin.to_str().ok().and_then(|origin| origin.split_once("://")).is_none_or(|(_, from)| from != host)
        {
            return Err(StatusCode::FORBIDDEN);
        }
        match &*self.token() {
            Some(token) if needs_token && !token.is_shown_in(headers) => Err(StatusCode::UNAUTHORIZED),
            _ => Ok(()),
        }
    }

    /// An address is nobody's name: only names can be given to somebody else's address.
    fn is_own(&self, host: &str) -> bool {
        let name = match host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
            _ => host,
        };
        let name = name.trim_matches(['[', ']']).trim_end_matches('.').to_ascii_lowercase();
        name == "localhost" || name.parse::<IpAddr>().is_ok() || self.hosts.contains(&name)
    }
}

impl Token {
    fn is_shown_in(&self, headers: &HeaderMap) -> bool {
        let shown = headers.get(header::AUTHORIZATION).map(|value| value.as_bytes());
        let shown = shown.and_then(|value| value.split_at_checked("Bearer ".len()));
        shown.is_some_and(|(scheme, token)| {
            scheme.eq_ignore_ascii_case(b"Bearer ") && bool::from(token.ct_eq(self.0.as_bytes()))
        })
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[track_caller]
    fn check(guard: &Guard, headers: &[(&'static str, &'static str)], expected: Result<(), u16>) {
        let map: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .fold(HeaderMap::new(), |mut map, (name, value)| {
                map.append(name, value);
                map
            });
        assert_eq!(guard.check(&map, true).map_err(|status| status.as_u16()), expected, "{headers:?}");
    }

    #[test]
    fn names_of_somebody_else_are_refused() {
        let guard = Guard::new(None, &["Gateway.example".to_owned()]);
        for good in ["localhost:9090", "LOCALHOST", "127.0.0.1:9090", "[::1]:9090", "10.0.0.5", "gateway.example:1"] {
            check(&guard, &[("host", good)], Ok(()));
        }
        for bad in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:9090", "", "a:b"] {
            check(&guard, &[("host", bad)], Err(421));
        }
        check(&guard, &[], Err(400));
        check(&guard, &[("host", "localhost"), ("host", "localhost")], Err(400));
    }

    #[test]
    fn pages_of_somebody_else_are_refused() {
        let guard = Guard::new(None, &[]);
        check(&guard, &[("host", "localhost:1"), ("origin", "http://localhost:1")], Ok(()));
        for origin in ["http://evil.example", "null", "http://localhost:2", "http://localhost:1.evil.example"] {
            check(&guard, &[("host", "localhost:1"), ("origin", origin)], Err(403));
        }
    }

    #[test]
    fn a_token_is_shown_exactly() {
        let guard = Guard::new(Some("secret".to_owned()), &[]);
        check(&guard, &[("host", "localhost"), ("authorization", "Bearer secret")], Ok(()));
        check(&guard, &[("host", "localhost"), ("authorization", "bearer secret")], Ok(()));
        for shown in ["Bearer secre", "Bearer secret ", "Bearer", "Basic secret", "secret", "Bearer  secret"] {
            check(&guard, &[("host", "localhost"), ("authorization", shown)], Err(401));
        }
        check(&guard, &[("host", "localhost")], Err(401));
        assert!(!format!("{guard:?}").contains("secret"));
    }
}
