//! `System.Boolean`.

use super::{object, type_code};
use crate::cx::{Cx, arg, as_bool};
use crate::exception::{Exc, Throw};
use crate::library::{Intrinsic, TypeDef, method, property};
use crate::types::TypeId;
use crate::value::Value;
use crate::value::text::{Str, TextRef};

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.Boolean")
    .interfaces(&["System.IComparable", "System.IEquatable<bool>", "System.IComparable<bool>"])
    .members(&[
        property("static string TrueString { get; }", true_string),
        property("static string FalseString { get; }", false_string),
        method("static bool Parse(string value)", parse),
        method("static bool TryParse(string value, out bool result)", try_parse),
        method("string ToString()", object::to_string).intrinsic(Intrinsic::Pure),
        method("string ToString(IFormatProvider provider)", object::to_string),
        method("bool Equals(object obj)", object::equals),
        method("bool Equals(bool obj)", object::equals),
        method("int CompareTo(object obj)", compare_to),
        method("int CompareTo(bool value)", compare_to),
        method("int GetHashCode()", object::get_hash_code),
        method("TypeCode GetTypeCode()", type_code::get_type_code),
    ])
    .summary("True or false, `bool` in C#.");

fn true_string(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    cx.string("True")
}

fn false_string(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    cx.string("False")
}

/// `true` and `false` in any case; white space and zero characters around are ignored.
fn read(text: TextRef<'_>) -> Option<bool> {
    let word = |word: &str| text.equals_ignore_case(TextRef::Ascii(word.as_bytes()));
    if word("true") {
        return Some(true);
    }
    if word("false") {
        return Some(false);
    }
    let trimmed = |unit: u16| unit == 0 || super::char::is_white_space(unit);
    let start = text.units().position(|u| !trimmed(u))?;
    let end = text.len() - text.units().rev().position(|u| !trimmed(u))?;
    if start == 0 && end == text.len() { None } else { read(text.slice(start, end)) }
}

/// `Parse`, also for `Convert.ToBoolean`.
pub(super) fn parse_text(cx: &mut Cx<'_>, text: Str) -> Result<Value, Throw> {
    cx.charge(text.len())?;
    if let Some(b) = read(cx.text(text)) {
        return Ok(Value::Bool(b));
    }
    let text = cx.text(text).to_utf8().into_owned();
    Err(cx.throw(Exc::Format, format!("String '{text}' was not recognized as a valid Boolean.")))
}

fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "value")?;
    parse_text(cx, text)
}

fn try_parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_opt(args, 0).unwrap_or(Str::EMPTY);
    cx.charge(text.len())?;
    let parsed = read(cx.text(text));
    cx.set_out(0, Value::Bool(parsed.unwrap_or(false)));
    Ok(Value::Bool(parsed.is_some()))
}

fn compare_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let a = as_bool(args, 0)?;
    Ok(Value::Int32(match arg(args, 1) {
        Value::Null => 1,
        Value::Bool(b) => a as i32 - b as i32,
        _ => return Err(object::wrong_type(cx, TypeId::BOOL)),
    }))
}
