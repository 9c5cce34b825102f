//! Branches of a `wait`: begun side by side, joined when all or the first have ended, cancelled when they came too late.

use std::ops::Range;

use super::fiber::{Exit, Fiber};
use super::{CallId, Run};
use crate::error::PolicyError;
use crate::host::HostReply;

/// A fiber and what it is waiting for.
#[derive(Debug, Default)]
pub(crate) struct Branch {
    pub(super) fiber: Fiber,
    pub(super) doing: Doing,
    /// Index of the branch that forked it.
    parent: usize,
}

/// What a branch is doing.
#[derive(Debug, Default)]
pub(crate) enum Doing {
    /// It can go on.
    #[default]
    Running,
    /// It waits for an answer.
    Waiting(CallId),
    /// It waits for a place in this counter, which must be given back even if nobody wants it any more.
    Acquiring(CallId, Box<str>),
    /// It is on its way out and waits for the host to have cleaned up.
    Cleaning(CallId),
    /// It waits for its own branches.
    Joining(Join),
    /// It has ended.
    Ended,
}

/// A fork whose branches have not all ended.
#[derive(Debug)]
pub(crate) struct Join {
    left: usize,
    any: bool,
    /// A branch returned a response: everything ends.
    finish: bool,
    error: Option<Box<PolicyError>>,
}

impl Branch {
    /// Forgets what it did, keeping its room for another run.
    pub(crate) fn clear(&mut self) {
        self.fiber.clear();
        self.doing = Doing::Running;
        self.parent = 0;
    }
}

impl Doing {
    /// True when this is the answer it waits for.
    pub(super) fn waits_for(&self, call: CallId) -> bool {
        matches!(self, Self::Waiting(id) | Self::Acquiring(id, _) | Self::Cleaning(id) if *id == call)
    }

    /// True when it waits for an answer.
    pub(super) const fn waits(&self) -> bool {
        matches!(self, Self::Waiting(_) | Self::Acquiring(..) | Self::Cleaning(_))
    }
}

impl Run<'_> {
    /// Begins branches of a fiber.
    pub(super) fn fork(&mut self, parent: usize, ranges: &[Range<u32>], any: bool) {
        let Some(forking) = self.branches.get_mut(parent) else { return };
        if ranges.is_empty() {
            forking.fiber.reply = Some(HostReply::Done);
            return;
        }
        forking.doing = Doing::Joining(Join { left: ranges.len(), any, finish: false, error: None });
        let fibers: Vec<_> = ranges.iter().map(|range| forking.fiber.branch(range.clone())).collect();
        for fiber in fibers {
            let branch = Branch { fiber, doing: Doing::Running, parent };
            // The place of a branch that has ended is free, and nobody refers to it.
            match self.branches.iter_mut().skip(1).find(|branch| matches!(branch.doing, Doing::Ended)) {
                Some(free) => *free = branch,
                None => self.branches.push(branch),
            }
        }
    }

    /// A branch has ended: its parent goes on, or learns that there is one less to wait for.
    pub(super) fn branch_ended(&mut self, index: usize, exit: Option<Exit>) {
        self.set(index, Doing::Ended);
        let Some(parent) = self.branches.get(index).map(|branch| branch.parent) else { return };
        let Some(Doing::Joining(join)) = self.branches.get_mut(parent).map(|branch| &mut branch.doing) else { return };
        join.left -= 1;
        let mut first = join.any;
        match exit {
            // Nothing that may stand in a branch has its response without ending the call.
            Some(Exit::Finish | Exit::Respond) => (join.finish, first) = (true, true),
            // With `any`, an error is one way of having ended.
            Some(Exit::Error(error)) if !join.any => {
                join.error.get_or_insert(error);
            }
            Some(Exit::Cancelled) => first = false,
            Some(Exit::Error(_)) | None => {}
        }
        if join.left == 0 {
            self.join(parent);
        } else if first {
            self.cancel_branches(parent);
        }
    }

    /// All branches have ended.
    fn join(&mut self, parent: usize) {
        let Some(branch) = self.branches.get_mut(parent) else { return };
        let Doing::Joining(join) = std::mem::take(&mut branch.doing) else { return };
        if branch.fiber.exit.is_some() {
            return;
        }
        match (join.finish, join.error) {
            (true, _) => branch.fiber.exit = Some(Exit::Finish),
            (false, Some(error)) => branch.fiber.exit = Some(Exit::Error(error)),
            (false, None) => branch.fiber.reply = Some(HostReply::Done),
        }
    }

    /// Sends the branches of a fork on their way out.
    fn cancel_branches(&mut self, parent: usize) {
        for index in 1..self.branches.len() {
            let Some(branch) = self.branches.get_mut(index) else { continue };
            if branch.parent != parent || matches!(branch.doing, Doing::Ended) {
                continue;
            }
            // One that is on its way out already may have something to give back: it goes on by itself.
            if branch.fiber.exit.is_none() {
                branch.fiber.exit = Some(Exit::Cancelled);
            }
            match branch.doing {
                Doing::Waiting(call) => {
                    branch.doing = Doing::Running;
                    let given_out = self.calls.len();
                    self.calls.retain(|(id, _)| *id != call);
                    // What the host was not told of yet, it need not cancel.
                    if self.calls.len() == given_out {
                        self.cancelled.push(call);
                    }
                }
                Doing::Joining(_) => self.cancel_branches(index),
                Doing::Running | Doing::Acquiring(..) | Doing::Cleaning(_) | Doing::Ended => {}
            }
        }
    }
}
