//! YAML into a tree, event by event: depth, size and what aliases repeat are bounded here.

use std::collections::HashMap;
use std::sync::Arc;

use policy_parser::{Diagnostic, Source};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span};

use super::{DEPTH, Entry, Node, Place, Value, repeated};

/// Values of a file, those repeated by aliases counted each time.
const VALUES: usize = 1_000_000;
/// Bytes of text that aliases repeat.
const REPEATED: usize = 64 << 20;

/// Reads a text. `None` when it is no YAML, which has been told.
pub(crate) fn parse(source: &Arc<Source>, found: &mut Vec<Diagnostic>) -> Option<Node> {
    match Reader::new(source, found).document() {
        Ok(node) => Some(node.unwrap_or_else(|| Node { place: Place::start_of(source), value: Value::Null })),
        Err(mistake) => {
            found.push(mistake);
            None
        }
    }
}

/// `true` and `false` of a text without quotes.
pub(super) fn truth(text: &str) -> Option<bool> {
    match text {
        "true" | "True" | "TRUE" => Some(true),
        "false" | "False" | "FALSE" => Some(false),
        _ => None,
    }
}

/// A list or map that is not at its end yet.
enum Open {
    List { node: Node, anchor: usize },
    Map { node: Node, anchor: usize, key: Option<(Box<str>, Place)> },
}

/// What an alias may repeat.
struct Anchored {
    node: Node,
    extent: Extent,
}

