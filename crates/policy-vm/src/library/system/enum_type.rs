//! `System.Enum`: names and numbers of enumerations, all of which are `int`s here.

use super::{object, type_code, type_object};
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Allow, Def, TypeDef, TypeDefKind, method};
use crate::types::{self, Type, TypeId};
use crate::value::Value;
use crate::value::text::TextBuf;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Enum")
    .base("System.ValueType")
    .interfaces(&["System.IComparable", "System.IFormattable"])
    .members(&[
        method("static object Parse(Type enumType, string value)", parse_type),
        method("static object Parse(Type enumType, string value, bool ignoreCase)", parse_type),
        method("static TEnum Parse<TEnum>(string value)", parse),
        method("static TEnum Parse<TEnum>(string value, bool ignoreCase)", parse),
        method("static bool TryParse(Type enumType, string value, out object result)", try_parse_type),
        method("static bool TryParse(Type enumType, string value, bool ignoreCase, out object result)", try_parse_type),
        method("static bool TryParse<TEnum>(string value, out TEnum result)", try_parse),
        method("static bool TryParse<TEnum>(string value, bool ignoreCase, out TEnum result)", try_parse),
        method("static string GetName(Type enumType, object value)", get_name),
        method("static string[] GetNames(Type enumType)", get_names),
        method("static Array GetValues(Type enumType)", get_values),
        method("static bool IsDefined(Type enumType, object value)", is_defined),
        method("static object ToObject(Type enumType, object value)", to_object),
        method("static object ToObject(Type enumType, int value)", to_object),
        method("static object ToObject(Type enumType, long value)", to_object),
        method("static string Format(Type enumType, object value, string format)", static_format),
        method("bool HasFlag(Enum flag)", has_flag),
        method("string ToString()", to_string),
        method("string ToString(string format)", to_string),
        method("string ToString(IFormatProvider provider)", to_string),
        method("string ToString(string format, IFormatProvider provider)", to_string),
        method("bool Equals(object obj)", object::equals),
        method("int CompareTo(object target)", compare_to),
        method("int GetHashCode()", object::get_hash_code),
        method("TypeCode GetTypeCode()", type_code::get_type_code),
    ])
    .allow(Allow::Only(&["Parse", "TryParse", "ToString"]))
    .summary("The base of all enumerations.");

/// The declaration of an enumeration type.
#[must_use]
pub(crate) fn definition(ty: TypeId) -> Option<&'static Def> {
    match types::get(ty) {
        Type::Named { def, .. } => Some(crate::library::get().def(*def)).filter(|d| d.decl.kind == TypeDefKind::Enum),
        _ => None,
    }
}

/// Appends the name of a value: its own, those of its flags, or its number.
pub(crate) fn push_name(ty: TypeId, n: i64, out: &mut TextBuf) {
    match name(ty, n, definition(ty).is_some_and(|d| d.decl.flags)) {
        Some(name) => out.push_str(&name),
        None => out.push_str(&n.to_string()),
    }
}

fn name(ty: TypeId, n: i64, flags: bool) -> Option<String> {
    let values = definition(ty)?.decl.values;
    if let Some((name, _)) = values.iter().find(|(_, v)| *v == n) {
        return Some((*name).to_owned());
    }
    if !flags || n == 0 {
        return None;
    }
    // The greatest value that is wholly contained goes first; the names are shown from the least on.
    let mut sorted: Vec<_> = values.iter().filter(|(_, v)| *v != 0).collect();
    sorted.sort_by_key(|(_, v)| std::cmp::Reverse(v.cast_unsigned()));
    let (mut rest, mut names) = (n, Vec::new());
    for (name, v) in sorted {
        if rest & v == *v {
            rest &= !v;
            names.push(*name);
        }
    }
    names.reverse();
    (rest == 0).then(|| names.join(", "))
}

/// Appends a value in format `G`, `F`, `D` or `X`.
///
/// # Errors
/// `FormatException` when the format is none of these.
pub(crate) fn format(cx: &mut Cx<'_>, ty: TypeId, n: i64, format: &str, out: &mut TextBuf) -> Result<(), Throw> {
    match format {
        "G" | "g" | "" => push_name(ty, n, out),
        "F" | "f" => match name(ty, n, true) {
            Some(name) => out.push_str(&name),
            None => out.push_str(&n.to_string()),
        },
        "D" | "d" => out.push_str(&n.to_string()),
        #[expect(clippy::cast_possible_truncation, reason = "an enumeration is an int")]
        "X" | "x" => out.push_str(&format!("{:08X}", n as i32)),
        _ => {
            let message = "Format string can be only \"G\", \"g\", \"X\", \"x\", \"F\", \"f\", \"D\" or \"d\".";
            return Err(cx.throw(Exc::Format, message));
        }
    }
    Ok(())
}

