//! [`Newtonsoft.Json.Linq.JConstructor`](https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_Linq_JConstructor.htm).

use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, constructor, property_set};
use crate::value::Value;
use crate::value::text::Str;

use super::node::{self, Kind, NONE};
use super::{edit, jtoken, this, token_arg};

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("Newtonsoft.Json.Linq.JConstructor").base("JContainer").members(&[
        constructor("JConstructor()", |cx, _| create(cx, Str::EMPTY)),
        constructor("JConstructor(JConstructor other)", new_copy),
        constructor("JConstructor(string name, params object[] content)", new),
        constructor("JConstructor(string name, object content)", new),
        constructor("JConstructor(string name)", new),
        property_set("string Name { get; set; }", get_name, set_name),
        property_set("JToken this[object key] { get; set; }", jtoken::get_item, jtoken::set_item),
    ]);

fn create(cx: &mut Cx<'_>, name: Str) -> Result<Value, Throw> {
    Ok(Value::Object(node::new(cx.heap, Kind::Constructor(Box::new((name, Vec::new()))))?))
}

fn new_copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match token_arg(args, 0) {
        NONE => Err(cx.argument_null("other")),
        other => Ok(Value::Object(node::copy(cx.heap, other, 0)?)),
    }
}

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 0, "name")?;
    if name.is_empty() {
        return Err(cx.throw_argument(crate::exception::Exc::Argument, "Constructor name cannot be empty.", "name"));
    }
    let made = create(cx, name)?;
    if args.len() > 1 {
        edit::append(cx, this(&[made])?, arg(args, 1))?;
    }
    Ok(made)
}

fn get_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(match &node::node(cx.heap, this(args)?).kind {
        // One that was made without a name has none.
        Kind::Constructor(parts) if !parts.0.is_empty() => Value::String(parts.0),
        _ => Value::Null,
    })
}

fn set_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 1, "value")?;
    if let Some(node::Node { kind: Kind::Constructor(parts), .. }) = node::node_mut(cx.heap, this(args)?) {
        parts.0 = name;
    }
    Ok(Value::Null)
}
