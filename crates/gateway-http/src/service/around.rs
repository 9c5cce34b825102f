//! Where a service folder begins: people point at files inside one, and at folders around one.

use std::path::{Path, PathBuf};

use policy_vm::Scope;

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

/// What a document is the policy of, told by where in a service folder it lies.
pub(crate) fn scope_in(root: &Path, file: &Path) -> Scope {
    let real = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_owned());
    let (root, file) = (real(root), real(file));
    let mut above = file.strip_prefix(&root).unwrap_or(&file).ancestors().skip(1);
    let (Some(resource), kind) = (above.next(), above.next()) else { return Scope::Api };
    let kind = kind.and_then(Path::file_name).and_then(|name| name.to_str()).unwrap_or_default();
    let of_kind = [("workspaces", Scope::Workspace), ("products", Scope::Product), ("operations", Scope::Operation)];
    let found = of_kind.into_iter().find(|(known, _)| same_kind(kind, known)).map(|(_, scope)| scope);
    let is_at_the_root = resource.as_os_str().is_empty() && file.file_name().is_some_and(|name| name == "policy.xml");
    found.unwrap_or(if is_at_the_root { Scope::Global } else { Scope::Api })
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

/// Says so when the folder is no service folder, and which folders in it are. Nothing else that is in it is a finding then,
/// but that nobody can look into it: then nobody knows what it is.
pub(super) fn tell_if_none(folder: &Folder, problems: &mut Problems) -> bool {
    let is_one = folder.files.contains_key("policy.xml")
        || folder.files.contains_key("tollgate.toml")
        || KINDS.iter().any(|kind| folder.has(kind));
    if is_one {
        return false;
    }
    let name = folder.path.display().to_string();
    if let Some(at) = problems.found.iter().position(|found| found.code == "TG8001" && found.source.name() == name) {
        problems.found = vec![problems.found.swap_remove(at)];
        return true;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_can_look_into_is_not_said_to_lack_anything() {
        // A file stands in for a folder that may not be read: whoever runs tests may read all of them.
        let mut problems = Problems::default();
        let folder = Folder::walk(Path::new("Cargo.toml"), &mut problems);
        assert!(tell_if_none(&folder, &mut problems));
        let codes: Vec<_> = problems.found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["TG8001"]);
    }

    #[test]
    fn where_a_document_lies_says_what_it_is_the_policy_of() {
        let scope = |file: &str| scope_in(Path::new("/no/service"), &Path::new("/no/service").join(file));
        assert_eq!(scope("policy.xml"), Scope::Global);
        assert_eq!(scope("apis/a/policy.xml"), Scope::Api);
        assert_eq!(scope("apis/a/operations/get/policy.xml"), Scope::Operation);
        assert_eq!(scope("Products/starter/policy.xml"), Scope::Product);
        assert_eq!(scope("workspaces/w/policy.xml"), Scope::Workspace);
        assert_eq!(scope("workspaces/w/apis/a/policy.xml"), Scope::Api);
        assert_eq!(scope("policy fragments/f/policy.xml"), Scope::Api);
        assert_eq!(scope("drafts.xml"), Scope::Api);
    }
}
