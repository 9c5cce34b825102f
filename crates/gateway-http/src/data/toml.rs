//! TOML into a tree. The parser goes on after a mistake, so all of them are told.

use std::sync::Arc;

use policy_parser::{Diagnostic, Source};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Entry, Node, Place, Value};

/// Reads a text: what could be read of it, with everything that could not told.
pub(crate) fn parse(source: &Arc<Source>, found: &mut Vec<Diagnostic>) -> Node {
    let (table, mistakes) = DeTable::parse_recoverable(source.text());
    for mistake in mistakes {
        let span = mistake.span().unwrap_or_default();
        found.push(Place::new(source, span.start, span.end).error("TG8002", mistake.message()));
    }
    let place = Place::new(source, 0, 0);
    Node { place, value: map(table.into_inner(), source) }
}

fn map(table: DeTable<'_>, source: &Arc<Source>) -> Value {
    let entry = |(key, value): (Spanned<std::borrow::Cow<'_, str>>, Spanned<DeValue<'_>>)| {
        let span = key.span();
        Entry {
            key: key.into_inner().as_ref().into(),
            key_place: Place::new(source, span.start, span.end),
            node: node(value, source),
        }
    };
    let mut entries: Vec<Entry> = table.into_iter().map(entry).collect();
    entries.sort_by_key(|entry| entry.key_place.span);
    Value::Map(entries)
}

fn node(value: Spanned<DeValue<'_>>, source: &Arc<Source>) -> Node {
    let span = value.span();
    let value = match value.into_inner() {
        DeValue::String(text) => Value::Text(text.as_ref().into()),
        DeValue::Integer(number) => match (number.radix(), i64::from_str_radix(number.as_str(), number.radix())) {
            (10, _) | (_, Err(_)) => Value::Number(number.as_str().into()),
            (_, Ok(number)) => Value::Number(number.to_string().into()),
        },
        DeValue::Float(number) => Value::Number(number.as_str().into()),
        DeValue::Boolean(truth) => Value::Bool(truth),
        DeValue::Datetime(time) => Value::Text(time.to_string().into()),
        DeValue::Array(items) => Value::List(items.into_iter().map(|item| node(item, source)).collect()),
        DeValue::Table(table) => map(table, source),
    };
    Node { place: Place::new(source, span.start, span.end), value }
}
