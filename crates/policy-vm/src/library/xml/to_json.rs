//! JSON of XML nodes, as Newtonsoft.Json's `XmlNodeConverter` writes it: attributes are `@name`, text beside other content
//! `#text`, siblings of the same name an array.

use super::leaves;
use super::names::{self, XMLNS};
use super::tree::{self, Kind};
use crate::cx::Cx;
use crate::exception::{Throw, Trap};
use crate::library::json;
use crate::value::Value;
use crate::value::text::{Str, TextBuf, TextRef};

/// Attributes of this namespace steer the conversion (`json:Array`) and are not written.
const JSON: &str = "http://james.newtonking.com/projects/json";
/// Nesting that is followed.
const MAX_DEPTH: usize = 200;

/// The compact JSON of a node that an expression has as `XObject` or `XmlNode`; `None` for other values.
///
/// # Errors
/// When a budget is exhausted.
pub(in crate::library) fn text_of(cx: &mut Cx<'_>, value: Value) -> Result<Option<TextBuf>, Throw> {
    let node = match super::dom::node_of(cx.heap, value) {
        Some(node) => node,
        None if cx.heap.native::<tree::XmlObject>(value).is_some() => value,
        None => return Ok(None),
    };
    let mut writer = Writer { out: TextBuf::with_capacity(128), scope: Vec::new(), depth: 0, comment: (0, None) };
    writer.outer_scope(cx, node);
    writer.out.push_str("{");
    writer.node(cx, node, true)?;
    writer.out.push_str("}");
    Ok(Some(writer.out))
}

struct Writer {
    out: TextBuf,
    /// Prefixes in scope with their namespaces, the innermost last.
    scope: Vec<(Str, Str)>,
    depth: usize,
    /// Where the last comment ends, and the unit before it: comments count for nothing when commas are set.
    comment: (usize, Option<u16>),
}

impl Writer {
    /// Prefixes that ancestors of the first node declare.
    fn outer_scope(&mut self, cx: &Cx<'_>, node: Value) {
        let mut ancestors = Vec::new();
        let mut at = tree::parent(cx, node);
        while !at.is_null() {
            ancestors.push(at);
            at = tree::parent(cx, at);
        }
        for ancestor in ancestors.into_iter().rev() {
            self.declare(cx, ancestor);
        }
    }

    fn declare(&mut self, cx: &Cx<'_>, element: Value) {
        for attribute in tree::attributes(cx.heap, element) {
            let (prefix, namespace) = names::parts(cx.heap, tree::name(cx.heap, *attribute));
            if same(cx, namespace, XMLNS) {
                self.scope.push((prefix, tree::attribute_value(cx.heap, *attribute)));
            }
        }
    }

    fn node(&mut self, cx: &mut Cx<'_>, node: Value, named: bool) -> Result<(), Throw> {
        if self.depth > MAX_DEPTH {
            return Err(Trap::Depth.into());
        }
        cx.charge(1)?;
        self.depth += 1;
        match tree::get(cx, node)?.kind.clone() {
            Kind::Document { declaration, children, .. } => {
                if let Some(parts) = leaves::declaration_parts(cx.heap, declaration) {
                    self.declaration(cx, parts)?;
                }
                self.grouped(cx, &children, named)?;
            }
            Kind::Element { attributes, children, filled, .. } => {
                self.element(cx, node, (&attributes, &children, filled), named)?;
            }
            Kind::Attribute { value, .. } => {
                let (_, namespace) = names::parts(cx.heap, tree::name(cx.heap, node));
                let steering = same(cx, namespace, XMLNS) && same(cx, value, JSON) || same(cx, namespace, JSON);
                if !steering {
                    self.leaf(cx, node, value, named)?;
                }
            }
            Kind::Fragment { children } => self.grouped(cx, &children, named)?,
            Kind::Declaration(parts) => self.declaration(cx, parts)?,
            Kind::Text(text) | Kind::CData(text) | Kind::Space { text, .. } => self.leaf(cx, node, text, named)?,
            Kind::Instruction { data, .. } => self.leaf(cx, node, data, named)?,
            Kind::Comment(text) => {
                if named {
                    let before = self.last();
                    self.out.push_str("/*");
                    self.out.push_text(cx.text(text));
                    self.out.push_str("*/");
                    self.comment = (self.out.as_text().len(), before);
                }
            }
            Kind::DocumentType { name, public, system, subset } => {
                self.name(cx, node)?;
                let parts = [("name", Some(name)), ("public", public), ("system", system), ("internalSubset", subset)];
                self.parts(cx, parts);
            }
        }
        self.depth -= 1;
        Ok(())
    }

