//! A preflight request: of all policies only `cors` takes part, and only where it stands directly in `inbound`.

use crate::exchange::Exchange;
use crate::host::Ambient;
use crate::program::{Pipeline, Section};
use crate::run::{Ended, response};
use crate::step::{Flow, StepCx};

/// Asks the `cors` policies in effective order; the answer is an empty 200 if none of them has one.
pub(super) fn answer(pipeline: &Pipeline, exchange: &mut Exchange, ambient: &dyn Ambient) -> Ended {
    exchange.call.response = None;
    let mut ended = Ended::Normally;
    // Documents whose `inbound` is not finished, with what comes next in each.
    let mut open = Vec::new();
    open.extend(next_level(pipeline, 0).map(|level| (level, 0)));
    while let Some((level, at)) = open.pop() {
        let Some(program) = pipeline.programs.get(level) else { continue };
        let Some(step) = program.preflight.get(at) else { continue };
        open.push((level, at + 1));
        let Some(entry) = program.steps.get(*step as usize) else { continue };
        let pool = exchange.heap.attach(&program.pool);
        let mut cx = StepCx {
            exchange,
            ambient,
            program,
            pool,
            section: Section::Inbound,
            info: &entry.info,
            level: u16::try_from(level).unwrap_or(u16::MAX),
            kept: &mut Vec::new(),
            deferred: &mut Vec::new(),
            at: *step,
        };
        match entry.step.preflight(&mut cx) {
            Flow::Finish | Flow::Respond => break,
            Flow::Base => open.extend(next_level(pipeline, level + 1).map(|level| (level, 0))),
            Flow::Fail(error) => {
                response::set_error(exchange, error);
                ended = Ended::WithError;
                break;
            }
            _ => {}
        }
    }
    response::complete(exchange);
    ended
}

/// The narrowest document from `level` on that has an `inbound`.
fn next_level(pipeline: &Pipeline, level: usize) -> Option<usize> {
    let has_inbound = |program: &crate::program::Program| matches!(program.sections.first(), Some(Some(_)));
    (level..pipeline.programs.len())
        .find(|level| pipeline.programs.get(*level).is_some_and(|program| has_inbound(program)))
}
