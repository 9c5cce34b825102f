//! `System.DateTimeOffset`: a clock time with its offset from UTC. The local time zone is UTC.
//!
//! <https://learn.microsoft.com/dotnet/api/system.datetimeoffset>

use super::date_time::arguments::{as_date_time, as_f64, as_i64, as_offset, as_offset_styles, as_span};
use super::date_time::calendar::{self, PER_DAY, PER_HOUR, PER_MICROSECOND, PER_MILLISECOND, PER_MINUTE, PER_SECOND};
use super::date_time::parsing::{by_format, free, refuse};
use super::date_time::{self, format::Moment, hash_ticks, make, parse::Bad};
use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, operator, property};
use crate::value::heap::Object;
use crate::value::text::{Str, TextBuf};
use crate::value::{DateTime, DateTimeKind, Value};

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.DateTimeOffset")
    .summary("A date and time of day with its offset from UTC.")
    .interfaces(&["IComparable", "IFormattable", "IEquatable<DateTimeOffset>", "IComparable<DateTimeOffset>"])
    .members(&[
        constructor("DateTimeOffset(long ticks, TimeSpan offset)", from_ticks),
        constructor("DateTimeOffset(DateTime dateTime)", from_date_time),
        constructor("DateTimeOffset(DateTime dateTime, TimeSpan offset)", from_date_time_offset),
        constructor(
            "DateTimeOffset(int year, int month, int day, int hour, int minute, int second, TimeSpan offset)",
            from_parts,
        ),
        constructor(
            "DateTimeOffset(int year, int month, int day, int hour, int minute, int second, int millisecond, \
             TimeSpan offset)",
            from_parts,
        ),
        constructor(
            "DateTimeOffset(int year, int month, int day, int hour, int minute, int second, int millisecond, \
             int microsecond, TimeSpan offset)",
            from_parts,
        ),
        property("static DateTimeOffset MaxValue { get; }", |cx, _| value(cx, DateTime::MAX_TICKS, 0)),
        property("static DateTimeOffset MinValue { get; }", |cx, _| value(cx, 0, 0)),
        property("static DateTimeOffset UnixEpoch { get; }", |cx, _| value(cx, DateTime::UNIX_EPOCH_TICKS, 0)),
        property("static DateTimeOffset Now { get; }", now),
        property("static DateTimeOffset UtcNow { get; }", now),
        property("DateTime Date { get; }", date),
        property("DateTime DateTime { get; }", clock_time),
        property("int Day { get; }", |cx, args| part(cx, args, |p| p.day)),
        property("DayOfWeek DayOfWeek { get; }", day_of_week),
        property("int DayOfYear { get; }", day_of_year),
        property("int Hour { get; }", |cx, args| part(cx, args, |p| p.hour)),
        property("DateTime LocalDateTime { get; }", |cx, args| utc(cx, args, DateTimeKind::Local)),
        property("int Microsecond { get; }", |cx, args| part(cx, args, |p| p.fraction / 10 % 1000)),
        property("int Millisecond { get; }", |cx, args| part(cx, args, |p| p.fraction / 10_000)),
        property("int Minute { get; }", |cx, args| part(cx, args, |p| p.minute)),
        property("int Month { get; }", |cx, args| part(cx, args, |p| p.month)),
        property("int Nanosecond { get; }", |cx, args| part(cx, args, |p| p.fraction % 10 * 100)),
        property("TimeSpan Offset { get; }", offset),
        property("int TotalOffsetMinutes { get; }", |cx, args| Ok(Value::Int32(as_offset(cx, args, 0)?.1.into()))),
        property("int Second { get; }", |cx, args| part(cx, args, |p| p.second)),
        property("long Ticks { get; }", |cx, args| Ok(Value::Int64(as_offset(cx, args, 0)?.0))),
        property("TimeSpan TimeOfDay { get; }", |cx, args| Ok(Value::TimeSpan(as_offset(cx, args, 0)?.0 % PER_DAY))),
        property("DateTime UtcDateTime { get; }", |cx, args| utc(cx, args, DateTimeKind::Utc)),
        property("long UtcTicks { get; }", |cx, args| Ok(Value::Int64(utc_ticks(cx, args, 0)?))),
        property("int Year { get; }", |cx, args| part(cx, args, |p| p.year)),
        method("DateTimeOffset Add(TimeSpan timeSpan)", |cx, args| {
            add_span(cx, args, Some(as_span(args, 1)?), "value")
        }),
        method("DateTimeOffset AddDays(double days)", |cx, args| add_units(cx, args, PER_DAY)),
        method("DateTimeOffset AddHours(double hours)", |cx, args| add_units(cx, args, PER_HOUR)),
        method("DateTimeOffset AddMicroseconds(double microseconds)", |cx, args| add_units(cx, args, PER_MICROSECOND)),
        method("DateTimeOffset AddMilliseconds(double milliseconds)", |cx, args| add_units(cx, args, PER_MILLISECOND)),
        method("DateTimeOffset AddMinutes(double minutes)", |cx, args| add_units(cx, args, PER_MINUTE)),
        method("DateTimeOffset AddMonths(int months)", add_months),
        method("DateTimeOffset AddSeconds(double seconds)", |cx, args| add_units(cx, args, PER_SECOND)),
        method("DateTimeOffset AddTicks(long ticks)", |cx, args| add_span(cx, args, Some(as_i64(args, 1)?), "value")),
        method("DateTimeOffset AddYears(int years)", add_years),
        method("static int Compare(DateTimeOffset first, DateTimeOffset second)", compare),
        method("int CompareTo(DateTimeOffset other)", compare),
        method("bool Equals(object obj)", equals_object),
        method("bool Equals(DateTimeOffset other)", |cx, args| compared(cx, args, |a, b| a == b)),
        method("static bool Equals(DateTimeOffset first, DateTimeOffset second)", |cx, args| {
            compared(cx, args, |a, b| a == b)
        }),
        method("bool EqualsExact(DateTimeOffset other)", equals_exact),
        method("static DateTimeOffset FromFileTime(long fileTime)", from_file_time),
        method("static DateTimeOffset FromUnixTimeMilliseconds(long milliseconds)", from_unix_milliseconds),
        method("static DateTimeOffset FromUnixTimeSeconds(long seconds)", from_unix_seconds),
        method("int GetHashCode()", |cx, args| Ok(Value::Int32(hash_ticks(utc_ticks(cx, args, 0)?)))),
        method("static DateTimeOffset Parse(string input)", parse),
        method("static DateTimeOffset Parse(string input, IFormatProvider formatProvider)", parse),
        method(
            "static DateTimeOffset Parse(string input, IFormatProvider formatProvider, \
             System.Globalization.DateTimeStyles styles)",
            parse,
        ),
        method(
            "static DateTimeOffset ParseExact(string input, string format, IFormatProvider formatProvider)",
            parse_exact,
        ),
        method(
            "static DateTimeOffset ParseExact(string input, string format, IFormatProvider formatProvider, \
             System.Globalization.DateTimeStyles styles)",
            parse_exact,
        ),
        method(
            "static DateTimeOffset ParseExact(string input, string[] formats, IFormatProvider formatProvider, \
             System.Globalization.DateTimeStyles styles)",
            parse_exact,
        ),
        method("TimeSpan Subtract(DateTimeOffset value)", difference),
        method("DateTimeOffset Subtract(TimeSpan value)", |cx, args| {
            add_span(cx, args, as_span(args, 1)?.checked_neg(), "value")
        }),
        method("long ToFileTime()", to_file_time),
        method("DateTimeOffset ToLocalTime()", to_universal_time),
        method("DateTimeOffset ToOffset(TimeSpan offset)", to_offset),
        method("string ToString()", to_string),
        method("string ToString(string format)", to_string),
        method("string ToString(IFormatProvider formatProvider)", |cx, args| {
            to_string(cx, args.get(..1).unwrap_or(args))
        }),
        method("string ToString(string format, IFormatProvider formatProvider)", to_string),
        method("DateTimeOffset ToUniversalTime()", to_universal_time),
        method("long ToUnixTimeMilliseconds()", |cx, args| unix(cx, args, PER_MILLISECOND)),
        method("long ToUnixTimeSeconds()", |cx, args| unix(cx, args, PER_SECOND)),
        method("static bool TryParse(string input, out DateTimeOffset result)", try_parse),
        method(
            "static bool TryParse(string input, IFormatProvider formatProvider, \
             System.Globalization.DateTimeStyles styles, out DateTimeOffset result)",
            try_parse,
        ),
        method("static bool TryParse(string s, IFormatProvider provider, out DateTimeOffset result)", try_parse),
        method(
            "static bool TryParseExact(string input, string format, IFormatProvider formatProvider, \
             System.Globalization.DateTimeStyles styles, out DateTimeOffset result)",
            try_parse_exact,
        ),
        method(
            "static bool TryParseExact(string input, string[] formats, IFormatProvider formatProvider, \
             System.Globalization.DateTimeStyles styles, out DateTimeOffset result)",
            try_parse_exact,
        ),
        operator("static implicit operator DateTimeOffset(DateTime dateTime)", from_date_time),
        operator("static DateTimeOffset operator +(DateTimeOffset dateTimeOffset, TimeSpan timeSpan)", |cx, args| {
            add_span(cx, args, Some(as_span(args, 1)?), "t")
        }),
        operator("static DateTimeOffset operator -(DateTimeOffset dateTimeOffset, TimeSpan timeSpan)", |cx, args| {
            add_span(cx, args, as_span(args, 1)?.checked_neg(), "t")
        }),
        operator("static TimeSpan operator -(DateTimeOffset left, DateTimeOffset right)", difference),
        operator("static bool operator ==(DateTimeOffset left, DateTimeOffset right)", |cx, args| {
            compared(cx, args, |a, b| a == b)
        }),
        operator("static bool operator !=(DateTimeOffset left, DateTimeOffset right)", |cx, args| {
            compared(cx, args, |a, b| a != b)
        }),
        operator("static bool operator <(DateTimeOffset left, DateTimeOffset right)", |cx, args| {
            compared(cx, args, |a, b| a < b)
        }),
        operator("static bool operator <=(DateTimeOffset left, DateTimeOffset right)", |cx, args| {
            compared(cx, args, |a, b| a <= b)
        }),
        operator("static bool operator >(DateTimeOffset left, DateTimeOffset right)", |cx, args| {
            compared(cx, args, |a, b| a > b)
        }),
        operator("static bool operator >=(DateTimeOffset left, DateTimeOffset right)", |cx, args| {
            compared(cx, args, |a, b| a >= b)
        }),
    ]);

