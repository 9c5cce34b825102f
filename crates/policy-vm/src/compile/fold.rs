//! Constants computed while compiling, with the overflow errors that C# asks for.

use rust_decimal::Decimal;
use rust_decimal::prelude::{FromPrimitive, ToPrimitive};

use super::bound::{Const, num_of, prim_of};
use crate::bytecode::{BinOp, Num, Prim};
use crate::library::system::decimal::arithmetic as scaled;
use crate::library::system::decimal::convert::as_double;
use crate::types::TypeId;

/// Why a constant expression has no value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FoldError {
    /// CS0220.
    Overflow,
    /// CS0020.
    DivisionByZero,
}

/// The range of an integral type.
pub(super) fn range(prim: Prim) -> Option<(i128, i128)> {
    Some(match prim {
        Prim::Char | Prim::U16 => (0, i128::from(u16::MAX)),
        Prim::I8 => (i128::from(i8::MIN), i128::from(i8::MAX)),
        Prim::U8 => (0, i128::from(u8::MAX)),
        Prim::I16 => (i128::from(i16::MIN), i128::from(i16::MAX)),
        Prim::I32 => (i128::from(i32::MIN), i128::from(i32::MAX)),
        Prim::U32 => (0, i128::from(u32::MAX)),
        Prim::I64 => (i128::from(i64::MIN), i128::from(i64::MAX)),
        Prim::U64 => (0, i128::from(u64::MAX)),
        Prim::F32 | Prim::F64 | Prim::Decimal => return None,
    })
}

/// Cuts an integer to the width of a type, as `unchecked` does.
pub(super) fn wrap(prim: Prim, n: i128) -> i128 {
    match prim {
        Prim::Char | Prim::U16 => i128::from(n as u16),
        Prim::I8 => i128::from(n as i8),
        Prim::U8 => i128::from(n as u8),
        Prim::I16 => i128::from(n as i16),
        Prim::I32 => i128::from(n as i32),
        Prim::U32 => i128::from(n as u32),
        Prim::I64 => i128::from(n as i64),
        Prim::U64 => i128::from(n as u64),
        Prim::F32 | Prim::F64 | Prim::Decimal => n,
    }
}

/// `left op right` on constants of type `ty`; `None` when that is no constant expression.
pub(super) fn binary(
    op: BinOp,
    ty: TypeId,
    left: &Const,
    right: &Const,
    unchecked: bool,
) -> Result<Option<Const>, FoldError> {
    match (left, right) {
        (Const::Int(a), Const::Int(b)) => integer(op, ty, *a, *b, unchecked),
        (Const::Bool(a), Const::Bool(b)) => Ok(Some(Const::Bool(match op {
            BinOp::And => a & b,
            BinOp::Or => a | b,
            BinOp::Xor | BinOp::Ne => a ^ b,
            BinOp::Eq => a == b,
            _ => return Ok(None),
        }))),
        (Const::Float(a), Const::Float(b)) => Ok(Some(float(op, ty, *a, *b))),
        (Const::Decimal(a), Const::Decimal(b)) => decimal(op, *a, *b),
        (Const::Text(a), Const::Text(b)) if op == BinOp::Eq => Ok(Some(Const::Bool(a == b))),
        (Const::Text(a), Const::Text(b)) if op == BinOp::Ne => Ok(Some(Const::Bool(a != b))),
        _ => Ok(None),
    }
}

fn compare(op: BinOp, order: std::cmp::Ordering) -> Option<bool> {
    Some(match op {
        BinOp::Eq => order.is_eq(),
        BinOp::Ne => order.is_ne(),
        BinOp::Lt => order.is_lt(),
        BinOp::Le => order.is_le(),
        BinOp::Gt => order.is_gt(),
        BinOp::Ge => order.is_ge(),
        _ => return None,
    })
}

fn integer(op: BinOp, ty: TypeId, a: i128, b: i128, unchecked: bool) -> Result<Option<Const>, FoldError> {
    if let Some(result) = compare(op, a.cmp(&b)) {
        return Ok(Some(Const::Bool(result)));
    }
    let prim = if num_of(ty) == Some(Num::Enum) { Prim::I32 } else { prim_of(ty).unwrap_or(Prim::I32) };
    let mask = if matches!(prim, Prim::I64 | Prim::U64) { 63 } else { 31 };
    let result = match op {
        BinOp::Add => a + b,
        BinOp::Sub => a - b,
        BinOp::Mul => a.wrapping_mul(b),
        BinOp::Div | BinOp::Rem if b == 0 => return Err(FoldError::DivisionByZero),
        BinOp::Div => a / b,
        BinOp::Rem => a % b,
        BinOp::Shl => return Ok(Some(Const::Int(wrap(prim, a << (b & mask))))),
        BinOp::Shr => a >> (b & mask),
        BinOp::And => a & b,
        BinOp::Or => a | b,
        BinOp::Xor => a ^ b,
        _ => return Ok(None),
    };
    let fits = range(prim).is_none_or(|(min, max)| (min..=max).contains(&result));
    match (fits, unchecked) {
        (true, _) => Ok(Some(Const::Int(result))),
        (false, true) => Ok(Some(Const::Int(wrap(prim, result)))),
        (false, false) => Err(FoldError::Overflow),
    }
}

