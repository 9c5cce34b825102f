//! New connections: TCP, a tunnel through a proxy, TLS.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use policy_vm::host::HttpVersion;
use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::backend::error::CallError;
use crate::backend::pool::{Origin, Pool};
use crate::backend::profile::Proxy;
use crate::shared::Shared;

/// A connection to a backend, or to a client.
#[derive(Debug)]
pub(crate) enum Stream<T> {
    Plain(TcpStream),
    Tls(Box<T>),
}

/// What a connection turned out to be.
pub(crate) struct Connected {
    pub(crate) stream: Stream<tokio_rustls::client::TlsStream<TcpStream>>,
    /// HTTP/2 was agreed on.
    pub(crate) is_two: bool,
}

/// Connects to an origin, directly or through its proxy, within one limit.
pub(crate) async fn connect(origin: &Origin, pool: &Pool, shared: &Shared) -> Result<Connected, CallError> {
    let rules = pool.rules();
    let work = async {
        let proxy = origin.profile.as_ref().and_then(|profile| profile.proxy.as_ref());
        let (host, port) = proxy.map_or((bare(&origin.host), origin.port), |proxy| (bare(&proxy.host), proxy.port));
        let mut stream = pool.resolver.connect(host, port, &rules.egress, origin).await?;
        let failed = |source| CallError::Connect { origin: origin.to_string(), source };
        stream.set_nodelay(true).map_err(failed)?;
        if proxy.is_none() {
            origin.is_own.set(shared.is_own(&stream));
        }
        if !origin.tls {
            return Ok(Connected { stream: Stream::Plain(stream), is_two: origin.version == HttpVersion::Two });
        }
        if let Some(proxy) = proxy {
            tunnel(&mut stream, origin, proxy).await?;
        }
        let name =
            ServerName::try_from(bare(&origin.host).to_owned()).map_err(|error| CallError::Url(error.to_string()))?;
        let connector = TlsConnector::from(Arc::clone(&origin.tls_config));
        let stream = connector.connect(name, stream).await.map_err(failed)?;
        let is_two = stream.get_ref().1.alpn_protocol() == Some(b"h2");
        if origin.version == HttpVersion::Two && !is_two {
            return Err(failed(io::Error::other("it does not speak HTTP/2")));
        }
        Ok(Connected { stream: Stream::Tls(Box::new(stream)), is_two })
    };
    match tokio::time::timeout(rules.backend.connect_timeout, work).await {
        Ok(result) => result,
        Err(_) => Err(CallError::ConnectTimeout { origin: origin.to_string() }),
    }
}

/// A host without the brackets of an IPv6 address.
fn bare(host: &str) -> &str {
    host.trim_matches(['[', ']'])
}

/// No proxy has more to say than this before a tunnel.
const LARGEST_HEAD: usize = 8 << 10;

/// Asks the proxy for a connection to the origin.
async fn tunnel(stream: &mut TcpStream, origin: &Origin, proxy: &Proxy) -> Result<(), CallError> {
    let failed = |source| CallError::Connect { origin: format!("{origin} through its proxy"), source };
    let authority = format!("{}:{}", origin.host, origin.port);
    let mut request = format!("CONNECT {authority} HTTP/1.1\r\nHost: {authority}\r\n").into_bytes();
    if let Some(value) = &proxy.authorization {
        request.extend_from_slice(b"Proxy-Authorization: ");
        request.extend_from_slice(value.as_bytes());
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    stream.write_all(&request).await.map_err(failed)?;
    // Byte by byte, so that nothing of what follows is taken: it is short, and happens once a connection.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= LARGEST_HEAD {
            return Err(failed(io::Error::other("the proxy's answer is too long")));
        }
        head.push(stream.read_u8().await.map_err(failed)?);
    }
    let status = head.split(|byte| *byte == b' ').nth(1).unwrap_or_default();
    if head.starts_with(b"HTTP/1.") && status.len() == 3 && status.starts_with(b"2") {
        return Ok(());
    }
    let status = String::from_utf8_lossy(status).escape_debug().to_string();
    Err(failed(io::Error::other(format!("the proxy answered {status}"))))
}

impl<T: AsyncRead + Unpin> AsyncRead for Stream<T> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_read(cx, buf),
            Self::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl<T: AsyncWrite + Unpin> AsyncWrite for Stream<T> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
            Self::Tls(stream) => Pin::new(stream).poll_write_vectored(cx, bytes),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Self::Plain(stream) => stream.is_write_vectored(),
            Self::Tls(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Self::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Self::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
