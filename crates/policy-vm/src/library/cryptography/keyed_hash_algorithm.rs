//! `System.Security.Cryptography.KeyedHashAlgorithm`.

use super::arguments::owned;
use super::hash_algorithm::{create_named, this, this_mut};
use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::{TypeDef, method, property_set};
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.KeyedHashAlgorithm")
    .base("HashAlgorithm")
    .summary("A hash function with a key.")
    .members(&[
        property_set("byte[] Key { get; set; }", key, set_key),
        method("static KeyedHashAlgorithm Create(string algName)", create_named),
    ]);

fn key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let key = this(cx, args)?.key.clone().unwrap_or_default();
    Ok(cx.heap.new_bytes(key)?)
}

fn set_key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let key = owned(cx, args, 1, "value")?;
    let this = this_mut(cx, args)?;
    // A long key is kept as its hash.
    this.key = Some(if key.len() > this.function.block() { this.function.hash(&key) } else { key });
    Ok(Value::Null)
}
