//! `System.String`: UTF-16 units, ordinal comparison, the invariant culture.
//!
//! Members that cut (`Substring`, `Trim`, `Split`) give slices of the same text, nothing is copied.

pub(in crate::library) mod case;
pub(in crate::library) mod compare;
pub(in crate::library) mod join;
pub(in crate::library) mod pad;
pub(in crate::library) mod replace;
pub(in crate::library) mod search;
pub(in crate::library) mod slice;
pub(in crate::library) mod split;

use super::{math, type_code};
use crate::bytecode::Constant;
use crate::cx::{Cx, arg, as_i32, as_str};
use crate::exception::{Exc, Throw};
use crate::library::{Intrinsic, TypeDef, constructor, method, operator, property};
use crate::types::TypeId;
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::{Str, TextBuf, TextRef};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.String")
    .interfaces(&[
        "System.IComparable",
        "System.IEquatable<string>", "System.IComparable<string>",
        "System.Collections.Generic.IEnumerable<char>",
        "System.Collections.IEnumerable",
    ])
    .members(&[
        constructor("String(char[] value)", new),
        constructor("String(char[] value, int startIndex, int length)", new),
        constructor("String(char c, int count)", new),
        property("static string Empty { get; }", |_, _| Ok(Value::String(Str::EMPTY))).intrinsic(Intrinsic::Pure),
        property("int Length { get; }", length).intrinsic(Intrinsic::Pure),
        property("char this[int index] { get; }", char_at),
        method("static bool IsNullOrEmpty(string value)", is_null_or_empty).intrinsic(Intrinsic::Pure),
        method("static bool IsNullOrWhiteSpace(string value)", is_null_or_white_space),
        method("static int Compare(string strA, string strB)", compare::compare),
        method("static int Compare(string strA, string strB, bool ignoreCase)", compare::compare),
        method("static int Compare(string strA, string strB, StringComparison comparisonType)", compare::compare),
        method("static int Compare(string strA, string strB, bool ignoreCase, CultureInfo culture)", compare::compare),
        method("static int Compare(string strA, int indexA, string strB, int indexB, int length)", compare::compare),
        method("static int Compare(string strA, int indexA, string strB, int indexB, int length, bool ignoreCase)", compare::compare),
        method("static int Compare(string strA, int indexA, string strB, int indexB, int length, bool ignoreCase, CultureInfo culture)", compare::compare),
        method("static int Compare(string strA, int indexA, string strB, int indexB, int length, StringComparison comparisonType)", compare::compare),
        method("static int CompareOrdinal(string strA, string strB)", compare::compare_ordinal),
        method("static int CompareOrdinal(string strA, int indexA, string strB, int indexB, int length)", compare::compare_ordinal),
        method("int CompareTo(object value)", compare::compare_to),
        method("int CompareTo(string strB)", compare::compare_to),
        method("bool Equals(object obj)", compare::equals),
        method("bool Equals(string value)", compare::equals),
        method("bool Equals(string value, StringComparison comparisonType)", compare::equals),
        method("static bool Equals(string a, string b)", compare::equals),
        method("static bool Equals(string a, string b, StringComparison comparisonType)", compare::equals),
        method("int GetHashCode()", compare::get_hash_code),
        method("int GetHashCode(StringComparison comparisonType)", compare::get_hash_code),
        method("bool Contains(string value)", search::contains),
        method("bool Contains(string value, StringComparison comparisonType)", search::contains),
        method("bool Contains(char value)", search::contains),
        method("bool Contains(char value, StringComparison comparisonType)", search::contains),
        method("bool StartsWith(string value)", search::starts_with),
        method("bool StartsWith(string value, StringComparison comparisonType)", search::starts_with),
        method("bool StartsWith(string value, bool ignoreCase, CultureInfo culture)", search::starts_with),
        method("bool StartsWith(char value)", search::starts_with),
        method("bool EndsWith(string value)", search::ends_with),
        method("bool EndsWith(string value, StringComparison comparisonType)", search::ends_with),
        method("bool EndsWith(string value, bool ignoreCase, CultureInfo culture)", search::ends_with),
        method("bool EndsWith(char value)", search::ends_with),
        method("int IndexOf(char value)", search::index_of),
        method("int IndexOf(char value, int startIndex)", search::index_of),
        method("int IndexOf(char value, StringComparison comparisonType)", search::index_of),
        method("int IndexOf(char value, int startIndex, int count)", search::index_of),
        method("int IndexOf(string value)", search::index_of),
        method("int IndexOf(string value, int startIndex)", search::index_of),
        method("int IndexOf(string value, int startIndex, int count)", search::index_of),
        method("int IndexOf(string value, StringComparison comparisonType)", search::index_of),
        method("int IndexOf(string value, int startIndex, StringComparison comparisonType)", search::index_of),
        method("int IndexOf(string value, int startIndex, int count, StringComparison comparisonType)", search::index_of),
        method("int IndexOfAny(char[] anyOf)", search::index_of_any),
        method("int IndexOfAny(char[] anyOf, int startIndex)", search::index_of_any),
        method("int IndexOfAny(char[] anyOf, int startIndex, int count)", search::index_of_any),
        method("int LastIndexOf(char value)", search::last_index_of),
        method("int LastIndexOf(char value, int startIndex)", search::last_index_of),
        method("int LastIndexOf(char value, int startIndex, int count)", search::last_index_of),
        method("int LastIndexOf(string value)", search::last_index_of),
        method("int LastIndexOf(string value, int startIndex)", search::last_index_of),
        method("int LastIndexOf(string value, int startIndex, int count)", search::last_index_of),
        method("int LastIndexOf(string value, StringComparison comparisonType)", search::last_index_of),
        method("int LastIndexOf(string value, int startIndex, StringComparison comparisonType)", search::last_index_of),
        method("int LastIndexOf(string value, int startIndex, int count, StringComparison comparisonType)", search::last_index_of),
        method("int LastIndexOfAny(char[] anyOf)", search::last_index_of_any),
        method("int LastIndexOfAny(char[] anyOf, int startIndex)", search::last_index_of_any),
        method("int LastIndexOfAny(char[] anyOf, int startIndex, int count)", search::last_index_of_any),
        method("string Substring(int startIndex)", slice::substring),
        method("string Substring(int startIndex, int length)", slice::substring),
        method("string Trim()", slice::trim),
        method("string Trim(char trimChar)", slice::trim),
        method("string Trim(params char[] trimChars)", slice::trim),
        method("string TrimStart()", slice::trim_start),
        method("string TrimStart(char trimChar)", slice::trim_start),
        method("string TrimStart(params char[] trimChars)", slice::trim_start),
        method("string TrimEnd()", slice::trim_end),
        method("string TrimEnd(char trimChar)", slice::trim_end),
        method("string TrimEnd(params char[] trimChars)", slice::trim_end),
        method("string Remove(int startIndex, int count)", slice::remove),
        method("string Remove(int startIndex)", slice::remove),
        method("char[] ToCharArray()", slice::to_char_array),
        method("char[] ToCharArray(int startIndex, int length)", slice::to_char_array),
        method("void CopyTo(int sourceIndex, char[] destination, int destinationIndex, int count)", slice::copy_to),
        method("string Insert(int startIndex, string value)", replace::insert),
        method("string PadLeft(int totalWidth)", pad::pad_left),
        method("string PadLeft(int totalWidth, char paddingChar)", pad::pad_left),
        method("string PadRight(int totalWidth)", pad::pad_right),
        method("string PadRight(int totalWidth, char paddingChar)", pad::pad_right),
        method("string Replace(string oldValue, string newValue, bool ignoreCase, CultureInfo culture)", replace::replace),
        method("string Replace(string oldValue, string newValue, StringComparison comparisonType)", replace::replace),
        method("string Replace(char oldChar, char newChar)", replace::replace),
        method("string Replace(string oldValue, string newValue)", replace::replace),
        method("string ReplaceLineEndings()", replace::replace_line_endings),
        method("string ReplaceLineEndings(string replacementText)", replace::replace_line_endings),
        method("string[] Split(char separator, StringSplitOptions options = StringSplitOptions.None)", split::split),
        method("string[] Split(char separator, int count, StringSplitOptions options = StringSplitOptions.None)", split::split),
        method("string[] Split(params char[] separator)", split::split),
        method("string[] Split(char[] separator, int count)", split::split),
        method("string[] Split(char[] separator, StringSplitOptions options)", split::split),
        method("string[] Split(char[] separator, int count, StringSplitOptions options)", split::split),
        method("string[] Split(string separator, StringSplitOptions options = StringSplitOptions.None)", split::split),
        method("string[] Split(string separator, int count, StringSplitOptions options = StringSplitOptions.None)", split::split),
        method("string[] Split(string[] separator, StringSplitOptions options)", split::split),
        method("string[] Split(string[] separator, int count, StringSplitOptions options)", split::split),
        method("string ToLower()", case::to_lower),
        method("string ToLower(CultureInfo culture)", case::to_lower),
        method("string ToLowerInvariant()", case::to_lower),
        method("string ToUpper()", case::to_upper),
        method("string ToUpper(CultureInfo culture)", case::to_upper),
        method("string ToUpperInvariant()", case::to_upper),
        method("bool IsNormalized()", case::is_normalized),
        method("bool IsNormalized(NormalizationForm normalizationForm)", case::is_normalized),
        method("string Normalize()", case::normalize),
        method("string Normalize(NormalizationForm normalizationForm)", case::normalize),
        method("static string Concat(object arg0)", join::concat_object),
        method("static string Concat(object arg0, object arg1)", join::concat_values),
        method("static string Concat(object arg0, object arg1, object arg2)", join::concat_values),
        method("static string Concat(params object[] args)", join::concat_objects),
        method("static string Concat<T>(IEnumerable<T> values)", join::concat_sequence),
        method("static string Concat(IEnumerable<string> values)", join::concat_sequence),
        method("static string Concat(string str0, string str1)", join::concat_values),
        method("static string Concat(string str0, string str1, string str2)", join::concat_values),
        method("static string Concat(string str0, string str1, string str2, string str3)", join::concat_values),
        method("static string Concat(params string[] values)", join::concat_array),
        method("static string Join(char separator, params string[] value)", join::join),
        method("static string Join(string separator, params string[] value)", join::join),
        method("static string Join(char separator, string[] value, int startIndex, int count)", join::join),
        method("static string Join(string separator, string[] value, int startIndex, int count)", join::join),
        method("static string Join(string separator, IEnumerable<string> values)", join::join_values),
        method("static string Join(char separator, params object[] values)", join::join_values),
        method("static string Join(string separator, params object[] values)", join::join_values),
        method("static string Join<T>(char separator, IEnumerable<T> values)", join::join_values),
        method("static string Join<T>(string separator, IEnumerable<T> values)", join::join_values),
        method("static string Format(string format, object arg0)", join::format),
        method("static string Format(string format, object arg0, object arg1)", join::format),
        method("static string Format(string format, object arg0, object arg1, object arg2)", join::format),
        method("static string Format(string format, params object[] args)", join::format_array),
        method("static string Format(IFormatProvider provider, string format, object arg0)", join::format_by),
        method("static string Format(IFormatProvider provider, string format, object arg0, object arg1)", join::format_by),
        method("static string Format(IFormatProvider provider, string format, object arg0, object arg1, object arg2)", join::format_by),
        method("static string Format(IFormatProvider provider, string format, params object[] args)", join::format_array_by),
        method("static string Copy(string str)", same),
        method("static string Intern(string str)", intern),
        method("static string IsInterned(string str)", is_interned),
        method("object Clone()", this),
        method("string ToString()", this),
        method("string ToString(IFormatProvider provider)", this),
        method("TypeCode GetTypeCode()", type_code::get_type_code),
        operator("static bool operator ==(string a, string b)", compare::equals).intrinsic(Intrinsic::Pure),
        operator("static bool operator !=(string a, string b)", compare::not_equals).intrinsic(Intrinsic::Pure),
    ])
    .summary("Text: a sequence of UTF-16 units, `string` in C#.");

