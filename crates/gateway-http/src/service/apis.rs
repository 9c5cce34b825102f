//! APIs with their operations.

use std::sync::Arc;

use http::{HeaderName, Method};
use policy_parser::Source;
use policy_vm::Scope;
use policy_vm::exchange::{SampleResponse, Url};

use super::folder::{Entry, Loader};
use super::named_values::substitute;
use super::resources::{ApiInformation, OperationInformation, ResponseInformation, VersionSetInformation, last_name};
use super::version_sets::VersionSets;
use super::{Api, Operation};
use crate::routing::{self, Revision, Routes, Template, Version};

/// The header that carries a key when the API names no other.
pub(super) const KEY_HEADER: &str = "Ocp-Apim-Subscription-Key";
/// The query parameter that carries a key when the API names no other.
pub(super) const KEY_QUERY: &str = "subscription-key";

/// An API with what routing needs of it.
#[derive(Debug)]
pub(super) struct LoadedApi {
    pub(super) api: Api,
    version_set: Option<VersionSetInformation>,
}

pub(super) fn load(loader: &mut Loader<'_>, version_sets: &VersionSets) -> Vec<LoadedApi> {
    let mut apis = Vec::new();
    for entry in loader.entries(loader.root, "apis") {
        let file = entry.path.join("apiInformation.json");
        let Some((source, information)) = loader.resource::<ApiInformation>(&file) else {
            if !file.exists() {
                let source = Source::new(file.display().to_string(), "");
                loader.problems.error(
                    "TG8050",
                    &source,
                    "",
                    format!("API `{}` has no `apiInformation.json`", entry.name),
                );
            }
            continue;
        };
        if let Some(api) = load_api(loader, &entry, &source, information, version_sets) {
            if let Some(other) = apis.iter().find(|other: &&LoadedApi| other.takes_requests_of(&api)) {
                let text = format!("API `{}` has the path and version of API `{}`", api.api.id, other.api.id);
                loader.problems.error("TG8058", &source, "\"path\"", text);
            }
            apis.push(api);
        }
    }
    apis
}

impl LoadedApi {
    /// Another API for the same requests. Revisions are one API.
    fn takes_requests_of(&self, other: &Self) -> bool {
        let place = |loaded: &Self| (loaded.api.path.to_ascii_lowercase(), loaded.api.version.clone());
        split_revision(&self.api.id).0 != split_revision(&other.api.id).0 && place(self) == place(other)
    }
}

fn load_api(
    loader: &mut Loader<'_>,
    entry: &Entry,
    source: &Arc<Source>,
    information: ApiInformation,
    version_sets: &VersionSets,
) -> Option<LoadedApi> {
    let (_, revision_in_name) = split_revision(&entry.name);
    let version_set = version_set(loader, source, &information, version_sets);
    let version = information.api_version.clone().unwrap_or_default();
    let service_url = service_url(loader, source, information.service_url.as_deref());
    let names = information.subscription_key_parameter_names.unwrap_or_default();
    let key_header_text = names.header.unwrap_or_else(|| KEY_HEADER.to_owned());
    let Ok(key_header) = HeaderName::try_from(&key_header_text) else {
        loader.problems.error("TG8052", source, "\"header\"", format!("`{key_header_text}` is no header name"));
        return None;
    };
    let (_, policy) = loader.policy(&entry.path.join("policy.xml"), Scope::Api);
    let api = Api {
        name: information.display_name.unwrap_or_else(|| entry.name.clone()),
        path: full_path(&information.path, &version, version_set.as_ref()),
        protocols: information.protocols,
        service_url,
        key_header,
        key_header_text,
        key_query: names.query.unwrap_or_else(|| KEY_QUERY.to_owned()),
        revision: information.api_revision.or(revision_in_name.map(str::to_owned)).unwrap_or_else(|| "1".to_owned()),
        is_current: information.is_current.unwrap_or(revision_in_name.is_none()),
        version,
        subscription_required: information.subscription_required.unwrap_or(true),
        policy,
        operations: load_operations(loader, entry, source),
        id: entry.name.clone(),
    };
    Some(LoadedApi { api, version_set })
}

fn service_url(loader: &mut Loader<'_>, source: &Arc<Source>, text: Option<&str>) -> Option<Url> {
    let text = substitute(loader, text.filter(|url| !url.is_empty())?);
    match text.and_then(|text| Url::parse(&text).map_err(|error| format!("`{text}`: {error}"))) {
        Ok(url) => Some(url),
        Err(problem) => {
            loader.problems.error("TG8051", source, "\"serviceUrl\"", problem);
            None
        }
    }
}

/// `name;rev=2`.
fn split_revision(name: &str) -> (&str, Option<&str>) {
    match name.split_once(";rev=") {
        Some((name, revision)) => (name, Some(revision)),
        None => (name, None),
    }
}

