//! `System.Security.Cryptography.X509Certificates.X500DistinguishedName`.

use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{Allow, TypeDef, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("System.Security.Cryptography.X509Certificates.X500DistinguishedName")
        .summary("The name of a certificate's subject or issuer.")
        .allow(Allow::Only(&["Name"]))
        .members(&[property("string Name { get; }", name)]);

static KNOWN: Known = Known::new("System.Security.Cryptography.X509Certificates.X500DistinguishedName");

#[derive(Debug)]
struct DistinguishedName(String);

net_object!(DistinguishedName, KNOWN);

/// A name.
pub(super) fn make(cx: &mut Cx<'_>, name: &str) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(DistinguishedName(name.to_owned()))?)
}

fn name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.heap.native::<DistinguishedName>(arg(args, 0)).map(|name| name.0.clone());
    cx.string(&name.unwrap_or_default())
}