/// The units of a `char[]`; `None` for null.
#[must_use]
pub(crate) fn chars<'a>(cx: &'a Cx<'_>, value: Value) -> Option<impl ExactSizeIterator<Item = u16> + Clone + 'a> {
    match cx.heap.get(value) {
        Some(Object::Array(array)) => {
            Some(array.items.iter().map(|v| if let Value::Char(unit) = v { *unit } else { 0 }))
        }
        _ => None,
    }
}

/// A `char[]`.
///
/// # Errors
/// When the memory budget is exhausted.
pub(crate) fn new_chars(cx: &mut Cx<'_>, text: Str, start: usize, end: usize) -> Result<Value, Throw> {
    cx.charge(end.saturating_sub(start))?;
    let items = cx.text(text).slice(start, end).units().map(Value::Char).collect();
    Ok(cx.heap.new_array(TypeId::CHAR, items)?)
}

/// Checks `(startIndex, count)` against a length as .NET 8 does, in this order: count, start, range.
///
/// # Errors
/// `ArgumentOutOfRangeException`.
pub(crate) fn checked_range(
    cx: &mut Cx<'_>,
    (start_name, start): (&str, i32),
    (count_name, count): (&str, i32),
    length: usize,
) -> Result<(usize, usize), Throw> {
    let Ok(size) = usize::try_from(count) else { return Err(math::negative(cx, count_name, count.into())) };
    let Ok(at) = usize::try_from(start) else { return Err(math::negative(cx, start_name, start.into())) };
    if size > length || at > length - size {
        let limit = i64::try_from(length).unwrap_or(i64::MAX) - i64::from(count);
        return Err(math::not_at_most(cx, start_name, start.into(), limit));
    }
    Ok((at, at + size))
}

