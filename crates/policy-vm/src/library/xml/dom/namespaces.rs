//! `System.Xml.XmlNamespaceManager`: the prefixes that an XPath may use, and the tables of names that .NET wants for one.

use super::text_arg;
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::collections::dictionary;
use crate::library::xml::names::{self, XMLNS};
use crate::library::{TypeDef, constructor, method, property};
use crate::types::{Known, TypeId};
use crate::value::Value;

pub(in crate::library::xml) const NAMESPACES: TypeDef =
    TypeDef::class("System.Xml.XmlNamespaceManager").interfaces(&["System.Xml.IXmlNamespaceResolver"]).members(&[
        constructor("XmlNamespaceManager(XmlNameTable nameTable)", new_manager),
        property("string DefaultNamespace { get; }", |cx, args| {
            let none = cx.string("")?;
            lookup_namespace(cx, &[arg(args, 0), none]).map(|found| if found.is_null() { none } else { found })
        }),
        property("XmlNameTable NameTable { get; }", |cx, args| {
            Ok(cx.heap.native::<Manager>(arg(args, 0)).map_or(Value::Null, |manager| manager.names))
        }),
        method("void AddNamespace(string prefix, string uri)", add_namespace),
        method("IDictionary<string, string> GetNamespacesInScope(XmlNamespaceScope scope)", in_scope),
        method("bool HasNamespace(string prefix)", has_namespace),
        method("string LookupNamespace(string prefix)", lookup_namespace),
        method("string LookupPrefix(string uri)", lookup_prefix),
        method("bool PopScope()", pop_scope),
        method("void PushScope()", |cx, args| {
            if let Some(manager) = cx.heap.native_mut::<Manager>(arg(args, 0)) {
                manager.depth += 1;
            }
            Ok(Value::Null)
        }),
        method("void RemoveNamespace(string prefix, string uri)", remove_namespace),
    ]);

/// What knows prefixes.
pub(in crate::library::xml) const RESOLVER: TypeDef =
    TypeDef::interface("System.Xml.IXmlNamespaceResolver").members(&[
        method("IDictionary<string, string> GetNamespacesInScope(XmlNamespaceScope scope)", in_scope),
        method("string LookupNamespace(string prefix)", lookup_namespace),
        method("string LookupPrefix(string namespaceName)", lookup_prefix),
    ]);

pub(in crate::library::xml) const SCOPE: TypeDef =
    TypeDef::enumeration("System.Xml.XmlNamespaceScope", &[("All", 0), ("ExcludeXml", 1), ("Local", 2)]);

/// Names are compared as they are here; a table of them is what it was made to be, and no more.
pub(in crate::library::xml) const NAME_TABLE: TypeDef = TypeDef::class("System.Xml.XmlNameTable").members(&[
    method("string Add(string array)", |cx, args| {
        let name = cx.string_arg(args, 1, "key")?;
        let known = find(cx, args, name)?;
        if let Some(known) = known {
            return Ok(known);
        }
        cx.heap.charge(crate::library::collections::ITEM)?;
        if let Some(table) = cx.heap.native_mut::<Names>(arg(args, 0)) {
            table.known.push(Value::String(name));
        }
        Ok(Value::String(name))
    }),
    method("string Get(string array)", |cx, args| {
        let name = cx.string_arg(args, 1, "value")?;
        Ok(find(cx, args, name)?.unwrap_or(Value::Null))
    }),
]);

pub(in crate::library::xml) const PLAIN_NAME_TABLE: TypeDef = TypeDef::class("System.Xml.NameTable")
    .base("System.Xml.XmlNameTable")
    .members(&[constructor("NameTable()", |cx, _| new_names(cx))]);

static X_MANAGER: Known = Known::new("System.Xml.XmlNamespaceManager");
static X_NAMES: Known = Known::new("System.Xml.NameTable");

#[derive(Debug)]
struct Names {
    known: Vec<Value>,
}
crate::net_object!(Names, X_NAMES);

