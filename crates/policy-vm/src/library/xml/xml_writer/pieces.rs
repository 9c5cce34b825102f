//! The rarer things that a writer writes: bytes as text, names, entities, a document type.

use super::write::Output;
use super::{act, chars_of, does, owned};
use crate::cx::{Cx, arg, as_i32, fault};
use crate::exception::{Exc, Throw};
use crate::library::xml::text::{is_name_start, is_name_unit, show_unit};
use crate::value::Value;
use crate::value::heap::Object;
use crate::value::text::TextBuf;

/// The part of a `byte[]` that an index and a count name.
fn bytes(cx: &mut Cx<'_>, args: &[Value]) -> Result<Vec<u8>, Throw> {
    let Some(Object::Bytes(all)) = cx.heap.get(arg(args, 1)) else { return Err(cx.argument_null("buffer")) };
    let (all, index, count) = (all.clone(), as_i32(args, 2)?, as_i32(args, 3)?);
    let refuse = |cx: &mut Cx<'_>, name: &str, value: i32, why: &str| {
        let shown = format!("{name} ('{value}') must be {why}. (Parameter '{name}')\nActual value was {value}.");
        cx.throw(Exc::ArgumentOutOfRange, shown)
    };
    for (name, value) in [("index", index), ("count", count)] {
        if value < 0 {
            return Err(refuse(cx, name, value, "a non-negative value"));
        }
    }
    let from = usize::try_from(index).unwrap_or(usize::MAX);
    let part = usize::try_from(count).ok().and_then(|count| all.get(from..from.checked_add(count)?));
    match part {
        Some(part) => {
            cx.charge(part.len() / 4 + 1)?;
            cx.heap.charge_string(part.len().saturating_mul(2))?;
            Ok(part.to_vec())
        }
        None => {
            let most = i32::try_from(all.len()).unwrap_or(i32::MAX).saturating_sub(index);
            Err(refuse(cx, "count", count, &format!("less than or equal to '{most}'")))
        }
    }
}

pub(super) fn base64(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    use ::base64::Engine as _;
    let text = ::base64::engine::general_purpose::STANDARD.encode(bytes(cx, args)?);
    does(cx, args, |out| out.text(&TextBuf::from(&*text)))
}

pub(super) fn bin_hex(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text: String = bytes(cx, args)?.iter().map(|byte| format!("{byte:02X}")).collect();
    does(cx, args, |out| out.text(&TextBuf::from(&*text)))
}

pub(super) fn raw_chars(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let text = chars_of(cx, args)?;
    does(cx, args, |out| out.raw(&text))
}

/// `WriteName` and `WriteNmToken`.
pub(super) fn name_text(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = owned(cx, args, 1);
    if name.is_empty() {
        return Err(cx.argument_null("name"));
    }
    check(cx, &name)?;
    does(cx, args, |out| out.text(&TextBuf::from(&*name)))
}

fn check(cx: &mut Cx<'_>, name: &str) -> Result<(), Throw> {
    let good = |(at, unit): (usize, u16)| if at == 0 { is_name_start(unit) } else { is_name_unit(unit) };
    let Some((_, unit)) = name.encode_utf16().enumerate().find(|found| !good(*found)) else { return Ok(()) };
    let (shown, hex) = show_unit(unit);
    let why = format!("The '{shown}' character, hexadecimal value {hex}, cannot be included in a name.");
    Err(cx.throw(Exc::Argument, why))
}

/// A name with the prefix that stands for its namespace here.
pub(super) fn qualified_name(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (local, uri) = (owned(cx, args, 1), owned(cx, args, 2));
    if local.is_empty() {
        return Err(cx.throw_argument(Exc::Argument, "The value cannot be an empty string.", "localName"));
    }
    check(cx, &local)?;
    let mut name = local;
    if !uri.is_empty() {
        let Some(prefix) = super::this(cx, args)?.output.prefix_of(&uri) else {
            return Err(cx.throw(Exc::Argument, format_args!("The '{uri}' namespace is not defined.")));
        };
        if !prefix.is_empty() {
            name = format!("{prefix}:{name}");
        }
    }
    does(cx, args, |out| out.text(&TextBuf::from(&*name)))
}

pub(super) fn entity_ref(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = owned(cx, args, 1);
    if name.is_empty() {
        return Err(cx.throw_argument(Exc::Argument, "The value cannot be an empty string.", "name"));
    }
    check(cx, &name)?;
    does(cx, args, |out| out.raw(&TextBuf::from(&*format!("&{name};"))))
}

/// A character beyond the first plane as a reference.
pub(super) fn surrogate_entity(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (Value::Char(low), Value::Char(high)) = (arg(args, 1), arg(args, 2)) else {
        return Err(fault("two characters were expected"));
    };
    match char::decode_utf16([high, low]).next() {
        Some(Ok(wide)) if wide > '\u{ffff}' => {
            let text = TextBuf::from(&*format!("&#x{:X};", u32::from(wide)));
            does(cx, args, |out| out.raw(&text))
        }
        _ => {
            let why = format!(
                "The surrogate pair (0x{high:X}, 0x{low:X}) is invalid. A high surrogate character (0xD800 - 0xDBFF) must \
                 always be paired with a low surrogate character (0xDC00 - 0xDFFF)."
            );
            Err(cx.throw(Exc::Argument, why))
        }
    }
}

pub(super) fn doc_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = owned(cx, args, 1);
    if name.is_empty() {
        return Err(cx.throw_argument(Exc::Argument, "The value cannot be an empty string.", "name"));
    }
    check(cx, &name)?;
    let part = |cx: &Cx<'_>, index: usize| (!arg(args, index).is_null()).then(|| owned(cx, args, index));
    let mut text = format!("<!DOCTYPE {name}");
    match (part(cx, 2), part(cx, 3)) {
        (Some(public), system) => text += &format!(" PUBLIC \"{public}\" \"{}\"", system.unwrap_or_default()),
        (None, Some(system)) => text += &format!(" SYSTEM \"{system}\""),
        (None, None) => text.push(' '),
    }
    if let Some(subset) = part(cx, 4) {
        text += &format!("[{subset}]");
    }
    text.push('>');
    act(cx, args, |out: &mut Output| out.step(super::step::Step::DocumentType(text)))?;
    Ok(Value::Null)
}
