//! `System.TimeZoneInfo`: zones by their Windows and IANA names, from a time zone database inside the program, so that
//! every machine answers alike. The local zone is UTC.
//!
//! <https://learn.microsoft.com/dotnet/api/system.timezoneinfo>

pub(super) mod adjustment_rule;
mod clock;
mod convert;
mod database;
mod rule;
mod serialized;
pub(super) mod transition_time;
mod windows;
mod zone;

use std::sync::Arc;

use super::date_time::arguments::{as_date_time, as_offset, as_span};
use super::date_time::calendar::{PER_HOUR, PER_MINUTE};
use super::{date_time_offset, time_span};
use crate::cx::{Cx, arg, as_bool, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, method, property};
use crate::net_object;
use crate::types::Known;
use crate::value::heap::{Heap, Object};
use crate::value::text::TextBuf;
use crate::value::{DateTime, DateTimeKind, Value};
use rule::{Beyond, Rule};
use zone::{Custom, Zone};

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("System.TimeZoneInfo").summary("A time zone.").interfaces(&["IEquatable<TimeZoneInfo>"]).members(&[
        property("static TimeZoneInfo Local { get; }", |cx, _| Ok(cx.heap.single("Local", KNOWN.id(), Zone::Local)?)),
        property("static TimeZoneInfo Utc { get; }", |cx, _| Ok(cx.heap.single("Utc", KNOWN.id(), Zone::Utc)?)),
        property("TimeSpan BaseUtcOffset { get; }", base_utc_offset),
        property("string DaylightName { get; }", |cx, args| name(cx, args, |zone| zone.daylight_name().to_owned())),
        property("string DisplayName { get; }", |cx, args| name(cx, args, Zone::display_name)),
        property("bool HasIanaId { get; }", has_iana_id),
        property("string Id { get; }", |cx, args| name(cx, args, |zone| zone.id().to_owned())),
        property("string StandardName { get; }", |cx, args| name(cx, args, |zone| zone.standard_name().to_owned())),
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
        method(
            "static TimeZoneInfo CreateCustomTimeZone(string id, TimeSpan baseUtcOffset, string displayName, \
             string standardDisplayName, string daylightDisplayName, \
             System.TimeZoneInfo.AdjustmentRule[] adjustmentRules)",
            create_custom_time_zone,
        ),
        method(
            "static TimeZoneInfo CreateCustomTimeZone(string id, TimeSpan baseUtcOffset, string displayName, \
             string standardDisplayName, string daylightDisplayName, \
             System.TimeZoneInfo.AdjustmentRule[] adjustmentRules, bool disableDaylightSavingTime)",
            create_custom_time_zone,
        ),
        method("bool Equals(TimeZoneInfo other)", equals),
        method("bool Equals(object obj)", equals),
        method("static TimeZoneInfo FindSystemTimeZoneById(string id)", find_system_time_zone_by_id),
        method("static TimeZoneInfo FromSerializedString(string source)", serialized::from_serialized_string),
        method("System.TimeZoneInfo.AdjustmentRule[] GetAdjustmentRules()", get_adjustment_rules),
        method("TimeSpan[] GetAmbiguousTimeOffsets(DateTimeOffset dateTimeOffset)", get_ambiguous_offsets_at),
        method("TimeSpan[] GetAmbiguousTimeOffsets(DateTime dateTime)", get_ambiguous_time_offsets),
        method("int GetHashCode()", get_hash_code),
        method("TimeSpan GetUtcOffset(DateTimeOffset dateTimeOffset)", get_utc_offset_at),
        method("TimeSpan GetUtcOffset(DateTime dateTime)", get_utc_offset),
        method(
            "static System.Collections.ObjectModel.ReadOnlyCollection<TimeZoneInfo> GetSystemTimeZones()",
            get_system_time_zones,
        ),
        method(
            "static System.Collections.ObjectModel.ReadOnlyCollection<TimeZoneInfo> GetSystemTimeZones(bool skipSorting)",
            get_system_time_zones,
        ),
        method("static void ClearCachedData()", |_, _| Ok(Value::Null)),
        method("bool HasSameRules(TimeZoneInfo other)", has_same_rules),
        method("bool IsAmbiguousTime(DateTimeOffset dateTimeOffset)", is_ambiguous_time_at),
        method("bool IsAmbiguousTime(DateTime dateTime)", is_ambiguous_time),
        method("bool IsDaylightSavingTime(DateTimeOffset dateTimeOffset)", is_daylight_saving_time_at),
        method("bool IsDaylightSavingTime(DateTime dateTime)", is_daylight_saving_time),
        method("bool IsInvalidTime(DateTime dateTime)", is_invalid_time),
        method("string ToSerializedString()", serialized::to_serialized_string),
        method("string ToString()", |cx, args| name(cx, args, Zone::display_name)),
        method("static bool TryConvertIanaIdToWindowsId(string ianaId, out string windowsId)", iana_to_windows),
        method("static bool TryConvertWindowsIdToIanaId(string windowsId, out string ianaId)", windows_to_iana),
        method("static bool TryFindSystemTimeZoneById(string id, out TimeZoneInfo timeZoneInfo)", try_find),
    ]);

