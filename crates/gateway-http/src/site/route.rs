//! What a request means to a site: its operation, a preflight's operation, and the terms that its caller's key is
//! judged by. Serving and explaining both ask here.

use http::{HeaderMap, Method, header};

use super::Site;
use crate::routing::path::Path;
use crate::routing::watch::Watch;
use crate::routing::{Match, NoMatch};
use crate::subscriptions::{Decision, ShownKey, Terms, decide};

/// What routing looks at beside the path.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Request<'r> {
    pub(crate) method: &'r Method,
    pub(crate) scheme: &'r str,
    pub(crate) query: &'r str,
    pub(crate) headers: &'r HeaderMap,
}

/// What was found.
#[derive(Debug)]
pub(crate) struct Routed {
    /// Nothing for a preflight that the policies of all APIs answer.
    pub(crate) found: Option<Match>,
    /// Only `cors` answers, in the context of this product.
    pub(crate) preflight: Option<Preflight>,
}

/// Whose `cors` policies answer a preflight request beside those of the API.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Preflight {
    pub(crate) product: Option<usize>,
}

impl Site {
    /// The operation that is meant.
    pub(crate) fn route(
        &self,
        path: &Path<'_>,
        request: Request<'_>,
        match_protocols: bool,
        watch: &mut impl Watch,
    ) -> Result<Routed, NoMatch> {
        let Request { method, scheme, query, headers } = request;
        let found = self.service.routes.find_watched(path, query, method, headers, watch);
        if let Some(method) = preflight_method(request)
            && let Some((found, preflight)) = self.preflight(path, request, found.as_ref(), &method)
        {
            return Ok(Routed { found, preflight: Some(preflight) });
        }
        let found = found?;
        let api = self.apis.get(found.api);
        let has_scheme = |protocols: &[String]| protocols.iter().any(|protocol| protocol.eq_ignore_ascii_case(scheme));
        if match_protocols && !api.is_some_and(|api| has_scheme(&api.api.protocols)) {
            return Err(NoMatch { api: Some(found.api) });
        }
        Ok(Routed { found: Some(found), preflight: None })
    }

    /// The operation that a preflight request asks about, if a `cors` policy answers for it and no operation for OPTIONS
    /// does. A request whose version is in a header cannot say in its preflight which API it means: of those no API is
    /// found, and what is left are the policies of all APIs.
    fn preflight(
        &self,
        path: &Path<'_>,
        request: Request<'_>,
        found: Result<&Match, &NoMatch>,
        method: &Method,
    ) -> Option<(Option<Match>, Preflight)> {
        let method_of =
            |found: &Match| Some(self.apis.get(found.api)?.operations.get(found.operation)?.operation.method.as_str());
        if found.ok().and_then(method_of) == Some("OPTIONS") {
            return None;
        }
        match self.service.routes.find(path, request.query, method, request.headers) {
            Ok(found) => {
                let product = self.preflight_product(found.api, request);
                let flow = self.apis.get(found.api)?.operations.get(found.operation)?.flow(product);
                flow.needs.answers_preflight.then_some((Some(found), Preflight { product }))
            }
            Err(NoMatch { api: None }) => {
                self.global.needs.answers_preflight.then_some((None, Preflight { product: None }))
            }
            Err(_) => None,
        }
    }

    /// A preflight needs no key, but one in the query says which product the request will be in.
    fn preflight_product(&self, number: usize, request: Request<'_>) -> Option<usize> {
        let (api, model) = (self.apis.get(number)?, self.service.apis.get(number)?);
        let shown = ShownKey::of(model, request.headers, request.query);
        match decide(&self.service.keys, shown.as_ref().map(|shown| &*shown.key), self.terms(number, false)?) {
            Decision::Allowed { product, .. } => product,
            Decision::Missing | Decision::Invalid => api.open_product,
        }
    }

    /// What decides whether a call of an API may go on; `None` where nobody's key can matter.
    pub(crate) fn terms(&self, number: usize, refuse_foreign: bool) -> Option<Terms<'_>> {
        let (api, model) = (self.apis.get(number)?, self.service.apis.get(number)?);
        if self.service.keys.is_empty() && !model.subscription_required && api.products.is_empty() {
            return None;
        }
        Some(Terms {
            api: number,
            required: model.subscription_required,
            open_product: api.open_product,
            products: &api.products,
            refuse_foreign,
        })
    }
}

/// The method that a preflight asks about.
fn preflight_method(request: Request<'_>) -> Option<Method> {
    if request.method != Method::OPTIONS || !request.headers.contains_key(header::ORIGIN) {
        return None;
    }
    Method::from_bytes(request.headers.get(header::ACCESS_CONTROL_REQUEST_METHOD)?.as_bytes()).ok()
}
