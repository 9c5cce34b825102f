//! `Jwt`: the content of a token. Parsing checks neither signature nor lifetime.
//!
//! Most expressions ask a token for one thing. Its header and payload are kept as texts and looked into; the dictionary of
//! all claims, each a list of texts, is made when somebody wants it.

mod plain;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::dictionary_extensions::{JOINED, JOINED_OR_DEFAULT, joined};
use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::collections::dispatch::dictionary_get;
use crate::library::json::claims::{self, Claim};
use crate::library::{NativeFn, TypeDef, property};
use crate::net_object;
use crate::types::{self, Known, TypeId};
use crate::value::text::{Str, TextRef};
use crate::value::{DateTime, DateTimeKind, Value};
use plain::{Kind, Member};

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
    property("IReadOnlyDictionary<string, string[]> Claims { get; }", get::<CLAIMS>()).asked(&[
        (JOINED, claim),
        (JOINED_OR_DEFAULT, claim),
        ("bool ContainsKey(TKey key)", has_claim),
    ]),
]);

const CLAIMS: usize = 9;

static KNOWN: Known = Known::new("ApiManagement.Jwt");

/// A token.
#[derive(Debug)]
struct Jwt {
    /// Header and payload, as long as nobody asked for more than can be read from them where it stands.
    texts: (Str, Str),
    /// The values of the properties in their order.
    values: Option<[Value; 10]>,
}

net_object!(Jwt, KNOWN);

/// Properties that are one claim: its name, and whether it is in the header.
const NAMES: [Option<(&str, bool)>; 10] = [
    Some(("jti", false)),
    Some(("alg", true)),
    Some(("typ", true)),
    Some(("iss", false)),
    Some(("sub", false)),
    None,
    Some(("exp", false)),
    Some(("nbf", false)),
    Some(("iat", false)),
    None,
];

const TIMES: [&str; 3] = ["exp", "nbf", "iat"];

const fn get<const N: usize>() -> NativeFn {
    |cx, args| property_of(cx, arg(args, 0), N)
}

fn property_of(cx: &mut Cx<'_>, this: Value, index: usize) -> Result<Value, Throw> {
    let Some(jwt) = cx.heap.native::<Jwt>(this) else { return Ok(Value::Null) };
    if let Some(values) = &jwt.values {
        return Ok(values.get(index).copied().unwrap_or(Value::Null));
    }
    let (header, payload) = jwt.texts;
    if let Some((name, in_header)) = NAMES.get(index).copied().flatten() {
        let found = look_up(cx, if in_header { header } else { payload }, name)?;
        match found {
            Found::Nothing if TIMES.contains(&name) => return Ok(Value::Null),
            Found::Text(_, Kind::Integer(seconds)) if TIMES.contains(&name) => {
                return Ok(time_of(seconds as f64).map_or(Value::Null, Value::DateTime));
            }
            Found::Text(..) if TIMES.contains(&name) => return Ok(Value::Null),
            Found::Nothing => return Ok(Value::String(EMPTY)),
            Found::Text(text, _) => return Ok(Value::String(text)),
            Found::Tree => {}
        }
    }
    Ok(whole(cx, this)?.get(index).copied().unwrap_or(Value::Null))
}

/// What a plain object has under a name.
enum Found {
    Nothing,
    /// The text of the value, `""` for null.
    Text(Str, Kind),
    Tree,
}

fn look_up(cx: &mut Cx<'_>, object: Str, name: &str) -> Result<Found, Throw> {
    cx.charge(object.len() / 16)?;
    let TextRef::Ascii(text) = cx.text(object) else { return Ok(Found::Nothing) };
    Ok(found_in(object, text, name.as_bytes()))
}

fn found_in(object: Str, text: &[u8], name: &[u8]) -> Found {
    match plain::find(text, name) {
        None => Found::Nothing,
        Some(Member { kind: Kind::Tree, .. }) => Found::Tree,
        Some(Member { kind: Kind::Null, .. }) => Found::Text(EMPTY, Kind::Null),
        Some(Member { kind, value, .. }) => Found::Text(object.slice(value.start, value.end), kind),
    }
}

