//! Tests against answers recorded from Newtonsoft.Json 13 on .NET 8.

use std::path::{Path, PathBuf};

use super::load::{self, Wanted};
use super::{jobject, node, query, write};
use crate::cx::check::{show_throw, with_cx};
use crate::cx::Cx;
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
                wrong.push(format!("{}: {selector}\n  expected {expected}\n  got      {got}", text_member(cx, *case, "name")));
            }
        }
        assert!(wrong.is_empty(), "{} of {} differ\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    });
}
