//! APIs: what their files say, and where calls to them come in.

use http::{HeaderName, Method};
use policy_parser::diagnostic::quoted;
use policy_vm::Scope;
use policy_vm::exchange::Url;

use super::loader::{Loaded, Loader};
use super::named_values::{masked, substitute};
use super::operations;
use super::resources::{ApiInformation, VersionSetInformation, last_name};
use super::tree::{Entry, Folder};
use super::version_sets::{self, VersionSets};
use super::{Api, api_path};
use crate::data::parse_json;
use crate::routing::{self, Revision, Routes, Version};

/// The header that carries a key when the API names no other.
pub(super) const KEY_HEADER: &str = "Ocp-Apim-Subscription-Key";
/// The query parameter that carries a key when the API names no other.
pub(super) const KEY_QUERY: &str = "subscription-key";

/// The resource's file.
const FILE: &str = "apiInformation.json";

/// An API with what routing needs of it.
#[derive(Debug)]
pub(super) struct LoadedApi {
    pub(super) api: Api,
    version_set: Option<VersionSetInformation>,
}

pub(super) fn load(loader: &mut Loader<'_>, version_sets: &VersionSets, apis: &mut Vec<LoadedApi>) {
    let mut seen = std::collections::HashMap::new();
    for (number, loaded) in apis.iter().enumerate() {
        seen.entry(loaded.calls()).or_insert(number);
    }
    let mut entries = Vec::new();
    for entry in loader.folder.resources("apis") {
        entries.extend(nested(loader, entry));
    }
    for entry in entries {
        let over = loader.over("apis", &entry.name);
        let mut loaded = loader.resource_over::<ApiInformation>(&entry, &[FILE], over);
        if let Some(loaded) = &mut loaded
            && let Some(prefix) = loader.overrides.path_prefix(over)
        {
            loaded.value.path = format!("{prefix}{}", loaded.value.path);
        }
        let api = loaded.as_ref().and_then(|loaded| load_api(loader, &entry, loaded, version_sets));
        let (Some(loaded), Some(api)) = (loaded, api) else {
            loader.broken.push(format!("apis/{}", split_revision(&entry.name).0));
            continue;
        };
        let number = apis.len();
        let first = *seen.entry(api.calls()).or_insert(number);
        if let Some(other) = apis.get(first).filter(|other| !other.is_revision_of(&api)) {
            let text = format!("API `{}` has the path and version of API `{}`", api.api.id, other.api.id);
            loader.problems.error("TG8058", &loaded.place("path"), text);
        }
        apis.push(api);
    }
}

/// Early extractors wrote `apis/{display name}/{version}/{revision}/`, with the name in the file.
fn nested<'t>(loader: &mut Loader<'_>, entry: Entry<'t>) -> Vec<Entry<'t>> {
    let below = entry.folder.folders.values().flat_map(|version| version.folders.values());
    let folders: Vec<&Folder> = below.filter(|folder| folder.file(FILE).is_some()).collect();
    if entry.folder.file(FILE).is_some() || folders.is_empty() {
        let is_version_set = entry.folder.folders.is_empty() && entry.folder.file(version_sets::EARLY).is_some();
        return if is_version_set { Vec::new() } else { vec![entry] };
    }
    let mut entries = Vec::new();
    for folder in folders {
        let source = folder.file(FILE).and_then(|file| loader.problems.read(&file.path));
        // What is no JSON is told when the file is read as a resource.
        let node = source.and_then(|source| parse_json(&source, &mut Vec::new()));
        let name = node.as_ref().and_then(|node| node.get("name")?.scalar()).unwrap_or(&entry.name).to_owned();
        entries.push(Entry { name, folder });
    }
    entries
}

impl LoadedApi {
    /// Which calls it is for: equal for those that get in each other's way.
    fn calls(&self) -> (String, String, bool) {
        // An API for WebSockets may have the path of another one.
        let sockets = self.api.protocols.iter().any(|protocol| protocol.starts_with("ws"));
        (self.api.path.to_ascii_lowercase(), self.api.version.clone(), sockets)
    }

    /// Revisions are one API.
    fn is_revision_of(&self, other: &Self) -> bool {
        let name = |loaded: &Self| (loaded.api.workspace.clone(), split_revision(&loaded.api.id).0.to_owned());
        name(self) == name(other)
    }
}

