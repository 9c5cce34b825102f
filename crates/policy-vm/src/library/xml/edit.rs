//! Changing trees: content of any kind is added as .NET's `ContentReader` and `Inserter` do.

use super::names;
use super::text::{is_space, to_xml_text};
use super::tree::{
    self, Kind, attributes_mut, children, children_mut, deep_clone, get, get_mut, is_attribute, is_document, is_element,
};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::collections::{ITEM, collect};
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::sequence::iterate;
use crate::value::text::Str;

/// Content may hold sequences in sequences so deep.
const MAX_DEPTH: u32 = 64;

/// Adds content at a place among the children of `parent`; gives the place after it.
pub(super) fn insert(cx: &mut Cx<'_>, parent: Value, at: usize, content: Value) -> Result<usize, Throw> {
    insert_at_depth(cx, parent, at, content, 0)
}

/// Adds content after all children.
pub(super) fn append(cx: &mut Cx<'_>, parent: Value, content: Value) -> Result<(), Throw> {
    let end = children(cx.heap, parent).len();
    insert(cx, parent, end, content)?;
    Ok(())
}

fn insert_at_depth(cx: &mut Cx<'_>, parent: Value, at: usize, content: Value, depth: u32) -> Result<usize, Throw> {
    cx.charge(1)?;
    if depth > MAX_DEPTH {
        return Err(crate::exception::Trap::Depth.into());
    }
    if content.is_null() {
        return Ok(at);
    }
    if is_attribute(cx.heap, content) {
        if is_document(cx.heap, parent) {
            return Err(cx.throw(Exc::Argument, "An attribute cannot be added to content."));
        }
        add_attribute(cx, parent, content)?;
        return Ok(at);
    }
    if cx.heap.native::<tree::XmlObject>(content).is_some() {
        return insert_node(cx, parent, at, content);
    }
    if is_sequence(cx, content) {
        let mut at = at;
        for item in collect(cx, content)? {
            at = insert_at_depth(cx, parent, at, item, depth + 1)?;
        }
        return Ok(at);
    }
    let text = to_xml_text(cx, content)?;
    insert_text(cx, parent, at, text)
}

fn is_sequence(cx: &mut Cx<'_>, value: Value) -> bool {
    match value {
        Value::Object(handle) => match cx.heap.object(handle) {
            Object::Array(_) | Object::Bytes(_) | Object::List(_) | Object::Json(_) | Object::Native(_) => {
                iterate(cx, value).is_ok()
            }
            _ => false,
        },
        Value::View(_) => iterate(cx, value).is_ok(),
        _ => false,
    }
}

/// A node that is in a tree already, or is the root of the tree it goes to, is copied.
fn insert_node(cx: &mut Cx<'_>, parent: Value, at: usize, node: Value) -> Result<usize, Throw> {
    check_document(cx, parent, node)?;
    let node =
        if !tree::parent(cx, node).is_null() || is_root_of(cx, parent, node)? { deep_clone(cx, node)? } else { node };
    put(cx, parent, at, node)
}

fn is_root_of(cx: &mut Cx<'_>, mut at: Value, node: Value) -> Result<bool, Throw> {
    while !at.is_null() {
        cx.charge(1)?;
        if at == node {
            return Ok(true);
        }
        at = tree::parent(cx, at);
    }
    Ok(false)
}

/// Puts a node that has no parent among the children of another.
pub(super) fn put(cx: &mut Cx<'_>, parent: Value, at: usize, node: Value) -> Result<usize, Throw> {
    cx.heap.charge(ITEM)?;
    // What stands behind moves.
    cx.charge(children(cx.heap, parent).len().saturating_sub(at) / 8)?;
    get_mut(cx, node)?.parent = parent;
    if let Some(children) = children_mut(cx, parent) {
        let at = at.min(children.len());
        children.insert(at, node);
    }
    Ok(at + 1)
}

/// A document has one element and no text.
fn check_document(cx: &mut Cx<'_>, parent: Value, node: Value) -> Result<(), Throw> {
    let wrong_kind = matches!(get(cx, node)?.kind, Kind::Document { .. });
    if wrong_kind {
        return Err(cx.throw(Exc::Argument, "A node of type Document cannot be added to content."));
    }
    if !is_document(cx.heap, parent) {
        return Ok(());
    }
    if matches!(get(cx, node)?.kind, Kind::CData(_)) {
        return Err(cx.throw(Exc::Argument, "A node of type CDATA cannot be added to content."));
    }
    if let Kind::Text(text) = get(cx, node)?.kind {
        return check_space(cx, text);
    }
    let taken = children(cx.heap, parent).iter().any(|child| is_element(cx.heap, *child));
    if taken && is_element(cx.heap, node) {
        return Err(cx.throw(Exc::InvalidOperation, "This operation would create an incorrectly structured document."));
    }
    Ok(())
}

fn check_space(cx: &mut Cx<'_>, text: Str) -> Result<(), Throw> {
    if cx.text(text).units().all(is_space) {
        return Ok(());
    }
    Err(cx.throw(Exc::Argument, "Non-whitespace characters cannot be added to content."))
}

