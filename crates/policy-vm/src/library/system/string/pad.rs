//! `PadLeft`, `PadRight`.

use crate::cx::{Cx, arg, as_i32, as_str};
use crate::exception::Throw;
use crate::library::system::math;
use crate::value::Value;
use crate::value::text::TextBuf;

pub(in crate::library) fn pad_left(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    padded(cx, args, true)
}

pub(in crate::library) fn pad_right(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    padded(cx, args, false)
}

fn padded(cx: &mut Cx<'_>, args: &[Value], left: bool) -> Result<Value, Throw> {
    let (text, width) = (as_str(args, 0)?, as_i32(args, 1)?);
    let Ok(total) = usize::try_from(width) else { return Err(math::negative(cx, "totalWidth", width.into())) };
    let missing = total.saturating_sub(text.len());
    if missing == 0 {
        return Ok(Value::String(text));
    }
    let unit = if let Value::Char(unit) = arg(args, 2) { unit } else { u16::from(b' ') };
    cx.heap.charge_string(total)?;
    cx.charge(missing / 8)?;
    let mut out = TextBuf::with_capacity(total);
    if left {
        (0..missing).for_each(|_| out.push(unit));
    }
    out.push_text(cx.text(text));
    if !left {
        (0..missing).for_each(|_| out.push(unit));
    }
    cx.string_buf(&out)
}
