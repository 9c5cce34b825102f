//! `System.Random`: seeded, Knuth's subtractive generator with .NET's exact sequence; unseeded, the host's randomness.

use super::{array, math};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, property};
use crate::types::Known;
use crate::value::Value;
use crate::value::heap::Object;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Random")
    .members(&[
        constructor("Random()", |cx, _| Ok(cx.heap.new_native(Random { seeded: None })?)),
        constructor("Random(int Seed)", new_seeded),
        property("static Random Shared { get; }", |cx, _| Ok(cx.heap.new_native(Random { seeded: None })?)),
        method("int Next()", next),
        method("int Next(int maxValue)", next_below),
        method("int Next(int minValue, int maxValue)", next_between),
        method("long NextInt64()", next_int64),
        method("long NextInt64(long maxValue)", next_int64_below),
        method("long NextInt64(long minValue, long maxValue)", next_int64_between),
        method("double NextDouble()", next_double),
        method("float NextSingle()", next_single),
        method("void NextBytes(byte[] buffer)", next_bytes),
        method("T[] GetItems<T>(T[] choices, int length)", get_items),
        method("void Shuffle<T>(T[] values)", shuffle),
    ])
    .summary("A generator of random numbers.");

static ID: Known = Known::new("System.Random");

#[derive(Debug)]
struct Random {
    seeded: Option<Box<Subtractive>>,
}

crate::net_object!(Random, ID);

/// Knuth's subtractive generator, with the slip in its second index that .NET keeps for compatibility.
#[derive(Debug)]
struct Subtractive {
    state: [i32; 56],
    next: usize,
    partner: usize,
}

const MAX: i32 = i32::MAX;

impl Subtractive {
    fn new(seed: i32) -> Self {
        let mut state = [0i32; 56];
        let mut at = |i: usize, value: Option<i32>| -> i32 {
            let Some(slot) = state.get_mut(i) else { return 0 };
            std::mem::replace(slot, value.unwrap_or(*slot))
        };
        let mut previous = 161_803_398 - seed.checked_abs().unwrap_or(MAX);
        at(55, Some(previous));
        let mut number = 1;
        let mut i = 0;
        for _ in 1..55 {
            i = (i + 21) % 55;
            at(i, Some(number));
            let difference = previous.wrapping_sub(number);
            previous = number;
            number = if difference < 0 { difference.wrapping_add(MAX) } else { difference };
        }
        for _ in 1..5 {
            for k in 1..56 {
                let other = at(1 + (k + 30) % 55, None);
                let difference = at(k, None).wrapping_sub(other);
                at(k, Some(if difference < 0 { difference.wrapping_add(MAX) } else { difference }));
            }
        }
        Self { state, next: 0, partner: 21 }
    }

    fn sample(&mut self) -> i32 {
        self.next = if self.next >= 55 { 1 } else { self.next + 1 };
        self.partner = if self.partner >= 55 { 1 } else { self.partner + 1 };
        let get = |i: usize| self.state.get(i).copied().unwrap_or(0);
        let mut value = get(self.next).wrapping_sub(get(self.partner));
        if value == MAX {
            value -= 1;
        }
        if value < 0 {
            value = value.wrapping_add(MAX);
        }
        if let Some(slot) = self.state.get_mut(self.next) {
            *slot = value;
        }
        value
    }
}

fn new_seeded(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let seeded = Some(Box::new(Subtractive::new(as_i32(args, 0)?)));
    cx.heap.charge(size_of::<Subtractive>())?;
    Ok(cx.heap.new_native(Random { seeded })?)
}

/// The next number of a seeded generator; `None` when there is no seed.
fn sample(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<i32>, Throw> {
    let random = cx.heap.native_mut::<Random>(arg(args, 0)).ok_or(fault("a Random was expected"))?;
    Ok(random.seeded.as_mut().map(|state| state.sample()))
}

fn random_u64(cx: &Cx<'_>) -> u64 {
    let mut bytes = [0; 8];
    cx.ambient.random(&mut bytes);
    u64::from_le_bytes(bytes)
}

/// A number below `range` from the host's randomness, evenly distributed for all practical ends.
fn random_below(cx: &Cx<'_>, range: u64) -> u64 {
    let product = u128::from(random_u64(cx)) * u128::from(range);
    u64::try_from(product >> 64).unwrap_or(0)
}

/// A number in [0, 1).
fn fraction(cx: &mut Cx<'_>, args: &[Value]) -> Result<f64, Throw> {
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    Ok(match sample(cx, args)? {
        Some(n) => f64::from(n) * (1.0 / f64::from(MAX)),
        None => (random_u64(cx) >> 11) as f64 * (1.0 / 9_007_199_254_740_992.0),
    })
}

fn next(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(match sample(cx, args)? {
        Some(n) => n,
        None => i32::try_from(random_below(cx, MAX.unsigned_abs().into())).unwrap_or(0),
    }))
}

