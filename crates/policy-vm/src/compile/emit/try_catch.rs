//! `try`: ranges of instructions with handlers.
//!
//! A `finally` block is emitted where each way out of its `try` passes: after the regular end, before a `return`, `break`
//! or `continue` that leaves it, and in a handler that throws the exception on. Those copies are left out of the ranges they
//! lie in, so that an exception in them is none of the statement they leave.
//!
//! The condition of a `catch` runs before any `finally` block between it and the throw. Where an expression has one, each
//! `try` that catches announces itself to the machine ([`Op::Guard`]), which asks the conditions from the inside out, and
//! only then unwinds. All other expressions find their handlers by the place of the throw alone.

use super::statement::Leave;
use super::{Emit, Emitter, Label};
use crate::bytecode::{Clause, Handler, Op};
use crate::compile::bound::{Catch, Expr, Function, Local, Stmt};
use crate::types::TypeId;

/// Instructions inside a range that do not belong to it.
pub(super) type Gaps = Vec<(u32, u32)>;

impl Emitter<'_> {
    /// Runs the `finally` blocks on the way to the innermost place that `target` accepts, and jumps there.
    pub(super) fn leave_to(&mut self, target: impl Fn(&Leave) -> Option<Label>) -> Emit {
        let found = self.out.leaves.iter().enumerate().rev().find_map(|(i, l)| target(l).map(|label| (i, label)));
        let Some((index, label)) = found else { return Ok(()) };
        self.run_finallies(index + 1)?;
        self.jump(Op::Jump { to: 0 }, label);
        Ok(())
    }

    /// Emits what leaving the statements from the innermost out to `down_to` takes: their `finally` blocks.
    pub(super) fn run_finallies(&mut self, down_to: usize) -> Emit {
        let mut index = self.out.leaves.len();
        while index > down_to {
            index -= 1;
            let start = self.here();
            match self.out.leaves.get(index).cloned() {
                Some(Leave::Finally { body, .. }) => {
                    let inner = self.out.leaves.split_off(index);
                    self.finally(&body)?;
                    self.out.leaves.extend(inner);
                }
                Some(Leave::Catches { .. }) if self.filters => self.push(Op::Unguard {}),
                _ => continue,
            }
            let end = self.here();
            // From here to where it leads, the code belongs to no range further in.
            for leave in self.out.leaves.iter_mut().skip(index) {
                if let Leave::Finally { gaps, .. } | Leave::Catches { gaps } = leave {
                    gaps.push((start, end));
                }
            }
        }
        Ok(())
    }

    pub(super) fn try_statement(&mut self, body: &[Stmt], catches: &[Catch], finally: Option<&[Stmt]>) -> Emit {
        let end = self.label();
        if let Some(finally) = finally {
            self.out.leaves.push(Leave::Finally { body: finally.to_vec(), gaps: Gaps::new() });
        }
        let start = self.here();
        if catches.is_empty() {
            self.block(body)?;
        } else if self.filters {
            self.guarded(body, catches)?;
        } else {
            self.caught(body, catches)?;
        }
        let guarded_end = self.here();
        if let Some(finally) = finally {
            let Some(Leave::Finally { gaps, .. }) = self.out.leaves.pop() else { return Ok(()) };
            self.finally(finally)?;
            self.jump(Op::Jump { to: 0 }, end);
            let register = self.take()?;
            let target = self.here();
            self.handlers(start, guarded_end, &gaps, target, register, None);
            self.finally(finally)?;
            self.push(Op::Resume { a: register });
        }
        self.place(end);
        Ok(())
    }

    /// Guards a range, but for the gaps in it.
    fn handlers(&mut self, start: u32, end: u32, gaps: &Gaps, target: u32, register: u8, clause: Option<Clause>) {
        let level = self.level();
        let ty = clause.map_or(TypeId::EXCEPTION, |c| c.ty);
        for (start, end) in without_gaps(start, end, gaps) {
            self.out.handlers.push(Handler { start, end, target, register, ty, level, clause });
        }
    }

    /// Statements with conditions that are entered here.
    fn level(&self) -> u8 {
        let guards = self.out.leaves.iter().filter(|leave| matches!(leave, Leave::Catches { .. })).count();
        u8::try_from(guards).unwrap_or(u8::MAX)
    }

    /// One copy of a `finally` block: each has registers for its variables, and labels, of its own.
    fn finally(&mut self, body: &[Stmt]) -> Emit {
        let (registers, gotos) = (self.out.registers.clone(), self.out.gotos.clone());
        self.block(body)?;
        (self.out.registers, self.out.gotos) = (registers, gotos);
        Ok(())
    }

    /// Emits the statements of a `try` and gives the gaps in their range, which ends here.
    fn tried(&mut self, body: &[Stmt]) -> Emit<Gaps> {
        self.out.leaves.push(Leave::Catches { gaps: Gaps::new() });
        self.block(body)?;
        match self.out.leaves.pop() {
            Some(Leave::Catches { gaps }) => Ok(gaps),
            _ => Ok(Gaps::new()),
        }
    }

    /// Without conditions: one handler, which finds the `catch` by the type.
    fn caught(&mut self, body: &[Stmt], catches: &[Catch]) -> Emit {
        let (start, after) = (self.here(), self.label());
        let gaps = self.tried(body)?;
        let end = self.here();
        self.jump(Op::Jump { to: 0 }, after);
        let caught = self.take()?;
        let target = self.here();
        self.handlers(start, end, &gaps, target, caught, None);
        self.out.caught.push(caught);
        for catch in catches {
            let next = self.label();
            if catch.ty != TypeId::EXCEPTION {
                let mark = self.out.next;
                let is = self.take()?;
                let ty = self.type_index(catch.ty)?;
                self.push(Op::IsInstance { d: is, a: caught, ty });
                self.jump(Op::JumpIfNot { a: is, to: 0 }, next);
                self.release(mark);
            }
            self.caught_as(catch, caught)?;
            self.block(&catch.body)?;
            self.jump(Op::Jump { to: 0 }, after);
            self.place(next);
        }
        self.out.caught.pop();
        self.push(Op::Resume { a: caught });
        self.place(after);
        Ok(())
    }

    /// With conditions: a handler for each `catch`, which the machine chooses before it unwinds.
    fn guarded(&mut self, body: &[Stmt], catches: &[Catch]) -> Emit {
        let after = self.label();
        let guard = self.out.guards;
        self.out.guards += 1;
        self.push(Op::Guard { level: self.level(), function: self.out.number, id: guard });
        let start = self.here();
        let gaps = self.tried(body)?;
        let end = self.here();
        self.push(Op::Unguard {});
        self.jump(Op::Jump { to: 0 }, after);
        let caught = self.take()?;
        self.out.caught.push(caught);
        for (number, catch) in (0..).zip(catches) {
            let filter = match &catch.filter {
                Some(condition) => Some(self.filter(catch, condition, caught)?),
                None => None,
            };
            let clause = Clause { guard, number, ty: catch.ty, filter };
            let target = self.here();
            self.handlers(start, end, &gaps, target, caught, Some(clause));
            if filter.is_none() {
                self.caught_as(catch, caught)?;
            }
            self.block(&catch.body)?;
            self.jump(Op::Jump { to: 0 }, after);
        }
        self.out.caught.pop();
        self.place(after);
        Ok(())
    }

    /// Gives the exception to the variable of a `catch`.
    fn caught_as(&mut self, catch: &Catch, caught: u8) -> Emit {
        if let Some(variable) = catch.variable {
            let r = self.register(variable)?;
            if self.local(variable).is_some_and(Local::needs_cell) {
                self.push(Op::NewCell { d: r, a: caught });
            } else {
                self.push(Op::Move { d: r, a: caught });
            }
        }
        Ok(())
    }

    /// The condition of a `catch`, which the machine runs by itself; gives where it begins.
    fn filter(&mut self, catch: &Catch, condition: &Expr, caught: u8) -> Emit<u32> {
        let at = self.here();
        self.caught_as(catch, caught)?;
        let mark = self.out.next;
        let r = self.take()?;
        self.expr(condition, r)?;
        self.push(Op::Return { a: r });
        self.release(mark);
        Ok(at)
    }
}

