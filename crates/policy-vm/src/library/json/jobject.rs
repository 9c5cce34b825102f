//! [`Newtonsoft.Json.Linq.JObject`](https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_Linq_JObject.htm).

use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, property_set};
use crate::types::{self, TypeId};
use crate::value::text::Str;
use crate::value::{Ref, Value};

use super::edit::{self, value};
use super::load::Wanted;
use super::node::{self, Kind, Members, NONE};
use super::{jtoken, known, sequence, serialize, this, token_arg};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("Newtonsoft.Json.Linq.JObject")
    .base("JContainer")
    .interfaces(&[
        "IDictionary<string, JToken>",
        "ICollection<KeyValuePair<string, JToken>>",
        "IEnumerable<KeyValuePair<string, JToken>>",
    ])
    .members(&[
        constructor("JObject()", new),
        constructor("JObject(JObject other)", new_copy),
        constructor("JObject(params object[] content)", new_of),
        constructor("JObject(object content)", new_of),
        property_set("JToken this[object key] { get; set; }", jtoken::get_item, jtoken::set_item),
        property_set("JToken this[string propertyName] { get; set; }", get_item, set_item),
        method("static JObject Parse(string json)", parse),
        method("static JObject Parse(string json, JsonLoadSettings settings)", parse),
        method("static JObject FromObject(object o)", from_object),
        method("void Add(string propertyName, JToken value)", add),
        method("bool ContainsKey(string propertyName)", contains_key),
        method("bool Remove(string propertyName)", remove),
        method(
            "bool TryGetValue(string propertyName, StringComparison comparison, out JToken value)",
            try_get_value_compared,
        ),
        method("bool TryGetValue(string propertyName, out JToken value)", try_get_value),
        method("JToken GetValue(string propertyName)", get_value),
        method("JToken GetValue(string propertyName, StringComparison comparison)", get_value),
        method("JProperty Property(string name)", property),
        method("JProperty Property(string name, StringComparison comparison)", property),
        method("IEnumerable<JProperty> Properties()", properties),
        method("JEnumerable<JToken> PropertyValues()", property_values),
        method("IEnumerator<KeyValuePair<string, JToken>> GetEnumerator()", pairs),
    ]);

pub(super) fn create(cx: &mut Cx<'_>) -> Result<Ref, Throw> {
    Ok(node::new(cx.heap, Kind::Object(Members::default()))?)
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

/// `obj[name]`: null when there is no such property.
pub(super) fn value_of(cx: &mut Cx<'_>, object: Ref, name: Str) -> Value {
    let found = node::find(cx.heap, object, name);
    value(found.and_then(|p| node::property(cx.heap, p)).map_or(NONE, |(_, value)| value))
}

fn get_item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 1, "propertyName")?;
    Ok(value_of(cx, this(args)?, name))
}

pub(super) fn set_item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 1, "name")?;
    edit::set_property(cx, this(args)?, name, token_arg(args, 2))?;
    Ok(Value::Null)
}

fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    jtoken::parse_as(cx, args, Wanted::Object)
}

fn from_object(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("o"));
    }
    let token = serialize::to_token(cx, arg(args, 0))?;
    let node = node::node(cx.heap, token);
    if matches!(node.kind, Kind::Object(_)) {
        return Ok(Value::Object(token));
    }
    let ty = node.token_type().name();
    Err(cx.throw(Exc::Argument, format!("Object serialized to {ty}. JObject instance expected.")))
}

pub(super) fn add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 1, "name")?;
    let object = this(args)?;
    let property = edit::property(cx, name, token_arg(args, 2))?;
    let end = node::node(cx.heap, object).count();
    edit::insert(cx, object, end, property)?;
    Ok(Value::Null)
}

fn contains_key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 1, "propertyName")?;
    Ok(Value::Bool(node::find(cx.heap, this(args)?, name).is_some()))
}

pub(super) fn remove(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(name) = cx.string_opt(args, 1) else { return Ok(Value::Bool(false)) };
    match node::find(cx.heap, this(args)?, name) {
        Some(property) => edit::remove(cx, property).map(|()| Value::Bool(true)),
        None => Ok(Value::Bool(false)),
    }
}

fn try_get_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = match cx.string_opt(args, 1) {
        Some(name) => value_of(cx, this(args)?, name),
        None => return Err(cx.argument_null("propertyName")),
    };
    cx.set_out(0, found);
    Ok(Value::Bool(!found.is_null()))
}

fn try_get_value_compared(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = get_value(cx, args)?;
    cx.set_out(0, found);
    Ok(Value::Bool(!found.is_null()))
}

/// The property of a name by a `StringComparison`: the exact name first.
fn find_compared(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<Ref>, Throw> {
    let object = this(args)?;
    let Some(name) = cx.string_opt(args, 1) else { return Ok(None) };
    let exact = node::find(cx.heap, object, name);
    let ignore_case = match arg(args, 2) {
        Value::Enum(_, 4) | Value::Null => false,
        Value::Enum(_, comparison) => {
            let count = sequence::properties(cx.heap, object).len();
            if exact.is_none() && count > 0 && !(0..=5).contains(&comparison) {
                let why = "The string comparison type passed in is currently not supported.";
                return Err(cx.throw_argument(Exc::Argument, why, "comparisonType"));
            }
            comparison % 2 == 1
        }
        _ => false,
    };
    if exact.is_some() || !ignore_case {
        return Ok(exact);
    }
    let properties = sequence::properties(cx.heap, object);
    cx.charge(properties.len())?;
    let wanted = cx.heap.text(name);
    let same = |at: &Ref| {
        node::property(cx.heap, *at).is_some_and(|(other, _)| cx.heap.text(other).equals_ignore_case(wanted))
    };
    Ok(properties.into_iter().find(same))
}

fn get_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = find_compared(cx, args)?;
    Ok(value(found.and_then(|p| node::property(cx.heap, p)).map_or(NONE, |(_, value)| value)))
}

fn property(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(value(find_compared(cx, args)?.unwrap_or(NONE)))
}

fn properties(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let items = sequence::properties(cx.heap, this(args)?);
    edit::tokens(cx, types::construct(TypeId::ENUMERABLE, &[known::JPROPERTY.id()]), items)
}

fn property_values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let items = sequence::properties(cx.heap, this(args)?);
    let items = items.into_iter().map(|p| node::through_property(cx.heap, p)).collect();
    let ty = edit::token_sequence();
    edit::tokens(cx, ty, items)
}

/// What `foreach` over a `JObject` goes through: pairs, unlike `foreach` over the same object as a `JToken`.
fn pairs(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let object = this(args)?;
    Ok(cx.heap.new_native(sequence::Pairs { object, cursor: Value::Null })?)
}
