//! URLs: taken apart strictly, put together so that they go on the wire as they are.
//!
//! What a policy computes may hold anything a caller sent. So nothing that could end a request line or name another
//! authority gets through: control characters, user information, unknown schemes and impossible hosts or ports are
//! refused; blanks and text beyond ASCII in path and query are percent-encoded, as .NET's `Uri` does.

use std::fmt;

use super::Url;

/// Why a text is no URL of a backend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// Neither `http`, `https`, `ws` nor `wss`.
    #[error("Invalid URI: The scheme is not http or https.")]
    Scheme,
    /// A control character.
    #[error("Invalid URI: It contains a control character.")]
    Control,
    /// No host, or one with impossible characters.
    #[error("Invalid URI: The hostname could not be parsed.")]
    Host,
    /// `user@`.
    #[error("Invalid URI: It contains user information.")]
    UserInfo,
    /// Not a number from 1 to 65535.
    #[error("Invalid URI: Invalid port specified.")]
    Port,
}

impl Url {
    /// Takes an absolute URL apart. A fragment is dropped.
    ///
    /// # Errors
    /// When it could not be the URL of a backend.
    pub fn parse(text: &str) -> Result<Self, InvalidUrl> {
        let text = text.trim_matches(' ');
        if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
            return Err(InvalidUrl::Control);
        }
        let (scheme, rest) = text.split_once("://").ok_or(InvalidUrl::Scheme)?;
        let scheme = scheme.to_ascii_lowercase();
        if !matches!(scheme.as_str(), "http" | "https" | "ws" | "wss") {
            return Err(InvalidUrl::Scheme);
        }
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
        let (host, port) = authority_parts(authority)?;
        let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut url = Self { scheme, host, port, path: encode(path, PATH), query: encode(query, QUERY) };
        if !url.path.starts_with('/') {
            url.path.insert(0, '/');
        }
        Ok(url)
    }

    /// The port of the scheme when none is given.
    #[must_use]
    pub fn effective_port(&self) -> u16 {
        match (self.port, self.scheme.as_str()) {
            (0, "https" | "wss") => 443,
            (0, _) => 80,
            (port, _) => port,
        }
    }
}

impl fmt::Display for Url {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme, self.host)?;
        let default = Self { port: 0, scheme: self.scheme.clone(), ..Self::default() }.effective_port();
        if self.port != 0 && self.port != default {
            write!(f, ":{}", self.port)?;
        }
        f.write_str(&self.path)?;
        if !self.query.is_empty() {
            write!(f, "?{}", self.query)?;
        }
        Ok(())
    }
}

fn authority_parts(authority: &str) -> Result<(String, u16), InvalidUrl> {
    if authority.contains('@') {
        return Err(InvalidUrl::UserInfo);
    }
    let (host, port) = if let Some(rest) = authority.strip_prefix('[') {
        let (address, after) = rest.split_once(']').ok_or(InvalidUrl::Host)?;
        address.parse::<std::net::Ipv6Addr>().map_err(|_| InvalidUrl::Host)?;
        let port = match after.strip_prefix(':') {
            Some(port) => Some(port),
            None if after.is_empty() => None,
            None => return Err(InvalidUrl::Host),
        };
        (format!("[{}]", address.to_ascii_lowercase()), port)
    } else {
        let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
        let known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
        if host.is_empty() || !host.bytes().all(known) {
            return Err(InvalidUrl::Host);
        }
        (host.to_ascii_lowercase(), port)
    };
    let port = match port {
        None | Some("") => 0,
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            port.parse().ok().filter(|port| *port != 0).ok_or(InvalidUrl::Port)?
        }
        Some(_) => return Err(InvalidUrl::Port),
    };
    Ok((host, port))
}

/// What may stand in a path beside letters and digits.
pub(crate) const PATH: &Kept = &Kept::new(b"-._~!$&'()*+,;=:@/%");
/// What may stand in a query beside letters and digits.
pub(crate) const QUERY: &Kept = &Kept::new(b"-._~!$&'()*+,;=:@/?%[]|{}");
/// What `Uri.EscapeDataString` leaves alone beside letters and digits.
pub(crate) const COMPONENT: &Kept = &Kept::new(b"-._~");

/// The bytes that are not encoded: letters, digits and some others.
pub(crate) struct Kept([bool; 256]);

impl Kept {
    pub(crate) const fn new(beside: &[u8]) -> Self {
        let mut kept = [false; 256];
        let mut byte = 0;
        while byte < 128 {
            kept[byte] = (byte as u8).is_ascii_alphanumeric();
            byte += 1;
        }
        let mut at = 0;
        while at < beside.len() {
            kept[beside[at] as usize] = true;
            at += 1;
        }
        Self(kept)
    }

