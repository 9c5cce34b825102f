//! What the eight integer types have in common: each type's file says which it is, and lists its members.

use std::cmp::Ordering;

use super::format::{self, Number};
use super::parse::{self, Failure};
use super::styles::bits;
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::types::TypeId;
use crate::value::Value;
use crate::value::text::{TextBuf, TextRef};

/// An integer type.
#[derive(Debug)]
pub(crate) struct Kind {
    /// Its id.
    pub ty: TypeId,
    /// As messages about its range call it: `an Int32`.
    pub phrase: &'static str,
    /// Number of bits.
    pub bits: u32,
    /// Least value.
    pub min: i128,
    /// Greatest value.
    pub max: i128,
}

/// Chooses the integer type a generic native function serves.
pub(crate) trait Integer {
    /// Which.
    const KIND: Kind;
}

macro_rules! kinds {
    ($($marker:ident $rust:ident $id:ident $phrase:literal,)*) => {
        $(
            impl Integer for $rust {
                const KIND: Kind = Kind {
                    ty: TypeId::$id,
                    phrase: $phrase,
                    bits: $rust::BITS,
                    min: $rust::MIN as i128,
                    max: $rust::MAX as i128,
                };
            }
        )*
        impl Kind {
            /// A value of this type; the bits above the type's are dropped.
            #[must_use]
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "wrapping is what is wanted")]
            pub(crate) const fn value(&self, n: i128) -> Value {
                match self.ty {
                    $(TypeId::$id => Value::$marker(n as $rust),)*
                    _ => Value::Null,
                }
            }
        }
        /// The number in a value of an integer type.
        #[must_use]
        pub(crate) const fn get(value: Value) -> Option<i128> {
            match value {
                $(Value::$marker(n) => Some(n as i128),)*
                _ => None,
            }
        }
        /// The integer type of a type id.
        #[must_use]
        pub(crate) const fn kind_of(ty: TypeId) -> Option<&'static Kind> {
            match ty {
                $(TypeId::$id => Some(const { &<$rust as Integer>::KIND }),)*
                _ => None,
            }
        }
    };
}

kinds! {
    SByte i8 SBYTE "a signed byte",
    Byte u8 BYTE "an unsigned byte",
    Int16 i16 INT16 "an Int16",
    UInt16 u16 UINT16 "a UInt16",
    Int32 i32 INT32 "an Int32",
    UInt32 u32 UINT32 "a UInt32",
    Int64 i64 INT64 "an Int64",
    UInt64 u64 UINT64 "a UInt64",
}

impl Kind {
    /// A value of this type, if it is in range.
    #[must_use]
    pub(crate) const fn checked(&self, n: i128) -> Option<Value> {
        if n < self.min || n > self.max { None } else { Some(self.value(n)) }
    }
}

