//! What the gateway shows of itself to others and whom it may reach: certificates, identities, egress.

use std::path::PathBuf;

use serde::Deserialize;

use super::secret::Secret;

/// A certificate, by the name that policies and backends know it by: PEM files, or a PFX file with its password.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Certificate {
    /// The certificate with its chain.
    pub(crate) certificate: Option<PathBuf>,
    /// Its private key; without one it is there to be compared with.
    pub(crate) key: Option<PathBuf>,
    pub(crate) pfx: Option<PathBuf>,
    pub(crate) password: Option<Secret>,
}

/// Where access tokens of the gateway's identity come from.
#[derive(Debug, Clone, Default, Deserialize)]
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
#[derive(Debug, Clone, Deserialize)]
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
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct ClientCertificates {
    /// The authorities, as a PEM file.
    pub(crate) ca_file: Option<PathBuf>,
    /// Lists of revoked certificates, as PEM files.
    pub(crate) crl_files: Vec<PathBuf>,
}
