//! What a reader says of the node or attribute that it stands on.

use super::cursor::{Place, current};
use super::this;
use crate::cx::{Cx, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::xml::dom::qualified_name;
use crate::library::xml::leaves::{declaration_parts, declared};
use crate::library::xml::names::{self, XML, XMLNS};
use crate::library::xml::text::{is_name_start, is_name_unit, is_space};
use crate::library::xml::tree::{self, Kind, attribute_value, attributes};
use crate::types::Known;
use crate::value::Value;
use crate::value::text::{Str, TextBuf};

static NODE_TYPE: Known = Known::new("System.Xml.XmlNodeType");
static READ_STATE: Known = Known::new("System.Xml.ReadState");
static XML_SPACE: Known = Known::new("System.Xml.XmlSpace");

/// The attribute looked at, else the node, else the element whose end this is.
fn subject(cx: &Cx<'_>, args: &[Value]) -> Result<Option<Value>, Throw> {
    let cursor = &this(cx, args)?.cursor;
    let attribute = cursor.attribute.zip(current(cursor));
    let attribute = attribute.and_then(|(place, node)| attributes(cx.heap, node).get(place).copied());
    Ok(attribute.or(match cursor.place {
        Place::Node(node) | Place::End(node) => Some(node),
        _ => None,
    }))
}

pub(super) fn node_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let reader = this(cx, args)?;
    let number = match reader.cursor.place {
        _ if reader.cursor.in_value => 3,
        _ if reader.cursor.attribute.is_some() => 2,
        Place::Declaration => 17,
        Place::End(_) => 15,
        Place::Node(node) => match &tree::get(cx, node)?.kind {
            Kind::Document { .. } => 9,
            Kind::Fragment { .. } => 11,
            Kind::Declaration(_) => 17,
            Kind::Space { significant, .. } => 13 + i64::from(*significant),
            Kind::Element { .. } => 1,
            Kind::Attribute { .. } => 2,
            Kind::Text(text) if !reader.options.is_tree && cx.text(*text).units().all(is_space) => 13,
            Kind::Text(_) => 3,
            Kind::CData(_) => 4,
            Kind::Comment(_) => 8,
            Kind::Instruction { .. } => 7,
            Kind::DocumentType { .. } => 10,
        },
        _ => 0,
    };
    Ok(Value::Enum(NODE_TYPE.id(), number))
}

pub(super) fn read_state(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let number = match this(cx, args)?.cursor.place {
        Place::Before => 0,
        Place::Declaration | Place::Node(_) | Place::End(_) => 1,
        Place::Failed => 2,
        Place::After => 3,
        Place::Closed => 4,
    };
    Ok(Value::Enum(READ_STATE.id(), number))
}

pub(super) fn depth(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(i32::try_from(this(cx, args)?.cursor.depth()).unwrap_or(i32::MAX)))
}

pub(super) fn eof(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(this(cx, args)?.cursor.place == Place::After))
}

pub(super) fn is_empty_element(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let cursor = &this(cx, args)?.cursor;
    let element = current(cursor).filter(|_| cursor.attribute.is_none());
    let kind = element.map(|node| tree::get(cx, node)).transpose()?;
    let empty = kind.is_some_and(
        |node| matches!(&node.kind, Kind::Element { children, filled, .. } if children.is_empty() && !filled),
    );
    Ok(Value::Bool(empty))
}

pub(super) fn name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = qualified(cx, args)?;
    cx.string(&text)
}

pub(super) fn qualified(cx: &mut Cx<'_>, args: &[Value]) -> Result<String, Throw> {
    let cursor = &this(cx, args)?.cursor;
    if cursor.in_value {
        return Ok(String::new());
    }
    if cursor.place == Place::Declaration {
        return Ok("xml".to_owned());
    }
    let Some(node) = subject(cx, args)? else { return Ok(String::new()) };
    let name = qualified_name(cx, node)?;
    Ok(if name.starts_with('#') { String::new() } else { name })
}

pub(super) fn local_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = qualified(cx, args)?;
    cx.string(name.split_once(':').map_or(&*name, |(_, local)| local))
}