/// The members every integer type declares, for its C# keyword.
macro_rules! integer_type {
    ($full:literal, $keyword:literal, $rust:ident, $marker:ident) => {
        $crate::library::system::number::integer::integer_type!($full, $keyword, $rust, $marker, "value");
    };
    // What is compared with has another name in one of them.
    ($full:literal, $keyword:literal, $rust:ident, $marker:ident, $compared:literal) => {
        use $crate::library::system::number::integer as shared;
        use $crate::library::{Constant, Intrinsic, Member, TypeDef, constant, method};
        use $crate::value::Value;

        const MEMBERS: &[Member] = &[
            constant(concat!("const ", $keyword, " MaxValue"), Constant::Value(Value::$marker($rust::MAX))),
            constant(concat!("const ", $keyword, " MinValue"), Constant::Value(Value::$marker($rust::MIN))),
            method(concat!("int CompareTo(object ", $compared, ")"), shared::compare_to::<$rust>),
            method(concat!("int CompareTo(", $keyword, " value)"), shared::compare_to::<$rust>),
            method("bool Equals(object obj)", shared::equals),
            method(concat!("bool Equals(", $keyword, " obj)"), shared::equals),
            method("int GetHashCode()", $crate::library::system::object::get_hash_code),
            method("string ToString()", shared::to_string).intrinsic(Intrinsic::Pure),
            method("string ToString(string format)", shared::to_string),
            method("string ToString(IFormatProvider provider)", shared::to_string),
            method("string ToString(string format, IFormatProvider provider)", shared::to_string),
            method(concat!("static ", $keyword, " Parse(string s)"), shared::parse::<$rust>),
            method(concat!("static ", $keyword, " Parse(string s, NumberStyles style)"), shared::parse::<$rust>),
            method(concat!("static ", $keyword, " Parse(string s, IFormatProvider provider)"), shared::parse::<$rust>),
            method(
                concat!("static ", $keyword, " Parse(string s, NumberStyles style, IFormatProvider provider)"),
                shared::parse::<$rust>,
            ),
            method(concat!("static bool TryParse(string s, out ", $keyword, " result)"), shared::try_parse::<$rust>),
            method(
                concat!("static bool TryParse(string s, IFormatProvider provider, out ", $keyword, " result)"),
                shared::try_parse::<$rust>,
            ),
            method(
                concat!(
                    "static bool TryParse(string s, NumberStyles style, IFormatProvider provider, out ",
                    $keyword,
                    " result)"
                ),
                shared::try_parse::<$rust>,
            ),
            method("TypeCode GetTypeCode()", $crate::library::system::type_code::get_type_code),
            method(
                concat!(
                    "static (",
                    $keyword,
                    " Quotient, ",
                    $keyword,
                    " Remainder) DivRem(",
                    $keyword,
                    " left, ",
                    $keyword,
                    " right)"
                ),
                $crate::library::system::math::div_rem_pair,
            ),
            method(
                concat!("static ", $keyword, " Clamp(", $keyword, " value, ", $keyword, " min, ", $keyword, " max)"),
                $crate::library::system::math::clamp,
            ),
            method(
                concat!("static ", $keyword, " Max(", $keyword, " x, ", $keyword, " y)"),
                $crate::library::system::math::max,
            ),
            method(
                concat!("static ", $keyword, " Min(", $keyword, " x, ", $keyword, " y)"),
                $crate::library::system::math::min,
            ),
            method(concat!("static int Sign(", $keyword, " value)"), $crate::library::system::math::sign),
            method(concat!("static bool IsEvenInteger(", $keyword, " value)"), shared::is_even),
            method(concat!("static bool IsOddInteger(", $keyword, " value)"), shared::is_odd),
            method(concat!("static bool IsPow2(", $keyword, " value)"), shared::is_pow2),
            method(concat!("static ", $keyword, " PopCount(", $keyword, " value)"), shared::pop_count::<$rust>),
            method(
                concat!("static ", $keyword, " LeadingZeroCount(", $keyword, " value)"),
                shared::leading_zero_count::<$rust>,
            ),
            method(
                concat!("static ", $keyword, " TrailingZeroCount(", $keyword, " value)"),
                shared::trailing_zero_count::<$rust>,
            ),
            method(concat!("static ", $keyword, " Log2(", $keyword, " value)"), shared::log2::<$rust>),
            method(
                concat!("static ", $keyword, " RotateLeft(", $keyword, " value, int rotateAmount)"),
                shared::rotate_left::<$rust>,
            ),
            method(
                concat!("static ", $keyword, " RotateRight(", $keyword, " value, int rotateAmount)"),
                shared::rotate_right::<$rust>,
            ),
            // What follows only signed types have.
            method(concat!("static ", $keyword, " Abs(", $keyword, " value)"), shared::abs::<$rust>),
            method(
                concat!("static ", $keyword, " CopySign(", $keyword, " value, ", $keyword, " sign)"),
                shared::copy_sign::<$rust>,
            ),
            method(
                concat!("static ", $keyword, " MaxMagnitude(", $keyword, " x, ", $keyword, " y)"),
                shared::max_magnitude,
            ),
            method(
                concat!("static ", $keyword, " MinMagnitude(", $keyword, " x, ", $keyword, " y)"),
                shared::min_magnitude,
            ),
            method(concat!("static bool IsNegative(", $keyword, " value)"), shared::is_negative),
            method(concat!("static bool IsPositive(", $keyword, " value)"), shared::is_positive),
        ];

        const SIGNED_ONLY: usize = 6;

        pub(in crate::library) const TYPE: TypeDef = TypeDef::structure($full)
            .interfaces(&[
                "System.IComparable",
                "System.IFormattable",
                concat!("System.IEquatable<", $keyword, ">"),
                concat!("System.IComparable<", $keyword, ">"),
            ])
            .members(if <$rust>::MIN == 0 { MEMBERS.split_at(MEMBERS.len() - SIGNED_ONLY).0 } else { MEMBERS })
            .summary(concat!("An integer, `", $keyword, "` in C#."));
    };
}
pub(in crate::library::system) use integer_type;

