//! Run-time type tests: `is`, `as`, casts of objects, `Cast<T>` and `OfType<T>`.

use std::cell::RefCell;

use rustc_hash::FxHashMap;

use super::heap::{Heap, Object};
use super::{Value, behaviour};
use crate::cx::Cx;
use crate::exception::{Exc, Throw};
use crate::library::{self, DefId, TypeDefKind};
use crate::types::{self, Type, TypeId};

/// `value is T`: false for null, the exact type for value types, else any conversion by reference.
#[must_use]
pub fn is_instance(heap: &Heap, value: Value, target: TypeId) -> bool {
    match value {
        Value::Null => return false,
        _ if target == TypeId::OBJECT => return true,
        Value::String(_) if target == TypeId::STRING => return true,
        Value::Int32(_) if target == TypeId::INT32 => return true,
        // An array's own type is not interned each time it is asked for.
        Value::Object(handle) => match (heap.object(handle), types::get(target)) {
            (Object::Array(array), Type::Array { element, rank: 1 }) if array.element == *element => return true,
            (Object::Bytes(_), Type::Array { element: TypeId::BYTE, rank: 1 }) => return true,
            _ => {}
        },
        _ => {}
    }
    behaviour::type_of(heap, value).is_some_and(|actual| is_assignable(actual, target))
}

/// `(T)value` for a value whose static type is `object`, an interface or a base class.
///
/// # Errors
/// `InvalidCastException`; `NullReferenceException` when null is unboxed.
pub fn cast(cx: &mut Cx<'_>, value: Value, target: TypeId) -> Result<Value, Throw> {
    if value.is_null() {
        return if accepts_null(target) { Ok(value) } else { Err(cx.throw_default(Exc::NullReference)) };
    }
    if is_instance(cx.heap, value, target) {
        return Ok(value);
    }
    if let Some(value) = unbox_enum(value, target) {
        return Ok(value);
    }
    let actual = behaviour::type_of(cx.heap, value).map(types::net_name).unwrap_or_default();
    let wanted = types::net_name(target);
    Err(cx.throw(Exc::InvalidCast, format_args!("Unable to cast object of type '{actual}' to type '{wanted}'.")))
}

/// Unboxing does not tell an enumeration from its underlying type, `is` does.
fn unbox_enum(value: Value, target: TypeId) -> Option<Value> {
    let target = match types::get(target) {
        Type::Nullable(inner) => *inner,
        _ => target,
    };
    match value {
        Value::Enum(_, n) if target == TypeId::INT32 => i32::try_from(n).ok().map(Value::Int32),
        Value::Enum(_, n) if is_enum(target) => Some(Value::Enum(target, n)),
        Value::Int32(n) if is_enum(target) => Some(Value::Enum(target, i64::from(n))),
        _ => None,
    }
}

fn is_enum(ty: TypeId) -> bool {
    kind(ty) == Some(TypeDefKind::Enum)
}

fn kind(ty: TypeId) -> Option<TypeDefKind> {
    match types::get(ty) {
        Type::Named { def, .. } => Some(library::get().def(*def).decl.kind),
        _ => None,
    }
}

/// True for types whose variables can hold null: reference types and `T?`.
#[must_use]
pub fn accepts_null(ty: TypeId) -> bool {
    is_reference(ty) || matches!(types::get(ty), Type::Nullable(_) | Type::Null)
}

/// True for classes, interfaces, delegates, arrays and anonymous types.
#[must_use]
pub fn is_reference(ty: TypeId) -> bool {
    match types::get(ty) {
        Type::Named { def, .. } => {
            !matches!(library::get().def(*def).decl.kind, TypeDefKind::Struct | TypeDefKind::Enum)
        }
        Type::Array { .. } | Type::Anonymous(_) => true,
        _ => false,
    }
}

/// True when a value of run-time type `from` can be seen as `to`: identity, base class, interface, array covariance,
/// variance of interfaces and delegates, boxing.
#[must_use]
pub fn is_assignable(from: TypeId, to: TypeId) -> bool {
    thread_local! {
        // One for each thread: a lock that all of them share would be touched by every cast.
        static KNOWN: RefCell<FxHashMap<(TypeId, TypeId), bool>> = RefCell::default();
    }
    if from == to || to == TypeId::OBJECT {
        return true;
    }
    if let Some(answer) = KNOWN.with_borrow(|known| known.get(&(from, to)).copied()) {
        return answer;
    }
    let answer = assignable(from, to, 0);
    KNOWN.with_borrow_mut(|known| known.insert((from, to), answer));
    answer
}

/// No declaration nests deeper; a cycle among them would be a bug of ours.
const MAX_DEPTH: u32 = 32;

fn assignable(from: TypeId, to: TypeId, depth: u32) -> bool {
    if from == to || to == TypeId::OBJECT {
        return true;
    }
    if depth > MAX_DEPTH {
        return false;
    }
    match (types::get(from), types::get(to)) {
        (_, Type::Nullable(inner)) => from == *inner,
        (Type::Array { element: a, rank: m }, Type::Array { element: b, rank: n }) => m == n && elements(*a, *b, depth),
        (Type::Array { element, rank: 1 }, Type::Named { def, args }) => match &**args {
            [wanted] if is_array_interface(TypeId(def.0)) => elements(*element, *wanted, depth),
            _ => to == TypeId::ENUMERABLE_OBJECT || assignable(TypeId::ARRAY, to, depth + 1),
        },
        (Type::Array { .. }, _) => assignable(TypeId::ARRAY, to, depth + 1),
        (Type::Named { def, args }, Type::Named { def: wanted, args: wanted_args }) => {
            if def == wanted && args.len() == wanted_args.len() {
                let same = |i: usize, a: TypeId, b: TypeId| a == b || varies(*def, i, args.len(), a, b, depth);
                if args.iter().zip(wanted_args).enumerate().all(|(i, (a, b))| same(i, *a, *b)) {
                    return true;
                }
            }
            let def = library::get().def(*def);
            let up = def.base().into_iter().chain(def.interfaces().iter().copied());
            up.map(|parent| types::substitute(parent, args, &[])).any(|parent| assignable(parent, to, depth + 1))
        }
        _ => false,
    }
}

