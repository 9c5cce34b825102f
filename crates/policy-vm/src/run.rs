//! Running a [`Pipeline`]: the engine goes on until it needs its host, says so, and is resumed with the answer.
//!
//! ```text
//! let mut run = Run::new(&pipeline);
//! let mut progress = run.begin(&mut exchange, &ambient);
//! loop {
//!     match progress {
//!         Progress::Call(id, call) => { let reply = host.perform(&mut exchange, call).await; progress = run.reply(…, id, reply) }
//!         Progress::Calls(calls) => // several branches of a `wait` at once: answer them in any order
//!         Progress::Cancel(ids, next) => // forget those calls, then go on with `next`
//!         Progress::Pending => // answer another of the calls given out before
//!         Progress::Finished(ended) => break,
//!     }
//! }
//! ```
//!
//! [`Pipeline::run`] does just that for an asynchronous host.

mod fiber;
mod join;
mod preflight;
mod response;
mod steps;

use crate::cx::Allowance;
use crate::error::PolicyError;
use crate::exchange::Exchange;
use crate::host::{Ambient, HostCall, HostReply};
use crate::program::{Pipeline, Section};
use crate::step::Deferred;
use fiber::{Event, Exit, Shared};
pub(crate) use join::Branch;
use join::Doing;
use steps::Steps;

/// Steps that `on-error` may execute after the budget of the other sections is exhausted.
const STEPS_FOR_ON_ERROR: u64 = 1000;

/// Bytes that the expressions of `on-error` may allocate after the budget of the others is exhausted.
const MEMORY_FOR_ON_ERROR: usize = 1 << 20;

/// A run of a pipeline. All its state is here and in the exchange.
#[derive(Debug)]
pub struct Run<'p> {
    pipeline: &'p Pipeline,
    /// The first is the main line; others are branches of a `wait`.
    branches: Vec<Branch>,
    deferred: Vec<Deferred>,
    stage: Stage,
    steps: Steps,
    calls: Vec<(CallId, HostCall)>,
    cancelled: Vec<CallId>,
    next_call: u32,
    failed: bool,
}

/// Names one of several outstanding calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CallId(pub(crate) u32);

/// How far a run has come.
#[derive(Debug)]
pub enum Progress {
    /// The host is asked one thing; nothing else is outstanding.
    Call(CallId, HostCall),
    /// Branches of a `wait` ask several things at once. Answer each with [`Run::reply`], in any order; what that gives may
    /// be further calls, or [`Progress::Pending`] while others are outstanding.
    Calls(Vec<(CallId, HostCall)>),
    /// Calls given out before are still to be answered.
    Pending,
    /// These calls are of no interest any more (`wait for="any"`): cancel them; then go on with the rest.
    Cancel(Vec<CallId>, Box<Progress>),
    /// The response is in `exchange.call.response`.
    Finished(Ended),
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ended {
    /// All sections ran, or a policy returned a response.
    Normally,
    /// By `on-error`, or the default error response: `exchange.call.last_error` says why.
    WithError,
}

/// What the main line is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Section(Section),
    /// The response is known; what was put off until then runs, from this index on.
    Deferred(usize),
    Over,
}

impl<'p> Run<'p> {
    /// A run that has not begun.
    #[must_use]
    pub const fn new(pipeline: &'p Pipeline) -> Self {
        Self {
            pipeline,
            branches: Vec::new(),
            deferred: Vec::new(),
            stage: Stage::Over,
            steps: Steps::NONE,
            calls: Vec::new(),
            cancelled: Vec::new(),
            next_call: 0,
            failed: false,
        }
    }

    /// Begins with `inbound`.
    pub fn begin(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient) -> Progress {
        self.prepare(exchange);
        self.enter(exchange, ambient, Section::Inbound);
        self.advance(exchange, ambient)
    }

    /// Begins with `on-error`, for an error found before any policy ran (no operation, no key).
    pub fn begin_with_error(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient, error: PolicyError) -> Progress {
        self.prepare(exchange);
        self.fail(exchange, ambient, Box::new(error));
        self.advance(exchange, ambient)
    }

    /// Runs only the `cors` policies of `inbound` for a preflight request; the response is always there afterwards.
    pub fn preflight(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient) -> Progress {
        self.prepare(exchange);
        self.stage = Stage::Over;
        Progress::Finished(preflight::answer(self.pipeline, exchange, ambient))
    }

