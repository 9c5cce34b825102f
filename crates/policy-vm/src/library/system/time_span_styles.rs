//! `System.Globalization.TimeSpanStyles`.

use crate::library::TypeDef;

// Not in the service's list by itself, but `TimeSpan.ParseExact`, which is, takes it.
pub(in crate::library) const TYPE: TypeDef =
    TypeDef::enumeration("System.Globalization.TimeSpanStyles", &[("None", 0), ("AssumeNegative", 1)])
        .flags()
        .not_imported()
        .summary("How time spans are parsed.");
