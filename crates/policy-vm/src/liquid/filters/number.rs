//! Filters of numbers. Whole numbers stay whole, unless they no longer fit; texts that are numbers are taken for them.

use super::super::render::Rendering;
use super::super::value::Value;
use crate::exception::Throw;

type Done = Result<Value, Throw>;

fn two(value: &Value, arguments: &[Value]) -> Option<(Value, Value)> {
    Some((value.number()?, arguments.first()?.number()?))
}

/// With whole numbers while they fit, else with fractions; nil for what is no number.
fn reckon(
    value: &Value,
    arguments: &[Value],
    whole: fn(i64, i64) -> Option<i64>,
    fraction: fn(f64, f64) -> f64,
) -> Value {
    let Some((a, b)) = two(value, arguments) else { return Value::Nil };
    if let (Value::Int(a), Value::Int(b)) = (&a, &b)
        && let Some(result) = whole(*a, *b)
    {
        return Value::Int(result);
    }
    match (a.float(), b.float()) {
        (Some(a), Some(b)) => Value::Float(fraction(a, b)),
        _ => Value::Nil,
    }
}

pub(super) fn plus(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    // Two texts are joined.
    if let (Value::Text(_), Some(Value::Text(_)), None) = (&value, arguments.first(), two(&value, arguments)) {
        return super::text::append(r, value, arguments);
    }
    Ok(reckon(&value, arguments, i64::checked_add, |a, b| a + b))
}

pub(super) fn minus(_: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    Ok(reckon(&value, arguments, i64::checked_sub, |a, b| a - b))
}

pub(super) fn times(_: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    Ok(reckon(&value, arguments, i64::checked_mul, |a, b| a * b))
}

pub(super) fn divided_by(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    not_by_zero(r, &value, arguments)?;
    Ok(reckon(&value, arguments, i64::checked_div, |a, b| a / b))
}

pub(super) fn modulo(r: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    not_by_zero(r, &value, arguments)?;
    Ok(reckon(&value, arguments, i64::checked_rem, |a, b| a % b))
}

fn not_by_zero(r: &mut Rendering<'_, '_>, value: &Value, arguments: &[Value]) -> Result<(), Throw> {
    match two(value, arguments) {
        Some((Value::Int(_), Value::Int(0))) => Err(r.fail("Attempted to divide by zero.")),
        _ => Ok(()),
    }
}

pub(super) fn abs(_: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    Ok(match value.number() {
        Some(Value::Int(number)) => number.checked_abs().map_or(Value::Nil, Value::Int),
        Some(Value::Float(number)) => Value::Float(number.abs()),
        _ => value,
    })
}

pub(super) fn at_least(_: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    Ok(match two(&value, arguments) {
        Some((a, b)) if a.compare(&b).is_some_and(std::cmp::Ordering::is_lt) => b,
        Some((a, _)) => a,
        None => value,
    })
}

pub(super) fn at_most(_: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    Ok(match two(&value, arguments) {
        Some((a, b)) if a.compare(&b).is_some_and(std::cmp::Ordering::is_gt) => b,
        Some((a, _)) => a,
        None => value,
    })
}

/// Halves go to the even number, as `Math.Round` has it.
pub(super) fn round(_: &mut Rendering<'_, '_>, value: Value, arguments: &[Value]) -> Done {
    let places = arguments.first().and_then(Value::int).unwrap_or(0).clamp(0, 15);
    Ok(match value.number() {
        Some(Value::Float(number)) => {
            let power = 10_f64.powi(i32::try_from(places).unwrap_or(0));
            let rounded = (number * power).round_ties_even() / power;
            Value::Float(if rounded.is_finite() { rounded } else { number })
        }
        Some(number) => number,
        None => Value::Nil,
    })
}

/// The invariant culture's.
pub(super) fn currency(_: &mut Rendering<'_, '_>, value: Value, _: &[Value]) -> Done {
    let Some(number) = value.number().and_then(|number| number.float()) else { return Ok(value) };
    let text = format!("{:.2}", number.abs());
    let (whole, cents) = text.split_once('.').unwrap_or((&text, "00"));
    let mut grouped = String::new();
    for (at, digit) in whole.chars().enumerate() {
        if at > 0 && (whole.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    let amount = format!("\u{a4}{grouped}.{cents}");
    Ok(if number < 0.0 { format!("({amount})") } else { amount }.into())
}
