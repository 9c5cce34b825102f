//! [`Newtonsoft.Json.Linq.JContainer`](https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_Linq_JContainer.htm).

use crate::cx::{Cx, arg};
use crate::exception::Throw;
use crate::library::{TypeDef, method, property};
use crate::types::{self, TypeId};
use crate::value::Value;

use super::{edit, known, merge, node, sequence, this};

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::class("Newtonsoft.Json.Linq.JContainer").base("JToken").members(&[
        property("int Count { get; }", count),
        method("void Add(object content)", add),
        method("void AddFirst(object content)", add_first),
        method("IEnumerable<JToken> Descendants()", descendants),
        method("IEnumerable<JToken> DescendantsAndSelf()", descendants_and_self),
        method("void Merge(object content)", merge::run),
        method("void Merge(object content, JsonMergeSettings settings)", merge::run),
        method("void RemoveAll()", remove_all),
        method("void ReplaceAll(object content)", replace_all),
    ]);

fn count(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let count = node::node(cx.heap, this(args)?).count();
    Ok(Value::Int32(i32::try_from(count).unwrap_or(i32::MAX)))
}

pub(super) fn add(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    edit::append(cx, this(args)?, arg(args, 1))?;
    Ok(Value::Null)
}

fn add_first(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    edit::add(cx, this(args)?, 0, arg(args, 1), 0)?;
    Ok(Value::Null)
}

fn tokens_below(cx: &mut Cx<'_>, args: &[Value], own: bool) -> Result<Value, Throw> {
    let items = sequence::descendants(cx, this(args)?, own)?;
    edit::tokens(cx, types::construct(TypeId::ENUMERABLE, &[known::JTOKEN.id()]), items)
}

fn descendants(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    tokens_below(cx, args, false)
}

fn descendants_and_self(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    tokens_below(cx, args, true)
}

pub(super) fn remove_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    node::clear(cx.heap, this(args)?);
    Ok(Value::Null)
}

fn replace_all(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    node::clear(cx.heap, this(args)?);
    add(cx, args)
}
