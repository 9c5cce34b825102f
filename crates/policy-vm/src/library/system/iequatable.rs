//! `System.IEquatable<T>`.

use super::object;
use crate::library::{Allow, TypeDef, method};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.IEquatable<T>")
    .members(&[method("bool Equals(T other)", object::equals)])
    .allow(Allow::None)
    .summary("Has an equality of its own.");
