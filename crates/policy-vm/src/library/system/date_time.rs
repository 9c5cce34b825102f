//! `System.DateTime`: a moment in ticks of 100 ns since 0001-01-01, with a kind. The local time zone is UTC.
//!
//! <https://learn.microsoft.com/dotnet/api/system.datetime>

pub(in crate::library) mod arguments;
pub(crate) mod calendar;
pub(crate) mod exact;
pub(crate) mod format;
pub mod iso;
pub(in crate::library) mod make;
pub(crate) mod parse;
pub(in crate::library) mod parsing;

use arguments::{as_date_time, as_f64, as_i64, as_span};
use calendar::{PER_DAY, PER_HOUR, PER_MILLISECOND, PER_MINUTE, PER_SECOND};

use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, TypeDef, constructor, method, operator, property};
use crate::types::Known;
use crate::value::text::TextBuf;
use crate::value::{DateTime, DateTimeKind, Value};

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.DateTime")
    .summary("A date and time of day, to 100 nanoseconds.")
    .interfaces(&["IComparable", "IFormattable", "IEquatable<DateTime>", "IComparable<DateTime>"])
    .allow(Allow::Only(&[
        ".ctor",
        "Add",
        "AddDays",
        "AddHours",
        "AddMilliseconds",
        "AddMinutes",
        "AddMonths",
        "AddSeconds",
        "AddTicks",
        "AddYears",
        "Date",
        "Day",
        "DayOfWeek",
        "DayOfYear",
        "DaysInMonth",
        "Hour",
        "IsDaylightSavingTime",
        "IsLeapYear",
        "MaxValue",
        "Millisecond",
        "Minute",
        "MinValue",
        "Month",
        "Now",
        "Parse",
        "Second",
        "Subtract",
        "Ticks",
        "TimeOfDay",
        "Today",
        "ToString",
        "UtcNow",
        "Year",
    ]))
    .members(&[
        constructor("DateTime(long ticks)", make::from_ticks),
        constructor("DateTime(long ticks, DateTimeKind kind)", make::from_ticks),
        constructor("DateTime(int year, int month, int day)", make::from_date),
        constructor("DateTime(int year, int month, int day, int hour, int minute, int second)", make::from_parts),
        constructor(
            "DateTime(int year, int month, int day, int hour, int minute, int second, DateTimeKind kind)",
            make::from_parts_kind,
        ),
        constructor(
            "DateTime(int year, int month, int day, int hour, int minute, int second, int millisecond)",
            make::from_parts,
        ),
        constructor(
            "DateTime(int year, int month, int day, int hour, int minute, int second, int millisecond, DateTimeKind kind)",
            make::from_parts,
        ),
        constructor(
            "DateTime(int year, int month, int day, int hour, int minute, int second, int millisecond, \
             int microsecond)",
            make::from_small_parts,
        ),
        constructor(
            "DateTime(int year, int month, int day, int hour, int minute, int second, int millisecond, \
             int microsecond, DateTimeKind kind)",
            make::from_small_parts,
        ),
        property("static DateTime MaxValue { get; }", max_value),
        property("static DateTime MinValue { get; }", min_value),
        property("static DateTime UnixEpoch { get; }", unix_epoch),
        property("static DateTime Now { get; }", now),
        property("static DateTime Today { get; }", today),
        property("static DateTime UtcNow { get; }", utc_now),
        property("DateTime Date { get; }", date),
        property("int Day { get; }", day),
        property("DayOfWeek DayOfWeek { get; }", day_of_week),
        property("int DayOfYear { get; }", day_of_year),
        property("int Hour { get; }", hour),
        property("DateTimeKind Kind { get; }", kind),
        property("int Microsecond { get; }", microsecond),
        property("int Millisecond { get; }", millisecond),
        property("int Minute { get; }", minute),
        property("int Month { get; }", month),
        property("int Nanosecond { get; }", nanosecond),
        property("int Second { get; }", second),
        property("long Ticks { get; }", ticks),
        property("TimeSpan TimeOfDay { get; }", time_of_day),
        property("int Year { get; }", year),
        method("DateTime Add(TimeSpan value)", add),
        method("DateTime AddDays(double value)", add_days),
        method("DateTime AddHours(double value)", add_hours),
        method("DateTime AddMicroseconds(double value)", add_microseconds),
        method("DateTime AddMilliseconds(double value)", add_milliseconds),
        method("DateTime AddMinutes(double value)", add_minutes),
        method("DateTime AddMonths(int months)", add_months),
        method("DateTime AddSeconds(double value)", add_seconds),
        method("DateTime AddTicks(long value)", add_ticks),
        method("DateTime AddYears(int value)", add_years),
        method("static int Compare(DateTime t1, DateTime t2)", compare),
        method("int CompareTo(object value)", compare_to_object),
        method("int CompareTo(DateTime value)", compare),
        method("static int DaysInMonth(int year, int month)", days_in_month),
        method("bool Equals(object value)", equals_object),
        method("bool Equals(DateTime value)", equal),
        method("static bool Equals(DateTime t1, DateTime t2)", equal),
        method("static DateTime FromBinary(long dateData)", make::from_binary),
        method("static DateTime FromFileTime(long fileTime)", make::from_file_time),
        method("static DateTime FromFileTimeUtc(long fileTime)", make::from_file_time_utc),
        method("static DateTime FromOADate(double d)", make::from_oa_date),
        method("int GetHashCode()", get_hash_code),
        method("bool IsDaylightSavingTime()", is_daylight_saving_time),
        method("static bool IsLeapYear(int year)", is_leap_year),
        method("static DateTime Parse(string s)", parsing::parse),
        method("static DateTime Parse(string s, IFormatProvider provider)", parsing::parse),
        method(
            "static DateTime Parse(string s, IFormatProvider provider, System.Globalization.DateTimeStyles styles)",
            parsing::parse,
        ),
        method("static DateTime ParseExact(string s, string format, IFormatProvider provider)", parsing::parse_exact),
        method(
            "static DateTime ParseExact(string s, string format, IFormatProvider provider, \
             System.Globalization.DateTimeStyles style)",
            parsing::parse_exact,
        ),
        method(
            "static DateTime ParseExact(string s, string[] formats, IFormatProvider provider, \
             System.Globalization.DateTimeStyles style)",
            parsing::parse_exact,
        ),
        method("static DateTime SpecifyKind(DateTime value, DateTimeKind kind)", make::specify_kind),
        method("TimeSpan Subtract(DateTime value)", difference),
        method("DateTime Subtract(TimeSpan value)", subtract),
        method("long ToBinary()", make::to_binary),
        method("long ToFileTime()", make::to_file_time),
        method("long ToFileTimeUtc()", make::to_file_time),
        method("DateTime ToLocalTime()", to_local_time),
        method("string ToLongDateString()", |cx, args| to_text(cx, args, "D")),
        method("string ToLongTimeString()", |cx, args| to_text(cx, args, "T")),
        method("double ToOADate()", make::to_oa_date),
        method("string ToShortDateString()", |cx, args| to_text(cx, args, "d")),
        method("string ToShortTimeString()", |cx, args| to_text(cx, args, "t")),
        method("string ToString()", to_string),
        method("string ToString(string format)", to_string),
        method("string ToString(IFormatProvider provider)", |cx, args| to_text(cx, args, "")),
        method("string ToString(string format, IFormatProvider provider)", to_string),
        method("DateTime ToUniversalTime()", to_universal_time),
        method("static bool TryParse(string s, out DateTime result)", parsing::try_parse),
        method(
            "static bool TryParse(string s, IFormatProvider provider, System.Globalization.DateTimeStyles styles, \
             out DateTime result)",
            parsing::try_parse,
        ),
        method("static bool TryParse(string s, IFormatProvider provider, out DateTime result)", parsing::try_parse),
        method(
            "static bool TryParseExact(string s, string format, IFormatProvider provider, \
             System.Globalization.DateTimeStyles style, out DateTime result)",
            parsing::try_parse_exact,
        ),
        method(
            "static bool TryParseExact(string s, string[] formats, IFormatProvider provider, \
             System.Globalization.DateTimeStyles style, out DateTime result)",
            parsing::try_parse_exact,
        ),
        operator("static DateTime operator +(DateTime d, TimeSpan t)", operator_add),
        operator("static TimeSpan operator -(DateTime d1, DateTime d2)", difference),
        operator("static DateTime operator -(DateTime d, TimeSpan t)", operator_subtract),
        operator("static bool operator ==(DateTime d1, DateTime d2)", equal),
        operator("static bool operator !=(DateTime d1, DateTime d2)", |_, args| compared(args, |a, b| a != b)),
        operator("static bool operator <(DateTime t1, DateTime t2)", |_, args| compared(args, |a, b| a < b)),
        operator("static bool operator <=(DateTime t1, DateTime t2)", |_, args| compared(args, |a, b| a <= b)),
        operator("static bool operator >(DateTime t1, DateTime t2)", |_, args| compared(args, |a, b| a > b)),
        operator("static bool operator >=(DateTime t1, DateTime t2)", |_, args| compared(args, |a, b| a >= b)),
    ]);

