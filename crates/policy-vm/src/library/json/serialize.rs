//! Tokens from .NET objects: `FromObject`, `SerializeObject`.

use crate::cx::{Cx, fault};
use crate::exception::{Exc, Throw, Trap};
use crate::library::{self, MemberKind};
use crate::types::{self, Type, TypeId};
use crate::value::behaviour::type_of;
use crate::value::heap::Object;
use crate::value::matrix::Matrix;
use crate::value::sequence::iterate;
use crate::value::text::Str;
use crate::value::{Ref, Value, cast};

use super::load::{self, Wanted};
use super::node;
use super::{convert, edit, jarray, jobject};

/// Nesting of objects that is followed.
const MAX_DEPTH: usize = 200;

/// A new token for an object; a token is copied.
pub(super) fn to_token(cx: &mut Cx<'_>, value: Value) -> Result<Ref, Throw> {
    match node::token(cx.heap, value) {
        Some(token) => {
            cx.charge(node::node(cx.heap, token).count())?;
            Ok(node::copy(cx.heap, token, 0)?)
        }
        None => to_tree(cx, value),
    }
}

/// A token for an object, for reading only: tokens in it may be shared.
pub(super) fn to_tree(cx: &mut Cx<'_>, value: Value) -> Result<Ref, Throw> {
    object(cx, value, 0)
}

fn object(cx: &mut Cx<'_>, value: Value, depth: usize) -> Result<Ref, Throw> {
    if depth > MAX_DEPTH {
        return Err(Trap::Depth.into());
    }
    cx.charge(1)?;
    if let Some(token) = node::token(cx.heap, value) {
        return Ok(token);
    }
    if library::system::db_null::is(cx.heap, value) {
        return edit::new_value(cx, Value::Null);
    }
    match value {
        Value::Object(at) => match cx.heap.object(at) {
            Object::Anonymous { ty, values } => {
                let (ty, values) = (*ty, values.to_vec());
                anonymous(cx, ty, &values, depth)
            }
            Object::Pair { key, value, .. } => {
                let (key, value) = (*key, *value);
                let made = jobject::create(cx)?;
                member(cx, made, "Key", key, depth)?;
                member(cx, made, "Value", value, depth)?;
                Ok(made)
            }
            Object::Array(_) | Object::List(_) => items(cx, value, depth),
            Object::Exception(_) => exception(cx, at, depth),
            Object::Native(_) => native(cx, value, depth),
            _ => edit::new_value(cx, value),
        },
        Value::View(_) => native(cx, value, depth),
        // A token has no characters.
        Value::Char(unit) => {
            let text = library::system::char::text_of(unit);
            let text = cx.string_buf(&text)?;
            edit::new_value(cx, text)
        }
        value => edit::new_value(cx, value),
    }
}

/// An exception is written as .NET writes it for serialization of any kind.
fn exception(cx: &mut Cx<'_>, at: Ref, depth: usize) -> Result<Ref, Throw> {
    let Object::Exception(object) = cx.heap.object(at) else { return Err(fault("an exception was expected")) };
    let (ty, message, inner, parameter) = (object.ty, object.message.clone(), object.inner, object.parameter.clone());
    let (thrown, set) = (object.thrown, object.set.as_deref().copied().unwrap_or_default());
    let made = jobject::create(cx)?;
    let name = cx.string(&types::net_name(ty))?;
    let message = cx.string(&message)?;
    // Who looks at one that was thrown finds a text; there are no frames to show.
    let trace = if thrown { cx.string("")? } else { Value::Null };
    let hresult = library::system::exception::hresult(cx, &[Value::Object(at)])?;
    let members = [
        ("ClassName", name),
        ("Message", message),
        ("Data", Value::Null),
        ("InnerException", inner),
        ("HelpURL", set.help_link),
        ("StackTraceString", trace),
        ("RemoteStackTraceString", Value::Null),
        ("RemoteStackIndex", Value::Int32(0)),
        ("ExceptionMethod", Value::Null),
        ("HResult", hresult),
        ("Source", set.source),
        ("WatsonBuckets", Value::Null),
    ];
    for (name, value) in members {
        member(cx, made, name, value, depth)?;
    }
    if cast::is_assignable(ty, crate::cx::exception_type(Exc::Argument)) {
        let parameter = match parameter {
            Some(parameter) => cx.string(&parameter)?,
            None => Value::Null,
        };
        member(cx, made, "ParamName", parameter, depth)?;
        if ty == crate::cx::exception_type(Exc::ArgumentOutOfRange) {
            member(cx, made, "ActualValue", Value::Null, depth)?;
        }
    }
    Ok(made)
}

fn anonymous(cx: &mut Cx<'_>, ty: TypeId, values: &[Value], depth: usize) -> Result<Ref, Throw> {
    let made = jobject::create(cx)?;
    if let Type::Tuple(_) = types::get(ty) {
        for (number, value) in (1..).zip(values) {
            member(cx, made, &format!("Item{number}"), *value, depth)?;
        }
    }
    if let Type::Anonymous(members) = types::get(ty) {
        for ((name, _), value) in members.iter().zip(values) {
            member(cx, made, name, *value, depth)?;
        }
    }
    Ok(made)
}

