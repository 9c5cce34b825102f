//! Operators that bring items of one key together.

use super::super::group::{self, Form};
use super::super::join;
use crate::library::{Member, method};

pub(super) const MEMBERS: &[Member] = &[
    method(
        "static IEnumerable<IGrouping<TKey,TSource>> GroupBy<TSource,TKey>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector)",
        |cx, args| group::group_by(cx, args, Form { element: false, result: false }),
    ),
    method(
        "static IEnumerable<IGrouping<TKey,TSource>> GroupBy<TSource,TKey>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector, IEqualityComparer<TKey> comparer)",
        |cx, args| group::group_by(cx, args, Form { element: false, result: false }),
    ),
    method(
        "static IEnumerable<IGrouping<TKey,TElement>> GroupBy<TSource,TKey,TElement>(this \
         IEnumerable<TSource> source, Func<TSource,TKey> keySelector, Func<TSource,TElement> elementSelector)",
        |cx, args| group::group_by(cx, args, Form { element: true, result: false }),
    ),
    method(
        "static IEnumerable<IGrouping<TKey,TElement>> GroupBy<TSource,TKey,TElement>(this \
         IEnumerable<TSource> source, Func<TSource,TKey> keySelector, Func<TSource,TElement> elementSelector, \
         IEqualityComparer<TKey> comparer)",
        |cx, args| group::group_by(cx, args, Form { element: true, result: false }),
    ),
    method(
        "static IEnumerable<TResult> GroupBy<TSource,TKey,TResult>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector, Func<TKey,IEnumerable<TSource>,TResult> resultSelector)",
        |cx, args| group::group_by(cx, args, Form { element: false, result: true }),
    ),
    method(
        "static IEnumerable<TResult> GroupBy<TSource,TKey,TElement,TResult>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector, Func<TSource,TElement> elementSelector, \
         Func<TKey,IEnumerable<TElement>,TResult> resultSelector)",
        |cx, args| group::group_by(cx, args, Form { element: true, result: true }),
    ),
    method(
        "static IEnumerable<TResult> GroupBy<TSource,TKey,TResult>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector, Func<TKey,IEnumerable<TSource>,TResult> resultSelector, \
         IEqualityComparer<TKey> comparer)",
        |cx, args| group::group_by(cx, args, Form { element: false, result: true }),
    ),
    method(
        "static IEnumerable<TResult> GroupBy<TSource,TKey,TElement,TResult>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector, Func<TSource,TElement> elementSelector, \
         Func<TKey,IEnumerable<TElement>,TResult> resultSelector, IEqualityComparer<TKey> comparer)",
        |cx, args| group::group_by(cx, args, Form { element: true, result: true }),
    ),
    method(
        "static ILookup<TKey,TSource> ToLookup<TSource,TKey>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector)",
        |cx, args| group::to_lookup(cx, args, false),
    ),
    method(
        "static ILookup<TKey,TSource> ToLookup<TSource,TKey>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector, IEqualityComparer<TKey> comparer)",
        |cx, args| group::to_lookup(cx, args, false),
    ),
    method(
        "static ILookup<TKey,TElement> ToLookup<TSource,TKey,TElement>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector, Func<TSource,TElement> elementSelector)",
        |cx, args| group::to_lookup(cx, args, true),
    ),
    method(
        "static ILookup<TKey,TElement> ToLookup<TSource,TKey,TElement>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector, Func<TSource,TElement> elementSelector, IEqualityComparer<TKey> \
         comparer)",
        |cx, args| group::to_lookup(cx, args, true),
    ),
    method(
        "static IEnumerable<TResult> Join<TOuter,TInner,TKey,TResult>(this IEnumerable<TOuter> outer, \
         IEnumerable<TInner> inner, Func<TOuter,TKey> outerKeySelector, Func<TInner,TKey> innerKeySelector, \
         Func<TOuter,TInner,TResult> resultSelector)",
        join::join,
    ),
    method(
        "static IEnumerable<TResult> GroupJoin<TOuter,TInner,TKey,TResult>(this IEnumerable<TOuter> outer, \
         IEnumerable<TInner> inner, Func<TOuter,TKey> outerKeySelector, Func<TInner,TKey> innerKeySelector, \
         Func<TOuter,IEnumerable<TInner>,TResult> resultSelector)",
        join::group_join,
    ),
    method(
        "static IEnumerable<TResult> Join<TOuter,TInner,TKey,TResult>(this IEnumerable<TOuter> outer, \
         IEnumerable<TInner> inner, Func<TOuter,TKey> outerKeySelector, Func<TInner,TKey> innerKeySelector, \
         Func<TOuter,TInner,TResult> resultSelector, IEqualityComparer<TKey> comparer)",
        join::join,
    ),
    method(
        "static IEnumerable<TResult> GroupJoin<TOuter,TInner,TKey,TResult>(this IEnumerable<TOuter> outer, \
         IEnumerable<TInner> inner, Func<TOuter,TKey> outerKeySelector, Func<TInner,TKey> innerKeySelector, \
         Func<TOuter,IEnumerable<TInner>,TResult> resultSelector, IEqualityComparer<TKey> comparer)",
        join::group_join,
    ),
];
