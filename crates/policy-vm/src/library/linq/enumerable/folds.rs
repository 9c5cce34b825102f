//! Operators that make one value of all items: sums, averages, the least and the greatest.

use std::cmp::Ordering::{Greater, Less};

use super::super::aggregate::{self, Empty, Number, average, by_key, extreme, extreme_with, sum};
use crate::library::{Member, method};

pub(super) const MEMBERS: &[Member] = &[
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
    method("static int? Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,int?> selector)", |cx, args| {
        sum(cx, args, Number::Int32)
    }),
    method("static long Sum(this IEnumerable<long> source)", |cx, args| sum(cx, args, Number::Int64)),
    method("static long Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,long> selector)", |cx, args| {
        sum(cx, args, Number::Int64)
    }),
    method("static long? Sum(this IEnumerable<long?> source)", |cx, args| sum(cx, args, Number::Int64)),
    method("static long? Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,long?> selector)", |cx, args| {
        sum(cx, args, Number::Int64)
    }),
    method("static float Sum(this IEnumerable<float> source)", |cx, args| sum(cx, args, Number::Single)),
    method("static float Sum<TSource>(this IEnumerable<TSource> source, Func<TSource,float> selector)", |cx, args| {
        sum(cx, args, Number::Single)
    }),
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
    method("static double Average(this IEnumerable<int> source)", |cx, args| average(cx, args, Number::Int32, false)),
    method(
        "static double Average<TSource>(this IEnumerable<TSource> source, Func<TSource,int> selector)",
        |cx, args| average(cx, args, Number::Int32, false),
    ),
    method("static double? Average(this IEnumerable<int?> source)", |cx, args| average(cx, args, Number::Int32, true)),
    method(
        "static double? Average<TSource>(this IEnumerable<TSource> source, Func<TSource,int?> selector)",
        |cx, args| average(cx, args, Number::Int32, true),
    ),
    method("static double Average(this IEnumerable<long> source)", |cx, args| average(cx, args, Number::Int64, false)),
    method(
        "static double Average<TSource>(this IEnumerable<TSource> source, Func<TSource,long> selector)",
        |cx, args| average(cx, args, Number::Int64, false),
    ),
    method("static double? Average(this IEnumerable<long?> source)", |cx, args| average(cx, args, Number::Int64, true)),
    method(
        "static double? Average<TSource>(this IEnumerable<TSource> source, Func<TSource,long?> selector)",
        |cx, args| average(cx, args, Number::Int64, true),
    ),
    method("static float Average(this IEnumerable<float> source)", |cx, args| average(cx, args, Number::Single, false)),
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
    method("static int? Min<TSource>(this IEnumerable<TSource> source, Func<TSource,int?> selector)", |cx, args| {
        extreme(cx, args, Less, Empty::Null)
    }),
    method("static long Min(this IEnumerable<long> source)", |cx, args| extreme(cx, args, Less, Empty::Throws)),
    method("static long Min<TSource>(this IEnumerable<TSource> source, Func<TSource,long> selector)", |cx, args| {
        extreme(cx, args, Less, Empty::Throws)
    }),
    method("static long? Min(this IEnumerable<long?> source)", |cx, args| extreme(cx, args, Less, Empty::Null)),
    method("static long? Min<TSource>(this IEnumerable<TSource> source, Func<TSource,long?> selector)", |cx, args| {
        extreme(cx, args, Less, Empty::Null)
    }),
    method("static float Min(this IEnumerable<float> source)", |cx, args| extreme(cx, args, Less, Empty::Throws)),
    method("static float Min<TSource>(this IEnumerable<TSource> source, Func<TSource,float> selector)", |cx, args| {
        extreme(cx, args, Less, Empty::Throws)
    }),
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
    method("static decimal Min(this IEnumerable<decimal> source)", |cx, args| extreme(cx, args, Less, Empty::Throws)),
    method(
        "static decimal Min<TSource>(this IEnumerable<TSource> source, Func<TSource,decimal> selector)",
        |cx, args| extreme(cx, args, Less, Empty::Throws),
    ),
    method("static decimal? Min(this IEnumerable<decimal?> source)", |cx, args| extreme(cx, args, Less, Empty::Null)),
    method(
        "static decimal? Min<TSource>(this IEnumerable<TSource> source, Func<TSource,decimal?> selector)",
        |cx, args| extreme(cx, args, Less, Empty::Null),
    ),
    method("static TSource Min<TSource>(this IEnumerable<TSource> source)", |cx, args| {
        extreme(cx, args, Less, Empty::ByType(0))
    }),
    method("static TSource Min<TSource>(this IEnumerable<TSource> source, IComparer<TSource> comparer)", |cx, args| {
        extreme_with(cx, args, Less)
    }),
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
    method("static int? Max<TSource>(this IEnumerable<TSource> source, Func<TSource,int?> selector)", |cx, args| {
        extreme(cx, args, Greater, Empty::Null)
    }),
    method("static long Max(this IEnumerable<long> source)", |cx, args| extreme(cx, args, Greater, Empty::Throws)),
    method("static long Max<TSource>(this IEnumerable<TSource> source, Func<TSource,long> selector)", |cx, args| {
        extreme(cx, args, Greater, Empty::Throws)
    }),
    method("static long? Max(this IEnumerable<long?> source)", |cx, args| extreme(cx, args, Greater, Empty::Null)),
    method("static long? Max<TSource>(this IEnumerable<TSource> source, Func<TSource,long?> selector)", |cx, args| {
        extreme(cx, args, Greater, Empty::Null)
    }),
    method("static float Max(this IEnumerable<float> source)", |cx, args| extreme(cx, args, Greater, Empty::Throws)),
    method("static float Max<TSource>(this IEnumerable<TSource> source, Func<TSource,float> selector)", |cx, args| {
        extreme(cx, args, Greater, Empty::Throws)
    }),
    method("static float? Max(this IEnumerable<float?> source)", |cx, args| extreme(cx, args, Greater, Empty::Null)),
    method(
        "static float? Max<TSource>(this IEnumerable<TSource> source, Func<TSource,float?> selector)",
        |cx, args| extreme(cx, args, Greater, Empty::Null),
    ),
    method("static double Max(this IEnumerable<double> source)", |cx, args| extreme(cx, args, Greater, Empty::Throws)),
    method(
        "static double Max<TSource>(this IEnumerable<TSource> source, Func<TSource,double> selector)",
        |cx, args| extreme(cx, args, Greater, Empty::Throws),
    ),
    method("static double? Max(this IEnumerable<double?> source)", |cx, args| extreme(cx, args, Greater, Empty::Null)),
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
    method("static TSource Max<TSource>(this IEnumerable<TSource> source, IComparer<TSource> comparer)", |cx, args| {
        extreme_with(cx, args, Greater)
    }),
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
];
