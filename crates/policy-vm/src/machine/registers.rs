//! Instructions that work on registers alone, in a loop of their own.
//!
//! The machine's main loop has so many arms that nothing stays in the processor's registers from one instruction to the
//! next. This one has few enough: arithmetic and loops take half the time. It gives back the first instruction that is
//! none of its own.

use super::{Window, count_loop};
use crate::bytecode::Op;
use crate::cx::{Budget, fault};
use crate::exception::Throw;
use crate::host::Ambient;
use crate::value::Value;

macro_rules! reg {
    ($regs:ident, $r:expr) => {
        $regs[usize::from($r)]
    };
}

/// Reads a register as the primitive the compiler said it holds.
macro_rules! prim {
    ($regs:ident, $r:expr, $kind:ident) => {
        match reg!($regs, $r) {
            Value::$kind(value) => value,
            _ => return Err(fault(concat!("register does not hold ", stringify!($kind)))),
        }
    };
}

macro_rules! arithmetic {
    ($regs:ident, $d:ident, $a:ident, $b:ident, $kind:ident, $method:ident) => {
        reg!($regs, $d) = Value::$kind(prim!($regs, $a, $kind).$method(prim!($regs, $b, $kind)))
    };
}

/// Jumps when a condition on two numbers holds.
macro_rules! jump {
    ($pc:ident, $to:ident, $condition:expr) => {
        if $condition {
            $pc = $to as usize;
        }
    };
}

/// Runs from `pc` on; gives the place of the instruction that somebody else has to run.
///
/// Inlined it would be a part of the loop that it was taken out of.
#[inline(never)]
pub(super) fn run(
    ops: &[Op],
    regs: &mut Window,
    mut pc: usize,
    budget: &mut Budget,
    ambient: &dyn Ambient,
) -> Result<usize, Throw> {
    while let Some(op) = ops.get(pc) {
        pc += 1;
        match *op {
            Op::Move { d, a } => reg!(regs, d) = reg!(regs, a),
            Op::LoadI32 { d, value } => reg!(regs, d) = Value::Int32(value),
            Op::LoadBool { d, value } => reg!(regs, d) = Value::Bool(value),
            Op::LoadNull { d } => reg!(regs, d) = Value::Null,

            Op::AddI32 { d, a, b } => arithmetic!(regs, d, a, b, Int32, wrapping_add),
            Op::SubI32 { d, a, b } => arithmetic!(regs, d, a, b, Int32, wrapping_sub),
            Op::MulI32 { d, a, b } => arithmetic!(regs, d, a, b, Int32, wrapping_mul),
            Op::AddI32K { d, a, value } => reg!(regs, d) = Value::Int32(prim!(regs, a, Int32).wrapping_add(value)),
            Op::MulI32K { d, a, value } => reg!(regs, d) = Value::Int32(prim!(regs, a, Int32).wrapping_mul(value)),
            Op::DivI32K { d, a, value } => match prim!(regs, a, Int32).checked_div(value) {
                Some(result) => reg!(regs, d) = Value::Int32(result),
                None => return Err(fault("no such divisor")),
            },
            Op::RemI32K { d, a, value } => match prim!(regs, a, Int32).checked_rem(value) {
                Some(result) => reg!(regs, d) = Value::Int32(result),
                None => return Err(fault("no such divisor")),
            },
            Op::AddI64 { d, a, b } => arithmetic!(regs, d, a, b, Int64, wrapping_add),
            Op::SubI64 { d, a, b } => arithmetic!(regs, d, a, b, Int64, wrapping_sub),
            Op::MulI64 { d, a, b } => arithmetic!(regs, d, a, b, Int64, wrapping_mul),
            Op::AddF64 { d, a, b } => reg!(regs, d) = Value::Double(prim!(regs, a, Double) + prim!(regs, b, Double)),
            Op::SubF64 { d, a, b } => reg!(regs, d) = Value::Double(prim!(regs, a, Double) - prim!(regs, b, Double)),
            Op::MulF64 { d, a, b } => reg!(regs, d) = Value::Double(prim!(regs, a, Double) * prim!(regs, b, Double)),
            Op::Not { d, a } => reg!(regs, d) = Value::Bool(!prim!(regs, a, Bool)),
            Op::EqI32 { d, a, b } => reg!(regs, d) = Value::Bool(prim!(regs, a, Int32) == prim!(regs, b, Int32)),
            Op::EqI32K { d, a, value } => reg!(regs, d) = Value::Bool(prim!(regs, a, Int32) == value),
            Op::LtI32 { d, a, b } => reg!(regs, d) = Value::Bool(prim!(regs, a, Int32) < prim!(regs, b, Int32)),
            Op::IsNull { d, a } => reg!(regs, d) = Value::Bool(reg!(regs, a).is_null()),
            Op::IsNotNull { d, a } => reg!(regs, d) = Value::Bool(!reg!(regs, a).is_null()),

            Op::Jump { to } => pc = to as usize,
            Op::JumpIf { a, to } => jump!(pc, to, prim!(regs, a, Bool)),
            Op::JumpIfNot { a, to } => jump!(pc, to, !prim!(regs, a, Bool)),
            Op::JumpIfNull { a, to } => jump!(pc, to, reg!(regs, a).is_null()),
            Op::JumpIfNotNull { a, to } => jump!(pc, to, !reg!(regs, a).is_null()),
            Op::JumpLtI32 { a, b, to } => jump!(pc, to, prim!(regs, a, Int32) < prim!(regs, b, Int32)),
            Op::JumpGeI32 { a, b, to } => jump!(pc, to, prim!(regs, a, Int32) >= prim!(regs, b, Int32)),
            Op::JumpEqI32 { a, b, to } => jump!(pc, to, prim!(regs, a, Int32) == prim!(regs, b, Int32)),
            Op::JumpNeI32 { a, b, to } => jump!(pc, to, prim!(regs, a, Int32) != prim!(regs, b, Int32)),
            Op::JumpLtI32K { a, value, to } => jump!(pc, to, prim!(regs, a, Int32) < i32::from(value)),
            Op::JumpGeI32K { a, value, to } => jump!(pc, to, prim!(regs, a, Int32) >= i32::from(value)),
            Op::JumpEqI32K { a, value, to } => jump!(pc, to, prim!(regs, a, Int32) == i32::from(value)),
            Op::JumpNeI32K { a, value, to } => jump!(pc, to, prim!(regs, a, Int32) != i32::from(value)),

            Op::Loop { to } => {
                count_loop(budget, ambient, pc, to)?;
                pc = to as usize;
            }
            Op::LoopLtI32 { a, b, to } => {
                if prim!(regs, a, Int32) < prim!(regs, b, Int32) {
                    count_loop(budget, ambient, pc, to)?;
                    pc = to as usize;
                }
            }
            Op::LoopLtI32K { a, value, to } => {
                if prim!(regs, a, Int32) < i32::from(value) {
                    count_loop(budget, ambient, pc, to)?;
                    pc = to as usize;
                }
            }
            _ => return Ok(pc - 1),
        }
    }
    Ok(pc)
}
