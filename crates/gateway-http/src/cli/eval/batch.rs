//! `--batch`: requests as JSON lines in, answers as JSON lines out, in the same order.

use std::io::{self, BufRead, BufWriter, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

use policy_parser::suggest;
use policy_testkit::evaluate::{Members, answer_among};
use serde_json::{Value as Json, json};

use crate::cli::output;

pub(super) fn run(members: Members, context: &Json) -> anyhow::Result<ExitCode> {
    let mut batch = Batch { members, context, unreadable: 0 };
    let mut out = BufWriter::new(io::stdout().lock());
    let done = batch.answer_all(&mut io::stdin().lock(), &mut out).and_then(|()| out.flush());
    output::unless_closed(done)?;
    Ok(match batch.unreadable {
        0 => ExitCode::SUCCESS,
        count => output::unusable(format_args!("{count} lines are no requests")),
    })
}

struct Batch<'c> {
    members: Members,
    context: &'c Json,
    /// Lines that are no requests.
    unreadable: usize,
}

impl Batch<'_> {
    fn answer_all(&mut self, requests: &mut impl BufRead, out: &mut impl Write) -> io::Result<()> {
        let mut line = Vec::new();
        while requests.read_until(b'\n', &mut line)? > 0 {
            let text = line.trim_ascii();
            if text.is_empty() {
                out.flush()?;
            } else {
                let answer = self.answer(text);
                serde_json::to_writer(&mut *out, &answer)?;
                out.write_all(b"\n")?;
            }
            line.clear();
        }
        Ok(())
    }

    /// Every line gets its answer, so that whoever reads them by number stays in step.
    fn answer(&mut self, line: &[u8]) -> Json {
        let request = match serde_json::from_slice::<Json>(line) {
            Ok(request) => match mistake(&request) {
                None => request,
                Some(mistake) => return self.no_request(request.get("id"), &mistake),
            },
            Err(error) => return self.no_request(None, &error.to_string()),
        };
        // One expression's bug must not cost the answers to all others.
        let answer = catch_unwind(AssertUnwindSafe(|| answer_among(self.members, &request, self.context)));
        answer.unwrap_or_else(|_| failed(request.get("id"), "crash", "the engine failed on this expression"))
    }

    fn no_request(&mut self, id: Option<&Json>, message: &str) -> Json {
        self.unreadable += 1;
        failed(id, "request", message)
    }
}

/// Keys of a request.
const KEYS: [&str; 3] = ["id", "expr", "context"];

/// Why this is no request. Other keys may stand beside a request's own, as those of a recorded answer do; not ones that are
/// probably meant to be a request's own.
fn mistake(request: &Json) -> Option<String> {
    if !request.get("expr").is_some_and(Json::is_string) {
        return Some("a request has an `expr`, which is a text".to_owned());
    }
    if request.get("context").is_some_and(|context| !context.is_object()) {
        return Some("a `context` is an object".to_owned());
    }
    let mut others = request.as_object()?.keys().filter(|key| !KEYS.contains(&key.as_str()));
    others.find_map(|key| {
        let near = suggest::closest(key, KEYS.into_iter())?;
        Some(format!("a request has no `{key}`; did you mean `{near}`?"))
    })
}

fn failed(id: Option<&Json>, kind: &str, message: &str) -> Json {
    json!({"id": id, "ok": false, "error": {"kind": kind, "message": message}})
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Says when it is flushed.
    #[derive(Default)]
    struct Recorder(String);

    impl Write for Recorder {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.push_str(&String::from_utf8_lossy(bytes));
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            self.0.push_str("(flushed)");
            Ok(())
        }
    }

    #[test]
    fn what_would_be_ignored_is_told() {
        let told = |text: &str| mistake(&serde_json::from_str(text).unwrap()).unwrap_or_default();
        for recorded in [
            r#"{"expr": "@(1)", "ok": true, "type": "System.Int32", "value": "1", "static_type": "System.Int32"}"#,
            r#"{"id": null, "expr": "@(1)", "context": {}, "error": {}, "nondeterministic": true, "expected": 1}"#,
        ] {
            assert_eq!(told(recorded), "");
        }
        assert_eq!(told("[1]"), "a request has an `expr`, which is a text");
        for context in ["5", "null", "[]", "\"x\""] {
            let request = format!("{{\"expr\": \"@(1)\", \"context\": {context}}}");
            assert_eq!(told(&request), "a `context` is an object");
        }
        let misspelt = r#"{"expr": "@(1)", "contxt": {}}"#;
        assert_eq!(told(misspelt), "a request has no `contxt`; did you mean `context`?");
        assert_eq!(told(r#"{"expr": "@(1)", "ID": 1}"#), "a request has no `ID`; did you mean `id`?");
    }

    #[test]
    fn an_empty_line_asks_for_the_answers_and_every_line_has_one() {
        let context = json!({});
        let mut batch = Batch { members: Members::Allowed, context: &context, unreadable: 0 };
        let mut out = Recorder::default();
        let requests = "{\"id\":1,\"expr\":\"@(1+1)\"}\n\n{\"id\":2}\n{\n{\"expr\":\"@(\\\"\\\\ud800\\\"\"}\r\n";
        batch.answer_all(&mut requests.as_bytes(), &mut out).unwrap();
        let (first, rest) = out.0.split_once("(flushed)").unwrap();
        let value =
            "{\"id\":1,\"ok\":true,\"type\":\"System.Int32\",\"value\":\"2\",\"static_type\":\"System.Int32\"}\n";
        assert_eq!(first, value);
        let kinds: Vec<Json> = rest.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let kinds: Vec<&str> = kinds.iter().filter_map(|answer| answer["error"]["kind"].as_str()).collect();
        assert_eq!(kinds, ["request", "request", "compile"]);
        assert_eq!(batch.unreadable, 2);
    }
}
