//! Values put into variables, elements and members.

use super::{Emit, Emitter, TooComplex};
use crate::bytecode::Op;
use crate::compile::bound::{Expr, Local, Target};

impl Emitter<'_> {
    pub(super) fn assign(&mut self, target: &Target, value: &Expr, d: u8) -> Emit {
        match target {
            Target::Local(id) if !self.local(*id).is_some_and(Local::needs_cell) => {
                let r = self.register(*id)?;
                if self.straight(*id, value) {
                    self.expr(value, r)?;
                    if d != r {
                        self.push(Op::Move { d, a: r });
                    }
                } else {
                    self.expr(value, d)?;
                    self.push(Op::Move { d: r, a: d });
                }
                Ok(())
            }
            Target::Local(_) | Target::Discard => {
                self.expr(value, d)?;
                self.store(target, d)
            }
            Target::Element { array, index, .. } => {
                let (a, b) = (self.take()?, self.take()?);
                self.expr(array, a)?;
                self.expr(index, b)?;
                self.expr(value, d)?;
                self.push(Op::ArraySet { a, b, value: d });
                Ok(())
            }
            Target::Member { callee, args, .. } => {
                let mut all = args.clone();
                all.push(value.clone());
                let (a, n) = self.run_of(&all)?;
                let site = self.site(callee)?;
                let ignored = self.take()?;
                self.push(Op::Call { d: ignored, a, n, site });
                self.push(Op::Move { d, a: a + n - 1 });
                Ok(())
            }
            Target::Part { .. } => Err(TooComplex),
        }
    }

    /// Puts a register's value into a target.
    pub(super) fn store(&mut self, target: &Target, value: u8) -> Emit {
        match target {
            Target::Discard => {}
            Target::Local(id) => {
                let r = self.register(*id)?;
                if self.local(*id).is_some_and(Local::needs_cell) {
                    self.push(Op::CellSet { a: r, b: value });
                } else {
                    self.push(Op::Move { d: r, a: value });
                }
            }
            Target::Element { array, index, .. } => {
                let (a, b) = self.operands(array, index)?;
                self.push(Op::ArraySet { a, b, value });
            }
            Target::Member { .. } | Target::Part { .. } => return Err(TooComplex),
        }
        Ok(())
    }
}
