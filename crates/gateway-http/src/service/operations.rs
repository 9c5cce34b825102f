//! Operations of an API: those with a file, and those that only the specification describes. Files win.

use std::collections::HashMap;
use std::sync::Arc;

use http::Method;
use policy_parser::Source;
use policy_parser::diagnostic::quoted;
use policy_vm::exchange::{SampleResponse, Url};
use policy_vm::{Program, Scope};

use super::loader::{Loaded, Loader};
use super::resources::{ApiInformation, OperationInformation, ResponseInformation};
use super::specification::{Described, RequiredQuery, Specification, import};
use super::tree::Entry;
use super::{Operation, kinds};
use crate::data::{Node, Place, parse_json, parse_yaml};
use crate::routing::Template;

pub(super) const FILE: &str = "operationInformation.json";

/// What the files of an API give.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) operations: Vec<Operation>,
    /// The server of the specification.
    pub(super) server: Option<Url>,
}

pub(super) fn load(
    loader: &mut Loader<'_>,
    api: &Entry<'_>,
    information: &Loaded<ApiInformation>,
    over: Option<&Node>,
) -> Found {
    let specification = specification(loader, api, information);
    let mut all = Collected::default();
    let mut policies = Vec::new();
    for entry in api.folder.resources("operations") {
        let over = loader.overrides.item(over, "operations", &entry.name);
        if entry.folder.file(FILE).is_some() {
            from_file(loader, &entry, over, &mut all);
        } else if let Some(source) = loader.policy_source(entry.folder, over) {
            policies.push((entry.name, source));
        } else {
            let text = format!("operation `{}` has neither `{FILE}` nor `policy.xml`", entry.name);
            loader.problems.warning("TG8050", &entry.folder.place(), text);
        }
    }
    all.files = all.operations.len();
    let server = specification.as_ref().and_then(|found| server(found, information));
    let described = specification.map(|found| found.operations);
    let is_known = described.is_some();
    let mut described = described.unwrap_or_default();
    // A file with its id wins even where its template is another one.
    described.retain(|one| !all.operations.iter().any(|known| one.fit(&known.id).is_some_and(|fit| fit < 2)));
    let mut assigned = assign(&described, &mut policies);
    for (number, one) in described.into_iter().enumerate() {
        from_specification(loader, one, assigned.remove(&number), &mut all);
    }
    if all.operations.is_empty() {
        all.operations.extend(kinds::whole(loader, information, api, policies.is_empty()));
    }
    // Where there is no specification that can be read, that has been told.
    for (name, source) in policies.iter().filter(|_| is_known || !has_specification(api)) {
        let text =
            format!("operation {} is not in the specification and has no `{FILE}`: it is not served", quoted(name));
        loader.problems.warning("TG8059", &Place::start_of(source), text);
    }
    Found { operations: all.operations, server }
}

/// Gives each policy to the operation that its folder fits best; what fits none stays.
fn assign(described: &[Described], policies: &mut Vec<(String, Arc<Source>)>) -> HashMap<usize, (String, Arc<Source>)> {
    let mut assigned = HashMap::new();
    for wanted in 0..3 {
        policies.retain(|(name, source)| {
            let fits =
                |(number, one): &(usize, &Described)| !assigned.contains_key(number) && one.fit(name) == Some(wanted);
            let found = described.iter().enumerate().find(fits).map(|(number, _)| number);
            let is_left = found.is_none();
            if let Some(number) = found {
                assigned.insert(number, (name.clone(), Arc::clone(source)));
            }
            is_left
        });
    }
    assigned
}

fn has_specification(api: &Entry<'_>) -> bool {
    api.folder.files.keys().any(|name| is_specification(name))
}

fn is_specification(name: &str) -> bool {
    name.to_ascii_lowercase().starts_with("specification.")
}

/// Operations, and which of them is for a method and template.
#[derive(Debug, Default)]
struct Collected {
    operations: Vec<Operation>,
    /// How many of them have files of their own.
    files: usize,
    by_shape: HashMap<(String, String), usize>,
}

impl Collected {
    /// The one that is for the same requests.
    fn same(&self, method: &str, template: &Template) -> Option<(usize, &Operation)> {
        let number = self.by_shape.get(&(method.to_ascii_uppercase(), template.shape()))?;
        Some((*number, self.operations.get(*number)?))
    }

    fn push(&mut self, operation: Operation) {
        let shape = (operation.method.to_ascii_uppercase(), operation.template.shape());
        self.by_shape.entry(shape).or_insert(self.operations.len());
        self.operations.push(operation);
    }
}

/// What is said of a template with `.` or `..` in it.
const UNREACHABLE: &str = "no call can mean this operation: dot segments are resolved in the paths of requests";

