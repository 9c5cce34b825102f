//! `System.Text.RegularExpressions.GroupCollection`.

use super::match_type::MatchObject;
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, TypeDef, method, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::sequence::{Enumerator, Iter};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Text.RegularExpressions.GroupCollection")
    .summary("The groups of a match.")
    .interfaces(&["IEnumerable<Group>"])
    .allow(Allow::Only(&["Count", "Item"]))
    .members(&[
        property("int Count { get; }", |cx, args| Ok(Value::Int32(of(cx, arg(args, 0))?.1.count() as i32))),
        property("Group this[int groupnum] { get; }", by_number),
        property("Group this[string groupname] { get; }", by_name),
        method("bool ContainsKey(string key)", contains_key),
    ]);

static KNOWN: Known = Known::new("System.Text.RegularExpressions.GroupCollection");

/// The groups of a match.
#[derive(Debug)]
pub(super) struct GroupCollection {
    pub(super) of: Value,
}

net_object! {
    GroupCollection, KNOWN,
    fn iterate(&self, this: Value) -> Option<Iter> {
        Some(Iter::Lazy(Box::new(Walk { this, slot: 0 })))
    }
}

#[derive(Debug)]
struct Walk {
    this: Value,
    slot: usize,
}

impl Enumerator for Walk {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        if self.slot >= of(cx, self.this)?.1.count() {
            return Ok(None);
        }
        self.slot += 1;
        group(cx, self.this, Some(self.slot - 1)).map(Some)
    }
}

/// The match, as a value and itself.
fn of<'a>(cx: &'a Cx<'_>, this: Value) -> Result<(Value, &'a MatchObject), Throw> {
    let collection = cx.heap.native::<GroupCollection>(this).ok_or(fault("a GroupCollection was expected"))?;
    let found = cx.heap.native::<MatchObject>(collection.of).ok_or(fault("a Match was expected"))?;
    Ok((collection.of, found))
}

/// The group in a slot; a failed group when there is none.
fn group(cx: &mut Cx<'_>, this: Value, slot: Option<usize>) -> Result<Value, Throw> {
    let (value, found) = of(cx, this)?;
    if slot == Some(0) {
        return Ok(value);
    }
    let group = found.group(slot.unwrap_or(usize::MAX));
    cx.heap.charge(group.captures.len() * 8 + group.name.len())?;
    Ok(cx.heap.new_native(group)?)
}

fn by_number(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let number = as_i32(args, 1)?;
    let (_, found) = of(cx, arg(args, 0))?;
    let slot = match &found.job {
        Some(job) => job.pattern.groups.slot(number),
        // The failed match has itself only.
        None => (number == 0).then_some(0),
    };
    group(cx, arg(args, 0), slot)
}

fn slot_of(cx: &Cx<'_>, args: &[Value], name: &str) -> Result<Option<usize>, Throw> {
    let (_, found) = of(cx, arg(args, 0))?;
    Ok(found.job.as_ref().and_then(|job| job.pattern.groups.named(name)))
}

fn by_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 1, "groupname")?;
    cx.charge(name.len())?;
    let slot = slot_of(cx, args, &cx.text(name).to_utf8())?;
    group(cx, arg(args, 0), slot)
}

fn contains_key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if of(cx, arg(args, 0))?.1.job.is_none() {
        // The failed match belongs to no expression.
        return Err(cx.throw_default(Exc::NullReference));
    }
    let name = cx.string_arg(args, 1, "key")?;
    cx.charge(name.len())?;
    Ok(Value::Bool(slot_of(cx, args, &cx.text(name).to_utf8())?.is_some()))
}
