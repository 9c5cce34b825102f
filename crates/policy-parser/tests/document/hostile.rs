//! Texts that somebody wrote to do harm: refused with a position, in a time that grows with their size.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use policy_parser::diagnostic::codes;
use policy_parser::document::{Limits, Mode, NoNamedValues, Parsed, parse, parse_document};
use policy_parser::{Severity, Source};

use crate::support::check_invariants;

/// The codes of what is reported.
fn reported(parsed: &Parsed) -> Vec<&'static str> {
    parsed.diagnostics.iter().map(|diagnostic| diagnostic.code).collect()
}

#[test]
fn a_document_one_byte_too_large_is_refused_and_one_less_is_not() {
    let text = |length: usize| format!("<a>{}</a>", " ".repeat(length - 7));
    let limit = 256 * 1024;
    assert!(reported(&parse_document("a", text(limit))).is_empty());
    let parsed = parse_document("a", text(limit + 1));
    assert_eq!(reported(&parsed), [codes::DOCUMENT_TOO_LARGE]);
    assert_eq!(parsed.diagnostics[0].span.start as usize, limit);
    assert!(parsed.document.is_none());
    let source = Source::new("a", text(limit + 1));
    assert!(reported(&parse(&source, &NoNamedValues, &Limits::FRAGMENT, Mode::Auto)).is_empty());
}

#[test]
fn a_limit_inside_a_character_is_a_position_before_it() {
    let limits = Limits { bytes: 4, ..Limits::DEFAULT };
    let source = Source::new("a", "<a>é</a>");
    assert_eq!(parse(&source, &NoNamedValues, &limits, Mode::Auto).diagnostics[0].span.start, 3);
}

#[test]
fn a_million_elements_a_great_depth_and_a_long_attribute_are_refused() {
    let unlimited = Limits { bytes: usize::MAX, ..Limits::DEFAULT };
    let check = |text: String, code: &str| {
        for mode in [Mode::Auto, Mode::Raw, Mode::Escaped] {
            let parsed = parse(&Source::new("a", text.as_str()), &NoNamedValues, &unlimited, mode);
            assert!(reported(&parsed).contains(&code), "{:?}", reported(&parsed));
        }
    };
    check(format!("<a>{}</a>", "<a/>".repeat(1_000_000)), codes::TOO_MANY_NODES);
    check("<a>".repeat(100_000), codes::TOO_DEEP);
    check(format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000)), codes::TOO_DEEP);
    check(format!("<a {}/>", (0..101).map(|n| format!("b{n}='' ")).collect::<String>()), codes::TOO_MANY_ATTRIBUTES);
    let long = parse_document("a", format!("<a b=\"{}\"/>", "x".repeat(10_000_000)));
    assert_eq!(reported(&long), [codes::DOCUMENT_TOO_LARGE]);
}

#[test]
fn no_setting_makes_the_tree_deeper_than_the_stack() {
    let limits = Limits { depth: usize::MAX, ..Limits::DEFAULT };
    let text = format!("{}{}", "<a>".repeat(10_000), "</a>".repeat(10_000));
    let parsed = parse(&Source::new("a", text), &NoNamedValues, &limits, Mode::Auto);
    assert_eq!(reported(&parsed), [codes::TOO_DEEP]);
    let mut depth = 0;
    let mut element = parsed.document.map(|document| document.root);
    while let Some(mut inner) = element.take() {
        depth += 1;
        element = match inner.children.pop() {
            Some(policy_parser::document::Node::Element(child)) => Some(child),
            _ => None,
        };
    }
    assert_eq!(depth, Limits::DEEPEST);
}

#[test]
fn document_types_are_refused_and_declare_nothing() {
    for subset in [
        "",
        "[<!ENTITY e 'x'>]",
        "[<!ENTITY a 'x'><!ENTITY e '&a;&a;&a;&a;&a;&a;&a;&a;'>]",
        "SYSTEM 'file:///etc/passwd'",
        "PUBLIC '-//x' 'http://host/x.dtd' [<!ENTITY % p SYSTEM 'http://host/'> %p;]",
    ] {
        for mode in [Mode::Auto, Mode::Raw, Mode::Escaped] {
            let source = Source::new("a", format!("<!DOCTYPE a {subset}><a>&e;</a>"));
            let parsed = parse(&source, &NoNamedValues, &Limits::DEFAULT, mode);
            assert_eq!(reported(&parsed), [codes::DOCUMENT_TYPE, codes::UNKNOWN_ENTITY], "{subset}");
        }
    }
}

