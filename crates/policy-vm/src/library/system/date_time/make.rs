//! Constructors of `DateTime`, and its conversions from and to other counts of time.

use super::arguments::{as_date_time, as_f64, as_i64, as_kind};
use super::calendar::{self, PER_DAY, PER_MILLISECOND};
use super::value;
use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::value::{DateTime, DateTimeKind, Value};

/// 1601-01-01, where Windows file times begin.
const FILE_TIME_EPOCH: i64 = 504_911_232_000_000_000;
/// 1899-12-30, where OLE dates begin.
const OA_EPOCH: i64 = 599_264_352_000_000_000;
const DAY_MILLISECONDS: i64 = 86_400_000;

pub(super) fn from_ticks(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (ticks, kind) = (as_i64(args, 0)?, as_kind(cx, args, 1)?);
    match DateTime::new(ticks, kind) {
        Some(value) => Ok(Value::DateTime(value)),
        None => {
            let why = "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks.";
            Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "ticks"))
        }
    }
}

/// Ticks of a date given in numbers.
pub(in crate::library) fn date(cx: &mut Cx<'_>, args: &[Value], from: usize) -> Result<i64, Throw> {
    let (year, month, day) = (as_i32(args, from)?, as_i32(args, from + 1)?, as_i32(args, from + 2)?);
    calendar::date_ticks(year, month, day).ok_or_else(|| {
        cx.throw(Exc::ArgumentOutOfRange, "Year, Month, and Day parameters describe an un-representable DateTime.")
    })
}

/// Ticks of a time of day given in numbers.
pub(in crate::library) fn time(cx: &mut Cx<'_>, args: &[Value], from: usize) -> Result<i64, Throw> {
    let (hour, minute, second) = (as_i32(args, from)?, as_i32(args, from + 1)?, as_i32(args, from + 2)?);
    calendar::time_ticks(hour, minute, second).ok_or_else(|| {
        let why = "Hour, Minute, and Second parameters describe an un-representable DateTime.";
        cx.throw(Exc::ArgumentOutOfRange, why)
    })
}

/// Ticks of milliseconds given as a number.
pub(in crate::library) fn millisecond(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<i64, Throw> {
    match arg(args, index) {
        Value::Int32(n @ 0..=999) => Ok(i64::from(n) * PER_MILLISECOND),
        Value::Int32(_) => {
            let why = "Valid values are between 0 and 999, inclusive.";
            Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "millisecond"))
        }
        _ => Ok(0),
    }
}

/// Ticks of microseconds given as the eighth number.
pub(in crate::library) fn microsecond(cx: &mut Cx<'_>, args: &[Value], why: &str) -> Result<i64, Throw> {
    match as_i32(args, 7)? {
        n @ 0..=999 => Ok(i64::from(n) * 10),
        _ => Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "microsecond")),
    }
}

pub(super) fn from_small_parts(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ticks = date(cx, args, 0)? + time(cx, args, 3)? + millisecond(cx, args, 6)?;
    let ticks = ticks + microsecond(cx, args, "Valid values are between 0 and 999, inclusive.")?;
    let kind = as_kind(cx, args, 8)?;
    value(ticks, kind)
}

pub(super) fn from_date(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    value(date(cx, args, 0)?, DateTimeKind::Unspecified)
}

pub(super) fn from_parts(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ticks = date(cx, args, 0)? + time(cx, args, 3)? + millisecond(cx, args, 6)?;
    let kind = as_kind(cx, args, 7)?;
    value(ticks, kind)
}

pub(super) fn from_parts_kind(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ticks = date(cx, args, 0)? + time(cx, args, 3)?;
    let kind = as_kind(cx, args, 6)?;
    value(ticks, kind)
}

pub(super) fn specify_kind(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let kind = as_kind(cx, args, 1)?;
    value(as_date_time(args, 0)?.ticks(), kind)
}

