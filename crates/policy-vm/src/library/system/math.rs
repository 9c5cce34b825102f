//! `System.Math`, and what the number types declare of the same kind: each function looks at the type of its argument.

use std::cmp::Ordering;

use rust_decimal::{Decimal, RoundingStrategy};

use super::number::integer;
use super::{decimal, floating};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Constant, TypeDef, constant, method};
use crate::types::{self, Type, TypeId};
use crate::value::heap::Object;
use crate::value::{Value, behaviour};

pub(in crate::library) const TYPE: TypeDef = TypeDef::static_class("System.Math")
    .members(&[
        constant("const double E", Constant::Value(Value::Double(std::f64::consts::E))),
        constant("const double PI", Constant::Value(Value::Double(std::f64::consts::PI))),
        constant("const double Tau", Constant::Value(Value::Double(std::f64::consts::TAU))),
        method("static double Acos(double d)", |_, a| float(a, f64::acos)),
        method("static double Acosh(double d)", |_, a| float(a, acosh)),
        method("static double Asin(double d)", |_, a| float(a, f64::asin)),
        method("static double Asinh(double d)", |_, a| float(a, asinh)),
        method("static double Atan(double d)", |_, a| float(a, f64::atan)),
        method("static double Atanh(double d)", |_, a| float(a, f64::atanh)),
        method("static double Atan2(double y, double x)", |_, a| float_2(a, f64::atan2)),
        method("static double Cbrt(double d)", |_, a| float(a, f64::cbrt)),
        method("static double Cos(double d)", |_, a| float(a, f64::cos)),
        method("static double Cosh(double value)", |_, a| float(a, f64::cosh)),
        method("static double Exp(double d)", |_, a| float(a, f64::exp)),
        method("static double Log(double d)", log),
        method("static double Log(double a, double newBase)", log),
        method("static double Log2(double x)", |_, a| float(a, |x| unsigned(x, x.log2()))),
        method("static double Log10(double d)", |_, a| float(a, f64::log10)),
        method("static double Pow(double x, double y)", pow),
        method("static double Sin(double a)", |_, a| float(a, f64::sin)),
        method("static double Sinh(double value)", |_, a| float(a, f64::sinh)),
        method("static double Sqrt(double d)", |_, a| float(a, f64::sqrt)),
        method("static double Tan(double a)", |_, a| float(a, f64::tan)),
        method("static double Tanh(double value)", |_, a| float(a, f64::tanh)),
        method("static double IEEERemainder(double x, double y)", |_, a| float_2(a, ieee_remainder)),
        method("static double CopySign(double x, double y)", |_, a| float_2(a, f64::copysign)),
        method("static double BitIncrement(double x)", |_, a| float(a, f64::next_up)),
        method("static double BitDecrement(double x)", |_, a| float(a, f64::next_down)),
        method("static double FusedMultiplyAdd(double x, double y, double z)", fused_multiply_add),
        method("static double MaxMagnitude(double x, double y)", |_, a| float_2(a, max_magnitude)),
        method("static double MinMagnitude(double x, double y)", |_, a| float_2(a, min_magnitude)),
        method("static short Abs(short value)", abs),
        method("static int Abs(int value)", abs),
        method("static long Abs(long value)", abs),
        method("static sbyte Abs(sbyte value)", abs),
        method("static decimal Abs(decimal value)", abs),
        method("static double Abs(double value)", abs),
        method("static float Abs(float value)", abs),
        method("static long BigMul(int a, int b)", big_mul),
        method("static int DivRem(int a, int b, out int result)", div_rem),
        method("static long DivRem(long a, long b, out long result)", div_rem),
        method("static (sbyte Quotient, sbyte Remainder) DivRem(sbyte left, sbyte right)", div_rem_pair),
        method("static (byte Quotient, byte Remainder) DivRem(byte left, byte right)", div_rem_pair),
        method("static (short Quotient, short Remainder) DivRem(short left, short right)", div_rem_pair),
        method("static (ushort Quotient, ushort Remainder) DivRem(ushort left, ushort right)", div_rem_pair),
        method("static (int Quotient, int Remainder) DivRem(int left, int right)", div_rem_pair),
        method("static (uint Quotient, uint Remainder) DivRem(uint left, uint right)", div_rem_pair),
        method("static (long Quotient, long Remainder) DivRem(long left, long right)", div_rem_pair),
        method("static (ulong Quotient, ulong Remainder) DivRem(ulong left, ulong right)", div_rem_pair),
        method("static long BigMul(long a, long b, out long low)", big_mul_signed),
        method("static ulong BigMul(ulong a, ulong b, out ulong low)", big_mul_unsigned),
        method("static int ILogB(double x)", floating::double::exponent),
        method("static double ScaleB(double x, int n)", floating::double::scale),
        method("static double ReciprocalEstimate(double d)", |_, a| float(a, f64::recip)),
        method("static double ReciprocalSqrtEstimate(double d)", |_, a| float(a, |d| d.sqrt().recip())),
        method("static (double Sin, double Cos) SinCos(double x)", floating::double::sin_cos),
        method("static decimal Ceiling(decimal d)", ceiling),
        method("static double Ceiling(double a)", ceiling),
        method("static decimal Floor(decimal d)", floor),
        method("static double Floor(double d)", floor),
        method("static decimal Truncate(decimal d)", truncate),
        method("static double Truncate(double d)", truncate),
        method("static decimal Round(decimal d)", round),
        method("static decimal Round(decimal d, int decimals)", round),
        method("static decimal Round(decimal d, MidpointRounding mode)", round),
        method("static decimal Round(decimal d, int decimals, MidpointRounding mode)", round),
        method("static double Round(double a)", round),
        method("static double Round(double value, int digits)", round),
        method("static double Round(double value, MidpointRounding mode)", round),
        method("static double Round(double value, int digits, MidpointRounding mode)", round),
        method("static int Sign(decimal value)", sign),
        method("static int Sign(double value)", sign),
        method("static int Sign(short value)", sign),
        method("static int Sign(int value)", sign),
        method("static int Sign(long value)", sign),
        method("static int Sign(sbyte value)", sign),
        method("static int Sign(float value)", sign),
        method("static byte Clamp(byte value, byte min, byte max)", clamp),
        method("static decimal Clamp(decimal value, decimal min, decimal max)", clamp),
        method("static double Clamp(double value, double min, double max)", clamp),
        method("static short Clamp(short value, short min, short max)", clamp),
        method("static int Clamp(int value, int min, int max)", clamp),
        method("static long Clamp(long value, long min, long max)", clamp),
        method("static sbyte Clamp(sbyte value, sbyte min, sbyte max)", clamp),
        method("static float Clamp(float value, float min, float max)", clamp),
        method("static ushort Clamp(ushort value, ushort min, ushort max)", clamp),
        method("static uint Clamp(uint value, uint min, uint max)", clamp),
        method("static ulong Clamp(ulong value, ulong min, ulong max)", clamp),
        method("static byte Max(byte val1, byte val2)", max),
        method("static decimal Max(decimal val1, decimal val2)", max),
        method("static double Max(double val1, double val2)", max),
        method("static short Max(short val1, short val2)", max),
        method("static int Max(int val1, int val2)", max),
        method("static long Max(long val1, long val2)", max),
        method("static sbyte Max(sbyte val1, sbyte val2)", max),
        method("static float Max(float val1, float val2)", max),
        method("static ushort Max(ushort val1, ushort val2)", max),
        method("static uint Max(uint val1, uint val2)", max),
        method("static ulong Max(ulong val1, ulong val2)", max),
        method("static byte Min(byte val1, byte val2)", min),
        method("static decimal Min(decimal val1, decimal val2)", min),
        method("static double Min(double val1, double val2)", min),
        method("static short Min(short val1, short val2)", min),
        method("static int Min(int val1, int val2)", min),
        method("static long Min(long val1, long val2)", min),
        method("static sbyte Min(sbyte val1, sbyte val2)", min),
        method("static float Min(float val1, float val2)", min),
        method("static ushort Min(ushort val1, ushort val2)", min),
        method("static uint Min(uint val1, uint val2)", min),
        method("static ulong Min(ulong val1, ulong val2)", min),
    ])
    .summary("Mathematical functions.");

