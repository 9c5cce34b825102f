//! Operators that compare items with each other.

use super::super::sets;
use crate::library::{Member, method};

pub(super) const MEMBERS: &[Member] = &[
    method("static IEnumerable<TSource> Distinct<TSource>(this IEnumerable<TSource> source)", sets::distinct),
    method(
        "static IEnumerable<TSource> Distinct<TSource>(this IEnumerable<TSource> source, \
         IEqualityComparer<TSource> comparer)",
        sets::distinct,
    ),
    method(
        "static IEnumerable<TSource> DistinctBy<TSource,TKey>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector)",
        sets::distinct_by,
    ),
    method(
        "static IEnumerable<TSource> DistinctBy<TSource,TKey>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector, IEqualityComparer<TKey> comparer)",
        sets::distinct_by,
    ),
    method(
        "static IEnumerable<TSource> Union<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> \
         second)",
        sets::union,
    ),
    method(
        "static IEnumerable<TSource> Union<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> \
         second, IEqualityComparer<TSource> comparer)",
        sets::union,
    ),
    method(
        "static IEnumerable<TSource> UnionBy<TSource,TKey>(this IEnumerable<TSource> first, \
         IEnumerable<TSource> second, Func<TSource,TKey> keySelector)",
        sets::union_by,
    ),
    method(
        "static IEnumerable<TSource> UnionBy<TSource,TKey>(this IEnumerable<TSource> first, \
         IEnumerable<TSource> second, Func<TSource,TKey> keySelector, IEqualityComparer<TKey> comparer)",
        sets::union_by,
    ),
    method(
        "static IEnumerable<TSource> Intersect<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> \
         second)",
        sets::intersect,
    ),
    method(
        "static IEnumerable<TSource> Intersect<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> \
         second, IEqualityComparer<TSource> comparer)",
        sets::intersect,
    ),
    method(
        "static IEnumerable<TSource> IntersectBy<TSource,TKey>(this IEnumerable<TSource> first, \
         IEnumerable<TKey> second, Func<TSource,TKey> keySelector)",
        sets::intersect_by,
    ),
    method(
        "static IEnumerable<TSource> IntersectBy<TSource,TKey>(this IEnumerable<TSource> first, \
         IEnumerable<TKey> second, Func<TSource,TKey> keySelector, IEqualityComparer<TKey> comparer)",
        sets::intersect_by,
    ),
    method(
        "static IEnumerable<TSource> Except<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> \
         second)",
        sets::except,
    ),
    method(
        "static IEnumerable<TSource> Except<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> \
         second, IEqualityComparer<TSource> comparer)",
        sets::except,
    ),
    method(
        "static IEnumerable<TSource> ExceptBy<TSource,TKey>(this IEnumerable<TSource> first, \
         IEnumerable<TKey> second, Func<TSource,TKey> keySelector)",
        sets::except_by,
    ),
    method(
        "static IEnumerable<TSource> ExceptBy<TSource,TKey>(this IEnumerable<TSource> first, \
         IEnumerable<TKey> second, Func<TSource,TKey> keySelector, IEqualityComparer<TKey> comparer)",
        sets::except_by,
    ),
];
