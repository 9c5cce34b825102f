//! One thread's view of the service: the values that policies see, and the documents of every operation chained. Each
//! thread has its own copies, because a reference count that all cores write is a lock in disguise.

pub(crate) mod route;

use std::cell::Cell;
use std::collections::HashMap;
use std::sync::Arc;

use http::{HeaderName, HeaderValue};
use policy_vm::exchange::{self, Deployment};
use policy_vm::{EditedHeaders, Needs, Pipeline, Program};

use crate::backend::retries::Retries;
use crate::backend::status::Local;
use crate::config;
use crate::routing::template::QueryValue;
use crate::service::{self, Service};

/// Where answers say which version of the service they come from.
pub(crate) const VERSION: HeaderName = HeaderName::from_static("tollgate-version");

/// What calls are served from.
#[derive(Debug)]
pub(crate) struct Site {
    pub(crate) service: Arc<Service>,
    pub(crate) apis: Vec<Api>,
    pub(crate) products: Vec<Arc<exchange::Product>>,
    pub(crate) deployment: Arc<Deployment>,
    /// For calls that no API was found for.
    pub(crate) global: Flow,
    /// What was answered, by API; the last is for calls without one.
    answers: Vec<Answers>,
    /// What answers say about the version they come from, where they do.
    pub(crate) version: Option<HeaderValue>,
    /// What this thread knows of backend entities, by number.
    pub(crate) entities: Vec<Local>,
}

/// How many answers there were of each hundred of statuses.
#[derive(Debug, Default)]
struct Answers([Cell<u64>; 6]);

/// An API.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) api: Arc<exchange::Api>,
    pub(crate) workspace: Option<Arc<exchange::Workspace>>,
    pub(crate) operations: Vec<Operation>,
    /// The products that contain it, ascending.
    pub(crate) products: Vec<usize>,
    pub(crate) open_product: Option<usize>,
    /// The backend entity that its URL leads to.
    pub(crate) entity: Option<usize>,
    /// How often policies may try again.
    retries: Retries,
    /// For calls that no operation was found for.
    pub(crate) flow: Flow,
}

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) operation: Arc<exchange::Operation>,
    /// Names of the path parameters in the order they are captured.
    pub(crate) path_names: Vec<Arc<str>>,
    /// Query parameters that the template binds: name in the query, name of the parameter.
    pub(crate) query_names: Vec<(String, Arc<str>)>,
    /// Names of all query parameters that the template consumes, lower case.
    pub(crate) template_query: Vec<Arc<str>>,
    plain: Flow,
    by_product: Vec<(usize, Flow)>,
}

/// Documents chained, and what they need.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) pipeline: Pipeline,
    pub(crate) needs: Needs,
    /// Headers that their policies edit; `None` where there are none.
    pub(crate) edits: Option<Arc<EditedHeaders>>,
}

impl Flow {
    fn new<'p>(programs: impl IntoIterator<Item = Option<&'p Arc<Program>>>) -> Self {
        let pipeline = Pipeline::new(programs.into_iter().flatten().map(Arc::clone));
        let edits = Some(pipeline.edited_headers()).filter(|edits| *edits != EditedHeaders::default());
        Self { needs: pipeline.needs(), edits: edits.map(Arc::new), pipeline }
    }
}

impl Operation {
    /// The documents that apply in the context of a product, or of none.
    pub(crate) fn flow(&self, product: Option<usize>) -> &Flow {
        let Some(product) = product else { return &self.plain };
        self.by_product.iter().find(|(number, _)| *number == product).map_or(&self.plain, |(_, flow)| flow)
    }
}

impl Site {
    /// Counts the answer to a call of an API.
    pub(crate) fn answered(&self, api: Option<usize>, status: u16) {
        let place = self.answers.get(api.unwrap_or(self.apis.len()));
        if let Some(cell) = place.and_then(|answers| answers.0.get(usize::from(status / 100))) {
            crate::metrics::count(cell);
        }
    }

    /// May a policy of the API try something again? Each answer allows `percent` of a retry. What no API was found for may.
    pub(crate) fn may_retry(&self, api: Option<usize>, millis: u64, percent: u64) -> bool {
        let Some((api, answers)) = api.and_then(|number| self.apis.get(number).zip(self.answers.get(number))) else {
            return true;
        };
        api.retries.may(answers.0.iter().map(Cell::get).sum(), millis, percent)
    }

    /// Takes over what is left of the retries of APIs that are there again.
    pub(crate) fn adopt(&self, before: &Self) {
        let known: HashMap<&str, &Retries> =
            before.apis.iter().map(|api| (api.api.id.as_str(), &api.retries)).collect();
        for api in &self.apis {
            if let Some(before) = known.get(api.api.id.as_str()) {
                api.retries.adopt(before);
            }
        }
    }

    /// What was answered: the API's id, empty for none, the first digit of the statuses, how often.
    pub(crate) fn answers(&self) -> impl Iterator<Item = (&str, usize, u64)> {
        let ids = self.apis.iter().map(|api| api.api.id.as_str()).chain([""]);
        ids.zip(&self.answers).flat_map(|(id, answers)| {
            let counts = answers.0.iter().map(Cell::get).enumerate();
            counts.filter(|(_, times)| *times > 0).map(move |(class, times)| (id, class, times))
        })
    }

