//! Reading whole elements and their content.

use super::cursor::{Place, current, read};
use super::node::{node_type, qualified};
use super::{Cursor, over, this, this_mut, wrong_node};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::library::xml::convert::{self, To};
use crate::library::xml::tree::{self, Kind, children, text_of};
use crate::library::xml::{names, writer};
use crate::value::Value;
use crate::value::text::{Str, TextBuf};

const ELEMENT: i64 = 1;
const END: i64 = 15;

fn kind(cx: &mut Cx<'_>, args: &[Value]) -> Result<i64, Throw> {
    match node_type(cx, args)? {
        Value::Enum(_, number) => Ok(number),
        _ => Ok(0),
    }
}

/// To the next element, end tag or text; from an attribute to its element.
pub(super) fn move_to_content(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    super::cursor::move_to_element(cx, args)?;
    if this(cx, args)?.cursor.place == Place::Before {
        read(cx, args)?;
    }
    while !matches!(kind(cx, args)?, ELEMENT | END | 3 | 4) && read(cx, args)? == Value::Bool(true) {}
    node_type(cx, args)
}

fn content(cx: &mut Cx<'_>, args: &[Value]) -> Result<i64, Throw> {
    move_to_content(cx, args)?;
    kind(cx, args)
}

/// Whether the element stood on has the name that the arguments give, if they give one.
fn is_named(cx: &mut Cx<'_>, args: &[Value]) -> Result<bool, Throw> {
    let Some(wanted) = cx.string_opt(args, 1) else { return Ok(true) };
    let (Place::Node(node) | Place::End(node)) = this(cx, args)?.cursor.place else { return Ok(false) };
    if args.len() < 3 {
        let name = qualified(cx, args)?;
        return Ok(cx.text(wanted).to_utf8() == name);
    }
    let uri = cx.string_opt(args, 2).unwrap_or(Str::EMPTY);
    let (local, namespace) = names::parts(cx.heap, tree::name(cx.heap, node));
    Ok(cx.text(local).equals(cx.text(wanted)) && cx.text(namespace).equals(cx.text(uri)))
}

pub(super) fn is_start_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = content(cx, args)? == ELEMENT;
    Ok(Value::Bool(element && is_named(cx, args)?))
}

/// Stands on an element of the name asked for, or throws.
fn expect_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<(), Throw> {
    if content(cx, args)? != ELEMENT {
        return Err(wrong_node(cx, args));
    }
    if is_named(cx, args)? {
        return Ok(());
    }
    let shown = |cx: &Cx<'_>, i| cx.string_opt(args, i).map_or_else(String::new, |s| cx.text(s).to_utf8().into_owned());
    let why = match args.len() {
        3 => format!("Element '{}' with namespace name '{}' was not found.", shown(cx, 1), shown(cx, 2)),
        _ => format!("Element '{}' was not found.", shown(cx, 1)),
    };
    Err(cx.throw(Exc::Xml, why))
}

pub(super) fn read_start_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    expect_element(cx, args)?;
    read(cx, args)?;
    Ok(Value::Null)
}

pub(super) fn read_end_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if content(cx, args)? != END {
        return Err(wrong_node(cx, args));
    }
    read(cx, args)?;
    Ok(Value::Null)
}

/// Past the node with all that is in it.
pub(super) fn skip(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    super::cursor::move_to_element(cx, args)?;
    if let Some(node) = current(&this(cx, args)?.cursor) {
        this_mut(cx, args)?.cursor.leave(node);
    }
    read(cx, args)?;
    Ok(Value::Null)
}

/// Text and CDATA from here on, up to the next tag.
fn gather(cx: &mut Cx<'_>, args: &[Value]) -> Result<Str, Throw> {
    let mut parts = Vec::new();
    loop {
        match kind(cx, args)? {
            3 | 4 | 13 | 14 => {
                if let Value::String(text) = super::node::value(cx, args)? {
                    parts.push(text);
                }
            }
            7 | 8 => {}
            _ => break,
        }
        if read(cx, args)? == Value::Bool(false) {
            break;
        }
    }
    Ok(cx.heap.concat(&parts)?)
}

pub(super) fn content_as_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match kind(cx, args)? {
        2 => super::node::value(cx, args),
        3 | 4 | 7 | 8 | 13 | 14 | END => gather(cx, args).map(Value::String),
        _ => Err(not_supported(cx, args, "ReadContentAsString")),
    }
}

fn not_supported(cx: &mut Cx<'_>, args: &[Value], method: &str) -> Throw {
    let mut name = TextBuf::new();
    if let Ok(Value::Enum(ty, number)) = node_type(cx, args) {
        crate::library::system::enum_type::push_name(ty, number, &mut name);
    }
    let name = name.as_text().to_utf8().into_owned();
    let mut why = format!("The {method} method is not supported on node type {name}.");
    if name == "Element" {
        why.push_str(" If you want to read typed content of an element, use the ReadElementContentAs method.");
    }
    cx.throw(Exc::InvalidOperation, why)
}

/// The text of the element stood on, which is gone past.
fn element_text(cx: &mut Cx<'_>, args: &[Value], method: &str) -> Result<Str, Throw> {
    if kind(cx, args)? != ELEMENT {
        return Err(not_supported(cx, args, method));
    }
    if args.len() > 1 && !is_named(cx, args)? {
        expect_element(cx, args)?;
    }
    let Some(element) = current(&this(cx, args)?.cursor) else { return Ok(Str::EMPTY) };
    if children(cx.heap, element).iter().any(|child| tree::is_element(cx.heap, *child)) {
        return Err(cx.throw(Exc::Xml, "'Element' is an invalid XmlNodeType."));
    }
    let text = text_of(cx, element)?;
    // A mistake inside the element shows on the way to its end.
    let depth = this(cx, args)?.cursor.depth();
    let is_empty = super::node::is_empty_element(cx, args)? == Value::Bool(true);
    while !is_empty && read(cx, args)? == Value::Bool(true) && this(cx, args)?.cursor.depth() > depth {}
    read(cx, args)?;
    Ok(text)
}