pub(super) fn prefix(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = qualified(cx, args)?;
    cx.string(name.split_once(':').map_or("", |(prefix, _)| prefix))
}

pub(super) fn namespace_uri(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if this(cx, args)?.cursor.in_value {
        return cx.string("");
    }
    let Some(node) = subject(cx, args)? else { return cx.string("") };
    let (local, uri) = names::parts(cx.heap, tree::name(cx.heap, node));
    if tree::is_attribute(cx.heap, node) && uri.is_empty() && cx.text(local).is("xmlns") {
        return cx.string(XMLNS);
    }
    Ok(Value::String(uri))
}

fn declaration(cx: &Cx<'_>, args: &[Value]) -> Result<Option<[Option<Str>; 3]>, Throw> {
    let document = this(cx, args)?.cursor.document();
    let Some(node) = document.and_then(|node| tree::get(cx, node).ok()) else { return Ok(None) };
    let Kind::Document { declaration, .. } = node.kind else { return Ok(None) };
    Ok(declaration_parts(cx.heap, declaration))
}

const DECLARED: [&str; 3] = ["version", "encoding", "standalone"];

pub(super) fn value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let cursor = &this(cx, args)?.cursor;
    if cursor.place == Place::Declaration {
        return Ok(Value::String(cursor.declaration));
    }
    if matches!(cursor.place, Place::End(_)) {
        return cx.string("");
    }
    let Some(node) = subject(cx, args)? else { return cx.string("") };
    Ok(Value::String(match &tree::get(cx, node)?.kind {
        Kind::Attribute { value, .. } => *value,
        Kind::Text(text) | Kind::CData(text) | Kind::Comment(text) | Kind::Space { text, .. } => *text,
        Kind::Instruction { data, .. } => *data,
        Kind::Declaration(parts) => {
            let text = declared(cx.heap, *parts);
            return cx.string_buf(&TextBuf::from(text.as_text().to_utf8().trim_start()));
        }
        Kind::DocumentType { subset, .. } => subset.unwrap_or(Str::EMPTY),
        Kind::Document { .. } | Kind::Fragment { .. } | Kind::Element { .. } => Str::EMPTY,
    }))
}

pub(super) fn has_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Value::Enum(_, kind) = node_type(cx, args)? else { return Ok(Value::Bool(false)) };
    Ok(Value::Bool(matches!(kind, 2 | 3 | 4 | 7 | 8 | 10 | 13 | 14 | 17)))
}

// Attributes.

pub(super) fn attribute_count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let cursor = &this(cx, args)?.cursor;
    let count = match current(cursor) {
        Some(node) => attributes(cx.heap, node).len(),
        None if cursor.place == Place::Declaration => {
            declaration(cx, args)?.unwrap_or_default().iter().flatten().count()
        }
        None => 0,
    };
    Ok(Value::Int32(i32::try_from(count).unwrap_or(i32::MAX)))
}

pub(super) fn has_attributes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(attribute_count(cx, args)? != Value::Int32(0)))
}

pub(super) fn no_such_attribute(cx: &mut Cx<'_>) -> Throw {
    let why = "Specified argument was out of the range of valid values.";
    cx.throw_argument(Exc::ArgumentOutOfRange, why, "i")
}

pub(super) fn attribute_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let place = usize::try_from(as_i32(args, 1)?).unwrap_or(usize::MAX);
    let node = current(&this(cx, args)?.cursor);
    match node.and_then(|node| attributes(cx.heap, node).get(place).copied()) {
        Some(attribute) => Ok(Value::String(attribute_value(cx.heap, attribute))),
        None => Err(no_such_attribute(cx)),
    }
}

