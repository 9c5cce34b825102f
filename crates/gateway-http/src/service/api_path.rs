//! Paths of APIs that no caller can mean, or only one who writes them in an unusual way. They are compared with the decoded
//! path of a request, in which no dot segment is left.

use policy_parser::diagnostic::quoted;

use super::problems::Problems;
use crate::data::Place;

/// What is odd about a path.
#[derive(Debug, PartialEq, Eq)]
enum Oddity {
    /// No request has it.
    Unreachable(&'static str),
    /// A request has it that is written accordingly.
    Unusual(&'static str),
}

/// Says what is odd about the path of an API.
pub(super) fn tell(path: &str, place: &Place, problems: &mut Problems) {
    let shown = quoted(path);
    match oddity(path) {
        Some(Oddity::Unreachable(why)) => {
            problems.error("TG8062", place, format!("no call can mean an API at {shown}: {why}"));
        }
        Some(Oddity::Unusual(why)) => {
            problems.warning("TG8062", place, format!("the API's path is {shown}: {why}"));
        }
        None => {}
    }
}

fn oddity(path: &str) -> Option<Oddity> {
    // As the paths of requests are read: parameters of a segment do not count.
    let is_dots = |segment: &str| matches!(segment.split(';').next(), Some("." | ".."));
    if path.split(['/', '\\']).any(is_dots) {
        return Some(Oddity::Unreachable("dot segments are resolved in the paths of requests"));
    }
    if path.chars().any(char::is_control) {
        return Some(Oddity::Unreachable("control characters are refused in the paths of requests"));
    }
    if path.contains("//") {
        return Some(Oddity::Unusual("callers have to write the empty segment as well"));
    }
    if path.contains(char::is_whitespace) {
        return Some(Oddity::Unusual("callers have to write its blanks as `%20`"));
    }
    if path.contains(['?', '#']) {
        return Some(Oddity::Unusual("no query and no fragment is part of a path; callers would have to encode them"));
    }
    if path.contains(['{', '}', '*']) {
        return Some(Oddity::Unusual("it has no parameters and no wildcards; the characters stand for themselves"));
    }
    let is_encoded = |(at, _): (usize, &str)| {
        let digits = path.get(at + 1..at + 3).unwrap_or_default();
        digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    };
    if path.match_indices('%').any(is_encoded) {
        return Some(Oddity::Unusual("it is compared with decoded paths, so it has to be written decoded"));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::routing::path::Path;

    /// What is said of a path is what becomes of requests with it.
    #[test]
    fn what_is_unreachable_is_what_no_request_has() {
        for path in ["..", "a/../b", "./a", "a/.", "a/..;v=1", "a\\..\\b", "a\u{0}b", "a\tb", "a\u{85}b"] {
            assert!(matches!(oddity(path), Some(Oddity::Unreachable(_))), "{path}");
            let encoded: String = path.bytes().map(|byte| format!("%{byte:02X}")).collect();
            for written in [format!("/{path}/x"), format!("/{encoded}/x"), format!("/{}/x", path.replace('.', "%2e"))] {
                let mut scratch = String::new();
                let read = Path::new(&written, &mut scratch).map(|read| read.decoded().to_owned());
                assert_ne!(read.ok(), Some(format!("/{path}/x")), "{written}");
            }
        }
        for path in ["a b", " a", "a//b", "a?b", "a#b", "a{b}", "a/*", "a%20b"] {
            assert!(matches!(oddity(path), Some(Oddity::Unusual(_))), "{path}");
        }
        for path in ["", "a", "a/b.c/v1", "...", "a;b", "100%", "a%zz", "\u{e9}", ".well-known", "a..b", "~a_b-c"] {
            assert_eq!(oddity(path), None, "{path}");
        }
    }
}
