//! `body` and `context`, as templates see them.

use std::collections::HashMap;
use std::rc::Rc;

use http::HeaderMap;

use super::render::Binding;
use super::value::{Element, Map, Value};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::exchange::{Body, Url};
use crate::host::Message;
use crate::library::apim;
use crate::library::json::{self, Look};
use crate::library::xml;
use crate::value::heap::Object;
use crate::value::text::Str;
use crate::value::{self, Part as NetPart};

/// A part of `context`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    Context,
    Request,
    Response,
    Url,
    OriginalUrl,
    Variables,
}

/// Greatest nesting of bodies and variables.
const MAX_DEPTH: usize = 100;

/// The body of the message, read by its media type. What is neither JSON nor XML is a text; no body is nil.
pub(super) fn body(cx: &mut Cx<'_>, binding: Binding) -> Result<Value, Throw> {
    let Some(message) = binding.body else { return Ok(Value::Nil) };
    let (part, headers, there) = match message {
        Message::Request => (NetPart::RequestBody, Some(&cx.call.request.headers), is_there(&cx.call.request.body)),
        Message::Response => {
            let response = cx.call.response.as_ref();
            (NetPart::ResponseBody, response.map(|r| &r.headers), response.is_some_and(|r| is_there(&r.body)))
        }
    };
    if !there {
        return Ok(Value::Nil);
    }
    let kind = headers.and_then(|headers| headers.get(http::header::CONTENT_TYPE)).and_then(|kind| kind.to_str().ok());
    let kind = kind.map(|kind| kind.split(';').next().unwrap_or(kind).trim().to_ascii_lowercase()).unwrap_or_default();
    let text = apim::body_text(cx, part)?;
    if cx.text(text).units().all(|unit| matches!(unit, 9 | 10 | 13 | 32)) {
        return Ok(Value::Nil);
    }
    if kind == "application/json" || kind == "text/json" || kind.ends_with("+json") {
        let token = json::parse_with_dates(cx, text, binding.dates)?;
        return from_heap(cx, token, 0);
    }
    if kind == "application/xml" || kind == "text/xml" || kind.ends_with("+xml") {
        let document = xml::parse_document(cx, text, false)?;
        // The body is the document: its members are the root by its name.
        let root = xml::child_elements(cx.heap, document).first().copied().unwrap_or(value::Value::Null);
        let name = name_of(cx, root);
        let root = element(cx, root, binding, 0)?;
        return Ok(Value::Element(Rc::new(Element { children: vec![(name, root)] })));
    }
    string(cx, text)
}

const fn is_there(body: &Body) -> bool {
    !matches!(body, Body::None)
}

fn string(cx: &mut Cx<'_>, text: Str) -> Result<Value, Throw> {
    cx.heap.charge(text.len())?;
    cx.charge(text.len() / 16 + 1)?;
    Ok(Value::Text(cx.text(text).to_utf8().into()))
}

fn name_of(cx: &Cx<'_>, node: value::Value) -> Rc<str> {
    cx.text(xml::local_name_of(cx.heap, node)).to_utf8().into()
}

/// An element: its text, when there are no elements in it.
fn element(cx: &mut Cx<'_>, node: value::Value, binding: Binding, depth: usize) -> Result<Value, Throw> {
    if depth > MAX_DEPTH {
        return Err(cx.throw(Exc::InvalidOperation, "Liquid error: the body is nested too deep"));
    }
    cx.charge(4)?;
    cx.heap.charge(size_of::<Element>())?;
    if xml::is_nil(cx.heap, node) {
        return Ok(if binding.nil_is_null { Value::Nil } else { Value::from("") });
    }
    let nodes = xml::child_elements(cx.heap, node);
    if nodes.is_empty() {
        let text = xml::inner_text(cx, node)?;
        return string(cx, text);
    }
    let mut children = Vec::with_capacity(nodes.len());
    for child in nodes {
        children.push((name_of(cx, child), element(cx, child, binding, depth + 1)?));
    }
    Ok(Value::Element(Rc::new(Element { children })))
}

/// A value of expressions.
fn from_heap(cx: &mut Cx<'_>, from: value::Value, depth: usize) -> Result<Value, Throw> {
    if depth > MAX_DEPTH {
        return Err(cx.throw(Exc::InvalidOperation, "Liquid error: the value is nested too deep"));
    }
    cx.charge(1)?;
    cx.heap.charge(size_of::<Value>() * 2)?;
    Ok(match from {
        value::Value::Null => Value::Nil,
        value::Value::Bool(value) => Value::Bool(value),
        value::Value::Char(unit) => Value::from(String::from_utf16_lossy(&[unit])),
        value::Value::SByte(number) => Value::Int(number.into()),
        value::Value::Byte(number) => Value::Int(number.into()),
        value::Value::Int16(number) => Value::Int(number.into()),
        value::Value::UInt16(number) => Value::Int(number.into()),
        value::Value::Int32(number) => Value::Int(number.into()),
        value::Value::UInt32(number) => Value::Int(number.into()),
        value::Value::Int64(number) => Value::Int(number),
        value::Value::UInt64(number) => i64::try_from(number).map_or_else(|_| number.to_string().into(), Value::Int),
        value::Value::Single(number) => Value::Float(number.into()),
        value::Value::Double(number) => Value::Float(number),
        value::Value::DateTime(date) => Value::Date(date),
        value::Value::String(text) => string(cx, text)?,
        value::Value::Object(_) => return object(cx, from, depth),
        value::Value::TimeSpan(_) | value::Value::Enum(..) | value::Value::View(_) => net_text(cx, from)?,
    })
}

