//! `Jwt`: the content of a token. Parsing checks neither signature nor lifetime.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::json::claims::{self, Claim};
use crate::library::{NativeFn, TypeDef, property};
use crate::net_object;
use crate::types::{self, Known, TypeId};
use crate::value::{DateTime, DateTimeKind, Value};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("ApiManagement.Jwt").members(&[
    property("string Id { get; }", get::<0>()),
    property("string Algorithm { get; }", get::<1>()),
    property("string Type { get; }", get::<2>()),
    property("string Issuer { get; }", get::<3>()),
    property("string Subject { get; }", get::<4>()),
    property("IEnumerable<string> Audiences { get; }", get::<5>()),
    property("DateTime? ExpirationTime { get; }", get::<6>()),
    property("DateTime? NotBefore { get; }", get::<7>()),
    property("DateTime? IssuedAt { get; }", get::<8>()),
    property("IReadOnlyDictionary<string, string[]> Claims { get; }", get::<9>()),
]);

static KNOWN: Known = Known::new("ApiManagement.Jwt");

/// The values of the properties in their order.
#[derive(Debug)]
struct Jwt {
    values: [Value; 10],
}

net_object!(Jwt, KNOWN);

const fn get<const N: usize>() -> NativeFn {
    |cx, args| Ok(cx.heap.native::<Jwt>(arg(args, 0)).map_or(Value::Null, |jwt| jwt.values[N]))
}

/// The token in a text, with or without `Bearer `; null when it is none.
///
/// # Errors
/// When a budget is exhausted.
pub fn parse_jwt(cx: &mut Cx<'_>, text: &str) -> Result<Value, Throw> {
    cx.charge(text.len())?;
    let text = text.trim();
    let token = match text.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("Bearer ") => text.get(7..).unwrap_or_default().trim(),
        _ => text,
    };
    let mut parts = token.split('.');
    let (Some(header), Some(payload), Some(_), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
        return Ok(Value::Null);
    };
    let (Some(header), Some(payload)) = (decode(header), decode(payload)) else { return Ok(Value::Null) };
    let Some(header) = claims::read(cx, &header)? else { return Ok(Value::Null) };
    let Some(mut payload) = claims::read(cx, &payload)? else { return Ok(Value::Null) };
    build(cx, &header, &mut payload)
}

/// A part of a token as text; padding may be left out, and both alphabets of base 64 do.
fn decode(part: &str) -> Option<String> {
    let swap = |b: u8| match b {
        b'+' => b'-',
        b'/' => b'_',
        b => b,
    };
    let part = part.trim_end_matches('=');
    let bytes = if part.bytes().any(|b| matches!(b, b'+' | b'/')) {
        URL_SAFE_NO_PAD.decode(part.bytes().map(swap).collect::<Vec<u8>>())
    } else {
        URL_SAFE_NO_PAD.decode(part)
    };
    String::from_utf8(bytes.ok()?).ok()
}

fn find<'c>(cx: &Cx<'_>, all: &'c [Claim], name: &str) -> Option<&'c Claim> {
    all.iter().find(|claim| claim.is(cx.heap, name))
}

fn text(cx: &mut Cx<'_>, all: &[Claim], name: &str) -> Result<Value, Throw> {
    find(cx, all, name).map_or(Ok(Value::String(EMPTY)), |claim| claim.text(cx))
}

fn build(cx: &mut Cx<'_>, header: &[Claim], payload: &mut [Claim]) -> Result<Value, Throw> {
    let mut times = [Value::Null; 3];
    for (slot, name) in times.iter_mut().zip(["exp", "nbf", "iat"]) {
        if let Some(seconds) = find(cx, payload, name).and_then(|claim| claim.number) {
            let ticks = (seconds * 10_000_000.0).round() + DateTime::UNIX_EPOCH_TICKS as f64;
            let ticks = if seconds.fract() == 0.0 && seconds.abs() < 1e12 {
                seconds as i64 * 10_000_000 + DateTime::UNIX_EPOCH_TICKS
            } else {
                ticks as i64
            };
            match DateTime::new(ticks, DateTimeKind::Utc) {
                Some(time) => *slot = Value::DateTime(time),
                // A time that no date can hold makes the whole token malformed.
                None => return Ok(Value::Null),
            }
        }
    }
    let mut pairs = Vec::with_capacity(payload.len());
    let mut audiences = None;
    for claim in &mut *payload {
        let values = cx.heap.new_array(TypeId::STRING, std::mem::take(&mut claim.values))?;
        if claim.is(cx.heap, "aud") {
            audiences = Some(values);
        }
        pairs.push((Value::String(claim.name), values));
    }
    let strings = types::array_of(TypeId::STRING);
    let all = super::new_dictionary(cx, TypeId::STRING, strings, &pairs)?;
    let all = all.ok_or(fault("dictionaries are not available"))?;
    let audiences = match audiences {
        Some(values) => values,
        None => cx.heap.new_array(TypeId::STRING, Vec::new())?,
    };
    let [expires, not_before, issued] = times;
    let values = [
        text(cx, payload, "jti")?,
        text(cx, header, "alg")?,
        text(cx, header, "typ")?,
        text(cx, payload, "iss")?,
        text(cx, payload, "sub")?,
        audiences,
        expires,
        not_before,
        issued,
        all,
    ];
    Ok(cx.heap.new_native(Jwt { values })?)
}

const EMPTY: crate::value::text::Str = crate::value::text::Str::EMPTY;
