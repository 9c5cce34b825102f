//! The tree behind every JSON token: what a node is, and the operations that keep parents and children in step.
//!
//! A node has at most one parent. Properties are nodes of their own, as in Newtonsoft.Json, because policies hold and
//! change them; an object finds a property by comparing 32-bit hashes that lie side by side, and by a map when it has
//! many.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

use crate::exception::Trap;
use crate::types::TypeId;
use crate::value::heap::{Heap, Object};
use crate::value::text::{Str, TextBuf, TextRef};
use crate::value::{Ref, Value};

use super::known;

/// Greatest nesting that recursive operations follow; a document that is read has at most 64.
pub(super) const MAX_NESTING: usize = 1_000;

/// No node.
pub(super) const NONE: Ref = Ref(u32::MAX);

/// An object with more properties than this has a map of their names.
const LINEAR: usize = 64;

/// A node of a JSON tree.
#[derive(Debug)]
pub struct Node {
    /// `Parent`, or [`NONE`].
    pub(super) parent: Ref,
    /// What it is.
    pub(super) kind: Kind,
}

/// What a node is.
#[derive(Debug)]
pub(super) enum Kind {
    /// `JObject`.
    Object(Members),
    /// `JArray`.
    Array(Vec<Ref>),
    /// `JConstructor`.
    Constructor(Box<(Str, Vec<Ref>)>),
    /// `JProperty`.
    Property {
        /// `Name`.
        name: Str,
        /// Its [`hash_text`].
        hash: u32,
        /// `Value`; [`NONE`] only while the property is being made.
        value: Ref,
    },
    /// `JValue`, and `JRaw` when the type says so.
    Scalar {
        /// `Type`.
        ty: TokenType,
        /// `Value`.
        value: Value,
    },
}

/// The properties of an object in order.
#[derive(Debug, Default)]
pub(super) struct Members {
    /// Hash of the name, and the property.
    pub(super) entries: Vec<(u32, Ref)>,
    /// Position of the first property of each hash; made when it is first needed, dropped when positions change.
    index: Option<Box<FxHashMap<u32, u32>>>,
}

/// `JTokenType`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "each is the .NET value of the same name")]
pub enum TokenType {
    None,
    Object,
    Array,
    Constructor,
    Property,
    Comment,
    Integer,
    Float,
    String,
    Boolean,
    Null,
    Undefined,
    Date,
    Raw,
    Bytes,
    Guid,
    Uri,
    TimeSpan,
}

impl TokenType {
    /// Names in the order of their numbers.
    pub(super) const NAMES: [(&'static str, i64); 18] = [
        ("None", 0),
        ("Object", 1),
        ("Array", 2),
        ("Constructor", 3),
        ("Property", 4),
        ("Comment", 5),
        ("Integer", 6),
        ("Float", 7),
        ("String", 8),
        ("Boolean", 9),
        ("Null", 10),
        ("Undefined", 11),
        ("Date", 12),
        ("Raw", 13),
        ("Bytes", 14),
        ("Guid", 15),
        ("Uri", 16),
        ("TimeSpan", 17),
    ];

    /// The name of the enumeration value.
    pub(super) fn name(self) -> &'static str {
        Self::NAMES.get(self as usize).map_or("", |(name, _)| name)
    }
}

impl Node {
    /// The run-time type.
    #[must_use]
    pub fn type_id(&self) -> TypeId {
        match &self.kind {
            Kind::Object(_) => known::JOBJECT.id(),
            Kind::Array(_) => known::JARRAY.id(),
            Kind::Constructor(_) => known::JCONSTRUCTOR.id(),
            Kind::Property { .. } => known::JPROPERTY.id(),
            Kind::Scalar { ty: TokenType::Raw, .. } => known::JRAW.id(),
            Kind::Scalar { .. } => known::JVALUE.id(),
        }
    }

    /// `Type`.
    #[must_use]
    pub fn kind(&self) -> TokenType {
        self.token_type()
    }

