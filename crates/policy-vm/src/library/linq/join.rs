//! `Join` and `GroupJoin`.

use super::group::{Grouper, Groups};
use super::query::{Source, lazy, present};
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::types::TypeId;
use crate::value::sequence::Enumerator;
use crate::value::{Value, comparer};

#[derive(Clone, Debug)]
struct Join {
    outer: Source,
    inner: Grouper,
    groups: Option<Groups>,
    outer_key: Value,
    result: Value,
    /// `GroupJoin`: one result for each outer item.
    grouped: bool,
    inner_type: TypeId,
    current: Option<(Value, Source)>,
}

impl Join {
    fn group_of(&mut self, cx: &mut Cx<'_>, outer: Value) -> Result<Option<Value>, Throw> {
        if self.groups.is_none() {
            self.groups = Some(self.inner.run(cx)?);
        }
        // With nothing to join, `Join` asks for no key and is at its end.
        if !self.grouped && self.groups.as_ref().is_some_and(Groups::is_empty) {
            return Ok(None);
        }
        let key = cx.invoke(self.outer_key, &[outer])?;
        match &self.groups {
            Some(groups) if !key.is_null() => groups.get(cx, key),
            _ => Ok(None),
        }
    }
}

impl Enumerator for Join {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        loop {
            if let Some((outer, group)) = &mut self.current {
                if let Some(inner) = group.next(cx)? {
                    return cx.invoke(self.result, &[*outer, inner]).map(Some);
                }
                self.current = None;
            }
            let Some(outer) = self.outer.next(cx)? else { return Ok(None) };
            match self.group_of(cx, outer)? {
                Some(group) if self.grouped => return cx.invoke(self.result, &[outer, group]).map(Some),
                None if self.grouped => {
                    let nothing = cx.heap.new_array(self.inner_type, Vec::new())?;
                    return cx.invoke(self.result, &[outer, nothing]).map(Some);
                }
                Some(group) => self.current = Some((outer, Source::new(group))),
                None => {}
            }
        }
    }
}

fn begin(cx: &mut Cx<'_>, args: &[Value], grouped: bool) -> Result<Value, Throw> {
    let outer = Source::new(present(cx, args, 0, "outer")?);
    let inner = Source::new(present(cx, args, 1, "inner")?);
    let outer_key = present(cx, args, 2, "outerKeySelector")?;
    let inner_key = present(cx, args, 3, "innerKeySelector")?;
    let result = present(cx, args, 4, "resultSelector")?;
    let kind = comparer::kind_of(cx.heap, arg(args, 5));
    let (inner_type, key_type, element) = (cx.type_arg(1), cx.type_arg(2), cx.type_arg(3));
    let types = (key_type, inner_type);
    let inner = Grouper { source: inner, key: inner_key, element: None, kind, types, skip_null: true };
    let join = Join { outer, inner, groups: None, outer_key, result, grouped, inner_type, current: None };
    lazy(cx, element, join)
}

/// `Join` with or without comparer.
pub(super) fn join(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    begin(cx, args, false)
}

/// `GroupJoin` with or without comparer.
pub(super) fn group_join(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    begin(cx, args, true)
}
