//! Composite formatting: `string.Format`, `AppendFormat` and interpolation.

use super::number::format::{self, Number};
use super::number::integer;
use super::{date_time, date_time_offset, enum_type, guid, time_span};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::value::Value;
use crate::value::behaviour;
use crate::value::heap::Object;
use crate::value::text::{Str, TextBuf, TextRef};

/// Appends `value.ToString(format)` if the value's type is `IFormattable`, else `value.ToString()`; nothing for null.
///
/// # Errors
/// `FormatException` for a format that does not fit; when a budget is exhausted.
pub(crate) fn format_value(
    cx: &mut Cx<'_>,
    value: Value,
    format: Option<TextRef<'_>>,
    out: &mut TextBuf,
) -> Result<(), Throw> {
    match format.filter(|f| !f.is_empty()) {
        None => behaviour::write_text(cx, value, out),
        Some(format) => format_with(cx, value, &format.to_utf8(), out),
    }
}

fn format_with(cx: &mut Cx<'_>, value: Value, format: &str, out: &mut TextBuf) -> Result<(), Throw> {
    let number = match value {
        Value::Double(v) => Some(Number::Double(v)),
        Value::Single(v) => Some(Number::Single(v)),
        Value::DateTime(_) => return date_time::format(cx, value, Some(format), out),
        Value::TimeSpan(_) => return time_span::format(cx, value, Some(format), out),
        Value::Enum(ty, n) => return enum_type::format(cx, ty, n, format, out),
        Value::Object(handle) => match cx.heap.object(handle) {
            Object::Decimal(d) => Some(Number::Decimal(*d)),
            Object::Guid(bytes) => {
                let bytes = *bytes;
                return guid::format(cx, bytes, format, out);
            }
            Object::DateTimeOffset { .. } => return date_time_offset::format(cx, value, Some(format), out),
            Object::Json(_) => match crate::library::json::held(cx.heap, value) {
                // A `JValue` hands the format on to what it holds.
                Some(Value::Null) => return Ok(()),
                Some(held) => return format_with(cx, held, format, out),
                None => None,
            },
            _ => None,
        },
        other => integer::get(other).map(|n| {
            let kind = behaviour::type_of(cx.heap, other).and_then(integer::kind_of);
            Number::Integer(n, kind.map_or(32, |k| k.bits))
        }),
    };
    let Some(number) = number else { return behaviour::write_text(cx, value, out) };
    let mut text = String::new();
    format::format(cx, number, format, &mut text)?;
    out.push_str(&text);
    Ok(())
}

/// Field widths and indexes at or above this are refused.
const LIMIT: usize = 1_000_000;

/// `string.Format(format, args)`.
///
/// # Errors
/// `FormatException` for a format that is none or asks for an argument that is not there.
pub(crate) fn composite(cx: &mut Cx<'_>, format: Str, args: &[Value], out: &mut TextBuf) -> Result<(), Throw> {
    let mut at = 0;
    let text = |cx: &Cx<'_>, at: usize| cx.text(format).get(at);
    cx.charge(format.len())?;
    out.at_most(cx.heap.longest());
    while at < format.len() {
        let start = at;
        while text(cx, at).is_some_and(|u| u != OPEN && u != CLOSE) {
            at += 1;
        }
        out.push_text(cx.text(format).slice(start, at));
        let Some(brace) = text(cx, at) else { break };
        at += 1;
        if text(cx, at) == Some(brace) {
            out.push(brace);
            at += 1;
        } else if brace == CLOSE {
            return Err(bad(cx, at, if at < format.len() { UNOPENED } else { ENDS }));
        } else {
            at = item(cx, format, at, args, out)?;
        }
        out.fits()?;
    }
    Ok(())
}

const OPEN: u16 = b'{' as u16;
const CLOSE: u16 = b'}' as u16;
const ENDS: &str = "Format item ends prematurely.";
const UNOPENED: &str = "Unexpected closing brace without a corresponding opening brace.";
const NO_DIGIT: &str = "Expected an ASCII digit.";

fn bad(cx: &mut Cx<'_>, offset: usize, what: &str) -> Throw {
    let message = format!("Input string was not in a correct format. Failure to parse near offset {offset}. {what}");
    cx.throw(Exc::Format, message)
}

