//! `System.Security.Cryptography.HMAC`.

use super::arguments::{bytes, owned, random};
use super::digest::Function;
use super::hash_algorithm::{create_named, make_keyed, this};
use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::{TypeDef, method, property};
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.HMAC")
    .base("KeyedHashAlgorithm")
    .summary("A hash-based message authentication code.")
    .members(&[
        property("string HashName { get; }", |cx, args| {
            let name = this(cx, args)?.function.name();
            cx.string(name)
        }),
        method("static HMAC Create(string algorithmName)", create_named),
    ]);

/// A keyed hash with the key given, or with a random one.
pub(super) fn new(cx: &mut Cx<'_>, args: &[Value], function: Function, ty: &Known) -> Result<Value, Throw> {
    let key = if args.is_empty() { random(cx, function.block()) } else { owned(cx, args, 0, "key")? };
    // A long key is kept as its hash.
    let key = if key.len() > function.block() { function.hash(&key) } else { key };
    make_keyed(cx, function, Some(key), ty)
}

/// `HashData` of the keyed functions.
pub(super) fn hash_data(cx: &mut Cx<'_>, args: &[Value], function: Function) -> Result<Value, Throw> {
    let key = owned(cx, args, 0, "key")?;
    let length = bytes(cx, args, 1, "source")?.len();
    cx.charge(length / 8 + 16)?;
    let hash = function.keyed(&key, bytes(cx, args, 1, "source")?);
    Ok(cx.heap.new_bytes(hash)?)
}
