//! `IMessageBody`: reading the body of a message.
//!
//! The bytes are in memory when a member runs: the compiler knows which members read ([`Intrinsic::ReadsBody`]) and the
//! engine has the host bring the body first. Reading uses a body up, unless it is to be preserved.

use std::collections::HashMap;
use std::io::Read;

use bytes::Bytes;

use crate::cx::{Cx, fault};
use crate::exception::{Exc, Throw, Trap};
use crate::exchange::{Body, Call};
use crate::library::json::convert::member;
use crate::library::json::{Shape, parse_bytes, parse_str};
use crate::library::{Intrinsic, TypeDef, method};
use crate::types::{self, Known, TypeId};
use crate::value::heap::{List, Object};
use crate::value::text::Str;
use crate::value::{Part, Value, View};

use super::{dictionaries, flag, view_arg};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("ApiManagement.IMessageBody").members(&[
    method("T As<T>(bool preserveContent = false)", read_as).intrinsic(Intrinsic::ReadsBody),
    method("IDictionary<string, IList<string>> AsFormUrlEncodedContent(bool preserveContent = false)", read_form)
        .intrinsic(Intrinsic::ReadsBody),
]);

static JTOKEN: Known = Known::new("Newtonsoft.Json.Linq.JToken");
static JOBJECT: Known = Known::new("Newtonsoft.Json.Linq.JObject");
static JARRAY: Known = Known::new("Newtonsoft.Json.Linq.JArray");

/// The body that a part is.
fn of(call: &mut Call, view: View) -> Option<&mut Body> {
    match view.part {
        Part::RequestBody => Some(&mut call.request.body),
        Part::ResponseBody => call.response.as_mut().map(|r| &mut r.body),
        Part::StoredBody => call.stored.get_mut(view.index as usize).map(|r| &mut r.body),
        _ => None,
    }
}

/// The content, which is used up unless it is preserved; decompressed.
fn take(cx: &mut Cx<'_>, view: View, preserve: bool) -> Result<Bytes, Throw> {
    let body = of(cx.call, view).ok_or(fault("a body was expected"))?;
    let bytes = match body {
        Body::Bytes(bytes) => bytes.clone(),
        Body::None => Bytes::new(),
        Body::Stream => return Err(fault("the body was not brought into memory")),
        Body::Consumed => {
            let message = "The message body was read before and was not preserved.";
            return Err(cx.throw(Exc::InvalidOperation, message));
        }
    };
    if !preserve {
        *body = Body::Consumed;
    }
    cx.charge(bytes.len() / 16)?;
    let encoding = dictionaries::headers(cx.call, view).and_then(|h| h.get(http::header::CONTENT_ENCODING));
    match encoding.map(http::HeaderValue::as_bytes) {
        None => Ok(bytes),
        Some(name) if name.eq_ignore_ascii_case(b"gzip") => {
            inflate(cx, bytes.len(), flate2::read::MultiGzDecoder::new(&*bytes))
        }
        Some(name) if name.eq_ignore_ascii_case(b"deflate") => {
            inflate(cx, bytes.len(), flate2::read::ZlibDecoder::new(&*bytes))
        }
        Some(_) => Ok(bytes),
    }
}

/// The text of a body that is in memory, which stays there.
pub(in crate::library) fn text_of(cx: &mut Cx<'_>, part: Part) -> Result<Str, Throw> {
    let view = View { part, index: 0 };
    let bytes = take(cx, view, true)?;
    decode(cx, view, &bytes)
}

/// How many times larger than it came a body may become; what is no larger than `SMALL` then may always be so.
const RATIO: usize = 100;
const SMALL: usize = 1 << 20;

