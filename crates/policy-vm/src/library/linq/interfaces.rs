//! `IGrouping`, `ILookup` and `IOrderedEnumerable`, which policies may enumerate but whose members they may not use.

use super::group;
use crate::library::{Allow, TypeDef, method, property};

pub(super) const GROUPING: TypeDef = TypeDef::interface("System.Linq.IGrouping<TKey,TElement>")
    .interfaces(&["IEnumerable<TElement>"])
    .allow(Allow::None)
    .members(&[property("TKey Key { get; }", group::key)]);

pub(super) const LOOKUP: TypeDef = TypeDef::interface("System.Linq.ILookup<TKey,TElement>")
    .interfaces(&["IEnumerable<IGrouping<TKey,TElement>>"])
    .allow(Allow::None)
    .members(&[
        property("int Count { get; }", group::lookup_count),
        property("IEnumerable<TElement> this[TKey key] { get; }", group::lookup_item),
        method("bool Contains(TKey key)", group::lookup_contains),
    ]);

pub(super) const ORDERED: TypeDef = TypeDef::interface("System.Linq.IOrderedEnumerable<TElement>")
    .interfaces(&["IEnumerable<TElement>"])
    .allow(Allow::None);
