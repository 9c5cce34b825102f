//! Sequences of tokens: going through a container, the results of `Children`, `Properties` and the like, and the pairs
//! that `foreach` over a `JObject` gives.

use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::types::{self, TypeId};
use crate::value::heap::{Heap, NetObject, Object};
use crate::value::sequence::{Enumerator, Iter, iterate};
use crate::value::{Ref, Value};

use super::known;
use super::node::{self, Kind};

/// Begins to go through a token's children.
#[must_use]
pub fn iterate_node(heap: &Heap, at: Ref) -> Option<Iter> {
    let node = node::node(heap, at);
    Some(Iter::Lazy(Box::new(Children { at, index: 0, count: node.count() })))
}

/// Through the children where they are: nothing is copied.
#[derive(Debug)]
struct Children {
    at: Ref,
    index: usize,
    count: usize,
}

impl Enumerator for Children {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let node = node::node(cx.heap, self.at);
        if node.count() != self.count {
            return Err(modified(cx));
        }
        let child = node.child(self.index);
        self.index += 1;
        Ok(child.map(Value::Object))
    }
}

fn modified(cx: &mut Cx<'_>) -> Throw {
    cx.throw(Exc::InvalidOperation, "Collection was modified; enumeration operation may not execute.")
}

/// `JObject.GetEnumerator()`: pairs of names and values.
#[derive(Debug)]
pub(super) struct Pairs {
    /// The object.
    pub(super) object: Ref,
    /// Where somebody stands who goes through them by hand; null for nobody.
    pub(super) cursor: Value,
}

/// The place that the pairs of an object keep for who goes through them by hand; `None` for anything else.
pub(in crate::library) fn kept_cursor(heap: &mut Heap, pairs: Value) -> Option<&mut Value> {
    heap.native_mut::<Pairs>(pairs).map(|pairs| &mut pairs.cursor)
}

/// `KeyValuePair<string, JToken>`.
pub(super) fn pair_type() -> TypeId {
    types::construct(TypeId::KEY_VALUE_PAIR, &[TypeId::STRING, known::JTOKEN.id()])
}

impl NetObject for Pairs {
    fn net_type(&self) -> TypeId {
        types::construct(TypeId::ENUMERABLE, &[pair_type()])
    }
    fn iterate(&self, _: Value) -> Option<Iter> {
        Some(Iter::Lazy(Box::new(PairsOf { object: self.object, index: 0, count: None, ty: pair_type() })))
    }
}

/// `Values<U>(source, key)`: each token is converted when it is its turn.
#[derive(Debug)]
pub(super) struct Converted {
    /// `IEnumerable<U>`, and `U`.
    pub(super) ty: TypeId,
    pub(super) target: TypeId,
    pub(super) source: Value,
    pub(super) key: Value,
    /// The items of the source are converted themselves, not what is in them.
    pub(super) is_own: bool,
}

impl NetObject for Converted {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn iterate(&self, _: Value) -> Option<Iter> {
        let (target, source, key, is_own) = (self.target, self.source, self.key, self.is_own);
        Some(Iter::Lazy(Box::new(Conversions { target, source, key, is_own, items: None, waiting: Vec::new() })))
    }
}

#[derive(Debug)]
struct Conversions {
    target: TypeId,
    source: Value,
    key: Value,
    is_own: bool,
    items: Option<Iter>,
    /// Tokens to convert, the next one last.
    waiting: Vec<Ref>,
}

impl Enumerator for Conversions {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        loop {
            if let Some(token) = self.waiting.pop() {
                return super::extensions::convert_token(cx, Value::Object(token), self.target).map(Some);
            }
            let items = match &mut self.items {
                Some(items) => items,
                empty => empty.insert(iterate(cx, self.source)?),
            };
            cx.charge(1)?;
            let Some(item) = items.next(cx)? else { return Ok(None) };
            if self.is_own {
                return super::extensions::convert_token(cx, item, self.target).map(Some);
            }
            self.waiting = super::extensions::values_in(cx, item, self.key)?;
            self.waiting.reverse();
        }
    }
}

#[derive(Debug)]
struct PairsOf {
    object: Ref,
    index: usize,
    count: Option<usize>,
    ty: TypeId,
}

impl Enumerator for PairsOf {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let node = node::node(cx.heap, self.object);
        if *self.count.get_or_insert(node.count()) != node.count() {
            return Err(modified(cx));
        }
        let property = node.child(self.index).and_then(|at| node::property(cx.heap, at));
        self.index += 1;
        let Some((name, value)) = property else { return Ok(None) };
        let pair = Object::Pair { ty: self.ty, key: Value::String(name), value: Value::Object(value) };
        Ok(Some(Value::Object(cx.heap.new_object(pair)?)))
    }
}

/// Tokens found before.
#[derive(Debug)]
pub(super) struct Tokens {
    /// The static type of the sequence.
    pub(super) ty: TypeId,
    /// The tokens.
    pub(super) items: Box<[Value]>,
}

impl NetObject for Tokens {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn iterate(&self, _: Value) -> Option<Iter> {
        Some(Iter::Items(Vec::from(&*self.items).into_iter()))
    }
}

/// All descendants in document order, the node itself first when `own`.
pub(super) fn descendants(cx: &mut Cx<'_>, at: Ref, own: bool) -> Result<Vec<Ref>, Throw> {
    let mut found = Vec::new();
    let mut open = vec![at];
    while let Some(next) = open.pop() {
        let children = node::node(cx.heap, next).children();
        cx.charge(1 + children.len())?;
        if own || next != at {
            found.push(next);
        }
        open.extend(children.into_iter().rev());
    }
    Ok(found)
}

/// The properties of an object.
pub(super) fn properties(heap: &Heap, at: Ref) -> Vec<Ref> {
    match &node::node(heap, at).kind {
        Kind::Object(members) => members.entries.iter().map(|e| e.1).collect(),
        _ => Vec::new(),
    }
}