/// The item behind an opening brace: `index[,width][:format]}`. Gives where it ends.
fn item(cx: &mut Cx<'_>, format: Str, at: usize, args: &[Value], out: &mut TextBuf) -> Result<usize, Throw> {
    let mut reader = Item { format, at };
    let index = reader.number(cx)?;
    reader.spaces(cx);
    let (mut width, mut left) = (0, false);
    if reader.eat(cx, b',') {
        reader.spaces(cx);
        left = reader.eat(cx, b'-');
        width = reader.number(cx)?;
        reader.spaces(cx);
    }
    let mut picture = None;
    if reader.eat(cx, b':') {
        let start = reader.at;
        loop {
            match reader.peek(cx) {
                None => return Err(bad(cx, reader.at, ENDS)),
                Some(CLOSE) => break,
                Some(OPEN) => return Err(bad(cx, reader.at, ENDS)),
                Some(_) => reader.at += 1,
            }
        }
        picture = Some(format.slice(start, reader.at));
    }
    if !reader.eat(cx, b'}') {
        return Err(bad(cx, reader.at, ENDS));
    }
    let Some(value) = args.get(index).copied() else {
        return Err(cx.throw(
            Exc::Format,
            "Index (zero based) must be greater than or equal to zero and less than the size of the argument list.",
        ));
    };
    padded(cx, value, picture, width, left, out)?;
    Ok(reader.at)
}

/// Appends a value in a field of `width` units, to the left or to the right: `{value,width:format}`.
///
/// # Errors
/// As [`format_value`].
pub(crate) fn padded(
    cx: &mut Cx<'_>,
    value: Value,
    picture: Option<Str>,
    width: usize,
    left: bool,
    out: &mut TextBuf,
) -> Result<(), Throw> {
    let picture = picture.map(|p| {
        let mut copy = cx.heap.text_buf();
        copy.push_text(cx.text(p));
        copy
    });
    if width == 0 {
        return format_value(cx, value, picture.as_ref().map(TextBuf::as_text), out);
    }
    let mut field = cx.heap.text_buf();
    format_value(cx, value, picture.as_ref().map(TextBuf::as_text), &mut field)?;
    let spaces = width.saturating_sub(field.len());
    cx.heap.charge_string(spaces)?;
    if left {
        out.push_text(field.as_text());
    }
    out.push_many(u16::from(b' '), spaces);
    if !left {
        out.push_text(field.as_text());
    }
    Ok(())
}

struct Item {
    format: Str,
    at: usize,
}

impl Item {
    fn peek(&self, cx: &Cx<'_>) -> Option<u16> {
        cx.text(self.format).get(self.at)
    }

    fn eat(&mut self, cx: &Cx<'_>, byte: u8) -> bool {
        let found = self.peek(cx) == Some(u16::from(byte));
        self.at += usize::from(found);
        found
    }

    fn spaces(&mut self, cx: &Cx<'_>) {
        while self.eat(cx, b' ') {}
    }

    fn number(&mut self, cx: &mut Cx<'_>) -> Result<usize, Throw> {
        let start = self.at;
        let mut n = 0usize;
        while let Some(digit @ 0x30..=0x39) = self.peek(cx) {
            n = n * 10 + usize::from(digit - 0x30);
            self.at += 1;
            if n >= LIMIT {
                break;
            }
        }
        if self.at == start {
            let what = if self.peek(cx).is_none() { ENDS } else { NO_DIGIT };
            return Err(bad(cx, self.at, what));
        }
        Ok(n)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::check;

    fn format(picture: &str, args: &[Value]) -> String {
        check::with_cx(&[], |cx| {
            let picture = cx.heap.new_str(picture).unwrap();
            let mut out = TextBuf::new();
            match composite(cx, picture, args, &mut out) {
                Ok(()) => out.as_text().to_utf8().into_owned(),
                Err(throw) => check::show_throw(cx, throw),
            }
        })
    }

    #[test]
    fn items_have_index_width_and_format() {
        let args = [Value::Int32(42), Value::Double(2.345678), Value::Null];
        assert_eq!(format("{0:D3}|{0,5}|{0,-5}|{1:F2}|{2}|{{}}", &args), "042|   42|42   |2.35||{}");
    }

    #[test]
    fn what_is_no_format_is_told_with_its_place() {
        let error = "System.FormatException: Input string was not in a correct format. Failure to parse near offset";
        assert_eq!(format("{0", &[Value::Int32(1)]), format!("{error} 2. Format item ends prematurely."));
        assert_eq!(format("{a}", &[Value::Int32(1)]), format!("{error} 1. Expected an ASCII digit."));
        assert_eq!(
            format("{1}", &[Value::Int32(1)]),
            "System.FormatException: Index (zero based) must be greater than or equal to zero and less than the size of \
             the argument list."
        );
    }
}
