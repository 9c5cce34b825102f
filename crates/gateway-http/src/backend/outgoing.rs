//! The exchange's request as it goes out, whichever way. What no policy reads again is moved, not copied.

use http::{HeaderMap, Method, Request, Uri};
use policy_vm::Exchange;
use policy_vm::exchange::Body;

use crate::backend::body::RequestBody;
use crate::backend::client::{build, hops};
use crate::backend::headers::for_backend;
use crate::backend::pool::Origin;
use crate::call::CallContext;

/// Its headers.
pub(crate) fn headers(cx: &CallContext, exchange: &mut Exchange) -> HeaderMap {
    let request = &mut exchange.call.request;
    if cx.keep_headers { request.headers.clone() } else { std::mem::take(&mut request.headers) }
}

/// Its body: a stream is gone from the call then.
pub(crate) fn body(cx: &mut CallContext, exchange: &mut Exchange) -> RequestBody {
    let request = &mut exchange.call.request;
    match &request.body {
        Body::None | Body::Consumed => RequestBody::Empty,
        Body::Bytes(bytes) => RequestBody::Bytes(Some(bytes.clone())),
        Body::Stream => {
            request.body = Body::Consumed;
            cx.incoming.take().map_or(RequestBody::Empty, |body| RequestBody::Client(Box::new(body)))
        }
    }
}

/// Makes headers fit for a server; only the first that they go to is told where the request comes from.
pub(crate) fn fit(cx: &mut CallContext, headers: &mut HeaderMap, origin: &Origin, is_first: bool) {
    let forwarded_for = is_first.then_some(&cx.connection.forwarded_for);
    if for_backend(headers, &origin.host_header, cx.client_host.as_ref(), forwarded_for) {
        cx.hops = hops(headers);
    }
}

/// Puts it together. Where fields are to follow the body, which is the client's then, the head says which.
pub(crate) fn request(
    cx: &CallContext,
    (method, uri): (Method, Uri),
    mut headers: HeaderMap,
    mut body: RequestBody,
    with_trailers: bool,
) -> Request<RequestBody> {
    if let Some(trailers) = cx.trailers.as_ref().filter(|_| with_trailers) {
        let passed = trailers.tell(&mut headers, true, body.streams());
        if let RequestBody::Client(body) = &mut body {
            body.trailers = passed;
        }
    }
    let mut request = build(method, uri, headers, body);
    if let Some(spelling) = &cx.spelling {
        *request.extensions_mut() = spelling.request.clone();
    }
    request
}
