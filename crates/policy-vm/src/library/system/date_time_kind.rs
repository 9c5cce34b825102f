//! `System.DateTimeKind`.

use crate::library::{Allow, TypeDef};

pub(in crate::library) const TYPE: TypeDef =
    TypeDef::enumeration("System.DateTimeKind", &[("Unspecified", 0), ("Utc", 1), ("Local", 2)])
        .allow(Allow::Only(&["Utc"]))
        .summary("Says whether a DateTime is UTC, local or neither.");
