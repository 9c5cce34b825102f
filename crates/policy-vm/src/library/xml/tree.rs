//! Nodes and attributes in the heap.

use std::hash::{BuildHasher, Hasher};

use super::names;
use crate::cx::{Cx, fault};
use crate::exception::Throw;
use crate::library::collections::ITEM;
use crate::types::{Known, TypeId};
use crate::value::heap::{Heap, NetObject};
use crate::value::text::{Str, TextBuf};
use crate::value::{Value, comparer};

/// A node or an attribute.
#[derive(Clone, Debug)]
pub(crate) struct XmlObject {
    /// The element or document it is in; null for none.
    pub(super) parent: Value,
    /// Where it was last seen among its parent's children: where to look first.
    pub(super) seen_at: u32,
    /// The `XmlNode` that shows it; null until one is wanted.
    pub(super) view: Value,
    /// What was hung on it by `AddAnnotation`.
    pub(super) annotations: Vec<Value>,
    pub(super) kind: Kind,
}

/// What it is.
#[derive(Clone, Debug)]
pub(super) enum Kind {
    Document {
        /// An `XDeclaration`; an `XmlDocument` has a node of its own for it.
        declaration: Value,
        children: Vec<Value>,
        /// `XmlDocument.PreserveWhitespace`.
        keeps_space: bool,
    },
    /// `XmlDocumentFragment`.
    Fragment {
        children: Vec<Value>,
    },
    /// `XmlDeclaration`: version, encoding and standalone.
    Declaration([Option<Str>; 3]),
    /// White space that an `XmlDocument` keeps apart from text.
    Space {
        text: Str,
        significant: bool,
    },
    Element {
        name: Value,
        attributes: Vec<Value>,
        children: Vec<Value>,
        /// True for `<a></a>`, which is not `IsEmpty`.
        filled: bool,
    },
    Attribute {
        name: Value,
        value: Str,
    },
    Text(Str),
    CData(Str),
    Comment(Str),
    Instruction {
        target: Str,
        data: Str,
    },
    DocumentType {
        name: Str,
        public: Option<Str>,
        system: Option<Str>,
        subset: Option<Str>,
    },
}

pub(super) static X_ELEMENT: Known = Known::new("System.Xml.Linq.XElement");
pub(super) static X_ATTRIBUTE: Known = Known::new("System.Xml.Linq.XAttribute");
pub(super) static X_NODE: Known = Known::new("System.Xml.Linq.XNode");
static X_DOCUMENT: Known = Known::new("System.Xml.Linq.XDocument");
static X_TEXT: Known = Known::new("System.Xml.Linq.XText");
static X_CDATA: Known = Known::new("System.Xml.Linq.XCData");
static X_COMMENT: Known = Known::new("System.Xml.Linq.XComment");
static X_INSTRUCTION: Known = Known::new("System.Xml.Linq.XProcessingInstruction");
static X_DOCUMENT_TYPE: Known = Known::new("System.Xml.Linq.XDocumentType");

impl NetObject for XmlObject {
    fn net_type(&self) -> TypeId {
        match self.kind {
            // Only `XmlDocument` has fragments, and declarations and white space as nodes, and shows them by its own types.
            Kind::Document { .. } | Kind::Fragment { .. } => &X_DOCUMENT,
            Kind::Element { .. } => &X_ELEMENT,
            Kind::Attribute { .. } => &X_ATTRIBUTE,
            Kind::Text(_) | Kind::Space { .. } => &X_TEXT,
            Kind::CData(_) => &X_CDATA,
            Kind::Comment(_) => &X_COMMENT,
            Kind::Instruction { .. } | Kind::Declaration(_) => &X_INSTRUCTION,
            Kind::DocumentType { .. } => &X_DOCUMENT_TYPE,
        }
        .id()
    }
    /// What cannot be written (a character that XML has no form for) is left out here; `XNode.ToString` throws.
    fn to_text(&self, heap: &Heap) -> Option<TextBuf> {
        Some(super::writer::object_text(heap, self))
    }
}

