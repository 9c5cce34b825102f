//! APIs that are no lists of operations: SOAP, GraphQL, WebSocket and others, where no file describes an operation. Each is
//! served as a whole, or not at all, and then it is told what to write.

use super::Operation;
use super::loader::{Loaded, Loader};
use super::operations::FILE;
use super::resources::ApiInformation;
use super::tree::Entry;
use crate::routing::Template;

/// What becomes of an API without operations.
enum Served {
    /// It is all one operation: id, method, template.
    Whole(&'static str, &'static str, &'static str),
    No,
}

/// The one operation of an API that has none of its own, if it is served. `is_plain`: no operation has a policy.
pub(super) fn whole(
    loader: &mut Loader<'_>,
    information: &Loaded<ApiInformation>,
    api: &Entry<'_>,
    is_plain: bool,
) -> Option<Operation> {
    let kind = information.value.kind.as_ref().or(information.value.api_type.as_ref());
    let kind = kind.map(|kind| kind.to_ascii_lowercase()).unwrap_or_default();
    let (served, told) = become_of(&kind, &api.name, is_plain);
    if let Some((headline, note)) = told {
        let is_named = information.value.kind.is_some() || information.value.api_type.is_some();
        let key = if information.value.kind.is_some() { "type" } else { "apiType" };
        let place = if is_named { information.place(key) } else { information.properties.opening() };
        let finding = place.warning("TG8056", headline);
        loader.problems.found.push(match note {
            Some(note) => finding.with_note(note),
            None => finding,
        });
    }
    let Served::Whole(id, method, url_template) = served else { return None };
    Some(Operation {
        id: id.to_owned(),
        name: id.to_owned(),
        method: method.to_owned(),
        url_template: url_template.to_owned(),
        template: Template::parse(url_template).ok()?,
        responses: Vec::new(),
        policy: None,
    })
}

/// What happens to APIs of a kind, with what is to be told: a sentence, and what to do.
fn become_of(kind: &str, name: &str, is_plain: bool) -> (Served, Option<(String, Option<String>)>) {
    let file = format!("operations/<name>/{FILE}");
    let not =
        |why: String, note: String| (Served::No, Some((format!("API `{name}` is not served: {why}"), Some(note))));
    match kind {
        "websocket" => (Served::Whole("onHandshake", "GET", "/*"), None),
        "soap" if is_plain => (Served::Whole("soap", "POST", "/"), None),
        // One operation for all actions would let calls past the policies of theirs.
        "soap" => not(
            format!("its operations have policies, and no `{FILE}` says which action is whose"),
            format!("write `{file}` with the `urlTemplate` `/?soapAction=<action>`"),
        ),
        "graphql" => (
            Served::Whole("graphql", "POST", "/"),
            Some((
                format!(
                    "API `{name}` is GraphQL: `POST` to its path goes to its backend as it is, without a look at the schema; \
                     resolvers and subscriptions are not run"
                ),
                None,
            )),
        ),
        "grpc" => not(
            "its methods are in a `.proto`, which is not read".to_owned(),
            format!(
                "write `{file}` for each method: `POST`, with the `urlTemplate` `/<package>.<Service>/<Method>`, and \
                 `{}`",
                policy_vm::OVER_HTTP2
            ),
        ),
        "odata" => not(
            "its entity sets are in OData metadata, which is not read".to_owned(),
            format!("write an OpenAPI `specification.yaml` beside it, or `{file}` for each call"),
        ),
        "" | "http" => (Served::No, Some((format!("API `{name}` has no operations"), None))),
        other => not(format!("APIs of type `{other}` are not"), format!("write `{file}` for what is to be called")),
    }
}
