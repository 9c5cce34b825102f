//! [`Newtonsoft.Json.Linq.JProperty`](https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_Linq_JProperty.htm).

use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, constructor, property, property_set};
use crate::value::Value;

use super::edit::{self, value};
use super::node::{self, NONE};
use super::{jarray, this, token_arg};

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("Newtonsoft.Json.Linq.JProperty").base("JContainer").members(&[
        constructor("JProperty(JProperty other)", new_copy),
        constructor("JProperty(string name, params object[] content)", new),
        constructor("JProperty(string name, object content)", new),
        property("string Name { get; }", name),
        property_set("JToken Value { get; set; }", get_value, set_value),
    ]);

fn new_copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match token_arg(args, 0) {
        NONE => Err(cx.argument_null("other")),
        other => Ok(Value::Object(node::copy(cx.heap, other, 0)?)),
    }
}

/// Several values, or a sequence, become an array.
fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 0, "name")?;
    let content = arg(args, 1);
    let token = if edit::is_multi(cx, content) {
        let array = jarray::create(cx)?;
        edit::append(cx, array, content)?;
        array
    } else {
        edit::from_content(cx, content)?
    };
    Ok(Value::Object(edit::property(cx, name, token)?))
}

fn name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(node::property(cx.heap, this(args)?).map_or(Value::Null, |(name, _)| Value::String(name)))
}

fn get_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(value(node::property(cx.heap, this(args)?).map_or(NONE, |(_, value)| value)))
}

fn set_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    edit::set(cx, this(args)?, 0, token_arg(args, 1))?;
    Ok(Value::Null)
}
