//! What would become of a request: which operation it means and which were near, who calls, which documents run. Asked
//! are the same functions that serve, so that the answer is the one a caller gets.

mod key;
mod near;
mod policy;

use http::{HeaderMap, Method};
use policy_vm::error::PolicyError;
use policy_vm::exchange::{Body, Call, Url};
use policy_vm::respond::error_response;
use serde::Serialize;

pub(crate) use self::key::Key;
pub(crate) use self::near::Near;
use self::near::Sights;
pub(crate) use self::policy::{Policy, ScopeOf, Text};
use crate::config::Config;
use crate::routing::path::Path;
use crate::site::Site;
use crate::site::route::{Preflight, Request, Routed};
use crate::{arrive, errors, handler};

/// A request to be explained.
#[derive(Debug)]
pub(crate) struct Question {
    pub(crate) method: Method,
    pub(crate) url: Url,
    pub(crate) headers: HeaderMap,
}

/// What would become of a request.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Explanation {
    pub(crate) method: String,
    pub(crate) url: String,
    /// The path as everything but the access log sees it.
    pub(crate) path: Option<String>,
    pub(crate) outcome: Outcome,
    pub(crate) route: Option<Route>,
    /// Other APIs and operations, with the reason why they were not meant.
    pub(crate) near: Vec<Near>,
    pub(crate) key: Option<Key>,
    /// The answer, where no policy changes it.
    pub(crate) refusal: Option<Refusal>,
    pub(crate) policy: Option<Policy>,
}

/// How far it comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Outcome {
    /// The policies run, from `inbound` on.
    Runs,
    /// Only `cors` policies run.
    Preflight,
    /// `on-error` runs, and then the refusal is sent.
    Refused,
    /// The gateway answers before anything else.
    Answered,
}

/// The operation that is meant.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Route {
    pub(crate) api: String,
    pub(crate) api_path: String,
    pub(crate) revision: String,
    pub(crate) version: String,
    pub(crate) operation: String,
    pub(crate) template: String,
    pub(crate) parameters: Vec<(String, String)>,
    /// Where it goes when no policy changes that.
    pub(crate) backend: Option<String>,
}

/// An answer that the gateway makes.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    /// `context.LastError.Reason`.
    pub(crate) reason: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Question {
    fn request(&self) -> Request<'_> {
        Request { method: &self.method, scheme: &self.url.scheme, query: &self.url.query, headers: &self.headers }
    }
}

/// Explains a request.
pub(crate) fn explain(site: &Site, config: &Config, question: &Question) -> Explanation {
    let mut explanation = Explanation {
        method: question.method.to_string(),
        url: question.url.to_string(),
        path: None,
        outcome: Outcome::Answered,
        route: None,
        near: Vec::new(),
        key: None,
        refusal: None,
        policy: None,
    };
    if handler::is_health(&question.method, &question.url.path) {
        return explanation;
    }
    if let Some(refusal) = handler::refused_method(&question.method) {
        explanation.refusal = Some(Refusal::new(&errors::refused(refusal)));
        return explanation;
    }
    let mut scratch = String::new();
    match Path::new(&question.url.path, &mut scratch) {
        Ok(path) => explanation.find(site, config, question, &path),
        Err(_) => explanation.refuse(site, None, &errors::bad_path()),
    }
    explanation
}

impl Explanation {
    fn find(&mut self, site: &Site, config: &Config, question: &Question, path: &Path<'_>) {
        self.path = Some(path.decoded().to_owned());
        let mut sights = Sights::default();
        let routed = site.route(path, question.request(), config.gateway.match_protocols, &mut sights);
        self.near = near::near(site, &sights, question, path, routed.as_ref().ok());
        let Routed { found, preflight } = match routed {
            Ok(routed) => routed,
            Err(no_match) => return self.refuse(site, no_match.api, &errors::not_found()),
        };
        let Some(found) = found else {
            self.outcome = Outcome::Preflight;
            self.policy = Some(Policy::new(site, None, None, None, self.outcome));
            return;
        };
        let mut call = Call::default();
        arrive::fill(&mut call, site, &found, path, &question.url.query);
        self.route = Route::of(&call, site.service.apis.get(found.api));
        let (api, operation) = (Some(found.api), Some(found.operation));
        if let Some(Preflight { product }) = preflight {
            self.outcome = Outcome::Preflight;
            self.policy = Some(Policy::new(site, api, operation, product, self.outcome));
            return;
        }
        let refuses_foreign = config.gateway.open_product_refuses_foreign_keys;
        let (key, product, error) = Key::judge(site, found.api, refuses_foreign, question);
        self.key = Some(key);
        match error {
            Some(error) => {
                self.outcome = Outcome::Refused;
                self.refusal = Some(Refusal::new(&error));
            }
            None => self.outcome = Outcome::Runs,
        }
        self.policy = Some(Policy::new(site, api, operation, product, self.outcome));
    }

    fn refuse(&mut self, site: &Site, api: Option<usize>, error: &PolicyError) {
        self.outcome = Outcome::Refused;
        self.refusal = Some(Refusal::new(error));
        self.policy = Some(Policy::new(site, api, None, None, self.outcome));
    }
}

impl Route {
    fn of(call: &Call, model: Option<&crate::service::Api>) -> Option<Self> {
        let (api, operation) = (call.api.as_ref()?, call.operation.as_ref()?);
        let parameters = call.matched_parameters.iter();
        Some(Self {
            api: api.id.clone(),
            api_path: format!("/{}", api.path),
            revision: api.revision.clone(),
            version: api.version.clone(),
            operation: operation.id.clone(),
            template: format!("{} {}", operation.method, operation.url_template),
            parameters: parameters.map(|(name, value)| (name.to_string(), value.clone())).collect(),
            backend: backend(call, model),
        })
    }
}

/// Where the call goes, as it may be shown.
fn backend(call: &Call, model: Option<&crate::service::Api>) -> Option<String> {
    let (url, service) = (call.request.url.to_string(), call.api.as_ref()?.service_url.as_ref()?);
    let Some(masked) = model.and_then(|model| model.service_url_masked.as_ref()) else { return Some(url) };
    let service = Url { query: String::new(), ..service.clone() }.to_string();
    let rest = url.strip_prefix(service.trim_end_matches('/')).unwrap_or_default();
    Some(format!("{}{rest}", masked.trim_end_matches('/')))
}

impl Refusal {
    fn new(error: &PolicyError) -> Self {
        let response = error_response(error, &[0; 16]);
        let text = |value: &http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        Self {
            status: response.status,
            reason: error.reason.to_string(),
            headers: response.headers.iter().map(|(name, value)| (name.to_string(), text(value))).collect(),
            body: match &response.body {
                Body::Bytes(bytes) => String::from_utf8_lossy(bytes).into_owned(),
                _ => String::new(),
            },
        }
    }
}