/// Appends the digits of an integer value.
pub(crate) fn push(value: Value, out: &mut TextBuf) {
    let n = get(value).unwrap_or_default();
    let mut buffer = [0u8; 40];
    let mut at = buffer.len();
    let mut rest = n.unsigned_abs() as u64;
    loop {
        at -= 1;
        if let Some(slot) = buffer.get_mut(at) {
            *slot = b'0' + (rest % 10) as u8;
        }
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if n < 0 {
        out.push(u16::from(b'-'));
    }
    out.push_text(TextRef::Ascii(buffer.get(at..).unwrap_or_default()));
}

/// The integer argument at an index.
fn number(args: &[Value], index: usize) -> Result<i128, Throw> {
    get(arg(args, index)).ok_or(fault("an integer was expected"))
}

/// `CompareTo`.
pub(crate) fn compare_to<T: Integer>(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (a, other) = (number(args, 0)?, arg(args, 1));
    let order = match (get(other), super::super::object::type_of(cx, other)) {
        (_, None) => 1,
        (Some(b), Some(ty)) if ty == T::KIND.ty => {
            // The two smallest types answer with their difference.
            if T::KIND.bits < 32 { i32::try_from(a - b).unwrap_or(0) } else { sign(a.cmp(&b)) }
        }
        _ => return Err(super::super::object::wrong_type(cx, T::KIND.ty)),
    };
    Ok(Value::Int32(order))
}

/// -1, 0 or 1.
#[must_use]
pub(crate) const fn sign(order: Ordering) -> i32 {
    order as i32
}

/// `Equals`: the same type and the same value.
pub(crate) fn equals(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(arg(args, 0) == arg(args, 1)))
}

/// `ToString` with or without a format.
pub(crate) fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let n = number(args, 0)?;
    match cx.string_opt(args, 1).filter(|f| !f.is_empty()) {
        None => cx.string(&n.to_string()),
        Some(picture) => {
            let bits = super::super::object::type_of(cx, arg(args, 0)).and_then(kind_of).map_or(32, |k| k.bits);
            let picture = cx.text(picture).to_utf8().into_owned();
            let mut out = String::new();
            format::format(cx, Number::Integer(n, bits), &picture, &mut out)?;
            cx.string(&out)
        }
    }
}

/// The `NumberStyles` among the arguments, or the type's own.
#[must_use]
pub(crate) fn styles(args: &[Value], default: i64) -> i64 {
    args.iter()
        .find_map(|a| match a {
            Value::Enum(_, bits) => Some(*bits),
            _ => None,
        })
        .unwrap_or(default)
}

/// The `NumberStyles` among the arguments of a `Parse`, if they go together; hexadecimal digits have no fraction.
pub(crate) fn valid_styles(cx: &mut Cx<'_>, args: &[Value], default: i64, whole: bool) -> Result<i64, Throw> {
    let styles = styles(args, default);
    let based = styles & (bits::HEX | bits::BINARY) != 0;
    let message = if styles & !0x7ff != 0 {
        "An undefined NumberStyles value is being used."
    } else if based && !whole {
        "The number styles AllowHexSpecifier and AllowBinarySpecifier are not supported on floating point data types."
    } else if based
        && (styles & !(bits::HEX | bits::BINARY | bits::LEADING_WHITE | bits::TRAILING_WHITE) != 0
            || styles & bits::HEX != 0 && styles & bits::BINARY != 0)
    {
        "With the AllowHexSpecifier or AllowBinarySpecifier bit set in the enum bit field, the only other valid bits \
         that can be combined into the enum value must be AllowLeadingWhite and AllowTrailingWhite."
    } else {
        return Ok(styles);
    };
    Err(cx.throw_argument(Exc::Argument, message, "style"))
}

/// `FormatException` or `OverflowException` for a text that could not be read.
pub(crate) fn parse_error(cx: &mut Cx<'_>, text: Value, phrase: &str, failure: Failure) -> Throw {
    match failure {
        Failure::Format => {
            let text = match text {
                Value::String(s) => cx.text(s).to_utf8().into_owned(),
                _ => String::new(),
            };
            cx.throw(Exc::Format, format!("The input string '{text}' was not in a correct format."))
        }
        Failure::Overflow => cx.throw(Exc::Overflow, out_of_range(phrase)),
    }
}

/// `Value was either too large or too small for an Int32.`
#[must_use]
pub(crate) fn out_of_range(phrase: &str) -> String {
    format!("Value was either too large or too small for {phrase}.")
}

/// `Parse`.
pub(crate) fn parse<T: Integer>(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let styles = valid_styles(cx, args, bits::INTEGER, true)?;
    let text = cx.string_arg(args, 0, "s")?;
    cx.charge(text.len())?;
    let kind = T::KIND;
    match parse::integer(cx.text(text), styles, kind.bits, kind.min, kind.max) {
        Ok(n) => Ok(kind.value(n)),
        Err(failure) => Err(parse_error(cx, arg(args, 0), kind.phrase, failure)),
    }
}

