//! The files that a service is made of: whether they changed, and what they are together.
//!
//! Looking at them again and again works everywhere, on network drives, in containers, and with the exchanged symbolic
//! links of a mounted configuration, where notices of the kernel do not arrive.

use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use rustc_hash::FxHasher;
use sha2::{Digest, Sha256};

use crate::data::read_bytes;

/// Folders in folders.
const MAX_DEPTH: usize = 24;
/// Files and folders in all; with more nothing is served.
const ENTRIES: usize = 500_000;

/// What is looked at.
#[derive(Debug, Clone)]
pub(crate) struct Files {
    /// The service folder, or the lone document.
    pub(crate) root: PathBuf,
    /// Files beside it, or folders of them: settings, keys, certificates.
    pub(crate) others: Vec<PathBuf>,
    /// Files that the gateway writes itself, and what rotation makes of them: `access.log.1`, `access.log-20261123.gz`.
    pub(crate) except: Vec<PathBuf>,
    /// What the process writes to, whatever it is called: its findings must not look like a change.
    pub(crate) outputs: Vec<Output>,
}

/// Which file of the machine it is.
pub(crate) type Output = (u64, u64);

/// The files that output and errors of this process go to.
pub(crate) fn outputs() -> Vec<Output> {
    #[cfg(unix)]
    {
        use std::os::fd::AsFd;
        let (out, err) = (io::stdout(), io::stderr());
        let files = [out.as_fd(), err.as_fd()].map(|output| output.try_clone_to_owned().map(std::fs::File::from));
        files.into_iter().flatten().filter_map(|file| identity(&file.metadata().ok()?)).collect()
    }
    #[cfg(not(unix))]
    Vec::new()
}

fn identity(found: &std::fs::Metadata) -> Option<Output> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt;
        found.is_file().then(|| (found.dev(), found.ino()))
    }
    #[cfg(not(unix))]
    {
        let _ = found;
        None
    }
}

/// What files of a service folder are called that anything can be in; others are not read, unless the settings name them.
const ENDINGS: [&str; 5] = ["json", "toml", "xml", "yaml", "yml"];

impl Files {
    /// A number that changes when a file does, comes or goes: by size and time, without reading any.
    pub(crate) fn fingerprint(&self) -> u64 {
        let mut all = 0u64;
        self.each(|name, path| {
            let mut hasher = FxHasher::default();
            name.hash(&mut hasher);
            if let Ok(found) = std::fs::metadata(path) {
                found.len().hash(&mut hasher);
                let changed = found.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
                changed.hash(&mut hasher);
                #[cfg(unix)]
                std::os::unix::fs::MetadataExt::ino(&found).hash(&mut hasher);
            }
            all = all.wrapping_mul(31).wrapping_add(hasher.finish());
        });
        all
    }

