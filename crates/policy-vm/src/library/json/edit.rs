//! Changing trees: how content becomes tokens, and what may be put where.

use crate::cx::{Cx, fault};
use crate::exception::{Exc, Throw};
use crate::types;
use crate::value::behaviour::type_of;
use crate::value::heap::Object;
use crate::value::sequence::iterate;
use crate::value::text::Str;
use crate::value::{Ref, Value};

use super::big_integer::BigInteger;
use super::node::{self, Kind, NONE, TokenType};
use super::{convert, known};

/// The token type of a plain value: `JValue.GetValueType`.
fn type_of_value(cx: &Cx<'_>, value: Value) -> Option<TokenType> {
    Some(match value {
        Value::Null => TokenType::Null,
        Value::String(_) | Value::Char(_) => TokenType::String,
        Value::Bool(_) => TokenType::Boolean,
        Value::Single(_) | Value::Double(_) => TokenType::Float,
        Value::DateTime(_) => TokenType::Date,
        Value::TimeSpan(_) => TokenType::TimeSpan,
        Value::SByte(_)
        | Value::Byte(_)
        | Value::Int16(_)
        | Value::UInt16(_)
        | Value::Int32(_)
        | Value::UInt32(_)
        | Value::Int64(_)
        | Value::UInt64(_)
        | Value::Enum(..) => TokenType::Integer,
        Value::View(_) => return None,
        Value::Object(at) => match cx.heap.object(at) {
            Object::Decimal(_) => TokenType::Float,
            Object::DateTimeOffset { .. } => TokenType::Date,
            Object::Bytes(_) => TokenType::Bytes,
            Object::Guid(_) => TokenType::Guid,
            Object::Native(object) if object.net_type() == convert::URI.id() => TokenType::Uri,
            Object::Native(object) if object.downcast_ref::<BigInteger>().is_some() => TokenType::Integer,
            _ => return None,
        },
    })
}

/// `new JValue(value)`.
pub(super) fn new_value(cx: &mut Cx<'_>, value: Value) -> Result<Ref, Throw> {
    let value = if crate::library::system::db_null::is(cx.heap, value) { Value::Null } else { value };
    match type_of_value(cx, value) {
        Some(ty) => Ok(node::new_scalar(cx.heap, ty, value)?),
        None => {
            let ty = type_of(cx.heap, value).map(types::net_name).unwrap_or_default();
            let message = format!("Could not determine JSON object type for type {ty}.");
            Err(cx.throw(Exc::Argument, message))
        }
    }
}

/// A token as it is, anything else as a new `JValue`; null stays null.
pub(super) fn from_content(cx: &mut Cx<'_>, content: Value) -> Result<Ref, Throw> {
    match node::token(cx.heap, content) {
        Some(token) => Ok(token),
        None => boxed(cx, content),
    }
}

/// `new JValue(object)`, which knows no `char`.
pub(super) fn boxed(cx: &mut Cx<'_>, content: Value) -> Result<Ref, Throw> {
    if let Value::Char(_) = content {
        return Err(cx.throw(Exc::Argument, "Could not determine JSON object type for type System.Char."));
    }
    new_value(cx, content)
}

/// True for sequences that are added item by item.
pub(super) fn is_multi(cx: &Cx<'_>, content: Value) -> bool {
    match content {
        Value::Object(at) => match cx.heap.object(at) {
            Object::Array(_) | Object::List(_) => true,
            Object::Native(object) => object.iterate(content).is_some(),
            _ => false,
        },
        Value::View(view) => super::super::apim::iterate_view(cx.call, view).is_some(),
        _ => false,
    }
}

/// Adds content at a position: sequences are flattened. Returns the position after what was added.
pub(super) fn add(cx: &mut Cx<'_>, parent: Ref, at: usize, content: Value, depth: usize) -> Result<usize, Throw> {
    cx.charge(1)?;
    if depth > node::MAX_NESTING {
        return Err(crate::exception::Trap::Depth.into());
    }
    if !is_multi(cx, content) {
        let item = if content.is_null() { NONE } else { from_content(cx, content)? };
        return insert(cx, parent, at, item);
    }
    let mut items = iterate(cx, content)?;
    let mut at = at;
    // Each item goes one further than the item before it, even when that was a sequence of several.
    while let Some(item) = items.next(cx)? {
        add(cx, parent, at, item, depth + 1)?;
        at += 1;
    }
    Ok(at)
}

