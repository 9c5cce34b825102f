//! Where a service folder begins: people point at files inside one, and at folders around one.

use std::path::{Path, PathBuf};

use super::problems::Problems;
use super::tree::{Folder, same_kind};

/// Kinds that are at the top of a service folder and hold folders with `…Information.json`.
const KINDS: &[&str] = &[
    "apis",
    "backends",
    "diagnostics",
    "gateways",
    "groups",
    "loggers",
    "namedValues",
    "policyFragments",
    "products",
    "subscriptions",
    "tags",
    "versionSets",
    "workspaces",
];
/// How far up it is looked for.
const UP: usize = 12;

/// The service folder that a file is in, the widest if there are several: a workspace looks like a service.
pub(crate) fn folder_around(file: &Path) -> Option<PathBuf> {
    let candidates = |path: &Path| -> Option<PathBuf> {
        let above = path.ancestors().skip(1).take(UP);
        let above = above.map(|folder| if folder.as_os_str().is_empty() { Path::new(".") } else { folder });
        above.filter(|folder| is_service(folder)).last().map(Path::to_owned)
    };
    candidates(file).or_else(|| candidates(&file.canonicalize().ok()?))
}

/// A folder with a resource of a known kind.
fn is_service(folder: &Path) -> bool {
    let is_resource = |folder: PathBuf| {
        names(&folder).iter().any(|name| name.ends_with("Information.json") || name == "specification.yaml")
    };
    names(folder).iter().filter(|name| KINDS.iter().any(|kind| same_kind(name, kind))).any(|kind| {
        let kind = folder.join(kind);
        names(&kind).iter().any(|name| is_resource(kind.join(name)))
    })
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// Says so when the folder is no service folder, and which folders in it are. Nothing else that is in it is a finding then.
pub(super) fn tell_if_none(folder: &Folder, problems: &mut Problems) -> bool {
    let is_one = folder.files.contains_key("policy.xml")
        || folder.files.contains_key("tollgate.toml")
        || KINDS.iter().any(|kind| folder.has(kind));
    if is_one {
        return false;
    }
    let mut finding =
        folder.place().error("TG8009", "this is no service folder: it has neither `apis` nor `policy.xml`");
    let inside = folder.folders.values().flat_map(|one| std::iter::once(one).chain(one.folders.values()));
    let services: Vec<String> = inside
        .filter(|inside| inside.has("apis"))
        .map(|inside| format!("`{}`", inside.path.display()))
        .take(5)
        .collect();
    if !services.is_empty() {
        finding.notes.push(format!("did you mean {}?", services.join(" or ")));
    }
    problems.found = vec![finding];
    true
}
