//! What the number types share: digits, standard and custom format strings, parsing, by the invariant culture.

pub(crate) mod custom;
pub(crate) mod digits;
pub(crate) mod float;
pub(crate) mod format;
pub(crate) mod integer;
pub(crate) mod parse;
pub(crate) mod styles;
