//! `System.TimeSpan`: a duration in ticks of 100 ns.
//!
//! <https://learn.microsoft.com/dotnet/api/system.timespan>

mod format;
mod parse;

use super::date_time::arguments::{as_f64, as_i64, as_span};
use super::date_time::calendar::{PER_DAY, PER_HOUR, PER_MICROSECOND, PER_MILLISECOND, PER_MINUTE, PER_SECOND};
use super::date_time::hash_ticks;
use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::{Constant, TypeDef, constant, constructor, method, operator, property};
use crate::value::Value;
use crate::value::text::TextBuf;

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.TimeSpan")
    .summary("A duration, to 100 nanoseconds.")
    .interfaces(&["IComparable", "IEquatable<TimeSpan>", "IComparable<TimeSpan>", "IFormattable"])
    .members(&[
        constructor("TimeSpan(long ticks)", |_, args| Ok(Value::TimeSpan(as_i64(args, 0)?))),
        constructor("TimeSpan(int hours, int minutes, int seconds)", from_time),
        constructor("TimeSpan(int days, int hours, int minutes, int seconds)", from_days_time),
        constructor("TimeSpan(int days, int hours, int minutes, int seconds, int milliseconds)", from_days_time),
        constructor(
            "TimeSpan(int days, int hours, int minutes, int seconds, int milliseconds, int microseconds)",
            from_days_time,
        ),
        property("static TimeSpan MaxValue { get; }", |_, _| Ok(Value::TimeSpan(i64::MAX))),
        property("static TimeSpan MinValue { get; }", |_, _| Ok(Value::TimeSpan(i64::MIN))),
        property("static TimeSpan Zero { get; }", |_, _| Ok(Value::TimeSpan(0))),
        constant("const long NanosecondsPerTick", Constant::Value(Value::Int64(100))),
        constant("const long TicksPerDay", Constant::Value(Value::Int64(PER_DAY))),
        constant("const long TicksPerHour", Constant::Value(Value::Int64(PER_HOUR))),
        constant("const long TicksPerMicrosecond", Constant::Value(Value::Int64(PER_MICROSECOND))),
        constant("const long TicksPerMillisecond", Constant::Value(Value::Int64(PER_MILLISECOND))),
        constant("const long TicksPerMinute", Constant::Value(Value::Int64(PER_MINUTE))),
        constant("const long TicksPerSecond", Constant::Value(Value::Int64(PER_SECOND))),
        property("int Days { get; }", |_, args| part(args, PER_DAY, i64::MAX)),
        property("int Hours { get; }", |_, args| part(args, PER_HOUR, 24)),
        property("int Microseconds { get; }", |_, args| part(args, PER_MICROSECOND, 1000)),
        property("int Milliseconds { get; }", |_, args| part(args, PER_MILLISECOND, 1000)),
        property("int Minutes { get; }", |_, args| part(args, PER_MINUTE, 60)),
        property("int Nanoseconds { get; }", nanoseconds),
        property("int Seconds { get; }", |_, args| part(args, PER_SECOND, 60)),
        property("long Ticks { get; }", |_, args| Ok(Value::Int64(as_span(args, 0)?))),
        property("double TotalDays { get; }", |_, args| total(args, PER_DAY)),
        property("double TotalHours { get; }", |_, args| total(args, PER_HOUR)),
        property("double TotalMicroseconds { get; }", |_, args| total(args, PER_MICROSECOND)),
        property("double TotalMilliseconds { get; }", total_milliseconds),
        property("double TotalMinutes { get; }", |_, args| total(args, PER_MINUTE)),
        property("double TotalNanoseconds { get; }", total_nanoseconds),
        property("double TotalSeconds { get; }", |_, args| total(args, PER_SECOND)),
        method("TimeSpan Add(TimeSpan ts)", add),
        method("static int Compare(TimeSpan t1, TimeSpan t2)", compare),
        method("int CompareTo(object value)", compare_to_object),
        method("int CompareTo(TimeSpan value)", compare),
        method("TimeSpan Divide(double divisor)", divide),
        method("double Divide(TimeSpan ts)", ratio),
        method("TimeSpan Duration()", duration),
        method("bool Equals(object value)", equals_object),
        method("bool Equals(TimeSpan obj)", |_, args| compared(args, |a, b| a == b)),
        method("static bool Equals(TimeSpan t1, TimeSpan t2)", |_, args| compared(args, |a, b| a == b)),
        method("static TimeSpan FromDays(double value)", |cx, args| from_units(cx, args, PER_DAY)),
        method("static TimeSpan FromHours(double value)", |cx, args| from_units(cx, args, PER_HOUR)),
        method("static TimeSpan FromMicroseconds(double value)", |cx, args| from_units(cx, args, PER_MICROSECOND)),
        method("static TimeSpan FromMilliseconds(double value)", |cx, args| from_units(cx, args, PER_MILLISECOND)),
        method("static TimeSpan FromMinutes(double value)", |cx, args| from_units(cx, args, PER_MINUTE)),
        method("static TimeSpan FromSeconds(double value)", |cx, args| from_units(cx, args, PER_SECOND)),
        method("static TimeSpan FromTicks(long value)", |_, args| Ok(Value::TimeSpan(as_i64(args, 0)?))),
        method("int GetHashCode()", |_, args| Ok(Value::Int32(hash_ticks(as_span(args, 0)?)))),
        method("TimeSpan Multiply(double factor)", multiply),
        method("TimeSpan Negate()", negate),
        method("static TimeSpan Parse(string s)", parse::parse),
        method("static TimeSpan Parse(string input, IFormatProvider formatProvider)", parse::parse),
        method("static TimeSpan ParseExact(string input, string format, IFormatProvider formatProvider)", parse::exact),
        method(
            "static TimeSpan ParseExact(string input, string[] formats, IFormatProvider formatProvider)",
            parse::exact,
        ),
        method(
            "static TimeSpan ParseExact(string input, string format, IFormatProvider formatProvider, \
             System.Globalization.TimeSpanStyles styles)",
            parse::exact,
        ),
        method(
            "static TimeSpan ParseExact(string input, string[] formats, IFormatProvider formatProvider, \
             System.Globalization.TimeSpanStyles styles)",
            parse::exact,
        ),
        method("TimeSpan Subtract(TimeSpan ts)", subtract),
        method("string ToString()", to_string),
        method("string ToString(string format)", to_string),
        method("string ToString(string format, IFormatProvider formatProvider)", to_string),
        method("static bool TryParse(string s, out TimeSpan result)", parse::try_parse),
        method(
            "static bool TryParse(string input, IFormatProvider formatProvider, out TimeSpan result)",
            parse::try_parse,
        ),
        method(
            "static bool TryParseExact(string input, string format, IFormatProvider formatProvider, \
             out TimeSpan result)",
            parse::try_exact,
        ),
        method(
            "static bool TryParseExact(string input, string[] formats, IFormatProvider formatProvider, \
             out TimeSpan result)",
            parse::try_exact,
        ),
        method(
            "static bool TryParseExact(string input, string format, IFormatProvider formatProvider, \
             System.Globalization.TimeSpanStyles styles, out TimeSpan result)",
            parse::try_exact,
        ),
        method(
            "static bool TryParseExact(string input, string[] formats, IFormatProvider formatProvider, \
             System.Globalization.TimeSpanStyles styles, out TimeSpan result)",
            parse::try_exact,
        ),
        operator("static TimeSpan operator +(TimeSpan t)", |_, args| Ok(arg(args, 0))),
        operator("static TimeSpan operator -(TimeSpan t)", negate),
        operator("static TimeSpan operator +(TimeSpan t1, TimeSpan t2)", add),
        operator("static TimeSpan operator -(TimeSpan t1, TimeSpan t2)", subtract),
        operator("static TimeSpan operator *(TimeSpan timeSpan, double factor)", multiply),
        operator("static TimeSpan operator *(double factor, TimeSpan timeSpan)", multiply_left),
        operator("static TimeSpan operator /(TimeSpan timeSpan, double divisor)", divide),
        operator("static double operator /(TimeSpan t1, TimeSpan t2)", ratio),
        operator("static bool operator ==(TimeSpan t1, TimeSpan t2)", |_, args| compared(args, |a, b| a == b)),
        operator("static bool operator !=(TimeSpan t1, TimeSpan t2)", |_, args| compared(args, |a, b| a != b)),
        operator("static bool operator <(TimeSpan t1, TimeSpan t2)", |_, args| compared(args, |a, b| a < b)),
        operator("static bool operator <=(TimeSpan t1, TimeSpan t2)", |_, args| compared(args, |a, b| a <= b)),
        operator("static bool operator >(TimeSpan t1, TimeSpan t2)", |_, args| compared(args, |a, b| a > b)),
        operator("static bool operator >=(TimeSpan t1, TimeSpan t2)", |_, args| compared(args, |a, b| a >= b)),
    ]);

