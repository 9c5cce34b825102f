//! Runs JSONPath on trees: `SelectToken` and `SelectTokens`.

use std::cmp::Ordering;

use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::value::text::{Str, TextRef};
use crate::value::{Ref, Value};

use super::node::{self, Kind, NONE, TokenType};
use super::path::{self, Filter, Operator, Query, Side, Wrong};
use super::sequence::descendants;
use super::{compare, convert, date};

/// All tokens a path leads to.
pub(super) fn select(cx: &mut Cx<'_>, at: Ref, path: Str, must_match: bool) -> Result<Vec<Ref>, Throw> {
    cx.charge(path.len())?;
    if !must_match && let Some(found) = plain(cx, at, path) {
        return Ok(found.into_iter().filter(|f| *f != NONE).collect());
    }
    let filters = match path::parse(cx.heap.text(path)) {
        Ok(filters) => filters,
        Err(Wrong(exception, message)) => return Err(cx.throw(exception, message)),
    };
    let root = at;
    run(cx, &filters, root, at, must_match)
}

/// Refuses what is no path.
pub(super) fn check(cx: &mut Cx<'_>, path: Str) -> Result<(), Throw> {
    cx.charge(path.len())?;
    match path::parse(cx.heap.text(path)) {
        Ok(_) => Ok(()),
        Err(Wrong(exception, message)) => Err(cx.throw(exception, message)),
    }
}

/// `a.b.c`, by far the most frequent form, without parsing it into steps: the token or none.
fn plain(cx: &mut Cx<'_>, at: Ref, path: Str) -> Option<Option<Ref>> {
    let text = cx.heap.text(path).as_str()?.as_bytes();
    let simple = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    let start = if text.starts_with(b"$.") { 2 } else { 0 };
    let names = text.get(start..)?;
    if names.is_empty() || !names.iter().all(simple) || names.first() == Some(&b'.') || names.ends_with(b".") {
        return None;
    }
    if memchr::memmem::find(names, b"..").is_some() {
        return None;
    }
    let (mut current, mut from) = (at, start);
    let len = path.len();
    while from < len {
        let text = cx.heap.text(path).as_str()?.as_bytes();
        let dot = memchr::memchr(b'.', text.get(from..)?).map_or(len, |i| from + i);
        let found = node::find(cx.heap, current, path.slice(from, dot));
        let Some((_, value)) = found.and_then(|p| node::property(cx.heap, p)) else { return Some(None) };
        (current, from) = (value, dot + 1);
    }
    Some(Some(current))
}

fn run(cx: &mut Cx<'_>, filters: &[Filter], root: Ref, at: Ref, must_match: bool) -> Result<Vec<Ref>, Throw> {
    let mut current = vec![at];
    for filter in filters {
        let mut found = Vec::new();
        if let Filter::Root = filter {
            found.push(root);
        } else {
            for at in current {
                cx.charge(1)?;
                step(cx, filter, root, at, must_match, &mut found)?;
            }
        }
        current = found;
    }
    Ok(current)
}

fn no_match(cx: &mut Cx<'_>, must_match: bool, message: impl FnOnce() -> String) -> Result<(), Throw> {
    if must_match { Err(cx.throw(Exc::Json, message())) } else { Ok(()) }
}

