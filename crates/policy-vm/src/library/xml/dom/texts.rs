//! The nodes of an `XmlDocument` that are little more than a text, and `XmlDocumentType`.

use super::{declaration, document, document_of, new_view, node, target};
use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::collections::int;
use crate::library::xml::edit;
use crate::library::xml::tree::{self, Kind};
use crate::library::{TypeDef, method, property, property_set};
use crate::value::Value;
use crate::value::text::Str;

pub(in crate::library::xml) const CHARACTER_DATA: TypeDef =
    TypeDef::class("System.Xml.XmlCharacterData").base("System.Xml.XmlLinkedNode").members(&[
        property_set("string Data { get; set; }", data, set_data),
        property("int Length { get; }", |cx, args| Ok(int(data_text(cx, args)?.len()))),
        method("string Substring(int offset, int count)", substring),
        method("void AppendData(string strData)", append_data),
        method("void InsertData(int offset, string strData)", insert_data),
        method("void DeleteData(int offset, int count)", |cx, args| replace(cx, args, Str::EMPTY)),
        method("void ReplaceData(int offset, int count, string strData)", |cx, args| {
            let new = cx.string_opt(args, 3).unwrap_or(Str::EMPTY);
            replace(cx, args, new)
        }),
    ]);
pub(in crate::library::xml) const TEXT: TypeDef = TypeDef::class("System.Xml.XmlText")
    .base("System.Xml.XmlCharacterData")
    .members(&[method("XmlText SplitText(int offset)", split_text)]);
pub(in crate::library::xml) const SPACE: TypeDef =
    TypeDef::class("System.Xml.XmlWhitespace").base("System.Xml.XmlCharacterData");
pub(in crate::library::xml) const SIGNIFICANT_SPACE: TypeDef =
    TypeDef::class("System.Xml.XmlSignificantWhitespace").base("System.Xml.XmlCharacterData");
pub(in crate::library::xml) const CDATA: TypeDef =
    TypeDef::class("System.Xml.XmlCDataSection").base("System.Xml.XmlCharacterData");
pub(in crate::library::xml) const COMMENT: TypeDef =
    TypeDef::class("System.Xml.XmlComment").base("System.Xml.XmlCharacterData");
pub(in crate::library::xml) const INSTRUCTION: TypeDef = TypeDef::class("System.Xml.XmlProcessingInstruction")
    .base("System.Xml.XmlLinkedNode")
    .members(&[property_set("string Data { get; set; }", data, set_data), property("string Target { get; }", target)]);
pub(in crate::library::xml) const DOCUMENT_TYPE: TypeDef =
    TypeDef::class("System.Xml.XmlDocumentType").base("System.Xml.XmlLinkedNode").members(&[
        property("string InternalSubset { get; }", |cx, args| type_part(cx, args, 2)),
        property("string PublicId { get; }", |cx, args| type_part(cx, args, 0)),
        property("string SystemId { get; }", |cx, args| type_part(cx, args, 1)),
    ]);

fn type_part(cx: &mut Cx<'_>, args: &[Value], part: usize) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let Kind::DocumentType { public, system, subset, .. } = tree::get(cx, node)?.kind else { return Ok(Value::Null) };
    let part = [public, system, subset].get(part).copied().flatten();
    Ok(part.map_or(Value::Null, Value::String))
}

/// `Data` of texts and comments, and the members that change it.
fn data_text(cx: &mut Cx<'_>, args: &[Value]) -> Result<Str, Throw> {
    let node = node(cx, args)?;
    Ok(match tree::get(cx, node)?.kind {
        Kind::Text(text) | Kind::CData(text) | Kind::Comment(text) | Kind::Space { text, .. } => text,
        Kind::Instruction { data, .. } => data,
        _ => Str::EMPTY,
    })
}

fn data(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    data_text(cx, args).map(Value::String)
}

fn set_data(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let new = cx.string_opt(args, 1).unwrap_or(Str::EMPTY);
    set(cx, args, new)
}

/// The text of a node that has one; white space stays white space.
pub(super) fn set(cx: &mut Cx<'_>, args: &[Value], new: Str) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    match tree::get(cx, node)?.kind {
        Kind::Space { .. } => document::check_space(cx, new)?,
        Kind::Declaration(_) => return declaration::set_text(cx, node, new),
        _ => {}
    }
    match &mut tree::get_mut(cx, node)?.kind {
        Kind::Text(text) | Kind::CData(text) | Kind::Comment(text) | Kind::Space { text, .. } => *text = new,
        Kind::Instruction { data, .. } => *data = new,
        _ => {}
    }
    Ok(Value::Null)
}

