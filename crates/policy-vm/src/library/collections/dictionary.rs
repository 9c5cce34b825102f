//! `System.Collections.Generic.Dictionary<TKey,TValue>`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.Collections.Generic.Dictionary<TKey,TValue>");
