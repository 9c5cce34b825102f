//! Expressions that are too long, too deep, cut off or full of odd characters: an error with a place in the text, or the
//! right value; never a panic.

#![expect(clippy::expect_used, reason = "what stands in the way of a test fails it")]

use std::path::Path;

use policy_parser::csharp;
use policy_testkit::evaluate::{DEFAULT_CONTEXT, Members, answer, compile};
use serde_json::{Value as Json, json};

/// Compiles on a thread with the stack that threads have unless somebody says otherwise.
fn outcome(text: String) -> Result<(), String> {
    let ended =
        std::thread::spawn(move || compile(Members::All, &text).map(|_| ()).map_err(|errors| checked(&text, &errors)));
    ended.join().expect("no panic")
}

/// The first code, after a look at all places.
fn checked(text: &str, errors: &[policy_vm::compile::ExpressionError]) -> String {
    assert!(!errors.is_empty());
    for error in errors {
        let (start, end) = (error.span.start as usize, error.span.end as usize);
        assert!(start <= end && start <= text.len(), "{}: {start}..{end} of {}", error.code, text.len());
        assert!(text.is_char_boundary(start), "{}: {start}", error.code);
        assert!(!error.message.is_empty());
    }
    errors.first().map(|e| e.code.to_owned()).unwrap_or_default()
}

fn value(text: &str) -> Json {
    let base: Json = serde_json::from_str(DEFAULT_CONTEXT).expect("the default context is JSON");
    answer(&json!({"expr": text}), &base)["value"].clone()
}

const TOO_COMPLEX: &str = "CS8078";

#[test]
fn deep_nesting_is_refused() {
    let nests = [
        ("", "(", "1", ")"),
        ("", "-", "1", ""),
        ("", "!", "true", ""),
        ("", "(int)", "1", ""),
        ("", "new[] { ", "1", " }"),
        ("", "new { a = ", "1", " }"),
        ("", "true ? 1 : ", "1", ""),
        ("", "true ? ", "1", " : 1"),
        ("", "(string)null ?? ", "\"a\"", ""),
        ("", "Math.Abs(", "1", ")"),
        ("", "$\"{", "1", "}\""),
        ("", "new List<object> { ", "1", " }"),
        ("", "new[] { 1 }.Select(x => ", "1", ")"),
        ("", "(object)(", "1", ")"),
        ("", "checked(", "1", ")"),
        ("", "(1, ", "1", ")"),
    ];
    for (before, open, inside, close) in nests {
        for count in [10_000, 100_000] {
            let text = format!("@({before}{}{inside}{})", open.repeat(count), close.repeat(count));
            assert_eq!(outcome(text), Err(TOO_COMPLEX.to_owned()), "{count} times {open}");
        }
    }
    let statements =
        [("{", "}"), ("if (context.Tracing) {", "}"), ("try {", "} finally { }"), ("while (context.Tracing) ", ";")];
    for (open, close) in statements {
        let text = format!("@{{ {} {} return 1; }}", open.repeat(10_000), close.repeat(10_000));
        assert_eq!(outcome(text), Err(TOO_COMPLEX.to_owned()), "{open}");
    }
}

/// Nesting that is read must be bound and emitted as well, whatever lies in it.
#[test]
fn nesting_within_the_limit_is_safe() {
    let nests = [
        ("(", "1", ")"),
        ("1 + (", "1", ")"),
        ("true ? 1 : (", "1", ")"),
        ("Math.Abs(", "1", ")"),
        ("new { a = ", "1", " }.a"),
        ("(int)(object)(", "1", ")"),
        ("(int?)(", "1", ") ?? 2"),
        ("$\"{", "1", "}\".Length"),
    ];
    for (open, inside, close) in nests {
        for count in [5, 20, 60, 100, 150, 199] {
            let text = format!("@({}{inside}{})", open.repeat(count), close.repeat(count));
            let refused = outcome(text);
            assert!(refused.is_ok() || refused == Err(TOO_COMPLEX.to_owned()), "{count} times {open}: {refused:?}");
            assert!(refused.is_ok() || count > 20, "{count} times {open}");
        }
    }
}

#[test]
fn sums_of_100_000_terms_have_their_value() {
    let chain = |first: &str, link: &str| format!("@({first}{})", link.repeat(99_999));
    assert_eq!(value(&chain("1", "+1")), "100000");
    assert_eq!(value(&format!("@({}.Length)", chain("\"a\"", "+\"b\"").trim_start_matches('@'))), "100000");
    assert_eq!(value(&format!("@{{ int i = 1; return {}; }}", &chain("i", "+i")[1..])), "100000");
    assert_eq!(value(&format!("@{{ double d = 2; return {}; }}", &chain("d", "*d/d")[1..])), "2");
    assert_eq!(value(&format!("@{{ string s = \"a\"; return {}.Length; }}", &chain("s", "+s")[1..])), "100000");
    assert_eq!(value(&format!("@{{ bool t = true; return {}; }}", &chain("t", "&&t")[1..])), "True");
    assert_eq!(value(&format!("@{{ bool f = false; return {}; }}", &chain("f", "||f")[1..])), "False");
}

