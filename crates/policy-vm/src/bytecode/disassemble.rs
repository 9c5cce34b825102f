//! Listings of compiled functions, for `tollgate disasm` and the golden tests.

use std::fmt::Write as _;

use super::{Code, Constant, Function, Op, Operand};
use crate::types;
use crate::value::Value;
use crate::value::heap::Pool;

/// All functions of a program, one instruction a line.
#[must_use]
pub fn disassemble(code: &Code, pool: &Pool) -> String {
    let mut out = String::new();
    for (index, function) in code.functions.iter().enumerate() {
        list(code, pool, index, function, &mut out);
    }
    out
}

fn list(code: &Code, pool: &Pool, index: usize, function: &Function, out: &mut String) {
    let _ = writeln!(
        out,
        "function {index} {} (parameters {}, registers {})",
        function.name, function.params, function.registers
    );
    for (at, op) in function.code.iter().enumerate() {
        let _ = writeln!(out, "  {at:>4}  {}", line(code, pool, op));
    }
    for h in &function.handlers {
        let _ = writeln!(
            out,
            "  catch {} in {}..{} to {} as r{}",
            types::display(h.ty),
            h.start,
            h.end,
            h.target,
            h.register
        );
    }
}

fn line(code: &Code, pool: &Pool, op: &Op) -> String {
    let (name, operands) = op.parts();
    let mut text = format!("{name:<14}");
    for operand in operands {
        text.push(' ');
        match operand {
            Operand::Register(r) => drop(write!(text, "r{r}")),
            Operand::Number(n) => drop(write!(text, "#{n}")),
            Operand::Target(to) => drop(write!(text, "->{to}")),
            Operand::Constant(k) => text.push_str(&constant(code, pool, k)),
            Operand::Site(s) => match code.sites.get(usize::from(s)) {
                Some(site) => drop(write!(text, "`{}`", site.signature)),
                None => text.push('?'),
            },
            Operand::Type(t) => {
                text.push_str(&code.types.get(usize::from(t)).map(|t| types::display(*t)).unwrap_or_default())
            }
            Operand::Function(f) => drop(write!(text, "function {f}")),
            Operand::Tag(tag) => text.push_str(&tag),
        }
    }
    text.trim_end().to_owned()
}

fn constant(code: &Code, pool: &Pool, k: u16) -> String {
    match code.constants.get(usize::from(k)) {
        Some(Constant::Text(s)) => {
            let (start, end) = (s.start as usize, (s.start + s.len) as usize);
            let text = if s.wide {
                String::from_utf16_lossy(pool.wide.get(start..end).unwrap_or_default())
            } else {
                String::from_utf8_lossy(pool.ascii.get(start..end).unwrap_or_default()).into_owned()
            };
            format!("{text:?}")
        }
        Some(Constant::Decimal(d)) => format!("{d}m"),
        Some(Constant::Value(Value::Int64(n))) => format!("{n}L"),
        Some(Constant::Value(value)) => format!("{value:?}"),
        None => format!("#{k}"),
    }
}
