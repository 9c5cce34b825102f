//! Conversion of times between zones.

use super::{Zone, asked, find};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::system::date_time::arguments::{as_date_time, as_offset};
use crate::library::system::date_time_offset;
use crate::value::{DateTime, DateTimeKind, Value};

fn zone(cx: &mut Cx<'_>, args: &[Value], index: usize, parameter: &str) -> Result<Zone, Throw> {
    match cx.heap.native::<Zone>(arg(args, index)).cloned() {
        Some(zone) => Ok(zone),
        None => Err(cx.argument_null(parameter)),
    }
}

fn zone_of_id(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<Zone, Throw> {
    let id = cx.string_arg(args, index, "id")?;
    find(cx, id)
}

/// The kind of times in a zone.
const fn kind_of(zone: &Zone) -> DateTimeKind {
    match zone {
        Zone::Utc => DateTimeKind::Utc,
        Zone::Local => DateTimeKind::Local,
        _ => DateTimeKind::Unspecified,
    }
}

/// The zone that a kind means; without one it is the local zone.
const fn zone_of(kind: DateTimeKind) -> Zone {
    match kind {
        DateTimeKind::Utc => Zone::Utc,
        _ => Zone::Local,
    }
}

fn convert(cx: &mut Cx<'_>, time: DateTime, source: &Zone, destination: &Zone) -> Result<Value, Throw> {
    if time.kind() != DateTimeKind::Unspecified && time.kind() != kind_of(source) {
        let why = "The conversion could not be completed because the supplied DateTime did not have the Kind property \
                   set correctly.  For example, when the Kind property is DateTimeKind.Local, the source time zone \
                   must be TimeZoneInfo.Local.";
        return Err(cx.throw_argument(Exc::Argument, why, "sourceTimeZone"));
    }
    if asked(cx, source.is_invalid(time.ticks()))? {
        let why = "The supplied DateTime represents an invalid time.  For example, when the clock is adjusted forward, \
                   any time in the period that is skipped is invalid.";
        return Err(cx.throw_argument(Exc::Argument, why, "dateTime"));
    }
    let offset = asked(cx, source.offset_of_clock(time.ticks()))?;
    // Out of range means the first or the last moment there is; the offset is added to what it was all the same.
    let utc = time.ticks() - offset;
    let (there, _) = asked(cx, destination.offset_at(utc.clamp(0, DateTime::MAX_TICKS)))?;
    let clock = (utc + there).clamp(0, DateTime::MAX_TICKS);
    Ok(DateTime::new(clock, kind_of(destination)).map_or(Value::Null, Value::DateTime))
}

pub(super) fn convert_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let time = as_date_time(args, 0)?;
    let destination = zone(cx, args, 1, "destinationTimeZone")?;
    convert(cx, time, &zone_of(time.kind()), &destination)
}

pub(super) fn convert_time_between(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = zone(cx, args, 1, "sourceTimeZone")?;
    let destination = zone(cx, args, 2, "destinationTimeZone")?;
    convert(cx, as_date_time(args, 0)?, &source, &destination)
}

fn offset_in(cx: &mut Cx<'_>, args: &[Value], zone: &Zone) -> Result<Value, Throw> {
    let (ticks, offset) = as_offset(cx, args, 0)?;
    let utc = date_time_offset::utc_of(ticks, offset);
    let (offset, _) = asked(cx, zone.offset_at(utc))?;
    match utc + offset {
        clock @ 0..=DateTime::MAX_TICKS => {
            let minutes = date_time_offset::check_offset(cx, offset)?;
            date_time_offset::checked(cx, clock, minutes)
        }
        clock => date_time_offset::value(cx, clock.clamp(0, DateTime::MAX_TICKS), 0),
    }
}

pub(super) fn convert_offset(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let destination = zone(cx, args, 1, "destinationTimeZone")?;
    offset_in(cx, args, &destination)
}

pub(super) fn by_id(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let time = as_date_time(args, 0)?;
    let destination = zone_of_id(cx, args, 1)?;
    convert(cx, time, &zone_of(time.kind()), &destination)
}

pub(super) fn between_ids(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = zone_of_id(cx, args, 1)?;
    let destination = zone_of_id(cx, args, 2)?;
    convert(cx, as_date_time(args, 0)?, &source, &destination)
}

pub(super) fn offset_by_id(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let destination = zone_of_id(cx, args, 1)?;
    offset_in(cx, args, &destination)
}

pub(super) fn from_utc(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let destination = zone(cx, args, 1, "destinationTimeZone")?;
    convert(cx, as_date_time(args, 0)?, &Zone::Utc, &destination)
}

pub(super) fn to_utc(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let time = as_date_time(args, 0)?;
    convert(cx, time, &zone_of(time.kind()), &Zone::Utc)
}

pub(super) fn to_utc_from(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = zone(cx, args, 1, "sourceTimeZone")?;
    convert(cx, as_date_time(args, 0)?, &source, &Zone::Utc)
}
