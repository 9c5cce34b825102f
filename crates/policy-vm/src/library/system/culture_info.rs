//! `System.Globalization.CultureInfo`: policies may not use it, but ask for it often; every culture is the invariant one.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::{Allow, TypeDef, method, property};
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::TextBuf;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Globalization.CultureInfo")
    .interfaces(&["System.IFormatProvider"])
    .members(&[
        property("static CultureInfo InvariantCulture { get; }", invariant),
        property("static CultureInfo CurrentCulture { get; }", invariant),
        property("static CultureInfo CurrentUICulture { get; }", invariant),
        property("string Name { get; }", |cx, _| cx.string("")),
        method("string ToString()", |cx, _| cx.string("")),
        method("static CultureInfo GetCultureInfo(string name)", named),
        method("static CultureInfo CreateSpecificCulture(string name)", named),
    ])
    .allow(Allow::None)
    .not_imported()
    .summary("A culture.");

static ID: Known = Known::new("System.Globalization.CultureInfo");

#[derive(Debug)]
struct Culture;

crate::net_object! {
    Culture, ID,
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(TextBuf::new())
    }
}

fn invariant(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.single("InvariantCulture", ID.id(), Culture)?)
}

/// Whatever it is called.
fn named(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.string_arg(args, 0, "name")?;
    invariant(cx, args)
}
