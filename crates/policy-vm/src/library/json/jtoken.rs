//! [`Newtonsoft.Json.Linq.JToken`](https://www.newtonsoft.com/json/help/html/T_Newtonsoft_Json_Linq_JToken.htm).

use crate::cx::{Cx, arg};
use crate::exception::{Exc, Throw};
use crate::library::{Member, TypeDef, constructor, method, property, property_set};
use crate::types::{self, TypeId};
use crate::value::behaviour::to_text;
use crate::value::heap::Object;
use crate::value::text::TextBuf;
use crate::value::{Ref, Value};

use super::edit::{self, value};
use super::load::{self, Wanted};
use super::node::{self, Kind, NONE};
use super::{compare, conversions, deserialize, extensions, known, query, sequence, serialize, settings};
use super::{this, token_arg, write};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("Newtonsoft.Json.Linq.JToken")
    .interfaces(&["IJEnumerable<JToken>", "IEnumerable<JToken>", "System.Collections.IEnumerable"])
    .members(&MEMBERS);

/// `IJEnumerable<T>`, what queries over tokens declare.
pub(in crate::library) const ENUMERABLE: TypeDef = TypeDef::interface("Newtonsoft.Json.Linq.IJEnumerable<T>")
    .interfaces(&["IEnumerable<T>", "System.Collections.IEnumerable"])
    .members(&[property("IJEnumerable<JToken> this[object key] { get; }", extensions::values_of_key)]);

/// `JEnumerable<T>`, the result of `Children()`.
pub(in crate::library) const SEQUENCE: TypeDef = TypeDef::structure("Newtonsoft.Json.Linq.JEnumerable<T>")
    .interfaces(&["IJEnumerable<T>", "IEnumerable<T>", "System.Collections.IEnumerable"])
    .zero(|heap, ty| heap.new_native(sequence::Tokens { ty, items: [].into() }))
    .members(&[
        constructor("JEnumerable(IEnumerable<T> enumerable)", sequence::wrapped),
        property("static JEnumerable<T> Empty { get; }", sequence::empty),
        property("IJEnumerable<JToken> this[object key] { get; }", extensions::values_of_key),
    ]);

const OWN: [Member; 37] = [
    property("JContainer Parent { get; }", parent),
    property("JToken Root { get; }", root),
    property("JTokenType Type { get; }", token_type),
    property("bool HasValues { get; }", has_values),
    property("JToken Next { get; }", next),
    property("JToken Previous { get; }", previous),
    property("JToken First { get; }", first),
    property("JToken Last { get; }", last),
    property("string Path { get; }", path),
    property_set("JToken this[object key] { get; set; }", get_item, set_item),
    method("static bool DeepEquals(JToken t1, JToken t2)", deep_equals),
    method("static JToken Parse(string json)", parse),
    method("static JToken Parse(string json, JsonLoadSettings settings)", parse),
    method("static JToken FromObject(object o)", from_object),
    method("void AddAfterSelf(object content)", add_after_self),
    method("void AddBeforeSelf(object content)", add_before_self),
    method("IEnumerable<JToken> Ancestors()", ancestors),
    method("IEnumerable<JToken> AncestorsAndSelf()", ancestors_and_self),
    method("IEnumerable<JToken> AfterSelf()", after_self),
    method("IEnumerable<JToken> BeforeSelf()", before_self),
    method("T Value<T>(object key)", value_of_key),
    method("JEnumerable<JToken> Children()", children),
    method("JEnumerable<T> Children<T>()", children_of_type),
    method("IEnumerable<T> Values<T>()", values),
    method("void Remove()", remove),
    method("void Replace(JToken value)", replace),
    method("string ToString()", to_string),
    method("string ToString(Formatting formatting, params JsonConverter[] converters)", to_string_formatted),
    method("T ToObject<T>()", to_object),
    method("object ToObject(Type objectType)", to_object_of_type),
    method("JToken SelectToken(string path)", select_token),
    method("JToken SelectToken(string path, bool errorWhenNoMatch)", select_token),
    method("IEnumerable<JToken> SelectTokens(string path)", select_tokens),
    method("IEnumerable<JToken> SelectTokens(string path, bool errorWhenNoMatch)", select_tokens),
    method("JToken DeepClone()", deep_clone),
    method("bool Equals(object obj)", equals),
    method("int GetHashCode()", hash_code),
];

