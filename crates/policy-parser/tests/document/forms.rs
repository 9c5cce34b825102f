//! The two forms of a document say the same.

use policy_parser::Span;
use policy_parser::document::{ContentKind, Document, Element, Embedded, Form, Node};

use crate::support::{fixture, parse_fixture};

/// The literals and expressions of a tree, in order.
fn contents(document: &Document) -> Vec<String> {
    fn push(element: &Element, all: &mut Vec<String>) {
        let attributes = element.attributes.iter().map(|attribute| &attribute.value);
        let texts = element.children.iter().filter_map(|node| match node {
            Node::Text(content) => Some(content),
            _ => None,
        });
        for content in attributes.chain(texts) {
            all.push(match &content.kind {
                ContentKind::Literal(text) => format!("literal {text}"),
                ContentKind::Expression(embedded) => format!("expression {}", embedded.text),
            });
        }
        element.elements().for_each(|child| push(child, all));
    }
    let mut all = Vec::new();
    push(&document.root, &mut all);
    all
}

/// The document of a text in automatic mode.
fn document(text: &str) -> Document {
    parse_fixture("a.xml", text).document.unwrap()
}

/// The expression in the first attribute of the root.
fn embedded(document: &Document) -> &Embedded {
    match &document.root.attributes[0].value.kind {
        ContentKind::Expression(embedded) => embedded,
        ContentKind::Literal(text) => panic!("{text} is a literal"),
    }
}

#[test]
fn raw_and_escaped_form_give_the_same_texts() {
    let raw = document(&fixture("ok", "pair-raw.xml"));
    let escaped = document(&fixture("ok", "pair-escaped.xml"));
    assert_eq!((raw.form, escaped.form), (Form::Raw, Form::Escaped));
    assert_eq!(contents(&raw), contents(&escaped));
}

/// Escaping the expressions of a raw document, and reading it by the letter, gives the same texts as well.
#[test]
fn escaping_a_raw_document_changes_nothing() {
    for name in ["policies.xml", "scanner-raw.xml", "pair-raw.xml", "unicode.xml"] {
        let text = fixture("ok", name);
        let raw = document(&text);
        let mut escaped = String::new();
        let mut at = 0;
        for span in expressions(&raw.root) {
            escaped.push_str(&text[at..span.start as usize]);
            let code = &text[span.start as usize..span.end as usize];
            let code = code.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            // Written so, line breaks survive the normalisation of attributes.
            escaped.push_str(&code.replace('"', "&quot;").replace('\'', "&#39;").replace('\n', "&#xA;"));
            at = span.end as usize;
        }
        escaped.push_str(&text[at..]);
        let parsed = parse_fixture("a.escaped.xml", &escaped);
        assert!(parsed.diagnostics.is_empty(), "{escaped}\n{:?}", parsed.diagnostics);
        assert_eq!(contents(&parsed.document.unwrap()), contents(&raw), "{name}");
    }
}

/// Where the expressions of a tree stand, in the order of the text.
fn expressions(element: &Element) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut push = |kind: &ContentKind| {
        if let ContentKind::Expression(embedded) = kind {
            spans.push(embedded.map.origin_span(Span::new(0, embedded.text.len() as u32)));
        }
    };
    element.attributes.iter().for_each(|attribute| push(&attribute.value.kind));
    for node in &element.children {
        match node {
            Node::Text(content) => {
                if let ContentKind::Expression(embedded) = &content.kind {
                    spans.push(embedded.map.origin_span(Span::new(0, embedded.text.len() as u32)));
                }
            }
            Node::Element(child) => spans.extend(expressions(child)),
            Node::Comment(_) => {}
        }
    }
    spans
}

#[test]
fn entities_in_a_raw_document_can_be_decoded_later() {
    let text = r#"<a b="@(x &lt; y && z[&quot;k&quot;] == &#39;c&#39;)" c="@("d")"/>"#;
    let document = document(text);
    assert_eq!(document.form, Form::Raw);
    let written = embedded(&document);
    assert_eq!(&*written.text, "@(x &lt; y && z[&quot;k&quot;] == &#39;c&#39;)");
    let decoded = written.decoded().unwrap();
    assert_eq!(&*decoded.text, "@(x < y && z[\"k\"] == 'c')");
    let place = |needle: &str| {
        let at = decoded.text.find(needle).unwrap() as u32;
        let span = decoded.map.origin_span(Span::new(at, at + needle.len() as u32));
        &text[span.start as usize..span.end as usize]
    };
    assert_eq!([place("<"), place("y"), place("\"k\""), place(")")], ["&lt;", "y", "&quot;k&quot;", ")"]);
}

#[test]
fn nothing_is_decoded_where_there_is_no_predefined_entity() {
    for text in [r#"<a b="@("x" && y)"/>"#, r#"<a b="@("&#39;")"/>"#, r#"<a b="@("&unknown;")"/>"#] {
        assert!(embedded(&document(text)).decoded().is_none(), "{text}");
    }
}

#[test]
fn positions_survive_entities() {
    let text = "<a b='@(\n  x &amp;&amp; y)'/>";
    let document = document(text);
    let embedded = embedded(&document);
    let at = embedded.text.find('y').unwrap() as u32;
    let position = document.source.position(embedded.map.origin(at));
    assert_eq!((position.line, position.column), (2, 16));
}
