//! `credentials` of a backend entity: headers, query parameters, `Authorization`, certificates, a managed identity.

use http::{HeaderName, HeaderValue, header};
use policy_vm::host::ClientCertificate;

use super::super::lacking::{Line, toml_key};
use super::super::loader::Loader;
use super::super::named_values::{Unresolved, substitute};
use super::super::resources::{Credentials, last_name};
use super::{Identity, Single};
use crate::data::Place;
use crate::routing::query;

/// Reads them into the backend; what is missing of certificates is a warning, because no export has them.
pub(super) fn load(
    loader: &mut Loader<'_>,
    place: &Place,
    from: Credentials,
    to: &mut Single,
) -> Result<(), Unresolved> {
    certificate(loader, place, &from, to)?;
    let mut value = |text: &str| {
        let text = substitute(loader, text)?;
        let problem = || Some("a header's value has characters that no header may have".to_owned());
        let mut value = HeaderValue::try_from(text).map_err(|_| problem())?;
        value.set_sensitive(true);
        Ok::<_, Unresolved>(value)
    };
    for (name, values) in from.header {
        let name = HeaderName::try_from(&name).map_err(|_| Some(format!("`{name}` is no header name")))?;
        for text in values {
            to.headers.push((name.clone(), value(&text)?));
        }
    }
    if let Some(authorization) = from.authorization {
        let text = format!("{} {}", authorization.scheme, authorization.parameter);
        to.headers.push((header::AUTHORIZATION, value(text.trim())?));
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
    if let Some(identity) = from.managed_identity {
        let resource = identity.resource.ok_or_else(|| Some("a managed identity needs a `resource`".to_owned()))?;
        to.identity = Some(Identity { resource, client_id: identity.client_id.filter(|id| !id.is_empty()) });
    }
    Ok(())
}

/// The first certificate that is known: a connection shows one.
fn certificate(loader: &mut Loader<'_>, place: &Place, from: &Credentials, to: &mut Single) -> Result<(), Unresolved> {
    let certificates = loader.certificates;
    let ids = from.certificate_ids.iter().map(|id| ClientCertificate::Id(last_name(id).into()));
    let thumbprints = from.certificate.iter().map(|text| ClientCertificate::Thumbprint(text.as_str().into()));
    let asked: Vec<_> = if from.certificate_ids.is_empty() { thumbprints.collect() } else { ids.collect() };
    let Some(first) = asked.first() else { return Ok(()) };
    let known = asked.iter().find(|asked| match asked {
        ClientCertificate::Id(name) | ClientCertificate::Thumbprint(name) => certificates.find(name).is_some(),
        ClientCertificate::Pfx { .. } => false,
    });
    match known {
        Some(known) => {
            let shown = certificates.shown(known).map_err(|fault| Some(format!("certificate {known:?}: {fault}")))?;
            to.certificate = Some(shown);
        }
        None => {
            let (ClientCertificate::Id(name) | ClientCertificate::Thumbprint(name)) = first else { return Ok(()) };
            let line = Line::new(
                format!("certificates.{}", toml_key(name)),
                format!("file = {}", serde_json::Value::from(format!("{name}.pfx"))),
            );
            let text = format!("certificate {first:?} is not there: exports leave certificates out");
            loader.problems.found.push(place.warning("TG8036", text).with_note(line.note()));
            loader.problems.lines.push(line);
        }
    }
    Ok(())
}

/// RFC 3986 2.3 names what stands for itself everywhere.
fn encode_query(text: &str) -> String {
    query::encode(text, b"-._~")
}
