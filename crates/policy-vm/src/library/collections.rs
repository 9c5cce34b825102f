//! `System.Collections.Generic`.

pub(super) mod comparers;
pub(super) mod dictionary;
pub(super) mod i_enumerable_object;
pub(super) mod icollection;
pub(super) mod idictionary;
pub(super) mod ienumerable;
pub(super) mod ilist;
pub(super) mod iread_only_collection;
pub(super) mod iread_only_dictionary;
pub(super) mod iread_only_list;
pub(super) mod key_value_pair;
pub(super) mod list;

use crate::library::TypeDef;

/// The types of this namespace that are not well known to the compiler (those are listed in `registry.rs`).
pub(super) static TYPES: &[&TypeDef] = &[&comparers::EQUALITY, &comparers::ORDER];