#[test]
fn values_cannot_blow_a_document_up() {
    let values = BTreeMap::from([("x".to_owned(), "y".repeat(4096))]);
    let source = Source::new("a", format!("<a>{}</a>", "{{x}}".repeat(50_000)));
    let parsed = parse(&source, &values, &Limits::DEFAULT, Mode::Auto);
    assert_eq!(reported(&parsed), [codes::EXPANDED_TOO_LARGE]);
}

/// Bytes of the texts that are timed.
const SIZE: usize = 64 * 1024;

/// Texts that invite looking ahead in vain, over and over. The time allowed is far above what a linear reader needs
/// without optimisation, and far below what a quadratic one does.
#[test]
fn time_grows_with_size() {
    let pieces = [
        "<a>",
        "<a/>",
        "<a ",
        "<a b=\"",
        "<a b=\"x\"y ",
        "<a b=\"@(",
        "<a b='@(\"' c=\"@{'\"",
        "<t>@(",
        "<t>@{\"</t>",
        "<!--",
        "<!-- -- -->",
        "<![CDATA[",
        "]]>",
        "<?",
        "<!DOCTYPE [",
        "<!x",
        "&",
        "&a",
        "&#",
        "&lt;",
        "{{",
        "{{a",
        "{{a}}",
        "{{{a}}}",
        "{{k}}",
        "@({{k}}",
        "</a>",
        "<a></b>",
        "<",
        "\"",
        "='",
        " b='1'",
        "a",
        "\n",
        "\r",
        "\t",
        "\u{FEFF}",
        "$\"{",
        "$@\"{:",
        "@(\"&quot;",
        "<a b=\"@(&quot;)&quot; \"/>",
        "<a b=\"@(&quot;(&quot;)\"/>",
        "<a b=\"@(1)\"/>",
        "<a b=\"@({{k}})\"/>",
        "<a b=\"{\"c\": 1}\"/>",
        "<é",
        "<a b=\"x\"c=\"",
        "<a b=\"\"\"c=\"",
        "<a b = ",
        "<a b=\"x\ny<",
    ];
    let values = BTreeMap::from([("k".to_owned(), "v".to_owned())]);
    for piece in pieces {
        for (start, end) in [("", ""), ("<a>", "</a>"), ("<a b=\"@(", ")\"/>"), ("<a b=\"", "\"/>"), ("<a><b c='", "")]
        {
            let count = (SIZE - start.len() - end.len()) / piece.len();
            let text = format!("{start}{}{end}", piece.repeat(count));
            let source = Source::new("a", text.as_str());
            let begin = Instant::now();
            let parsed = parse(&source, &values, &Limits::DEFAULT, Mode::Auto);
            let time = begin.elapsed();
            assert!(time < Duration::from_secs(2), "{start}{piece}… takes {time:?}");
            assert!(parsed.diagnostics.len() <= 3 * (Limits::DEFAULT.errors + 1), "{start}{piece}…");
            if start.is_empty() {
                check_invariants(&parsed, &text);
            }
        }
    }
}

#[test]
fn odd_characters_are_shown_escaped() {
    use policy_parser::diagnostic::render::{Colours, text};
    let parsed = parse_document("a\u{202E}.xml", "<a \u{202E}b\0='x'></\u{2066}a>");
    let rendered = text(&parsed.diagnostics, Colours::Never);
    assert!(parsed.diagnostics.iter().all(|diagnostic| diagnostic.severity == Severity::Error));
    assert!(!rendered.contains(['\u{202E}', '\u{2066}', '\0']), "{rendered:?}");
    assert!(rendered.contains("\\u{202e}b"), "{rendered}");
}
