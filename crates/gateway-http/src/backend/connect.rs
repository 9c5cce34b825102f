//! New connections: names to addresses, TCP, TLS.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use rustls::pki_types::ServerName;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::backend::error::CallError;
use crate::backend::pool::Origin;

/// A connection to a backend, or to a client.
#[derive(Debug)]
pub(crate) enum Stream<T> {
    Plain(TcpStream),
    Tls(Box<T>),
}

/// Connects to an origin: all its addresses one after the other, within one limit.
pub(crate) async fn connect(
    origin: &Origin,
    limit: Duration,
    tls: &Arc<rustls::ClientConfig>,
) -> Result<Stream<tokio_rustls::client::TlsStream<TcpStream>>, CallError> {
    let work = async {
        let stream = tcp(origin).await?;
        let failed = |source| CallError::Connect { origin: origin.to_string(), source };
        stream.set_nodelay(true).map_err(failed)?;
        if !origin.tls {
            return Ok(Stream::Plain(stream));
        }
        let name = ServerName::try_from(origin.host.trim_matches(['[', ']']).to_owned())
            .map_err(|error| CallError::Url(error.to_string()))?;
        let stream = TlsConnector::from(Arc::clone(tls)).connect(name, stream).await.map_err(failed)?;
        Ok(Stream::Tls(Box::new(stream)))
    };
    match tokio::time::timeout(limit, work).await {
        Ok(result) => result,
        Err(_) => Err(CallError::ConnectTimeout { origin: origin.to_string() }),
    }
}

async fn tcp(origin: &Origin) -> Result<TcpStream, CallError> {
    let host = origin.host.trim_matches(['[', ']']);
    if let Ok(address) = host.parse::<IpAddr>() {
        let connected = TcpStream::connect(SocketAddr::new(address, origin.port)).await;
        return connected.map_err(|source| CallError::Connect { origin: origin.to_string(), source });
    }
    let addresses = tokio::net::lookup_host((host, origin.port))
        .await
        .map_err(|source| CallError::Resolve { host: host.to_owned(), source })?;
    let mut last = io::Error::from(io::ErrorKind::NotFound);
    for address in addresses {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(CallError::Connect { origin: origin.to_string(), source: last })
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
