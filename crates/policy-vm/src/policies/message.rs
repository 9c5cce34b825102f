//! The message that a policy edits: the request in `inbound` and `backend`, the response in `outbound` and `on-error`.

use http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::error::PolicyError;
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

/// True for a header that frames a message: those are the gateway's, whatever a policy says. Most names are told apart by
/// their length.
pub(super) fn is_framing(name: &HeaderName) -> bool {
    let name = name.as_str();
    match name.len() {
        2 => name == "te",
        7 => matches!(name, "trailer" | "upgrade"),
        10 => matches!(name, "connection" | "keep-alive"),
        14 => name == "content-length",
        16 => name == "proxy-connection",
        17 => name == "transfer-encoding",
        _ => false,
    }
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

/// A body that an edit would make larger than bodies may be.
#[derive(Debug)]
pub(super) struct TooLarge;

/// Edits the body of the current message, if it has one in memory. `edit` gets the message with the bytes that the new body
/// may have; it gives none when there is nothing to change.
pub(super) fn edit_body(
    cx: &mut StepCx<'_>,
    edit: impl FnOnce(&HeaderMap, &[u8], usize) -> Result<Option<bytes::Bytes>, TooLarge>,
) -> Result<(), Box<PolicyError>> {
    let limit = cx.program.limits.buffered_body.max(cx.program.limits.string);
    let Some((headers, body)) = current(cx) else { return Ok(()) };
    let Body::Bytes(bytes) = &*body else { return Ok(()) };
    match edit(headers, bytes, limit) {
        Ok(Some(edited)) => {
            *body = Body::Bytes(edited);
            headers.remove(header::CONTENT_LENGTH);
            Ok(())
        }
        Ok(None) => Ok(()),
        Err(TooLarge) => Err(cx.error(500, "BodyTooLarge", format!("The body would have more than {limit} bytes."))),
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