static KIND: Known = Known::new("System.DateTimeKind");
static DAY_OF_WEEK: Known = Known::new("System.DayOfWeek");

pub(in crate::library) const UNREPRESENTABLE: &str =
    "The added or subtracted value results in an un-representable DateTime.";

/// A `DateTime` value.
///
/// # Errors
/// A fault when the ticks are out of range, which the caller has made sure of.
pub(in crate::library) fn value(ticks: i64, kind: DateTimeKind) -> Result<Value, Throw> {
    DateTime::new(ticks, kind).map(Value::DateTime).ok_or(fault("ticks out of range"))
}

fn max_value(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    value(DateTime::MAX_TICKS, DateTimeKind::Unspecified)
}

fn min_value(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    value(0, DateTimeKind::Unspecified)
}

fn unix_epoch(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    value(DateTime::UNIX_EPOCH_TICKS, DateTimeKind::Utc)
}

/// Now in ticks, whatever the host's clock says.
pub(in crate::library) fn now_ticks(cx: &Cx<'_>) -> i64 {
    cx.ambient.now_ticks().clamp(0, DateTime::MAX_TICKS)
}

/// Midnight of the current day.
pub(in crate::library) fn today_ticks(cx: &Cx<'_>) -> i64 {
    now_ticks(cx) / PER_DAY * PER_DAY
}

