//! `[secrets]`: where secrets are looked for that nobody names one by one.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::data::{FileError, read_text};

/// Sources of secrets by name.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Secrets {
    /// A folder with a file for each secret, as orchestrators mount them.
    pub(crate) folder: Option<PathBuf>,
    /// The beginning of environment variables: `TOLLGATE_` for `TOLLGATE_ERP_PASSWORD`, which is secret `erp-password`.
    pub(crate) environment_prefix: Option<String>,
}

impl Secrets {
    /// The secret of this name, if one of the sources has it: files first.
    ///
    /// # Errors
    /// The file that is there and cannot be read, and why.
    pub(crate) fn find(&self, name: &str, folder: &Path) -> Result<Option<String>, String> {
        // A name that leads out of the folder is no name of a file.
        let is_file_name = !name.is_empty() && !name.starts_with('.') && !name.contains(['/', '\\', '\0']);
        if let Some(secrets) = self.folder.as_ref().filter(|_| is_file_name) {
            let file = folder.join(secrets).join(name);
            match read_text(&file) {
                Ok(text) => return Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned())),
                Err(FileError::Missing) => {}
                Err(error) => return Err(format!("`{}`: {error}", file.display())),
            }
        }
        Ok(self.variable(name).and_then(|variable| std::env::var(variable).ok()))
    }

    /// The environment variable of a secret.
    pub(crate) fn variable(&self, name: &str) -> Option<String> {
        let prefix = self.environment_prefix.as_ref()?;
        let upper = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' });
        Some(prefix.chars().chain(upper).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_secrets_are_names_of_variables() {
        let secrets = Secrets { environment_prefix: Some("TG_".to_owned()), ..Secrets::default() };
        assert_eq!(secrets.variable("erp-password.v2").as_deref(), Some("TG_ERP_PASSWORD_V2"));
        assert_eq!(Secrets::default().variable("x"), None);
    }

    #[test]
    fn a_name_does_not_lead_out_of_the_folder() {
        let folder = std::env::temp_dir().join(format!("tollgate-secrets-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("in")).unwrap();
        std::fs::write(folder.join("in/a"), "one\r\n").unwrap();
        std::fs::write(folder.join("out"), "two").unwrap();
        let secrets = Secrets { folder: Some("in".into()), environment_prefix: None };
        assert_eq!(secrets.find("a", &folder), Ok(Some("one".to_owned())));
        for name in ["../out", "..", "b", ""] {
            assert_eq!(secrets.find(name, &folder), Ok(None), "{name}");
        }
        std::fs::remove_dir_all(folder).unwrap();
    }
}
