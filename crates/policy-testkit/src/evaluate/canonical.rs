//! Values in canonical form: by the invariant culture, in UTC, types by their .NET names.

use policy_vm::cx::Cx;
use policy_vm::exception::Throw;
use policy_vm::library::MemberKind;
use policy_vm::types::{self, Type, TypeId};
use policy_vm::value::heap::Object;
use policy_vm::value::text::TextBuf;
use policy_vm::value::{Ref, Value, behaviour, sequence};
use serde_json::{Map, Value as Json, json};

const READ_ONLY_DICTIONARY: &str = "System.Collections.Generic.IReadOnlyDictionary`2";

/// How many items of a sequence are shown.
const MOST_ITEMS: usize = 1_000;

/// The type's name as .NET prints it.
pub(super) fn type_name(ty: TypeId) -> String {
    match types::get(ty) {
        Type::Anonymous(_) => "<anonymous>".to_owned(),
        _ => types::net_name(ty),
    }
}

/// The name of a value's own type; `None` for null.
pub(super) fn run_time_type(cx: &Cx<'_>, value: Value) -> Option<String> {
    // .NET's stand-in for the dictionaries of the context is a `Dictionary`; here each is a view of its own.
    let shown = |ty| type_name(ty).replacen(READ_ONLY_DICTIONARY, "System.Collections.Generic.Dictionary`2", 1);
    let is_view = matches!(value, Value::View(_));
    behaviour::type_of(cx.heap, value).map(|ty| if is_view { shown(ty) } else { type_name(ty) })
}

/// Type and message of an exception.
pub(super) fn exception(cx: &Cx<'_>, handle: Ref) -> (String, String) {
    match cx.heap.object(handle) {
        Object::Exception(e) => (types::net_name(e.ty), e.message.to_string()),
        _ => (String::new(), String::new()),
    }
}

/// A value in canonical form.
///
/// # Errors
/// What enumerating a lazy sequence throws.
pub fn canonical(cx: &mut Cx<'_>, value: Value) -> Result<Json, Throw> {
    Ok(match value {
        Value::Null => Json::Null,
        Value::Double(n) => Json::String(policy_vm::library::text_of_double(n)),
        Value::DateTime(_) => Json::String(formatted(cx, value, "o")?),
        Value::TimeSpan(_) => Json::String(formatted(cx, value, "c")?),
        Value::Object(handle) => {
            return match policy_vm::library::xml::unformatted(cx, value)? {
                Some(text) => Ok(Json::String(text.as_text().to_utf8().into_owned())),
                None => object(cx, handle),
            };
        }
        Value::View(_) => return view(cx, value),
        _ => Json::String(text(cx, value)?),
    })
}

fn text(cx: &mut Cx<'_>, value: Value) -> Result<String, Throw> {
    let s = behaviour::to_text(cx, value)?;
    Ok(cx.text(s).to_utf8().into_owned())
}

fn formatted(cx: &mut Cx<'_>, value: Value, format: &str) -> Result<String, Throw> {
    let mut out = TextBuf::new();
    policy_vm::library::format(cx, value, format, &mut out)?;
    Ok(out.as_text().to_utf8().into_owned())
}

/// A part of something: null, or its type and value.
fn part(cx: &mut Cx<'_>, value: Value) -> Result<Json, Throw> {
    if value.is_null() {
        return Ok(Json::Null);
    }
    let ty = run_time_type(cx, value);
    Ok(json!({"type": ty, "value": canonical(cx, value)?}))
}

fn object(cx: &mut Cx<'_>, handle: Ref) -> Result<Json, Throw> {
    let value = Value::Object(handle);
    match cx.heap.object(handle) {
        Object::Bytes(bytes) => {
            use base64::Engine as _;
            Ok(Json::String(base64::engine::general_purpose::STANDARD.encode(bytes)))
        }
        Object::DateTimeOffset { .. } => Ok(Json::String(formatted(cx, value, "o")?)),
        Object::Pair { key, value, .. } => {
            let (key, value) = (*key, *value);
            Ok(Json::Array(vec![part(cx, key)?, part(cx, value)?]))
        }
        Object::Json(node) => {
            let ty = format!("{:?}", node.kind());
            let mut out = TextBuf::new();
            policy_vm::library::json::write_compact(cx, handle, &mut out)?;
            Ok(Json::String(format!("{ty} {}", out.as_text().to_utf8())))
        }
        Object::Exception(e) => {
            let (ty, message) = (types::net_name(e.ty), e.message.to_string());
            Ok(Json::String(format!("{ty}: {message}")))
        }
        Object::Array(_) | Object::List(_) => items(cx, value),
        Object::Native(native) if native.iterate(value).is_some() => items(cx, value),
        _ if is_part(cx, value) => members(cx, value),
        _ => Ok(Json::String(text(cx, value)?)),
    }
}

fn view(cx: &mut Cx<'_>, value: Value) -> Result<Json, Throw> {
    match sequence::iterate(cx, value) {
        Ok(_) => items(cx, value),
        Err(_) if is_part(cx, value) => members(cx, value),
        Err(_) => Ok(Json::String(text(cx, value)?)),
    }
}

/// True for a part of the context and what belongs to it (`Jwt`, `BasicAuthCredentials`).
fn is_part(cx: &Cx<'_>, value: Value) -> bool {
    behaviour::type_of(cx.heap, value).is_some_and(|ty| types::net_name(ty).starts_with("ApiManagement."))
}

/// Each property's name and value, those of the interfaces above included.
fn members(cx: &mut Cx<'_>, value: Value) -> Result<Json, Throw> {
    let mut all = Map::new();
    let mut left: Vec<TypeId> = behaviour::type_of(cx.heap, value).into_iter().collect();
    while let Some(ty) = left.pop() {
        let Type::Named { def, .. } = types::get(ty) else { continue };
        let def = policy_vm::library::get().def(*def);
        left.extend(def.interfaces());
        let properties = def.members().iter().filter(|m| m.kind == MemberKind::Property && !m.is_static);
        for property in properties {
            let found = (property.run)(cx, &[value])?;
            all.insert(property.name.to_owned(), part(cx, found)?);
        }
    }
    Ok(Json::Object(all))
}

fn items(cx: &mut Cx<'_>, value: Value) -> Result<Json, Throw> {
    let mut iter = sequence::iterate(cx, value)?;
    let mut list = Vec::new();
    while let Some(item) = iter.next(cx)? {
        if list.len() == MOST_ITEMS {
            list.push(Json::String("...".to_owned()));
            break;
        }
        list.push(match cx.heap.get(item) {
            // A pair stands as the array of its two parts, without its own type.
            Some(Object::Pair { .. }) => canonical(cx, item)?,
            _ => part(cx, item)?,
        });
    }
    Ok(Json::Array(list))
}
