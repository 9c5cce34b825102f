//! Operators that sort.

use super::super::order;
use crate::library::{Member, method};

pub(super) const MEMBERS: &[Member] = &[
    method(
        "static IOrderedEnumerable<TSource> OrderBy<TSource,TKey>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector)",
        |cx, args| order::order_by(cx, args, false),
    ),
    method(
        "static IOrderedEnumerable<TSource> OrderBy<TSource,TKey>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector, IComparer<TKey> comparer)",
        |cx, args| order::order_by(cx, args, false),
    ),
    method(
        "static IOrderedEnumerable<TSource> OrderByDescending<TSource,TKey>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector)",
        |cx, args| order::order_by(cx, args, true),
    ),
    method(
        "static IOrderedEnumerable<TSource> OrderByDescending<TSource,TKey>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector, IComparer<TKey> comparer)",
        |cx, args| order::order_by(cx, args, true),
    ),
    method(
        "static IOrderedEnumerable<TSource> ThenBy<TSource,TKey>(this IOrderedEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector)",
        |cx, args| order::then_by(cx, args, false),
    ),
    method(
        "static IOrderedEnumerable<TSource> ThenBy<TSource,TKey>(this IOrderedEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector, IComparer<TKey> comparer)",
        |cx, args| order::then_by(cx, args, false),
    ),
    method(
        "static IOrderedEnumerable<TSource> ThenByDescending<TSource,TKey>(this IOrderedEnumerable<TSource> \
         source, Func<TSource,TKey> keySelector)",
        |cx, args| order::then_by(cx, args, true),
    ),
    method(
        "static IOrderedEnumerable<TSource> ThenByDescending<TSource,TKey>(this IOrderedEnumerable<TSource> \
         source, Func<TSource,TKey> keySelector, IComparer<TKey> comparer)",
        |cx, args| order::then_by(cx, args, true),
    ),
    method("static IOrderedEnumerable<T> Order<T>(this IEnumerable<T> source)", |cx, args| {
        order::order(cx, args, false)
    }),
    method("static IOrderedEnumerable<T> Order<T>(this IEnumerable<T> source, IComparer<T> comparer)", |cx, args| {
        order::order(cx, args, false)
    }),
    method("static IOrderedEnumerable<T> OrderDescending<T>(this IEnumerable<T> source)", |cx, args| {
        order::order(cx, args, true)
    }),
    method(
        "static IOrderedEnumerable<T> OrderDescending<T>(this IEnumerable<T> source, IComparer<T> comparer)",
        |cx, args| order::order(cx, args, true),
    ),
];
