//! Operators that compare items: `Distinct`, `Union`, `Intersect`, `Except`, and their `By` forms.

use super::query::{Source, lazy, present, source};
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::collections::table::Table;
use crate::value::Value;
use crate::value::comparer;
use crate::value::sequence::Enumerator;

/// Which items of the first sequence pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    /// Those whose key was not seen; then those of the second sequence, if there is one.
    New,
    /// Those whose key the second sequence does not have, each once.
    Except,
    /// Those whose key the second sequence has, each once.
    Intersect,
}

#[derive(Clone, Debug)]
struct SetQuery {
    mode: Mode,
    first: Source,
    second: Option<Source>,
    key: Option<Value>,
    /// False when the second sequence holds keys already.
    second_by_key: bool,
    seen: Table,
    started: bool,
}

impl SetQuery {
    fn key_of(&self, cx: &mut Cx<'_>, item: Value) -> Result<Value, Throw> {
        match self.key {
            Some(selector) => cx.invoke(selector, &[item]),
            None => Ok(item),
        }
    }

    fn start(&mut self, cx: &mut Cx<'_>) -> Result<(), Throw> {
        self.started = true;
        if self.mode == Mode::New {
            return Ok(());
        }
        while let Some(item) = self.second.as_mut().map_or(Ok(None), |second| second.next(cx))? {
            let key = if self.second_by_key { self.key_of(cx, item)? } else { item };
            self.seen.add(cx, key, Value::Null)?;
        }
        Ok(())
    }

    fn passes(&mut self, cx: &mut Cx<'_>, item: Value) -> Result<bool, Throw> {
        let key = self.key_of(cx, item)?;
        match self.mode {
            Mode::New | Mode::Except => self.seen.add(cx, key, Value::Null),
            Mode::Intersect => Ok(self.seen.remove(cx, key)?.is_some()),
        }
    }
}

impl Enumerator for SetQuery {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        if !self.started {
            self.start(cx)?;
        }
        while let Some(item) = self.first.next(cx)? {
            if self.passes(cx, item)? {
                return Ok(Some(item));
            }
        }
        if self.mode == Mode::New
            && let Some(second) = self.second.take()
        {
            self.first = second;
            return self.next(cx);
        }
        Ok(None)
    }
}

/// `Distinct()` and `Distinct(comparer)`.
pub(super) fn distinct(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let first = source(cx, args)?;
    begin(cx, Mode::New, first, None, None, arg(args, 1))
}

/// `DistinctBy(keySelector)` and `DistinctBy(keySelector, comparer)`.
pub(super) fn distinct_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let first = source(cx, args)?;
    let key = present(cx, args, 1, "keySelector")?;
    begin(cx, Mode::New, first, None, Some(key), arg(args, 2))
}

fn begin(
    cx: &mut Cx<'_>,
    mode: Mode,
    first: Value,
    second: Option<Value>,
    key: Option<Value>,
    by: Value,
) -> Result<Value, Throw> {
    let seen = Table::new(comparer::kind_of(cx.heap, by));
    let (first, second) = (Source::new(first), second.map(Source::new));
    let element = cx.type_arg(0);
    lazy(cx, element, SetQuery { mode, first, second, key, second_by_key: mode == Mode::New, seen, started: false })
}

fn two(cx: &mut Cx<'_>, args: &[Value], mode: Mode) -> Result<Value, Throw> {
    let first = present(cx, args, 0, "first")?;
    let second = present(cx, args, 1, "second")?;
    begin(cx, mode, first, Some(second), None, arg(args, 2))
}

fn two_by(cx: &mut Cx<'_>, args: &[Value], mode: Mode) -> Result<Value, Throw> {
    let first = present(cx, args, 0, "first")?;
    let second = present(cx, args, 1, "second")?;
    let key = present(cx, args, 2, "keySelector")?;
    begin(cx, mode, first, Some(second), Some(key), arg(args, 3))
}

pub(super) fn union(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    two(cx, args, Mode::New)
}

pub(super) fn union_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    two_by(cx, args, Mode::New)
}

pub(super) fn except(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    two(cx, args, Mode::Except)
}

pub(super) fn except_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    two_by(cx, args, Mode::Except)
}

pub(super) fn intersect(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    two(cx, args, Mode::Intersect)
}

pub(super) fn intersect_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    two_by(cx, args, Mode::Intersect)
}