/// A `DateTimeOffset` of a clock time and an offset in minutes that are known to fit.
///
/// # Errors
/// When the memory budget is exhausted.
pub(crate) fn value(cx: &mut Cx<'_>, ticks: i64, offset: i16) -> Result<Value, Throw> {
    Ok(Value::Object(cx.heap.new_object(Object::DateTimeOffset { ticks, offset })?))
}

/// Ticks of the moment in UTC.
#[must_use]
pub(crate) const fn utc_of(ticks: i64, offset: i16) -> i64 {
    ticks - offset as i64 * PER_MINUTE
}

fn utc_ticks(cx: &Cx<'_>, args: &[Value], index: usize) -> Result<i64, Throw> {
    let (ticks, offset) = as_offset(cx, args, index)?;
    Ok(utc_of(ticks, offset))
}

pub(in crate::library) fn check_offset(cx: &mut Cx<'_>, span: i64) -> Result<i16, Throw> {
    if span % PER_MINUTE != 0 {
        return Err(cx.throw_argument(Exc::Argument, "Offset must be specified in whole minutes.", "offset"));
    }
    match i16::try_from(span / PER_MINUTE) {
        Ok(minutes @ -840..=840) => Ok(minutes),
        _ => {
            let why = "Offset must be within plus or minus 14 hours.";
            Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "offset"))
        }
    }
}

