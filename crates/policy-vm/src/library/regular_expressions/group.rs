//! `System.Text.RegularExpressions.Group`.

use super::capture::Part;
use super::capture_collection::CaptureCollection;
use super::match_type::MatchObject;
use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::{Allow, TypeDef, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::{Str, TextBuf};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Text.RegularExpressions.Group")
    .base("Capture")
    .summary("What a group of a regular expression matched.")
    .allow(Allow::Only(&["Captures", "Success"]))
    .members(&[
        property("CaptureCollection Captures { get; }", captures),
        property("string Name { get; }", name),
        property("bool Success { get; }", |cx, args| Ok(Value::Bool(!this(cx, args)?.captures.is_empty()))),
    ]);

static KNOWN: Known = Known::new("System.Text.RegularExpressions.Group");

/// A group of a match.
#[derive(Clone, Debug)]
pub(super) struct GroupObject {
    pub(super) input: Str,
    pub(super) base: usize,
    pub(super) name: String,
    /// Start and length of each value.
    pub(super) captures: Vec<(u32, u32)>,
}

impl GroupObject {
    /// The last value; an empty one when there is none.
    pub(super) fn part(&self) -> Part {
        let (start, length) = self.captures.last().copied().unwrap_or((0, 0));
        let base = if self.captures.is_empty() { 0 } else { self.base };
        Part { input: self.input, base, start: start as usize, length: length as usize }
    }
}

net_object! {
    GroupObject, KNOWN,
    fn to_text(&self, heap: &Heap) -> Option<TextBuf> {
        Some(self.part().to_text(heap))
    }
}

/// The receiver: a group, or a match, which is its own group 0.
fn this(cx: &Cx<'_>, args: &[Value]) -> Result<GroupObject, Throw> {
    let value = arg(args, 0);
    if let Some(group) = cx.heap.native::<GroupObject>(value) {
        return Ok(group.clone());
    }
    cx.heap.native::<MatchObject>(value).map(|found| found.group(0)).ok_or(fault("a Group was expected"))
}

fn captures(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let group = this(cx, args)?;
    cx.heap.charge(group.captures.len() * 8)?;
    Ok(cx.heap.new_native(CaptureCollection { input: group.input, base: group.base, captures: group.captures })?)
}

fn name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let group = this(cx, args)?;
    cx.string(&group.name)
}
