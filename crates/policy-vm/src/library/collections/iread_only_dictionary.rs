//! `System.Collections.Generic.IReadOnlyDictionary<TKey,TValue>`: headers, queries, claims and variables above all.

use super::idictionary::{contains_key, item, keys, try_get_value, values};
use crate::library::{TypeDef, method, property};

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::interface("System.Collections.Generic.IReadOnlyDictionary<TKey,TValue>")
        .interfaces(&["IReadOnlyCollection<KeyValuePair<TKey,TValue>>"])
        .summary("Values by key, which cannot be changed.")
        .members(&[
            property("TValue this[TKey key] { get; }", item),
            property("IEnumerable<TKey> Keys { get; }", keys),
            property("IEnumerable<TValue> Values { get; }", values),
            method("bool ContainsKey(TKey key)", contains_key),
            method("bool TryGetValue(TKey key, out TValue value)", try_get_value),
        ]);
