//! Operators that let some items pass by a predicate: `Where`, `TakeWhile`, `SkipWhile`.

use super::convert::nothing;
use super::query::{Source, call_indexed, lazy, source_and};
use crate::cx::{Cx, as_bool};
use crate::exception::Throw;
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::sequence::Enumerator;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Where,
    TakeWhile,
    SkipWhile,
    /// `SkipWhile` after the first item that did not match, `TakeWhile` never.
    All,
    Nothing,
}

#[derive(Clone, Debug)]
struct Filter {
    source: Source,
    predicate: Value,
    index: Option<i32>,
    mode: Mode,
}

impl Enumerator for Filter {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        if self.mode == Mode::Nothing {
            return Ok(None);
        }
        while let Some(item) = self.source.next(cx)? {
            if self.mode == Mode::All {
                return Ok(Some(item));
            }
            let answer = call_indexed(cx, self.predicate, item, &mut self.index)?;
            match (self.mode, as_bool(&[answer], 0)?) {
                (Mode::Where | Mode::TakeWhile, true) => return Ok(Some(item)),
                (Mode::TakeWhile, false) => {
                    self.mode = Mode::Nothing;
                    return Ok(None);
                }
                (Mode::SkipWhile, false) => {
                    self.mode = Mode::All;
                    return Ok(Some(item));
                }
                _ => {}
            }
        }
        Ok(None)
    }
}

fn filter(cx: &mut Cx<'_>, args: &[Value], mode: Mode, index: Option<i32>) -> Result<Value, Throw> {
    let (source, predicate) = source_and(cx, args, "predicate")?;
    let element = cx.type_arg(0);
    if mode == Mode::Where && matches!(cx.heap.get(source), Some(Object::Array(array)) if array.items.is_empty()) {
        return nothing(cx, element);
    }
    lazy(cx, element, Filter { source: Source::new(source), predicate, index, mode })
}

pub(super) fn where_(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    filter(cx, args, Mode::Where, None)
}

pub(super) fn where_indexed(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    filter(cx, args, Mode::Where, Some(0))
}

pub(super) fn take_while(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    filter(cx, args, Mode::TakeWhile, None)
}

pub(super) fn take_while_indexed(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    filter(cx, args, Mode::TakeWhile, Some(0))
}

pub(super) fn skip_while(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    filter(cx, args, Mode::SkipWhile, None)
}

pub(super) fn skip_while_indexed(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    filter(cx, args, Mode::SkipWhile, Some(0))
}
