//! `System`: primitive types, strings, dates, and what surrounds them.

pub(super) mod array;
pub(super) mod boolean;
pub(super) mod byte;
pub(super) mod char;
pub mod date_time;
pub(super) mod date_time_kind;
pub(crate) mod date_time_offset;
pub(super) mod date_time_styles;
pub(super) mod day_of_week;
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
pub(super) mod iformat_provider;
pub(super) mod iformattable;
pub(super) mod int16;
pub(super) mod int32;
pub(super) mod int64;
pub(super) mod nullable;
pub(super) mod object;
pub(super) mod sbyte;
pub(super) mod single;
pub(super) mod string;
pub(crate) mod time_span;
pub(super) mod time_span_styles;
pub(super) mod time_zone;
pub(super) mod time_zone_info;
pub(super) mod type_object;
pub(super) mod uint16;
pub(super) mod uint32;
pub(super) mod uint64;
pub(super) mod value_type;

use crate::library::TypeDef;

/// The types of this namespace that are not well known to the compiler (those are listed in `registry.rs`).
pub(super) static TYPES: &[&TypeDef] = &[
    &date_time_kind::TYPE,
    &date_time_styles::TYPE,
    &day_of_week::TYPE,
    &iformat_provider::TYPE,
    &time_span_styles::TYPE,
    &time_zone::TYPE,
    &time_zone_info::TYPE,
];