pub(in crate::library) fn checked(cx: &mut Cx<'_>, ticks: i64, offset: i16) -> Result<Value, Throw> {
    if !(0..=DateTime::MAX_TICKS).contains(&utc_of(ticks, offset)) {
        let why = "The UTC time represented when the offset is applied must be between year 0 and 10,000.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "offset"));
    }
    value(cx, ticks, offset)
}

fn from_date_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ticks = as_date_time(args, 0)?.ticks();
    value(cx, ticks, 0)
}

fn from_date_time_offset(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (time, span) = (as_date_time(args, 0)?, as_span(args, 1)?);
    let why = match time.kind() {
        DateTimeKind::Utc if span != 0 => "The UTC Offset for Utc DateTime instances must be 0.",
        DateTimeKind::Local if span != 0 => {
            "The UTC Offset of the local dateTime parameter does not match the offset argument."
        }
        _ => {
            let offset = check_offset(cx, span)?;
            return checked(cx, time.ticks(), offset);
        }
    };
    Err(cx.throw_argument(Exc::Argument, why, "offset"))
}

fn from_ticks(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ticks = as_i64(args, 0)?;
    let offset = check_offset(cx, as_span(args, 1)?)?;
    if !(0..=DateTime::MAX_TICKS).contains(&ticks) {
        let why = "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "ticks"));
    }
    checked(cx, ticks, offset)
}