const MEMBERS: [Member; OWN.len() + conversions::OPERATORS.len()] = {
    let mut all = [OWN[0]; OWN.len() + conversions::OPERATORS.len()];
    let mut i = 0;
    while i < all.len() {
        all[i] = if i < OWN.len() { OWN[i] } else { conversions::OPERATORS[i - OWN.len()] };
        i += 1;
    }
    all
};

fn parent(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(value(node::node(cx.heap, this(args)?).parent))
}

fn root(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Object(edit::root_of(cx, this(args)?)?))
}

fn token_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let ty = node::node(cx.heap, this(args)?).token_type();
    Ok(Value::Enum(known::TOKEN_TYPE.id(), ty as i64))
}

fn has_values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Bool(node::node(cx.heap, this(args)?).count() > 0))
}

/// The sibling at a distance.
fn sibling(cx: &mut Cx<'_>, at: Ref, distance: isize) -> Result<Value, Throw> {
    let parent = node::node(cx.heap, at).parent;
    if parent == NONE {
        return Ok(Value::Null);
    }
    cx.charge(node::node(cx.heap, parent).count() / 8)?;
    let siblings = node::node(cx.heap, parent);
    let index = siblings.position(at).and_then(|i| i.checked_add_signed(distance));
    Ok(value(index.and_then(|i| siblings.child(i)).unwrap_or(NONE)))
}

fn next(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    sibling(cx, this(args)?, 1)
}

fn previous(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    sibling(cx, this(args)?, -1)
}

fn no_children(cx: &mut Cx<'_>, at: Ref) -> Throw {
    let ty = node::node(cx.heap, at).type_name();
    cx.throw(Exc::InvalidOperation, format!("Cannot access child value on {ty}."))
}

fn first(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let at = this(args)?;
    let node = node::node(cx.heap, at);
    if node.is_container() { Ok(value(node.child(0).unwrap_or(NONE))) } else { Err(no_children(cx, at)) }
}

fn last(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let at = this(args)?;
    let node = node::node(cx.heap, at);
    if !node.is_container() {
        return Err(no_children(cx, at));
    }
    Ok(value(node.count().checked_sub(1).and_then(|i| node.child(i)).unwrap_or(NONE)))
}

fn path(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let at = this(args)?;
    let mut above = at;
    while above != NONE {
        let node = node::node(cx.heap, above);
        above = node.parent;
        cx.charge(1 + node.count() / 8)?;
    }
    let path = node::path(cx.heap, at);
    cx.string_buf(&path)
}

/// A key as messages show it.
fn show_key(cx: &mut Cx<'_>, key: Value) -> Result<String, Throw> {
    if key.is_null() {
        return Ok("{null}".to_owned());
    }
    let text = to_text(cx, key)?;
    let text = cx.heap.text(text).to_utf8().into_owned();
    Ok(if let Value::String(_) = key { format!("\"{text}\"") } else { text })
}

/// `token[key]`.
pub(super) fn get_item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let at = this(args)?;
    match (&node::node(cx.heap, at).kind, arg(args, 1)) {
        (Kind::Object(_), Value::String(name)) => Ok(super::jobject::value_of(cx, at, name)),
        (Kind::Array(_) | Kind::Constructor(_), Value::Int32(index)) => super::jarray::item(cx, at, index),
        (Kind::Object(_) | Kind::Array(_) | Kind::Constructor(_), key) => Err(wrong_key(cx, at, key, "Accessed")?),
        _ => Err(no_children(cx, at)),
    }
}

pub(super) fn set_item(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let at = this(args)?;
    let item = token_arg(args, 2);
    match (&node::node(cx.heap, at).kind, arg(args, 1)) {
        (Kind::Object(_), Value::String(name)) => edit::set_property(cx, at, name, item)?,
        (Kind::Array(_) | Kind::Constructor(_), Value::Int32(index)) => {
            edit::set_at(cx, at, index, item)?;
        }
        (Kind::Object(_) | Kind::Array(_) | Kind::Constructor(_), key) => return Err(wrong_key(cx, at, key, "Set")?),
        _ => {
            let ty = node::node(cx.heap, at).type_name();
            return Err(cx.throw(Exc::InvalidOperation, format!("Cannot set child value on {ty}.")));
        }
    }
    Ok(Value::Null)
}