const TOO_LONG: &str = "TimeSpan overflowed because the duration is too long.";
const NOT_A_NUMBER: &str = "TimeSpan does not accept floating point Not-a-Number values.";

fn checked(cx: &mut Cx<'_>, ticks: Option<i64>) -> Result<Value, Throw> {
    ticks.map(Value::TimeSpan).ok_or_else(|| cx.throw(Exc::Overflow, TOO_LONG))
}

fn out_of_range(cx: &mut Cx<'_>) -> Throw {
    cx.throw(Exc::ArgumentOutOfRange, TOO_LONG)
}

fn from_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (hours, minutes, seconds) = (as_i32(args, 0)?, as_i32(args, 1)?, as_i32(args, 2)?);
    let seconds = i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds);
    seconds.checked_mul(PER_SECOND).map(Value::TimeSpan).ok_or_else(|| out_of_range(cx))
}

fn from_days_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (days, hours, minutes, seconds) = (as_i32(args, 0)?, as_i32(args, 1)?, as_i32(args, 2)?, as_i32(args, 3)?);
    let smaller = |index| if args.len() > index { as_i32(args, index).map(i64::from) } else { Ok(0) };
    let (milliseconds, microseconds) = (smaller(4)?, smaller(5)?);
    let seconds = i64::from(days) * 86_400 + i64::from(hours) * 3600 + i64::from(minutes) * 60 + i64::from(seconds);
    // The sum of microseconds wraps around unseen, as .NET's does.
    let total = (seconds * 1000 + milliseconds).wrapping_mul(1000).wrapping_add(microseconds);
    total.checked_mul(10).map(Value::TimeSpan).ok_or_else(|| out_of_range(cx))
}

