//! The runner as its users see it: what it says about pages that hold, do not hold, and cannot be read.

#![expect(clippy::unwrap_used, reason = "what stands in the way of a test fails it")]

use std::path::{Path, PathBuf};

use policy_testkit::{Cases, Colours, Expectations, PageReport, run_page, run_paths};

/// A page in a folder of its own, removed at the end.
struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    fn new(name: &str, text: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("policy-testkit-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join("page.md"), text).unwrap();
        Self { folder }
    }

    fn page(&self) -> PathBuf {
        self.folder.join("page.md")
    }

    fn run(&self) -> PageReport {
        run_page(&self.page(), &Cases::ALL, Expectations::Check)
    }

    /// What the report says, with the page's place left out.
    fn failures(&self) -> String {
        self.run().failures(Colours::Never).replace(&self.page().display().to_string(), "page.md")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

const PAGE: &str = "# Page\n\n### Case: sets a header\n\n```xml inbound\n<set-header name=\"X-A\"><value>1</value>\
                    </set-header>\n```\n\n```http request\nGET /\n```\n\n```http backend\n\
                    GET https://backend.example/\nX-A: 1\n```\n";

#[test]
fn a_page_that_holds() {
    let scratch = Scratch::new("holds", PAGE);
    let report = scratch.run();
    assert!(report.passed(), "{}", report.failures(Colours::Never));
    assert_eq!((report.cases.len(), report.cases[0].requests), (1, 1));
}

#[test]
fn what_does_not_hold_is_shown_with_its_line() {
    let scratch = Scratch::new("differs", &PAGE.replace("X-A: 1", "X-A: 2"));
    let expected = "page.md:3: case failed: sets a header\n  backend at line 13:\n      \
                    GET https://backend.example/\n    - X-A: 2\n    + X-A: 1\n";
    assert_eq!(scratch.failures(), expected);
}

#[test]
fn a_document_that_does_not_compile_fails_its_case() {
    let scratch = Scratch::new("compile", &PAGE.replace("set-header", "set-headr"));
    let expected = "page.md:3: case failed: sets a header\n    the document does not compile\n    \
                    page.md:6:2: error TG0201: unknown policy 'set-headr'\n      did you mean 'set-header'?\n";
    assert_eq!(scratch.failures(), expected);
}

#[test]
fn a_request_that_nobody_answers_fails_its_case() {
    let host = "```toml host\n[[backend]]\nmatch = \"POST *\"\n```\n\n```http request";
    let scratch = Scratch::new("unanswered", &PAGE.replace("```http request", host));
    assert!(scratch.failures().contains("request 1: no `[[backend]]` answers GET https://backend.example/"));
}

#[test]
fn a_malformed_page_is_named_with_its_line() {
    for (name, from, to, says) in [
        ("word", "http backend", "http bakend", "page.md:13: unknown block `http bakend`"),
        ("order", "```http request\nGET /\n```\n\n", "", "page.md:9: `http backend` stands before the first request"),
        ("request", "GET /\n```", "GET\n```", "page.md:10: no target"),
        ("open", "X-A: 1\n```\n", "X-A: 1\n", "page.md:13: this block is not closed"),
        ("file", "xml inbound", "xml file=none.xml", "page.md:5: `"),
        ("whole", "xml inbound", "xml", "page.md:5: a whole document is `<policies>`"),
        ("section", "<set-header", "<policies><set-header", "page.md:5: a whole document stands in a block `xml`"),
        ("sections", "xml inbound", "xml inbound outbound", "page.md:5: a block is of one section"),
        ("scope", "xml inbound", "xml inbound scope=apis", "page.md:5: unknown scope `apis`: expected `global`"),
        ("fragment", "xml inbound", "xml fragment:a", "page.md:9: this case has fragments and no policy document"),
        ("many", "http request", "http request 1-10001", "page.md:9: a case has at most 10000 requests"),
        ("line", "GET https://backend.example/", "GET /", "page.md:14: `GET /` is no request: expected `METHOD URL`"),
        ("status", "http backend", "http response", "page.md:14: `GET https://backend.example/` is no status line"),
    ] {
        let scratch = Scratch::new(name, &PAGE.replacen(from, to, 1));
        assert!(scratch.failures().starts_with(says), "{name}: {}", scratch.failures());
    }
}

#[test]
fn surroundings_that_cannot_be_are_named_with_their_line() {
    for (name, host, says) in [
        ("ip", "client-ip = \"300.1.1.1\"", "11: `300.1.1.1` is no address"),
        ("id", "request-id = \"1\"", "11: `1` is no GUID"),
        ("values", "named-values = { a = 5 }", "11: expected a text, or `{ value ="),
        ("fact", "certificate-facts = [\"trustd\"]", "11: `trustd` cannot be true of a certificate: expected"),
        ("state", "[[subscriptions]]\nid = \"s\"\nstate = \"on\"", "13: `on` is no state of a subscription"),
        ("variable", "[variables]\na = 1\nb = [1]", "13: `b`: a list is no value"),
        ("ttl", "cache = { a = { value = 1, ttl = \"soon\" } }", "11: `a`: `soon` is no span of time"),
        ("url", "[api]\nservice-url = \"x\"", "12: `x` is no URL"),
        ("brace", "[operation]\ntemplate = \"/{a\"", "12: `/{a` has a brace without its other one"),
        ("bodies", "[[backend]]\nbody = \"a\"\nbody-base64 = \"YQ==\"", "13: `body` and `body-base64` are one body"),
        ("header", "[[backend]]\nheaders = { A = \"x\\ny\" }", "12: `A: x\\ny` is not a header"),
    ] {
        let block = format!("```toml host\n\n{host}\n```\n\n```http request");
        let scratch = Scratch::new(name, &PAGE.replace("```http request", &block));
        assert!(scratch.failures().starts_with(&format!("page.md:{says}")), "{name}: {}", scratch.failures());
    }
}

#[test]
fn only_the_cases_asked_for_run_and_are_rewritten() {
    let text = PAGE.to_owned()
        + &PAGE.replace("# Page\n\n### Case: sets a header", "### Case: another").replace("X-A: 1", "X-A: 2");
    let scratch = Scratch::new("only", &text);
    let run = |text: &str| run_page(&scratch.page(), &Cases::with(text), Expectations::Check);
    assert_eq!((run("SETS").cases.len(), run("SETS").passed()), (1, true));
    assert_eq!((run("another").cases.len(), run("another").passed()), (1, false));
    assert!(run("none").cases.is_empty());
    let report = run_page(&scratch.page(), &Cases::with("sets"), Expectations::Update);
    assert_eq!((report.updated, std::fs::read_to_string(scratch.page()).unwrap() == text), (0, true));
}

#[test]
fn everything_that_is_wrong_with_a_page_is_told() {
    let text = PAGE.replace("GET /\n```", "GET\nno header\n```")
        + "\n```toml host\nsed = 1\n```\n\n### Case: another\n\n"
        + "```xml file=none.xml\n```\n\n```http request\nGET\n```\n\n```http response\n200\nno header\n```\n\n"
        + "```text last-error\nwhy: x\n```\n\n```toml variables\nx = {}\ny =\n```\n";
    let scratch = Scratch::new("all", &text);
    let told = scratch.failures();
    let lines: Vec<&str> = told.lines().map(|line| line.split(": ").next().unwrap_or_default()).collect();
    let expected = ["11", "20", "25", "29", "34", "38", "43"].map(|line| format!("page.md:{line}"));
    assert_eq!(lines, expected, "{told}");
    let report = run_paths(&[scratch.page()], &Cases::ALL, Expectations::Check, |_| {}).unwrap();
    let json: serde_json::Value = serde_json::from_str(&report.json()).unwrap();
    assert_eq!(json["pages"][0]["errors"].as_array().unwrap().len(), 7);
    assert_eq!(json["pages"][0]["errors"][0]["line"], 11);
}

#[test]
fn updating_writes_what_happened_and_nothing_else() {
    let scratch = Scratch::new("update", &PAGE.replace("X-A: 1", "X-A: 2"));
    let report = run_page(&scratch.page(), &Cases::ALL, Expectations::Update);
    assert!(report.passed());
    assert_eq!(report.updated, 1);
    assert_eq!(std::fs::read_to_string(scratch.page()).unwrap(), PAGE);
}

#[test]
fn folders_are_searched_and_outcomes_counted() {
    let scratch = Scratch::new("folder", PAGE);
    std::fs::write(scratch.folder.join("other.md"), PAGE.replace("X-A: 1", "X-A: 2")).unwrap();
    std::fs::write(scratch.folder.join("prose.md"), "# Prose\n").unwrap();
    let mut seen = Vec::new();
    let report = run_paths(std::slice::from_ref(&scratch.folder), &Cases::ALL, Expectations::Check, |page| {
        seen.push(page.path.file_name().unwrap().to_owned());
    });
    let report = report.unwrap();
    assert_eq!(seen, ["other.md", "page.md", "prose.md"]);
    assert_eq!((report.summary().as_str(), report.exit_status()), ("1 passed, 1 failed", 1));
    let json = report.json();
    assert!(json.contains("\"what\": \"backend\"") && json.contains("\"passed\": true"), "{json}");
}

#[test]
fn a_path_that_is_not_there_is_named() {
    let error =
        run_paths(&[Path::new("no/such/page.md").to_owned()], &Cases::ALL, Expectations::Check, |_| {}).unwrap_err();
    assert!(error.to_string().starts_with("no/such/page.md: "), "{error}");
}
