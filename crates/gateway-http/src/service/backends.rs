//! Backend entities: a URL with the credentials that go along.

use http::{HeaderName, HeaderValue, header};
use policy_vm::exchange::Url;

use super::folder::Loader;
use super::named_values::substitute;
use super::resources::{BackendInformation, Credentials};

/// A backend entity.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) id: String,
    pub(crate) url: Url,
    /// Headers set on every request to it.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Query parameters, encoded, without `&` at the ends.
    pub(crate) query: String,
}

pub(super) fn load(loader: &mut Loader<'_>) -> Vec<Backend> {
    let mut backends = Vec::new();
    for entry in loader.entries(loader.root, "backends") {
        let file = entry.path.join("backendInformation.json");
        let Some((source, information)) = loader.resource::<BackendInformation>(&file) else { continue };
        if information.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("pool")) {
            loader.problems.warning("TG8031", &source, "\"type\"", "backend pools are not served");
            continue;
        }
        let text = substitute(loader, information.url.as_deref().unwrap_or_default());
        let url = match text.and_then(|text| Url::parse(&text).map_err(|error| format!("`{text}`: {error}"))) {
            Ok(url) => url,
            Err(problem) => {
                loader.problems.error("TG8030", &source, "\"url\"", problem);
                continue;
            }
        };
        let mut backend = Backend { id: entry.name, url, headers: Vec::new(), query: String::new() };
        if let Err(problem) = credentials(loader, information.credentials.unwrap_or_default(), &mut backend) {
            loader.problems.error("TG8032", &source, "\"credentials\"", problem);
        }
        backends.push(backend);
    }
    backends
}

fn credentials(loader: &Loader<'_>, from: Credentials, to: &mut Backend) -> Result<(), String> {
    let value = |text: &str| {
        let text = substitute(loader, text)?;
        HeaderValue::try_from(text).map_err(|_| "a header's value has characters that no header may have".to_owned())
    };
    for (name, values) in from.header {
        let name = HeaderName::try_from(&name).map_err(|_| format!("`{name}` is no header name"))?;
        for text in values {
            to.headers.push((name.clone(), value(&text)?));
        }
    }
    if let Some(authorization) = from.authorization {
        let text = format!("{} {}", authorization.scheme, authorization.parameter);
        to.headers.push((header::AUTHORIZATION, value(&text)?));
    }
    for (name, values) in from.query {
        for text in values {
            if !to.query.is_empty() {
                to.query.push('&');
            }
            to.query.push_str(&encode_query(&name));
            to.query.push('=');
            to.query.push_str(&encode_query(&substitute(loader, &text)?));
        }
    }
    Ok(())
}

fn encode_query(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
