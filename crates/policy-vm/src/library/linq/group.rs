//! `GroupBy` and `ToLookup`.

use super::query::{Buffer, Source, lazy, present, source};
use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::collections::dispatch::{Collection, READ_ONLY};
use crate::library::collections::table::Table;
use crate::library::collections::{ITEM, int, with};
use crate::types::{self, Known, TypeId};
use crate::value::comparer::{self, ComparerKind};
use crate::value::heap::NetObject;
use crate::value::sequence::{Enumerator, Iter};
use crate::value::{Ref, Value};

/// Items that share a key.
#[derive(Debug)]
struct Grouping {
    ty: TypeId,
    key: Value,
    /// An array.
    items: Ref,
}

impl NetObject for Grouping {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn iterate(&self, _: Value) -> Option<Iter> {
        Some(Iter::Array { array: self.items, index: 0 })
    }
    fn collection(&self) -> Option<&'static Collection> {
        static COLLECTION: Collection = READ_ONLY;
        Some(&COLLECTION)
    }
}

/// What `GroupBy`, `ToLookup` and `Join` need to know to group a sequence.
#[derive(Clone, Debug)]
pub(super) struct Grouper {
    pub(super) source: Source,
    pub(super) key: Value,
    pub(super) element: Option<Value>,
    pub(super) kind: ComparerKind,
    /// Types of key and element.
    pub(super) types: (TypeId, TypeId),
    /// Joins leave out items whose key is null.
    pub(super) skip_null: bool,
}

/// The groups of a sequence in order of their first items: a table from keys to indexes, and the groupings.
#[derive(Clone, Debug, Default)]
pub(super) struct Groups {
    table: Table,
    groupings: Vec<Value>,
}

impl Groups {
    pub(super) fn is_empty(&self) -> bool {
        self.groupings.is_empty()
    }

    /// The group of a key.
    pub(super) fn get(&self, cx: &mut Cx<'_>, key: Value) -> Result<Option<Value>, Throw> {
        match self.table.get(cx, key)? {
            Some(Value::Int32(index)) => {
                Ok(usize::try_from(index).ok().and_then(|index| self.groupings.get(index).copied()))
            }
            _ => Ok(None),
        }
    }
}

impl Grouper {
    pub(super) fn run(&mut self, cx: &mut Cx<'_>) -> Result<Groups, Throw> {
        let mut table = Table::new(self.kind);
        let mut members: Vec<(Value, Vec<Value>)> = Vec::new();
        while let Some(item) = self.source.next(cx)? {
            let key = cx.invoke(self.key, &[item])?;
            if key.is_null() && self.skip_null {
                continue;
            }
            let item = match self.element {
                Some(selector) => cx.invoke(selector, &[item])?,
                None => item,
            };
            cx.heap.charge(ITEM)?;
            let index = match table.get(cx, key)? {
                Some(Value::Int32(index)) => usize::try_from(index).unwrap_or(usize::MAX),
                _ => {
                    table.add(cx, key, int(members.len()))?;
                    cx.heap.charge(size_of::<(Value, Vec<Value>)>())?;
                    members.push((key, Vec::new()));
                    members.len() - 1
                }
            };
            if let Some((_, items)) = members.get_mut(index) {
                items.push(item);
            }
        }
        self.finish(cx, table, members)
    }

    fn finish(&self, cx: &mut Cx<'_>, table: Table, members: Vec<(Value, Vec<Value>)>) -> Result<Groups, Throw> {
        static KNOWN: Known = Known::new("System.Linq.IGrouping<TKey,TElement>");
        let (key_type, element) = self.types;
        let ty = types::construct(KNOWN.id(), &[key_type, element]);
        let mut groupings = Vec::with_capacity(members.len());
        for (key, items) in members {
            let array = crate::value::heap::Array { element, items };
            let items = cx.heap.new_object(crate::value::heap::Object::Array(array))?;
            groupings.push(cx.heap.new_native(Grouping { ty, key, items })?);
        }
        Ok(Groups { table, groupings })
    }
}

/// `IGrouping.Key`.
pub(super) fn key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.heap.native::<Grouping>(arg(args, 0)).map(|group| group.key).ok_or(fault("a grouping was expected"))
}

