//! Filters of texts. Lengths and places are UTF-16 units, as .NET counts them.

use super::super::render::Rendering;
use super::super::value::Value;
use crate::exception::Throw;
use crate::library::system::date_time;
use crate::library::system::date_time::exact::Styles;
use crate::library::system::date_time::parse::parse;
use crate::value::text::TextBuf;
use crate::value::{DateTime, DateTimeKind};

type Done = Result<Value, Throw>;

/// The argument of a number as a text; empty when it is not there.
fn argument(r: &mut Rendering<'_, '_>, arguments: &[Value], index: usize) -> Result<String, Throw> {
    arguments.get(index).map(|argument| r.text(argument)).transpose().map(Option::unwrap_or_default)
}

/// A text made of another; nil stays nil.
fn edit(r: &mut Rendering<'_, '_>, value: &Value, work: impl FnOnce(&str) -> String) -> Done {
    if matches!(value, Value::Nil) {
        return Ok(Value::Nil);
    }
    let text = r.text(value)?;
    let edited = work(&text);
    r.new_text(edited)
}

pub(super) fn append(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    let tail = argument(r, arguments, 0)?;
    edit(r, &value, |text| text.to_owned() + &tail)
}

pub(super) fn prepend(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    let head = argument(r, arguments, 0)?;
    edit(r, &value, |text| head + text)
}

pub(super) fn upcase(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    edit(r, &value, str::to_uppercase)
}

pub(super) fn downcase(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    edit(r, &value, str::to_lowercase)
}

/// Every word begins with a capital, and goes on in lower case unless it is all capitals: `TextInfo.ToTitleCase`.
pub(super) fn capitalize(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    edit(r, &value, |text| {
        let mut out = String::with_capacity(text.len());
        let mut rest = text;
        while let Some(begin) = rest.find(char::is_alphabetic) {
            let (before, behind) = rest.split_at_checked(begin).unwrap_or((rest, ""));
            let end = behind.find(|c: char| !c.is_alphanumeric() && c != '\'').unwrap_or(behind.len());
            let (word, next) = behind.split_at_checked(end).unwrap_or((behind, ""));
            out.push_str(before);
            let shouted = word.chars().count() > 1 && word.chars().all(|c| !c.is_lowercase());
            let mut chars = word.chars();
            out.extend(chars.next().into_iter().flat_map(char::to_uppercase));
            out.push_str(&if shouted { chars.as_str().to_owned() } else { chars.as_str().to_lowercase() });
            rest = next;
        }
        out.push_str(rest);
        out
    })
}

pub(super) fn strip(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    edit(r, &value, |text| text.trim().to_owned())
}

pub(super) fn lstrip(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    edit(r, &value, |text| text.trim_start().to_owned())
}

pub(super) fn rstrip(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    edit(r, &value, |text| text.trim_end().to_owned())
}

pub(super) fn strip_newlines(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    edit(r, &value, |text| text.replace("\r\n", "").replace('\n', ""))
}

pub(super) fn newline_to_br(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    edit(r, &value, |text| {
        let lines = text.split_inclusive('\n').map(|line| match line.strip_suffix("\r\n") {
            Some(line) => format!("{line}<br />\r\n"),
            None => line.strip_suffix('\n').map_or_else(|| line.to_owned(), |line| format!("{line}<br />\n")),
        });
        lines.collect()
    })
}

pub(super) fn escape(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    edit(r, &value, |text| {
        let mut out = String::with_capacity(text.len());
        for c in text.chars() {
            match c {
                '<' => out.push_str("&lt;"),
                '>' => out.push_str("&gt;"),
                '&' => out.push_str("&amp;"),
                '"' => out.push_str("&quot;"),
                '\'' => out.push_str("&#39;"),
                '\u{a0}'..='\u{ff}' => out.push_str(&format!("&#{};", u32::from(c))),
                c if u32::from(c) > 0xffff => out.push_str(&format!("&#{};", u32::from(c))),
                c => out.push(c),
            }
        }
        out
    })
}

pub(super) fn strip_html(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    edit(r, &value, |text| {
        const CLOSING: [(&str, &str); 3] = [("<script", "</script>"), ("<style", "</style>"), ("<!--", "-->")];
        let mut out = String::with_capacity(text.len());
        // Of the same length: searched beside the text, each part once.
        let lower = text.to_ascii_lowercase();
        let (mut rest, mut seen) = (text, lower.as_str());
        while let Some(open) = seen.find('<') {
            let (before, tag) = (rest.get(..open).unwrap_or_default(), seen.get(open..).unwrap_or_default());
            let end = CLOSING.iter().find(|(begin, _)| tag.starts_with(begin)).map_or(">", |(_, end)| end);
            let Some(length) = tag.find(end) else { break };
            out.push_str(before);
            let behind = open + length + end.len();
            (rest, seen) = (rest.get(behind..).unwrap_or_default(), seen.get(behind..).unwrap_or_default());
        }
        out + rest
    })
}

pub(super) fn remove(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    swap(r, &value, arguments, usize::MAX, true)
}

pub(super) fn remove_first(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    swap(r, &value, arguments, 1, true)
}

pub(super) fn replace(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    swap(r, &value, arguments, usize::MAX, false)
}

