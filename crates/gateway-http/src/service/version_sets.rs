//! Version sets: how a request says which version of an API it means.

use std::collections::HashMap;

use policy_parser::diagnostic::quoted;

use super::loader::Loader;
use super::resources::VersionSetInformation;

/// Version sets by name in lower case.
pub(super) type VersionSets = HashMap<String, VersionSetInformation>;

const FILES: &[&str] = &["versionSetInformation.json", "apiVersionSetInformation.json"];

pub(super) fn load(loader: &mut Loader<'_>) -> VersionSets {
    let mut sets = VersionSets::new();
    for entry in ["versionSets", "apiVersionSets"].iter().flat_map(|kind| loader.folder.resources(kind)) {
        let Some(loaded) = loader.resource::<VersionSetInformation>(&entry, FILES, "versionSets") else { continue };
        let scheme = loaded.value.versioning_scheme.as_deref().unwrap_or("Segment");
        if !["Segment", "Query", "Header"].iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
            let text = format!("`{scheme}` is no versioning scheme: `Segment`, `Query` or `Header`");
            loader.problems.error("TG8040", &loaded.place("versioningScheme"), text);
        }
        let header = loaded.value.version_header_name.as_deref();
        if let Some(header) = header.filter(|header| http::HeaderName::try_from(*header).is_err()) {
            let text = format!("{} is no header name: calls could not say which version they mean", quoted(header));
            loader.problems.error("TG8052", &loaded.place("versionHeaderName"), text);
        }
        sets.insert(entry.name.to_ascii_lowercase(), loaded.value);
    }
    sets
}