impl Kind {
    /// A document without content.
    pub(super) const fn document(declaration: Value) -> Self {
        Self::Document { declaration, children: Vec::new(), keeps_space: false }
    }

    pub(super) fn children(&self) -> &[Value] {
        match self {
            Self::Document { children, .. } | Self::Fragment { children } | Self::Element { children, .. } => children,
            _ => &[],
        }
    }
}

/// A new node without parent.
pub(super) fn new(cx: &mut Cx<'_>, kind: Kind) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(XmlObject {
        parent: Value::Null,
        seen_at: 0,
        view: Value::Null,
        annotations: Vec::new(),
        kind,
    })?)
}

/// The node behind a value.
pub(super) fn get<'h>(cx: &'h Cx<'_>, node: Value) -> Result<&'h XmlObject, Throw> {
    cx.heap.native::<XmlObject>(node).ok_or(fault("an XML node was expected"))
}

/// The node behind a value, to be changed.
pub(super) fn get_mut<'h>(cx: &'h mut Cx<'_>, node: Value) -> Result<&'h mut XmlObject, Throw> {
    cx.heap.native_mut::<XmlObject>(node).ok_or(fault("an XML node was expected"))
}

pub(super) fn parent(cx: &Cx<'_>, node: Value) -> Value {
    cx.heap.native::<XmlObject>(node).map_or(Value::Null, |object| object.parent)
}

pub(super) fn children(heap: &Heap, node: Value) -> &[Value] {
    heap.native::<XmlObject>(node).map(|object| object.kind.children()).unwrap_or_default()
}

pub(super) fn children_mut<'h>(cx: &'h mut Cx<'_>, node: Value) -> Option<&'h mut Vec<Value>> {
    match &mut cx.heap.native_mut::<XmlObject>(node)?.kind {
        Kind::Document { children, .. } | Kind::Fragment { children } | Kind::Element { children, .. } => {
            Some(children)
        }
        _ => None,
    }
}

pub(super) fn attributes(heap: &Heap, node: Value) -> &[Value] {
    match heap.native::<XmlObject>(node).map(|object| &object.kind) {
        Some(Kind::Element { attributes, .. }) => attributes,
        _ => &[],
    }
}

pub(super) fn attributes_mut<'h>(cx: &'h mut Cx<'_>, node: Value) -> Option<&'h mut Vec<Value>> {
    match &mut cx.heap.native_mut::<XmlObject>(node)?.kind {
        Kind::Element { attributes, .. } => Some(attributes),
        _ => None,
    }
}

/// The name of an element or attribute, an `XName`.
pub(super) fn name(heap: &Heap, node: Value) -> Value {
    match heap.native::<XmlObject>(node).map(|object| &object.kind) {
        Some(Kind::Element { name, .. } | Kind::Attribute { name, .. }) => *name,
        _ => Value::Null,
    }
}

pub(super) fn is_element(heap: &Heap, node: Value) -> bool {
    matches!(heap.native::<XmlObject>(node), Some(XmlObject { kind: Kind::Element { .. }, .. }))
}

pub(super) fn is_document(heap: &Heap, node: Value) -> bool {
    matches!(heap.native::<XmlObject>(node), Some(XmlObject { kind: Kind::Document { .. }, .. }))
}

pub(super) fn is_attribute(heap: &Heap, node: Value) -> bool {
    matches!(heap.native::<XmlObject>(node), Some(XmlObject { kind: Kind::Attribute { .. }, .. }))
}

/// The place of a node among its parent's children.
pub(super) fn place(cx: &mut Cx<'_>, node: Value) -> Result<Option<(Value, usize)>, Throw> {
    let parent = parent(cx, node);
    let hint = cx.heap.native::<XmlObject>(node).map_or(0, |object| object.seen_at as usize);
    if children(cx.heap, parent).get(hint) == Some(&node) {
        cx.charge(1)?;
        return Ok(Some((parent, hint)));
    }
    let place = children(cx.heap, parent).iter().position(|child| *child == node);
    cx.charge(place.unwrap_or(0) / 16 + 1)?;
    seen(cx, node, place.unwrap_or(0));
    Ok(place.map(|place| (parent, place)))
}

