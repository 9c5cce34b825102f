//! From the text of a page to an exchange: who calls what, and where it goes.

use std::sync::Arc;

use base64::Engine as _;
use policy_vm::Engine;
use policy_vm::exchange::{
    Api, BackendChoice, Call, Deployment, Exchange, Operation, Product, Request, SampleResponse, Url,
};
use policy_vm::host::{CertificateCheck, HostError, HostErrorKind};

use crate::host::{Ambience, FakeHost};
use crate::message::RequestText;
use crate::page::Malformed;
use crate::script::{ApiText, ClientIp, OperationText, Script};
use crate::template::{self, Matched};
use crate::time::ticks;
use crate::variables;

/// The surroundings in force: what the case's blocks have said so far.
#[derive(Debug, Default)]
pub(crate) struct Surroundings {
    script: Script,
    requests: u8,
}

/// What is known of a request once it has found its operation.
struct Routed {
    api: Api,
    operation: Operation,
    matched: Matched,
    url: Url,
}

impl Surroundings {
    /// Takes over what a block says; `line` is where it stands.
    pub(crate) fn apply(
        &mut self,
        script: Script,
        line: u32,
        host: &mut FakeHost,
        ambience: &Ambience,
    ) -> Result<(), Malformed> {
        if let Some(clock) = &script.clock {
            let ticks = ticks(clock).ok_or_else(|| Malformed::new(line, "`clock` is no date and time"))?;
            ambience.set_clock(ticks);
        }
        if let Some(span) = script.advance {
            ambience.advance(span.0);
        }
        if let Some(seed) = script.seed {
            ambience.seed(seed);
        }
        if let Some(facts) = &script.certificate_facts {
            ambience.set_certificate_facts(facts);
        }
        if let Some(answers) = script.backend.clone() {
            host.backends.script(answers);
        }
        if script.external_cache {
            host.cache.add_external();
        }
        host.cache.fails = script.cache_fails.unwrap_or(host.cache.fails);
        host.counters_fail = script.counters_fail.unwrap_or(host.counters_fail);
        for (key, value) in &script.cache {
            let (value, lifetime) = variables::cached(value).map_err(|message| Malformed::new(line, message))?;
            host.cache.store(key, value, lifetime, policy_vm::host::CacheKind::PreferExternal, ambience.now());
        }
        script.slots.iter().for_each(|(key, taken)| host.slots.set(key, *taken));
        host.subscriptions.add(&script.subscriptions);
        self.script.merge(script);
        Ok(())
    }

    /// The exchange of a request.
    pub(crate) fn exchange(
        &mut self,
        request: RequestText,
        line: u32,
        engine: &Engine,
        host: &mut FakeHost,
        ambience: &Ambience,
    ) -> Result<Exchange, Malformed> {
        let bad = |message: &str| Malformed::new(line, message.to_owned());
        self.requests = self.requests.wrapping_add(1);
        let script = &self.script;
        let routed = self.route(&request).map_err(|message| Malformed::new(line, message))?;
        let mut exchange = Exchange::new(engine.limits());
        let call = &mut exchange.call;
        call.request = Request {
            method: request.method.clone(),
            url: routed.url,
            headers: request.headers,
            body: host.hold_request_body(request.body),
            certificate: self.client_certificate().map_err(bad)?,
        };
        call.original_url = request.url;
        call.original_method = request.method;
        call.matched_parameters = routed.matched.parameters;
        call.template_query = routed.matched.query_names;
        for (name, value) in &script.parameters {
            call.matched_parameters.push((name.as_str().into(), value.clone()));
        }
        call.request_id = self.request_id().ok_or_else(|| bad("`request-id` is no GUID"))?;
        call.timestamp = ambience.now();
        call.client_ip = match script.client_ip {
            None => Some([203, 0, 113, 7].into()),
            Some(ClientIp::Known(address)) => Some(address),
            Some(ClientIp::None) => None,
        };
        call.operation = Some(Arc::new(routed.operation));
        call.api = Some(Arc::new(routed.api));
        call.tracing = script.tracing.unwrap_or(true);
        self.caller(&mut exchange, host).map_err(|message| Malformed::new(line, message))?;
        variables::preset(&mut exchange, &script.variables).map_err(|message| Malformed::new(line, message))?;
        Ok(exchange)
    }

    /// The API and operation of a request, and where it goes.
    fn route(&self, request: &RequestText) -> Result<Routed, String> {
        let operation_text = self.script.operation.clone().unwrap_or_default();
        let api = api(&self.script.api.clone().unwrap_or_default()).ok_or("`api.service-url` is no URL")?;
        let path = below(&request.url.path, &api.path)
            .ok_or_else(|| format!("the path `{}` is not below the API's, `{}`", request.url.path, api.path))?;
        let matched = template::matched(&operation_text.template, path, &request.url.query).ok_or_else(|| {
            format!("the request does not fit the operation's template, `{}`", operation_text.template)
        })?;
        let url = backend_url(&api, path, &request.url.query);
        let operation = operation(&operation_text, request.method.as_str());
        Ok(Routed { api, operation, matched, url })
    }

