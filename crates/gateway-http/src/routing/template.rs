//! Operation templates: `/orders/{id}/items?state={state}`.

use super::path::percent_decode;
use super::query;

/// A template taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    pub(crate) segments: Vec<Segment>,
    /// The path goes on for any length; the name of the parameter that takes the rest.
    pub(crate) rest: Option<Option<String>>,
    pub(crate) query: Vec<QueryPart>,
}

/// One segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment {
    /// Lower case.
    Literal(String),
    Parameter(String),
    /// Literals and parameters in turn: `report-{year}.{format}`. Begins and ends with a literal, which may be empty.
    Pattern {
        literals: Vec<String>,
        names: Vec<String>,
    },
}

/// A query parameter that must be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct QueryPart {
    /// As written; compared without regard to case.
    pub(crate) name: String,
    pub(crate) value: QueryValue,
}

/// What its value must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QueryValue {
    /// Anything; the name of the parameter it is for.
    Parameter(String),
    Exactly(String),
}

/// A template that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TemplateError {
    #[error("URL template: `{{` without `}}`")]
    Open,
    #[error("URL template: `}}` without `{{`")]
    Close,
    #[error("URL template: two parameters without text between them")]
    Adjacent,
    #[error("URL template: `*` is only allowed at the end")]
    Wildcard,
    #[error("URL template: a parameter without name")]
    Nameless,
    #[error("URL template: parameter `{0}` twice")]
    Twice(String),
}

impl Template {
    /// Reads a template.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        let (path, query) = split_query(text);
        let mut template = Self { segments: Vec::new(), rest: None, query: Vec::new() };
        let mut segments = path.split('/').filter(|segment| !segment.is_empty()).peekable();
        while let Some(segment) = segments.next() {
            match rest_of(segment) {
                Some(_) if segments.peek().is_some() => return Err(TemplateError::Wildcard),
                Some(rest) => template.rest = Some(rest),
                None => template.segments.push(parse_segment(segment)?),
            }
        }
        for part in query.split('&').filter(|part| !part.is_empty()) {
            let (name, value) = part.split_once('=').unwrap_or((part, ""));
            let value = match value.strip_prefix('{') {
                Some(rest) => QueryValue::Parameter(rest.strip_suffix('}').ok_or(TemplateError::Open)?.to_owned()),
                None => QueryValue::Exactly(query::decode(value)),
            };
            template.query.push(QueryPart { name: query::decode(name), value });
        }
        template.check_names()?;
        Ok(template)
    }

    /// Does it ask for a dot segment, of which no request's path has any left?
    pub(crate) fn has_dot_segment(&self) -> bool {
        self.segments.iter().any(|segment| matches!(segment, Segment::Literal(text) if text == "." || text == ".."))
    }

    /// Equal for templates that the same requests match: names of parameters and the order of the query do not count.
    pub(crate) fn shape(&self) -> String {
        let mut shape = String::new();
        for segment in &self.segments {
            shape.push('/');
            match segment {
                Segment::Literal(text) => shape.push_str(text),
                Segment::Parameter(_) => shape.push_str("{}"),
                Segment::Pattern { literals, .. } => shape.push_str(&literals.join("{}")),
            }
        }
        if self.rest.is_some() {
            shape.push_str("/*");
        }
        let part = |part: &QueryPart| match &part.value {
            QueryValue::Parameter(_) => format!("?{}={{}}", part.name.to_ascii_lowercase()),
            QueryValue::Exactly(value) => format!("?{}={value}", part.name.to_ascii_lowercase()),
        };
        let mut query: Vec<String> = self.query.iter().map(part).collect();
        query.sort();
        shape.extend(query);
        shape
    }

    /// Names of the path parameters in the order they stand in, with that of the rest last.
    pub(crate) fn path_names(&self) -> impl Iterator<Item = &str> {
        let in_segments = self.segments.iter().flat_map(|segment| match segment {
            Segment::Literal(_) => Vec::new(),
            Segment::Parameter(name) => vec![name.as_str()],
            Segment::Pattern { names, .. } => names.iter().map(String::as_str).collect(),
        });
        in_segments.chain(self.rest.iter().flatten().map(String::as_str))
    }

    fn check_names(&self) -> Result<(), TemplateError> {
        let in_query = self.query.iter().filter_map(|part| match &part.value {
            QueryValue::Parameter(name) => Some(name.as_str()),
            QueryValue::Exactly(_) => None,
        });
        let mut seen = Vec::new();
        for name in self.path_names().chain(in_query) {
            if name.is_empty() {
                return Err(TemplateError::Nameless);
            }
            if seen.contains(&name) {
                return Err(TemplateError::Twice(name.to_owned()));
            }
            seen.push(name);
        }
        Ok(())
    }
}

