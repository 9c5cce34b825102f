//! Sequences of tokens: going through a container, the results of `Children`, `Properties` and the like, and the pairs
//! that `foreach` over a `JObject` gives.

use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::types::{self, TypeId};
use crate::value::heap::{Heap, NetObject, Object};
use crate::value::sequence::{Enumerator, Iter, Places, iterate};
use crate::value::text::Str;
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
        self.index = self.index.saturating_add(1);
        Ok(child.map(Value::Object))
    }
    fn advance(&mut self, _: &mut Cx<'_>, count: usize) -> Result<(), Throw> {
        self.index = self.index.saturating_add(count);
        Ok(())
    }
    fn places(&self) -> Places {
        Places::List
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
    pub(super) of: Of,
}

/// What of each item of the source is converted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    /// Itself.
    Items,
    /// What is in it, or itself when it is no container.
    Values,
    /// What is in it.
    Children,
}

impl NetObject for Converted {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn iterate(&self, _: Value) -> Option<Iter> {
        let (target, source, key, of) = (self.target, self.source, self.key, self.of);
        Some(Iter::Lazy(Box::new(Conversions { target, source, key, of, items: None, waiting: Vec::new() })))
    }
}

#[derive(Debug)]
struct Conversions {
    target: TypeId,
    source: Value,
    key: Value,
    of: Of,
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
                None if self.source.is_null() => return Err(cx.argument_null("source")),
                empty => empty.insert(iterate(cx, self.source)?),
            };
            cx.charge(1)?;
            let Some(item) = items.next(cx)? else { return Ok(None) };
            self.waiting = match (self.of, node::token(cx.heap, item)) {
                (Of::Items, _) => return super::extensions::convert_token(cx, item, self.target).map(Some),
                (Of::Values, _) => super::extensions::values_in(cx, item, self.key)?,
                (Of::Children, Some(at)) => node::node(cx.heap, at).children(),
                (Of::Children, None) => return Err(cx.throw_default(Exc::NullReference)),
            };
            self.waiting.reverse();
        }
    }
}

/// `SelectTokens(path, true)`: the path is followed when the first token is asked for.
#[derive(Debug)]
pub(super) struct Selected {
    /// The static type of the sequence.
    pub(super) ty: TypeId,
    /// Where the path begins.
    pub(super) at: Ref,
    /// A path that can be read.
    pub(super) path: Str,
}

impl NetObject for Selected {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn iterate(&self, _: Value) -> Option<Iter> {
        Some(Iter::Lazy(Box::new(Selection { at: self.at, path: self.path, found: None })))
    }
}

#[derive(Debug)]
struct Selection {
    at: Ref,
    path: Str,
    found: Option<std::vec::IntoIter<Ref>>,
}

impl Enumerator for Selection {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let found = match &mut self.found {
            Some(found) => found,
            None => self.found.insert(super::query::select(cx, self.at, self.path, true)?.into_iter()),
        };
        Ok(found.next().map(Value::Object))
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
    fn iterate(&self, this: Value) -> Option<Iter> {
        Some(Iter::held(this))
    }
    fn items(&self) -> &[Value] {
        &self.items
    }
}

/// `JEnumerable<T>.Empty`
pub(super) fn empty(cx: &mut Cx<'_>, _: &[Value]) -> Result<Value, Throw> {
    let ty = types::construct(known::JENUMERABLE.id(), &[cx.type_arg(0)]);
    Ok(cx.heap.single("JEnumerable.Empty", ty, Tokens { ty, items: [].into() })?)
}

/// `new JEnumerable<T>(enumerable)`: the sequence under another name.
pub(super) fn wrapped(cx: &mut Cx<'_>, args: &[Value]) -> Result<Value, Throw> {
    let source = crate::cx::arg(args, 0);
    if source.is_null() {
        return Err(cx.argument_null("enumerable"));
    }
    let ty = types::construct(known::JENUMERABLE.id(), &[cx.type_arg(0)]);
    Ok(cx.heap.new_native(Wrapped { ty, source })?)
}

#[derive(Debug)]
struct Wrapped {
    ty: TypeId,
    source: Value,
}

impl NetObject for Wrapped {
    fn net_type(&self) -> TypeId {
        self.ty
    }
    fn iterate(&self, _: Value) -> Option<Iter> {
        Some(Iter::Lazy(Box::new(Unwrapped { source: self.source, items: None })))
    }
    fn equals(&self, heap: &Heap, other: Value) -> Option<bool> {
        Some(heap.native::<Self>(other).is_some_and(|other| other.source == self.source))
    }
}

#[derive(Debug)]
struct Unwrapped {
    source: Value,
    items: Option<Iter>,
}

impl Enumerator for Unwrapped {
    fn next(&mut self, cx: &mut Cx<'_>) -> Result<Option<Value>, Throw> {
        let items = match &mut self.items {
            Some(items) => items,
            empty => empty.insert(iterate(cx, self.source)?),
        };
        items.next(cx)
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