/// How much there is of a value.
#[derive(Clone, Copy)]
struct Extent {
    /// Values in it, itself among them.
    size: usize,
    /// Bytes of its texts and keys.
    bytes: usize,
    /// Lists and maps inside each other.
    depth: usize,
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    found: &'a mut Vec<Diagnostic>,
    offsets: Offsets<'a>,
    open: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    values: usize,
    repeated: usize,
    root: Option<Node>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a Arc<Source>, found: &'a mut Vec<Diagnostic>) -> Self {
        let offsets = Offsets { text: source.text(), character: 0, byte: 0 };
        let (open, anchors) = (Vec::new(), HashMap::new());
        Self { source, found, offsets, open, anchors, values: 0, repeated: 0, root: None }
    }

    fn document(mut self) -> Result<Option<Node>, Diagnostic> {
        let source = self.source;
        let mut parser = Parser::new_from_str(source.text());
        loop {
            let (event, span) = match parser.next_event() {
                None => break,
                Some(Ok(event)) => event,
                Some(Err(error)) => {
                    let at = self.offset(*error.marker());
                    return Err(Place::new(source, at, at).error("TG8003", format!("no YAML: {}", error.info())));
                }
            };
            match event {
                Event::DocumentEnd | Event::StreamEnd => break,
                Event::Scalar(text, style, anchor, tag) => {
                    let is_text = tag.is_some_and(|tag| tag.is_yaml_core_schema() && tag.suffix == "str");
                    let value = scalar(&text, style, is_text);
                    let place = self.place(span);
                    self.value(Node { place, value }, anchor)?;
                }
                Event::Alias(anchor) => self.alias(anchor, span)?,
                Event::SequenceStart(anchor, _) => {
                    let node = Node { place: self.place(span), value: Value::List(Vec::new()) };
                    self.begin(Open::List { node, anchor })?;
                }
                Event::MappingStart(anchor, _) => {
                    let node = Node::empty(self.place(span));
                    self.begin(Open::Map { node, anchor, key: None })?;
                }
                Event::SequenceEnd | Event::MappingEnd => match self.open.pop() {
                    Some(Open::List { node, anchor }) => self.value(node, anchor)?,
                    Some(Open::Map { node, anchor, .. }) => {
                        repeated(node.entries(), self.found);
                        self.value(node, anchor)?;
                    }
                    None => {}
                },
                _ => {}
            }
        }
        Ok(self.root)
    }

    fn begin(&mut self, open: Open) -> Result<(), Diagnostic> {
        let (Open::List { node, .. } | Open::Map { node, .. }) = &open;
        if self.open.len() >= DEPTH {
            return Err(too_deep(&node.place));
        }
        self.open.push(open);
        Ok(())
    }

    /// A value is complete: it goes into what is open.
    fn value(&mut self, node: Node, anchor: usize) -> Result<(), Diagnostic> {
        self.count(&node.place, 1, 0)?;
        if anchor > 0 {
            let extent = Extent::of(&node);
            self.count(&node.place, extent.size, extent.bytes)?;
            self.anchors.insert(anchor, Anchored { node: node.clone(), extent });
        }
        match self.open.last_mut() {
            None => self.root = Some(node),
            Some(Open::List { node: list, .. }) => {
                if let Value::List(items) = &mut list.value {
                    items.push(node);
                }
            }
            Some(Open::Map { node: map, key, .. }) => match key.take() {
                None => {
                    let Some(name) = node.scalar() else {
                        return Err(node.opening().error("TG8003", "a key must be a text"));
                    };
                    *key = Some((name.into(), node.place));
                }
                Some((key, key_place)) => {
                    if let Value::Map(entries) = &mut map.value {
                        entries.push(Entry { key, key_place, node });
                    }
                }
            },
        }
        Ok(())
    }

    fn alias(&mut self, anchor: usize, span: Span) -> Result<(), Diagnostic> {
        let place = self.place(span);
        let Some(Anchored { node, extent }) = self.anchors.get(&anchor) else {
            return Err(place.error("TG8003", "an alias inside what it stands for"));
        };
        // Aliases of aliases would come to any depth, and whoever walks the tree goes as deep.
        if self.open.len() + extent.depth > DEPTH {
            return Err(too_deep(&place));
        }
        let extent = *extent;
        let node = Node { place: place.clone(), value: node.value.clone() };
        self.count(&place, extent.size, extent.bytes)?;
        self.value(node, 0)
    }

    fn count(&mut self, place: &Place, values: usize, repeated: usize) -> Result<(), Diagnostic> {
        self.values += values;
        self.repeated += repeated;
        if self.values > VALUES {
            return Err(place.error("TG8005", format!("more than {VALUES} values, those repeated by aliases counted")));
        }
        if self.repeated > REPEATED {
            return Err(place.error("TG8005", format!("anchors and aliases repeat more than {REPEATED} bytes")));
        }
        Ok(())
    }

    fn place(&mut self, span: Span) -> Place {
        let start = self.offset(span.start);
        Place::new(self.source, start, self.offset(span.end).max(start))
    }

    fn offset(&mut self, marker: Marker) -> usize {
        self.offsets.of(marker.index())
    }
}

fn scalar(text: &str, style: ScalarStyle, is_text: bool) -> Value {
    match (style, text) {
        (ScalarStyle::Plain, "" | "~" | "null" | "Null" | "NULL") if !is_text => Value::Null,
        (ScalarStyle::Plain, _) if !is_text => Value::Plain(text.into()),
        _ => Value::Text(text.into()),
    }
}

fn too_deep(place: &Place) -> Diagnostic {
    place.error("TG8005", format!("values are nested more than {DEPTH} deep"))
}

impl Extent {
    fn of(node: &Node) -> Self {
        let of_all = |nodes: &mut dyn Iterator<Item = (&str, &Node)>| {
            let own = Self { size: 1, bytes: 0, depth: 1 };
            nodes.map(|(key, node)| (key.len(), Self::of(node))).fold(own, |all, (key, one)| Self {
                size: all.size + one.size,
                bytes: all.bytes + key + one.bytes,
                depth: all.depth.max(one.depth + 1),
            })
        };
        match &node.value {
            Value::List(items) => of_all(&mut items.iter().map(|item| ("", item))),
            Value::Map(entries) => of_all(&mut entries.iter().map(|entry| (&*entry.key, &entry.node))),
            Value::Number(text) | Value::Text(text) | Value::Plain(text) => {
                Self { size: 1, bytes: text.len(), depth: 0 }
            }
            Value::Null | Value::Bool(_) => Self { size: 1, bytes: 0, depth: 0 },
        }
    }
}

