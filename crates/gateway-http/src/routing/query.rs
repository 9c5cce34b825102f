//! Queries as routing sees them. Names and values are compared decoded and without regard to ASCII case, and nothing is
//! copied for it. Of several parameters of one name the first counts, everywhere.

use std::hash::Hasher;

use rustc_hash::FxHasher;

/// Names and values, as they are on the wire.
pub(crate) fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|part| !part.is_empty()).map(|part| part.split_once('=').unwrap_or((part, "")))
}

/// The value of the first parameter of that name, as it is on the wire.
pub(crate) fn first<'q>(query: &'q str, name: &str) -> Option<&'q str> {
    pairs(query).find(|(found, _)| is(found, name)).map(|(_, value)| value)
}

/// Is this, decoded, that text?
pub(crate) fn is(raw: &str, text: &str) -> bool {
    folded(raw).eq(text.bytes().map(|byte| byte.to_ascii_lowercase()))
}

/// Decoded: `+` is a blank, and what is not UTF-8 becomes U+FFFD, as for policies.
pub(crate) fn decode(raw: &str) -> String {
    let decoded = Decoded { rest: raw.as_bytes(), coding: Coding::Query }.collect();
    String::from_utf8(decoded).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// The bytes decoded and in lower case.
pub(super) fn folded(raw: &str) -> impl Iterator<Item = u8> {
    Decoded { rest: raw.as_bytes(), coding: Coding::Query }.map(|byte| byte.to_ascii_lowercase())
}

/// A key for a table whose entries are compared as well.
pub(super) fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    let mut hasher = FxHasher::default();
    bytes.for_each(|byte| hasher.write_u8(byte));
    hasher.finish()
}

/// How a text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    /// As it is.
    Plain,
    /// With `%XX`.
    Path,
    /// With `%XX`, and `+` for a blank.
    Query,
}

/// Encodes what is neither a letter nor a digit nor `kept`.
pub(crate) fn encode(text: &str, kept: &[u8]) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || kept.contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// Decodes byte by byte. A percent sign without two digits stands for itself.
pub(super) struct Decoded<'a> {
    pub(super) rest: &'a [u8],
    pub(super) coding: Coding,
}

impl Iterator for Decoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (first, behind) = self.rest.split_first()?;
        self.rest = behind;
        match (first, behind) {
            (b'%', [high, low, behind @ ..])
                if self.coding != Coding::Plain && high.is_ascii_hexdigit() && low.is_ascii_hexdigit() =>
            {
                self.rest = behind;
                Some(hex(*high) << 4 | hex(*low))
            }
            (b'+', _) if self.coding == Coding::Query => Some(b' '),
            _ => Some(*first),
        }
    }
}

fn hex(digit: u8) -> u8 {
    match digit {
        b'0'..=b'9' => digit - b'0',
        _ => (digit | 0x20).wrapping_sub(b'a').wrapping_add(10),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_values_are_compared_decoded() {
        assert_eq!(first("a=1&%42=2&b=3", "b"), Some("2"));
        assert_eq!(first("a&b", "A"), Some(""));
        assert_eq!(first("ab=1", "a"), None);
        assert!(is("%41+b", "a B") && !is("%2541", "a") && !is("a", "ab") && !is("ab", "a"));
        assert_eq!(decode("a%20b+c%"), "a b c%");
        assert_eq!(decode("%ff"), "\u{fffd}");
    }
}
