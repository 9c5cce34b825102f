//! `System.DBNull`: what databases have for null. Policies get it from `Convert.DBNull` only.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::{Allow, TypeDef, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::TextBuf;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.DBNull")
    .allow(Allow::None)
    .summary("What databases have for null.")
    .members(&[property("static DBNull Value { get; }", the_one)]);

pub(super) static KNOWN: Known = Known::new("System.DBNull");

#[derive(Debug)]
struct DbNull;

net_object! {
    DbNull, KNOWN,
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(TextBuf::from(""))
    }
}

/// There is one only.
pub(super) fn the_one(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.single("DBNull.Value", KNOWN.id(), DbNull)?)
}

/// It is this one.
pub(in crate::library) fn is(heap: &Heap, value: Value) -> bool {
    heap.native::<DbNull>(value).is_some()
}