/// The `?` outside braces.
fn split_query(text: &str) -> (&str, &str) {
    let mut depth = 0_u32;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '?' if depth == 0 => return (text.get(..at).unwrap_or(text), text.get(at + 1..).unwrap_or_default()),
            _ => {}
        }
    }
    (text, "")
}

/// `*` or `{*name}`.
fn rest_of(segment: &str) -> Option<Option<String>> {
    if segment == "*" {
        return Some(None);
    }
    segment.strip_prefix("{*")?.strip_suffix('}').map(|name| Some(name.to_owned()))
}

/// Text as it is compared: decoded like the paths of requests, and in lower case.
fn literal(text: &str) -> String {
    percent_decode(text).unwrap_or_else(|| text.to_owned()).to_ascii_lowercase()
}

fn parse_segment(text: &str) -> Result<Segment, TemplateError> {
    let mut literals = vec![String::new()];
    let mut names = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find('{') {
        let (before, behind) = rest.split_at(open);
        if before.contains('}') {
            return Err(TemplateError::Close);
        }
        if !names.is_empty() && before.is_empty() {
            return Err(TemplateError::Adjacent);
        }
        let close = behind.find('}').ok_or(TemplateError::Open)?;
        if let Some(last) = literals.last_mut() {
            *last = literal(before);
        }
        names.push(behind.get(1..close).unwrap_or_default().to_owned());
        literals.push(String::new());
        rest = behind.get(close + 1..).unwrap_or_default();
    }
    if rest.contains('}') {
        return Err(TemplateError::Close);
    }
    if rest.contains('*') && names.is_empty() && rest.len() > 1 {
        return Err(TemplateError::Wildcard);
    }
    let plain = literals.len() == 2 && literals.first().is_some_and(String::is_empty) && rest.is_empty();
    match (names.pop(), plain) {
        (None, _) => Ok(Segment::Literal(literal(rest))),
        (Some(name), true) => Ok(Segment::Parameter(name)),
        (Some(name), false) => {
            names.push(name);
            if let Some(last) = literals.last_mut() {
                *last = literal(rest);
            }
            Ok(Segment::Pattern { literals, names })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_taken_apart() {
        let template = Template::parse("/Orders/{id}/r-{y}.{f}/{*rest}?q={q}&a=b").unwrap();
        assert_eq!(template.segments.first(), Some(&Segment::Literal("orders".into())));
        assert_eq!(template.path_names().collect::<Vec<_>>(), ["id", "y", "f", "rest"]);
        assert_eq!(template.query.len(), 2);
        assert_eq!(Template::parse("/*").unwrap().rest, Some(None));
    }

    #[test]
    fn mistakes_are_named() {
        for (text, error) in [
            ("/{a", TemplateError::Open),
            ("/a}", TemplateError::Close),
            ("/{a}{b}", TemplateError::Adjacent),
            ("/*/a", TemplateError::Wildcard),
            ("/a*", TemplateError::Wildcard),
            ("/{}", TemplateError::Nameless),
            ("/{a}/{a}", TemplateError::Twice("a".into())),
            ("/{a}?b={a}", TemplateError::Twice("a".into())),
        ] {
            assert_eq!(Template::parse(text), Err(error), "{text}");
        }
    }
}
