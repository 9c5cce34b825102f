//! What the fuzz targets check, and the generator with which `cargo test` runs each of them for a while.
//!
//! An input may be anything; nothing may panic, every span lies inside its source, compiling twice gives the same, and
//! what runs ends within its budget. See `fuzz/`.

mod mutate;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use policy_parser::{Diagnostic, Source, Span, csharp};
use policy_vm::compile::ExpressionError;
use policy_vm::eval;
use policy_vm::host::{Ambient, HostCall, HostError, HostErrorKind, HostReply};
use policy_vm::{Engine, Environment, Exchange, Limits, Pipeline, Program, Progress, Run, Scope};

pub use mutate::Mutator;

/// Reads an input as a policy document: parse, check and compile.
///
/// # Panics
/// When one of the promises does not hold.
pub fn document(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let parsed = policy_parser::parse_document("policy.xml", text.clone());
    inside(&parsed.diagnostics);
    let (first, second) = (compiled(&text), compiled(&text));
    inside(&first.1);
    let listing = |program: &Option<Arc<Program>>| program.as_ref().map(|program| program.disassemble());
    assert_eq!(listing(&first.0), listing(&second.0), "compiling twice gives the same");
    let shown = |found: &[Diagnostic]| found.iter().map(|d| (d.code, d.span, d.headline.clone())).collect::<Vec<_>>();
    assert_eq!(shown(&first.1), shown(&second.1), "compiling twice finds the same");
}

/// Reads an input as `@( … )` or `@{ … }`, put around it where it is neither.
///
/// # Panics
/// When one of the promises does not hold.
pub fn expression(input: &[u8]) {
    let text = as_expression(input);
    let parsed = csharp::parse(&text);
    parsed.errors.iter().for_each(|error| holds(&text, error.span, error.code));
    match (eval::compile_unrestricted(&text), eval::compile_unrestricted(&text)) {
        (Ok(first), Ok(second)) => {
            assert_eq!(first.disassemble(), second.disassemble(), "compiling twice gives the same")
        }
        (Err(first), Err(second)) => {
            first.iter().for_each(|error| holds(&text, error.span, error.code));
            let shown = |found: &[ExpressionError]| found.iter().map(|e| e.message.clone()).collect::<Vec<_>>();
            assert_eq!(shown(&first), shown(&second), "compiling twice finds the same");
        }
        (first, second) => panic!("compiling twice gave {} and {}", first.is_ok(), second.is_ok()),
    }
}

/// Compiles an input, a document or an expression, and runs it on a small budget with a host that refuses everything.
///
/// # Panics
/// When one of the promises does not hold.
pub fn execute(input: &[u8]) {
    let limits = limits();
    let mut exchange = Exchange::new(&limits);
    let context = serde_json::from_str(crate::evaluate::DEFAULT_CONTEXT).unwrap_or_default();
    let _ = crate::evaluate::fill(&mut exchange, &context);
    if input.trim_ascii_start().starts_with(b"<") {
        let (program, _) = compiled(&String::from_utf8_lossy(input));
        if let Some(program) = program {
            run(&Pipeline::new([program]), &mut exchange);
        }
        return;
    }
    let Ok(expression) = eval::compile_unrestricted(&as_expression(input)) else { return };
    let clock = Moving::default();
    let ((), used) = expression.evaluate(&mut exchange, &clock, &limits, |cx, result| {
        // Showing a result is work as well: it has what is left of the budget.
        if let Ok(value) = result {
            let _ = policy_vm::value::behaviour::to_text(cx, value);
        }
    });
    // Its own instructions count as well, though nobody calls it: a line each, at most.
    let most = limits.instructions + expression.disassemble().lines().count() as u64;
    assert!(used <= most, "{used} instructions");
    let looks = clock.0.load(Ordering::Relaxed) / BETWEEN_LOOKS;
    assert!(looks <= 2 * limits.micros / BETWEEN_LOOKS + 16, "{looks} looks at the clock");
}

/// Small enough for a bad loop to end in milliseconds.
fn limits() -> Limits {
    let few = Limits::default();
    let (instructions, regex_steps, micros) = (200_000, 200_000, 8 * BETWEEN_LOOKS);
    Limits { instructions, memory: 4 << 20, string: 1 << 20, regex_steps, micros, steps: 1000, ..few }
}

fn compiled(text: &str) -> (Option<Arc<Program>>, Vec<Diagnostic>) {
    let engine = Engine::new().with_limits(limits());
    let compiled = engine.compile(&Source::new("policy.xml", text), Scope::Api, &Environment::default());
    (compiled.program, compiled.diagnostics)
}

fn as_expression(input: &[u8]) -> String {
    let text = String::from_utf8_lossy(input);
    if text.starts_with("@(") || text.starts_with("@{") { text.into_owned() } else { format!("@({text})") }
}

fn inside(found: &[Diagnostic]) {
    found.iter().for_each(|diagnostic| holds(diagnostic.source.text(), diagnostic.span, diagnostic.code));
}

fn holds(text: &str, span: Span, code: &str) {
    assert!(text.get(span.start as usize..span.end as usize).is_some(), "{code}: {span:?} of {} bytes", text.len());
}

fn run(pipeline: &Pipeline, exchange: &mut Exchange) {
    let mut run = Run::new(pipeline);
    let mut progress = run.begin(exchange, &Still);
    let mut asked = Vec::new();
    for _ in 0..10_000 {
        match progress {
            Progress::Finished(_) => return,
            Progress::Call(id, call) => asked.push((id, call)),
            Progress::Calls(calls) => asked.extend(calls),
            Progress::Pending => {}
            Progress::Cancel(ids, next) => {
                asked.retain(|(id, _)| !ids.contains(id));
                progress = *next;
                continue;
            }
        }
        let Some((id, call)) = asked.pop() else { panic!("a run waits for nothing") };
        progress = run.reply(exchange, &Still, id, refusal(&call));
    }
    panic!("a run does not end");
}

fn refusal(call: &HostCall) -> HostReply {
    let error = HostError::new(HostErrorKind::Refused, "refused");
    match call {
        HostCall::Forward(_) | HostCall::Send(_) => HostReply::Response(Err(error)),
        HostCall::ReadBody(_) => HostReply::Body(Err(error)),
        HostCall::CacheLookup { .. } => HostReply::Cached(None),
        HostCall::FindSubscription { .. } => HostReply::Subscription(None),
        HostCall::AcquireSlot { .. } | HostCall::Retry(_) => HostReply::Acquired(true),
        HostCall::SendOneWay(_) | HostCall::ReleaseSlot { .. } => HostReply::Done,
        _ => HostReply::Failed(error),
    }
}

/// Microseconds that pass between two looks at the clock.
const BETWEEN_LOOKS: u64 = 1000;

/// A world in which time passes whenever somebody asks.
#[derive(Default)]
struct Moving(AtomicU64);

impl Ambient for Moving {
    fn now_ticks(&self) -> i64 {
        Still.now_ticks()
    }

    fn monotonic_micros(&self) -> u64 {
        self.0.fetch_add(BETWEEN_LOOKS, Ordering::Relaxed)
    }

    fn random(&self, bytes: &mut [u8]) {
        Still.random(bytes);
    }
}

/// A world in which nothing happens.
struct Still;

impl Ambient for Still {
    fn now_ticks(&self) -> i64 {
        638_505_760_890_000_000
    }

    fn monotonic_micros(&self) -> u64 {
        0
    }

    fn random(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}
