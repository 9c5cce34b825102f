//! `System.Security.Cryptography.Oid`.

use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::{TypeDef, constructor, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("System.Security.Cryptography.Oid").summary("An object identifier.").members(&[
        constructor("Oid()", |cx, _| Ok(cx.heap.new_native(OidObject::default())?)),
        constructor("Oid(string oid)", new),
        constructor("Oid(string value, string friendlyName)", |cx, args| {
            let [value, name] = [0, 1].map(|index| short(cx, args, index));
            Ok(cx.heap.new_native(OidObject { value, name })?)
        }),
        constructor("Oid(Oid oid)", |cx, args| match cx.heap.native::<OidObject>(arg(args, 0)).cloned() {
            Some(oid) => Ok(cx.heap.new_native(oid)?),
            None => Err(cx.argument_null("oid")),
        }),
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

#[derive(Clone, Debug, Default)]
struct OidObject {
    value: Option<String>,
    /// The name it was given, whatever it is known by.
    name: Option<String>,
}

net_object!(OidObject, KNOWN);

/// An identifier.
pub(super) fn make(cx: &mut Cx<'_>, value: &str) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(OidObject { value: Some(value.to_owned()), name: None })?)
}

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "friendlyName")?;
    let text = cx.text(text.slice(0, 200)).to_utf8().into_owned();
    let by_name = NAMES.iter().find(|(_, name)| name.eq_ignore_ascii_case(&text));
    make(cx, by_name.map_or(text.as_str(), |(oid, _)| oid))
}

/// A text of which no more than a little is kept.
fn short(cx: &Cx<'_>, args: &[Value], index: usize) -> Option<String> {
    cx.string_opt(args, index).map(|text| cx.text(text.slice(0, 200)).to_utf8().into_owned())
}

fn this(cx: &Cx<'_>, args: &[Value]) -> Result<OidObject, Throw> {
    cx.heap.native::<OidObject>(arg(args, 0)).cloned().ok_or(fault("an Oid was expected"))
}

fn shown(cx: &mut Cx<'_>, text: Option<&str>) -> Result<Value, Throw> {
    text.map_or(Ok(Value::Null), |text| cx.string(text))
}

/// The name it was given, or the one its number is known by.
fn friendly_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let oid = this(cx, args)?;
    let known = NAMES.iter().find(|(known, _)| oid.value.as_deref() == Some(known)).map(|(_, name)| *name);
    shown(cx, oid.name.as_deref().or(known))
}

fn value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let oid = this(cx, args)?;
    shown(cx, oid.value.as_deref())
}
