//! Adjustment rules: when a zone's clock goes forward and back, and by how much.

use std::sync::Arc;

use crate::library::system::date_time::calendar::{self, PER_DAY, PER_HOUR, PER_MINUTE};
use crate::value::{DateTime, DateTimeKind};

/// What no `DateTime` can hold came up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Beyond {
    /// A date that does not exist.
    Date,
    /// A sum of a time and a span.
    Sum,
    /// A number of ticks.
    Ticks,
}

/// Ticks of a `DateTime`.
pub(super) type Ticks = Result<i64, Beyond>;

/// A moment and a span.
pub(super) fn sum(ticks: i64, span: i64) -> Ticks {
    match ticks.checked_add(span) {
        Some(ticks @ 0..=DateTime::MAX_TICKS) => Ok(ticks),
        _ => Err(Beyond::Sum),
    }
}

/// The first moment of a year.
pub(super) fn new_year(year: i32) -> Ticks {
    calendar::date_ticks(year, 1, 1).ok_or(Beyond::Date)
}

pub(super) const fn year_of(ticks: i64) -> i32 {
    calendar::date_of(ticks).0
}

/// The same day and time, `years` later; the last of February where there is no 29th.
pub(super) fn years_later(ticks: i64, years: i32) -> Ticks {
    if years == 0 {
        return Ok(ticks);
    }
    let (year, month, day) = calendar::date_of(ticks);
    let day = day.min(calendar::days_in_month(year + years, month));
    let date = calendar::date_ticks(year + years, month, day).ok_or(Beyond::Sum)?;
    Ok(date + ticks % PER_DAY)
}

/// A `TransitionTime`: a day of each year, and a time of that day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Transition {
    /// Ticks of the time of day, as those of a `DateTime`.
    pub time: i64,
    pub month: u8,
    pub week: u8,
    pub day: u8,
    pub day_of_week: u8,
    pub fixed: bool,
}

impl Transition {
    /// A day of the month.
    pub(super) const fn fixed(time: i64, month: u8, day: u8) -> Self {
        Self { time, month, week: 1, day, day_of_week: 0, fixed: true }
    }

    /// A day of the n-th week of the month, of the last one for 5.
    pub(super) const fn floating(time: i64, month: u8, week: u8, day_of_week: u8) -> Self {
        Self { time, month, week, day: 1, day_of_week, fixed: false }
    }

    /// `Equals`: what the kind of rule does not look at makes no difference.
    pub(super) const fn same(&self, other: &Self) -> bool {
        self.fixed == other.fixed
            && self.time == other.time
            && self.month == other.month
            && if other.fixed {
                self.day == other.day
            } else {
                self.week == other.week && self.day_of_week == other.day_of_week
            }
    }

    /// When it is in a year.
    fn in_year(&self, year: i32) -> Ticks {
        let month = i32::from(self.month);
        let last = calendar::days_in_month(year, month);
        let at = |day| sum(calendar::date_ticks(year, month, day).ok_or(Beyond::Date)?, self.time % PER_DAY);
        let wanted = i64::from(self.day_of_week);
        if self.fixed {
            at(i32::from(self.day).min(last.max(1)))
        } else if self.week <= 4 {
            let first = at(1)?;
            let days = (wanted - calendar::day_of_week(first)).rem_euclid(7) + 7 * (i64::from(self.week) - 1);
            sum(first, days.max(0) * PER_DAY)
        } else {
            let end = at(last)?;
            sum(end, -(calendar::day_of_week(end) - wanted).rem_euclid(7) * PER_DAY)
        }
    }
}

/// An `AdjustmentRule`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rule {
    pub start: DateTime,
    pub end: DateTime,
    /// What daylight saving time adds, in ticks.
    pub delta: i64,
    /// What the rule adds at all times, in ticks.
    pub base_delta: i64,
    pub from: Transition,
    pub to: Transition,
    /// One offset from start to end: the transitions mean nothing.
    pub constant: bool,
}

/// What is wrong with a rule: the message and the parameter.
pub(super) enum Wrong {
    Argument(&'static str, &'static str),
    Delta,
}

/// A rule that is constant has this for its first transition when it is of daylight saving time.
pub(super) const MARKER: Transition = Transition::fixed(2 * calendar::PER_MILLISECOND, 1, 1);

impl Rule {
    /// What `CreateAdjustmentRule` refuses.
    pub(super) fn checked(self) -> Result<Self, Wrong> {
        const KIND: &str =
            "The supplied DateTime must have the Kind property set to DateTimeKind.Unspecified or DateTimeKind.Utc.";
        const TIME: &str = "The supplied DateTime includes a TimeOfDay setting.   This is not supported.";
        let timed = |at: DateTime, bound| {
            at.ticks() != bound && at.kind() == DateTimeKind::Unspecified && at.ticks() % PER_DAY != 0
        };
        let (message, parameter) = if self.start.kind() == DateTimeKind::Local {
            (KIND, "dateStart")
        } else if self.end.kind() == DateTimeKind::Local {
            (KIND, "dateEnd")
        } else if self.from.same(&self.to) && !self.constant {
            let why = "The DaylightTransitionStart property must not equal the DaylightTransitionEnd property.";
            (why, "daylightTransitionEnd")
        } else if self.start.ticks() > self.end.ticks() {
            ("The DateStart property must come before the DateEnd property.", "dateStart")
        } else if !(-23 * PER_HOUR..=14 * PER_HOUR).contains(&self.delta) {
            return Err(Wrong::Delta);
        } else if self.delta % PER_MINUTE != 0 {
            let why = "The TimeSpan parameter cannot be specified more precisely than whole minutes.";
            (why, "daylightDelta")
        } else if timed(self.start, 0) {
            (TIME, "dateStart")
        } else if timed(self.end, DateTime::MAX_TICKS) {
            (TIME, "dateEnd")
        } else {
            return Ok(self);
        };
        Err(Wrong::Argument(message, parameter))
    }

