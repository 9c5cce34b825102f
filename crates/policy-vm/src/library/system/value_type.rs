//! `System.ValueType`.

use super::object;
use crate::library::{Allow, TypeDef, method};

pub(in crate::library) const TYPE: TypeDef = TypeDef::class("System.ValueType")
    .members(&[
        method("bool Equals(object obj)", object::equals),
        method("int GetHashCode()", object::get_hash_code),
        method("string ToString()", object::to_string),
    ])
    .allow(Allow::None)
    .summary("The base of all value types.");
