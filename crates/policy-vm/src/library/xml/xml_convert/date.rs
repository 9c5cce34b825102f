//! Dates: by the types of XML Schema, or by formats.

use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::system::date_time::exact::Styles;
use crate::library::system::date_time::parse::Bad;
use crate::library::system::date_time::parsing::{by_format, by_known, refuse};
use crate::library::system::date_time_offset;
use crate::library::xml::xsd_date::XsdDate;
use crate::value::{DateTime, DateTimeKind, Value};

/// What `ToDateTime(string)` takes, in .NET's order.
const FORMATS: [&str; 24] = [
    "yyyy-MM-ddTHH:mm:ss.FFFFFFFzzzzzz",
    "yyyy-MM-ddTHH:mm:ss.FFFFFFF",
    "yyyy-MM-ddTHH:mm:ss.FFFFFFFZ",
    "HH:mm:ss.FFFFFFF",
    "HH:mm:ss.FFFFFFFZ",
    "HH:mm:ss.FFFFFFFzzzzzz",
    "yyyy-MM-dd",
    "yyyy-MM-ddZ",
    "yyyy-MM-ddzzzzzz",
    "yyyy-MM",
    "yyyy-MMZ",
    "yyyy-MMzzzzzz",
    "yyyy",
    "yyyyZ",
    "yyyyzzzzzz",
    "--MM-dd",
    "--MM-ddZ",
    "--MM-ddzzzzzz",
    "---dd",
    "---ddZ",
    "---ddzzzzzz",
    "--MM--",
    "--MM--Z",
    "--MM--zzzzzz",
];

fn styles() -> Styles {
    Styles { leading_white: true, trailing_white: true, ..Styles::default() }
}

/// What becomes of a time: local is UTC here, only the kind tells them apart.
pub(super) fn in_mode(args: &[Value], at: DateTime) -> DateTime {
    let kind = match arg(args, 1) {
        Value::Enum(_, 0) => DateTimeKind::Local,
        Value::Enum(_, 1) => DateTimeKind::Utc,
        Value::Enum(_, 2) => DateTimeKind::Unspecified,
        _ => at.kind(),
    };
    DateTime::new(at.ticks(), kind).unwrap_or(at)
}

/// `ToDateTime(s, mode)`.
pub(super) fn to_date_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(text) = cx.string_opt(args, 0) else { return Err(cx.throw_default(Exc::NullReference)) };
    let at = XsdDate::read(cx, text)?.date_time(cx)?;
    if !matches!(arg(args, 1), Value::Enum(_, 0..=3)) {
        return Err(no_mode(cx, args));
    }
    Ok(Value::DateTime(in_mode(args, at)))
}

/// What is said of a number that is no `XmlDateTimeSerializationMode`.
pub(super) fn no_mode(cx: &mut Cx<'_>, args: &[Value]) -> Throw {
    let mode = if let Value::Enum(_, mode) = arg(args, 1) { mode } else { 0 };
    let why = format!(
        "The '{mode}' value for the 'dateTimeOption' parameter is not an allowed value for the \
         'XmlDateTimeSerializationMode' enumeration."
    );
    cx.throw(Exc::Argument, why)
}

/// `ToDateTime(s)`.
pub(super) fn to_date_time_by_known(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "s")?;
    match by_known(cx, text, &FORMATS, styles())? {
        Some(at) => Ok(Value::DateTime(at)),
        None => Err(refuse(cx, text, &Bad::Format)),
    }
}

/// `ToDateTime(s, format)`, `ToDateTime(s, formats)`.
pub(super) fn to_date_time_by_format(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "s")?;
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("format"));
    }
    match by_format(cx, text, arg(args, 1), styles(), false)?.and_then(|(parsed, styles)| parsed.date_time(styles)) {
        Ok(at) => Ok(Value::DateTime(at)),
        Err(bad) => Err(refuse(cx, text, &bad)),
    }
}

/// `ToDateTimeOffset(s, format)`, `ToDateTimeOffset(s, formats)`.
pub(super) fn to_date_time_offset_by_format(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "s")?;
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("format"));
    }
    let read = by_format(cx, text, arg(args, 1), styles(), true)?;
    match read.and_then(|(parsed, styles)| parsed.date_time_offset(styles)) {
        Ok((ticks, offset)) => date_time_offset::value(cx, ticks, offset),
        Err(bad) => Err(refuse(cx, text, &bad)),
    }
}
