//! Runs cases: compiles their documents, sends their requests, compares what comes of it.

use std::path::Path;

use policy_vm::exchange::Exchange;

use crate::compile::{Compiled, compile, diagnostic_lines, error_lines};
use crate::drive::drive;
use crate::expect::{self, Mismatch};
use crate::host::{Ambience, FakeHost};
use crate::message::RequestText;
use crate::page::{Case, Fence, Malformed, Page, Step};
use crate::report::{CaseReport, PageReport};
use crate::script::Script;
use crate::setup::Surroundings;

/// Runs all cases of a page.
///
/// # Errors
/// A block cannot be read.
pub(crate) fn page(page: &Page) -> Result<PageReport, Malformed> {
    let mut cases = Vec::new();
    for case in &page.cases {
        let mut report = CaseReport { name: case.name.clone(), line: case.line, ..CaseReport::default() };
        run_case(&page.path, case, &mut report)?;
        cases.push(report);
    }
    Ok(PageReport { path: page.path.clone(), cases, ..PageReport::default() })
}

fn run_case(path: &Path, case: &Case, report: &mut CaseReport) -> Result<(), Malformed> {
    let fences = case.steps.first().map_or(&case.host, |step| &step.host);
    let mut script = Script::default();
    for fence in fences {
        script.merge(Script::parse(fence)?);
    }
    report.checks_nothing = case.diagnostics.is_none() && !case.steps.iter().any(Step::expects);
    let compiled = compile(path, case, &script)?;
    let lines = diagnostic_lines(path, case, &compiled.diagnostics);
    if let Some(fence) = &case.diagnostics {
        report.mismatches.extend(expect::lines("diagnostics", fence, &lines));
    } else if compiled.pipeline.is_none() {
        report.broken = Some(format!("the document does not compile\n{}", error_lines(&compiled.diagnostics)));
    }
    if case.steps.is_empty() || compiled.pipeline.is_none() {
        if !case.steps.is_empty() && report.broken.is_none() {
            report.broken = Some("the document does not compile, so nothing can be sent".to_owned());
        }
        return Ok(());
    }
    Sequence::new(&compiled).run(case, report)
}

/// The requests of a case, one after the other against one host.
struct Sequence<'c> {
    compiled: &'c Compiled,
    host: FakeHost,
    ambience: Ambience,
    surroundings: Surroundings,
}

impl<'c> Sequence<'c> {
    fn new(compiled: &'c Compiled) -> Self {
        Self {
            compiled,
            host: FakeHost::default(),
            ambience: Ambience::default(),
            surroundings: Surroundings::default(),
        }
    }

    fn run(&mut self, case: &Case, report: &mut CaseReport) -> Result<(), Malformed> {
        let mut number = 0;
        for (index, step) in case.steps.iter().enumerate() {
            for fence in &step.host {
                let script = Script::parse(fence)?;
                if let Some(key) = script.for_compiling().filter(|_| index > 0) {
                    let message = format!("`{key}` holds for compiling: it stands before the first request");
                    return Err(Malformed::new(fence.line, message));
                }
                self.surroundings.apply(script, fence.line, &mut self.host, &self.ambience)?;
            }
            for _ in 0..step.times {
                number += 1;
                let Err(message) = self.step(step, report)? else { continue };
                report.broken = Some(format!("request {number}: {message}"));
                return Ok(());
            }
        }
        let unused = self.host.backends.take_unused();
        if !unused.is_empty() {
            report.broken = Some(format!("never used: {}", unused.join(", ")));
        }
        Ok(())
    }

    /// Sends one request. The inner result says that the test could not go on.
    fn step(&mut self, step: &Step, report: &mut CaseReport) -> Result<Result<(), String>, Malformed> {
        let Some(pipeline) = &self.compiled.pipeline else { return Ok(Ok(())) };
        let request = RequestText::parse(&step.request)?;
        let line = step.request.line + 1;
        let engine = &self.compiled.engine;
        let mut exchange = self.surroundings.exchange(request, line, engine, &mut self.host, &self.ambience)?;
        let driven = drive(pipeline, &mut exchange, &self.surroundings, &mut self.host, &self.ambience);
        let observed = self.observe(exchange);
        if let Err(message) = driven {
            return Ok(Err(message));
        }
        report.requests += 1;
        report.mismatches.extend(compare(step, &observed)?);
        let unanswered = self.host.backends.take_unanswered();
        Ok(if unanswered.is_empty() {
            Ok(())
        } else {
            Err(format!("no `[[backend]]` answers {}", unanswered.join(", ")))
        })
    }

    fn observe(&mut self, mut exchange: Exchange) -> Observed {
        let variables = crate::variables::lines(&mut exchange);
        Observed { exchange, variables, sent: self.host.backends.take_sent(), traces: self.ambience.take_traces() }
    }
}

/// What came of a request.
struct Observed {
    exchange: Exchange,
    variables: Vec<(String, String)>,
    sent: Vec<crate::host::Sent>,
    traces: Vec<String>,
}

fn compare(step: &Step, observed: &Observed) -> Result<Vec<Mismatch>, Malformed> {
    let mut mismatches = expect::backend(&step.backend, &observed.sent)?;
    let mut each = |fence: &Option<Fence>, check: &dyn Fn(&Fence) -> Result<Option<Mismatch>, Malformed>| {
        fence.as_ref().map_or(Ok(()), |fence| {
            mismatches.extend(check(fence)?);
            Ok(())
        })
    };
    each(&step.response, &|fence| expect::response(fence, &observed.exchange))?;
    each(&step.variables, &|fence| expect::variables(fence, &observed.variables))?;
    each(&step.trace, &|fence| Ok(expect::lines("trace", fence, &observed.traces)))?;
    each(&step.last_error, &|fence| expect::last_error(fence, observed.exchange.call.last_error.as_deref()))?;
    Ok(mismatches)
}