    fn keeps(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte)).is_some_and(|kept| *kept)
    }
}

/// Percent-encodes every byte that is not kept. A `%` that is kept but begins no escape is encoded all the same.
#[must_use]
pub(crate) fn encode(text: &str, kept: &Kept) -> String {
    let mut out = Vec::with_capacity(text.len());
    encode_into(&mut out, text.as_bytes(), kept);
    // What is encoded is ASCII.
    String::from_utf8(out).unwrap_or_default()
}

/// As [`encode`], to the end of other bytes.
pub(crate) fn encode_into(out: &mut Vec<u8>, bytes: &[u8], kept: &Kept) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    // As it is, as nearly all texts are: byte by byte costs 40 instructions a byte.
    if bytes.iter().all(|byte| kept.keeps(*byte) && *byte != b'%') {
        out.extend_from_slice(bytes);
        return;
    }
    for (at, byte) in bytes.iter().copied().enumerate() {
        if kept.keeps(byte) && (byte != b'%' || is_escape(bytes, at)) {
            out.push(byte);
        } else {
            let digit = |digit: u8| HEX.get(usize::from(digit)).copied().unwrap_or(b'0');
            out.extend([b'%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
}

fn is_escape(bytes: &[u8], at: usize) -> bool {
    matches!(bytes.get(at + 1..at + 3), Some([a, b]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit())
}

/// Decodes percent-escapes and `+`; what is not UTF-8 becomes U+FFFD.
#[must_use]
pub(crate) fn decode_query(text: &str) -> std::borrow::Cow<'_, str> {
    if !text.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return text.into();
    }
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at).copied() {
        let escape = text.get(at + 1..at + 3).filter(|_| byte == b'%' && is_escape(bytes, at));
        match escape.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(decoded) => {
                out.push(decoded);
                at += 3;
            }
            None => {
                out.push(if byte == b'+' { b' ' } else { byte });
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned().into()
}

/// The parameters of a query, each as it is written.
pub(crate) fn parameters(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter(|parameter| !parameter.is_empty())
}

/// The decoded name of a parameter.
pub(crate) fn name_of(parameter: &str) -> std::borrow::Cow<'_, str> {
    decode_query(parameter.split_once('=').map_or(parameter, |(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str) -> String {
        match Url::parse(text) {
            Ok(url) => format!("{}|{}|{}|{}|{}", url.scheme, url.host, url.port, url.path, url.query),
            Err(error) => format!("{error:?}"),
        }
    }

    #[test]
    fn parts() {
        assert_eq!(check("https://API.example:8443/a/b?x=1#f"), "https|api.example|8443|/a/b|x=1");
        assert_eq!(check("http://h"), "http|h|0|/|");
        assert_eq!(check("http://h?q"), "http|h|0|/|q");
        assert_eq!(check("http://[::1]:80/x"), "http|[::1]|80|/x|");
        assert_eq!(check("https://h/a b?$filter=n eq 'ü'"), "https|h|0|/a%20b|$filter=n%20eq%20'%C3%BC'");
        assert_eq!(check("https://h/a%20b%zz"), "https|h|0|/a%20b%25zz|");
    }

    /// `threats.md` A22.
    #[test]
    fn hostile_urls_are_refused() {
        for (text, why) in [
            ("http://h/\r\nX: y", "Control"),
            ("http://a b/", "Host"),
            ("http://user@h/", "UserInfo"),
            ("file:///etc/passwd", "Scheme"),
            ("gopher://h/", "Scheme"),
            ("http:///path", "Host"),
            ("http://h:0/", "Port"),
            ("http://h:99999/", "Port"),
            ("http://h:8a/", "Port"),
            ("http://[::1/", "Host"),
            ("http://[::1]x/", "Host"),
            ("http://a\\@b/", "http|a|0|/%5C@b/|"),
            ("/relative", "Scheme"),
            ("", "Scheme"),
        ] {
            let found = check(text);
            assert_eq!(found, why, "{text}");
        }
    }

    #[test]
    fn display_puts_it_together() {
        let shown = |text: &str| Url::parse(text).map(|url| url.to_string()).unwrap_or_default();
        assert_eq!(shown("https://h:443/a?b=c"), "https://h/a?b=c");
        assert_eq!(shown("http://h:81"), "http://h:81/");
    }

    #[test]
    fn queries_are_decoded() {
        assert_eq!(decode_query("a%20b+c%"), "a b c%");
        assert_eq!(decode_query("plain"), "plain");
    }
}
