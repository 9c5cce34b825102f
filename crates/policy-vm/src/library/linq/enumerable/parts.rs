//! Operators that leave items out.

use super::super::{filter, part};
use crate::library::{Member, method};

pub(super) const MEMBERS: &[Member] = &[
    method(
        "static IEnumerable<TSource> Where<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> \
         predicate)",
        filter::where_,
    ),
    method(
        "static IEnumerable<TSource> Where<TSource>(this IEnumerable<TSource> source, Func<TSource,int,bool> \
         predicate)",
        filter::where_indexed,
    ),
    method(
        "static IEnumerable<TSource> TakeWhile<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> \
         predicate)",
        filter::take_while,
    ),
    method(
        "static IEnumerable<TSource> TakeWhile<TSource>(this IEnumerable<TSource> source, \
         Func<TSource,int,bool> predicate)",
        filter::take_while_indexed,
    ),
    method(
        "static IEnumerable<TSource> SkipWhile<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> \
         predicate)",
        filter::skip_while,
    ),
    method(
        "static IEnumerable<TSource> SkipWhile<TSource>(this IEnumerable<TSource> source, \
         Func<TSource,int,bool> predicate)",
        filter::skip_while_indexed,
    ),
    method("static IEnumerable<TSource> Take<TSource>(this IEnumerable<TSource> source, int count)", part::take),
    method("static IEnumerable<TSource> Skip<TSource>(this IEnumerable<TSource> source, int count)", part::skip),
    method(
        "static IEnumerable<TSource> TakeLast<TSource>(this IEnumerable<TSource> source, int count)",
        part::take_last,
    ),
    method(
        "static IEnumerable<TSource> SkipLast<TSource>(this IEnumerable<TSource> source, int count)",
        part::skip_last,
    ),
    method(
        "static IEnumerable<TSource> Concat<TSource>(this IEnumerable<TSource> first, IEnumerable<TSource> \
         second)",
        part::concat,
    ),
    method(
        "static IEnumerable<TSource> Append<TSource>(this IEnumerable<TSource> source, TSource element)",
        part::append,
    ),
    method(
        "static IEnumerable<TSource> Prepend<TSource>(this IEnumerable<TSource> source, TSource element)",
        part::prepend,
    ),
    method(
        "static IEnumerable<TSource> DefaultIfEmpty<TSource>(this IEnumerable<TSource> source)",
        part::default_if_empty,
    ),
    method(
        "static IEnumerable<TSource> DefaultIfEmpty<TSource>(this IEnumerable<TSource> source, TSource \
         defaultValue)",
        part::default_if_empty,
    ),
    method("static IEnumerable<TSource> Reverse<TSource>(this IEnumerable<TSource> source)", part::reverse),
    method("static IEnumerable<TSource[]> Chunk<TSource>(this IEnumerable<TSource> source, int size)", part::chunk),
];
