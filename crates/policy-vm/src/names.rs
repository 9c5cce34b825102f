//! Variable names, interned: a policy's `context.Variables["x"]` is compiled to a number.
//!
//! Names that documents mention are interned when they are compiled; a name computed at run time is looked up, and
//! interned only when a policy writes it (which takes a literal), so the table grows with documents, not with requests.

use std::sync::{LazyLock, RwLock};

use rustc_hash::FxHashMap;

use crate::exchange::NameId;

struct Names {
    by_text: FxHashMap<&'static str, NameId>,
    texts: Vec<&'static str>,
}

static NAMES: LazyLock<RwLock<Names>> =
    LazyLock::new(|| RwLock::new(Names { by_text: FxHashMap::default(), texts: Vec::new() }));

/// The id of a name, new or known. For names in documents.
#[must_use]
pub fn intern(name: &str) -> NameId {
    if let Some(id) = find(name) {
        return id;
    }
    let mut names = NAMES.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    if let Some(id) = names.by_text.get(name) {
        return *id;
    }
    let id = NameId(u32::try_from(names.texts.len()).unwrap_or(u32::MAX));
    let text: &'static str = Box::leak(name.into());
    names.texts.push(text);
    names.by_text.insert(text, id);
    id
}

/// The id of a name, if some document has mentioned it.
#[must_use]
pub fn find(name: &str) -> Option<NameId> {
    NAMES.read().unwrap_or_else(std::sync::PoisonError::into_inner).by_text.get(name).copied()
}

/// The name behind an id.
#[must_use]
pub fn text(id: NameId) -> &'static str {
    let names = NAMES.read().unwrap_or_else(std::sync::PoisonError::into_inner);
    names.texts.get(id.0 as usize).copied().unwrap_or_default()
}
