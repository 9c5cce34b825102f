//! Values in canonical form: by the invariant culture, in UTC, types by their .NET names.

use policy_vm::cx::Cx;
use policy_vm::exception::Throw;
use policy_vm::library::{self, MemberKind, NativeFn};
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
        Object::Anonymous { ty, values } if matches!(types::get(*ty), Type::Tuple(_)) => {
            let values = values.clone();
            Ok(Json::Array(values.iter().map(|value| part(cx, *value)).collect::<Result<_, _>>()?))
        }
        Object::Native(native) => {
            let (ty, iterates) = (native.net_type(), native.iterate(value).is_some());
            match special(cx, value, ty) {
                Some(shown) => shown,
                None if iterates => items(cx, value),
                None => Ok(Json::String(text(cx, value)?)),
            }
        }
        _ => Ok(Json::String(text(cx, value)?)),
    }
}

/// The types that are shown by some of their members.
fn special(cx: &mut Cx<'_>, value: Value, ty: TypeId) -> Option<Result<Json, Throw>> {
    let name = types::net_name(ty);
    let member = |cx: &mut Cx<'_>, name| member(cx, value, ty, name).and_then(|value| canonical(cx, value));
    Some(match name.split(['`', '[']).next().unwrap_or_default() {
        "System.Text.RegularExpressions.Match"
        | "System.Text.RegularExpressions.Group"
        | "System.Text.RegularExpressions.Capture" => captured(cx, value, ty),
        "System.Tuple" => {
            let count = (1..8).take_while(|n| getter(ty, &format!("Item{n}")).is_some()).count();
            let names = (1..=count).map(|n| format!("Item{n}"));
            let parts: Result<Vec<Json>, Throw> =
                names.map(|name| self::member(cx, value, ty, &name).and_then(|item| part(cx, item))).collect();
            // The eighth member is a tuple, whose items follow.
            match (parts, getter(ty, "Rest").is_some()) {
                (Ok(mut parts), true) => member(cx, "Rest").map(|rest| {
                    parts.extend(rest.as_array().into_iter().flatten().cloned());
                    Json::Array(parts)
                }),
                (parts, _) => parts.map(Json::Array),
            }
        }
        "System.Security.Cryptography.X509Certificates.X509Certificate2" => member(cx, "Thumbprint"),
        node if node.starts_with("System.Xml.Xml") && getter(ty, "OuterXml").is_some() => member(cx, "OuterXml"),
        "ApiManagement.Jwt" | "ApiManagement.BasicAuthCredentials" => members(cx, value, ty),
        encoding if encoding.starts_with("System.Text.") && encoding.ends_with("Encoding") => member(cx, "WebName"),
        _ => return None,
    })
}

/// A property's getter, of the type or one of its bases.
fn getter(ty: TypeId, name: &str) -> Option<NativeFn> {
    let mut at = Some(ty);
    while let Some(ty) = at {
        let Type::Named { def, .. } = types::get(ty) else { return None };
        let def = library::get().def(*def);
        if let Some(member) = def.members_named(name).find(|member| member.kind == MemberKind::Property) {
            return Some(member.run);
        }
        at = def.base();
    }
    None
}

fn member(cx: &mut Cx<'_>, value: Value, ty: TypeId, name: &str) -> Result<Value, Throw> {
    getter(ty, name).map_or(Ok(Value::Null), |run| run(cx, &[value]))
}

/// Every property of the type, its bases and interfaces.
fn members(cx: &mut Cx<'_>, value: Value, ty: TypeId) -> Result<Json, Throw> {
    let mut shown = Map::new();
    let mut open = vec![ty];
    while let Some(ty) = open.pop() {
        let Type::Named { def, .. } = types::get(ty) else { continue };
        let def = library::get().def(*def);
        open.extend(def.base().into_iter().chain(def.interfaces().iter().copied()));
        for property in def.members().iter().filter(|m| m.kind == MemberKind::Property && !m.is_static) {
            let found = (property.run)(cx, &[value])?;
            let found = if found.is_null() { Json::Null } else { part(cx, found)? };
            shown.insert(property.name.to_owned(), found);
        }
    }
    Ok(Json::Object(shown))
}

/// A capture's place and text; a group's captures, if it has several; a match's groups but the first.
fn captured(cx: &mut Cx<'_>, value: Value, ty: TypeId) -> Result<Json, Throw> {
    let mut shown = span(cx, value, ty)?;
    let bool = |value| matches!(value, Value::Bool(true));
    if getter(ty, "Success").is_some() {
        shown.insert("success".to_owned(), bool(member(cx, value, ty, "Success")?).into());
        let name = member(cx, value, ty, "Name")?;
        shown.insert("name".to_owned(), canonical(cx, name)?);
        let captures = each(cx, value, ty, "Captures")?;
        if captures.len() > 1 {
            let spans: Result<Vec<Json>, Throw> =
                captures.into_iter().map(|(value, ty)| span(cx, value, ty).map(Json::Object)).collect();
            shown.insert("captures".to_owned(), Json::Array(spans?));
        }
    }
    if getter(ty, "Groups").is_some() {
        let groups = each(cx, value, ty, "Groups")?;
        let groups: Result<Vec<Json>, Throw> =
            groups.into_iter().skip(1).map(|(value, ty)| captured(cx, value, ty)).collect();
        shown.insert("groups".to_owned(), Json::Array(groups?));
    }
    Ok(Json::Object(shown))
}

fn span(cx: &mut Cx<'_>, value: Value, ty: TypeId) -> Result<Map<String, Json>, Throw> {
    let text = member(cx, value, ty, "Value")?;
    let mut shown = Map::from_iter([("value".to_owned(), canonical(cx, text)?)]);
    for (name, property) in [("index", "Index"), ("length", "Length")] {
        if let Value::Int32(number) = member(cx, value, ty, property)? {
            shown.insert(name.to_owned(), number.into());
        }
    }
    Ok(shown)
}

/// The items of a property that is a sequence, with their types.
fn each(cx: &mut Cx<'_>, value: Value, ty: TypeId, name: &str) -> Result<Vec<(Value, TypeId)>, Throw> {
    let sequence = member(cx, value, ty, name)?;
    let mut iter = sequence::iterate(cx, sequence)?;
    let mut list = Vec::new();
    while let Some(item) = iter.next(cx)? {
        list.extend(behaviour::type_of(cx.heap, item).map(|ty| (item, ty)));
    }
    Ok(list)
}

fn view(cx: &mut Cx<'_>, value: Value) -> Result<Json, Throw> {
    match sequence::iterate(cx, value) {
        Ok(_) => items(cx, value),
        Err(_) => match behaviour::type_of(cx.heap, value) {
            Some(ty) if types::net_name(ty).starts_with("ApiManagement.") => members(cx, value, ty),
            Some(ty) => special(cx, value, ty).unwrap_or_else(|| Ok(Json::String(text(cx, value)?))),
            None => Ok(Json::String(text(cx, value)?)),
        },
    }
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
