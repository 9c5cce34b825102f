//! Statements: jumps and loops. What a `try` becomes is in [`try_catch`](super::try_catch).

use super::try_catch::{Finally, Way};
use super::{Emit, Emitter, Label};
use crate::bytecode::{BinOp, Num, Op};
use crate::compile::bound::{Expr, Kind, Local, LocalId, Stmt};
use crate::types::TypeId;

/// What a `break`, `continue` or `return` passes on its way out.
pub(super) enum Leave {
    Loop {
        exit: Label,
        again: Label,
    },
    Switch {
        exit: Label,
    },
    Finally(Finally),
    /// A `try` with `catch`es, which may be a guard.
    Catches,
}

impl Emitter<'_> {
    pub(super) fn statements(&mut self, list: &[Stmt]) -> Emit {
        self.labels_of(list);
        for stmt in list {
            let mark = self.out.next;
            self.statement(stmt)?;
            self.release(mark);
        }
        Ok(())
    }

    fn statement(&mut self, stmt: &Stmt) -> Emit {
        match stmt {
            Stmt::Expr(e) => self.effect(e),
            Stmt::Let(id, Some(value)) => self.let_local(*id, value),
            Stmt::Let(id, None) => {
                let r = self.register(*id)?;
                let ty = self.local(*id).map_or(TypeId::OBJECT, |l| l.ty);
                let ty = self.type_index(ty)?;
                self.push(Op::LoadDefault { d: r, ty });
                if self.local(*id).is_some_and(Local::needs_cell) {
                    self.push(Op::NewCell { d: r, a: r });
                }
                Ok(())
            }
            Stmt::Block(list) => self.block(list),
            Stmt::If(condition, then, otherwise) => {
                let (no, end) = (self.label(), self.label());
                self.branch(condition, false, no)?;
                self.statement(then)?;
                if let Some(otherwise) = otherwise {
                    self.jump(Op::Jump { to: 0 }, end);
                    self.place(no);
                    self.statement(otherwise)?;
                } else {
                    self.place(no);
                }
                self.place(end);
                Ok(())
            }
            Stmt::Loop { condition, test_first, step, body } => {
                self.loop_statement(condition.as_ref(), *test_first, step, body)
            }
            Stmt::Foreach { item, variable, convert, source, body } => {
                self.foreach(*item, *variable, convert.as_ref(), source, body)
            }
            Stmt::Switch { value, sections, default, .. } => self.switch(value.as_ref(), sections, *default),
            Stmt::Break => self.leave_to(|leave| match leave {
                Leave::Loop { exit, .. } | Leave::Switch { exit } => Some(*exit),
                Leave::Finally(_) | Leave::Catches => None,
            }),
            Stmt::Continue => self.leave_to(|leave| match leave {
                Leave::Loop { again, .. } => Some(*again),
                _ => None,
            }),
            Stmt::Label(id) => {
                if let Some((label, _)) = self.out.gotos.get(id).copied() {
                    self.place(label);
                }
                Ok(())
            }
            Stmt::Goto(id) => {
                let Some((label, keeps)) = self.out.gotos.get(id).copied() else { return Ok(()) };
                self.go(Way::Jump { label, keeps, back: true })
            }
            Stmt::Return(value, _) => {
                let r = self.out.returned.map_or_else(|| self.take(), Ok)?;
                match value {
                    Some(value) => self.expr(value, r)?,
                    None => self.push(Op::LoadNull { d: r }),
                }
                self.go(Way::Return { register: r })
            }
            Stmt::Throw(Some(value)) => {
                let a = self.operand(value)?;
                self.push(Op::Throw { a });
                Ok(())
            }
            Stmt::Throw(None) => {
                let a = self.out.caught.last().copied().unwrap_or(0);
                self.push(Op::Rethrow { a });
                Ok(())
            }
            Stmt::Try { body, catches, finally } => self.try_statement(body, catches, finally.as_deref()),
        }
    }

    /// Makes the labels of a list known before anything in it jumps to them.
    fn labels_of(&mut self, list: &[Stmt]) {
        for stmt in list {
            if let Stmt::Label(id) = stmt {
                let (label, leaves) = (self.label(), self.out.leaves.len());
                self.out.gotos.entry(*id).or_insert((label, leaves));
            }
        }
    }

    /// A block whose temporaries are given back only at its end, because patterns in it may declare.
    pub(super) fn block(&mut self, list: &[Stmt]) -> Emit {
        let mark = self.out.next;
        self.statements(list)?;
        self.release(mark);
        Ok(())
    }

    fn loop_statement(&mut self, condition: Option<&Expr>, test_first: bool, step: &[Expr], body: &Stmt) -> Emit {
        let (top, again, exit, test) = (self.label(), self.label(), self.label(), self.label());
        // The test stands at the end: one jump a turn. That of a counting loop is one with what it counts, so the first
        // test is another one.
        let counting = condition.filter(|condition| test_first && step.len() == 1 && compares_less(condition));
        match (counting, condition) {
            (Some(condition), _) => self.branch(condition, false, exit)?,
            (None, Some(_)) if test_first => self.jump(Op::Jump { to: 0 }, test),
            _ => {}
        }
        self.place(top);
        self.out.leaves.push(Leave::Loop { exit, again });
        self.statement(body)?;
        self.out.leaves.pop();
        self.place(again);
        let before = self.out.code.len();
        for e in step {
            self.effect(e)?;
        }
        self.place(test);
        match condition {
            Some(condition) => {
                self.loop_back(condition, top, exit)?;
                if counting.is_some() {
                    self.join_step(before);
                }
            }
            None => self.jump(Op::Loop { to: 0 }, top),
        }
        self.place(exit);
        Ok(())
    }

    /// Makes one instruction of `i++` and the test behind it, when they are all that there is from `before` on.
    fn join_step(&mut self, before: usize) {
        let joined = match self.out.code.get(before..) {
            Some([Op::AddI32K { d, a: from, value: 1 }, Op::LoopLtI32K { a, value, to }]) if d == from && d == a => {
                Op::NextLtI32K { a: *a, value: *value, to: *to }
            }
            Some([Op::AddI32K { d, a: from, value: 1 }, Op::LoopLtI32 { a, b, to }]) if d == from && d == a => {
                Op::NextLtI32 { a: *a, b: *b, to: *to }
            }
            _ => return,
        };
        self.out.code.truncate(before);
        self.out.code.push(joined);
        if let Some((at, _)) = self.out.patches.last_mut() {
            *at = before;
        }
    }

    fn foreach(
        &mut self,
        item: LocalId,
        variable: LocalId,
        convert: Option<&Expr>,
        source: &Expr,
        body: &Stmt,
    ) -> Emit {
        let (top, again, exit) = (self.label(), self.label(), self.label());
        let iter = self.take()?;
        let from = self.operand(source)?;
        self.push(Op::IterBegin { d: iter, a: from });
        self.place(top);
        let is_cell = self.local(variable).is_some_and(Local::needs_cell);
        let target = self.register(variable)?;
        let raw = if convert.is_some() || is_cell { self.register(item)? } else { target };
        self.jump(Op::IterNext { d: raw, a: iter, to: 0 }, exit);
        if let Some(convert) = convert {
            self.expr(convert, target)?;
        }
        if is_cell {
            let a = if convert.is_some() { target } else { raw };
            self.push(Op::NewCell { d: target, a });
        }
        self.out.leaves.push(Leave::Loop { exit, again });
        self.statement(body)?;
        self.out.leaves.pop();
        self.place(again);
        self.jump(Op::Loop { to: 0 }, top);
        self.place(exit);
        Ok(())
    }

    fn switch(
        &mut self,
        value: Option<&(LocalId, Expr)>,
        sections: &[(Vec<Expr>, Vec<Stmt>)],
        default: Option<usize>,
    ) -> Emit {
        if let Some((slot, value)) = value {
            self.let_local(*slot, value)?;
        }
        let exit = self.label();
        let mut labels = Vec::new();
        for (tests, _) in sections {
            let label = self.label();
            for test in tests {
                self.branch(test, true, label)?;
            }
            labels.push(label);
        }
        let otherwise = default.and_then(|i| labels.get(i).copied()).unwrap_or(exit);
        self.jump(Op::Jump { to: 0 }, otherwise);
        self.out.leaves.push(Leave::Switch { exit });
        for (_, body) in sections {
            self.labels_of(body);
        }
        for ((_, body), label) in sections.iter().zip(labels) {
            self.place(label);
            self.block(body)?;
        }
        self.out.leaves.pop();
        self.place(exit);
        Ok(())
    }
}

/// Whether a condition may become the test of a counting loop: written twice, it must be short.
fn compares_less(condition: &Expr) -> bool {
    let short = |e: &Expr| e.constant.is_some() || matches!(e.kind, Kind::Local(_));
    match (&condition.kind, &condition.constant) {
        (Kind::Binary { op: BinOp::Lt | BinOp::Le, num: Num::I32, left, right, .. }, None) => {
            short(left) && short(right)
        }
        _ => false,
    }
}
