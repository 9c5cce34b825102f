//! How connections to a server are made where not as to all others: what its certificate must show, what is shown to it,
//! and the proxy in between. Connections of different profiles are never shared.

use std::sync::Arc;

use http::HeaderValue;
use policy_vm::exchange::Url;
use rustls::sign::{CertifiedKey, SingleCertAndKey};
use rustls::{ClientConfig, RootCertStore};

use crate::backend::verify::{Checks, Verifier};
use crate::tls::TlsError;

/// A way of connecting.
#[derive(Debug)]
pub(crate) struct Profile {
    pub(crate) tls: Arc<ClientConfig>,
    pub(crate) proxy: Option<Proxy>,
}

/// A proxy as connections need it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Proxy {
    pub(crate) host: String,
    pub(crate) port: u16,
    /// `Proxy-Authorization`.
    pub(crate) authorization: Option<HeaderValue>,
}

impl Proxy {
    /// A proxy from its URL, with name and password.
    pub(crate) fn new(url: &Url, credentials: Option<(&str, &str)>) -> Self {
        let authorization = credentials.and_then(|(name, password)| {
            let pair = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("{name}:{password}"));
            let mut value = HeaderValue::try_from(format!("Basic {pair}")).ok()?;
            value.set_sensitive(true);
            Some(value)
        });
        Self { host: url.host.clone(), port: url.effective_port(), authorization }
    }
}

/// What profiles are made from: the authorities that all backends are checked against.
#[derive(Debug, Clone)]
pub(crate) struct Authorities(pub(crate) Arc<RootCertStore>);

impl Authorities {
    /// The settings of TLS connections with these checks, showing this certificate.
    pub(crate) fn connect_with(
        &self,
        checks: &Checks,
        certificate: Option<&Arc<CertifiedKey>>,
    ) -> Result<Arc<ClientConfig>, TlsError> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder =
            ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
        let builder = if *checks == Checks::default() {
            builder.with_root_certificates(Arc::clone(&self.0))
        } else {
            let verifier = Verifier::new(checks.clone(), Arc::clone(&self.0), provider)
                .map_err(|error| TlsError::Roots(error.to_string()))?;
            builder.dangerous().with_custom_certificate_verifier(Arc::new(verifier))
        };
        Ok(Arc::new(match certificate {
            None => builder.with_no_client_auth(),
            Some(certificate) => {
                builder.with_client_cert_resolver(Arc::new(SingleCertAndKey::from(Arc::clone(certificate))))
            }
        }))
    }
}
