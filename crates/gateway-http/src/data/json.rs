//! JSON into a tree.

use std::sync::Arc;

use jsonc_parser::ast::{ObjectPropName, Value as Ast};
use jsonc_parser::common::{Range, Ranged};
use jsonc_parser::{CollectOptions, ParseOptions, parse_to_ast};
use policy_parser::{Diagnostic, Source};

use super::{Entry, Node, Place, Value, repeated};

/// JSON and nothing else.
const STRICT: ParseOptions = ParseOptions {
    allow_comments: false,
    allow_loose_object_property_names: false,
    allow_trailing_commas: false,
    allow_missing_commas: false,
    allow_single_quoted_strings: false,
    allow_hexadecimal_numbers: false,
    allow_unary_plus_numbers: false,
    allow_bare_decimal_point_numbers: false,
    allow_non_finite_numbers: false,
    allow_extended_string_escapes: false,
};

/// Reads a text. `None` when it is no JSON, which has been told.
pub(crate) fn parse(source: &Arc<Source>, found: &mut Vec<Diagnostic>) -> Option<Node> {
    let text = source.text();
    // The mark counts in offsets and is no JSON.
    let skipped = text.len() - text.trim_start_matches('\u{FEFF}').len();
    let parsed = parse_to_ast(text.get(skipped..).unwrap_or_default(), &CollectOptions::default(), &STRICT);
    let place = |range: Range| Place::new(source, range.start + skipped, range.end + skipped);
    match parsed.map(|parsed| parsed.value) {
        Ok(Some(value)) => Some(node(value, &place, found)),
        Ok(None) => {
            found.push(Place::start_of(source).error("TG8003", "the file is empty: JSON was expected"));
            None
        }
        Err(error) => {
            let kind = error.kind().to_string();
            let (first, rest) = kind.split_at(kind.chars().next().map_or(0, char::len_utf8));
            found.push(place(error.range()).error("TG8003", format!("no JSON: {}{rest}", first.to_lowercase())));
            None
        }
    }
}

/// As deep as the parser lets a value be, which is 512.
fn node(value: Ast<'_>, place: &impl Fn(Range) -> Place, found: &mut Vec<Diagnostic>) -> Node {
    let at = place(value.range());
    let value = match value {
        Ast::NullKeyword(_) => Value::Null,
        Ast::BooleanLit(literal) => Value::Bool(literal.value),
        Ast::NumberLit(literal) => Value::Number(literal.value.into()),
        Ast::StringLit(literal) => Value::Text(literal.value.into()),
        Ast::Array(array) => Value::List(array.elements.into_iter().map(|item| node(item, place, found)).collect()),
        Ast::Object(object) => {
            let mut entries = Vec::with_capacity(object.properties.len());
            for property in object.properties {
                let key_place = place(property.name.range());
                let key: Box<str> = match property.name {
                    ObjectPropName::String(name) => name.value.into(),
                    ObjectPropName::Word(name) => name.value.into(),
                };
                entries.push(Entry { key, key_place, node: node(property.value, place, found) });
            }
            repeated(&entries, found);
            Value::Map(entries)
        }
    };
    Node { place: at, value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_know_their_place() {
        let source = Source::new("x.json", "\u{FEFF}{\r\n  \"a\": [1, \"ü\\u0041\"],\r\n  \"a\": {}\r\n}");
        let mut found = Vec::new();
        let node = parse(&source, &mut found).unwrap();
        let first = node.entries().first().unwrap();
        assert_eq!(first.node.items().get(1).and_then(Node::text), Some("üA"));
        let place = source.position(first.node.items().get(1).unwrap().place.span.start);
        assert_eq!((place.line, place.column), (2, 12));
        assert_eq!(found.len(), 1);
        assert_eq!(source.position(found[0].span.start).line, 3);
    }

    #[test]
    fn what_is_no_json_is_told_with_its_place() {
        for (text, line, column) in
            [("", 1, 1), ("{\"a\": 1,}", 1, 8), ("{\n\"a\" 1}", 2, 5), ("{'a': 1}", 1, 2), ("[1] x", 1, 5)]
        {
            let source = Source::new("x.json", text);
            let mut found = Vec::new();
            assert!(parse(&source, &mut found).is_none(), "{text}");
            let place = source.position(found[0].span.start);
            assert_eq!((place.line, place.column), (line, column), "{text}: {}", found[0].headline);
        }
    }

    #[test]
    fn depth_is_bounded() {
        let text = "[".repeat(100_000);
        let mut found = Vec::new();
        assert!(parse(&Source::new("x.json", text), &mut found).is_none());
    }
}
