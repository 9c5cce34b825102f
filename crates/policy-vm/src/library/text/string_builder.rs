//! `System.Text.StringBuilder`.

use super::super::NEW_LINE;
use super::super::system::string::join::argument_array;
use super::super::system::string::replace::replace_into;
use super::super::system::string::search::copied;
use super::super::system::string::{chars, checked_range};
use super::super::system::{formatting, math};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, property, property_set};
use crate::types::{Known, TypeId};
use crate::value::heap::{Heap, NetObject, Object};
use crate::value::sequence::iterate;
use crate::value::text::{Str, TextBuf, TextRef};
use crate::value::{Value, behaviour};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Text.StringBuilder")
    .members(&[
        constructor("StringBuilder()", new),
        constructor("StringBuilder(int capacity)", new),
        constructor("StringBuilder(string value)", new),
        constructor("StringBuilder(string value, int capacity)", new),
        constructor("StringBuilder(string value, int startIndex, int length, int capacity)", new),
        constructor("StringBuilder(int capacity, int maxCapacity)", new),
        property_set("int Capacity { get; set; }", capacity, set_capacity),
        property("int MaxCapacity { get; }", |_, _| Ok(Value::Int32(i32::MAX))),
        property_set("int Length { get; set; }", length, set_length),
        property_set("char this[int index] { get; set; }", char_at, set_char_at),
        method("int EnsureCapacity(int capacity)", ensure_capacity),
        method("string ToString()", to_string),
        method("string ToString(int startIndex, int length)", to_string),
        method("StringBuilder Clear()", clear),
        method("StringBuilder Append(char value, int repeatCount)", append_repeated),
        method("StringBuilder Append(char[] value, int startIndex, int charCount)", append_part),
        method("StringBuilder Append(string value)", append),
        method("StringBuilder Append(string value, int startIndex, int count)", append_part),
        method("StringBuilder Append(StringBuilder value)", append),
        method("StringBuilder Append(StringBuilder value, int startIndex, int count)", append_part),
        method("StringBuilder AppendLine()", append_line),
        method("StringBuilder AppendLine(string value)", append_line),
        method("void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count)", copy_to),
        method("StringBuilder Insert(int index, string value, int count)", insert_repeated),
        method("StringBuilder Remove(int startIndex, int length)", remove),
        method("StringBuilder Append(bool value)", append),
        method("StringBuilder Append(char value)", append),
        method("StringBuilder Append(sbyte value)", append),
        method("StringBuilder Append(byte value)", append),
        method("StringBuilder Append(short value)", append),
        method("StringBuilder Append(int value)", append),
        method("StringBuilder Append(long value)", append),
        method("StringBuilder Append(float value)", append),
        method("StringBuilder Append(double value)", append),
        method("StringBuilder Append(decimal value)", append),
        method("StringBuilder Append(ushort value)", append),
        method("StringBuilder Append(uint value)", append),
        method("StringBuilder Append(ulong value)", append),
        method("StringBuilder Append(object value)", append),
        method("StringBuilder Append(char[] value)", append),
        method("StringBuilder AppendJoin(string separator, params object[] values)", append_join),
        method("StringBuilder AppendJoin<T>(string separator, IEnumerable<T> values)", append_join),
        method("StringBuilder AppendJoin(string separator, params string[] values)", append_join),
        method("StringBuilder AppendJoin(char separator, params object[] values)", append_join),
        method("StringBuilder AppendJoin<T>(char separator, IEnumerable<T> values)", append_join),
        method("StringBuilder AppendJoin(char separator, params string[] values)", append_join),
        method("StringBuilder Insert(int index, string value)", insert),
        method("StringBuilder Insert(int index, bool value)", insert),
        method("StringBuilder Insert(int index, sbyte value)", insert),
        method("StringBuilder Insert(int index, byte value)", insert),
        method("StringBuilder Insert(int index, short value)", insert),
        method("StringBuilder Insert(int index, char value)", insert),
        method("StringBuilder Insert(int index, char[] value)", insert),
        method("StringBuilder Insert(int index, char[] value, int startIndex, int charCount)", insert_part),
        method("StringBuilder Insert(int index, int value)", insert),
        method("StringBuilder Insert(int index, long value)", insert),
        method("StringBuilder Insert(int index, float value)", insert),
        method("StringBuilder Insert(int index, double value)", insert),
        method("StringBuilder Insert(int index, decimal value)", insert),
        method("StringBuilder Insert(int index, ushort value)", insert),
        method("StringBuilder Insert(int index, uint value)", insert),
        method("StringBuilder Insert(int index, ulong value)", insert),
        method("StringBuilder Insert(int index, object value)", |cx, args| match arg(args, 2) {
            // Not even the index is looked at.
            Value::Null => Ok(arg(args, 0)),
            _ => insert(cx, args),
        }),
        method("StringBuilder AppendFormat(string format, object arg0)", append_format),
        method("StringBuilder AppendFormat(string format, object arg0, object arg1)", append_format),
        method("StringBuilder AppendFormat(string format, object arg0, object arg1, object arg2)", append_format),
        method("StringBuilder AppendFormat(string format, params object[] args)", append_format_array),
        method("StringBuilder AppendFormat(IFormatProvider provider, string format, object arg0)", append_format_by),
        method("StringBuilder AppendFormat(IFormatProvider provider, string format, object arg0, object arg1)", append_format_by),
        method("StringBuilder AppendFormat(IFormatProvider provider, string format, object arg0, object arg1, object arg2)", append_format_by),
        method("StringBuilder AppendFormat(IFormatProvider provider, string format, params object[] args)", append_format_array_by),
        method("StringBuilder Replace(string oldValue, string newValue)", replace),
        method("bool Equals(StringBuilder sb)", equals),
        method("StringBuilder Replace(string oldValue, string newValue, int startIndex, int count)", replace),
        method("StringBuilder Replace(char oldChar, char newChar)", replace),
        method("StringBuilder Replace(char oldChar, char newChar, int startIndex, int count)", replace),
    ])
    .summary("Text under construction.");

