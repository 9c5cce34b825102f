//! What a backend's certificate must show, where an entity asks for less or more than others: the chain, the name, or
//! certain fingerprints.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
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

    /// Certificates that are named need no authority.
    fn is_named(&self, end: &CertificateDer<'_>, chain: &[CertificateDer<'_>]) -> Result<bool, Error> {
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
            let has_issuer = issuer.as_ref().is_none_or(|issuer| chain.iter().any(|one| thumbprint(one) == *issuer));
            has_name && has_issuer
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
        if self.is_named(end_entity, intermediates)? {
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
