//! Backend entities: where they are, what goes along, how they are reached, and when they take no calls.

mod credentials;
mod rules;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use http::{HeaderName, HeaderValue};
use policy_vm::exchange::Url;
use rustc_hash::FxHashMap;
use rustls::sign::CertifiedKey;

use super::folder::{Entry, Loader};
use super::named_values::substitute;
use super::resources::{BackendInformation, last_name};
use crate::backend::breaker::Breaker;
use crate::backend::members::{Affinity, Pool};
use crate::backend::profile::{Authorities, Profile, Proxy};
use crate::backend::verify::Checks;
use crate::certificates::Certificates;
use crate::tls::TlsError;

/// All backend entities.
#[derive(Debug, Default)]
pub(crate) struct Backends {
    list: Vec<Backend>,
    /// Numbers by id in lower case.
    by_id: HashMap<Box<str>, usize>,
    /// Numbers of single backends by host.
    by_host: FxHashMap<String, Vec<usize>>,
}

/// A backend entity.
#[derive(Debug)]
pub(crate) struct Backend {
    pub(crate) id: String,
    pub(crate) kind: Kind,
}

/// One server, or several to choose from.
#[derive(Debug)]
pub(crate) enum Kind {
    Single(Box<Single>),
    Pool(Pool),
}

/// A backend with a URL.
#[derive(Debug)]
pub(crate) struct Single {
    pub(crate) url: Url,
    /// Headers set on every request to it.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Query parameters, encoded, without `&` at the ends.
    pub(crate) query: String,
    /// Whose token goes along.
    pub(crate) identity: Option<Identity>,
    pub(crate) checks: Checks,
    pub(crate) certificate: Option<Arc<CertifiedKey>>,
    pub(crate) proxy: Option<Proxy>,
    pub(crate) breaker: Option<Arc<Breaker>>,
    profile: OnceLock<Option<Arc<Profile>>>,
}

/// `credentials.managedIdentity`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) resource: String,
    pub(crate) client_id: Option<String>,
}

impl Single {
    /// How connections to it are made; `None` for one that is reached as everybody is.
    pub(crate) fn profile(&self, authorities: &Authorities) -> Result<Option<&Arc<Profile>>, TlsError> {
        if let Some(profile) = self.profile.get() {
            return Ok(profile.as_ref());
        }
        let is_usual = self.checks == Checks::default() && self.certificate.is_none() && self.proxy.is_none();
        let profile = if is_usual {
            None
        } else {
            let tls = authorities.connect_with(&self.checks, self.certificate.as_ref())?;
            Some(Arc::new(Profile { tls, proxy: self.proxy.clone() }))
        };
        Ok(self.profile.get_or_init(|| profile).as_ref())
    }
}

