//! `System`: primitive types, strings, dates, and what surrounds them.

pub(super) mod array;
pub(super) mod bit_converter;
pub(super) mod boolean;
pub(super) mod byte;
pub(crate) mod char;
pub(crate) mod convert;
pub(super) mod culture_info;
pub mod date_time;
pub(super) mod date_time_kind;
pub(crate) mod date_time_offset;
pub(super) mod date_time_styles;
pub(super) mod day_of_week;
pub(in crate::library) mod db_null;
pub(crate) mod decimal;
pub(super) mod delegate;
pub(super) mod delegates;
pub(super) mod double;
pub(crate) mod enum_type;
pub(crate) mod exception;
pub(super) mod exceptions;
pub(super) mod floating;
pub(crate) mod formatting;
pub(crate) mod guid;
pub(super) mod icomparable;
mod icomparable_of;
pub(super) mod idisposable;
pub(super) mod iequatable;
pub(super) mod iformat_provider;
pub(super) mod iformattable;
pub(super) mod int16;
pub(super) mod int32;
pub(super) mod int64;
pub(crate) mod math;
pub(super) mod nullable;
pub(crate) mod number;
pub(crate) mod object;
pub(crate) mod random;
pub(super) mod sbyte;
pub(super) mod single;
pub(crate) mod string;
pub(crate) mod string_comparison;
pub(crate) mod time_span;
pub(super) mod time_span_styles;
pub(super) mod time_zone;
pub(super) mod time_zone_info;
pub(crate) mod tuple;
pub(crate) mod type_code;
pub(crate) mod type_object;
pub(super) mod uint16;
pub(super) mod uint32;
pub(super) mod uint64;
pub(super) mod value_type;

use crate::library::TypeDef;

/// The types of this namespace that are not well known to the compiler (those are listed in `registry.rs`).
pub(super) static TYPES: &[&TypeDef] = &[
    &icomparable_of::TYPE,
    &bit_converter::TYPE,
    &char::UNICODE_CATEGORY,
    &convert::BASE64_FORMATTING_OPTIONS,
    &convert::TYPE,
    &db_null::TYPE,
    &culture_info::TYPE,
    &iformat_provider::TYPE,
    &math::MIDPOINT_ROUNDING,
    &math::TYPE,
    &nullable::STATIC,
    &number::styles::TYPE,
    &random::TYPE,
    &string::case::NORMALIZATION_FORM,
    &string_comparison::STRING_COMPARER,
    &string_comparison::STRING_COMPARISON,
    &string_comparison::STRING_SPLIT_OPTIONS,
    &type_code::TYPE,
    &date_time_kind::TYPE,
    &date_time_styles::TYPE,
    &day_of_week::TYPE,
    &time_span_styles::TYPE,
    &time_zone::TYPE,
    &time_zone_info::TYPE,
    &time_zone_info::adjustment_rule::TYPE,
    &time_zone_info::transition_time::TYPE,
];