#[expect(clippy::cast_possible_truncation, reason = "cut towards zero, as .NET does")]
fn scaled(cx: &mut Cx<'_>, args: &[Value], range: i32) -> Result<i32, Throw> {
    let seeded = cx.heap.native::<Random>(arg(args, 0)).is_some_and(|r| r.seeded.is_some());
    if !seeded {
        return Ok(i32::try_from(random_below(cx, u64::try_from(range).unwrap_or(0))).unwrap_or(0));
    }
    Ok((fraction(cx, args)? * f64::from(range)) as i32)
}

fn next_below(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let max = as_i32(args, 1)?;
    if max < 0 {
        return Err(math::negative(cx, "maxValue", max.into()));
    }
    Ok(Value::Int32(scaled(cx, args, max)?))
}

fn min_above_max(cx: &mut Cx<'_>) -> Throw {
    cx.throw_argument(Exc::ArgumentOutOfRange, "'minValue' cannot be greater than maxValue.", "minValue")
}

#[expect(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "as .NET does")]
fn next_between(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (min, max) = (as_i32(args, 1)?, as_i32(args, 2)?);
    if min > max {
        return Err(min_above_max(cx));
    }
    let range = i64::from(max) - i64::from(min);
    if let Ok(range) = i32::try_from(range) {
        return Ok(Value::Int32(min.wrapping_add(scaled(cx, args, range)?)));
    }
    // A range wider than an int takes its sign from a second number.
    let (Some(first), second) = (sample(cx, args)?, sample(cx, args)?) else {
        let n = i64::try_from(random_below(cx, range.unsigned_abs())).unwrap_or(0);
        return Ok(Value::Int32((i64::from(min) + n) as i32));
    };
    let signed = if second.is_some_and(|n| n % 2 == 0) { -first } else { first };
    let part = (f64::from(signed) + f64::from(MAX - 1)) / (2.0 * f64::from(MAX) - 1.0);
    Ok(Value::Int32(((part * range as f64) as i64 + i64::from(min)) as i32))
}

fn next_u64(cx: &mut Cx<'_>, args: &[Value]) -> Result<u64, Throw> {
    let seeded = cx.heap.native::<Random>(arg(args, 0)).is_some_and(|r| r.seeded.is_some());
    if !seeded {
        return Ok(random_u64(cx));
    }
    let mut part = |range: i32| scaled(cx, args, range).map(|n| u64::from(n.unsigned_abs()));
    Ok(part(1 << 22)? | part(1 << 22)? << 22 | part(1 << 20)? << 44)
}

fn next_int64(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    loop {
        cx.charge(1)?;
        let n = (next_u64(cx, args)? >> 1).cast_signed();
        if n != i64::MAX {
            return Ok(Value::Int64(n));
        }
    }
}

fn as_i64(args: &[Value], index: usize) -> Result<i64, Throw> {
    match arg(args, index) {
        Value::Int64(n) => Ok(n),
        _ => Err(fault("a long was expected")),
    }
}

fn long_between(cx: &mut Cx<'_>, args: &[Value], min: i64, max: i64) -> Result<Value, Throw> {
    let range = max.wrapping_sub(min).cast_unsigned();
    if range <= 1 {
        return Ok(Value::Int64(min));
    }
    let bits = u64::BITS - (range - 1).leading_zeros();
    loop {
        cx.charge(1)?;
        let n = next_u64(cx, args)? >> (u64::BITS - bits);
        if n < range {
            return Ok(Value::Int64(min.wrapping_add(n.cast_signed())));
        }
    }
}

fn next_int64_below(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let max = as_i64(args, 1)?;
    if max < 0 {
        return Err(math::negative(cx, "maxValue", max));
    }
    long_between(cx, args, 0, max)
}

