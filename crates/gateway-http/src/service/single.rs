//! One policy document on its own: an API at the root, for every method and path, in front of one backend.

use std::path::Path;
use std::sync::Arc;

use http::HeaderName;
use policy_parser::diagnostic::quoted;
use policy_parser::document::Options;
use policy_parser::{Severity, Source, parse_with};
use policy_vm::exchange::Url;
use policy_vm::{Engine, Environment, Scope};

use super::apis::{KEY_HEADER, KEY_QUERY, LoadedApi, routes};
use super::lacking::Missing;
use super::problems::Problems;
use super::{Api, Backends, Hidden, Operation, Service, certificates, default_global};
use crate::config::Config;
use crate::data::Place;
use crate::routing::Template;
use crate::subscriptions::Keys;

/// Loads a document; `<base/>` in it is what the service's default policy of all APIs has.
pub(crate) fn load_policy(
    path: &Path,
    backend: Option<Url>,
    engine: &Engine,
    config: &Config,
) -> (Option<Service>, Problems) {
    let (mut environment, mut problems) = environment(config);
    let certificates = certificates::load(config, &mut problems);
    environment.certificates = Some(certificates.names());
    let Some(source) = read(path, &mut problems) else { return (None, problems) };
    let policy = problems.compile(engine, &source, Scope::Api, &environment);
    let global = default_global(engine, &mut problems);
    if !problems.is_fine() {
        return (None, problems);
    }
    let api = LoadedApi::unversioned(api(backend, policy));
    let mut hidden = Hidden::default();
    hidden.add(&environment);
    let service = global.map(|global| Service {
        routes: routes(std::slice::from_ref(&api)),
        apis: vec![api.api],
        products: Vec::new(),
        keys: Keys::default(),
        global,
        backends: Backends::default(),
        certificates,
        hidden,
        version: String::new(),
    });
    (service, problems)
}

fn read(path: &Path, problems: &mut Problems) -> Option<Arc<Source>> {
    let source = problems.read(path);
    // What is no file, or no text, has been told.
    if source.is_none() && !path.exists() {
        let source = Source::new(path.display().to_string(), "");
        problems.error("TG8001", &Place::start_of(&source), "there is no such file");
    }
    source
}

/// Checks a document or a fragment on its own.
pub(crate) fn check_policy(path: &Path, engine: &Engine, config: &Config) -> Problems {
    let (mut environment, mut problems) = environment(config);
    let certificates = certificates::load(config, &mut problems);
    environment.certificates = Some(certificates.names());
    let Some(source) = read(path, &mut problems) else { return problems };
    check_source(&mut problems, engine, &source, &environment);
    for finding in problems.found.iter_mut().filter(|finding| finding.code == UNKNOWN_FRAGMENT) {
        finding.severity = Severity::Warning;
        finding.notes.push("a document on its own has no fragments: what is in them is not checked".to_owned());
    }
    problems
}

/// What the compiler says of a fragment that is not there.
const UNKNOWN_FRAGMENT: &str = "TG0240";

/// What it says of a policy that documents of the scope cannot have.
const WRONG_SCOPE: &str = "TG0204";

/// Checks a text whose scope is not known.
pub(super) fn check_source(problems: &mut Problems, engine: &Engine, source: &Arc<Source>, environment: &Environment) {
    let is_fragment = parse_with(source, &Options::default()).document.is_some_and(|it| &*it.root.name == "fragment");
    if is_fragment {
        problems.found.extend(engine.check_fragment(source, environment));
    } else {
        problems.compile(engine, source, Scope::Api, environment);
        problems.found.retain(|finding| finding.code != WRONG_SCOPE);
    }
}

/// What a document on its own may refer to: the named values of the configuration beside it.
pub(super) fn environment(config: &Config) -> (Environment, Problems) {
    let mut problems = Problems::default();
    let mut environment = Environment::default();
    for (name, value) in &config.named_values {
        match value.resolve(&config.folder) {
            Ok(value) => {
                environment.named_values.insert(name.clone(), policy_vm::NamedValue { value, secret: true });
            }
            Err(error) => {
                let place = config.place(&["named_values", name]);
                let finding = place.error("TG8020", format!("named value {}: {error}", quoted(name)));
                problems.missing_value(name, Missing { finding, line: None });
            }
        }
    }
    (environment, problems)
}

fn api(backend: Option<Url>, policy: Option<Arc<policy_vm::Program>>) -> Api {
    let any = Operation {
        id: "any".to_owned(),
        name: "any".to_owned(),
        method: "*".to_owned(),
        url_template: "/*".to_owned(),
        template: Template { segments: Vec::new(), rest: Some(None), query: Vec::new() },
        responses: Vec::new(),
        policy: None,
    };
    Api {
        id: "policy".to_owned(),
        name: "policy".to_owned(),
        path: String::new(),
        protocols: vec!["http".to_owned(), "https".to_owned()],
        service_url: backend,
        service_url_masked: None,
        key_header: HeaderName::from_static("ocp-apim-subscription-key"),
        key_header_text: KEY_HEADER.to_owned(),
        key_query: KEY_QUERY.to_owned(),
        revision: "1".to_owned(),
        is_current: true,
        version: String::new(),
        subscription_required: false,
        policy,
        workspace: None,
        workspace_name: String::new(),
        workspace_policy: None,
        operations: vec![any],
    }
}
