//! `System.Text.RegularExpressions.CaptureCollection`.

use super::capture::{CaptureObject, Part};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, TypeDef, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::sequence::{Enumerator, Iter};
use crate::value::text::Str;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Text.RegularExpressions.CaptureCollection")
    .summary("All that a group matched, round by round.")
    .interfaces(&["IEnumerable<Capture>"])
    .allow(Allow::Only(&["Count", "Item"]))
    .members(&[
        property("int Count { get; }", |cx, args| Ok(Value::Int32(this(cx, args)?.captures.len() as i32))),
        property("Capture this[int i] { get; }", item),
    ]);

static KNOWN: Known = Known::new("System.Text.RegularExpressions.CaptureCollection");

/// The values of a group.
#[derive(Debug)]
pub(super) struct CaptureCollection {
    pub(super) input: Str,
    pub(super) base: usize,
    pub(super) captures: Vec<(u32, u32)>,
}

impl CaptureCollection {
    fn part(&self, index: usize) -> Option<Part> {
        let (start, length) = self.captures.get(index).copied()?;
        Some(Part { input: self.input, base: self.base, start: start as usize, length: length as usize })
    }
}

net_object! {
    CaptureCollection, KNOWN,
    fn iterate(&self, this: Value) -> Option<Iter> {
        Some(Iter::Lazy(Box::new(Walk { this, index: 0 })))
    }
}

#[derive(Debug)]
struct Walk {
    this: Value,
    index: usize,
}

impl Enumerator for Walk {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let part = this(cx, &[self.this])?.part(self.index);
        self.index += 1;
        Ok(match part {
            Some(part) => Some(cx.heap.new_native(CaptureObject(part))?),
            None => None,
        })
    }
}

fn this<'a>(cx: &'a Cx<'_>, args: &[Value]) -> Result<&'a CaptureCollection, Throw> {
    cx.heap.native(arg(args, 0)).ok_or(fault("a CaptureCollection was expected"))
}

fn item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let index = usize::try_from(as_i32(args, 1)?).ok();
    let this = this(cx, args)?;
    match index.and_then(|index| this.part(index)) {
        Some(part) => Ok(cx.heap.new_native(CaptureObject(part))?),
        None => {
            let why = "Specified argument was out of the range of valid values.";
            Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "i"))
        }
    }
}