static ID: Known = Known::new("System.Text.StringBuilder");

/// A text under construction.
#[derive(Debug)]
pub(crate) struct StringBuilder {
    /// What was appended so far.
    pub buf: TextBuf,
    capacity: usize,
}

impl NetObject for StringBuilder {
    fn net_type(&self) -> TypeId {
        ID.id()
    }
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(self.buf.clone())
    }
}

const INDEX_OR_END: &str =
    "Index was out of range. Must be non-negative and less than or equal to the size of the collection.";
const INDEX: &str = "Index was out of range. Must be non-negative and less than the size of the collection.";

fn out_of_range(cx: &mut Cx<'_>, message: &str, name: &str) -> Throw {
    cx.throw_argument(Exc::ArgumentOutOfRange, message, name)
}

fn get<'a>(cx: &'a Cx<'_>, value: Value) -> Result<&'a StringBuilder, Throw> {
    cx.heap.native(value).ok_or(fault("a StringBuilder was expected"))
}

/// Appends to the builder what `write` writes, and pays for it.
///
/// # Errors
/// What `write` throws; an exhausted budget.
pub(crate) fn append_with(
    cx: &mut Cx<'_>,
    builder: Value,
    write: impl FnOnce(&mut Cx<'_>, &mut TextBuf) -> Result<(), Throw>,
) -> Result<Value, Throw> {
    let mut taken = match cx.heap.native_mut::<StringBuilder>(builder) {
        Some(builder) => std::mem::take(&mut builder.buf),
        None => return Err(fault("a StringBuilder was expected")),
    };
    taken.at_most(cx.heap.longest());
    let before = taken.len();
    let result = write(cx, &mut taken);
    let added = taken.len().saturating_sub(before);
    if let Some(builder) = cx.heap.native_mut::<StringBuilder>(builder) {
        builder.capacity = builder.capacity.max(taken.len());
        builder.buf = taken;
    }
    result?;
    cx.charge(1 + added / 16)?;
    if let Some(builder) = cx.heap.native::<StringBuilder>(builder) {
        builder.buf.fits()?;
    }
    cx.heap.charge_string(added)?;
    Ok(builder)
}

/// A new builder.
///
/// # Errors
/// When the memory budget is exhausted.
pub(crate) fn create(cx: &mut Cx<'_>, buf: TextBuf, capacity: usize) -> Result<Value, Throw> {
    cx.heap.charge(buf.len())?;
    let capacity = capacity.max(buf.len());
    Ok(cx.heap.new_native(StringBuilder { buf, capacity })?)
}

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    const DEFAULT_CAPACITY: usize = 16;
    let text = cx.string_opt(args, 0);
    let (text, capacity) = match (arg(args, 0), args.len()) {
        (_, 4) => {
            let text = text.unwrap_or(Str::EMPTY);
            let [start, length, capacity] = [as_i32(args, 1)?, as_i32(args, 2)?, as_i32(args, 3)?];
            for (name, n) in [("capacity", capacity), ("length", length), ("startIndex", start)] {
                if n < 0 {
                    return Err(math::negative(cx, name, n.into()));
                }
            }
            if i64::from(start) + i64::from(length) > i64::try_from(text.len()).unwrap_or(i64::MAX) {
                let message = "Index and length must refer to a location within the string.";
                return Err(out_of_range(cx, message, "length"));
            }
            let (start, count) = (("startIndex", as_i32(args, 1)?), ("length", as_i32(args, 2)?));
            let (from, to) = checked_range(cx, start, count, text.len())?;
            (text.slice(from, to), Some(as_i32(args, 3)?))
        }
        (Value::Int32(capacity), 2) if capacity > as_i32(args, 1)? => {
            return Err(out_of_range(cx, "Capacity exceeds maximum capacity.", "capacity"));
        }
        (Value::Int32(_), 2) if as_i32(args, 1)? < 1 => {
            let most = as_i32(args, 1)?.into();
            return Err(math::out_of_range(cx, "maxCapacity", most, "must be a non-negative and non-zero value."));
        }
        (Value::Int32(n), _) => (Str::EMPTY, Some(n)),
        (_, 2) => (text.unwrap_or(Str::EMPTY), Some(as_i32(args, 1)?)),
        _ => (text.unwrap_or(Str::EMPTY), None),
    };
    let capacity = match capacity.map(usize::try_from) {
        None | Some(Ok(0)) => DEFAULT_CAPACITY,
        Some(Ok(n)) => n,
        Some(Err(_)) => return Err(math::negative(cx, "capacity", capacity.unwrap_or(0).into())),
    };
    let buf = copied(cx, text);
    create(cx, buf, capacity)
}

