//! The one normal form of a request's path: decoded once, dot segments resolved. Routing, policies, cache keys and the
//! URL towards the backend all see this form, so that no two of them can disagree.

use std::borrow::Cow;

/// A path in its normal form.
#[derive(Debug)]
pub(crate) struct Path<'a> {
    /// Decoded, without `;rev=`.
    decoded: Cow<'a, str>,
    /// The same as it goes on the wire.
    wire: Option<String>,
    /// `decoded` in lower case, for comparing literals.
    folded: &'a str,
    revision: Option<(String, usize)>,
}

/// A path that has no normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the path is not UTF-8 in percent-encoding, or has a control character")]
pub(crate) struct BadPath;

impl<'a> Path<'a> {
    /// The normal form of a path as the client sent it; `scratch` is memory for its lower-case copy.
    pub(crate) fn new(raw: &'a str, scratch: &'a mut String) -> Result<Self, BadPath> {
        let mut before = 0;
        let plain = !raw.bytes().any(|byte| {
            let dot_segment = byte == b'.' && before == b'/';
            before = byte;
            dot_segment || matches!(byte, b'%' | b';' | b'\\')
        });
        let (decoded, wire, revision) = if plain {
            (Cow::Borrowed(raw), None, None)
        } else {
            let mut decoded = remove_dot_segments(decode(raw)?);
            let revision = take_revision(&mut decoded);
            let wire = encode(&decoded);
            (Cow::Owned(decoded), Some(wire), revision)
        };
        scratch.clear();
        scratch.push_str(&decoded);
        scratch.make_ascii_lowercase();
        Ok(Self { decoded, wire, folded: scratch, revision })
    }

    /// As it goes on the wire, from `rest` (an offset of the decoded form) on.
    pub(crate) fn wire_from(&self, rest: usize) -> Cow<'_, str> {
        match &self.wire {
            None => Cow::Borrowed(self.decoded.get(rest..).unwrap_or_default()),
            Some(_) => Cow::Owned(encode(self.decoded.get(rest..).unwrap_or_default())),
        }
    }

    /// The whole path as it goes on the wire.
    pub(crate) fn wire(&self) -> &str {
        self.wire.as_deref().unwrap_or(&self.decoded)
    }

    /// A piece of the decoded form.
    pub(crate) fn text(&self, range: std::ops::Range<usize>) -> &str {
        self.decoded.get(range).unwrap_or_default()
    }

    pub(super) fn decoded(&self) -> &str {
        &self.decoded
    }

    /// The number behind `;rev=`, and where in the path it stood.
    pub(super) fn revision(&self) -> Option<(&str, usize)> {
        self.revision.as_ref().map(|(number, at)| (number.as_str(), *at))
    }

    /// The lower-case segment at `rest`, which is at a slash or at the end, with the offset behind it.
    pub(super) fn segment(&self, rest: usize) -> Option<(&str, usize)> {
        let behind = self.folded.get(rest..)?.strip_prefix('/')?;
        let length = memchr::memchr(b'/', behind.as_bytes()).unwrap_or(behind.len());
        Some((behind.get(..length)?, rest + 1 + length))
    }
}

fn decode(raw: &str) -> Result<String, BadPath> {
    let decoded = percent_decode(raw).ok_or(BadPath)?;
    if decoded.chars().any(char::is_control) { Err(BadPath) } else { Ok(decoded) }
}

/// Decodes `%XX`; `None` when that does not give UTF-8. A percent sign without two digits stands for itself.
pub(crate) fn percent_decode(raw: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        rest = behind;
        match (first, behind) {
            (b'%', [high, low, behind @ ..]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                bytes.push(hex(*high) << 4 | hex(*low));
                rest = behind;
            }
            _ => bytes.push(*first),
        }
    }
    String::from_utf8(bytes).ok()
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20).wrapping_sub(b'a').wrapping_add(10),
    }
}

