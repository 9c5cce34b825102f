//! Backend entities: a URL with the credentials that go along.

use http::{HeaderName, HeaderValue, header};
use policy_parser::diagnostic::quoted;
use policy_vm::exchange::Url;

use super::folder::Parts;
use super::loader::Loaded;
use super::loader::Loader;
use super::named_values::{Unresolved, substitute};
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

/// Adds them to those of the service and its other workspaces; policies name backends by their ids alone.
pub(super) fn add(loader: &mut Loader<'_>, parts: &mut Parts, found: Vec<Backend>) {
    for backend in found {
        if parts.backends.iter().any(|known| known.id.eq_ignore_ascii_case(&backend.id)) {
            let text =
                format!("there is a backend `{}` in the service or another workspace: ids must differ", backend.id);
            loader.problems.error("TG8033", &loader.folder.place(), text);
        } else {
            parts.backends.push(backend);
        }
    }
}

pub(super) fn load(loader: &mut Loader<'_>) -> Vec<Backend> {
    let mut backends = Vec::new();
    for entry in loader.folder.resources("backends") {
        let loaded = loader.resource::<BackendInformation>(&entry, &["backendInformation.json"], "backends");
        let Some(Loaded { properties, value: information }) = loaded else { continue };
        if information.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("pool")) {
            loader.problems.warning("TG8031", &properties.place_of("type"), "backend pools are not served");
            continue;
        }
        let written = information.url.as_deref().unwrap_or_default();
        let text = match substitute(loader, written) {
            Ok(text) => text,
            Err(problem) => {
                if let Some(problem) = problem {
                    loader.problems.error("TG8030", &properties.place_of("url"), problem);
                }
                continue;
            }
        };
        let url = match Url::parse(&text) {
            Ok(url) => url,
            Err(error) => {
                // The file's text: a named value in it may be secret.
                let headline = format!("{}: {error}", quoted(written));
                loader.problems.error("TG8030", &properties.place_of("url"), headline);
                continue;
            }
        };
        let mut backend = Backend { id: entry.name, url, headers: Vec::new(), query: String::new() };
        if let Err(Some(problem)) = credentials(loader, information.credentials.unwrap_or_default(), &mut backend) {
            loader.problems.error("TG8032", &properties.place_of("credentials"), problem);
        }
        backends.push(backend);
    }
    backends
}

fn credentials(loader: &mut Loader<'_>, from: Credentials, to: &mut Backend) -> Result<(), Unresolved> {
    let mut value = |text: &str| {
        let text = substitute(loader, text)?;
        let problem = || Some("a header's value has characters that no header may have".to_owned());
        HeaderValue::try_from(text).map_err(|_| problem())
    };
    for (name, values) in from.header {
        let name = HeaderName::try_from(&name).map_err(|_| Some(format!("`{name}` is no header name")))?;
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
