//! The engine and another evaluator, held against each other with random expressions.

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde_json::{Value as Json, json};

use super::{Generator, Piece, kept};
use crate::evaluate::{DEFAULT_CONTEXT, answer};

/// Something that answers as `tollgate eval --batch` does; `docs/expressions.md` says how.
pub trait Evaluator {
    /// The answers to these expressions, in their order.
    ///
    /// # Errors
    /// When there is not an answer for each.
    fn answers(&mut self, expressions: &[String]) -> io::Result<Vec<Json>>;

    /// Is told each expression with its answer, to keep them.
    ///
    /// # Errors
    /// When they cannot be kept.
    fn answered(&mut self, _expression: &str, _answer: &Json) -> io::Result<()> {
        Ok(())
    }
}

/// What a run found.
#[derive(Debug, Default)]
pub struct Findings {
    /// Expressions tried.
    pub tried: usize,
    /// Those that compile, with both.
    pub compiled: usize,
    /// Those that nothing can be said of: one of the two ran out of time or memory, or would answer otherwise next time.
    pub unanswered: usize,
    /// Those that differ.
    pub different: usize,
    /// Those that differ on purpose, by the reason.
    pub kept: BTreeMap<&'static str, usize>,
    /// Differences by their kind.
    pub groups: BTreeMap<String, Group>,
}

/// Differences of a kind.
#[derive(Debug, Default)]
pub struct Group {
    /// How many there are.
    pub count: usize,
    /// They, the shortest first.
    pub examples: Vec<Example>,
}

/// A difference, cut down to the smallest part that still is one.
#[derive(Debug)]
pub struct Example {
    /// The expression.
    pub expression: String,
    /// What the evaluator says.
    pub theirs: Json,
    /// What the engine says.
    pub ours: Json,
}

/// Tries `count` expressions of the seed, `batch` at a time; `progress` is told how far it is.
///
/// # Errors
/// Those of the evaluator.
pub fn hold(
    evaluator: &mut dyn Evaluator,
    seed: u64,
    count: usize,
    batch: usize,
    mut progress: impl FnMut(&Findings),
) -> io::Result<Findings> {
    let base: Json = serde_json::from_str(DEFAULT_CONTEXT)?;
    let mut generator = Generator::new(seed);
    let mut findings = Findings::default();
    while findings.tried < count {
        let pieces: Vec<Piece> = (0..batch.min(count - findings.tried)).map(|_| generator.expression()).collect();
        let texts: Vec<String> = pieces.iter().map(Piece::text).collect();
        let theirs = evaluator.answers(&texts)?;
        let mut different = Vec::new();
        for ((piece, text), theirs) in pieces.iter().zip(&texts).zip(theirs) {
            evaluator.answered(text, &theirs)?;
            findings.tried += 1;
            let ours = our_answer(text, &base);
            match judge(&theirs, &ours) {
                Verdict::Same { compiled } => findings.compiled += usize::from(compiled),
                Verdict::Unknown => findings.unanswered += 1,
                Verdict::Different(_) => different.push((piece, Example { expression: text.clone(), theirs, ours })),
            }
        }
        for example in cut_down(evaluator, different, &base)? {
            findings.add(example);
        }
        progress(&findings);
    }
    Ok(findings)
}

/// Holds the engine against answers that were kept; what differs is not cut down.
///
/// # Errors
/// Those of the source of the answers.
pub fn hold_again(kept: impl Iterator<Item = io::Result<(String, Json)>>) -> io::Result<Findings> {
    let base: Json = serde_json::from_str(DEFAULT_CONTEXT)?;
    let mut findings = Findings::default();
    for pair in kept {
        let (expression, theirs) = pair?;
        findings.tried += 1;
        let ours = our_answer(&expression, &base);
        match judge(&theirs, &ours) {
            Verdict::Same { compiled } => findings.compiled += usize::from(compiled),
            Verdict::Unknown => findings.unanswered += 1,
            Verdict::Different(_) => findings.add(Example { expression, theirs, ours }),
        }
    }
    Ok(findings)
}

/// The shortest part of each that differs by itself, or the whole.
fn cut_down(evaluator: &mut dyn Evaluator, different: Vec<(&Piece, Example)>, base: &Json) -> io::Result<Vec<Example>> {
    let parts: Vec<Vec<String>> = different.iter().map(|(piece, _)| piece.parts_alone()).collect();
    let all: Vec<String> = parts.iter().flatten().cloned().collect();
    let mut answers = evaluator.answers(&all)?.into_iter();
    let mut shortest = Vec::new();
    for ((_, whole), parts) in different.into_iter().zip(parts) {
        let mut found = None;
        for expression in parts {
            let Some(theirs) = answers.next() else { return Err(io::ErrorKind::UnexpectedEof.into()) };
            if found.is_none() {
                let ours = our_answer(&expression, base);
                if matches!(judge(&theirs, &ours), Verdict::Different(_)) {
                    found = Some(Example { expression, theirs, ours });
                }
            }
        }
        shortest.push(found.unwrap_or(whole));
    }
    Ok(shortest)
}