/// Adds content after the last child.
pub(super) fn append(cx: &mut Cx<'_>, parent: Ref, content: Value) -> Result<(), Throw> {
    let at = node::node(cx.heap, parent).count();
    add(cx, parent, at, content, 0).map(drop)
}

/// A token that may get a parent: null becomes a JSON null; what has a parent already, or is the top of the tree it
/// would go into, is copied.
pub(super) fn orphan(cx: &mut Cx<'_>, parent: Ref, item: Ref) -> Result<Ref, Throw> {
    if item == NONE {
        return Ok(node::new_scalar(cx.heap, TokenType::Null, Value::Null)?);
    }
    let child = node::node(cx.heap, item);
    let shared = child.parent != NONE || item == parent || (child.count() > 0 && root_of(cx, parent)? == item);
    let child = node::node(cx.heap, item);
    if shared {
        cx.charge(child.count())?;
        return Ok(node::copy(cx.heap, item, 0)?);
    }
    Ok(item)
}

/// The node at the top of the tree; each on the way there is paid for.
pub(super) fn root_of(cx: &mut Cx<'_>, at: Ref) -> Result<Ref, Throw> {
    let (root, steps) = node::root(cx.heap, at);
    cx.charge(steps)?;
    Ok(root)
}

/// `InsertItem`: puts a token, or null for a JSON null, at a position. Returns the position after it.
pub(super) fn insert(cx: &mut Cx<'_>, parent: Ref, at: usize, item: Ref) -> Result<usize, Throw> {
    let comment = matches!(node::scalar(cx.heap, item), Some((TokenType::Comment, _)));
    let container = node::node(cx.heap, parent);
    match &container.kind {
        Kind::Object(_) if comment => return Ok(at),
        Kind::Property { .. } if comment => return Ok(at),
        Kind::Property { value, .. } if *value != NONE => {
            let message = "Newtonsoft.Json.Linq.JProperty cannot have multiple values.";
            return Err(cx.throw(Exc::Json, message));
        }
        Kind::Scalar { .. } => return Err(fault("a container was expected")),
        _ => {}
    }
    if at > container.count() {
        let message = if at == usize::MAX {
            "Index was out of range. Must be non-negative and less than the size of the collection."
        } else {
            "Index must be within the bounds of the List."
        };
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "index"));
    }
    let item = orphan(cx, parent, item)?;
    validate(cx, parent, item, NONE)?;
    node::insert(cx.heap, parent, at, item)?;
    Ok(at + 1)
}

/// `ValidateToken`: an object takes properties of new names, nothing else takes a property. `existing` is what the
/// token will replace.
pub(super) fn validate(cx: &mut Cx<'_>, parent: Ref, item: Ref, existing: Ref) -> Result<(), Throw> {
    let name = node::property(cx.heap, item).map(|(name, _)| name);
    let container = node::node(cx.heap, parent);
    let is_object = matches!(container.kind, Kind::Object(_));
    if is_object != name.is_some() {
        let message = format!("Can not add {} to {}.", node::node(cx.heap, item).type_name(), container.type_name());
        return Err(cx.throw(Exc::Argument, message));
    }
    let Some(name) = name else { return Ok(()) };
    match node::find(cx.heap, parent, name) {
        Some(found) if found != existing => {
            let shown = cx.heap.text(name).to_utf8().into_owned();
            let message = format!(
                "Can not add property {shown} to Newtonsoft.Json.Linq.JObject. Property with the same name already \
                 exists on object."
            );
            Err(cx.throw(Exc::Argument, message))
        }
        _ => Ok(()),
    }
}

