//! Version sets: how a request says which version of an API it means.

use std::collections::HashMap;

use super::folder::Loader;
use super::resources::VersionSetInformation;

/// Version sets by name in lower case.
pub(super) type VersionSets = HashMap<String, VersionSetInformation>;

pub(super) fn load(loader: &mut Loader<'_>) -> VersionSets {
    let mut sets = VersionSets::new();
    for entry in loader.entries(loader.root, "versionSets").chain(loader.entries(loader.root, "apiVersionSets")) {
        let file = entry.path.join("versionSetInformation.json");
        if let Some((source, set)) = loader.resource::<VersionSetInformation>(&file) {
            let scheme = set.versioning_scheme.as_deref().unwrap_or("Segment");
            if !["Segment", "Query", "Header"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
                let text = format!("`{scheme}` is no versioning scheme: `Segment`, `Query` or `Header`");
                loader.problems.error("TG8040", &source, "\"versioningScheme\"", text);
            }
            sets.insert(entry.name.to_ascii_lowercase(), set);
        }
    }
    sets
}