fn object(cx: &mut Cx<'_>, from: value::Value, depth: usize) -> Result<Value, Throw> {
    let items = match cx.heap.get(from) {
        Some(Object::Array(array)) => Some(array.items.clone()),
        Some(Object::List(list)) => Some(list.items.clone()),
        _ => None,
    };
    let items = match (items, json::look(cx.heap, from)) {
        (Some(items), _) | (None, Some(Look::Array(items))) => items,
        (None, Some(Look::Scalar(scalar))) => return from_heap(cx, scalar, depth + 1),
        (None, Some(Look::Object(members))) => {
            let mut entries = Vec::with_capacity(members.len());
            for (name, member) in members {
                let name = cx.text(name).to_utf8().into();
                entries.push((name, from_heap(cx, member, depth + 1)?));
            }
            return Ok(Value::Map(Rc::new(Map::new(entries, false))));
        }
        (None, None) => return net_text(cx, from),
    };
    let mut list = Vec::with_capacity(items.len());
    for item in items {
        list.push(from_heap(cx, item, depth + 1)?);
    }
    Ok(list.into())
}

/// As `ToString` has it.
fn net_text(cx: &mut Cx<'_>, from: value::Value) -> Result<Value, Throw> {
    let text = crate::value::behaviour::to_text(cx, from)?;
    string(cx, text)
}

/// A member of a part; nil for what there is not.
pub(super) fn member(cx: &mut Cx<'_>, part: Part, name: &str) -> Result<Value, Throw> {
    let call = &cx.call;
    let text = |text: &str| Value::from(text);
    Ok(match (part, name.to_ascii_lowercase().as_str()) {
        (Part::Context, "request") => Value::Context(Part::Request),
        (Part::Context, "response") if call.response.is_some() => Value::Context(Part::Response),
        (Part::Context, "variables") => Value::Context(Part::Variables),
        (Part::Request, "url") => Value::Context(Part::Url),
        (Part::Request, "originalurl") => Value::Context(Part::OriginalUrl),
        (Part::Request, "method") => text(call.request.method.as_str()),
        (Part::Request, "originalmethod") => text(call.original_method.as_str()),
        (Part::Request, "ipaddress") => call.client_ip.map_or(Value::Nil, |address| address.to_string().into()),
        (Part::Request, "hasbody") => Value::Bool(is_there(&call.request.body)),
        (Part::Request, "headers") => headers(&call.request.headers),
        (Part::Request, "matchedparameters") => {
            let entries = call.matched_parameters.iter();
            let entries = entries.map(|(name, value)| (Rc::from(&**name), text(value))).collect();
            Value::Map(Rc::new(Map::new(entries, true)))
        }
        (Part::Response, name) => match (call.response.as_ref(), name) {
            (Some(response), "statuscode") => Value::Int(response.status.into()),
            (Some(response), "headers") => headers(&response.headers),
            (Some(_), "method") => text(call.request.method.as_str()),
            _ => Value::Nil,
        },
        (Part::Url, name) => url_member(&call.request.url, name),
        (Part::OriginalUrl, name) => url_member(&call.original_url, name),
        (Part::Variables, _) => match crate::names::find(name).and_then(|name| call.variable(name)) {
            Some(variable) => from_heap(cx, variable, 0)?,
            None => Value::Nil,
        },
        (Part::Context | Part::Request, _) => Value::Nil,
    })
}

/// Every header with its values.
fn headers(headers: &HeaderMap) -> Value {
    let values = |name| {
        let values = headers.get_all(name).iter();
        values.map(|value| Value::from(String::from_utf8_lossy(value.as_bytes()).into_owned())).collect::<Vec<_>>()
    };
    let entries = headers.keys().map(|name| (Rc::from(name.as_str()), Value::from(values(name)))).collect();
    Value::Map(Rc::new(Map::new(entries, true)))
}

fn url_member(url: &Url, name: &str) -> Value {
    match name {
        "scheme" => url.scheme.as_str().into(),
        "host" => url.host.as_str().into(),
        "port" => Value::Int(url.effective_port().into()),
        "path" => url.path.as_str().into(),
        "querystring" if url.query.is_empty() => "".into(),
        "querystring" => format!("?{}", url.query).into(),
        "touri" | "tostring" => url.to_string().into(),
        "query" => {
            let mut entries: Vec<(Rc<str>, Vec<Value>)> = Vec::new();
            let mut places: HashMap<String, usize> = HashMap::new();
            for part in url.query.split('&').filter(|part| !part.is_empty()) {
                let (name, value) = part.split_once('=').unwrap_or((part, ""));
                let (name, value) =
                    (crate::exchange::url::decode_query(name), crate::exchange::url::decode_query(value));
                let at = *places.entry(name.to_ascii_lowercase()).or_insert(entries.len());
                match entries.get_mut(at) {
                    Some((_, values)) => values.push((&*value).into()),
                    None => entries.push((Rc::from(&*name), vec![(&*value).into()])),
                }
            }
            let entries = entries.into_iter().map(|(name, values)| (name, values.into())).collect();
            Value::Map(Rc::new(Map::new(entries, true)))
        }
        _ => Value::Nil,
    }
}

/// A part as a text: URLs are one, others show nothing.
pub(super) fn text(cx: &Cx<'_>, part: Part) -> String {
    match part {
        Part::Url => cx.call.request.url.to_string(),
        Part::OriginalUrl => cx.call.original_url.to_string(),
        _ => String::new(),
    }
}
