//! Arguments of the cryptographic members.

use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::value::Value;
use crate::value::heap::Object;

/// A `byte[]` that must not be null.
pub(super) fn bytes<'a>(cx: &'a mut Cx<'_>, args: &[Value], index: usize, name: &str) -> Result<&'a [u8], Throw> {
    match arg(args, index) {
        Value::Null => Err(cx.argument_null(name)),
        value => match cx.heap.get(value) {
            Some(Object::Bytes(bytes)) => Ok(bytes),
            _ => Err(fault("a byte[] was expected")),
        },
    }
}

/// The same as a copy, which is paid for.
pub(super) fn owned(cx: &mut Cx<'_>, args: &[Value], index: usize, name: &str) -> Result<Vec<u8>, Throw> {
    let length = bytes(cx, args, index, name)?.len();
    cx.charge(length / 8 + 1)?;
    cx.heap.charge(length)?;
    Ok(bytes(cx, args, index, name)?.to_vec())
}

/// A number of random bytes.
pub(super) fn random(cx: &Cx<'_>, count: usize) -> Vec<u8> {
    let mut bytes = vec![0; count];
    cx.ambient.random(&mut bytes);
    bytes
}

/// A `CryptographicException`.
pub(super) fn refuse(cx: &mut Cx<'_>, why: &str) -> Throw {
    cx.throw(Exc::Cryptographic, why)
}
