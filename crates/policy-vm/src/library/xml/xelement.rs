//! `System.Xml.Linq.XElement`.

use super::axes::{Axis, first, walk};
use super::convert::{self, To};
use super::edit::{self, append, new_element, set_attribute, set_element, set_text};
use super::names::{self, XML, XMLNS, namespace_of};
use super::reader::parse_element;
use super::text::to_xml_text;
use super::tree::{self, Kind, attribute_value, attributes, deep_clone, get, get_mut, is_element, text_of};
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, constructor, method, operator, property, property_set};
use crate::value::Value;
use crate::value::text::Str;

pub(super) const TYPE: TypeDef = TypeDef::class("System.Xml.Linq.XElement")
    .base("System.Xml.Linq.XContainer")
    .summary("An element with its attributes and content.")
    .members(&[
        constructor("XElement(XName name)", new),
        constructor("XElement(XName name, object content)", new),
        constructor("XElement(XName name, params object[] content)", new),
        constructor("XElement(XElement other)", copy),
        property("static IEnumerable<XElement> EmptySequence { get; }", empty_sequence),
        property("XAttribute FirstAttribute { get; }", |cx, args| {
            Ok(attributes(cx.heap, arg(args, 0)).first().copied().unwrap_or(Value::Null))
        }),
        property("bool HasAttributes { get; }", |cx, args| {
            Ok(Value::Bool(!attributes(cx.heap, arg(args, 0)).is_empty()))
        }),
        property("bool HasElements { get; }", has_elements),
        property("bool IsEmpty { get; }", is_empty),
        property("XAttribute LastAttribute { get; }", |cx, args| {
            Ok(attributes(cx.heap, arg(args, 0)).last().copied().unwrap_or(Value::Null))
        }),
        property_set("XName Name { get; set; }", |cx, args| Ok(tree::name(cx.heap, arg(args, 0))), set_name),
        property_set("string Value { get; set; }", value, set_value),
        method("IEnumerable<XElement> AncestorsAndSelf()", |cx, args| walk(cx, args, Axis::AncestorsAndSelf)),
        method("IEnumerable<XElement> AncestorsAndSelf(XName name)", |cx, args| walk(cx, args, Axis::AncestorsAndSelf)),
        method("XAttribute Attribute(XName name)", attribute),
        method("IEnumerable<XAttribute> Attributes()", |cx, args| walk(cx, args, Axis::Attributes)),
        method("IEnumerable<XAttribute> Attributes(XName name)", |cx, args| walk(cx, args, Axis::Attributes)),
        method("IEnumerable<XNode> DescendantNodesAndSelf()", |cx, args| walk(cx, args, Axis::DescendantNodesAndSelf)),
        method("IEnumerable<XElement> DescendantsAndSelf()", |cx, args| walk(cx, args, Axis::DescendantsAndSelf)),
        method("IEnumerable<XElement> DescendantsAndSelf(XName name)", |cx, args| {
            walk(cx, args, Axis::DescendantsAndSelf)
        }),
        method("XNamespace GetDefaultNamespace()", default_namespace),
        method("XNamespace GetNamespaceOfPrefix(string prefix)", namespace_of_prefix),
        method("string GetPrefixOfNamespace(XNamespace ns)", prefix_of_namespace),
        method("static XElement Load(TextReader textReader)", load),
        method("static XElement Load(TextReader textReader, LoadOptions options)", load),
        method("static XElement Load(XmlReader reader)", load_from),
        method("static XElement Load(XmlReader reader, LoadOptions options)", load_from),
        method("static XElement Parse(string text)", parse),
        method("static XElement Parse(string text, LoadOptions options)", parse),
        method("void Save(TextWriter textWriter)", super::xml_writer::save),
        method("void Save(TextWriter textWriter, SaveOptions options)", super::xml_writer::save),
        method("void Save(XmlWriter writer)", super::xml_writer::save_to),
        method("void RemoveAll()", remove_all),
        method("void RemoveAttributes()", |cx, args| edit::remove_attributes(cx, arg(args, 0)).map(|()| Value::Null)),
        method("void ReplaceAll(object content)", replace_all),
        method("void ReplaceAll(params object[] content)", replace_all),
        method("void ReplaceAttributes(object content)", replace_attributes),
        method("void ReplaceAttributes(params object[] content)", replace_attributes),
        method("void SetAttributeValue(XName name, object value)", set_attribute_value),
        method("void SetElementValue(XName name, object value)", set_element_value),
        method("void SetValue(object value)", set_value),
        operator("static explicit operator string(XElement element)", |cx, args| convert::nullable(cx, args, To::Text)),
        operator("static explicit operator bool(XElement element)", |cx, args| {
            convert::required(cx, args, To::Bool, "element")
        }),
        operator("static explicit operator bool?(XElement element)", |cx, args| convert::nullable(cx, args, To::Bool)),
        operator("static explicit operator int(XElement element)", |cx, args| {
            convert::required(cx, args, To::Int32, "element")
        }),
        operator("static explicit operator int?(XElement element)", |cx, args| convert::nullable(cx, args, To::Int32)),
        operator("static explicit operator uint(XElement element)", |cx, args| {
            convert::required(cx, args, To::UInt32, "element")
        }),
        operator("static explicit operator uint?(XElement element)", |cx, args| {
            convert::nullable(cx, args, To::UInt32)
        }),
        operator("static explicit operator long(XElement element)", |cx, args| {
            convert::required(cx, args, To::Int64, "element")
        }),
        operator("static explicit operator long?(XElement element)", |cx, args| convert::nullable(cx, args, To::Int64)),
        operator("static explicit operator ulong(XElement element)", |cx, args| {
            convert::required(cx, args, To::UInt64, "element")
        }),
        operator("static explicit operator ulong?(XElement element)", |cx, args| {
            convert::nullable(cx, args, To::UInt64)
        }),
        operator("static explicit operator float(XElement element)", |cx, args| {
            convert::required(cx, args, To::Single, "element")
        }),
        operator("static explicit operator float?(XElement element)", |cx, args| {
            convert::nullable(cx, args, To::Single)
        }),
        operator("static explicit operator double(XElement element)", |cx, args| {
            convert::required(cx, args, To::Double, "element")
        }),
        operator("static explicit operator double?(XElement element)", |cx, args| {
            convert::nullable(cx, args, To::Double)
        }),
        operator("static explicit operator decimal(XElement element)", |cx, args| {
            convert::required(cx, args, To::Decimal, "element")
        }),
        operator("static explicit operator decimal?(XElement element)", |cx, args| {
            convert::nullable(cx, args, To::Decimal)
        }),
        operator("static explicit operator DateTime(XElement element)", |cx, args| {
            convert::required(cx, args, To::DateTime, "element")
        }),
        operator("static explicit operator DateTime?(XElement element)", |cx, args| {
            convert::nullable(cx, args, To::DateTime)
        }),
        operator("static explicit operator DateTimeOffset(XElement element)", |cx, args| {
            convert::required(cx, args, To::DateTimeOffset, "element")
        }),
        operator("static explicit operator DateTimeOffset?(XElement element)", |cx, args| {
            convert::nullable(cx, args, To::DateTimeOffset)
        }),
        operator("static explicit operator TimeSpan(XElement element)", |cx, args| {
            convert::required(cx, args, To::TimeSpan, "element")
        }),
        operator("static explicit operator TimeSpan?(XElement element)", |cx, args| {
            convert::nullable(cx, args, To::TimeSpan)
        }),
        operator("static explicit operator Guid(XElement element)", |cx, args| {
            convert::required(cx, args, To::Guid, "element")
        }),
        operator("static explicit operator Guid?(XElement element)", |cx, args| convert::nullable(cx, args, To::Guid)),
    ]);