/// Why a text names no value.
enum Failure {
    Empty,
    Unknown,
    Overflow,
}

/// Names parted by commas, or a number.
fn read(ty: TypeId, text: &str, ignore_case: bool) -> Result<i64, Failure> {
    let text = text.trim();
    let first = text.bytes().next().ok_or(Failure::Empty)?;
    if (first.is_ascii_digit() || first == b'-' || first == b'+')
        && let Ok(n) = text.parse::<i128>()
    {
        return i32::try_from(n).map(i64::from).map_err(|_| Failure::Overflow);
    }
    let values = definition(ty).map(|d| d.decl.values).unwrap_or_default();
    let same = |a: &str, b: &str| if ignore_case { a.eq_ignore_ascii_case(b) } else { a == b };
    text.split(',').try_fold(0, |bits, part| {
        let found = values.iter().find(|(name, _)| same(name, part.trim()));
        found.map(|(_, v)| bits | v).ok_or(Failure::Unknown)
    })
}

fn enum_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<TypeId, Throw> {
    let Some(ty) = type_object::get(cx, arg(args, 0)) else { return Err(cx.argument_null("enumType")) };
    if definition(ty).is_none() {
        // What is asked about it is looked at first.
        if args.get(1).is_some_and(|value| value.is_null()) {
            return Err(cx.argument_null("value"));
        }
        return Err(cx.throw_argument(Exc::Argument, "Type provided must be an Enum.", "enumType"));
    }
    Ok(ty)
}

fn parse_as(cx: &mut Cx<'_>, ty: TypeId, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "value")?;
    cx.charge(text.len())?;
    let text = cx.text(text).to_utf8().into_owned();
    match read(ty, &text, arg(args, 1) == Value::Bool(true)) {
        Ok(n) => Ok(Value::Enum(ty, n)),
        Err(Failure::Empty) => {
            let message = "Must specify valid information for parsing in the string.";
            Err(cx.throw_argument(Exc::Argument, message, "value"))
        }
        Err(Failure::Unknown) => {
            Err(cx.throw(Exc::Argument, format!("Requested value '{}' was not found.", text.trim_start())))
        }
        Err(Failure::Overflow) => Err(cx.throw(Exc::Overflow, super::number::integer::out_of_range("an Int32"))),
    }
}

fn parse_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ty = enum_type(cx, args)?;
    parse_as(cx, ty, args.get(1..).unwrap_or_default())
}

fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ty = cx.type_arg(0);
    parse_as(cx, ty, args)
}

fn try_parse_as(cx: &mut Cx<'_>, ty: TypeId, args: &[Value]) -> Result<Option<i64>, Throw> {
    let Some(text) = cx.string_opt(args, 0) else { return Ok(None) };
    cx.charge(text.len())?;
    Ok(read(ty, &cx.text(text).to_utf8(), arg(args, 1) == Value::Bool(true)).ok())
}

fn try_parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ty = cx.type_arg(0);
    let parsed = try_parse_as(cx, ty, args)?;
    cx.set_out(0, Value::Enum(ty, parsed.unwrap_or(0)));
    Ok(Value::Bool(parsed.is_some()))
}

fn try_parse_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        cx.set_out(0, Value::Null);
        return Ok(Value::Bool(false));
    }
    let ty = enum_type(cx, args)?;
    let parsed = try_parse_as(cx, ty, args.get(1..).unwrap_or_default())?;
    cx.set_out(0, parsed.map_or(Value::Null, |n| Value::Enum(ty, n)));
    Ok(Value::Bool(parsed.is_some()))
}

/// The number in an enumeration value or an integer.
fn number(value: Value) -> Option<i64> {
    match value {
        Value::Enum(_, n) => Some(n),
        other => super::number::integer::get(other).and_then(|n| i64::try_from(n).ok()),
    }
}

fn number_arg(args: &[Value], index: usize) -> Result<i64, Throw> {
    number(arg(args, index)).ok_or(fault("an enumeration value was expected"))
}

fn value_arg(cx: &mut Cx<'_>, args: &[Value]) -> Result<i64, Throw> {
    let value = arg(args, 1);
    if value.is_null() {
        return Err(cx.argument_null("value"));
    }
    number(value).ok_or_else(|| no_number(cx))
}

const NO_NUMBER: &str = "The value passed in must be an enum base or an underlying type for an enum, such as an Int32.";

fn get_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (ty, n) = (enum_type(cx, args)?, value_arg(cx, args)?);
    match definition(ty).and_then(|d| d.decl.values.iter().find(|(_, v)| *v == n)) {
        Some((name, _)) => cx.string(name),
        None => Ok(Value::Null),
    }
}

/// The values in the order .NET lists them: by their unsigned number.
fn sorted(ty: TypeId) -> Vec<(&'static str, i64)> {
    let mut values = definition(ty).map(|d| d.decl.values.to_vec()).unwrap_or_default();
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an enumeration is an int")]
    values.sort_by_key(|(_, v)| *v as u32);
    values
}

