//! What a node holds, for the parts of the engine that are not expressions.

use super::{names, tree};
use crate::cx::Cx;
use crate::exception::Throw;
use crate::value::Value;
use crate::value::heap::Heap;
use crate::value::text::Str;

/// The namespace of `xsi:nil`.
const INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// The elements directly in a document or an element.
pub(crate) fn child_elements(heap: &Heap, node: Value) -> Vec<Value> {
    tree::children(heap, node).iter().copied().filter(|child| tree::is_element(heap, *child)).collect()
}

/// The name of an element without its namespace.
pub(crate) fn local_name_of(heap: &Heap, element: Value) -> Str {
    names::parts(heap, tree::name(heap, element)).0
}

/// All text in an element.
pub(crate) fn inner_text(cx: &mut Cx<'_>, element: Value) -> Result<Str, Throw> {
    tree::text_of(cx, element)
}

/// Is it `xsi:nil`?
pub(crate) fn is_nil(heap: &Heap, element: Value) -> bool {
    let is = |text: Str, wanted: &str| heap.text(text).to_utf8() == wanted;
    tree::attributes(heap, element).iter().any(|attribute| {
        let (local, namespace) = names::parts(heap, tree::name(heap, *attribute));
        let value = tree::attribute_value(heap, *attribute);
        is(local, "nil") && is(namespace, INSTANCE) && (is(value, "true") || is(value, "1"))
    })
}