    fn element(
        &mut self,
        cx: &mut Cx<'_>,
        element: Value,
        (attributes, children, filled): (&[Value], &[Value], bool),
        named: bool,
    ) -> Result<(), Throw> {
        let local = names::parts(cx.heap, tree::name(cx.heap, element)).0;
        let alike = |child: &Value| {
            tree::is_element(cx.heap, *child)
                && cx.text(names::parts(cx.heap, tree::name(cx.heap, *child)).0).equals(cx.text(local))
        };
        if self.is_array(cx, element) && !children.is_empty() && children.iter().all(alike) {
            return self.grouped(cx, children, false);
        }
        let outside = self.scope.len();
        self.declare(cx, element);
        if named {
            self.name(cx, element)?;
        } else {
            self.comma();
        }
        let implied = implied_namespace(cx, element);
        let plain = !attributes.iter().any(|attribute| !self.is_steering(cx, *attribute)) && implied.is_none();
        match children {
            [only] if plain && matches!(tree::get(cx, *only)?.kind, Kind::Text(_)) => {
                if let Kind::Text(text) = tree::get(cx, *only)?.kind {
                    json::push_quoted(cx.text(text), &mut self.out);
                }
            }
            [] if attributes.is_empty() && implied.is_none() => {
                self.out.push_str(if filled { "\"\"" } else { "null" });
            }
            _ => {
                self.out.push_str("{");
                if let Some(namespace) = implied {
                    self.out.push_str("\"@xmlns\":");
                    json::push_quoted(cx.text(namespace), &mut self.out);
                }
                for attribute in attributes {
                    self.node(cx, *attribute, true)?;
                }
                self.grouped(cx, children, true)?;
                self.out.push_str("}");
            }
        }
        self.scope.truncate(outside);
        Ok(())
    }

    /// Children under their names, in the order of the first of each name.
    fn grouped(&mut self, cx: &mut Cx<'_>, children: &[Value], named: bool) -> Result<(), Throw> {
        let mut groups: Vec<(TextBuf, Vec<Value>)> = Vec::new();
        for child in children {
            cx.charge(1 + groups.len() / 16)?;
            let name = self.property_name(cx, *child)?;
            match groups.iter_mut().find(|(known, _)| known.as_text().equals(name.as_text())) {
                Some((_, group)) => group.push(*child),
                None => groups.push((name, vec![*child])),
            }
        }
        for (name, group) in groups {
            match group.as_slice() {
                [only] if !self.is_array(cx, *only) => self.node(cx, *only, named)?,
                _ => {
                    self.comma();
                    if named {
                        json::push_quoted(name.as_text(), &mut self.out);
                        self.out.push_str(":");
                    }
                    self.out.push_str("[");
                    for node in group {
                        self.node(cx, node, false)?;
                    }
                    self.out.push_str("]");
                }
            }
        }
        Ok(())
    }

    fn leaf(&mut self, cx: &mut Cx<'_>, node: Value, text: Str, named: bool) -> Result<(), Throw> {
        if named {
            self.name(cx, node)?;
        } else {
            self.comma();
        }
        json::push_quoted(cx.text(text), &mut self.out);
        Ok(())
    }

    fn declaration(&mut self, cx: &Cx<'_>, [version, encoding, standalone]: [Option<Str>; 3]) -> Result<(), Throw> {
        self.comma();
        self.out.push_str("\"?xml\":");
        self.parts(cx, [("version", version), ("encoding", encoding), ("standalone", standalone)]);
        Ok(())
    }

    fn parts<const N: usize>(&mut self, cx: &Cx<'_>, parts: [(&str, Option<Str>); N]) {
        self.out.push_str("{");
        for (name, text) in parts {
            let Some(text) = text.filter(|text| !text.is_empty()) else { continue };
            self.comma();
            self.out.push_str("\"@");
            self.out.push_str(name);
            self.out.push_str("\":");
            json::push_quoted(cx.text(text), &mut self.out);
        }
        self.out.push_str("}");
    }

    /// `"name":`, after a comma where one is needed.
    fn name(&mut self, cx: &mut Cx<'_>, node: Value) -> Result<(), Throw> {
        let name = self.property_name(cx, node)?;
        self.comma();
        json::push_quoted(name.as_text(), &mut self.out);
        self.out.push_str(":");
        Ok(())
    }

    /// The last unit that is not of a comment.
    fn last(&self) -> Option<u16> {
        let text = self.out.as_text();
        if text.len() == self.comment.0 { self.comment.1 } else { text.get(text.len().checked_sub(1)?) }
    }

    fn comma(&mut self) {
        if self.last().is_some_and(|unit| !matches!(unit, 0x7b | 0x5b | 0x3a | 0x2c)) {
            self.out.push_str(",");
        }
    }