static KNOWN: Known = Known::new("System.TimeZoneInfo");

net_object! {
    Zone, KNOWN,
    fn to_text(&self, _: &Heap) -> Option<TextBuf> {
        Some(TextBuf::from(self.display_name().as_str()))
    },
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<Zone>(other).is_some_and(|other| is_same(self, other)))
    },
    fn hash(&self, _: &Heap) -> Option<u64> {
        Some(hash_of(self.id()).into())
    }
}

fn make(cx: &mut Cx<'_>, zone: Zone) -> Result<Value, Throw> {
    Ok(cx.heap.new_native(zone)?)
}

fn this(cx: &Cx<'_>, args: &[Value]) -> Result<Zone, Throw> {
    cx.heap.native::<Zone>(arg(args, 0)).cloned().ok_or(fault("a TimeZoneInfo was expected"))
}

fn name(cx: &mut Cx<'_>, args: &[Value], get: impl Fn(&Zone) -> String) -> Result<Value, Throw> {
    let text = get(&this(cx, args)?);
    cx.string(&text)
}

/// What no `DateTime` can hold, as the exception that .NET has for it.
fn throw_beyond(cx: &mut Cx<'_>, beyond: Beyond) -> Throw {
    match beyond {
        Beyond::Date => {
            let why = "Year, Month, and Day parameters describe an un-representable DateTime.";
            cx.throw(Exc::ArgumentOutOfRange, why)
        }
        Beyond::Sum => {
            let why = "The added or subtracted value results in an un-representable DateTime.";
            cx.throw_argument(Exc::ArgumentOutOfRange, why, "t")
        }
        Beyond::Ticks => {
            let why = "Ticks must be between DateTime.MinValue.Ticks and DateTime.MaxValue.Ticks.";
            cx.throw_argument(Exc::ArgumentOutOfRange, why, "ticks")
        }
    }
}

/// What the clock of a zone says, or the exception.
fn asked<T>(cx: &mut Cx<'_>, answer: Result<T, Beyond>) -> Result<T, Throw> {
    answer.map_err(|beyond| throw_beyond(cx, beyond))
}

fn base_utc_offset(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::TimeSpan(this(cx, args)?.base()))
}

fn has_iana_id(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(this(cx, args)?.has_iana_id()))
}

fn supports_daylight_saving_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(this(cx, args)?.supports_daylight()))
}

/// What a zone is made of.
struct Made {
    id: Option<String>,
    offset: i64,
    display: String,
    standard: String,
    daylight: String,
    rules: Vec<Rule>,
    disable: bool,
}

fn create_custom_time_zone(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = |cx: &Cx<'_>, index| cx.string_opt(args, index).map(|s| cx.text(s).to_utf8().into_owned());
    let name = |cx: &Cx<'_>, index| text(cx, index).unwrap_or_default();
    let disable = args.len() > 6 && as_bool(args, 6)?;
    // Without rules there is one name only.
    let daylight = if args.len() > 4 { 4 } else { 3 };
    let daylight = if disable { String::new() } else { name(cx, daylight) };
    let made = Made {
        id: text(cx, 0),
        offset: as_span(args, 1)?,
        display: name(cx, 2),
        standard: name(cx, 3),
        daylight,
        rules: Vec::new(),
        disable,
    };
    check(cx, &made)?;
    let rules = rules_given(cx, arg(args, 5), made.offset)?;
    let zone = custom(cx, Made { rules, ..made })?;
    make(cx, zone)
}

fn check(cx: &mut Cx<'_>, made: &Made) -> Result<(), Throw> {
    match made.id.as_deref() {
        None => return Err(cx.argument_null("id")),
        Some("") => return Err(cx.throw_argument(Exc::Argument, "The value cannot be an empty string.", "id")),
        Some(_) => {}
    }
    if !(-14 * PER_HOUR..=14 * PER_HOUR).contains(&made.offset) {
        let why = "The TimeSpan parameter must be within plus or minus 14.0 hours.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, why, "baseUtcOffset"));
    }
    if made.offset % PER_MINUTE != 0 {
        let why = "The TimeSpan parameter cannot be specified more precisely than whole minutes.";
        return Err(cx.throw_argument(Exc::Argument, why, "baseUtcOffset"));
    }
    Ok(())
}

