//! Operators that make something else of each item.

use super::super::project;
use crate::library::{Member, method};

pub(super) const MEMBERS: &[Member] = &[
    method(
        "static IEnumerable<TResult> Select<TSource,TResult>(this IEnumerable<TSource> source, \
         Func<TSource,TResult> selector)",
        project::select,
    ),
    method(
        "static IEnumerable<TResult> Select<TSource,TResult>(this IEnumerable<TSource> source, \
         Func<TSource,int,TResult> selector)",
        project::select_indexed,
    ),
    method(
        "static IEnumerable<TResult> SelectMany<TSource,TResult>(this IEnumerable<TSource> source, \
         Func<TSource,IEnumerable<TResult>> selector)",
        project::select_many,
    ),
    method(
        "static IEnumerable<TResult> SelectMany<TSource,TResult>(this IEnumerable<TSource> source, \
         Func<TSource,int,IEnumerable<TResult>> selector)",
        project::select_many_indexed,
    ),
    method(
        "static IEnumerable<TResult> SelectMany<TSource,TCollection,TResult>(this IEnumerable<TSource> \
         source, Func<TSource,IEnumerable<TCollection>> collectionSelector, Func<TSource,TCollection,TResult> \
         resultSelector)",
        project::select_many_result,
    ),
    method(
        "static IEnumerable<TResult> SelectMany<TSource,TCollection,TResult>(this IEnumerable<TSource> \
         source, Func<TSource,int,IEnumerable<TCollection>> collectionSelector, \
         Func<TSource,TCollection,TResult> resultSelector)",
        project::select_many_indexed_result,
    ),
    method("static IEnumerable<TResult> Cast<TResult>(this System.Collections.IEnumerable source)", project::cast),
    method("static IEnumerable<TResult> OfType<TResult>(this System.Collections.IEnumerable source)", project::of_type),
    method(
        "static IEnumerable<TResult> Zip<TFirst,TSecond,TResult>(this IEnumerable<TFirst> first, \
         IEnumerable<TSecond> second, Func<TFirst,TSecond,TResult> resultSelector)",
        project::zip,
    ),
    method(
        "static IEnumerable<(TFirst First, TSecond Second)> Zip<TFirst,TSecond>(this IEnumerable<TFirst> first, \
         IEnumerable<TSecond> second)",
        project::zip_tuples,
    ),
    method(
        "static IEnumerable<(TFirst First, TSecond Second, TThird Third)> Zip<TFirst,TSecond,TThird>(this \
         IEnumerable<TFirst> first, IEnumerable<TSecond> second, IEnumerable<TThird> third)",
        project::zip_tuples,
    ),
    method(
        "static IEnumerable<TSource> AsEnumerable<TSource>(this IEnumerable<TSource> source)",
        project::as_enumerable,
    ),
];
