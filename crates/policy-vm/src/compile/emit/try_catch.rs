//! `try`: ranges of instructions with handlers.
//!
//! A `finally` block is emitted once, behind its `try` and out of the reach of its handlers. Each way out of the `try`
//! leads there, having said in a register where it goes on: at the end, with an exception, or to where a `return`, `break`,
//! `continue` or `goto` wanted to go. What follows the block looks at that.
//!
//! The condition of a `catch` runs before any `finally` block between it and the throw. Where an expression has one, each
//! `try` that catches announces itself to the machine ([`Op::Guard`]), which asks the conditions from the inside out, and
//! only then unwinds. All other expressions find their handlers by the place of the throw alone.

use super::statement::Leave;
use super::{Emit, Emitter, Label, TooComplex};
use crate::bytecode::{Clause, Handler, Op};
use crate::compile::bound::{Catch, Expr, Function, Local, Stmt};
use crate::types::TypeId;

/// A `finally` block that is still to be emitted, and the ways that lead through it.
pub(super) struct Finally {
    block: Label,
    /// Holds the exception that is thrown on behind the block, or null.
    thrown: u8,
    /// Holds the number of the way that is gone on behind the block, counted from one.
    way: u8,
    ways: Vec<Way>,
}

/// Where a jump leads that leaves a `try`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Returns what stands in a register.
    Return { register: u8 },
    /// Jumps, perhaps back, leaving all but so many of the statements around it.
    Jump { label: Label, keeps: usize, back: bool },
}

impl Emitter<'_> {
    /// Goes to the innermost place that `target` accepts.
    pub(super) fn leave_to(&mut self, target: impl Fn(&Leave) -> Option<Label>) -> Emit {
        let found = self.out.leaves.iter().enumerate().rev().find_map(|(i, l)| target(l).map(|label| (i, label)));
        let Some((index, label)) = found else { return Ok(()) };
        self.go(Way::Jump { label, keeps: index + 1, back: false })
    }

    /// Goes a way, through the `finally` blocks that it leaves: here to the innermost, behind which it is gone on.
    pub(super) fn go(&mut self, way: Way) -> Emit {
        let keeps = match way {
            Way::Return { .. } => 0,
            Way::Jump { keeps, .. } => keeps,
        };
        let mut index = self.out.leaves.len();
        while index > keeps {
            index -= 1;
            match self.out.leaves.get_mut(index) {
                Some(Leave::Finally(finally)) => {
                    let known = finally.ways.iter().position(|other| *other == way).unwrap_or_else(|| {
                        finally.ways.push(way);
                        finally.ways.len() - 1
                    });
                    let number = i32::try_from(known + 1).map_err(|_| TooComplex)?;
                    let (block, thrown, register) = (finally.block, finally.thrown, finally.way);
                    self.push(Op::LoadNull { d: thrown });
                    self.push(Op::LoadI32 { d: register, value: number });
                    self.jump(Op::Jump { to: 0 }, block);
                    return Ok(());
                }
                Some(Leave::Catches) if self.filters => self.push(Op::Unguard {}),
                _ => {}
            }
        }
        match way {
            Way::Return { register } => self.push(Op::Return { a: register }),
            // It may lead back: what is jumped over is counted as a turn of a loop.
            Way::Jump { label, back: true, .. } => self.jump(Op::Loop { to: 0 }, label),
            Way::Jump { label, back: false, .. } => self.jump(Op::Jump { to: 0 }, label),
        }
        Ok(())
    }

    pub(super) fn try_statement(&mut self, body: &[Stmt], catches: &[Catch], finally: Option<&[Stmt]>) -> Emit {
        self.out.tries += 1;
        match finally {
            Some(finally) => self.try_finally(body, catches, finally)?,
            None => self.try_catch(body, catches)?,
        }
        self.out.tries -= 1;
        Ok(())
    }

    fn try_catch(&mut self, body: &[Stmt], catches: &[Catch]) -> Emit {
        if catches.is_empty() {
            self.block(body)
        } else if self.filters {
            self.guarded(body, catches)
        } else {
            self.caught(body, catches)
        }
    }

    fn try_finally(&mut self, body: &[Stmt], catches: &[Catch], finally: &[Stmt]) -> Emit {
        // The outermost `try` keeps what is returned, for all within it.
        let outermost = self.out.returned.is_none();
        if outermost {
            self.out.returned = Some(self.take()?);
        }
        let (block, rethrow, end) = (self.label(), self.label(), self.label());
        let (thrown, way) = (self.take()?, self.take()?);
        let leave = Finally { block, thrown, way, ways: Vec::new() };
        self.out.leaves.push(Leave::Finally(leave));
        let start = self.here();
        self.try_catch(body, catches)?;
        let guarded_end = self.here();
        let Some(Leave::Finally(Finally { ways, .. })) = self.out.leaves.pop() else { return Err(TooComplex) };
        self.push(Op::LoadNull { d: thrown });
        if !ways.is_empty() {
            self.push(Op::LoadI32 { d: way, value: 0 });
        }
        self.place(block);
        let target = self.here();
        self.handler(start, guarded_end, target, thrown, None);
        self.block(finally)?;
        self.jump(Op::JumpIfNotNull { a: thrown, to: 0 }, rethrow);
        for (number, gone) in (1..).zip(ways) {
            let next = self.label();
            self.jump(Op::JumpNeI32K { a: way, value: number, to: 0 }, next);
            self.go(gone)?;
            self.place(next);
        }
        self.jump(Op::Jump { to: 0 }, end);
        self.place(rethrow);
        self.push(Op::Resume { a: thrown });
        self.place(end);
        if outermost {
            self.out.returned = None;
        }
        Ok(())
    }

    /// Guards a range.
    fn handler(&mut self, start: u32, end: u32, target: u32, register: u8, clause: Option<Clause>) {
        let ty = clause.map_or(TypeId::EXCEPTION, |c| c.ty);
        self.out.handlers.push(Handler { start, end, target, register, ty, level: self.level(), clause });
    }

    /// Statements with conditions that are entered here.
    fn level(&self) -> u8 {
        let guards = self.out.leaves.iter().filter(|leave| matches!(leave, Leave::Catches)).count();
        u8::try_from(guards).unwrap_or(u8::MAX)
    }

    /// Emits the statements of a `try`.
    fn tried(&mut self, body: &[Stmt]) -> Emit {
        self.out.leaves.push(Leave::Catches);
        self.block(body)?;
        self.out.leaves.pop();
        Ok(())
    }

    /// Without conditions: one handler, which finds the `catch` by the type.
    fn caught(&mut self, body: &[Stmt], catches: &[Catch]) -> Emit {
        let (start, after) = (self.here(), self.label());
        self.tried(body)?;
        let end = self.here();
        self.jump(Op::Jump { to: 0 }, after);
        let caught = self.take()?;
        let target = self.here();
        self.handler(start, end, target, caught, None);
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
        self.tried(body)?;
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
            self.handler(start, end, target, caught, Some(clause));
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
        | Stmt::Return(..)
        | Stmt::Throw(_) => false,
    }
}
