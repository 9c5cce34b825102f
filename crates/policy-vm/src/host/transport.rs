//! How a request reaches its server, beside its URL: the certificate shown to it, and the proxy in between.

use bytes::Bytes;

use crate::exchange::Url;

/// What policies say about the way of a request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Transport {
    /// The certificate to show.
    pub certificate: Option<ClientCertificate>,
    /// The proxy to go through.
    pub proxy: Option<Proxy>,
}

/// A certificate with its key, by name or whole.
#[derive(Clone, PartialEq, Eq)]
pub enum ClientCertificate {
    /// One that the host has, by the SHA-1 of its DER form in hexadecimal.
    Thumbprint(Box<str>),
    /// One that the host has, by its name.
    Id(Box<str>),
    /// A PFX file.
    Pfx {
        /// Its bytes.
        bytes: Bytes,
        /// Its password.
        password: Box<str>,
    },
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Thumbprint(thumbprint) => write!(f, "thumbprint {thumbprint}"),
            Self::Id(id) => write!(f, "id {id}"),
            Self::Pfx { bytes, .. } => write!(f, "pfx of {} bytes", bytes.len()),
        }
    }
}

/// An HTTP proxy.
#[derive(Clone, PartialEq, Eq)]
pub struct Proxy {
    /// Where it is.
    pub url: Url,
    /// Name and password for it.
    pub credentials: Option<(Box<str>, Box<str>)>,
}

impl std::fmt::Debug for Proxy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.url)?;
        f.write_str(if self.credentials.is_some() { " with credentials" } else { "" })
    }
}

/// What can be asked about the client's certificate. What it says itself needs no host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CertificateCheck {
    /// A chain leads to an authority that the host trusts.
    Trusted,
    /// Its authority has not revoked it, as far as is known; false when that cannot be found out.
    NotRevoked,
    /// It was issued with this certificate of the host.
    IssuedBy(Box<str>),
    /// It was issued with a certificate of this SHA-1, in hexadecimal.
    IssuerThumbprint(Box<str>),
}