fn new_names(cx: &mut Cx<'_>) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Names { known: Vec::new() })?)
}

/// `XmlDocument.NameTable`.
pub(super) fn name_table(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    new_names(cx)
}

fn find(cx: &mut Cx<'_>, args: &[Value], name: crate::value::text::Str) -> Result<Option<Value>, Throw> {
    let Some(table) = cx.heap.native::<Names>(arg(args, 0)) else { return Err(fault("a NameTable was expected")) };
    let same = |known: &&Value| matches!(known, Value::String(known) if cx.text(*known).equals(cx.text(name)));
    let (found, steps) = (table.known.iter().find(same).copied(), table.known.len() / 8 + 1);
    cx.charge(steps)?;
    Ok(found)
}

/// A prefix and what it stands for.
#[derive(Clone, Debug)]
struct Declared {
    prefix: String,
    /// `None` once it has been removed: it hides what is declared further out.
    uri: Option<String>,
    /// How many scopes were open.
    depth: usize,
}

#[derive(Debug)]
pub(super) struct Manager {
    names: Value,
    /// The innermost last.
    declared: Vec<Declared>,
    depth: usize,
}

crate::net_object!(Manager, X_MANAGER);

impl Manager {
    /// Prefixes and what they stand for, for an XPath.
    pub(super) fn prefixes(&self) -> Vec<(String, String)> {
        let innermost =
            |at: usize, prefix: &str| !self.declared.iter().skip(at + 1).any(|inner| inner.prefix == prefix);
        let all = self.declared.iter().enumerate().filter(|(at, known)| innermost(*at, &known.prefix));
        all.filter_map(|(_, known)| Some((known.prefix.clone(), known.uri.clone()?))).collect()
    }

    fn uri_of(&self, prefix: &str) -> Option<&str> {
        let found = self.declared.iter().rev().find(|known| known.prefix == prefix);
        match (found, prefix) {
            (Some(known), _) => known.uri.as_deref(),
            (None, "xml") => Some(names::XML),
            (None, "xmlns") => Some(XMLNS),
            (None, "") => Some(""),
            (None, _) => None,
        }
    }
}

/// The prefixes of a manager; `None` for null.
pub(in crate::library::xml) fn prefixes_of(
    heap: &crate::value::heap::Heap,
    manager: Value,
) -> Option<Vec<(String, String)>> {
    heap.native::<Manager>(manager).map(Manager::prefixes)
}

fn manager<'h>(cx: &'h Cx<'_>, args: &[Value]) -> Result<&'h Manager, Throw> {
    cx.heap.native::<Manager>(arg(args, 0)).ok_or(fault("an XmlNamespaceManager was expected"))
}

fn new_manager(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Manager { names: arg(args, 0), declared: Vec::new(), depth: 0 })?)
}

fn add_namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(uri) = cx.string_opt(args, 2) else { return Err(cx.argument_null("uri")) };
    let Some(prefix) = cx.string_opt(args, 1) else { return Err(cx.argument_null("prefix")) };
    let (prefix, uri) = (cx.text(prefix).to_utf8().into_owned(), cx.text(uri).to_utf8().into_owned());
    let mistake = match (prefix.as_str(), uri.as_str()) {
        ("xml", names::XML) => None,
        ("xml", _) => Some(
            "Prefix \"xml\" is reserved for use by XML and can be mapped only to namespace name \"http://www.w3.org/XML/1998/namespace\".",
        ),
        ("xmlns", _) => Some("Prefix \"xmlns\" is reserved for use by XML."),
        _ => None,
    };
    if let Some(why) = mistake {
        return Err(cx.throw(Exc::Argument, why));
    }
    cx.heap.charge(prefix.len() + uri.len() + 64)?;
    cx.charge(1)?;
    if let Some(manager) = cx.heap.native_mut::<Manager>(arg(args, 0)) {
        let depth = manager.depth;
        let same = |known: &&mut Declared| known.depth == depth && known.prefix == prefix;
        match manager.declared.iter_mut().rev().find(same) {
            Some(known) => known.uri = Some(uri),
            None => manager.declared.push(Declared { prefix, uri: Some(uri), depth }),
        }
    }
    Ok(Value::Null)
}