/// Leads from characters, which the parser counts, to bytes. Questions come nearly in order, so each goes on from the
/// last one.
struct Offsets<'t> {
    text: &'t str,
    character: usize,
    byte: usize,
}

impl Offsets<'_> {
    fn of(&mut self, character: usize) -> usize {
        while self.character < character {
            let Some(next) = self.text.get(self.byte..).and_then(|rest| rest.chars().next()) else { break };
            self.byte += next.len_utf8();
            self.character += 1;
        }
        while self.character > character {
            let Some(last) = self.text.get(..self.byte).and_then(|before| before.chars().next_back()) else { break };
            self.byte -= last.len_utf8();
            self.character -= 1;
        }
        self.byte
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> (Option<Node>, Vec<Diagnostic>) {
        let mut found = Vec::new();
        (parse(&Source::new("x.yaml", text), &mut found), found)
    }

    #[test]
    fn values_know_their_place() {
        let (node, found) = parsed("# ü\r\na:\r\n  - x: 'ä'\r\n    y: true\r\nb: &n {z: 1}\r\nc: *n\r\n");
        let node = node.unwrap();
        assert!(found.is_empty());
        let first = node.get("a").unwrap().items().first().unwrap();
        assert_eq!(first.get("x").and_then(Node::text), Some("ä"));
        assert_eq!(first.get("y").and_then(Node::truth), Some(true));
        let place = &first.entry("y").unwrap().key_place;
        let position = place.source.position(place.span.start);
        assert_eq!((position.line, position.column), (4, 5));
        assert_eq!(node.at(&["c", "z"]).and_then(Node::scalar), Some("1"));
    }

    #[test]
    fn mistakes_have_their_place() {
        for (text, line) in [("a: [1\nb: 2\n", 2), ("a: b: c\n", 1), ("a: 1\na: 2\n", 2), ("? [a]\n: b\n", 1)] {
            let (_, found) = parsed(text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].source.position(found[0].span.start).line, line, "{text}: {}", found[0].headline);
        }
    }

    #[test]
    fn an_alias_may_be_as_deep_as_what_it_stands_for() {
        let deep = |aliases: usize| {
            let inner = format!("a: &a {}x{}\n", "[".repeat(60), "]".repeat(60));
            inner + &format!("b: {}*a{}\n", "[".repeat(aliases), "]".repeat(aliases))
        };
        // The map around both is one level too.
        assert!(parsed(&deep(DEPTH - 61)).1.is_empty());
        let (node, found) = parsed(&deep(DEPTH - 60));
        assert!(node.is_none() && found[0].code == "TG8005", "{found:?}");
    }

    #[test]
    fn aliases_that_explode_and_values_too_deep_are_refused() {
        let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for level in 1..12 {
            let alias = format!("*a{}, ", level - 1);
            bomb.push_str(&format!("a{level}: &a{level} [{}]\n", alias.repeat(10)));
        }
        // Each a hundred deep, and each inside the one before it: few values, and no end to their depth.
        let mut shaft = format!("a0: &a0 {}{}\n", "[".repeat(100), "]".repeat(100));
        for level in 1..110 {
            let (open, close) = ("[".repeat(100), "]".repeat(100));
            shaft.push_str(&format!("a{level}: &a{level} {open}*a{}{close}\n", level - 1));
        }
        // Few values too, and a long text in each.
        let long = format!("- &a {}\n{}", "x".repeat(1 << 20), "- *a\n".repeat(100));
        for text in [bomb, shaft, long, "[".repeat(100_000), "- ".repeat(100_000)] {
            let (node, found) = parsed(&text);
            assert!(node.is_none());
            assert!(found.iter().any(|finding| finding.code == "TG8005" || finding.code == "TG8003"));
        }
    }
}
