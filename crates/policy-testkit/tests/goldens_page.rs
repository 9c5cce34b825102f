//! `docs/expressions.md` states how many recorded rows there are, and which differences are kept: this writes that part
//! of it from the rows, and fails when it is out of date.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use policy_testkit::Expectations;
use serde_json::Value as Json;

const BEGIN: &str = "<!-- written from the recorded rows: -->\n";
const END: &str = "<!-- end -->\n";
const KEPT: &str = "differences";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn rows(file: &Path) -> std::io::Result<Vec<Json>> {
    let text = std::fs::read_to_string(file)?;
    let lines = text.lines().filter(|line| !line.trim().is_empty());
    // A row with a lone surrogate cannot be read here, but is one.
    Ok(lines.map(|line| serde_json::from_str(line).unwrap_or_default()).collect())
}

fn generated() -> std::io::Result<String> {
    let mut areas: BTreeMap<String, Vec<Json>> = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("crates/policy-vm/tests/goldens"))? {
        let file = entry?.path();
        if file.extension().is_some_and(|extension| extension == "jsonl") {
            areas.insert(file.file_stem().unwrap_or_default().to_string_lossy().into_owned(), rows(&file)?);
        }
    }
    let kept = areas.remove(KEPT).unwrap_or_default();
    let mut text = String::from("\n| area | rows |\n|---|---:|\n");
    for (area, rows) in &areas {
        let _ = writeln!(text, "| {area} | {} |", rows.len());
    }
    let total: usize = areas.values().map(Vec::len).sum();
    let _ = writeln!(text, "| **all** | **{total}** |\n\nKept differences, {}:\n", kept.len());
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for row in &kept {
        let (reason, expr) = (row["reason"].as_str().unwrap_or_default(), row["expr"].as_str().unwrap_or_default());
        match reasons.iter_mut().find(|(known, _)| *known == reason) {
            Some((_, all)) => all.push(expr),
            None => reasons.push((reason, vec![expr])),
        }
    }
    for (reason, expressions) in reasons {
        let _ = writeln!(text, "- {}:", reason.trim_end_matches('.'));
        for expression in expressions {
            let _ = writeln!(text, "  - `` {} ``", shortened(expression));
        }
    }
    text.push('\n');
    Ok(text)
}

/// One line of at most a hundred characters.
fn shortened(expression: &str) -> String {
    let line = expression.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 100 { line } else { line.chars().take(99).chain(['…']).collect() }
}

#[test]
fn the_page_says_what_is_recorded() {
    let path = root().join("docs/expressions.md");
    let page = std::fs::read_to_string(&path).expect("docs/expressions.md");
    let (before, rest) = page.split_once(BEGIN).expect("the page has a generated part");
    let (found, after) = rest.split_once(END).expect("the generated part has an end");
    let wanted = generated().expect("readable goldens");
    if found != wanted && Expectations::from_environment() == Expectations::Update {
        std::fs::write(&path, [before, BEGIN, &wanted, END, after].concat()).expect("the page can be written");
        return;
    }
    assert_eq!(found, wanted, "docs/expressions.md is out of date: UPDATE_EXPECT=1 writes it");
}
