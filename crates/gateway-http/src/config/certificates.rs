//! `[certificates.<name>]`: certificates with their keys, which exports leave out.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::secret::Secret;

/// A certificate: one file of PKCS #12 with its password, or PEM with the key in the same file or in one of its own.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Certificate {
    /// `.pfx`, `.p12` or `.pem`.
    pub(crate) file: PathBuf,
    /// The key as PEM, where `file` does not have it.
    pub(crate) key: Option<PathBuf>,
    /// What `file` is locked with.
    pub(crate) password: Option<Secret>,
}
