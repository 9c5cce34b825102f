//! `docs/tollgate-toml.md` names every key with its default, and no other.

use std::collections::BTreeMap;

use policy_parser::Source;
use serde_json::Value as Json;

use super::Config;
use crate::data::{Entry, Node, Place, Value, keys_at};

/// No table has it.
const NO_KEY: &str = "?";

/// All keys that are no tables. A name that the user chooses is `<name>`, an item of a list `[]`.
fn keys() -> Vec<String> {
    let mut all = Vec::new();
    collect(&mut Vec::new(), &mut all);
    all
}

fn collect(path: &mut Vec<&'static str>, all: &mut Vec<String>) {
    let forms: [&[&'static str]; 3] = [&[], &["<name>"], &["[]"]];
    let table = forms.iter().find_map(|form| {
        let whole = [path.as_slice(), form].concat();
        keys_at::<Config>(&probe(&whole)).map(|keys| (whole, keys))
    });
    match table {
        Some((whole, keys)) => {
            for key in keys {
                let mut below = [whole.as_slice(), &[*key]].concat();
                collect(&mut below, all);
            }
        }
        None => all.push(path.join(".").replace(".[]", "[]")),
    }
}

/// A tree with the unknown key at the end of the path.
fn probe(path: &[&str]) -> Node {
    let place = Place::start_of(&Source::new("", ""));
    let map = |key: &str, node: Node| {
        let entry = Entry { key: key.into(), key_place: place.clone(), node };
        Node { place: place.clone(), value: Value::Map(vec![entry]) }
    };
    let end = map(NO_KEY, Node { place: place.clone(), value: Value::Null });
    path.iter().rev().fold(end, |node, key| match *key {
        "[]" => Node { place: place.clone(), value: Value::List(vec![node]) },
        key => map(key, node),
    })
}

/// Rows `| `key` | default | … |` of the page.
fn rows(page: &str) -> BTreeMap<String, String> {
    let mut rows = BTreeMap::new();
    for line in page.lines() {
        let mut cells = line.split(" | ");
        let key = cells.next().and_then(|cell| cell.strip_prefix("| `")).and_then(|cell| cell.strip_suffix('`'));
        if let (Some(key), Some(default)) = (key, cells.next()) {
            rows.insert(key.to_owned(), default.trim().to_owned());
        }
    }
    rows
}

/// The default as the page has it.
fn default(key: &str) -> String {
    let whole = serde_json::to_value(Config::default()).unwrap();
    let value = key.split('.').try_fold(&whole, |table, key| table.get(key));
    match value {
        Some(Json::Null) | None => String::new(),
        Some(value) => format!("`{value}`"),
    }
}

#[test]
fn every_key_is_on_its_page() {
    let page = include_str!("../../../../docs/tollgate-toml.md");
    let mut rows = rows(page);
    let mut wrong = Vec::new();
    for key in keys() {
        match rows.remove(&key) {
            None => wrong.push(format!("is missing: | `{key}` | {} | … |", default(&key))),
            Some(found) if !key.contains(['<', '[']) && found != default(&key) => {
                wrong.push(format!("`{key}` has the default {}, not {found}", default(&key)));
            }
            Some(_) => {}
        }
    }
    wrong.extend(rows.keys().map(|key| format!("there is no key `{key}`")));
    assert_eq!(wrong, Vec::<String>::new(), "docs/tollgate-toml.md");
}
