//! Holds the engine and a C# evaluator against each other with random expressions, see `docs/expressions.md`.

use std::io::{self, BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitCode, Stdio};

use policy_testkit::evaluate::DEFAULT_CONTEXT;
use policy_testkit::random::against::{Evaluator, Findings, hold, hold_again};
use serde_json::{Value as Json, json};

const USAGE: &str = "against --evaluator COMMAND [--count N] [--seed N] [--batch N] [--differences FILE] [--keep FILE]
against --again FILE [--differences FILE]";

/// A process that is asked again and again; an empty line asks for its answers.
struct Process {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Where expressions are kept with their answers.
    kept: Option<io::BufWriter<std::fs::File>>,
}

impl Process {
    fn start(command: &str, kept: Option<&String>) -> io::Result<Self> {
        let context = std::env::temp_dir().join(format!("against-{}.json", std::process::id()));
        std::fs::write(&context, DEFAULT_CONTEXT)?;
        let mut words = command.split_whitespace();
        let mut child = Command::new(words.next().unwrap_or_default())
            .args(words)
            .arg("--context")
            .arg(context)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(io::Error::other("the evaluator has no input and output"));
        };
        let kept = kept.map(std::fs::File::create).transpose()?.map(io::BufWriter::new);
        Ok(Self { child, input, output: BufReader::new(output), kept })
    }
}

impl Evaluator for Process {
    fn answers(&mut self, expressions: &[String]) -> io::Result<Vec<Json>> {
        let (input, output) = (&mut self.input, &mut self.output);
        std::thread::scope(|scope| {
            // It may answer before it has read everything: nobody must wait for the other.
            let written = scope.spawn(move || {
                for (id, expression) in expressions.iter().enumerate() {
                    writeln!(input, "{}", json!({"id": id, "expr": expression}))?;
                }
                writeln!(input)?;
                input.flush()
            });
            let mut answers = Vec::with_capacity(expressions.len());
            let mut line = String::new();
            while answers.len() < expressions.len() {
                line.clear();
                if output.read_line(&mut line)? == 0 {
                    return Err(io::Error::other("the evaluator ended before it had answered"));
                }
                if !line.trim().is_empty() {
                    // A lone surrogate is no JSON for us: nothing can be said of that one.
                    answers
                        .push(serde_json::from_str(&line).unwrap_or_else(|_| json!({"error": {"kind": "unreadable"}})));
                }
            }
            written.join().unwrap_or_else(|_| Err(io::Error::other("the requests could not be written")))?;
            Ok(answers)
        })
    }

    fn answered(&mut self, expression: &str, answer: &Json) -> io::Result<()> {
        match &mut self.kept {
            Some(kept) => writeln!(kept, "{}", json!([expression, answer])),
            None => Ok(()),
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn main() -> io::Result<ExitCode> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let of = |name: &str| arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
    let number = |name: &str, default: u64| of(name).map_or(Some(default), |text| text.parse().ok());
    let numbers = (number("--count", 10_000), number("--seed", 1), number("--batch", 2_000));
    if let Some(file) = of("--again") {
        let lines = BufReader::new(std::fs::File::open(file)?).lines();
        let found = hold_again(lines.map(|line| Ok(serde_json::from_str(&line?)?)))?;
        return finish(&found, of("--differences"));
    }
    let (Some(command), (Some(count), Some(seed), Some(batch))) = (of("--evaluator"), numbers) else {
        writeln!(io::stderr(), "usage: {USAGE}")?;
        return Ok(ExitCode::from(2));
    };
    let size = |n: u64| usize::try_from(n).unwrap_or(usize::MAX).max(1);
    let mut process = Process::start(command, of("--keep"))?;
    let found = hold(&mut process, seed, size(count), size(batch), |so_far| {
        let _ = writeln!(io::stderr(), "{}", summary(so_far));
    })?;
    finish(&found, of("--differences"))
}

fn finish(found: &Findings, file: Option<&String>) -> io::Result<ExitCode> {
    if let Some(file) = file {
        write_all(found, file)?;
    }
    show(found)?;
    Ok(if found.different == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn summary(found: &Findings) -> String {
    let Findings { tried, compiled, unanswered, different, .. } = found;
    let kept: usize = found.kept.values().sum();
    format!("{tried} tried, {compiled} compile, {unanswered} without answer, {kept} kept, {different} differ")
}

/// All that differs, one a line.
fn write_all(found: &Findings, file: &str) -> io::Result<()> {
    let mut out = io::BufWriter::new(std::fs::File::create(file)?);
    for (kind, group) in &found.groups {
        for example in &group.examples {
            let (theirs, ours) = (&example.theirs, &example.ours);
            writeln!(out, "{}", json!({"kind": kind, "expr": example.expression, "theirs": theirs, "ours": ours}))?;
        }
    }
    out.flush()
}

fn show(found: &Findings) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let mut groups: Vec<_> = found.groups.iter().collect();
    groups.sort_by_key(|(_, group)| std::cmp::Reverse(group.count));
    for (kind, group) in groups {
        writeln!(out, "\n== {kind}: {}", group.count)?;
        for example in group.examples.iter().take(5) {
            writeln!(out, "{}\n  .NET {}\n  ours {}", example.expression, example.theirs, example.ours)?;
        }
    }
    for (reason, count) in &found.kept {
        writeln!(out, "\nkept, {count}: {reason}")?;
    }
    writeln!(out, "\n{}", summary(found))
}