fn short_name(cx: &Cx<'_>, at: Ref) -> &'static str {
    let name = node::node(cx.heap, at).type_name();
    name.rsplit('.').next().unwrap_or(name)
}

fn show(name: Option<&[u16]>) -> String {
    name.map_or_else(|| "*".to_owned(), String::from_utf16_lossy)
}

fn step(
    cx: &mut Cx<'_>,
    filter: &Filter,
    root: Ref,
    at: Ref,
    must_match: bool,
    found: &mut Vec<Ref>,
) -> Result<(), Throw> {
    let is_object = matches!(node::node(cx.heap, at).kind, Kind::Object(_));
    match filter {
        Filter::Root => {}
        Filter::Field(None) if is_object => {
            let values = super::sequence::properties(cx.heap, at);
            cx.charge(values.len())?;
            found.extend(values.into_iter().map(|p| node::through_property(cx.heap, p)));
        }
        Filter::Field(Some(name)) if is_object => match named(cx, at, name) {
            Some(value) => found.push(value),
            None => no_match(cx, must_match, || format!("Property '{}' does not exist on JObject.", show(Some(name))))?,
        },
        Filter::Field(name) => {
            let ty = short_name(cx, at);
            no_match(cx, must_match, || format!("Property '{}' not valid on {ty}.", show(name.as_deref())))?;
        }
        Filter::Fields(names) if is_object => {
            for name in names {
                match named(cx, at, name) {
                    Some(value) => found.push(value),
                    None => no_match(cx, must_match, || {
                        format!("Property '{}' does not exist on JObject.", show(Some(name)))
                    })?,
                }
            }
        }
        Filter::Fields(names) => {
            let ty = short_name(cx, at);
            let names: Vec<_> = names.iter().map(|n| format!("'{}'", show(Some(n)))).collect();
            no_match(cx, must_match, || format!("Properties {} not valid on {ty}.", names.join(", ")))?;
        }
        Filter::Index(index) => indexed(cx, at, *index, must_match, found)?,
        Filter::Indexes(indexes) => {
            for index in indexes {
                indexed(cx, at, Some(*index), must_match, found)?;
            }
        }
        Filter::Slice(start, end, step) => slice(cx, at, (*start, *end, *step), must_match, found)?,
        Filter::Scan(name) => scan(cx, at, name.as_ref().map(std::slice::from_ref), found)?,
        Filter::ScanFields(names) => scan(cx, at, Some(names), found)?,
        Filter::Query(query) => {
            for child in node::node(cx.heap, at).children() {
                if holds(cx, query, root, child)? {
                    found.push(child);
                }
            }
        }
        Filter::ScanQuery(query) => {
            for token in descendants(cx, at, true)? {
                if holds(cx, query, root, token)? {
                    found.push(token);
                }
            }
        }
    }
    Ok(())
}

fn named(cx: &Cx<'_>, at: Ref, name: &[u16]) -> Option<Ref> {
    let name = TextRef::Wide(name);
    let property = node::find_hashed(cx.heap, at, name, node::hash_text(name))?;
    node::property(cx.heap, property).map(|(_, value)| value)
}

fn indexed(cx: &mut Cx<'_>, at: Ref, index: Option<i32>, must_match: bool, found: &mut Vec<Ref>) -> Result<(), Throw> {
    let node = node::node(cx.heap, at);
    let ty = short_name(cx, at);
    let shown = index.map_or_else(|| "*".to_owned(), |i| i.to_string());
    if !matches!(node.kind, Kind::Array(_) | Kind::Constructor(_)) {
        return no_match(cx, must_match, || format!("Index {shown} not valid on {ty}."));
    }
    match index {
        None => found.extend(node.children()),
        Some(index) => match usize::try_from(index) {
            Err(_) => return Err(super::edit::index_out_of_range(cx)),
            Ok(at) => match node.child(at) {
                Some(child) => found.push(child),
                None => return no_match(cx, must_match, || format!("Index {shown} outside the bounds of {ty}.")),
            },
        },
    }
    Ok(())
}

type Bounds = (Option<i32>, Option<i32>, Option<i32>);

fn slice(cx: &mut Cx<'_>, at: Ref, bounds: Bounds, must_match: bool, found: &mut Vec<Ref>) -> Result<(), Throw> {
    let (start, end, step) = bounds;
    let step = i64::from(step.unwrap_or(1));
    if step == 0 {
        return Err(cx.throw(Exc::Json, "Step cannot be zero."));
    }
    let node = node::node(cx.heap, at);
    if !matches!(node.kind, Kind::Array(_)) {
        let ty = short_name(cx, at);
        return no_match(cx, must_match, || format!("Array slice is not valid on {ty}."));
    }
    let count = node.count() as i64;
    let forward = step > 0;
    let from_end = |bound: Option<i32>, default: i64| match bound {
        Some(n) if n < 0 => count + i64::from(n),
        Some(n) => i64::from(n),
        None => default,
    };
    let first = from_end(start, if forward { 0 } else { count - 1 });
    let first = if forward { first.clamp(0, count) } else { first.min(count - 1) };
    let stop = from_end(end, if forward { count } else { -1 }).max(-1).min(count);
    let inside = |i: i64| if forward { i < stop } else { i > stop };
    if !inside(first) {
        let show = |bound: Option<i32>| bound.map_or_else(|| "*".to_owned(), |n| n.to_string());
        let message = || format!("Array slice of {} to {} returned no results.", show(start), show(end));
        return no_match(cx, must_match, message);
    }
    let mut i = first;
    while inside(i) {
        found.extend(usize::try_from(i).ok().and_then(|i| node.child(i)));
        i += step;
    }
    Ok(())
}

fn scan(cx: &mut Cx<'_>, at: Ref, names: Option<&[Vec<u16>]>, found: &mut Vec<Ref>) -> Result<(), Throw> {
    for token in descendants(cx, at, true)? {
        match (node::property(cx.heap, token), names) {
            (Some((name, value)), Some(names)) if token != at => {
                let name = cx.heap.text(name);
                found.extend(names.iter().filter(|n| name.equals(TextRef::Wide(n))).map(|_| value));
            }
            (None, None) => found.push(token),
            (_, None) if token == at => found.push(token),
            _ => {}
        }
    }
    Ok(())
}

fn holds(cx: &mut Cx<'_>, query: &Query, root: Ref, at: Ref) -> Result<bool, Throw> {
    cx.charge(1)?;
    match query {
        Query::And(all) => {
            for query in all {
                if !holds(cx, query, root, at)? {
                    return Ok(false);
                }
            }
            Ok(true)
        }
        Query::Or(all) => {
            for query in all {
                if holds(cx, query, root, at)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Query::Compare(operator, left, right) => {
            let left = side(cx, left, root, at)?;
            if *operator == Operator::Exists || left.is_empty() {
                return Ok(!left.is_empty());
            }
            let Some(right) = right else { return Ok(false) };
            let right = side(cx, right, root, at)?;
            for a in &left {
                for b in &right {
                    if matches(cx, *operator, *a, *b)? {
                        return Ok(true);
                    }
                }
            }
            Ok(false)
        }
    }
}

fn side(cx: &mut Cx<'_>, side: &Side, root: Ref, at: Ref) -> Result<Vec<Ref>, Throw> {
    let (ty, value) = match side {
        Side::Path(filters) => return run(cx, filters, root, at, false),
        Side::Text(text) => (TokenType::String, Value::String(cx.heap.new_text(TextRef::Wide(text))?)),
        Side::Integer(n) => (TokenType::Integer, Value::Int64(*n)),
        Side::Real(d) => (TokenType::Float, Value::Double(*d)),
        Side::Bool(b) => (TokenType::Boolean, Value::Bool(*b)),
        Side::Null => (TokenType::Null, Value::Null),
    };
    Ok(vec![node::new_scalar(cx.heap, ty, value)?])
}

fn matches(cx: &mut Cx<'_>, operator: Operator, left: Ref, right: Ref) -> Result<bool, Throw> {
    let both = node::scalar(cx.heap, left).is_some() && node::scalar(cx.heap, right).is_some();
    if !both {
        return Ok(operator == Operator::NotEquals);
    }
    Ok(match operator {
        Operator::Exists => true,
        Operator::Equals => equal(cx, left, right)?,
        Operator::NotEquals => !equal(cx, left, right)?,
        Operator::StrictEquals => strictly_equal(cx, left, right)?,
        Operator::StrictNotEquals => !strictly_equal(cx, left, right)?,
        Operator::Less => compare::compare_tokens(cx, left, right)? == Ordering::Less,
        Operator::LessOrEquals => compare::compare_tokens(cx, left, right)? != Ordering::Greater,
        Operator::Greater => compare::compare_tokens(cx, left, right)? == Ordering::Greater,
        Operator::GreaterOrEquals => compare::compare_tokens(cx, left, right)? != Ordering::Less,
        Operator::Regex => regex(cx, left, right)?,
    })
}

/// An integer and a real number are compared by value.
fn mixed(cx: &mut Cx<'_>, left: Ref, right: Ref) -> Result<Option<bool>, Throw> {
    let (Some((a, left)), Some((b, right))) = (node::scalar(cx.heap, left), node::scalar(cx.heap, right)) else {
        return Ok(None);
    };
    if !matches!((a, b), (TokenType::Integer, TokenType::Float) | (TokenType::Float, TokenType::Integer)) {
        return Ok(None);
    }
    Ok(Some(compare::compare(cx, a, left, right)? == Ordering::Equal))
}

/// `==`: values by value, and dates, bytes and the like also with their text.
fn equal(cx: &mut Cx<'_>, left: Ref, right: Ref) -> Result<bool, Throw> {
    if compare::equals(cx.heap, left, right) {
        return Ok(true);
    }
    if let Some(same) = mixed(cx, left, right)? {
        return Ok(same);
    }
    let (Some((ty, value)), Some((TokenType::String, Value::String(wanted)))) =
        (node::scalar(cx.heap, left), node::scalar(cx.heap, right))
    else {
        return Ok(false);
    };
    let text = match (ty, value) {
        (TokenType::Date, Value::DateTime(date)) => cx.heap.new_str(&date::date_time_text(date))?,
        (TokenType::Bytes | TokenType::Guid | TokenType::TimeSpan | TokenType::Uri, value) => convert::text(cx, value)?,
        _ => return Ok(false),
    };
    Ok(cx.heap.text(text).equals(cx.heap.text(wanted)))
}

fn strictly_equal(cx: &mut Cx<'_>, left: Ref, right: Ref) -> Result<bool, Throw> {
    match mixed(cx, left, right)? {
        Some(same) => Ok(same),
        None => Ok(compare::equals(cx.heap, left, right)),
    }
}

/// `=~ /pattern/options`, by `System.Text.RegularExpressions.Regex.IsMatch`.
fn regex(cx: &mut Cx<'_>, left: Ref, right: Ref) -> Result<bool, Throw> {
    let (Some((TokenType::String, input @ Value::String(_))), Some((TokenType::String, Value::String(regex)))) =
        (node::scalar(cx.heap, left), node::scalar(cx.heap, right))
    else {
        return Ok(false);
    };
    let slash = TextRef::Ascii(b"/");
    let end = cx.heap.text(regex).rfind(slash).unwrap_or(0);
    let pattern = regex.slice(1, end);
    let mut options = 0;
    for letter in cx.heap.text(regex.slice(end + 1, regex.len())).units() {
        options |= match u8::try_from(letter) {
            Ok(b'i') => 1,
            Ok(b'm') => 2,
            Ok(b's') => 16,
            Ok(b'x') => 4,
            _ => 0,
        };
    }
    let ty = super::known::REGEX_OPTIONS.id();
    let params = [crate::types::TypeId::STRING, crate::types::TypeId::STRING, ty];
    match convert::member("System.Text.RegularExpressions.Regex", "IsMatch", &params) {
        Some(run) => Ok(run(cx, &[input, Value::String(pattern), Value::Enum(ty, options)])? == Value::Bool(true)),
        None => Err(cx.throw(Exc::NotSupported, "System.Text.RegularExpressions.Regex is not available.")),
    }
}
