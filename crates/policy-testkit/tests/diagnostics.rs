//! What is said about wrong expressions, held against what the C# compiler said of them: `goldens/diagnostics/`.
//!
//! `csharp.jsonl` is recorded. The first code, its message and its place must be those of the compiler, and nothing may be
//! reported that it does not report as well. It may be less: the compiler often follows an error up with more of them.
//! `differences.jsonl` has the rows where we say something else, each with its reason; `own.jsonl` has the findings that no
//! C# compiler makes.

#![expect(clippy::expect_used, reason = "what stands in the way of a test fails it")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use policy_testkit::evaluate::{DEFAULT_CONTEXT, Members, answer_among};
use serde_json::Value as Json;

fn crates() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn rows(name: &str) -> Vec<Json> {
    let path = crates().join("policy-vm/tests/goldens/diagnostics").join(name);
    let text = std::fs::read_to_string(path).expect("goldens");
    text.lines().filter(|line| !line.is_empty()).map(|line| serde_json::from_str(line).expect("a row")).collect()
}

/// The parts of an answer that are compared.
#[derive(Debug, PartialEq)]
struct Finding {
    codes: Vec<String>,
    message: String,
    line: u64,
    column: u64,
}

/// Our hints are more than the compiler says, and its signs for nullable references are not of C# 7.
fn plain(message: &str) -> String {
    let message = message.split("; did you mean").next().unwrap_or_default();
    let message = message.replace("'Expression.Run(IContext)': ", "").replace("params ", "");
    let mut plain = String::new();
    let mut rest = message.chars().peekable();
    while let Some(c) = rest.next() {
        let ends = rest.peek().is_none_or(|next| matches!(next, ',' | ')' | '\'' | ' '));
        if c != '?' || !ends || plain.ends_with([' ', '\'']) {
            plain.push(c);
        }
    }
    plain
}

