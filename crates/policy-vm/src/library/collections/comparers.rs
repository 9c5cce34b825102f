//! `IComparer<T>` and `IEqualityComparer<T>`.

use crate::library::{Allow, TypeDef};

pub(in crate::library) const ORDER: TypeDef =
    TypeDef::interface("System.Collections.Generic.IComparer<T>").allow(Allow::None);

pub(in crate::library) const EQUALITY: TypeDef =
    TypeDef::interface("System.Collections.Generic.IEqualityComparer<T>").allow(Allow::None);