/// `Claims.GetValueOrDefault(name, defaultValue)` of a token, without the dictionary.
fn claim(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = arg(args, 0);
    match claim_text(cx, this, arg(args, 1))? {
        Some(Found::Nothing) => Ok(arg(args, 2)),
        Some(Found::Text(text, _)) => Ok(Value::String(text)),
        _ => {
            let claims = property_of(cx, this, CLAIMS)?;
            joined(cx, &[claims, arg(args, 1), arg(args, 2)])
        }
    }
}

/// `Claims.ContainsKey(name)` of a token, likewise.
fn has_claim(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let this = arg(args, 0);
    match claim_text(cx, this, arg(args, 1))? {
        Some(found) => Ok(Value::Bool(!matches!(found, Found::Nothing))),
        None => {
            let claims = property_of(cx, this, CLAIMS)?;
            Ok(Value::Bool(dictionary_get(cx, claims, arg(args, 1))?.is_some()))
        }
    }
}

/// What the payload says under a name, if it still is a text.
fn claim_text(cx: &mut Cx<'_>, this: Value, name: Value) -> Result<Option<Found>, Throw> {
    let Value::String(name) = name else { return Ok(None) };
    let Some(Jwt { values: None, texts: (_, payload) }) = cx.heap.native::<Jwt>(this) else { return Ok(None) };
    let payload = *payload;
    cx.charge(payload.len() / 16 + name.len() / 16)?;
    let (TextRef::Ascii(text), TextRef::Ascii(name)) = (cx.text(payload), cx.text(name)) else {
        return Ok(Some(Found::Nothing));
    };
    Ok(Some(found_in(payload, text, name)))
}

/// All properties, made when the first of those is asked for that cannot be read from the text as it stands.
fn whole(cx: &mut Cx<'_>, this: Value) -> Result<[Value; 10], Throw> {
    let (header, payload) = cx.heap.native::<Jwt>(this).ok_or(fault("a Jwt was expected"))?.texts;
    let header = claims::read(cx, header)?.ok_or(fault("a plain object was expected"))?;
    let mut payload = claims::read(cx, payload)?.ok_or(fault("a plain object was expected"))?;
    let values = build(cx, &header, &mut payload)?.ok_or(fault("times were looked at before"))?;
    if let Some(jwt) = cx.heap.native_mut::<Jwt>(this) {
        jwt.values = Some(values);
    }
    Ok(values)
}

/// The token in a text, with or without `Bearer `; null when it is none.
///
/// # Errors
/// When a budget is exhausted.
pub fn parse_jwt(cx: &mut Cx<'_>, text: Str) -> Result<Value, Throw> {
    cx.charge(text.len())?;
    let decoded = match cx.text(text) {
        TextRef::Ascii(bytes) => std::str::from_utf8(bytes).ok().and_then(decode),
        wide @ TextRef::Wide(_) => decode(&wide.to_utf8()),
    };
    let Some((bytes, middle)) = decoded else { return Ok(Value::Null) };
    let (header, payload) = bytes.split_at(middle);
    if bytes.is_ascii()
        && plain::read(header, |_| ()).is_some()
        && let Some(sound) = sound_times(payload)
    {
        if !sound {
            return Ok(Value::Null);
        }
        let texts = (cx.heap.new_text(TextRef::Ascii(header))?, cx.heap.new_text(TextRef::Ascii(payload))?);
        return Ok(cx.heap.new_native(Jwt { texts, values: None })?);
    }
    at_once(cx, header, payload)
}

/// Whether the times of a plain payload can be held by dates; `None` when it is not plain.
fn sound_times(payload: &[u8]) -> Option<bool> {
    let mut sound = true;
    plain::read(payload, |member| {
        if let Kind::Integer(seconds) = member.kind
            && TIMES.iter().any(|name| name.as_bytes() == member.name)
        {
            sound &= time_of(seconds as f64).is_some();
        }
    })?;
    Some(sound)
}