/// What becomes a tree of calls is refused at the operator that is one too many.
#[test]
fn long_chains_of_declared_operators_are_refused() {
    let chains = [
        ("DateTime.MinValue", " + TimeSpan.Zero"),
        ("(int?)1", " + (int?)1"),
        ("1", " == 1 == true ? 1 : 0"),
        ("context.Request.Method", ".Trim()"),
        ("new[] { 1 }", ".Skip(0)"),
        ("(string)null", " ?? null"),
        ("context", "?.Request"),
        ("1", " as object"),
    ];
    for (first, link) in chains {
        let refused = outcome(format!("@({first}{})", link.repeat(100_000)));
        assert_eq!(refused, Err(TOO_COMPLEX.to_owned()), "{link}");
    }
    let text = format!("@{{ {} return 0; }}", "if (context.Tracing) { return 1; } else ".repeat(50_000));
    assert_eq!(outcome(text), Err(TOO_COMPLEX.to_owned()));
}

#[test]
fn long_chains_within_reason_work() {
    let calls = ".Replace(\"a\", \"b\")".repeat(60);
    assert_eq!(value(&format!("@(\"aa\"{calls})")), "bb");
    let branches: String = (0..100).map(|i| format!("if (n == {i}) {{ return {i} * 2; }} else ")).collect();
    assert_eq!(value(&format!("@{{ int n = 77; {branches} {{ return -1; }} }}")), "154");
    let arms: String = (0..100).map(|i| format!("n == {i} ? {i} * 2 : ")).collect();
    assert_eq!(value(&format!("@{{ int n = 77; return {arms} -1; }}")), "154");
    let cases: String = (0..1000).map(|i| format!("case {i}: return {i} * 2; ")).collect();
    assert_eq!(value(&format!("@{{ int n = 777; switch (n) {{ {cases} default: return -1; }} }}")), "1554");
    let lines: String = (0..5000).map(|i| format!("n += {i}; ")).collect();
    assert_eq!(value(&format!("@{{ int n = 0; {lines} return n; }}")), "12497500");
}

#[test]
fn long_words_are_read() {
    let megabyte = "x".repeat(1 << 20);
    assert_eq!(value(&format!("@(\"{megabyte}\".Length)")), "1048576");
    assert_eq!(value(&format!("@(@\"{megabyte}\".Length)")), "1048576");
    assert_eq!(value(&format!("@($\"{megabyte}{{1}}\".Length)")), "1048577");
    assert_eq!(value(&format!("@(1 /* {megabyte} */)")), "1");
    assert_eq!(value(&format!("@{{ int {megabyte} = 5; return {megabyte}; }}")), "5");
    assert_eq!(outcome(format!("@({megabyte})")), Err("CS0103".to_owned()));
    assert_eq!(outcome(format!("@({})", "9".repeat(1 << 20))), Err("CS1021".to_owned()));
    assert!(outcome(format!("@(0x{})", "F".repeat(1 << 20))).is_err());
    assert!(outcome(format!("@(1.{}m)", "1".repeat(1 << 20))).is_ok());
    assert!(outcome(format!("@('{megabyte}')")).is_err());
    assert!(outcome(format!("@(\"{megabyte}")).is_err());
}

#[test]
fn odd_characters_are_taken_as_the_compiler_takes_them() {
    assert_eq!(value("@(\"\\ud800\".Length)"), "1");
    assert_eq!(value("@(\"\\ud83d\\ude00\".Length + \"\u{1F600}\".Length)"), "4");
    assert_eq!(value("@((int)'\\udc00')"), "56320");
    assert_eq!(value("@(\"a\0b\".Length)"), "3");
    assert_eq!(value("@(\"\u{202e}abc\".Length)"), "4");
    assert_eq!(value("@(1\u{a0}+\u{2003}1)"), "2");
    // Cyrillic letters that look like Latin ones are other letters.
    assert_eq!(outcome("@(\u{0441}ontext.Request)".to_owned()), Err("CS0103".to_owned()));
    for odd in ["\0", "\u{feff}1", "\u{200b}", "\u{1F600}", "1\u{2028}+", "\u{fffd}", "“a”", "\\ud800", "@\\u0031"]
    {
        assert!(outcome(format!("@({odd})")).is_err(), "{odd:?}");
    }
}

fn golden_expressions() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy-vm/tests/goldens");
    let mut all = Vec::new();
    for folder in [folder.clone(), folder.join("diagnostics")] {
        for entry in std::fs::read_dir(folder).expect("goldens") {
            let path = entry.expect("an entry").path();
            if path.extension().is_none_or(|e| e != "jsonl") {
                continue;
            }
            let text = std::fs::read_to_string(path).expect("a readable file");
            let rows = text.lines().filter_map(|line| serde_json::from_str::<Json>(line).ok());
            all.extend(rows.filter_map(|row| row["expr"].as_str().map(str::to_owned)));
        }
    }
    all.sort();
    all.dedup();
    all
}

/// Every golden expression, cut off after each of its characters, is read; of the texts that arise when the brackets are
/// closed again behind the cut, every sixteenth is compiled.
#[test]
fn every_truncation_of_every_golden_expression_is_an_error_or_an_expression() {
    const LONGEST: usize = 600;
    let all = golden_expressions();
    assert!(all.len() > 6_000, "{}", all.len());
    let mut number = 0_usize;
    for text in all.iter().filter(|text| text.len() <= LONGEST) {
        let close = if text.starts_with("@{") { '}' } else { ')' };
        for (at, _) in text.char_indices() {
            let cut = text.get(..at).unwrap_or_default();
            for error in csharp::parse(cut).errors {
                let (start, end) = (error.span.start as usize, error.span.end as usize);
                assert!(start <= end && end <= cut.len(), "{cut}: {} at {start}..{end}", error.code);
            }
            number += 1;
            if number.is_multiple_of(16) && at > 2 {
                let closed = format!("{cut}{close}");
                if let Err(errors) = compile(Members::Allowed, &closed) {
                    checked(&closed, &errors);
                }
            }
        }
    }
}
