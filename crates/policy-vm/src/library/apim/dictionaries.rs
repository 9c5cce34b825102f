//! The dictionaries of the context: headers, query parameters, template parameters, variables and certificates.
//!
//! Nothing is copied before it is asked for: a lookup compares names where they are.

use std::borrow::Cow;

use http::header::{HeaderMap, HeaderValue, ValueIter};

use super::header_names::spelled;
use crate::cx::{Cx, fault};
use crate::exception::{Throw, Trap};
use crate::exchange::Call;
use crate::library::collections::Collection;
use crate::library::collections::dispatch::READ_ONLY;
use crate::names;
use crate::types::{self, TypeId};
use crate::value::heap::{Heap, Object};
use crate::value::sequence::{Enumerator, Iter};
use crate::value::text::{Str, TextRef};
use crate::value::{Part, Value, View};

/// `IReadOnlyDictionary<string, T>`.
pub(super) fn dictionary_of(value: TypeId) -> TypeId {
    types::construct(TypeId::READ_ONLY_DICTIONARY, &[TypeId::STRING, value])
}

/// The headers that a part is, or belongs to.
pub(super) fn headers(call: &Call, view: View) -> Option<&HeaderMap> {
    match view.part {
        Part::Request | Part::RequestHeaders | Part::RequestBody => Some(&call.request.headers),
        Part::Response | Part::ResponseHeaders | Part::ResponseBody => call.response.as_ref().map(|r| &r.headers),
        Part::Stored | Part::StoredHeaders | Part::StoredBody => {
            call.stored.get(view.index as usize).map(|r| &r.headers)
        }
        _ => None,
    }
}

/// The query string that a part is, without question mark.
fn query(call: &Call, view: View) -> Option<&str> {
    match view.part {
        Part::RequestUrlQuery => Some(&call.request.url.query),
        Part::RequestOriginalUrlQuery => Some(&call.original_url.query),
        // A service URL's own query is told apart by the index of its API.
        Part::ApiServiceUrl => call.api.as_ref()?.service_url.as_ref().map(|u| u.query.as_str()),
        _ => None,
    }
}

/// Names and values of a query or form, still encoded.
pub(super) fn pairs(text: &str) -> impl Iterator<Item = (&str, &str)> {
    text.split('&').filter(|p| !p.is_empty()).map(|p| p.split_once('=').unwrap_or((p, "")))
}

/// `WebUtility.UrlDecode`: `+` is a space, `%XX` a byte of UTF-8; what is no escape stays.
pub(super) fn decode(text: &str) -> Cow<'_, str> {
    if !text.bytes().any(|b| matches!(b, b'%' | b'+')) {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |b: &u8| char::from(*b).to_digit(16).map(|d| d as u8);
        rest = tail;
        out.push(match (first, tail) {
            (b'+', _) => b' ',
            (b'%', [high, low, after @ ..]) => match (digit(high), digit(low)) {
                (Some(high), Some(low)) => {
                    rest = after;
                    (high << 4) | low
                }
                _ => b'%',
            },
            (byte, _) => *byte,
        });
    }
    Cow::Owned(String::from_utf8_lossy(&out).into_owned())
}

/// The text of a header's value: UTF-8, else one character a byte.
pub(super) fn header_text(value: &http::HeaderValue) -> Cow<'_, str> {
    match std::str::from_utf8(value.as_bytes()) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(value.as_bytes().iter().map(|b| char::from(*b)).collect()),
    }
}

/// The same as a string.
fn header_str(heap: &mut Heap, value: &HeaderValue) -> Result<Str, Trap> {
    let bytes = value.as_bytes();
    if bytes.is_ascii() { heap.new_text(TextRef::Ascii(bytes)) } else { heap.new_str(&header_text(value)) }
}

/// The name as Rust has it: borrowed when it is ASCII, as names are.
fn name_text(heap: &Heap, name: Str) -> Cow<'_, str> {
    heap.text(name).to_utf8()
}

/// The lines of a header. A name that is written in the document was read when it was compiled: reading it in each run
/// takes longer than finding the header.
fn lines<'h>(heap: &Heap, headers: &'h HeaderMap, key: Str) -> ValueIter<'h, HeaderValue> {
    match heap.literal_header(key) {
        Some(name) => headers.get_all(name).iter(),
        None => headers.get_all(&*name_text(heap, key)).iter(),
    }
}

/// A string array of these texts.
fn strings<'a>(heap: &mut Heap, texts: impl Iterator<Item = Cow<'a, str>>) -> Result<Value, Throw> {
    let mut items = Vec::new();
    for text in texts {
        items.push(Value::String(heap.new_str(&text)?));
    }
    Ok(heap.new_array(TypeId::STRING, items)?)
}

