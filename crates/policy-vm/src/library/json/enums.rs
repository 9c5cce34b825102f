//! The enumerations of `Newtonsoft.Json` and `Newtonsoft.Json.Linq`.

use crate::library::{Allow, TypeDef};

use super::node::TokenType;

pub(in crate::library) const TOKEN_TYPE: TypeDef =
    TypeDef::enumeration("Newtonsoft.Json.Linq.JTokenType", &TokenType::NAMES);

pub(in crate::library) const FORMATTING: TypeDef =
    TypeDef::enumeration("Newtonsoft.Json.Formatting", &[("None", 0), ("Indented", 1)]);

const fn other(name: &'static str, values: &'static [(&'static str, i64)]) -> TypeDef {
    TypeDef::enumeration(name, values).allow(Allow::None)
}

pub(in crate::library) const COMMENT_HANDLING: TypeDef =
    other("Newtonsoft.Json.Linq.CommentHandling", &[("Ignore", 0), ("Load", 1)]);

pub(in crate::library) const DATE_PARSE_HANDLING: TypeDef =
    other("Newtonsoft.Json.DateParseHandling", &[("None", 0), ("DateTime", 1), ("DateTimeOffset", 2)]);

pub(in crate::library) const DUPLICATES: TypeDef =
    other("Newtonsoft.Json.Linq.DuplicatePropertyNameHandling", &[("Replace", 0), ("Ignore", 1), ("Error", 2)]);

pub(in crate::library) const LINE_INFO: TypeDef =
    other("Newtonsoft.Json.Linq.LineInfoHandling", &[("Ignore", 0), ("Load", 1)]);

pub(in crate::library) const MERGE_ARRAYS: TypeDef =
    other("Newtonsoft.Json.Linq.MergeArrayHandling", &[("Concat", 0), ("Union", 1), ("Replace", 2), ("Merge", 3)]);

pub(in crate::library) const MERGE_NULLS: TypeDef =
    TypeDef::enumeration("Newtonsoft.Json.Linq.MergeNullValueHandling", &[("Ignore", 0), ("Merge", 1)])
        .flags()
        .allow(Allow::None);

pub(in crate::library) const NULL_VALUES: TypeDef =
    other("Newtonsoft.Json.NullValueHandling", &[("Include", 0), ("Ignore", 1)]);

pub(in crate::library) const STRING_ESCAPES: TypeDef =
    other("Newtonsoft.Json.StringEscapeHandling", &[("Default", 0), ("EscapeNonAscii", 1), ("EscapeHtml", 2)]);