fn wrong_key(cx: &mut Cx<'_>, at: Ref, key: Value, verb: &str) -> Result<Throw, Throw> {
    if key.is_null() {
        return Ok(cx.argument_null("key"));
    }
    let (ty, wanted) = match node::node(cx.heap, at).kind {
        Kind::Object(_) => ("JObject", "Object property name"),
        Kind::Array(_) => ("JArray", "Int32 array index"),
        _ => ("JConstructor", "Argument position index"),
    };
    let key = show_key(cx, key)?;
    Ok(cx.throw(Exc::Argument, format!("{verb} {ty} values with invalid key value: {key}. {wanted} expected.")))
}

fn deep_equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let (a, b) = (token_arg(args, 0), token_arg(args, 1));
    Ok(Value::Bool(a == b || (a != NONE && b != NONE && compare::deep_equals(cx.heap, a, b, 0))))
}

fn parse(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    parse_as(cx, args, Wanted::Token)
}

/// `Parse(json)`: the settings' handling of comments and line information changes nothing that policies see.
pub(super) fn parse_as(cx: &mut Cx<'_>, args: &[Value], wanted: Wanted) -> Result<Value, Throw> {
    // The parameter is called `s` inside, where the null is noticed.
    let text = cx.string_arg(args, 0, "s")?;
    load::parse(cx, text, wanted)
}

fn from_object(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 0).is_null() {
        return Err(cx.argument_null("o"));
    }
    Ok(Value::Object(serialize::to_token(cx, arg(args, 0))?))
}

fn add_after_self(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    add_beside(cx, args, 1)
}

fn add_before_self(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    add_beside(cx, args, 0)
}

fn add_beside(cx: &mut Cx<'_>, args: &[Value], distance: usize) -> Result<Value, Throw> {
    let at = this(args)?;
    let parent = edit::parent_of(cx, at)?;
    cx.charge(node::node(cx.heap, parent).count() / 8)?;
    let index = node::node(cx.heap, parent).position(at).unwrap_or(0);
    edit::add(cx, parent, index + distance, arg(args, 1), 0)?;
    Ok(Value::Null)
}

fn enumerable(item: TypeId) -> TypeId {
    types::construct(TypeId::ENUMERABLE, &[item])
}

fn plain_tokens(cx: &mut Cx<'_>, items: Vec<Ref>) -> Result<Value, Throw> {
    edit::tokens(cx, enumerable(known::JTOKEN.id()), items)
}

fn ancestors_from(cx: &mut Cx<'_>, mut at: Ref) -> Result<Value, Throw> {
    let mut items = Vec::new();
    while at != NONE {
        items.push(at);
        at = node::node(cx.heap, at).parent;
    }
    plain_tokens(cx, items)
}

fn ancestors(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let parent = node::node(cx.heap, this(args)?).parent;
    ancestors_from(cx, parent)
}

fn ancestors_and_self(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    ancestors_from(cx, this(args)?)
}

/// The siblings before and after a token.
fn siblings(cx: &Cx<'_>, at: Ref) -> (Vec<Ref>, Vec<Ref>) {
    let parent = node::node(cx.heap, at).parent;
    if parent == NONE {
        return (Vec::new(), Vec::new());
    }
    let mut before = node::node(cx.heap, parent).children();
    let index = before.iter().position(|c| *c == at).unwrap_or(0);
    let after = before.split_off((index + 1).min(before.len()));
    before.pop();
    (before, after)
}

fn after_self(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let items = siblings(cx, this(args)?).1;
    plain_tokens(cx, items)
}

fn before_self(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let items = siblings(cx, this(args)?).0;
    plain_tokens(cx, items)
}

fn value_of_key(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let child = get_item(cx, args)?;
    let target = cx.type_arg(0);
    extensions::convert_token(cx, child, target)
}