fn new(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Value::Char(unit) = arg(args, 0) {
        return repeated(cx, unit, as_i32(args, 1)?);
    }
    let Some(length) = chars(cx, arg(args, 0)).map(|units| units.len()) else {
        return if args.len() == 1 { Ok(Value::String(Str::EMPTY)) } else { Err(cx.argument_null("value")) };
    };
    let (mut from, mut to) = (0, length);
    if args.len() > 1 {
        let (start, count) = (("startIndex", as_i32(args, 1)?), ("length", as_i32(args, 2)?));
        (from, to) = checked_range(cx, start, count, length)?;
    }
    cx.charge(to - from)?;
    let mut buf = TextBuf::with_capacity(to - from);
    if let Some(units) = chars(cx, arg(args, 0)) {
        units.skip(from).take(to - from).for_each(|unit| buf.push(unit));
    }
    cx.string_buf(&buf)
}

fn repeated(cx: &mut Cx<'_>, unit: u16, count: i32) -> Result<Value, Throw> {
    let Ok(count) = usize::try_from(count) else { return Err(math::negative(cx, "count", count.into())) };
    cx.heap.charge_string(count)?;
    cx.charge(count / 8)?;
    let buf = match u8::try_from(unit) {
        Ok(byte) if byte < 128 => TextBuf::ascii(vec![byte; count]),
        _ => TextBuf::wide(vec![unit; count]),
    };
    cx.string_buf(&buf)
}