/// Reads everything, whatever header and payload look like.
fn at_once(cx: &mut Cx<'_>, header: &[u8], payload: &[u8]) -> Result<Value, Throw> {
    let (Ok(header), Ok(payload)) = (std::str::from_utf8(header), std::str::from_utf8(payload)) else {
        return Ok(Value::Null);
    };
    let header = cx.heap.new_str(header)?;
    let Some(header) = claims::read(cx, header)? else { return Ok(Value::Null) };
    let payload = cx.heap.new_str(payload)?;
    let Some(mut payload) = claims::read(cx, payload)? else { return Ok(Value::Null) };
    match build(cx, &header, &mut payload)? {
        Some(values) => Ok(cx.heap.new_native(Jwt { texts: (EMPTY, EMPTY), values: Some(values) })?),
        None => Ok(Value::Null),
    }
}

/// Header and payload one behind the other, and where the payload begins.
fn decode(text: &str) -> Option<(Vec<u8>, usize)> {
    let text = text.trim();
    let token = match text.get(..7) {
        Some(scheme) if scheme.eq_ignore_ascii_case("Bearer ") => text.get(7..).unwrap_or_default().trim(),
        _ => text,
    };
    let mut parts = token.split('.');
    let (header, payload) = (parts.next()?, parts.next()?);
    parts.next()?;
    if parts.next().is_some() {
        return None;
    }
    let mut bytes = Vec::with_capacity(token.len());
    decode_part(header, &mut bytes)?;
    let middle = bytes.len();
    decode_part(payload, &mut bytes)?;
    Some((bytes, middle))
}

/// A part of a token; padding may be left out, and both alphabets of base 64 do.
fn decode_part(part: &str, out: &mut Vec<u8>) -> Option<()> {
    let swap = |b: u8| match b {
        b'+' => b'-',
        b'/' => b'_',
        b => b,
    };
    let part = part.trim_end_matches('=');
    let decoded = if part.bytes().any(|b| matches!(b, b'+' | b'/')) {
        URL_SAFE_NO_PAD.decode_vec(part.bytes().map(swap).collect::<Vec<u8>>(), out)
    } else {
        URL_SAFE_NO_PAD.decode_vec(part, out)
    };
    decoded.ok()
}

/// A time in seconds since 1970; `None` when no date can hold it.
fn time_of(seconds: f64) -> Option<DateTime> {
    let ticks = if seconds.fract() == 0.0 && seconds.abs() < 1e12 {
        (seconds as i64).saturating_mul(10_000_000).saturating_add(DateTime::UNIX_EPOCH_TICKS)
    } else {
        ((seconds * 10_000_000.0).round() + DateTime::UNIX_EPOCH_TICKS as f64) as i64
    };
    DateTime::new(ticks, DateTimeKind::Utc)
}

fn find<'c>(cx: &Cx<'_>, all: &'c [Claim], name: &str) -> Option<&'c Claim> {
    all.iter().find(|claim| claim.is(cx.heap, name))
}

fn text(cx: &mut Cx<'_>, all: &[Claim], name: &str) -> Result<Value, Throw> {
    find(cx, all, name).map_or(Ok(Value::String(EMPTY)), |claim| claim.text(cx))
}