fn children(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let items = node::node(cx.heap, this(args)?).children();
    let ty = edit::token_sequence();
    edit::tokens(cx, ty, items)
}

fn children_of_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let target = cx.type_arg(0);
    let mut items = node::node(cx.heap, this(args)?).children();
    items.retain(|at| deserialize::is_token_of(cx.heap, *at, target));
    let ty = types::construct(known::JENUMERABLE.id(), &[target]);
    edit::tokens(cx, ty, items)
}

fn values(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let at = this(args)?;
    if !node::node(cx.heap, at).is_container() {
        return Err(no_children(cx, at));
    }
    let target = cx.type_arg(0);
    let (ty, source) = (enumerable(target), Value::Object(at));
    Ok(cx.heap.new_native(sequence::Converted { ty, target, source, key: Value::Null, of: sequence::Of::Items })?)
}

fn remove(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    edit::remove(cx, this(args)?)?;
    Ok(Value::Null)
}

fn replace(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let at = this(args)?;
    let parent = edit::parent_of(cx, at)?;
    cx.charge(node::node(cx.heap, parent).count() / 8)?;
    let index = node::node(cx.heap, parent).position(at).unwrap_or(usize::MAX);
    edit::set(cx, parent, index, token_arg(args, 1))?;
    Ok(Value::Null)
}

fn to_string(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let at = this(args)?;
    if let Some((_, text @ Value::String(_))) = node::scalar(cx.heap, at) {
        return Ok(text);
    }
    let mut out = cx.heap.text_buf();
    write::to_string(cx, at, &mut out)?;
    cx.string_buf(&out)
}

fn to_string_formatted(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let at = this(args)?;
    let indented = settings::indented(cx, arg(args, 1))?;
    // There is no converter to make: one that is given is null, and is asked about the first value.
    if matches!(cx.heap.get(arg(args, 2)), Some(Object::Array(array)) if !array.items.is_empty()) {
        let all = sequence::descendants(cx, at, true)?;
        if all.into_iter().any(|at| matches!(node::scalar(cx.heap, at), Some((_, value)) if !value.is_null())) {
            return Err(cx.throw_default(Exc::NullReference));
        }
    }
    let mut out = TextBuf::with_capacity(128);
    write::token(cx, at, indented, &mut out)?;
    cx.string_buf(&out)
}

fn to_object(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let target = cx.type_arg(0);
    deserialize::to_object(cx, this(args)?, target)
}

fn to_object_of_type(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    match cx.heap.get(arg(args, 1)) {
        Some(crate::value::heap::Object::Type(target)) => {
            let target = *target;
            deserialize::to_object(cx, this(args)?, target)
        }
        _ => Err(cx.argument_null("objectType")),
    }
}

fn select(cx: &mut Cx<'_>, args: &[Value]) -> Result<Vec<Ref>, Throw> {
    let path = cx.string_arg(args, 1, "expression")?;
    query::select(cx, this(args)?, path, arg(args, 2) == Value::Bool(true))
}

fn select_token(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let found = select(cx, args)?;
    match found.as_slice() {
        [] => Ok(Value::Null),
        [only] => Ok(Value::Object(*only)),
        _ => Err(cx.throw(Exc::Json, "Path returned multiple tokens.")),
    }
}

fn select_tokens(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    if arg(args, 2) == Value::Bool(true) {
        // What does not match is told when it is gone through.
        let path = cx.string_arg(args, 1, "expression")?;
        query::check(cx, path)?;
        let ty = enumerable(known::JTOKEN.id());
        return Ok(cx.heap.new_native(sequence::Selected { ty, at: this(args)?, path })?);
    }
    let found = select(cx, args)?;
    plain_tokens(cx, found)
}

fn deep_clone(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Object(node::copy(cx.heap, this(args)?, 0)?))
}

fn equals(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let other = node::token(cx.heap, arg(args, 1));
    let at = this(args)?;
    Ok(Value::Bool(other.is_some_and(|other| compare::equals(cx.heap, at, other))))
}

fn hash_code(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    Ok(Value::Int32(super::hash(cx.heap, this(args)?) as u32 as i32))
}
