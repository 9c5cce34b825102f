//! `Parse`, `ParseExact` and their `Try` forms.

use super::arguments::{as_styles, formats_of, units_of};
use super::exact::{Styles, parse_exact as read_exact};
use super::parse::{Bad, Parsed, parse as read};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::value::text::Str;
use crate::value::{DateTime, Value};

/// No date is longer than this, whatever its format; longer texts are no dates.
const LONGEST: usize = 4096;

/// Reads a text freely.
pub(in crate::library) fn free(cx: &mut Cx<'_>, text: Str, styles: Styles) -> Result<Result<Parsed, Bad>, Throw> {
    let today = super::today_ticks(cx);
    if text.len() > LONGEST {
        return Ok(Err(Bad::Format));
    }
    let units = units_of(cx, text)?;
    Ok(read(&units, today, styles))
}

/// Reads a text by one format or by the first of several that fits.
pub(in crate::library) fn by_format(
    cx: &mut Cx<'_>,
    text: Str,
    formats: Value,
    styles: Styles,
    has_offset: bool,
) -> Result<Result<(Parsed, Styles), Bad>, Throw> {
    let today = super::today_ticks(cx);
    let units = if text.len() > LONGEST { Vec::new() } else { units_of(cx, text)? };
    if let Value::String(format) = formats {
        cx.charge(format.len())?;
        let format = cx.text(format).to_utf8().into_owned();
        return match read_exact(&units, &format, today, styles, has_offset) {
            Err(Bad::Standard) => Err(refuse(cx, text, &Bad::Standard)),
            read => Ok(read),
        };
    }
    let formats = formats_of(cx, formats)?;
    if units.is_empty() {
        return Ok(Err(Bad::Format));
    }
    if formats.is_empty() {
        // Nothing is what no format gives: `TryParseExact` answers false, `ParseExact` says so.
        return Ok(Err(Bad::NoFormats));
    }
    for format in formats {
        let format = format.unwrap_or_default();
        if format.is_empty() {
            return Ok(Err(Bad::Specifier(String::new())));
        }
        cx.charge(format.len())?;
        match read_exact(&units, &format, today, styles, has_offset) {
            Ok(found) => return Ok(Ok(found)),
            Err(Bad::Standard) => return Err(refuse(cx, text, &Bad::Standard)),
            Err(_) => {}
        }
    }
    Ok(Err(Bad::Format))
}

/// The time that the first of these formats gives that fits.
///
/// # Errors
/// A spent budget.
pub(in crate::library) fn by_known(
    cx: &mut Cx<'_>,
    text: Str,
    formats: &[&str],
    styles: Styles,
) -> Result<Option<DateTime>, Throw> {
    let today = super::today_ticks(cx);
    let units = if text.len() > LONGEST { Vec::new() } else { units_of(cx, text)? };
    for format in formats {
        cx.charge(format.len())?;
        if let Ok((parsed, styles)) = read_exact(&units, format, today, styles, false)
            && let Ok(at) = parsed.date_time(styles)
        {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

/// The `FormatException` for a text.
pub(in crate::library) fn refuse(cx: &mut Cx<'_>, text: Str, bad: &Bad) -> Throw {
    let message = bad.message(&cx.text(text).to_utf8());
    cx.throw(Exc::Format, message)
}

pub(super) fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "s")?;
    let styles = as_styles(cx, args, 2, "styles")?;
    match free(cx, text, styles)?.and_then(|parsed| parsed.date_time(styles)) {
        Ok(value) => Ok(Value::DateTime(value)),
        Err(bad) => Err(refuse(cx, text, &bad)),
    }
}

pub(super) fn parse_exact(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "s")?;
    if arg(args, 1).is_null() {
        // `string format` or `string[] formats`: a null of the former is what people write.
        return Err(cx.argument_null("format"));
    }
    let styles = as_styles(cx, args, 3, "style")?;
    match by_format(cx, text, arg(args, 1), styles, false)?.and_then(|(parsed, styles)| parsed.date_time(styles)) {
        Ok(value) => Ok(Value::DateTime(value)),
        Err(bad) => Err(refuse(cx, text, &bad)),
    }
}

fn answer(cx: &mut Cx<'_>, found: Option<DateTime>) -> Result<Value, Throw> {
    let zero = super::value(0, crate::value::DateTimeKind::Unspecified)?;
    cx.set_out(0, found.map_or(zero, Value::DateTime));
    Ok(Value::Bool(found.is_some()))
}

pub(super) fn try_parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let styles = as_styles(cx, args, 2, "styles")?;
    let found = match cx.string_opt(args, 0) {
        Some(text) => free(cx, text, styles)?.and_then(|parsed| parsed.date_time(styles)).ok(),
        None => None,
    };
    answer(cx, found)
}

pub(super) fn try_parse_exact(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let styles = as_styles(cx, args, 3, "style")?;
    let found = match (cx.string_opt(args, 0), arg(args, 1)) {
        (None, _) | (_, Value::Null) => None,
        (Some(text), formats) => {
            by_format(cx, text, formats, styles, false)?.and_then(|(parsed, styles)| parsed.date_time(styles)).ok()
        }
    };
    answer(cx, found)
}