fn part(args: &[Value], unit: i64, modulus: i64) -> Result<Value, Throw> {
    Ok(Value::Int32((as_span(args, 0)? / unit % modulus) as i32))
}

fn nanoseconds(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32((as_span(args, 0)? % 10 * 100) as i32))
}

fn total(args: &[Value], unit: i64) -> Result<Value, Throw> {
    Ok(Value::Double(as_span(args, 0)? as f64 / unit as f64))
}

fn total_milliseconds(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    // .NET keeps the result within what can be converted back.
    let limit = (i64::MAX / PER_MILLISECOND) as f64;
    Ok(Value::Double((as_span(args, 0)? as f64 / PER_MILLISECOND as f64).clamp(-limit, limit)))
}

fn total_nanoseconds(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Double(as_span(args, 0)? as f64 * 100.0))
}

fn add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let sum = as_span(args, 0)?.checked_add(as_span(args, 1)?);
    checked(cx, sum)
}

fn subtract(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let difference = as_span(args, 0)?.checked_sub(as_span(args, 1)?);
    checked(cx, difference)
}

fn compare(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(as_span(args, 0)?.cmp(&as_span(args, 1)?) as i32))
}

fn compare_to_object(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match arg(args, 1) {
        Value::Null => Ok(Value::Int32(1)),
        Value::TimeSpan(_) => compare(cx, args),
        _ => Err(cx.throw(Exc::Argument, "Object must be of type TimeSpan.")),
    }
}

