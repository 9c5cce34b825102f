//! Named values: replaced in the text, positions those of the file.

use std::collections::BTreeMap;

use policy_parser::document::{ContentKind, Document, Limits, Mode, Parsed, parse};
use policy_parser::{Source, Span};

/// Parses with these named values.
fn parse_with_values(text: &str, values: &[(&str, &str)]) -> Parsed {
    let values: BTreeMap<String, String> =
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    parse(&Source::new("a.xml", text), &values, &Limits::default(), Mode::Auto)
}

/// The document, which has no errors.
fn document(text: &str, values: &[(&str, &str)]) -> Document {
    let parsed = parse_with_values(text, values);
    assert!(parsed.diagnostics.is_empty(), "{:?}", parsed.diagnostics);
    parsed.document.unwrap()
}

/// Asserts the text of the first attribute, literal or expression.
fn check(text: &str, values: &[(&str, &str)], expected: &str) {
    let document = document(text, values);
    let actual = match &document.root.attributes[0].value.kind {
        ContentKind::Literal(text) => text,
        ContentKind::Expression(embedded) => &embedded.text,
    };
    assert_eq!(&**actual, expected, "{text}");
}

#[test]
fn references_are_replaced_wherever_they_stand() {
    check("<a b='{{x}}'/>", &[("x", "1")], "1");
    check("<a b='@({{x}} > 5)'/>", &[("x", "1")], "@(1 > 5)");
    check("<a b='@({{x}}.Length)'/>", &[("x", "new [] { \"y\" }")], "@(new [] { \"y\" }.Length)");
    check("<a b='@($\"{{x}}{y}\")'/>", &[("x", "1")], "@($\"1{y}\")");
    check("<a {{x}}='{{x}}{{x}}'/>", &[("x", "b")], "bb");
    check("<a b='{{A-z0.9_}}'/>", &[("A-z0.9_", "1")], "1");
}

#[test]
fn anything_else_between_braces_is_left_alone() {
    for text in ["{{ x }}", "{{}}", "{{x}", "{x}", "{{x y}}", "{{\"x\"}}", "{{ä}}", "{{x", "{{"] {
        check(&format!("<a b='{text}'/>"), &[("x", "1")], text);
    }
    // A brace, a reference, a brace; or, if there is no such value, what C# makes of it.
    check("<a b='{{{x}}}'/>", &[("x", "1")], "{1}");
    check("<a b='{{{x}}}'/>", &[], "{{{x}}}");
}

#[test]
fn what_is_put_in_is_not_searched_again() {
    check("<a b='{{x}}{{y}}'/>", &[("x", "{{y}}"), ("y", "{{")], "{{y}}{{");
    check("<a b='{{x}}y}}'/>", &[("x", "{{"), ("y", "1")], "{{y}}");
}

#[test]
fn a_value_is_part_of_the_document() {
    check("<a b='{{x}}'/>", &[("x", "1&amp;2")], "1&2");
    check("<a b='{{x}}'/>", &[("x", "@(y)")], "@(y)");
    check("{{x}}</a>", &[("x", "<a b='c'>")], "c");
}

#[test]
fn positions_are_those_of_the_file() {
    let text = "<a>\n  <b c=\"{{long}}\" d=\"@({{long}} + x)\"/>\n</a>";
    let document = document(text, &[("long", "a very long\nvalue")]);
    let b = document.root.child("b").unwrap();
    let range = |span: Span| &text[span.start as usize..span.end as usize];
    assert_eq!(range(b.span), "<b c=\"{{long}}\" d=\"@({{long}} + x)\"/>");
    assert_eq!(range(b.attributes[0].value.span), "{{long}}");
    let ContentKind::Expression(embedded) = &b.attribute("d").unwrap().value.kind else { panic!() };
    assert_eq!(&*embedded.text, "@(a very long\nvalue + x)");
    let at = embedded.text.find('x').unwrap() as u32;
    assert_eq!(embedded.map.origin(at) as usize, text.rfind('x').unwrap());
    // Half a value is nothing to look at: any part of it leads to all of the reference.
    let at = embedded.text.find("long").unwrap() as u32;
    assert_eq!(range(embedded.map.origin_span(Span::new(at, at + 2))), "{{long}}");
}

#[test]
fn the_text_of_an_element_is_had_with_values_and_with_entities() {
    let document = document("<a>1<b c='{{x}}'/>&lt;{{y}} {{ z }}</a>", &[("x", "&gt;"), ("y", "2")]);
    assert_eq!(document.text_at(document.root.inner_span), "1<b c='&gt;'/>&lt;2 {{ z }}");
}

#[test]
fn a_broken_value_is_reported_where_it_is_put_in() {
    let text = "<a>\n  <b>{{x}}</b>\n</a>";
    let parsed = parse_with_values(text, &[("x", "</SECRET>")]);
    assert_eq!(parsed.diagnostics.len(), 1);
    let diagnostic = &parsed.diagnostics[0];
    assert_eq!(&text[diagnostic.span.start as usize..diagnostic.span.end as usize], "{{x}}");
    assert!(!format!("{:?}{:?}", diagnostic.headline, diagnostic.notes).contains("SECRET"));
}