pub(super) fn to_binary(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = as_date_time(args, 0)?;
    // The top bits are the kind, where local and its daylight-saving twin share the sign bit.
    let kind = match this.kind() {
        DateTimeKind::Unspecified => 0,
        DateTimeKind::Utc => 1 << 62,
        DateTimeKind::Local => i64::MIN,
    };
    Ok(Value::Int64(this.ticks() | kind))
}

pub(super) fn from_binary(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    const TICKS: i64 = (1 << 62) - 1;
    let data = as_i64(args, 0)?;
    let mut ticks = data & TICKS;
    let kind = match data.cast_unsigned() >> 62 {
        0 => DateTimeKind::Unspecified,
        1 => DateTimeKind::Utc,
        _ => {
            // Local times before the first day stand at the end of the range; a small one wraps around to a time of day.
            if ticks > TICKS + 1 - PER_DAY {
                ticks -= TICKS + 1;
            }
            if ticks < 0 {
                ticks += PER_DAY;
            }
            DateTimeKind::Local
        }
    };
    match DateTime::new(ticks, kind) {
        Some(value) => Ok(Value::DateTime(value)),
        None => {
            let why = "The binary data must result in a DateTime with ticks between DateTime.MinValue.Ticks and \
                       DateTime.MaxValue.Ticks.";
            Err(cx.throw_argument(Exc::Argument, why, "dateData"))
        }
    }
}

fn file_time(cx: &mut Cx<'_>, args: &[Value], kind: DateTimeKind) -> Result<Value, Throw> {
    match as_i64(args, 0)? {
        ticks @ 0.. if ticks <= DateTime::MAX_TICKS - FILE_TIME_EPOCH => value(ticks + FILE_TIME_EPOCH, kind),
        _ => Err(cx.throw_argument(Exc::ArgumentOutOfRange, "Not a valid Win32 FileTime.", "fileTime")),
    }
}

pub(super) fn from_file_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    file_time(cx, args, DateTimeKind::Local)
}

pub(in crate::library) fn from_file_time_utc(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    file_time(cx, args, DateTimeKind::Utc)
}

pub(in crate::library) fn to_file_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match as_date_time(args, 0)?.ticks() - FILE_TIME_EPOCH {
        ticks @ 0.. => Ok(Value::Int64(ticks)),
        _ => Err(cx.throw(Exc::ArgumentOutOfRange, "Not a valid Win32 FileTime.")),
    }
}

pub(super) fn from_oa_date(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let days = as_f64(args, 0)?;
    // NaN is refused as well.
    if !(days < 2_958_466.0 && days > -657_435.0) {
        return Err(cx.throw(Exc::Argument, "Not a legal OleAut date."));
    }
    let mut millis = (days * DAY_MILLISECONDS as f64 + if days >= 0.0 { 0.5 } else { -0.5 }) as i64;
    // Before the epoch the fraction still counts forward from midnight.
    if millis < 0 {
        millis -= millis % DAY_MILLISECONDS * 2;
    }
    value((OA_EPOCH + millis * PER_MILLISECOND).clamp(0, DateTime::MAX_TICKS), DateTimeKind::Unspecified)
}

pub(super) fn to_oa_date(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ticks = as_date_time(args, 0)?.ticks();
    if ticks == 0 {
        return Ok(Value::Double(0.0));
    }
    // A time without date is one of the epoch.
    let ticks = if ticks < PER_DAY { ticks + OA_EPOCH } else { ticks };
    if ticks < calendar::date_ticks(100, 1, 1).unwrap_or(0) {
        return Err(cx.throw(Exc::Overflow, "Not a legal OleAut date."));
    }
    let mut millis = (ticks - OA_EPOCH) / PER_MILLISECOND;
    if millis < 0 {
        let fraction = millis % DAY_MILLISECONDS;
        if fraction != 0 {
            millis -= (DAY_MILLISECONDS + fraction) * 2;
        }
    }
    Ok(Value::Double(millis as f64 / DAY_MILLISECONDS as f64))
}
