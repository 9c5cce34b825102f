//! `XName` and `XNamespace`. .NET keeps one object a name; here two objects of one name are equal.

use super::text::{is_name_start, is_name_unit, show_unit};
use crate::cx::{Cx, arg, as_str};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, method, operator, property};
use crate::types::{Known, TypeId};
use crate::value::Value;
use crate::value::comparer::{ComparerKind, hash_string};
use crate::value::heap::{Heap, NetObject};
use crate::value::text::{Str, TextBuf};

pub(super) const NAME: TypeDef = TypeDef::class("System.Xml.Linq.XName")
    .summary("The name of an element or attribute: a namespace and a local name.")
    .members(&[
        property("string LocalName { get; }", local_name),
        property("XNamespace Namespace { get; }", namespace),
        property("string NamespaceName { get; }", namespace_name),
        method("static XName Get(string expandedName)", get_expanded),
        method("static XName Get(string localName, string namespaceName)", get_parts),
        method("string ToString()", to_string),
        method("bool Equals(object obj)", equals),
        method("int GetHashCode()", hash),
        operator("static implicit operator XName(string expandedName)", from_string),
        operator("static bool operator ==(XName left, XName right)", equals),
        operator("static bool operator !=(XName left, XName right)", differ),
    ]);

pub(super) const NAMESPACE: TypeDef = TypeDef::class("System.Xml.Linq.XNamespace")
    .summary("An XML namespace; adding a string gives a name in it.")
    .members(&[
        property("string NamespaceName { get; }", uri),
        property("static XNamespace None { get; }", |cx, _| new_namespace(cx, Str::EMPTY)),
        property("static XNamespace Xml { get; }", |cx, _| known_namespace(cx, XML)),
        property("static XNamespace Xmlns { get; }", |cx, _| known_namespace(cx, XMLNS)),
        method("static XNamespace Get(string namespaceName)", get_namespace),
        method("XName GetName(string localName)", add),
        method("string ToString()", uri),
        method("bool Equals(object obj)", equals),
        method("int GetHashCode()", hash),
        operator("static implicit operator XNamespace(string namespaceName)", namespace_from_string),
        operator("static XName operator +(XNamespace ns, string localName)", add),
        operator("static bool operator ==(XNamespace left, XNamespace right)", equals),
        operator("static bool operator !=(XNamespace left, XNamespace right)", differ),
    ]);

/// The namespace of `xml:`.
pub(super) const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// The namespace of `xmlns:`.
pub(super) const XMLNS: &str = "http://www.w3.org/2000/xmlns/";

#[derive(Clone, Copy, Debug)]
struct Name {
    local: Str,
    namespace: Str,
}

#[derive(Clone, Copy, Debug)]
struct Namespace(Str);

static X_NAME: Known = Known::new("System.Xml.Linq.XName");
static X_NAMESPACE: Known = Known::new("System.Xml.Linq.XNamespace");

impl NetObject for Name {
    fn net_type(&self) -> TypeId {
        X_NAME.id()
    }
    fn to_text(&self, heap: &Heap) -> Option<TextBuf> {
        let mut out = TextBuf::new();
        if !self.namespace.is_empty() {
            out.push_str("{");
            out.push_text(heap.text(self.namespace));
            out.push_str("}");
        }
        out.push_text(heap.text(self.local));
        Some(out)
    }
    fn is_atomic(&self) -> bool {
        true
    }
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<Self>(other).is_some_and(|other| {
            heap.text(self.local).equals(heap.text(other.local))
                && heap.text(self.namespace).equals(heap.text(other.namespace))
        }))
    }
    fn hash(&self, heap: &Heap) -> Option<u64> {
        Some(hash_string(heap, ComparerKind::Ordinal, self.local))
    }
}

impl NetObject for Namespace {
    fn net_type(&self) -> TypeId {
        X_NAMESPACE.id()
    }
    fn to_text(&self, heap: &Heap) -> Option<TextBuf> {
        let mut out = TextBuf::new();
        out.push_text(heap.text(self.0));
        Some(out)
    }
    fn is_atomic(&self) -> bool {
        true
    }
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<Self>(other).is_some_and(|other| heap.text(self.0).equals(heap.text(other.0))))
    }
    fn hash(&self, heap: &Heap) -> Option<u64> {
        Some(hash_string(heap, ComparerKind::Ordinal, self.0))
    }
}

/// Local name and namespace of an `XName`.
pub(super) fn parts(heap: &Heap, name: Value) -> (Str, Str) {
    heap.native::<Name>(name).map_or((Str::EMPTY, Str::EMPTY), |name| (name.local, name.namespace))
}

/// Whether two `XName`s are the same name.
pub(super) fn same(heap: &Heap, a: Value, b: Value) -> bool {
    a == b || heap.native::<Name>(a).and_then(|name| NetObject::equals(name, heap, b)).unwrap_or(false)
}

/// A name of parts known to be right.
pub(super) fn new_name(cx: &mut Cx<'_>, local: Str, namespace: Str) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Name { local, namespace })?)
}

fn new_namespace(cx: &mut Cx<'_>, uri: Str) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Namespace(uri))?)
}

fn known_namespace(cx: &mut Cx<'_>, uri: &str) -> Result<Value, Throw> {
    let uri = cx.heap.new_str(uri)?;
    new_namespace(cx, uri)
}