/// What a dictionary part has under a key.
///
/// # Errors
/// When a budget is exhausted.
pub fn get(cx: &mut Cx<'_>, view: View, key: Str) -> Result<Option<Value>, Throw> {
    match view.part {
        Part::Variables => Ok(variable(cx, key)),
        Part::RequestMatchedParameters => {
            let name = name_text(cx.heap, key);
            let found = cx.call.matched_parameters.iter().find(|(n, _)| n.eq_ignore_ascii_case(&name));
            let found = found.map(|(_, value)| value);
            match found {
                Some(value) => Ok(Some(Value::String(cx.heap.new_str(value)?))),
                None => Ok(None),
            }
        }
        Part::DeploymentCertificates => {
            let name = name_text(cx.heap, key);
            let all = cx.call.deployment.as_ref().map(|d| d.certificates.as_slice()).unwrap_or_default();
            let found = all.iter().find(|(n, _)| n.eq_ignore_ascii_case(&name)).map(|(_, bytes)| bytes.to_vec());
            match found {
                Some(bytes) => super::certificate(cx, Some(bytes)).map(Some),
                None => Ok(None),
            }
        }
        _ => {
            if let Some(headers) = headers(cx.call, view) {
                let mut values = lines(cx.heap, headers, key).map(header_text).peekable();
                if values.peek().is_none() {
                    return Ok(None);
                }
                return strings(cx.heap, values).map(Some);
            }
            let Some(query) = query(cx.call, view) else { return Ok(None) };
            let name = name_text(cx.heap, key).into_owned();
            let same = |(n, _): &(&str, &str)| decode(n).eq_ignore_ascii_case(&name);
            let mut values = pairs(query).filter(same).map(|(_, value)| decode(value)).peekable();
            if values.peek().is_none() { Ok(None) } else { strings(cx.heap, values).map(Some) }
        }
    }
}

/// Whether a part has a key, where that is known without making a value for it.
pub fn contains(cx: &Cx<'_>, view: View, key: Str) -> Option<bool> {
    match view.part {
        Part::Variables => Some(variable(cx, key).is_some()),
        Part::RequestHeaders | Part::ResponseHeaders | Part::StoredHeaders => {
            headers(cx.call, view).map(|headers| lines(cx.heap, headers, key).next().is_some())
        }
        _ => None,
    }
}

/// The values of a header or query parameter joined with commas; none when it is not there.
pub(super) fn joined(cx: &mut Cx<'_>, view: View, key: Str) -> Result<Option<Str>, Throw> {
    if let Some(headers) = headers(cx.call, view) {
        // With as many names as values there is one at most, and nearly all messages are like that.
        if headers.len() == headers.keys_len() {
            let found = match cx.heap.literal_header(key) {
                Some(name) => headers.get(name),
                None => headers.get(&*name_text(cx.heap, key)),
            };
            return Ok(found.map(|value| header_str(cx.heap, value)).transpose()?);
        }
        let mut values = lines(cx.heap, headers, key);
        let Some(first) = values.next() else { return Ok(None) };
        if values.next().is_none() {
            return Ok(Some(header_str(cx.heap, first)?));
        }
        let all: Vec<_> = lines(cx.heap, headers, key).map(header_text).collect();
        let all = all.join(",");
        return Ok(Some(cx.heap.new_str(&all)?));
    }
    let Some(query) = query(cx.call, view) else { return Ok(None) };
    let name = name_text(cx.heap, key);
    let mut found: Option<Cow<'_, str>> = None;
    for (_, value) in pairs(query).filter(|(n, _)| decode(n).eq_ignore_ascii_case(&name)) {
        let value = decode(value);
        found = Some(match found {
            None => value,
            Some(before) => Cow::Owned(format!("{before},{value}")),
        });
    }
    drop(name);
    match found {
        Some(text) => Ok(Some(cx.heap.new_str(&text)?)),
        None => Ok(None),
    }
}

/// Whether a header that has one value has this one; `None` when it is not there, has several, or is no header.
pub(super) fn is_only(cx: &Cx<'_>, view: View, key: Str, wanted: Str) -> Option<bool> {
    let headers = headers(cx.call, view).filter(|headers| headers.len() == headers.keys_len())?;
    let value = match cx.heap.literal_header(key) {
        Some(name) => headers.get(name)?,
        None => headers.get(&*name_text(cx.heap, key))?,
    };
    Some(match cx.heap.text(wanted) {
        TextRef::Ascii(bytes) => value.as_bytes() == bytes,
        wide @ TextRef::Wide(_) => super::texts::same(&header_text(value), wide),
    })
}

/// The variable of a name, which may hold null.
#[must_use]
pub fn variable(cx: &Cx<'_>, key: Str) -> Option<Value> {
    let id = cx.heap.literal_variable(key).or_else(|| names::find(&name_text(cx.heap, key)))?;
    cx.call.variable(id)
}

/// The different names of a query in order.
fn query_names(query: &str) -> Vec<Cow<'_, str>> {
    let mut names: Vec<Cow<'_, str>> = Vec::new();
    for (name, _) in pairs(query) {
        let name = decode(name);
        if !names.iter().any(|n| n.eq_ignore_ascii_case(&name)) {
            names.push(name);
        }
    }
    names
}

