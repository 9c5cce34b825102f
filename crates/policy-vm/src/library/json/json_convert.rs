//! [`Newtonsoft.Json.JsonConvert`](https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_JsonConvert.htm).

use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::system::{object, type_code};
use crate::library::{Allow, TypeDef, method, xml};
use crate::types::{self, TypeId};
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::TextBuf;

use super::big_integer::BigInteger;
use super::{convert, deserialize, serialize, settings, write};

pub(in crate::library) const TYPE: TypeDef = TypeDef::static_class("Newtonsoft.Json.JsonConvert")
    .allow(Allow::Only(&["SerializeObject", "DeserializeObject"]))
    .members(&[
        method("static string SerializeObject(object value)", serialize_object),
        method("static string SerializeObject(object value, Formatting formatting)", serialize_object),
        method("static string SerializeObject(object value, JsonSerializerSettings settings)", serialize_with_settings),
        method(
            "static string SerializeObject(object value, Formatting formatting, JsonSerializerSettings settings)",
            serialize_object,
        ),
        method("static object DeserializeObject(string value)", deserialize_any),
        method("static object DeserializeObject(string value, JsonSerializerSettings settings)", deserialize_any),
        method("static object DeserializeObject(string value, Type type)", deserialize_type),
        method("static T DeserializeObject<T>(string value)", deserialize_object),
        method("static T DeserializeObject<T>(string value, JsonSerializerSettings settings)", deserialize_object),
        method("static string ToString(object value)", to_string),
        // Asked for often, and not on the allow-list: `SerializeObject` does the same.
        method("static string SerializeXmlNode(XmlNode node)", serialize_object),
        method("static string SerializeXmlNode(XmlNode node, Formatting formatting)", serialize_object),
        method("static string SerializeXNode(XObject node)", serialize_object),
        method("static string SerializeXNode(XObject node, Formatting formatting)", serialize_object),
    ]);

fn serialize_object(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let indented = settings::indented(cx, arg(args, 1))?;
    to_json(cx, arg(args, 0), indented)
}

fn serialize_with_settings(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let indented = settings::value(cx, arg(args, 1), 0, 0) == 1;
    to_json(cx, arg(args, 0), indented)
}

/// A simple value; what is none is refused.
fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let value = arg(args, 0);
    let ty = object::type_of(cx, value).unwrap_or(TypeId::OBJECT);
    let plain = type_code::code_of(ty) != 1
        || value.is_null()
        || matches!(ty, TypeId::GUID | TypeId::TIME_SPAN | TypeId::DATE_TIME_OFFSET)
        || ty == convert::URI.id()
        || cx.heap.native::<BigInteger>(value).is_some();
    if !plain {
        let message = format!(
            "Unsupported type: {}. Use the JsonSerializer class to get the object's JSON representation.",
            types::net_name(ty)
        );
        return Err(cx.throw(Exc::Argument, message));
    }
    match value {
        // No quotes here.
        Value::Double(n) if !n.is_finite() => object::to_string(cx, args),
        Value::Single(n) if !n.is_finite() => object::to_string(cx, args),
        value => to_json(cx, value, false),
    }
}

fn to_json(cx: &mut Cx<'_>, value: Value, indented: bool) -> Result<Value, Throw> {
    let mut out = TextBuf::with_capacity(128);
    if value.is_null() {
        out.push_str("null");
    } else if let (false, Some(text)) = (indented, xml::json_text(cx, value)?) {
        out = text;
    } else {
        let token = serialize::to_tree(cx, value)?;
        write::token(cx, token, indented, &mut out)?;
    }
    cx.string_buf(&out)
}

fn deserialize_any(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    read_as(cx, args, TypeId::OBJECT)
}

fn deserialize_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let target = match cx.heap.get(arg(args, 1)) {
        Some(Object::Type(target)) => *target,
        _ => TypeId::OBJECT,
    };
    read_as(cx, args, target)
}

fn deserialize_object(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let target = cx.type_arg(0);
    read_as(cx, args, target)
}

fn read_as(cx: &mut Cx<'_>, args: &[Value], target: TypeId) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "value")?;
    let settings = args.last().copied().unwrap_or(Value::Null);
    let dates = settings::value(cx, settings, settings::DATE_PARSE_HANDLING, 1) != 0;
    deserialize::text::read(cx, text, target, dates)
}
