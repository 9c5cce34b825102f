//! What a token holds, for the parts of the engine that are not expressions.

use super::Shape;
use super::load::parse_with;
use super::node::{Kind, Node};
use crate::cx::Cx;
use crate::exception::Throw;
use crate::value::Value;
use crate::value::heap::{Heap, Object};
use crate::value::text::Str;

/// What a token holds.
#[derive(Debug)]
pub(crate) enum Look {
    Object(Vec<(Str, Value)>),
    Array(Vec<Value>),
    Scalar(Value),
}

/// What a token holds; `None` for what is no token.
pub(crate) fn look(heap: &Heap, token: Value) -> Option<Look> {
    let Some(Object::Json(node)) = heap.get(token) else { return None };
    let tokens = |items: &[crate::value::Ref]| items.iter().map(|item| Value::Object(*item)).collect();
    Some(match &node.kind {
        Kind::Object(members) => {
            let property = |at: crate::value::Ref| match heap.object(at) {
                Object::Json(Node { kind: Kind::Property { name, value, .. }, .. }) => {
                    Some((*name, Value::Object(*value)))
                }
                _ => None,
            };
            Look::Object(members.entries.iter().filter_map(|(_, at)| property(*at)).collect())
        }
        Kind::Array(items) => Look::Array(tokens(items)),
        Kind::Constructor(constructor) => Look::Array(tokens(&constructor.1)),
        Kind::Property { value, .. } => Look::Array(tokens(&[*value])),
        Kind::Scalar { value, .. } => Look::Scalar(*value),
    })
}

/// Parses a text; `dates` tells whether strings may become dates.
pub(crate) fn parse_with_dates(cx: &mut Cx<'_>, text: Str, dates: bool) -> Result<Value, Throw> {
    parse_with(cx, text, Shape::Token.into(), dates)
}
