//! Recorded answers of .NET 8, compared with the engine's: `crates/policy-vm/tests/goldens/*.jsonl`.
//!
//! Each row is an expression and what a real C# compiler and runtime made of it. Rows in `differences.jsonl` are kept
//! differences: each names its reason, and must still differ.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use policy_testkit::evaluate::{DEFAULT_CONTEXT, answer};
use serde_json::{Value as Json, json};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../policy-vm/tests/goldens")
}

/// What of a row is compared: everything for a value, kind and type for an exception with its message, the first code for
/// a refusal.
fn essence(row: &Json) -> Json {
    if row["ok"] == json!(true) {
        return json!({"static_type": row["static_type"], "type": row["type"], "value": row["value"]});
    }
    let error = &row["error"];
    match error["kind"].as_str() {
        Some("compile") => json!({"compile": error["codes"][0]}),
        Some("exception") => json!({"exception": error["type"], "message": error["message"]}),
        _ => error.clone(),
    }
}

/// Does an escape name half of a pair?
fn has_surrogate(line: &str) -> bool {
    line.to_ascii_lowercase()
        .match_indices("\\ud")
        .any(|(at, _)| matches!(line.as_bytes().get(at + 3), Some(b'8' | b'9' | b'a'..=b'f' | b'A'..=b'F')))
}

#[test]
fn expressions_give_what_dot_net_gave() {
    let base: Json = serde_json::from_str(DEFAULT_CONTEXT).expect("the default context is JSON");
    let only = std::env::var("GOLDENS").unwrap_or_default();
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder())
        .expect("goldens")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "jsonl") && path.to_string_lossy().contains(&only))
        .collect();
    files.sort();
    let mut wrong = Vec::new();
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for file in &files {
        let text = std::fs::read_to_string(file).expect("a readable file");
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let (kept, area) = (name == "differences", counts.entry(name.clone()).or_default());
        for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            // A lone surrogate in an answer is no Unicode text, which this reader cannot hold: such rows are left out.
            let row = match serde_json::from_str::<Json>(line) {
                Ok(row) => row,
                Err(_) if has_surrogate(line) => continue,
                Err(error) => panic!("{name}:{}: {error}", number + 1),
            };
            assert!(!kept || row["reason"].is_string(), "{name}:{}: a difference without a reason", number + 1);
            if row.get("expr").is_none() {
                continue;
            }
            let ours = answer(&row, &base);
            let same = essence(&row) == essence(&ours);
            area.1 += 1;
            if same != kept {
                area.0 += 1;
            } else {
                wrong.push(format!(
                    "{name}:{}: {}\n  .NET {}\n  ours {}",
                    number + 1,
                    row["expr"].as_str().unwrap_or_default(),
                    essence(&row),
                    essence(&ours)
                ));
            }
        }
    }
    assert!(counts.values().any(|(_, all)| *all > 0), "no row was compared");
    for (area, (good, all)) in &counts {
        println!("{area}: {good} of {all}");
    }
    assert!(wrong.is_empty(), "{} rows differ\n{}", wrong.len(), wrong.join("\n"));
}
