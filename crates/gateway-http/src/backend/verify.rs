//! What a backend's certificate must show, where an entity asks for less or more than others: the chain, the name, or
//! certain fingerprints.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_cert_signed_by_trust_anchor};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use sha1::{Digest, Sha1};

/// The switches of an entity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Checks {
    pub(crate) chain: bool,
    pub(crate) name: bool,
    /// SHA-1 of certificates that are taken, upper case.
    pub(crate) thumbprints: Vec<String>,
    /// Names that the certificate may have in place of the host's, with the SHA-1 of its issuer.
    pub(crate) names: Vec<(String, Option<String>)>,
}

impl Default for Checks {
    fn default() -> Self {
        Self { chain: true, name: true, thumbprints: Vec::new(), names: Vec::new() }
    }
}

/// Checks what an entity wants checked.
#[derive(Debug)]
pub(crate) struct Verifier {
    checks: Checks,
    inner: Arc<WebPkiServerVerifier>,
    provider: Arc<CryptoProvider>,
}

impl Verifier {
    /// # Errors
    /// When there are no roots at all.
    pub(crate) fn new(
        checks: Checks,
        roots: Arc<RootCertStore>,
        provider: Arc<CryptoProvider>,
    ) -> Result<Self, rustls::client::VerifierBuilderError> {
        let inner = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build()?;
        Ok(Self { checks, inner, provider })
    }

    /// Does the certificate go back to the one with this fingerprint among those that came with it? That it came with it
    /// says nothing: anybody can send it along.
    fn is_issued_by(
        &self,
        end: &ParsedCertificate<'_>,
        chain: &[CertificateDer<'_>],
        issuer: &str,
        now: UnixTime,
    ) -> bool {
        let Some(issuer) = chain.iter().find(|one| thumbprint(one) == issuer) else { return false };
        let mut anchor = RootCertStore::empty();
        let algorithms = self.provider.signature_verification_algorithms.all;
        anchor.add(issuer.clone().into_owned()).is_ok()
            && verify_server_cert_signed_by_trust_anchor(end, &anchor, chain, now, algorithms).is_ok()
    }

    /// Certificates that are named need no authority.
    fn is_named(&self, end: &CertificateDer<'_>, chain: &[CertificateDer<'_>], now: UnixTime) -> Result<bool, Error> {
        let Checks { thumbprints, names, .. } = &self.checks;
        if thumbprints.contains(&thumbprint(end)) {
            return Ok(true);
        }
        if names.is_empty() {
            return if thumbprints.is_empty() { Ok(false) } else { Err(unknown()) };
        }
        let parsed = ParsedCertificate::try_from(end)?;
        let fits = |(name, issuer): &(String, Option<String>)| {
            let has_name = ServerName::try_from(name.as_str())
                .is_ok_and(|name| rustls::client::verify_server_name(&parsed, &name).is_ok());
            has_name && issuer.as_ref().is_none_or(|issuer| self.is_issued_by(&parsed, chain, issuer, now))
        };
        if names.iter().any(fits) {
            Ok(false)
        } else {
            Err(Error::InvalidCertificate(CertificateError::NotValidForName))
        }
    }
}

fn unknown() -> Error {
    Error::InvalidCertificate(CertificateError::ApplicationVerificationFailure)
}

/// SHA-1 in upper case, as it is written everywhere else.
pub(crate) fn thumbprint(der: &[u8]) -> String {
    Sha1::digest(der).iter().map(|byte| format!("{byte:02X}")).collect()
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.is_named(end_entity, intermediates, now)? {
            return Ok(ServerCertVerified::assertion());
        }
        // A name that the entity gives stands for the host's.
        let name = self.checks.name && self.checks.names.is_empty();
        if self.checks.chain || !self.checks.names.is_empty() {
            let checked = self.inner.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now);
            return match checked {
                // The chain is looked at first: with a wrong name it was in order.
                Err(Error::InvalidCertificate(
                    CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
                )) if !name => Ok(ServerCertVerified::assertion()),
                checked => checked,
            };
        }
        if name {
            rustls::client::verify_server_name(&ParsedCertificate::try_from(end_entity)?, server_name)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};

    use super::*;

    type Authority = CertifiedIssuer<'static, KeyPair>;

    fn ca(name: &str) -> CertificateParams {
        let mut params = CertificateParams::new([]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
    }

    fn authority(name: &str) -> Authority {
        CertifiedIssuer::self_signed(ca(name), KeyPair::generate().unwrap()).unwrap()
    }

    fn leaf(by: &Authority) -> CertificateDer<'static> {
        let params = CertificateParams::new(["backend.example".to_owned()]).unwrap();
        params.signed_by(&KeyPair::generate().unwrap(), by).unwrap().der().clone()
    }

    /// Whoever has a certificate of a public authority may send the pinned one along; it has not issued anything by that.
    #[test]
    fn the_pinned_issuer_has_issued_the_certificate() {
        let (public, ours) = (authority("public"), authority("ours"));
        let between = CertifiedIssuer::signed_by(ca("between"), KeyPair::generate().unwrap(), &ours).unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(public.der().clone()).unwrap();
        roots.add(ours.der().clone()).unwrap();
        let checks =
            Checks { names: vec![("backend.example".to_owned(), Some(thumbprint(ours.der())))], ..Checks::default() };
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = Verifier::new(checks, Arc::new(roots), provider).unwrap();
        let is_taken = |end: &CertificateDer<'_>, chain: &[CertificateDer<'static>]| {
            let name = ServerName::try_from("elsewhere.example").unwrap();
            verifier.verify_server_cert(end, chain, &name, &[], UnixTime::now()).is_ok()
        };
        let (ours, between_der, public_der) = (&ours, between.der().clone(), public.der().clone());
        assert!(is_taken(&leaf(ours), &[ours.der().clone()]));
        assert!(is_taken(&leaf(&between), &[between_der, ours.der().clone()]));
        assert!(!is_taken(&leaf(&public), &[public_der, ours.der().clone()]), "sent along only");
        assert!(!is_taken(&leaf(&public), &[ours.der().clone()]), "sent along only");
        assert!(!is_taken(&leaf(ours), &[]));
    }
}
