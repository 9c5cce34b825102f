//! The gateway's certificates: those it shows to backends, and those that clients' certificates are compared with.

use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use policy_vm::host::ClientCertificate;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::sign::CertifiedKey;

use crate::backend::verify::thumbprint;
use crate::config;

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Certificates {
    entries: Vec<Certificate>,
}

/// One.
#[derive(Debug)]
pub(crate) struct Certificate {
    pub(crate) name: String,
    pub(crate) der: Bytes,
    pub(crate) thumbprint: String,
    /// As expressions get it: a PFX file without a password keeps its key.
    pub(crate) data: Bytes,
    /// To be shown; one without a key is only compared with.
    shown: Option<Arc<CertifiedKey>>,
}

/// Why a certificate cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CertificateFault {
    #[error("`{file}` cannot be read: {source}")]
    File { file: String, source: std::io::Error },
    #[error("`{file}`: {source}")]
    Pem { file: String, source: rustls::pki_types::pem::Error },
    #[error("it is no PFX file, or the password is another one")]
    Pfx,
    #[error("{0}")]
    Secret(#[from] config::secret::SecretError),
    #[error("it has no private key")]
    NoKey,
    #[error("its key cannot be used: {0}")]
    Key(rustls::Error),
    #[error("either `certificate` with `key`, or `pfx` with `password`")]
    Form,
    #[error("there is no such certificate")]
    Unknown,
}

impl Certificates {
    /// Adds a certificate of the settings; files are relative to `folder`.
    pub(crate) fn add(
        &mut self,
        name: &str,
        settings: &config::Certificate,
        folder: &Path,
    ) -> Result<(), CertificateFault> {
        let certificate = match (&settings.certificate, &settings.pfx) {
            (Some(chain), None) => pem(&folder.join(chain), settings.key.as_ref().map(|key| folder.join(key)))?,
            (None, Some(file)) => {
                let file = folder.join(file);
                let bytes = std::fs::read(&file)
                    .map_err(|source| CertificateFault::File { file: file.display().to_string(), source })?;
                let password = settings.password.as_ref().map(|password| password.resolve(folder)).transpose()?;
                let password = password.unwrap_or_default();
                let (chain, key) = read_pfx(&bytes, &password)?;
                (chain, Some(key), password.is_empty().then(|| Bytes::from(bytes)))
            }
            _ => return Err(CertificateFault::Form),
        };
        let (chain, key, data) = certificate;
        let Some(der) = chain.first().map(|first| Bytes::copy_from_slice(first)) else {
            return Err(CertificateFault::Unknown);
        };
        self.entries.push(Certificate {
            name: name.to_owned(),
            thumbprint: thumbprint(&der),
            data: data.unwrap_or_else(|| der.clone()),
            shown: key.map(|key| certified(chain, key)).transpose()?,
            der,
        });
        Ok(())
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

fn pem(chain: &Path, key: Option<std::path::PathBuf>) -> Result<Parts, CertificateFault> {
    let fault = |file: &Path| {
        let file = file.display().to_string();
        move |source| CertificateFault::Pem { file, source }
    };
    let read = CertificateDer::pem_file_iter(chain).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = read.map_err(fault(chain))?;
    let key = key.map(|key| PrivateKeyDer::from_pem_file(&key).map_err(fault(&key))).transpose()?;
    Ok((certificates, key, None))
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
