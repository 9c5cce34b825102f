//! `System.Linq.Enumerable`: the signatures; what runs lies beside it by theme.

use std::cmp::Ordering::{Greater, Less};

use super::aggregate::{self, Empty, Number, average, by_key, extreme, extreme_with, sum};
use super::group::{self, Form};
use super::{convert, element, filter, join, order, part, project, sets};
use crate::library::{TypeDef, method};

pub(super) const TYPE: TypeDef = TypeDef::static_class("System.Linq.Enumerable")
    .summary("Operators over sequences; those that give a sequence work when it is gone through.")
    .members(&[
        // Projection
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
        method(
            "static IEnumerable<TResult> OfType<TResult>(this System.Collections.IEnumerable source)",
            project::of_type,
        ),
        method(
            "static IEnumerable<TResult> Zip<TFirst,TSecond,TResult>(this IEnumerable<TFirst> first, \
             IEnumerable<TSecond> second, Func<TFirst,TSecond,TResult> resultSelector)",
            project::zip,
        ),
        method(
            "static IEnumerable<TSource> AsEnumerable<TSource>(this IEnumerable<TSource> source)",
            project::as_enumerable,
        ),
        // Filters and parts
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
        // Sets
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
        // Groups and joins
        method(
            "static IEnumerable<IGrouping<TKey,TSource>> GroupBy<TSource,TKey>(this IEnumerable<TSource> source, \
             Func<TSource,TKey> keySelector)",
            |cx, args| group::group_by(cx, args, Form { element: false, result: false }),
        ),
        method(
            "static IEnumerable<IGrouping<TKey,TElement>> GroupBy<TSource,TKey,TElement>(this \
             IEnumerable<TSource> source, Func<TSource,TKey> keySelector, Func<TSource,TElement> elementSelector)",
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
            "static IEnumerable<IGrouping<TKey,TSource>> GroupBy<TSource,TKey>(this IEnumerable<TSource> source, \
             Func<TSource,TKey> keySelector, IEqualityComparer<TKey> comparer)",
            |cx, args| group::group_by(cx, args, Form { element: false, result: false }),
        ),
        method(
            "static IEnumerable<IGrouping<TKey,TElement>> GroupBy<TSource,TKey,TElement>(this \
             IEnumerable<TSource> source, Func<TSource,TKey> keySelector, Func<TSource,TElement> elementSelector, \
             IEqualityComparer<TKey> comparer)",
            |cx, args| group::group_by(cx, args, Form { element: true, result: false }),
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
            "static ILookup<TKey,TElement> ToLookup<TSource,TKey,TElement>(this IEnumerable<TSource> source, \
             Func<TSource,TKey> keySelector, Func<TSource,TElement> elementSelector)",
            |cx, args| group::to_lookup(cx, args, true),
        ),
        method(
            "static ILookup<TKey,TSource> ToLookup<TSource,TKey>(this IEnumerable<TSource> source, \
             Func<TSource,TKey> keySelector, IEqualityComparer<TKey> comparer)",
            |cx, args| group::to_lookup(cx, args, false),
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
        // Order
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
        method(
            "static IOrderedEnumerable<T> Order<T>(this IEnumerable<T> source, IComparer<T> comparer)",
            |cx, args| order::order(cx, args, false),
        ),
        method("static IOrderedEnumerable<T> OrderDescending<T>(this IEnumerable<T> source)", |cx, args| {
            order::order(cx, args, true)
        }),
        method(
            "static IOrderedEnumerable<T> OrderDescending<T>(this IEnumerable<T> source, IComparer<T> comparer)",
            |cx, args| order::order(cx, args, true),
        ),
        // Elements
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
        method(
            "static bool Any<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> predicate)",
            element::any_by,
        ),
        method(
            "static bool All<TSource>(this IEnumerable<TSource> source, Func<TSource,bool> predicate)",
            element::all,
        ),
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
        // Folds
        method(
            "static TSource Aggregate<TSource>(this IEnumerable<TSource> source, Func<TSource,TSource,TSource> \
             func)",
            aggregate::aggregate,
        ),
        method(
            "static TAccumulate Aggregate<TSource,TAccumulate>(this IEnumerable<TSource> source, TAccumulate \
             seed, Func<TAccumulate,TSource,TAccumulate> func)",
            aggregate::aggregate_seed,
        ),
        method(
            "static TResult Aggregate<TSource,TAccumulate,TResult>(this IEnumerable<TSource> source, TAccumulate \
             seed, Func<TAccumulate,TSource,TAccumulate> func, Func<TAccumulate,TResult> resultSelector)",
            aggregate::aggregate_result,
        ),
        method("static int Sum(this IEnumerable<int> source)", |cx, args| sum(cx, args, Number::Int32)),
        method("static int Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,int> selector)", |cx, args| {
            sum(cx, args, Number::Int32)
        }),
        method("static int? Sum(this IEnumerable<int?> source)", |cx, args| sum(cx, args, Number::Int32)),
        method(
            "static int? Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,int?> selector)",
            |cx, args| sum(cx, args, Number::Int32),
        ),
        method("static long Sum(this IEnumerable<long> source)", |cx, args| sum(cx, args, Number::Int64)),
        method(
            "static long Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,long> selector)",
            |cx, args| sum(cx, args, Number::Int64),
        ),
        method("static long? Sum(this IEnumerable<long?> source)", |cx, args| sum(cx, args, Number::Int64)),
        method(
            "static long? Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,long?> selector)",
            |cx, args| sum(cx, args, Number::Int64),
        ),
        method("static float Sum(this IEnumerable<float> source)", |cx, args| sum(cx, args, Number::Single)),
        method(
            "static float Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,float> selector)",
            |cx, args| sum(cx, args, Number::Single),
        ),
        method("static float? Sum(this IEnumerable<float?> source)", |cx, args| sum(cx, args, Number::Single)),
        method(
            "static float? Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,float?> selector)",
            |cx, args| sum(cx, args, Number::Single),
        ),
        method("static double Sum(this IEnumerable<double> source)", |cx, args| sum(cx, args, Number::Double)),
        method(
            "static double Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,double> selector)",
            |cx, args| sum(cx, args, Number::Double),
        ),
        method("static double? Sum(this IEnumerable<double?> source)", |cx, args| sum(cx, args, Number::Double)),
        method(
            "static double? Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,double?> selector)",
            |cx, args| sum(cx, args, Number::Double),
        ),
        method("static decimal Sum(this IEnumerable<decimal> source)", |cx, args| sum(cx, args, Number::Decimal)),
        method(
            "static decimal Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,decimal> selector)",
            |cx, args| sum(cx, args, Number::Decimal),
        ),
        method("static decimal? Sum(this IEnumerable<decimal?> source)", |cx, args| sum(cx, args, Number::Decimal)),
        method(
            "static decimal? Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,decimal?> selector)",
            |cx, args| sum(cx, args, Number::Decimal),
        ),
        method("static double Average(this IEnumerable<int> source)", |cx, args| {
            average(cx, args, Number::Int32, false)
        }),
        method(
            "static double Average<TSource>(this IEnumerable<TSource> source, Func<TSource,int> selector)",
            |cx, args| average(cx, args, Number::Int32, false),
        ),
        method("static double? Average(this IEnumerable<int?> source)", |cx, args| {
            average(cx, args, Number::Int32, true)
        }),
        method(
            "static double? Average<TSource>(this IEnumerable<TSource> source, Func<TSource,int?> selector)",
            |cx, args| average(cx, args, Number::Int32, true),
        ),
        method("static double Average(this IEnumerable<long> source)", |cx, args| {
            average(cx, args, Number::Int64, false)
        }),
        method(
            "static double Average<TSource>(this IEnumerable<TSource> source, Func<TSource,long> selector)",
            |cx, args| average(cx, args, Number::Int64, false),
        ),
        method("static double? Average(this IEnumerable<long?> source)", |cx, args| {
            average(cx, args, Number::Int64, true)
        }),
        method(
            "static double? Average<TSource>(this IEnumerable<TSource> source, Func<TSource,long?> selector)",
            |cx, args| average(cx, args, Number::Int64, true),
        ),
        method("static float Average(this IEnumerable<float> source)", |cx, args| {
            average(cx, args, Number::Single, false)
        }),
        method(
            "static float Average<TSource>(this IEnumerable<TSource> source, Func<TSource,float> selector)",
            |cx, args| average(cx, args, Number::Single, false),
        ),
        method("static float? Average(this IEnumerable<float?> source)", |cx, args| {
            average(cx, args, Number::Single, true)
        }),
        method(
            "static float? Average<TSource>(this IEnumerable<TSource> source, Func<TSource,float?> selector)",
            |cx, args| average(cx, args, Number::Single, true),
        ),
        method("static double Average(this IEnumerable<double> source)", |cx, args| {
            average(cx, args, Number::Double, false)
        }),
        method(
            "static double Average<TSource>(this IEnumerable<TSource> source, Func<TSource,double> selector)",
            |cx, args| average(cx, args, Number::Double, false),
        ),
        method("static double? Average(this IEnumerable<double?> source)", |cx, args| {
            average(cx, args, Number::Double, true)
        }),
        method(
            "static double? Average<TSource>(this IEnumerable<TSource> source, Func<TSource,double?> selector)",
            |cx, args| average(cx, args, Number::Double, true),
        ),
        method("static decimal Average(this IEnumerable<decimal> source)", |cx, args| {
            average(cx, args, Number::Decimal, false)
        }),
        method(
            "static decimal Average<TSource>(this IEnumerable<TSource> source, Func<TSource,decimal> selector)",
            |cx, args| average(cx, args, Number::Decimal, false),
        ),
        method("static decimal? Average(this IEnumerable<decimal?> source)", |cx, args| {
            average(cx, args, Number::Decimal, true)
        }),
        method(
            "static decimal? Average<TSource>(this IEnumerable<TSource> source, Func<TSource,decimal?> selector)",
            |cx, args| average(cx, args, Number::Decimal, true),
        ),
        method("static int Min(this IEnumerable<int> source)", |cx, args| extreme(cx, args, Less, Empty::Throws)),
        method("static int Min<TSource>(this IEnumerable<TSource> source, Func<TSource,int> selector)", |cx, args| {
            extreme(cx, args, Less, Empty::Throws)
        }),
        method("static int? Min(this IEnumerable<int?> source)", |cx, args| extreme(cx, args, Less, Empty::Null)),
        method(
            "static int? Min<TSource>(this IEnumerable<TSource> source, Func<TSource,int?> selector)",
            |cx, args| extreme(cx, args, Less, Empty::Null),
        ),
        method("static long Min(this IEnumerable<long> source)", |cx, args| extreme(cx, args, Less, Empty::Throws)),
        method(
            "static long Min<TSource>(this IEnumerable<TSource> source, Func<TSource,long> selector)",
            |cx, args| extreme(cx, args, Less, Empty::Throws),
        ),
        method("static long? Min(this IEnumerable<long?> source)", |cx, args| extreme(cx, args, Less, Empty::Null)),
        method(
            "static long? Min<TSource>(this IEnumerable<TSource> source, Func<TSource,long?> selector)",
            |cx, args| extreme(cx, args, Less, Empty::Null),
        ),
        method("static float Min(this IEnumerable<float> source)", |cx, args| extreme(cx, args, Less, Empty::Throws)),
        method(
            "static float Min<TSource>(this IEnumerable<TSource> source, Func<TSource,float> selector)",
            |cx, args| extreme(cx, args, Less, Empty::Throws),
        ),
        method("static float? Min(this IEnumerable<float?> source)", |cx, args| extreme(cx, args, Less, Empty::Null)),
        method(
            "static float? Min<TSource>(this IEnumerable<TSource> source, Func<TSource,float?> selector)",
            |cx, args| extreme(cx, args, Less, Empty::Null),
        ),
        method("static double Min(this IEnumerable<double> source)", |cx, args| extreme(cx, args, Less, Empty::Throws)),
        method(
            "static double Min<TSource>(this IEnumerable<TSource> source, Func<TSource,double> selector)",
            |cx, args| extreme(cx, args, Less, Empty::Throws),
        ),
        method("static double? Min(this IEnumerable<double?> source)", |cx, args| extreme(cx, args, Less, Empty::Null)),
        method(
            "static double? Min<TSource>(this IEnumerable<TSource> source, Func<TSource,double?> selector)",
            |cx, args| extreme(cx, args, Less, Empty::Null),
        ),
        method("static decimal Min(this IEnumerable<decimal> source)", |cx, args| {
            extreme(cx, args, Less, Empty::Throws)
        }),
        method(
            "static decimal Min<TSource>(this IEnumerable<TSource> source, Func<TSource,decimal> selector)",
            |cx, args| extreme(cx, args, Less, Empty::Throws),
        ),
        method("static decimal? Min(this IEnumerable<decimal?> source)", |cx, args| {
            extreme(cx, args, Less, Empty::Null)
        }),
        method(
            "static decimal? Min<TSource>(this IEnumerable<TSource> source, Func<TSource,decimal?> selector)",
            |cx, args| extreme(cx, args, Less, Empty::Null),
        ),
        method("static TSource Min<TSource>(this IEnumerable<TSource> source)", |cx, args| {
            extreme(cx, args, Less, Empty::ByType(0))
        }),
        method(
            "static TSource Min<TSource>(this IEnumerable<TSource> source, IComparer<TSource> comparer)",
            |cx, args| extreme_with(cx, args, Less),
        ),
        method(
            "static TResult Min<TSource,TResult>(this IEnumerable<TSource> source, Func<TSource,TResult> selector)",
            |cx, args| extreme(cx, args, Less, Empty::ByType(1)),
        ),
        method(
            "static TSource MinBy<TSource,TKey>(this IEnumerable<TSource> source, Func<TSource,TKey> keySelector)",
            |cx, args| by_key(cx, args, Less),
        ),
        method(
            "static TSource MinBy<TSource,TKey>(this IEnumerable<TSource> source, Func<TSource,TKey> keySelector, \
             IComparer<TKey> comparer)",
            |cx, args| by_key(cx, args, Less),
        ),
        method("static int Max(this IEnumerable<int> source)", |cx, args| extreme(cx, args, Greater, Empty::Throws)),
        method("static int Max<TSource>(this IEnumerable<TSource> source, Func<TSource,int> selector)", |cx, args| {
            extreme(cx, args, Greater, Empty::Throws)
        }),
        method("static int? Max(this IEnumerable<int?> source)", |cx, args| extreme(cx, args, Greater, Empty::Null)),
        method(
            "static int? Max<TSource>(this IEnumerable<TSource> source, Func<TSource,int?> selector)",
            |cx, args| extreme(cx, args, Greater, Empty::Null),
        ),
        method("static long Max(this IEnumerable<long> source)", |cx, args| extreme(cx, args, Greater, Empty::Throws)),
        method(
            "static long Max<TSource>(this IEnumerable<TSource> source, Func<TSource,long> selector)",
            |cx, args| extreme(cx, args, Greater, Empty::Throws),
        ),
        method("static long? Max(this IEnumerable<long?> source)", |cx, args| extreme(cx, args, Greater, Empty::Null)),
        method(
            "static long? Max<TSource>(this IEnumerable<TSource> source, Func<TSource,long?> selector)",
            |cx, args| extreme(cx, args, Greater, Empty::Null),
        ),
        method("static float Max(this IEnumerable<float> source)", |cx, args| {
            extreme(cx, args, Greater, Empty::Throws)
        }),
        method(
            "static float Max<TSource>(this IEnumerable<TSource> source, Func<TSource,float> selector)",
            |cx, args| extreme(cx, args, Greater, Empty::Throws),
        ),
        method("static float? Max(this IEnumerable<float?> source)", |cx, args| {
            extreme(cx, args, Greater, Empty::Null)
        }),
        method(
            "static float? Max<TSource>(this IEnumerable<TSource> source, Func<TSource,float?> selector)",
            |cx, args| extreme(cx, args, Greater, Empty::Null),
        ),
        method("static double Max(this IEnumerable<double> source)", |cx, args| {
            extreme(cx, args, Greater, Empty::Throws)
        }),
        method(
            "static double Max<TSource>(this IEnumerable<TSource> source, Func<TSource,double> selector)",
            |cx, args| extreme(cx, args, Greater, Empty::Throws),
        ),
        method("static double? Max(this IEnumerable<double?> source)", |cx, args| {
            extreme(cx, args, Greater, Empty::Null)
        }),
        method(
            "static double? Max<TSource>(this IEnumerable<TSource> source, Func<TSource,double?> selector)",
            |cx, args| extreme(cx, args, Greater, Empty::Null),
        ),
        method("static decimal Max(this IEnumerable<decimal> source)", |cx, args| {
            extreme(cx, args, Greater, Empty::Throws)
        }),
        method(
            "static decimal Max<TSource>(this IEnumerable<TSource> source, Func<TSource,decimal> selector)",
            |cx, args| extreme(cx, args, Greater, Empty::Throws),
        ),
        method("static decimal? Max(this IEnumerable<decimal?> source)", |cx, args| {
            extreme(cx, args, Greater, Empty::Null)
        }),
        method(
            "static decimal? Max<TSource>(this IEnumerable<TSource> source, Func<TSource,decimal?> selector)",
            |cx, args| extreme(cx, args, Greater, Empty::Null),
        ),
        method("static TSource Max<TSource>(this IEnumerable<TSource> source)", |cx, args| {
            extreme(cx, args, Greater, Empty::ByType(0))
        }),
        method(
            "static TSource Max<TSource>(this IEnumerable<TSource> source, IComparer<TSource> comparer)",
            |cx, args| extreme_with(cx, args, Greater),
        ),
        method(
            "static TResult Max<TSource,TResult>(this IEnumerable<TSource> source, Func<TSource,TResult> selector)",
            |cx, args| extreme(cx, args, Greater, Empty::ByType(1)),
        ),
        method(
            "static TSource MaxBy<TSource,TKey>(this IEnumerable<TSource> source, Func<TSource,TKey> keySelector)",
            |cx, args| by_key(cx, args, Greater),
        ),
        method(
            "static TSource MaxBy<TSource,TKey>(this IEnumerable<TSource> source, Func<TSource,TKey> keySelector, \
             IComparer<TKey> comparer)",
            |cx, args| by_key(cx, args, Greater),
        ),
        // Conversions and sources
        method("static TSource[] ToArray<TSource>(this IEnumerable<TSource> source)", convert::to_array),
        method("static List<TSource> ToList<TSource>(this IEnumerable<TSource> source)", convert::to_list),
        method("static HashSet<TSource> ToHashSet<TSource>(this IEnumerable<TSource> source)", convert::to_hash_set),
        method(
            "static HashSet<TSource> ToHashSet<TSource>(this IEnumerable<TSource> source, \
             IEqualityComparer<TSource> comparer)",
            convert::to_hash_set,
        ),
        method(
            "static Dictionary<TKey,TSource> ToDictionary<TSource,TKey>(this IEnumerable<TSource> source, \
             Func<TSource,TKey> keySelector)",
            convert::to_dictionary,
        ),
        method(
            "static Dictionary<TKey,TElement> ToDictionary<TSource,TKey,TElement>(this IEnumerable<TSource> \
             source, Func<TSource,TKey> keySelector, Func<TSource,TElement> elementSelector)",
            convert::to_dictionary_of,
        ),
        method(
            "static Dictionary<TKey,TValue> ToDictionary<TKey,TValue>(this IEnumerable<KeyValuePair<TKey,TValue>> \
             source)",
            convert::pairs_to_dictionary,
        ),
        method(
            "static Dictionary<TKey,TSource> ToDictionary<TSource,TKey>(this IEnumerable<TSource> source, \
             Func<TSource,TKey> keySelector, IEqualityComparer<TKey> comparer)",
            convert::to_dictionary,
        ),
        method(
            "static Dictionary<TKey,TElement> ToDictionary<TSource,TKey,TElement>(this IEnumerable<TSource> \
             source, Func<TSource,TKey> keySelector, Func<TSource,TElement> elementSelector, \
             IEqualityComparer<TKey> comparer)",
            convert::to_dictionary_of,
        ),
        method(
            "static Dictionary<TKey,TValue> ToDictionary<TKey,TValue>(this IEnumerable<KeyValuePair<TKey,TValue>> \
             source, IEqualityComparer<TKey> comparer)",
            convert::pairs_to_dictionary,
        ),
        method("static IEnumerable<int> Range(int start, int count)", convert::range),
        method("static IEnumerable<TResult> Repeat<TResult>(TResult element, int count)", convert::repeat),
        method("static IEnumerable<TResult> Empty<TResult>()", convert::empty),
    ]);
