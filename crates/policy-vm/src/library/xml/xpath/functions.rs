//! The core library of functions.

use super::evaluate::{At, Found, evaluate, text_of};
use super::syntax::{Expr, Function};
use super::{axes, number, string_value};
use crate::cx::Cx;
use crate::exception::Throw;
use crate::library::xml::names;
use crate::library::xml::tree::{self, Kind, attribute_value, attributes};
use crate::value::Value;

/// Calls a function with as many arguments as it takes.
pub(super) fn call(cx: &mut Cx<'_>, at: At, function: Function, args: &[Expr]) -> Result<Found, Throw> {
    use Function as F;
    Ok(match function {
        F::Last => Found::Number(at.size as f64),
        F::Position => Found::Number(at.position as f64),
        F::True => Found::Bool(true),
        F::False => Found::Bool(false),
        // Only a document type could say which attributes are identifiers.
        F::Id => Found::Nodes(Vec::new()),
        F::Count => Found::Number(nodes(cx, at, args)?.len() as f64),
        F::Sum => {
            let mut sum = 0.0;
            for node in nodes(cx, at, args)? {
                sum += number::of(&string_value(cx, node)?);
            }
            Found::Number(sum)
        }
        F::LocalName | F::NamespaceUri | F::Name => Found::Text(name(cx, at, function, args)?),
        F::Boolean | F::Not => {
            let holds = argument(cx, at, args, 0)?.truth();
            Found::Bool(holds == (function == F::Boolean))
        }
        F::Lang => {
            let wanted = text(cx, at, args, 0)?;
            Found::Bool(lang(cx, at.node, &wanted)?)
        }
        F::Number | F::Floor | F::Ceiling | F::Round => {
            let n = match args.first() {
                Some(arg) => evaluate(cx, at, arg)?.number(cx)?,
                None => number::of(&string_value(cx, at.node)?),
            };
            Found::Number(match function {
                F::Floor => n.floor(),
                F::Ceiling => n.ceil(),
                F::Round => number::round(n),
                _ => n,
            })
        }
        _ => of_text(cx, at, function, args)?,
    })
}

fn argument(cx: &mut Cx<'_>, at: At, args: &[Expr], index: usize) -> Result<Found, Throw> {
    match args.get(index) {
        Some(arg) => evaluate(cx, at, arg),
        None => Ok(Found::Nodes(vec![at.node])),
    }
}

fn text(cx: &mut Cx<'_>, at: At, args: &[Expr], index: usize) -> Result<String, Throw> {
    let found = argument(cx, at, args, index)?;
    text_of(cx, found)
}

fn nodes(cx: &mut Cx<'_>, at: At, args: &[Expr]) -> Result<Vec<Value>, Throw> {
    match argument(cx, at, args, 0)? {
        Found::Nodes(nodes) => Ok(nodes),
        _ => Ok(Vec::new()),
    }
}

fn of_text(cx: &mut Cx<'_>, at: At, function: Function, args: &[Expr]) -> Result<Found, Throw> {
    use Function as F;
    let first = text(cx, at, args, 0)?;
    cx.charge(first.len() / 4)?;
    cx.heap.charge(first.len())?;
    let second = if args.len() > 1 { text(cx, at, args, 1)? } else { String::new() };
    cx.heap.charge(second.len())?;
    Ok(match function {
        F::Concat => {
            let mut joined = first + &second;
            for index in 2..args.len() {
                let more = text(cx, at, args, index)?;
                cx.heap.charge(more.len())?;
                joined += &more;
            }
            Found::Text(joined)
        }
        F::StartsWith => Found::Bool(first.starts_with(&second)),
        F::Contains => Found::Bool(first.contains(&second)),
        F::SubstringBefore => Found::Text(first.split_once(&second).map_or("", |(before, _)| before).to_owned()),
        F::SubstringAfter => Found::Text(first.split_once(&second).map_or("", |(_, after)| after).to_owned()),
        F::Substring => {
            let start = argument(cx, at, args, 1)?.number(cx)?;
            let length = match args.get(2) {
                Some(arg) => Some(evaluate(cx, at, arg)?.number(cx)?),
                None => None,
            };
            Found::Text(substring(&first, start, length))
        }
        F::StringLength => Found::Number(first.encode_utf16().count() as f64),
        F::NormalizeSpace => {
            let words: Vec<&str> = first.split([' ', '\t', '\n', '\r']).filter(|word| !word.is_empty()).collect();
            Found::Text(words.join(" "))
        }
        F::Translate => {
            let third = text(cx, at, args, 2)?;
            cx.charge(first.len().saturating_mul(second.len() / 16 + 1))?;
            let to: Vec<char> = third.chars().collect();
            let turned = |c: char| match second.chars().position(|from| from == c) {
                Some(place) => to.get(place).copied(),
                None => Some(c),
            };
            Found::Text(first.chars().filter_map(turned).collect())
        }
        _ => Found::Text(first),
    })
}

/// Characters count as UTF-16 has them.
fn substring(text: &str, start: f64, length: Option<f64>) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut from = number::round(start) - 1.0;
    if from.is_nan() || units.len() as f64 <= from {
        return String::new();
    }
    let mut end = units.len() as f64;
    if let Some(length) = length {
        let mut length = number::round(length);
        if length.is_nan() {
            return String::new();
        }
        if from < 0.0 || length < 0.0 {
            length += from;
            if length.is_nan() || length <= 0.0 {
                return String::new();
            }
            from = 0.0;
        }
        end = end.min(from + length);
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "both are within the text")]
    let range = from.max(0.0) as usize..end as usize;
    String::from_utf16_lossy(units.get(range).unwrap_or_default())
}

/// The name of the first node, or of the one at hand.
fn name(cx: &mut Cx<'_>, at: At, function: Function, args: &[Expr]) -> Result<String, Throw> {
    let Some(node) = nodes(cx, at, args)?.first().copied() else { return Ok(String::new()) };
    if let Kind::Instruction { target, .. } = tree::get(cx, node)?.kind {
        let is_uri = function == Function::NamespaceUri;
        return Ok(if is_uri { String::new() } else { cx.text(target).to_utf8().into_owned() });
    }
    let name = tree::name(cx.heap, node);
    if name.is_null() {
        return Ok(String::new());
    }
    let (local, uri) = names::parts(cx.heap, name);
    match function {
        Function::LocalName => Ok(cx.text(local).to_utf8().into_owned()),
        Function::NamespaceUri => Ok(cx.text(uri).to_utf8().into_owned()),
        _ => crate::library::xml::dom::qualified_name(cx, node),
    }
}

/// `xml:lang` of the node or the nearest above it says this language, or a kind of it.
fn lang(cx: &mut Cx<'_>, node: Value, wanted: &str) -> Result<bool, Throw> {
    let mut chain = vec![node];
    chain.extend(axes::ancestors(cx, node)?);
    for element in chain {
        for attribute in attributes(cx.heap, element).to_vec() {
            let (local, uri) = names::parts(cx.heap, tree::name(cx.heap, attribute));
            if cx.text(local).is("lang") && cx.text(uri).is(names::XML) {
                let value = cx.text(attribute_value(cx.heap, attribute)).to_utf8().to_ascii_lowercase();
                let wanted = wanted.to_ascii_lowercase();
                let rest = value.strip_prefix(&wanted);
                return Ok(rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('-')));
            }
        }
    }
    Ok(false)
}
