//! The message that a policy edits: the request in `inbound` and `backend`, the response in `outbound` and `on-error`.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::exchange::Body;
use crate::host::Message;
use crate::program::Section;
use crate::step::StepCx;

/// The message of a section.
pub(super) const fn of(section: Section) -> Message {
    match section {
        Section::Inbound | Section::Backend => Message::Request,
        Section::Outbound | Section::OnError => Message::Response,
    }
}

/// The headers and the body of the current message; `None` when there is no response.
pub(super) fn current<'x>(cx: &'x mut StepCx<'_>) -> Option<(&'x mut HeaderMap, &'x mut Body)> {
    let call = &mut cx.exchange.call;
    match of(cx.section) {
        Message::Request => Some((&mut call.request.headers, &mut call.request.body)),
        Message::Response => call.response.as_mut().map(|response| (&mut response.headers, &mut response.body)),
    }
}

/// Headers that frame a message: they are the gateway's, whatever a policy says.
const FRAMING: [&str; 8] =
    ["connection", "content-length", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"];

/// True for a header that frames a message.
pub(super) fn is_framing(name: &HeaderName) -> bool {
    FRAMING.contains(&name.as_str())
}

/// Another body is to come: expressions see what was compressed, and what they make of it is not. Called before headers
/// are set, for the author may compress what he puts in its place.
pub(super) fn forget_encoding(headers: &mut HeaderMap) {
    headers.remove(header::CONTENT_ENCODING);
}

/// Puts a body in place of another. Its length is the host's to say, its text is UTF-8.
pub(super) fn replace_body(headers: &mut HeaderMap, body: &mut Body, bytes: bytes::Bytes) {
    *body = Body::Bytes(bytes);
    headers.remove(header::CONTENT_LENGTH);
    if let Some(value) = headers.get(header::CONTENT_TYPE).and_then(with_utf8) {
        headers.insert(header::CONTENT_TYPE, value);
    }
}

/// The media type with its `charset` replaced, if it has another one than UTF-8.
fn with_utf8(value: &HeaderValue) -> Option<HeaderValue> {
    let text = value.to_str().ok()?;
    let mut changed = false;
    let parts: Vec<String> = text
        .split(';')
        .map(|part| match part.split_once('=') {
            Some((name, charset))
                if name.trim().eq_ignore_ascii_case("charset")
                    && !charset.trim().trim_matches('"').eq_ignore_ascii_case("utf-8") =>
            {
                changed = true;
                format!("{name}=utf-8")
            }
            _ => part.to_owned(),
        })
        .collect();
    changed.then(|| HeaderValue::from_str(&parts.join(";")).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_charset_becomes_utf8() {
        let of = |text: &'static str| with_utf8(&HeaderValue::from_static(text));
        assert_eq!(
            of("text/xml; charset=iso-8859-1; x=1"),
            Some(HeaderValue::from_static("text/xml; charset=utf-8; x=1"))
        );
        assert_eq!(of("text/xml; charset=\"UTF-8\""), None);
        assert_eq!(of("application/json"), None);
    }
}
