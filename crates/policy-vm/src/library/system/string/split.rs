//! `Split`: the parts are slices of the text.

use super::chars;
use super::search::find;
use super::slice::trim_by;
use crate::cx::{Cx, arg, as_str};
use crate::exception::{Exc, Throw};
use crate::library::system::char::is_white_space;
use crate::library::system::math;
use crate::types::TypeId;
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::{Str, TextRef};

/// What parts the text.
enum Separators {
    White,
    Units(Vec<u16>),
    Texts(Vec<Str>),
    /// A string given alone that is empty: nothing is parted.
    Nothing,
}

const REMOVE_EMPTY: i64 = 1;
const TRIM: i64 = 2;

pub(in crate::library) fn split(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = as_str(args, 0)?;
    let (mut count, mut options) = (i32::MAX, 0);
    for arg in args.iter().skip(2) {
        match arg {
            Value::Int32(n) => count = *n,
            Value::Enum(_, n) => options = *n,
            _ => {}
        }
    }
    let Ok(count) = usize::try_from(count) else { return Err(math::negative(cx, "count", count.into())) };
    if options & !(REMOVE_EMPTY | TRIM) != 0 {
        return Err(cx.throw_argument(Exc::Argument, "Value of flags is invalid.", "options"));
    }
    let separators = separators(cx, arg(args, 1));
    let parts = Splitter { text, count, remove_empty: options & REMOVE_EMPTY != 0, trim: options & TRIM != 0 };
    let parts = parts.run(cx, &separators)?;
    Ok(cx.heap.new_array(TypeId::STRING, parts)?)
}

fn separators(cx: &Cx<'_>, value: Value) -> Separators {
    match value {
        Value::Char(unit) => Separators::Units(vec![unit]),
        Value::String(s) if s.is_empty() => Separators::Nothing,
        Value::String(s) => Separators::Texts(vec![s]),
        other => match cx.heap.get(other) {
            Some(Object::Array(array)) if array.items.is_empty() => Separators::White,
            Some(Object::Array(array)) if array.element == TypeId::CHAR => {
                Separators::Units(chars(cx, other).map(Iterator::collect).unwrap_or_default())
            }
            Some(Object::Array(array)) => Separators::Texts(
                array.items.iter().filter_map(|v| if let Value::String(s) = v { Some(*s) } else { None }).collect(),
            ),
            _ => Separators::White,
        },
    }
}

impl Separators {
    /// The next separator at or after `from`: where it starts and ends.
    fn next(&self, cx: &Cx<'_>, text: Str, from: usize) -> Option<(usize, usize)> {
        let rest = cx.text(text).slice(from, text.len());
        let unit = |at: usize| (from + at, from + at + 1);
        match self {
            Self::Nothing => None,
            Self::White => rest.units().position(is_white_space).map(unit),
            Self::Units(units) => match (rest, units.as_slice()) {
                (TextRef::Ascii(bytes), [one]) => {
                    u8::try_from(*one).ok().and_then(|byte| memchr::memchr(byte, bytes)).map(unit)
                }
                _ => rest.units().position(|u| units.contains(&u)).map(unit),
            },
            Self::Texts(texts) => match texts.as_slice() {
                [one] => {
                    let at = find(rest, cx.text(*one), false).filter(|_| !one.is_empty())?;
                    Some((from + at, from + at + one.len()))
                }
                several => (0..rest.len()).find_map(|at| {
                    let here = |s: &&Str| !s.is_empty() && rest.slice(at, at + s.len()).equals(cx.text(**s));
                    several.iter().find(here).map(|s| (from + at, from + at + s.len()))
                }),
            },
        }
    }

    fn cost(&self) -> usize {
        match self {
            Self::Texts(texts) => 1 + texts.iter().map(|t| t.len()).sum::<usize>() / 8,
            Self::Units(units) => 1 + units.len() / 8,
            _ => 1,
        }
    }
}

struct Splitter {
    text: Str,
    count: usize,
    remove_empty: bool,
    trim: bool,
}

impl Splitter {
    fn finish(&self, cx: &Cx<'_>, part: Str) -> Option<Value> {
        let part = if self.trim { trim_by(cx.text(part), part, true, true, is_white_space) } else { part };
        (!self.remove_empty || !part.is_empty()).then_some(Value::String(part))
    }

    fn run(&self, cx: &mut Cx<'_>, separators: &Separators) -> Result<Vec<Value>, Throw> {
        cx.charge(self.text.len().saturating_mul(separators.cost()))?;
        if self.count == 0 {
            return Ok(Vec::new());
        }
        let mut parts = Vec::with_capacity(8);
        // One part at most, or an empty text: the whole is the only part, trimmed if wanted.
        if self.count == 1 || self.text.is_empty() {
            parts.extend(self.finish(cx, self.text));
            return Ok(parts);
        }
        let mut from = 0;
        while parts.len() + 1 < self.count {
            let Some((start, end)) = separators.next(cx, self.text, from) else { break };
            if let Some(part) = self.finish(cx, self.text.slice(from, start)) {
                if parts.len() % 64 == 0 {
                    cx.heap.charge(64 * size_of::<Value>())?;
                }
                parts.push(part);
            }
            from = end;
        }
        // The last part is the rest; empty parts in front of it do not count as parts when they are removed.
        let mut rest = self.text.slice(from, self.text.len());
        if self.remove_empty && parts.len() + 1 == self.count {
            while let Some((start, end)) = separators.next(cx, self.text, from) {
                if self.finish(cx, self.text.slice(from, start)).is_some() {
                    break;
                }
                from = end;
            }
            rest = self.text.slice(from, self.text.len());
        }
        parts.extend(self.finish(cx, rest));
        Ok(parts)
    }
}
