//! `System.TimeZone`: the class before `TimeZoneInfo`, which knows the local zone only. That is UTC.

use super::date_time::arguments::as_date_time;
use super::date_time::value;
use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::{TypeDef, method, property};
use crate::net_object;
use crate::types::Known;
use crate::value::{DateTimeKind, Value};

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("System.TimeZone").summary("The local time zone, which is UTC.").members(&[
        property("static TimeZone CurrentTimeZone { get; }", |cx, _| Ok(cx.heap.new_native(CurrentTimeZone)?)),
        property("string DaylightName { get; }", name),
        property("string StandardName { get; }", name),
        method("TimeSpan GetUtcOffset(DateTime time)", |_, _| Ok(Value::TimeSpan(0))),
        method("bool IsDaylightSavingTime(DateTime time)", |_, _| Ok(Value::Bool(false))),
        method("DateTime ToLocalTime(DateTime time)", |_, args| {
            value(as_date_time(args, 1)?.ticks(), DateTimeKind::Local)
        }),
        method("DateTime ToUniversalTime(DateTime time)", |_, args| {
            value(as_date_time(args, 1)?.ticks(), DateTimeKind::Utc)
        }),
    ]);

static KNOWN: Known = Known::new("System.TimeZone");

#[derive(Debug)]
struct CurrentTimeZone;

net_object!(CurrentTimeZone, KNOWN);

fn name(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    cx.string("Coordinated Universal Time")
}