fn int(n: usize) -> Value {
    Value::Int32(i32::try_from(n).unwrap_or(i32::MAX))
}

fn capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(int(get(cx, arg(args, 0))?.capacity))
}

fn set_capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let length = get(cx, arg(args, 0))?.buf.len();
    let Some(capacity) = usize::try_from(as_i32(args, 1)?).ok().filter(|n| *n >= length) else {
        return Err(out_of_range(cx, "capacity was less than the current size.", "value"));
    };
    if let Some(builder) = cx.heap.native_mut::<StringBuilder>(arg(args, 0)) {
        builder.capacity = capacity;
    }
    Ok(Value::Null)
}

fn ensure_capacity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let wanted = as_i32(args, 1)?;
    let Ok(wanted) = usize::try_from(wanted) else { return Err(math::negative(cx, "capacity", wanted.into())) };
    let builder = cx.heap.native_mut::<StringBuilder>(arg(args, 0)).ok_or(fault("a StringBuilder was expected"))?;
    builder.capacity = builder.capacity.max(wanted);
    Ok(int(builder.capacity))
}

fn length(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(int(get(cx, arg(args, 0))?.buf.len()))
}

fn set_length(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let wanted = as_i32(args, 1)?;
    let Ok(wanted) = usize::try_from(wanted) else { return Err(math::negative(cx, "value", wanted.into())) };
    let current = get(cx, arg(args, 0))?.buf.len();
    cx.heap.charge_string(wanted.saturating_sub(current))?;
    cx.charge(wanted.saturating_sub(current) / 8)?;
    append_with(cx, arg(args, 0), |_, buf| {
        buf.remove(wanted, current);
        buf.push_many(0, wanted.saturating_sub(current));
        Ok(())
    })?;
    Ok(Value::Null)
}