impl Findings {
    fn add(&mut self, example: Example) {
        let Verdict::Different(kind) = judge(&example.theirs, &example.ours) else { return };
        if let Some(reason) = kept::reason(&example) {
            *self.kept.entry(reason).or_default() += 1;
            return;
        }
        self.different += 1;
        let group = self.groups.entry(kind).or_default();
        group.count += 1;
        if group.examples.iter().all(|known| known.expression != example.expression) {
            group.examples.push(example);
            group.examples.sort_by_key(|example| example.expression.len());
        }
    }
}

fn our_answer(expression: &str, base: &Json) -> Json {
    // One expression's bug must not end the run: it is a finding.
    let answered = catch_unwind(AssertUnwindSafe(|| answer(&json!({"expr": expression}), base)));
    answered.unwrap_or_else(|_| json!({"ok": false, "error": {"kind": "panic"}}))
}

enum Verdict {
    Same { compiled: bool },
    Unknown,
    Different(String),
}

fn judge(theirs: &Json, ours: &Json) -> Verdict {
    let kind = |answer: &Json| answer["error"]["kind"].as_str().unwrap_or("value").to_owned();
    let (a, b) = (kind(theirs), kind(ours));
    let open = |kind: &str| !matches!(kind, "value" | "exception" | "compile" | "panic");
    // What .NET calls its types inside is its own affair.
    let text = theirs.to_string();
    if text.contains("System.Reflection.") || text.contains("Comparer") || text.contains("ApiManagement.I") {
        return Verdict::Unknown;
    }
    if theirs["nondeterministic"] == json!(true) || open(&a) || open(&b) {
        return Verdict::Unknown;
    }
    match (a.as_str(), b.as_str()) {
        ("value", "value") => match ["static_type", "type", "value"].into_iter().find(|m| theirs[*m] != ours[*m]) {
            None => Verdict::Same { compiled: true },
            Some("value") => Verdict::Different(format!("value of {}", theirs["type"])),
            Some(member) => Verdict::Different(format!("{member} {} for {}", ours[member], theirs[member])),
        },
        ("exception", "exception") => {
            let of = |answer: &Json| (answer["error"]["type"].clone(), answer["error"]["message"].clone());
            match (of(theirs), of(ours)) {
                (a, b) if a == b => Verdict::Same { compiled: true },
                ((a, _), (b, _)) if a == b => Verdict::Different(format!("message of {a}")),
                ((a, _), (b, _)) => Verdict::Different(format!("exception {b} for {a}")),
            }
        }
        ("compile", "compile") => {
            let code = |answer: &Json| answer["error"]["codes"][0].clone();
            match (code(theirs), code(ours)) {
                (a, b) if a == b => Verdict::Same { compiled: false },
                (a, b) => Verdict::Different(format!("code {b} for {a}")),
            }
        }
        ("compile", _) => Verdict::Different(format!("accepted, but {}", theirs["error"]["codes"][0])),
        (_, "compile") => Verdict::Different(format!("refused with {}", ours["error"]["codes"][0])),
        _ => {
            let of =
                |answer: &Json, kind: &str| format!("{kind} {}", answer["error"]["type"].as_str().unwrap_or_default());
            Verdict::Different(format!("{} for {}", of(ours, &b), of(theirs, &a)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The engine itself, but for one mistake.
    struct Mistaken(Json);

    impl Evaluator for Mistaken {
        fn answers(&mut self, expressions: &[String]) -> io::Result<Vec<Json>> {
            let answer = |text: &String| {
                let mut answer = our_answer(text, &self.0);
                if answer["type"] == json!("System.Int32") {
                    answer["value"] = json!("wrong");
                }
                answer
            };
            Ok(expressions.iter().map(answer).collect())
        }
    }

    #[test]
    fn a_difference_is_cut_down_to_what_it_is_about() {
        let base = serde_json::from_str(DEFAULT_CONTEXT).unwrap();
        let found = hold(&mut Mistaken(base), 3, 600, 200, |_| {}).unwrap();
        assert_eq!(found.tried, 600);
        assert!(found.compiled > 300, "{} compile", found.compiled);
        assert_eq!(found.groups.keys().collect::<Vec<_>>(), ["value of \"System.Int32\""]);
        let shortest = &found.groups.values().next().unwrap().examples[0].expression;
        assert!(shortest.len() < 40, "{shortest}");
    }
}
