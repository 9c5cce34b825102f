//! Values as pages write them in TOML, and as the engine keeps them outside an exchange.
//!
//! `"text"` is a string, `5` an `int`, `1.5` a `double`, `true` a `bool`, a date and time with offset a `DateTime`; all
//! else names its type: `{ type = "long", value = 5 }`.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use policy_vm::exchange::{Exchange, Variable};
use policy_vm::host::Stored;
use policy_vm::value::{DateTime, DateTimeKind};
use toml::{Table, Value};

use crate::message::header_lines;
use crate::time::{Span, moment, ticks};

/// How long a value that a page puts into the cache lives, unless it says so.
const LIFETIME: Duration = Duration::from_secs(3600);

/// Sets variables before the first policy runs.
pub(crate) fn preset(exchange: &mut Exchange, variables: &Table) -> Result<(), String> {
    for (name, value) in variables {
        let value = stored(value).map_err(|message| format!("variable `{name}`: {message}"))?;
        exchange.set_variable(name, value.as_ref()).map_err(|error| format!("variable `{name}`: {error}"))?;
    }
    Ok(())
}

/// The variables of a finished run as lines of TOML, in the order of their names.
pub(crate) fn lines(exchange: &mut Exchange) -> Vec<(String, String)> {
    let mut lines: Vec<(String, String)> = exchange
        .variables()
        .into_iter()
        .map(|(name, value)| {
            let text = match value {
                Variable::Null => text(None),
                Variable::Value(value) => text(Some(&value)),
                Variable::Object(kind) => typed(&kind, None),
            };
            (name.to_owned(), text)
        })
        .collect();
    lines.sort();
    lines
}

/// A value in a page's `[cache]`: `{ value = …, ttl = "10s" }` or the value alone.
pub(crate) fn cached(value: &Value) -> Result<(Stored, Duration), String> {
    let (value, lifetime) = match value.as_table().and_then(|table| Some((table, table.get("ttl")?))) {
        Some((table, ttl)) => {
            let lifetime: Span = ttl.clone().try_into().map_err(|error: toml::de::Error| error.message().to_owned())?;
            let mut rest = table.clone();
            rest.remove("ttl");
            let alone = rest.len() == 1;
            let value = rest.get("value").filter(|_| alone).cloned();
            (value.unwrap_or(Value::Table(rest)), lifetime.0)
        }
        None => (value.clone(), LIFETIME),
    };
    let value = stored(&value)?.ok_or("null cannot be kept in a cache")?;
    Ok((value, lifetime))
}

/// A value; `None` for null.
pub(crate) fn stored(value: &Value) -> Result<Option<Stored>, String> {
    Ok(Some(match value {
        Value::String(text) => Stored::Text(text.as_str().into()),
        Value::Boolean(value) => Stored::Bool(*value),
        Value::Float(value) => Stored::Double(*value),
        Value::Integer(value) => match i32::try_from(*value) {
            Ok(value) => Stored::Int32(value),
            Err(_) => Stored::Int64(*value),
        },
        Value::Datetime(value) => {
            let ticks = ticks(value).ok_or("no date")?;
            Stored::DateTime(DateTime::new(ticks, DateTimeKind::Utc).ok_or("no date of .NET")?)
        }
        Value::Table(table) => return of_table(table),
        Value::Array(_) => return Err("a list is no value: use `{ type = \"json\", value = \"[…]\" }`".to_owned()),
    }))
}

fn of_table(table: &Table) -> Result<Option<Stored>, String> {
    let kind = table.get("type").and_then(Value::as_str).ok_or("a table needs `type`")?;
    let value = table.get("value");
    let text = value.map(|value| value.as_str().map_or_else(|| value.to_string(), str::to_owned)).unwrap_or_default();
    let wrong = || format!("`{text}` is no {kind}");
    Ok(Some(match kind {
        "null" => return Ok(None),
        "int" => Stored::Int32(text.parse().map_err(|_| wrong())?),
        "long" => Stored::Int64(text.parse().map_err(|_| wrong())?),
        "double" => Stored::Double(text.parse().map_err(|_| wrong())?),
        "decimal" => Stored::Decimal(text.parse().map_err(|_| wrong())?),
        "char" => Stored::Char(text.encode_utf16().next().ok_or_else(wrong)?),
        "guid" => Stored::Guid(guid(&text).ok_or_else(wrong)?),
        "timespan" => Stored::TimeSpan(text.parse().map_err(|_| wrong())?),
        "bytes" => Stored::Bytes(BASE64.decode(&text).map_err(|_| wrong())?.into()),
        "json" => Stored::Json(text.as_str().into()),
        "response" => Stored::Response {
            status: value_of(table, "status").and_then(|status| u16::try_from(status).ok()).unwrap_or(200),
            headers: headers(table)?,
            body: Bytes::copy_from_slice(table.get("body").and_then(Value::as_str).unwrap_or_default().as_bytes()),
        },
        _ => return Err(format!("unknown type `{kind}`")),
    }))
}

