//! What the pages show, put together from the threads' answers.

use std::sync::Arc;
use std::time::Instant;

use serde::Serialize;

use crate::backend::status::{Status, reset, status};
use crate::crew::Crew;
use crate::lifecycle::reload::Reload;
use crate::metrics::Snapshot;
use crate::server::Server;
use crate::service::Service;
use crate::shared::Shared;

/// What the pages look at.
#[derive(Debug)]
pub(super) struct View {
    pub(super) crew: Crew,
    pub(super) shared: Arc<Shared>,
    pub(super) reload: Reload,
    started: Instant,
}

/// An API as it is routed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Api {
    id: String,
    name: String,
    path: String,
    version: String,
    revision: String,
    is_current: bool,
    protocols: Vec<String>,
    subscription_required: bool,
    backend: Option<String>,
    products: Vec<String>,
    operations: Vec<Operation>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Operation {
    id: String,
    method: String,
    url_template: String,
}

impl View {
    pub(super) fn new(server: &Server, reload: Reload) -> Self {
        Self { crew: server.crew.clone(), shared: Arc::clone(&server.shared), reload, started: Instant::now() }
    }

    pub(super) fn uptime_seconds(&self) -> u64 {
        self.started.elapsed().as_secs()
    }

    /// The threads' figures added up, and how many threads answered.
    pub(super) fn figures(&self) -> (Snapshot, usize) {
        let all = self.crew.ask(|worker| worker.figures());
        let mut sum = Snapshot::default();
        all.iter().for_each(|one| sum.add(one));
        (sum, all.len())
    }

    /// Every thread still does what it is asked.
    pub(super) fn is_alive(&self) -> bool {
        self.crew.ask(|_| ()).len() == self.crew.len()
    }

    /// Who the gateway says it is.
    pub(super) fn gateway_id(&self) -> Option<String> {
        self.crew.ask(|worker| worker.rules().gateway.id.clone()).pop()
    }

    /// The service that is routed.
    fn service(&self) -> Option<Arc<Service>> {
        self.crew.ask(|worker| Arc::clone(&worker.site.borrow().service)).pop()
    }

    pub(super) fn apis(&self) -> Vec<Api> {
        let Some(service) = self.service() else { return Vec::new() };
        let products = |number: usize| {
            let holds = service.products.iter().filter(move |product| product.apis.contains(&number));
            holds.map(|product| product.id.clone()).collect()
        };
        let api = |(number, api): (usize, &crate::service::Api)| Api {
            id: api.id.clone(),
            name: api.name.clone(),
            path: api.path.clone(),
            version: api.version.clone(),
            revision: api.revision.clone(),
            is_current: api.is_current,
            protocols: api.protocols.clone(),
            subscription_required: api.subscription_required,
            backend: api
                .service_url
                .as_ref()
                .map(|url| api.service_url_masked.clone().unwrap_or_else(|| url.to_string())),
            products: products(number),
            operations: api
                .operations
                .iter()
                .map(|operation| Operation {
                    id: operation.id.clone(),
                    method: operation.method.clone(),
                    url_template: operation.url_template.clone(),
                })
                .collect(),
        };
        service.apis.iter().enumerate().map(api).collect()
    }

    /// Backends, their breakers, pools, and the connections to them.
    pub(super) fn backends(&self) -> Status {
        match self.service() {
            Some(service) => status(&service, &self.shared.reports, self.shared.now_millis()),
            None => Status { backends: Vec::new(), pools: Vec::new(), connections: Vec::new() },
        }
    }

    /// Closes the breaker of a backend; false when there is none.
    pub(super) fn reset_breaker(&self, backend: &str) -> bool {
        self.service().is_some_and(|service| reset(&service.backends, backend))
    }
}