fn get_names(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ty = enum_type(cx, args)?;
    let names = sorted(ty).into_iter().map(|(name, _)| cx.string(name)).collect::<Result<_, _>>()?;
    Ok(cx.heap.new_array(TypeId::STRING, names)?)
}

fn get_values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ty = enum_type(cx, args)?;
    let values = sorted(ty).into_iter().map(|(_, n)| Value::Enum(ty, n)).collect();
    Ok(cx.heap.new_array(ty, values)?)
}

fn is_defined(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ty = enum_type(cx, args)?;
    let values = definition(ty).map(|d| d.decl.values).unwrap_or_default();
    if let Value::String(name) = arg(args, 1) {
        let name = cx.text(name).to_utf8();
        return Ok(Value::Bool(values.iter().any(|(n, _)| *n == name)));
    }
    let n = value_arg(cx, args)?;
    Ok(Value::Bool(values.iter().any(|(_, v)| *v == n)))
}

fn to_object(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let value = arg(args, 1);
    if value.is_null() {
        return Err(cx.argument_null("value"));
    }
    if let Some(held) = crate::library::json::held(cx.heap, value) {
        return Err(of_token(cx, value, held));
    }
    let Some(n) = any_number(value) else { return Err(no_number(cx)) };
    let ty = enum_type(cx, args)?;
    Ok(Value::Enum(ty, n))
}

/// The number in an enumeration of any simple type; that of a real one is its bits.
pub(in crate::library) fn any_number(value: Value) -> Option<i64> {
    let n = match value {
        Value::Bool(b) => i64::from(b),
        Value::Char(unit) => i64::from(unit),
        Value::Single(n) => i64::from(n.to_bits()),
        Value::Double(n) => n.to_bits().cast_signed(),
        _ => number(value)?,
    };
    #[expect(clippy::cast_possible_truncation, reason = "an enumeration is an int")]
    Some(i64::from(n as i32))
}

/// The number of names in any case, or of a number as text.
pub(in crate::library) fn of_text(ty: TypeId, text: &str) -> Option<i64> {
    read(ty, text, true).ok()
}

/// `ArgumentException` of a value that is of no simple type.
pub(in crate::library) fn no_number(cx: &mut Cx<'_>) -> Throw {
    cx.throw_argument(Exc::Argument, NO_NUMBER, "value")
}

/// A token says what it holds, but is not that.
fn of_token(cx: &mut Cx<'_>, token: Value, held: Value) -> Throw {
    match held {
        Value::Bool(_) | Value::Char(_) | Value::Int64(_) | Value::UInt64(_) | Value::Single(_) | Value::Double(_) => {
            let name = |ty: Option<TypeId>| ty.map(types::net_name).unwrap_or_default();
            let (from, to) = (name(object::type_of(cx, token)), name(object::type_of(cx, held)));
            cx.throw(Exc::InvalidCast, format!("Unable to cast object of type '{from}' to type '{to}'."))
        }
        _ => no_number(cx),
    }
}

fn static_format(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (ty, n) = (enum_type(cx, args)?, value_arg(cx, args)?);
    let picture = cx.string_arg(args, 2, "format")?;
    text(cx, ty, n, Some(picture))
}

fn text(cx: &mut Cx<'_>, ty: TypeId, n: i64, picture: Option<crate::value::text::Str>) -> Result<Value, Throw> {
    let picture = picture.map(|f| cx.text(f).to_utf8().into_owned()).unwrap_or_default();
    let mut out = TextBuf::new();
    format(cx, ty, n, &picture, &mut out)?;
    cx.string_buf(&out)
}

fn has_flag(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("flag"));
    }
    let (all, flag) = (number_arg(args, 0)?, number_arg(args, 1)?);
    Ok(Value::Bool(all & flag == flag))
}

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Value::Enum(ty, n) = arg(args, 0) else { return Err(fault("an enumeration value was expected")) };
    let picture = cx.string_opt(args, 1);
    text(cx, ty, n, picture)
}

fn compare_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match (arg(args, 0), arg(args, 1)) {
        (_, Value::Null) => Ok(Value::Int32(1)),
        (Value::Enum(s, a), Value::Enum(t, b)) if s == t => Ok(Value::Int32(super::number::integer::sign(a.cmp(&b)))),
        (Value::Enum(ty, _), other) => {
            let other = object::type_of(cx, other).map(types::net_name).unwrap_or_default();
            let message = format!(
                "Object must be the same type as the enum. The type passed in was '{other}'; the enum type was '{}'.",
                types::net_name(ty)
            );
            Err(cx.throw(Exc::Argument, message))
        }
        _ => Err(fault("an enumeration value was expected")),
    }
}
