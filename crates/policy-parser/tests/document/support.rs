//! Reading fixtures, printing trees, and what must hold of every tree.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use policy_parser::document::{
    Attribute, Content, ContentKind, Element, Form, Limits, Mode, Node, Options, Parsed, parse_with,
};
use policy_parser::{Source, Span};

/// The limits of fixtures called `….limits.xml`.
const SMALL: Limits = Limits { bytes: 300, expanded_bytes: 400, depth: 4, attributes: 3, nodes: 10, errors: 3 };

/// A fixture.
pub(crate) struct Fixture {
    pub(crate) path: PathBuf,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The fixtures in `ok` or `err`, in order.
pub(crate) fn fixtures(folder: &str) -> Vec<Fixture> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("test_data/document").join(folder);
    let mut paths: Vec<PathBuf> = folder.read_dir().unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "xml"));
    paths.sort();
    let read = |path: PathBuf| Fixture {
        name: path.file_name().unwrap().to_string_lossy().into_owned(),
        text: std::fs::read_to_string(&path).unwrap(),
        path,
    };
    paths.into_iter().map(read).collect()
}

/// The text of the fixture of that name.
pub(crate) fn fixture(folder: &str, name: &str) -> String {
    fixtures(folder).into_iter().find(|fixture| fixture.name == name).unwrap().text
}

/// The named values of all fixtures.
pub(crate) fn values() -> BTreeMap<String, String> {
    let values = [
        ("host", "https://host.example"),
        ("entities", "a=1&amp;b=2"),
        ("number", "42"),
        ("expression", "@(context.Id)"),
        ("nothing", ""),
        ("element", "<c d='SECRET'/>"),
        ("recursive", "{{host}}"),
        ("quote", "SECRET\" <"),
        ("end-tag", "</SECRET>"),
        ("bracket", "SECRET(\")\""),
        ("long", &"SECRET".repeat(50)),
    ];
    values.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

/// Parses a text as the fixture of that name is parsed.
pub(crate) fn parse_fixture(name: &str, text: &str) -> Parsed {
    let mode = match name.split('.').nth(1) {
        Some("raw") => Mode::Raw,
        Some("escaped") => Mode::Escaped,
        _ => Mode::Auto,
    };
    let limits = if name.contains(".limits.") { &SMALL } else { &Limits::DEFAULT };
    let lenient = |element: &Element| &*element.name == "lenient";
    parse_with(&Source::new(name, text), &Options { values: &values(), limits, mode, lenient: &lenient })
}

/// A tree as text, with positions.
pub(crate) fn tree(parsed: &Parsed) -> String {
    let Some(document) = &parsed.document else { return "no document\n".to_owned() };
    let mut out = format!("{:?}\n", document.form).to_lowercase();
    push_element(&mut out, &document.source, &document.root, 0);
    out
}

fn push_element(out: &mut String, source: &Source, element: &Element, depth: usize) {
    let indent = "  ".repeat(depth);
    writeln!(out, "{indent}<{}> {}", element.name, range(source, element.span)).unwrap();
    for Attribute { name, value, .. } in &element.attributes {
        writeln!(out, "{indent}  {name} = {}", content(source, value)).unwrap();
    }
    for node in &element.children {
        match node {
            Node::Element(child) => push_element(out, source, child, depth + 1),
            Node::Text(text) => writeln!(out, "{indent}  {}", content(source, text)).unwrap(),
            Node::Comment(span) => writeln!(out, "{indent}  comment {}", range(source, *span)).unwrap(),
        }
    }
}

fn content(source: &Source, content: &Content) -> String {
    let place = range(source, content.span);
    match &content.kind {
        ContentKind::Literal(text) => format!("literal {place} {text:?}"),
        ContentKind::Expression(embedded) => {
            let end = embedded.text.len() as u32;
            let span = range(source, embedded.map.origin_span(Span::new(0, end)));
            format!("expression {span} {:?}", embedded.text)
        }
    }
}

fn range(source: &Source, span: Span) -> String {
    let (start, end) = (source.position(span.start), source.position(span.end));
    format!("{}:{}-{}:{}", start.line, start.column, end.line, end.column)
}

/// Asserts what must hold whatever the text: every span lies inside the source, on characters, inside its parent,
/// after its predecessor; every byte of an expression leads into its value.
pub(crate) fn check_invariants(parsed: &Parsed, text: &str) {
    for diagnostic in &parsed.diagnostics {
        check_span(diagnostic.span, text);
    }
    let Some(document) = &parsed.document else { return };
    let mut pending = vec![(&document.root, Span::new(0, text.len() as u32))];
    while let Some((element, around)) = pending.pop() {
        check_inside(element.span, around, text);
        check_inside(element.tag_span, element.span, text);
        check_inside(element.name_span, element.tag_span, text);
        check_inside(element.inner_span, element.span, text);
        for attribute in &element.attributes {
            check_inside(attribute.name_span, element.tag_span, text);
            check_content(&attribute.value, element.tag_span, document.form, text);
        }
        // A reference that holds both a tag and what follows is the place of both.
        let around = if document.substitutions.is_empty() { element.inner_span } else { element.span };
        let mut end = around.start;
        for node in &element.children {
            check_inside(node.span(), around, text);
            assert!(node.span().start >= end, "nodes overlap in {text:?}");
            end = if document.substitutions.is_empty() { node.span().end } else { node.span().start };
            match node {
                Node::Element(child) => pending.push((child, around)),
                Node::Text(content) => check_content(content, around, document.form, text),
                Node::Comment(_) => {}
            }
        }
    }
}

fn check_content(content: &Content, around: Span, form: Form, text: &str) {
    check_inside(content.span, around, text);
    let ContentKind::Expression(embedded) = &content.kind else { return };
    let decoded = (form == Form::Raw).then(|| embedded.decoded()).flatten();
    for embedded in [Some(embedded), decoded.as_ref()].into_iter().flatten() {
        let mut before = content.span.start;
        for at in 0..=embedded.text.len() as u32 {
            let origin = embedded.map.origin(at);
            assert!(origin >= before && origin <= content.span.end, "{at} leads to {origin} in {text:?}");
            before = origin;
        }
        for (at, character) in embedded.text.char_indices() {
            let span = Span::new(at as u32, (at + character.len_utf8()) as u32);
            check_inside(embedded.map.origin_span(span), content.span, text);
        }
    }
}

fn check_inside(span: Span, around: Span, text: &str) {
    check_span(span, text);
    assert!(span.start >= around.start && span.end <= around.end, "{span:?} is not in {around:?} of {text:?}");
}

fn check_span(span: Span, text: &str) {
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{span:?} is not in {text:?}");
}