/// `TryParse`.
pub(crate) fn try_parse<T: Integer>(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let styles = valid_styles(cx, args, bits::INTEGER, true)?;
    let kind = T::KIND;
    let parsed = match cx.string_opt(args, 0) {
        Some(text) => {
            cx.charge(text.len())?;
            parse::integer(cx.text(text), styles, kind.bits, kind.min, kind.max).ok()
        }
        None => None,
    };
    cx.set_out(0, kind.value(parsed.unwrap_or(0)));
    Ok(Value::Bool(parsed.is_some()))
}

/// `Abs`: the least value has none.
pub(crate) fn abs<T: Integer>(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match T::KIND.checked(number(args, 0)?.abs()) {
        Some(value) => Ok(value),
        None => Err(cx.throw(Exc::Overflow, "Negating the minimum value of a twos complement number is invalid.")),
    }
}

/// `CopySign`: the least value has no positive counterpart.
pub(crate) fn copy_sign<T: Integer>(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (magnitude, sign) = (number(args, 0)?.abs(), number(args, 1)?);
    match T::KIND.checked(if sign < 0 { -magnitude } else { magnitude }) {
        Some(value) => Ok(value),
        None => Err(cx.throw(Exc::Overflow, "Negating the minimum value of a twos complement number is invalid.")),
    }
}

/// `MaxMagnitude`: of two that are as far from zero, the positive one.
pub(crate) fn max_magnitude(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (x, y) = (number(args, 0)?, number(args, 1)?);
    let first = x.abs() > y.abs() || (x.abs() == y.abs() && x >= 0);
    Ok(arg(args, usize::from(!first)))
}

/// `MinMagnitude`: of two that are as near to zero, the negative one.
pub(crate) fn min_magnitude(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (x, y) = (number(args, 0)?, number(args, 1)?);
    let first = x.abs() < y.abs() || (x.abs() == y.abs() && x < 0);
    Ok(arg(args, usize::from(!first)))
}

/// `IsEvenInteger`.
pub(crate) fn is_even(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(number(args, 0)? % 2 == 0))
}

/// `IsOddInteger`.
pub(crate) fn is_odd(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(number(args, 0)? % 2 != 0))
}

/// `IsNegative`.
pub(crate) fn is_negative(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(number(args, 0)? < 0))
}

/// `IsPositive`: zero is.
pub(crate) fn is_positive(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(number(args, 0)? >= 0))
}

/// `IsPow2`.
pub(crate) fn is_pow2(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let n = number(args, 0)?;
    Ok(Value::Bool(n > 0 && n & (n - 1) == 0))
}

fn raw<T: Integer>(args: &[Value]) -> Result<u64, Throw> {
    let mask = u64::MAX >> (64 - T::KIND.bits);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the bits of a value of the type")]
    Ok(number(args, 0)? as u64 & mask)
}

/// `PopCount`.
pub(crate) fn pop_count<T: Integer>(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(T::KIND.value(i128::from(raw::<T>(args)?.count_ones())))
}

/// `LeadingZeroCount`.
pub(crate) fn leading_zero_count<T: Integer>(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(T::KIND.value(i128::from(raw::<T>(args)?.leading_zeros() + T::KIND.bits) - 64))
}

/// `TrailingZeroCount`.
pub(crate) fn trailing_zero_count<T: Integer>(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(T::KIND.value(i128::from(raw::<T>(args)?.trailing_zeros().min(T::KIND.bits))))
}

/// `Log2`.
pub(crate) fn log2<T: Integer>(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let n = number(args, 0)?;
    if n < 0 {
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, "Non-negative number required.", "value"));
    }
    Ok(T::KIND.value(i128::from(n.cast_unsigned().checked_ilog2().unwrap_or(0))))
}

/// `RotateLeft`.
pub(crate) fn rotate_left<T: Integer>(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    rotate::<T>(args, as_i32(args, 1)?)
}

/// `RotateRight`.
pub(crate) fn rotate_right<T: Integer>(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    rotate::<T>(args, as_i32(args, 1)?.wrapping_neg())
}

fn rotate<T: Integer>(args: &[Value], left: i32) -> Result<Value, Throw> {
    let bits = T::KIND.bits;
    let left = left.cast_unsigned() & (bits - 1);
    let raw = u128::from(raw::<T>(args)?);
    let rotated = (raw << left) | (raw >> (bits - left));
    Ok(T::KIND.value(rotated.cast_signed()))
}
