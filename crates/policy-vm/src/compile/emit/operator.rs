//! Operators, sums of many terms, and texts put together.

use super::tree::assigns;
use super::{Emit, Emitter, TooComplex};
use crate::bytecode::{BinOp, Constant, Num, Op};
use crate::compile::bound::{Callee, Const, Expr, Kind, Step};
use crate::library::EQUALS;

impl Emitter<'_> {
    pub(super) fn binary(&mut self, op: BinOp, num: Num, checked: bool, left: &Expr, right: &Expr, d: u8) -> Emit {
        if let Some(op) = with_constant(op, num, checked, right) {
            let a = self.operand(left)?;
            self.push(op(d, a));
            return Ok(());
        }
        let (a, b) = self.operands(left, right)?;
        self.operation(op, num, checked, a, b, d);
        Ok(())
    }

    pub(super) fn operation(&mut self, op: BinOp, num: Num, checked: bool, a: u8, b: u8, d: u8) {
        self.push(match (op, num, checked) {
            (BinOp::Add, Num::I32, false) => Op::AddI32 { d, a, b },
            (BinOp::Sub, Num::I32, false) => Op::SubI32 { d, a, b },
            (BinOp::Mul, Num::I32, false) => Op::MulI32 { d, a, b },
            (BinOp::Add, Num::I64, false) => Op::AddI64 { d, a, b },
            (BinOp::Sub, Num::I64, false) => Op::SubI64 { d, a, b },
            (BinOp::Mul, Num::I64, false) => Op::MulI64 { d, a, b },
            (BinOp::Add, Num::F64, _) => Op::AddF64 { d, a, b },
            (BinOp::Sub, Num::F64, _) => Op::SubF64 { d, a, b },
            (BinOp::Mul, Num::F64, _) => Op::MulF64 { d, a, b },
            (BinOp::Eq, Num::I32, _) => Op::EqI32 { d, a, b },
            (BinOp::Lt, Num::I32, _) => Op::LtI32 { d, a, b },
            (BinOp::Gt, Num::I32, _) => Op::LtI32 { d, a: b, b: a },
            (op, num, false) => Op::Binary { op, num, d, a, b },
            (op, num, true) => Op::BinaryChecked { op, num, d, a, b },
        });
    }

    /// `==` or `!=` on strings. Nearly always one of them is a literal, which needs no register.
    pub(super) fn equal_texts(&mut self, negated: bool, left: &Expr, right: &Expr, d: u8) -> Emit {
        let (text, constant, other) = match (&left.constant, &right.constant) {
            (_, Some(Const::Text(text))) => (text, right, left),
            (Some(Const::Text(text)), None) => (text, left, right),
            _ => {
                let (a, b) = self.operands(left, right)?;
                self.push(if negated { Op::NeString { d, a, b } } else { Op::EqString { d, a, b } });
                return Ok(());
            }
        };
        if let Kind::Call { callee, args, outs } = &other.kind
            && let Some((_, run)) = callee.asked.iter().find(|(signature, _)| *signature == EQUALS)
            // What may find a shorter way itself is left alone.
            && (args.len() == 1 || matches!(args.first(), Some(Expr { kind: Kind::View(_), .. })))
            && outs.is_empty()
        {
            let callee = Callee { run: *run, asked: &[], place: None, ..callee.clone() };
            self.call_past(&callee, args, std::slice::from_ref(constant), d)?;
            if negated {
                self.push(Op::Not { d, a: d });
            }
            return Ok(());
        }
        let a = self.operand(other)?;
        let text = self.sink.literal(text);
        let value = self.sink.constant(Constant::Text(text)).ok_or(TooComplex)?;
        self.push(Op::EqStringK { d, a, value, negated });
        Ok(())
    }

    /// The result so far stays aside: a right operand may read the variable that the chain is assigned to.
    pub(super) fn chain(&mut self, first: &Expr, steps: &[Step], d: u8) -> Emit {
        let mut a = if steps.iter().any(|step| assigns(&step.right)) {
            let r = self.take()?;
            self.expr(first, r)?;
            r
        } else {
            self.operand(first)?
        };
        let so_far = self.take()?;
        for (i, step) in steps.iter().enumerate() {
            let mark = self.out.next;
            let into = if i + 1 == steps.len() { d } else { so_far };
            match with_constant(step.op, step.num, step.checked, &step.right) {
                Some(op) => self.push(op(into, a)),
                None => {
                    let b = self.operand(&step.right)?;
                    self.operation(step.op, step.num, step.checked, a, b, into);
                }
            }
            self.release(mark);
            a = so_far;
        }
        Ok(())
    }

    pub(super) fn concat(&mut self, parts: &[Expr], d: u8) -> Emit {
        const AT_ONCE: usize = 32;
        if parts.len() <= AT_ONCE {
            let (a, n) = self.run_of(parts)?;
            self.push(Op::Concat { d, a, n });
            return Ok(());
        }
        // A long sum is one of sums, each of them as long as the others: what is put together is copied as often as that
        // nests, and not once for each term that follows.
        let mark = self.out.next;
        let size = parts.len().div_ceil(AT_ONCE);
        let registers = parts.chunks(size).map(|_| self.take()).collect::<Emit<Vec<u8>>>()?;
        for (chunk, r) in parts.chunks(size).zip(&registers) {
            let inner = self.out.next;
            self.concat(chunk, *r)?;
            self.release(inner);
        }
        let n = u8::try_from(registers.len()).map_err(|_| TooComplex)?;
        self.push(Op::Concat { d, a: registers.first().copied().unwrap_or(0), n });
        self.release(mark);
        Ok(())
    }
}

/// The instruction for an operator whose right operand is a constant, if there is one.
fn with_constant(op: BinOp, num: Num, checked: bool, right: &Expr) -> Option<impl Fn(u8, u8) -> Op + use<>> {
    let (Num::I32, Some(Const::Int(n))) = (num, &right.constant) else { return None };
    let value = i32::try_from(*n).ok()?;
    // What may overflow in checked arithmetic, or always, is left to the careful instruction.
    let fits = match op {
        BinOp::Add | BinOp::Sub | BinOp::Mul => !checked,
        BinOp::Div | BinOp::Rem => !matches!(value, 0 | -1),
        BinOp::Eq => true,
        _ => false,
    };
    fits.then_some(move |d, a| match op {
        BinOp::Add => Op::AddI32K { d, a, value },
        BinOp::Sub => Op::AddI32K { d, a, value: value.wrapping_neg() },
        BinOp::Mul => Op::MulI32K { d, a, value },
        BinOp::Div => Op::DivI32K { d, a, value },
        BinOp::Eq => Op::EqI32K { d, a, value },
        _ => Op::RemI32K { d, a, value },
    })
}