/// All constructors that take a name.
fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = new_element(cx, arg(args, 0))?;
    append(cx, element, arg(args, 1))?;
    Ok(element)
}

fn copy(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("other"));
    }
    deep_clone(cx, arg(args, 0))
}

fn empty_sequence(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(cx.heap.new_array(tree::X_ELEMENT.id(), Vec::new())?)
}

fn has_elements(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(!first(cx, arg(args, 0), Axis::Elements, Value::Null)?.is_null()))
}

fn is_empty(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let kind = &get(cx, arg(args, 0))?.kind;
    Ok(Value::Bool(matches!(kind, Kind::Element { children, filled: false, .. } if children.is_empty())))
}

fn set_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("value"));
    }
    if let Kind::Element { name, .. } = &mut get_mut(cx, arg(args, 0))?.kind {
        *name = arg(args, 1);
    }
    Ok(Value::Null)
}

fn value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::String(text_of(cx, arg(args, 0))?))
}

fn set_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("value"));
    }
    let text = to_xml_text(cx, arg(args, 1))?;
    set_text(cx, arg(args, 0), text)?;
    Ok(Value::Null)
}

fn attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(tree::attribute(cx.heap, arg(args, 0), arg(args, 1)).unwrap_or(Value::Null))
}

/// Goes up from an element until `find` finds something among an element's namespace declarations (prefix, URI).
fn declared(
    cx: &mut Cx<'_>,
    element: Value,
    find: &dyn Fn(&Cx<'_>, Option<Str>, Str) -> bool,
) -> Result<Option<(Option<Str>, Str)>, Throw> {
    let mut at = element;
    while is_element(cx.heap, at) {
        cx.charge(1)?;
        for attribute in attributes(cx.heap, at) {
            let (local, uri) = names::parts(cx.heap, tree::name(cx.heap, *attribute));
            let prefix = if cx.text(uri).is(XMLNS) {
                Some(local)
            } else if uri.is_empty() && cx.text(local).is("xmlns") {
                None
            } else {
                continue;
            };
            let value = attribute_value(cx.heap, *attribute);
            if find(cx, prefix, value) {
                return Ok(Some((prefix, value)));
            }
        }
        at = tree::parent(cx, at);
    }
    Ok(None)
}

fn default_namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = declared(cx, arg(args, 0), &|_, prefix, _| prefix.is_none())?;
    namespace_of(cx, found.map_or(Str::EMPTY, |(_, uri)| uri))
}

