//! `System.Text.RegularExpressions.Capture`.

use super::group::GroupObject;
use super::match_type::MatchObject;
use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::{Allow, TypeDef, method, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::{Str, TextBuf};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Text.RegularExpressions.Capture")
    .summary("A part of the input that a regular expression matched.")
    .allow(Allow::Only(&["Index", "Length", "Value"]))
    .members(&[
        property("int Index { get; }", |cx, args| Ok(Value::Int32(this(cx, args)?.index() as i32))),
        property("int Length { get; }", |cx, args| Ok(Value::Int32(this(cx, args)?.length as i32))),
        property("string Value { get; }", |cx, args| Ok(this(cx, args)?.value())),
        method("string ToString()", |cx, args| Ok(this(cx, args)?.value())),
    ]);

static KNOWN: Known = Known::new("System.Text.RegularExpressions.Capture");

/// A part of an input.
#[derive(Clone, Copy, Debug)]
pub(super) struct Part {
    /// The input, or the part of it that was searched.
    pub(super) input: Str,
    /// Where that part begins.
    pub(super) base: usize,
    pub(super) start: usize,
    pub(super) length: usize,
}

impl Part {
    pub(super) const fn index(self) -> usize {
        self.base + self.start
    }

    pub(super) fn value(self) -> Value {
        Value::String(self.input.slice(self.start, self.start + self.length))
    }

    /// For `ToString()`.
    pub(super) fn to_text(self, heap: &Heap) -> TextBuf {
        let mut out = TextBuf::new();
        out.push_text(heap.text(self.input.slice(self.start, self.start + self.length)));
        out
    }
}

/// One of several values of a group.
#[derive(Debug)]
pub(super) struct CaptureObject(pub(super) Part);

net_object! {
    CaptureObject, KNOWN,
    fn to_text(&self, heap: &Heap) -> Option<TextBuf> {
        Some(self.0.to_text(heap))
    }
}

/// The receiver: a capture, a group or a match.
pub(super) fn this(cx: &Cx<'_>, args: &[Value]) -> Result<Part, Throw> {
    let value = arg(args, 0);
    if let Some(capture) = cx.heap.native::<CaptureObject>(value) {
        return Ok(capture.0);
    }
    if let Some(group) = cx.heap.native::<GroupObject>(value) {
        return Ok(group.part());
    }
    cx.heap.native::<MatchObject>(value).map(MatchObject::part).ok_or(fault("a Capture was expected"))
}