fn char_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let index = usize::try_from(as_i32(args, 1)?).ok();
    match index.and_then(|i| get(cx, arg(args, 0)).ok()?.buf.as_text().get(i)) {
        Some(unit) => Ok(Value::Char(unit)),
        None => Err(cx.throw_default(Exc::IndexOutOfRange)),
    }
}

fn set_char_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Value::Char(unit) = arg(args, 2) else { return Err(fault("a char was expected")) };
    let length = get(cx, arg(args, 0))?.buf.len();
    let Some(at) = usize::try_from(as_i32(args, 1)?).ok().filter(|at| *at < length) else {
        return Err(out_of_range(cx, INDEX, "index"));
    };
    append_with(cx, arg(args, 0), |_, buf| {
        buf.set(at, unit);
        Ok(())
    })?;
    Ok(Value::Null)
}

/// Writes one value as `Append` does: an array of chars as its text, another builder as its text.
pub(super) fn write(cx: &mut Cx<'_>, value: Value, out: &mut TextBuf) -> Result<(), Throw> {
    if let Some(Object::Array(array)) = cx.heap.get(value).filter(|_| is_chars(cx, value)) {
        array.items.iter().for_each(|v| {
            if let Value::Char(unit) = v {
                out.push(*unit);
            }
        });
        return Ok(());
    }
    behaviour::write_text(cx, value, out)
}

fn is_chars(cx: &Cx<'_>, value: Value) -> bool {
    matches!(cx.heap.get(value), Some(Object::Array(array)) if array.element == TypeId::CHAR)
}

pub(in crate::library) fn append(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let value = arg(args, 1);
    if value == arg(args, 0) {
        // A builder appended to itself.
        let copy = get(cx, value)?.buf.clone();
        return append_with(cx, value, |_, buf| {
            buf.push_text(copy.as_text());
            Ok(())
        });
    }
    append_with(cx, arg(args, 0), |cx, buf| write(cx, value, buf))
}

fn append_repeated(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Value::Char(unit) = arg(args, 1) else { return Err(fault("a char was expected")) };
    let count = as_i32(args, 2)?;
    let Ok(count) = usize::try_from(count) else { return Err(math::negative(cx, "repeatCount", count.into())) };
    cx.heap.charge_string(count)?;
    cx.charge(count / 8)?;
    append_with(cx, arg(args, 0), |_, buf| {
        buf.push_many(unit, count);
        Ok(())
    })
}

/// A part of a string, of an array of chars or of another builder.
fn part_of(cx: &mut Cx<'_>, args: &[Value], from: usize, names: (&str, &str)) -> Result<TextBuf, Throw> {
    let mut whole = cx.heap.text_buf();
    write(cx, arg(args, from), &mut whole)?;
    let (start, count) = (as_i32(args, from + 1)?, as_i32(args, from + 2)?);
    let Ok(at) = usize::try_from(start) else { return Err(math::negative(cx, names.0, start.into())) };
    let Ok(size) = usize::try_from(count) else { return Err(math::negative(cx, names.1, count.into())) };
    if arg(args, from).is_null() && (at, size) != (0, 0) {
        return Err(cx.argument_null("value"));
    }
    let appended = from == 1;
    let of_chars = names.1 == "charCount";
    if size == 0 && appended && !of_chars {
        // Where nothing is appended, no place is looked at.
        return Ok(TextBuf::new());
    }
    if size > whole.len() || at > whole.len() - size {
        let name = if appended && of_chars { names.1 } else { names.0 };
        return Err(out_of_range(cx, INDEX_OR_END, name));
    }
    let mut part = TextBuf::new();
    part.push_text(whole.as_text().slice(at, at + size));
    Ok(part)
}

fn append_part(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let count = if chars(cx, arg(args, 1)).is_some() { "charCount" } else { "count" };
    let part = part_of(cx, args, 1, ("startIndex", count))?;
    append_with(cx, arg(args, 0), |_, buf| {
        buf.push_text(part.as_text());
        Ok(())
    })
}

