//! `System.Globalization.CultureInfo`: policies may not use it, but ask for it often; every culture is the invariant one.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::{Allow, TypeDef, method, property};
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Globalization.CultureInfo")
    .interfaces(&["System.IFormatProvider"])
    .members(&[
        property("static CultureInfo InvariantCulture { get; }", invariant),
        property("static CultureInfo CurrentCulture { get; }", invariant),
        property("static CultureInfo CurrentUICulture { get; }", invariant),
        method("static CultureInfo GetCultureInfo(string name)", invariant),
        method("static CultureInfo CreateSpecificCulture(string name)", invariant),
    ])
    .allow(Allow::None)
    .not_imported()
    .summary("A culture.");

static ID: Known = Known::new("System.Globalization.CultureInfo");

#[derive(Debug)]
struct Culture;

crate::net_object!(Culture, ID);

fn invariant(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Culture)?)
}