    /// Goes on with the host's answer.
    pub fn reply(
        &mut self,
        exchange: &mut Exchange,
        ambient: &dyn Ambient,
        call: CallId,
        reply: HostReply,
    ) -> Progress {
        if let Some(index) = self.branches.iter().position(|branch| branch.doing.waits_for(call)) {
            self.answered(index, reply);
        }
        self.advance(exchange, ambient)
    }

    /// What is to be given back when the run is dropped before it has finished, because the client went away.
    pub fn abandon(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient) -> Vec<HostCall> {
        let mut cleanups = Vec::new();
        for branch in &mut self.branches {
            branch.fiber.exit = Some(Exit::Cancelled);
            let mut shared = Shared {
                pipeline: self.pipeline,
                exchange,
                ambient,
                deferred: &mut self.deferred,
                steps: &mut self.steps,
            };
            while let Event::Cleanup(call) = branch.fiber.run(&mut shared) {
                cleanups.push(call);
            }
        }
        self.branches.clear();
        self.stage = Stage::Over;
        cleanups
    }

    fn answered(&mut self, index: usize, reply: HostReply) {
        let Some(branch) = self.branches.get_mut(index) else { return };
        let leaving = branch.fiber.exit.is_some();
        match std::mem::take(&mut branch.doing) {
            Doing::Acquiring(_, key) if leaving => {
                if matches!(reply, HostReply::Acquired(true)) {
                    let id = self.number(HostCall::ReleaseSlot { key });
                    self.set(index, Doing::Cleaning(id));
                }
            }
            // What the host says to a cleanup does not matter.
            Doing::Cleaning(_) => {}
            _ => branch.fiber.reply = Some(reply),
        }
    }

    fn prepare(&mut self, exchange: &mut Exchange) {
        let limits = self.pipeline.programs.iter().map(|program| &program.limits).max_by_key(|limits| limits.steps);
        self.steps = Steps::new(limits.map_or(0, |limits| limits.steps));
        exchange.expressions = limits.map(Allowance::new).unwrap_or_default();
        if self.branches.is_empty() {
            self.branches = std::mem::take(&mut exchange.idle);
        }
        self.branches.truncate(1);
        match self.branches.first_mut() {
            Some(main) => main.clear(),
            None => self.branches.push(Branch::default()),
        }
        self.deferred.clear();
        self.failed = false;
    }

    /// Lets every branch go on until all wait or the run has finished.
    fn advance(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient) -> Progress {
        while let Some(index) = self.branches.iter().position(|branch| matches!(branch.doing, Doing::Running)) {
            if self.stage == Stage::Over {
                break;
            }
            let Some(branch) = self.branches.get_mut(index) else { break };
            let mut shared = Shared {
                pipeline: self.pipeline,
                exchange,
                ambient,
                deferred: &mut self.deferred,
                steps: &mut self.steps,
            };
            match branch.fiber.run(&mut shared) {
                // The main line alone: nobody else asks anything.
                Event::Call(call) if self.branches.len() == 1 && !matches!(call, HostCall::AcquireSlot { .. }) => {
                    let id = self.next_id();
                    self.set(index, Doing::Waiting(id));
                    self.steps.pause(exchange, ambient);
                    return Progress::Call(id, call);
                }
                Event::Call(call) => {
                    let key = match &call {
                        HostCall::AcquireSlot { key, .. } => Some(key.clone()),
                        _ => None,
                    };
                    let id = self.number(call);
                    self.set(index, key.map_or(Doing::Waiting(id), |key| Doing::Acquiring(id, key)));
                }
                Event::Cleanup(call) => {
                    let id = self.number(call);
                    self.set(index, Doing::Cleaning(id));
                }
                Event::Fork(ranges, any) => self.fork(index, &ranges, any),
                Event::Ended(exit) if index == 0 => self.main_ended(exchange, ambient, exit),
                Event::Ended(exit) => self.branch_ended(index, exit),
            }
        }
        self.steps.pause(exchange, ambient);
        self.progress()
    }

    fn next_id(&mut self) -> CallId {
        let id = CallId(self.next_call);
        self.next_call = self.next_call.wrapping_add(1);
        id
    }

