//! `Regex.Split`: what groups captured is part of the result.

use super::super::run::{Job, last, span};
use super::{given, start_at, this};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::types::TypeId;
use crate::value::Value;
use crate::value::text::Str;

pub(super) fn split(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let input = cx.string_arg(args, 1, "input")?;
    let (job, _) = this(cx, args)?;
    let count = match arg(args, 2) {
        Value::Int32(count) => match u32::try_from(count) {
            Ok(0) => u32::MAX,
            Ok(count) => count,
            Err(_) => {
                let why = "Count cannot be less than -1.";
                return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "count"));
            }
        },
        _ => u32::MAX,
    };
    let start = start_at(cx, args, 3, &job, input)?;
    run(cx, &job, input, count, start)
}

pub(super) fn static_split(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (job, input) = given(cx, args, 2)?;
    let start = job.first(input);
    run(cx, &job, input, u32::MAX, start)
}

fn run(cx: &mut Cx<'_>, job: &Job, input: Str, count: u32, start: usize) -> Result<Value, Throw> {
    let right_to_left = job.pattern.program.right_to_left;
    let mut parts = Vec::new();
    let mut edge = if right_to_left { input.len() } else { 0 };
    let (mut at, mut left) = (Some(start), count - 1);
    while let Some(from) = at.filter(|_| left > 0) {
        let Some(captures) = job.search(cx, input, from)? else { break };
        left -= 1;
        at = job.next(input, &captures);
        let (start, length) = span(&captures);
        let (from, to) = if right_to_left { (start + length, edge) } else { (edge, start) };
        edge = if right_to_left { start } else { start + length };
        parts.push(Value::String(input.slice(from, to)));
        for slot in 1..captures.len() {
            if let Some((start, length)) = last(&captures, slot) {
                parts.push(Value::String(input.slice(start, start + length)));
            }
        }
    }
    let rest = if right_to_left { input.slice(0, edge) } else { input.slice(edge, input.len()) };
    parts.push(Value::String(rest));
    if right_to_left {
        parts.reverse();
    }
    Ok(cx.heap.new_array(TypeId::STRING, parts)?)
}
