//! `System.Collections.Generic.IReadOnlyDictionary<TKey,TValue>`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::interface("System.Collections.Generic.IReadOnlyDictionary<TKey,TValue>");