fn finding(error: &Json) -> Option<Finding> {
    (error["kind"] == "compile").then(|| Finding {
        codes: error["codes"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect(),
        message: plain(error["message"].as_str().unwrap_or_default()),
        line: error["line"].as_u64().unwrap_or_default(),
        column: error["column"].as_u64().unwrap_or_default(),
    })
}

fn ours(row: &Json, members: Members) -> Option<Finding> {
    let base: Json = serde_json::from_str(DEFAULT_CONTEXT).expect("the default context is JSON");
    finding(&answer_among(members, row, &base)["error"])
}

/// True when we say what the compiler says, or one of the things that it says.
fn agrees(theirs: &Finding, ours: &Finding) -> bool {
    let known = ours.codes.iter().all(|code| theirs.codes.contains(code));
    let (first, ours_first) = (theirs.codes.first(), ours.codes.first());
    let same = theirs.message == ours.message && (theirs.line, theirs.column) == (ours.line, ours.column);
    // Beyond the first message and place the compiler's are not recorded.
    if first == ours_first { same } else { known }
}

#[test]
fn mistakes_are_reported_as_the_compiler_reports_them() {
    let mut wrong = Vec::new();
    for row in rows("csharp.jsonl") {
        let theirs = finding(&row["error"]).expect("the compiler's finding");
        let said = ours(&row, Members::All);
        if !said.as_ref().is_some_and(|ours| agrees(&theirs, ours)) {
            wrong.push(format!("{}\n  .NET {theirs:?}\n  ours {said:?}", row["expr"].as_str().unwrap_or_default()));
        }
    }
    assert!(wrong.is_empty(), "{} rows differ\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn kept_differences_still_differ() {
    for row in rows("differences.jsonl") {
        let said = ours(&row, Members::All);
        let theirs = finding(&row["error"]);
        let agree = match (&theirs, &said) {
            (Some(theirs), Some(ours)) => agrees(theirs, ours),
            (None, None) => true,
            _ => false,
        };
        assert!(!agree, "{}: no difference any more", row["expr"]);
        assert_eq!(said, finding(&row["ours"]), "{}", row["expr"]);
        assert!(row["reason"].is_string(), "{}", row["expr"]);
    }
}

#[test]
fn our_own_findings_are_what_they_are() {
    for row in rows("own.jsonl") {
        assert_eq!(ours(&row, Members::Allowed), finding(&row["error"]), "{}", row["expr"]);
    }
}

/// The codes that a source, or the sources below a folder, mention.
fn codes_in(path: &Path, found: &mut BTreeSet<String>) {
    if path.is_dir() {
        for entry in std::fs::read_dir(path).expect("sources") {
            codes_in(&entry.expect("an entry").path(), found);
        }
        return;
    }
    // What is said of documents is shown by the policies' pages.
    let documents = ["document.rs", "tests.rs", "fragment.rs", "policy.rs", "operands.rs", "walk.rs"];
    if path.extension().is_none_or(|e| e != "rs") || documents.iter().any(|name| path.ends_with(name)) {
        return;
    }
    let text = std::fs::read_to_string(path).expect("a source");
    for quoted in text.split('"') {
        let digits = quoted.strip_prefix("CS").or(quoted.strip_prefix("TG")).unwrap_or_default();
        if digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()) {
            found.insert(quoted.to_owned());
        }
    }
}

/// Each code has a row that shows its message and its place.
#[test]
fn every_code_has_a_golden() {
    let mut mentioned = BTreeSet::new();
    codes_in(&crates().join("policy-parser/src/csharp"), &mut mentioned);
    codes_in(&crates().join("policy-vm/src/compile"), &mut mentioned);
    let mut shown = BTreeSet::new();
    for (file, members) in
        [("csharp.jsonl", Members::All), ("differences.jsonl", Members::All), ("own.jsonl", Members::Allowed)]
    {
        for row in rows(file) {
            shown.extend(ours(&row, members).map(|finding| finding.codes).unwrap_or_default());
        }
    }
    // Shown by the tests below: they depend on the place, or are warnings.
    for code in ["TG0303", "TG0304", "CS0162"] {
        mentioned.remove(code);
    }
    let missing: Vec<_> = mentioned.difference(&shown).collect();
    assert!(mentioned.len() > 100, "{mentioned:?}");
    assert!(missing.is_empty(), "no row shows {missing:?}");
}

/// `expressions.md` 1.4: what a place takes of an expression's result.
#[test]
fn a_result_must_suit_its_place() {
    use policy_vm::compile::Wanted as W;
    const ALL: [W; 5] = [W::Text, W::Bool, W::Integer, W::Number, W::Variable];
    let rows: &[(&str, &[W])] = &[
        ("@(\"a\")", &[W::Text, W::Integer, W::Variable]),
        ("@(true)", &[W::Text, W::Bool, W::Variable]),
        ("@((bool?)true)", &[W::Text, W::Variable]),
        ("@(1)", &[W::Text, W::Integer, W::Number, W::Variable]),
        ("@((long?)1)", &[W::Text, W::Integer, W::Number, W::Variable]),
        ("@(1.5)", &[W::Text, W::Number, W::Variable]),
        ("@(1.5m)", &[W::Text, W::Number, W::Variable]),
        ("@('a')", &[W::Text, W::Variable]),
        ("@(null)", &[W::Text, W::Integer, W::Variable]),
        ("@(context.Variables[\"a\"])", &[W::Text]),
        ("@((DateTime?)null)", &[W::Text, W::Variable]),
        ("@(new sbyte[1])", &[W::Text, W::Variable]),
        ("@(new Uri(\"http://a\"))", &[W::Text, W::Variable]),
        ("@(\"a\".AsJwt())", &[W::Text, W::Variable]),
        ("@(new JProperty(\"a\", 1))", &[W::Text, W::Variable]),
        ("@(new string[1])", &[]),
        ("@(new byte[1, 1])", &[]),
        ("@(new List<string>())", &[]),
        ("@(new Dictionary<string, string>())", &[]),
        ("@(context.Request.Headers)", &[]),
        ("@(new { a = 1 })", &[]),
        ("@(XElement.Parse(\"<a/>\"))", &[]),
        ("@(DateTimeOffset.UtcNow)", &[]),
        ("@(new StringBuilder())", &[]),
        ("@(context.Request.Body)", &[]),
        ("@(JObject.Parse(\"{}\"))", &[W::Text, W::Variable]),
        ("@(new byte[1])", &[W::Text, W::Variable]),
        ("@(DateTime.UtcNow)", &[W::Text, W::Variable]),
        ("@(context.Response)", &[W::Text, W::Variable]),
        ("@(DayOfWeek.Monday)", &[W::Text, W::Variable]),
        ("@(new[] { 1 }.Select(x => x))", &[]),
        ("@(new Func<int>(() => 1))", &[]),
        ("@((1, 2))", &[]),
    ];
    for (text, fitting) in rows {
        for wanted in ALL {
            let result = policy_vm::compile::ExpressionSink::default().compile(text, wanted);
            let code = result.map_err(|errors| errors.first().map(|e| e.code)).err().flatten();
            let expected = (!fitting.contains(&wanted)).then_some("TG0303");
            assert_eq!(code, expected, "{text} for {wanted:?}");
        }
    }
}

#[test]
fn warnings_are_given_for_what_compiles() {
    use policy_vm::compile::Wanted;
    let rows = [
        ("@(context.Variables[\"a\"])", "TG0304", "@(context.Variables[\"a\"])"),
        ("@{ return 1; return 2; }", "CS0162", "return 2;"),
        ("@{ while (true) { return 1; } var a = 5; }", "CS0162", "var a = 5;"),
        ("@{ throw new Exception(\"a\"); return 1; }", "CS0162", "return 1;"),
        ("@{ int f() { return 1; f(); } return f(); }", "CS0162", "f();"),
    ];
    for (text, code, place) in rows {
        let mut sink = policy_vm::compile::ExpressionSink::default();
        assert!(sink.compile(text, Wanted::Text).is_ok(), "{text}");
        let said: Vec<_> = sink
            .take_warnings()
            .iter()
            .map(|w| (w.code, text.get(w.span.start as usize..w.span.end as usize).unwrap_or_default(), w.warning))
            .collect();
        assert_eq!(said, [(code, place, true)], "{text}");
    }
}