    /// Its `JTokenType`.
    pub(super) fn token_type(&self) -> TokenType {
        match &self.kind {
            Kind::Object(_) => TokenType::Object,
            Kind::Array(_) => TokenType::Array,
            Kind::Constructor(_) => TokenType::Constructor,
            Kind::Property { .. } => TokenType::Property,
            Kind::Scalar { ty, .. } => *ty,
        }
    }

    /// The full name of the run-time type, for messages.
    pub(super) fn type_name(&self) -> &'static str {
        match &self.kind {
            Kind::Object(_) => "Newtonsoft.Json.Linq.JObject",
            Kind::Array(_) => "Newtonsoft.Json.Linq.JArray",
            Kind::Constructor(_) => "Newtonsoft.Json.Linq.JConstructor",
            Kind::Property { .. } => "Newtonsoft.Json.Linq.JProperty",
            Kind::Scalar { ty: TokenType::Raw, .. } => "Newtonsoft.Json.Linq.JRaw",
            Kind::Scalar { .. } => "Newtonsoft.Json.Linq.JValue",
        }
    }

    /// True for what can have children.
    pub(super) fn is_container(&self) -> bool {
        !matches!(self.kind, Kind::Scalar { .. })
    }

    /// Number of children.
    pub(super) fn count(&self) -> usize {
        match &self.kind {
            Kind::Object(members) => members.entries.len(),
            Kind::Array(items) => items.len(),
            Kind::Constructor(parts) => parts.1.len(),
            Kind::Property { value, .. } => usize::from(*value != NONE),
            Kind::Scalar { .. } => 0,
        }
    }

    /// The child at a position.
    pub(super) fn child(&self, at: usize) -> Option<Ref> {
        match &self.kind {
            Kind::Object(members) => members.entries.get(at).map(|e| e.1),
            Kind::Array(items) => items.get(at).copied(),
            Kind::Constructor(parts) => parts.1.get(at).copied(),
            Kind::Property { value, .. } => (at == 0 && *value != NONE).then_some(*value),
            Kind::Scalar { .. } => None,
        }
    }

    /// Position of a child.
    pub(super) fn position(&self, child: Ref) -> Option<usize> {
        match &self.kind {
            Kind::Object(members) => members.entries.iter().position(|e| e.1 == child),
            Kind::Array(items) => items.iter().position(|c| *c == child),
            Kind::Constructor(parts) => parts.1.iter().position(|c| *c == child),
            Kind::Property { value, .. } => (*value == child).then_some(0),
            Kind::Scalar { .. } => None,
        }
    }

    /// All children.
    pub(super) fn children(&self) -> Vec<Ref> {
        match &self.kind {
            Kind::Object(members) => members.entries.iter().map(|e| e.1).collect(),
            Kind::Array(items) => items.clone(),
            Kind::Constructor(parts) => parts.1.clone(),
            Kind::Property { value, .. } if *value != NONE => vec![*value],
            _ => Vec::new(),
        }
    }
}

/// A node that stands for a handle that is none, so that reading never fails.
static STRANGER: Node = Node { parent: NONE, kind: Kind::Scalar { ty: TokenType::Undefined, value: Value::Null } };

/// The node behind a handle.
pub(super) fn node(heap: &Heap, at: Ref) -> &Node {
    match heap.object(at) {
        Object::Json(node) => node,
        _ => &STRANGER,
    }
}

/// The node behind a handle, to change it.
pub(super) fn node_mut(heap: &mut Heap, at: Ref) -> Option<&mut Node> {
    match heap.object_mut(at) {
        Some(Object::Json(node)) => Some(node),
        _ => None,
    }
}

/// The token a value is, if it is one.
pub(super) fn token(heap: &Heap, value: Value) -> Option<Ref> {
    match value {
        Value::Object(at) if matches!(heap.object(at), Object::Json(_)) => Some(at),
        _ => None,
    }
}

/// A new node without parent.
pub(super) fn new(heap: &mut Heap, kind: Kind) -> Result<Ref, Trap> {
    heap.new_object(Object::Json(Node { parent: NONE, kind }))
}

