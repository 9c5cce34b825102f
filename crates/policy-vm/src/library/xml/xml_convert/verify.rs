//! `Verify…`: a text that holds what it may is given back.

use super::{COLON, is_public};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::library::xml::text::{is_name_start, is_name_unit, is_space, is_xml_unit, show_character, show_unit};
use crate::value::Value;
use crate::value::text::{Str, TextRef};

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
    cx.charge(content.len() / 8)?;
    match bad_character(cx.text(content)) {
        None => Ok(Value::String(content)),
        Some(why) => Err(cx.throw(Exc::Xml, why)),
    }
}

/// What is said of the first character that may not be there.
fn bad_character(text: TextRef<'_>) -> Option<String> {
    let is_low = |unit: u16| (0xdc00..0xe000).contains(&unit);
    let mut units = text.units();
    while let Some(unit) = units.next() {
        match unit {
            0xd800..0xdc00 => match units.next() {
                Some(low) if is_low(low) => {}
                next => return Some(half_a_pair(unit, next)),
            },
            unit if is_low(unit) || !is_xml_unit(unit) => {
                let (shown, hex) = show_unit(unit);
                return Some(format!("'{shown}', hexadecimal value {hex}, is an invalid character."));
            }
            _ => {}
        }
    }
    None
}

/// What is said of the first half of a pair that has no second.
fn half_a_pair(high: u16, next: Option<u16>) -> String {
    match next {
        None => "The surrogate pair is invalid. Missing a low surrogate character.".to_owned(),
        Some(next) => format!(
            "The surrogate pair (0x{high:X}, 0x{next:X}) is invalid. A high surrogate character (0xD800 - 0xDBFF) must \
             always be paired with a low surrogate character (0xDC00 - 0xDFFF)."
        ),
    }
}

/// The character at a place, and its number.
fn shown(cx: &Cx<'_>, text: Str, at: usize) -> (String, String) {
    let text = cx.text(text);
    show_character(text.get(at).unwrap_or_default(), text.get(at + 1))
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
