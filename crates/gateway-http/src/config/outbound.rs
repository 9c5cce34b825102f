//! What the gateway shows of itself to others and whom it may reach: identities, egress, whose client certificates are trusted.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::secret::Secret;

/// Where access tokens of the gateway's identity come from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Identity {
    /// What the tokens are for; absent for everything that no other entry names.
    pub(crate) resource: Option<String>,
    /// Whose they are; absent for the gateway's own.
    pub(crate) client_id: Option<String>,
    /// The token itself. One in a file is read again once a minute.
    pub(crate) token: Option<Secret>,
    /// An endpoint that gives tokens for client credentials.
    pub(crate) token_url: Option<String>,
    /// The name to show there.
    pub(crate) application_id: Option<String>,
    pub(crate) application_secret: Option<Secret>,
    /// The scope to ask for; `{resource}/.default` when absent.
    pub(crate) scope: Option<String>,
}

/// Which addresses requests may go to, checked where a connection is made.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Egress {
    /// Networks that are reached whatever `deny` says: `10.0.0.0/8`, `::1`.
    pub(crate) allow: Vec<String>,
    /// Networks that are not reached. Those where clouds keep the secrets of a machine, when absent.
    pub(crate) deny: Vec<String>,
}

impl Default for Egress {
    fn default() -> Self {
        let deny = ["169.254.0.0/16", "fe80::/10", "fd00:ec2::254", "168.63.129.16", "100.100.100.200"];
        Self { allow: Vec::new(), deny: deny.map(str::to_owned).to_vec() }
    }
}

/// Whose client certificates are trusted, for `validate-client-certificate`.
#[derive(Debug, Clone, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ClientCertificates {
    /// The authorities, as a PEM file.
    pub(crate) ca_file: Option<PathBuf>,
    /// Lists of revoked certificates, as PEM files.
    pub(crate) crl_files: Vec<PathBuf>,
}
