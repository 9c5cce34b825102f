//! Upper and lower case by the invariant culture, and Unicode normalization.

use unicode_normalization::UnicodeNormalization;

use crate::cx::{Cx, arg, as_str};
use crate::exception::{Exc, Throw};
use crate::library::TypeDef;
use crate::value::Value;
use crate::value::heap::Case;
use crate::value::text::{Str, TextBuf, TextRef, lower, upper};

pub(in crate::library) const NORMALIZATION_FORM: TypeDef =
    TypeDef::enumeration("System.Text.NormalizationForm", &[("FormC", 1), ("FormD", 2), ("FormKC", 5), ("FormKD", 6)])
        .allow(crate::library::Allow::None)
        .summary("The forms of Unicode normalization.");

pub(in crate::library) fn to_lower(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    mapped(cx, as_str(args, 0)?, Case::Lower)
}

pub(in crate::library) fn to_upper(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    mapped(cx, as_str(args, 0)?, Case::Upper)
}

fn mapped(cx: &mut Cx<'_>, text: Str, case: Case) -> Result<Value, Throw> {
    cx.charge(text.len() / 8)?;
    let buf = match (cx.text(text), case) {
        // Most text has the case wanted already.
        (TextRef::Ascii(bytes), Case::Upper) if !bytes.iter().any(u8::is_ascii_lowercase) => {
            return Ok(Value::String(text));
        }
        (TextRef::Ascii(bytes), Case::Lower) if !bytes.iter().any(u8::is_ascii_uppercase) => {
            return Ok(Value::String(text));
        }
        (TextRef::Ascii(_), case) => return Ok(Value::String(cx.heap.new_cased(text, case)?)),
        (TextRef::Wide(units), Case::Upper) => map_units(units, upper, |c| c.to_uppercase().next()),
        (TextRef::Wide(units), Case::Lower) => map_units(units, lower, |c| c.to_lowercase().next()),
    };
    cx.string_buf(&TextBuf::wide(buf))
}

/// Characters beyond the basic plane are pairs of units and are mapped as pairs.
fn map_units(units: &[u16], unit: fn(u16) -> u16, scalar: fn(char) -> Option<char>) -> Vec<u16> {
    let mut out = Vec::with_capacity(units.len());
    for decoded in char::decode_utf16(units.iter().copied()) {
        match decoded {
            Ok(c) if u32::from(c) > 0xffff => {
                let mapped = scalar(c).unwrap_or(c);
                out.extend_from_slice(mapped.encode_utf16(&mut [0; 2]));
            }
            Ok(c) => out.push(unit(u16::try_from(u32::from(c)).unwrap_or(0))),
            Err(lone) => out.push(lone.unpaired_surrogate()),
        }
    }
    out
}

fn normalized(cx: &mut Cx<'_>, args: &[Value]) -> Result<Option<String>, Throw> {
    let text = as_str(args, 0)?;
    cx.charge(text.len())?;
    let TextRef::Wide(units) = cx.text(text) else { return Ok(None) };
    let Ok(plain) = String::from_utf16(units) else {
        let message = "Invalid Unicode code point found.";
        return Err(cx.throw_argument(Exc::Argument, message, "strInput"));
    };
    let form = if let Value::Enum(_, n) = arg(args, 1) { n } else { 1 };
    cx.heap.charge_string(plain.len())?;
    let chars = plain.chars();
    let result: String = match form {
        1 => chars.nfc().collect(),
        2 => chars.nfd().collect(),
        5 => chars.nfkc().collect(),
        6 => chars.nfkd().collect(),
        _ => {
            let message = "Invalid normalization form.";
            return Err(cx.throw_argument(Exc::Argument, message, "normalizationForm"));
        }
    };
    Ok((result != plain).then_some(result))
}

pub(in crate::library) fn normalize(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match normalized(cx, args)? {
        Some(text) => cx.string(&text),
        None => Ok(arg(args, 0)),
    }
}

pub(in crate::library) fn is_normalized(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(normalized(cx, args)?.is_none()))
}
