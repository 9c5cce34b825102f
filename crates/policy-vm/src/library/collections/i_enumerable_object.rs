//! `System.Collections.IEnumerable`.

use crate::library::{Allow, TypeDef, method};

pub(in crate::library) const TYPE: TypeDef = TypeDef::interface("System.Collections.IEnumerable")
    .not_imported()
    .allow(Allow::None)
    .members(&[method("System.Collections.IEnumerator GetEnumerator()", super::enumerator::begin)]);
