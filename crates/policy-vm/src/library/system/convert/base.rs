//! Numbers to the bases 2, 8, 10 and 16.

use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::system::number::integer::{self, Integer, out_of_range};
use crate::library::system::object;
use crate::value::Value;

fn radix(cx: &mut Cx<'_>, args: &[Value]) -> Result<u32, Throw> {
    match as_i32(args, 1)? {
        2 => Ok(2),
        8 => Ok(8),
        10 => Ok(10),
        16 => Ok(16),
        _ => Err(cx.throw(Exc::Argument, "Invalid Base.")),
    }
}

/// `ToString(value, toBase)`: a negative number as the two's complement of its type, except in base 10.
pub(super) fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let radix = radix(cx, args)?;
    let value = arg(args, 0);
    let bits = object::type_of(cx, value).and_then(integer::kind_of).map_or(32, |kind| kind.bits);
    let n = integer::get(value).ok_or(fault("an integer was expected"))?;
    let raw = n.cast_unsigned() & ((1u128 << bits) - 1);
    let text = match radix {
        2 => format!("{raw:b}"),
        8 => format!("{raw:o}"),
        16 => format!("{raw:x}"),
        _ => n.to_string(),
    };
    cx.string(&text)
}

/// `ToInt32(value, fromBase)` and its kin.
pub(super) fn parse<T: Integer>(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let kind = T::KIND;
    let radix = radix(cx, args)?;
    let Some(text) = cx.string_opt(args, 0) else { return Ok(kind.value(0)) };
    cx.charge(text.len())?;
    let text = cx.text(text).to_utf8().into_owned();
    if text.is_empty() {
        let message = "Specified argument was out of the range of valid values.";
        // .NET has the two arguments of this exception the wrong way round.
        let parameter = "Index was out of range. Must be non-negative and less than the size of the collection.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, parameter));
    }
    let (mut digits, negative) = match text.strip_prefix('-') {
        Some(_) if radix != 10 => {
            return Err(cx.throw(Exc::Argument, "String cannot contain a minus sign if the base is not 10."));
        }
        Some(_) if kind.min == 0 => {
            let message = "The string was being parsed as an unsigned number and could not have a negative sign.";
            return Err(cx.throw(Exc::Overflow, message));
        }
        Some(rest) => (rest, true),
        None => (text.strip_prefix('+').unwrap_or(&text), false),
    };
    if radix == 16 {
        digits = digits.strip_prefix("0x").or(digits.strip_prefix("0X")).unwrap_or(digits);
    }
    let end = digits.find(|c: char| !c.is_digit(radix)).unwrap_or(digits.len());
    if end == 0 {
        return Err(cx.throw(Exc::Format, "Could not find any recognizable digits."));
    }
    let value = digits
        .chars()
        .take_while(|c| c.is_digit(radix))
        .fold(0u128, |n, c| n.saturating_mul(radix.into()).saturating_add(c.to_digit(radix).unwrap_or(0).into()));
    // A number of another base than 10 may fill all bits of the type.
    let made = i128::try_from(value).ok().and_then(|n| match (radix, negative) {
        (10, true) => kind.checked(-n),
        (10, false) => kind.checked(n),
        _ => (n >> kind.bits == 0).then(|| kind.value(n)),
    });
    // The digits are read as a number of 32 or 64 bits first, which overflows before anything else is seen.
    let wide = if kind.bits == 64 { 64 } else { 32 };
    if value >> wide != 0 {
        let phrase = match (kind.bits, radix, kind.min < 0) {
            (64, 10, true) => "an Int64",
            (64, _, _) => "a UInt64",
            (_, 10, true) => "an Int32",
            _ => "a UInt32",
        };
        return Err(cx.throw(Exc::Overflow, out_of_range(phrase)));
    }
    if end < digits.len() {
        return Err(cx.throw(Exc::Format, "Additional non-parsable characters are at the end of the string."));
    }
    made.ok_or_else(|| cx.throw(Exc::Overflow, out_of_range(kind.phrase)))
}
