//! Whose key it is, and what was decided.

use policy_vm::error::PolicyError;
use serde::Serialize;

use super::Question;
use crate::errors;
use crate::service::Service;
use crate::site::Site;
use crate::subscriptions::{Decision, Holder, KeyScope, ShownKey, Terms, decide};

/// The decision about a caller's key. The key itself is not told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Key {
    /// Where the key stood.
    pub(crate) place: Option<String>,
    /// The subscription that it belongs to, also when it is not good for the API.
    pub(crate) subscription: Option<String>,
    pub(crate) allowed: bool,
    /// The product whose context the call is in.
    pub(crate) product: Option<String>,
    /// Why.
    pub(crate) reason: String,
}

impl Key {
    /// Judges a request as serving does; with the product of the call, and the refusal.
    pub(super) fn judge(
        site: &Site,
        number: usize,
        refuse_foreign: bool,
        question: &Question,
    ) -> (Self, Option<usize>, Option<PolicyError>) {
        let service = &site.service;
        let model = service.apis.get(number);
        let (Some(terms), Some(model), Some(api)) = (site.terms(number, refuse_foreign), model, site.apis.get(number))
        else {
            let reason = "the API requires no subscription, and is in no product".to_owned();
            return (Self { place: None, subscription: None, allowed: true, product: None, reason }, None, None);
        };
        let shown = ShownKey::of(model, &question.headers, &question.url.query);
        let decision = decide(&service.keys, shown.as_ref().map(|shown| &*shown.key), terms);
        let (product, error) = match &decision {
            Decision::Allowed { product, .. } => (*product, None),
            Decision::Missing => (None, Some(errors::key_missing(api, &question.url))),
            Decision::Invalid => (None, Some(errors::key_invalid(api, &question.url))),
        };
        let place = shown.as_ref().map(|shown| {
            let (kind, name) = if shown.in_header {
                ("header", &model.key_header_text)
            } else {
                ("query parameter", &model.key_query)
            };
            format!("{kind} `{name}`")
        });
        let holder = shown.as_ref().and_then(|shown| service.keys.find(&shown.key));
        let about_key = match (&place, holder) {
            (None, _) => format!(
                "there is no key in header `{}` or query parameter `{}`",
                model.key_header_text, model.key_query
            ),
            (Some(place), None) => format!("the key in {place} is that of no subscription"),
            (Some(place), Some(holder)) => about(service, holder, terms, place),
        };
        let key = Self {
            place,
            subscription: holder.map(|holder| holder.subscription.id.clone()),
            allowed: error.is_none(),
            product: product.and_then(|number| Some(service.products.get(number)?.id.clone())),
            reason: format!("{about_key}; {}", consequence(service, &decision, terms, shown.is_some())),
        };
        (key, product, error)
    }
}

fn about(service: &Service, holder: &Holder, terms: Terms<'_>, place: &str) -> String {
    let id = &holder.subscription.id;
    let scope = match &holder.scope {
        KeyScope::All => "all APIs".to_owned(),
        KeyScope::Apis(apis) => {
            let ids = apis.iter().filter_map(|number| Some(service.apis.get(*number)?.id.as_str()));
            format!("API `{}`", ids.collect::<Vec<_>>().join("`, `"))
        }
        KeyScope::Product(number) => {
            format!("product `{}`", service.products.get(*number).map_or("", |product| product.id.as_str()))
        }
    };
    if !holder.active {
        format!("the key in {place} is of subscription `{id}`, which is not active")
    } else if holder.scope.covers(terms.api, terms.products) {
        format!("the key in {place} is of subscription `{id}` for {scope}")
    } else {
        format!("the key in {place} is of subscription `{id}` for {scope}, where this API is not in")
    }
}

fn consequence(service: &Service, decision: &Decision<'_>, terms: Terms<'_>, has_key: bool) -> String {
    let open = terms.open_product.and_then(|number| service.products.get(number)).map(|product| &product.id);
    match (decision, open) {
        (Decision::Allowed { holder: Some(_), .. }, _) => "it is good for the API".to_owned(),
        (Decision::Allowed { .. }, Some(product)) => {
            let ignored = if has_key { "it is ignored, because" } else { "none is needed:" };
            format!("{ignored} the API is in the open product `{product}`")
        }
        (Decision::Allowed { .. }, None) if has_key => {
            "it is ignored, because the API requires no subscription".to_owned()
        }
        (Decision::Allowed { .. }, None) => "none is needed: the API requires no subscription".to_owned(),
        (Decision::Missing, _) => "the API requires a subscription, and is in no open product".to_owned(),
        (Decision::Invalid, Some(product)) => format!(
            "the API requires a subscription; that it is in the open product `{product}` does not help a key that is not \
             good for it (`gateway.open_product_refuses_foreign_keys`)"
        ),
        (Decision::Invalid, None) => "the API requires a subscription, and is in no open product".to_owned(),
    }
}
