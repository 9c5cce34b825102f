//! `System.Security.Cryptography.KeySizes`: how long keys, or blocks, may be. Policies can be given one, but the service does
//! not let them look into it.

use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::{Allow, TypeDef, constructor, property};
use crate::types::Known;
use crate::value::Value;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Security.Cryptography.KeySizes")
    .allow(Allow::None)
    .summary("The least and the greatest length in bits, and the step between two of them.")
    .members(&[
        constructor("KeySizes(int minSize, int maxSize, int skipSize)", |cx, args| {
            let bits = (crate::cx::as_i32(args, 0)?, crate::cx::as_i32(args, 1)?, crate::cx::as_i32(args, 2)?);
            Ok(cx.heap.new_native(KeySizes(bits))?)
        }),
        property("int MaxSize { get; }", |cx, args| Ok(Value::Int32(this(cx, args)?.1))),
        property("int MinSize { get; }", |cx, args| Ok(Value::Int32(this(cx, args)?.0))),
        property("int SkipSize { get; }", |cx, args| Ok(Value::Int32(this(cx, args)?.2))),
    ]);

static KNOWN: Known = Known::new("System.Security.Cryptography.KeySizes");

/// The least, the most, the step.
pub(super) type Bits = (i32, i32, i32);

#[derive(Clone, Copy, Debug)]
struct KeySizes(Bits);
crate::net_object!(KeySizes, KNOWN);

fn this(cx: &Cx<'_>, args: &[Value]) -> Result<Bits, Throw> {
    cx.heap.native::<KeySizes>(arg(args, 0)).map(|sizes| sizes.0).ok_or(fault("a KeySizes was expected"))
}

/// An array of one.
pub(super) fn array(cx: &mut Cx<'_>, bits: Bits) -> Result<Value, Throw> {
    let sizes = cx.heap.new_native(KeySizes(bits))?;
    Ok(cx.heap.new_array(KNOWN.id(), vec![sizes])?)
}
