//! Groups, which products show policies by name.

use std::collections::HashMap;

use super::loader::Loader;
use super::resources::GroupInformation;

/// Display names by names in lower case.
pub(super) type Groups = HashMap<String, String>;

pub(super) fn load(loader: &mut Loader<'_>) -> Groups {
    let mut groups = Groups::new();
    for entry in loader.folder.resources("groups") {
        let loaded = loader.resource::<GroupInformation>(&entry, &["groupInformation.json"], "groups");
        if let Some(name) = loaded.and_then(|loaded| loaded.value.display_name) {
            groups.insert(entry.name.to_ascii_lowercase(), name);
        }
    }
    groups
}
