//! `System.Security.Cryptography.Oid`.

use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::{TypeDef, constructor, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("System.Security.Cryptography.Oid").summary("An object identifier.").members(&[
        constructor("Oid(string oid)", new),
        property("string FriendlyName { get; }", friendly_name),
        property("string Value { get; }", value),
    ]);

static KNOWN: Known = Known::new("System.Security.Cryptography.Oid");

/// Identifiers that have a name.
const NAMES: [(&str, &str); 14] = [
    ("1.2.840.113549.1.1.1", "RSA"),
    ("1.2.840.113549.1.1.4", "md5RSA"),
    ("1.2.840.113549.1.1.5", "sha1RSA"),
    ("1.2.840.113549.1.1.10", "RSASSA-PSS"),
    ("1.2.840.113549.1.1.11", "sha256RSA"),
    ("1.2.840.113549.1.1.12", "sha384RSA"),
    ("1.2.840.113549.1.1.13", "sha512RSA"),
    ("1.2.840.10045.2.1", "ECC"),
    ("1.2.840.10045.4.3.2", "sha256ECDSA"),
    ("1.2.840.10045.4.3.3", "sha384ECDSA"),
    ("1.2.840.10045.4.3.4", "sha512ECDSA"),
    ("1.3.14.3.2.26", "sha1"),
    ("2.16.840.1.101.3.4.2.1", "sha256"),
    ("2.16.840.1.101.3.4.2.3", "sha512"),
];

#[derive(Debug)]
struct OidObject(String);

net_object!(OidObject, KNOWN);

/// An identifier.
pub(super) fn make(cx: &mut Cx<'_>, value: &str) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(OidObject(value.to_owned()))?)
}

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "oid")?;
    let text = cx.text(text.slice(0, 200)).to_utf8().into_owned();
    let by_name = NAMES.iter().find(|(_, name)| name.eq_ignore_ascii_case(&text));
    make(cx, by_name.map_or(text.as_str(), |(oid, _)| oid))
}

fn this(cx: &Cx<'_>, args: &[Value]) -> Result<String, Throw> {
    cx.heap.native::<OidObject>(arg(args, 0)).map(|oid| oid.0.clone()).ok_or(fault("an Oid was expected"))
}

fn friendly_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let oid = this(cx, args)?;
    match NAMES.iter().find(|(known, _)| *known == oid) {
        Some((_, name)) => cx.string(name),
        None => Ok(Value::Null),
    }
}

fn value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let oid = this(cx, args)?;
    cx.string(&oid)
}