fn append_line(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_opt(args, 1).unwrap_or(Str::EMPTY);
    append_with(cx, arg(args, 0), |cx, buf| {
        buf.push_text(cx.text(text));
        buf.push_str(NEW_LINE);
        Ok(())
    })
}

fn append_join(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let separator = behaviour::to_text(cx, arg(args, 1))?;
    if arg(args, 2).is_null() {
        return Err(cx.argument_null("values"));
    }
    let mut items = iterate(cx, arg(args, 2))?;
    append_with(cx, arg(args, 0), |cx, buf| {
        let mut first = true;
        while let Some(item) = items.next(cx)? {
            cx.charge(1)?;
            if !std::mem::take(&mut first) {
                buf.push_text(cx.text(separator));
            }
            behaviour::write_text(cx, item, buf)?;
            buf.fits()?;
        }
        Ok(())
    })
}

fn append_format(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let picture = cx.string_arg(args, 1, "format")?;
    append_with(cx, arg(args, 0), |cx, buf| formatting::composite(cx, picture, args.get(2..).unwrap_or_default(), buf))
}

fn append_format_array(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let picture = cx.string_arg(args, 1, "format")?;
    let Some(values) = argument_array(cx, arg(args, 2)) else { return Err(cx.argument_null("args")) };
    append_with(cx, arg(args, 0), |cx, buf| formatting::composite(cx, picture, &values, buf))
}

/// The arguments without the format provider.
fn without_provider(args: &[Value]) -> Vec<Value> {
    args.iter().take(1).chain(args.iter().skip(2)).copied().collect()
}

fn append_format_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    append_format(cx, &without_provider(args))
}

fn append_format_array_by(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    append_format_array(cx, &without_provider(args))
}

fn insert_text(cx: &mut Cx<'_>, args: &[Value], text: &TextBuf) -> Result<Value, Throw> {
    let length = get(cx, arg(args, 0))?.buf.len();
    let Some(at) = usize::try_from(as_i32(args, 1)?).ok().filter(|at| *at <= length) else {
        return Err(out_of_range(cx, INDEX_OR_END, "index"));
    };
    cx.charge(length / 16)?;
    append_with(cx, arg(args, 0), |_, buf| {
        let mut made = TextBuf::with_capacity(buf.len() + text.len());
        made.push_text(buf.as_text().slice(0, at));
        made.push_text(text.as_text());
        made.push_text(buf.as_text().slice(at, buf.len()));
        *buf = made;
        Ok(())
    })
}

fn insert(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let mut text = cx.heap.text_buf();
    write(cx, arg(args, 2), &mut text)?;
    insert_text(cx, args, &text)
}

fn insert_repeated(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (value, count) = (cx.string_opt(args, 2).unwrap_or(Str::EMPTY), as_i32(args, 3)?);
    let Ok(count) = usize::try_from(count) else { return Err(math::negative(cx, "count", count.into())) };
    let total = value.len().saturating_mul(count);
    cx.heap.charge_string(total)?;
    cx.charge(total / 8)?;
    let mut text = TextBuf::with_capacity(total);
    if !value.is_empty() {
        (0..count).for_each(|_| text.push_text(cx.text(value)));
    }
    insert_text(cx, args, &text)
}

fn insert_part(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let part = part_of(cx, args, 2, ("startIndex", "charCount"))?;
    insert_text(cx, args, &part)
}

