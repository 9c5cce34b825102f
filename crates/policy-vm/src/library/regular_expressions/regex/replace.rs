//! `Regex.Replace`.

use super::super::match_type::MatchObject;
use super::super::matcher::Captures;
use super::super::replacement::Replacement;
use super::super::run::{Job, last, span};
use super::{given, start_at, this};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::value::Value;
use crate::value::text::{Str, TextBuf};

/// What matches are replaced with.
enum With {
    Text(Str, Replacement),
    Delegate(Value),
}

/// The part of the input between two matches, and what follows it.
enum Piece {
    Input(usize, usize),
    New(TextBuf),
}

pub(super) fn replace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let input = cx.string_arg(args, 1, "input")?;
    let text = cx.string_arg(args, 2, "replacement")?;
    let (job, _) = this(cx, args)?;
    let with = by_text(cx, &job, text)?;
    instance(cx, args, &job, input, &with)
}

pub(super) fn evaluate(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let input = cx.string_arg(args, 1, "input")?;
    if arg(args, 2).is_null() {
        return Err(cx.argument_null("evaluator"));
    }
    let (job, _) = this(cx, args)?;
    instance(cx, args, &job, input, &With::Delegate(arg(args, 2)))
}

pub(super) fn static_replace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (job, input) = given(cx, args, 3)?;
    let text = cx.string_arg(args, 2, "replacement")?;
    let with = by_text(cx, &job, text)?;
    let start = job.first(input);
    run(cx, &job, input, &with, u32::MAX, start)
}

pub(super) fn static_evaluate(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (job, input) = given(cx, args, 3)?;
    if arg(args, 2).is_null() {
        return Err(cx.argument_null("evaluator"));
    }
    let start = job.first(input);
    run(cx, &job, input, &With::Delegate(arg(args, 2)), u32::MAX, start)
}

fn by_text(cx: &mut Cx<'_>, job: &Job, text: Str) -> Result<With, Throw> {
    cx.charge(text.len())?;
    cx.heap.charge(text.len())?;
    Ok(With::Text(text, Replacement::new(cx.text(text), &job.pattern)))
}

fn instance(cx: &mut Cx<'_>, args: &[Value], job: &Job, input: Str, with: &With) -> Result<Value, Throw> {
    let count = match arg(args, 3) {
        Value::Int32(-1) => u32::MAX,
        Value::Int32(count) => match u32::try_from(count) {
            Ok(count) => count,
            Err(_) => {
                let why = "Count cannot be less than -1.";
                return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "count"));
            }
        },
        _ => u32::MAX,
    };
    let start = start_at(cx, args, 4, job, input)?;
    run(cx, job, input, with, count, start)
}

fn run(cx: &mut Cx<'_>, job: &Job, input: Str, with: &With, count: u32, start: usize) -> Result<Value, Throw> {
    let right_to_left = job.pattern.program.right_to_left;
    let mut pieces = Vec::new();
    let mut edge = if right_to_left { input.len() } else { 0 };
    let (mut at, mut left) = (Some(start), count);
    while let Some(from) = at.filter(|_| left > 0) {
        let Some(captures) = job.search(cx, input, from)? else { break };
        left -= 1;
        at = job.next(input, &captures);
        let (start, length) = span(&captures);
        let between = if right_to_left { (start + length, edge) } else { (edge, start) };
        edge = if right_to_left { start } else { start + length };
        pieces.push(Piece::Input(between.0, between.1));
        pieces.push(Piece::New(replaced(cx, job, input, with, captures)?));
        cx.heap.charge(2 * size_of::<Piece>())?;
    }
    if pieces.is_empty() {
        return Ok(Value::String(input));
    }
    pieces.push(if right_to_left { Piece::Input(0, edge) } else { Piece::Input(edge, input.len()) });
    if right_to_left {
        pieces.reverse();
    }
    cx.charge(pieces.len())?;
    let size = |piece: &Piece| match piece {
        Piece::Input(from, to) => to.saturating_sub(*from),
        Piece::New(text) => text.len(),
    };
    cx.heap.charge_string(pieces.iter().map(size).sum())?;
    let mut out = TextBuf::new();
    for piece in &pieces {
        match piece {
            Piece::Input(from, to) => out.push_text(cx.text(input).slice(*from, *to)),
            Piece::New(text) => out.push_text(text.as_text()),
        }
    }
    cx.string_buf(&out)
}

/// What a match is replaced with.
fn replaced(cx: &mut Cx<'_>, job: &Job, input: Str, with: &With, captures: Captures) -> Result<TextBuf, Throw> {
    let mut out = TextBuf::new();
    match with {
        With::Text(text, replacement) => {
            let values = |slot| last(&captures, slot);
            let length = replacement.length(input.len(), &job.pattern, &values);
            cx.charge(length / 8)?;
            cx.heap.charge_string(length)?;
            replacement.write(&mut out, cx.text(*text), cx.text(input), &job.pattern, &values);
        }
        With::Delegate(evaluator) => {
            let found = MatchObject { job: Some(job.clone()), input, base: 0, captures };
            let found = cx.heap.new_native(found)?;
            // Null is as good as nothing.
            if let Value::String(text) = cx.invoke(*evaluator, &[found])? {
                cx.heap.charge(text.len())?;
                out.push_text(cx.text(text));
            }
        }
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::super::super::capture;
    use super::*;
    use crate::cx::check::{show, with_cx};
    use crate::types::TypeId;
    use crate::value::heap::{Closure, ClosureCode, Object};

    /// `m => m.Value + m.Value`
    fn twice(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
        let Value::String(text) = capture::this(cx, args)?.value() else { return Ok(Value::Null) };
        Ok(Value::String(cx.heap.concat(&[text, text])?))
    }

    #[test]
    fn a_delegate_makes_the_replacement() {
        let text = with_cx(&[], |cx| {
            let code = ClosureCode::Native { run: twice, receiver: None };
            let closure = cx.heap.new_object(Object::Closure(Closure { ty: TypeId::DELEGATE, code })).unwrap();
            let (input, pattern) = (cx.string("a1b22c").unwrap(), cx.string("[0-9]+").unwrap());
            let replaced = static_evaluate(cx, &[input, pattern, Value::Object(closure)]).unwrap();
            show(cx, replaced)
        });
        assert_eq!(text, "a11b2222c");
    }
}
