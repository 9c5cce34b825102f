//! Subscriptions of a folder that have no key anywhere, which is how exports leave them.

use std::path::Path;

use super::problems::Problems;
use super::tree::Folder;
use crate::config::Config;
use crate::data::parse_json;

/// Their names. Findings are left to whoever loads the folder.
pub(crate) fn keyless(root: &Path, config: &Config) -> Vec<String> {
    let mut problems = Problems::default();
    let folder = Folder::walk(root, &mut problems);
    let workspaces = folder.resources("workspaces");
    let scopes = std::iter::once(&folder).chain(workspaces.iter().map(|entry| entry.folder));
    let mut names = Vec::new();
    for entry in scopes.flat_map(|scope| scope.resources("subscriptions")) {
        let given = config.subscription(&entry.name);
        let in_settings = given.is_some_and(|(_, given)| given.primary_key.is_some() || given.secondary_key.is_some());
        let secret = |kind: &str| config.secrets.find(&format!("{}.{kind}", entry.name), &config.folder);
        let is_secret = |kind| !matches!(secret(kind), Ok(None));
        let file = entry.folder.file("subscriptionInformation.json");
        let source = file.and_then(|file| problems.read(&file.path));
        let node = source.and_then(|source| parse_json(&source, &mut problems.found));
        let in_file = |key| {
            node.as_ref().is_some_and(|node| node.at(&["properties", key]).is_some_and(|key| key.text().is_some()))
        };
        let has_key = in_settings
            || is_secret("primary")
            || is_secret("secondary")
            || in_file("primaryKey")
            || in_file("secondaryKey");
        if node.is_some() && !has_key {
            names.push(entry.name);
        }
    }
    names
}
