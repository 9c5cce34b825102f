//! The one normal form of a request's path: decoded once, dot segments resolved. Routing, policies, cache keys and the
//! URL towards the backend all see this form, so that no two of them can disagree.

use std::borrow::Cow;

use super::query::{Coding, Decoded};

/// A path in its normal form.
#[derive(Debug)]
pub(crate) struct Path<'a> {
    decoded: Cow<'a, str>,
    /// `decoded` in lower case, for comparing literals.
    folded: &'a str,
    /// It goes on the wire as it is.
    is_plain: bool,
}

/// A path that has no normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the path is not UTF-8 in percent-encoding, has a control character, or others could read it as another path")]
pub(crate) struct BadPath;

impl<'a> Path<'a> {
    /// The normal form of a path as the client sent it; `scratch` is memory for its lower-case copy.
    pub(crate) fn new(raw: &'a str, scratch: &'a mut String) -> Result<Self, BadPath> {
        let mut before = 0;
        let is_plain = raw.bytes().all(|byte| {
            let dot_segment = byte == b'.' && before == b'/';
            before = byte;
            !dot_segment && is_kept(byte)
        });
        let decoded = if is_plain { Cow::Borrowed(raw) } else { Cow::Owned(remove_dot_segments(decode(raw)?)) };
        // `//host` is a path here and another host to whoever resolves it as a reference.
        if !decoded.starts_with('/') || decoded.starts_with("//") {
            return Err(BadPath);
        }
        scratch.clear();
        scratch.push_str(&decoded);
        scratch.make_ascii_lowercase();
        Ok(Self { decoded, folded: scratch, is_plain })
    }

    /// As it goes on the wire, from `rest` (an offset of the decoded form) on.
    pub(crate) fn wire_from(&self, rest: usize) -> Cow<'_, str> {
        let rest = self.decoded.get(rest..).unwrap_or_default();
        if self.is_plain { Cow::Borrowed(rest) } else { Cow::Owned(encode(rest)) }
    }

    /// A piece of the decoded form.
    pub(crate) fn text(&self, range: std::ops::Range<usize>) -> &str {
        self.decoded.get(range).unwrap_or_default()
    }

    /// All of the decoded form.
    pub(crate) fn decoded(&self) -> &str {
        &self.decoded
    }

    /// The lower-case segment at `rest`, which is at a slash or at the end, with the offset behind it.
    pub(super) fn segment(&self, rest: usize) -> Option<(&str, usize)> {
        let behind = self.folded.get(rest..)?.strip_prefix('/')?;
        let length = memchr::memchr(b'/', behind.as_bytes()).unwrap_or(behind.len());
        Some((behind.get(..length)?, rest + 1 + length))
    }
}

/// Decodes a path; `None` when that does not give UTF-8.
pub(super) fn percent_decode(raw: &str) -> Option<String> {
    String::from_utf8(Decoded { rest: raw.as_bytes(), coding: Coding::Path }.collect()).ok()
}

fn decode(raw: &str) -> Result<String, BadPath> {
    let decoded = percent_decode(raw).ok_or(BadPath)?;
    // To some backends a backslash is a slash: behind one, dots must not mean anything either.
    let climbs = decoded.contains('\\') && decoded.split(['/', '\\']).any(|part| part == "." || part == "..");
    if climbs || decoded.chars().any(char::is_control) { Err(BadPath) } else { Ok(decoded) }
}