/// The place of the attribute that the arguments name: with its prefix, or by local name and namespace.
pub(super) fn find_attribute(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<usize>, Throw> {
    let name = cx.string_arg(args, 1, "name")?;
    let wanted = cx.text(name).to_utf8().into_owned();
    let uri = (args.len() > 2).then(|| cx.string_opt(args, 2).unwrap_or(Str::EMPTY));
    let Some(node) = current(&this(cx, args)?.cursor) else { return Ok(None) };
    for (place, attribute) in attributes(cx.heap, node).to_vec().into_iter().enumerate() {
        cx.charge(1)?;
        let found = match uri {
            None => qualified_name(cx, attribute)? == wanted,
            Some(uri) => {
                let (local, namespace) = names::parts(cx.heap, tree::name(cx.heap, attribute));
                cx.text(local).equals(cx.text(name)) && cx.text(namespace).equals(cx.text(uri))
            }
        };
        if found {
            return Ok(Some(place));
        }
    }
    Ok(None)
}

pub(super) fn attribute_named(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if this(cx, args)?.cursor.place == Place::Declaration {
        let name = cx.string_arg(args, 1, "name")?;
        let place = DECLARED.iter().position(|known| cx.text(name).is(known));
        let part = place.and_then(|place| declaration(cx, args).ok()??.get(place).copied().flatten());
        return Ok(part.map_or(Value::Null, Value::String));
    }
    let Some(place) = find_attribute(cx, args)? else { return Ok(Value::Null) };
    let node = current(&this(cx, args)?.cursor);
    let attribute = node.and_then(|node| attributes(cx.heap, node).get(place).copied());
    Ok(attribute.map_or(Value::Null, |attribute| Value::String(attribute_value(cx.heap, attribute))))
}

pub(super) fn attribute_in(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    attribute_named(cx, args)
}

/// `xml:lang` or `xml:space` of the element or the nearest around it.
fn nearest(cx: &Cx<'_>, args: &[Value], local: &str) -> Result<Option<Str>, Throw> {
    let mut at = match this(cx, args)?.cursor.place {
        Place::Node(node) | Place::End(node) => node,
        _ => Value::Null,
    };
    while !at.is_null() {
        for attribute in attributes(cx.heap, at) {
            let (name, uri) = names::parts(cx.heap, tree::name(cx.heap, *attribute));
            if cx.text(name).is(local) && cx.text(uri).is(XML) {
                return Ok(Some(attribute_value(cx.heap, *attribute)));
            }
        }
        at = tree::parent(cx, at);
    }
    Ok(None)
}

pub(super) fn inherited(cx: &mut Cx<'_>, args: &[Value], local: &str) -> Result<Value, Throw> {
    Ok(Value::String(nearest(cx, args, local)?.unwrap_or(Str::EMPTY)))
}

pub(super) fn xml_space(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = nearest(cx, args, "space")?;
    let is = |wanted: &str| text.is_some_and(|text| cx.text(text).is(wanted));
    let number = if is("default") { 1 } else { i64::from(is("preserve")) * 2 };
    Ok(Value::Enum(XML_SPACE.id(), number))
}

pub(super) fn lookup_namespace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let prefix = cx.string_arg(args, 1, "prefix")?;
    let mut at = match this(cx, args)?.cursor.place {
        Place::Node(node) | Place::End(node) => node,
        _ => Value::Null,
    };
    if let Some((_, uri)) = [("xml", XML), ("xmlns", XMLNS)].into_iter().find(|(known, _)| cx.text(prefix).is(known)) {
        return cx.string(uri);
    }
    while !at.is_null() {
        for attribute in attributes(cx.heap, at) {
            let (name, uri) = names::parts(cx.heap, tree::name(cx.heap, *attribute));
            let default = uri.is_empty() && cx.text(name).is("xmlns");
            let declares = if prefix.is_empty() {
                default
            } else {
                cx.text(uri).is(XMLNS) && cx.text(name).equals(cx.text(prefix))
            };
            if declares {
                return Ok(Value::String(attribute_value(cx.heap, *attribute)));
            }
        }
        at = tree::parent(cx, at);
    }
    if prefix.is_empty() { cx.string("") } else { Ok(Value::Null) }
}

/// `IsName` and `IsNameToken`.
pub(super) fn is_name(cx: &mut Cx<'_>, args: &[Value], whole: bool) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "str")?;
    cx.charge(text.len() / 8)?;
    let mut units = cx.text(text).units();
    let first = units.next();
    let good = first.is_some_and(|unit| if whole { is_name_start(unit) } else { is_name_unit(unit) });
    Ok(Value::Bool(good && units.all(is_name_unit)))
}
