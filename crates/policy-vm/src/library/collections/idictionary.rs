//! `System.Collections.Generic.IDictionary<TKey,TValue>`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.Collections.Generic.IDictionary<TKey,TValue>");
