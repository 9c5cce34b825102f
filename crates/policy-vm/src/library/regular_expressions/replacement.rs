//! Replacement patterns: `$1`, `${name}`, `$&`, `` $` ``, `$'`, `$+`, `$_`, `$$`.

use super::pattern::Pattern;
use crate::value::text::{TextBuf, TextRef};

/// A part of a replacement.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    /// Units of the replacement itself, from and to.
    Text(usize, usize),
    /// The value of the group in this slot.
    Group(usize),
    /// What is before the match.
    Before,
    /// What is behind it.
    After,
    /// The value of the last group.
    LastGroup,
    /// The whole input.
    Input,
}

/// A replacement in parts.
#[derive(Debug)]
pub(super) struct Replacement {
    parts: Vec<Part>,
}

/// The last capture of each slot, as start and length.
pub(super) type Last<'a> = &'a dyn Fn(usize) -> Option<(usize, usize)>;

impl Replacement {
    /// Reads a replacement for matches of a pattern. What is no substitution stands for itself.
    pub(super) fn new(text: TextRef<'_>, pattern: &Pattern) -> Self {
        let mut parts = Vec::new();
        let (mut at, mut literal) = (0, 0);
        while let Some(unit) = text.get(at) {
            if unit != u16::from(b'$') {
                at += 1;
                continue;
            }
            let Some((part, end)) = substitution(text, at + 1, pattern) else {
                at += 1;
                continue;
            };
            if literal < at {
                parts.push(Part::Text(literal, at));
            }
            // `$$` is the second dollar itself.
            literal = if part.is_none() { end - 1 } else { end };
            parts.extend(part);
            at = end;
        }
        if literal < at {
            parts.push(Part::Text(literal, at));
        }
        Self { parts }
    }

    /// How many units a match is replaced with, to be counted before they are written.
    pub(super) fn length(&self, input: usize, pattern: &Pattern, last: Last<'_>) -> usize {
        let of = |slot| last(slot).map_or(0, |(_, length)| length);
        let (start, length) = last(0).unwrap_or((0, 0));
        let part = |part: &Part| match part {
            Part::Text(from, to) => to - from,
            Part::Group(slot) => of(*slot),
            Part::Before => start,
            Part::After => input - start - length,
            Part::LastGroup => of(pattern.groups.numbers.len() - 1),
            Part::Input => input,
        };
        self.parts.iter().fold(0, |sum: usize, p| sum.saturating_add(part(p)))
    }

    /// Appends what a match is replaced with.
    pub(super) fn write(
        &self,
        out: &mut TextBuf,
        text: TextRef<'_>,
        input: TextRef<'_>,
        pattern: &Pattern,
        last: Last<'_>,
    ) {
        let (start, length) = last(0).unwrap_or((0, 0));
        for part in &self.parts {
            match part {
                Part::Text(from, to) => out.push_text(text.slice(*from, *to)),
                Part::Group(slot) => {
                    if let Some((start, length)) = last(*slot) {
                        out.push_text(input.slice(start, start + length));
                    }
                }
                Part::Before => out.push_text(input.slice(0, start)),
                Part::After => out.push_text(input.slice(start + length, input.len())),
                Part::LastGroup => {
                    if let Some((start, length)) = last(pattern.groups.numbers.len() - 1) {
                        out.push_text(input.slice(start, start + length));
                    }
                }
                Part::Input => out.push_text(input),
            }
        }
    }
}

/// What follows a dollar sign, and where it ends; no part for a second dollar.
fn substitution(text: TextRef<'_>, at: usize, pattern: &Pattern) -> Option<(Option<Part>, usize)> {
    let unit = text.get(at)?;
    let part = match u8::try_from(unit).unwrap_or(0) {
        b'$' => None,
        b'&' => Some(Part::Group(0)),
        b'`' => Some(Part::Before),
        b'\'' => Some(Part::After),
        b'+' => Some(Part::LastGroup),
        b'_' => Some(Part::Input),
        b'{' => return braced(text, at + 1, pattern),
        b'0'..=b'9' => {
            let ecma = pattern.options & 256 != 0;
            return numbered(text, at, pattern, ecma);
        }
        _ => return None,
    };
    Some((part, at + 1))
}

fn digits(text: TextRef<'_>, at: usize) -> (i32, usize) {
    let (mut value, mut end) = (0i32, at);
    while let Some(unit @ 48..=57) = text.get(end) {
        value = value.saturating_mul(10).saturating_add(i32::from(unit - 48));
        end += 1;
    }
    (value, end)
}

fn numbered(text: TextRef<'_>, at: usize, pattern: &Pattern, ecma: bool) -> Option<(Option<Part>, usize)> {
    if !ecma {
        let (number, end) = digits(text, at);
        return pattern.groups.slot(number).map(|slot| (Some(Part::Group(slot)), end));
    }
    // The longest number that is a group.
    let (_, end) = digits(text, at);
    (at + 1..=end).rev().find_map(|end| {
        let (number, _) = digits(text.slice(0, end), at);
        pattern.groups.slot(number).map(|slot| (Some(Part::Group(slot)), end))
    })
}

fn braced(text: TextRef<'_>, at: usize, pattern: &Pattern) -> Option<(Option<Part>, usize)> {
    let end = (at..text.len()).find(|i| text.get(*i) == Some(u16::from(b'}')))?;
    let name = text.slice(at, end);
    let (number, digits_end) = digits(text, at);
    let slot = if digits_end == end && end > at {
        pattern.groups.slot(number)?
    } else {
        pattern.groups.named(&name.to_utf8())?
    };
    Some((Some(Part::Group(slot)), end + 1))
}