fn namespace_of_prefix(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let wanted = cx.string_arg(args, 1, "prefix")?;
    let special = match &*cx.text(wanted).to_utf8() {
        "xml" => Some(XML),
        "xmlns" => Some(XMLNS),
        _ => None,
    };
    if let Some(uri) = special {
        let uri = cx.heap.new_str(uri)?;
        return namespace_of(cx, uri);
    }
    let matches = |cx: &Cx<'_>, prefix: Option<Str>, _: Str| prefix.is_some_and(|p| cx.text(p).equals(cx.text(wanted)));
    match declared(cx, arg(args, 0), &matches)? {
        Some((_, uri)) => namespace_of(cx, uri),
        None => Ok(Value::Null),
    }
}

fn prefix_of_namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(wanted) = names::uri_of(cx.heap, arg(args, 1)) else { return Err(cx.argument_null("ns")) };
    let matches = |cx: &Cx<'_>, prefix: Option<Str>, uri: Str| prefix.is_some() && cx.text(uri).equals(cx.text(wanted));
    if let Some((Some(prefix), _)) = declared(cx, arg(args, 0), &matches)? {
        return Ok(Value::String(prefix));
    }
    match [(XML, "xml"), (XMLNS, "xmlns")].into_iter().find(|(uri, _)| cx.text(wanted).is(uri)) {
        Some((_, prefix)) => cx.string(prefix),
        None => Ok(Value::Null),
    }
}

/// `Parse(text)` and `Parse(text, options)`.
fn load(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("textReader"));
    }
    let text = super::xml_reader::whole_text(cx, arg(args, 0))?;
    parse_element(cx, text, keeps_space(args))
}

/// The element that a reader comes to, and nothing behind it.
fn load_from(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("reader"));
    }
    match super::xml_reader::read_node(cx, arg(args, 0), true)? {
        Some(node) if is_element(cx.heap, node) => Ok(node),
        _ => Err(super::xml_reader::not_on_element(cx, arg(args, 0))),
    }
}

fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "s")?;
    parse_element(cx, text, keeps_space(args))
}

/// Whether the load options in the second argument ask for white space.
pub(super) fn keeps_space(args: &[Value]) -> bool {
    matches!(arg(args, 1), Value::Enum(_, options) if options & 1 == 1)
}

fn remove_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    edit::remove_attributes(cx, arg(args, 0))?;
    edit::remove_children(cx, arg(args, 0))?;
    Ok(Value::Null)
}

fn replace_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    remove_all(cx, args)?;
    append(cx, arg(args, 0), arg(args, 1))?;
    Ok(Value::Null)
}

fn replace_attributes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    edit::remove_attributes(cx, arg(args, 0))?;
    append(cx, arg(args, 0), arg(args, 1))?;
    Ok(Value::Null)
}

fn set_attribute_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    set_attribute(cx, arg(args, 0), arg(args, 1), arg(args, 2))?;
    Ok(Value::Null)
}

fn set_element_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    set_element(cx, arg(args, 0), arg(args, 1), arg(args, 2))?;
    Ok(Value::Null)
}
