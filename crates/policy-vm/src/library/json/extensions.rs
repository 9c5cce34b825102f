//! `Newtonsoft.Json.Linq.Extensions`: queries over sequences of tokens, and `Value<T>()`.

use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::{TypeDef, method};
use crate::types::{self, TypeId};
use crate::value::sequence::iterate;
use crate::value::{Ref, Value};

use super::node::{self, Kind, NONE};
use super::{convert, deserialize, edit, jtoken, known, sequence};

pub(in crate::library) const TYPE: TypeDef = TypeDef::static_class("Newtonsoft.Json.Linq.Extensions").members(&[
    method("static U Value<U>(this IEnumerable<JToken> value)", value),
    method("static U Value<T, U>(this IEnumerable<T> value) where T : JToken", value_of),
    method("static IJEnumerable<JToken> Values(this IEnumerable<JToken> source, object key)", values_of_key),
    method("static IJEnumerable<JToken> Values(this IEnumerable<JToken> source)", values),
    method("static IEnumerable<U> Values<U>(this IEnumerable<JToken> source, object key)", values_as),
    method("static IEnumerable<U> Values<U>(this IEnumerable<JToken> source)", values_as),
    method("static IJEnumerable<JToken> Children<T>(this IEnumerable<T> source) where T : JToken", children),
    method("static IEnumerable<U> Children<T, U>(this IEnumerable<T> source) where T : JToken", children_as),
    method("static IJEnumerable<JProperty> Properties(this IEnumerable<JObject> source)", properties),
    method("static IJEnumerable<JToken> Ancestors<T>(this IEnumerable<T> source) where T : JToken", ancestors),
    method(
        "static IJEnumerable<JToken> AncestorsAndSelf<T>(this IEnumerable<T> source) where T : JToken",
        ancestors_and_self,
    ),
    method("static IJEnumerable<JToken> Descendants<T>(this IEnumerable<T> source) where T : JContainer", descendants),
    method(
        "static IJEnumerable<JToken> DescendantsAndSelf<T>(this IEnumerable<T> source) where T : JContainer",
        descendants_and_self,
    ),
    method("static IJEnumerable<JToken> AsJEnumerable(this IEnumerable<JToken> source)", as_enumerable),
    method("static IJEnumerable<T> AsJEnumerable<T>(this IEnumerable<T> source) where T : JToken", as_enumerable),
]);

/// `IEnumerable<JToken>`, and that of what tokens are.
fn is_sequence_of_tokens(target: TypeId) -> bool {
    let items = [known::JTOKEN.id(), TypeId::OBJECT];
    items.iter().any(|item| target == types::construct(TypeId::ENUMERABLE, &[*item]))
}

/// `Extensions.Convert`: a token of that type as it is; else the value of a `JValue` changed to the type.
pub(super) fn convert_token(cx: &mut Cx<'_>, token: Value, target: TypeId) -> Result<Value, Throw> {
    let Some(at) = node::token(cx.heap, token) else {
        // `default(T)`.
        return crate::value::behaviour::default_of(cx.heap, target);
    };
    // A token is a sequence of tokens as well.
    if deserialize::is_token_of(cx.heap, at, target) || is_sequence_of_tokens(target) {
        return Ok(token);
    }
    let Some((_, value)) = node::scalar(cx.heap, at) else {
        let ty = node::node(cx.heap, at).type_name();
        let message = format!("Cannot cast {ty} to Newtonsoft.Json.Linq.JToken.");
        return Err(cx.throw(Exc::InvalidCast, message));
    };
    match convert::nullable(target) {
        Some(_) if value.is_null() => Ok(Value::Null),
        Some(inner) => convert::change_type(cx, value, inner),
        None => convert::change_type(cx, value, target),
    }
}

/// The items of a sequence of tokens; nulls are kept.
fn tokens(cx: &mut Cx<'_>, source: Value) -> Result<Vec<Ref>, Throw> {
    if source.is_null() {
        return Err(cx.argument_null("source"));
    }
    let mut items = iterate(cx, source)?;
    let mut found = Vec::new();
    while let Some(item) = items.next(cx)? {
        cx.charge(1)?;
        found.push(node::token(cx.heap, item).unwrap_or(NONE));
    }
    Ok(found)
}