fn load_api(
    loader: &mut Loader<'_>,
    entry: &Entry<'_>,
    loaded: &Loaded<ApiInformation>,
    version_sets: &VersionSets,
) -> Option<LoadedApi> {
    let information = &loaded.value;
    let over = loader.over("apis", &entry.name);
    let (_, revision_in_name) = split_revision(&entry.name);
    let version_set = version_set(loader, loaded, version_sets);
    let version = information.api_version.clone().unwrap_or_default();
    let service_url = service_url(loader, loaded);
    let written = information.service_url.as_deref().filter(|_| service_url.is_some());
    let service_url_masked = written.and_then(|url| masked(loader, url));
    let names = information.subscription_key_parameter_names.as_ref();
    let header = names.and_then(|names| names.header.clone()).filter(|name| !name.is_empty());
    let key_header_text = header.unwrap_or_else(|| KEY_HEADER.to_owned());
    let Ok(key_header) = HeaderName::try_from(&key_header_text) else {
        let place = loaded.properties.get("subscriptionKeyParameterNames");
        let place = place.map_or_else(|| loaded.properties.opening(), |names| names.place_of("header"));
        loader.problems.error("TG8052", &place, format!("`{key_header_text}` is no header name"));
        return None;
    };
    let query = names.and_then(|names| names.query.clone()).filter(|name| !name.is_empty());
    let is_unknown =
        |protocol: &&String| !["http", "https", "ws", "wss"].contains(&protocol.to_ascii_lowercase().as_str());
    if let Some(other) = information.protocols.iter().find(is_unknown) {
        let text = format!("{} is no protocol of an API: `http`, `https`, `ws` or `wss`", quoted(other));
        loader.problems.warning("TG8063", &loaded.place("protocols"), text);
    }
    api_path::tell(&information.path, &loaded.place("path"), &mut loader.problems);
    let (_, policy) = loader.policy(entry.folder, over, Scope::Api);
    let found = operations::load(loader, entry, loaded, over);
    let api = Api {
        name: information.display_name.clone().unwrap_or_else(|| entry.name.clone()),
        path: full_path(&information.path, &version, version_set.as_ref()),
        protocols: information.protocols.clone(),
        service_url: service_url.or(found.server),
        service_url_masked,
        key_header,
        key_header_text,
        key_query: query.unwrap_or_else(|| KEY_QUERY.to_owned()),
        revision: revision(information, revision_in_name),
        is_current: information.is_current.unwrap_or(revision_in_name.is_none()),
        version,
        subscription_required: information.subscription_required.unwrap_or(true),
        policy,
        workspace: loader.workspace.clone(),
        workspace_name: String::new(),
        workspace_policy: None,
        operations: found.operations,
        id: entry.name.clone(),
    };
    Some(LoadedApi { api, version_set })
}

fn revision(information: &ApiInformation, in_name: Option<&str>) -> String {
    let revision = information.api_revision.as_deref().filter(|revision| !revision.is_empty());
    revision.or(in_name).unwrap_or("1").to_owned()
}

fn service_url(loader: &mut Loader<'_>, loaded: &Loaded<ApiInformation>) -> Option<Url> {
    let written = loaded.value.service_url.as_deref().filter(|url| !url.trim().is_empty())?;
    let problem = match substitute(loader, written) {
        Ok(text) => match Url::parse(&text) {
            Ok(url) => return Some(url),
            // The file's text: a named value in it may be secret.
            Err(error) => Some(format!("{}: {error}", quoted(written))),
        },
        Err(problem) => problem,
    };
    if let Some(problem) = problem {
        loader.problems.error("TG8051", &loaded.place("serviceUrl"), problem);
    }
    None
}

/// `name;rev=2`.
pub(super) fn split_revision(name: &str) -> (&str, Option<&str>) {
    match name.split_once(";rev=") {
        Some((name, revision)) => (name, Some(revision)),
        None => (name, None),
    }
}

fn version_set(
    loader: &mut Loader<'_>,
    loaded: &Loaded<ApiInformation>,
    version_sets: &VersionSets,
) -> Option<VersionSetInformation> {
    let information = &loaded.value;
    let id = information.api_version_set_id.as_ref().filter(|id| !id.is_empty());
    let Some(id) = id else { return information.api_version_set.clone() };
    let found = version_sets.get(&last_name(id).to_ascii_lowercase());
    if found.is_none() {
        let name = last_name(id);
        let text = format!("there is no version set {}", quoted(name));
        let note = format!(
            "where the export left it out, `version sets/{name}/versionSetInformation.json` gives it: \
             {{\"properties\": {{\"versioningScheme\": \"Segment\"}}}}"
        );
        loader.problems.found.push(loaded.place("apiVersionSetId").error("TG8053", text).with_note(note));
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
