//! `System.IO.StringWriter`, and `TextWriter`, which it is one of.

use super::super::NEW_LINE;
use super::super::system::formatting;
use super::super::system::string::join::argument_array;
use super::super::system::string::search::copied;
use super::super::system::string::{chars, checked_range};
use super::encoding;
use super::string_builder::{self, StringBuilder};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, TypeDef, constructor, method, property, property_set};
use crate::types::{Known, TypeId};
use crate::value::Value;
use crate::value::heap::{Heap, NetObject};
use crate::value::text::TextBuf;

pub(in crate::library) const TEXT_WRITER: TypeDef = TypeDef::class("System.IO.TextWriter")
    .interfaces(&["System.IDisposable"])
    .members(&[
        property("Encoding Encoding { get; }", encoding_of),
        property_set("string NewLine { get; set; }", new_line, set_new_line),
        method("void Close()", close),
        method("void Dispose()", close),
        method("void Flush()", flush),
        method("void Write(char value)", write),
        method("void Write(char[] buffer)", write),
        method("void Write(char[] buffer, int index, int count)", write_part),
        method("void Write(bool value)", write),
        method("void Write(int value)", write),
        method("void Write(uint value)", write),
        method("void Write(long value)", write),
        method("void Write(ulong value)", write),
        method("void Write(float value)", write),
        method("void Write(double value)", write),
        method("void Write(decimal value)", write),
        method("void Write(string value)", write),
        method("void Write(object value)", write),
        method("void Write(StringBuilder value)", write),
        method("void Write(string format, object arg0)", write_format),
        method("void Write(string format, object arg0, object arg1)", write_format),
        method("void Write(string format, object arg0, object arg1, object arg2)", write_format),
        method("void Write(string format, params object[] arg)", write_format_array),
        method("void WriteLine()", write_line),
        method("void WriteLine(char value)", write_line),
        method("void WriteLine(char[] buffer)", write_line),
        method("void WriteLine(char[] buffer, int index, int count)", write_line_part),
        method("void WriteLine(bool value)", write_line),
        method("void WriteLine(int value)", write_line),
        method("void WriteLine(uint value)", write_line),
        method("void WriteLine(long value)", write_line),
        method("void WriteLine(ulong value)", write_line),
        method("void WriteLine(float value)", write_line),
        method("void WriteLine(double value)", write_line),
        method("void WriteLine(decimal value)", write_line),
        method("void WriteLine(string value)", write_line),
        method("void WriteLine(StringBuilder value)", write_line),
        method("void WriteLine(object value)", write_line),
        method("void WriteLine(string format, object arg0)", write_line_format),
        method("void WriteLine(string format, object arg0, object arg1)", write_line_format),
        method("void WriteLine(string format, object arg0, object arg1, object arg2)", write_line_format),
        method("void WriteLine(string format, params object[] arg)", write_line_format_array),
    ])
    .allow(Allow::None)
    .summary("Writes text.");

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.IO.StringWriter")
    .base("System.IO.TextWriter")
    .members(&[
        constructor("StringWriter()", new),
        constructor("StringWriter(IFormatProvider formatProvider)", new),
        constructor("StringWriter(StringBuilder sb)", new_on),
        constructor("StringWriter(StringBuilder sb, IFormatProvider formatProvider)", new_on),
        property("Encoding Encoding { get; }", encoding_of),
        method("void Close()", close),
        method("StringBuilder GetStringBuilder()", get_string_builder),
        method("void Write(char value)", write),
        method("void Write(char[] buffer, int index, int count)", write_part),
        method("void Write(string value)", write),
        method("void Write(StringBuilder value)", write),
        method("void WriteLine(StringBuilder value)", write_line),
        method("string ToString()", super::super::system::object::to_string),
    ])
    .summary("Writes into a StringBuilder.");

static ID: Known = Known::new("System.IO.StringWriter");

#[derive(Debug)]
struct StringWriter {
    builder: Value,
    new_line: TextBuf,
    closed: bool,
}

impl NetObject for StringWriter {
    fn net_type(&self) -> TypeId {
        ID.id()
    }
    fn to_text(&self, heap: &Heap) -> Option<TextBuf> {
        heap.native::<StringBuilder>(self.builder).map(|builder| builder.buf.clone())
    }
}

