//! Which types exist. The well-known ones come first, in the order of their ids; every other type is listed by the
//! module of its namespace.

use super::{TypeDef, apim, collections, cryptography, json, linq, regular_expressions, system, text, xml};

/// All registered types in the order of their ids.
pub(super) fn all() -> impl Iterator<Item = &'static TypeDef> {
    let rest = [
        system::TYPES,
        system::delegates::TYPES,
        system::exceptions::TYPES,
        system::tuple::TYPES,
        collections::TYPES,
        linq::TYPES,
        text::TYPES,
        regular_expressions::TYPES,
        json::TYPES,
        xml::TYPES,
        cryptography::TYPES,
        apim::TYPES,
    ];
    WELL_KNOWN.iter().copied().chain(rest.into_iter().flatten().copied())
}

static WELL_KNOWN: &[&TypeDef] = &[
    &system::object::TYPE,
    &system::string::TYPE,
    &system::boolean::TYPE,
    &system::char::TYPE,
    &system::sbyte::TYPE,
    &system::byte::TYPE,
    &system::int16::TYPE,
    &system::uint16::TYPE,
    &system::int32::TYPE,
    &system::uint32::TYPE,
    &system::int64::TYPE,
    &system::uint64::TYPE,
    &system::single::TYPE,
    &system::double::TYPE,
    &system::decimal::TYPE,
    &system::date_time::TYPE,
    &system::time_span::TYPE,
    &system::guid::TYPE,
    &system::date_time_offset::TYPE,
    &system::exception::TYPE,
    &system::type_object::TYPE,
    &system::enum_type::TYPE,
    &system::value_type::TYPE,
    &system::array::TYPE,
    &system::delegate::TYPE,
    &collections::i_enumerable_object::TYPE,
    &collections::ienumerable::TYPE,
    &collections::icollection::TYPE,
    &collections::ilist::TYPE,
    &collections::iread_only_collection::TYPE,
    &collections::iread_only_list::TYPE,
    &collections::idictionary::TYPE,
    &collections::iread_only_dictionary::TYPE,
    &collections::key_value_pair::TYPE,
    &collections::list::TYPE,
    &collections::dictionary::TYPE,
    &system::idisposable::TYPE,
    &system::icomparable::TYPE,
    &system::iequatable::TYPE,
    &system::iformattable::TYPE,
    &system::nullable::TYPE,
];
