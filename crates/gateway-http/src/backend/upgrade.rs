//! A request that asks to speak another protocol: over a connection of its own, which is no longer HTTP when the backend
//! says yes.

use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;

use crate::backend::body::RequestBody;
use crate::backend::client::{addressed, count_hop};
use crate::backend::connect::{Connected, connect};
use crate::backend::error::CallError;
use crate::backend::pool::Origin;
use crate::backend::wire::builder;
use crate::timer::within;
use crate::worker::Worker;

/// The protocol that a request asks for, if it is one that is passed through.
pub(crate) fn wanted(headers: &HeaderMap) -> bool {
    let has = |name, word: &[u8]| {
        let mut words = headers.get_all(name).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
        words.any(|one| one.trim_ascii().eq_ignore_ascii_case(word))
    };
    has(header::CONNECTION, b"upgrade") && has(header::UPGRADE, b"websocket")
}

/// Says in a head that the protocol changes.
pub(crate) fn mark(headers: &mut HeaderMap) {
    headers.insert(header::CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(header::UPGRADE, HeaderValue::from_static("websocket"));
}

/// Sends the request; with the answer comes the connection, when the backend has said yes.
pub(crate) async fn call(
    worker: &Rc<Worker>,
    origin: &Rc<Origin>,
    mut request: Request<RequestBody>,
    timeout: Duration,
) -> Result<(Response<Incoming>, Option<Upgraded>), CallError> {
    let broken = |source| CallError::Broken { origin: origin.to_string(), source };
    let work = async {
        let Connected { stream, .. } = connect(origin, &worker.pool, &worker.shared).await?;
        if origin.is_own.get() {
            count_hop(request.headers_mut())?;
        }
        let mut request = addressed(request, origin, false)?;
        mark(request.headers_mut());
        let (mut sender, connection) =
            builder(&worker.pool.rules().gateway).handshake(TokioIo::new(stream)).await.map_err(broken)?;
        tokio::task::spawn_local(async move {
            if let Err(error) = connection.with_upgrades().await {
                tracing::debug!(%error, "a backend connection ended");
            }
        });
        let mut response = sender.send_request(request).await.map_err(broken)?;
        if response.status() != StatusCode::SWITCHING_PROTOCOLS {
            return Ok((response, None));
        }
        let upgraded = hyper::upgrade::on(&mut response).await.map_err(broken)?;
        Ok((response, Some(upgraded)))
    };
    within(&worker.deadlines, timeout, pin!(work)).await.unwrap_or(Err(CallError::Timeout))
}
