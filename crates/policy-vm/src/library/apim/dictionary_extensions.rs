//! The extension methods of dictionaries: `GetValueOrDefault` in its shapes, and forms.

use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::json::convert::{is_value_type, nullable};
use crate::library::{self, EQUALS, TypeDef, method};
use crate::types::{self, Type, TypeId};
use crate::value::behaviour::{default_of, type_of};
use crate::value::heap::{Heap, Object};
use crate::value::sequence::iterate;
use crate::value::text::{Str, TextRef};
use crate::value::{Part, Value};

use super::{dictionaries, find_in};

pub(in crate::library) const TYPE: TypeDef = TypeDef::static_class("ApiManagement.DictionaryExtensions").members(&[
    method(JOINED, joined).asked(&[(EQUALS, joined_equals)]),
    method(JOINED_OR_DEFAULT, joined).asked(&[(EQUALS, joined_equals)]),
    method(
        "static T GetValueOrDefault<T>(this IReadOnlyDictionary<string, object> dictionary, string name, T \
         defaultValue = default)",
        variable,
    ),
    method("static string ToFormUrlEncodedContent(this IDictionary<string, IList<string>> form)", to_form),
    method("static string ToQueryString(this IDictionary<string, IList<string>> form)", to_query_string),
]);

/// What texts a dictionary of lists of texts has under a name.
pub(super) const JOINED: &str =
    "static string GetValueOrDefault(this IReadOnlyDictionary<string, string[]> dictionary, string name)";
/// The same with something else where there is nothing.
pub(super) const JOINED_OR_DEFAULT: &str = "static string GetValueOrDefault(this IReadOnlyDictionary<string, string[]> \
                                            dictionary, string name, string defaultValue)";

/// Used where [`TYPE`] has no fit: any dictionary.
pub(in crate::library) const FALLBACK: TypeDef =
    TypeDef::static_class("ApiManagement.Fallback.DictionaryExtensions").members(&[
        method(
            "static V GetValueOrDefault<K, V>(this IReadOnlyDictionary<K, V> dictionary, K key, V defaultValue = default)",
            plain,
        ),
        method(
            "static V GetValueOrDefault<K, V>(this IDictionary<K, V> dictionary, K key, V defaultValue = default)",
            plain,
        ),
        method(
            "static V GetValueOrDefault<K, V>(this Dictionary<K, V> dictionary, K key, V defaultValue = default)",
            plain,
        ),
    ]);

/// Headers, query parameters and claims: several values are joined.
pub(super) fn joined(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let (Value::View(view), Value::String(name)) = (arg(args, 0), arg(args, 1)) {
        return Ok(dictionaries::joined(cx, view, name)?.map_or(arg(args, 2), Value::String));
    }
    let Some(found) = find_in(cx, arg(args, 0), arg(args, 1))? else { return Ok(arg(args, 2)) };
    let mut texts = Vec::new();
    let mut items = iterate(cx, found)?;
    while let Some(item) = items.next(cx)? {
        if !texts.is_empty() {
            texts.push(cx.heap.new_str(",")?);
        }
        texts.push(if let Value::String(text) = item { text } else { Str::EMPTY });
    }
    Ok(Value::String(cx.heap.concat(&texts)?))
}

/// `headers.GetValueOrDefault(name, defaultValue) == text`: a condition on a header copies nothing.
fn joined_equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some((wanted, asked)) = args.split_last() else { return Err(fault("a text was expected")) };
    if let (Value::View(view), Value::String(name), Value::String(wanted)) = (arg(asked, 0), arg(asked, 1), *wanted)
        && let Some(equal) = dictionaries::is_only(cx, view, name, wanted)
    {
        return Ok(Value::Bool(equal));
    }
    let equal = match (joined(cx, asked)?, *wanted) {
        (Value::String(found), Value::String(wanted)) => cx.text(found).equals(cx.text(wanted)),
        (found, wanted) => found.is_null() && wanted.is_null(),
    };
    Ok(Value::Bool(equal))
}

