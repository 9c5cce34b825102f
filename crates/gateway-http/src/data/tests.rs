//! Broken texts by the thousand: nothing panics, nothing hangs, and every place lies inside its file.

use policy_parser::{Diagnostic, Source};

use super::*;

const JSON: &str =
    r#"{"properties": {"a": [1, -2.5e3, true, null, "ü\u00fc\ud83d\ude00\n"], "b": {"c": {}}, "b": []}}"#;
const YAML: &str = "# c\na: &x\n  - 'it''s'\n  - \"\\u00fc\"\n  - {k: v, l: [1, 2]}\nb: *x\nc: |-\n  text\n   more\nd: >\n  folded\n\
                    e: !!str 5\n? f\n: g\n--- \nz: 1\n";
const TOML: &str =
    "a = 1\nb = [1, 2.5, \"x\"]\n[c.d]\ne = { f = true, g = 2020-01-01 }\n[[h]]\ni = '''x'''\n[[h]]\nj.k = 0xFF\n";

/// xorshift: the same texts on every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }
}

fn mutated(text: &str, dice: &mut Dice) -> String {
    const PIECES: &[&str] = &[
        "{", "}", "[", "]", ":", ",", "\"", "'", "\\", "\n", "  ", "- ", "&a ", "*a", "|", ">", "#", "!", "?", "%",
        "ü", "\0", "=", "\t", "\r", "---\n",
    ];
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=dice.roll(4) {
        let at = dice.roll(characters.len() + 1);
        match dice.roll(3) {
            0 => drop(characters.splice(at..at, PIECES[dice.roll(PIECES.len())].chars())),
            1 => characters.truncate(at),
            _ => drop(characters.drain(at..(at + dice.roll(4)).min(characters.len()))),
        }
    }
    characters.into_iter().collect()
}

fn inside(node: &Node, length: u32) {
    let Span { start, end } = node.place.span;
    assert!(start <= end && end <= length, "{start}..{end} of {length}");
    node.items().iter().for_each(|item| inside(item, length));
    for entry in node.entries() {
        assert!(entry.key_place.span.end <= length);
        inside(&entry.node, length);
    }
}

#[track_caller]
fn check(text: &str, rounds: usize, parse: fn(&Arc<Source>, &mut Vec<Diagnostic>) -> Option<Node>) {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    for _ in 0..rounds {
        let source = Source::new("x", mutated(text, &mut dice));
        let length = u32::try_from(source.text().len()).unwrap();
        let mut found = Vec::new();
        let node = parse(&source, &mut found);
        assert!(node.is_some() || !found.is_empty(), "{:?}", source.text());
        node.iter().for_each(|node| inside(node, length));
        if let Some(node) = &node {
            let _: Option<std::collections::BTreeMap<String, String>> = read(node, "X", &mut found);
            let _ = node.to_json();
        }
        for finding in found {
            assert!(finding.span.start <= finding.span.end && finding.span.end <= length, "{:?}", source.text());
        }
    }
}

#[test]
fn broken_json() {
    check(JSON, 20_000, json::parse);
}

#[test]
fn broken_yaml() {
    check(YAML, 20_000, yaml::parse);
}

#[test]
fn broken_toml() {
    check(TOML, 20_000, |source, found| Some(toml::parse(source, found)));
}