/// RFC 3986 section 5.2.4: nothing climbs above the root.
fn remove_dot_segments(path: String) -> String {
    if !path.contains("/.") {
        return path;
    }
    let mut kept: Vec<&str> = Vec::new();
    let mut segments = path.split('/').skip(1).peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            "." | ".." => {
                if segment == ".." {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    format!("/{}", kept.join("/"))
}

/// Cuts `;rev=N` out of the segment it ends.
fn take_revision(path: &mut String) -> Option<(String, usize)> {
    let folded = path.to_ascii_lowercase();
    let start = folded.find(";rev=")?;
    let value = start + ";rev=".len();
    let end = folded.get(value..)?.find('/').map_or(folded.len(), |slash| value + slash);
    let number = folded.get(value..end)?.to_owned();
    // In front of a root API's operations it is a segment of its own.
    let from = if path.get(..start)?.ends_with('/') { start - 1 } else { start };
    path.replace_range(from..end, "");
    if path.is_empty() {
        path.push('/');
    }
    Some((number, from))
}

/// Encodes everything that must not stand in a path.
fn encode(path: &str) -> String {
    const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];
    let mut wire = String::with_capacity(path.len());
    for byte in path.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@/".contains(&byte) {
            wire.push(char::from(byte));
        } else {
            wire.push('%');
            wire.extend([byte >> 4, byte & 15].iter().filter_map(|digit| HEX.get(usize::from(*digit))));
        }
    }
    wire
}

/// Names and values of a query, as they are on the wire.
pub(crate) fn query_values(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap_or((part, "")))
}

/// A query value decoded: `+` is a blank.
pub(crate) fn decode_query(value: &str) -> String {
    if !value.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
        return value.to_owned();
    }
    let blanks = value.replace('+', " ");
    percent_decode(&blanks).unwrap_or(blanks)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(raw: &str, decoded: &str, wire: &str) {
        let mut scratch = String::new();
        let path = Path::new(raw, &mut scratch).expect("a path");
        assert_eq!((path.decoded(), path.wire()), (decoded, wire), "{raw}");
    }

    #[test]
    fn paths_are_decoded_once_and_climb_nowhere() {
        check("/a/b", "/a/b", "/a/b");
        check("/a%2Fb", "/a/b", "/a/b");
        check("/a%20b", "/a b", "/a%20b");
        check("/%C3%A9", "/é", "/%C3%A9");
        check("/a%252e", "/a%2e", "/a%252e");
        check("/api/../admin", "/admin", "/admin");
        check("/api/%2e%2E/admin", "/admin", "/admin");
        check("/api%2f..%2fadmin", "/admin", "/admin");
        check("/../../x", "/x", "/x");
        check("/a/./b/.", "/a/b/", "/a/b/");
        check("/a/..", "/", "/");
        check("/.well-known/x", "/.well-known/x", "/.well-known/x");
        check("/a%5c..%5cb", "/a\\..\\b", "/a%5C..%5Cb");
        check("/a%", "/a%", "/a%25");
        check("/a%zz", "/a%zz", "/a%25zz");
    }

    #[test]
    fn paths_without_a_normal_form_are_refused() {
        let mut scratch = String::new();
        for raw in ["/%00", "/%0a", "/%c0%af", "/%ff", "/%7f"] {
            assert_eq!(Path::new(raw, &mut scratch).map(|_| ()), Err(BadPath), "{raw}");
        }
    }

    #[test]
    fn a_revision_is_taken_out() {
        let mut scratch = String::new();
        let path = Path::new("/Shop;rev=2/x", &mut scratch).expect("a path");
        assert_eq!((path.decoded(), path.revision()), ("/Shop/x", Some(("2", 5))));
        let mut scratch = String::new();
        let path = Path::new("/;rev=3/x", &mut scratch).expect("a path");
        assert_eq!((path.decoded(), path.revision()), ("/x", Some(("3", 0))));
    }
}