/// A new `JValue`.
pub(super) fn new_scalar(heap: &mut Heap, ty: TokenType, value: Value) -> Result<Ref, Trap> {
    new(heap, Kind::Scalar { ty, value })
}

/// Sets a node's parent; the parent's children are the caller's business.
pub(super) fn set_parent(heap: &mut Heap, child: Ref, parent: Ref) {
    if let Some(node) = node_mut(heap, child) {
        node.parent = parent;
    }
}

/// Name and value of a property.
pub(super) fn property(heap: &Heap, at: Ref) -> Option<(Str, Ref)> {
    match node(heap, at).kind {
        Kind::Property { name, value, .. } => Some((name, value)),
        _ => None,
    }
}

/// A `JProperty` gives its value, everything else itself.
pub(super) fn through_property(heap: &Heap, at: Ref) -> Ref {
    match node(heap, at).kind {
        Kind::Property { value, .. } if value != NONE => value,
        _ => at,
    }
}

/// Type and value of a `JValue`.
pub(super) fn scalar(heap: &Heap, at: Ref) -> Option<(TokenType, Value)> {
    match node(heap, at).kind {
        Kind::Scalar { ty, value } => Some((ty, value)),
        _ => None,
    }
}

/// Where the hashes of names begin and what they are multiplied by: others in each process, so that nobody can choose
/// names that collide. Nothing that a program sees depends on it.
static KEYS: LazyLock<[u64; 2]> = LazyLock::new(|| [1, 2].map(|n: u64| RandomState::new().hash_one(n) | 1));

/// A hash of a text that is the same for both of its forms.
pub(super) fn hash_text(text: TextRef<'_>) -> u32 {
    let [start, key] = *KEYS;
    // Both halves of the product: what is in one word cannot be undone by what is in the next without the key.
    let mix = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * u128::from(key);
        product as u64 ^ (product >> 64) as u64
    };
    let bytes = |hash: u64, chunk: &[u8]| {
        let mut word = [0; 8];
        match word.get_mut(..chunk.len()) {
            Some(head) => {
                head.copy_from_slice(chunk);
                mix(hash, u64::from_le_bytes(word))
            }
            None => hash,
        }
    };
    let mut hash = start.wrapping_add(text.len() as u64);
    match text {
        TextRef::Ascii(all) => {
            for chunk in all.chunks(8) {
                hash = bytes(hash, chunk);
            }
        }
        TextRef::Wide(all) if all.iter().all(|u| *u < 128) => {
            for chunk in all.chunks(8) {
                let mut narrow = [0; 8];
                narrow.iter_mut().zip(chunk).for_each(|(n, u)| *n = *u as u8);
                hash = bytes(hash, narrow.get(..chunk.len()).unwrap_or_default());
            }
        }
        TextRef::Wide(all) => all.iter().for_each(|u| hash = mix(hash, u64::from(*u))),
    }
    (hash >> 32) as u32 ^ hash as u32
}

/// The property of that name.
pub(super) fn find(heap: &mut Heap, object: Ref, name: Str) -> Option<Ref> {
    let hash = hash_text(heap.text(name));
    let Kind::Object(members) = &node(heap, object).kind else { return None };
    if members.entries.len() > LINEAR && members.index.is_none() {
        build_index(heap, object);
    }
    find_hashed(heap, object, heap.text(name), hash)
}

/// The property of that name, by hash; for callers that cannot change the heap.
pub(super) fn find_hashed(heap: &Heap, object: Ref, name: TextRef<'_>, hash: u32) -> Option<Ref> {
    let Kind::Object(members) = &node(heap, object).kind else { return None };
    let same = |at: &Ref| property(heap, *at).is_some_and(|(other, _)| heap.text(other).equals(name));
    if let Some(index) = &members.index {
        let first = members.entries.get(*index.get(&hash)? as usize)?;
        if same(&first.1) {
            return Some(first.1);
        }
    }
    members.entries.iter().filter(|e| e.0 == hash).map(|e| e.1).find(same)
}

