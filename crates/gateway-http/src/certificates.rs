//! The gateway's certificates: those it shows to backends, and those that clients' certificates are compared with.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use policy_vm::host::ClientCertificate;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

use crate::backend::verify::thumbprint;
use crate::config;
use crate::data::{FileError, read_bytes};
use crate::trust::{Verifier, issued_by};

/// All of them.
#[derive(Debug)]
pub(crate) struct Certificates {
    entries: Vec<Certificate>,
    /// No others have had this number, in any version of the service.
    pub(crate) number: u64,
}

impl Default for Certificates {
    fn default() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Self { entries: Vec::new(), number: NEXT.fetch_add(1, Ordering::Relaxed) }
    }
}

/// One.
#[derive(Debug)]
pub(crate) struct Certificate {
    pub(crate) name: String,
    pub(crate) thumbprint: String,
    /// As expressions get it: a PFX file without a password keeps its key.
    pub(crate) data: Bytes,
    /// Knows what it issued.
    pub(crate) issues: Option<Verifier>,
    /// To be shown; one without a key is only compared with.
    shown: Option<Arc<CertifiedKey>>,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateFault {
    #[error("it has no `file`")]
    NoFile,
    #[error("`{file}` cannot be read: {source}")]
    File { file: String, source: FileError, is_key: bool },
    #[error("`{file}`: {source}")]
    Pem { file: String, source: rustls::pki_types::pem::Error },
    #[error("the file holds no certificate")]
    Empty,
    #[error("it is no PFX file, or the password is another one")]
    Pfx,
    #[error("the password: {0}")]
    Secret(#[from] config::secret::SecretError),
    #[error("it has no private key")]
    NoKey,
    #[error("its key cannot be used: {0}")]
    Key(rustls::Error),
    #[error("there is no such certificate")]
    Unknown,
}

impl CertificateFault {
    /// The key of the settings that is at fault.
    pub(crate) const fn key(&self) -> &'static str {
        match self {
            Self::Secret(_) | Self::Pfx => "password",
            Self::File { is_key: true, .. } | Self::Key(_) => "key",
            _ => "file",
        }
    }
}

impl Certificates {
    /// Adds a certificate of the settings; files are relative to `folder`.
    pub(crate) fn add(
        &mut self,
        name: &str,
        settings: &config::Certificate,
        folder: &Path,
    ) -> Result<(), CertificateFault> {
        if settings.file.as_os_str().is_empty() {
            return Err(CertificateFault::NoFile);
        }
        let password = settings.password.as_ref().map(|password| password.resolve(folder)).transpose()?;
        let key = settings.key.as_ref().map(|key| folder.join(key));
        let (chain, key, data) = read_file(&folder.join(&settings.file), key.as_deref(), password.as_deref())?;
        let first = chain.first().ok_or(CertificateFault::Empty)?;
        let der = Bytes::copy_from_slice(first);
        self.entries.push(Certificate {
            name: name.to_owned(),
            thumbprint: thumbprint(&der),
            data: data.unwrap_or_else(|| der.clone()),
            issues: issued_by(&der),
            shown: key.map(|key| certified(chain, key)).transpose()?,
        });
        Ok(())
    }

    /// What documents may call them: names and thumbprints.
    pub(crate) fn names(&self) -> Vec<String> {
        self.entries.iter().flat_map(|one| [one.name.clone(), one.thumbprint.clone()]).collect()
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Certificate> {
        self.entries.iter()
    }

    /// The one of that name or thumbprint.
    pub(crate) fn find(&self, name: &str) -> Option<&Certificate> {
        let same =
            |entry: &&Certificate| entry.name.eq_ignore_ascii_case(name) || entry.thumbprint.eq_ignore_ascii_case(name);
        self.entries.iter().find(same)
    }

    /// What is to be shown to a backend.
    pub(crate) fn shown(&self, asked: &ClientCertificate) -> Result<Arc<CertifiedKey>, CertificateFault> {
        let name = match asked {
            ClientCertificate::Thumbprint(name) | ClientCertificate::Id(name) => name,
            ClientCertificate::Pfx { bytes, password } => {
                let (chain, key) = read_pfx(bytes, password)?;
                return certified(chain, key);
            }
        };
        let entry = self.find(name).ok_or(CertificateFault::Unknown)?;
        entry.shown.as_ref().map(Arc::clone).ok_or(CertificateFault::NoKey)
    }
}

type Parts = (Vec<CertificateDer<'static>>, Option<PrivateKeyDer<'static>>, Option<Bytes>);

/// A file of PKCS #12, or PEM with the key in the same file, in one of its own, or nowhere.
fn read_file(file: &Path, key: Option<&Path>, password: Option<&str>) -> Result<Parts, CertificateFault> {
    let bytes = read_bytes(file).map_err(|source| CertificateFault::File {
        file: file.display().to_string(),
        source,
        is_key: false,
    })?;
    let is_pem = bytes.windows(10).any(|window| window == b"-----BEGIN");
    if !is_pem {
        let (chain, key) = read_pfx(&bytes, password.unwrap_or_default())?;
        // Only one that nobody has to unlock is of use to expressions.
        let data = password.is_none_or(str::is_empty).then(|| Bytes::from(bytes));
        return Ok((chain, Some(key), data));
    }
    let fault = |source| CertificateFault::Pem { file: file.display().to_string(), source };
    let chain = CertificateDer::pem_slice_iter(&bytes).collect::<Result<Vec<_>, _>>().map_err(fault)?;
    let key = match key {
        None => PrivateKeyDer::from_pem_slice(&bytes).ok(),
        Some(file) => {
            let bytes = read_bytes(file).map_err(|source| CertificateFault::File {
                file: file.display().to_string(),
                source,
                is_key: true,
            })?;
            let fault = |source| CertificateFault::Pem { file: file.display().to_string(), source };
            Some(PrivateKeyDer::from_pem_slice(&bytes).map_err(fault)?)
        }
    };
    Ok((chain, key, None))
}

fn read_pfx(
    bytes: &[u8],
    password: &str,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), CertificateFault> {
    let pfx = policy_vm::certificates::read_pfx(bytes, password).ok_or(CertificateFault::Pfx)?;
    let key = pfx.key.ok_or(CertificateFault::NoKey)?;
    let chain = pfx.chain.into_iter().map(CertificateDer::from).collect();
    Ok((chain, PrivatePkcs8KeyDer::from(key).into()))
}

fn certified(
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
) -> Result<Arc<CertifiedKey>, CertificateFault> {
    let provider: CryptoProvider = rustls::crypto::ring::default_provider();
    CertifiedKey::from_der(chain, key, &provider).map(Arc::new).map_err(CertificateFault::Key)
}
