//! `System.IComparable<T>`.

use super::icomparable;
use crate::library::{Allow, TypeDef, method};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.IComparable<T>")
    .members(&[method("int CompareTo(T other)", icomparable::compare_to)])
    .allow(Allow::None)
    .summary("Has an order among its own kind.");
