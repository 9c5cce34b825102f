//! `System.Xml.XmlDeclaration`: version, encoding and standalone, a node of its own at the beginning of an `XmlDocument`.

use super::{node, text_arg, view};
use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::xml::leaves::declared;
use crate::library::xml::reader::parse_into;
use crate::library::xml::tree::{self, Kind, children};
use crate::library::{TypeDef, property, property_set};
use crate::value::Value;
use crate::value::text::{Str, TextBuf};

pub(in crate::library::xml) const DECLARATION: TypeDef =
    TypeDef::class("System.Xml.XmlDeclaration").base("System.Xml.XmlLinkedNode").members(&[
        property_set(
            "string Encoding { get; set; }",
            |cx, args| part(cx, args, 1),
            |cx, args| {
                let new = cx.string_opt(args, 1).filter(|text| !text.is_empty());
                set_part(cx, args, 1, new)
            },
        ),
        property_set(
            "string Standalone { get; set; }",
            |cx, args| part(cx, args, 2),
            |cx, args| {
                let new = cx.string_opt(args, 1).filter(|text| !text.is_empty());
                check_standalone(cx, new)?;
                set_part(cx, args, 2, new)
            },
        ),
        property("string Version { get; }", |cx, args| part(cx, args, 0)),
    ]);

/// What is not said is the empty text.
fn part(cx: &mut Cx<'_>, args: &[Value], index: usize) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    let Kind::Declaration(parts) = tree::get(cx, node)?.kind else { return Ok(Value::Null) };
    Ok(Value::String(parts.get(index).copied().flatten().unwrap_or(Str::EMPTY)))
}

fn set_part(cx: &mut Cx<'_>, args: &[Value], index: usize, new: Option<Str>) -> Result<Value, Throw> {
    let node = node(cx, args)?;
    if let Kind::Declaration(parts) = &mut tree::get_mut(cx, node)?.kind
        && let Some(part) = parts.get_mut(index)
    {
        *part = new;
    }
    Ok(Value::Null)
}

fn check_standalone(cx: &mut Cx<'_>, standalone: Option<Str>) -> Result<(), Throw> {
    let Some(text) = standalone.filter(|text| !cx.text(*text).is("yes") && !cx.text(*text).is("no")) else {
        return Ok(());
    };
    let shown = cx.text(text).to_utf8().into_owned();
    let why = format!("Wrong value for the XML declaration standalone attribute of '{shown}'.");
    Err(cx.throw(Exc::Argument, why))
}

/// `CreateXmlDeclaration(version, encoding, standalone)`.
pub(super) fn create(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 1).is_null() {
        return Err(cx.throw(Exc::NullReference, "Object reference not set to an instance of an object."));
    }
    let version = text_arg(cx, args, 1);
    let digits = version.strip_prefix("1.").unwrap_or_default();
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        let why = "Wrong XML version information. The XML must match production \"VersionNum ::= '1.' [0-9]+\".";
        return Err(cx.throw(Exc::Argument, why));
    }
    let filled = |cx: &Cx<'_>, index: usize| cx.string_opt(args, index).filter(|text| !text.is_empty());
    let parts = [filled(cx, 1), filled(cx, 2), filled(cx, 3)];
    check_standalone(cx, parts[2])?;
    let made = tree::new(cx, Kind::Declaration(parts))?;
    view(cx, args, made)
}

/// `InnerText`, `Value`.
pub(super) fn text(cx: &mut Cx<'_>, parts: [Option<Str>; 3]) -> Result<Value, Throw> {
    let text = declared(cx.heap, parts);
    cx.string(text.as_text().to_utf8().trim_start())
}

/// Takes the parts out of `version="1.0" encoding="utf-8"`.
pub(super) fn set_text(cx: &mut Cx<'_>, node: Value, new: Str) -> Result<Value, Throw> {
    let mut whole = TextBuf::from("<?xml ");
    whole.push_text(cx.text(new));
    whole.push_str("?><a/>");
    let whole = cx.heap.new_buf(&whole)?;
    let document = tree::new(cx, Kind::document(Value::Null))?;
    parse_into(cx, whole, document, false)?;
    let first = children(cx.heap, document).first().copied().unwrap_or(Value::Null);
    let Kind::Declaration([_, encoding, standalone]) = tree::get(cx, first)?.kind else { return Ok(Value::Null) };
    if let Kind::Declaration(parts) = &mut tree::get_mut(cx, node)?.kind {
        (parts[1], parts[2]) = (encoding, standalone);
    }
    Ok(Value::Null)
}
