//! `ToHexString`, `FromHexString`.

use crate::cx::{Cx, arg, as_i32};
use crate::exception::{Exc, Throw};
use crate::library::system::string::checked_range;
use crate::value::Value;
use crate::value::heap::Object;

pub(super) fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(Object::Bytes(bytes)) = cx.heap.get(arg(args, 0)) else { return Err(cx.argument_null("inArray")) };
    let (mut from, mut to) = (0, bytes.len());
    if args.len() > 1 {
        let length = bytes.len();
        (from, to) = checked_range(cx, ("offset", as_i32(args, 1)?), ("length", as_i32(args, 2)?), length)?;
    }
    cx.charge(to - from)?;
    cx.heap.charge_string((to - from).saturating_mul(2))?;
    let mut text = String::with_capacity((to - from) * 2);
    if let Some(Object::Bytes(bytes)) = cx.heap.get(arg(args, 0)) {
        for byte in bytes.get(from..to).unwrap_or_default() {
            text.extend(
                [byte >> 4, byte & 15].map(|n| char::from_digit(n.into(), 16).unwrap_or('0').to_ascii_uppercase()),
            );
        }
    }
    cx.string(&text)
}

pub(super) fn from_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "s")?;
    cx.charge(text.len())?;
    if text.len() % 2 != 0 {
        let message = "The input is not a valid hex string as its length is not a multiple of 2.";
        return Err(cx.throw(Exc::Format, message));
    }
    let digit = |unit: Option<u16>| char::from_u32(unit.unwrap_or(0).into()).and_then(|c| c.to_digit(16));
    let content = cx.text(text);
    let byte = |i: usize| u8::try_from(digit(content.get(i))? * 16 + digit(content.get(i + 1))?).ok();
    let bytes: Option<Vec<u8>> = (0..text.len()).step_by(2).map(byte).collect();
    match bytes {
        Some(bytes) => Ok(cx.heap.new_bytes(bytes)?),
        None => Err(cx.throw(Exc::Format, "The input is not a valid hex string as it contains a non-hex character.")),
    }
}
