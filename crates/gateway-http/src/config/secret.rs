//! Values that are better not written into a file: they may come from the environment or from a file of their own, and
//! never show in debug output.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize, Serializer};

use crate::data::{FileError, read_text};

/// `"text"`, `{ env = "NAME" }`, `{ env = "NAME", default = "text" }` or `{ file = "path" }`.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(untagged, deny_unknown_fields, expecting = "expected a text, `{ env = \"NAME\" }` or `{ file = \"path\" }`")]
pub(crate) enum Secret {
    Text(String),
    Environment {
        env: String,
        /// What demonstrations run with; who serves is told when it is in use.
        #[serde(default)]
        default: Option<String>,
    },
    File {
        file: PathBuf,
    },
}

/// A secret that is not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SecretError {
    #[error("environment variable `{0}` is not set")]
    Environment(String),
    #[error("`{file}`: {source}")]
    File { file: String, source: FileError },
}

impl Secret {
    /// The environment variable that is not set, where a default takes its place.
    pub(crate) fn default_in_use(&self) -> Option<&str> {
        match self {
            Self::Environment { env, default: Some(_) } if std::env::var_os(env).is_none() => Some(env),
            _ => None,
        }
    }

    /// The file it is in, if it is in one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            Self::File { file } => Some(file),
            _ => None,
        }
    }

    /// The value; files are relative to `folder` and lose one line end.
    pub(crate) fn resolve(&self, folder: &Path) -> Result<String, SecretError> {
        match self {
            Self::Text(text) => Ok(text.clone()),
            Self::Environment { env, default } => match (std::env::var(env), default) {
                (Ok(value), _) => Ok(value),
                (Err(_), Some(default)) => Ok(default.clone()),
                (Err(_), None) => Err(SecretError::Environment(env.clone())),
            },
            Self::File { file } => {
                let path = folder.join(file);
                let text = read_text(&path)
                    .map_err(|source| SecretError::File { file: path.display().to_string(), source })?;
                Ok(text.trim_end_matches(['\r', '\n']).to_owned())
            }
        }
    }
}

/// As it stands in a file, but for the text itself.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&match self {
            Self::Text(_) => "***".to_owned(),
            Self::Environment { env, default } => match (std::env::var_os(env), default) {
                (Some(_), _) => format!("*** (environment variable {env})"),
                (None, Some(_)) => format!("*** (the default: environment variable {env} is not set)"),
                (None, None) => format!("missing: environment variable {env} is not set"),
            },
            Self::File { file } => format!("*** (file {})", file.display()),
        })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Secret {
        let mut table: std::collections::BTreeMap<String, Secret> = toml::from_str(text).unwrap();
        table.remove("x").unwrap()
    }

    #[test]
    fn a_default_takes_the_place_of_what_the_environment_lacks() {
        let secret = read("x = { env = \"TOLLGATE_TEST_THAT_NOBODY_SETS\", default = \"demo\" }");
        assert_eq!(secret.resolve(Path::new("")).unwrap(), "demo");
        assert_eq!(secret.default_in_use(), Some("TOLLGATE_TEST_THAT_NOBODY_SETS"));
        // Every machine that runs tests has a search path.
        let secret = read("x = { env = \"PATH\", default = \"demo\" }");
        assert_ne!(secret.resolve(Path::new("")).unwrap(), "demo");
        assert_eq!(secret.default_in_use(), None);
        let secret = read("x = { env = \"TOLLGATE_TEST_THAT_NOBODY_SETS\" }");
        assert!(secret.resolve(Path::new("")).is_err());
    }
}