fn append_data(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (old, added) = (data_text(cx, args)?, cx.string_opt(args, 1).unwrap_or(Str::EMPTY));
    let whole = cx.heap.concat(&[old, added])?;
    set(cx, args, whole)
}

const BEYOND: &str =
    "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";

fn out_of_range(cx: &mut Cx<'_>, why: &str, parameter: &str) -> Throw {
    cx.throw_argument(Exc::ArgumentOutOfRange, why, parameter)
}

fn insert_data(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (old, at) = (data_text(cx, args)?, as_i32(args, 1)?);
    let added = cx.string_opt(args, 2).unwrap_or(Str::EMPTY);
    let Some(at) = usize::try_from(at).ok().filter(|at| *at <= old.len()) else {
        return Err(out_of_range(cx, BEYOND, "index"));
    };
    let whole = cx.heap.concat(&[old.slice(0, at), added, old.slice(at, old.len())])?;
    set(cx, args, whole)
}

/// Puts a text in the place of a part; the part ends with the text at the latest.
fn replace(cx: &mut Cx<'_>, args: &[Value], new: Str) -> Result<Value, Throw> {
    let (old, at, count) = (data_text(cx, args)?, as_i32(args, 1)?, as_i32(args, 2)?);
    let (from, end) = part(cx, old, at, count)?;
    let whole = cx.heap.concat(&[old.slice(0, from), new, old.slice(end, old.len())])?;
    set(cx, args, whole)
}

/// Beginning and end of a part that `StringBuilder.Remove` would take.
fn part(cx: &mut Cx<'_>, text: Str, at: i32, count: i32) -> Result<(usize, usize), Throw> {
    let length = i32::try_from(text.len()).unwrap_or(i32::MAX);
    let count = if length > 0 && length < at.wrapping_add(count) { length.saturating_sub(at).max(0) } else { count };
    let negative = |cx: &mut Cx<'_>, name: &str, value: i32| {
        let why = format!("{name} ('{value}') must be a non-negative value.");
        let shown = format!("{why} (Parameter '{name}')\nActual value was {value}.");
        cx.throw(Exc::ArgumentOutOfRange, shown)
    };
    let Ok(from) = usize::try_from(at) else { return Err(negative(cx, "startIndex", at)) };
    let Ok(count) = usize::try_from(count) else { return Err(negative(cx, "length", count)) };
    match from.checked_add(count).filter(|end| *end <= text.len()) {
        Some(end) => Ok((from, end)),
        None => Err(out_of_range(cx, BEYOND, "length")),
    }
}

/// `Substring(offset, count)`, clamped at the end.
fn substring(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let data = data_text(cx, args)?;
    if data.is_empty() {
        return Ok(Value::String(data));
    }
    let (start, count) = (as_i32(args, 1)?, as_i32(args, 2)?);
    let length = i32::try_from(data.len()).unwrap_or(i32::MAX);
    let count = if length < start.wrapping_add(count) { length.saturating_sub(start) } else { count };
    let args = [Value::String(data), Value::Int32(start), Value::Int32(count)];
    crate::library::system::string::slice::substring(cx, &args)
}

/// `SplitText(offset)`: what stands behind becomes a text of its own, next to it.
fn split_text(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (this, data, at) = (node(cx, args)?, data_text(cx, args)?, as_i32(args, 1)?);
    if usize::try_from(at).is_ok_and(|at| at > data.len()) {
        let why = format!("offset ('{at}') must be less than or equal to '{}'. (Parameter 'offset')", data.len());
        return Err(cx.throw(Exc::ArgumentOutOfRange, format_args!("{why}\nActual value was {at}.")));
    }
    let Some((parent, place)) = tree::place(cx, this)? else {
        let why = "The 'Text' node is not connected in the DOM live tree. No 'SplitText' operation could be performed.";
        return Err(cx.throw(Exc::InvalidOperation, why));
    };
    let count = i32::try_from(data.len()).unwrap_or(i32::MAX).saturating_sub(at);
    let rest = substring(cx, &[arg(args, 0), Value::Int32(at), Value::Int32(count)])?;
    let (from, _) = part(cx, data, at, count)?;
    set(cx, args, data.slice(0, from))?;
    let Value::String(rest) = rest else { return Ok(Value::Null) };
    let made = tree::new(cx, Kind::Text(rest))?;
    edit::put(cx, parent, place + 1, made)?;
    let owner = document_of(cx, args)?;
    new_view(cx, owner, made)
}
