//! `System.Security.Cryptography.RNGCryptoServiceProvider`.

use super::arguments::{bytes, random};
use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, constructor, method};
use crate::net_object;
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Object;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.RNGCryptoServiceProvider")
    .summary("Unpredictable bytes.")
    .interfaces(&["IDisposable"])
    .members(&[
        constructor("RNGCryptoServiceProvider()", |cx, _| Ok(cx.heap.new_native(Random)?)),
        method("void Dispose()", |_, _| Ok(Value::Null)),
        method("void GetBytes(byte[] data)", |cx, args| fill(cx, args, false)),
        method("void GetNonZeroBytes(byte[] data)", |cx, args| fill(cx, args, true)),
    ]);

static KNOWN: Known = Known::new("System.Security.Cryptography.RNGCryptoServiceProvider");

#[derive(Debug)]
struct Random;

net_object!(Random, KNOWN);

fn fill(cx: &mut Cx<'_>, args: &[Value], not_zero: bool) -> Result<Value, Throw> {
    let length = bytes(cx, args, 1, "data")?.len();
    cx.charge(length)?;
    cx.heap.charge(length)?;
    let mut fresh = random(cx, length);
    while let Some(zero) = fresh.iter_mut().find(|byte| not_zero && **byte == 0) {
        cx.charge(1)?;
        cx.ambient.random(std::slice::from_mut(zero));
    }
    if let Some(Object::Bytes(data)) = cx.heap.get_mut(arg(args, 1)) {
        data.copy_from_slice(&fresh);
    }
    Ok(Value::Null)
}