fn from_parts(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let offset = check_offset(cx, as_span(args, args.len().saturating_sub(1))?)?;
    let ticks = make::date(cx, args, 0)? + make::time(cx, args, 3)? + make::millisecond(cx, args, 6)?;
    // Here .NET says it in other words than `DateTime` does.
    let why = "Hour, Minute, and Second parameters describe an un-representable DateTime.";
    let ticks = ticks + if args.len() > 8 { make::microsecond(cx, args, why)? } else { 0 };
    checked(cx, ticks, offset)
}

fn now(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let ticks = date_time::now_ticks(cx);
    value(cx, ticks, 0)
}

fn date(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    date_time::value(as_offset(cx, args, 0)?.0 / PER_DAY * PER_DAY, DateTimeKind::Unspecified)
}

fn clock_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    date_time::value(as_offset(cx, args, 0)?.0, DateTimeKind::Unspecified)
}

fn part(cx: &Cx<'_>, args: &[Value], get: impl Fn(calendar::Parts) -> i32) -> Result<Value, Throw> {
    Ok(Value::Int32(get(calendar::parts_of(as_offset(cx, args, 0)?.0))))
}

fn day_of_week(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(date_time::day_of_week_value(as_offset(cx, args, 0)?.0))
}

fn day_of_year(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(calendar::day_of_year(as_offset(cx, args, 0)?.0)))
}

fn utc(cx: &Cx<'_>, args: &[Value], kind: DateTimeKind) -> Result<Value, Throw> {
    date_time::value(utc_ticks(cx, args, 0)?, kind)
}

fn offset(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::TimeSpan(i64::from(as_offset(cx, args, 0)?.1) * PER_MINUTE))
}

/// The same offset with a clock time moved by `change`, in range also in UTC.
fn moved(
    cx: &mut Cx<'_>,
    args: &[Value],
    change: impl FnOnce(&mut Cx<'_>, i64) -> Result<i64, Throw>,
) -> Result<Value, Throw> {
    let (ticks, offset) = as_offset(cx, args, 0)?;
    let ticks = change(cx, ticks)?;
    checked(cx, ticks, offset)
}

fn add_span(cx: &mut Cx<'_>, args: &[Value], span: Option<i64>, parameter: &str) -> Result<Value, Throw> {
    moved(cx, args, |cx, ticks| date_time::moved_by_ticks(cx, ticks, span.unwrap_or(i64::MAX), parameter))
}

fn add_units(cx: &mut Cx<'_>, args: &[Value], unit: i64) -> Result<Value, Throw> {
    let units = as_f64(args, 1)?;
    moved(cx, args, |cx, ticks| date_time::moved_by(cx, ticks, units, unit))
}

fn add_months(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let months = as_i32(args, 1)?;
    moved(cx, args, |cx, ticks| date_time::checked_months(cx, ticks, months))
}

fn add_years(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let years = as_i32(args, 1)?;
    moved(cx, args, |cx, ticks| date_time::checked_years(cx, ticks, years))
}

fn compare(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(utc_ticks(cx, args, 0)?.cmp(&utc_ticks(cx, args, 1)?) as i32))
}

fn compared(cx: &Cx<'_>, args: &[Value], test: impl Fn(i64, i64) -> bool) -> Result<Value, Throw> {
    Ok(Value::Bool(test(utc_ticks(cx, args, 0)?, utc_ticks(cx, args, 1)?)))
}

fn equals_object(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match cx.heap.get(arg(args, 1)) {
        Some(Object::DateTimeOffset { .. }) => compared(cx, args, |a, b| a == b),
        _ => Ok(Value::Bool(false)),
    }
}

fn equals_exact(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(as_offset(cx, args, 0)? == as_offset(cx, args, 1)?))
}

fn difference(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::TimeSpan(utc_ticks(cx, args, 0)? - utc_ticks(cx, args, 1)?))
}

fn from_file_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match make::from_file_time_utc(cx, args)? {
        Value::DateTime(time) => value(cx, time.ticks(), 0),
        other => Ok(other),
    }
}

fn from_unix(cx: &mut Cx<'_>, args: &[Value], unit: i64, parameter: &str) -> Result<Value, Throw> {
    let least = -(DateTime::UNIX_EPOCH_TICKS / unit);
    let most = (DateTime::MAX_TICKS - DateTime::UNIX_EPOCH_TICKS) / unit;
    let count = as_i64(args, 0)?;
    if !(least..=most).contains(&count) {
        let why = format!("Valid values are between {least} and {most}, inclusive.");
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, &why, parameter));
    }
    value(cx, DateTime::UNIX_EPOCH_TICKS + count * unit, 0)
}

fn from_unix_milliseconds(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    from_unix(cx, args, PER_MILLISECOND, "milliseconds")
}

