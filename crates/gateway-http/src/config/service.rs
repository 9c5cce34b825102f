//! `[service]`: which service the folder is meant to be.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What is laid over the folder's files.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Service {
    /// `prod` for `configuration.prod.yaml`, in the folder or beside it.
    pub(crate) environment: Option<String>,
    /// A file of overrides by its path, whatever its name.
    pub(crate) overrides: Option<PathBuf>,
}
