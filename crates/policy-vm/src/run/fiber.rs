//! A [`Fiber`]: one line of execution through steps. Its frames are explicit, so neither `<base/>` nor a container
//! costs native stack; what it does until it must wait is one loop.

use crate::error::PolicyError;
use crate::exchange::Exchange;
use crate::host::{Ambient, HostCall, HostReply};
use crate::program::{Pipeline, Section, StepEntry};
use crate::step::{Deferred, Flow, Kept, StepCx, Unwind};

use super::steps::{Exhausted, Steps};

/// One line of execution.
#[derive(Debug, Default)]
pub(super) struct Fiber {
    pub(super) frames: Vec<Frame>,
    regions: Vec<Region>,
    pub(super) kept: Vec<Kept>,
    /// The answer that the current step waited for.
    pub(super) reply: Option<HostReply>,
    /// Why it is on its way out, once it is.
    pub(super) exit: Option<Exit>,
}

/// A section, or a part of one, of one of the pipeline's documents.
#[derive(Debug)]
pub(super) struct Frame {
    level: u16,
    section: Section,
    /// The document's number for the heap's literals.
    pool: u16,
    at: u32,
    end: u32,
}

/// Steps that their owner wants to see every irregular way out of.
#[derive(Debug)]
struct Region {
    /// Index of the frame it belongs to.
    frame: usize,
    owner: u32,
    end: u32,
}

/// Why a fiber leaves before its last step.
#[derive(Debug)]
pub(super) enum Exit {
    /// An error.
    Error(Box<PolicyError>),
    /// A policy returned the response.
    Finish,
    /// A policy has the response: no backend is called.
    Respond,
    /// Another branch was first.
    Cancelled,
}

/// Why a fiber stopped.
pub(super) enum Event {
    /// It asks the host.
    Call(HostCall),
    /// It is on its way out and asks the host to clean up; the answer does not matter.
    Cleanup(HostCall),
    /// It goes on when its branches have ended.
    Fork(Box<[std::ops::Range<u32>]>, bool),
    /// It has ended, regularly or not.
    Ended(Option<Exit>),
}

/// What a fiber shares with the run.
pub(super) struct Shared<'r> {
    pub(super) pipeline: &'r Pipeline,
    pub(super) exchange: &'r mut Exchange,
    pub(super) ambient: &'r dyn Ambient,
    pub(super) deferred: &'r mut Vec<Deferred>,
    pub(super) steps: &'r mut Steps,
}

impl Fiber {
    /// Forgets everything but its room.
    pub(super) fn clear(&mut self) {
        self.frames.clear();
        self.regions.clear();
        self.kept.clear();
        (self.reply, self.exit) = (None, None);
    }

    /// Begins the section of the narrowest document that has something to do there, at or after `level`.
    pub(super) fn enter(&mut self, shared: &mut Shared<'_>, section: Section, level: usize) {
        if let Some(way) = shared.pipeline.way(section, level) {
            self.enter_steps(shared, way.level, section, way.steps.clone());
        }
    }

    /// Begins some steps of a document.
    pub(super) fn enter_steps(
        &mut self,
        shared: &mut Shared<'_>,
        level: u16,
        section: Section,
        steps: std::ops::Range<u32>,
    ) {
        let Some(program) = shared.pipeline.programs.get(usize::from(level)) else { return };
        let pool = shared.exchange.heap.attach(&program.pool);
        self.frames.push(Frame { level, section, pool, at: steps.start, end: steps.end });
    }

    /// A fiber for steps of the section that this one is in.
    pub(super) fn branch(&self, steps: std::ops::Range<u32>) -> Self {
        let frame = self.frames.last().map(|frame| Frame {
            level: frame.level,
            section: frame.section,
            pool: frame.pool,
            at: steps.start,
            end: steps.end,
        });
        Self { frames: frame.into_iter().collect(), ..Self::default() }
    }

    /// Runs until it must wait or has ended.
    pub(super) fn run(&mut self, shared: &mut Shared<'_>) -> Event {
        loop {
            if self.exit.is_some()
                && let Some(event) = self.unwind(shared)
            {
                return event;
            }
            if self.frames.is_empty() {
                return Event::Ended(None);
            }
            match self.run_frame(shared) {
                Some(flow) => {
                    if let Some(event) = self.follow(shared, flow) {
                        return event;
                    }
                }
                None => drop(self.frames.pop()),
            }
        }
    }

