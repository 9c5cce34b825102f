//! `System.TimeZoneInfo.AdjustmentRule`: what a zone's clock adds to its standard offset, from one day to another.

use super::rule::{Beyond, MARKER, Rule, Ticks, Transition, Wrong, new_year, sum, year_of};
use super::transition_time;
use super::zone::Zone;
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::system::date_time::arguments::{as_date_time, as_span};
use crate::library::system::date_time::calendar::{PER_DAY, PER_MILLISECOND, date_of};
use crate::library::system::date_time::hash_ticks;
use crate::library::system::time_span;
use crate::library::{TypeDef, method, property};
use crate::net_object;
use crate::types::Known;
use crate::value::heap::Heap;
use crate::value::{DateTime, DateTimeKind, Value};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.TimeZoneInfo.AdjustmentRule")
    .summary("What a zone's clock adds to its standard offset, from one day to another.")
    .interfaces(&["IEquatable<System.TimeZoneInfo.AdjustmentRule>"])
    .not_imported()
    .members(&[
        property("TimeSpan BaseUtcOffsetDelta { get; }", |cx, args| Ok(Value::TimeSpan(this(cx, args)?.base_delta))),
        property("DateTime DateEnd { get; }", |cx, args| Ok(Value::DateTime(this(cx, args)?.end))),
        property("DateTime DateStart { get; }", |cx, args| Ok(Value::DateTime(this(cx, args)?.start))),
        property("TimeSpan DaylightDelta { get; }", |cx, args| Ok(Value::TimeSpan(this(cx, args)?.delta))),
        property("System.TimeZoneInfo.TransitionTime DaylightTransitionEnd { get; }", |cx, args| {
            let end = this(cx, args)?.to;
            Ok(cx.heap.new_native(end)?)
        }),
        property("System.TimeZoneInfo.TransitionTime DaylightTransitionStart { get; }", |cx, args| {
            let start = this(cx, args)?.from;
            Ok(cx.heap.new_native(start)?)
        }),
        method(
            "static System.TimeZoneInfo.AdjustmentRule CreateAdjustmentRule(DateTime dateStart, DateTime dateEnd, \
             TimeSpan daylightDelta, System.TimeZoneInfo.TransitionTime daylightTransitionStart, \
             System.TimeZoneInfo.TransitionTime daylightTransitionEnd)",
            create_adjustment_rule,
        ),
        method(
            "static System.TimeZoneInfo.AdjustmentRule CreateAdjustmentRule(DateTime dateStart, DateTime dateEnd, \
             TimeSpan daylightDelta, System.TimeZoneInfo.TransitionTime daylightTransitionStart, \
             System.TimeZoneInfo.TransitionTime daylightTransitionEnd, TimeSpan baseUtcOffsetDelta)",
            create_adjustment_rule,
        ),
        method("bool Equals(System.TimeZoneInfo.AdjustmentRule other)", equals),
        method("bool Equals(object obj)", equals),
        method("int GetHashCode()", |cx, args| Ok(Value::Int32(hash_ticks(this(cx, args)?.start.ticks())))),
    ]);

pub(super) static KNOWN: Known = Known::new("System.TimeZoneInfo.AdjustmentRule");

net_object! {
    Rule, KNOWN,
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<Self>(other).is_some_and(|other| self.same(other)))
    },
    fn hash(&self, _: &Heap) -> Option<u64> {
        Some(self.start.ticks().cast_unsigned())
    }
}

fn this(cx: &Cx<'_>, args: &[Value]) -> Result<Rule, Throw> {
    cx.heap.native::<Rule>(arg(args, 0)).copied().ok_or(fault("an AdjustmentRule was expected"))
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = this(cx, args)?;
    Ok(Value::Bool(cx.heap.native::<Rule>(arg(args, 1)).is_some_and(|other| this.same(other))))
}