fn now(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    value(now_ticks(cx), DateTimeKind::Local)
}

fn today(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    value(today_ticks(cx), DateTimeKind::Local)
}

fn utc_now(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    value(now_ticks(cx), DateTimeKind::Utc)
}

fn date(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = as_date_time(args, 0)?;
    value(this.ticks() / PER_DAY * PER_DAY, this.kind())
}

fn part(args: &[Value], get: impl Fn(calendar::Parts) -> i32) -> Result<Value, Throw> {
    Ok(Value::Int32(get(calendar::parts_of(as_date_time(args, 0)?.ticks()))))
}

fn day(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    part(args, |p| p.day)
}

fn day_of_week(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(day_of_week_value(as_date_time(args, 0)?.ticks()))
}

/// The `DayOfWeek` of a moment.
pub(in crate::library) fn day_of_week_value(ticks: i64) -> Value {
    Value::Enum(DAY_OF_WEEK.id(), calendar::day_of_week(ticks))
}

fn day_of_year(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(calendar::day_of_year(as_date_time(args, 0)?.ticks())))
}

fn hour(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    part(args, |p| p.hour)
}

fn kind(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Enum(KIND.id(), as_date_time(args, 0)?.kind() as i64))
}

fn microsecond(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    part(args, |p| p.fraction / 10 % 1000)
}

fn millisecond(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    part(args, |p| p.fraction / 10_000)
}

fn minute(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    part(args, |p| p.minute)
}

fn month(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    part(args, |p| p.month)
}

fn nanosecond(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    part(args, |p| p.fraction % 10 * 100)
}

fn second(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    part(args, |p| p.second)
}

fn ticks(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int64(as_date_time(args, 0)?.ticks()))
}

fn time_of_day(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::TimeSpan(as_date_time(args, 0)?.ticks() % PER_DAY))
}

fn year(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    part(args, |p| p.year)
}

/// Ticks moved by a number of units, or the exception that says why not.
///
/// Whole units and the fraction are added apart, as .NET does since version 7, so no precision is lost.
///
/// # Errors
/// `ArgumentOutOfRangeException`.
pub(in crate::library) fn moved_by(cx: &mut Cx<'_>, ticks: i64, units: f64, unit: i64) -> Result<i64, Throw> {
    if units.abs() > (DateTime::MAX_TICKS / unit) as f64 {
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, "Value to add was out of range.", "value"));
    }
    if units.is_nan() {
        return Err(unrepresentable(cx, "value"));
    }
    let whole = units.trunc();
    let moved = whole as i64 * unit + ((units - whole) * unit as f64) as i64;
    moved_by_ticks(cx, ticks, moved, "value")
}