fn value_of(table: &Table, name: &str) -> Option<i64> {
    table.get(name).and_then(Value::as_integer)
}

fn headers(table: &Table) -> Result<http::HeaderMap, String> {
    let mut map = http::HeaderMap::new();
    for (name, value) in table.get("headers").and_then(Value::as_table).into_iter().flatten() {
        let header: http::HeaderName = name.parse().map_err(|_| format!("`{name}` is no header"))?;
        let value =
            value.as_str().and_then(|value| value.parse().ok()).ok_or_else(|| format!("`{name}` has no value"))?;
        map.append(header, value);
    }
    Ok(map)
}

/// A value as TOML; `None` is null.
pub(crate) fn text(value: Option<&Stored>) -> String {
    let quoted = |text: &str| Value::String(text.to_owned()).to_string();
    match value {
        None => typed("null", None),
        Some(Stored::Text(text)) => quoted(text),
        Some(Stored::Bool(value)) => value.to_string(),
        Some(Stored::Int32(value)) => value.to_string(),
        Some(Stored::Double(value)) => Value::Float(*value).to_string(),
        Some(Stored::Int64(value)) => typed("long", Some(value.to_string())),
        Some(Stored::DateTime(value)) => moment(value.ticks()),
        Some(Stored::Decimal(value)) => typed("decimal", Some(quoted(&value.to_string()))),
        Some(Stored::Char(unit)) => typed("char", Some(quoted(&String::from_utf16_lossy(&[*unit])))),
        Some(Stored::Units(units)) => typed("units", Some(format!("{units:?}"))),
        Some(Stored::TimeSpan(ticks)) => typed("timespan", Some(ticks.to_string())),
        Some(Stored::Guid(bytes)) => typed("guid", Some(quoted(&policy_vm::respond::guid_text(bytes)))),
        Some(Stored::Bytes(bytes)) => typed("bytes", Some(quoted(&BASE64.encode(bytes)))),
        Some(Stored::Json(json)) => typed("json", Some(quoted(json))),
        Some(Stored::Response { status, headers, body }) => {
            let headers: Vec<String> = header_lines(headers)
                .iter()
                .map(|(name, value)| format!("{} = {}", quoted(name), quoted(value)))
                .collect();
            let body = quoted(&String::from_utf8_lossy(body));
            format!(
                "{{ type = \"response\", status = {status}, headers = {{ {} }}, body = {body} }}",
                headers.join(", ")
            )
        }
        Some(other) => typed("other", Some(quoted(&format!("{other:?}")))),
    }
}

fn typed(kind: &str, value: Option<String>) -> String {
    match value {
        Some(value) => format!("{{ type = \"{kind}\", value = {value} }}"),
        None => format!("{{ type = \"{kind}\" }}"),
    }
}

/// A GUID in text order.
pub(crate) fn guid(text: &str) -> Option<[u8; 16]> {
    let digits: String = text.chars().filter(|c| *c != '-').collect();
    let number = u128::from_str_radix(&digits, 16).ok().filter(|_| digits.len() == 32)?;
    Some(number.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_the_way_to_text_and_back() {
        for line in [
            "'a\"b'",
            "5",
            "true",
            "1.5",
            "2026-01-02T03:04:05Z",
            "{ type = \"long\", value = 5 }",
            "{ type = \"decimal\", value = \"1.50\" }",
            "{ type = \"guid\", value = \"00000000-0000-0000-0000-00000000000a\" }",
            "{ type = \"bytes\", value = \"AQI=\" }",
            "{ type = \"json\", value = \"{}\" }",
            "{ type = \"null\" }",
            "{ type = \"response\", status = 201, headers = { \"A\" = \"b\" }, body = \"c\" }",
        ] {
            let table: Table = format!("v = {line}").parse().unwrap();
            assert_eq!(text(stored(&table["v"]).unwrap().as_ref()), line);
        }
    }

    #[test]
    fn cached_values_have_a_lifetime() {
        let table: Table = "a = 1\nb = { value = 1, ttl = \"5s\" }".parse().unwrap();
        assert_eq!(cached(&table["a"]).unwrap(), (Stored::Int32(1), LIFETIME));
        assert_eq!(cached(&table["b"]).unwrap(), (Stored::Int32(1), Duration::from_secs(5)));
    }
}
