//! Certificates of the settings: are their files there, and can their passwords be had?

use super::problems::Problems;
use crate::config::Config;
use crate::data::{FileError, read_text};

pub(super) fn check(config: &Config, problems: &mut Problems) {
    for (name, certificate) in &config.certificates {
        let path = ["certificates", name.as_str()];
        let files = [("file", Some(&certificate.file)), ("key", certificate.key.as_ref())];
        for (key, file) in files {
            let Some(file) = file else { continue };
            let place = config.said(&[path[0], path[1], key]).unwrap_or_else(|| config.place(&path));
            if file.as_os_str().is_empty() {
                problems.error("TG8083", &place, format!("certificate `{name}` has no `file`"));
                continue;
            }
            match read_text(&config.folder.join(file)) {
                // PKCS #12 is no text.
                Ok(_) | Err(FileError::Encoding(_)) => {}
                Err(error) => problems.error("TG8083", &place, format!("`{}`: {error}", file.display())),
            }
        }
        if let Some(Err(error)) = certificate.password.as_ref().map(|secret| secret.resolve(&config.folder)) {
            let place = config.place(&["certificates", name, "password"]);
            problems.error("TG8020", &place, format!("the password of certificate `{name}`: {error}"));
        }
    }
}
