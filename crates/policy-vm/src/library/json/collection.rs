//! How the collection interfaces reach containers: an array is an `IList<JToken>`, an object an
//! `IDictionary<string, JToken>`.

use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::collections::Collection;
use crate::library::collections::dispatch::READ_ONLY;
use crate::types::TypeId;
use crate::value::Value;

use super::node::{self, Kind, Node};
use super::{jarray, jcontainer, jobject, known, sequence, this};

static ARRAY: Collection = Collection {
    count,
    is_read_only: false,
    contains: jarray::contains,
    add: jcontainer::add,
    remove: jarray::remove,
    clear: jcontainer::remove_all,
    item: jarray::get_item,
    set_item: jarray::set_item,
    index_of: jarray::index_of,
    insert: jarray::insert,
    remove_at: jarray::remove_at,
    ..READ_ONLY
};

static OBJECT: Collection = Collection {
    count,
    is_read_only: false,
    clear: jcontainer::remove_all,
    get: find,
    set: jobject::set_item,
    add_key: jobject::add,
    remove_key: jobject::remove,
    keys,
    values,
    missing_is_null: true,
    ..READ_ONLY
};

static OTHER: Collection = Collection { count, ..READ_ONLY };

/// How the collection interfaces reach a token, when it is a container.
#[must_use]
pub fn collection_of_node(node: &Node) -> Option<&'static Collection> {
    match node.kind {
        Kind::Array(_) => Some(&ARRAY),
        Kind::Object(_) => Some(&OBJECT),
        Kind::Constructor(_) | Kind::Property { .. } => Some(&OTHER),
        Kind::Scalar { .. } => None,
    }
}

fn count(cx: &mut Cx<'_>, value: Value) -> Result<usize, Throw> {
    Ok(node::node(cx.heap, this(&[value])?).count())
}

fn find(cx: &mut Cx<'_>, value: Value, key: Value) -> Result<Option<Value>, Throw> {
    match key {
        Value::String(name) => {
            let found = jobject::value_of(cx, this(&[value])?, name);
            Ok((!found.is_null()).then_some(found))
        }
        _ => Ok(None),
    }
}

fn keys(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let properties = sequence::properties(cx.heap, this(args)?);
    let names = properties.into_iter().filter_map(|p| node::property(cx.heap, p));
    let names = names.map(|(name, _)| Value::String(name)).collect();
    Ok(cx.heap.new_array(TypeId::STRING, names)?)
}

fn values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let properties = sequence::properties(cx.heap, this(args)?);
    let all = properties.into_iter().map(|p| Value::Object(node::through_property(cx.heap, p))).collect();
    Ok(cx.heap.new_array(known::JTOKEN.id(), all)?)
}
