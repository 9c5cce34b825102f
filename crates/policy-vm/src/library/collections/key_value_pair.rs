//! `System.Collections.Generic.KeyValuePair<TKey,TValue>`.

use crate::library::TypeDef;

pub(in crate::library) const TYPE: TypeDef = TypeDef::structure("System.Collections.Generic.KeyValuePair<TKey,TValue>");