/// Ticks moved by a span.
///
/// # Errors
/// `ArgumentOutOfRangeException` naming `parameter`.
pub(in crate::library) fn moved_by_ticks(cx: &mut Cx<'_>, ticks: i64, by: i64, parameter: &str) -> Result<i64, Throw> {
    match ticks.checked_add(by) {
        Some(moved @ 0..=DateTime::MAX_TICKS) => Ok(moved),
        _ => Err(unrepresentable(cx, parameter)),
    }
}

fn unrepresentable(cx: &mut Cx<'_>, parameter: &str) -> Throw {
    cx.throw_argument(Exc::ArgumentOutOfRange, UNREPRESENTABLE, parameter)
}

/// Ticks moved by months; the day becomes the last of the month where it does not exist.
///
/// # Errors
/// `ArgumentOutOfRangeException`.
pub(in crate::library) fn moved_by_months(
    cx: &mut Cx<'_>,
    ticks: i64,
    months: i32,
    parameter: &str,
) -> Result<i64, Throw> {
    let (year, month, day) = calendar::date_of(ticks);
    let index = year * 12 + month - 1 + months;
    let (year, month) = (index.div_euclid(12), index.rem_euclid(12) + 1);
    let day = day.min(calendar::days_in_month(year, month));
    match calendar::date_ticks(year, month, day) {
        Some(date) => Ok(date + ticks % PER_DAY),
        None => Err(unrepresentable(cx, parameter)),
    }
}

fn add_units(cx: &mut Cx<'_>, args: &[Value], unit: i64) -> Result<Value, Throw> {
    let this = as_date_time(args, 0)?;
    let moved = moved_by(cx, this.ticks(), as_f64(args, 1)?, unit)?;
    value(moved, this.kind())
}

fn add_span(cx: &mut Cx<'_>, args: &[Value], span: Option<i64>, parameter: &str) -> Result<Value, Throw> {
    let this = as_date_time(args, 0)?;
    let Some(span) = span else { return Err(unrepresentable(cx, parameter)) };
    let moved = moved_by_ticks(cx, this.ticks(), span, parameter)?;
    value(moved, this.kind())
}

fn add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    add_span(cx, args, Some(as_span(args, 1)?), "value")
}

fn add_days(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    add_units(cx, args, PER_DAY)
}

fn add_hours(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    add_units(cx, args, PER_HOUR)
}

fn add_microseconds(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    add_units(cx, args, calendar::PER_MICROSECOND)
}

fn add_milliseconds(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    add_units(cx, args, PER_MILLISECOND)
}

fn add_minutes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    add_units(cx, args, PER_MINUTE)
}

fn add_months(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (this, months) = (as_date_time(args, 0)?, as_i32(args, 1)?);
    let moved = checked_months(cx, this.ticks(), months)?;
    value(moved, this.kind())
}

/// `AddMonths` of both date types.
pub(in crate::library) fn checked_months(cx: &mut Cx<'_>, ticks: i64, months: i32) -> Result<i64, Throw> {
    if !(-120_000..=120_000).contains(&months) {
        let why = "Months value must be between +/-120000.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "months"));
    }
    moved_by_months(cx, ticks, months, "months")
}

/// `AddYears` of both date types.
pub(in crate::library) fn checked_years(cx: &mut Cx<'_>, ticks: i64, years: i32) -> Result<i64, Throw> {
    if !(-10_000..=10_000).contains(&years) {
        let why = "Years value must be between +/-10000.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "value"));
    }
    moved_by_months(cx, ticks, years * 12, "value")
}

fn add_seconds(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    add_units(cx, args, PER_SECOND)
}

fn add_ticks(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    add_span(cx, args, Some(as_i64(args, 1)?), "value")
}

fn add_years(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (this, years) = (as_date_time(args, 0)?, as_i32(args, 1)?);
    let moved = checked_years(cx, this.ticks(), years)?;
    value(moved, this.kind())
}