/// The rules of an array, which must be there. What is wrong with one is said before what is wrong with the next.
fn rules_given(cx: &mut Cx<'_>, array: Value, base: i64) -> Result<Vec<Rule>, Throw> {
    let items = match cx.heap.get(array) {
        Some(Object::Array(array)) => array.items.clone(),
        _ => Vec::new(),
    };
    cx.charge(items.len())?;
    cx.heap.charge(items.len() * size_of::<Rule>())?;
    let mut rules: Vec<Rule> = Vec::with_capacity(items.len());
    for item in items {
        let Some(rule) = cx.heap.native::<Rule>(item).copied() else {
            let why = "The AdjustmentRule array cannot contain null elements.";
            return Err(cx.throw(Exc::InvalidTimeZone, why));
        };
        check_rule(cx, &rule, rules.last(), base)?;
        rules.push(rule);
    }
    Ok(rules)
}

fn check_rule(cx: &mut Cx<'_>, rule: &Rule, before: Option<&Rule>, base: i64) -> Result<(), Throw> {
    if base.checked_add(rule.base_delta).is_none_or(|sum| sum.checked_add(rule.delta).is_none()) {
        return Err(cx.throw(Exc::Overflow, "TimeSpan overflowed because the duration is too long."));
    }
    if !(-14 * PER_HOUR..=14 * PER_HOUR).contains(&rule.full_offset(base)) {
        let why = "The sum of the BaseUtcOffset and DaylightDelta properties must within plus or minus 14.0 hours.";
        return Err(cx.throw(Exc::InvalidTimeZone, why));
    }
    if before.is_some_and(|before| rule.start.ticks() <= before.end.ticks()) {
        let why = "The elements of the AdjustmentRule array must be in chronological order and must not overlap.";
        return Err(cx.throw(Exc::InvalidTimeZone, why));
    }
    Ok(())
}

/// A zone that is not of the database.
fn custom(cx: &mut Cx<'_>, made: Made) -> Result<Zone, Throw> {
    check(cx, &made)?;
    for (index, rule) in made.rules.iter().enumerate() {
        check_rule(cx, rule, index.checked_sub(1).and_then(|before| made.rules.get(before)), made.offset)?;
    }
    let id = made.id.unwrap_or_default();
    cx.heap.charge(id.len() + made.display.len() + made.standard.len() + made.daylight.len())?;
    Ok(Zone::Custom(Arc::new(Custom {
        id,
        offset: made.offset,
        display: made.display,
        standard: made.standard,
        daylight: made.daylight,
        supports_daylight: !made.rules.is_empty() && !made.disable,
        rules: made.rules.into(),
    })))
}

fn is_same(zone: &Zone, other: &Zone) -> bool {
    zone.id().eq_ignore_ascii_case(other.id()) && zone.same_rules(other)
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = this(cx, args)?;
    let other = cx.heap.native::<Zone>(arg(args, 1));
    Ok(Value::Bool(other.is_some_and(|other| is_same(&this, other))))
}

/// The zone of a name, or the exception that says there is none.
fn find(cx: &mut Cx<'_>, id: crate::value::text::Str) -> Result<Zone, Throw> {
    let now = super::date_time::now_ticks(cx);
    let name = cx.text(id.slice(0, 100)).to_utf8().into_owned();
    match Zone::find(&name, now) {
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
    let zones = windows::ZONES.iter().filter_map(|(name, _)| Zone::find(name, now));
    let mut zones: Vec<_> = zones.map(|zone| (zone.base(), zone.display_name(), zone)).collect();
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
    let now = super::date_time::now_ticks(cx);
    let zone = name.and_then(|name| Zone::find(&name, now));
    let found = zone.is_some();
    if let Some(zone) = zone {
        let value = make(cx, zone)?;
        cx.set_out(0, value);
    }
    Ok(Value::Bool(found))
}

fn get_adjustment_rules(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let zone = this(cx, args)?;
    let element = adjustment_rule::KNOWN.id();
    let rules = adjustment_rule::rules_of(cx, &zone)?;
    if zone.rule_count() == 0 {
        return Ok(cx.heap.empty_array(element)?);
    }
    let mut items = Vec::with_capacity(rules.len());
    for rule in rules {
        items.push(cx.heap.new_native(rule)?);
    }
    Ok(cx.heap.new_array(element, items)?)
}

/// What the zone's clock shows at a time: that time itself when it says of no zone.
fn clock(cx: &mut Cx<'_>, zone: &Zone, time: DateTime) -> Result<i64, Throw> {
    match time.kind() {
        DateTimeKind::Unspecified => Ok(time.ticks()),
        _ => asked(cx, zone.clock_of(time.ticks())),
    }
}

fn get_ambiguous_time_offsets(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (zone, time) = (this(cx, args)?, as_date_time(args, 1)?);
    let clock = clock(cx, &zone, time)?;
    offsets_of(cx, &zone, clock, "DateTime", "dateTime")
}

fn get_ambiguous_offsets_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (zone, (ticks, offset)) = (this(cx, args)?, as_offset(cx, args, 1)?);
    let clock = asked(cx, zone.clock_of(date_time_offset::utc_of(ticks, offset)))?;
    offsets_of(cx, &zone, clock, "DateTimeOffset", "dateTimeOffset")
}

