//! Equality, hashes and order by an `IEqualityComparer<T>` or `IComparer<T>`: the default one, or that of an object.
//!
//! Expressions cannot declare classes, so every comparer is one of the library's own and is known by its
//! [`ComparerKind`]. `null` stands for the default comparer, as it does in every .NET member that takes one.

use std::cmp::Ordering;
use std::hash::{BuildHasher, Hasher};

use super::Value;
use super::heap::{Heap, Object};
use super::text::TextRef;
use super::{behaviour, text::Str};
use crate::cx::{AT_ONCE, Cx};
use crate::exception::Throw;

/// What a comparer object does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ComparerKind {
    /// `EqualityComparer<T>.Default`, `Comparer<T>.Default`.
    #[default]
    Default,
    /// `StringComparer.Ordinal`.
    Ordinal,
    /// `StringComparer.OrdinalIgnoreCase`.
    OrdinalIgnoreCase,
    /// `XNodeEqualityComparer`: nodes are equal when their trees are.
    XmlTree,
}

/// What the comparer given does; the default for null.
#[must_use]
pub fn kind_of(heap: &Heap, comparer: Value) -> ComparerKind {
    match heap.get(comparer) {
        Some(Object::Native(object)) => object.comparer().unwrap_or_default(),
        _ => ComparerKind::Default,
    }
}

/// `comparer.Equals(a, b)`.
///
/// # Errors
/// When a budget is exhausted.
pub fn equals_with(cx: &mut Cx<'_>, comparer: Value, a: Value, b: Value) -> Result<bool, Throw> {
    let kind = kind_of(cx.heap, comparer);
    equals(cx, kind, a, b)
}

/// `comparer.GetHashCode(value)` in more bits; 0 for null.
///
/// # Errors
/// When a budget is exhausted.
pub fn hash_with(cx: &mut Cx<'_>, comparer: Value, value: Value) -> Result<u64, Throw> {
    let kind = kind_of(cx.heap, comparer);
    hash(cx, kind, value)
}

/// `comparer.Compare(a, b)`.
///
/// # Errors
/// `ArgumentException` when there is no order between the two.
pub fn compare_with(cx: &mut Cx<'_>, comparer: Value, a: Value, b: Value) -> Result<Ordering, Throw> {
    let kind = kind_of(cx.heap, comparer);
    compare(cx, kind, a, b)
}

/// Equality by a kind of comparer.
///
/// # Errors
/// When a budget is exhausted.
pub fn equals(cx: &mut Cx<'_>, kind: ComparerKind, a: Value, b: Value) -> Result<bool, Throw> {
    match (a, b) {
        (Value::String(a), Value::String(b)) => {
            if a.len() == b.len() {
                charge_units(cx, kind, a.len())?;
            }
            Ok(strings_equal(cx.heap, kind, a, b))
        }
        (Value::Int32(a), Value::Int32(b)) => Ok(a == b),
        (Value::Null, b) => Ok(b.is_null()),
        (_, Value::Null) => Ok(false),
        _ if kind == ComparerKind::XmlTree => crate::library::xml::trees_equal(cx, a, b),
        _ => behaviour::equals(cx, a, b),
    }
}

/// Pays for looking at so many units of two texts.
fn charge_units(cx: &mut Cx<'_>, kind: ComparerKind, units: usize) -> Result<(), Throw> {
    // Short ones are part of what looks at them.
    if units <= AT_ONCE {
        return Ok(());
    }
    // Case by case it is slower.
    cx.charge(if kind == ComparerKind::OrdinalIgnoreCase { units / 4 } else { units / 16 })
}

/// Equality of two strings by a kind of comparer.
#[must_use]
pub fn strings_equal(heap: &Heap, kind: ComparerKind, a: Str, b: Str) -> bool {
    let (a, b) = (heap.text(a), heap.text(b));
    match kind {
        ComparerKind::OrdinalIgnoreCase => a.equals_ignore_case(b),
        _ => a.equals(b),
    }
}

/// The hash of a string by a kind of comparer. It never leaves the process and no order depends on it.
#[must_use]
pub fn hash_string(heap: &Heap, kind: ComparerKind, s: Str) -> u64 {
    let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
    match (heap.text(s), kind) {
        (TextRef::Ascii(bytes), ComparerKind::OrdinalIgnoreCase) => {
            bytes.iter().for_each(|b| hasher.write_u8(b.to_ascii_uppercase()));
        }
        (TextRef::Wide(units), ComparerKind::OrdinalIgnoreCase) => {
            TextRef::Wide(units).folded().for_each(|u| write(&mut hasher, u))
        }
        (TextRef::Ascii(bytes), _) => bytes.iter().for_each(|b| hasher.write_u8(*b)),
        // A slice of a text beyond ASCII may itself be ASCII and equal to one stored in bytes.
        (TextRef::Wide(units), _) => units.iter().for_each(|u| write(&mut hasher, *u)),
    }
    hasher.finish()
}

fn write(hasher: &mut rustc_hash::FxHasher, unit: u16) {
    match u8::try_from(unit) {
        Ok(byte) if byte < 128 => hasher.write_u8(byte),
        _ => hasher.write_u16(unit),
    }
}

/// The hash by a kind of comparer; 0 for null.
///
/// # Errors
/// When a budget is exhausted.
pub fn hash(cx: &mut Cx<'_>, kind: ComparerKind, value: Value) -> Result<u64, Throw> {
    match value {
        Value::Null => Ok(0),
        Value::String(s) => {
            cx.charge(s.len() / 16)?;
            Ok(hash_string(cx.heap, kind, s))
        }
        Value::Int32(n) => {
            let mut hasher = rustc_hash::FxBuildHasher.build_hasher();
            hasher.write_i32(n);
            Ok(hasher.finish())
        }
        _ if kind == ComparerKind::XmlTree => crate::library::xml::tree_hash(cx, value),
        other => behaviour::hash(cx, other),
    }
}

/// Order by a kind of comparer; null is less than everything.
///
/// # Errors
/// `ArgumentException` when there is no order between the two.
pub fn compare(cx: &mut Cx<'_>, kind: ComparerKind, a: Value, b: Value) -> Result<Ordering, Throw> {
    match (a, b) {
        (Value::Int32(a), Value::Int32(b)) => Ok(a.cmp(&b)),
        (Value::String(a), Value::String(b)) => {
            charge_units(cx, kind, a.len().min(b.len()))?;
            let (a, b) = (cx.heap.text(a), cx.heap.text(b));
            Ok(match kind {
                ComparerKind::OrdinalIgnoreCase => a.compare_ignore_case(b),
                _ => a.compare(b),
            })
        }
        (Value::Null, Value::Null) => Ok(Ordering::Equal),
        (Value::Null, _) => Ok(Ordering::Less),
        (_, Value::Null) => Ok(Ordering::Greater),
        _ => behaviour::compare(cx, a, b),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::check;

    #[test]
    fn equal_strings_have_equal_hashes_however_they_are_stored() {
        check::with_cx(&[], |cx| {
            let Ok(narrow) = cx.heap.new_str("Key") else { panic!() };
            let Ok(wide) = cx.heap.new_str("éKEY") else { panic!() };
            let part = wide.slice(1, 4);
            let kind = ComparerKind::OrdinalIgnoreCase;
            assert!(strings_equal(cx.heap, kind, narrow, part));
            assert_eq!(hash_string(cx.heap, kind, narrow), hash_string(cx.heap, kind, part));
            assert!(!strings_equal(cx.heap, ComparerKind::Ordinal, narrow, part));
        });
    }
}
