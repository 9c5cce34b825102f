//! `System.Collections.Generic.IDictionary<TKey,TValue>`.

use super::dispatch::{dictionary_get, dictionary_item, of};
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, method, property, property_set};
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.Collections.Generic.IDictionary<TKey,TValue>")
    .interfaces(&["ICollection<KeyValuePair<TKey,TValue>>"])
    .summary("Values by key.")
    .members(&[
        property_set("TValue this[TKey key] { get; set; }", item, |cx, args| (of(cx, arg(args, 0)).set)(cx, args)),
        property("ICollection<TKey> Keys { get; }", keys),
        property("ICollection<TValue> Values { get; }", values),
        method("void Add(TKey key, TValue value)", |cx, args| (of(cx, arg(args, 0)).add_key)(cx, args)),
        method("bool ContainsKey(TKey key)", contains_key),
        method("bool Remove(TKey key)", |cx, args| (of(cx, arg(args, 0)).remove_key)(cx, args)),
        method("bool TryGetValue(TKey key, out TValue value)", try_get_value),
    ]);

pub(super) fn item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    dictionary_item(cx, arg(args, 0), arg(args, 1))
}

pub(super) fn keys(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    (of(cx, arg(args, 0)).keys)(cx, args)
}

pub(super) fn values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    (of(cx, arg(args, 0)).values)(cx, args)
}

pub(super) fn contains_key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    // A condition on a header or variable allocates nothing.
    if let (Value::View(view), Value::String(key)) = (arg(args, 0), arg(args, 1))
        && let Some(known) = crate::library::apim::view_contains(cx, view, key)
    {
        return Ok(Value::Bool(known));
    }
    Ok(Value::Bool(dictionary_get(cx, arg(args, 0), arg(args, 1))?.is_some()))
}

pub(super) fn try_get_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = dictionary_get(cx, arg(args, 0), arg(args, 1))?;
    super::dictionary::out(cx, found)
}