/// Whether a `catch` in any of the functions has a condition.
pub(super) fn has_filters(functions: &[Function]) -> bool {
    functions.iter().any(|function| function.body.iter().any(in_statement))
}

fn in_statement(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Block(list) => list.iter().any(in_statement),
        Stmt::If(_, then, otherwise) => in_statement(then) || otherwise.as_deref().is_some_and(in_statement),
        Stmt::Loop { body, .. } | Stmt::Foreach { body, .. } => in_statement(body),
        Stmt::Switch { sections, .. } => sections.iter().any(|(_, body)| body.iter().any(in_statement)),
        Stmt::Try { body, catches, finally } => {
            catches.iter().any(|c| c.filter.is_some() || c.body.iter().any(in_statement))
                || body.iter().chain(finally.iter().flatten()).any(in_statement)
        }
        Stmt::Expr(_)
        | Stmt::Let(..)
        | Stmt::Break
        | Stmt::Continue
        | Stmt::Label(_)
        | Stmt::Goto(_)
        | Stmt::Return(_)
        | Stmt::Throw(_) => false,
    }
}

fn without_gaps(start: u32, end: u32, gaps: &[(u32, u32)]) -> Vec<(u32, u32)> {
    let mut sorted = gaps.to_vec();
    sorted.sort_unstable();
    let mut ranges = Vec::new();
    let mut at = start;
    for (from, to) in sorted {
        if from > at {
            ranges.push((at, from));
        }
        at = at.max(to);
    }
    if at < end {
        ranges.push((at, end));
    }
    ranges
}
