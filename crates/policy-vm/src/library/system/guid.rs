//! `System.Guid`: kept in the byte order of its text.

use super::number::integer;
use super::object;
use crate::cx::{Cx, arg, fault};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, constructor, method, operator, property};
use crate::value::heap::Object;
use crate::value::text::{TextBuf, TextRef};
use crate::value::{Value, behaviour};

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.Guid")
    .interfaces(&["System.IComparable", "System.IFormattable", "System.IEquatable<Guid>", "System.IComparable<Guid>"])
    .members(&[
        constructor("Guid(byte[] b)", new_from_bytes),
        constructor(
            "Guid(uint a, ushort b, ushort c, byte d, byte e, byte f, byte g, byte h, byte i, byte j, byte k)",
            new_from_parts,
        ),
        constructor("Guid(int a, short b, short c, byte[] d)", new_from_parts),
        constructor(
            "Guid(int a, short b, short c, byte d, byte e, byte f, byte g, byte h, byte i, byte j, byte k)",
            new_from_parts,
        ),
        constructor("Guid(string g)", new_from_text),
        property("static Guid Empty { get; }", |cx, _| value(cx, [0; 16])),
        method("static Guid NewGuid()", new_guid),
        method("static Guid Parse(string input)", parse),
        method("static Guid Parse(string s, IFormatProvider provider)", parse),
        method("static bool TryParse(string s, IFormatProvider provider, out Guid result)", try_parse),
        method("static bool TryParse(string input, out Guid result)", try_parse),
        method("static Guid ParseExact(string input, string format)", parse_exact),
        method("static bool TryParseExact(string input, string format, out Guid result)", try_parse_exact),
        method("byte[] ToByteArray()", to_byte_array),
        method("byte[] ToByteArray(bool bigEndian)", to_byte_array),
        method("string ToString()", to_string),
        method("string ToString(string format)", to_string),
        method("string ToString(string format, IFormatProvider provider)", to_string),
        method("bool Equals(object o)", object::equals),
        method("bool Equals(Guid g)", object::equals),
        method("int CompareTo(object value)", compare_to),
        method("int CompareTo(Guid value)", compare_to),
        method("int GetHashCode()", object::get_hash_code),
        operator("static bool operator ==(Guid a, Guid b)", object::equals),
        operator("static bool operator !=(Guid a, Guid b)", |cx, a| Ok(Value::Bool(get(cx, a, 0)? != get(cx, a, 1)?))),
        operator("static bool operator <(Guid left, Guid right)", |cx, a| order(cx, a, |o| o.is_lt())),
        operator("static bool operator <=(Guid left, Guid right)", |cx, a| order(cx, a, |o| o.is_le())),
        operator("static bool operator >(Guid left, Guid right)", |cx, a| order(cx, a, |o| o.is_gt())),
        operator("static bool operator >=(Guid left, Guid right)", |cx, a| order(cx, a, |o| o.is_ge())),
    ])
    .summary("A globally unique identifier.");

type Bytes = [u8; 16];

fn get(cx: &Cx<'_>, args: &[Value], index: usize) -> Result<Bytes, Throw> {
    match cx.heap.get(arg(args, index)) {
        Some(Object::Guid(bytes)) => Ok(*bytes),
        _ => Err(fault("a Guid was expected")),
    }
}

/// A Guid as a value.
///
/// # Errors
/// When the memory budget is exhausted.
pub(crate) fn value(cx: &mut Cx<'_>, bytes: Bytes) -> Result<Value, Throw> {
    Ok(Value::Object(cx.heap.new_object(Object::Guid(bytes))?))
}

/// Between text order and the order of `ToByteArray`, whose first three groups are little-endian.
fn swap([a, b, c, d, e, f, g, h, rest @ ..]: Bytes) -> Bytes {
    let [i, j, k, l, m, n, o, p] = rest;
    [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]
}

fn new_from_bytes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let bytes = match cx.heap.get(arg(args, 0)) {
        Some(Object::Bytes(bytes)) => Bytes::try_from(bytes.as_slice()).ok(),
        _ => return Err(cx.argument_null("b")),
    };
    match bytes {
        Some(bytes) => value(cx, swap(bytes)),
        None => Err(cx.throw_argument(Exc::Argument, "Byte array for Guid must be exactly 16 bytes long.", "b")),
    }
}

