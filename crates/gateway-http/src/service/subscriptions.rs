//! Subscriptions: described by the folder, their keys by `tollgate.toml`, or both there.

use std::sync::Arc;

use policy_parser::Source;
use policy_vm::exchange::{Subscription, User};

use super::Product;
use super::apis::LoadedApi;
use super::folder::Loader;
use super::resources::{SubscriptionInformation, kind_and_name, last_name};
use crate::config;
use crate::subscriptions::{Holder, KeyScope, Keys};

pub(super) fn load(loader: &mut Loader<'_>, apis: &[LoadedApi], products: &[Product]) -> Keys {
    let mut configured = loader.config.subscriptions.clone();
    let mut holders = Vec::new();
    for entry in loader.entries(loader.root, "subscriptions") {
        let file = entry.path.join("subscriptionInformation.json");
        let Some((source, mut information)) = loader.resource::<SubscriptionInformation>(&file) else { continue };
        let keys = configured.remove(&entry.name).unwrap_or_default();
        overlay(loader, &entry.name, &mut information, keys);
        if information.primary_key.is_none() && information.secondary_key.is_none() {
            let text = format!("subscription `{}` has no key: give it in `tollgate.toml`", entry.name);
            loader.problems.warning("TG8072", &source, "", text);
        }
        holders.extend(holder(loader, &source, entry.name, information, apis, products));
    }
    for (name, keys) in configured {
        let source = loader.config.source_of(&name);
        let mut information = SubscriptionInformation::default();
        overlay(loader, &name, &mut information, keys);
        holders.extend(holder(loader, &source, name, information, apis, products));
    }
    Keys::new(holders).unwrap_or_else(|repeated| {
        let source = loader.config.source_of("primary_key");
        loader.problems.error("TG8073", &source, "primary_key", format!("subscriptions {repeated} have the same key"));
        Keys::default()
    })
}

fn overlay(loader: &mut Loader<'_>, name: &str, information: &mut SubscriptionInformation, keys: config::Subscription) {
    let mut take = |secret: Option<config::secret::Secret>, into: &mut Option<String>| match secret
        .map(|secret| secret.resolve(loader.root))
    {
        Some(Ok(key)) => *into = Some(key),
        Some(Err(error)) => {
            let source = loader.config.source_of(name);
            loader.problems.error("TG8020", &source, name, format!("a key of subscription `{name}`: {error}"));
        }
        None => {}
    };
    take(keys.primary_key, &mut information.primary_key);
    take(keys.secondary_key, &mut information.secondary_key);
    information.scope = information.scope.take().or(keys.scope);
    information.display_name = information.display_name.take().or(keys.display_name);
}

fn holder(
    loader: &mut Loader<'_>,
    source: &Arc<Source>,
    name: String,
    information: SubscriptionInformation,
    apis: &[LoadedApi],
    products: &[Product],
) -> Option<Holder> {
    let scope = match scope(information.scope.as_deref(), apis, products) {
        Ok(scope) => scope,
        Err(problem) => {
            loader.problems.error("TG8070", source, "\"scope\"", format!("subscription `{name}`: {problem}"));
            return None;
        }
    };
    let owner = information.owner_id.map(|id| Arc::new(User { id: last_name(&id).to_owned(), ..User::default() }));
    let subscription = Subscription {
        name: information.display_name.unwrap_or_else(|| name.clone()),
        id: name,
        primary_key: information.primary_key.unwrap_or_default(),
        secondary_key: information.secondary_key.unwrap_or_default(),
        owner,
        ..Subscription::default()
    };
    Some(Holder {
        scope,
        active: information.state.is_none_or(|state| state.eq_ignore_ascii_case("active")),
        subscription: Arc::new(subscription),
    })
}

fn scope(text: Option<&str>, apis: &[LoadedApi], products: &[Product]) -> Result<KeyScope, String> {
    let Some(text) = text else { return Err("it has no scope: `/products/{id}`, `/apis/{id}` or `/apis`".to_owned()) };
    let (kind, name) = kind_and_name(text);
    if last_name(text).eq_ignore_ascii_case("apis") {
        return Ok(KeyScope::All);
    }
    if kind.eq_ignore_ascii_case("products") {
        let found = products.iter().position(|product| product.id.eq_ignore_ascii_case(name));
        return found.map(KeyScope::Product).ok_or_else(|| format!("no product `{name}`"));
    }
    if kind.eq_ignore_ascii_case("apis") {
        let is_it =
            |loaded: &LoadedApi| loaded.api.id.split(";rev=").next().is_some_and(|id| id.eq_ignore_ascii_case(name));
        let found: Vec<usize> = (0..apis.len()).filter(|number| apis.get(*number).is_some_and(is_it)).collect();
        return if found.is_empty() { Err(format!("no API `{name}`")) } else { Ok(KeyScope::Apis(found)) };
    }
    // The scope of the built-in subscription is the service itself.
    if kind.eq_ignore_ascii_case("service") || text == "/" {
        return Ok(KeyScope::All);
    }
    Err(format!("`{text}` is no scope: `/products/{{id}}`, `/apis/{{id}}` or `/apis`"))
}