fn seen(cx: &mut Cx<'_>, node: Value, place: usize) {
    if let Some(object) = cx.heap.native_mut::<XmlObject>(node) {
        object.seen_at = u32::try_from(place).unwrap_or(u32::MAX);
    }
}

/// The node that stands so many places behind another; null for none. Who goes from one to the next looks for the place
/// of the first alone.
pub(super) fn sibling(cx: &mut Cx<'_>, node: Value, step: isize) -> Result<Value, Throw> {
    let Some((parent, at)) = place(cx, node)? else { return Ok(Value::Null) };
    let Some(at) = at.checked_add_signed(step) else { return Ok(Value::Null) };
    let Some(sibling) = children(cx.heap, parent).get(at).copied() else { return Ok(Value::Null) };
    seen(cx, sibling, at);
    Ok(sibling)
}

/// The attribute of a name.
pub(super) fn attribute(heap: &Heap, element: Value, wanted: Value) -> Option<Value> {
    attributes(heap, element).iter().copied().find(|a| names::same(heap, name(heap, *a), wanted))
}

/// The value of an attribute.
pub(super) fn attribute_value(heap: &Heap, attribute: Value) -> Str {
    match heap.native::<XmlObject>(attribute).map(|object| &object.kind) {
        Some(Kind::Attribute { value, .. }) => *value,
        _ => Str::EMPTY,
    }
}

/// `XElement.Value`: all text below, joined.
pub(super) fn text_of(cx: &mut Cx<'_>, node: Value) -> Result<Str, Throw> {
    let mut parts = Vec::new();
    let mut stack = vec![(node, 0)];
    while let Some((at, index)) = stack.last_mut() {
        let Some(child) = children(cx.heap, *at).get(*index).copied() else {
            stack.pop();
            continue;
        };
        *index += 1;
        match &get(cx, child)?.kind {
            Kind::Text(text) | Kind::CData(text) | Kind::Space { text, .. } => parts.push(*text),
            Kind::Element { .. } => stack.push((child, 0)),
            _ => {}
        }
        cx.charge(1)?;
    }
    Ok(cx.heap.concat(&parts)?)
}

/// A copy without parent, with all that is below.
pub(super) fn deep_clone(cx: &mut Cx<'_>, node: Value) -> Result<Value, Throw> {
    let copy = shallow_clone(cx, node)?;
    let mut work = vec![(node, copy)];
    while let Some((from, to)) = work.pop() {
        let below = children(cx.heap, from).to_vec();
        cx.charge(below.len() + 1)?;
        cx.heap.charge(below.len() * ITEM)?;
        let mut copies = Vec::with_capacity(below.len());
        for child in below {
            let copy = shallow_clone(cx, child)?;
            get_mut(cx, copy)?.parent = to;
            copies.push(copy);
            work.push((child, copy));
        }
        if let Some(children) = children_mut(cx, to) {
            *children = copies;
        }
    }
    Ok(copy)
}

fn shallow_clone(cx: &mut Cx<'_>, node: Value) -> Result<Value, Throw> {
    let mut kind = get(cx, node)?.kind.clone();
    let mut old = Vec::new();
    match &mut kind {
        Kind::Element { children, attributes, .. } => {
            children.clear();
            old = std::mem::take(attributes);
        }
        Kind::Document { children, .. } | Kind::Fragment { children } => children.clear(),
        _ => {}
    }
    let copy = new(cx, kind)?;
    for attribute in old {
        let kind = get(cx, attribute)?.kind.clone();
        let attribute = new(cx, kind)?;
        get_mut(cx, attribute)?.parent = copy;
        if let Some(attributes) = attributes_mut(cx, copy) {
            attributes.push(attribute);
        }
    }
    Ok(copy)
}

