//! Files of data: JSON, YAML and TOML read into one kind of tree whose every value knows its place, so that whatever is
//! found wrong later is shown where somebody can mend it.

mod de;
mod json;
mod merge;
#[cfg(test)]
mod tests;
mod text;
mod toml;
mod yaml;

use std::sync::Arc;

use policy_parser::{Diagnostic, Source, Span};

#[cfg(test)]
pub(crate) use self::de::keys_at;
pub(crate) use self::de::{AS_WRITTEN, read};
pub(crate) use self::json::parse as parse_json;
pub(crate) use self::merge::merge;
pub(crate) use self::text::{FileError, decode, read_bytes, read_text};
pub(crate) use self::toml::parse as parse_toml;
pub(crate) use self::yaml::parse as parse_yaml;

/// Values inside values; more is no configuration.
const DEPTH: usize = 128;

/// A place in a file.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) source: Arc<Source>,
    pub(crate) span: Span,
}

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    pub(crate) place: Place,
    pub(crate) value: Value,
}

/// A value.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    /// As it is written.
    Number(Box<str>),
    Text(Box<str>),
    /// Text of YAML without quotes: what is wanted decides whether it is a number, a truth value or a text.
    Plain(Box<str>),
    List(Vec<Node>),
    Map(Vec<Entry>),
}

/// A member of a map.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) key: Box<str>,
    pub(crate) key_place: Place,
    pub(crate) node: Node,
}

impl Place {
    /// A place in `source`, in bytes.
    pub(crate) fn new(source: &Arc<Source>, start: usize, end: usize) -> Self {
        let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self { source: Arc::clone(source), span: Span::new(offset(start), offset(end)) }
    }

    /// The beginning of a file.
    pub(crate) fn start_of(source: &Arc<Source>) -> Self {
        Self::new(source, 0, 0)
    }

    /// A finding here.
    pub(crate) fn error(&self, code: &'static str, headline: impl Into<String>) -> Diagnostic {
        Diagnostic::error(code, &self.source, self.span, headline)
    }

    /// Something that works here, but probably not as meant.
    pub(crate) fn warning(&self, code: &'static str, headline: impl Into<String>) -> Diagnostic {
        Diagnostic::warning(code, &self.source, self.span, headline)
    }
}

impl Node {
    /// A map without members.
    pub(crate) fn empty(place: Place) -> Self {
        Self { place, value: Value::Map(Vec::new()) }
    }

    /// Its members; none when it is no map.
    pub(crate) fn entries(&self) -> &[Entry] {
        match &self.value {
            Value::Map(entries) => entries,
            _ => &[],
        }
    }

    /// Its items; none when it is no list.
    pub(crate) fn items(&self) -> &[Node] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// A member. Of one that is there twice the last counts.
    pub(crate) fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries().iter().rev().find(|entry| *entry.key == *key)
    }

    /// A member's value.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// A value below, by the keys and numbers that lead there.
    pub(crate) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| match &node.value {
            Value::List(items) => items.get(key.parse::<usize>().ok()?),
            _ => node.get(key),
        })
    }

    /// Where `key` is, or else where this is.
    pub(crate) fn place_of(&self, key: &str) -> Place {
        self.entry(key).map_or_else(|| self.opening(), |entry| entry.key_place.clone())
    }

    /// The text, where it is one.
    pub(crate) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Plain(text) => Some(text),
            _ => None,
        }
    }

    /// A scalar as text, whatever its kind.
    pub(crate) fn scalar(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) | Value::Plain(text) | Value::Number(text) => Some(text),
            Value::Bool(true) => Some("true"),
            Value::Bool(false) => Some("false"),
            _ => None,
        }
    }

    /// The truth value, where it is one.
    pub(crate) fn truth(&self) -> Option<bool> {
        match &self.value {
            Value::Bool(truth) => Some(*truth),
            Value::Plain(text) => yaml::truth(text),
            _ => None,
        }
    }

    /// The same as JSON.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match &self.value {
            Value::Null => Json::Null,
            Value::Bool(truth) => Json::Bool(*truth),
            Value::Text(text) => Json::String(text.to_string()),
            Value::Number(text) => serde_json::from_str(text).unwrap_or_else(|_| Json::String(text.to_string())),
            Value::Plain(text) => match (yaml::truth(text), text.parse::<serde_json::Number>()) {
                (Some(truth), _) => Json::Bool(truth),
                (None, Ok(number)) => Json::Number(number),
                (None, Err(_)) => Json::String(text.to_string()),
            },
            Value::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Value::Map(entries) => {
                Json::Object(entries.iter().map(|entry| (entry.key.to_string(), entry.node.to_json())).collect())
            }
        }
    }

    /// Its first character: nobody wants to see the whole of a map underlined.
    pub(crate) fn opening(&self) -> Place {
        let mut place = self.place.clone();
        if matches!(self.value, Value::Map(_) | Value::List(_)) {
            place.span.end = place.span.end.min(place.span.start.saturating_add(1));
        }
        place
    }
}

/// Tells of keys that a map has twice.
fn repeated(entries: &[Entry], found: &mut Vec<Diagnostic>) {
    let mut seen = std::collections::HashSet::new();
    for entry in entries {
        if !seen.insert(&entry.key) {
            let text = format!("`{}` is here twice: the last one counts", entry.key);
            found.push(entry.key_place.warning("TG8004", text));
        }
    }
}