fn length(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(i32::try_from(as_str(args, 0)?.len()).unwrap_or(i32::MAX)))
}

fn char_at(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = as_str(args, 0)?;
    match usize::try_from(as_i32(args, 1)?).ok().and_then(|i| cx.text(text).get(i)) {
        Some(unit) => Ok(Value::Char(unit)),
        None => Err(cx.throw_default(Exc::IndexOutOfRange)),
    }
}

fn is_null_or_empty(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(match arg(args, 0) {
        Value::String(s) => s.is_empty(),
        _ => true,
    }))
}

fn is_null_or_white_space(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if let Value::String(s) = arg(args, 0) {
        cx.budget.compared(s.len());
    }
    Ok(Value::Bool(match arg(args, 0) {
        Value::String(s) => match cx.text(s) {
            TextRef::Ascii(bytes) => bytes.iter().all(|b| matches!(b, b' ' | 9..=13)),
            TextRef::Wide(units) => units.iter().all(|u| super::char::is_white_space(*u)),
        },
        _ => true,
    }))
}

fn intern(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "str")?;
    if let Some(known) = interned(cx, text)? {
        return Ok(Value::String(known));
    }
    cx.heap.charge(size_of::<Str>())?;
    cx.heap.interned.push(text);
    Ok(Value::String(text))
}

