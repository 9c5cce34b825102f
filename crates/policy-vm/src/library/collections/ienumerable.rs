//! `System.Collections.Generic.IEnumerable<T>`.

use crate::library::{TypeDef, method};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.Collections.Generic.IEnumerable<T>")
    .interfaces(&["System.Collections.IEnumerable"])
    .summary("A sequence of items.")
    .members(&[method("IEnumerator<T> GetEnumerator()", super::enumerator::begin)]);
