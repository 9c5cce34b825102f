//! `System.Text`, `System.Net`, `System.Uri` and `System.IO` readers and writers.

pub(in crate::library) mod encoding;
pub(in crate::library) mod ip_address;
pub(in crate::library) mod string_builder;
pub(in crate::library) mod string_reader;
pub(in crate::library) mod string_writer;
pub(crate) mod uri;
pub(in crate::library) mod web_utility;

use crate::library::TypeDef;

/// The types of this module.
pub(super) static TYPES: &[&TypeDef] = &[
    &encoding::ASCII,
    &encoding::TYPE,
    &encoding::UNICODE,
    &encoding::UTF32,
    &encoding::UTF7,
    &encoding::UTF8,
    &ip_address::ADDRESS_FAMILY,
    &ip_address::TYPE,
    &string_builder::TYPE,
    &string_reader::TEXT_READER,
    &string_reader::TYPE,
    &string_writer::TEXT_WRITER,
    &string_writer::TYPE,
    &uri::TYPE,
    &uri::URI_COMPONENTS,
    &uri::URI_FORMAT,
    &uri::URI_HOST_NAME_TYPE,
    &uri::URI_KIND,
    &uri::URI_PARTIAL,
    &web_utility::TYPE,
];