#[derive(Clone, Debug)]
struct GroupBy {
    grouper: Grouper,
    /// Makes the result of key and items.
    result: Option<Value>,
    groups: Buffer,
}

impl Enumerator for GroupBy {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let groups = match &mut self.groups {
            Some(groups) => groups,
            None => self.groups.insert(self.grouper.run(cx)?.groupings.into_iter()),
        };
        let Some(group) = groups.next() else { return Ok(None) };
        let Some(result) = self.result else { return Ok(Some(group)) };
        let key = key(cx, &[group])?;
        cx.invoke(result, &[key, group]).map(Some)
    }
}

/// Which arguments a `GroupBy` has besides source and key selector.
#[derive(Clone, Copy, Debug)]
pub(super) struct Form {
    pub(super) element: bool,
    pub(super) result: bool,
}

/// All overloads of `GroupBy`: the comparer, if there is one, is the last argument.
pub(super) fn group_by(cx: &mut Cx<'_>, args: &[Value], form: Form) -> Result<Value, Throw> {
    let mut grouper = grouper(cx, args, form.element)?;
    let after_element = 2 + usize::from(form.element);
    let result = if form.result { Some(present(cx, args, after_element, "resultSelector")?) } else { None };
    grouper.kind = comparer::kind_of(cx.heap, arg(args, after_element + usize::from(form.result)));
    let item = match (form.result, form.element) {
        (true, true) => cx.type_arg(3),
        (true, false) => cx.type_arg(2),
        (false, _) => {
            static KNOWN: Known = Known::new("System.Linq.IGrouping<TKey,TElement>");
            types::construct(KNOWN.id(), &[grouper.types.0, grouper.types.1])
        }
    };
    lazy(cx, item, GroupBy { grouper, result, groups: None })
}

fn grouper(cx: &mut Cx<'_>, args: &[Value], has_element: bool) -> Result<Grouper, Throw> {
    let source = Source::new(source(cx, args)?);
    let key = present(cx, args, 1, "keySelector")?;
    let element = if has_element { Some(present(cx, args, 2, "elementSelector")?) } else { None };
    let types = (cx.type_arg(1), cx.type_arg(if has_element { 2 } else { 0 }));
    Ok(Grouper { source, key, element, kind: ComparerKind::Default, types, skip_null: false })
}

/// `Lookup<TKey,TElement>`.
#[derive(Debug)]
struct Lookup {
    ty: TypeId,
    element: TypeId,
    groups: Groups,
}

impl NetObject for Lookup {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn iterate(&self, this: Value) -> Option<Iter> {
        Some(Iter::held(this))
    }
    fn items(&self) -> &[Value] {
        &self.groups.groupings
    }
}

/// `ToLookup` with or without an element selector; the comparer is the last argument.
pub(super) fn to_lookup(cx: &mut Cx<'_>, args: &[Value], has_element: bool) -> Result<Value, Throw> {
    static KNOWN: Known = Known::new("System.Linq.ILookup<TKey,TElement>");
    let mut grouper = grouper(cx, args, has_element)?;
    grouper.kind = comparer::kind_of(cx.heap, arg(args, 2 + usize::from(has_element)));
    let (key, element) = grouper.types;
    let ty = types::construct(KNOWN.id(), &[key, element]);
    let groups = grouper.run(cx)?;
    Ok(cx.heap.new_native(Lookup { ty, element, groups })?)
}

fn find(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<Value>, Throw> {
    with(cx, arg(args, 0), |cx, lookup: &mut Lookup| lookup.groups.get(cx, arg(args, 1)))
}

pub(super) fn lookup_count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    with(cx, arg(args, 0), |_, lookup: &mut Lookup| Ok(int(lookup.groups.groupings.len())))
}

/// The items of a key; none for a key that is not there.
pub(super) fn lookup_item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(group) = find(cx, args)? {
        return Ok(group);
    }
    let element = with(cx, arg(args, 0), |_, lookup: &mut Lookup| Ok(lookup.element))?;
    super::convert::nothing(cx, element)
}

pub(super) fn lookup_contains(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(find(cx, args)?.is_some()))
}
