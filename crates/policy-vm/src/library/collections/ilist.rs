//! `System.Collections.Generic.IList<T>`.

use super::dispatch::of;
use crate::cx::arg;
use crate::library::{TypeDef, method, property_set};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.Collections.Generic.IList<T>")
    .interfaces(&["ICollection<T>"])
    .summary("A collection with places that can be named by index.")
    .members(&[
        property_set(
            "T this[int index] { get; set; }",
            |cx, args| (of(cx, arg(args, 0)).item)(cx, args),
            |cx, args| (of(cx, arg(args, 0)).set_item)(cx, args),
        ),
        method("int IndexOf(T item)", |cx, args| (of(cx, arg(args, 0)).index_of)(cx, args)),
        method("void Insert(int index, T item)", |cx, args| (of(cx, arg(args, 0)).insert)(cx, args)),
        method("void RemoveAt(int index)", |cx, args| (of(cx, arg(args, 0)).remove_at)(cx, args)),
    ]);