impl Backends {
    /// How many there are.
    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn get(&self, number: usize) -> Option<&Backend> {
        self.list.get(number)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Backend> {
        self.list.iter()
    }

    /// The number of the one with this id.
    pub(crate) fn find(&self, id: &str) -> Option<usize> {
        match self.by_id.get(id) {
            Some(number) => Some(*number),
            None => self.by_id.get(id.to_lowercase().as_str()).copied(),
        }
    }

    /// The number of the one that this URL leads to: the same server, and the longest path.
    pub(crate) fn leading_to(&self, url: &Url) -> Option<usize> {
        let fits = |number: &&usize| match self.list.get(**number).map(|backend| &backend.kind) {
            Some(Kind::Single(single)) => is_within(url, &single.url),
            _ => false,
        };
        let length = |number: &&usize| match self.list.get(**number).map(|backend| &backend.kind) {
            Some(Kind::Single(single)) => single.url.path.len(),
            _ => 0,
        };
        self.by_host.get(&url.host)?.iter().filter(fits).max_by_key(length).copied()
    }

    fn add(&mut self, backend: Backend) {
        let number = self.list.len();
        self.by_id.insert(backend.id.to_lowercase().into(), number);
        if let Kind::Single(single) = &backend.kind {
            self.by_host.entry(single.url.host.clone()).or_default().push(number);
        }
        self.list.push(backend);
    }

    /// Takes over what is known of backends whose rules have stayed the same.
    #[allow(dead_code, reason = "for reloading")]
    pub(crate) fn adopt(&mut self, before: &Self) {
        for backend in &mut self.list {
            let Kind::Single(single) = &mut backend.kind else { continue };
            let Some(Kind::Single(old)) =
                before.find(&backend.id).and_then(|number| before.get(number)).map(|backend| &backend.kind)
            else {
                continue;
            };
            if let (Some(new), Some(known)) = (&mut single.breaker, &old.breaker)
                && new.rule == known.rule
            {
                *new = Arc::clone(known);
            }
        }
    }
}

/// The same server, and a path at or below the base's.
fn is_within(url: &Url, base: &Url) -> bool {
    let path = base.path.trim_end_matches('/');
    url.scheme == base.scheme
        && url.host == base.host
        && url.effective_port() == base.effective_port()
        && url.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Loads all of them. Members of pools are looked up when all single ones are known.
pub(super) fn load(loader: &mut Loader<'_>, certificates: &Certificates) -> Backends {
    let mut backends = Backends::default();
    let mut pools = Vec::new();
    for entry in loader.entries(loader.root, "backends") {
        let file = entry.path.join("backendInformation.json");
        let Some((source, information)) = loader.resource::<BackendInformation>(&file) else { continue };
        if information.kind.as_deref().is_some_and(|kind| kind.eq_ignore_ascii_case("pool")) {
            pools.push((entry, source, information));
            continue;
        }
        match single(loader, &source, information, certificates) {
            Ok(single) => backends.add(Backend { id: entry.name, kind: Kind::Single(Box::new(single)) }),
            Err((code, near, problem)) => loader.problems.error(code, &source, near, problem),
        }
    }
    for (entry, source, information) in pools {
        match pool(&backends, &entry, information) {
            Ok(pool) => backends.add(Backend { id: entry.name, kind: Kind::Pool(pool) }),
            Err((code, near, problem)) => loader.problems.error(code, &source, near, problem),
        }
    }
    backends
}

/// What is wrong: code, a text near the place, a sentence.
type Problem = (&'static str, &'static str, String);

fn single(
    loader: &mut Loader<'_>,
    source: &Arc<policy_parser::Source>,
    information: BackendInformation,
    certificates: &Certificates,
) -> Result<Single, Problem> {
    let url = |text: &str, near| {
        let text = substitute(loader, text).map_err(|problem| ("TG8030", near, problem))?;
        Url::parse(&text).map_err(|error| ("TG8030", near, format!("`{text}`: {error}")))
    };
    let mut single = Single {
        url: url(information.url.as_deref().unwrap_or_default(), "\"url\"")?,
        headers: Vec::new(),
        query: String::new(),
        identity: None,
        checks: rules::checks(&information.tls.unwrap_or_default()),
        certificate: None,
        proxy: None,
        breaker: None,
        profile: OnceLock::new(),
    };
    if let Some(proxy) = information.proxy {
        let at = url(proxy.url.as_deref().unwrap_or_default(), "\"proxy\"")?;
        let text = |text: Option<String>| text.map(|text| substitute(loader, &text)).transpose();
        let (name, password) = (text(proxy.username), text(proxy.password));
        let name = name.map_err(|problem| ("TG8030", "\"proxy\"", problem))?;
        let password = password.map_err(|problem| ("TG8030", "\"proxy\"", problem))?.unwrap_or_default();
        single.proxy = Some(Proxy::new(&at, name.as_deref().map(|name| (name, password.as_str()))));
    }
    if let Some(breaker) = information.circuit_breaker {
        let rule = rules::rule(breaker).map_err(|problem| ("TG8033", "\"circuitBreaker\"", problem))?;
        single.breaker = rule.map(|rule| Arc::new(Breaker::new(rule)));
    }
    let credentials = information.credentials.unwrap_or_default();
    credentials::load(loader, source, credentials, certificates, &mut single)
        .map_err(|problem| ("TG8032", "\"credentials\"", problem))?;
    if !single.checks.chain || !single.checks.name {
        loader.problems.warning("TG8034", source, "\"tls\"", "certificates of this backend are not fully checked");
    }
    Ok(single)
}

fn pool(backends: &Backends, entry: &Entry, information: BackendInformation) -> Result<Pool, Problem> {
    let pool = information.pool.unwrap_or_default();
    let mut members = Vec::new();
    for service in pool.services {
        let name = last_name(&service.id);
        let number = backends.find(name).ok_or_else(|| {
            let problem = format!("pool `{}`: there is no single backend `{name}`", entry.name);
            ("TG8031", "\"services\"", problem)
        })?;
        members.push((number, name.to_lowercase(), service.priority.unwrap_or(1), service.weight.unwrap_or(1)));
    }
    if members.is_empty() {
        return Err(("TG8031", "\"pool\"", format!("pool `{}` has no members", entry.name)));
    }
    let cookie = pool.session_affinity.and_then(|affinity| affinity.session_id).and_then(|id| id.name);
    let cookie = cookie.filter(|name| HeaderName::try_from(name).is_ok()).map(|cookie| Affinity { cookie });
    let status = pool.failure_response.and_then(|response| response.status_code).unwrap_or(503);
    Ok(Pool::new(members, cookie, status))
}

#[cfg(test)]
mod tests;