pub(super) fn replace_first(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    swap(r, &value, arguments, 1, false)
}

fn swap(r: &mut Rendering<'_, '_>, value: &Value, arguments: &[Value], most: usize, removes: bool) -> Done {
    let from = argument(r, arguments, 0)?;
    let to = if removes { String::new() } else { argument(r, arguments, 1)? };
    if from.is_empty() || matches!(value, Value::Nil) {
        return Ok(value.clone());
    }
    let text = r.text(value)?;
    // Paid for before it is made.
    let count = text.matches(from.as_str()).take(most).count();
    r.pay(count.saturating_mul(to.len()))?;
    edit(r, value, |text| text.replacen(&from, &to, most))
}

pub(super) fn split(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    let by = argument(r, arguments, 0)?;
    let text = r.text(&value)?;
    let parts: Vec<Value> = if by.is_empty() {
        text.chars().map(|c| Value::from(c.to_string())).collect()
    } else {
        text.split(by.as_str()).filter(|part| !part.is_empty()).map(Value::from).collect()
    };
    r.pay(parts.len() * size_of::<Value>() * 2 + text.len())?;
    Ok(parts.into())
}

/// `Slice: start, length`, of a text or a list; a negative start counts from the end.
pub(super) fn slice(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    let number = |index: usize, default| arguments.get(index).and_then(Value::int).unwrap_or(default);
    let (start, length) = (number(0, 0), number(1, 1).max(0));
    let range = |size: usize| {
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        let start = if start < 0 { start.saturating_add(size) } else { start };
        if start < 0 || start > size {
            return 0..0;
        }
        let place = |n: i64| usize::try_from(n).unwrap_or(0);
        place(start)..place(start.saturating_add(length).min(size))
    };
    if let Value::List(items) = &value {
        let items = items.get(range(items.len())).unwrap_or_default().to_vec();
        r.pay(items.len() * size_of::<Value>())?;
        return Ok(items.into());
    }
    edit(r, &value, |text| {
        let units: Vec<u16> = text.encode_utf16().collect();
        String::from_utf16_lossy(units.get(range(units.len())).unwrap_or_default())
    })
}

pub(super) fn truncate(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    let length = arguments.first().and_then(Value::int).unwrap_or(50).max(0);
    let tail = if arguments.len() > 1 { argument(r, arguments, 1)? } else { "...".to_owned() };
    edit(r, &value, |text| {
        let units: Vec<u16> = text.encode_utf16().collect();
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if units.len() <= length {
            return text.to_owned();
        }
        let kept = length.saturating_sub(tail.encode_utf16().count());
        String::from_utf16_lossy(units.get(..kept).unwrap_or(&units)) + &tail
    })
}

pub(super) fn truncate_words(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    let most = usize::try_from(arguments.first().and_then(Value::int).unwrap_or(15).max(1)).unwrap_or(usize::MAX);
    let tail = if arguments.len() > 1 { argument(r, arguments, 1)? } else { "...".to_owned() };
    edit(r, &value, |text| {
        let words: Vec<&str> = text.split(' ').collect();
        match words.get(..most) {
            Some(kept) if words.len() > most => kept.join(" ") + &tail,
            _ => text.to_owned(),
        }
    })
}

/// What `WebUtility.UrlEncode` leaves alone; a blank becomes `+`.
const FORM: &crate::exchange::url::Kept = &crate::exchange::url::Kept::new(b"-_.!*() ");

/// `WebUtility.UrlEncode`.
pub(super) fn url_encode(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    edit(r, &value, |text| crate::exchange::url::encode(text, FORM).replace(' ', "+"))
}

/// `WebUtility.UrlDecode`.
pub(super) fn url_decode(r: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    edit(r, &value, |text| crate::exchange::url::decode_query(text).into_owned())
}

/// In a .NET format. `now` and `today` are dates, and so is a text that can be read as one; others stay as they are.
pub(super) fn date(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    let date = match &value {
        Value::Date(date) => Some(*date),
        Value::Text(text) if text.eq_ignore_ascii_case("now") => {
            DateTime::new(r.cx.ambient.now_ticks(), DateTimeKind::Utc)
        }
        Value::Text(text) if text.eq_ignore_ascii_case("today") => {
            let now = r.cx.ambient.now_ticks();
            DateTime::new(now - now.rem_euclid(TICKS_PER_DAY), DateTimeKind::Utc)
        }
        Value::Text(text) => read_date(r, text),
        _ => None,
    };
    let Some(date) = date else { return Ok(value) };
    let format = argument(r, arguments, 0)?;
    let mut out = TextBuf::new();
    date_time::format(r.cx, crate::value::Value::DateTime(date), Some(&format), &mut out)?;
    let text = out.as_text().to_utf8().into_owned();
    r.new_text(text)
}

const TICKS_PER_DAY: i64 = 864_000_000_000;

fn read_date(r: &Rendering<'_, '_>, text: &str) -> Option<DateTime> {
    // No date is longer.
    let units: Vec<u16> = text.encode_utf16().take(100).collect();
    let now = r.cx.ambient.now_ticks();
    let styles = Styles::default();
    parse(&units, now - now.rem_euclid(TICKS_PER_DAY), styles).ok()?.date_time(styles).ok()
}
