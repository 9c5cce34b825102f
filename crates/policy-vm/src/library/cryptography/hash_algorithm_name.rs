//! `System.Security.Cryptography.HashAlgorithmName`.

use super::arguments::refuse;
use super::digest::Function;
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, operator, property};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::TextBuf;

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.Security.Cryptography.HashAlgorithmName")
    .summary("The name of a hash function.")
    .interfaces(&["IEquatable<HashAlgorithmName>"])
    .zero(|heap, _| heap.new_native(Name(None)))
    .members(&[
        constructor("HashAlgorithmName(string name)", new),
        property("static HashAlgorithmName MD5 { get; }", |cx, _| make(cx, "MD5")),
        property("static HashAlgorithmName SHA1 { get; }", |cx, _| make(cx, "SHA1")),
        property("static HashAlgorithmName SHA256 { get; }", |cx, _| make(cx, "SHA256")),
        property("static HashAlgorithmName SHA384 { get; }", |cx, _| make(cx, "SHA384")),
        property("static HashAlgorithmName SHA512 { get; }", |cx, _| make(cx, "SHA512")),
        property("static HashAlgorithmName SHA3_256 { get; }", |cx, _| make(cx, "SHA3-256")),
        property("static HashAlgorithmName SHA3_384 { get; }", |cx, _| make(cx, "SHA3-384")),
        property("static HashAlgorithmName SHA3_512 { get; }", |cx, _| make(cx, "SHA3-512")),
        method("static HashAlgorithmName FromOid(string oidValue)", from_oid),
        method("static bool TryFromOid(string oidValue, out HashAlgorithmName value)", try_from_oid),
        property("string Name { get; }", |cx, args| match cx.heap.native::<Name>(arg(args, 0)) {
            Some(Name(Some(_))) => name(cx, args),
            _ => Ok(Value::Null),
        }),
        method("bool Equals(object obj)", equals),
        method("bool Equals(HashAlgorithmName other)", equals),
        method("int GetHashCode()", |cx, args| Ok(Value::Int32(text(cx, arg(args, 0)).len() as i32))),
        method("string ToString()", name),
        operator("static bool operator ==(HashAlgorithmName left, HashAlgorithmName right)", equals),
        operator("static bool operator !=(HashAlgorithmName left, HashAlgorithmName right)", |cx, args| {
            Ok(Value::Bool(own(cx, args, 0) != own(cx, args, 1)))
        }),
    ]);

static KNOWN: Known = Known::new("System.Security.Cryptography.HashAlgorithmName");

#[derive(Debug)]
struct Name(Option<String>);

net_object! {
    Name, KNOWN,
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(TextBuf::from(self.0.as_deref().unwrap_or_default()))
    },
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<Name>(other).is_some_and(|other| other.0 == self.0))
    },
    fn hash(&self, _: &Heap) -> Option<u64> {
        Some(self.0.as_deref().unwrap_or_default().bytes().fold(0, |n, b| n.wrapping_mul(31).wrapping_add(u64::from(b))))
    }
}

pub(super) fn make(cx: &mut Cx<'_>, name: &str) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Name(Some(name.to_owned())))?)
}

/// That of no function.
pub(super) fn none(cx: &mut Cx<'_>) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Name(None))?)
}

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_opt(args, 0).map(|s| cx.text(s.slice(0, 200)).to_utf8().into_owned());
    Ok(cx.heap.new_native(Name(name))?)
}

/// Made of an empty text, not of none.
pub(super) fn is_empty(cx: &Cx<'_>, value: Value) -> bool {
    cx.heap.native::<Name>(value).is_some_and(|name| name.0.as_deref() == Some(""))
}

fn text<'a>(cx: &'a Cx<'_>, value: Value) -> &'a str {
    cx.heap.native::<Name>(value).and_then(|name| name.0.as_deref()).unwrap_or_default()
}

fn name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = text(cx, arg(args, 0)).to_owned();
    cx.string(&name)
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let is_name = cx.heap.native::<Name>(arg(args, 1)).is_some();
    Ok(Value::Bool(is_name && own(cx, args, 0) == own(cx, args, 1)))
}

/// The name that an argument holds: none is not the same as an empty one.
fn own<'a>(cx: &'a Cx<'_>, args: &[Value], index: usize) -> Option<&'a str> {
    cx.heap.native::<Name>(arg(args, index)).and_then(|name| name.0.as_deref())
}

/// The numbers that stand for hash functions in certificates and signatures.
const OIDS: [(&str, &str); 8] = [
    ("1.2.840.113549.2.5", "MD5"),
    ("1.3.14.3.2.26", "SHA1"),
    ("2.16.840.1.101.3.4.2.1", "SHA256"),
    ("2.16.840.1.101.3.4.2.2", "SHA384"),
    ("2.16.840.1.101.3.4.2.3", "SHA512"),
    ("2.16.840.1.101.3.4.2.8", "SHA3-256"),
    ("2.16.840.1.101.3.4.2.9", "SHA3-384"),
    ("2.16.840.1.101.3.4.2.10", "SHA3-512"),
];

fn of_oid(cx: &mut Cx<'_>, args: &[Value]) -> Result<(String, Option<&'static str>), Throw> {
    let oid = cx.string_arg(args, 0, "oidValue")?;
    cx.heap.charge(oid.len())?;
    let oid = cx.text(oid).to_utf8().into_owned();
    let name = OIDS.iter().find(|(known, _)| *known == oid).map(|(_, name)| *name);
    Ok((oid, name))
}

fn from_oid(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match of_oid(cx, args)? {
        (_, Some(name)) => make(cx, name),
        (oid, None) => {
            Err(refuse(cx, &format!("The specified OID ({oid}) does not represent a known hash algorithm.")))
        }
    }
}

fn try_from_oid(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (_, name) = of_oid(cx, args)?;
    let value = match name {
        Some(name) => make(cx, name)?,
        None => none(cx)?,
    };
    cx.set_out(0, value);
    Ok(Value::Bool(name.is_some()))
}

/// The hash function that an argument names.
pub(super) fn function(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<Function, Throw> {
    let name = text(cx, arg(args, index)).to_owned();
    if name.is_empty() {
        return Err(cx.throw_argument(Exc::ArgumentNull, "Value cannot be null.", "hashAlgorithm"));
    }
    match Function::named(&name) {
        Some(function) => Ok(function),
        None => Err(refuse(cx, &format!("'{name}' is not a known hash algorithm."))),
    }
}
