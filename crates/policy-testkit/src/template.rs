//! The operation's URL template against the request: which parameters it matches.

use std::sync::Arc;

/// What a template found in a request.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Matched {
    /// Names and percent-decoded values.
    pub(crate) parameters: Vec<(Arc<str>, String)>,
    /// Names of query parameters that the template consumes, lower case.
    pub(crate) query_names: Vec<Arc<str>>,
}

/// Matches `/orders/{id}/*?expand={e}`; `None` when the request does not fit.
pub(crate) fn matched(template: &str, path: &str, query: &str) -> Option<Matched> {
    let (template_path, template_query) = template.split_once('?').unwrap_or((template, ""));
    let mut matched = Matched::default();
    let mut segments = path.trim_matches('/').split('/').filter(|segment| !segment.is_empty());
    let mut wild = false;
    for expected in template_path.trim_matches('/').split('/').filter(|segment| !segment.is_empty()) {
        match parameter(expected) {
            None if expected == "*" => wild = true,
            None => (segments.next()?.eq_ignore_ascii_case(expected)).then_some(())?,
            Some(name) if name.starts_with('*') => {
                wild = true;
                let rest: Vec<&str> = segments.by_ref().collect();
                matched.parameters.push((name.trim_start_matches('*').into(), decoded(&rest.join("/"))));
            }
            Some(name) => matched.parameters.push((name.into(), decoded(segments.next()?))),
        }
    }
    if !wild && segments.next().is_some() {
        return None;
    }
    for (name, expected) in pairs(template_query) {
        let (_, value) = pairs(query).find(|(given, _)| given.eq_ignore_ascii_case(name))?;
        match parameter(expected) {
            Some(parameter) => matched.parameters.push((parameter.into(), decoded(&value.replace('+', " ")))),
            None => (value == expected).then_some(())?,
        }
        matched.query_names.push(name.to_ascii_lowercase().into());
    }
    Some(matched)
}

fn parameter(text: &str) -> Option<&str> {
    text.strip_prefix('{')?.strip_suffix('}')
}

fn pairs(query: &str) -> impl Iterator<Item = (&str, &str)> {
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        match after.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(b'%');
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(template: &str, path: &str, query: &str) -> Option<Vec<(String, String)>> {
        let matched = matched(template, path, query)?;
        Some(matched.parameters.into_iter().map(|(name, value)| (name.to_string(), value)).collect())
    }

    #[test]
    fn parameters_of_path_and_query() {
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            check("/orders/{id}?x={y}", "/Orders/a%20b", "z=1&X=2"),
            Some(vec![pair("id", "a b"), pair("y", "2")])
        );
        assert_eq!(check("/{*rest}", "/a/b", ""), Some(vec![pair("rest", "a/b")]));
        assert_eq!(check("/*", "/a/b", ""), Some(vec![]));
        assert_eq!(check("/a", "/a/b", ""), None);
        assert_eq!(check("/a?b={c}", "/a", ""), None);
    }
}