pub(in crate::library) const MIDPOINT_ROUNDING: TypeDef = TypeDef::enumeration(
    "System.MidpointRounding",
    &[("ToEven", 0), ("AwayFromZero", 1), ("ToZero", 2), ("ToNegativeInfinity", 3), ("ToPositiveInfinity", 4)],
)
.summary("How halves are rounded.");

fn number(args: &[Value], index: usize) -> Result<f64, Throw> {
    super::number::float::get(arg(args, index)).ok_or(fault("a floating point number was expected"))
}

/// A result in the type of the first argument.
#[expect(clippy::cast_possible_truncation, reason = "a float is what is wanted")]
fn like(model: Value, v: f64) -> Value {
    if matches!(model, Value::Single(_)) { Value::Single(v as f32) } else { Value::Double(v) }
}

/// A function of one floating point number.
pub(crate) fn float(args: &[Value], f: fn(f64) -> f64) -> Result<Value, Throw> {
    Ok(like(arg(args, 0), f(number(args, 0)?)))
}

fn float_2(args: &[Value], f: fn(f64, f64) -> f64) -> Result<Value, Throw> {
    Ok(like(arg(args, 0), f(number(args, 0)?, number(args, 1)?)))
}

/// The NaN of a number below zero has no sign, whatever the library of C gives it.
fn unsigned(x: f64, result: f64) -> f64 {
    if x < 0.0 { f64::NAN } else { result }
}