/// `SetItem`: puts a token in the place of another.
pub(super) fn set(cx: &mut Cx<'_>, parent: Ref, at: usize, item: Ref) -> Result<(), Throw> {
    let Some(existing) = node::node(cx.heap, parent).child(at) else {
        let message = "Index is equal to or greater than Count.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "index"));
    };
    let same = match (node::scalar(cx.heap, existing), item) {
        (Some((TokenType::Null, _)), NONE) => true,
        (_, item) => item == existing,
    };
    if same {
        return Ok(());
    }
    let item = orphan(cx, parent, item)?;
    validate(cx, parent, item, existing)?;
    node::replace_at(cx.heap, parent, at, item);
    Ok(())
}

/// `container[index] = token`.
pub(super) fn set_at(cx: &mut Cx<'_>, parent: Ref, index: i32, item: Ref) -> Result<(), Throw> {
    match usize::try_from(index) {
        Ok(at) => set(cx, parent, at, item),
        Err(_) => Err(cx.throw_argument(Exc::ArgumentOutOfRange, "Index is less than 0.", "index")),
    }
}

/// `ArgumentOutOfRangeException` of an index.
pub(super) fn index_out_of_range(cx: &mut Cx<'_>) -> Throw {
    let message = "Index was out of range. Must be non-negative and less than the size of the collection.";
    cx.throw_argument(Exc::ArgumentOutOfRange, message, "index")
}

/// `obj[name] = value`.
pub(super) fn set_property(cx: &mut Cx<'_>, object: Ref, name: Str, value: Ref) -> Result<(), Throw> {
    match node::find(cx.heap, object, name) {
        Some(property) => set(cx, property, 0, value),
        None => {
            let property = property(cx, name, value)?;
            let property = orphan(cx, object, property)?;
            let end = node::node(cx.heap, object).count();
            node::insert(cx.heap, object, end, property)?;
            Ok(())
        }
    }
}

/// `new JProperty(name, value)` with a token, or null for a JSON null.
pub(super) fn property(cx: &mut Cx<'_>, name: Str, value: Ref) -> Result<Ref, Throw> {
    let hash = node::hash_text(cx.heap.text(name));
    let made = node::new(cx.heap, Kind::Property { name, hash, value: NONE })?;
    let value = orphan(cx, made, value)?;
    if node::property(cx.heap, value).is_some() {
        return Err(
            cx.throw(Exc::Argument, "Can not add Newtonsoft.Json.Linq.JProperty to Newtonsoft.Json.Linq.JProperty.")
        );
    }
    node::insert(cx.heap, made, 0, value)?;
    Ok(made)
}

/// Removes a token from its parent.
pub(super) fn remove(cx: &mut Cx<'_>, at: Ref) -> Result<(), Throw> {
    let parent = parent_of(cx, at)?;
    // What follows moves up, and the map of names is made anew.
    cx.charge(node::node(cx.heap, parent).count())?;
    if let Kind::Property { .. } = node::node(cx.heap, parent).kind {
        // A property always has a value.
        return Err(cx.throw(Exc::Json, "Cannot add or remove items from Newtonsoft.Json.Linq.JProperty."));
    }
    if let Some(index) = node::node(cx.heap, parent).position(at) {
        node::remove_at(cx.heap, parent, index);
    }
    Ok(())
}

/// The parent, which must be there.
pub(super) fn parent_of(cx: &mut Cx<'_>, at: Ref) -> Result<Ref, Throw> {
    match node::node(cx.heap, at).parent {
        NONE => Err(cx.throw(Exc::InvalidOperation, "The parent is missing.")),
        parent => Ok(parent),
    }
}

/// A token as a value; [`NONE`] is null.
pub(super) fn value(at: Ref) -> Value {
    if at == NONE { Value::Null } else { Value::Object(at) }
}

/// A sequence of tokens that is computed already, of the static type `ty`.
pub(super) fn tokens(cx: &mut Cx<'_>, ty: types::TypeId, items: Vec<Ref>) -> Result<Value, Throw> {
    cx.charge(items.len())?;
    cx.heap.charge(items.len() * size_of::<Value>())?;
    let items: Vec<Value> = items.into_iter().map(Value::Object).collect();
    Ok(cx.heap.new_native(super::sequence::Tokens { ty, items: items.into() })?)
}

/// `JEnumerable<JToken>`.
pub(super) fn token_sequence() -> types::TypeId {
    types::construct(known::JENUMERABLE.id(), &[known::JTOKEN.id()])
}
