//! `System.TimeZoneInfo`: zones by their Windows and IANA names, from a time zone database inside the program, so that
//! every machine answers alike. The local zone is UTC.
//!
//! <https://learn.microsoft.com/dotnet/api/system.timezoneinfo>

mod convert;
mod windows;
mod zone;

use super::date_time::arguments::{as_date_time, as_offset, as_span};
use super::date_time::calendar::PER_MINUTE;
use super::{date_time_offset, time_span};
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, method, property};
use crate::net_object;
use crate::types::Known;
use crate::value::heap::Heap;
use crate::value::text::TextBuf;
use crate::value::{DateTimeKind, Value};
use zone::Zone;

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("System.TimeZoneInfo").summary("A time zone.").interfaces(&["IEquatable<TimeZoneInfo>"]).members(&[
        property("static TimeZoneInfo Local { get; }", |cx, _| Ok(cx.heap.single("Local", KNOWN.id(), Zone::Local)?)),
        property("static TimeZoneInfo Utc { get; }", |cx, _| Ok(cx.heap.single("Utc", KNOWN.id(), Zone::Utc)?)),
        property("TimeSpan BaseUtcOffset { get; }", base_utc_offset),
        property("string DaylightName { get; }", |cx, args| name(cx, args, |zone, now| zone.daylight_name(now))),
        property("string DisplayName { get; }", |cx, args| name(cx, args, Zone::display_name)),
        property("bool HasIanaId { get; }", has_iana_id),
        property("string Id { get; }", |cx, args| name(cx, args, |zone, _| zone.id().to_owned())),
        property("string StandardName { get; }", |cx, args| name(cx, args, |zone, now| zone.standard_name(now))),
        property("bool SupportsDaylightSavingTime { get; }", supports_daylight_saving_time),
        method(
            "static DateTimeOffset ConvertTime(DateTimeOffset dateTimeOffset, TimeZoneInfo destinationTimeZone)",
            convert::convert_offset,
        ),
        method(
            "static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo destinationTimeZone)",
            convert::convert_time,
        ),
        method(
            "static DateTime ConvertTime(DateTime dateTime, TimeZoneInfo sourceTimeZone, \
             TimeZoneInfo destinationTimeZone)",
            convert::convert_time_between,
        ),
        method(
            "static DateTimeOffset ConvertTimeBySystemTimeZoneId(DateTimeOffset dateTimeOffset, \
             string destinationTimeZoneId)",
            convert::offset_by_id,
        ),
        method(
            "static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, string destinationTimeZoneId)",
            convert::by_id,
        ),
        method(
            "static DateTime ConvertTimeBySystemTimeZoneId(DateTime dateTime, string sourceTimeZoneId, \
             string destinationTimeZoneId)",
            convert::between_ids,
        ),
        method(
            "static DateTime ConvertTimeFromUtc(DateTime dateTime, TimeZoneInfo destinationTimeZone)",
            convert::from_utc,
        ),
        method("static DateTime ConvertTimeToUtc(DateTime dateTime)", convert::to_utc),
        method(
            "static DateTime ConvertTimeToUtc(DateTime dateTime, TimeZoneInfo sourceTimeZone)",
            convert::to_utc_from,
        ),
        method(
            "static TimeZoneInfo CreateCustomTimeZone(string id, TimeSpan baseUtcOffset, string displayName, \
             string standardDisplayName)",
            create_custom_time_zone,
        ),
        method("bool Equals(TimeZoneInfo other)", equals),
        method("bool Equals(object obj)", equals),
        method("static TimeZoneInfo FindSystemTimeZoneById(string id)", find_system_time_zone_by_id),
        method("TimeSpan[] GetAmbiguousTimeOffsets(DateTimeOffset dateTimeOffset)", get_ambiguous_offsets_at),
        method("TimeSpan[] GetAmbiguousTimeOffsets(DateTime dateTime)", get_ambiguous_time_offsets),
        method("int GetHashCode()", get_hash_code),
        method("TimeSpan GetUtcOffset(DateTimeOffset dateTimeOffset)", get_utc_offset_at),
        method("TimeSpan GetUtcOffset(DateTime dateTime)", get_utc_offset),
        method(
            "static System.Collections.ObjectModel.ReadOnlyCollection<TimeZoneInfo> GetSystemTimeZones()",
            get_system_time_zones,
        ),
        method("static void ClearCachedData()", |_, _| Ok(Value::Null)),
        method("bool HasSameRules(TimeZoneInfo other)", has_same_rules),
        method("bool IsAmbiguousTime(DateTimeOffset dateTimeOffset)", is_ambiguous_time_at),
        method("bool IsAmbiguousTime(DateTime dateTime)", is_ambiguous_time),
        method("bool IsDaylightSavingTime(DateTimeOffset dateTimeOffset)", is_daylight_saving_time_at),
        method("bool IsDaylightSavingTime(DateTime dateTime)", is_daylight_saving_time),
        method("bool IsInvalidTime(DateTime dateTime)", is_invalid_time),
        method("string ToString()", |cx, args| name(cx, args, Zone::display_name)),
        method("static bool TryConvertIanaIdToWindowsId(string ianaId, out string windowsId)", iana_to_windows),
        method("static bool TryConvertWindowsIdToIanaId(string windowsId, out string ianaId)", windows_to_iana),
        method("static bool TryFindSystemTimeZoneById(string id, out TimeZoneInfo timeZoneInfo)", try_find),
    ]);

