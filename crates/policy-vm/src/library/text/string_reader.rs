//! `System.IO.StringReader`, and `TextReader`, which it is one of.

use super::super::system::math;
use super::super::system::string::chars;
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, TypeDef, constructor, method};
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::Str;

pub(in crate::library) const TEXT_READER: TypeDef = TypeDef::class("System.IO.TextReader")
    .interfaces(&["System.IDisposable"])
    .members(&[
        method("void Close()", close),
        method("void Dispose()", close),
        method("int Peek()", peek),
        method("int Read()", read),
        method("int Read(char[] buffer, int index, int count)", read_block),
        method("int ReadBlock(char[] buffer, int index, int count)", read_block),
        method("string ReadLine()", read_line),
        method("string ReadToEnd()", read_to_end),
    ])
    .allow(Allow::None)
    .summary("Reads text.");

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.IO.StringReader")
    .base("System.IO.TextReader")
    .members(&[
        constructor("StringReader(string s)", new),
        method("void Close()", close),
        method("int Peek()", peek),
        method("int Read()", read),
        method("int Read(char[] buffer, int index, int count)", read_block),
        method("string ReadLine()", read_line),
        method("string ReadToEnd()", read_to_end),
    ])
    .summary("Reads a string.");

static ID: Known = Known::new("System.IO.StringReader");

#[derive(Debug)]
struct StringReader {
    /// What is left; `None` once closed.
    rest: Option<Str>,
}

crate::net_object!(StringReader, ID);

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "s")?;
    Ok(cx.heap.new_native(StringReader { rest: Some(text) })?)
}

fn rest(cx: &mut Cx<'_>, args: &[Value]) -> Result<Str, Throw> {
    let reader = cx.heap.native::<StringReader>(arg(args, 0)).ok_or(fault("a reader was expected"))?;
    reader.rest.ok_or_else(|| cx.throw(Exc::ObjectDisposed, "Cannot read from a closed TextReader."))
}

/// Takes `count` units, leaving what follows.
fn advance(cx: &mut Cx<'_>, args: &[Value], rest: Str, count: usize) {
    if let Some(reader) = cx.heap.native_mut::<StringReader>(arg(args, 0)) {
        reader.rest = Some(rest.slice(count, rest.len()));
    }
}

pub(in crate::library) fn close(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(reader) = cx.heap.native_mut::<StringReader>(arg(args, 0)) {
        reader.rest = None;
    }
    Ok(Value::Null)
}

fn peek(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let rest = rest(cx, args)?;
    Ok(Value::Int32(cx.text(rest).get(0).map_or(-1, i32::from)))
}

fn read(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let next = peek(cx, args)?;
    let rest = rest(cx, args)?;
    advance(cx, args, rest, 1);
    Ok(next)
}

fn read_block(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(length) = chars(cx, arg(args, 1)).map(|units| units.len()) else { return Err(cx.argument_null("buffer")) };
    let (index, count) = (as_i32(args, 2)?, as_i32(args, 3)?);
    let Ok(at) = usize::try_from(index) else { return Err(math::negative(cx, "index", index.into())) };
    let Ok(size) = usize::try_from(count) else { return Err(math::negative(cx, "count", count.into())) };
    if size > length.saturating_sub(at) {
        let message = "Offset and length were out of bounds for the array or count is greater than the number of \
                       elements from index to the end of the source collection.";
        return Err(cx.throw(Exc::Argument, message));
    }
    let rest = rest(cx, args)?;
    let size = size.min(rest.len());
    cx.charge(size)?;
    let units: Vec<u16> = cx.text(rest).slice(0, size).units().collect();
    if let Some(Object::Array(array)) = cx.heap.get_mut(arg(args, 1)) {
        for (slot, unit) in array.items.iter_mut().skip(at).zip(units) {
            *slot = Value::Char(unit);
        }
    }
    advance(cx, args, rest, size);
    Ok(Value::Int32(i32::try_from(size).unwrap_or(i32::MAX)))
}

/// Up to CR, LF or CR LF; null at the end.
fn read_line(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let rest = rest(cx, args)?;
    if rest.is_empty() {
        return Ok(Value::Null);
    }
    let content = cx.text(rest);
    let end = content.units().position(|u| matches!(u, 10 | 13)).unwrap_or(rest.len());
    let both = content.get(end) == Some(13) && content.get(end + 1) == Some(10);
    cx.charge(end / 8)?;
    advance(cx, args, rest, end + 1 + usize::from(both));
    Ok(Value::String(rest.slice(0, end)))
}

pub(in crate::library) fn read_to_end(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let rest = rest(cx, args)?;
    advance(cx, args, rest, rest.len());
    Ok(Value::String(rest))
}