    /// `GetPropertyName`.
    fn property_name(&self, cx: &mut Cx<'_>, node: Value) -> Result<TextBuf, Throw> {
        let mut name = TextBuf::new();
        match tree::get(cx, node)?.kind {
            Kind::Attribute { .. } => {
                name.push_str("@");
                self.full_name(cx, node, &mut name);
            }
            Kind::Element { .. } => {
                let (local, namespace) = names::parts(cx.heap, tree::name(cx.heap, node));
                if same(cx, namespace, JSON) {
                    name.push_str("$");
                    name.push_text(cx.text(local));
                } else {
                    self.full_name(cx, node, &mut name);
                }
            }
            Kind::Text(_) => name.push_str("#text"),
            Kind::CData(_) => name.push_str("#cdata-section"),
            Kind::Comment(_) => name.push_str("#comment"),
            Kind::Instruction { target, .. } => {
                name.push_str("?");
                name.push_text(cx.text(target));
            }
            Kind::DocumentType { .. } => name.push_str("!DOCTYPE"),
            Kind::Space { significant, .. } => {
                name.push_str(if significant { "#significant-whitespace" } else { "#whitespace" })
            }
            Kind::Declaration(_) => name.push_str("?xml"),
            Kind::Document { .. } | Kind::Fragment { .. } => {}
        }
        Ok(name)
    }

    /// The local name behind the prefix that stands for the namespace here.
    fn full_name(&self, cx: &Cx<'_>, node: Value, name: &mut TextBuf) {
        let (local, namespace) = names::parts(cx.heap, tree::name(cx.heap, node));
        if same(cx, namespace, XMLNS) {
            name.push_str("xmlns:");
        } else if same(cx, namespace, names::XML) {
            name.push_str("xml:");
        } else if !namespace.is_empty() {
            let here = cx.text(namespace);
            let stands = |(at, (prefix, uri)): &(usize, &(Str, Str))| {
                let hidden = self.scope.iter().skip(at + 1).any(|later| cx.text(later.0).equals(cx.text(*prefix)));
                !hidden && cx.text(*uri).equals(here)
            };
            let entries = self.scope.iter().enumerate().collect::<Vec<_>>();
            if let Some((_, (prefix, _))) = entries.into_iter().rev().find(stands) {
                name.push_text(cx.text(*prefix));
                name.push_str(":");
            }
        }
        name.push_text(cx.text(local));
    }

    /// `json:Array="true"`.
    fn is_array(&self, cx: &Cx<'_>, node: Value) -> bool {
        tree::attributes(cx.heap, node).iter().any(|attribute| {
            let (local, namespace) = names::parts(cx.heap, tree::name(cx.heap, *attribute));
            let value = tree::attribute_value(cx.heap, *attribute);
            same(cx, namespace, JSON) && same(cx, local, "Array") && (same(cx, value, "true") || same(cx, value, "1"))
        })
    }

    /// Attributes that make no object of an element with nothing but text.
    fn is_steering(&self, cx: &Cx<'_>, attribute: Value) -> bool {
        let (_, namespace) = names::parts(cx.heap, tree::name(cx.heap, attribute));
        let value = tree::attribute_value(cx.heap, attribute);
        same(cx, namespace, JSON) || same(cx, namespace, XMLNS) && same(cx, value, JSON)
    }
}

fn same(cx: &Cx<'_>, text: Str, name: &str) -> bool {
    cx.text(text).equals(TextRef::Ascii(name.as_bytes()))
}

/// The namespace of an element that was built, not read: nothing declares it yet, so `xmlns` is written for it.
fn implied_namespace(cx: &Cx<'_>, element: Value) -> Option<Str> {
    let namespace = names::parts(cx.heap, tree::name(cx.heap, element)).1;
    if namespace.is_empty() || same(cx, namespace, names::XML) {
        return None;
    }
    let mut at = element;
    while !at.is_null() {
        let declares = |attribute: &Value| {
            let (local, of) = names::parts(cx.heap, tree::name(cx.heap, *attribute));
            let declaration = same(cx, of, XMLNS) || of.is_empty() && same(cx, local, "xmlns");
            declaration && cx.text(tree::attribute_value(cx.heap, *attribute)).equals(cx.text(namespace))
        };
        if tree::attributes(cx.heap, at).iter().any(declares) {
            return None;
        }
        let outer = tree::parent(cx, at);
        if at == element && tree::is_element(cx.heap, outer) {
            let outer = names::parts(cx.heap, tree::name(cx.heap, outer)).1;
            if cx.text(outer).equals(cx.text(namespace)) {
                return None;
            }
        }
        at = outer;
    }
    Some(namespace)
}
