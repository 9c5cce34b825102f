//! What `double` and `float` have in common.

use super::format::{self, Number};
use super::integer;
use super::parse::{self, Failure};
use super::styles::bits;
use crate::cx::{Cx, arg, fault};
use crate::exception::Throw;
use crate::library::system::object;
use crate::types::TypeId;
use crate::value::{Value, behaviour};

/// The number in a `double` or `float`.
#[must_use]
pub(crate) fn get(value: Value) -> Option<f64> {
    match value {
        Value::Double(v) => Some(v),
        Value::Single(v) => Some(f64::from(v)),
        _ => None,
    }
}

fn number(args: &[Value], index: usize) -> Result<f64, Throw> {
    get(arg(args, index)).ok_or(fault("a floating point number was expected"))
}

/// `ToString` with or without a format.
pub(crate) fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let picture = cx.string_opt(args, 1).map(|p| cx.text(p).to_utf8().into_owned()).unwrap_or_default();
    let mut out = String::new();
    match (arg(args, 0), picture.is_empty()) {
        (Value::Double(v), true) => format::default_double(v, &mut out),
        (Value::Single(v), true) => format::default_single(v, &mut out),
        (Value::Double(v), false) => format::format(cx, Number::Double(v), &picture, &mut out)?,
        (Value::Single(v), false) => format::format(cx, Number::Single(v), &picture, &mut out)?,
        _ => return Err(fault("a floating point number was expected")),
    }
    cx.string(&out)
}

/// The styles that `double.Parse(text)` allows.
pub(crate) const STYLES: i64 = bits::FLOAT | bits::THOUSANDS;

fn read(cx: &Cx<'_>, text: crate::value::text::Str, styles: i64, single: bool) -> Result<Value, Failure> {
    if single {
        parse::single(cx.text(text), styles).map(Value::Single)
    } else {
        parse::double(cx.text(text), styles).map(Value::Double)
    }
}

fn parse_as(cx: &mut Cx<'_>, args: &[Value], single: bool) -> Result<Value, Throw> {
    let styles = integer::valid_styles(cx, args, STYLES, false)?;
    let text = cx.string_arg(args, 0, "s")?;
    cx.charge(text.len())?;
    read(cx, text, styles, single).map_err(|failure| integer::parse_error(cx, arg(args, 0), "", failure))
}

fn try_parse_as(cx: &mut Cx<'_>, args: &[Value], single: bool) -> Result<Value, Throw> {
    let styles = integer::valid_styles(cx, args, STYLES, false)?;
    let parsed = match cx.string_opt(args, 0) {
        Some(text) => {
            cx.charge(text.len())?;
            read(cx, text, styles, single).ok()
        }
        None => None,
    };
    let zero = if single { Value::Single(0.0) } else { Value::Double(0.0) };
    cx.set_out(0, parsed.unwrap_or(zero));
    Ok(Value::Bool(parsed.is_some()))
}

/// `double.Parse`.
pub(crate) fn parse_double(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    parse_as(cx, args, false)
}

/// `float.Parse`.
pub(crate) fn parse_single(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    parse_as(cx, args, true)
}

/// `double.TryParse`.
pub(crate) fn try_parse_double(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    try_parse_as(cx, args, false)
}

/// `float.TryParse`.
pub(crate) fn try_parse_single(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    try_parse_as(cx, args, true)
}

/// `CompareTo`: what is no number comes first.
pub(crate) fn compare_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (a, other) = (number(args, 0)?, arg(args, 1));
    let same = std::mem::discriminant(&arg(args, 0)) == std::mem::discriminant(&other);
    match (other, get(other)) {
        (Value::Null, _) => Ok(Value::Int32(1)),
        (_, Some(b)) if same => Ok(Value::Int32(integer::sign(behaviour::compare_doubles(a, b)))),
        _ => {
            let ty = if matches!(arg(args, 0), Value::Single(_)) { TypeId::SINGLE } else { TypeId::DOUBLE };
            Err(object::wrong_type(cx, ty))
        }
    }
}

/// A test of one number.
pub(crate) fn test(args: &[Value], holds: fn(f64) -> bool) -> Result<Value, Throw> {
    Ok(Value::Bool(holds(number(args, 0)?)))
}

