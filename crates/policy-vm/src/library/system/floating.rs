//! Functions that `double` and `float` declare beside those of `System.Math`: step by step as .NET computes them, in the
//! precision of the type itself.

use super::math::{acosh as acosh_64, asinh as asinh_64, ieee_remainder, pair};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::Throw;
use crate::types::TypeId;
use crate::value::Value;

macro_rules! functions {
    ($module:ident, $rust:ident, $marker:ident, $id:ident, $digits:literal, $most:literal, $narrow:expr) => {
        pub(super) mod $module {
            use super::*;

            const PI: $rust = std::$rust::consts::PI;

            fn at(args: &[Value], index: usize) -> Result<$rust, Throw> {
                match arg(args, index) {
                    Value::$marker(number) => Ok(number),
                    _ => Err(fault("a floating point number was expected")),
                }
            }

            pub(in crate::library::system) fn one(args: &[Value], f: fn($rust) -> $rust) -> Result<Value, Throw> {
                Ok(Value::$marker(f(at(args, 0)?)))
            }

            pub(in crate::library::system) fn two(
                args: &[Value],
                f: fn($rust, $rust) -> $rust,
            ) -> Result<Value, Throw> {
                Ok(Value::$marker(f(at(args, 0)?, at(args, 1)?)))
            }

            pub(in crate::library::system) fn three(
                args: &[Value],
                f: fn($rust, $rust, $rust) -> $rust,
            ) -> Result<Value, Throw> {
                Ok(Value::$marker(f(at(args, 0)?, at(args, 1)?, at(args, 2)?)))
            }

            pub(in crate::library::system) fn exp_m1(x: $rust) -> $rust {
                x.exp() - 1.0
            }

            pub(in crate::library::system) fn exp_2(x: $rust) -> $rust {
                $rust::powf(2.0, x)
            }

            pub(in crate::library::system) fn exp_2_m1(x: $rust) -> $rust {
                exp_2(x) - 1.0
            }

            pub(in crate::library::system) fn exp_10(x: $rust) -> $rust {
                $rust::powf(10.0, x)
            }

            pub(in crate::library::system) fn exp_10_m1(x: $rust) -> $rust {
                exp_10(x) - 1.0
            }

            pub(in crate::library::system) fn log_p1(x: $rust) -> $rust {
                (x + 1.0).ln()
            }

            pub(in crate::library::system) fn log_2_p1(x: $rust) -> $rust {
                (x + 1.0).log2()
            }

            pub(in crate::library::system) fn log_10_p1(x: $rust) -> $rust {
                (x + 1.0).log10()
            }

            pub(in crate::library::system) fn acos_pi(x: $rust) -> $rust {
                x.acos() / PI
            }

            pub(in crate::library::system) fn asin_pi(x: $rust) -> $rust {
                x.asin() / PI
            }

            pub(in crate::library::system) fn atan_pi(x: $rust) -> $rust {
                x.atan() / PI
            }

            pub(in crate::library::system) fn atan_2_pi(y: $rust, x: $rust) -> $rust {
                y.atan2(x) / PI
            }

            pub(in crate::library::system) fn acosh(x: $rust) -> $rust {
                $narrow(acosh_64(x.into()))
            }

            pub(in crate::library::system) fn asinh(x: $rust) -> $rust {
                $narrow(asinh_64(x.into()))
            }

            pub(in crate::library::system) fn remainder(x: $rust, y: $rust) -> $rust {
                $narrow(ieee_remainder(x.into(), y.into()))
            }

            /// The sine of so many half turns. Whole ones are exact, and what is beside them is at most a quarter.
            pub(in crate::library::system) fn sin_pi(x: $rust) -> $rust {
                if !x.is_finite() {
                    // .NET's own NaN has a sign.
                    return -$rust::NAN;
                }
                let (part, odd) = (x.abs() % 1.0, x.abs() % 2.0 >= 1.0);
                if part == 0.0 {
                    return $rust::copysign(0.0, x);
                }
                let sine = match part {
                    _ if part <= 0.25 => (part * PI).sin(),
                    _ if part <= 0.75 => ((0.5 - part) * PI).cos(),
                    _ => ((1.0 - part) * PI).sin(),
                };
                if odd { -sine * x.signum() } else { sine * x.signum() }
            }

            /// The cosine of so many half turns.
            pub(in crate::library::system) fn cos_pi(x: $rust) -> $rust {
                if !x.is_finite() {
                    // .NET's own NaN has a sign.
                    return -$rust::NAN;
                }
                let (part, odd) = (x.abs() % 1.0, x.abs() % 2.0 >= 1.0);
                if part == 0.5 {
                    return 0.0;
                }
                let cosine = match part {
                    _ if part <= 0.25 => (part * PI).cos(),
                    _ if part <= 0.75 => ((0.5 - part) * PI).sin(),
                    _ => -((1.0 - part) * PI).cos(),
                };
                if odd { -cosine } else { cosine }
            }

            /// The tangent of so many half turns.
            pub(in crate::library::system) fn tan_pi(x: $rust) -> $rust {
                if !x.is_finite() {
                    // .NET's own NaN has a sign.
                    return -$rust::NAN;
                }
                let (part, odd) = (x.abs() % 1.0, x.abs() % 2.0 >= 1.0);
                let tangent = match part {
                    _ if part == 0.0 => {
                        if odd {
                            -0.0
                        } else {
                            0.0
                        }
                    }
                    _ if part == 0.5 => {
                        if odd {
                            $rust::NEG_INFINITY
                        } else {
                            $rust::INFINITY
                        }
                    }
                    _ if part <= 0.25 => (part * PI).tan(),
                    _ if part <= 0.75 => ((0.5 - part) * PI).tan().recip(),
                    _ => -((1.0 - part) * PI).tan(),
                };
                tangent * x.signum()
            }

            pub(in crate::library::system) fn degrees_to_radians(degrees: $rust) -> $rust {
                degrees * PI / 180.0
            }

            pub(in crate::library::system) fn radians_to_degrees(radians: $rust) -> $rust {
                radians * 180.0 / PI
            }

            pub(in crate::library::system) fn recip_sqrt(x: $rust) -> $rust {
                x.sqrt().recip()
            }

            pub(in crate::library::system) fn lerp(from: $rust, to: $rust, amount: $rust) -> $rust {
                from * (1.0 - amount) + to * amount
            }

            /// The greater; what is no number only when both are none.
            pub(in crate::library::system) fn max_number(x: $rust, y: $rust) -> $rust {
                if x == y {
                    return if y.is_sign_negative() { x } else { y };
                }
                if y.is_nan() || y < x { x } else { y }
            }

            pub(in crate::library::system) fn min_number(x: $rust, y: $rust) -> $rust {
                if x == y {
                    return if x.is_sign_negative() { x } else { y };
                }
                if y.is_nan() || x < y { x } else { y }
            }

            pub(in crate::library::system) fn max_magnitude(x: $rust, y: $rust) -> $rust {
                let (a, b) = (x.abs(), y.abs());
                if a > b || a.is_nan() || (a == b && x.is_sign_positive()) { x } else { y }
            }

            pub(in crate::library::system) fn min_magnitude(x: $rust, y: $rust) -> $rust {
                let (a, b) = (x.abs(), y.abs());
                if a < b || a.is_nan() || (a == b && x.is_sign_negative()) { x } else { y }
            }

            pub(in crate::library::system) fn max_magnitude_number(x: $rust, y: $rust) -> $rust {
                let (a, b) = (x.abs(), y.abs());
                if a > b || b.is_nan() || (a == b && x.is_sign_positive()) { x } else { y }
            }

            pub(in crate::library::system) fn min_magnitude_number(x: $rust, y: $rust) -> $rust {
                let (a, b) = (x.abs(), y.abs());
                if a < b || b.is_nan() || (a == b && x.is_sign_negative()) { x } else { y }
            }

            /// True for powers of two, those below one too.
            pub(in crate::library::system) fn is_pow2(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
                let x = at(args, 0)?;
                let fraction = x.to_bits() & ((1 << $digits) - 1);
                let power = if x.is_normal() { fraction == 0 } else { x.is_subnormal() && fraction.count_ones() == 1 };
                Ok(Value::Bool(x > 0.0 && power))
            }

            /// `ILogB`: the exponent of the number's highest bit.
            pub(in crate::library::system) fn exponent(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
                let x = at(args, 0)?;
                if x == 0.0 {
                    return Ok(Value::Int32(i32::MIN));
                }
                if !x.is_finite() {
                    return Ok(Value::Int32(i32::MAX));
                }
                // Lifted out of the subnormal numbers, whose exponent says nothing.
                let (x, lifted) = if x.is_subnormal() { (x / $rust::EPSILON, $digits) } else { (x, 0) };
                let biased = i32::try_from(x.abs().to_bits() >> $digits).unwrap_or_default();
                Ok(Value::Int32(biased - $most - lifted))
            }

            /// `ScaleB`: in steps that neither overflow nor lose bits before the last.
            pub(in crate::library::system) fn scale(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
                let (mut y, mut n) = (at(args, 0)?, as_i32(args, 1)?);
                let (up, down) = ($rust::powi(2.0, $most), $rust::powi(2.0, 2 - $most + $digits));
                for _ in 0..2 {
                    if n > $most {
                        (y, n) = (y * up, n - $most);
                    } else if n < 1 - $most {
                        (y, n) = (y * down, n + $most - 2 - $digits);
                    }
                }
                Ok(Value::$marker(y * $rust::powi(2.0, n.clamp(1 - $most, $most))))
            }

            pub(in crate::library::system) fn root_n(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
                let (x, n) = (at(args, 0)?, as_i32(args, 1)?);
                let odd = n % 2 != 0;
                Ok(Value::$marker(match n {
                    0 => -$rust::NAN,
                    2 => {
                        if x == 0.0 {
                            0.0
                        } else {
                            x.sqrt()
                        }
                    }
                    3 => x.cbrt(),
                    _ if x.is_nan() => x,
                    _ if x == 0.0 => {
                        let root: $rust = if n > 0 { 0.0 } else { $rust::INFINITY };
                        if odd { root.copysign(x) } else { root }
                    }
                    _ if x < 0.0 && !odd => -$rust::NAN,
                    // In double precision, also for a `float`.
                    _ => $narrow(f64::from(x.abs()).powf(1.0 / f64::from(n))).copysign(x),
                }))
            }

            pub(in crate::library::system) fn sin_cos(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
                let (sine, cosine) = at(args, 0)?.sin_cos();
                pair(cx, TypeId::$id, Value::$marker(sine), Value::$marker(cosine))
            }

            pub(in crate::library::system) fn sin_cos_pi(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
                let x = at(args, 0)?;
                pair(cx, TypeId::$id, Value::$marker(sin_pi(x)), Value::$marker(cos_pi(x)))
            }
        }
    };
}

functions!(double, f64, Double, DOUBLE, 52, 1023, |x: f64| x);
functions!(single, f32, Single, SINGLE, 23, 127, narrow);

#[expect(clippy::cast_possible_truncation, reason = "a float is what is wanted")]
fn narrow(x: f64) -> f32 {
    x as f32
}