    fn caller(&self, exchange: &mut Exchange, host: &FakeHost) -> Result<(), String> {
        let (script, call) = (&self.script, &mut exchange.call);
        if let Some(id) = &script.subscription {
            let subscription = host.subscriptions.by_id(id);
            let subscription = subscription.ok_or_else(|| format!("no `[[subscriptions]]` has the id `{id}`"))?;
            call.product.clone_from(&subscription.product);
            call.user.clone_from(&subscription.owner);
            call.subscription = Some(subscription);
        }
        if let Some(text) = &script.product {
            let name = text.name.clone().unwrap_or_else(|| text.id.clone());
            call.product = Some(Arc::new(Product { id: text.id.clone(), name, ..Product::default() }));
        }
        if let Some(user) = &script.user {
            call.user = Some(Arc::new(crate::host::user(user)));
        }
        let text = script.deployment.clone().unwrap_or_default();
        call.deployment = Some(Arc::new(Deployment {
            gateway_id: text.gateway_id,
            instance_id: text.instance_id,
            region: text.region,
            service_id: text.service_id,
            service_name: text.service_name,
            certificates: Vec::new(),
        }));
        Ok(())
    }

    fn client_certificate(&self) -> Result<Option<bytes::Bytes>, &'static str> {
        let Some(text) = &self.script.client_certificate else { return Ok(None) };
        let plain: String = text.split_whitespace().collect();
        let der = base64::engine::general_purpose::STANDARD.decode(plain);
        der.map(|der| Some(der.into())).map_err(|_| "`client-certificate` is no Base64")
    }

    /// A token of one of the gateway's identities.
    pub(crate) fn token(&self, resource: &str, client_id: Option<&str>) -> Result<Box<str>, HostError> {
        let mut tokens = self.script.tokens.iter().rev();
        let found = tokens.find(|token| token.resource == resource && token.client_id.as_deref() == client_id);
        let none = || HostError::new(HostErrorKind::Connection, format!("There is no token for {resource}."));
        found.map(|token| token.token.as_str().into()).ok_or_else(none)
    }

    /// What the page says about the client's certificate.
    pub(crate) fn is_so(&self, check: &CertificateCheck) -> bool {
        let fact = match check {
            CertificateCheck::Trusted => "trusted".to_owned(),
            CertificateCheck::NotRevoked => "not-revoked".to_owned(),
            CertificateCheck::IssuedBy(name) => format!("issued-by {name}"),
            CertificateCheck::IssuerThumbprint(thumbprint) => format!("issuer-thumbprint {thumbprint}"),
        };
        self.script.certificate_facts.iter().flatten().any(|known| *known == fact)
    }

    /// `00000000-0000-0000-0000-000000000001` for the first request unless the page says otherwise.
    fn request_id(&self) -> Option<[u8; 16]> {
        let Some(text) = &self.script.request_id else {
            return Some([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, self.requests]);
        };
        variables::guid(text)
    }

    /// True for a request that the gateway answers as a preflight: no operation has its method.
    pub(crate) fn is_preflight(&self, exchange: &Exchange) -> bool {
        let headers = &exchange.call.request.headers;
        let own_operation = self.script.operation.as_ref().and_then(|operation| operation.method.as_deref());
        exchange.call.request.method == http::Method::OPTIONS
            && headers.contains_key(http::header::ORIGIN)
            && headers.contains_key(http::header::ACCESS_CONTROL_REQUEST_METHOD)
            && own_operation != Some("OPTIONS")
    }

    /// Where the request goes. A backend entity has its own URL in place of the API's.
    pub(crate) fn destination(&self, call: &Call) -> Option<Url> {
        let BackendChoice::Entity(id) = &call.backend else { return Some(call.request.url.clone()) };
        let base = self.script.backends.as_ref()?.get(&**id).and_then(|text| Url::parse(text).ok())?;
        let service = call.api.as_ref().and_then(|api| api.service_url.as_ref()).map_or("", |url| url.path.as_str());
        let rest = call.request.url.path.strip_prefix(service.trim_end_matches('/')).unwrap_or(&call.request.url.path);
        Some(joined(&base, rest, &call.request.url.query))
    }
}

fn api(text: &ApiText) -> Option<Api> {
    Some(Api {
        id: text.id.clone(),
        name: text.name.clone(),
        path: text.path.trim_matches('/').to_owned(),
        protocols: vec!["https".to_owned()],
        service_url: Some(Url::parse(&text.service_url).ok()?),
        key_header: text.key_header.clone(),
        key_query: text.key_query.clone(),
        revision: text.revision.clone(),
        is_current_revision: true,
        version: text.version.clone(),
    })
}

fn operation(text: &OperationText, method: &str) -> Operation {
    let response = |sample: &crate::script::SampleText| SampleResponse {
        status: sample.status,
        content_type: sample.content_type.clone(),
        sample: sample.sample.clone(),
    };
    Operation {
        id: text.id.clone(),
        name: text.name.clone(),
        method: text.method.clone().unwrap_or_else(|| method.to_owned()),
        url_template: text.template.clone(),
        responses: text.responses.iter().map(response).collect(),
    }
}

/// What follows the API's path.
fn below<'p>(path: &'p str, api: &str) -> Option<&'p str> {
    if api.is_empty() {
        return Some(path);
    }
    let rest = path.strip_prefix('/')?.strip_prefix(api)?;
    (rest.is_empty() || rest.starts_with('/')).then_some(rest)
}

fn backend_url(api: &Api, path: &str, query: &str) -> Url {
    joined(&api.service_url.clone().unwrap_or_default(), path, query)
}

/// A path and query below a base URL.
fn joined(base: &Url, path: &str, query: &str) -> Url {
    let path = format!("{}/{}", base.path.trim_end_matches('/'), path.trim_start_matches('/'));
    Url { path, query: query.to_owned(), ..base.clone() }
}
