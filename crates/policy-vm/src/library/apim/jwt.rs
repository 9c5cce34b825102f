//! `Jwt`: the content of a token. Parsing checks neither signature nor lifetime.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::json::claims;
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
    let parts: Vec<&str> = token.split('.').collect();
    let [header, payload, _] = parts.as_slice() else { return Ok(Value::Null) };
    let (Some(header), Some(payload)) = (decode(header), decode(payload)) else { return Ok(Value::Null) };
    let Some(header) = claims::read(cx, &header)? else { return Ok(Value::Null) };
    let Some(payload) = claims::read(cx, &payload)? else { return Ok(Value::Null) };
    build(cx, &header, &payload)
}

/// A part of a token as text; padding may be left out, and both alphabets of base 64 do.
fn decode(part: &str) -> Option<String> {
    let swap = |b: u8| match b {
        b'+' => b'-',
        b'/' => b'_',
        b => b,
    };
    let plain: Vec<u8> = part.trim_end_matches('=').bytes().map(swap).collect();
    String::from_utf8(URL_SAFE_NO_PAD.decode(plain).ok()?).ok()
}

fn build(cx: &mut Cx<'_>, header: &[claims::Claim], payload: &[claims::Claim]) -> Result<Value, Throw> {
    let find = |all: &[claims::Claim], name: &str| all.iter().find(|c| c.is(name)).cloned();
    let text = |all: &[claims::Claim], name: &str| find(all, name).map_or(Value::String(EMPTY), |c| c.text);
    let mut times = [Value::Null; 3];
    for (slot, name) in times.iter_mut().zip(["exp", "nbf", "iat"]) {
        if let Some(seconds) = find(payload, name).and_then(|c| c.number) {
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
    for claim in payload {
        let values = cx.heap.new_array(TypeId::STRING, claim.values.clone())?;
        if claim.is("aud") {
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
        text(payload, "jti"),
        text(header, "alg"),
        text(header, "typ"),
        text(payload, "iss"),
        text(payload, "sub"),
        audiences,
        expires,
        not_before,
        issued,
        all,
    ];
    Ok(cx.heap.new_native(Jwt { values })?)
}

const EMPTY: crate::value::text::Str = crate::value::text::Str::EMPTY;
