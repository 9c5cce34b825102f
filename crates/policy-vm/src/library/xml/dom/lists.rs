//! `System.Xml.XmlNodeList`: the children of a node as they are, or what was found, as it was then.

use super::{X_LIST, document_of, new_view};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::Throw;
use crate::library::collections::dispatch::{Collection, READ_ONLY};
use crate::library::collections::int;
use crate::library::xml::tree::{self, children};
use crate::library::{TypeDef, method, property};
use crate::types::TypeId;
use crate::value::Value;
use crate::value::heap::{Heap, NetObject};
use crate::value::sequence::{Enumerator, Iter};
use crate::value::text::TextBuf;

pub(in crate::library::xml) const NODE_LIST: TypeDef =
    TypeDef::class("System.Xml.XmlNodeList").interfaces(&["System.Collections.IEnumerable"]).members(&[
        property("int Count { get; }", list_count),
        property("XmlNode this[int i] { get; }", list_item),
        method("XmlNode Item(int index)", list_item),
    ]);

/// An `XmlNodeList` or an `XmlAttributeCollection`: a snapshot.
#[derive(Debug)]
pub(super) struct Nodes {
    pub(super) ty: TypeId,
    pub(super) items: Vec<Value>,
    /// The element whose attributes these are.
    pub(super) owner: Value,
    /// The document of that element.
    pub(super) document: Value,
    /// What .NET calls a list of this kind.
    pub(super) class: &'static str,
}

impl NetObject for Nodes {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(TextBuf::from(self.class))
    }
    fn iterate(&self, this: Value) -> Option<Iter> {
        Some(Iter::held(this))
    }
    fn items(&self) -> &[Value] {
        &self.items
    }
    fn collection(&self) -> Option<&'static Collection> {
        static COLLECTION: Collection = READ_ONLY;
        Some(&COLLECTION)
    }
}

/// Nodes of the document that the receiver belongs to.
pub(super) fn list(
    cx: &mut Cx<'_>,
    args: &[Value],
    ty: TypeId,
    class: &'static str,
    nodes: &[Value],
) -> Result<Value, Throw> {
    let document = document_of(cx, args)?;
    let mut items = Vec::with_capacity(nodes.len());
    for node in nodes {
        items.push(new_view(cx, document, *node)?);
    }
    Ok(cx.heap.new_native(Nodes { ty, items, owner: Value::Null, document: Value::Null, class })?)
}

/// The children of a node as they are when somebody looks: nothing is copied for one of them.
#[derive(Debug)]
pub(super) struct ChildNodes {
    pub(super) of: Value,
    /// The document, as a node of the tree.
    pub(super) owner: Value,
}

impl NetObject for ChildNodes {
    fn net_type(&self) -> TypeId {
        X_LIST.id()
    }
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(TextBuf::from("System.Xml.XmlChildNodes"))
    }
    fn iterate(&self, _: Value) -> Option<Iter> {
        Some(Iter::Lazy(Box::new(EachChild { of: self.of, owner: self.owner, at: None })))
    }
}

#[derive(Debug)]
struct EachChild {
    of: Value,
    owner: Value,
    /// The child given last; from it on goes the way, as in .NET: one that is taken out leads nowhere.
    at: Option<Value>,
}

impl Enumerator for EachChild {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let child = match self.at {
            None => children(cx.heap, self.of).first().copied().unwrap_or(Value::Null),
            Some(Value::Null) => Value::Null,
            Some(at) => tree::sibling(cx, at, 1)?,
        };
        self.at = Some(child);
        if child.is_null() { Ok(None) } else { new_view(cx, self.owner, child).map(Some) }
    }
}

pub(super) fn nodes<'h>(cx: &'h Cx<'_>, args: &[Value]) -> Result<&'h Nodes, Throw> {
    cx.heap.native::<Nodes>(arg(args, 0)).ok_or(fault("a list of nodes was expected"))
}

pub(super) fn list_count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(ChildNodes { of, .. }) = cx.heap.native(arg(args, 0)) {
        return Ok(int(children(cx.heap, *of).len()));
    }
    Ok(int(nodes(cx, args)?.items.len()))
}

/// Null beyond the end.
pub(super) fn list_item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let index = usize::try_from(as_i32(args, 1)?).unwrap_or(usize::MAX);
    if let Some(ChildNodes { of, owner }) = cx.heap.native(arg(args, 0)) {
        let (child, owner) = (children(cx.heap, *of).get(index).copied().unwrap_or(Value::Null), *owner);
        return new_view(cx, owner, child);
    }
    Ok(nodes(cx, args)?.items.get(index).copied().unwrap_or(Value::Null))
}
