//! What a `TimeZoneInfo` is, and where its rules are.

use std::sync::Arc;

use super::database::File;
use super::rule::{Rule, Rules};
use super::{offset_text, windows};

/// What a `TimeZoneInfo` is.
#[derive(Clone, Debug)]
pub(super) enum Zone {
    /// `TimeZoneInfo.Utc`.
    Utc,
    /// `TimeZoneInfo.Local`, which is UTC as well but another object.
    Local,
    /// One of the database.
    System(Arc<System>),
    /// One that a program or a text made.
    Custom(Arc<Custom>),
}

/// A zone of the database, as it was when it was asked for.
#[derive(Debug)]
pub(super) struct System {
    /// The name by which it was asked for.
    id: String,
    file: File,
    /// The present in ticks: it decides which offset is the standard one.
    now: i64,
    base: i64,
    last: Option<Rule>,
    windows: bool,
}

/// A zone that a program made.
#[derive(Debug)]
pub(super) struct Custom {
    pub id: String,
    /// In ticks.
    pub offset: i64,
    pub display: String,
    pub standard: String,
    pub daylight: String,
    pub supports_daylight: bool,
    pub rules: Rules,
}

/// The names of UTC, which is without rules whatever the database says.
const UTC_ALIASES: [&str; 8] = ["Etc/UTC", "Etc/UCT", "Etc/Universal", "Etc/Zulu", "UCT", "UTC", "Universal", "Zulu"];

fn is_utc(id: &str) -> bool {
    UTC_ALIASES.iter().any(|alias| alias.eq_ignore_ascii_case(id))
}

const UTC_NAME: &str = "Coordinated Universal Time";

impl Zone {
    /// The zone of a Windows or IANA name.
    pub(super) fn find(name: &str, now: i64) -> Option<Self> {
        if name.eq_ignore_ascii_case("UTC") {
            return Some(Self::Utc);
        }
        let (file, id, windows) = match windows::find(name) {
            Some((windows, iana)) => (File::find(iana)?, windows, true),
            None => {
                let file = File::find(name)?;
                (file, file.name, false)
            }
        };
        let base = file.base_offset(now);
        let last = file.last_rule(base);
        Some(Self::System(Arc::new(System { id: id.to_owned(), file, now, base, last, windows })))
    }

    pub(super) fn id(&self) -> &str {
        match self {
            Self::Utc | Self::Local => "UTC",
            Self::System(zone) => &zone.id,
            Self::Custom(zone) => &zone.id,
        }
    }

    pub(super) fn display_name(&self) -> String {
        match self {
            Self::Utc | Self::Local => format!("(UTC) {UTC_NAME}"),
            Self::Custom(zone) => zone.display.clone(),
            Self::System(zone) if is_utc(&zone.id) => format!("(UTC) {UTC_NAME}"),
            Self::System(zone) => format!("(UTC{}) {}", offset_text(zone.base), zone.id),
        }
    }

    pub(super) fn standard_name(&self) -> &str {
        match self {
            Self::Utc | Self::Local => UTC_NAME,
            Self::Custom(zone) => &zone.standard,
            Self::System(zone) if is_utc(&zone.id) => UTC_NAME,
            Self::System(zone) => zone.file.abbreviation(zone.now, false).unwrap_or_default(),
        }
    }

    pub(super) fn daylight_name(&self) -> &str {
        match self {
            Self::Custom(zone) => &zone.daylight,
            Self::System(zone) if !is_utc(&zone.id) => {
                zone.file.abbreviation(zone.now, true).unwrap_or_else(|| self.standard_name())
            }
            _ => self.standard_name(),
        }
    }

    pub(super) fn has_iana_id(&self) -> bool {
        match self {
            Self::Utc | Self::Local => true,
            Self::Custom(zone) => zone.id.eq_ignore_ascii_case("UTC"),
            Self::System(zone) => !zone.windows,
        }
    }

    /// The standard offset in ticks.
    pub(super) fn base(&self) -> i64 {
        match self {
            Self::Utc | Self::Local => 0,
            Self::System(zone) => zone.base,
            Self::Custom(zone) => zone.offset,
        }
    }

    pub(super) fn supports_daylight(&self) -> bool {
        match self {
            Self::Custom(zone) => zone.supports_daylight,
            _ => self.rule_count() > 0,
        }
    }

    pub(super) fn rule_count(&self) -> usize {
        match self {
            Self::Utc | Self::Local => 0,
            Self::System(zone) if is_utc(&zone.id) => 0,
            Self::System(zone) => zone.file.rule_count(),
            Self::Custom(zone) => zone.rules.len(),
        }
    }

    /// The n-th rule, in order of time.
    pub(super) fn rule(&self, index: usize) -> Option<Rule> {
        match self {
            Self::Utc | Self::Local => None,
            Self::System(zone) => zone.file.rule(index, zone.base, zone.last),
            Self::Custom(zone) => zone.rules.get(index).copied(),
        }
    }

    pub(super) fn same_rules(&self, other: &Self) -> bool {
        let rules = |zone: &Self| (zone.base(), zone.supports_daylight(), zone.rule_count());
        let same = |index| match (self.rule(index), other.rule(index)) {
            (Some(a), Some(b)) => a.same(&b),
            (a, b) => a.is_none() && b.is_none(),
        };
        rules(self) == rules(other) && (0..self.rule_count()).all(same)
    }
}
