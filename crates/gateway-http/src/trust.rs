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

#[cfg(test)]
mod tests {
    use rcgen::{
        BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, ExtendedKeyUsagePurpose,
        IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams, SerialNumber, date_time_ymd,
    };

    use super::*;
    use crate::config;

    type Authority = CertifiedIssuer<'static, KeyPair>;

    fn authority() -> Authority {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
    }

    fn issue(authority: &Authority, serial: u64, usage: ExtendedKeyUsagePurpose) -> Vec<u8> {
        let mut params = CertificateParams::new(["edge.example".to_owned()]).unwrap();
        params.serial_number = Some(SerialNumber::from(serial));
        params.extended_key_usages = vec![usage];
        (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 1, 1));
        params.signed_by(&KeyPair::generate().unwrap(), authority).unwrap().der().to_vec()
    }

    fn revoking(authority: &Authority, serial: u64) -> String {
        let revoked = RevokedCertParams {
            serial_number: SerialNumber::from(serial),
            revocation_time: date_time_ymd(2020, 6, 1),
            reason_code: None,
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 6, 1),
            next_update: date_time_ymd(2100, 1, 1),
            crl_number: SerialNumber::from(1),
            issuing_distribution_point: None,
            revoked_certs: vec![revoked],
            key_identifier_method: KeyIdMethod::Sha256,
        };
        list.signed_by(authority).unwrap().pem().unwrap()
    }

    /// A folder of the test's own.
    struct Folder(std::path::PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let path = std::env::temp_dir().join(format!("tollgate-trust-{name}-{}", std::process::id()));
            std::fs::create_dir_all(&path).unwrap();
            Self(path)
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = std::fs::remove_dir_all(&self.0);
        }
    }

    /// Long after all of them have expired, which is asked elsewhere.
    const NOW: Duration = Duration::from_secs(4_000_000_000);

    #[test]
    fn authorities_issuers_and_lists_of_revoked_certificates() {
        use ExtendedKeyUsagePurpose::{ClientAuth, ServerAuth};
        let (ours, theirs) = (authority(), authority());
        let (fine, revoked) = (issue(&ours, 1, ClientAuth), issue(&ours, 2, ClientAuth));
        let (foreign, server) = (issue(&theirs, 1, ClientAuth), issue(&ours, 3, ServerAuth));
        let folder = Folder::new("all");
        std::fs::write(folder.0.join("ca.pem"), ours.pem()).unwrap();
        std::fs::write(folder.0.join("crl.pem"), revoking(&ours, 2)).unwrap();
        std::fs::write(folder.0.join("theirs.pem"), theirs.pem()).unwrap();
        let mut known = Certificates::default();
        let settings = config::Certificate { file: "theirs.pem".into(), ..Default::default() };
        known.add("partner", &settings, &folder.0).unwrap();
        let settings = ClientCertificates { ca_file: Some("ca.pem".into()), crl_files: vec!["crl.pem".into()] };
        let trust = Trust::read(&settings, &folder.0).unwrap();
        let is = |der: &[u8], check: &CertificateCheck| trust.check(der, check, &known, NOW);
        let of = |der: &[u8]| (is(der, &CertificateCheck::Trusted), is(der, &CertificateCheck::NotRevoked));
        assert_eq!(of(&fine), (true, true));
        assert_eq!(of(&revoked), (true, false));
        assert_eq!(of(&foreign), (false, false));
        assert_eq!(of(&server), (false, false));
        assert_eq!(of(b"garbage"), (false, false));
        let partner = CertificateCheck::IssuedBy("Partner".into());
        assert_eq!((is(&foreign, &partner), is(&fine, &partner)), (true, false));
        let by = |der: &[u8]| CertificateCheck::IssuerThumbprint(thumbprint(der).to_lowercase().into());
        assert!(is(&fine, &by(ours.der())) && is(&foreign, &by(theirs.der())) && !is(&fine, &by(theirs.der())));
    }

    #[test]
    fn without_lists_nothing_is_known_of_revocation() {
        let ours = authority();
        let fine = issue(&ours, 1, ExtendedKeyUsagePurpose::ClientAuth);
        let folder = Folder::new("none");
        std::fs::write(folder.0.join("ca.pem"), ours.pem()).unwrap();
        let settings = ClientCertificates { ca_file: Some("ca.pem".into()), crl_files: Vec::new() };
        let trust = Trust::read(&settings, &folder.0).unwrap();
        assert!(trust.check(&fine, &CertificateCheck::Trusted, &Certificates::default(), NOW));
        assert!(!trust.check(&fine, &CertificateCheck::NotRevoked, &Certificates::default(), NOW));
        assert!(!Trust::default().check(&fine, &CertificateCheck::Trusted, &Certificates::default(), NOW));
    }
}
