//! Tests against answers recorded from Newtonsoft.Json 13 on .NET 8.

use std::path::{Path, PathBuf};

use super::load::{self, Wanted};
use super::{jobject, node, query, write};
use crate::cx::Cx;
use crate::cx::check::{show_throw, with_cx};
use crate::exception::Throw;
use crate::value::text::TextBuf;
use crate::value::{Ref, Value};

/// A data set that lies beside the project, if it is there.
fn suite(name: &str) -> Option<PathBuf> {
    let start = Path::new(env!("CARGO_MANIFEST_DIR"));
    let found = start.ancestors().map(|dir| dir.join("shared/suites").join(name)).find(|path| path.exists());
    if found.is_none() {
        println!("skipped: no data set {name}");
    }
    found
}

fn load_file(cx: &mut Cx<'_>, path: &Path) -> Ref {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let text = cx.heap.new_str(&text).expect("within budget");
    let parsed = load::parse_with(cx, text, Wanted::Token, false).expect("the data set is JSON");
    node::token(cx.heap, parsed).expect("a token")
}

fn member(cx: &mut Cx<'_>, at: Ref, name: &str) -> Value {
    let name = cx.heap.new_str(name).expect("within budget");
    jobject::value_of(cx, at, name)
}

fn text_member(cx: &mut Cx<'_>, at: Ref, name: &str) -> String {
    let value = member(cx, at, name);
    let text = node::token(cx.heap, value).and_then(|at| node::scalar(cx.heap, at));
    match text {
        Some((_, Value::String(text))) => cx.heap.text(text).to_utf8().into_owned(),
        _ => String::new(),
    }
}

fn compact(cx: &mut Cx<'_>, at: Ref) -> String {
    let mut out = TextBuf::new();
    match write::token(cx, at, false, &mut out) {
        Ok(()) => out.as_text().to_utf8().into_owned(),
        Err(throw) => show_throw(cx, throw),
    }
}

fn select(cx: &mut Cx<'_>, document: Ref, selector: &str) -> Result<String, Throw> {
    let selector = cx.heap.new_str(selector)?;
    let found = query::select(cx, document, selector, false)?;
    let found: Vec<String> = found.into_iter().map(|at| compact(cx, at)).collect();
    Ok(format!("[{}]", found.join(",")))
}

#[test]
fn json_path_answers() {
    let Some(folder) = suite("jsonpath") else { return };
    with_cx(&[], |cx| {
        let cases = load_file(cx, &folder.join("cts.json"));
        let cases = member(cx, cases, "tests");
        let cases = node::token(cx.heap, cases).expect("the suite has tests");
        let cases = node::node(cx.heap, cases).children();
        let answers = load_file(cx, &folder.join("newtonsoft-answers.json"));
        let answers = node::node(cx.heap, answers).children();
        let mut wrong = Vec::new();
        for (case, answer) in cases.iter().zip(&answers) {
            let selector = text_member(cx, *case, "selector");
            let expected = text_member(cx, *answer, "newtonsoft");
            assert_eq!(selector, text_member(cx, *answer, "selector"));
            let document = member(cx, *case, "document");
            let document = match node::token(cx.heap, document) {
                Some(document) => document,
                None => jobject::create(cx).expect("within budget"),
            };
            let got = select(cx, document, &selector).unwrap_or_else(|throw| {
                let shown = show_throw(cx, throw);
                let ty = shown.split(':').next().unwrap_or_default();
                format!("EXC:{}", ty.rsplit('.').next().unwrap_or_default())
            });
            if got != expected {
                wrong.push(format!(
                    "{}: {selector}\n  expected {expected}\n  got      {got}",
                    text_member(cx, *case, "name")
                ));
            }
        }
        assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    });
}

/// The recorded rows of a file, as tokens.
fn rows(cx: &mut Cx<'_>, file: &str) -> Vec<Ref> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/goldens").join(file);
    let text = std::fs::read_to_string(path).expect("recorded rows");
    let row = |line: &str| {
        let line = cx.heap.new_str(line).expect("within budget");
        let parsed = load::parse_with(cx, line, Wanted::Token, false).expect("rows are JSON");
        node::token(cx.heap, parsed).expect("a token")
    };
    text.lines().map(row).collect()
}

fn shown(cx: &mut Cx<'_>, parsed: Result<Value, Throw>, with_type: bool) -> String {
    match parsed {
        Ok(value) => {
            let at = node::token(cx.heap, value).expect("a token");
            let ty = node::node(cx.heap, at).token_type().name();
            let text = compact(cx, at);
            if with_type { format!("{ty} {text}") } else { text }
        }
        Err(throw) => {
            let shown = show_throw(cx, throw);
            let bare = shown.split_once(": ").map(|(_, message)| message.to_owned());
            if with_type { shown } else { bare.unwrap_or(shown) }
        }
    }
}

#[test]
fn texts_and_messages() {
    with_cx(&[], |cx| {
        let mut wrong = Vec::new();
        for row in rows(cx, "json-text.jsonl") {
            let wanted = match text_member(cx, row, "as").as_str() {
                "JObject" => Wanted::Object,
                "JArray" => Wanted::Array,
                _ => Wanted::Token,
            };
            let expected = text_member(cx, row, "value") + &text_member(cx, row, "error");
            let text = member(cx, row, "text");
            let Some(Value::String(text)) =
                node::token(cx.heap, text).and_then(|at| node::scalar(cx.heap, at)).map(|(_, value)| value)
            else {
                continue;
            };
            let parsed = load::parse(cx, text, wanted);
            let got = shown(cx, parsed, true);
            if got != expected {
                wrong.push(format!(
                    "{:?} as {wanted:?}\n  expected {expected:?}\n  got      {got:?}",
                    cx.text(text).to_utf8()
                ));
            }
        }
        assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    });
}

#[test]
fn json_parsing_suite() {
    let Some(folder) = suite("json-parsing/test_parsing") else { return };
    with_cx(&[], |cx| {
        let mut wrong = Vec::new();
        for row in rows(cx, "json-parsing.jsonl") {
            let file = text_member(cx, row, "file");
            let expected = text_member(cx, row, "value") + &text_member(cx, row, "error");
            let bytes = std::fs::read(folder.join(&file)).expect("a file of the suite");
            let text = cx.heap.new_str(&String::from_utf8_lossy(&bytes)).expect("within budget");
            let parsed = load::parse(cx, text, Wanted::Token);
            let got = shown(cx, parsed, false);
            if got != expected {
                wrong.push(format!("{file}\n  expected {expected:?}\n  got      {got:?}"));
            }
        }
        assert!(wrong.is_empty(), "{} differ\n{}", wrong.len(), wrong.join("\n"));
    });
}
