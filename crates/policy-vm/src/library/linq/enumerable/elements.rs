//! Operators that give one item, or tell something about all.

use super::super::element;
use crate::library::{Member, method};

pub(super) const MEMBERS: &[Member] = &[
    method("static TSource First<TSource>(this IEnumerable<TSource> source)", element::first),
    method(
        "static TSource First<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> predicate)",
        element::first_by,
    ),
    method("static TSource FirstOrDefault<TSource>(this IEnumerable<TSource> source)", element::first_or_default),
    method(
        "static TSource FirstOrDefault<TSource>(this IEnumerable<TSource> source, TSource defaultValue)",
        element::first_or,
    ),
    method(
        "static TSource FirstOrDefault<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> \
         predicate)",
        element::first_or_default_by,
    ),
    method(
        "static TSource FirstOrDefault<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> \
         predicate, TSource defaultValue)",
        element::first_or_by,
    ),
    method("static TSource Last<TSource>(this IEnumerable<TSource> source)", element::last),
    method(
        "static TSource Last<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> predicate)",
        element::last_by,
    ),
    method("static TSource LastOrDefault<TSource>(this IEnumerable<TSource> source)", element::last_or_default),
    method(
        "static TSource LastOrDefault<TSource>(this IEnumerable<TSource> source, TSource defaultValue)",
        element::last_or,
    ),
    method(
        "static TSource LastOrDefault<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> predicate)",
        element::last_or_default_by,
    ),
    method(
        "static TSource LastOrDefault<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> \
         predicate, TSource defaultValue)",
        element::last_or_by,
    ),
    method("static TSource Single<TSource>(this IEnumerable<TSource> source)", element::single),
    method(
        "static TSource Single<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> predicate)",
        element::single_by,
    ),
    method("static TSource SingleOrDefault<TSource>(this IEnumerable<TSource> source)", element::single_or_default),
    method(
        "static TSource SingleOrDefault<TSource>(this IEnumerable<TSource> source, TSource defaultValue)",
        element::single_or,
    ),
    method(
        "static TSource SingleOrDefault<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> \
         predicate)",
        element::single_or_default_by,
    ),
    method(
        "static TSource SingleOrDefault<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> \
         predicate, TSource defaultValue)",
        element::single_or_by,
    ),
    method("static TSource ElementAt<TSource>(this IEnumerable<TSource> source, int index)", element::element_at),
    method(
        "static TSource ElementAtOrDefault<TSource>(this IEnumerable<TSource> source, int index)",
        element::element_at_or_default,
    ),
    method("static bool Any<TSource>(this IEnumerable<TSource> source)", element::any),
    method("static bool Any<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> predicate)", element::any_by),
    method("static bool All<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> predicate)", element::all),
    method("static int Count<TSource>(this IEnumerable<TSource> source)", element::count),
    method(
        "static int Count<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> predicate)",
        element::count_by,
    ),
    method("static long LongCount<TSource>(this IEnumerable<TSource> source)", element::long_count),
    method(
        "static long LongCount<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> predicate)",
        element::long_count_by,
    ),
    method(
        "static bool TryGetNonEnumeratedCount<TSource>(this IEnumerable<TSource> source, out int count)",
        element::known_count,
    ),
    method("static bool Contains<TSource>(this IEnumerable<TSource> source, TSource value)", element::contains),
    method(
        "static bool Contains<TSource>(this IEnumerable<TSource> source, TSource value, \
         IEqualityComparer<TSource> comparer)",
        element::contains_by,
    ),
    method(
        "static bool SequenceEqual<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second)",
        element::sequence_equal,
    ),
    method(
        "static bool SequenceEqual<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> second, \
         IEqualityComparer<TSource> comparer)",
        element::sequence_equal,
    ),
];
