//! Which operation of a SOAP service a request means: the exported templates say `?soapAction=…`, callers say it in the
//! header `SOAPAction` (SOAP 1.1) or in the media type's `action` (SOAP 1.2).

use std::borrow::Cow;

use http::{HeaderMap, HeaderName, header};

use super::query;

const SOAP_ACTION: HeaderName = HeaderName::from_static("soapaction");
pub(super) const PARAMETER: &str = "soapAction";

/// The query as templates of SOAP services want it: with the action, wherever the request says it.
pub(super) fn with_action<'q>(query: &'q str, headers: &HeaderMap) -> Cow<'q, str> {
    if query::first(query, PARAMETER).is_some() {
        return Cow::Borrowed(query);
    }
    let Some(action) = action(headers) else { return Cow::Borrowed(query) };
    let mut text = format!("{query}&{PARAMETER}=");
    for character in action.chars() {
        match character {
            '%' => text.push_str("%25"),
            '+' => text.push_str("%2B"),
            '&' => text.push_str("%26"),
            other => text.push(other),
        }
    }
    Cow::Owned(text)
}

/// The action, without quotes; an empty one says nothing.
fn action(headers: &HeaderMap) -> Option<&str> {
    let of_header = headers.get(SOAP_ACTION).and_then(|value| value.to_str().ok()).map(bare);
    of_header.filter(|action| !action.is_empty()).or_else(|| {
        let media_type = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
        let mut parameters = media_type.split(';').skip(1).filter_map(|parameter| parameter.split_once('='));
        let (_, value) = parameters.find(|(name, _)| name.trim().eq_ignore_ascii_case("action"))?;
        Some(bare(value)).filter(|action| !action.is_empty())
    })
}

fn bare(text: &str) -> &str {
    text.trim().trim_matches('"').trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_action_is_found_where_it_stands() {
        let with = |query: &str, headers: &[(HeaderName, &'static str)]| {
            let headers =
                headers.iter().map(|(name, value)| (name.clone(), http::HeaderValue::from_static(value))).collect();
            with_action(query, &headers).into_owned()
        };
        assert_eq!(with("a=1", &[(SOAP_ACTION, "\"http://a/b c+d&e%\"")]), "a=1&soapAction=http://a/b c%2Bd%26e%25");
        assert_eq!(with("SOAPACTION=x", &[(SOAP_ACTION, "y")]), "SOAPACTION=x", "the query goes first");
        let media_type = "application/soap+xml; charset=utf-8; Action=\"urn:x\"";
        assert_eq!(with("", &[(header::CONTENT_TYPE, media_type)]), "&soapAction=urn:x");
        assert_eq!(with("", &[(SOAP_ACTION, "\"\""), (header::CONTENT_TYPE, media_type)]), "&soapAction=urn:x");
        assert_eq!(with("q", &[(SOAP_ACTION, "\"\""), (header::CONTENT_TYPE, "text/xml")]), "q");
    }
}