fn create_adjustment_rule(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let rule = Rule {
        start: as_date_time(args, 0)?,
        end: as_date_time(args, 1)?,
        delta: as_span(args, 2)?,
        base_delta: if args.len() > 5 { as_span(args, 5)? } else { 0 },
        from: transition_time::this(cx, args, 3)?,
        to: transition_time::this(cx, args, 4)?,
        constant: false,
    };
    let rule = checked(cx, rule)?;
    Ok(cx.heap.new_native(rule)?)
}

/// The rule, or the exception that says what is wrong with it.
pub(super) fn checked(cx: &mut Cx<'_>, rule: Rule) -> Result<Rule, Throw> {
    rule.checked().map_err(|wrong| match wrong {
        Wrong::Argument(why, parameter) => cx.throw_argument(Exc::Argument, why, parameter),
        Wrong::Delta => {
            let span = time_span::constant_text(rule.delta);
            let why = format!(
                "The TimeSpan parameter must be within plus or minus 14.0 hours. (Parameter 'daylightDelta')\n\
                 Actual value was {span}."
            );
            cx.throw_with_parameter(Exc::ArgumentOutOfRange, why, "daylightDelta")
        }
    })
}

/// The rules of a zone as programs see them: those of the database go from moment to moment, and are put as days of
/// years here.
pub(super) fn rules_of(cx: &mut Cx<'_>, zone: &Zone) -> Result<Vec<Rule>, Throw> {
    let mut rules = Vec::new();
    for rule in (0..zone.rule_count()).filter_map(|index| zone.rule(index)) {
        cx.charge(10)?;
        cx.heap.charge(3 * size_of::<Rule>())?;
        if rule.constant && !rule.from.same(&MARKER) && rule.delta == 0 && rule.base_delta == 0 {
            continue;
        }
        let shown = match shown(&rule, zone.base()) {
            Ok(shown) => shown,
            Err(beyond) => return Err(super::throw_beyond(cx, beyond)),
        };
        for rule in shown {
            rules.push(checked(cx, rule)?);
        }
    }
    Ok(rules)
}

/// A rule of days: one that is constant becomes up to three, of the first year, of those between, and of the last.
fn shown(rule: &Rule, base: i64) -> Result<Vec<Rule>, Beyond> {
    let clock = |bound: DateTime, offset: i64| -> Ticks {
        match bound.kind() {
            DateTimeKind::Utc => sum(bound.ticks(), offset).map_err(|_| Beyond::Ticks),
            _ => Ok(bound.ticks()),
        }
    };
    let (start, end) = (clock(rule.start, base)?, clock(rule.end, base.saturating_add(rule.delta))?);
    if !rule.constant {
        return Ok(vec![of_days(rule, start, end, rule.from, rule.to)?]);
    }
    let piece = |start, end| of_days(rule, start, end, fixed_at(start), fixed_at(end));
    let (first, last) = (year_of(start), year_of(end));
    if first == last {
        return Ok(vec![piece(start, end)?]);
    }
    let end_of_year = |year: i32| Ok(new_year(year + 1)? - PER_MILLISECOND);
    let mut pieces = vec![piece(start, end_of_year(first)?)?];
    if last - first > 1 {
        pieces.push(piece(new_year(first + 1)?, end_of_year(last - 1)?)?);
    }
    pieces.push(piece(new_year(last)?, end)?);
    Ok(pieces)
}

/// The day and time of a moment, in whole milliseconds.
fn fixed_at(ticks: i64) -> Transition {
    let (_, month, day) = date_of(ticks);
    let time = ticks % PER_DAY / PER_MILLISECOND * PER_MILLISECOND;
    Transition::fixed(time, month as u8, day as u8)
}

fn of_days(rule: &Rule, start: i64, end: i64, from: Transition, to: Transition) -> Result<Rule, Beyond> {
    let day = |ticks: i64| DateTime::new(ticks / PER_DAY * PER_DAY, DateTimeKind::Unspecified).ok_or(Beyond::Sum);
    Ok(Rule { start: day(start)?, end: day(end)?, from, to, constant: false, ..*rule })
}