static KNOWN: Known = Known::new("System.TimeZoneInfo");

net_object! {
    Zone, KNOWN,
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        // The present is not known here.
        Some(TextBuf::from(self.display_name(zone::REFERENCE).as_str()))
    },
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<Zone>(other).is_some_and(|other| self.id() == other.id()))
    },
    fn hash(&self, _: &Heap) -> Option<u64> {
        Some(self.id().bytes().fold(0, |n, b| n.wrapping_mul(31).wrapping_add(u64::from(b))))
    }
}

fn make(cx: &mut Cx<'_>, zone: Zone) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(zone)?)
}

fn this(cx: &Cx<'_>, args: &[Value]) -> Result<Zone, Throw> {
    cx.heap.native::<Zone>(arg(args, 0)).cloned().ok_or(fault("a TimeZoneInfo was expected"))
}

fn name(cx: &mut Cx<'_>, args: &[Value], get: impl Fn(&Zone, i64) -> String) -> Result<Value, Throw> {
    let now = super::date_time::now_ticks(cx);
    let text = get(&this(cx, args)?, now);
    cx.string(&text)
}

fn minutes(minutes: i64) -> Value {
    Value::TimeSpan(minutes * PER_MINUTE)
}

fn base_utc_offset(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let now = super::date_time::now_ticks(cx);
    Ok(minutes(this(cx, args)?.base_offset(now)))
}

fn has_iana_id(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let has = match this(cx, args)? {
        Zone::Utc | Zone::Local => true,
        Zone::Custom { .. } => false,
        Zone::System { id, .. } => windows::find(&id).is_none(),
    };
    Ok(Value::Bool(has))
}

fn supports_daylight_saving_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(this(cx, args)?.has_rules()))
}

fn create_custom_time_zone(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let id = cx.string_arg(args, 0, "id")?;
    let span = as_span(args, 1)?;
    if id.is_empty() {
        return Err(cx.throw_argument(Exc::Argument, "The value cannot be an empty string.", "id"));
    }
    if !(-840..=840).contains(&(span / PER_MINUTE)) {
        let why = "The TimeSpan parameter must be within plus or minus 14.0 hours.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "baseUtcOffset"));
    }
    if span % PER_MINUTE != 0 {
        let why = "The TimeSpan parameter cannot be specified more precisely than whole minutes.";
        return Err(cx.throw_argument(Exc::Argument, why, "baseUtcOffset"));
    }
    let text =
        |cx: &Cx<'_>, index| cx.string_opt(args, index).map_or_else(String::new, |s| cx.text(s).to_utf8().into());
    let (id, display, standard) = (text(cx, 0), text(cx, 2), text(cx, 3));
    cx.heap.charge(id.len() + display.len() + standard.len())?;
    make(cx, Zone::Custom { id, offset: span / PER_MINUTE, display, standard })
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = this(cx, args)?;
    let other = cx.heap.native::<Zone>(arg(args, 1));
    Ok(Value::Bool(other.is_some_and(|other| this.id() == other.id() && this.same_rules(other))))
}

/// The zone of a name, or the exception that says there is none.
fn find(cx: &mut Cx<'_>, id: crate::value::text::Str) -> Result<Zone, Throw> {
    let name = cx.text(id.slice(0, 100)).to_utf8().into_owned();
    match Zone::find(&name) {
        Some(zone) => Ok(zone),
        None => {
            let name = cx.text(id).to_utf8().into_owned();
            let why = format!("The time zone ID '{name}' was not found on the local computer.");
            Err(cx.throw(Exc::TimeZoneNotFound, why))
        }
    }
}

fn find_system_time_zone_by_id(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let id = cx.string_arg(args, 0, "id")?;
    let zone = find(cx, id)?;
    make(cx, zone)
}

/// The zones by their Windows names, as on the service's machines, from west to east.
fn get_system_time_zones(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let now = super::date_time::now_ticks(cx);
    cx.charge(windows::ZONES.len() * 50)?;
    let zones = windows::ZONES.iter().filter_map(|(name, _)| Zone::find(name));
    let mut zones: Vec<_> = zones.map(|zone| (zone.base_offset(now), zone.display_name(now), zone)).collect();
    zones.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
    let mut items = Vec::with_capacity(zones.len());
    for (_, _, zone) in zones {
        items.push(make(cx, zone)?);
    }
    let list = crate::library::collections::list::new_list(cx, KNOWN.id(), items)?;
    crate::library::collections::read_only_collection::new(cx, KNOWN.id(), list, "list")
}

