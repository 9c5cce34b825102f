//! What a zone's clock shows when: .NET's reading of adjustment rules, which are looked up by date.

use super::rule::{Beyond, Daylight, Rule, Ticks, is_between, new_year, sum, year_of};
use super::zone::Zone;
use crate::library::system::date_time::calendar::{PER_DAY, is_leap};
use crate::value::{DateTime, DateTimeKind};

/// The offset of a moment, and whether it is in daylight saving time.
pub(super) type Offset = (i64, bool);

/// The last day there is, and the first after which a base offset can be taken off.
const LAST_DAY: i64 = DateTime::MAX_TICKS / PER_DAY * PER_DAY;
const SECOND_DAY: i64 = PER_DAY;

fn clamped(ticks: i64) -> i64 {
    ticks.clamp(0, DateTime::MAX_TICKS)
}

const fn day(ticks: i64) -> i64 {
    ticks / PER_DAY * PER_DAY
}

impl Zone {
    /// The rule for a time on the clock, or for a moment in UTC, with its place.
    fn rule_for(&self, time: i64, is_utc: bool) -> Option<(usize, Rule)> {
        let date = day(if is_utc { clamped(time + self.base()) } else { time });
        let (mut low, mut high) = (0, self.rule_count());
        while low < high {
            let middle = low + (high - low - 1) / 2;
            let rule = self.rule(middle)?;
            let before = self.before(middle, rule);
            let utc_by = |rule: &Rule| if is_utc { time } else { clamped(time - self.full(rule)) };
            let is_utc_bound = |bound: DateTime| bound.kind() == DateTimeKind::Utc;
            let begun = rule.start.ticks() <= if is_utc_bound(rule.start) { utc_by(&before) } else { date };
            let ended = rule.end.ticks() < if is_utc_bound(rule.end) { utc_by(&rule) } else { date };
            match (begun, ended) {
                (true, false) => return Some((middle, rule)),
                (true, true) => low = middle + 1,
                (false, _) => high = middle,
            }
        }
        None
    }

    /// The offset of a rule in daylight saving time.
    fn full(&self, rule: &Rule) -> i64 {
        self.base().saturating_add(rule.delta).saturating_add(rule.base_delta)
    }

    /// The rule before one, itself if it is the first.
    fn before(&self, index: usize, rule: Rule) -> Rule {
        index.checked_sub(1).and_then(|before| self.rule(before)).unwrap_or(rule)
    }

    fn daylight(&self, year: i32, index: usize, rule: &Rule) -> Result<Daylight, Beyond> {
        if !rule.constant {
            return Daylight::of_year(year, rule);
        }
        // What it changes is changed by the clock of the rule before.
        let start = clamped(rule.start.ticks() + self.full(&self.before(index, *rule)));
        Ok(Daylight { start, end: clamped(rule.end.ticks() + self.full(rule)) })
    }

    /// The offset when the clock shows a time; the standard one when that comes twice or never.
    pub(super) fn offset_of_clock(&self, clock: i64) -> Ticks {
        let Some((index, rule)) = self.rule_for(clock, false) else { return Ok(self.base()) };
        let saves = rule.saves_daylight() && self.daylight(year_of(clock), index, &rule)?.contains(clock, &rule)?;
        Ok(self.base() + rule.base_delta + if saves { rule.delta } else { 0 })
    }

    /// Whether the clock shows a time in daylight saving time.
    pub(super) fn is_daylight_clock(&self, clock: i64) -> Result<bool, Beyond> {
        match self.rule_for(clock, false) {
            Some((index, rule)) if rule.saves_daylight() => {
                self.daylight(year_of(clock), index, &rule)?.contains(clock, &rule)
            }
            _ => Ok(false),
        }
    }

    /// The clock shows a time twice.
    pub(super) fn is_ambiguous(&self, clock: i64) -> Result<bool, Beyond> {
        match self.rule_for(clock, false) {
            Some((index, rule)) if rule.saves_daylight() => {
                self.daylight(year_of(clock), index, &rule)?.is_twice(clock, &rule)
            }
            _ => Ok(false),
        }
    }

