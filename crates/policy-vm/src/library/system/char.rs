//! `System.Char`: one UTF-16 unit.

mod category;
mod numeric;

use super::{object, type_code};
use crate::cx::{Cx, arg, as_i32, as_str, fault};
use crate::exception::{Exc, Throw};
use crate::library::{Constant, Intrinsic, TypeDef, constant, method};
use crate::types::TypeId;
use crate::value::Value;
use crate::value::text::{TextBuf, lower, upper};
pub(crate) use category::is_assigned;
pub(in crate::library) use category::{UNICODE_CATEGORY, general, is_white_space};

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.Char")
    .interfaces(&["System.IComparable", "System.IEquatable<char>", "System.IComparable<char>"])
    .members(&[
        constant("const char MaxValue", Constant::Value(Value::Char(0xffff))),
        constant("const char MinValue", Constant::Value(Value::Char(0))),
        method("static char Parse(string s)", parse),
        method("static bool TryParse(string s, out char result)", try_parse),
        method("string ToString()", object::to_string).intrinsic(Intrinsic::Pure),
        method("string ToString(IFormatProvider provider)", object::to_string),
        method("static string ToString(char c)", object::to_string),
        method("bool Equals(object obj)", object::equals),
        method("bool Equals(char obj)", object::equals),
        method("int CompareTo(object value)", compare_to),
        method("int CompareTo(char value)", compare_to),
        method("int GetHashCode()", object::get_hash_code),
        method("TypeCode GetTypeCode()", type_code::get_type_code),
        method("static char ToUpper(char c, CultureInfo culture)", |cx, args| by_culture(cx, args, to_upper)),
        method("static char ToUpper(char c)", to_upper),
        method("static char ToUpperInvariant(char c)", to_upper),
        method("static char ToLower(char c, CultureInfo culture)", |cx, args| by_culture(cx, args, to_lower)),
        method("static char ToLower(char c)", to_lower),
        method("static char ToLowerInvariant(char c)", to_lower),
        method("static bool IsAscii(char c)", is_ascii),
        method("static bool IsAsciiLetter(char c)", |_, a| ascii(a, |b| b.is_ascii_alphabetic())),
        method("static bool IsAsciiLetterLower(char c)", |_, a| ascii(a, |b| b.is_ascii_lowercase())),
        method("static bool IsAsciiLetterUpper(char c)", |_, a| ascii(a, |b| b.is_ascii_uppercase())),
        method("static bool IsAsciiDigit(char c)", |_, a| ascii(a, |b| b.is_ascii_digit())),
        method("static bool IsAsciiLetterOrDigit(char c)", |_, a| ascii(a, |b| b.is_ascii_alphanumeric())),
        method("static bool IsAsciiHexDigit(char c)", |_, a| ascii(a, |b| b.is_ascii_hexdigit())),
        method("static bool IsAsciiHexDigitUpper(char c)", |_, a| {
            ascii(a, |b| b.is_ascii_hexdigit() && !b.is_ascii_lowercase())
        }),
        method("static bool IsAsciiHexDigitLower(char c)", |_, a| {
            ascii(a, |b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase())
        }),
        method("static bool IsBetween(char c, char minInclusive, char maxInclusive)", is_between),
        method("static bool IsControl(char c)", |cx, a| kind(cx, a, category::is_control)),
        method("static bool IsControl(string s, int index)", |cx, a| kind(cx, a, category::is_control)),
        method("static bool IsDigit(char c)", |cx, a| kind(cx, a, category::is_digit)),
        method("static bool IsDigit(string s, int index)", |cx, a| kind(cx, a, category::is_digit)),
        method("static bool IsHighSurrogate(char c)", |cx, a| test(cx, a, is_high)),
        method("static bool IsHighSurrogate(string s, int index)", |cx, a| test(cx, a, is_high)),
        method("static bool IsLetter(char c)", |cx, a| kind(cx, a, category::is_letter)),
        method("static bool IsLetter(string s, int index)", |cx, a| kind(cx, a, category::is_letter)),
        method("static bool IsLetterOrDigit(char c)", |cx, a| kind(cx, a, category::is_letter_or_digit)),
        method("static bool IsLetterOrDigit(string s, int index)", |cx, a| kind(cx, a, category::is_letter_or_digit)),
        method("static bool IsLower(char c)", |cx, a| kind(cx, a, category::is_lower)),
        method("static bool IsLower(string s, int index)", |cx, a| kind(cx, a, category::is_lower)),
        method("static bool IsLowSurrogate(char c)", |cx, a| test(cx, a, is_low)),
        method("static bool IsLowSurrogate(string s, int index)", |cx, a| test(cx, a, is_low)),
        method("static bool IsNumber(char c)", |cx, a| kind(cx, a, category::is_number)),
        method("static bool IsNumber(string s, int index)", |cx, a| kind(cx, a, category::is_number)),
        method("static bool IsPunctuation(char c)", |cx, a| kind(cx, a, category::is_punctuation)),
        method("static bool IsPunctuation(string s, int index)", |cx, a| kind(cx, a, category::is_punctuation)),
        method("static bool IsSeparator(char c)", |cx, a| kind(cx, a, category::is_separator)),
        method("static bool IsSeparator(string s, int index)", |cx, a| kind(cx, a, category::is_separator)),
        method("static bool IsSurrogate(char c)", |cx, a| test(cx, a, |u| is_high(u) || is_low(u))),
        method("static bool IsSurrogate(string s, int index)", |cx, a| test(cx, a, |u| is_high(u) || is_low(u))),
        method("static bool IsSurrogatePair(string s, int index)", is_surrogate_pair),
        method("static bool IsSurrogatePair(char highSurrogate, char lowSurrogate)", is_surrogate_pair),
        method("static bool IsSymbol(char c)", |cx, a| kind(cx, a, category::is_symbol)),
        method("static bool IsSymbol(string s, int index)", |cx, a| kind(cx, a, category::is_symbol)),
        method("static bool IsUpper(char c)", |cx, a| kind(cx, a, category::is_upper)),
        method("static bool IsUpper(string s, int index)", |cx, a| kind(cx, a, category::is_upper)),
        method("static bool IsWhiteSpace(char c)", |cx, a| test(cx, a, is_white_space)),
        method("static bool IsWhiteSpace(string s, int index)", |cx, a| test(cx, a, is_white_space)),
        method("static double GetNumericValue(char c)", get_numeric_value),
        method("static double GetNumericValue(string s, int index)", get_numeric_value),
        method("static UnicodeCategory GetUnicodeCategory(char c)", get_unicode_category),
        method("static UnicodeCategory GetUnicodeCategory(string s, int index)", get_unicode_category),
        method("static string ConvertFromUtf32(int utf32)", convert_from_utf32),
        method("static int ConvertToUtf32(char highSurrogate, char lowSurrogate)", convert_to_utf32),
        method("static int ConvertToUtf32(string s, int index)", convert_to_utf32),
    ])
    .summary("One UTF-16 unit of a string, `char` in C#.");