fn new_from_parts(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let [a, b, c] = [0, 1, 2].map(|i| integer::get(arg(args, i)).unwrap_or_default().to_be_bytes());
    let tail: Vec<u8> = match (args.len(), cx.heap.get(arg(args, 3))) {
        (4, Some(Object::Bytes(bytes))) => bytes.clone(),
        (4, _) => return Err(cx.argument_null("d")),
        _ => args.iter().skip(3).filter_map(|v| if let Value::Byte(b) = v { Some(*b) } else { None }).collect(),
    };
    let [.., a0, a1, a2, a3] = a;
    let [.., b0, b1] = b;
    let [.., c0, c1] = c;
    let Ok([d, e, f, g, h, i, j, k]) = <[u8; 8]>::try_from(tail) else {
        return Err(cx.throw_argument(Exc::Argument, "Byte array for Guid must be exactly 8 bytes long.", "d"));
    };
    value(cx, [a0, a1, a2, a3, b0, b1, c0, c1, d, e, f, g, h, i, j, k])
}

fn new_from_text(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "g")?;
    parsed(cx, text, None)
}

/// A random Guid, version 4.
fn new_guid(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let mut bytes = [0; 16];
    cx.ambient.random(&mut bytes);
    let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
    *version = *version & 0x0f | 0x40;
    *variant = *variant & 0x3f | 0x80;
    value(cx, bytes)
}

const UNRECOGNIZED: &str = "Unrecognized Guid format.";
const NOT_HEX: &str = "Guid string should only contain hexadecimal characters.";
const DASHES: &str = "Guid should contain 32 digits with 4 dashes (xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx).";
const FORMATS: &str =
    "Format string can be only \"D\", \"d\", \"N\", \"n\", \"P\", \"p\", \"B\", \"b\", \"X\" or \"x\".";

/// Reads a Guid of any form, or of the one form whose letter is given.
pub(in crate::library) fn read(text: TextRef<'_>, format: Option<u8>) -> Result<Bytes, &'static str> {
    let text = text.to_utf8();
    let text = text.trim();
    let form = match format {
        Some(form) => form,
        None if text.chars().count() < 32 => return Err(UNRECOGNIZED),
        None => match (text.as_bytes().first(), text.as_bytes().get(8), text.as_bytes().get(9)) {
            (Some(b'('), ..) => b'P',
            (Some(b'{'), _, Some(b'-')) => b'B',
            (Some(b'{'), ..) => b'X',
            (_, Some(b'-'), _) => b'D',
            _ => b'N',
        },
    };
    let inside = |open, close| {
        let inner = text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
        inner.filter(|inner| inner.chars().count() == 36).ok_or(DASHES)
    };
    match form {
        b'N' if text.chars().count() == 32 => hex(text),
        b'N' => Err(DASHES),
        b'D' => dashed(text),
        b'B' => inside('{', '}').and_then(dashed),
        b'P' => inside('(', ')').and_then(dashed),
        _ => braced(text),
    }
}

fn hex(text: &str) -> Result<Bytes, &'static str> {
    match u128::from_str_radix(text, 16) {
        Ok(number) if text.bytes().all(|b| b.is_ascii_hexdigit()) => Ok(number.to_be_bytes()),
        _ => Err(NOT_HEX),
    }
}

fn dashed(text: &str) -> Result<Bytes, &'static str> {
    let groups: Vec<&str> = text.split('-').collect();
    if text.chars().count() != 36 {
        return Err(DASHES);
    }
    if !groups.iter().map(|g| g.len()).eq([8, 4, 4, 4, 12]) {
        return Err("Dashes are in the wrong position for GUID parsing.");
    }
    hex(&groups.concat())
}

/// `{0x00112233,0x4455,0x6677,{0x88,0x99,…}}`.
fn braced(text: &str) -> Result<Bytes, &'static str> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    if !text.starts_with('{') {
        return Err("Expected {0xdddddddd, etc}.");
    }
    if !text.get(1..3).is_some_and(|prefix| prefix.eq_ignore_ascii_case("0x")) {
        return Err("Expected 0x prefix.");
    }
    let body = text.strip_prefix('{').and_then(|t| t.strip_suffix("}}")).ok_or(UNRECOGNIZED)?;
    let (head, tail) = body.split_once(",{").ok_or(UNRECOGNIZED)?;
    let number = |text: &str, most: usize| {
        let digits = text.strip_prefix("0x").or(text.strip_prefix("0X")).filter(|d| !d.is_empty() && d.len() <= most);
        digits.and_then(|d| u32::from_str_radix(d, 16).ok()).ok_or(UNRECOGNIZED)
    };
    let mut bytes = Vec::with_capacity(16);
    let groups: Vec<&str> = head.split(',').collect();
    let [a, b, c] = groups.as_slice() else { return Err(UNRECOGNIZED) };
    bytes.extend(number(a, 8)?.to_be_bytes());
    for group in [b, c] {
        bytes.extend(number(group, 4)?.to_be_bytes().iter().skip(2));
    }
    for part in tail.split(',') {
        bytes.push(u8::try_from(number(part, 2)?).map_err(|_| UNRECOGNIZED)?);
    }
    Bytes::try_from(bytes).map_err(|_| UNRECOGNIZED)
}