fn is_array_interface(open: TypeId) -> bool {
    const ALL: [TypeId; 5] = [
        TypeId::ENUMERABLE,
        TypeId::COLLECTION,
        TypeId::LIST_INTERFACE,
        TypeId::READ_ONLY_COLLECTION,
        TypeId::READ_ONLY_LIST,
    ];
    ALL.contains(&open)
}

/// Elements of arrays: the same type, a conversion by reference, or integers of one size (ECMA-335 I.8.7.1).
fn elements(a: TypeId, b: TypeId, depth: u32) -> bool {
    a == b || reduced(a) == reduced(b) || (is_reference(a) && is_reference(b) && assignable(a, b, depth + 1))
}

fn reduced(ty: TypeId) -> TypeId {
    match ty {
        TypeId::BYTE => TypeId::SBYTE,
        TypeId::UINT16 => TypeId::INT16,
        TypeId::UINT32 => TypeId::INT32,
        TypeId::UINT64 => TypeId::INT64,
        other if is_enum(other) => TypeId::INT32,
        other => other,
    }
}

/// True when the n-th argument of a generic type may be `a` where `b` is wanted.
fn varies(def: DefId, index: usize, arity: usize, a: TypeId, b: TypeId, depth: u32) -> bool {
    if !is_reference(a) || !is_reference(b) {
        return false;
    }
    match variance(library::get().def(def).simple_name(), index, arity) {
        Variance::None => false,
        Variance::Out => assignable(a, b, depth + 1),
        Variance::In => assignable(b, a, depth + 1),
    }
}

/// How a type parameter varies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variance {
    /// Not at all.
    None,
    /// `out T`.
    Out,
    /// `in T`.
    In,
}

/// The variance of the type parameters of a generic interface or delegate, by its simple name.
#[must_use]
pub fn variance(simple_name: &str, index: usize, arity: usize) -> Variance {
    match simple_name {
        "IEnumerable" | "IEnumerator" | "IReadOnlyCollection" | "IReadOnlyList" | "IGrouping" => Variance::Out,
        "IOrderedEnumerable" | "IJEnumerable" => Variance::Out,
        "Func" | "Converter" if index + 1 == arity => Variance::Out,
        "Func" | "Converter" | "Action" | "Predicate" | "Comparison" => Variance::In,
        "IComparer" | "IEqualityComparer" | "IComparable" => Variance::In,
        _ => Variance::None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cx::check;

    #[test]
    fn arrays_and_interfaces_vary_by_reference_only() {
        let strings = types::array_of(TypeId::STRING);
        let objects = types::array_of(TypeId::OBJECT);
        let ints = types::array_of(TypeId::INT32);
        let list = types::construct(TypeId::LIST, &[TypeId::STRING]);
        let of = |open, arg| types::construct(open, &[arg]);
        assert!(is_assignable(strings, objects));
        assert!(!is_assignable(objects, strings));
        assert!(!is_assignable(ints, objects));
        assert!(is_assignable(ints, types::array_of(TypeId::UINT32)));
        assert!(is_assignable(strings, of(TypeId::LIST_INTERFACE, TypeId::OBJECT)));
        assert!(is_assignable(list, of(TypeId::ENUMERABLE, TypeId::OBJECT)));
        assert!(!is_assignable(list, of(TypeId::LIST_INTERFACE, TypeId::OBJECT)));
        assert!(is_assignable(list, TypeId::ENUMERABLE_OBJECT));
        assert!(is_assignable(strings, TypeId::ENUMERABLE_OBJECT));
        let dictionary = types::construct(TypeId::DICTIONARY, &[TypeId::STRING, TypeId::INT32]);
        let pair = types::construct(TypeId::KEY_VALUE_PAIR, &[TypeId::STRING, TypeId::INT32]);
        assert!(is_assignable(dictionary, of(TypeId::ENUMERABLE, pair)));
        assert!(!is_assignable(dictionary, of(TypeId::ENUMERABLE, TypeId::OBJECT)));
    }

    #[test]
    fn a_failed_cast_names_both_types() {
        check::with_cx(&[], |cx| {
            let Ok(text) = cx.string("x") else { panic!() };
            let Err(throw) = cast(cx, text, TypeId::INT32) else { panic!() };
            assert_eq!(
                check::show_throw(cx, throw),
                "System.InvalidCastException: Unable to cast object of type 'System.String' to type 'System.Int32'."
            );
            assert_eq!(cast(cx, Value::Int32(1), types::nullable_of(TypeId::INT32)), Ok(Value::Int32(1)));
            assert!(cast(cx, Value::Int64(1), TypeId::INT32).is_err());
            assert_eq!(cast(cx, Value::Null, TypeId::STRING), Ok(Value::Null));
        });
    }
}