fn replace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (old, new) = match (arg(args, 1), arg(args, 2)) {
        (Value::Char(old), Value::Char(new)) => {
            (super::super::system::char::text_of(old), super::super::system::char::text_of(new))
        }
        _ => {
            let old = cx.string_arg(args, 1, "oldValue")?;
            let new = cx.string_opt(args, 2).unwrap_or(Str::EMPTY);
            (copied(cx, old), copied(cx, new))
        }
    };
    let length = get(cx, arg(args, 0))?.buf.len();
    let (mut from, mut to) = (0, length);
    if args.len() > 3 {
        let Some(at) = usize::try_from(as_i32(args, 3)?).ok().filter(|at| *at <= length) else {
            return Err(out_of_range(cx, INDEX_OR_END, "startIndex"));
        };
        let Some(count) = usize::try_from(as_i32(args, 4)?).ok().filter(|n| *n <= length - at) else {
            return Err(out_of_range(cx, INDEX_OR_END, "count"));
        };
        (from, to) = (at, at + count);
    }
    if old.is_empty() {
        return Err(cx.throw_argument(Exc::Argument, "The value cannot be an empty string.", "oldValue"));
    }
    cx.charge((length / 8).saturating_mul(1 + old.len() / 8))?;
    append_with(cx, arg(args, 0), |cx, buf| {
        let whole = buf.as_text();
        let mut made = TextBuf::with_capacity(buf.len());
        made.push_text(whole.slice(0, from));
        replace_into(cx, whole.slice(from, to), old.as_text(), new.as_text(), false, &mut made)?;
        made.push_text(whole.slice(to, length));
        *buf = made;
        Ok(())
    })
}

fn remove(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let length = get(cx, arg(args, 0))?.buf.len();
    let (start, count) = (as_i32(args, 1)?, as_i32(args, 2)?);
    let Ok(size) = usize::try_from(count) else { return Err(math::negative(cx, "length", count.into())) };
    let Ok(at) = usize::try_from(start) else { return Err(math::negative(cx, "startIndex", start.into())) };
    if at > length || size > length - at {
        return Err(out_of_range(cx, INDEX_OR_END, "length"));
    }
    cx.charge(length / 16)?;
    append_with(cx, arg(args, 0), |_, buf| {
        buf.remove(at, at + size);
        Ok(())
    })
}

fn clear(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    append_with(cx, arg(args, 0), |_, buf| {
        *buf = TextBuf::new();
        Ok(())
    })
}

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let length = get(cx, arg(args, 0))?.buf.len();
    cx.charge(length / 16)?;
    let (mut from, mut to) = (0, length);
    if args.len() > 1 {
        let (start, count) = (as_i32(args, 1)?, as_i32(args, 2)?);
        let Ok(at) = usize::try_from(start) else { return Err(math::negative(cx, "startIndex", start.into())) };
        if at > length {
            return Err(out_of_range(cx, "startIndex cannot be larger than length of string.", "startIndex"));
        }
        let Ok(size) = usize::try_from(count) else { return Err(math::negative(cx, "length", count.into())) };
        if size > length - at {
            return Err(out_of_range(cx, "Index and length must refer to a location within the string.", "length"));
        }
        (from, to) = (at, at + size);
    }
    let mut part = TextBuf::with_capacity(to - from);
    part.push_text(get(cx, arg(args, 0))?.buf.as_text().slice(from, to));
    cx.string_buf(&part)
}

fn copy_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (source, target, count) = (as_i32(args, 1)?, as_i32(args, 3)?, as_i32(args, 4)?);
    let Some(length) = chars(cx, arg(args, 2)).map(|units| units.len()) else {
        return Err(cx.argument_null("destination"));
    };
    let own = get(cx, arg(args, 0))?.buf.len();
    let (from, to) = checked_range(cx, ("sourceIndex", source), ("count", count), own)?;
    let (at, _) = checked_range(cx, ("destinationIndex", target), ("count", count), length)?;
    cx.charge(to - from)?;
    let units: Vec<u16> = get(cx, arg(args, 0))?.buf.as_text().slice(from, to).units().collect();
    if let Some(Object::Array(array)) = cx.heap.get_mut(arg(args, 2)) {
        for (slot, unit) in array.items.iter_mut().skip(at).zip(units) {
            *slot = Value::Char(unit);
        }
    }
    Ok(Value::Null)
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(other) = cx.heap.native::<StringBuilder>(arg(args, 1)) else { return Ok(Value::Bool(false)) };
    let (a, b): (TextRef<'_>, TextRef<'_>) = (get(cx, arg(args, 0))?.buf.as_text(), other.buf.as_text());
    Ok(Value::Bool(a.equals(b)))
}