fn is_interned(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "str")?;
    Ok(interned(cx, text)?.map_or(Value::Null, Value::String))
}

/// The one text of all that are the same: a literal of the program, or one that was interned.
fn interned(cx: &mut Cx<'_>, text: Str) -> Result<Option<Str>, Throw> {
    if text.is_empty() {
        return Ok(Some(text));
    }
    let constants = cx.code.map_or(&[][..], |code| code.constants.as_slice());
    cx.charge(constants.len() + cx.heap.interned.len())?;
    let literals = constants.iter().filter_map(|constant| match constant {
        Constant::Text(literal) => Some(Str { space: cx.pool, ..*literal }),
        _ => None,
    });
    let same = |known: &Str| known.len() == text.len() && cx.text(*known).equals(cx.text(text));
    Ok(literals.chain(cx.heap.interned.iter().copied()).find(same))
}

/// `Copy`
fn same(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::String(cx.string_arg(args, 0, "str")?))
}

/// `ToString`, `Clone`.
fn this(_: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(arg(args, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::check::{self, call};

    fn text(cx: &mut Cx<'_>, text: &str) -> Value {
        cx.string(text).unwrap()
    }

    #[test]
    fn sizes_asked_for_are_paid_before_they_are_made() {
        let huge = [Value::Char(120), Value::Int32(i32::MAX)];
        assert_eq!(call(new, |_| huge.to_vec()), "trap: the expression made a string longer than allowed");
        let padded = |cx: &mut Cx<'_>| vec![text(cx, "x"), Value::Int32(2_000_000_000)];
        assert_eq!(call(pad::pad_left, padded), "trap: the expression made a string longer than allowed");
    }

    #[test]
    fn parts_share_the_text() {
        check::with_cx(&[], |cx| {
            let args = [text(cx, "  a,b "), Value::Int32(2)];
            let spent = cx.heap.spent();
            assert_eq!(slice::substring(cx, &args).map(|v| check::show(cx, v)), Ok("a,b ".to_owned()));
            assert_eq!(slice::trim(cx, &args[..1]).map(|v| check::show(cx, v)), Ok("a,b".to_owned()));
            assert_eq!(cx.heap.spent(), spent);
        });
    }

    #[test]
    fn messages_are_those_of_net_8() {
        assert_eq!(
            call(slice::substring, |cx| vec![text(cx, "abc"), Value::Int32(-1)]),
            "System.ArgumentOutOfRangeException: startIndex ('-1') must be a non-negative value. (Parameter \
             'startIndex')\nActual value was -1."
        );
        assert_eq!(
            call(replace::replace, |cx| vec![text(cx, "abc"), Value::Null, Value::Null]),
            "System.ArgumentNullException: Value cannot be null. (Parameter 'oldValue')"
        );
    }

    #[test]
    fn searches_find_what_they_should() {
        let find = |hay: &str, needle: &str| call(search::index_of, |cx| vec![text(cx, hay), text(cx, needle)]);
        assert_eq!(find("äbc€", "€"), "3");
        assert_eq!(find("abc", ""), "0");
        assert_eq!(find("", "a"), "-1");
        let last = |cx: &mut Cx<'_>| vec![text(cx, ""), text(cx, "x"), Value::Int32(0)];
        assert_eq!(call(search::last_index_of, last), "-1");
    }
}