fn compare(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let order = as_date_time(args, 0)?.ticks().cmp(&as_date_time(args, 1)?.ticks());
    Ok(Value::Int32(order as i32))
}

fn compare_to_object(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 1) {
        Value::Null => Ok(Value::Int32(1)),
        Value::DateTime(_) => compare(cx, args),
        _ => Err(cx.throw(Exc::Argument, "Object must be of type DateTime.")),
    }
}

fn days_in_month(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (year, month) = (as_i32(args, 0)?, as_i32(args, 1)?);
    if !(1..=12).contains(&month) {
        let why = format!("Month must be between one and twelve. (Parameter 'month')\nActual value was {month}.");
        return Err(cx.throw(Exc::ArgumentOutOfRange, why));
    }
    check_year(cx, year)?;
    Ok(Value::Int32(calendar::days_in_month(year, month)))
}

fn check_year(cx: &mut Cx<'_>, year: i32) -> Result<(), Throw> {
    if (1..=9999).contains(&year) {
        return Ok(());
    }
    Err(cx.throw_argument(Exc::ArgumentOutOfRange, "Year must be between 1 and 9999.", "year"))
}

fn equals_object(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let equal = matches!(arg(args, 1), Value::DateTime(other) if other.ticks() == as_date_time(args, 0)?.ticks());
    Ok(Value::Bool(equal))
}

fn compared(args: &[Value], test: impl Fn(i64, i64) -> bool) -> Result<Value, Throw> {
    Ok(Value::Bool(test(as_date_time(args, 0)?.ticks(), as_date_time(args, 1)?.ticks())))
}

fn equal(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    // The kind does not count.
    compared(args, |a, b| a == b)
}

/// `GetHashCode` of a number of ticks.
#[must_use]
pub(crate) fn hash_ticks(ticks: i64) -> i32 {
    (ticks as i32) ^ ((ticks >> 32) as i32)
}

fn get_hash_code(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(hash_ticks(as_date_time(args, 0)?.ticks())))
}

fn is_daylight_saving_time(_: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(false))
}

fn is_leap_year(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let year = as_i32(args, 0)?;
    check_year(cx, year)?;
    Ok(Value::Bool(calendar::is_leap(year)))
}

fn difference(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::TimeSpan(as_date_time(args, 0)?.ticks() - as_date_time(args, 1)?.ticks()))
}

fn subtract(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    add_span(cx, args, as_span(args, 1)?.checked_neg(), "value")
}

fn operator_add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    add_span(cx, args, Some(as_span(args, 1)?), "t")
}

fn operator_subtract(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    add_span(cx, args, as_span(args, 1)?.checked_neg(), "t")
}

fn to_local_time(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    value(as_date_time(args, 0)?.ticks(), DateTimeKind::Local)
}

fn to_universal_time(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    value(as_date_time(args, 0)?.ticks(), DateTimeKind::Utc)
}

/// Appends `value` in a standard or custom format of the invariant culture; the default one for `None`.
///
/// # Errors
/// `FormatException`.
pub(crate) fn format(cx: &mut Cx<'_>, value: Value, format: Option<&str>, out: &mut TextBuf) -> Result<(), Throw> {
    let moment = format::Moment::from(as_date_time(&[value], 0)?);
    cx.charge(format.map_or(0, str::len))?;
    match format::write(moment, format, out) {
        Ok(()) => Ok(()),
        Err(bad) => Err(cx.throw(Exc::Format, bad.message())),
    }
}

fn to_text(cx: &mut Cx<'_>, args: &[Value], pattern: &str) -> Result<Value, Throw> {
    let mut out = TextBuf::with_capacity(32);
    format(cx, arg(args, 0), Some(pattern), &mut out)?;
    cx.string_buf(&out)
}

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match cx.string_opt(args, 1) {
        Some(pattern) => {
            cx.charge(pattern.len())?;
            let moment = format::Moment::from(as_date_time(args, 0)?);
            let mut out = TextBuf::with_capacity(32);
            match format::write(moment, Some(&cx.text(pattern).to_utf8()), &mut out) {
                Ok(()) => cx.string_buf(&out),
                Err(bad) => Err(cx.throw(Exc::Format, bad.message())),
            }
        }
        None => to_text(cx, args, ""),
    }
}
