//! Conditions as jumps.

use super::{Emit, Emitter, Label};
use crate::bytecode::{BinOp, Num, Op};
use crate::compile::bound::{Const, Expr, Kind};

impl Emitter<'_> {
    pub(super) fn logical(&mut self, e: &Expr, d: u8) -> Emit {
        let (no, end) = (self.label(), self.label());
        self.branch(e, false, no)?;
        self.push(Op::LoadBool { d, value: true });
        self.jump(Op::Jump { to: 0 }, end);
        self.place(no);
        self.push(Op::LoadBool { d, value: false });
        self.place(end);
        Ok(())
    }

    /// Jumps to `label` when the condition is `when`; goes on otherwise.
    pub(super) fn branch(&mut self, e: &Expr, when: bool, label: Label) -> Emit {
        let mark = self.out.next;
        match (&e.kind, &e.constant) {
            (_, Some(Const::Bool(value))) => {
                if *value == when {
                    self.jump(Op::Jump { to: 0 }, label);
                }
            }
            (Kind::Not(operand), None) => self.branch(operand, !when, label)?,
            (Kind::AndAlso(list), None) => self.branch_of(list, false, when, label)?,
            (Kind::OrElse(list), None) => self.branch_of(list, true, when, label)?,
            (Kind::IsNull { negated, operand }, None) => {
                let a = self.operand(operand)?;
                let op = if *negated == when { Op::JumpIfNotNull { a, to: 0 } } else { Op::JumpIfNull { a, to: 0 } };
                self.jump(op, label);
            }
            (Kind::Binary { op, num: Num::I32, left, right, .. }, None)
                if against_small(*op, when, right).is_some() =>
            {
                let a = self.operand(left)?;
                if let Some((op, value)) = against_small(*op, when, right) {
                    let op = match op {
                        BinOp::Lt => Op::JumpLtI32K { a, value, to: 0 },
                        BinOp::Ge => Op::JumpGeI32K { a, value, to: 0 },
                        BinOp::Eq => Op::JumpEqI32K { a, value, to: 0 },
                        _ => Op::JumpNeI32K { a, value, to: 0 },
                    };
                    self.jump(op, label);
                }
            }
            (Kind::Binary { op, num: Num::I32, left, right, .. }, None) if comparison(*op, when).is_some() => {
                let (a, b) = self.operands(left, right)?;
                let op = match comparison(*op, when) {
                    Some(BinOp::Lt) => Op::JumpLtI32 { a, b, to: 0 },
                    Some(BinOp::Ge) => Op::JumpGeI32 { a, b, to: 0 },
                    Some(BinOp::Gt) => Op::JumpLtI32 { a: b, b: a, to: 0 },
                    Some(BinOp::Le) => Op::JumpGeI32 { a: b, b: a, to: 0 },
                    Some(BinOp::Eq) => Op::JumpEqI32 { a, b, to: 0 },
                    _ => Op::JumpNeI32 { a, b, to: 0 },
                };
                self.jump(op, label);
            }
            _ => {
                let a = self.operand(e)?;
                self.jump(if when { Op::JumpIf { a, to: 0 } } else { Op::JumpIfNot { a, to: 0 } }, label);
            }
        }
        self.release(mark);
        Ok(())
    }

    /// Jumps to `label` when a list of conditions, the first of which that is `decides` decides, is `when`.
    pub(super) fn branch_of(&mut self, list: &[Expr], decides: bool, when: bool, label: Label) -> Emit {
        if when == decides {
            return list.iter().try_for_each(|e| self.branch(e, when, label));
        }
        let Some((last, before)) = list.split_last() else { return Ok(()) };
        let skip = self.label();
        before.iter().try_for_each(|e| self.branch(e, decides, skip))?;
        self.branch(last, when, label)?;
        self.place(skip);
        Ok(())
    }

    /// Goes back to `top` while the condition holds: one instruction for the usual counting loop.
    pub(super) fn loop_back(&mut self, condition: &Expr, top: Label, exit: Label) -> Emit {
        if let (Kind::Binary { op, num: Num::I32, left, right, .. }, None) = (&condition.kind, &condition.constant) {
            let mark = self.out.next;
            let looped = match (against_small(*op, true, right), comparison(*op, true)) {
                (Some((BinOp::Lt, value)), _) => Some(Op::LoopLtI32K { a: self.operand(left)?, value, to: 0 }),
                (None, Some(BinOp::Lt)) => {
                    let (a, b) = self.operands(left, right)?;
                    Some(Op::LoopLtI32 { a, b, to: 0 })
                }
                _ => None,
            };
            self.release(mark);
            if let Some(op) = looped {
                self.jump(op, top);
                return Ok(());
            }
        }
        self.branch(condition, false, exit)?;
        self.jump(Op::Loop { to: 0 }, top);
        Ok(())
    }
}

/// The comparison that holds when `op` gives `when`.
fn comparison(op: BinOp, when: bool) -> Option<BinOp> {
    Some(match (op, when) {
        (BinOp::Lt, true) | (BinOp::Ge, false) => BinOp::Lt,
        (BinOp::Le, true) | (BinOp::Gt, false) => BinOp::Le,
        (BinOp::Gt, true) | (BinOp::Le, false) => BinOp::Gt,
        (BinOp::Ge, true) | (BinOp::Lt, false) => BinOp::Ge,
        (BinOp::Eq, true) | (BinOp::Ne, false) => BinOp::Eq,
        (BinOp::Ne, true) | (BinOp::Eq, false) => BinOp::Ne,
        _ => return None,
    })
}

/// A comparison with a small constant as "less", "not less", "equal" or "not equal".
fn against_small(op: BinOp, when: bool, right: &Expr) -> Option<(BinOp, i16)> {
    let Some(Const::Int(n)) = right.constant else { return None };
    let value = i16::try_from(n).ok()?;
    Some(match comparison(op, when)? {
        BinOp::Le => (BinOp::Lt, value.checked_add(1)?),
        BinOp::Gt => (BinOp::Ge, value.checked_add(1)?),
        op => (op, value),
    })
}