fn member(cx: &mut Cx<'_>, object: Ref, name: &str, value: Value, depth: usize) -> Result<(), Throw> {
    let name = cx.heap.new_str(name)?;
    put(cx, object, name, value, depth)
}

fn put(cx: &mut Cx<'_>, object: Ref, name: Str, value: Value, depth: usize) -> Result<(), Throw> {
    let token = self::object(cx, value, depth + 1)?;
    edit::set_property(cx, object, name, token)
}

fn items(cx: &mut Cx<'_>, value: Value, depth: usize) -> Result<Ref, Throw> {
    let made = jarray::create(cx)?;
    let mut all = iterate(cx, value)?;
    while let Some(item) = all.next(cx)? {
        let token = object(cx, item, depth + 1)?;
        let end = node::node(cx.heap, made).count();
        edit::insert(cx, made, end, token)?;
    }
    Ok(made)
}

/// An array of several dimensions: arrays in arrays.
fn rows(cx: &mut Cx<'_>, items: &[Value], sizes: &[usize], depth: usize) -> Result<Ref, Throw> {
    cx.charge(1)?;
    let made = jarray::create(cx)?;
    let Some((count, inner)) = sizes.split_first() else { return Ok(made) };
    let size: usize = inner.iter().product();
    for at in 0..*count {
        let part = items.get(at * size..(at + 1) * size).unwrap_or_default();
        let token = match (part, inner) {
            ([item], []) => object(cx, *item, depth + 1)?,
            _ => rows(cx, part, inner, depth)?,
        };
        edit::insert(cx, made, at, token)?;
    }
    Ok(made)
}

/// True for types that are written as objects of their keys.
fn is_dictionary(ty: TypeId) -> bool {
    let Type::Named { def, args } = types::get(ty) else { return false };
    args.len() == 2 && library::get().def(*def).simple_name().ends_with("Dictionary")
}

fn native(cx: &mut Cx<'_>, value: Value, depth: usize) -> Result<Ref, Throw> {
    let ty = type_of(cx.heap, value).unwrap_or(TypeId::OBJECT);
    if let Ok(made) = edit_value(cx, value) {
        return Ok(made);
    }
    if let Some(text) = library::xml::json_text(cx, value)? {
        let text = cx.heap.new_buf(&text)?;
        let parsed = load::parse_with(cx, text, Wanted::Token, false)?;
        return node::token(cx.heap, parsed).ok_or(fault("a token was expected"));
    }
    if let Some((pattern, options)) = library::regular_expressions::pattern_of(cx.heap, value) {
        let made = jobject::create(cx)?;
        member(cx, made, "Pattern", Value::String(pattern), depth)?;
        member(cx, made, "Options", Value::Int64(options), depth)?;
        return Ok(made);
    }
    if let Some(Matrix { sizes, items, .. }) = cx.heap.native(value) {
        let (sizes, items) = (sizes.clone(), items.clone());
        return rows(cx, &items, &sizes, depth);
    }
    if is_dictionary(ty) {
        return dictionary(cx, value, depth);
    }
    if edit::is_multi(cx, value) {
        return items(cx, value, depth);
    }
    properties(cx, value, ty, depth)
}

/// The values that have a token type of their own (`Uri`).
fn edit_value(cx: &mut Cx<'_>, value: Value) -> Result<Ref, ()> {
    match type_of(cx.heap, value) {
        Some(ty) if ty == convert::URI.id() => edit::new_value(cx, value).map_err(drop),
        _ => Err(()),
    }
}

fn dictionary(cx: &mut Cx<'_>, value: Value, depth: usize) -> Result<Ref, Throw> {
    let made = jobject::create(cx)?;
    let mut pairs = iterate(cx, value)?;
    while let Some(pair) = pairs.next(cx)? {
        let Some(Object::Pair { key, value, .. }) = cx.heap.get(pair) else { continue };
        let (key, value) = (*key, *value);
        let name = convert::text(cx, key)?;
        put(cx, made, name, value, depth)?;
    }
    Ok(made)
}

/// The public properties of an object, those of its bases first, as declared.
fn properties(cx: &mut Cx<'_>, value: Value, ty: TypeId, depth: usize) -> Result<Ref, Throw> {
    let made = jobject::create(cx)?;
    let mut next = Some(ty);
    while let Some(ty) = next {
        let Type::Named { def, .. } = types::get(ty) else { break };
        let def = library::get().def(*def);
        for property in def.members() {
            if property.kind == MemberKind::Property && !property.is_static && property.constant.is_none() {
                let value = (property.run)(cx, &[value])?;
                member(cx, made, property.name, value, depth)?;
            }
        }
        next = def.base().filter(|base| *base != TypeId::OBJECT);
    }
    Ok(made)
}