/// Text joins the text before it.
fn insert_text(cx: &mut Cx<'_>, parent: Value, at: usize, text: Str) -> Result<usize, Throw> {
    if is_document(cx.heap, parent) {
        check_space(cx, text)?;
    }
    if text.is_empty() {
        if children(cx.heap, parent).is_empty() {
            fill(cx, parent)?;
        }
        return Ok(at);
    }
    let before = at.checked_sub(1).and_then(|before| children(cx.heap, parent).get(before).copied());
    if let Some(before) = before
        && let Kind::Text(old) = get(cx, before)?.kind
    {
        let joined = cx.heap.concat(&[old, text])?;
        get_mut(cx, before)?.kind = Kind::Text(joined);
        return Ok(at);
    }
    let node = tree::new(cx, Kind::Text(text))?;
    put(cx, parent, at, node)
}

/// `<a></a>` from now on.
pub(super) fn fill(cx: &mut Cx<'_>, element: Value) -> Result<(), Throw> {
    if let Kind::Element { filled, .. } = &mut get_mut(cx, element)?.kind {
        *filled = true;
    }
    Ok(())
}

pub(super) fn add_attribute(cx: &mut Cx<'_>, element: Value, attribute: Value) -> Result<(), Throw> {
    let name = tree::name(cx.heap, attribute);
    cx.charge(tree::attributes(cx.heap, element).len() / 8 + 1)?;
    if tree::attribute(cx.heap, element, name).is_some() {
        return Err(cx.throw(Exc::InvalidOperation, "Duplicate attribute."));
    }
    let attribute = if tree::parent(cx, attribute).is_null() {
        attribute
    } else {
        let kind = get(cx, attribute)?.kind.clone();
        tree::new(cx, kind)?
    };
    cx.heap.charge(ITEM)?;
    get_mut(cx, attribute)?.parent = element;
    if let Some(attributes) = attributes_mut(cx, element) {
        attributes.push(attribute);
    }
    Ok(())
}

/// Takes a node out of its parent.
pub(super) fn remove(cx: &mut Cx<'_>, node: Value) -> Result<(), Throw> {
    let Some((parent, at)) = tree::place(cx, node)? else { return Err(no_parent(cx)) };
    if let Some(children) = children_mut(cx, parent) {
        children.remove(at);
        // An element that lost its last child is written `<a />`.
        if children.is_empty() {
            unfill(cx, parent)?;
        }
    }
    get_mut(cx, node)?.parent = Value::Null;
    Ok(())
}

fn unfill(cx: &mut Cx<'_>, element: Value) -> Result<(), Throw> {
    if let Kind::Element { filled, .. } = &mut get_mut(cx, element)?.kind {
        *filled = false;
    }
    Ok(())
}

/// `InvalidOperationException` of a node without parent.
pub(super) fn no_parent(cx: &mut Cx<'_>) -> Throw {
    cx.throw(Exc::InvalidOperation, "The parent is missing.")
}

pub(super) fn remove_attribute(cx: &mut Cx<'_>, attribute: Value) -> Result<(), Throw> {
    let parent = tree::parent(cx, attribute);
    if parent.is_null() {
        return Err(no_parent(cx));
    }
    if let Some(attributes) = attributes_mut(cx, parent) {
        attributes.retain(|other| *other != attribute);
    }
    get_mut(cx, attribute)?.parent = Value::Null;
    Ok(())
}

/// Takes out all children.
pub(super) fn remove_children(cx: &mut Cx<'_>, parent: Value) -> Result<(), Throw> {
    let old = children_mut(cx, parent).map(std::mem::take).unwrap_or_default();
    cx.charge(old.len())?;
    for child in old {
        get_mut(cx, child)?.parent = Value::Null;
    }
    unfill(cx, parent)
}

pub(super) fn remove_attributes(cx: &mut Cx<'_>, element: Value) -> Result<(), Throw> {
    let old = attributes_mut(cx, element).map(std::mem::take).unwrap_or_default();
    for attribute in old {
        get_mut(cx, attribute)?.parent = Value::Null;
    }
    Ok(())
}

/// Replaces all children by one text.
pub(super) fn set_text(cx: &mut Cx<'_>, element: Value, text: Str) -> Result<(), Throw> {
    remove_children(cx, element)?;
    insert_text(cx, element, 0, text)?;
    Ok(())
}

/// Sets, adds or (for null) removes an attribute.
pub(super) fn set_attribute(cx: &mut Cx<'_>, element: Value, name: Value, value: Value) -> Result<(), Throw> {
    let known = tree::attribute(cx.heap, element, name);
    match (known, value) {
        (Some(known), Value::Null) => remove_attribute(cx, known),
        (None, Value::Null) => Ok(()),
        (known, value) => {
            let text = to_xml_text(cx, value)?;
            let kind = Kind::Attribute { name, value: text };
            match known {
                Some(known) => get_mut(cx, known)?.kind = kind,
                None => {
                    let attribute = tree::new(cx, kind)?;
                    add_attribute(cx, element, attribute)?;
                }
            }
            Ok(())
        }
    }
}

