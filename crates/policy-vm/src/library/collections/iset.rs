//! `System.Collections.Generic.ISet<T>`, which only `HashSet<T>` implements.

use super::hash_set as set;
use crate::library::{TypeDef, method};

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::interface("System.Collections.Generic.ISet<T>").interfaces(&["ICollection<T>"]).members(&[
        method("bool Add(T item)", set::add),
        method("void ExceptWith(IEnumerable<T> other)", set::except_with),
        method("void IntersectWith(IEnumerable<T> other)", set::intersect_with),
        method("bool IsProperSubsetOf(IEnumerable<T> other)", set::is_proper_subset_of),
        method("bool IsProperSupersetOf(IEnumerable<T> other)", set::is_proper_superset_of),
        method("bool IsSubsetOf(IEnumerable<T> other)", set::is_subset_of),
        method("bool IsSupersetOf(IEnumerable<T> other)", set::is_superset_of),
        method("bool Overlaps(IEnumerable<T> other)", set::overlaps),
        method("bool SetEquals(IEnumerable<T> other)", set::set_equals),
        method("void SymmetricExceptWith(IEnumerable<T> other)", set::symmetric_except_with),
        method("void UnionWith(IEnumerable<T> other)", set::union_with),
    ]);
