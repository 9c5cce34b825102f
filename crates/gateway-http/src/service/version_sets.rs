//! Version sets: how a request says which version of an API it means.

use std::collections::HashMap;

use policy_parser::diagnostic::quoted;

use super::loader::Loader;
use super::resources::VersionSetInformation;
use super::tree::Entry;
use crate::data::parse_json;

/// Version sets by name in lower case.
pub(super) type VersionSets = HashMap<String, VersionSetInformation>;

/// Early extractors wrote the set into the folder of the API's display name, with the name in the file.
pub(super) const EARLY: &str = "apiVersionSet.json";

const FILES: &[&str] = &["versionSetInformation.json", "apiVersionSetInformation.json"];

pub(super) fn load(loader: &mut Loader<'_>) -> VersionSets {
    let mut sets = VersionSets::new();
    for entry in ["versionSets", "apiVersionSets"].iter().flat_map(|kind| loader.folder.resources(kind)) {
        add(loader, &entry, FILES, &mut sets);
    }
    for entry in loader.folder.resources("apis") {
        let Some(file) = entry.folder.file(EARLY) else { continue };
        let source = loader.problems.read(&file.path);
        // What is no JSON is told when the file is read as a resource.
        let node = source.and_then(|source| parse_json(&source, &mut Vec::new()));
        let name = node.as_ref().and_then(|node| node.get("name")?.scalar()).unwrap_or(&entry.name).to_owned();
        add(loader, &Entry { name, folder: entry.folder }, &[EARLY], &mut sets);
    }
    sets
}

fn add(loader: &mut Loader<'_>, entry: &Entry<'_>, files: &[&str], sets: &mut VersionSets) {
    let Some(loaded) = loader.resource::<VersionSetInformation>(entry, files, "versionSets") else { return };
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
