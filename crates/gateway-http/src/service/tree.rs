//! A service folder as it lies on the disk, walked once: linear in its size, never out of it, and with a mark on every file
//! that somebody read, so that what nobody reads can be told.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs::DirEntry;
use std::path::{Path, PathBuf};

use policy_parser::Source;
use policy_parser::diagnostic::quoted;

use super::problems::Problems;
use crate::data::Place;

/// Files and folders of a service; the biggest known ones have a tenth of it.
const ENTRIES: usize = 500_000;
/// Folders inside folders; a workspace's operation is six deep.
const DEPTH: usize = 16;

/// A folder.
#[derive(Debug, Default)]
pub(super) struct Folder {
    pub(super) path: PathBuf,
    pub(super) folders: BTreeMap<String, Folder>,
    pub(super) files: BTreeMap<String, File>,
}

/// A file.
#[derive(Debug)]
pub(super) struct File {
    pub(super) path: PathBuf,
    is_read: Cell<bool>,
}

/// One resource: its name and its folder.
#[derive(Debug, Clone)]
pub(super) struct Entry<'t> {
    pub(super) name: String,
    pub(super) folder: &'t Folder,
}

impl File {
    /// It has been read, or it is known why not.
    pub(super) fn mark(&self) {
        self.is_read.set(true);
    }

    pub(super) fn is_marked(&self) -> bool {
        self.is_read.get()
    }
}

impl Folder {
    /// Walks a folder.
    pub(super) fn walk(root: &Path, problems: &mut Problems) -> Self {
        let real_root = root.canonicalize().unwrap_or_else(|_| root.to_owned());
        let mut walk = Walk { real_root, left: ENTRIES, problems };
        walk.folder(root.to_owned(), 0)
    }

    /// A file of it; that its name is in another case does not matter where the folder was made by a system to which it
    /// does not.
    pub(super) fn file(&self, name: &str) -> Option<&File> {
        let same = || self.files.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, file)| file);
        self.files.get(name).or_else(same)
    }

    /// The resources of a kind, in the order of their names. `named values`, `namedValues` and `Named Values` are one kind.
    pub(super) fn resources(&self, kind: &str) -> Vec<Entry<'_>> {
        let kinds = self.folders.iter().filter(|(name, _)| same_kind(name, kind));
        fn entry<'t>((name, folder): (&'t String, &'t Folder)) -> Entry<'t> {
            Entry { name: unescaped(name), folder }
        }
        let mut entries: Vec<Entry<'_>> = kinds.flat_map(|(_, folder)| folder.folders.iter().map(entry)).collect();
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        entries
    }

    /// Is there a folder for resources of this kind?
    pub(super) fn has(&self, kind: &str) -> bool {
        self.folders.keys().any(|name| same_kind(name, kind))
    }

    /// A place for findings about the folder itself.
    pub(super) fn place(&self) -> Place {
        Place::start_of(&Source::new(self.path.display().to_string(), ""))
    }

    /// Marks the file at a path, or all files of the folder there.
    pub(super) fn mark_at(&self, path: &Path) {
        let Ok(inside) = path.strip_prefix(&self.path) else { return };
        let mut folder = self;
        for name in inside.components().filter_map(|component| component.as_os_str().to_str()) {
            match (folder.folders.get(name), folder.files.get(name)) {
                (Some(below), _) => folder = below,
                (None, Some(file)) => return file.mark(),
                (None, None) => return,
            }
        }
        // The root itself is named by no setting.
        if !std::ptr::eq(folder, self) {
            folder.all_files(&mut |file| file.mark());
        }
    }

    /// Every file below.
    pub(super) fn all_files(&self, see: &mut dyn FnMut(&File)) {
        self.files.values().for_each(&mut *see);
        for folder in self.folders.values() {
            folder.all_files(see);
        }
    }
}

/// Archives may have escaped the semicolon of a revision.
fn unescaped(name: &str) -> String {
    name.replace("%3B", ";").replace("%3b", ";")
}

/// Blanks and case do not count.
pub(super) fn same_kind(name: &str, kind: &str) -> bool {
    let plain = name.chars().filter(|c| *c != ' ').map(|c| c.to_ascii_lowercase());
    plain.eq(kind.chars().map(|c| c.to_ascii_lowercase()))
}

struct Walk<'p> {
    real_root: PathBuf,
    left: usize,
    problems: &'p mut Problems,
}

impl Walk<'_> {
    fn folder(&mut self, path: PathBuf, depth: usize) -> Folder {
        let mut folder = Folder { path, ..Folder::default() };
        let entries = match std::fs::read_dir(&folder.path) {
            Ok(entries) => entries,
            Err(error) => {
                self.problems.found.push(folder.place().error("TG8001", error.to_string()));
                return folder;
            }
        };
        for entry in entries {
            if self.left == 0 {
                return folder;
            }
            match entry {
                Ok(entry) => self.entry(&mut folder, &entry, depth),
                Err(error) => self.problems.found.push(folder.place().error("TG8001", error.to_string())),
            }
        }
        folder
    }

    fn entry(&mut self, folder: &mut Folder, entry: &DirEntry, depth: usize) {
        let path = entry.path();
        let place = || Place::start_of(&Source::new(path.display().to_string(), ""));
        self.left -= 1;
        if self.left == 0 {
            let text = format!("the folder has more than {ENTRIES} files and folders: the rest is not looked at");
            return self.problems.found.push(place().error("TG8006", text));
        }
        let Ok(name) = entry.file_name().into_string() else {
            let text = "the name of this file or folder is no text: it is left out";
            return self.problems.found.push(place().warning("TG8007", text));
        };
        if name.starts_with('.') {
            return;
        }
        if name.chars().any(char::is_control) {
            let text = format!("{} has control characters in its name: it is left out", quoted(&name));
            return self.problems.found.push(folder.place().warning("TG8007", text));
        }
        let is_link = entry.file_type().is_ok_and(|kind| kind.is_symlink());
        if is_link && let Err(why) = self.link(&folder.path, &path) {
            return self.problems.found.push(place().error("TG8007", why));
        }
        if !path.is_dir() {
            folder.files.insert(name, File { path, is_read: Cell::new(false) });
        } else if depth < DEPTH {
            let below = self.folder(path, depth + 1);
            folder.folders.insert(name, below);
        } else {
            let text = format!("folders are nested more than {DEPTH} deep: the rest is not looked at");
            self.problems.found.push(place().error("TG8006", text));
        }
    }

    /// A link may stand for anything in the service folder but for what it lies in.
    fn link(&self, folder: &Path, path: &Path) -> Result<(), String> {
        let target = path.canonicalize().map_err(|error| format!("the link leads nowhere: {error}"))?;
        if !target.starts_with(&self.real_root) {
            return Err("the link leads out of the service folder: it is not followed".to_owned());
        }
        let inside = folder.canonicalize().is_ok_and(|folder| folder.starts_with(&target));
        if inside { Err("the link leads back to where it is: it is not followed".to_owned()) } else { Ok(()) }
    }
}