/// `Log`, natural or to a base.
pub(crate) fn log(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let x = number(args, 0)?;
    let result = match args.get(1) {
        None => unsigned(x, x.ln()),
        Some(_) => {
            let base = number(args, 1)?;
            let none =
                x.is_nan() || base.is_nan() || base == 1.0 || (x != 1.0 && (base == 0.0 || base == f64::INFINITY));
            if none || x < 0.0 || base < 0.0 { f64::NAN } else { x.ln() / base.ln() }
        }
    };
    Ok(like(arg(args, 0), result))
}

/// `Pow`.
pub(crate) fn pow(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    float_2(args, f64::powf)
}

fn fused_multiply_add(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Double(number(args, 0)?.mul_add(number(args, 1)?, number(args, 2)?)))
}

/// The remainder of division rounded to even (IEEE 754 `remainder`).
pub(super) fn ieee_remainder(x: f64, y: f64) -> f64 {
    if x.is_nan() || y.is_nan() {
        return f64::NAN;
    }
    let regular = x % y;
    if regular.is_nan() {
        // As the processor makes it.
        return -f64::NAN;
    }
    if regular == 0.0 && x.is_sign_negative() {
        return -0.0;
    }
    let alternative = regular - y.abs() * x.signum();
    match alternative.abs().partial_cmp(&regular.abs()) {
        Some(Ordering::Equal) => {
            let quotient = x / y;
            if (quotient.round_ties_even() - quotient).abs() > 0.5 || quotient.round_ties_even() % 2.0 == 0.0 {
                let even = quotient.round_ties_even();
                if (x - even * y).signum() == regular.signum() { regular } else { alternative }
            } else {
                regular
            }
        }
        Some(Ordering::Less) => alternative,
        _ => regular,
    }
}

fn max_magnitude(x: f64, y: f64) -> f64 {
    let (a, b) = (x.abs(), y.abs());
    if a > b || a.is_nan() || (a == b && x.is_sign_positive()) { x } else { y }
}

fn min_magnitude(x: f64, y: f64) -> f64 {
    let (a, b) = (x.abs(), y.abs());
    if a < b || a.is_nan() || (a == b && x.is_sign_negative()) { x } else { y }
}

/// `Abs`; the least value of an integer type has none.
pub(crate) fn abs(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let value = arg(args, 0);
    match value {
        Value::Double(v) => return Ok(Value::Double(v.abs())),
        Value::Single(v) => return Ok(Value::Single(v.abs())),
        _ => {}
    }
    if let Some(d) = decimal::get(cx, value) {
        return decimal::value(cx, d.abs());
    }
    let kind = behaviour::type_of(cx.heap, value).and_then(integer::kind_of);
    let (Some(n), Some(kind)) = (integer::get(value), kind) else { return Err(fault("a number was expected")) };
    match kind.checked(n.abs()) {
        Some(value) => Ok(value),
        None => Err(cx.throw(Exc::Overflow, "Negating the minimum value of a twos complement number is invalid.")),
    }
}

fn big_mul(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int64(i64::from(as_i32(args, 0)?) * i64::from(as_i32(args, 1)?)))
}

/// The high half of the product; the low one goes `out`.
#[expect(clippy::cast_possible_truncation, reason = "the halves are what is wanted")]
fn big_mul_signed(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (Some(a), Some(b)) = (integer::get(arg(args, 0)), integer::get(arg(args, 1))) else {
        return Err(fault("an integer was expected"));
    };
    let product = a.wrapping_mul(b);
    cx.set_out(0, Value::Int64(product as i64));
    Ok(Value::Int64((product >> 64) as i64))
}

/// As [`big_mul_signed`], without signs.
#[expect(clippy::cast_possible_truncation, reason = "the halves are what is wanted")]
fn big_mul_unsigned(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (Value::UInt64(a), Value::UInt64(b)) = (arg(args, 0), arg(args, 1)) else {
        return Err(fault("a ulong was expected"));
    };
    let product = u128::from(a) * u128::from(b);
    cx.set_out(0, Value::UInt64(product as u64));
    Ok(Value::UInt64((product >> 64) as u64))
}