    /// What all files contain, as one number that is the same wherever the same files lie.
    pub(crate) fn digest(&self) -> String {
        let mut sum = Sha256::new();
        self.each(|name, path| {
            sum.update((name.len() as u64).to_be_bytes());
            sum.update(name);
            // What is no file, or too big for one, is nothing that serves: a pipe would be waited for.
            if let Ok(bytes) = read_bytes(path) {
                sum.update((bytes.len() as u64).to_be_bytes());
                sum.update(bytes);
            }
        });
        sum.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Every file with its name relative to where it was looked for, in one order.
    fn each(&self, mut act: impl FnMut(&str, &Path)) {
        let others = self.others.iter().enumerate().map(|(number, file)| (format!("//{number}"), file, false));
        for (name, path, of_service) in [(String::new(), &self.root, true)].into_iter().chain(others) {
            if path.is_dir() {
                let mut walk = Walk { of_service, left: ENTRIES, above: resolved(path).into_iter().collect() };
                self.walk(path, &name, &mut walk, &mut act);
            } else {
                act(&name, path);
            }
        }
    }

    /// Is an entry of a folder one of those that the gateway writes?
    fn is_own(&self, entry: &str, folder: &Path) -> bool {
        self.except.iter().any(|own| {
            let name = own.file_name().map(std::ffi::OsStr::to_string_lossy).unwrap_or_default();
            let is_named =
                entry.strip_prefix(&*name).is_some_and(|rest| matches!(rest.as_bytes(), [] | [b'.' | b'-', ..]));
            // Only for the few entries of such a name is the disk asked.
            is_named && own.parent().and_then(resolved).is_some_and(|known| resolved(folder) == Some(known))
        })
    }

    /// Does the process write into it?
    fn is_output(&self, path: &Path) -> bool {
        !self.outputs.is_empty()
            && std::fs::metadata(path)
                .is_ok_and(|found| identity(&found).is_some_and(|file| self.outputs.contains(&file)))
    }

    fn walk(&self, folder: &Path, name: &str, walk: &mut Walk, act: &mut impl FnMut(&str, &Path)) {
        let Ok(mut entries) = entries(folder) else { return act(name, folder) };
        entries.sort();
        for (entry, path) in entries {
            // What begins with a dot belongs to editors and version control.
            if entry.starts_with('.') || self.is_own(&entry, folder) {
                continue;
            }
            let name = format!("{name}/{entry}");
            let Some(left) = walk.left.checked_sub(1) else { return };
            walk.left = left;
            if path.is_dir() {
                // A link back to where it lies leads in circles, and several of them to no end of folders.
                let Some(real) = walk.below(&path).filter(|real| !walk.above.contains(real)) else { continue };
                if walk.above.len() <= MAX_DEPTH {
                    walk.above.push(real);
                    self.walk(&path, &name, walk, act);
                    walk.above.pop();
                }
            } else if (!walk.of_service || may_be_read(&path)) && !self.is_output(&path) {
                act(&name, &path);
            }
        }
    }
}

/// Where one is in a tree of folders.
#[derive(Debug)]
struct Walk {
    /// It is the service folder, not one that the settings name.
    of_service: bool,
    /// Entries that may still come.
    left: usize,
    /// The folders from the first one to this one, whatever links led there.
    above: Vec<PathBuf>,
}

impl Walk {
    /// Where a folder in this one really is.
    fn below(&self, path: &Path) -> Option<PathBuf> {
        if path.is_symlink() { resolved(path) } else { Some(self.above.last()?.join(path.file_name()?)) }
    }
}

fn may_be_read(path: &Path) -> bool {
    path.extension()
        .and_then(|ending| ending.to_str())
        .is_some_and(|ending| ENDINGS.iter().any(|known| known.eq_ignore_ascii_case(ending)))
}

/// The folder that a path leads to, however it is spelled.
fn resolved(folder: &Path) -> Option<PathBuf> {
    std::fs::canonicalize(if folder.as_os_str().is_empty() { Path::new(".") } else { folder }).ok()
}

fn entries(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let entries = std::fs::read_dir(folder)?;
    Ok(entries.flatten().map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path())).collect())
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    struct Folder(PathBuf);

    impl Folder {
        fn new() -> Self {
            static NEXT: AtomicUsize = AtomicUsize::new(0);
            let name = format!("tollgate-files-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
            let path = std::env::temp_dir().join(name);
            fs::create_dir_all(path.join("apis")).unwrap();
            fs::write(path.join("policy.xml"), "<policies/>").unwrap();
            fs::write(path.join("apis/a.json"), "{}").unwrap();
            Self(path)
        }

        fn files(&self) -> Files {
            Files { root: self.0.clone(), others: vec![], except: vec![self.0.join("access.log")], outputs: vec![] }
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn every_change_is_one() {
        let folder = Folder::new();
        let files = folder.files();
        let mut last = files.fingerprint();
        assert_eq!(last, files.fingerprint());
        let mut changed = |what: &str| {
            let next = files.fingerprint();
            assert_ne!(next, last, "{what}");
            last = next;
        };
        fs::write(folder.0.join("policy.xml"), "<policies></policies>").unwrap();
        changed("other content");
        fs::write(folder.0.join("apis/b.json"), "{}").unwrap();
        changed("another file");
        fs::rename(folder.0.join("apis/b.json"), folder.0.join("apis/c.json")).unwrap();
        changed("another name");
        fs::remove_file(folder.0.join("apis/c.json")).unwrap();
        changed("a file less");
        #[cfg(unix)]
        {
            fs::create_dir(folder.0.join(".one")).unwrap();
            fs::create_dir(folder.0.join(".two")).unwrap();
            fs::write(folder.0.join(".one/x"), "1").unwrap();
            fs::write(folder.0.join(".two/x"), "22").unwrap();
            std::os::unix::fs::symlink(folder.0.join(".one/x"), folder.0.join("x.json")).unwrap();
            changed("a link");
            fs::remove_file(folder.0.join("x.json")).unwrap();
            std::os::unix::fs::symlink(folder.0.join(".two/x"), folder.0.join("x.json")).unwrap();
            changed("a link to another file");
        }
        fs::remove_dir_all(&folder.0).unwrap();
        changed("nothing left");
    }

    #[test]
    fn what_is_written_by_the_gateway_and_by_editors_does_not_count() {
        let folder = Folder::new();
        let files = folder.files();
        let (before, digest) = (files.fingerprint(), files.digest());
        for name in ["access.log", "access.log.1", "access.log-20261123.gz", ".policy.xml.swp"] {
            fs::write(folder.0.join(name), "a line").unwrap();
        }
        assert_eq!((files.fingerprint(), files.digest()), (before, digest.clone()));
        // Another way to say the same place.
        let other = Files { except: vec![folder.0.join("apis/.././access.log")], ..files.clone() };
        assert_eq!((other.fingerprint(), other.digest()), (before, digest));
        // What has the same name elsewhere, or only begins like it, is a file like any other.
        fs::write(folder.0.join("apis/access.log.xml"), "x").unwrap();
        let with_one = files.fingerprint();
        fs::write(folder.0.join("access.logic.xml"), "x").unwrap();
        assert!(with_one != before && files.fingerprint() != with_one);
    }

    /// Otherwise what is said about a reload would bring about the next one.
    #[test]
    fn only_what_may_be_read_counts() {
        let folder = Folder::new();
        let mut files = folder.files();
        let (before, digest) = (files.fingerprint(), files.digest());
        for name in ["gateway.log", "errors", "nohup.out", "apis/notes.md", "key.pem"] {
            fs::write(folder.0.join(name), "a line").unwrap();
        }
        assert_eq!((files.fingerprint(), files.digest()), (before, digest.clone()));
        fs::write(folder.0.join("apis/Specification.YAML"), "openapi: 3.0.0").unwrap();
        let before = files.fingerprint();
        assert_ne!(files.digest(), digest, "case does not count");
        // What the settings name counts whatever it is called, and so does all of a folder that they name.
        files.others = vec![folder.0.join("key.pem"), folder.0.join("apis")];
        let with_key = files.fingerprint();
        assert_ne!(with_key, before);
        fs::write(folder.0.join("key.pem"), "another").unwrap();
        let with_another = files.fingerprint();
        assert_ne!(with_another, with_key);
        fs::write(folder.0.join("apis/notes.md"), "others").unwrap();
        assert_ne!(files.fingerprint(), with_another);
    }

    #[cfg(unix)]
    #[test]
    fn what_the_process_writes_to_does_not_count_whatever_it_is_called() {
        let folder = Folder::new();
        let file = folder.0.join("log.json");
        fs::write(&file, "one").unwrap();
        let outputs = identity(&fs::metadata(&file).unwrap()).into_iter().collect();
        let files = Files { outputs, ..folder.files() };
        let (before, digest) = (files.fingerprint(), files.digest());
        fs::write(&file, "one\ntwo").unwrap();
        assert_eq!((files.fingerprint(), files.digest()), (before, digest));
        assert_ne!(folder.files().fingerprint(), before, "elsewhere it is a file like any other");
    }

    #[test]
    fn the_same_files_are_the_same_version_wherever_they_lie() {
        let (one, two) = (Folder::new(), Folder::new());
        assert_eq!(one.files().digest(), two.files().digest());
        fs::write(two.0.join("policy.xml"), "<policies />").unwrap();
        assert_ne!(one.files().digest(), two.files().digest());
    }

    #[cfg(unix)]
    #[test]
    fn links_in_a_circle_come_to_an_end() {
        let folder = Folder::new();
        let (files, link) = (folder.files(), |to: &Path, name: &str| {
            std::os::unix::fs::symlink(to, folder.0.join(name)).unwrap();
        });
        let (before, digest) = (files.fingerprint(), files.digest());
        // Followed, they would be three to the power of the depth.
        for name in ["again", "and-again", "apis/up"] {
            link(&folder.0, name);
        }
        assert_eq!((files.fingerprint(), files.digest()), (before, digest));
        // Here and there between folders there is an end to them too.
        for name in "abcdefghijklmnop".chars().map(String::from) {
            fs::create_dir(folder.0.join(&name)).unwrap();
            link(&folder.0.join("apis"), &format!("{name}/other"));
            link(&folder.0.join(&name), &format!("apis/{name}"));
        }
        assert_ne!(files.fingerprint(), before);
    }

    #[cfg(unix)]
    #[test]
    fn nobody_waits_for_what_may_come_out_of_a_pipe() {
        let folder = Folder::new();
        let path = folder.0.join("apis/pipe.xml");
        assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
        let files = Files { others: vec![path], ..folder.files() };
        assert_eq!(files.fingerprint(), files.fingerprint());
        assert_eq!(files.digest(), files.digest());
    }
}
