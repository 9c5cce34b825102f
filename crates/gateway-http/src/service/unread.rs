//! What a folder has and nobody reads: named once for each kind, because what is ignored in silence is missed in the night.

use std::collections::BTreeMap;

use policy_parser::Source;

use super::problems::Problems;
use super::tree::{File, Folder};
use crate::data::Place;

/// Kinds that are known and have no effect on calls, with why. `*` stands for a resource's name.
const WITHOUT_EFFECT: &[(&str, &str)] = &[
    ("apis/*/diagnostics", LOGS),
    ("apis/*/operations/*/tags", TAGS),
    ("apis/*/tags.json", TAGS),
    ("products/*/tags.json", TAGS),
    ("apis/*/releases", "the folder without `;rev=` is the current revision"),
    ("apis/*/schemas", "schemas are not read"),
    ("apis/*/specification.json", SPECIFICATION),
    ("apis/*/specification.yaml", SPECIFICATION),
    ("apis/*/specification.yml", SPECIFICATION),
    ("apis/*/tagDescriptions", TAGS),
    ("apis/*/tags", TAGS),
    ("apis/*/wiki.md", DOCUMENTATION),
    ("diagnostics", LOGS),
    ("documentations", DOCUMENTATION),
    ("gateways", "all APIs of the folder are served, whichever gateways they are assigned to"),
    ("loggers", LOGS),
    ("policyRestrictions", "restrictions bind who edits policies, not calls"),
    ("products/*/tags", TAGS),
    ("products/*/wiki.md", DOCUMENTATION),
    ("schemas", "schemas are not read"),
    ("tags", TAGS),
];

const SPECIFICATION: &str = "the API has another specification, which is the one that is read";
const TAGS: &str = "tags have no effect on calls";
const LOGS: &str = "logs and telemetry are set in `tollgate.toml`";
const DOCUMENTATION: &str = "documentation has no effect on calls";

/// Kinds that would have an effect on calls.
const NOT_SERVED: &[(&str, &str)] = &[
    ("apis/*/resolvers", "GraphQL resolvers are not run: queries go to the API's backend"),
    ("authorizationProviders", "the credential manager is not there"),
    ("caches", "the cache is set in `tollgate.toml`"),
    ("certificates", "certificates are given in `tollgate.toml` under `certificates`"),
];

/// Tells of every kind of file that nobody read.
pub(super) fn tell(root: &Folder, problems: &mut Problems) {
    let mut kinds = BTreeMap::new();
    let mut path = Vec::new();
    collect(root, &mut path, &mut kinds);
    // What is known and left for the same reason is told once.
    let mut reasons: BTreeMap<&str, (Vec<String>, Place)> = BTreeMap::new();
    for (kind, files) in grouped(kinds) {
        let Some(first) = files.first() else { continue };
        let place = Place::start_of(&Source::new(first.path.display().to_string(), ""));
        let count = if files.len() == 1 { String::new() } else { format!(" ({} files)", files.len()) };
        let Some((_, why)) = known(&kind) else {
            problems.warning("TG8090", &place, format!("`{kind}`{count}: nothing here reads them"));
            continue;
        };
        reasons.entry(why).or_insert_with(|| (Vec::new(), place)).0.push(format!("`{kind}`{count}"));
    }
    for (why, (kinds, place)) in reasons {
        problems.warning("TG8090", &place, format!("{}: {why}", kinds.join(", ")));
    }
}

/// What is below a known kind is of that kind.
fn grouped(kinds: BTreeMap<String, Vec<&File>>) -> BTreeMap<String, Vec<&File>> {
    let mut groups: BTreeMap<String, Vec<&File>> = BTreeMap::new();
    for (kind, files) in kinds {
        let mut name = kind.as_str();
        while known(name).is_none() {
            match name.rsplit_once('/') {
                Some((above, _)) => name = above,
                None => break,
            }
        }
        let name = if known(name).is_some() { name } else { &kind };
        groups.entry(name.to_owned()).or_default().extend(files);
    }
    groups
}

fn known(kind: &str) -> Option<&'static (&'static str, &'static str)> {
    let short = kind.strip_prefix("workspaces/*/").unwrap_or(kind);
    WITHOUT_EFFECT.iter().chain(NOT_SERVED).find(|(known, _)| same(known, short))
}

fn same(known: &str, kind: &str) -> bool {
    let plain = |text: &str| text.replace(' ', "").to_ascii_lowercase();
    plain(known) == plain(kind)
}

fn collect<'t>(folder: &'t Folder, path: &mut Vec<&'t str>, kinds: &mut BTreeMap<String, Vec<&'t File>>) {
    for (name, file) in &folder.files {
        let is_resource = ["json", "xml", "yaml", "yml"].iter().any(|ending| name.ends_with(&format!(".{ending}")));
        let is_configuration = path.is_empty() && (name.starts_with("configuration.") || name == "tollgate.toml");
        if !file.is_marked() && (is_resource || !path.is_empty()) && !is_configuration {
            kinds.entry(kind_of(path, name)).or_default().push(file);
        }
    }
    for (name, below) in &folder.folders {
        path.push(name);
        collect(below, path, kinds);
        path.pop();
    }
}

/// Kinds and names take turns: `tags/t/tagInformation.json` is of `tags`, `apis/a/wiki.md` is itself.
fn kind_of(path: &[&str], file: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for (number, name) in path.iter().enumerate() {
        parts.push(if number % 2 == 0 { name } else { "*" });
    }
    // Inside a resource's folder, not in that of a kind.
    if path.len().is_multiple_of(2) {
        match file.ends_with("Information.json") && !path.is_empty() {
            true => drop(parts.pop()),
            false => parts.push(file),
        }
    }
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_have_a_kind() {
        for (path, file, kind) in [
            (&["tags", "t"][..], "tagInformation.json", "tags"),
            (&["apis", "a", "tags", "t"], "tagInformation.json", "apis/*/tags"),
            (&["apis", "a"], "wiki.md", "apis/*/wiki.md"),
            (&["apis", "a"], "specification.wadl", "apis/*/specification.wadl"),
            (&[], "serviceInformation.json", "serviceInformation.json"),
            (&["flying carpets"], "x.json", "flying carpets"),
        ] {
            assert_eq!(kind_of(path, file), kind);
        }
    }
}
