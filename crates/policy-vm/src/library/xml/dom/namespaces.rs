//! `System.Xml.XmlNamespaceManager`: the prefixes that an XPath may use.

use super::text_arg;
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::xml::names::{self, XMLNS};
use crate::library::{TypeDef, constructor, method, property};
use crate::types::Known;
use crate::value::Value;

pub(in crate::library::xml) const NAMESPACES: TypeDef = TypeDef::class("System.Xml.XmlNamespaceManager").members(&[
    constructor("XmlNamespaceManager(XmlNameTable nameTable)", new_manager),
    property("string DefaultNamespace { get; }", |cx, args| {
        let none = cx.string("")?;
        lookup_namespace(cx, &[arg(args, 0), none]).map(|found| if found.is_null() { none } else { found })
    }),
    method("void AddNamespace(string prefix, string uri)", add_namespace),
    method("bool HasNamespace(string prefix)", |cx, args| {
        let found = lookup_namespace(cx, args)?;
        Ok(Value::Bool(!found.is_null() && !text_arg(cx, args, 1).starts_with("xml")))
    }),
    method("string LookupNamespace(string prefix)", lookup_namespace),
    method("string LookupPrefix(string uri)", lookup_prefix),
    method("void RemoveNamespace(string prefix, string uri)", remove_namespace),
]);

#[derive(Debug)]
pub(super) struct Manager {
    pub(super) prefixes: Vec<(String, String)>,
}

static X_MANAGER: Known = Known::new("System.Xml.XmlNamespaceManager");
crate::net_object!(Manager, X_MANAGER);

fn new_manager(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(Manager { prefixes: Vec::new() })?)
}

fn add_namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (prefix, uri) = (text_arg(cx, args, 1), text_arg(cx, args, 2));
    cx.heap.charge(prefix.len() + uri.len())?;
    if let Some(manager) = cx.heap.native_mut::<Manager>(arg(args, 0)) {
        manager.prefixes.insert(0, (prefix, uri));
    }
    Ok(Value::Null)
}

fn lookup_namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let wanted = text_arg(cx, args, 1);
    let manager = cx.heap.native::<Manager>(arg(args, 0));
    let found =
        manager.and_then(|m| m.prefixes.iter().find(|(prefix, _)| *prefix == wanted)).map(|(_, uri)| uri.clone());
    let fixed = match wanted.as_str() {
        "xml" => Some(names::XML.to_owned()),
        "xmlns" => Some(XMLNS.to_owned()),
        "" => Some(String::new()),
        _ => None,
    };
    found.or(fixed).map_or(Ok(Value::Null), |uri| cx.string(&uri))
}

fn lookup_prefix(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let wanted = text_arg(cx, args, 1);
    let manager = cx.heap.native::<Manager>(arg(args, 0));
    let found =
        manager.and_then(|m| m.prefixes.iter().find(|(_, uri)| *uri == wanted)).map(|(prefix, _)| prefix.clone());
    let fixed = match wanted.as_str() {
        names::XML => Some("xml".to_owned()),
        XMLNS => Some("xmlns".to_owned()),
        "" => Some(String::new()),
        _ => None,
    };
    found.or(fixed).map_or(Ok(Value::Null), |prefix| cx.string(&prefix))
}

fn remove_namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (prefix, uri) = (text_arg(cx, args, 1), text_arg(cx, args, 2));
    if let Some(manager) = cx.heap.native_mut::<Manager>(arg(args, 0)) {
        manager.prefixes.retain(|known| *known != (prefix.clone(), uri.clone()));
    }
    Ok(Value::Null)
}
