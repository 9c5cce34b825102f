//! Depth and size: on a small stack and without optimisation nothing that a text contains can exhaust the stack, and
//! what comes out of the parser can be walked, cloned and dropped by recursion.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use policy_parser::csharp::{MAX_HEIGHT, MAX_NESTING, Parsed, parse, scan_expression_end};

const TOO_COMPLEX: &str = "CS8078";

/// Runs on a thread with the stack that spawned threads have by default.
fn on_small_stack(run: impl FnOnce() + Send + 'static) {
    std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap().join().unwrap();
}

fn walk_and_drop(parsed: Parsed) {
    let copy = parsed.clone();
    drop(parsed);
    assert!(!format!("{:?}", copy.root).is_empty());
}

fn nested(open: &str, inner: &str, close: &str, count: usize) -> String {
    format!("@({}{inner}{})", open.repeat(count), close.repeat(count))
}

/// Texts that nest, as opening and closing part.
const NESTS: &[(&str, &str, &str)] = &[
    ("(", "a", ")"),
    ("-(", "a", ")"),
    ("!", "a", ""),
    ("(int)", "a", ""),
    ("f(", "a", ")"),
    ("a[", "b", "]"),
    ("a?.b(", "c", ")"),
    ("a?.", "b", ""),
    ("x => ", "x", ""),
    ("(x, y) => ", "x", ""),
    ("x => { return ", "x", "; }"),
    ("delegate { return ", "x", "; }"),
    ("new { a = ", "1", " }"),
    ("new A { B = ", "1", " }"),
    ("new A { B = { C = ", "1", " } }"),
    ("new A { { ", "1", " } }"),
    ("new[] { ", "1", " }"),
    ("new A[", "1", "]"),
    ("new A(", "1", ")"),
    ("$\"{", "a", "}\""),
    ("$\"{(", "a", ")}\""),
    ("a ? ", "b", " : c"),
    ("a ? b : (", "c", ")"),
    ("a ?? ", "b", ""),
    ("a = ", "b", ""),
    ("a + (", "b", ")"),
    ("(a, ", "b", ")"),
    ("((a, b), ", "c", ")"),
    ("from x in ", "y", " select x"),
    ("checked(", "a", ")"),
    ("a is (", "b", ")"),
];

/// Statements that nest.
const STATEMENT_NESTS: &[(&str, &str)] = &[
    ("{", "}"),
    ("if (a) ", ""),
    ("if (a) { ", " }"),
    ("while (a) ", ""),
    ("do ", " while (a);"),
    ("for (;;) ", ""),
    ("foreach (var a in b) ", ""),
    ("switch (a) { case 1: ", " }"),
    ("try { ", " } finally { }"),
    ("lock (a) ", ""),
    ("using (a) ", ""),
    ("a: ", ""),
    ("void f() { ", " }"),
    ("checked { ", " }"),
    ("if (a) { } else { ", " }"),
];

#[test]
fn any_nesting_is_read_or_refused() {
    on_small_stack(|| {
        for (open, inner, close) in NESTS {
            for count in [10, 60, 99, 199, 200, 300, 10_000] {
                let text = nested(open, inner, close, count);
                let parsed = parse(&text);
                if count >= 300 {
                    assert!(parsed.errors.iter().any(|e| e.code == TOO_COMPLEX), "{count} times {open}");
                }
                let refused = parsed.errors.iter().any(|e| e.code == TOO_COMPLEX);
                assert!(!refused || count >= 60, "{count} times {open}");
                walk_and_drop(parsed);
                // An open end is as dangerous as a closed one.
                walk_and_drop(parse(&format!("@({}", open.repeat(count))));
            }
        }
    });
}

/// Types that nest, in every place where a type may stand.
#[test]
fn any_nesting_of_types_is_read_or_refused() {
    on_small_stack(|| {
        for (open, inner, close) in [("A<", "B", ">"), ("(A, ", "B", ")"), ("A<(B, C<", "D", ">)>"), ("", "A", "[]")] {
            for count in [10, 60, 190, 600, 10_000] {
                let ty = format!("{}{inner}{}", open.repeat(count), close.repeat(count));
                for (before, after) in [
                    ("@(typeof(", "))"),
                    ("@(default(", "))"),
                    ("@(new ", "())"),
                    ("@(a is ", " b)"),
                    ("@(a as ", ")"),
                    ("@((", ") a)"),
                    ("@(a.b<", ">())"),
                    ("@(f(out ", " a))"),
                    ("@((", " a) => b)"),
                    ("@{ ", " a; }"),
                    ("@{ ", " a() => b; }"),
                    ("@{ foreach (", " a in b) { } }"),
                    ("@{ switch (a) { case ", " b: } }"),
                ] {
                    let parsed = parse(&format!("{before}{ty}{after}"));
                    assert!(count < 600 || !parsed.errors.is_empty(), "{before} {count} times {open}{close}");
                    walk_and_drop(parsed);
                }
            }
        }
    });
}

#[test]
fn any_nesting_of_statements_is_read_or_refused() {
    on_small_stack(|| {
        for (open, close) in STATEMENT_NESTS {
            for count in [10, 60, 99, 199, 200, 300, 10_000] {
                let text = format!("@{{ {} a(); {} return 1; }}", open.repeat(count), close.repeat(count));
                let parsed = parse(&text);
                let refused = parsed.errors.iter().any(|e| e.code == TOO_COMPLEX);
                assert!(count < 300 || refused, "{count} times {open}");
                assert!(!refused || count >= 60, "{count} times {open}");
                walk_and_drop(parsed);
            }
        }
    });
}