fn new(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let builder = string_builder::create(cx, TextBuf::new(), 16)?;
    over(cx, builder)
}

fn new_on(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 0) {
        Value::Null => Err(cx.argument_null("sb")),
        builder => over(cx, builder),
    }
}

fn over(cx: &mut Cx<'_>, builder: Value) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(StringWriter { builder, new_line: TextBuf::from(NEW_LINE), closed: false })?)
}

fn get<'a>(cx: &'a Cx<'_>, args: &[Value]) -> Result<&'a StringWriter, Throw> {
    cx.heap.native(arg(args, 0)).ok_or(fault("a writer was expected"))
}

fn encoding_of(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    encoding::new(cx, encoding::Kind::Utf16)
}

fn new_line(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = get(cx, args)?.new_line.clone();
    cx.string_buf(&text)
}

fn set_new_line(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_opt(args, 1).map_or_else(|| TextBuf::from(NEW_LINE), |text| copied(cx, text));
    if let Some(writer) = cx.heap.native_mut::<StringWriter>(arg(args, 0)) {
        writer.new_line = text;
    }
    Ok(Value::Null)
}

fn close(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Some(writer) = cx.heap.native_mut::<StringWriter>(arg(args, 0)) {
        writer.closed = true;
    }
    Ok(Value::Null)
}

fn flush(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Null)
}

fn get_string_builder(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(get(cx, args)?.builder)
}

/// Writes into the builder what `write` writes, and a line end if wanted.
pub(super) fn write_with(
    cx: &mut Cx<'_>,
    args: &[Value],
    line: bool,
    write: impl FnOnce(&mut Cx<'_>, &mut TextBuf) -> Result<(), Throw>,
) -> Result<Value, Throw> {
    let writer = get(cx, args)?;
    let (builder, closed) = (writer.builder, writer.closed);
    let end = if line { writer.new_line.clone() } else { TextBuf::new() };
    if closed {
        return Err(cx.throw(Exc::ObjectDisposed, "Cannot write to a closed TextWriter."));
    }
    // Written aside first, for what is written may be the builder itself.
    let mut text = TextBuf::new();
    write(cx, &mut text)?;
    string_builder::append_with(cx, builder, |_, buf| {
        buf.push_text(text.as_text());
        buf.push_text(end.as_text());
        Ok(())
    })?;
    Ok(Value::Null)
}

pub(in crate::library) fn write(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    write_with(cx, args, false, |cx, buf| string_builder::write(cx, arg(args, 1), buf))
}

fn write_line(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    write_with(cx, args, true, |cx, buf| string_builder::write(cx, arg(args, 1), buf))
}

fn part(cx: &mut Cx<'_>, args: &[Value], line: bool) -> Result<Value, Throw> {
    let Some(units) = chars(cx, arg(args, 1)) else { return Err(cx.argument_null("buffer")) };
    let units: Vec<u16> = units.collect();
    let (from, to) = checked_range(cx, ("index", as_i32(args, 2)?), ("count", as_i32(args, 3)?), units.len())?;
    write_with(cx, args, line, |_, buf| {
        units.get(from..to).unwrap_or_default().iter().for_each(|u| buf.push(*u));
        Ok(())
    })
}

fn write_part(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    part(cx, args, false)
}

fn write_line_part(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    part(cx, args, true)
}

fn formatted(cx: &mut Cx<'_>, args: &[Value], line: bool, values: &[Value]) -> Result<Value, Throw> {
    let picture = cx.string_arg(args, 1, "format")?;
    write_with(cx, args, line, |cx, buf| formatting::composite(cx, picture, values, buf))
}

fn write_format(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    formatted(cx, args, false, args.get(2..).unwrap_or_default())
}

fn write_line_format(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    formatted(cx, args, true, args.get(2..).unwrap_or_default())
}

fn array(cx: &mut Cx<'_>, args: &[Value]) -> Result<Vec<Value>, Throw> {
    argument_array(cx, arg(args, 2)).ok_or_else(|| cx.argument_null("arg"))
}

fn write_format_array(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let values = array(cx, args)?;
    formatted(cx, args, false, &values)
}

fn write_line_format_array(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let values = array(cx, args)?;
    formatted(cx, args, true, &values)
}