fn version_set(
    loader: &mut Loader<'_>,
    source: &Arc<Source>,
    information: &ApiInformation,
    version_sets: &VersionSets,
) -> Option<VersionSetInformation> {
    let Some(id) = &information.api_version_set_id else { return information.api_version_set.clone() };
    let found = version_sets.get(&last_name(id).to_ascii_lowercase());
    if found.is_none() {
        loader.problems.error("TG8053", source, "\"apiVersionSetId\"", format!("no version set `{}`", last_name(id)));
    }
    found.cloned()
}

fn is_scheme(set: Option<&VersionSetInformation>, scheme: &str) -> bool {
    set.is_some_and(|set| set.versioning_scheme.as_deref().unwrap_or("Segment").eq_ignore_ascii_case(scheme))
}

/// The path with the version, where the version is a segment and not there already.
fn full_path(path: &str, version: &str, set: Option<&VersionSetInformation>) -> String {
    let path = path.trim_matches('/');
    if version.is_empty() || !is_scheme(set, "Segment") || path.rsplit('/').next() == Some(version) {
        return path.to_owned();
    }
    if path.is_empty() { version.to_owned() } else { format!("{path}/{version}") }
}

fn load_operations(loader: &mut Loader<'_>, api: &Entry, api_source: &Arc<Source>) -> Vec<Operation> {
    let mut operations: Vec<Operation> = Vec::new();
    for entry in loader.entries(&api.path, "operations") {
        let file = entry.path.join("operationInformation.json");
        let Some((source, information)) = loader.resource::<OperationInformation>(&file) else { continue };
        let template = match Template::parse(&information.url_template) {
            Ok(template) => template,
            Err(error) => {
                loader.problems.error("TG8054", &source, "\"urlTemplate\"", error.to_string());
                continue;
            }
        };
        if Method::from_bytes(information.method.as_bytes()).is_err() {
            let text = format!("`{}` is no HTTP method", information.method);
            loader.problems.error("TG8055", &source, "\"method\"", text);
            continue;
        }
        let is_same = |other: &&Operation| {
            other.method.eq_ignore_ascii_case(&information.method) && other.template.shape() == template.shape()
        };
        if let Some(other) = operations.iter().find(is_same) {
            let text = format!("operation `{}` is for the same requests as operation `{}`", entry.name, other.id);
            loader.problems.error("TG8057", &source, "\"urlTemplate\"", text);
        }
        let (_, policy) = loader.policy(&entry.path.join("policy.xml"), Scope::Operation);
        operations.push(Operation {
            name: information.display_name.unwrap_or_else(|| entry.name.clone()),
            id: entry.name,
            method: information.method,
            url_template: information.url_template,
            template,
            responses: information.responses.into_iter().flat_map(samples).collect(),
            policy,
        });
    }
    if operations.is_empty() {
        loader.problems.warning("TG8056", api_source, "", format!("API `{}` has no operations", api.name));
    }
    operations
}

fn samples(response: ResponseInformation) -> Vec<SampleResponse> {
    let status = response.status_code;
    let one = |content_type: String, sample| SampleResponse { status, content_type, sample };
    if response.representations.is_empty() {
        return vec![one(String::new(), None)];
    }
    let text = |value: serde_json::Value| match value {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    };
    let representations = response.representations.into_iter();
    representations
        .map(|mut representation| {
            let example = representation.examples.pop_first().and_then(|(_, example)| example.value).map(text);
            one(representation.content_type, representation.sample.or(example))
        })
        .collect()
}

/// The routing table of the APIs, in their order.
pub(super) fn routes(apis: &[LoadedApi]) -> Routes {
    Routes::new(apis.iter().map(route).collect())
}

fn route(loaded: &LoadedApi) -> routing::Entry {
    let api = &loaded.api;
    let value = (!api.version.is_empty()).then(|| api.version.as_str().into());
    let set = loaded.version_set.as_ref();
    let named = |name: fn(&VersionSetInformation) -> Option<&String>| set.and_then(name).cloned();
    let version = if is_scheme(set, "Query") {
        let name = named(|set| set.version_query_name.as_ref()).unwrap_or_else(|| "api-version".to_owned());
        Version::Query { name: name.into(), value }
    } else if is_scheme(set, "Header") {
        let name = named(|set| set.version_header_name.as_ref()).and_then(|name| HeaderName::try_from(name).ok());
        Version::Header { name: name.unwrap_or(HeaderName::from_static("api-version")), value }
    } else {
        Version::Any
    };
    let operations = api.operations.iter();
    routing::Entry {
        path: api.path.clone(),
        revision: Revision { number: api.revision.as_str().into(), is_current: api.is_current },
        version,
        // `*` stands for every method; only the gateway's own single-document service uses it.
        operations: operations
            .map(|operation| {
                let method = Method::from_bytes(operation.method.as_bytes()).ok();
                (method.filter(|method| method.as_str() != "*"), operation.template.clone())
            })
            .collect(),
    }
}

impl LoadedApi {
    /// An API that no folder describes.
    pub(super) const fn unversioned(api: Api) -> Self {
        Self { api, version_set: None }
    }
}