fn has_namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let wanted = text_arg(cx, args, 1);
    let known = manager(cx, args)?.declared.iter().rev().find(|known| known.prefix == wanted);
    Ok(Value::Bool(known.is_some_and(|known| known.uri.is_some())))
}

fn lookup_namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Ok(Value::Null);
    }
    let wanted = text_arg(cx, args, 1);
    let found = manager(cx, args)?.uri_of(&wanted).map(str::to_owned);
    found.map_or(Ok(Value::Null), |uri| cx.string(&uri))
}

fn lookup_prefix(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let wanted = text_arg(cx, args, 1);
    let this = manager(cx, args)?;
    let known = this.declared.iter().rev().filter(|known| known.uri.as_deref() == Some(&wanted));
    // A prefix that stands for something else further in is not it.
    let mut known = known.filter(|known| this.uri_of(&known.prefix) == Some(&wanted));
    let found = known.next().map(|known| known.prefix.clone()).or(match wanted.as_str() {
        names::XML => Some("xml".to_owned()),
        XMLNS => Some("xmlns".to_owned()),
        "" if this.uri_of("") == Some("") => Some(String::new()),
        _ => None,
    });
    found.map_or(Ok(Value::Null), |prefix| cx.string(&prefix))
}

fn remove_namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    for (index, name) in [(2, "uri"), (1, "prefix")] {
        if arg(args, index).is_null() {
            return Err(cx.argument_null(name));
        }
    }
    let (prefix, uri) = (text_arg(cx, args, 1), text_arg(cx, args, 2));
    if let Some(manager) = cx.heap.native_mut::<Manager>(arg(args, 0)) {
        let depth = manager.depth;
        let found = manager.declared.iter_mut().rev().find(|known| known.prefix == prefix);
        if let Some(known) = found.filter(|known| known.depth == depth && known.uri.as_deref() == Some(&*uri)) {
            known.uri = None;
        }
    }
    Ok(Value::Null)
}

/// What was declared since the last `PushScope` goes; false if there was none.
fn pop_scope(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(manager) = cx.heap.native_mut::<Manager>(arg(args, 0)) else { return Ok(Value::Null) };
    let Some(outer) = manager.depth.checked_sub(1) else { return Ok(Value::Bool(false)) };
    manager.declared.retain(|known| known.depth <= outer);
    manager.depth = outer;
    Ok(Value::Bool(true))
}

/// `GetNamespacesInScope`: all of them, all but `xml`, or those of the innermost scope.
fn in_scope(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let which = match arg(args, 1) {
        Value::Enum(_, number) => number,
        _ => 0,
    };
    let this = manager(cx, args)?;
    let mut found: Vec<(String, String)> = Vec::new();
    if which == 0 {
        found.push(("xml".to_owned(), names::XML.to_owned()));
    }
    let inner = this.declared.iter().filter(|known| which != 2 || known.depth == this.depth);
    for known in inner.cloned().collect::<Vec<_>>() {
        cx.charge(1 + found.len() / 8)?;
        found.retain(|(prefix, _)| *prefix != known.prefix);
        // What stands for nothing is said only where it is declared.
        let said = known.uri.filter(|uri| !uri.is_empty() || !known.prefix.is_empty() || which == 2);
        found.extend(said.map(|uri| (known.prefix, uri)));
    }
    let made = dictionary::new_dictionary(cx, TypeId::STRING, TypeId::STRING, Value::Null)?;
    for (prefix, uri) in found {
        let (prefix, uri) = (cx.string(&prefix)?, cx.string(&uri)?);
        dictionary::insert_new(cx, made, prefix, uri)?;
    }
    Ok(made)
}