/// `(Quotient, Remainder)`.
pub(crate) fn div_rem_pair(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (quotient, remainder, ty) = divided(cx, args)?;
    pair(cx, ty, quotient, remainder)
}

/// A tuple of two values of one type.
pub(super) fn pair(cx: &mut Cx<'_>, ty: TypeId, first: Value, second: Value) -> Result<Value, Throw> {
    let ty = types::intern(Type::Tuple(Box::new([(None, ty), (None, ty)])));
    Ok(Value::Object(cx.heap.new_object(Object::Anonymous { ty, values: Box::new([first, second]) })?))
}

fn div_rem(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (quotient, remainder, _) = divided(cx, args)?;
    cx.set_out(0, remainder);
    Ok(quotient)
}

fn divided(cx: &mut Cx<'_>, args: &[Value]) -> Result<(Value, Value, TypeId), Throw> {
    let kind = behaviour::type_of(cx.heap, arg(args, 0)).and_then(integer::kind_of);
    let (Some(a), Some(b), Some(kind)) = (integer::get(arg(args, 0)), integer::get(arg(args, 1)), kind) else {
        return Err(fault("an integer was expected"));
    };
    if b == 0 {
        return Err(cx.throw_default(Exc::DivideByZero));
    }
    // What is narrower than `int` is divided as one, and cut off.
    let quotient = if kind.bits < 32 { Some(kind.value(a / b)) } else { kind.checked(a / b) };
    match quotient {
        Some(quotient) => Ok((quotient, kind.value(a % b), kind.ty)),
        None => Err(cx.throw_default(Exc::Overflow)),
    }
}

fn rounded(
    cx: &mut Cx<'_>,
    args: &[Value],
    float: fn(f64) -> f64,
    decimal: fn(&Decimal) -> Decimal,
) -> Result<Value, Throw> {
    match decimal::get(cx, arg(args, 0)) {
        Some(d) => decimal::value(cx, decimal(&d)),
        None => self::float(args, float),
    }
}

/// `Ceiling`.
pub(crate) fn ceiling(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    rounded(cx, args, f64::ceil, Decimal::ceil)
}

/// `Floor`.
pub(crate) fn floor(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    rounded(cx, args, f64::floor, Decimal::floor)
}

/// `Truncate`.
pub(crate) fn truncate(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    rounded(cx, args, f64::trunc, Decimal::trunc)
}

/// `Round`: halves to even unless a mode says otherwise.
pub(crate) fn round(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let digits = args.iter().skip(1).find_map(|a| if let Value::Int32(n) = a { Some(*n) } else { None });
    let mode = args.iter().skip(1).find_map(|a| if let Value::Enum(_, n) = a { Some(*n) } else { None }).unwrap_or(0);
    if !(0..=4).contains(&mode) {
        let message = format!("The value '{mode}' is not valid for this usage of the type MidpointRounding.");
        return Err(cx.throw_argument(Exc::Argument, &message, "mode"));
    }
    match decimal::get(cx, arg(args, 0)) {
        Some(d) => {
            let Some(places) = u32::try_from(digits.unwrap_or(0)).ok().filter(|n| *n <= 28) else {
                let message = "Decimal can only round to between 0 and 28 digits of precision.";
                return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "decimals"));
            };
            decimal::value(cx, d.round_dp_with_strategy(places, strategy(mode)))
        }
        None => {
            let most = if matches!(arg(args, 0), Value::Single(_)) { 6 } else { 15 };
            let digits = digits.unwrap_or(0);
            if !(0..=most).contains(&digits) {
                let message = format!("Rounding digits must be between 0 and {most}, inclusive.");
                return Err(cx.throw_argument(Exc::ArgumentOutOfRange, &message, "digits"));
            }
            Ok(like(arg(args, 0), round_float(number(args, 0)?, digits, mode)))
        }
    }
}

fn strategy(mode: i64) -> RoundingStrategy {
    match mode {
        1 => RoundingStrategy::MidpointAwayFromZero,
        2 => RoundingStrategy::ToZero,
        3 => RoundingStrategy::ToNegativeInfinity,
        4 => RoundingStrategy::ToPositiveInfinity,
        _ => RoundingStrategy::MidpointNearestEven,
    }
}

