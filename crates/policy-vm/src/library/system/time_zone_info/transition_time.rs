//! `System.TimeZoneInfo.TransitionTime`: the day of each year on which a zone's clock is changed, and when on that day.

use super::rule::Transition;
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::system::date_time::arguments::{as_date_time, as_enum};
use crate::library::system::date_time::calendar::{PER_DAY, PER_MILLISECOND};
use crate::library::{TypeDef, method, operator, property};
use crate::net_object;
use crate::types::Known;
use crate::value::heap::Heap;
use crate::value::{DateTime, DateTimeKind, Value};

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.TimeZoneInfo.TransitionTime")
    .summary("A day of each year on which a zone's clock is changed.")
    .interfaces(&["IEquatable<System.TimeZoneInfo.TransitionTime>"])
    .not_imported()
    .zero(|heap, _| heap.new_native(Transition::default()))
    .members(&[
        property("int Day { get; }", |cx, args| Ok(Value::Int32(this(cx, args, 0)?.day.into()))),
        property("DayOfWeek DayOfWeek { get; }", |cx, args| {
            Ok(Value::Enum(DAY_OF_WEEK.id(), this(cx, args, 0)?.day_of_week.into()))
        }),
        property("bool IsFixedDateRule { get; }", |cx, args| Ok(Value::Bool(this(cx, args, 0)?.fixed))),
        property("int Month { get; }", |cx, args| Ok(Value::Int32(this(cx, args, 0)?.month.into()))),
        property("DateTime TimeOfDay { get; }", |cx, args| {
            let time = DateTime::new(this(cx, args, 0)?.time, DateTimeKind::Unspecified);
            Ok(time.map_or(Value::Null, Value::DateTime))
        }),
        property("int Week { get; }", |cx, args| Ok(Value::Int32(this(cx, args, 0)?.week.into()))),
        method(
            "static System.TimeZoneInfo.TransitionTime CreateFixedDateRule(DateTime timeOfDay, int month, int day)",
            create_fixed_date_rule,
        ),
        method(
            "static System.TimeZoneInfo.TransitionTime CreateFloatingDateRule(DateTime timeOfDay, int month, int week, \
             DayOfWeek dayOfWeek)",
            create_floating_date_rule,
        ),
        method("bool Equals(object obj)", |cx, args| Ok(Value::Bool(same(cx, args)))),
        method("bool Equals(System.TimeZoneInfo.TransitionTime other)", |cx, args| Ok(Value::Bool(same(cx, args)))),
        method("int GetHashCode()", |cx, args| {
            let this = this(cx, args, 0)?;
            Ok(Value::Int32(i32::from(this.month) ^ (i32::from(this.week) << 8)))
        }),
        operator(
            "static bool operator ==(System.TimeZoneInfo.TransitionTime t1, System.TimeZoneInfo.TransitionTime t2)",
            |cx, args| Ok(Value::Bool(same(cx, args))),
        ),
        operator(
            "static bool operator !=(System.TimeZoneInfo.TransitionTime t1, System.TimeZoneInfo.TransitionTime t2)",
            |cx, args| Ok(Value::Bool(!same(cx, args))),
        ),
    ]);

static KNOWN: Known = Known::new("System.TimeZoneInfo.TransitionTime");
static DAY_OF_WEEK: Known = Known::new("System.DayOfWeek");

net_object! {
    Transition, KNOWN,
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<Self>(other).is_some_and(|other| self.same(other)))
    },
    fn hash(&self, _: &Heap) -> Option<u64> {
        Some(u64::from(self.month) ^ (u64::from(self.week) << 8))
    }
}

/// A `TransitionTime` argument, the receiver for 0.
pub(super) fn this(cx: &Cx<'_>, args: &[Value], index: usize) -> Result<Transition, Throw> {
    cx.heap.native::<Transition>(arg(args, index)).copied().ok_or(fault("a TransitionTime was expected"))
}

fn same(cx: &Cx<'_>, args: &[Value]) -> bool {
    let at = |index| cx.heap.native::<Transition>(arg(args, index));
    at(0).zip(at(1)).is_some_and(|(a, b)| a.same(b))
}

fn create_fixed_date_rule(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (time, month, day) = (as_date_time(args, 0)?, as_i32(args, 1)?, as_i32(args, 2)?);
    match fixed(time, month, day) {
        Ok(made) => Ok(cx.heap.new_native(made)?),
        Err(wrong) => Err(wrong.throw(cx)),
    }
}

fn create_floating_date_rule(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (time, month, week) = (as_date_time(args, 0)?, as_i32(args, 1)?, as_i32(args, 2)?);
    match floating(time, month, week, as_enum(args, 3)) {
        Ok(made) => Ok(cx.heap.new_native(made)?),
        Err(wrong) => Err(wrong.throw(cx)),
    }
}

/// What no transition can be made of: the exception, its message and the parameter.
pub(super) struct Refused(Exc, &'static str, &'static str);

impl Refused {
    pub(super) fn throw(&self, cx: &mut Cx<'_>) -> Throw {
        cx.throw_argument(self.0, self.1, self.2)
    }
}

fn number(number: i64, from: i64, to: i64, refused: Refused) -> Result<u8, Refused> {
    if !(from..=to).contains(&number) {
        return Err(refused);
    }
    u8::try_from(number).map_err(|_| refused)
}

fn month_of(time: DateTime, month: i32) -> Result<u8, Refused> {
    if time.kind() != DateTimeKind::Unspecified {
        let why = "The supplied DateTime must have the Kind property set to DateTimeKind.Unspecified.";
        return Err(Refused(Exc::Argument, why, "timeOfDay"));
    }
    let why = "The Month parameter must be in the range 1 through 12.";
    number(month.into(), 1, 12, Refused(Exc::ArgumentOutOfRange, why, "month"))
}

/// The time is looked at last.
fn timed(made: Transition) -> Result<Transition, Refused> {
    if made.time >= PER_DAY || made.time % PER_MILLISECOND != 0 {
        let why = "The supplied DateTime must have the Year, Month, and Day properties set to 1.  The time cannot be \
                   specified more precisely than whole milliseconds.";
        return Err(Refused(Exc::Argument, why, "timeOfDay"));
    }
    Ok(made)
}

/// `CreateFixedDateRule`
pub(super) fn fixed(time: DateTime, month: i32, day: i32) -> Result<Transition, Refused> {
    let month = month_of(time, month)?;
    let why = "The Day parameter must be in the range 1 through 31.";
    let day = number(day.into(), 1, 31, Refused(Exc::ArgumentOutOfRange, why, "day"))?;
    timed(Transition::fixed(time.ticks(), month, day))
}

/// `CreateFloatingDateRule`
pub(super) fn floating(time: DateTime, month: i32, week: i32, day_of_week: i64) -> Result<Transition, Refused> {
    let month = month_of(time, month)?;
    let why = "The Week parameter must be in the range 1 through 5.";
    let week = number(week.into(), 1, 5, Refused(Exc::ArgumentOutOfRange, why, "week"))?;
    let why = "The DayOfWeek enumeration must be in the range 0 through 6.";
    let day_of_week = number(day_of_week, 0, 6, Refused(Exc::ArgumentOutOfRange, why, "dayOfWeek"))?;
    timed(Transition::floating(time.ticks(), month, week, day_of_week))
}
