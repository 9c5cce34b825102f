//! Characters of XML, and values in XML's lexical forms.

use super::name_characters;
use crate::cx::Cx;
use crate::exception::Throw;
use crate::value::heap::Object;
use crate::value::text::{Str, TextBuf};
use crate::value::{DateTime, DateTimeKind, Value, behaviour};

/// True for a unit that may begin a name.
pub(super) fn is_name_start(unit: u16) -> bool {
    match unit {
        0x3a | 0x5f | 0x41..=0x5a | 0x61..=0x7a => true,
        0..=0x7f => false,
        _ => name_characters::begins(unit),
    }
}

/// True for a unit that may stand in a name.
pub(super) fn is_name_unit(unit: u16) -> bool {
    match unit {
        0x2d | 0x2e | 0x30..=0x3a | 0x5f | 0x41..=0x5a | 0x61..=0x7a => true,
        0..=0x7f => false,
        _ => name_characters::goes_on(unit),
    }
}

/// True for a unit that XML text may hold.
pub(super) const fn is_xml_unit(unit: u16) -> bool {
    matches!(unit, 9 | 10 | 13) || (unit >= 32 && unit < 0xfffe)
}

/// White space of XML.
pub(super) const fn is_space(unit: u16) -> bool {
    matches!(unit, 9 | 10 | 13 | 32)
}

/// A unit as messages show it, with its value: `a` and `0x61`.
pub(super) fn show_unit(unit: u16) -> (String, String) {
    let shown = match unit {
        0 => ".".to_owned(),
        unit => String::from_utf16_lossy(&[unit]),
    };
    (shown, format!("0x{unit:02X}"))
}

/// A character as messages show it, with its value, by its first unit and the one behind it.
pub(super) fn show_character(unit: u16, next: Option<u16>) -> (String, String) {
    match char::decode_utf16([unit].into_iter().chain(next)).next() {
        Some(Ok(wide)) if wide > '\u{ffff}' => (wide.to_string(), format!("0x{:X}", u32::from(wide))),
        _ => show_unit(unit),
    }
}

/// The content of a node made of any value: XML's lexical form.
pub(super) fn to_xml_text(cx: &mut Cx<'_>, value: Value) -> Result<Str, Throw> {
    let text = match value {
        Value::String(text) => return Ok(text),
        Value::Bool(true) => "true".to_owned(),
        Value::Bool(false) => "false".to_owned(),
        Value::Double(n) if n.is_infinite() => infinity(n > 0.0),
        Value::Single(n) if n.is_infinite() => infinity(n > 0.0),
        Value::DateTime(at) => date_time(at),
        Value::TimeSpan(ticks) => duration(ticks),
        other => match cx.heap.get(other) {
            Some(Object::DateTimeOffset { ticks, offset }) => {
                format!("{}{}", clock(*ticks), zone(*offset))
            }
            _ => return behaviour::to_text(cx, other),
        },
    };
    Ok(cx.heap.new_str(&text)?)
}

fn infinity(positive: bool) -> String {
    if positive { "INF" } else { "-INF" }.to_owned()
}

const TICKS: i64 = 10_000_000;
const DAY: i64 = 86_400 * TICKS;

/// `XmlDateTimeSerializationMode.RoundtripKind`.
fn date_time(at: DateTime) -> String {
    let zone = match at.kind() {
        DateTimeKind::Unspecified => "",
        DateTimeKind::Utc => "Z",
        DateTimeKind::Local => "+00:00",
    };
    clock(at.ticks()) + zone
}

fn zone(minutes: i16) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    if minutes == 0 { "Z".to_owned() } else { format!("{sign}{:02}:{:02}", minutes / 60, minutes % 60) }
}

/// `yyyy-MM-ddTHH:mm:ss.FFFFFFF`.
fn clock(ticks: i64) -> String {
    let (days, rest) = (ticks.div_euclid(DAY), ticks.rem_euclid(DAY));
    let (year, month, day) = civil(days);
    let (seconds, fraction) = (rest / TICKS, rest % TICKS);
    let (h, m, s) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut out = format!("{year:04}-{month:02}-{day:02}T{h:02}:{m:02}:{s:02}");
    push_fraction(&mut out, fraction);
    out
}

fn push_fraction(out: &mut String, fraction: i64) {
    if fraction > 0 {
        let digits = format!("{fraction:07}");
        out.push('.');
        out.push_str(digits.trim_end_matches('0'));
    }
}

/// Year, month and day of days since 0001-01-01 (Howard Hinnant's algorithm).
fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 306;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

