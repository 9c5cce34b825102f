//! Whatever is done to a document, reading it ends, and every span lies inside it.

use crate::support::{check_invariants, fixtures, parse_fixture};

/// Reads a text in all three modes.
fn check(text: &str) {
    for name in ["a.xml", "a.raw.xml", "a.escaped.xml"] {
        check_invariants(&parse_fixture(name, text), text);
    }
}

/// A small generator of numbers that are the same in every run.
struct Numbers(u64);

impl Numbers {
    /// A number below `limit`.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit.max(1)
    }
}

/// What is put into texts.
const PIECES: &[&str] = &[
    "<",
    ">",
    "/",
    "&",
    ";",
    "\"",
    "'",
    "=",
    "@",
    "(",
    ")",
    "{",
    "}",
    "$",
    "\\",
    "!",
    "-",
    "?",
    "[",
    "]",
    " ",
    "\n",
    "\r",
    "\0",
    "é",
    "😀",
    "\u{FEFF}",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?",
    "?>",
    "@(",
    "@{",
    "$\"{",
    "{{host}}",
    "{{quote}}",
    "{{element}}",
    "{{end-tag}}",
    "{{x}}",
    "&lt;",
    "&quot;",
    "&#",
    "//",
    "/*",
    "<!DOCTYPE",
    "</a>",
    "<a>",
    "<a b=\"",
    "\"\"",
    " c='",
];

#[test]
fn truncated_documents() {
    for fixture in fixtures("ok").iter().chain(&fixtures("err")) {
        let text = &fixture.text;
        for (at, _) in text.char_indices() {
            check(&text[..at]);
            // The tail of a document is as broken as its head.
            if text.len() < 400 {
                check(&text[at..]);
            }
        }
    }
}

#[test]
fn mutated_documents() {
    let mut numbers = Numbers(1);
    for fixture in fixtures("ok").iter().chain(&fixtures("err")) {
        for _ in 0..150 {
            let mut characters: Vec<char> = fixture.text.chars().collect();
            for _ in 0..=numbers.below(4) {
                let at = numbers.below(characters.len() + 1);
                let end = (at + numbers.below(5)).min(characters.len());
                characters.splice(at..end, PIECES[numbers.below(PIECES.len())].chars());
            }
            check(&characters.into_iter().collect::<String>());
        }
    }
}

#[test]
fn documents_of_nothing_but_pieces() {
    let mut numbers = Numbers(2);
    for _ in 0..20_000 {
        let text: String = (0..=numbers.below(20)).map(|_| PIECES[numbers.below(PIECES.len())]).collect();
        check(&text);
    }
}

#[test]
fn documents_of_random_bytes() {
    let mut numbers = Numbers(3);
    for _ in 0..2_000 {
        let bytes: Vec<u8> = (0..numbers.below(200)).map(|_| numbers.below(256) as u8).collect();
        check(&String::from_utf8_lossy(&bytes));
    }
}
