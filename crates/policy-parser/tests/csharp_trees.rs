//! The trees of a few dozen expressions, as readable text. `UPDATE_EXPECT=1 cargo test` rewrites the file; look at what
//! changed before committing it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "csharp_trees/printer.rs"]
mod printer;

use policy_parser::csharp::parse;

const EXPRESSIONS: &str = include_str!("csharp_trees/expressions.txt");
const FILE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/csharp_trees/trees.txt");

#[test]
fn trees_are_as_recorded() {
    let mut actual = String::new();
    for text in EXPRESSIONS.lines().filter(|line| !line.is_empty()) {
        let parsed = parse(text);
        actual.push_str(&format!("{text}\n  {}\n", printer::root(&parsed.root)));
        for error in &parsed.errors {
            actual.push_str(&format!("  ! {} {:?} {}\n", error.code, error.span.start, error.message));
        }
    }
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(FILE, &actual).unwrap();
    }
    let recorded = std::fs::read_to_string(FILE).unwrap_or_default();
    for (number, (want, got)) in recorded.lines().zip(actual.lines()).enumerate() {
        assert_eq!(got, want, "line {} of {FILE}", number + 1);
    }
    assert_eq!(recorded.lines().count(), actual.lines().count(), "{FILE}");
}

/// A node's text, cut out by its span, is what was written.
#[test]
fn spans_cut_out_what_was_written() {
    for (text, spans) in [
        ("@(a + b.c( d )[ 0 ])", vec!["a + b.c( d )[ 0 ]", "a", "b.c( d )[ 0 ]", "b.c( d )", "b.c", "b", "d", "0"]),
        ("@((int) -a ?? $\"x{ b }\")", vec!["(int) -a ?? $\"x{ b }\"", "(int) -a", "-a", "a", "$\"x{ b }\"", "b"]),
        ("@(x => x ? 1 : f (2))", vec!["x => x ? 1 : f (2)", "x ? 1 : f (2)", "x", "1", "f (2)", "f", "2"]),
    ] {
        let found: Vec<_> = printer::spans(&parse(text).root)
            .into_iter()
            .map(|span| &text[span.start as usize..span.end as usize])
            .collect();
        assert_eq!(found, spans);
    }
}
