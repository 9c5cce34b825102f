//! `System.Security.Cryptography.Oid`.

use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, property_set};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("System.Security.Cryptography.Oid").summary("An object identifier.").members(&[
        constructor("Oid()", |cx, _| Ok(cx.heap.new_native(OidObject::default())?)),
        constructor("Oid(string oid)", new),
        constructor("Oid(string value, string friendlyName)", |cx, args| {
            let [value, name] = [0, 1].map(|index| short(cx, args, index));
            let named = name.is_some();
            Ok(cx.heap.new_native(OidObject { value, name, named })?)
        }),
        constructor("Oid(Oid oid)", |cx, args| match cx.heap.native::<OidObject>(arg(args, 0)).cloned() {
            Some(oid) => Ok(cx.heap.new_native(oid)?),
            None => Err(cx.argument_null("oid")),
        }),
        property_set("string FriendlyName { get; set; }", friendly_name, set_friendly_name),
        property_set("string Value { get; set; }", value, set_value),
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
    /// The name it was given, or the one it was found to have when it was first asked for.
    name: Option<String>,
    /// Whether `name` is settled: from then on it cannot be changed.
    named: bool,
}

net_object!(OidObject, KNOWN);

/// An identifier.
pub(super) fn make(cx: &mut Cx<'_>, value: &str) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(OidObject { value: Some(value.to_owned()), ..OidObject::default() })?)
}

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "friendlyName")?;
    let text = cx.text(text.slice(0, 200)).to_utf8().into_owned();
    make(cx, by_name(&text).unwrap_or(&text))
}

/// The identifier that a name stands for.
fn by_name(name: &str) -> Option<&'static str> {
    NAMES.iter().find(|(_, known)| known.eq_ignore_ascii_case(name)).map(|(oid, _)| *oid)
}

/// A text of which no more than a little is kept.
fn short(cx: &Cx<'_>, args: &[Value], index: usize) -> Option<String> {
    cx.string_opt(args, index).map(|text| cx.text(text.slice(0, 200)).to_utf8().into_owned())
}

fn this<'a>(cx: &'a mut Cx<'_>, args: &[Value]) -> Result<&'a mut OidObject, Throw> {
    cx.heap.native_mut(arg(args, 0)).ok_or(fault("an Oid was expected"))
}

fn shown(cx: &mut Cx<'_>, text: Option<&str>) -> Result<Value, Throw> {
    text.map_or(Ok(Value::Null), |text| cx.string(text))
}

/// The name it was given, or the one its number is known by, which is its name from now on.
fn friendly_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let oid = this(cx, args)?;
    if !oid.named && oid.value.is_some() {
        let known = NAMES.iter().find(|(known, _)| oid.value.as_deref() == Some(known));
        oid.name = known.map(|(_, name)| (*name).to_owned());
        oid.named = true;
    }
    let name = oid.name.clone();
    shown(cx, name.as_deref())
}

/// A name is given once; where it stands for a number, that must be the number's.
fn set_friendly_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let new = short(cx, args, 1);
    let oid = this(cx, args)?;
    if oid.named {
        let same = oid.name == new;
        return if same { Ok(Value::Null) } else { Err(settled(cx, "friendly name")) };
    }
    if let Some(number) = new.as_deref().and_then(by_name)
        && oid.value.get_or_insert_with(|| number.to_owned()) != number
    {
        return Err(settled(cx, "value"));
    }
    (oid.name, oid.named) = (new, true);
    Ok(Value::Null)
}

fn value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let value = this(cx, args)?.value.clone();
    shown(cx, value.as_deref())
}

/// A number is given once.
fn set_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let new = short(cx, args, 1);
    let oid = this(cx, args)?;
    if oid.value.is_some() && oid.value != new {
        return Err(settled(cx, "value"));
    }
    oid.value = new;
    Ok(Value::Null)
}

fn settled(cx: &mut Cx<'_>, what: &str) -> Throw {
    cx.throw(Exc::PlatformNotSupported, format!("The OID {what} cannot be changed from its current value."))
}
