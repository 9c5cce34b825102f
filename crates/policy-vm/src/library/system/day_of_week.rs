//! `System.DayOfWeek`.

use crate::library::{Allow, TypeDef};

// Not in the service's list by itself; its values are constants, which comparing `DateTime.DayOfWeek` needs.
pub(in crate::library) const TYPE: TypeDef = TypeDef::enumeration(
    "System.DayOfWeek",
    &[("Sunday", 0), ("Monday", 1), ("Tuesday", 2), ("Wednesday", 3), ("Thursday", 4), ("Friday", 5), ("Saturday", 6)],
)
.allow(Allow::All)
.summary("A day of the week, Sunday first.");