    /// Runs the innermost frame: until its end, which is `None`, or until a step wants more than to go on inside it. Most are
    /// followed by the next one, for which nothing is looked up anew.
    #[inline]
    fn run_frame(&mut self, shared: &mut Shared<'_>) -> Option<Flow> {
        let depth = self.frames.len();
        let frame = self.frames.last_mut()?;
        let program = shared.pipeline.programs.get(usize::from(frame.level))?;
        loop {
            while self.regions.last().is_some_and(|region| region.frame == depth && !region.contains(frame.at)) {
                self.regions.pop();
            }
            if frame.at >= frame.end {
                return None;
            }
            let entry = program.steps.get(frame.at as usize)?;
            let mut cx = StepCx {
                exchange: shared.exchange,
                ambient: shared.ambient,
                program,
                pool: frame.pool,
                section: frame.section,
                info: &entry.info,
                level: frame.level,
                kept: &mut self.kept,
                deferred: shared.deferred,
                at: frame.at,
            };
            let exhausted = match shared.steps.count() {
                true => None,
                false => shared.steps.refill(cx.exchange, cx.ambient).err(),
            };
            let flow = match exhausted {
                Some(exhausted) => Flow::Fail(out_of_budget(&cx, exhausted)),
                // An answer is large: it is moved only when there is one.
                None => match self.reply {
                    Some(_) => entry.step.resume(&mut cx, self.reply.take().unwrap_or(HostReply::Done)),
                    None => entry.step.run(&mut cx),
                },
            };
            match flow {
                Flow::Next => frame.at += 1,
                Flow::Jump(to) => frame.at = to,
                flow => return Some(flow),
            }
        }
    }

    /// Lends a step of the current document its surroundings.
    fn with_step<T>(
        &mut self,
        shared: &mut Shared<'_>,
        at: u32,
        work: impl FnOnce(&StepEntry, &mut StepCx<'_>) -> T,
    ) -> Option<T> {
        let frame = self.frames.last()?;
        let program = shared.pipeline.programs.get(usize::from(frame.level))?;
        let entry = program.steps.get(at as usize)?;
        let mut cx = StepCx {
            exchange: shared.exchange,
            ambient: shared.ambient,
            program,
            pool: frame.pool,
            section: frame.section,
            info: &entry.info,
            level: frame.level,
            kept: &mut self.kept,
            deferred: shared.deferred,
            at,
        };
        Some(work(entry, &mut cx))
    }

    #[inline]
    fn follow(&mut self, shared: &mut Shared<'_>, flow: Flow) -> Option<Event> {
        let depth = self.frames.len();
        let frame = self.frames.last_mut()?;
        match flow {
            Flow::Next => frame.at += 1,
            Flow::Jump(to) => frame.at = to,
            Flow::Call(call) => return Some(Event::Call(call)),
            Flow::Base => {
                frame.at += 1;
                let (section, level) = (frame.section, usize::from(frame.level) + 1);
                self.enter(shared, section, level);
            }
            Flow::Enter { end } => {
                let owner = frame.at;
                frame.at += 1;
                self.regions.push(Region { frame: depth, owner, end });
            }
            Flow::Fork { branches, any } => return Some(Event::Fork(branches, any)),
            Flow::Finish => self.exit = Some(Exit::Finish),
            Flow::Respond => self.exit = Some(Exit::Respond),
            Flow::Fail(error) => self.exit = Some(Exit::Error(error)),
        }
        None
    }

    /// Leaves regions from the inside out until one catches the error.
    fn unwind(&mut self, shared: &mut Shared<'_>) -> Option<Event> {
        self.reply = None;
        while let Some(region) = self.regions.pop() {
            self.frames.truncate(region.frame);
            let exit = self.exit.take();
            let error = match &exit {
                Some(Exit::Error(error)) => Some(&**error),
                _ => None,
            };
            let way = self.with_step(shared, region.owner, |entry, cx| entry.step.unwind(cx, error));
            match way {
                Some(Unwind::Catch(at)) if error.is_some() => {
                    if let Some(frame) = self.frames.last_mut() {
                        frame.at = at;
                    }
                    return None;
                }
                Some(Unwind::Call(call)) => {
                    self.exit = exit;
                    return Some(Event::Cleanup(call));
                }
                _ => self.exit = exit,
            }
        }
        self.frames.clear();
        Some(Event::Ended(self.exit.take()))
    }
}

/// The error for a run that has used up what all its policies may have together.
#[cold]
fn out_of_budget(cx: &StepCx<'_>, exhausted: Exhausted) -> Box<PolicyError> {
    let limits = &cx.program.limits;
    let (reason, message) = match exhausted {
        Exhausted::Steps => ("StepLimitExceeded", format!("More than {} policies were executed.", limits.steps)),
        Exhausted::Time => {
            let ms = limits.run_micros / 1000;
            ("TimeLimitExceeded", format!("Policies took more than {ms} ms of time of their own."))
        }
    };
    cx.error(500, reason, message)
}

impl Region {
    const fn contains(&self, at: u32) -> bool {
        self.owner < at && at < self.end
    }
}
