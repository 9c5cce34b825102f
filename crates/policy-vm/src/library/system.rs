//! `System`: primitive types, strings, dates, and what surrounds them.

pub(super) mod array;
pub(super) mod boolean;
pub(super) mod byte;
pub(super) mod char;
pub(super) mod date_time;
pub(super) mod date_time_offset;
pub(super) mod decimal;
pub(super) mod delegate;
pub(super) mod delegates;
pub(super) mod double;
pub(super) mod enum_type;
pub(super) mod exception;
pub(super) mod exceptions;
pub(super) mod guid;
pub(super) mod icomparable;
pub(super) mod idisposable;
pub(super) mod iequatable;
pub(super) mod iformattable;
pub(super) mod int16;
pub(super) mod int32;
pub(super) mod int64;
pub(super) mod nullable;
pub(super) mod object;
pub(super) mod sbyte;
pub(super) mod single;
pub(super) mod string;
pub(super) mod time_span;
pub(super) mod type_object;
pub(super) mod uint16;
pub(super) mod uint32;
pub(super) mod uint64;
pub(super) mod value_type;

use crate::library::TypeDef;

/// The types of this namespace that are not well known to the compiler (those are listed in `registry.rs`).
pub(super) static TYPES: &[&TypeDef] = &[];

/// `value.ToString(format)` for whatever the value is; nothing for null.
pub(crate) fn format_value(
    cx: &mut crate::cx::Cx<'_>,
    value: crate::value::Value,
    format: Option<&str>,
    out: &mut crate::value::text::TextBuf,
) -> Result<(), crate::exception::Throw> {
    let _ = format;
    crate::value::behaviour::write_text(cx, value, out)
}
