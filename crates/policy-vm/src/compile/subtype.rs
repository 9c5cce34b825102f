//! Which types are implicitly convertible to which without any operator: inheritance, interfaces, arrays, variance.

use super::bound::{named, nullable_inner};
use crate::library::{self, TypeDefKind};
use crate::types::{self, Nature, Opaque, Type, TypeId};

/// An implicit reference or boxing conversion, or identity.
pub(super) fn converts(from: TypeId, to: TypeId) -> bool {
    if from == to || to == TypeId::OBJECT && from != types::void() {
        return true;
    }
    if from == types::null() {
        return !types::is_value_type(to) || nullable_inner(to).is_some();
    }
    if let Some(inner) = nullable_inner(from) {
        // Boxing a nullable boxes its value.
        return converts(inner, to) && !types::is_value_type(to);
    }
    if same_parameter(from, to) {
        return true;
    }
    let above = supertypes(from);
    above.contains(&to) || above.iter().any(|up| variant(*up, to))
}

/// The type itself, its base classes and all interfaces, constructed.
pub(super) fn supertypes(ty: TypeId) -> &'static [TypeId] {
    types::supertypes(ty, || {
        let mut all = vec![ty];
        let mut next = 0;
        while let Some(ty) = all.get(next).copied() {
            next += 1;
            for up in direct(ty) {
                if !all.contains(&up) {
                    all.push(up);
                }
            }
        }
        all
    })
}

fn direct(ty: TypeId) -> Vec<TypeId> {
    match types::get(ty) {
        Type::Named { def, args } => {
            let def = library::get().def(*def);
            let up = def.base().into_iter().chain(def.interfaces().iter().copied());
            let mut up: Vec<_> = up.map(|t| types::substitute(t, args, &[])).collect();
            if def.decl.kind == TypeDefKind::Interface {
                up.push(TypeId::OBJECT);
            }
            up
        }
        Type::Array { element, rank } => {
            let mut up = vec![TypeId::ARRAY];
            if *rank == 1 {
                for open in [TypeId::LIST_INTERFACE, TypeId::READ_ONLY_LIST] {
                    up.push(types::construct(open, &[*element]));
                }
            }
            up
        }
        Type::Anonymous(_) => vec![TypeId::OBJECT],
        Type::Opaque(opaque) => {
            let base = if opaque.nature == Nature::Value { TypeId::VALUE_TYPE } else { TypeId::OBJECT };
            opaque.above.iter().copied().chain([base]).collect()
        }
        Type::Nullable(_) | Type::Tuple(_) => vec![TypeId::VALUE_TYPE],
        _ => Vec::new(),
    }
}

/// Inside its own constraints a type parameter is known by its name only.
fn same_parameter(a: TypeId, b: TypeId) -> bool {
    matches!((types::get(a), types::get(b)), (Type::Opaque(a), Type::Opaque(b)) if a.name == b.name)
}

/// Variance between two constructions of one generic interface or delegate, and covariance of arrays.
fn variant(from: TypeId, to: TypeId) -> bool {
    if let (Type::Array { element: a, rank: m }, Type::Array { element: b, rank: n }) =
        (types::get(from), types::get(to))
    {
        return m == n && is_reference(*a) && converts(*a, *b);
    }
    // A list of its elements an array is as well, though `IList` is not covariant.
    if let (Type::Array { element, rank: 1 }, Some((list, [item]))) = (types::get(from), named(to))
        && ["System.Collections.Generic.IList", "System.Collections.Generic.ICollection"].contains(&list.full_name())
    {
        return is_reference(*element) && converts(*element, *item);
    }
    let (Some((from_def, from_args)), Some((to_def, to_args))) = (named(from), named(to)) else { return false };
    if !std::ptr::eq(from_def, to_def) || from_args.len() != to_args.len() {
        return false;
    }
    if from_args.iter().zip(to_args).all(|(a, b)| a == b || same_parameter(*a, *b)) {
        return true;
    }
    let last = from_args.len().saturating_sub(1);
    match from_def.decl.kind {
        TypeDefKind::Interface if is_covariant(from_def.full_name()) => {
            from_args.iter().zip(to_args).all(|(a, b)| a == b || is_reference(*a) && converts(*a, *b))
        }
        TypeDefKind::Delegate => from_args.iter().zip(to_args).enumerate().all(|(i, (a, b))| {
            let covariant = i == last && from_def.full_name() == "System.Func";
            a == b
                || if covariant { is_reference(*a) && converts(*a, *b) } else { is_reference(*b) && converts(*b, *a) }
        }),
        _ => false,
    }
}

/// Interfaces declared with `out` parameters only.
const COVARIANT: [&str; 7] = [
    "System.Collections.Generic.IEnumerable",
    "System.Collections.Generic.IEnumerator",
    "System.Collections.Generic.IReadOnlyCollection",
    "System.Collections.Generic.IReadOnlyList",
    "System.Linq.IGrouping",
    "System.Linq.IQueryable",
    "Newtonsoft.Json.Linq.IJEnumerable",
];

/// How many sequences of different items a type is: `JObject` is one of tokens and one of pairs.
pub(super) fn sequences(ty: TypeId) -> usize {
    let is_sequence = |t: &TypeId| matches!(types::get(*t), Type::Named { def, args } if def.0 == TypeId::ENUMERABLE.0 && args.len() == 1);
    supertypes(ty).iter().filter(|t| is_sequence(t)).count()
}

/// The interface is declared with `out` parameters only.
pub(super) fn is_covariant(full_name: &str) -> bool {
    COVARIANT.contains(&full_name)
}

/// Not a value type.
pub(super) fn is_reference(ty: TypeId) -> bool {
    let is_opaque = |opaque: &Opaque| {
        let is_class = |up: &TypeId| named(*up).is_some_and(|(def, _)| def.decl.kind != TypeDefKind::Interface);
        opaque.nature == Nature::Reference || opaque.above.iter().any(is_class)
    };
    match types::get(ty) {
        Type::Void | Type::Error => false,
        Type::Opaque(opaque) => is_opaque(opaque),
        _ => !types::is_value_type(ty),
    }
}

/// The element type of a sequence: what `foreach (var x in …)` declares, and `T` of its `IEnumerable<T>`.
pub(super) fn element_type(ty: TypeId) -> Option<TypeId> {
    match types::get(ty) {
        Type::Array { element, .. } => return Some(*element),
        _ if ty == TypeId::STRING => return Some(TypeId::CHAR),
        _ => {}
    }
    let all = supertypes(ty);
    let of = |open: TypeId| {
        all.iter().find_map(|t| match types::get(*t) {
            Type::Named { def, args } if def.0 == open.0 => args.first().copied(),
            _ => None,
        })
    };
    of(TypeId::ENUMERABLE).or_else(|| all.contains(&TypeId::ENUMERABLE_OBJECT).then_some(TypeId::OBJECT))
}
