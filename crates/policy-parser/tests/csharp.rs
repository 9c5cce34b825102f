//! What the parser accepts and refuses, compared with answers recorded from a real C# compiler (language version 7.3;
//! 7.0 for `default` without a type).
//!
//! `csharp_errors.jsonl` holds texts with the compiler's first error. Where ours is another one on purpose, `ours` says
//! which: an unclosed interpolation hole is reported at its brace; the expression's own parentheses are no cast,
//! whatever stands in them.
//! `csharp_accepts.jsonl` holds texts without syntax errors, constructs that are refused later among them.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use policy_parser::Source;
use policy_parser::csharp::{Parsed, SyntaxError, parse, scan_expression_end};
use serde_json::Value;

const ERRORS: &str = include_str!("csharp_errors.jsonl");
const ACCEPTS: &str = include_str!("csharp_accepts.jsonl");

fn lines(file: &str) -> impl Iterator<Item = Value> {
    file.lines().map(|line| serde_json::from_str(line).unwrap())
}

fn texts(file: &str) -> Vec<String> {
    lines(file).map(|line| line["expr"].as_str().unwrap().to_owned()).collect()
}

fn describe(text: &str, error: Option<&SyntaxError>) -> String {
    error.map_or("nothing".to_owned(), |error| {
        let at = Source::new("", text).position(error.span.start);
        format!("{} {}:{} {}", error.code, at.line, at.column, error.message)
    })
}

fn expected(error: &Value) -> String {
    let text = |name: &str| error[name].as_str().unwrap_or("");
    format!("{} {}:{} {}", text("code"), error["line"], error["column"], text("message"))
}

#[test]
fn the_first_error_is_the_compilers() {
    let mut wrong = Vec::new();
    for case in lines(ERRORS) {
        let text = case["expr"].as_str().unwrap();
        let want = expected(case.get("ours").unwrap_or(&case));
        let got = describe(text, parse(text).errors.first());
        if got != want {
            wrong.push(format!("{text}\n  want {want}\n  got  {got}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn sound_texts_have_no_errors() {
    let mut wrong = Vec::new();
    for text in texts(ACCEPTS) {
        let parsed = parse(&text);
        if !parsed.errors.is_empty() {
            wrong.push(format!("{text}\n  {}", describe(&text, parsed.errors.first())));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_scanner_finds_the_end_of_sound_texts_whatever_follows() {
    for text in texts(ACCEPTS) {
        assert_eq!(scan_expression_end(&text, 0), Ok(text.len()), "{text}");
        let embedded = format!("<a b=\"{text}\" c='(\"'>)}}");
        assert_eq!(scan_expression_end(&embedded, 6), Ok(6 + text.len()), "{text}");
    }
}

fn check_spans(text: &str, parsed: &Parsed) {
    for error in &parsed.errors {
        let (start, end) = (error.span.start as usize, error.span.end as usize);
        assert!(start <= end && end <= text.len(), "{text}: {error:?}");
        assert!(text.is_char_boundary(start) && text.is_char_boundary(end), "{text}: {error:?}");
    }
}

/// Every span of a tree, read off its debug form, so that no node is forgotten.
fn check_tree_spans(text: &str, parsed: &Parsed) {
    let tree = format!("{:?}", parsed.root);
    for piece in tree.split("Span { start: ").skip(1) {
        let (start, rest) = piece.split_once(", end: ").unwrap();
        let (end, _) = rest.split_once(" }").unwrap();
        let (start, end): (usize, usize) = (start.parse().unwrap(), end.parse().unwrap());
        assert!(text.get(start..end).is_some(), "{text}: {start}..{end}");
    }
}

/// Every prefix of every text, and every text with one character missing or doubled, has a tree and sound spans.
#[test]
fn damaged_texts_never_panic() {
    let sound = texts(ACCEPTS).into_iter().map(|text| (text, true));
    for (text, is_sound) in sound.chain(texts(ERRORS).into_iter().map(|text| (text, false))) {
        let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
        for window in boundaries.windows(2) {
            let (from, to) = (window[0], window[1]);
            let cut = &text[..from];
            let missing = format!("{}{}", &text[..from], &text[to..]);
            let doubled = format!("{}{}", &text[..to], &text[from..]);
            for damaged in [cut, &missing, &doubled] {
                let parsed = parse(damaged);
                check_spans(damaged, &parsed);
                let _ = scan_expression_end(damaged, 0);
            }
            check_tree_spans(cut, &parse(cut));
            assert!(!is_sound || !parse(cut).errors.is_empty(), "{cut}");
        }
    }
}

/// Words in any order: no panic, no endless loop, sound spans.
#[test]
fn word_salad_has_a_tree() {
    const WORDS: &str = "( ) [ ] { } < > ( ) { } , ; : ? ?? . .. = == => + - ++ * & ! ~ ^ | a b c x var int string void \
        new is as in out ref from where select group by into orderby join on equals let await async yield when not and \
        or _ if else for foreach while do switch case default break return throw try catch finally using lock const \
        static delegate typeof nameof checked unsafe goto this null true 1 2.5 \"s\" 'c' @\"v\" $\"{a}\" $\"{ \"} $\" \
        \" ' // /* */ # @ \\ é 😀 :: -> ??= ?. ?[ >> >= >>= global stackalloc params class";
    let words: Vec<&str> = WORDS.split_whitespace().chain(["\n"]).collect();
    let mut state = 0x1234_5678_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap()
    };
    for round in 0..20_000 {
        let (open, close) = if round % 2 == 0 { ("@(", ")") } else { ("@{ ", "}") };
        let mut text = open.to_owned();
        for _ in 0..random(40) {
            text.push_str(words[random(words.len())]);
            text.push_str(if random(3) == 0 { "" } else { " " });
        }
        text.push_str(close);
        let parsed = parse(&text);
        check_spans(&text, &parsed);
        check_tree_spans(&text, &parsed);
        let _ = scan_expression_end(&text, 0);
    }
}

/// A mistake in one place does not bring down what follows it.
#[test]
fn recovery_makes_few_errors_of_one_mistake() {
    for (text, most) in [
        ("@{ var x = 1 var y = 2; return x + y; }", 1),
        ("@{ var x = f(a b); var y = 2 return x; }", 2),
        ("@{ if (a { return 1; } return 2; }", 1),
        ("@{ if a { return 1; } else { return 2 } }", 3),
        ("@(new Foo { A = 1 B = 2, C = 3 })", 1),
        ("@{ var s = \"abc; return s;\n return 1; }", 2),
        ("@{ switch (a) { case 1 return 1; default: return 2 } }", 2),
        ("@(a.b(c.d(e, f)", 2),
        ("@{ foreach (var x y) { z(x) } return 1; }", 2),
    ] {
        let errors = parse(text).errors;
        assert!((1..=most).contains(&errors.len()), "{text}: {errors:#?}");
    }
}

#[test]
fn positions_are_those_of_characters_beyond_ascii_too() {
    let text = "@(\"äöü😀\" + größe.)";
    assert_eq!(describe(text, parse(text).errors.first()), "CS1001 1:18 Identifier expected");
}
