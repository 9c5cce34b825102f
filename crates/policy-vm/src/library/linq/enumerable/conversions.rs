//! Operators that make collections of sequences, and those that begin one.

use super::super::convert;
use crate::library::{Member, method};

pub(super) const MEMBERS: &[Member] = &[
    method("static TSource[] ToArray<TSource>(this IEnumerable<TSource> source)", convert::to_array),
    method("static List<TSource> ToList<TSource>(this IEnumerable<TSource> source)", convert::to_list),
    method("static HashSet<TSource> ToHashSet<TSource>(this IEnumerable<TSource> source)", convert::to_hash_set),
    method(
        "static HashSet<TSource> ToHashSet<TSource>(this IEnumerable<TSource> source, \
         IEqualityComparer<TSource> comparer)",
        convert::to_hash_set,
    ),
    method(
        "static Dictionary<TKey,TValue> ToDictionary<TKey,TValue>(this IEnumerable<KeyValuePair<TKey,TValue>> \
         source)",
        convert::pairs_to_dictionary,
    ),
    method(
        "static Dictionary<TKey,TValue> ToDictionary<TKey,TValue>(this IEnumerable<KeyValuePair<TKey,TValue>> \
         source, IEqualityComparer<TKey> comparer)",
        convert::pairs_to_dictionary,
    ),
    method(
        "static Dictionary<TKey,TSource> ToDictionary<TSource,TKey>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector)",
        convert::to_dictionary,
    ),
    method(
        "static Dictionary<TKey,TSource> ToDictionary<TSource,TKey>(this IEnumerable<TSource> source, \
         Func<TSource,TKey> keySelector, IEqualityComparer<TKey> comparer)",
        convert::to_dictionary,
    ),
    method(
        "static Dictionary<TKey,TElement> ToDictionary<TSource,TKey,TElement>(this IEnumerable<TSource> \
         source, Func<TSource,TKey> keySelector, Func<TSource,TElement> elementSelector)",
        convert::to_dictionary_of,
    ),
    method(
        "static Dictionary<TKey,TElement> ToDictionary<TSource,TKey,TElement>(this IEnumerable<TSource> \
         source, Func<TSource,TKey> keySelector, Func<TSource,TElement> elementSelector, \
         IEqualityComparer<TKey> comparer)",
        convert::to_dictionary_of,
    ),
    method("static IEnumerable<int> Range(int start, int count)", convert::range),
    method("static IEnumerable<TResult> Repeat<TResult>(TResult element, int count)", convert::repeat),
    method("static IEnumerable<TResult> Empty<TResult>()", convert::empty),
];
