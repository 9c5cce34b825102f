//! [`Newtonsoft.Json.Linq.JValue`](https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_Linq_JValue.htm) and
//! `JRaw`.

use std::cmp::Ordering;

use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, property_set};
use crate::types::{self, TypeId};
use crate::value::Value;
use crate::value::behaviour::{to_text, type_of};
use crate::value::text::Str;

use super::node::{self, Kind, NONE, Node, TokenType};
use super::{compare, conversions, convert, edit, this, token_arg};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("Newtonsoft.Json.Linq.JValue")
    .base("JToken")
    .interfaces(&[
        "System.IFormattable",
        "System.IComparable",
        "System.IEquatable<JValue>",
        "System.IComparable<JValue>",
    ])
    .members(&[
        constructor("JValue(JValue other)", new_copy),
        constructor("JValue(long value)", new),
        constructor("JValue(decimal value)", new),
        constructor("JValue(char value)", new),
        constructor("JValue(ulong value)", new),
        constructor("JValue(double value)", new),
        constructor("JValue(float value)", new),
        constructor("JValue(DateTime value)", new),
        constructor("JValue(DateTimeOffset value)", new),
        constructor("JValue(bool value)", new),
        constructor("JValue(string value)", conversions::wrap_text),
        constructor("JValue(Guid value)", new),
        constructor("JValue(Uri value)", new),
        constructor("JValue(TimeSpan value)", new),
        constructor("JValue(object value)", |cx, args| Ok(Value::Object(edit::boxed(cx, arg(args, 0))?))),
        property_set("object Value { get; set; }", get_value, set_value),
        method("static JValue CreateComment(string value)", create_comment),
        method("static JValue CreateString(string value)", conversions::wrap_text),
        method("static JValue CreateNull()", create_null),
        method("static JValue CreateUndefined()", create_undefined),
        method("bool Equals(JValue other)", equals),
        method("int CompareTo(JValue obj)", compare_to),
        method("string ToString(string format)", to_string_formatted),
        method("string ToString(IFormatProvider formatProvider)", |cx, args| {
            to_string_formatted(cx, &[arg(args, 0), Value::Null])
        }),
        method("string ToString(string format, IFormatProvider formatProvider)", to_string_formatted),
    ]);

pub(in crate::library) const RAW: TypeDef = TypeDef::class("Newtonsoft.Json.Linq.JRaw")
    .base("JValue")
    .members(&[constructor("JRaw(JRaw other)", new_copy), constructor("JRaw(object rawJson)", new_raw)]);

fn new_copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match token_arg(args, 0) {
        NONE => Err(cx.throw_default(Exc::NullReference)),
        other => Ok(Value::Object(node::copy(cx.heap, other, 0)?)),
    }
}

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Object(edit::new_value(cx, arg(args, 0))?))
}

fn new_raw(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Object(node::new_scalar(cx.heap, TokenType::Raw, arg(args, 0))?))
}

fn get_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(node::scalar(cx.heap, this(args)?).map_or(Value::Null, |(_, value)| value))
}

/// A new value brings its own type, but a string stays a comment or raw JSON.
fn set_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let value = arg(args, 1);
    let made = edit::new_value(cx, value)?;
    let ty = node::scalar(cx.heap, made).map_or(TokenType::Null, |(ty, _)| ty);
    if let Some(Node { kind: Kind::Scalar { ty: old, value: slot }, .. }) = node::node_mut(cx.heap, this(args)?) {
        let keeps = ty == TokenType::String && matches!(old, TokenType::Comment | TokenType::Raw);
        *old = if keeps { *old } else { ty };
        *slot = value;
    }
    Ok(Value::Null)
}

fn create_comment(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Object(node::new_scalar(cx.heap, TokenType::Comment, arg(args, 0))?))
}

fn create_null(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Object(node::new_scalar(cx.heap, TokenType::Null, Value::Null)?))
}

fn create_undefined(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Object(node::new_scalar(cx.heap, TokenType::Undefined, Value::Null)?))
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let other = token_arg(args, 1);
    Ok(Value::Bool(other != NONE && compare::equals(cx.heap, this(args)?, other)))
}

fn compare_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let order = match token_arg(args, 1) {
        NONE => Ordering::Greater,
        other => compare::compare_tokens(cx, this(args)?, other)?,
    };
    Ok(Value::Int32(order as i32))
}

/// `ToString(format)` of the value, if its type has that.
fn to_string_formatted(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some((_, value)) = node::scalar(cx.heap, this(args)?) else { return Ok(Value::String(Str::EMPTY)) };
    let Some(ty) = type_of(cx.heap, value) else { return Ok(Value::String(Str::EMPTY)) };
    match convert::member(&types::net_name(ty), "ToString", &[TypeId::STRING]) {
        Some(run) => run(cx, &[value, arg(args, 1)]),
        None => Ok(Value::String(to_text(cx, value)?)),
    }
}