fn duration(ticks: i64) -> String {
    if ticks == 0 {
        return "PT0S".to_owned();
    }
    let mut out = if ticks < 0 { "-P" } else { "P" }.to_owned();
    let ticks = ticks.unsigned_abs();
    let (day, second) = (DAY.unsigned_abs(), TICKS.unsigned_abs());
    if ticks / day > 0 {
        out += &format!("{}D", ticks / day);
    }
    let rest = ticks % day;
    if rest > 0 {
        out.push('T');
        let (h, m) = (rest / (3600 * second), rest / (60 * second) % 60);
        let (s, fraction) = (rest / second % 60, rest % second);
        if h > 0 {
            out += &format!("{h}H");
        }
        if m > 0 {
            out += &format!("{m}M");
        }
        if s > 0 || fraction > 0 {
            out += &s.to_string();
            push_fraction(&mut out, fraction.cast_signed());
            out.push('S');
        }
    }
    out
}

/// `[-]P[nY][nM][nD][T[nH][nM][n[.n]S]]` in ticks; years and months count 365 and 30 days.
pub(super) fn read_duration(text: &str) -> Option<i64> {
    // What may come, in this order, each once at most.
    const UNITS: [(char, bool, i64); 6] = [
        ('Y', false, 365 * DAY),
        ('M', false, 30 * DAY),
        ('D', false, DAY),
        ('H', true, 3600 * TICKS),
        ('M', true, 60 * TICKS),
        ('S', true, TICKS),
    ];
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let rest = rest.strip_prefix('P')?;
    let mut ticks: i64 = 0;
    let (mut in_time, mut number, mut any) = (false, String::new(), false);
    let mut units = UNITS.iter();
    for c in rest.chars() {
        match c {
            'T' if number.is_empty() && !in_time => {
                (in_time, any) = (true, false);
                continue;
            }
            '0'..='9' | '.' => {
                number.push(c);
                continue;
            }
            _ => {}
        }
        let (.., unit) = units.find(|(name, of_time, _)| *name == c && *of_time == in_time)?;
        let (whole, fraction) = match number.split_once('.') {
            Some((whole, fraction)) if c == 'S' => (whole, fraction),
            Some(_) => return None,
            None => (number.as_str(), ""),
        };
        let fraction = format!("{fraction:0<7.7}").parse::<i64>().ok()?;
        ticks = ticks.checked_add(whole.parse::<i64>().ok()?.checked_mul(*unit)?)?.checked_add(fraction)?;
        number.clear();
        any = true;
    }
    (any && number.is_empty()).then_some(if negative { -ticks } else { ticks })
}

/// Where a unit that XML text may not hold is, at a place in it: half a pair without the other is none.
pub(super) fn bad_unit_at(units: &[u16], at: usize) -> Option<(usize, u16)> {
    let unit = units.get(at).copied()?;
    let is_high = |unit: &u16| (0xd800..0xdc00).contains(unit);
    let is_low = |unit: &u16| (0xdc00..0xe000).contains(unit);
    match units.get(at + 1).copied() {
        _ if !is_xml_unit(unit) => Some((at, unit)),
        Some(next) if is_high(&unit) && !is_low(&next) => Some((at + 1, next)),
        _ if is_low(&unit) && !at.checked_sub(1).and_then(|at| units.get(at)).is_some_and(is_high) => Some((at, unit)),
        _ => None,
    }
}

/// Text as `XmlNode.OuterXml` has it: white space is what it is, but for line ends in attributes.
pub(super) fn push_document_text(out: &mut TextBuf, text: crate::value::text::TextRef<'_>, attribute: bool) {
    for unit in text.units() {
        match (unit, attribute) {
            (0x26, _) => out.push_str("&amp;"),
            (0x3c, _) => out.push_str("&lt;"),
            (0x3e, _) => out.push_str("&gt;"),
            (0x22, true) => out.push_str("&quot;"),
            (10, true) => out.push_str("&#xA;"),
            (13, true) => out.push_str("&#xD;"),
            (unit, _) => out.push(unit),
        }
    }
}

/// Appends text with the escapes of element content, or of an attribute value.
pub(super) fn push_escaped(out: &mut TextBuf, text: crate::value::text::TextRef<'_>, attribute: bool) {
    let mut units = text.units().peekable();
    while let Some(unit) = units.next() {
        match (unit, attribute) {
            (0x26, _) => out.push_str("&amp;"),
            (0x3c, _) => out.push_str("&lt;"),
            (0x3e, _) => out.push_str("&gt;"),
            (0x22, true) => out.push_str("&quot;"),
            (9, true) => out.push_str("&#x9;"),
            (10, true) => out.push_str("&#xA;"),
            (13, true) => out.push_str("&#xD;"),
            // Line ends of any kind become the writer's own.
            (13, false) => {
                if units.peek() == Some(&10) {
                    units.next();
                }
                out.push(10);
            }
            (unit, _) => out.push(unit),
        }
    }
}
