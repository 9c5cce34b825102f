//! Arguments of the date and time members.

use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::value::heap::Object;
use crate::value::text::Str;
use crate::value::{DateTime, DateTimeKind, Value};

use super::exact::Styles;

/// A `DateTime` argument.
///
/// # Errors
/// A fault of the machine when it is none.
pub(crate) fn as_date_time(args: &[Value], index: usize) -> Result<DateTime, Throw> {
    match args.get(index) {
        Some(Value::DateTime(value)) => Ok(*value),
        _ => Err(fault("a DateTime was expected")),
    }
}

/// A `TimeSpan` argument in ticks.
///
/// # Errors
/// A fault of the machine when it is none.
pub(crate) fn as_span(args: &[Value], index: usize) -> Result<i64, Throw> {
    match args.get(index) {
        Some(Value::TimeSpan(ticks)) => Ok(*ticks),
        _ => Err(fault("a TimeSpan was expected")),
    }
}

/// A `DateTimeOffset` argument: clock time and offset in minutes.
///
/// # Errors
/// A fault of the machine when it is none.
pub(crate) fn as_offset(cx: &Cx<'_>, args: &[Value], index: usize) -> Result<(i64, i16), Throw> {
    match cx.heap.get(arg(args, index)) {
        Some(Object::DateTimeOffset { ticks, offset }) => Ok((*ticks, *offset)),
        _ => Err(fault("a DateTimeOffset was expected")),
    }
}

/// A `long` argument.
///
/// # Errors
/// A fault of the machine when it is none.
pub(crate) fn as_i64(args: &[Value], index: usize) -> Result<i64, Throw> {
    match args.get(index) {
        Some(Value::Int64(n)) => Ok(*n),
        _ => Err(fault("a long was expected")),
    }
}

/// A `double` argument.
///
/// # Errors
/// A fault of the machine when it is none.
pub(crate) fn as_f64(args: &[Value], index: usize) -> Result<f64, Throw> {
    match args.get(index) {
        Some(Value::Double(n)) => Ok(*n),
        _ => Err(fault("a double was expected")),
    }
}

/// An enumeration argument as its number; 0 when it is left out.
#[must_use]
pub(crate) fn as_enum(args: &[Value], index: usize) -> i64 {
    match args.get(index) {
        Some(Value::Enum(_, n)) => *n,
        _ => 0,
    }
}

/// A `DateTimeKind` argument.
///
/// # Errors
/// `ArgumentException` when it is no kind.
pub(crate) fn as_kind(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<DateTimeKind, Throw> {
    match as_enum(args, index) {
        0 => Ok(DateTimeKind::Unspecified),
        1 => Ok(DateTimeKind::Utc),
        2 => Ok(DateTimeKind::Local),
        _ => Err(cx.throw_argument(Exc::Argument, "Invalid DateTimeKind value.", "kind")),
    }
}

/// A `DateTimeStyles` argument, checked as .NET checks it.
///
/// # Errors
/// `ArgumentException` when styles contradict each other.
pub(crate) fn as_styles(cx: &mut Cx<'_>, args: &[Value], index: usize, parameter: &str) -> Result<Styles, Throw> {
    checked_styles(cx, as_enum(args, index), parameter)
}

/// A `DateTimeStyles` argument of `DateTimeOffset`, where `RoundtripKind` means nothing and stands beside anything.
///
/// # Errors
/// `ArgumentException` when styles contradict each other.
pub(crate) fn as_offset_styles(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<Styles, Throw> {
    const ROUNDTRIP_KIND: i64 = 128;
    checked_styles(cx, as_enum(args, index) & !ROUNDTRIP_KIND, "styles")
}

fn checked_styles(cx: &mut Cx<'_>, bits: i64, parameter: &str) -> Result<Styles, Throw> {
    let why = match Styles::from_bits(bits) {
        None => "An undefined DateTimeStyles value is being used.",
        Some(s) if s.assume_local && s.assume_universal => {
            "The DateTimeStyles values AssumeLocal and AssumeUniversal cannot be used together."
        }
        Some(s) if s.roundtrip_kind && (s.assume_local || s.assume_universal || s.adjust_to_universal) => {
            "The DateTimeStyles value RoundtripKind cannot be used with the values AssumeLocal, AssumeUniversal or \
             AdjustToUniversal."
        }
        Some(styles) => return Ok(styles),
    };
    Err(cx.throw_argument(Exc::Argument, why, parameter))
}

/// The UTF-16 units of a text; dates are short, so a copy is cheap.
///
/// # Errors
/// When a budget is exhausted.
pub(crate) fn units_of(cx: &mut Cx<'_>, text: Str) -> Result<Vec<u16>, Throw> {
    cx.charge(text.len())?;
    cx.heap.charge(text.len().saturating_mul(2))?;
    Ok(cx.text(text).units().collect())
}

/// The formats of `ParseExact`: an array of strings.
///
/// # Errors
/// When a budget is exhausted.
pub(crate) fn formats_of(cx: &mut Cx<'_>, formats: Value) -> Result<Vec<Option<String>>, Throw> {
    let items = match cx.heap.get(formats) {
        Some(Object::Array(array)) => array.items.clone(),
        _ => Vec::new(),
    };
    cx.charge(items.len())?;
    let text = |cx: &Cx<'_>, item: &Value| match item {
        Value::String(s) => Some(cx.text(*s).to_utf8().into_owned()),
        _ => None,
    };
    Ok(items.iter().map(|item| text(cx, item)).collect())
}
