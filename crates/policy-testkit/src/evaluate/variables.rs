//! `Variables` of a context document. Texts, numbers, JSON and the like are values as they stand; any other is written as
//! the C# expression that makes it and evaluated, so that there is one way to make a value, and it is the engine's own.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use policy_vm::eval::Expression;
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
    if let Some(response) = value.get("$response") {
        let response = response_of("$response", response).map_err(|e| e.to_string())?;
        exchange.set_response_variable(name, response);
        return Ok(());
    }
    if let Some(form) = value.get("$authorization") {
        let claims = form.get("Claims").and_then(Json::as_object).into_iter().flatten();
        let claims: Result<Vec<_>, String> = claims
            .map(|(name, value)| Ok((name.as_str(), plain(value)?.ok_or("a claim is no plain value")?)))
            .collect();
        let token = form.get("AccessToken").and_then(Json::as_str);
        return exchange.set_authorization_variable(name, token, &claims?).map_err(|problem| problem.to_string());
    }
    if let Some(plain) = plain(value)? {
        return exchange.set_variable(name, plain.as_ref()).map_err(|problem| problem.to_string());
    }
    let text = expression(value).ok_or("the value has no form that is known")?;
    let limits = Limits::default();
    made(&text)?.assign(exchange, ambient, &limits, name).map_err(|throw| match throw {
        Throw::Exception(_) => "the value could not be made".to_owned(),
        Throw::Trap(trap) => trap.to_string(),
    })
}

/// A value whose form says what it is; the outer `None` is for one that an expression has to make.
fn plain(value: &Json) -> Result<Option<Option<Stored>>, String> {
    Ok(Some(match value {
        Json::Null => None,
        Json::Bool(flag) => Some(Stored::Bool(*flag)),
        Json::String(text) => Some(Stored::Text(text.as_str().into())),
        Json::Number(n) => match (n.as_i64(), n.as_f64()) {
            (Some(n), _) => Some(i32::try_from(n).map_or(Stored::Int64(n), Stored::Int32)),
            (None, Some(n)) => Some(Stored::Double(n)),
            (None, None) => return Err("the number is out of range".to_owned()),
        },
        Json::Object(form) => {
            if let Some(json) = form.get("$json") {
                Some(Stored::Json(json.to_string().into()))
            } else if let Some(bytes) = form.get("$bytes").and_then(Json::as_str) {
                use base64::Engine as _;
                let bytes = base64::engine::general_purpose::STANDARD.decode(bytes).map_err(|e| e.to_string())?;
                Some(Stored::Bytes(bytes.into()))
            } else {
                return Ok(None);
            }
        }
        Json::Array(_) => return Ok(None),
    }))
}

/// Most values of these forms are those of the default document, which every request of a batch has.
const MOST_KEPT: usize = 256;

thread_local! {
    static MADE: RefCell<HashMap<String, Rc<Expression>>> = RefCell::default();
}

/// The expression compiled, once for all evaluations of the thread.
fn made(text: &str) -> Result<Rc<Expression>, String> {
    if let Some(known) = MADE.with_borrow(|made| made.get(text).cloned()) {
        return Ok(known);
    }
    let compiled = eval::compile_unrestricted(text);
    let compiled = compiled.map_err(|e| e.first().map(|e| e.message.clone()).unwrap_or_default())?;
    let compiled = Rc::new(compiled);
    MADE.with_borrow_mut(|made| {
        if made.len() >= MOST_KEPT {
            made.clear();
        }
        made.insert(text.to_owned(), Rc::clone(&compiled));
    });
    Ok(compiled)
}

fn expression(value: &Json) -> Option<String> {
    let quoted = |text: &Json| serde_json::to_string(text.as_str()?).ok();
    let (kind, inner) = value.as_object()?.iter().next()?;
    Some(match kind.as_str() {
        "$jwt" => format!("@({}.AsJwt())", quoted(inner)?),
        "$strings" => {
            let items: Option<Vec<String>> = inner.as_array()?.iter().map(quoted).collect();
            format!("@(new string[] {{ {} }})", items?.join(", "))
        }
        "$type" => scalar(inner.as_str()?, value.get("$value")?.as_str()?)?,
        _ => return None,
    })
}

/// A value of any type that a text can be read as.
fn scalar(ty: &str, text: &str) -> Option<String> {
    let quoted = serde_json::to_string(text).ok()?;
    let culture = "System.Globalization.CultureInfo.InvariantCulture";
    Some(match ty {
        "System.DateTime" => {
            format!("@(DateTime.Parse({quoted}, {culture}, System.Globalization.DateTimeStyles.RoundtripKind))")
        }
        "System.DateTimeOffset" | "System.TimeSpan" => format!("@({ty}.Parse({quoted}, {culture}))"),
        "System.Guid" => format!("@(Guid.Parse({quoted}))"),
        "System.Uri" => format!("@(new Uri({quoted}, UriKind.RelativeOrAbsolute))"),
        other => format!(
            "@(typeof({other}).IsEnum ? Enum.Parse(typeof({other}), {quoted}) : Convert.ChangeType({quoted}, typeof({other}), {culture}))"
        ),
    })
}