    fn number(&mut self, call: HostCall) -> CallId {
        let id = self.next_id();
        self.calls.push((id, call));
        id
    }

    fn set(&mut self, index: usize, doing: Doing) {
        if let Some(branch) = self.branches.get_mut(index) {
            branch.doing = doing;
        }
    }

    fn progress(&mut self) -> Progress {
        let outstanding = self.branches.iter().filter(|branch| branch.doing.waits()).count();
        let next = match (self.stage, self.calls.len()) {
            (Stage::Over, _) => Progress::Finished(if self.failed { Ended::WithError } else { Ended::Normally }),
            (_, 0) => Progress::Pending,
            (_, 1) if outstanding == 1 => match self.calls.pop() {
                Some((id, call)) => Progress::Call(id, call),
                None => Progress::Pending,
            },
            _ => Progress::Calls(std::mem::take(&mut self.calls)),
        };
        if self.cancelled.is_empty() {
            return next;
        }
        Progress::Cancel(std::mem::take(&mut self.cancelled), Box::new(next))
    }

    /// Puts the main line at the beginning of a section.
    fn enter(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient, section: Section) {
        self.stage = Stage::Section(section);
        let mut shared =
            Shared { pipeline: self.pipeline, exchange, ambient, deferred: &mut self.deferred, steps: &mut self.steps };
        if let Some(main) = self.branches.first_mut() {
            main.fiber.enter(&mut shared, section, 0);
        }
    }

    /// The main line has no more steps: what comes next?
    fn main_ended(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient, exit: Option<Exit>) {
        match (exit, self.stage) {
            (Some(Exit::Error(error)), _) => self.fail(exchange, ambient, error),
            (Some(Exit::Respond), Stage::Section(Section::Inbound | Section::Backend)) => {
                self.enter(exchange, ambient, Section::Outbound);
            }
            (None, Stage::Section(Section::Inbound)) => self.enter(exchange, ambient, Section::Backend),
            (None, Stage::Section(Section::Backend)) => {
                // No call was made: the documented answer is an empty 200.
                exchange.call.response.get_or_insert_with(response::empty);
                self.enter(exchange, ambient, Section::Outbound);
            }
            (_, Stage::Section(Section::OnError)) if self.deferred.first().is_some_and(|first| first.after_errors) => {
                self.run_deferred(exchange, ambient, 0);
            }
            (_, Stage::Section(Section::OnError) | Stage::Over) => self.finish(exchange),
            (_, Stage::Section(_)) => self.run_deferred(exchange, ambient, 0),
            (_, Stage::Deferred(index)) => self.run_deferred(exchange, ambient, index + 1),
        }
    }

    fn run_deferred(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient, index: usize) {
        let Some(next) = self.deferred.get_mut(index) else {
            self.finish(exchange);
            return;
        };
        let (level, section, steps, kept) = (next.level, next.section, next.steps.clone(), next.kept.take());
        self.stage = Stage::Deferred(index);
        let mut shared =
            Shared { pipeline: self.pipeline, exchange, ambient, deferred: &mut self.deferred, steps: &mut self.steps };
        if let Some(main) = self.branches.first_mut() {
            main.fiber.enter_steps(&mut shared, level, section, steps);
            main.fiber.kept.extend(kept);
        }
    }

    /// Goes to `on-error`; an error inside it ends the run.
    fn fail(&mut self, exchange: &mut Exchange, ambient: &dyn Ambient, error: Box<PolicyError>) {
        if self.failed {
            response::set_fault(exchange, &error);
            self.finish(exchange);
            return;
        }
        self.failed = true;
        self.steps.keep_free(STEPS_FOR_ON_ERROR);
        exchange.heap.keep_free(MEMORY_FOR_ON_ERROR);
        if let Some(limits) = self.pipeline.programs.iter().map(|p| &p.limits).max_by_key(|limits| limits.steps) {
            exchange.expressions.keep_free(limits);
        }
        response::set_error(exchange, error);
        self.enter(exchange, ambient, Section::OnError);
    }

    fn finish(&mut self, exchange: &mut Exchange) {
        self.stage = Stage::Over;
        self.calls.clear();
        self.branches.truncate(1);
        exchange.idle = std::mem::take(&mut self.branches);
        response::complete(exchange);
    }
}

#[cfg(test)]
mod tests;
