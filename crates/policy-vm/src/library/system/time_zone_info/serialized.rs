//! Zones as text: `ToSerializedString` and `FromSerializedString`.
//!
//! `id;minutes;display;standard;daylight;` and each rule in brackets, a closing `;` behind them. A rule is
//! `[MM:dd:yyyy;MM:dd:yyyy;minutes;[…];[…];]`, its two transitions `[1;HH:mm:ss;month;day;]` or
//! `[0;HH:mm:ss;month;week;day of week;]`; what later versions add behind may follow in each.

use std::fmt::Write as _;

use super::adjustment_rule::{checked, rules_of};
use super::rule::{Rule, Transition};
use super::zone::Zone;
use super::{Made, custom, make, this, transition_time};
use crate::cx::{Cx, as_str};
use crate::exception::{Exc, Throw};
use crate::library::system::date_time::calendar::{self, PER_DAY, PER_MILLISECOND, PER_MINUTE, date_of};
use crate::library::system::date_time::exact::{Styles, parse_exact};
use crate::value::{DateTime, DateTimeKind, Value};

pub(super) fn to_serialized_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let zone = this(cx, args)?;
    let mut out = String::new();
    write_text(&mut out, zone.id());
    let _ = write!(out, ";{};", zone.base() / PER_MINUTE);
    for name in [&zone.display_name(), zone.standard_name(), zone.daylight_name()] {
        write_text(&mut out, name);
        out.push(';');
    }
    for rule in rules_of(cx, &zone)? {
        cx.charge(10)?;
        write_rule(&mut out, &rule);
    }
    out.push(';');
    cx.string(&out)
}

/// What has a meaning of its own gets a backslash.
fn write_text(out: &mut String, text: &str) {
    for c in text.chars() {
        if "\\;[]".contains(c) {
            out.push('\\');
        }
        out.push(c);
    }
}

fn write_rule(out: &mut String, rule: &Rule) {
    out.push('[');
    for day in [rule.start, rule.end] {
        let (year, month, day) = date_of(day.ticks());
        let _ = write!(out, "{month:02}:{day:02}:{year:04};");
    }
    let _ = write!(out, "{};", rule.delta / PER_MINUTE);
    for transition in [&rule.from, &rule.to] {
        write_transition(out, transition);
    }
    if rule.base_delta != 0 {
        // A number of minutes, which need not be whole.
        let _ = write!(out, "{};", rule.base_delta as f64 / PER_MINUTE as f64);
    }
    out.push(']');
}

fn write_transition(out: &mut String, transition: &Transition) {
    let p = calendar::parts_of(transition.time);
    let _ = write!(out, "[{};{:02}:{:02}:{:02}", u8::from(transition.fixed), p.hour, p.minute, p.second);
    if p.fraction != 0 {
        let digits = format!(".{:03}", i64::from(p.fraction) / PER_MILLISECOND);
        out.push_str(digits.trim_end_matches('0'));
    }
    let _ = write!(out, ";{};", transition.month);
    if transition.fixed {
        let _ = write!(out, "{};", transition.day);
    } else {
        let _ = write!(out, "{};{};", transition.week, transition.day_of_week);
    }
    out.push_str("];");
}

pub(super) fn from_serialized_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    cx.string_arg(args, 0, "source")?;
    let source = as_str(args, 0)?;
    if source.is_empty() {
        let why = "The specified serialized string '' is not supported.";
        return Err(cx.throw_argument(Exc::Argument, why, "source"));
    }
    cx.charge(source.len())?;
    cx.heap.charge(source.len().saturating_mul(4))?;
    let text = cx.text(source).to_utf8().into_owned();
    let mut reader = Reader { rest: &text };
    match reader.zone(cx) {
        Ok(zone) => make(cx, zone),
        Err(Bad::Inner(inner)) => Err(corrupt(cx, inner)),
        Err(Bad::Corrupt) => Err(corrupt(cx, Value::Null)),
        Err(Bad::Escape(c)) => {
            let shown = c.map_or_else(String::new, String::from);
            let why = format!("The serialized data contained an invalid escape sequence '\\\\{shown}'.");
            Err(cx.throw(Exc::Serialization, why))
        }
        Err(Bad::Throw(throw)) => Err(throw),
    }
}

fn corrupt(cx: &mut Cx<'_>, inner: Value) -> Throw {
    const WHY: &str = "An error occurred while deserializing the object.  The serialized data is corrupt.";
    match crate::library::system::exception::create(cx, Exc::Serialization, WHY.to_owned(), inner, None) {
        Ok(Value::Object(made)) => Throw::Exception(made),
        Ok(_) => crate::cx::fault("an exception was expected"),
        Err(throw) => throw,
    }
}

/// Why a text is no zone.
enum Bad {
    Corrupt,
    /// A backslash before a character that needs none, or before the end.
    Escape(Option<char>),
    /// The exception that says what is wrong with a part.
    Inner(Value),
    Throw(Throw),
}

