//! XPath 1.0, whole: all axes, operators and functions of the core library, for `SelectSingleNode` and `SelectNodes`.
//!
//! <https://www.w3.org/TR/1999/REC-xpath-19991116/>

mod axes;
mod evaluate;
pub(super) mod extensions;
mod functions;
mod lexer;
mod number;
mod parse;
mod syntax;

use super::tree::{self, Kind, attribute_value};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::value::Value;
use evaluate::{At, Found};
use syntax::Type;

/// Why a text is no XPath, or none that can be evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Bad {
    Token,
    NodeSet,
    UnclosedString,
    TooComplex,
    /// A function with a number of arguments that it does not take.
    Arguments(String),
    /// A function whose argument is no set of nodes.
    Argument(String),
    /// Nobody was given who knows prefixes.
    NoContext,
    Prefix(String),
    /// A variable, or a function that is none of XPath's.
    Unknown,
    /// A colon without a name on one of its sides.
    Name,
}

impl Bad {
    fn message(&self, text: &str) -> String {
        match self {
            Self::Token => format!("'{text}' has an invalid token."),
            Self::NodeSet => "Expression must evaluate to a node-set.".to_owned(),
            Self::UnclosedString => "This is an unclosed string.".to_owned(),
            Self::TooComplex => "The XPath query is too complex.".to_owned(),
            Self::Arguments(name) => format!("Function '{name}' in '{text}' has an invalid number of arguments."),
            Self::Argument(name) => {
                format!("The argument to function '{name}' in '{text}' cannot be converted to a node-set.")
            }
            Self::NoContext => "Namespace Manager or XsltContext needed. This query has a prefix, variable, or \
                                user-defined function."
                .to_owned(),
            Self::Prefix(prefix) => format!("Namespace prefix '{prefix}' is not defined."),
            Self::Unknown => "XsltContext is needed for this query because of an unknown function.".to_owned(),
            Self::Name => format!("'{text}' has an invalid qualified name."),
        }
    }
}

/// The nodes that a path selects, in document order and each once; `prefixes` are those of a manager.
pub(super) fn select(
    cx: &mut Cx<'_>,
    from: Value,
    text: &str,
    prefixes: Option<&[(String, String)]>,
) -> Result<Vec<Value>, Throw> {
    cx.charge(text.len())?;
    let parsed = parse::parse(text, prefixes);
    let checked = parsed.and_then(|expr| if expr.gives() == Type::Nodes { Ok(expr) } else { Err(Bad::NodeSet) });
    let expr = match checked {
        Ok(expr) => expr,
        Err(bad) => return Err(cx.throw(Exc::XPath, bad.message(text))),
    };
    match evaluate::evaluate(cx, At { node: from, position: 1, size: 1 }, &expr)? {
        Found::Nodes(nodes) => Ok(nodes),
        _ => Ok(Vec::new()),
    }
}

/// What an XPath of any kind gives, or why it is none.
fn find(
    cx: &mut Cx<'_>,
    from: Value,
    text: &str,
    prefixes: Option<&[(String, String)]>,
) -> Result<Result<Found, Bad>, Throw> {
    cx.charge(text.len())?;
    match parse::parse(text, prefixes) {
        Ok(expr) => evaluate::evaluate(cx, At { node: from, position: 1, size: 1 }, &expr).map(Ok),
        Err(bad) => Ok(Err(bad)),
    }
}

/// The string value of a node.
pub(super) fn string_value(cx: &mut Cx<'_>, node: Value) -> Result<String, Throw> {
    let text = match tree::get(cx, node)?.kind {
        Kind::Attribute { .. } => attribute_value(cx.heap, node),
        Kind::Text(text) | Kind::CData(text) | Kind::Comment(text) | Kind::Space { text, .. } => text,
        Kind::Instruction { data, .. } => data,
        _ => tree::text_of(cx, node)?,
    };
    Ok(cx.text(text).to_utf8().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_too_deep_is_refused() {
        let bad = |text: &str| parse::parse(text, None).err();
        for (begin, part, end) in
            [("", "(", "1"), ("a", "[a", ""), ("not", "(not", ""), ("1", "+1", ""), ("a", "|a", "")]
        {
            let text = format!("{begin}{}{end}", part.repeat(100_000));
            assert_eq!(bad(&text), Some(Bad::TooComplex), "{begin}{part}…");
        }
        for (begin, part) in [("a", "/a"), ("a", "[1]"), ("", "-")] {
            assert!(bad(&format!("{begin}{}a", part.repeat(10_000))).is_none_or(|bad| bad == Bad::Token));
        }
    }
}