fn join(
    cx: &mut Cx<'_>,
    source: Value,
    item: TypeId,
    each: impl Fn(&mut Cx<'_>, Ref) -> Result<Vec<Ref>, Throw>,
) -> Result<Value, Throw> {
    let mut found = Vec::new();
    for token in tokens(cx, source)? {
        found.extend(each(cx, token)?);
    }
    edit::tokens(cx, types::construct(known::JENUMERABLE.id(), &[item]), found)
}

fn value(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let target = cx.type_arg(0);
    single_value(cx, arg(args, 0), target)
}

fn value_of(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let target = cx.type_arg(1);
    single_value(cx, arg(args, 0), target)
}

fn single_value(cx: &mut Cx<'_>, source: Value, target: TypeId) -> Result<Value, Throw> {
    if source.is_null() {
        return Err(cx.argument_null("value"));
    }
    if node::token(cx.heap, source).is_none() {
        return Err(cx.throw(Exc::Argument, "Source value must be a JToken."));
    }
    convert_token(cx, source, target)
}

fn values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    join(cx, arg(args, 0), known::JTOKEN.id(), |cx, at| {
        let node = node::node(cx.heap, at);
        Ok(if node.is_container() { node.children() } else { vec![at] })
    })
}

pub(super) fn values_of_key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = keyed(cx, args)?;
    edit::tokens(cx, edit::token_sequence(), found)
}

/// What each token has at the key.
fn keyed(cx: &mut Cx<'_>, args: &[Value]) -> Result<Vec<Ref>, Throw> {
    let mut found = Vec::new();
    for token in tokens(cx, arg(args, 0))? {
        if let Value::Object(child) = jtoken::get_item(cx, &[Value::Object(token), arg(args, 1)])? {
            found.push(child);
        }
    }
    Ok(found)
}

fn values_as(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    // A source that is null is told when it is gone through.
    let target = cx.type_arg(0);
    let ty = types::construct(TypeId::ENUMERABLE, &[target]);
    let (source, key) = (arg(args, 0), arg(args, 1));
    Ok(cx.heap.new_native(sequence::Converted { ty, target, source, key, of: sequence::Of::Values })?)
}

/// The tokens that `Values<U>` converts for one token of its source.
pub(super) fn values_in(cx: &mut Cx<'_>, item: Value, key: Value) -> Result<Vec<Ref>, Throw> {
    let Some(token) = node::token(cx.heap, item) else { return Err(cx.throw_default(Exc::NullReference)) };
    if !key.is_null() {
        return Ok(match jtoken::get_item(cx, &[Value::Object(token), key])? {
            Value::Object(child) => vec![child],
            _ => Vec::new(),
        });
    }
    let node = node::node(cx.heap, token);
    Ok(if node.is_container() { node.children() } else { vec![token] })
}

fn children(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    join(cx, arg(args, 0), known::JTOKEN.id(), |cx, at| Ok(node::node(cx.heap, at).children()))
}

fn children_as(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let target = cx.type_arg(1);
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("source"));
    }
    let ty = types::construct(TypeId::ENUMERABLE, &[target]);
    let (source, key) = (arg(args, 0), Value::Null);
    Ok(cx.heap.new_native(sequence::Converted { ty, target, source, key, of: sequence::Of::Children })?)
}

fn properties(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    join(cx, arg(args, 0), known::JPROPERTY.id(), |cx, at| {
        Ok(match node::node(cx.heap, at).kind {
            Kind::Object(_) => sequence::properties(cx.heap, at),
            _ => Vec::new(),
        })
    })
}

fn above(cx: &Cx<'_>, mut at: Ref) -> Vec<Ref> {
    let mut found = Vec::new();
    while at != NONE {
        found.push(at);
        at = node::node(cx.heap, at).parent;
    }
    found
}

fn ancestors(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    join(cx, arg(args, 0), known::JTOKEN.id(), |cx, at| Ok(above(cx, node::node(cx.heap, at).parent)))
}

fn ancestors_and_self(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    join(cx, arg(args, 0), known::JTOKEN.id(), |cx, at| Ok(above(cx, at)))
}

fn descendants(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    join(cx, arg(args, 0), known::JTOKEN.id(), |cx, at| sequence::descendants(cx, at, false))
}

fn descendants_and_self(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    join(cx, arg(args, 0), known::JTOKEN.id(), |cx, at| sequence::descendants(cx, at, true))
}

fn as_enumerable(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let _ = cx;
    Ok(arg(args, 0))
}