/// Both offsets of a time that the zone's clock shows twice.
fn offsets_of(cx: &mut Cx<'_>, zone: &Zone, clock: i64, what: &str, parameter: &str) -> Result<Value, Throw> {
    let offsets = if zone.supports_daylight() { asked(cx, zone.ambiguous_offsets(clock))? } else { None };
    let Some(offsets) = offsets else {
        let why = format!("The supplied {what} is not in an ambiguous time range.");
        return Err(cx.throw_argument(Exc::Argument, &why, parameter));
    };
    Ok(cx.heap.new_array(crate::types::TypeId::TIME_SPAN, offsets.map(Value::TimeSpan).to_vec())?)
}

fn get_hash_code(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(hash_of(this(cx, args)?.id()).cast_signed()))
}

/// Capital letters make no difference between zones.
fn hash_of(id: &str) -> u32 {
    id.bytes().fold(0, |n: u32, b| n.wrapping_mul(31).wrapping_add(b.to_ascii_lowercase().into()))
}

fn get_utc_offset(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (zone, time) = (this(cx, args)?, as_date_time(args, 1)?);
    let offset = match time.kind() {
        DateTimeKind::Unspecified => zone.offset_of_clock(time.ticks()),
        _ => zone.offset_at(time.ticks()).map(|(offset, _)| offset),
    };
    Ok(Value::TimeSpan(asked(cx, offset)?))
}

fn get_utc_offset_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (ticks, offset) = as_offset(cx, args, 1)?;
    let offset = this(cx, args)?.offset_at(date_time_offset::utc_of(ticks, offset));
    Ok(Value::TimeSpan(asked(cx, offset)?.0))
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
    if !zone.supports_daylight() {
        return Ok(Value::Bool(false));
    }
    let clock = clock(cx, &zone, time)?;
    Ok(Value::Bool(asked(cx, zone.is_ambiguous(clock))?))
}

fn is_ambiguous_time_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (zone, (ticks, offset)) = (this(cx, args)?, as_offset(cx, args, 1)?);
    if !zone.supports_daylight() {
        return Ok(Value::Bool(false));
    }
    let clock = asked(cx, zone.clock_of(date_time_offset::utc_of(ticks, offset)))?;
    Ok(Value::Bool(asked(cx, zone.is_ambiguous(clock))?))
}

fn is_daylight_saving_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (zone, time) = (this(cx, args)?, as_date_time(args, 1)?);
    if !zone.supports_daylight() {
        return Ok(Value::Bool(false));
    }
    let saves = match time.kind() {
        DateTimeKind::Utc => zone.offset_at(time.ticks()).map(|(_, saves)| saves),
        _ => {
            let clock = clock(cx, &zone, time)?;
            zone.is_daylight_clock(clock)
        }
    };
    Ok(Value::Bool(asked(cx, saves)?))
}

fn is_daylight_saving_time_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (ticks, offset) = as_offset(cx, args, 1)?;
    let answer = this(cx, args)?.offset_at(date_time_offset::utc_of(ticks, offset));
    Ok(Value::Bool(asked(cx, answer)?.1))
}

fn is_invalid_time(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (zone, time) = (this(cx, args)?, as_date_time(args, 1)?);
    if time.kind() != DateTimeKind::Unspecified {
        return Ok(Value::Bool(false));
    }
    Ok(Value::Bool(asked(cx, zone.is_invalid(time.ticks()))?))
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

/// `+hh:mm` of an offset.
fn offset_text(offset: i64) -> String {
    let span = time_span::constant_text(offset.abs());
    format!("{}{}", if offset < 0 { '-' } else { '+' }, span.get(..5).unwrap_or_default())
}
