//! Where clients connect: the accept loop, the strict reading of message frames, and the timers of a connection.
//!
//! hyper's parser is lenient where a gateway must not be (two `Host` headers, bare line feeds, `Content-Length` beside
//! `Transfer-Encoding`), and it sets no limit on waiting. Both are added here, around it.

pub(crate) mod body;
pub(crate) mod connection;
pub(crate) mod framing;
pub(crate) mod handshakes;
mod http2;
mod linger;
pub(crate) mod listener;
pub(crate) mod refusal;
pub(crate) mod serve;
mod speak;
mod tunnel;

#[cfg(test)]
mod failing;
#[cfg(test)]
pub(crate) mod tests;