fn parsed(cx: &mut Cx<'_>, text: crate::value::text::Str, format: Option<u8>) -> Result<Value, Throw> {
    cx.charge(text.len())?;
    match read(cx.text(text), format) {
        Ok(bytes) => value(cx, bytes),
        Err(message) => Err(cx.throw(Exc::Format, message)),
    }
}

fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "input")?;
    parsed(cx, text, None)
}

fn try_read(cx: &mut Cx<'_>, args: &[Value], format: Option<u8>) -> Result<Value, Throw> {
    let read = match cx.string_opt(args, 0) {
        Some(text) => {
            cx.charge(text.len())?;
            read(cx.text(text), format).ok()
        }
        None => None,
    };
    let result = value(cx, read.unwrap_or_default())?;
    cx.set_out(0, result);
    Ok(Value::Bool(read.is_some()))
}

fn try_parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    try_read(cx, args, None)
}

/// The letter of a format, `D` for none.
fn letter(format: &str) -> Option<u8> {
    match format.as_bytes() {
        [] => Some(b'D'),
        [one] => Some(one.to_ascii_uppercase()).filter(|u| b"NDBPX".contains(u)),
        _ => None,
    }
}

fn format_letter(cx: &mut Cx<'_>, args: &[Value]) -> Result<u8, Throw> {
    let format = cx.string_opt(args, 1).map(|f| cx.text(f).to_utf8().into_owned()).unwrap_or_default();
    letter(&format).ok_or_else(|| cx.throw(Exc::Format, FORMATS))
}

fn parse_exact(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = cx.string_arg(args, 0, "input")?;
    cx.string_arg(args, 1, "format")?;
    let format = format_letter(cx, args)?;
    if cx.string_opt(args, 1).is_some_and(|format| format.is_empty()) {
        return Err(cx.throw(Exc::Format, FORMATS));
    }
    parsed(cx, text, Some(format))
}

fn try_parse_exact(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let format = cx.string_opt(args, 1).map(|f| cx.text(f).to_utf8().into_owned()).unwrap_or_default();
    match letter(&format).filter(|_| !format.is_empty()) {
        Some(form) => try_read(cx, args, Some(form)),
        None => try_read(cx, &[], None),
    }
}

fn to_byte_array(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let bytes = get(cx, args, 0)?;
    let bytes = if arg(args, 1) == Value::Bool(true) { bytes } else { swap(bytes) };
    Ok(cx.heap.new_bytes(bytes.to_vec())?)
}

/// The text in format `D`.
#[must_use]
pub(crate) fn text(bytes: Bytes) -> String {
    shown(bytes, b'D')
}

fn shown(bytes: Bytes, form: u8) -> String {
    let plain = format!("{:032x}", u128::from_be_bytes(bytes));
    let part = |from: usize, to: usize| plain.get(from..to).unwrap_or_default();
    let dashed = || [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-");
    match form {
        b'N' => plain,
        b'B' => format!("{{{}}}", dashed()),
        b'P' => format!("({})", dashed()),
        b'X' => {
            let tail: Vec<_> = (16..32).step_by(2).map(|i| format!("0x{}", part(i, i + 2))).collect();
            format!("{{0x{},0x{},0x{},{{{}}}}}", part(0, 8), part(8, 12), part(12, 16), tail.join(","))
        }
        _ => dashed(),
    }
}

/// Appends the text in a format.
///
/// # Errors
/// `FormatException` when the format is none.
pub(crate) fn format(cx: &mut Cx<'_>, bytes: Bytes, format: &str, out: &mut TextBuf) -> Result<(), Throw> {
    let form = letter(format).ok_or_else(|| cx.throw(Exc::Format, FORMATS))?;
    out.push_str(&shown(bytes, form));
    Ok(())
}

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let bytes = get(cx, args, 0)?;
    let form = format_letter(cx, args)?;
    cx.string(&shown(bytes, form))
}

fn compare_to(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let a = get(cx, args, 0)?;
    match (arg(args, 1), get(cx, args, 1)) {
        (Value::Null, _) => Ok(Value::Int32(1)),
        (_, Ok(b)) => Ok(Value::Int32(integer::sign(a.cmp(&b)))),
        _ => Err(cx.throw_argument(Exc::Argument, "Object must be of type GUID.", "value")),
    }
}

fn order(cx: &mut Cx<'_>, args: &[Value], holds: fn(std::cmp::Ordering) -> bool) -> Result<Value, Throw> {
    Ok(Value::Bool(holds(behaviour::compare(cx, arg(args, 0), arg(args, 1))?)))
}

/// `GetHashCode`: the four words of memory combined.
#[must_use]
pub(crate) fn hash_code(bytes: Bytes) -> i32 {
    swap(bytes)
        .chunks_exact(4)
        .filter_map(|word| <[u8; 4]>::try_from(word).ok())
        .fold(0, |hash, word| hash ^ i32::from_le_bytes(word))
}