fn build_index(heap: &mut Heap, object: Ref) {
    if let Some(Node { kind: Kind::Object(members), .. }) = node_mut(heap, object) {
        let mut index = FxHashMap::default();
        for (at, (hash, _)) in members.entries.iter().enumerate() {
            index.entry(*hash).or_insert(u32::try_from(at).unwrap_or(u32::MAX));
        }
        members.index = Some(Box::new(index));
    }
}

/// Puts a child at a position (at most the number of children) and makes the node its parent. The caller has checked
/// that the child may be there.
pub(super) fn insert(heap: &mut Heap, parent: Ref, at: usize, child: Ref) -> Result<(), Trap> {
    heap.charge(size_of::<(u32, Ref)>())?;
    let hash = match node(heap, child).kind {
        Kind::Property { hash, .. } => hash,
        _ => 0,
    };
    set_parent(heap, child, parent);
    let Some(node) = node_mut(heap, parent) else { return Ok(()) };
    match &mut node.kind {
        Kind::Object(members) => {
            let end = members.entries.len();
            if at >= end {
                if let Some(index) = &mut members.index {
                    index.entry(hash).or_insert(u32::try_from(end).unwrap_or(u32::MAX));
                }
            } else {
                members.index = None;
            }
            members.entries.insert(at.min(end), (hash, child));
        }
        Kind::Array(items) => items.insert(at.min(items.len()), child),
        Kind::Constructor(parts) => parts.1.insert(at.min(parts.1.len()), child),
        Kind::Property { value, .. } => *value = child,
        Kind::Scalar { .. } => {}
    }
    Ok(())
}

/// Takes the child at a position out and leaves it without parent.
pub(super) fn remove_at(heap: &mut Heap, parent: Ref, at: usize) {
    let Some(child) = node(heap, parent).child(at) else { return };
    if let Some(node) = node_mut(heap, parent) {
        match &mut node.kind {
            Kind::Object(members) => {
                members.index = None;
                members.entries.remove(at);
            }
            Kind::Array(items) => drop(items.remove(at)),
            Kind::Constructor(parts) => drop(parts.1.remove(at)),
            Kind::Property { .. } | Kind::Scalar { .. } => {}
        }
    }
    set_parent(heap, child, NONE);
}

/// Puts another child in the place of the one at a position.
pub(super) fn replace_at(heap: &mut Heap, parent: Ref, at: usize, child: Ref) {
    let Some(old) = node(heap, parent).child(at) else { return };
    let hash = match node(heap, child).kind {
        Kind::Property { hash, .. } => hash,
        _ => 0,
    };
    set_parent(heap, old, NONE);
    set_parent(heap, child, parent);
    let Some(node) = node_mut(heap, parent) else { return };
    match &mut node.kind {
        Kind::Object(members) => {
            members.index = None;
            if let Some(slot) = members.entries.get_mut(at) {
                *slot = (hash, child);
            }
        }
        Kind::Array(items) => {
            if let Some(slot) = items.get_mut(at) {
                *slot = child;
            }
        }
        Kind::Constructor(parts) => {
            if let Some(slot) = parts.1.get_mut(at) {
                *slot = child;
            }
        }
        Kind::Property { value, .. } => *value = child,
        Kind::Scalar { .. } => {}
    }
}

/// Removes all children.
pub(super) fn clear(heap: &mut Heap, parent: Ref) {
    for child in node(heap, parent).children() {
        set_parent(heap, child, NONE);
    }
    if let Some(node) = node_mut(heap, parent) {
        match &mut node.kind {
            Kind::Object(members) => *members = Members::default(),
            Kind::Array(items) => items.clear(),
            Kind::Constructor(parts) => parts.1.clear(),
            Kind::Property { .. } | Kind::Scalar { .. } => {}
        }
    }
}

/// The node at the top of the tree, and how far away it is.
pub(super) fn root(heap: &Heap, mut at: Ref) -> (Ref, usize) {
    let mut steps = 0;
    loop {
        let parent = node(heap, at).parent;
        if parent == NONE {
            return (at, steps);
        }
        (at, steps) = (parent, steps + 1);
    }
}

