//! `Verify…`: a text that holds what it may is given back.

use super::{COLON, is_public};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::library::xml::text::{is_name_start, is_name_unit, is_space, is_xml_unit, show_unit};
use crate::value::Value;
use crate::value::text::Str;

/// What is said of a character that may not be there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bad {
    /// The first of a name is another matter than those that follow.
    Name,
    Token,
    Character,
}

pub(super) fn name(cx: &mut Cx<'_>, args: &[Value], colons: bool) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 0, "name")?;
    if name.is_empty() {
        return Err(cx.throw_argument(Exc::Argument, "The value cannot be an empty string.", "name"));
    }
    check(cx, name, Bad::Name, |i, unit| {
        let good = if i == 0 { is_name_start(unit) } else { is_name_unit(unit) };
        good && (colons || unit != COLON)
    })
}

pub(super) fn name_token(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let name = cx.string_arg(args, 0, "name")?;
    if name.is_empty() {
        return Err(cx.throw(Exc::Xml, "Invalid NmToken value ''."));
    }
    check(cx, name, Bad::Token, |_, unit| is_name_unit(unit))
}

/// Null is a good one.
pub(super) fn token(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let Some(token) = cx.string_opt(args, 0) else { return Ok(Value::Null) };
    cx.charge(token.len() / 8)?;
    let (mut before, mut good) = (32, true);
    for unit in cx.text(token).units() {
        good &= !(matches!(unit, 9 | 10 | 13) || unit == 32 && before == 32);
        before = unit;
    }
    if good && (token.is_empty() || before != 32) {
        return Ok(Value::String(token));
    }
    let why = "line-feed (#xA) or tab (#x9) characters, leading or trailing spaces and sequences of one or more spaces \
               (#x20) are not allowed in 'xs:token'.";
    Err(cx.throw(Exc::Xml, why))
}

pub(super) fn public_id(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let id = cx.string_arg(args, 0, "publicId")?;
    check(cx, id, Bad::Character, |_, unit| is_public(unit))
}

pub(super) fn white_space(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let content = cx.string_arg(args, 0, "content")?;
    cx.charge(content.len() / 8)?;
    let Some(at) = cx.text(content).units().position(|unit| !is_space(unit)) else { return Ok(Value::String(content)) };
    let (shown, _) = shown(cx, content, at);
    let why = format!(
        "The Whitespace or SignificantWhitespace node can contain only XML whitespace characters. '{shown}' is not an XML \
         white space character."
    );
    Err(cx.throw(Exc::Xml, why))
}

pub(super) fn characters(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let content = cx.string_arg(args, 0, "content")?;
    check(cx, content, Bad::Character, |_, unit| is_xml_unit(unit))
}

/// The character at a place, and its number.
fn shown(cx: &Cx<'_>, text: Str, at: usize) -> (String, String) {
    let text = cx.text(text);
    let pair = text.get(at).into_iter().chain(text.get(at + 1));
    match char::decode_utf16(pair).next() {
        Some(Ok(wide)) if wide > '\u{ffff}' => (wide.to_string(), format!("0x{:X}", u32::from(wide))),
        _ => show_unit(text.get(at).unwrap_or_default()),
    }
}

fn check(cx: &mut Cx<'_>, text: Str, bad: Bad, good: impl Fn(usize, u16) -> bool) -> Result<Value, Throw> {
    cx.charge(text.len() / 8)?;
    let found = cx.text(text).units().enumerate().find(|(i, unit)| !good(*i, *unit));
    let Some((at, _)) = found else { return Ok(Value::String(text)) };
    let (shown, hex) = shown(cx, text, at);
    let why = match (bad, at) {
        (Bad::Character, _) => format!("'{shown}', hexadecimal value {hex}, is an invalid character."),
        (Bad::Name, 0) => format!("Name cannot begin with the '{shown}' character, hexadecimal value {hex}."),
        _ => format!("The '{shown}' character, hexadecimal value {hex}, cannot be included in a name."),
    };
    Err(cx.throw(Exc::Xml, why))
}
