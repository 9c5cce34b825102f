//! Whose client certificates are trusted: authorities and lists of what they have revoked.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use policy_vm::host::CertificateCheck;
use rustls::RootCertStore;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::backend::verify::thumbprint;
use crate::certificates::Certificates;
use crate::config::ClientCertificates;
use crate::tls::{TlsError, certificates, pem};

/// The authorities of the settings. Everything is read and put together once: policies ask for each call.
#[derive(Debug, Default)]
pub(crate) struct Trust {
    /// Knows the certificates of all authorities; `None` without any.
    trusted: Option<Verifier>,
    /// Knows those that are not on a list; `None` without lists.
    not_revoked: Option<Verifier>,
    /// Each authority by itself.
    issuers: Vec<Issuer>,
}

/// Says whether a certificate was issued by an authority.
pub(crate) type Verifier = Arc<dyn ClientCertVerifier>;

#[derive(Debug)]
struct Issuer {
    thumbprint: String,
    verifier: Verifier,
}

impl Trust {
    /// Reads the files of the settings, which are relative to `folder`.
    pub(crate) fn read(settings: &ClientCertificates, folder: &Path) -> Result<Self, TlsError> {
        let mut lists = Vec::new();
        for file in &settings.crl_files {
            let read = |text: &[u8]| CertificateRevocationListDer::pem_slice_iter(text).collect::<Result<Vec<_>, _>>();
            lists.extend(pem(&folder.join(file), read)?);
        }
        let mut trust = Self::default();
        let Some(file) = &settings.ca_file else { return Ok(trust) };
        let authorities = certificates(&folder.join(file))?;
        if !lists.is_empty() {
            trust.not_revoked = Some(verifier(&authorities, lists)?);
        }
        trust.trusted = Some(verifier(&authorities, Vec::new())?);
        for authority in authorities {
            let verifier = verifier(std::slice::from_ref(&authority), Vec::new())?;
            trust.issuers.push(Issuer { thumbprint: thumbprint(&authority), verifier });
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
        let certificate = CertificateDer::from(certificate);
        let is_issued_by = |verifier: &Verifier| {
            let now = UnixTime::since_unix_epoch(within_its_life(&certificate, now));
            verifier.verify_client_cert(&certificate, &[], now).is_ok()
        };
        match check {
            CertificateCheck::Trusted => self.trusted.as_ref().is_some_and(is_issued_by),
            // Without a list nothing is known, and what is not known is not said.
            CertificateCheck::NotRevoked => self.not_revoked.as_ref().is_some_and(is_issued_by),
            CertificateCheck::IssuedBy(name) => {
                known.find(name).and_then(|issuer| issuer.issues.as_ref()).is_some_and(is_issued_by)
            }
            CertificateCheck::IssuerThumbprint(wanted) => {
                let ours = self.issuers.iter().map(|issuer| (&issuer.thumbprint, Some(&issuer.verifier)));
                let of_policies = known.iter().map(|issuer| (&issuer.thumbprint, issuer.issues.as_ref()));
                let mut issuers = ours.chain(of_policies).filter(|(name, _)| name.eq_ignore_ascii_case(wanted));
                issuers.any(|(_, verifier)| verifier.is_some_and(is_issued_by))
            }
        }
    }
}

/// Knows what was issued by this one alone; `None` where it can issue nothing.
pub(crate) fn issued_by(authority: &[u8]) -> Option<Verifier> {
    verifier(&[CertificateDer::from(authority.to_vec())], Vec::new()).ok()
}

fn verifier(
    authorities: &[CertificateDer<'static>],
    revoked: Vec<CertificateRevocationListDer<'static>>,
) -> Result<Verifier, TlsError> {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(authority.clone())?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
    let builder = builder.with_crls(revoked).only_check_end_entity_revocation();
    Ok(builder.build()?)
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
