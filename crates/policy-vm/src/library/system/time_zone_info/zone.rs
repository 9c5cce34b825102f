//! A time zone's rules in ticks, over the time zone database.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::civil;
use jiff::tz::{AmbiguousOffset, Offset, TimeZone, TimeZoneDatabase};

use super::{offset_text, windows};
use crate::library::system::date_time::calendar::{self, PER_DAY, PER_MINUTE, PER_SECOND};
use crate::value::DateTime;

/// A moment in ticks for questions that do not depend on the present: 2024-01-01.
pub(super) const REFERENCE: i64 = 638_396_640_000_000_000;

/// What a `TimeZoneInfo` is.
#[derive(Clone, Debug)]
pub(super) enum Zone {
    /// `TimeZoneInfo.Utc`.
    Utc,
    /// `TimeZoneInfo.Local`, which is UTC as well but another object.
    Local,
    /// One of the database, by the name it was asked for.
    System { id: String, rules: TimeZone },
    /// One without rules.
    Custom { id: String, offset: i64, display: String, standard: String },
}

/// The database inside the program; it keeps the zones it was asked for.
static DATABASE: LazyLock<TimeZoneDatabase> = LazyLock::new(TimeZoneDatabase::bundled);

impl Zone {
    /// The zone of a Windows or IANA name.
    pub(super) fn find(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("UTC") {
            return Some(Self::Utc);
        }
        let (id, iana) = match windows::find(name) {
            Some((windows, iana)) => (windows.to_owned(), iana),
            None => (String::new(), name),
        };
        let rules = DATABASE.get(iana).ok()?;
        let id = if id.is_empty() { rules.iana_name().unwrap_or(name).to_owned() } else { id };
        Some(Self::System { id, rules })
    }

    pub(super) fn id(&self) -> &str {
        match self {
            Self::Utc | Self::Local => "UTC",
            Self::System { id, .. } | Self::Custom { id, .. } => id,
        }
    }

    pub(super) fn display_name(&self, now: i64) -> String {
        match self {
            Self::Utc | Self::Local => "(UTC) Coordinated Universal Time".to_owned(),
            Self::Custom { display, .. } => display.clone(),
            Self::System { id, .. } => match self.base_offset(now) {
                0 => format!("(UTC) {id}"),
                offset => format!("(UTC{}) {id}", offset_text(offset)),
            },
        }
    }

    pub(super) fn standard_name(&self, now: i64) -> String {
        self.abbreviation(now, false)
    }

    pub(super) fn daylight_name(&self, now: i64) -> String {
        self.abbreviation(now, true)
    }

    fn abbreviation(&self, now: i64, daylight: bool) -> String {
        match self {
            Self::Utc | Self::Local => "Coordinated Universal Time".to_owned(),
            Self::Custom { standard, .. } => standard.clone(),
            Self::System { rules, .. } => {
                let sample = half_years(now).find(|ticks| self.is_daylight(*ticks) == daylight).unwrap_or(now);
                rules.to_offset_info(timestamp(sample)).abbreviation().to_owned()
            }
        }
    }

    /// The standard offset in minutes.
    pub(super) fn base_offset(&self, now: i64) -> i64 {
        let sample = half_years(now).find(|ticks| !self.is_daylight(*ticks)).unwrap_or(now);
        self.offset_at(sample)
    }

    pub(super) fn has_rules(&self) -> bool {
        match self {
            Self::System { rules, .. } => rules.preceding(timestamp(DateTime::MAX_TICKS)).next().is_some(),
            _ => false,
        }
    }

    pub(super) fn same_rules(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::System { rules: a, .. }, Self::System { rules: b, .. }) => a == b,
            (Self::Custom { offset: a, .. }, Self::Custom { offset: b, .. }) => a == b,
            (a, b) => !a.has_rules() && !b.has_rules() && a.base_offset(REFERENCE) == b.base_offset(REFERENCE),
        }
    }

    /// The offset in minutes at a moment in UTC.
    pub(super) fn offset_at(&self, utc: i64) -> i64 {
        match self {
            Self::Utc | Self::Local => 0,
            Self::Custom { offset, .. } => *offset,
            Self::System { rules, .. } => whole_minutes(rules.to_offset(timestamp(utc))),
        }
    }

    /// The clock of the zone at a moment in UTC, kept in range.
    pub(super) fn clock_of(&self, utc: i64) -> i64 {
        (utc + self.offset_at(utc) * PER_MINUTE).clamp(0, DateTime::MAX_TICKS)
    }

    /// The offset in minutes when the zone's clock shows a time; the standard one when that is ambiguous or skipped.
    pub(super) fn offset_of_clock(&self, clock: i64) -> i64 {
        match self.ambiguity(clock) {
            None => self.offset_at(clock),
            Some(AmbiguousOffset::Unambiguous { offset }) => whole_minutes(offset),
            Some(AmbiguousOffset::Gap { before, after } | AmbiguousOffset::Fold { before, after }) => {
                whole_minutes(before).min(whole_minutes(after))
            }
        }
    }

    /// Both offsets in minutes when the zone's clock shows a time twice.
    pub(super) fn fold(&self, clock: i64) -> Option<(i64, i64)> {
        match self.ambiguity(clock)? {
            AmbiguousOffset::Fold { before, after } => Some((whole_minutes(before), whole_minutes(after))),
            _ => None,
        }
    }

    /// True when the zone's clock never shows a time.
    pub(super) fn is_gap(&self, clock: i64) -> bool {
        matches!(self.ambiguity(clock), Some(AmbiguousOffset::Gap { .. }))
    }

    pub(super) fn is_daylight(&self, utc: i64) -> bool {
        match self {
            Self::System { rules, .. } => rules.to_offset_info(timestamp(utc)).dst().is_dst(),
            _ => false,
        }
    }

    fn ambiguity(&self, clock: i64) -> Option<AmbiguousOffset> {
        let Self::System { rules, .. } = self else { return None };
        let p = calendar::parts_of(clock);
        let civil = civil::DateTime::new(
            i16::try_from(p.year).ok()?,
            p.month as i8,
            p.day as i8,
            p.hour as i8,
            p.minute as i8,
            p.second as i8,
            p.fraction * 100,
        );
        Some(rules.to_ambiguous_timestamp(civil.ok()?).offset())
    }
}

/// Two moments half a year apart: one of them is in standard time.
fn half_years(now: i64) -> impl Iterator<Item = i64> {
    [now, (now - 182 * PER_DAY).max(0)].into_iter()
}

fn timestamp(ticks: i64) -> Timestamp {
    let seconds = (ticks - DateTime::UNIX_EPOCH_TICKS).div_euclid(PER_SECOND);
    let end = if seconds < 0 { Timestamp::MIN } else { Timestamp::MAX };
    Timestamp::from_second(seconds).unwrap_or(end)
}

/// .NET knows offsets of whole minutes only.
fn whole_minutes(offset: Offset) -> i64 {
    (i64::from(offset.seconds()) + 59).div_euclid(60)
}