/// Decompresses piece by piece, paying for each, so that a small body cannot become a large one unnoticed.
fn inflate(cx: &mut Cx<'_>, compressed: usize, mut source: impl Read) -> Result<Bytes, Throw> {
    let most = cx.heap.longest().min(compressed.saturating_mul(RATIO).max(SMALL));
    let mut out = Vec::new();
    let mut piece = vec![0; 16 * 1024];
    loop {
        match source.read(&mut piece) {
            Ok(0) => return Ok(out.into()),
            Ok(count) => {
                cx.heap.charge(count)?;
                if out.len() + count > most {
                    return Err(Trap::StringTooLong.into());
                }
                out.extend_from_slice(piece.get(..count).unwrap_or_default());
            }
            Err(_) => {
                let message = "The archive entry was compressed using an unsupported compression method.";
                return Err(cx.throw(Exc::InvalidOperation, message));
            }
        }
    }
}

fn read_as(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (view, preserve, target) = (view_arg(args)?, flag(args, 1), cx.type_arg(0));
    let shape = match target {
        ty if ty == JOBJECT.id() => Some(Shape::Object),
        ty if ty == JTOKEN.id() => Some(Shape::Token),
        ty if ty == JARRAY.id() => Some(Shape::Array),
        _ => None,
    };
    if let Some(shape) = shape {
        let bytes = take(cx, view, preserve)?;
        if is_utf8(cx, view) && !bytes.starts_with(b"\xff\xfe") && !bytes.starts_with(b"\xfe\xff") {
            return parse_bytes(cx, &bytes, shape);
        }
        let text = decode(cx, view, &bytes)?;
        return parse_str(cx, text, shape);
    }
    if target == types::array_of(TypeId::BYTE) {
        let bytes = take(cx, view, preserve)?;
        cx.heap.charge(bytes.len())?;
        return Ok(Value::Object(cx.heap.new_object(Object::Bytes(bytes.to_vec()))?));
    }
    let name = types::net_name(target);
    let parser = match name.as_str() {
        "System.String" => None,
        "System.Xml.Linq.XElement" => Some("System.Xml.Linq.XElement"),
        "System.Xml.Linq.XDocument" | "System.Xml.Linq.XNode" => Some("System.Xml.Linq.XDocument"),
        _ => return Err(cx.throw(Exc::NotSupported, format!("A message body cannot be read as {name}."))),
    };
    let bytes = take(cx, view, preserve)?;
    let text = Value::String(decode(cx, view, &bytes)?);
    match parser {
        None => Ok(text),
        Some(ty) => match member(ty, "Parse", &[TypeId::STRING]) {
            Some(run) => run(cx, &[text]),
            None => Err(fault("XML is not available")),
        },
    }
}

/// The charset that the `Content-Type` names.
fn charset(cx: &Cx<'_>, view: View) -> Option<String> {
    let value = dictionaries::headers(cx.call, view)?.get(http::header::CONTENT_TYPE)?;
    let value = std::str::from_utf8(value.as_bytes()).ok()?;
    let lower = value.to_ascii_lowercase();
    let at = lower.find("charset")?;
    let rest = lower.get(at + 7..)?.trim_start().strip_prefix('=')?.trim_start();
    let rest = rest.strip_prefix('"').unwrap_or(rest);
    let end = rest.find(|c: char| c.is_whitespace() || matches!(c, '"' | ';')).unwrap_or(rest.len());
    rest.get(..end).filter(|name| !name.is_empty()).map(str::to_owned)
}

fn is_utf8(cx: &Cx<'_>, view: View) -> bool {
    match charset(cx, view) {
        None => true,
        Some(name) => matches!(name.as_str(), "utf-8" | "utf8"),
    }
}