/// An `XName` parameter may be null where .NET then throws or does nothing; the compiler converts strings.
fn local_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::String(parts(cx.heap, arg(args, 0)).0))
}

fn namespace_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::String(parts(cx.heap, arg(args, 0)).1))
}

fn namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let uri = parts(cx.heap, arg(args, 0)).1;
    new_namespace(cx, uri)
}

fn get_expanded(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "expandedName")?;
    expanded(cx, text)
}

fn from_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 0) {
        Value::Null => Ok(Value::Null),
        _ => expanded(cx, as_str(args, 0)?),
    }
}

/// `{namespace}local` or `local`.
fn expanded(cx: &mut Cx<'_>, text: Str) -> Result<Value, Throw> {
    if text.is_empty() {
        return Err(cx.throw_argument(Exc::Argument, "The value cannot be an empty string.", "expandedName"));
    }
    let view = cx.text(text);
    if view.get(0) != Some(u16::from(b'{')) {
        return checked(cx, text, Str::EMPTY);
    }
    let close = (0..view.len()).rev().find(|i| view.get(*i) == Some(u16::from(b'}')));
    match close {
        Some(close) if close > 1 && close + 1 < text.len() => {
            checked(cx, text.slice(close + 1, text.len()), text.slice(1, close))
        }
        _ => {
            let text = view.to_utf8().into_owned();
            Err(cx.throw(Exc::Argument, format_args!("'{text}' is an invalid expanded name.")))
        }
    }
}

fn get_parts(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let local = cx.string_arg(args, 0, "localName")?;
    let namespace = cx.string_arg(args, 1, "namespaceName")?;
    checked(cx, local, namespace)
}

fn checked(cx: &mut Cx<'_>, local: Str, namespace: Str) -> Result<Value, Throw> {
    check_name(cx, local)?;
    new_name(cx, local, namespace)
}

/// Refuses what is no `NCName`.
pub(super) fn check_name(cx: &mut Cx<'_>, local: Str) -> Result<(), Throw> {
    check(cx, local, false, "localName")
}

/// Refuses what is no `Name`, which may have colons.
pub(super) fn check_qualified(cx: &mut Cx<'_>, name: Str) -> Result<(), Throw> {
    check(cx, name, true, "name")
}

fn check(cx: &mut Cx<'_>, name: Str, colons: bool, parameter: &str) -> Result<(), Throw> {
    let text = cx.text(name);
    let wrong = text.units().enumerate().find(|(at, unit)| {
        let fits = if *at == 0 { is_name_start(*unit) } else { is_name_unit(*unit) };
        !fits || (!colons && *unit == u16::from(b':'))
    });
    match wrong {
        None if text.is_empty() => {
            Err(cx.throw_argument(Exc::Argument, "The value cannot be an empty string.", parameter))
        }
        None => Ok(()),
        Some((0, unit)) => {
            let (shown, hex) = show_unit(unit);
            let why = format!("Name cannot begin with the '{shown}' character, hexadecimal value {hex}.");
            Err(cx.throw(Exc::Xml, why))
        }
        Some((_, unit)) => {
            let (shown, hex) = show_unit(unit);
            let why = format!("The '{shown}' character, hexadecimal value {hex}, cannot be included in a name.");
            Err(cx.throw(Exc::Xml, why))
        }
    }
}

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.heap.native::<Name>(arg(args, 0)).and_then(|name| name.to_text(cx.heap));
    cx.string_buf(&text.unwrap_or_default())
}

fn equal(cx: &Cx<'_>, args: &[Value]) -> bool {
    let (a, b) = (arg(args, 0), arg(args, 1));
    a == b
        || same(cx.heap, a, b)
        || cx.heap.native::<Namespace>(a).and_then(|a| NetObject::equals(a, cx.heap, b)).unwrap_or(false)
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(equal(cx, args)))
}

fn differ(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(!equal(cx, args)))
}

fn hash(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let hash = crate::value::behaviour::hash(cx, arg(args, 0))?;
    Ok(Value::Int32((hash >> 32) as i32))
}

fn uri(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::String(cx.heap.native::<Namespace>(arg(args, 0)).map_or(Str::EMPTY, |namespace| namespace.0)))
}

fn get_namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let uri = cx.string_arg(args, 0, "namespaceName")?;
    new_namespace(cx, uri)
}

fn namespace_from_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 0) {
        Value::Null => Ok(Value::Null),
        _ => {
            let uri = as_str(args, 0)?;
            new_namespace(cx, uri)
        }
    }
}

/// `namespace + "local"`.
fn add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(Namespace(uri)) = cx.heap.native::<Namespace>(arg(args, 0)).copied() else {
        return Err(cx.argument_null("ns"));
    };
    let local = cx.string_arg(args, 1, "localName")?;
    checked(cx, local, uri)
}

/// A namespace object of a URI.
pub(super) fn namespace_of(cx: &mut Cx<'_>, uri: Str) -> Result<Value, Throw> {
    new_namespace(cx, uri)
}

/// The URI of a namespace object.
pub(super) fn uri_of(heap: &Heap, namespace: Value) -> Option<Str> {
    heap.native::<Namespace>(namespace).map(|namespace| namespace.0)
}