fn float(op: BinOp, ty: TypeId, a: f64, b: f64) -> Const {
    let round = |n: f64| if ty == TypeId::SINGLE { f64::from(n as f32) } else { n };
    match op {
        BinOp::Add => Const::Float(round(a + b)),
        BinOp::Sub => Const::Float(round(a - b)),
        BinOp::Mul => Const::Float(round(a * b)),
        BinOp::Div => Const::Float(round(a / b)),
        BinOp::Rem => Const::Float(round(a % b)),
        BinOp::Eq => Const::Bool(a == b),
        BinOp::Ne => Const::Bool(a != b),
        BinOp::Lt => Const::Bool(a < b),
        BinOp::Le => Const::Bool(a <= b),
        BinOp::Gt => Const::Bool(a > b),
        _ => Const::Bool(a >= b),
    }
}

fn decimal(op: BinOp, a: Decimal, b: Decimal) -> Result<Option<Const>, FoldError> {
    if let Some(result) = compare(op, a.cmp(&b)) {
        return Ok(Some(Const::Bool(result)));
    }
    let result = match op {
        BinOp::Add => scaled::checked_add(a, b),
        BinOp::Sub => scaled::checked_add(a, -b),
        BinOp::Mul => scaled::checked_multiply(a, b),
        BinOp::Div | BinOp::Rem if b.is_zero() => return Err(FoldError::DivisionByZero),
        BinOp::Div => scaled::checked_divide(a, b),
        BinOp::Rem => scaled::checked_remainder(a, b),
        _ => return Ok(None),
    };
    result.map(|d| Some(Const::Decimal(d))).ok_or(FoldError::Overflow)
}

/// A constant converted to another numeric type; `None` when it does not fit and must not be cut.
pub(super) fn convert(value: &Const, from: Prim, into: Prim, unchecked: bool) -> Option<Const> {
    let digits = if from == Prim::F32 { 7 } else { 15 };
    match (value, into) {
        (Const::Int(n), Prim::F64) => Some(Const::Float(*n as f64)),
        (Const::Int(n), Prim::F32) => Some(Const::Float(f64::from(*n as f32))),
        (Const::Int(n), Prim::Decimal) => Decimal::from_i128(*n).map(Const::Decimal),
        (Const::Int(n), _) => {
            let (min, max) = range(into)?;
            match ((min..=max).contains(n), unchecked) {
                (true, _) => Some(Const::Int(*n)),
                (false, true) => Some(Const::Int(wrap(into, *n))),
                (false, false) => None,
            }
        }
        (Const::Float(n), Prim::F64) => Some(Const::Float(*n)),
        (Const::Float(n), Prim::F32) => Some(Const::Float(f64::from(*n as f32))),
        // A `float` has seven digits, a `double` fifteen.
        (Const::Float(n), Prim::Decimal) => {
            crate::library::system::decimal::convert::from_float(*n, digits).map(Const::Decimal)
        }
        (Const::Float(n), _) => {
            let (min, max) = range(into)?;
            let whole = n.trunc();
            // One above the maximum is a power of two, which no rounding moves.
            let inside = whole >= min as f64 && whole < (max + 1) as f64;
            match (inside, unchecked) {
                (true, _) => Some(Const::Int(whole as i128)),
                // What such a cast gives is unspecified; the compiler says zero.
                (false, true) => Some(Const::Int(0)),
                (false, false) => None,
            }
        }
        (Const::Decimal(d), Prim::Decimal) => Some(Const::Decimal(*d)),
        (Const::Decimal(d), Prim::F64) => Some(Const::Float(as_double(*d))),
        (Const::Decimal(d), Prim::F32) => Some(Const::Float(f64::from(as_double(*d) as f32))),
        (Const::Decimal(d), _) => {
            let (min, max) = range(into)?;
            let whole = d.trunc().to_i128()?;
            (min..=max).contains(&whole).then_some(Const::Int(whole))
        }
        _ => None,
    }
}
