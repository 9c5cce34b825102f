//! `System.Xml.Linq.XAttribute`.

use super::convert::{self, To};
use super::edit::remove_attribute;
use super::names::{XMLNS, parts};
use super::text::to_xml_text;
use super::tree::{self, Kind, attribute_value, attributes, get, get_mut};
use super::writer::node_text;
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, constructor, method, operator, property, property_set};
use crate::value::Value;

pub(super) const TYPE: TypeDef = TypeDef::class("System.Xml.Linq.XAttribute")
    .base("System.Xml.Linq.XObject")
    .summary("A name and a value on an element.")
    .members(&[
        constructor("XAttribute(XName name, object value)", new),
        constructor("XAttribute(XAttribute other)", copy),
        property("bool IsNamespaceDeclaration { get; }", is_declaration),
        property("XName Name { get; }", |cx, args| Ok(tree::name(cx.heap, arg(args, 0)))),
        property("XAttribute NextAttribute { get; }", |cx, args| sibling(cx, args, 1)),
        property("XAttribute PreviousAttribute { get; }", |cx, args| sibling(cx, args, -1)),
        property_set("string Value { get; set; }", value, set_value),
        method("void Remove()", |cx, args| remove_attribute(cx, arg(args, 0)).map(|()| Value::Null)),
        method("void SetValue(object value)", set_value),
        method("string ToString()", to_string),
        operator("static explicit operator string(XAttribute attribute)", |cx, args| {
            convert::nullable(cx, args, To::Text)
        }),
        operator("static explicit operator bool(XAttribute attribute)", |cx, args| {
            convert::required(cx, args, To::Bool, "attribute")
        }),
        operator("static explicit operator bool?(XAttribute attribute)", |cx, args| {
            convert::nullable(cx, args, To::Bool)
        }),
        operator("static explicit operator int(XAttribute attribute)", |cx, args| {
            convert::required(cx, args, To::Int32, "attribute")
        }),
        operator("static explicit operator int?(XAttribute attribute)", |cx, args| {
            convert::nullable(cx, args, To::Int32)
        }),
        operator("static explicit operator uint(XAttribute attribute)", |cx, args| {
            convert::required(cx, args, To::UInt32, "attribute")
        }),
        operator("static explicit operator uint?(XAttribute attribute)", |cx, args| {
            convert::nullable(cx, args, To::UInt32)
        }),
        operator("static explicit operator long(XAttribute attribute)", |cx, args| {
            convert::required(cx, args, To::Int64, "attribute")
        }),
        operator("static explicit operator long?(XAttribute attribute)", |cx, args| {
            convert::nullable(cx, args, To::Int64)
        }),
        operator("static explicit operator ulong(XAttribute attribute)", |cx, args| {
            convert::required(cx, args, To::UInt64, "attribute")
        }),
        operator("static explicit operator ulong?(XAttribute attribute)", |cx, args| {
            convert::nullable(cx, args, To::UInt64)
        }),
        operator("static explicit operator float(XAttribute attribute)", |cx, args| {
            convert::required(cx, args, To::Single, "attribute")
        }),
        operator("static explicit operator float?(XAttribute attribute)", |cx, args| {
            convert::nullable(cx, args, To::Single)
        }),
        operator("static explicit operator double(XAttribute attribute)", |cx, args| {
            convert::required(cx, args, To::Double, "attribute")
        }),
        operator("static explicit operator double?(XAttribute attribute)", |cx, args| {
            convert::nullable(cx, args, To::Double)
        }),
        operator("static explicit operator decimal(XAttribute attribute)", |cx, args| {
            convert::required(cx, args, To::Decimal, "attribute")
        }),
        operator("static explicit operator decimal?(XAttribute attribute)", |cx, args| {
            convert::nullable(cx, args, To::Decimal)
        }),
        operator("static explicit operator DateTime(XAttribute attribute)", |cx, args| {
            convert::required(cx, args, To::DateTime, "attribute")
        }),
        operator("static explicit operator DateTime?(XAttribute attribute)", |cx, args| {
            convert::nullable(cx, args, To::DateTime)
        }),
        operator("static explicit operator DateTimeOffset(XAttribute attribute)", |cx, args| {
            convert::required(cx, args, To::DateTimeOffset, "attribute")
        }),
        operator("static explicit operator DateTimeOffset?(XAttribute attribute)", |cx, args| {
            convert::nullable(cx, args, To::DateTimeOffset)
        }),
        operator("static explicit operator TimeSpan(XAttribute attribute)", |cx, args| {
            convert::required(cx, args, To::TimeSpan, "attribute")
        }),
        operator("static explicit operator TimeSpan?(XAttribute attribute)", |cx, args| {
            convert::nullable(cx, args, To::TimeSpan)
        }),
        operator("static explicit operator Guid(XAttribute attribute)", |cx, args| {
            convert::required(cx, args, To::Guid, "attribute")
        }),
        operator("static explicit operator Guid?(XAttribute attribute)", |cx, args| {
            convert::nullable(cx, args, To::Guid)
        }),
    ]);

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = arg(args, 0);
    if name.is_null() {
        return Err(cx.argument_null("name"));
    }
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("value"));
    }
    let value = to_xml_text(cx, arg(args, 1))?;
    tree::new(cx, Kind::Attribute { name, value })
}

fn copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("other"));
    }
    let kind = get(cx, arg(args, 0))?.kind.clone();
    tree::new(cx, kind)
}

fn is_declaration(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (local, uri) = parts(cx.heap, tree::name(cx.heap, arg(args, 0)));
    let bare = uri.is_empty() && cx.text(local).is("xmlns");
    Ok(Value::Bool(bare || cx.text(uri).is(XMLNS)))
}

fn sibling(cx: &mut Cx<'_>, args: &[Value], step: isize) -> Result<Value, Throw> {
    let all = attributes(cx.heap, tree::parent(cx, arg(args, 0)));
    let at = all.iter().position(|attribute| *attribute == arg(args, 0));
    let sibling = at.and_then(|at| at.checked_add_signed(step)).and_then(|at| all.get(at).copied());
    Ok(sibling.unwrap_or(Value::Null))
}

fn value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::String(attribute_value(cx.heap, arg(args, 0))))
}

fn set_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("value"));
    }
    let text = to_xml_text(cx, arg(args, 1))?;
    if let Kind::Attribute { value, .. } = &mut get_mut(cx, arg(args, 0))?.kind {
        *value = text;
    }
    Ok(Value::Null)
}

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = node_text(cx, arg(args, 0), false)?;
    cx.string_buf(&text)
}