pub(super) fn element_as_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    element_text(cx, args, "ReadElementContentAsString").map(Value::String)
}

fn to_of(name: &str) -> To {
    match name {
        "Boolean" => To::Bool,
        "DateTime" => To::DateTime,
        "Decimal" => To::Decimal,
        "Double" => To::Double,
        "Float" => To::Single,
        "Int" => To::Int32,
        _ => To::Int64,
    }
}

/// A conversion that fails is an `XmlException`.
fn converted(cx: &mut Cx<'_>, text: Str, name: &str) -> Result<Value, Throw> {
    match convert::of_text(cx, text, to_of(name)) {
        Err(Throw::Exception(_)) => {
            Err(cx.throw(Exc::Xml, format_args!("Content cannot be converted to the type {name}.")))
        }
        other => other,
    }
}

pub(super) fn element_as(cx: &mut Cx<'_>, args: &[Value], name: &str) -> Result<Value, Throw> {
    let text = element_text(cx, args, &format!("ReadElementContentAs{name}"))?;
    converted(cx, text, name)
}

pub(super) fn content_as(cx: &mut Cx<'_>, args: &[Value], name: &str) -> Result<Value, Throw> {
    match content_as_string(cx, args)? {
        Value::String(text) => converted(cx, text, name),
        other => Ok(other),
    }
}

/// The older way to read an element that holds text only.
pub(super) fn read_element_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    expect_element(cx, args)?;
    if super::node::is_empty_element(cx, args)? == Value::Bool(true) {
        read(cx, args)?;
        return cx.string("");
    }
    read(cx, args)?;
    let text = gather(cx, args)?;
    if kind(cx, args)? != END {
        return Err(wrong_node(cx, args));
    }
    read(cx, args)?;
    Ok(Value::String(text))
}

/// The text in an element, or from here on.
pub(super) fn read_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    super::cursor::move_to_element(cx, args)?;
    if kind(cx, args)? == ELEMENT {
        if super::node::is_empty_element(cx, args)? == Value::Bool(true) {
            return cx.string("");
        }
        read(cx, args)?;
        if kind(cx, args)? == END {
            return cx.string("");
        }
    }
    let mut parts = Vec::new();
    while matches!(kind(cx, args)?, 3 | 4 | 13 | 14) {
        if let Value::String(text) = super::node::value(cx, args)? {
            parts.push(text);
        }
        if read(cx, args)? == Value::Bool(false) {
            break;
        }
    }
    Ok(Value::String(cx.heap.concat(&parts)?))
}

/// `ReadInnerXml` and `ReadOuterXml`.
pub(super) fn read_xml(cx: &mut Cx<'_>, args: &[Value], outer: bool) -> Result<Value, Throw> {
    if kind(cx, args)? == 2 {
        return super::node::value(cx, args);
    }
    let Some(node) = current(&this(cx, args)?.cursor) else { return cx.string("") };
    let is_element = tree::is_element(cx.heap, node);
    let mut text = TextBuf::new();
    let parts = if outer { vec![node] } else { children(cx.heap, node).to_vec() };
    for part in parts {
        let written = writer::node_text(cx, part, false)?;
        cx.heap.charge(written.len())?;
        text.push_text(written.as_text());
    }
    if is_element {
        skip(cx, args)?;
    } else {
        read(cx, args)?;
    }
    cx.string_buf(&text)
}

/// A reader of the element alone; this one stands on its end meanwhile.
pub(super) fn read_subtree(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let element = current(&this(cx, args)?.cursor).filter(|node| tree::is_element(cx.heap, *node));
    let Some(element) = element else {
        return Err(
            cx.throw(Exc::InvalidOperation, "ReadSubtree() can be called only if the reader is on an element node.")
        );
    };
    let options = this(cx, args)?.options;
    if super::node::is_empty_element(cx, args)? == Value::Bool(false) {
        this_mut(cx, args)?.cursor.leave(element);
    }
    let known = this(cx, args)?.known;
    over(cx, known, options, Value::Null, Cursor::over(element))
}

pub(super) fn read_to_following(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.string_arg(args, 1, "name")?;
    while read(cx, args)? == Value::Bool(true) {
        if kind(cx, args)? == ELEMENT && is_named(cx, args)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

pub(super) fn read_to_descendant(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.string_arg(args, 1, "name")?;
    let start = this(cx, args)?.cursor.place;
    let depth = this(cx, args)?.cursor.depth();
    match start {
        Place::Before => return read_to_following(cx, args),
        Place::Node(node) if matches!(tree::get(cx, node)?.kind, Kind::Element { .. }) => {}
        _ => return Ok(Value::Bool(false)),
    }
    if super::node::is_empty_element(cx, args)? == Value::Bool(true) {
        return Ok(Value::Bool(false));
    }
    while read(cx, args)? == Value::Bool(true) && this(cx, args)?.cursor.depth() > depth {
        if kind(cx, args)? == ELEMENT && is_named(cx, args)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

pub(super) fn read_to_next_sibling(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.string_arg(args, 1, "name")?;
    loop {
        if this(cx, args)?.cursor.place == Place::Before {
            return Ok(Value::Bool(false));
        }
        skip(cx, args)?;
        match kind(cx, args)? {
            ELEMENT if is_named(cx, args)? => return Ok(Value::Bool(true)),
            END | 0 => return Ok(Value::Bool(false)),
            _ => {}
        }
    }
}