    /// Both offsets of a time that the clock shows twice, the smaller first.
    pub(super) fn ambiguous_offsets(&self, clock: i64) -> Result<Option<[i64; 2]>, Beyond> {
        let Some((index, mut rule)) = self.rule_for(clock, false) else { return Ok(None) };
        if rule.constant && !rule.saves_daylight() {
            // The hour is the last of daylight saving time as well.
            rule = self.before(index, rule);
        }
        if !rule.saves_daylight() || !self.daylight(year_of(clock), index, &rule)?.is_twice(clock, &rule)? {
            return Ok(None);
        }
        let standard = self.base() + rule.base_delta;
        let other = standard + rule.delta;
        Ok(Some(if rule.delta > 0 { [standard, other] } else { [other, standard] }))
    }

    /// The clock never shows a time.
    pub(super) fn is_invalid(&self, clock: i64) -> Result<bool, Beyond> {
        match self.rule_for(clock, false) {
            Some((index, rule)) if rule.saves_daylight() => {
                self.daylight(year_of(clock), index, &rule)?.is_skipped(clock, &rule)
            }
            _ => Ok(false),
        }
    }

    /// The offset at a moment in UTC.
    pub(super) fn offset_at(&self, utc: i64) -> Result<Offset, Beyond> {
        let base = self.base();
        let (found, year) = if utc > LAST_DAY {
            (self.rule_for(DateTime::MAX_TICKS, false), 9999)
        } else if utc < SECOND_DAY {
            (self.rule_for(0, false), 1)
        } else {
            (self.rule_for(utc, true), year_of(clamped(utc + base)))
        };
        let Some((index, rule)) = found else { return Ok((base, false)) };
        let saves = rule.saves_daylight() && self.is_daylight_at(utc, year, index, &rule)?;
        Ok((base + rule.base_delta + if saves { rule.delta } else { 0 }, saves))
    }

    /// The clock at a moment in UTC, kept in range.
    pub(super) fn clock_of(&self, utc: i64) -> Ticks {
        let utc = clamped(utc);
        Ok(clamped(utc + self.offset_at(utc)?.0))
    }

    fn is_daylight_at(&self, utc: i64, year: i32, index: usize, rule: &Rule) -> Result<bool, Beyond> {
        let daylight = self.daylight(year, index, rule)?;
        // A year that begins or ends in daylight saving time shares it with the one before or after.
        let mut keep_years = false;
        let before = if rule.constant { self.full(&self.before(index, *rule)) } else { self.base() + rule.base_delta };
        let start = if rule.begins_year() && year_of(daylight.start) > 1 {
            let year = year_of(daylight.start);
            match self.start_in_year_before(year - 1)? {
                Some(start) => {
                    keep_years = true;
                    start
                }
                None => sum(new_year(year)?, -before)?,
            }
        } else {
            sum(daylight.start, -before)?
        };
        let after = self.full(rule);
        let end = if rule.ends_year() && year_of(daylight.end) < 9999 {
            let year = year_of(daylight.end);
            match self.end_in_year_after(year + 1)? {
                Some(end) => {
                    keep_years = true;
                    end
                }
                None => sum(new_year(year + 1)? - 1, -after)?,
            }
        } else {
            sum(daylight.end, -after)?
        };
        is_between(start, utc, end, keep_years, rule)
    }

    /// When daylight saving time ends in a year that begins in it, in UTC.
    fn end_in_year_after(&self, year: i32) -> Result<Option<i64>, Beyond> {
        let Some((index, rule)) = self.rule_for(new_year(year)?, false) else { return Ok(None) };
        let offset = self.full(&rule);
        if rule.begins_year() && rule.ends_year() {
            let last_day = new_year(year)? + if is_leap(year) { 365 } else { 364 } * PER_DAY;
            return Ok(Some(sum(last_day, -offset)?));
        }
        let daylight = self.daylight(year, index, &rule)?;
        let begins = rule.begins_year() || (daylight.end < daylight.start && !rule.ends_year());
        Ok(if begins { Some(sum(daylight.end, -offset)?) } else { None })
    }

    /// When daylight saving time began in a year that ends in it, in UTC.
    fn start_in_year_before(&self, year: i32) -> Result<Option<i64>, Beyond> {
        let last_day = new_year(year + 1)? - PER_DAY;
        let Some((index, rule)) = self.rule_for(last_day, false) else { return Ok(None) };
        let daylight = self.daylight(year, index, &rule)?;
        if rule.ends_year() || daylight.start > daylight.end {
            return Ok(Some(sum(daylight.start, -(self.base() + rule.base_delta))?));
        }
        Ok(None)
    }
}
