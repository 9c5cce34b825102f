//! Whose client certificates are trusted: authorities and lists of what they have revoked.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use policy_vm::host::CertificateCheck;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::{Error, RootCertStore};
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::backend::verify::thumbprint;
use crate::certificates::Certificates;
use crate::config::ClientCertificates;
use crate::tls::{TlsError, certificates};

/// The authorities of the settings.
#[derive(Debug, Default)]
pub(crate) struct Trust {
    authorities: Vec<CertificateDer<'static>>,
    revoked: Vec<CertificateRevocationListDer<'static>>,
}

impl Trust {
    /// Reads the files of the settings, which are relative to `folder`.
    pub(crate) fn read(settings: &ClientCertificates, folder: &Path) -> Result<Self, TlsError> {
        let mut trust = Self::default();
        if let Some(file) = &settings.ca_file {
            trust.authorities = certificates(&folder.join(file))?;
        }
        for file in &settings.crl_files {
            let file = folder.join(file);
            let read =
                CertificateRevocationListDer::pem_file_iter(&file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
            let lists = read.map_err(|source| TlsError::Pem { file: file.display().to_string(), source })?;
            trust.revoked.extend(lists);
        }
        Ok(trust)
    }

    /// Answers the engine about a client's certificate; `known` are those that policies name.
    pub(crate) fn check(
        &self,
        certificate: &[u8],
        check: &CertificateCheck,
        known: &Certificates,
        now: Duration,
    ) -> bool {
        let certificate = CertificateDer::from(certificate.to_vec());
        match check {
            CertificateCheck::Trusted => self.is_issued_by(&certificate, &self.authorities, &[], now).is_ok(),
            // Without a list nothing is known, and what is not known is not said.
            CertificateCheck::NotRevoked if self.revoked.is_empty() => false,
            CertificateCheck::NotRevoked => {
                self.is_issued_by(&certificate, &self.authorities, &self.revoked, now).is_ok()
            }
            CertificateCheck::IssuedBy(name) => known.find(name).is_some_and(|issuer| {
                let issuer = CertificateDer::from(issuer.der.to_vec());
                self.is_issued_by(&certificate, &[issuer], &[], now).is_ok()
            }),
            CertificateCheck::IssuerThumbprint(wanted) => {
                let of_policies = known.iter().map(|issuer| CertificateDer::from(issuer.der.to_vec()));
                let mut issuers = self.authorities.iter().cloned().chain(of_policies);
                issuers.any(|issuer| {
                    thumbprint(&issuer).eq_ignore_ascii_case(wanted)
                        && self.is_issued_by(&certificate, &[issuer], &[], now).is_ok()
                })
            }
        }
    }

    fn is_issued_by(
        &self,
        certificate: &CertificateDer<'_>,
        authorities: &[CertificateDer<'static>],
        revoked: &[CertificateRevocationListDer<'static>],
        now: Duration,
    ) -> Result<(), Error> {
        let mut roots = RootCertStore::empty();
        for authority in authorities {
            roots.add(authority.clone())?;
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        if !revoked.is_empty() {
            builder = builder.with_crls(revoked.iter().cloned()).only_check_end_entity_revocation();
        }
        let verifier = builder.build().map_err(|error| Error::General(error.to_string()))?;
        let now = UnixTime::since_unix_epoch(within_its_life(certificate, now));
        verifier.verify_client_cert(certificate, &[], now).map(|_| ())
    }
}

/// A moment at which the certificate is valid: whether it is valid now is a question of its own.
fn within_its_life(certificate: &CertificateDer<'_>, now: Duration) -> Duration {
    let Ok((_, parsed)) = X509Certificate::from_der(certificate) else { return now };
    let seconds = |time: i64| Duration::from_secs(u64::try_from(time).unwrap_or(0));
    let validity = parsed.validity();
    let (begin, end) = (seconds(validity.not_before.timestamp()), seconds(validity.not_after.timestamp()));
    if begin > end { now } else { now.clamp(begin, end) }
}
