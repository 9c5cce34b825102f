//! Keys for subscriptions that have none: made up once, shown once, and kept in the file that the settings name.

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::path::Path;

use crate::Settings;
use crate::config::Subscription;
use crate::config::secret::Secret;
use crate::data::{FileError, read_text};
use crate::service::{keyless, toml_key};

/// A key that was made up.
#[derive(Debug)]
pub struct GeneratedKey {
    /// The subscription.
    pub subscription: String,
    /// Its primary key.
    pub primary_key: String,
}

/// Bytes of a key, as many as the service's own have.
const BYTES: usize = 16;

impl Settings {
    /// Makes up keys for the subscriptions of a folder that have none, if the settings ask for it, and writes them into the
    /// file of subscriptions.
    ///
    /// # Errors
    /// The file that cannot be written.
    pub fn generate_keys(&mut self, path: &Path) -> io::Result<Vec<GeneratedKey>> {
        // Keys of a file with mistakes are there, though they cannot be read.
        let is_wanted = self.config.generate_keys && self.mistakes().is_empty();
        let Some(file) = self.config.subscriptions_file.clone().filter(|_| is_wanted) else {
            return Ok(Vec::new());
        };
        let names = if path.is_dir() { keyless(path, &self.config) } else { Vec::new() };
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let file = self.folder.join(file);
        let mut text = match read_text(&file) {
            Ok(text) => text,
            Err(FileError::Missing) => String::new(),
            // What cannot be read is not written over.
            Err(error) => return Err(io::Error::other(format!("`{}`: {error}", file.display()))),
        };
        let mut keys = Vec::new();
        for subscription in names {
            let [primary_key, secondary_key] = [random_key()?, random_key()?];
            // Writing to a string cannot fail.
            let _ = write!(
                text,
                "{}[{}]\nprimary_key = \"{primary_key}\"\nsecondary_key = \"{secondary_key}\"\n",
                if text.is_empty() { "" } else { "\n" },
                toml_key(&subscription)
            );
            let given = self.config.subscriptions.entry(subscription.clone()).or_default();
            let (primary, secondary) = (Secret::Text(primary_key.clone()), Secret::Text(secondary_key));
            *given = Subscription { primary_key: Some(primary), secondary_key: Some(secondary), ..given.clone() };
            keys.push(GeneratedKey { subscription, primary_key });
        }
        write_whole(&file, &text)?;
        Ok(keys)
    }
}

fn random_key() -> io::Result<String> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(bytes.iter().fold(String::new(), |mut key, byte| {
        let _ = write!(key, "{byte:02x}");
        key
    }))
}

/// The old file or the new one, whatever happens; nobody else may read it.
fn write_whole(file: &Path, text: &str) -> io::Result<()> {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = file.with_file_name(name);
    // What somebody left there has its own ideas about who may read it.
    let _ = std::fs::remove_file(&new);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&new)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    std::fs::rename(&new, file)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder of its own for a test.
    fn folder(name: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("tollgate-keys-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        folder
    }

    /// Whoever is killed while writing leaves something beside the file, which the next one writes over.
    #[test]
    fn the_file_is_the_old_one_or_the_new_one() {
        let folder = folder("torn");
        let file = folder.join("keys.toml");
        std::fs::write(&file, "old").unwrap();
        std::fs::write(folder.join("keys.toml.new"), "half of something that was longer").unwrap();
        write_whole(&file, "new").unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "new");
        assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 1, "nothing else is left");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0, "nobody else may read it");
        }
        let _ = std::fs::remove_dir_all(&folder);
    }

    #[test]
    fn what_cannot_be_written_leaves_the_old_file_alone() {
        let folder = folder("kept");
        let file = folder.join("keys.toml");
        std::fs::write(&file, "old").unwrap();
        // Something stands where the new one would be written.
        std::fs::create_dir(folder.join("keys.toml.new")).unwrap();
        assert!(write_whole(&file, "new").is_err());
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "old");
        let _ = std::fs::remove_dir_all(&folder);
    }
}