/// The properties; `None` for a time that no date can hold, which makes the whole token malformed.
fn build(cx: &mut Cx<'_>, header: &[Claim], payload: &mut [Claim]) -> Result<Option<[Value; 10]>, Throw> {
    let mut times = [Value::Null; 3];
    for (slot, name) in times.iter_mut().zip(TIMES) {
        if let Some(seconds) = find(cx, payload, name).and_then(|claim| claim.number) {
            let Some(time) = time_of(seconds) else { return Ok(None) };
            *slot = Value::DateTime(time);
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
    Ok(Some([
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
    ]))
}

const EMPTY: Str = Str::EMPTY;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::check::{show, show_throw, with_cx};
    use crate::value::sequence::iterate;

    /// Everything that can be asked of a token.
    fn shown(cx: &mut Cx<'_>, token: Value, names: &[&str]) -> Vec<String> {
        let mut out = Vec::new();
        for name in names {
            let name = cx.string(name).unwrap();
            let default = cx.string("<none>").unwrap();
            let found = claim(cx, &[token, name, default]).unwrap();
            out.push(show(cx, found));
            let has = has_claim(cx, &[token, name]).unwrap();
            out.push(show(cx, has));
        }
        for index in [0, 1, 2, 3, 4, 6, 7, 8] {
            let value = property_of(cx, token, index).unwrap();
            out.push(format!("{index} {:?} {}", value.is_null(), show(cx, value)));
        }
        let audiences = property_of(cx, token, 5).unwrap();
        let mut items = iterate(cx, audiences).unwrap();
        while let Some(item) = items.next(cx).unwrap() {
            out.push(show(cx, item));
        }
        out
    }

    const PAYLOADS: &[&str] = &[
        "{}",
        " { } ",
        r#"{"sub":"mes","roles":["orders.read","orders.write"],"exp":4102444800}"#,
        r#"{"sub":null,"jti":17,"iss":true,"aud":"a","exp":"4102444800","nbf":-5,"iat":1.5}"#,
        r#"{"aud":["a","b",null,1,{"x":[1, 2]}],"tree":{"a":{"b":[ ]}},"empty":[],"iss":{"a" : 1}}"#,
        r#"{"sub":"a\"b","iss":"\u00e9"}"#,
        r#"{"sub":"é"}"#,
        r#"{"sub":"a","sub":"b"}"#,
        r#"{'sub':'a', iss: "b", /* c */ "n": 0x1F, "m": 007, "z": -0, "big": 12345678901234567890123}"#,
        r#"{"n":0,"m":-1,"o":123456789012345678,"p":1234567890123456789,"f":1.50,"e":1e3,"exp":0}"#,
        r#"{"exp":999999999999}"#,
        r#"{"nbf":-99999999999}"#,
        r#"{"sub":"2024-05-06T07:08:09Z","x":[[[[[[[[[[1]]]]]]]]]]}"#,
        "{\"sub\":\"a\tb\"}",
        r#"{"sub":"a"} "#,
        r#"{"sub":"a"}x"#,
        r#"{"sub":"a",}"#,
        r#"{"sub":}"#,
        r#"{"sub" "a"}"#,
        r#"{"sub":tru}"#,
        r#"{"sub":"a"#,
        r#"{"a":1 "b":2}"#,
        r#"{"":"nameless"}"#,
        "[1]",
        "1",
        "",
    ];

    #[test]
    fn what_is_looked_up_is_what_the_tree_has() {
        let names = ["sub", "iss", "aud", "roles", "tree", "empty", "n", "m", "o", "p", "z", "f", "x", "", "none"];
        let mut plain = 0;
        for payload in PAYLOADS {
            let answers = [false, true].map(|at_once| {
                with_cx(&[], |cx| {
                    let header = r#"{"alg":"HS256","typ":"JWT"}"#;
                    let token = if at_once {
                        super::at_once(cx, header.as_bytes(), payload.as_bytes())
                    } else {
                        let encoded = [header, payload].map(|part| URL_SAFE_NO_PAD.encode(part)).join(".") + ".c";
                        let text = cx.heap.new_str(&encoded).unwrap();
                        parse_jwt(cx, text)
                    };
                    match token {
                        Ok(Value::Null) => vec!["null".to_owned()],
                        Ok(token) => {
                            let lazy = cx.heap.native::<Jwt>(token).unwrap().values.is_none();
                            plain += u32::from(lazy);
                            shown(cx, token, &names)
                        }
                        Err(throw) => vec![show_throw(cx, throw)],
                    }
                })
            });
            assert_eq!(answers[0], answers[1], "{payload}");
        }
        assert!(plain > 4, "{plain} were plain");
    }
}