/// `XNode.DeepEquals`: adjacent texts count as one, attributes in order, comments and instructions as well.
pub(crate) fn trees_equal(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<bool, Throw> {
    if a.is_null() || b.is_null() {
        return Ok(a == b);
    }
    let mut work = vec![(a, b)];
    while let Some((a, b)) = work.pop() {
        cx.charge(1)?;
        if a == b {
            continue;
        }
        if !nodes_equal(cx, a, b)? {
            return Ok(false);
        }
        let (left, right) = (merged(cx, a)?, merged(cx, b)?);
        if left.len() != right.len() {
            return Ok(false);
        }
        for (a, b) in left.into_iter().zip(right) {
            match (a, b) {
                (Part::Node(a), Part::Node(b)) => work.push((a, b)),
                (Part::Text(a), Part::Text(b)) if cx.text(a).equals(cx.text(b)) => {}
                _ => return Ok(false),
            }
        }
    }
    Ok(true)
}

enum Part {
    Node(Value),
    Text(Str),
}

/// The children with adjacent texts joined.
fn merged(cx: &mut Cx<'_>, node: Value) -> Result<Vec<Part>, Throw> {
    let mut parts = Vec::new();
    for child in children(cx.heap, node).to_vec() {
        cx.charge(1)?;
        match (&get(cx, child)?.kind, parts.last()) {
            (Kind::Text(text), Some(Part::Text(before))) => {
                let joined = [*before, *text];
                parts.pop();
                parts.push(Part::Text(cx.heap.concat(&joined)?));
            }
            (Kind::Text(text), _) if text.is_empty() => {}
            (Kind::Text(text), _) => parts.push(Part::Text(*text)),
            _ => parts.push(Part::Node(child)),
        }
    }
    Ok(parts)
}

fn nodes_equal(cx: &mut Cx<'_>, a: Value, b: Value) -> Result<bool, Throw> {
    let heap = &*cx.heap;
    let equal = |a: Str, b: Str| heap.text(a).equals(heap.text(b));
    let same = |a: Option<Str>, b: Option<Str>| match (a, b) {
        (Some(a), Some(b)) => equal(a, b),
        (a, b) => a.is_none() == b.is_none(),
    };
    Ok(match (&get(cx, a)?.kind, &get(cx, b)?.kind) {
        (Kind::Document { .. }, Kind::Document { .. }) => true,
        (
            Kind::Element { name: m, attributes: p, filled: f, children: c },
            Kind::Element { name: n, attributes: q, filled: g, children: d },
        ) => {
            let attribute = |a: &Value, b: &Value| {
                names::same(heap, name(heap, *a), name(heap, *b))
                    && equal(attribute_value(heap, *a), attribute_value(heap, *b))
            };
            names::same(heap, *m, *n)
                && (*f || !c.is_empty()) == (*g || !d.is_empty())
                && p.len() == q.len()
                && p.iter().zip(q).all(|(a, b)| attribute(a, b))
        }
        (Kind::Text(a), Kind::Text(b)) | (Kind::CData(a), Kind::CData(b)) | (Kind::Comment(a), Kind::Comment(b)) => {
            equal(*a, *b)
        }
        (Kind::Instruction { target: a, data: b }, Kind::Instruction { target: c, data: d }) => {
            equal(*a, *c) && equal(*b, *d)
        }
        (
            Kind::DocumentType { name: a, public: b, system: c, subset: d },
            Kind::DocumentType { name: e, public: f, system: g, subset: h },
        ) => equal(*a, *e) && same(*b, *f) && same(*c, *g) && same(*d, *h),
        _ => false,
    })
}

/// A hash that equal trees share: that of the root's name or text alone.
pub(crate) fn tree_hash(cx: &mut Cx<'_>, node: Value) -> Result<u64, Throw> {
    let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
    let text = match &get(cx, node)?.kind {
        Kind::Element { name, .. } => names::parts(cx.heap, *name).0,
        Kind::CData(text) | Kind::Comment(text) => *text,
        _ => Str::EMPTY,
    };
    hasher.write_u64(comparer::hash_string(cx.heap, comparer::ComparerKind::Ordinal, text));
    Ok(hasher.finish())
}