/// A deep copy without parent.
pub(super) fn copy(heap: &mut Heap, at: Ref, depth: usize) -> Result<Ref, Trap> {
    if depth > MAX_NESTING {
        return Err(Trap::Depth);
    }
    let children = node(heap, at).children();
    let kind = match &node(heap, at).kind {
        Kind::Scalar { ty, value } => return new_scalar(heap, *ty, *value),
        Kind::Property { name, hash, .. } => Kind::Property { name: *name, hash: *hash, value: NONE },
        Kind::Object(_) => Kind::Object(Members::default()),
        Kind::Array(_) => Kind::Array(Vec::with_capacity(children.len())),
        Kind::Constructor(parts) => Kind::Constructor(Box::new((parts.0, Vec::new()))),
    };
    let made = new(heap, kind)?;
    for (i, child) in children.into_iter().enumerate() {
        let child = copy(heap, child, depth + 1)?;
        insert(heap, made, i, child)?;
    }
    Ok(made)
}

/// `Path`: how to get from the root to the node.
pub(super) fn path(heap: &Heap, at: Ref) -> TextBuf {
    let mut steps = Vec::new();
    let (mut previous, mut current) = (NONE, at);
    while current != NONE {
        let node = node(heap, current);
        match &node.kind {
            Kind::Property { name, .. } => steps.push(Step::Name(*name)),
            Kind::Array(_) | Kind::Constructor(_) if previous != NONE => {
                steps.push(Step::Index(node.position(previous).map_or(-1, |i| i as i64)));
            }
            _ => {}
        }
        (previous, current) = (current, node.parent);
    }
    let mut out = heap.text_buf();
    if node(heap, at).parent != NONE {
        steps.iter().rev().for_each(|step| step.write(heap, &mut out));
    }
    out
}

/// A step of a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// A property's name.
    Name(Str),
    /// A position.
    Index(i64),
}

impl Step {
    /// Appends the step: `.name`, `['a b']` or `[3]`.
    pub(super) fn write(self, heap: &Heap, out: &mut TextBuf) {
        match self {
            Self::Index(index) => out.push_str(&format!("[{index}]")),
            Self::Name(name) => {
                let text = heap.text(name);
                if text.units().any(is_special) {
                    out.push_str("['");
                    super::write::escape(text, u16::from(b'\''), out);
                    out.push_str("']");
                } else {
                    if !out.is_empty() {
                        out.push_str(".");
                    }
                    out.push_text(text);
                }
            }
        }
    }
}

fn is_special(unit: u16) -> bool {
    const BYTES: &[u8] = b". '/\"[]()\t\n\r\x0c\x08\\";
    match u8::try_from(unit) {
        Ok(0x85) => true,
        Ok(byte) => BYTES.contains(&byte),
        Err(_) => matches!(unit, 0x2028 | 0x2029),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two names that have one hash where every step of it is known and can be undone.
    #[test]
    fn names_cannot_be_chosen_to_collide() {
        const SEED: u64 = 0x51_7c_c1_b7_27_22_0a_95;
        let mix = |hash: u64, word: u64| (hash.rotate_left(5) ^ word).wrapping_mul(SEED);
        let word = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
        let (begin, first, end) = (16, word(b"00000000"), word(b"bbbbbbbb"));
        let other = (1..1_000_000_u64).find_map(|n| {
            let begins = word(format!("{n:08}").as_bytes().first_chunk()?);
            let ends = end ^ mix(begin, first).rotate_left(5) ^ mix(begin, begins).rotate_left(5);
            ends.to_le_bytes().is_ascii().then_some((begins, ends))
        });
        let Some((begins, ends)) = other else { panic!("there are such names") };
        let all = |a: u64, b: u64| [a.to_le_bytes(), b.to_le_bytes()].concat();
        assert_eq!(mix(mix(begin, first), end), mix(mix(begin, begins), ends));
        let (one, two) = (all(first, end), all(begins, ends));
        assert_ne!(hash_text(TextRef::Ascii(&one)), hash_text(TextRef::Ascii(&two)));
    }
}
