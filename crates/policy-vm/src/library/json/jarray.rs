//! [`Newtonsoft.Json.Linq.JArray`](https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_Linq_JArray.htm).

use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::collections::enumerator;
use crate::library::{TypeDef, constructor, method, property, property_set};
use crate::value::{Ref, Value};

use super::edit;
use super::load::Wanted;
use super::node::{self, Kind, NONE};
use super::{jcontainer, jtoken, serialize, this, token_arg};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("Newtonsoft.Json.Linq.JArray")
    .base("JContainer")
    .interfaces(&["IList<JToken>", "ICollection<JToken>", "IEnumerable<JToken>"])
    .members(&[
        constructor("JArray()", new),
        constructor("JArray(JArray other)", new_copy),
        constructor("JArray(params object[] content)", new_of),
        constructor("JArray(object content)", new_of),
        property_set("JToken this[object key] { get; set; }", jtoken::get_item, jtoken::set_item),
        property_set("JToken this[int index] { get; set; }", get_item, set_item),
        property("bool IsReadOnly { get; }", |_, _| Ok(Value::Bool(false))),
        method("static JArray Parse(string json)", parse),
        method("static JArray Parse(string json, JsonLoadSettings settings)", parse),
        method("static JArray FromObject(object o)", from_object),
        method("void Add(JToken item)", jcontainer::add),
        method("void Clear()", jcontainer::remove_all),
        method("bool Contains(JToken item)", contains),
        method("void CopyTo(JToken[] array, int arrayIndex)", copy_to),
        method("int IndexOf(JToken item)", index_of),
        method("void Insert(int index, JToken item)", insert),
        method("bool Remove(JToken item)", remove),
        method("void RemoveAt(int index)", remove_at),
        method("IEnumerator<JToken> GetEnumerator()", enumerator::begin),
    ]);

pub(super) fn create(cx: &mut Cx<'_>) -> Result<Ref, Throw> {
    Ok(node::new(cx.heap, Kind::Array(Vec::new()))?)
}

fn new(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Object(create(cx)?))
}

fn new_copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match token_arg(args, 0) {
        NONE => Err(cx.argument_null("other")),
        other => Ok(Value::Object(node::copy(cx.heap, other, 0)?)),
    }
}

fn new_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let made = create(cx)?;
    edit::append(cx, made, arg(args, 0))?;
    Ok(Value::Object(made))
}

/// `array[index]`.
pub(super) fn item(cx: &mut Cx<'_>, at: Ref, index: i32) -> Result<Value, Throw> {
    match usize::try_from(index).ok().and_then(|i| node::node(cx.heap, at).child(i)) {
        Some(item) => Ok(Value::Object(item)),
        None => Err(edit::index_out_of_range(cx)),
    }
}

pub(super) fn get_item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    item(cx, this(args)?, as_i32(args, 1)?)
}

pub(super) fn set_item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    edit::set_at(cx, this(args)?, as_i32(args, 1)?, token_arg(args, 2))?;
    Ok(Value::Null)
}

fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    jtoken::parse_as(cx, args, Wanted::Array)
}

fn from_object(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("o"));
    }
    let token = serialize::to_token(cx, arg(args, 0))?;
    let node = node::node(cx.heap, token);
    if matches!(node.kind, Kind::Array(_)) {
        return Ok(Value::Object(token));
    }
    let ty = node.token_type().name();
    Err(cx.throw(Exc::Argument, format!("Object serialized to {ty}. JArray instance expected.")))
}

/// Position of a token, compared by identity.
fn position(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<usize>, Throw> {
    let at = this(args)?;
    cx.charge(node::node(cx.heap, at).count())?;
    Ok(node::node(cx.heap, at).position(token_arg(args, 1)))
}

pub(super) fn contains(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(position(cx, args)?.is_some()))
}

fn copy_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let items = node::node(cx.heap, this(args)?).children();
    let start = usize::try_from(as_i32(args, 2)?).unwrap_or(usize::MAX);
    cx.charge(items.len())?;
    let Some(crate::value::heap::Object::Array(array)) = cx.heap.get_mut(arg(args, 1)) else {
        return Err(cx.argument_null("array"));
    };
    match array.items.get_mut(start..).filter(|room| room.len() >= items.len()) {
        Some(room) => room.iter_mut().zip(items).for_each(|(slot, item)| *slot = Value::Object(item)),
        None => {
            let message = "The number of elements in the source JObject is greater than the available space from \
                           arrayIndex to the end of the destination array.";
            return Err(cx.throw(Exc::Argument, message));
        }
    }
    Ok(Value::Null)
}

pub(super) fn index_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = position(cx, args)?.and_then(|i| i32::try_from(i).ok());
    Ok(Value::Int32(found.unwrap_or(-1)))
}

pub(super) fn insert(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let index = usize::try_from(as_i32(args, 1)?).unwrap_or(usize::MAX);
    edit::insert(cx, this(args)?, index, token_arg(args, 2))?;
    Ok(Value::Null)
}

pub(super) fn remove(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = position(cx, args)?;
    if let Some(index) = found {
        node::remove_at(cx.heap, this(args)?, index);
    }
    Ok(Value::Bool(found.is_some()))
}

pub(super) fn remove_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (at, index) = (this(args)?, as_i32(args, 1)?);
    let message = match usize::try_from(index) {
        Err(_) => "Index is less than 0.",
        Ok(index) if index >= node::node(cx.heap, at).count() => "Index is equal to or greater than Count.",
        Ok(index) => {
            cx.charge((node::node(cx.heap, at).count() - index) / 8)?;
            node::remove_at(cx.heap, at, index);
            return Ok(Value::Null);
        }
    };
    Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "index"))
}