/// The text of a body: by its byte order mark, else by the charset named, else UTF-8.
fn decode(cx: &mut Cx<'_>, view: View, bytes: &[u8]) -> Result<Str, Throw> {
    let wide = |bytes: &[u8], little: bool| -> Vec<u16> {
        let unit = |pair: &[u8]| match *pair {
            [a, b] if little => u16::from_le_bytes([a, b]),
            [a, b] => u16::from_be_bytes([a, b]),
            _ => 0xfffd,
        };
        bytes.chunks(2).map(unit).collect()
    };
    let text = |cx: &mut Cx<'_>, units: Vec<u16>| -> Result<Str, Trap> {
        cx.heap.new_text(crate::value::text::TextRef::Wide(&units))
    };
    match bytes {
        [0xef, 0xbb, 0xbf, rest @ ..] => return Ok(cx.heap.new_str(&String::from_utf8_lossy(rest))?),
        [0xff, 0xfe, rest @ ..] => return Ok(text(cx, wide(rest, true))?),
        [0xfe, 0xff, rest @ ..] => return Ok(text(cx, wide(rest, false))?),
        _ => {}
    }
    let Some(name) = charset(cx, view) else { return Ok(cx.heap.new_str(&String::from_utf8_lossy(bytes))?) };
    Ok(match name.as_str() {
        "utf-8" | "utf8" => cx.heap.new_str(&String::from_utf8_lossy(bytes))?,
        "us-ascii" | "ascii" => {
            let plain: String = bytes.iter().map(|b| if *b < 128 { char::from(*b) } else { '?' }).collect();
            cx.heap.new_str(&plain)?
        }
        "iso-8859-1" | "latin1" => {
            let plain: String = bytes.iter().map(|b| char::from(*b)).collect();
            cx.heap.new_str(&plain)?
        }
        "utf-16" | "utf-16le" => text(cx, wide(bytes, true))?,
        "utf-16be" => text(cx, wide(bytes, false))?,
        _ => return decode_by_name(cx, &name, bytes),
    })
}

/// `Encoding.GetEncoding(name).GetString(bytes)`.
fn decode_by_name(cx: &mut Cx<'_>, name: &str, bytes: &[u8]) -> Result<Str, Throw> {
    const ENCODING: &str = "System.Text.Encoding";
    let get = member(ENCODING, "GetEncoding", &[TypeId::STRING]);
    let read = member(ENCODING, "GetString", &[types::array_of(TypeId::BYTE)]);
    let (Some(get), Some(read)) = (get, read) else { return Err(fault("encodings are not available")) };
    let name = cx.string(name)?;
    let encoding = get(cx, &[name])?;
    let bytes = cx.heap.new_bytes(bytes.to_vec())?;
    match read(cx, &[encoding, bytes])? {
        Value::String(text) => Ok(text),
        _ => Err(fault("a string was expected")),
    }
}

fn read_form(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = view_arg(args)?;
    let bytes = take(cx, view, flag(args, 1))?;
    let text = decode(cx, view, &bytes)?;
    let text = cx.text(text).to_utf8().into_owned();
    let list = types::construct(TypeId::LIST, &[TypeId::STRING]);
    let mut entries: Vec<(String, Vec<Value>)> = Vec::new();
    // With a key of its own: callers choose the names, and could choose some that collide.
    let mut places = HashMap::new();
    for (name, value) in dictionaries::pairs(&text) {
        cx.charge(1)?;
        let name = dictionaries::decode(name).into_owned();
        let value = Value::String(cx.heap.new_str(&dictionaries::decode(value))?);
        let place = *places.entry(name.clone()).or_insert(entries.len());
        match entries.get_mut(place) {
            Some((_, values)) => values.push(value),
            None => entries.push((name, vec![value])),
        }
    }
    let mut pairs = Vec::with_capacity(entries.len());
    for (name, items) in entries {
        let key = cx.string(&name)?;
        let values = cx.heap.new_object(Object::List(List { ty: list, items, version: 0 }))?;
        pairs.push((key, Value::Object(values)));
    }
    let lists = types::construct(TypeId::LIST_INTERFACE, &[TypeId::STRING]);
    let made = super::new_dictionary(cx, TypeId::STRING, lists, &pairs)?;
    made.ok_or(fault("dictionaries are not available"))
}
