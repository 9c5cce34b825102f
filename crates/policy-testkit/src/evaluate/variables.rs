//! `Variables` of a context document. Each value is written as the C# expression that makes it and evaluated: there is one
//! way to make a value, and it is the engine's own.

use policy_vm::exception::Throw;
use policy_vm::host::{Ambient, Stored};
use policy_vm::{Exchange, Limits, eval};
use serde_json::Value as Json;

use super::context::response_of;

/// Sets the variables that the document lists.
pub(super) fn set(exchange: &mut Exchange, document: Option<&Json>, ambient: &dyn Ambient) -> Result<(), String> {
    for (name, value) in document.and_then(Json::as_object).into_iter().flatten() {
        one(exchange, name, value, ambient).map_err(|problem| format!("`{name}`: {problem}"))?;
    }
    Ok(())
}

fn one(exchange: &mut Exchange, name: &str, value: &Json, ambient: &dyn Ambient) -> Result<(), String> {
    if value.is_null() {
        return exchange.set_variable(name, None).map_err(|trap| trap.to_string());
    }
    if let Some(response) = value.get("$response") {
        let response = response_of("$response", response).map_err(|e| e.to_string())?;
        let body = match response.body {
            policy_vm::exchange::Body::Bytes(bytes) => bytes,
            _ => bytes::Bytes::new(),
        };
        let stored = Stored::Response { status: response.status, headers: response.headers, body };
        return exchange.set_variable(name, Some(&stored)).map_err(|trap| trap.to_string());
    }
    if let Some(bytes) = value.get("$bytes").and_then(Json::as_str) {
        use base64::Engine as _;
        let bytes = base64::engine::general_purpose::STANDARD.decode(bytes).map_err(|e| e.to_string())?;
        return exchange.set_variable(name, Some(&Stored::Bytes(bytes.into()))).map_err(|trap| trap.to_string());
    }
    let text = expression(value).ok_or("the value has no form that is known")?;
    let compiled = eval::compile(&text).map_err(|e| e.first().map(|e| e.message.clone()).unwrap_or_default())?;
    let limits = Limits::default();
    compiled.assign(exchange, ambient, &limits, name).map_err(|throw| match throw {
        Throw::Exception(_) => "the value could not be made".to_owned(),
        Throw::Trap(trap) => trap.to_string(),
    })
}

fn expression(value: &Json) -> Option<String> {
    let quoted = |text: &Json| serde_json::to_string(text.as_str()?).ok();
    Some(match value {
        Json::String(_) => format!("@({})", quoted(value)?),
        Json::Bool(flag) => format!("@({flag})"),
        Json::Number(n) => match n.as_i64() {
            Some(n) if i32::try_from(n).is_ok() => format!("@({n})"),
            Some(n) => format!("@({n}L)"),
            None => format!("@({}d)", n.as_f64()?),
        },
        Json::Object(form) => {
            let (kind, inner) = form.iter().next()?;
            match kind.as_str() {
                "$json" => format!("@(JToken.Parse({}))", serde_json::to_string(&inner.to_string()).ok()?),
                "$jwt" => format!("@({}.AsJwt())", quoted(inner)?),
                "$strings" => {
                    let items: Option<Vec<String>> = inner.as_array()?.iter().map(quoted).collect();
                    format!("@(new string[] {{ {} }})", items?.join(", "))
                }
                "$type" => scalar(inner.as_str()?, form.get("$value")?.as_str()?)?,
                _ => return None,
            }
        }
        _ => return None,
    })
}

fn scalar(ty: &str, text: &str) -> Option<String> {
    let quoted = serde_json::to_string(text).ok()?;
    Some(match ty {
        "System.DateTime" => format!("@(DateTimeOffset.Parse({quoted}).UtcDateTime)"),
        "System.DateTimeOffset" => format!("@(DateTimeOffset.Parse({quoted}))"),
        "System.TimeSpan" => format!("@(TimeSpan.Parse({quoted}))"),
        "System.Guid" => format!("@(Guid.Parse({quoted}))"),
        "System.Decimal" => format!("@(decimal.Parse({quoted}))"),
        "System.Uri" => format!("@(new Uri({quoted}))"),
        other => format!("@({other}.Parse({quoted}))"),
    })
}
