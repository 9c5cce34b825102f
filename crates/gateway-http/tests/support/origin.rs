//! An origin that speaks TLS and HTTP/2, and tells what it saw: the protocol, the certificate shown to it, the head.

#![allow(dead_code, unreachable_pub, reason = "every test file uses its own part")]

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Request, Response, Version};
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, KeyUsagePurpose};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;

/// A certificate with its key, as PEM.
#[derive(Clone)]
pub struct Pair {
    pub certificate: String,
    pub key: String,
}

impl Pair {
    pub fn der(&self) -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(self.certificate.as_bytes()).unwrap()
    }
}

/// An authority of the test's own.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    pub fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    pub fn issue(&self, name: &str) -> Pair {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Pair { certificate: certificate.pem(), key: key.serialize_pem() }
    }
}

/// A request as the origin saw it.
#[derive(Debug, Clone)]
pub struct Arrived {
    pub version: Version,
    pub uri: String,
    pub host: Option<String>,
    /// The DER of the client's certificate.
    pub certificate: Option<Vec<u8>>,
    /// Which connection it came over.
    pub connection: usize,
}

/// See the module.
pub struct Origin {
    pub address: SocketAddr,
    seen: Arc<Mutex<Vec<Arrived>>>,
}

impl Origin {
    /// With TLS that offers these protocols, and takes client certificates of the authority.
    pub fn tls(pair: &Pair, authority: &Authority, protocols: &[&str]) -> Self {
        Self::tls_taking(pair, authority.0.der().clone(), protocols)
    }

    /// The same with client certificates of whoever this certificate is of.
    pub fn tls_taking(pair: &Pair, issuer: CertificateDer<'static>, protocols: &[&str]) -> Self {
        let mut roots = RootCertStore::empty();
        roots.add(issuer).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let clients = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .allow_unauthenticated()
            .build()
            .unwrap();
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_client_cert_verifier(clients)
            .with_single_cert(vec![pair.der()], PrivateKeyDer::from_pem_slice(pair.key.as_bytes()).unwrap())
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        Self::start(Some(Arc::new(config)))
    }

    /// HTTP/2 without TLS.
    pub fn clear() -> Self {
        Self::start(None)
    }

    fn start(tls: Option<Arc<ServerConfig>>) -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        let seen: Arc<Mutex<Vec<Arrived>>> = Arc::default();
        let record = Arc::clone(&seen);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(accept(listener, tls, record));
        });
        Self { address, seen }
    }

    pub fn seen(&self) -> Vec<Arrived> {
        self.seen.lock().unwrap().clone()
    }
}

async fn accept(listener: std::net::TcpListener, tls: Option<Arc<ServerConfig>>, record: Arc<Mutex<Vec<Arrived>>>) {
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    let listener = tokio::net::TcpListener::from_std(listener).unwrap();
    while let Ok((stream, _)) = listener.accept().await {
        let (tls, record) = (tls.clone(), Arc::clone(&record));
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        tokio::spawn(async move {
            let Some(tls) = tls else { return serve(stream, true, None, number, record).await };
            let Ok(stream) = TlsAcceptor::from(tls).accept(stream).await else { return };
            let session = stream.get_ref().1;
            let certificate = session.peer_certificates().and_then(|chain| chain.first()).map(|one| one.to_vec());
            let is_two = session.alpn_protocol() == Some(b"h2");
            serve(stream, is_two, certificate, number, record).await;
        });
    }
}

async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    is_two: bool,
    certificate: Option<Vec<u8>>,
    connection: usize,
    record: Arc<Mutex<Vec<Arrived>>>,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let arrived = Arrived {
            version: request.version(),
            uri: request.uri().to_string(),
            host: request.headers().get("host").map(|host| host.to_str().unwrap().to_owned()),
            certificate: certificate.clone(),
            connection,
        };
        record.lock().unwrap().push(arrived);
        async { Ok::<_, Infallible>(Response::new(Full::new(Bytes::from_static(b"hello")))) }
    });
    let io = TokioIo::new(stream);
    let _ = if is_two {
        http2::Builder::new(hyper_util::rt::TokioExecutor::new()).serve_connection(io, service).await
    } else {
        http1::Builder::new().serve_connection(io, service).await
    };
}