/// A comparison by operator.
pub(crate) fn operator(args: &[Value], holds: fn(&f64, &f64) -> bool) -> Result<Value, Throw> {
    Ok(Value::Bool(holds(&number(args, 0)?, &number(args, 1)?)))
}

/// `IsNormal`, `IsSubnormal`.
pub(crate) fn is_class(args: &[Value], class: std::num::FpCategory) -> Result<Value, Throw> {
    Ok(Value::Bool(match arg(args, 0) {
        Value::Single(v) => v.classify() == class,
        _ => number(args, 0)?.classify() == class,
    }))
}

/// The members that both types declare.
macro_rules! float_type {
    ($full:literal, $keyword:literal, $tested:literal, $rust:ident, $marker:ident, $epsilon:expr, $parse:ident, $try_parse:ident, $own:ident) => {
        use std::num::FpCategory;

        use $crate::library::system::floating::$own as own;
        use $crate::library::system::number::float as shared;
        use $crate::library::system::{math, object, type_code};
        use $crate::library::{Constant, Intrinsic, Member, TypeDef, constant, method, operator};
        use $crate::value::Value;

        const MEMBERS: &[Member] = &[
            constant(concat!("const ", $keyword, " MinValue"), Constant::Value(Value::$marker($rust::MIN))),
            constant(concat!("const ", $keyword, " MaxValue"), Constant::Value(Value::$marker($rust::MAX))),
            constant(concat!("const ", $keyword, " Epsilon"), Constant::Value(Value::$marker($epsilon))),
            constant(
                concat!("const ", $keyword, " NegativeInfinity"),
                Constant::Value(Value::$marker($rust::NEG_INFINITY)),
            ),
            constant(
                concat!("const ", $keyword, " PositiveInfinity"),
                Constant::Value(Value::$marker($rust::INFINITY)),
            ),
            constant(concat!("const ", $keyword, " NaN"), Constant::Value(Value::$marker(-$rust::NAN))),
            constant(concat!("const ", $keyword, " NegativeZero"), Constant::Value(Value::$marker(-0.0))),
            constant(concat!("const ", $keyword, " E"), Constant::Value(Value::$marker(std::$rust::consts::E))),
            constant(concat!("const ", $keyword, " Pi"), Constant::Value(Value::$marker(std::$rust::consts::PI))),
            constant(concat!("const ", $keyword, " Tau"), Constant::Value(Value::$marker(std::$rust::consts::TAU))),
            method(concat!("static bool IsFinite(", $keyword, $tested), |_, a| shared::test(a, f64::is_finite)),
            method(concat!("static bool IsInfinity(", $keyword, $tested), |_, a| shared::test(a, f64::is_infinite)),
            method(concat!("static bool IsNaN(", $keyword, $tested), |_, a| shared::test(a, f64::is_nan)),
            method(concat!("static bool IsNegative(", $keyword, $tested), |_, a| {
                shared::test(a, f64::is_sign_negative)
            }),
            method(concat!("static bool IsPositive(", $keyword, " value)"), |_, a| {
                shared::test(a, |n| n.is_sign_positive() && !n.is_nan())
            }),
            method(concat!("static bool IsNegativeInfinity(", $keyword, $tested), |_, a| {
                shared::test(a, |v| v == f64::NEG_INFINITY)
            }),
            method(concat!("static bool IsPositiveInfinity(", $keyword, $tested), |_, a| {
                shared::test(a, |v| v == f64::INFINITY)
            }),
            method(concat!("static bool IsNormal(", $keyword, $tested), |_, a| shared::is_class(a, FpCategory::Normal)),
            method(concat!("static bool IsSubnormal(", $keyword, $tested), |_, a| {
                shared::is_class(a, FpCategory::Subnormal)
            }),
            method(concat!("static bool IsInteger(", $keyword, " value)"), |_, a| {
                shared::test(a, |v| v.is_finite() && v.fract() == 0.0)
            }),
            method(concat!("static bool IsEvenInteger(", $keyword, " value)"), |_, a| {
                shared::test(a, |v| v.is_finite() && v % 2.0 == 0.0)
            }),
            method(concat!("static bool IsOddInteger(", $keyword, " value)"), |_, a| {
                shared::test(a, |v| v.is_finite() && (v % 2.0).abs() == 1.0)
            }),
            method(concat!("static bool IsRealNumber(", $keyword, " value)"), |_, a| shared::test(a, |v| !v.is_nan())),
            method("int CompareTo(object value)", shared::compare_to),
            method(concat!("int CompareTo(", $keyword, " value)"), shared::compare_to),
            method("bool Equals(object obj)", object::equals),
            method(concat!("bool Equals(", $keyword, " obj)"), object::equals),
            method("int GetHashCode()", object::get_hash_code),
            method("string ToString()", shared::to_string).intrinsic(Intrinsic::Pure),
            method("string ToString(string format)", shared::to_string),
            method("string ToString(IFormatProvider provider)", shared::to_string),
            method("string ToString(string format, IFormatProvider provider)", shared::to_string),
            method(concat!("static ", $keyword, " Parse(string s)"), shared::$parse),
            method(concat!("static ", $keyword, " Parse(string s, NumberStyles style)"), shared::$parse),
            method(concat!("static ", $keyword, " Parse(string s, IFormatProvider provider)"), shared::$parse),
            method(
                concat!("static ", $keyword, " Parse(string s, NumberStyles style, IFormatProvider provider)"),
                shared::$parse,
            ),
            method(concat!("static bool TryParse(string s, out ", $keyword, " result)"), shared::$try_parse),
            method(
                concat!("static bool TryParse(string s, IFormatProvider provider, out ", $keyword, " result)"),
                shared::$try_parse,
            ),
            method(
                concat!(
                    "static bool TryParse(string s, NumberStyles style, IFormatProvider provider, out ",
                    $keyword,
                    " result)"
                ),
                shared::$try_parse,
            ),
            method("TypeCode GetTypeCode()", type_code::get_type_code),
            method(concat!("static ", $keyword, " Abs(", $keyword, " value)"), math::abs),
            method(
                concat!("static ", $keyword, " Clamp(", $keyword, " value, ", $keyword, " min, ", $keyword, " max)"),
                math::clamp,
            ),
            method(concat!("static ", $keyword, " Max(", $keyword, " x, ", $keyword, " y)"), math::max),
            method(concat!("static ", $keyword, " Min(", $keyword, " x, ", $keyword, " y)"), math::min),
            method(concat!("static int Sign(", $keyword, " value)"), math::sign),
            method(concat!("static ", $keyword, " Ceiling(", $keyword, " x)"), math::ceiling),
            method(concat!("static ", $keyword, " Floor(", $keyword, " x)"), math::floor),
            method(concat!("static ", $keyword, " Truncate(", $keyword, " x)"), math::truncate),
            method(concat!("static ", $keyword, " Round(", $keyword, " x)"), math::round),
            method(concat!("static ", $keyword, " Round(", $keyword, " x, int digits)"), math::round),
            method(concat!("static ", $keyword, " Round(", $keyword, " x, MidpointRounding mode)"), math::round),
            method(
                concat!("static ", $keyword, " Round(", $keyword, " x, int digits, MidpointRounding mode)"),
                math::round,
            ),
            method(concat!("static ", $keyword, " Sqrt(", $keyword, " x)"), |_, a| math::float(a, f64::sqrt)),
            method(concat!("static ", $keyword, " Cbrt(", $keyword, " x)"), |_, a| math::float(a, f64::cbrt)),
            method(concat!("static ", $keyword, " Exp(", $keyword, " x)"), |_, a| math::float(a, f64::exp)),
            method(concat!("static ", $keyword, " Log(", $keyword, " x)"), math::log),
            method(concat!("static ", $keyword, " Log(", $keyword, " x, ", $keyword, " newBase)"), math::log),
            method(concat!("static ", $keyword, " Log2(", $keyword, " value)"), |_, a| math::float(a, f64::log2)),
            method(concat!("static ", $keyword, " Log10(", $keyword, " x)"), |_, a| math::float(a, f64::log10)),
            method(concat!("static ", $keyword, " Pow(", $keyword, " x, ", $keyword, " y)"), math::pow),
            method(concat!("static ", $keyword, " ExpM1(", $keyword, " x)"), |_, a| own::one(a, own::exp_m1)),
            method(concat!("static ", $keyword, " Exp2(", $keyword, " x)"), |_, a| own::one(a, own::exp_2)),
            method(concat!("static ", $keyword, " Exp2M1(", $keyword, " x)"), |_, a| own::one(a, own::exp_2_m1)),
            method(concat!("static ", $keyword, " Exp10(", $keyword, " x)"), |_, a| own::one(a, own::exp_10)),
            method(concat!("static ", $keyword, " Exp10M1(", $keyword, " x)"), |_, a| own::one(a, own::exp_10_m1)),
            method(concat!("static ", $keyword, " LogP1(", $keyword, " x)"), |_, a| own::one(a, own::log_p1)),
            method(concat!("static ", $keyword, " Log2P1(", $keyword, " x)"), |_, a| own::one(a, own::log_2_p1)),
            method(concat!("static ", $keyword, " Log10P1(", $keyword, " x)"), |_, a| own::one(a, own::log_10_p1)),
            method(concat!("static ", $keyword, " Acos(", $keyword, " x)"), |_, a| own::one(a, $rust::acos)),
            method(concat!("static ", $keyword, " AcosPi(", $keyword, " x)"), |_, a| own::one(a, own::acos_pi)),
            method(concat!("static ", $keyword, " Acosh(", $keyword, " x)"), |_, a| own::one(a, own::acosh)),
            method(concat!("static ", $keyword, " Asin(", $keyword, " x)"), |_, a| own::one(a, $rust::asin)),
            method(concat!("static ", $keyword, " AsinPi(", $keyword, " x)"), |_, a| own::one(a, own::asin_pi)),
            method(concat!("static ", $keyword, " Asinh(", $keyword, " x)"), |_, a| own::one(a, own::asinh)),
            method(concat!("static ", $keyword, " Atan(", $keyword, " x)"), |_, a| own::one(a, $rust::atan)),
            method(concat!("static ", $keyword, " AtanPi(", $keyword, " x)"), |_, a| own::one(a, own::atan_pi)),
            method(concat!("static ", $keyword, " Atanh(", $keyword, " x)"), |_, a| own::one(a, $rust::atanh)),
            method(concat!("static ", $keyword, " Cos(", $keyword, " x)"), |_, a| own::one(a, $rust::cos)),
            method(concat!("static ", $keyword, " CosPi(", $keyword, " x)"), |_, a| own::one(a, own::cos_pi)),
            method(concat!("static ", $keyword, " Cosh(", $keyword, " x)"), |_, a| own::one(a, $rust::cosh)),
            method(concat!("static ", $keyword, " Sin(", $keyword, " x)"), |_, a| own::one(a, $rust::sin)),
            method(concat!("static ", $keyword, " SinPi(", $keyword, " x)"), |_, a| own::one(a, own::sin_pi)),
            method(concat!("static ", $keyword, " Sinh(", $keyword, " x)"), |_, a| own::one(a, $rust::sinh)),
            method(concat!("static ", $keyword, " Tan(", $keyword, " x)"), |_, a| own::one(a, $rust::tan)),
            method(concat!("static ", $keyword, " TanPi(", $keyword, " x)"), |_, a| own::one(a, own::tan_pi)),
            method(concat!("static ", $keyword, " Tanh(", $keyword, " x)"), |_, a| own::one(a, $rust::tanh)),
            method(concat!("static ", $keyword, " DegreesToRadians(", $keyword, " degrees)"), |_, a| {
                own::one(a, own::degrees_to_radians)
            }),
            method(concat!("static ", $keyword, " RadiansToDegrees(", $keyword, " radians)"), |_, a| {
                own::one(a, own::radians_to_degrees)
            }),
            method(concat!("static ", $keyword, " BitDecrement(", $keyword, " x)"), |_, a| {
                own::one(a, $rust::next_down)
            }),
            method(concat!("static ", $keyword, " BitIncrement(", $keyword, " x)"), |_, a| own::one(a, $rust::next_up)),
            method(concat!("static ", $keyword, " ReciprocalEstimate(", $keyword, " x)"), |_, a| {
                own::one(a, $rust::recip)
            }),
            method(concat!("static ", $keyword, " ReciprocalSqrtEstimate(", $keyword, " x)"), |_, a| {
                own::one(a, own::recip_sqrt)
            }),
            method(concat!("static ", $keyword, " Atan2(", $keyword, " y, ", $keyword, " x)"), |_, a| {
                own::two(a, $rust::atan2)
            }),
            method(concat!("static ", $keyword, " Atan2Pi(", $keyword, " y, ", $keyword, " x)"), |_, a| {
                own::two(a, own::atan_2_pi)
            }),
            method(concat!("static ", $keyword, " CopySign(", $keyword, " value, ", $keyword, " sign)"), |_, a| {
                own::two(a, $rust::copysign)
            }),
            method(
                concat!("static ", $keyword, " Ieee754Remainder(", $keyword, " left, ", $keyword, " right)"),
                |_, a| own::two(a, own::remainder),
            ),
            method(concat!("static ", $keyword, " MaxNumber(", $keyword, " x, ", $keyword, " y)"), |_, a| {
                own::two(a, own::max_number)
            }),
            method(concat!("static ", $keyword, " MinNumber(", $keyword, " x, ", $keyword, " y)"), |_, a| {
                own::two(a, own::min_number)
            }),
            method(concat!("static ", $keyword, " MaxMagnitude(", $keyword, " x, ", $keyword, " y)"), |_, a| {
                own::two(a, own::max_magnitude)
            }),
            method(concat!("static ", $keyword, " MaxMagnitudeNumber(", $keyword, " x, ", $keyword, " y)"), |_, a| {
                own::two(a, own::max_magnitude_number)
            }),
            method(concat!("static ", $keyword, " MinMagnitude(", $keyword, " x, ", $keyword, " y)"), |_, a| {
                own::two(a, own::min_magnitude)
            }),
            method(concat!("static ", $keyword, " MinMagnitudeNumber(", $keyword, " x, ", $keyword, " y)"), |_, a| {
                own::two(a, own::min_magnitude_number)
            }),
            method(concat!("static ", $keyword, " Hypot(", $keyword, " x, ", $keyword, " y)"), |_, a| {
                own::two(a, $rust::hypot)
            }),
            method(
                concat!(
                    "static ",
                    $keyword,
                    " FusedMultiplyAdd(",
                    $keyword,
                    " left, ",
                    $keyword,
                    " right, ",
                    $keyword,
                    " addend)"
                ),
                |_, a| own::three(a, $rust::mul_add),
            ),
            method(
                concat!(
                    "static ",
                    $keyword,
                    " Lerp(",
                    $keyword,
                    " value1, ",
                    $keyword,
                    " value2, ",
                    $keyword,
                    " amount)"
                ),
                |_, a| own::three(a, own::lerp),
            ),
            method(concat!("static bool IsPow2(", $keyword, " value)"), own::is_pow2),
            method(concat!("static int ILogB(", $keyword, " x)"), own::exponent),
            method(concat!("static ", $keyword, " ScaleB(", $keyword, " x, int n)"), own::scale),
            method(concat!("static ", $keyword, " RootN(", $keyword, " x, int n)"), own::root_n),
            method(concat!("static (", $keyword, " Sin, ", $keyword, " Cos) SinCos(", $keyword, " x)"), own::sin_cos),
            method(
                concat!("static (", $keyword, " SinPi, ", $keyword, " CosPi) SinCosPi(", $keyword, " x)"),
                own::sin_cos_pi,
            ),
            operator(concat!("static bool operator ==(", $keyword, " left, ", $keyword, " right)"), |_, a| {
                shared::operator(a, f64::eq)
            }),
            operator(concat!("static bool operator !=(", $keyword, " left, ", $keyword, " right)"), |_, a| {
                shared::operator(a, f64::ne)
            }),
            operator(concat!("static bool operator <(", $keyword, " left, ", $keyword, " right)"), |_, a| {
                shared::operator(a, f64::lt)
            }),
            operator(concat!("static bool operator >(", $keyword, " left, ", $keyword, " right)"), |_, a| {
                shared::operator(a, f64::gt)
            }),
            operator(concat!("static bool operator <=(", $keyword, " left, ", $keyword, " right)"), |_, a| {
                shared::operator(a, f64::le)
            }),
            operator(concat!("static bool operator >=(", $keyword, " left, ", $keyword, " right)"), |_, a| {
                shared::operator(a, f64::ge)
            }),
        ];

        pub(in crate::library) const TYPE: TypeDef = TypeDef::structure($full)
            .interfaces(&[
                "System.IComparable",
                "System.IFormattable",
                concat!("System.IEquatable<", $keyword, ">"),
                concat!("System.IComparable<", $keyword, ">"),
            ])
            .members(MEMBERS)
            .summary(concat!("A binary floating point number, `", $keyword, "` in C#."));
    };
}
pub(in crate::library::system) use float_type;
