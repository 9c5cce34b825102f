//! `System.Collections.Generic.IReadOnlyCollection<T>`.

use crate::library::{TypeDef, property};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.Collections.Generic.IReadOnlyCollection<T>")
    .interfaces(&["IEnumerable<T>"])
    .summary("A sequence whose number of items is known.")
    .members(&[property("int Count { get; }", super::icollection::count)]);
