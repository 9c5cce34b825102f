//! Policy text inside JSON and YAML: what is found wrong in it is shown where it stands in that file.

use std::sync::Arc;

use policy_parser::source::OffsetMap;
use policy_parser::{Diagnostic, Source};

use crate::data::Node;

/// A text that was taken out of a file.
#[derive(Debug)]
pub(crate) struct Embedded {
    text: Arc<Source>,
    file: Arc<Source>,
    map: OffsetMap,
}

impl Embedded {
    /// The text of `node`, to be compiled under the name of its file.
    pub(crate) fn new(node: &Node) -> Option<Self> {
        let text = node.text()?;
        let file = &node.place.source;
        let span = node.place.span;
        let raw = file.text().get(span.start as usize..span.end as usize).unwrap_or_default();
        let map = if raw.starts_with('"') && file.name().ends_with(".json") {
            json_map(raw, span.start)
        } else {
            line_map(raw, text, span.start)
        };
        Some(Self { text: Source::new(file.name(), text), file: Arc::clone(file), map })
    }

    /// What the compiler reads.
    pub(crate) fn source(&self) -> &Arc<Source> {
        &self.text
    }

    /// Leads a finding in the text to the file.
    pub(crate) fn lead_back(&self, finding: &mut Diagnostic) {
        if Arc::ptr_eq(&finding.source, &self.text) {
            finding.span = self.map.origin_span(finding.span);
            // The policy may be shown, whatever else is in the file.
            finding.source = self.file.shown();
        }
    }
}

/// A string of JSON: everything is copied but for escapes.
fn json_map(raw: &str, start: u32) -> OffsetMap {
    let mut map = OffsetMap::default();
    let mut derived = 0_u32;
    let mut characters = raw.char_indices().skip(1).peekable();
    let mut copying = false;
    let at = |offset: usize| start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX));
    let width = |c: char| u32::try_from(c.len_utf8()).unwrap_or(4);
    while let Some((offset, c)) = characters.next() {
        if c != '\\' {
            if !copying {
                map.copy(derived, at(offset));
                copying = true;
            }
            derived += width(c);
            continue;
        }
        map.replace(derived, at(offset));
        copying = false;
        derived += match characters.next() {
            Some((_, 'u')) => {
                let unit = hexadecimal(&mut characters);
                // A pair of surrogates is one character of four bytes: two for each half.
                match unit {
                    0xD800..=0xDFFF => 2,
                    _ => char::from_u32(unit).map_or(3, width),
                }
            }
            _ => 1,
        };
    }
    map
}

fn hexadecimal(characters: &mut impl Iterator<Item = (usize, char)>) -> u32 {
    characters.take(4).fold(0, |unit, (_, digit)| unit * 16 + digit.to_digit(16).unwrap_or(0))
}

/// YAML folds and indents; its lines are found one after the other.
fn line_map(raw: &str, text: &str, start: u32) -> OffsetMap {
    let mut map = OffsetMap::default();
    let offset = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    map.replace(0, start);
    let (mut derived, mut searched) = (0, 0);
    for line in text.split_inclusive('\n') {
        let content = line.trim();
        let indent = line.len() - line.trim_start().len();
        let found = raw.get(searched..).filter(|_| !content.is_empty()).and_then(|rest| rest.find(content));
        if let Some(found) = found {
            map.copy(offset(derived + indent), start.saturating_add(offset(searched + found)));
            searched += found + content.len();
        }
        derived += line.len();
    }
    map
}

#[cfg(test)]
mod tests {
    use policy_parser::Span;

    use super::*;
    use crate::data::{parse_json, parse_yaml};

    fn place(embedded: &Embedded, needle: &str) -> (u32, u32) {
        let at = u32::try_from(embedded.source().text().find(needle).unwrap()).unwrap();
        let mut finding = Diagnostic::error("X", embedded.source(), Span::new(at, at + 1), "");
        embedded.lead_back(&mut finding);
        let position = finding.source.position(finding.span.start);
        (position.line, position.column)
    }

    #[test]
    fn a_place_in_a_string_of_json_is_one_of_the_file() {
        let source = Source::new("x.json", "{\n  \"value\": \"<a>\\r\\n\\t\\u00fc\\ud83d\\ude00<b/>\"\n}");
        let node = parse_json(&source, &mut Vec::new()).unwrap();
        let embedded = Embedded::new(node.get("value").unwrap()).unwrap();
        assert_eq!(embedded.source().text(), "<a>\r\n\tü😀<b/>");
        assert_eq!(place(&embedded, "<a>"), (2, 13));
        assert_eq!(place(&embedded, "<b/>"), (2, 40));
    }

    /// Overrides are one large file with many policies in it: its text is there once more at most.
    #[test]
    fn findings_of_a_hidden_file_share_what_is_shown() {
        let source = Source::hidden("x.yaml", "a: <p/>\nb: <q/>\nkey: 0123\n");
        let node = parse_yaml(&source, &mut Vec::new()).unwrap();
        let found = ["a", "b"].map(|key| {
            let embedded = Embedded::new(node.get(key).unwrap()).unwrap();
            assert!(Arc::ptr_eq(&embedded.file, &source), "nothing is copied before there is a finding");
            let mut finding = Diagnostic::error("X", embedded.source(), Span::new(0, 1), "");
            embedded.lead_back(&mut finding);
            finding.source
        });
        assert!(Arc::ptr_eq(&found[0], &found[1]) && found[0].is_shown());
    }

    #[test]
    fn a_place_in_a_block_of_yaml_is_one_of_the_file() {
        let source = Source::new("x.yaml", "a:\n  value: |\n    <p>\n\n      <q/>\n    </p>\nb: \"<r/>\"\n");
        let node = parse_yaml(&source, &mut Vec::new()).unwrap();
        let embedded = Embedded::new(node.at(&["a", "value"]).unwrap()).unwrap();
        assert_eq!(place(&embedded, "<q/>"), (5, 7));
        assert_eq!(place(&embedded, "</p>"), (6, 5));
        let embedded = Embedded::new(node.get("b").unwrap()).unwrap();
        assert_eq!(place(&embedded, "<r/>"), (7, 5));
    }
}