    /// A view of its own for the calling thread.
    pub(crate) fn new(service: &Arc<Service>, gateway: &config::Gateway) -> Self {
        let apis: Vec<Api> = service.apis.iter().enumerate().map(|(number, api)| view(service, number, api)).collect();
        let products = service.products.iter().map(|product| product_view(product, &apis)).collect();
        let deployment = Deployment {
            gateway_id: gateway.id.clone(),
            instance_id: gateway.id.clone(),
            region: gateway.region.clone(),
            service_id: gateway.service_name.clone(),
            service_name: gateway.service_name.clone(),
            certificates: service
                .certificates
                .iter()
                .flat_map(|one| [(one.name.clone(), one.data.clone()), (one.thumbprint.clone(), one.data.clone())])
                .collect(),
        };
        Self {
            service: Arc::clone(service),
            answers: (0..=apis.len()).map(|_| Answers::default()).collect(),
            apis,
            products,
            deployment: Arc::new(deployment),
            version: HeaderValue::try_from(&service.version).ok().filter(|_| gateway.tell_version),
            global: Flow::new([Some(&service.global)]),
            entities: std::iter::repeat_with(Local::default).take(service.backends.len()).collect(),
        }
    }
}

impl Site {
    /// The documents that run for an API, an operation of it, and in the context of a product, as far as they are known.
    pub(crate) fn flow(&self, api: Option<usize>, operation: Option<usize>, product: Option<usize>) -> &Flow {
        let api = api.and_then(|number| self.apis.get(number));
        match (api, api.zip(operation).and_then(|(api, number)| api.operations.get(number))) {
            (_, Some(operation)) => operation.flow(product),
            (Some(api), None) => &api.flow,
            (None, None) => &self.global,
        }
    }
}

fn view(service: &Service, number: usize, api: &service::Api) -> Api {
    let products: Vec<usize> = (0..service.products.len())
        .filter(|product| service.products.get(*product).is_some_and(|product| product.apis.contains(&number)))
        .collect();
    let is_open =
        |product: &usize| service.products.get(*product).is_some_and(|product| !product.subscription_required);
    Api {
        open_product: products.iter().copied().find(is_open),
        operations: api.operations.iter().map(|operation| operation_view(service, api, operation, &products)).collect(),
        products,
        retries: Retries::default(),
        entity: api.service_url.as_ref().and_then(|url| service.backends.leading_to(url)),
        workspace: api
            .workspace
            .as_ref()
            .map(|id| Arc::new(exchange::Workspace { id: id.clone(), name: api.workspace_name.clone() })),
        flow: Flow::new([Some(&service.global), api.workspace_policy.as_ref(), api.policy.as_ref()]),
        api: Arc::new(exchange::Api {
            id: api.id.clone(),
            name: api.name.clone(),
            path: api.path.clone(),
            protocols: api.protocols.clone(),
            service_url: api.service_url.clone(),
            key_header: api.key_header_text.clone(),
            key_query: api.key_query.clone(),
            revision: api.revision.clone(),
            is_current_revision: api.is_current,
            version: api.version.clone(),
        }),
    }
}

fn operation_view(
    service: &Service,
    api: &service::Api,
    operation: &service::Operation,
    products: &[usize],
) -> Operation {
    let flow = |product: Option<&Arc<Program>>| {
        let workspace = api.workspace_policy.as_ref();
        Flow::new([Some(&service.global), workspace, product, api.policy.as_ref(), operation.policy.as_ref()])
    };
    let of_product = |number: &usize| service.products.get(*number).and_then(|product| product.policy.as_ref());
    let query = &operation.template.query;
    Operation {
        operation: Arc::new(exchange::Operation {
            id: operation.id.clone(),
            name: operation.name.clone(),
            method: operation.method.clone(),
            url_template: operation.url_template.clone(),
            responses: operation.responses.clone(),
        }),
        path_names: operation.template.path_names().map(Into::into).collect(),
        query_names: query
            .iter()
            .filter_map(|part| match &part.value {
                QueryValue::Parameter(name) => Some((part.name.clone(), name.as_str().into())),
                QueryValue::Exactly(_) => None,
            })
            .collect(),
        template_query: query.iter().map(|part| part.name.to_ascii_lowercase().into()).collect(),
        plain: flow(None),
        by_product: products.iter().map(|number| (*number, flow(of_product(number)))).collect(),
    }
}

fn product_view(product: &service::Product, apis: &[Api]) -> Arc<exchange::Product> {
    Arc::new(exchange::Product {
        id: product.id.clone(),
        name: product.name.clone(),
        approval_required: product.approval_required,
        subscription_required: product.subscription_required,
        published: product.published,
        subscriptions_limit: product.subscriptions_limit,
        groups: product.groups.clone(),
        apis: product.apis.iter().filter_map(|number| apis.get(*number)).map(|api| Arc::clone(&api.api)).collect(),
    })
}