/// Number of entries of a dictionary part.
#[must_use]
pub fn len(call: &Call, view: View) -> usize {
    match view.part {
        Part::Variables => call.variables.len(),
        Part::RequestMatchedParameters => call.matched_parameters.len(),
        Part::DeploymentCertificates => call.deployment.as_ref().map_or(0, |d| d.certificates.len()),
        _ => match headers(call, view) {
            Some(headers) => headers.keys_len(),
            None => query(call, view).map_or(0, |query| query_names(query).len()),
        },
    }
}

/// The n-th name of a dictionary part.
fn name_at(call: &Call, view: View, index: usize) -> Option<Cow<'_, str>> {
    match view.part {
        Part::Variables => call.variables.get(index).map(|(id, _)| Cow::Borrowed(names::text(*id))),
        Part::RequestMatchedParameters => call.matched_parameters.get(index).map(|(n, _)| Cow::Borrowed(&**n)),
        Part::DeploymentCertificates => {
            call.deployment.as_ref()?.certificates.get(index).map(|(n, _)| Cow::Borrowed(n.as_str()))
        }
        _ => match headers(call, view) {
            Some(headers) => headers.keys().nth(index).map(|n| spelled(n.as_str())),
            None => query_names(query(call, view)?).into_iter().nth(index),
        },
    }
}

/// Key and value of the n-th entry of a dictionary part.
///
/// # Errors
/// When a budget is exhausted.
pub fn entry(cx: &mut Cx<'_>, view: View, index: usize) -> Result<Option<(Value, Value)>, Throw> {
    cx.charge(1 + index)?;
    let Some(name) = name_at(cx.call, view, index) else { return Ok(None) };
    let key = cx.heap.new_str(&name)?;
    drop(name);
    let value = get(cx, view, key)?.unwrap_or(Value::Null);
    Ok(Some((Value::String(key), value)))
}

/// All entries of a dictionary part.
///
/// # Errors
/// When a budget is exhausted.
pub fn entries(cx: &mut Cx<'_>, view: View) -> Result<Vec<(Value, Value)>, Throw> {
    let mut all = Vec::with_capacity(len(cx.call, view));
    while let Some(next) = entry(cx, view, all.len())? {
        all.push(next);
    }
    Ok(all)
}

/// The type of the values of a part that is a dictionary.
pub(super) fn value_type(part: Part) -> Option<TypeId> {
    Some(match part {
        Part::Variables => TypeId::OBJECT,
        Part::RequestMatchedParameters => TypeId::STRING,
        Part::DeploymentCertificates => super::known::CERTIFICATE.id(),
        Part::RequestHeaders
        | Part::ResponseHeaders
        | Part::StoredHeaders
        | Part::RequestUrlQuery
        | Part::RequestOriginalUrlQuery => types::array_of(TypeId::STRING),
        _ => return None,
    })
}

/// The collection interfaces of dictionary parts.
pub(super) static COLLECTION: Collection = Collection { count, get: find, keys, values, ..READ_ONLY };

/// Of the variables: a missing one reads as null.
pub(super) static VARIABLES: Collection =
    Collection { count, get: find, keys, values, missing_is_null: true, ..READ_ONLY };

fn view_of(this: Value) -> Result<View, Throw> {
    match this {
        Value::View(view) => Ok(view),
        _ => Err(fault("a part of the context was expected")),
    }
}

fn count(cx: &mut Cx<'_>, this: Value) -> Result<usize, Throw> {
    Ok(len(cx.call, view_of(this)?))
}

fn find(cx: &mut Cx<'_>, this: Value, key: Value) -> Result<Option<Value>, Throw> {
    match key {
        Value::String(name) => get(cx, view_of(this)?, name),
        _ => Ok(None),
    }
}

fn keys(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let all = entries(cx, super::view_arg(args)?)?;
    Ok(cx.heap.new_array(TypeId::STRING, all.into_iter().map(|(key, _)| key).collect())?)
}

fn values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let view = super::view_arg(args)?;
    let all = entries(cx, view)?;
    let ty = value_type(view.part).unwrap_or(TypeId::OBJECT);
    Ok(cx.heap.new_array(ty, all.into_iter().map(|(_, value)| value).collect())?)
}

/// Begins to go through a part of the context that is a sequence: pairs of names and values.
#[must_use]
pub fn iterate_view(_: &Call, view: View) -> Option<Iter> {
    let pair = types::construct(TypeId::KEY_VALUE_PAIR, &[TypeId::STRING, value_type(view.part)?]);
    Some(Iter::Lazy(Box::new(Pairs { view, pair, index: 0 })))
}

#[derive(Debug)]
struct Pairs {
    view: View,
    pair: TypeId,
    index: usize,
}

impl Enumerator for Pairs {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let Some((key, value)) = entry(cx, self.view, self.index)? else { return Ok(None) };
        self.index += 1;
        Ok(Some(Value::Object(cx.heap.new_object(Object::Pair { ty: self.pair, key, value })?)))
    }
}