/// Sets, adds or (for null) removes a child element with text.
pub(super) fn set_element(cx: &mut Cx<'_>, parent: Value, name: Value, value: Value) -> Result<(), Throw> {
    let matches =
        |child: &Value| is_element(cx.heap, *child) && names::same(cx.heap, tree::name(cx.heap, *child), name);
    let known = children(cx.heap, parent).iter().copied().find(matches);
    match (known, value) {
        (Some(known), Value::Null) => remove(cx, known),
        (None, Value::Null) => Ok(()),
        (Some(known), value) => {
            let text = to_xml_text(cx, value)?;
            set_text(cx, known, text)
        }
        (None, value) => {
            let child = new_element(cx, name)?;
            let text = to_xml_text(cx, value)?;
            set_text(cx, child, text)?;
            append(cx, parent, child)
        }
    }
}

/// An element without content.
pub(super) fn new_element(cx: &mut Cx<'_>, name: Value) -> Result<Value, Throw> {
    if name.is_null() {
        return Err(cx.argument_null("name"));
    }
    tree::new(cx, Kind::Element { name, attributes: Vec::new(), children: Vec::new(), filled: false })
}

/// Adds the content in the second argument next to a node.
pub(super) fn add_beside(cx: &mut Cx<'_>, args: &[Value], after: bool) -> Result<Value, Throw> {
    let Some((parent, at)) = tree::place(cx, arg(args, 0))? else { return Err(no_parent(cx)) };
    insert(cx, parent, at + usize::from(after), arg(args, 1))?;
    Ok(Value::Null)
}

/// Puts the content in the second argument in a node's place.
pub(super) fn replace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some((parent, at)) = tree::place(cx, arg(args, 0))? else { return Err(no_parent(cx)) };
    remove(cx, arg(args, 0))?;
    insert(cx, parent, at, arg(args, 1))?;
    Ok(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::super::reader::parse_element;
    use super::super::{names, writer};
    use super::*;
    use crate::cx::check;
    use crate::value::text::Str;

    fn name(cx: &mut Cx<'_>, local: &str) -> Value {
        let local = cx.heap.new_str(local).unwrap();
        names::new_name(cx, local, Str::EMPTY).unwrap()
    }

    /// Runs an edit on `<a i="1"><b>1</b></a>` and shows the result on one line, as recorded from .NET 8.
    fn edited(edit: impl FnOnce(&mut Cx<'_>, Value, Value) -> Result<(), Throw>) -> String {
        check::with_cx(&[], |cx| {
            let text = cx.heap.new_str("<a i='1'><b>1</b></a>").unwrap();
            let root = parse_element(cx, text, false).unwrap();
            let first = children(cx.heap, root)[0];
            match edit(cx, root, first).and_then(|()| writer::node_text(cx, root, false)) {
                Ok(text) => text.as_text().to_utf8().into_owned(),
                Err(throw) => check::show_throw(cx, throw),
            }
        })
    }

    #[test]
    fn content_of_any_kind_is_added() {
        let all = edited(|cx, root, first| {
            let text = cx.string("t<")?;
            let items =
                cx.heap.new_array(crate::types::TypeId::OBJECT, vec![Value::Int32(1), text, Value::Null, first])?;
            append(cx, root, items)?;
            append(cx, root, Value::Bool(true))
        });
        assert_eq!(all, "<a i=\"1\"><b>1</b>1t&lt;<b>1</b>true</a>");
    }

    #[test]
    fn nodes_are_moved_replaced_and_removed() {
        assert_eq!(edited(|cx, _, first| remove(cx, first)), "<a i=\"1\" />");
        let replaced = edited(|cx, _, first| {
            let text = cx.string("t")?;
            replace(cx, &[first, text]).map(|_| ())
        });
        assert_eq!(replaced, "<a i=\"1\">t</a>");
        let missing = edited(|cx, root, _| remove(cx, root));
        assert_eq!(missing, "System.InvalidOperationException: The parent is missing.");
        let beside = edited(|cx, _, first| {
            let name = name(cx, "c");
            let element = new_element(cx, name)?;
            add_beside(cx, &[first, element], false).map(|_| ())
        });
        assert_eq!(beside, "<a i=\"1\"><c /><b>1</b></a>");
    }

    #[test]
    fn attributes_and_values_are_set() {
        let set = edited(|cx, root, _| {
            let (i, k, b) = (name(cx, "i"), name(cx, "k"), name(cx, "b"));
            set_attribute(cx, root, i, Value::Null)?;
            set_attribute(cx, root, k, Value::Double(f64::INFINITY))?;
            set_element(cx, root, b, Value::TimeSpan(900_000_000))
        });
        assert_eq!(set, "<a k=\"INF\"><b>PT1M30S</b></a>");
    }
}