/// RFC 3986 section 5.2.4: nothing climbs above the root.
fn remove_dot_segments(path: String) -> String {
    // Paths are short: setting up a search would cost more than looking.
    if !path.as_bytes().windows(2).any(|pair| pair == b"/.") {
        return path;
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        // Servers that know parameters of segments take them off before they look for dots.
        let name = segment.split(';').next().unwrap_or(segment);
        match name {
            "." | ".." => {
                if name == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            _ => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

/// What stands for itself in a path.
const fn is_kept(byte: u8) -> bool {
    // Written as ranges: a test of a bit for each byte, and every call looks at every byte of its path.
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'$' | b'&'..=b';' | b'!' | b'=' | b'@' | b'_' | b'~')
}

/// Encodes everything that must not stand in a path.
fn encode(path: &str) -> String {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let mut wire = String::with_capacity(path.len());
    for byte in path.bytes() {
        if is_kept(byte) {
            wire.push(char::from(byte));
        } else {
            wire.push('%');
            wire.extend([byte >> 4, byte & 15].iter().filter_map(|digit| HEX.get(usize::from(*digit))));
        }
    }
    wire
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, decoded: &str, wire: &str) {
        let mut scratch = String::new();
        let path = Path::new(raw, &mut scratch).expect("a path");
        assert_eq!((path.decoded(), &*path.wire_from(0)), (decoded, wire), "{raw}");
        // What goes out is read the same way by whoever comes next.
        let mut scratch = String::new();
        let again = Path::new(wire, &mut scratch).expect("a path");
        assert_eq!(again.decoded(), decoded, "{raw}, read again");
    }

    #[test]
    fn paths_are_decoded_once_and_climb_nowhere() {
        check("/a/b", "/a/b", "/a/b");
        check("/a%2Fb", "/a/b", "/a/b");
        check("/a%20b", "/a b", "/a%20b");
        check("/%C3%A9", "/é", "/%C3%A9");
        check("/é", "/é", "/%C3%A9");
        check("/a%252e", "/a%2e", "/a%252e");
        check("/%252e%252e/x", "/%2e%2e/x", "/%252e%252e/x");
        check("/a%252Fb", "/a%2Fb", "/a%252Fb");
        check("/api/../admin", "/admin", "/admin");
        check("/api/%2e%2E/admin", "/admin", "/admin");
        check("/api%2f..%2fadmin", "/admin", "/admin");
        check("/../../x", "/x", "/x");
        check("/a/./b/.", "/a/b/", "/a/b/");
        check("/a/..", "/", "/");
        check("/a/../", "/", "/");
        check("/a/..;x=1/b", "/b", "/b");
        check("/a/..;rev=2/b", "/b", "/b");
        check("/a/.;/b", "/a/b", "/a/b");
        check("/a/...", "/a/...", "/a/...");
        check("/.well-known/x", "/.well-known/x", "/.well-known/x");
        check("/a%5cb", "/a\\b", "/a%5Cb");
        check("/a\\b", "/a\\b", "/a%5Cb");
        check("/a{b}\"|^`<>[]", "/a{b}\"|^`<>[]", "/a%7Bb%7D%22%7C%5E%60%3C%3E%5B%5D");
        check("/a%3Fb%23c%3Bd", "/a?b#c;d", "/a%3Fb%23c;d");
        check("/a%", "/a%", "/a%25");
        check("/a%zz", "/a%zz", "/a%25zz");
        check("/a%2", "/a%2", "/a%252");
        check("/a//b/", "/a//b/", "/a//b/");
        check("/Shop;rev=2/x", "/Shop;rev=2/x", "/Shop;rev=2/x");
    }

    #[test]
    fn paths_without_a_normal_form_are_refused() {
        let mut scratch = String::new();
        for raw in [
            "/%00",
            "/%0a",
            "/%c0%af",
            "/%c0%ae%c0%ae/x",
            "/%e0%80%af",
            "/%ed%a0%80",
            "/%f5%80%80%80",
            "/%ff",
            "/%7f",
            "/%c2%85",
            "//evil",
            "/%2fevil",
            "/a/..//evil",
            "/./%2Fevil",
            "*",
            "",
            "x/y",
            "/a%5c..%5cb",
            "/..\\x",
            "/a/..%5c",
            "/%5c.%5cx",
        ] {
            assert_eq!(Path::new(raw, &mut scratch).map(|_| ()), Err(BadPath), "{raw}");
        }
    }
}