/// .NET scales by a power of ten, rounds, and scales back; numbers from 1e16 on have no digits to round.
fn round_float(v: f64, digits: i32, mode: i64) -> f64 {
    let rounding: fn(f64) -> f64 = match mode {
        1 => f64::round,
        2 => f64::trunc,
        3 => f64::floor,
        4 => f64::ceil,
        _ => f64::round_ties_even,
    };
    if digits == 0 {
        return rounding(v);
    }
    if v.abs() >= 1e16 || !v.is_finite() {
        return v;
    }
    let power = 10f64.powi(digits);
    rounding(v * power) / power
}

/// `Sign`; `ArithmeticException` for what is no number.
pub(crate) fn sign(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let value = arg(args, 0);
    if let Some(d) = decimal::get(cx, value) {
        return Ok(Value::Int32(integer::sign(d.cmp(&Decimal::ZERO))));
    }
    if let Some(n) = integer::get(value) {
        return Ok(Value::Int32(integer::sign(n.cmp(&0))));
    }
    match number(args, 0)?.partial_cmp(&0.0) {
        Some(order) => Ok(Value::Int32(integer::sign(order))),
        None => Err(cx.throw(Exc::Arithmetic, "Function does not accept floating point Not-a-Number values.")),
    }
}

/// `Max`: what is no number wins.
pub(crate) fn max(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    extreme(cx, args, Ordering::Greater)
}

/// `Min`: what is no number wins.
pub(crate) fn min(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    extreme(cx, args, Ordering::Less)
}

fn extreme(cx: &mut Cx<'_>, args: &[Value], wanted: Ordering) -> Result<Value, Throw> {
    let (a, b) = (arg(args, 0), arg(args, 1));
    if let (Some(x), Some(y)) = (super::number::float::get(a), super::number::float::get(b)) {
        let first = match x.partial_cmp(&y) {
            None => x.is_nan(),
            // Zeros are told apart: the greater one is positive.
            Some(Ordering::Equal) => x.is_sign_positive() == (wanted == Ordering::Greater),
            Some(order) => order == wanted,
        };
        return Ok(if first { a } else { b });
    }
    Ok(if behaviour::compare(cx, b, a)? == wanted { b } else { a })
}

/// `Clamp`.
pub(crate) fn clamp(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (value, low, high) = (arg(args, 0), arg(args, 1), arg(args, 2));
    let less = |cx: &mut Cx<'_>, a: Value, b: Value| match (super::number::float::get(a), super::number::float::get(b))
    {
        (Some(a), Some(b)) => Ok(a < b),
        _ => behaviour::compare(cx, a, b).map(Ordering::is_lt),
    };
    if less(cx, high, low)? {
        let (mut low_text, mut high_text) = Default::default();
        behaviour::write_text(cx, low, &mut low_text)?;
        behaviour::write_text(cx, high, &mut high_text)?;
        let (low, high) = (low_text.as_text().to_utf8(), high_text.as_text().to_utf8());
        return Err(cx.throw(Exc::Argument, format!("'{low}' cannot be greater than {high}.")));
    }
    Ok(if less(cx, value, low)? {
        low
    } else if less(cx, high, value)? {
        high
    } else {
        value
    })
}

/// `x ('5') must be a non-negative value.` as .NET 8 says it.
pub(crate) fn negative(cx: &mut Cx<'_>, parameter: &str, actual: i64) -> Throw {
    out_of_range(cx, parameter, actual, "must be a non-negative value.")
}

/// `x ('5') must be less than or equal to '3'.` as .NET 8 says it.
pub(crate) fn not_at_most(cx: &mut Cx<'_>, parameter: &str, actual: i64, limit: i64) -> Throw {
    out_of_range(cx, parameter, actual, &format!("must be less than or equal to '{limit}'."))
}

/// `x ('5') must …` with the actual value on a second line.
pub(crate) fn out_of_range(cx: &mut Cx<'_>, parameter: &str, actual: i64, must: &str) -> Throw {
    let message = format!("{parameter} ('{actual}') {must} (Parameter '{parameter}')\nActual value was {actual}.");
    cx.throw_with_parameter(Exc::ArgumentOutOfRange, message, parameter)
}

/// Above this, `x * x` would lose what is added to it, and soon overflow.
const LARGE: f64 = 268_435_456.0;

pub(super) fn acosh(x: f64) -> f64 {
    if x < 1.0 {
        // The NaN of the library of C, whose sign .NET shows.
        return -f64::NAN;
    }
    if x > LARGE { x.ln() + std::f64::consts::LN_2 } else { x.acosh() }
}

pub(super) fn asinh(x: f64) -> f64 {
    if x.abs() > LARGE { (x.abs().ln() + std::f64::consts::LN_2).copysign(x) } else { x.asinh() }
}