fn compared(args: &[Value], test: impl Fn(i64, i64) -> bool) -> Result<Value, Throw> {
    Ok(Value::Bool(test(as_span(args, 0)?, as_span(args, 1)?)))
}

fn equals_object(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(arg(args, 0) == arg(args, 1)))
}

/// Ticks from a real number of them.
fn rounded(cx: &mut Cx<'_>, ticks: f64, round: bool) -> Result<Value, Throw> {
    let ticks = if round { ticks.round_ties_even() } else { ticks };
    // 2^63 itself is one too many, and is what `long.MaxValue` becomes as a double: .NET takes it for the maximum.
    if ticks.is_nan() || !(-(2f64.powi(63))..=2f64.powi(63)).contains(&ticks) {
        return checked(cx, None);
    }
    Ok(Value::TimeSpan(ticks as i64))
}

fn from_units(cx: &mut Cx<'_>, args: &[Value], unit: i64) -> Result<Value, Throw> {
    let value = as_f64(args, 0)?;
    if value.is_nan() {
        return Err(cx.throw(Exc::Argument, NOT_A_NUMBER));
    }
    rounded(cx, value * unit as f64, false)
}

fn scaled(cx: &mut Cx<'_>, ticks: i64, factor: f64) -> Result<Value, Throw> {
    if factor.is_nan() {
        return Err(cx.throw_argument(Exc::Argument, NOT_A_NUMBER, "factor"));
    }
    rounded(cx, ticks as f64 * factor, true)
}

fn multiply(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    scaled(cx, as_span(args, 0)?, as_f64(args, 1)?)
}

fn multiply_left(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    scaled(cx, as_span(args, 1)?, as_f64(args, 0)?)
}

fn divide(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let divisor = as_f64(args, 1)?;
    if divisor.is_nan() {
        return Err(cx.throw_argument(Exc::Argument, NOT_A_NUMBER, "divisor"));
    }
    rounded(cx, as_span(args, 0)? as f64 / divisor, true)
}

fn ratio(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Double(as_span(args, 0)? as f64 / as_span(args, 1)? as f64))
}

fn duration(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    as_span(args, 0)?.checked_abs().map(Value::TimeSpan).ok_or_else(|| {
        let why = "The duration cannot be returned for TimeSpan.MinValue because the absolute value of \
                   TimeSpan.MinValue exceeds the value of TimeSpan.MaxValue.";
        cx.throw(Exc::Overflow, why)
    })
}

fn negate(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    as_span(args, 0)?
        .checked_neg()
        .map(Value::TimeSpan)
        .ok_or_else(|| cx.throw(Exc::Overflow, "Negating the minimum value of a twos complement number is invalid."))
}

/// Appends `value` in a standard or custom format; `c` for `None`.
///
/// # Errors
/// `FormatException`.
pub(crate) fn format(cx: &mut Cx<'_>, value: Value, format: Option<&str>, out: &mut TextBuf) -> Result<(), Throw> {
    let ticks = as_span(&[value], 0)?;
    cx.charge(format.map_or(0, str::len))?;
    match format::write(ticks, format.unwrap_or_default(), out) {
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

/// `ToString()` for code without a machine at hand.
#[must_use]
pub(crate) fn constant_text(ticks: i64) -> String {
    let mut out = TextBuf::new();
    // The format `c` cannot fail.
    let _ = format::write(ticks, "c", &mut out);
    out.as_text().to_utf8().into_owned()
}