fn next_int64_between(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (min, max) = (as_i64(args, 1)?, as_i64(args, 2)?);
    if min > max {
        return Err(min_above_max(cx));
    }
    long_between(cx, args, min, max)
}

fn next_double(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Double(fraction(cx, args)?))
}

fn next_single(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    loop {
        cx.charge(1)?;
        #[expect(clippy::cast_possible_truncation, reason = "a float is what is wanted")]
        let v = fraction(cx, args)? as f32;
        if v < 1.0 {
            return Ok(Value::Single(v));
        }
    }
}

fn next_bytes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(Object::Bytes(buffer)) = cx.heap.get(arg(args, 1)) else { return Err(cx.argument_null("buffer")) };
    let mut bytes = vec![0; buffer.len()];
    cx.charge(bytes.len())?;
    let random = cx.heap.native_mut::<Random>(arg(args, 0)).ok_or(fault("a Random was expected"))?;
    match &mut random.seeded {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the low byte is what is wanted")]
        Some(state) => bytes.iter_mut().for_each(|b| *b = state.sample() as u8),
        None => cx.ambient.random(&mut bytes),
    }
    if let Some(Object::Bytes(buffer)) = cx.heap.get_mut(arg(args, 1)) {
        *buffer = bytes;
    }
    Ok(Value::Null)
}

/// Any of the elements, as often as is wanted.
fn get_items(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(count) = array::len(cx, arg(args, 1)) else { return Err(cx.argument_null("choices")) };
    if count == 0 {
        return Err(cx.throw_argument(Exc::Argument, "Span may not be empty.", "choices"));
    }
    let length = as_i32(args, 2)?;
    let Ok(wanted) = usize::try_from(length) else {
        let why = format!(
            "length ('{length}') must be a non-negative value. (Parameter 'length')\nActual value was {length}."
        );
        return Err(cx.throw_with_parameter(Exc::ArgumentOutOfRange, why, "length"));
    };
    cx.charge(wanted)?;
    cx.heap.charge(wanted.saturating_mul(size_of::<Value>()))?;
    let range = i32::try_from(count).unwrap_or(i32::MAX);
    let mut items = Vec::with_capacity(wanted);
    for _ in 0..wanted {
        let at = usize::try_from(scaled(cx, args, range)?).unwrap_or_default();
        items.push(array::get(cx, arg(args, 1), at).unwrap_or(Value::Null));
    }
    let element = cx.type_arg(0);
    array::new(cx, element, items)
}

/// Puts the elements in any order.
fn shuffle(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let values = arg(args, 1);
    let Some(count) = array::len(cx, values) else { return Err(cx.argument_null("values")) };
    let mut items = array::part(cx, values, 0, count)?;
    for at in 0..count.saturating_sub(1) {
        let range = i32::try_from(count - at).unwrap_or(i32::MAX);
        let other = at + usize::try_from(scaled(cx, args, range)?).unwrap_or_default();
        if other < count {
            items.swap(at, other);
        }
    }
    array::put(cx, values, 0, &items)?;
    Ok(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::check;

    #[test]
    fn a_seed_gives_the_sequence_of_net() {
        check::with_cx(&[], |cx| {
            let random = new_seeded(cx, &[Value::Int32(42)]).unwrap();
            assert_eq!(next(cx, &[random]), Ok(Value::Int32(1_434_747_710)));
            let random = new_seeded(cx, &[Value::Int32(7)]).unwrap();
            assert_eq!(next(cx, &[random]), Ok(Value::Int32(822_959_691)));
            assert_eq!(next_below(cx, &[random, Value::Int32(100)]), Ok(Value::Int32(87)));
            assert_eq!(next_between(cx, &[random, Value::Int32(1), Value::Int32(7)]), Ok(Value::Int32(4)));
            assert_eq!(next_double(cx, &[random]), Ok(Value::Double(0.052261705534654534)));
        });
    }

    #[test]
    fn without_a_seed_numbers_stay_in_range() {
        check::with_cx(&[], |cx| {
            let random = (TYPE.members[0].run)(cx, &[]).unwrap();
            let args = [random, Value::Int32(i32::MIN), Value::Int32(i32::MAX)];
            assert!(matches!(next_between(cx, &args), Ok(Value::Int32(_))));
            assert!(matches!(next_below(cx, &[random, Value::Int32(0)]), Ok(Value::Int32(0))));
        });
    }
}