fn from_file(loader: &mut Loader<'_>, entry: &Entry<'_>, over: Option<&Node>, all: &mut Collected) {
    let loaded = loader.resource_over(entry, &[FILE], over);
    // Looked at whatever is wrong with the description.
    let (_, policy) = loader.policy(entry.folder, over, Scope::Operation);
    let Some(loaded): Option<Loaded<OperationInformation>> = loaded else { return };
    let template = match Template::parse(&loaded.value.url_template) {
        Ok(template) => template,
        Err(error) => return loader.problems.error("TG8054", &loaded.place("urlTemplate"), error.to_string()),
    };
    if template.has_dot_segment() {
        loader.problems.warning("TG8062", &loaded.place("urlTemplate"), UNREACHABLE);
    }
    if Method::from_bytes(loaded.value.method.as_bytes()).is_err() {
        let text = format!("`{}` is no HTTP method", loaded.value.method);
        return loader.problems.error("TG8055", &loaded.place("method"), text);
    }
    if let Some((_, other)) = all.same(&loaded.value.method, &template) {
        let text = format!("operation `{}` is for the same requests as operation `{}`", entry.name, other.id);
        loader.problems.error("TG8057", &loaded.place("urlTemplate"), text);
    }
    let information = loaded.value;
    all.push(Operation {
        name: information.display_name.unwrap_or_else(|| entry.name.clone()),
        id: entry.name.clone(),
        method: information.method,
        url_template: information.url_template,
        template,
        responses: information.responses.into_iter().flat_map(samples).collect(),
        policy,
    });
}

fn from_specification(
    loader: &mut Loader<'_>,
    described: Described,
    policy: Option<(String, Arc<Source>)>,
    all: &mut Collected,
) {
    let Described { id, name, method, url_template, responses, place, .. } = described;
    let (id, policy): (String, Option<Arc<Program>>) = match policy {
        Some((folder, source)) => {
            (folder, loader.problems.compile(loader.engine, &source, Scope::Operation, &loader.environment))
        }
        None => (id, None),
    };
    let template = match Template::parse(&url_template) {
        Ok(template) => template,
        Err(error) => return loader.problems.error("TG8054", &place, error.to_string()),
    };
    if template.has_dot_segment() {
        loader.problems.warning("TG8062", &place, UNREACHABLE);
    }
    if let Some((number, other)) = all.same(&method, &template) {
        // That a file wins goes without saying.
        if number >= all.files || policy.is_some() {
            let text =
                format!("operation `{id}` is for the same requests as operation `{}`: it is not called", other.id);
            loader.problems.warning("TG8057", &place, text);
        }
        return;
    }
    all.push(Operation { id, name, method, url_template, template, responses, policy });
}

/// The specification beside the API's file, whichever form it has.
fn specification(
    loader: &mut Loader<'_>,
    api: &Entry<'_>,
    information: &Loaded<ApiInformation>,
) -> Option<Specification> {
    let (name, file) = api.folder.files.iter().find(|(name, _)| is_specification(name))?;
    file.mark();
    let parse = match name.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
        "json" => parse_json,
        "yaml" | "yml" => parse_yaml,
        // Of these kinds the operations do not come from here.
        "graphql" | "gql" | "wsdl" | "proto" | "edmx" => return None,
        _ => {
            let place = Place::start_of(&Source::new(file.path.display().to_string(), ""));
            let text = "specifications of this form are not read: OpenAPI and Swagger are, as YAML or JSON";
            let note = "export it again as one of these, or write `operations/<name>/operationInformation.json`";
            loader.problems.found.push(place.warning("TG8041", text).with_note(note));
            return None;
        }
    };
    let source = loader.problems.read(&file.path)?;
    let node = parse(&source, &mut loader.problems.found)?;
    let query = match information.value.translate_required_query_parameters.as_deref() {
        Some(kind) if kind.eq_ignore_ascii_case("query") => RequiredQuery::Query,
        _ => RequiredQuery::Template,
    };
    import(&node, query, &mut loader.problems.found)
}

/// The server is the backend, unless it is the gateway itself, which is what exports have.
fn server(specification: &Specification, information: &Loaded<ApiInformation>) -> Option<Url> {
    let text = specification.server.as_deref()?;
    let url = Url::parse(text).ok()?;
    let path = url.path.trim_matches('/');
    let is_gateway = url.host.ends_with(".azure-api.net")
        || (information.value.service_url.is_none()
            && !path.is_empty()
            && path.eq_ignore_ascii_case(information.value.path.trim_matches('/')));
    (!is_gateway).then_some(url)
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
