//! The file of the access log. Whoever rotates logs renames or removes it; then it is made anew.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// The file at a path, whichever that is at the moment.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    file: File,
}

impl LogFile {
    pub(super) fn open(path: PathBuf) -> io::Result<Self> {
        Ok(Self { file: append(&path)?, path })
    }

    /// Asked before each block of lines, not before each line.
    fn has_moved(&self) -> bool {
        match (std::fs::metadata(&self.path), self.file.metadata()) {
            (Ok(there), Ok(own)) => !is_same(&there, &own),
            (Err(error), _) => error.kind() == io::ErrorKind::NotFound,
            (Ok(_), Err(_)) => false,
        }
    }
}

fn append(path: &Path) -> io::Result<File> {
    OpenOptions::new().create(true).append(true).open(path)
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Where an open file cannot be renamed, it is the same.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}

impl Write for LogFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.has_moved()
            // Better in the old one than nowhere.
            && let Ok(file) = append(&self.path)
        {
            self.file = file;
        }
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_was_renamed_or_removed_is_made_anew() {
        let folder = std::env::temp_dir().join(format!("tollgate-log-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = |name: &str| folder.join(name);
        let mut log = LogFile::open(path("log")).unwrap();
        log.write_all(b"1\n").unwrap();
        std::fs::rename(path("log"), path("log.1")).unwrap();
        log.write_all(b"2\n").unwrap();
        log.write_all(b"3\n").unwrap();
        assert_eq!(std::fs::read(path("log.1")).unwrap(), b"1\n");
        assert_eq!(std::fs::read(path("log")).unwrap(), b"2\n3\n");
        std::fs::remove_file(path("log")).unwrap();
        log.write_all(b"4\n").unwrap();
        assert_eq!(std::fs::read(path("log")).unwrap(), b"4\n");
        // Where none can be made, the old one goes on.
        std::fs::rename(path("log"), path("log.2")).unwrap();
        std::fs::create_dir(path("log")).unwrap();
        log.write_all(b"5\n").unwrap();
        assert_eq!(std::fs::read(path("log.2")).unwrap(), b"4\n5\n");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