fn from_unix_seconds(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    from_unix(cx, args, PER_SECOND, "seconds")
}

fn unix(cx: &Cx<'_>, args: &[Value], unit: i64) -> Result<Value, Throw> {
    // Counted from the first day, so that a moment before 1970 is rounded down as well.
    Ok(Value::Int64(utc_ticks(cx, args, 0)? / unit - DateTime::UNIX_EPOCH_TICKS / unit))
}

fn to_file_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let time = utc(cx, args, DateTimeKind::Utc)?;
    make::to_file_time(cx, &[time])
}

fn to_universal_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ticks = utc_ticks(cx, args, 0)?;
    value(cx, ticks, 0)
}

fn to_offset(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let utc = utc_ticks(cx, args, 0)?;
    let offset = check_offset(cx, as_span(args, 1)?)?;
    let ticks = date_time::moved_by_ticks(cx, utc, i64::from(offset) * PER_MINUTE, "t")?;
    value(cx, ticks, offset)
}

/// Appends `value` in a standard or custom format of the invariant culture; the default one for `None`.
///
/// # Errors
/// `FormatException`.
pub(crate) fn format(cx: &mut Cx<'_>, value: Value, format: Option<&str>, out: &mut TextBuf) -> Result<(), Throw> {
    let (ticks, offset) = as_offset(cx, &[value], 0)?;
    cx.charge(format.map_or(0, str::len))?;
    let moment = Moment { ticks, kind: DateTimeKind::Unspecified, offset: Some(offset) };
    match date_time::format::write(moment, format, out) {
        Ok(()) => Ok(()),
        Err(bad) => Err(cx.throw(Exc::Format, bad.message())),
    }
}

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let pattern = cx.string_opt(args, 1).map(|s| cx.text(s).to_utf8().into_owned());
    let mut out = TextBuf::new();
    format(cx, arg(args, 0), pattern.as_deref(), &mut out)?;
    cx.string_buf(&out)
}

fn refuse_offset(cx: &mut Cx<'_>, text: Str, bad: &Bad) -> Throw {
    if *bad == Bad::OutOfRange {
        let text = cx.text(text).to_utf8().into_owned();
        let why = format!("The UTC representation of the date '{text}' falls outside the year range 1-9999.");
        return cx.throw(Exc::Format, why);
    }
    refuse(cx, text, bad)
}

fn offset_styles(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<date_time::exact::Styles, Throw> {
    let styles = as_offset_styles(cx, args, index)?;
    if styles.no_current_date {
        let why = "The DateTimeStyles value 'NoCurrentDateDefault' is not allowed when parsing DateTimeOffset.";
        return Err(cx.throw_argument(Exc::Argument, why, "styles"));
    }
    Ok(styles)
}

fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "input")?;
    let styles = offset_styles(cx, args, 2)?;
    match free(cx, text, styles)?.and_then(|parsed| parsed.date_time_offset(styles)) {
        Ok((ticks, offset)) => value(cx, ticks, offset),
        Err(bad) => Err(refuse_offset(cx, text, &bad)),
    }
}

fn parse_exact(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "input")?;
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("format"));
    }
    let styles = offset_styles(cx, args, 3)?;
    match by_format(cx, text, arg(args, 1), styles, true)?.and_then(|(parsed, styles)| parsed.date_time_offset(styles))
    {
        Ok((ticks, offset)) => value(cx, ticks, offset),
        Err(bad) => Err(refuse_offset(cx, text, &bad)),
    }
}

fn answer(cx: &mut Cx<'_>, found: Option<(i64, i16)>) -> Result<Value, Throw> {
    let (ticks, offset) = found.unwrap_or((0, 0));
    let result = value(cx, ticks, offset)?;
    cx.set_out(0, result);
    Ok(Value::Bool(found.is_some()))
}

fn try_parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let styles = offset_styles(cx, args, 2)?;
    let found = match cx.string_opt(args, 0) {
        Some(text) => free(cx, text, styles)?.and_then(|parsed| parsed.date_time_offset(styles)).ok(),
        None => None,
    };
    answer(cx, found)
}

fn try_parse_exact(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let styles = offset_styles(cx, args, 3)?;
    let found = match (cx.string_opt(args, 0), arg(args, 1)) {
        (None, _) | (_, Value::Null) => None,
        (Some(text), formats) => {
            let read = by_format(cx, text, formats, styles, true)?;
            read.and_then(|(parsed, styles)| parsed.date_time_offset(styles)).ok()
        }
    };
    answer(cx, found)
}