#[test]
fn refused_patterns_are_counted_too() {
    on_small_stack(|| {
        let parsed = parse(&format!("@(a is {}b)", "not ".repeat(10_000)));
        assert!(parsed.errors.iter().any(|e| e.code == TOO_COMPLEX));
        walk_and_drop(parsed);
    });
}

/// Chains are read in a loop, so more of them is allowed than of brackets.
#[test]
fn long_chains_are_read_up_to_the_limit() {
    let chains: &[(&str, &str)] = &[
        ("a", ".b"),
        ("a", "()"),
        ("a", "[0]"),
        ("a", " ? b : c"),
        ("a", " as b"),
        ("a", "++"),
        ("from x in y select x", " into z select z"),
    ];
    for (first, link) in chains {
        let (first, link) = (*first, *link);
        on_small_stack(move || {
            for count in [400_usize, 100_000] {
                let text = if link == " ? b : c" {
                    format!("@({}{first})", "a ? b : ".repeat(count))
                } else {
                    format!("@({first}{})", link.repeat(count))
                };
                let parsed = parse(&text);
                assert_eq!(!parsed.errors.is_empty(), count as u32 > MAX_HEIGHT, "{count} times {link}");
                walk_and_drop(parsed);
            }
        });
    }
}

/// Infix operators are a list: no number of them is too many.
#[test]
fn sums_of_any_length_are_read() {
    for link in [" + a", " && b", " * a + b", " == c", " < 1 || d"] {
        on_small_stack(move || {
            let parsed = parse(&format!("@(a{})", link.repeat(100_000)));
            assert!(parsed.errors.is_empty(), "{link}");
            walk_and_drop(parsed);
        });
    }
}

#[test]
fn long_else_if_chains_are_read_up_to_the_limit() {
    on_small_stack(|| {
        for count in [400_usize, 50_000] {
            let text = format!("@{{ {}return 1; }}", "if (a) { return 1; } else ".repeat(count));
            let parsed = parse(&text);
            assert_eq!(!parsed.errors.is_empty(), count as u32 > MAX_HEIGHT, "{count}");
            walk_and_drop(parsed);
        }
    });
}

/// Chains inside chains add up: no combination gets higher than the limit.
#[test]
fn chains_inside_brackets_count_together() {
    on_small_stack(|| {
        let chain = ".a".repeat(100);
        let text = format!("@({}a{})", "(".repeat(100), format!("{chain})").repeat(100));
        let parsed = parse(&text);
        assert_eq!(parsed.errors.iter().map(|e| e.code).collect::<Vec<_>>(), [TOO_COMPLEX]);
        walk_and_drop(parsed);
        const { assert!(MAX_NESTING < MAX_HEIGHT) };
    });
}

/// Long is not deep: a list of any length is read.
#[test]
fn wide_texts_are_read() {
    on_small_stack(|| {
        for text in [
            format!("@(f({}a))", "a, ".repeat(20_000)),
            format!("@(new[] {{ {} }})", "1, ".repeat(20_000)),
            format!("@{{ {} return 1; }}", "a(b + c, d => d.e);".repeat(5_000)),
            format!("@($\"{}\")", "{a}b".repeat(20_000)),
            format!("@(a{})", " /* b */".repeat(20_000)),
        ] {
            let parsed = parse(&text);
            assert!(parsed.errors.is_empty(), "{:?}", parsed.errors.first());
            walk_and_drop(parsed);
        }
    });
}

#[test]
fn the_scanner_keeps_its_own_stack() {
    on_small_stack(|| {
        for (open, close) in [("(", ")"), ("$\"{", "}\""), ("$@\"{f(", ")}\""), ("{", "}"), ("[", "]")] {
            let text = format!("@({}a{})", open.repeat(200_000), close.repeat(200_000));
            assert_eq!(scan_expression_end(&text, 0), Ok(text.len()), "{open}");
            let unclosed = format!("@({}", open.repeat(200_000));
            assert!(scan_expression_end(&unclosed, 0).is_err());
        }
    });
}

/// No text takes more than a little time for each of its bytes, however ambiguous it is.
#[test]
fn lookahead_stays_linear() {
    on_small_stack(|| {
        for part in [
            "(a<",
            "a<(",
            "((a,b),",
            "(a[],",
            "a<b,",
            "a?[",
            "(a?)",
            "(a)",
            "a ? (",
            "$\"{a:",
            "(x,",
            "{",
            "\"",
            "$\"{\"",
            "from a in ",
            "case a:",
            "a is (",
            "(a<b>)",
            "a<b<c,(d,e)>,",
        ] {
            let text = format!("@({}", part.repeat(100_000 / part.len()));
            let started = Instant::now();
            walk_and_drop(parse(&text));
            walk_and_drop(parse(&text.replacen('(', "{", 1)));
            let _ = scan_expression_end(&text, 0);
            assert!(started.elapsed() < Duration::from_secs(5), "{part}: {:?}", started.elapsed());
        }
    });
}