impl From<Throw> for Bad {
    fn from(throw: Throw) -> Self {
        match throw {
            Throw::Exception(inner) => Self::Inner(Value::Object(inner)),
            trap @ Throw::Trap(_) => Self::Throw(trap),
        }
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn zone(&mut self, cx: &mut Cx<'_>) -> Result<Zone, Bad> {
        let id = self.text()?;
        let offset = self.minutes()?;
        let (display, standard, daylight) = (self.text()?, self.text()?, self.text()?);
        let mut rules = Vec::new();
        while self.rest.starts_with('[') {
            cx.charge(10)?;
            cx.heap.charge(2 * size_of::<Rule>()).map_err(Throw::from)?;
            rules.push(self.rule(cx)?);
        }
        if !self.rest.starts_with(';') {
            return Err(Bad::Corrupt);
        }
        let made = Made { id: Some(id), offset, display, standard, daylight, rules, disable: false };
        Ok(custom(cx, made)?)
    }

    fn next(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let next = chars.next()?;
        self.rest = chars.as_str();
        Some(next)
    }

    fn skip(&mut self, c: char) -> Result<(), Bad> {
        self.rest = self.rest.strip_prefix(c).ok_or(Bad::Corrupt)?;
        Ok(())
    }

    fn escaped(&mut self) -> Result<char, Bad> {
        match self.next() {
            Some(c) if "\\;[]".contains(c) => Ok(c),
            other => Err(Bad::Escape(other)),
        }
    }

    /// A text up to the next `;`.
    fn text(&mut self) -> Result<String, Bad> {
        let mut text = String::new();
        loop {
            match self.next() {
                Some('\\') => text.push(self.escaped()?),
                Some(';') => return Ok(text),
                None | Some('[' | ']' | '\0') => return Err(Bad::Corrupt),
                Some(c) => text.push(c),
            }
        }
    }

    fn number(&mut self) -> Result<i32, Bad> {
        let text = self.text()?;
        let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
        if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(Bad::Corrupt);
        }
        text.parse().map_err(|_| Bad::Corrupt)
    }

    fn minutes(&mut self) -> Result<i64, Bad> {
        Ok(i64::from(self.number()?) * PER_MINUTE)
    }

    fn time(&mut self, format: &str) -> Result<i64, Bad> {
        let units: Vec<u16> = self.text()?.encode_utf16().collect();
        let styles = Styles::from_bits(0).ok_or(Bad::Corrupt)?;
        let parsed = parse_exact(&units, format, 0, styles, false);
        Ok(parsed.map_err(|_| Bad::Corrupt)?.0.ticks)
    }

    fn day(&mut self) -> Result<DateTime, Bad> {
        DateTime::new(self.time("MM:dd:yyyy")?, DateTimeKind::Unspecified).ok_or(Bad::Corrupt)
    }

    fn rule(&mut self, cx: &mut Cx<'_>) -> Result<Rule, Bad> {
        self.skip('[')?;
        let (start, end) = (self.day()?, self.day()?);
        let delta = self.minutes()?;
        let (from, to) = (self.transition(cx)?, self.transition(cx)?);
        let mut rule = Rule { start, end, delta, base_delta: 0, from, to, constant: false };
        if self.rest.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '+') {
            rule.base_delta = self.minutes()?;
        }
        if self.rest.starts_with(['0', '1']) {
            rule.constant = self.number()? > 0;
        }
        self.close()?;
        Ok(checked(cx, rule.balanced())?)
    }

    fn transition(&mut self, cx: &mut Cx<'_>) -> Result<Transition, Bad> {
        self.skip('[')?;
        let fixed = match self.number()? {
            0 => false,
            1 => true,
            _ => return Err(Bad::Corrupt),
        };
        let time = self.time("HH:mm:ss.FFF")? % PER_DAY / PER_MILLISECOND * PER_MILLISECOND;
        let time = DateTime::new(time, DateTimeKind::Unspecified).ok_or(Bad::Corrupt)?;
        let (month, next) = (self.number()?, self.number()?);
        let made = if fixed {
            transition_time::fixed(time, month, next)
        } else {
            transition_time::floating(time, month, next, self.number()?.into())
        };
        let made = made.map_err(|refused| Bad::from(refused.throw(cx)))?;
        self.close()?;
        self.skip(';')?;
        Ok(made)
    }

    /// Reads to the bracket that closes, over what a later version may have written before it.
    fn close(&mut self) -> Result<(), Bad> {
        let mut depth = 1;
        while depth > 0 {
            match self.next() {
                Some('\\') => drop(self.escaped()?),
                Some('[') => depth += 1,
                Some(']') => depth -= 1,
                None | Some('\0') => return Err(Bad::Corrupt),
                Some(_) => {}
            }
        }
        Ok(())
    }
}