fn try_find(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_opt(args, 0).map(|s| cx.text(s.slice(0, 100)).to_utf8().into_owned());
    let zone = name.and_then(|name| Zone::find(&name));
    let found = zone.is_some();
    if let Some(zone) = zone {
        let value = make(cx, zone)?;
        cx.set_out(0, value);
    }
    Ok(Value::Bool(found))
}

fn get_ambiguous_time_offsets(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (zone, time) = (this(cx, args)?, as_date_time(args, 1)?);
    let clock = if time.kind() == DateTimeKind::Unspecified { time.ticks() } else { zone.clock_of(time.ticks()) };
    offsets_of(cx, &zone, clock, "DateTime", "dateTime")
}

fn get_ambiguous_offsets_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (zone, (ticks, offset)) = (this(cx, args)?, as_offset(cx, args, 1)?);
    let clock = zone.clock_of(date_time_offset::utc_of(ticks, offset));
    offsets_of(cx, &zone, clock, "DateTimeOffset", "dateTimeOffset")
}

/// Both offsets of a time that the zone's clock shows twice.
fn offsets_of(cx: &mut Cx<'_>, zone: &Zone, clock: i64, what: &str, parameter: &str) -> Result<Value, Throw> {
    let Some((first, second)) = zone.fold(clock) else {
        let why = format!("The supplied {what} is not in an ambiguous time range.");
        return Err(cx.throw_argument(Exc::Argument, &why, parameter));
    };
    let offsets = vec![minutes(first.min(second)), minutes(first.max(second))];
    Ok(cx.heap.new_array(crate::types::TypeId::TIME_SPAN, offsets)?)
}

fn get_hash_code(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let hash = this(cx, args)?.id().bytes().fold(0i32, |n, b| n.wrapping_mul(31).wrapping_add(i32::from(b)));
    Ok(Value::Int32(hash))
}

fn get_utc_offset(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (zone, time) = (this(cx, args)?, as_date_time(args, 1)?);
    Ok(minutes(match time.kind() {
        DateTimeKind::Unspecified => zone.offset_of_clock(time.ticks()),
        _ => zone.offset_at(time.ticks()),
    }))
}

fn get_utc_offset_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (ticks, offset) = as_offset(cx, args, 1)?;
    Ok(minutes(this(cx, args)?.offset_at(date_time_offset::utc_of(ticks, offset))))
}

fn has_same_rules(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = this(cx, args)?;
    match cx.heap.native::<Zone>(arg(args, 1)) {
        Some(other) => Ok(Value::Bool(this.same_rules(other))),
        None => Err(cx.argument_null("other")),
    }
}

fn is_ambiguous_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (zone, time) = (this(cx, args)?, as_date_time(args, 1)?);
    let clock = if time.kind() == DateTimeKind::Unspecified { time.ticks() } else { zone.clock_of(time.ticks()) };
    Ok(Value::Bool(zone.fold(clock).is_some()))
}

fn is_ambiguous_time_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (zone, (ticks, offset)) = (this(cx, args)?, as_offset(cx, args, 1)?);
    let clock = zone.clock_of(date_time_offset::utc_of(ticks, offset));
    Ok(Value::Bool(zone.fold(clock).is_some()))
}

fn is_daylight_saving_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (zone, time) = (this(cx, args)?, as_date_time(args, 1)?);
    let utc = match time.kind() {
        DateTimeKind::Unspecified => time.ticks() - zone.offset_of_clock(time.ticks()) * PER_MINUTE,
        _ => time.ticks(),
    };
    Ok(Value::Bool(zone.is_daylight(utc)))
}

fn is_daylight_saving_time_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (ticks, offset) = as_offset(cx, args, 1)?;
    Ok(Value::Bool(this(cx, args)?.is_daylight(date_time_offset::utc_of(ticks, offset))))
}

fn is_invalid_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (zone, time) = (this(cx, args)?, as_date_time(args, 1)?);
    Ok(Value::Bool(time.kind() == DateTimeKind::Unspecified && zone.is_gap(time.ticks())))
}

fn translated(cx: &mut Cx<'_>, args: &[Value], find: impl Fn(&str) -> Option<&'static str>) -> Result<Value, Throw> {
    let name = cx.string_opt(args, 0).map(|s| cx.text(s.slice(0, 100)).to_utf8().into_owned());
    let found = name.and_then(|name| find(&name));
    if let Some(found) = found {
        let value = cx.string(found)?;
        cx.set_out(0, value);
    }
    Ok(Value::Bool(found.is_some()))
}

fn iana_to_windows(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    translated(cx, args, |name| windows::ZONES.iter().find(|(_, iana)| *iana == name).map(|(windows, _)| *windows))
}

fn windows_to_iana(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    translated(cx, args, |name| windows::find(name).map(|(_, iana)| iana))
}

/// `+hh:mm` of an offset in minutes.
fn offset_text(offset: i64) -> String {
    let span = time_span::constant_text(offset.abs() * PER_MINUTE);
    format!("{}{}", if offset < 0 { '-' } else { '+' }, span.get(..5).unwrap_or_default())
}
