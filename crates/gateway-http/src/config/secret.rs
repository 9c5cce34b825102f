//! Values that are better not written into a file: they may come from the environment or from a file of their own, and
//! never show in debug output.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::Deserialize;

/// `"text"`, `{ env = "NAME" }` or `{ file = "path" }`.
#[derive(Clone, Deserialize)]
#[serde(untagged, deny_unknown_fields, expecting = "expected a text, `{ env = \"NAME\" }` or `{ file = \"path\" }`")]
pub(crate) enum Secret {
    Text(String),
    Environment { env: String },
    File { file: PathBuf },
}

/// A secret that is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("environment variable `{0}` is not set")]
    Environment(String),
    #[error("`{file}` cannot be read: {source}")]
    File { file: String, source: std::io::Error },
}

impl Secret {
    /// The value; files are relative to `folder` and lose one line end.
    pub(crate) fn resolve(&self, folder: &Path) -> Result<String, SecretError> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::Environment { env } => std::env::var(env).map_err(|_| SecretError::Environment(env.clone())),
            Self::File { file } => {
                let path = folder.join(file);
                let text = std::fs::read_to_string(&path)
                    .map_err(|source| SecretError::File { file: path.display().to_string(), source })?;
                Ok(text.trim_end_matches(['\r', '\n']).to_owned())
            }
        }
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