/// Variables: the stored object must already have the type asked for.
fn variable(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let target = cx.type_arg(0);
    let found = match (arg(args, 0), arg(args, 1)) {
        (Value::View(view), Value::String(name)) if view.part == Part::Variables => dictionaries::variable(cx, name),
        (dictionary, name) => find_in(cx, dictionary, name)?,
    };
    match found {
        None if !arg(args, 2).is_null() => Ok(arg(args, 2)),
        None | Some(Value::Null) => default_of(cx.heap, target),
        Some(value) if is_instance(cx.heap, value, target) => Ok(value),
        Some(value) => {
            let name = cx.string_opt(args, 1).map(|s| cx.text(s).to_utf8().into_owned()).unwrap_or_default();
            let actual = type_of(cx.heap, value).map(types::net_name).unwrap_or_default();
            let expected = types::net_name(target);
            let message =
                format!("Unable to convert context variable `{name}` of type `{actual}` to the type of `{expected}`.");
            Err(cx.throw(Exc::InvalidCast, message))
        }
    }
}

/// `value is T`.
fn is_instance(heap: &Heap, value: Value, target: TypeId) -> bool {
    let target = nullable(target).unwrap_or(target);
    let Some(own) = type_of(heap, value) else { return false };
    own == target || target == TypeId::OBJECT || is_derived(own, target, 0)
}

/// Whether a type has another among its bases and interfaces.
fn is_derived(own: TypeId, target: TypeId, depth: usize) -> bool {
    if own == target {
        return true;
    }
    if depth > 16 || is_value_type(target) {
        return false;
    }
    match types::get(own) {
        Type::Named { def, args } => {
            let def = library::get().def(*def);
            let above = def.base().into_iter().chain(def.interfaces().iter().copied());
            above.map(|id| types::substitute(id, args, &[])).any(|id| is_derived(id, target, depth + 1))
        }
        // Arrays are lists of their elements.
        Type::Array { element, rank: 1 } => {
            let lists = [
                TypeId::ENUMERABLE,
                TypeId::COLLECTION,
                TypeId::LIST_INTERFACE,
                TypeId::READ_ONLY_COLLECTION,
                TypeId::READ_ONLY_LIST,
            ];
            matches!(target, TypeId::ARRAY | TypeId::ENUMERABLE_OBJECT)
                || lists.iter().any(|list| types::construct(*list, &[*element]) == target)
        }
        _ => false,
    }
}

fn plain(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let value_type = cx.type_arg(1);
    match find_in(cx, arg(args, 0), arg(args, 1))? {
        Some(value) => Ok(value),
        None if arg(args, 2).is_null() => default_of(cx.heap, value_type),
        None => Ok(arg(args, 2)),
    }
}

fn to_form(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match form_text(cx, arg(args, 0))? {
        Some(text) => cx.string(&text),
        None => Ok(Value::Null),
    }
}

fn to_query_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match form_text(cx, arg(args, 0))? {
        Some(text) => cx.string(&format!("?{text}")),
        None => Ok(Value::Null),
    }
}

/// One pair for each value; nothing for a null or empty dictionary.
fn form_text(cx: &mut Cx<'_>, form: Value) -> Result<Option<String>, Throw> {
    if form.is_null() {
        return Ok(None);
    }
    let mut out = String::new();
    let (mut pairs, mut empty) = (iterate(cx, form)?, true);
    while let Some(pair) = pairs.next(cx)? {
        empty = false;
        let Some(Object::Pair { key: Value::String(key), value, .. }) = cx.heap.get(pair) else { continue };
        let (key, value) = (*key, *value);
        let mut values = iterate(cx, value)?;
        while let Some(value) = values.next(cx)? {
            if !out.is_empty() {
                out.push('&');
            }
            escape(cx.text(key), &mut out);
            out.push('=');
            if let Value::String(value) = value {
                escape(cx.text(value), &mut out);
            }
            cx.charge(1)?;
        }
    }
    Ok((!empty).then_some(out))
}

/// `Uri.EscapeDataString`: letters, digits and `-_.~` stay.
fn escape(text: TextRef<'_>, out: &mut String) {
    for byte in text.to_utf8().bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}