    /// Rules of the database and of texts save at most half a day: the rest is moved to the base offset.
    pub(super) const fn balanced(mut self) -> Self {
        if self.delta > 12 * PER_HOUR {
            self.delta -= PER_DAY;
            self.base_delta = self.base_delta.wrapping_add(PER_DAY);
        } else if self.delta < -12 * PER_HOUR {
            self.delta += PER_DAY;
            self.base_delta = self.base_delta.wrapping_sub(PER_DAY);
        }
        self
    }

    /// `Equals`
    pub(super) const fn same(&self, other: &Self) -> bool {
        self.start.ticks() == other.start.ticks()
            && self.end.ticks() == other.end.ticks()
            && self.delta == other.delta
            && self.base_delta == other.base_delta
            && self.to.same(&other.to)
            && self.from.same(&other.from)
    }

    pub(super) const fn saves_daylight(&self) -> bool {
        const NONE: Transition = Transition { time: 0, month: 0, week: 0, day: 0, day_of_week: 0, fixed: false };
        self.delta != 0
            || (!self.from.same(&NONE) && self.from.time != 0)
            || (!self.to.same(&NONE) && self.to.time != calendar::PER_MILLISECOND)
    }

    /// The offset in daylight saving time, or the only one there is.
    pub(super) const fn full_offset(&self, base: i64) -> i64 {
        let delta = if self.saves_daylight() { self.delta } else { 0 };
        base.saturating_add(self.base_delta).saturating_add(delta)
    }

    /// Midnight of the first of January stands for a year that begins in daylight saving time.
    pub(super) const fn begins_year(&self) -> bool {
        self.marks(&self.from)
    }

    /// And for one that ends in it.
    pub(super) const fn ends_year(&self) -> bool {
        self.marks(&self.to)
    }

    const fn marks(&self, transition: &Transition) -> bool {
        !self.constant
            && transition.month == 1
            && transition.day == 1
            && transition.time % PER_DAY < calendar::PER_SECOND
    }
}

/// Daylight saving time of a year, by the clock: when it begins and ends.
#[derive(Clone, Copy, Debug)]
pub(super) struct Daylight {
    pub start: i64,
    pub end: i64,
}

impl Daylight {
    pub(super) fn of_year(year: i32, rule: &Rule) -> Result<Self, Beyond> {
        Ok(Self { start: rule.from.in_year(year)?, end: rule.to.in_year(year)? })
    }

    /// True for a time on the clock; the hour that comes twice is in standard time.
    pub(super) fn contains(&self, clock: i64, rule: &Rule) -> Result<bool, Beyond> {
        let ahead = rule.delta.max(0);
        let start = if rule.begins_year() { new_year(year_of(self.start))? } else { sum(self.start, ahead)? };
        let end = if rule.ends_year() { new_year(year_of(self.end) + 1)? - 1 } else { sum(self.end, -ahead)? };
        is_between(start, clock, end, false, rule)
    }

    /// The clock shows the time twice.
    pub(super) fn is_twice(&self, clock: i64, rule: &Rule) -> Result<bool, Beyond> {
        if rule.delta == 0 {
            Ok(false)
        } else if rule.delta > 0 {
            Ok(!rule.ends_year() && in_window(clock, sum(self.end, -rule.delta)?, self.end))
        } else {
            Ok(!rule.begins_year() && in_window(clock, sum(self.start, rule.delta)?, self.start))
        }
    }

    /// The clock never shows the time.
    pub(super) fn is_skipped(&self, clock: i64, rule: &Rule) -> Result<bool, Beyond> {
        if rule.delta == 0 {
            Ok(false)
        } else if rule.delta < 0 {
            Ok(!rule.ends_year() && in_window(clock, self.end, sum(self.end, -rule.delta)?))
        } else {
            Ok(!rule.begins_year() && in_window(clock, self.start, sum(self.start, rule.delta)?))
        }
    }
}

/// `from <= time < to`; where the window crosses the end of a year, the one before and the one after count as well.
fn in_window(time: i64, from: i64, to: i64) -> bool {
    let inside = |years| match (years_later(from, years), years_later(to, years)) {
        (Ok(from), Ok(to)) => (from..to).contains(&time),
        _ => false,
    };
    inside(0) || (year_of(from) != year_of(to) && (inside(1) || inside(-1)))
}

/// The time is in daylight saving time between two others, which may be of another year.
pub(super) fn is_between(start: i64, time: i64, mut end: i64, keep_years: bool, rule: &Rule) -> Result<bool, Beyond> {
    let mut time = time;
    if !keep_years && !rule.constant {
        let year = year_of(start);
        end = years_later(end, year - year_of(end))?;
        time = years_later(time, year - year_of(time))?;
    }
    Ok(if start > end {
        // In the south, summer goes over the end of the year.
        time < end || time >= start
    } else if rule.constant {
        (start..=end).contains(&time)
    } else {
        (start..end).contains(&time)
    })
}

/// The rules of a zone that a program or a text made.
pub(super) type Rules = Arc<[Rule]>;