fn unit(args: &[Value], index: usize) -> Result<u16, Throw> {
    match arg(args, index) {
        Value::Char(unit) => Ok(unit),
        _ => Err(fault("a char was expected")),
    }
}

/// The unit meant by `(char c)` or by `(string s, int index)`.
fn unit_or_index(cx: &mut Cx<'_>, args: &[Value]) -> Result<u16, Throw> {
    if let Value::Char(unit) = arg(args, 0) {
        return Ok(unit);
    }
    let s = cx.string_arg(args, 0, "s")?;
    let found = usize::try_from(as_i32(args, 1)?).ok().and_then(|i| cx.text(s).get(i));
    found.ok_or_else(|| {
        cx.throw_argument(Exc::ArgumentOutOfRange, "Specified argument was out of the range of valid values.", "index")
    })
}

/// The same as a character: two units that are one are taken together.
fn code_point(cx: &mut Cx<'_>, args: &[Value]) -> Result<u32, Throw> {
    let unit = unit_or_index(cx, args)?;
    if is_high(unit)
        && let Value::String(s) = arg(args, 0)
        && let Some(low) = cx.text(s).get(usize::try_from(as_i32(args, 1)?).unwrap_or(usize::MAX).saturating_add(1))
        && is_low(low)
    {
        return Ok(0x10000 + ((u32::from(unit) - 0xd800) << 10) + (u32::from(low) - 0xdc00));
    }
    Ok(unit.into())
}

fn kind(cx: &mut Cx<'_>, args: &[Value], holds: fn(u32) -> bool) -> Result<Value, Throw> {
    Ok(Value::Bool(holds(code_point(cx, args)?)))
}

fn test(cx: &mut Cx<'_>, args: &[Value], holds: fn(u16) -> bool) -> Result<Value, Throw> {
    Ok(Value::Bool(holds(unit_or_index(cx, args)?)))
}

fn ascii(args: &[Value], holds: fn(u8) -> bool) -> Result<Value, Throw> {
    Ok(Value::Bool(u8::try_from(unit(args, 0)?).is_ok_and(holds)))
}

fn is_high(unit: u16) -> bool {
    (0xd800..0xdc00).contains(&unit)
}

fn is_low(unit: u16) -> bool {
    (0xdc00..0xe000).contains(&unit)
}

fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let s = cx.string_arg(args, 0, "s")?;
    match (s.len(), cx.text(s).get(0)) {
        (1, Some(unit)) => Ok(Value::Char(unit)),
        _ => Err(cx.throw(Exc::Format, "String must be exactly one character long.")),
    }
}

fn try_parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let unit = cx.string_opt(args, 0).filter(|s| s.len() == 1).and_then(|s| cx.text(s).get(0));
    cx.set_out(0, Value::Char(unit.unwrap_or(0)));
    Ok(Value::Bool(unit.is_some()))
}

fn compare_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let a = unit(args, 0)?;
    Ok(Value::Int32(match arg(args, 1) {
        Value::Null => 1,
        Value::Char(b) => i32::from(a) - i32::from(b),
        _ => return Err(object::wrong_type(cx, TypeId::CHAR)),
    }))
}

/// All cultures are alike, but there must be one.
fn by_culture(
    cx: &mut Cx<'_>,
    args: &[Value],
    map: fn(&mut Cx<'_>, &[Value]) -> Result<Value, Throw>,
) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.argument_null("culture"));
    }
    map(cx, args)
}

fn to_upper(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Char(upper(unit(args, 0)?)))
}

fn to_lower(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Char(lower(unit(args, 0)?)))
}

fn is_ascii(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(unit(args, 0)? < 128))
}

fn is_between(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    // One comparison of distances, as in .NET: bounds in the wrong order wrap around.
    let (c, least, most) = (unit(args, 0)?, unit(args, 1)?, unit(args, 2)?);
    Ok(Value::Bool(c.wrapping_sub(least) <= most.wrapping_sub(least)))
}

fn is_surrogate_pair(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Value::Char(high) = arg(args, 0) {
        return Ok(Value::Bool(is_high(high) && is_low(unit(args, 1)?)));
    }
    let high = unit_or_index(cx, args)?;
    let next = usize::try_from(as_i32(args, 1)?).unwrap_or(0) + 1;
    Ok(Value::Bool(is_high(high) && cx.text(as_str(args, 0)?).get(next).is_some_and(is_low)))
}

fn get_numeric_value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Double(numeric::value(code_point(cx, args)?)))
}

fn get_unicode_category(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(category::value(code_point(cx, args)?))
}

fn convert_from_utf32(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let code = as_i32(args, 0)?;
    match u32::try_from(code).ok().and_then(char::from_u32) {
        Some(c) => cx.string(c.encode_utf8(&mut [0; 4])),
        None => Err(cx.throw_argument(
            Exc::ArgumentOutOfRange,
            "A valid UTF32 value is between 0x000000 and 0x10ffff, inclusive, and should not include surrogate \
             codepoint values (0x00d800 ~ 0x00dfff).",
            "utf32",
        )),
    }
}

fn pair(high: u16, low: u16) -> Value {
    Value::Int32((i32::from(high) - 0xd800) * 0x400 + (i32::from(low) - 0xdc00) + 0x10000)
}

fn convert_to_utf32(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let (Value::Char(high), Value::Char(low)) = (arg(args, 0), arg(args, 1)) {
        if !is_high(high) {
            let message = "A valid high surrogate character is between 0xd800 and 0xdbff, inclusive.";
            return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "highSurrogate"));
        }
        if !is_low(low) {
            let message = "A valid low surrogate character is between 0xdc00 and 0xdfff, inclusive.";
            return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "lowSurrogate"));
        }
        return Ok(pair(high, low));
    }
    let (text, index) = (cx.string_arg(args, 0, "s")?, as_i32(args, 1)?);
    let Some(at) = usize::try_from(index).ok().filter(|i| *i < text.len()) else {
        let message = "Index was out of range. Must be non-negative and less than the size of the collection.";
        return Err(cx.throw_argument(Exc::ArgumentOutOfRange, message, "index"));
    };
    let unit = cx.text(text).get(at).unwrap_or(0);
    if !is_high(unit) && !is_low(unit) {
        return Ok(Value::Int32(i32::from(unit)));
    }
    match cx.text(text).get(at + 1).filter(|low| is_high(unit) && is_low(*low)) {
        Some(low) => Ok(pair(unit, low)),
        None => {
            let (a, b) = if is_high(unit) { ("high", "following low") } else { ("low", "preceding high") };
            let message = format!(
                "Found a {a} surrogate char without a {b} surrogate at index: {at}. The input may not be in this \
                 encoding, or may not contain valid Unicode (UTF-16) characters."
            );
            Err(cx.throw_argument(Exc::Argument, &message, "s"))
        }
    }
}

/// A text of one unit.
#[must_use]
pub(crate) fn text_of(unit: u16) -> TextBuf {
    let mut text = TextBuf::new();
    text.push(unit);
    text
}
