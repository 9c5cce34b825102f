//! Subscriptions: described by the folder, their keys by `tollgate.toml` or its sources of secrets, or both there.

use std::sync::Arc;

use policy_parser::diagnostic::quoted;
use policy_vm::exchange::{Subscription, User};

use super::folder::Parts;
use super::lacking::{Line, toml_key, variable};
use super::loader::{Loaded, Loader};
use super::problems::Problems;
use super::resources::{SubscriptionInformation, kind_and_name, last_name, workspace_of};
use crate::config::{self, Config};
use crate::data::Place;
use crate::subscriptions::{Holder, KeyScope, Keys};

pub(super) fn load(loader: &mut Loader<'_>, parts: &mut Parts) {
    for entry in loader.folder.resources("subscriptions") {
        let loaded = loader.resource(&entry, &["subscriptionInformation.json"], "subscriptions");
        let Some(loaded): Option<Loaded<SubscriptionInformation>> = loaded else { continue };
        let Loaded { properties, value: mut information } = loaded;
        parts.described.insert(entry.name.clone());
        overlay(loader.config, &mut loader.problems, &entry.name, &mut information);
        let place = properties.place_of("displayName");
        let is_active = information.state.as_ref().is_none_or(|state| state.eq_ignore_ascii_case("active"));
        if is_active && information.primary_key.is_none() && information.secondary_key.is_none() {
            no_key(loader, &entry.name, &place);
        }
        let scope = scope(information.scope.as_deref(), loader.workspace.as_deref(), parts);
        match scope {
            Ok(scope) => parts.holders.push(holder(entry.name, information, scope)),
            Err(_) if names_broken(loader, information.scope.as_deref()) => {}
            Err(problem) => {
                let text = format!("subscription {} is not valid for anything: {problem}", quoted(&entry.name));
                loader.problems.warning("TG8070", &properties.place_of("scope"), text);
            }
        }
    }
}

/// Is it for something that is there and cannot be used?
fn names_broken(loader: &Loader<'_>, scope: Option<&str>) -> bool {
    let (kind, name) = kind_and_name(scope.unwrap_or_default());
    loader.is_broken(kind, name)
}

/// Says what to write, and where.
fn no_key(loader: &mut Loader<'_>, name: &str, place: &Place) {
    if loader.config.generate_keys {
        return;
    }
    let text = format!("subscription {} has no key: exports leave keys out", quoted(name));
    let variable = format!("{}_KEY", variable("SUBSCRIPTION", name));
    let line = Line::secret(format!("subscriptions.{}", toml_key(name)), "primary_key", &variable);
    loader.problems.found.push(place.warning("TG8072", text).with_note(line.note()));
    loader.problems.lines.push(line);
}

/// All keys, with those of subscriptions that only the settings have.
pub(super) fn keys(parts: &mut Parts, config: &Config, problems: &mut Problems) -> Keys {
    for (name, configured) in &config.subscriptions {
        if parts.described.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            continue;
        }
        let mut information = SubscriptionInformation::default();
        overlay(config, problems, name, &mut information);
        let workspace = configured.scope.as_deref().and_then(workspace_of);
        match scope(configured.scope.as_deref(), workspace, parts) {
            Ok(scope) => parts.holders.push(holder(name.clone(), information, scope)),
            Err(problem) => {
                let place = config.said(&["subscriptions", name, "scope"]);
                let place = place.unwrap_or_else(|| config.place(&["subscriptions", name]));
                problems.error("TG8070", &place, format!("subscription {}: {problem}", quoted(name)));
            }
        }
    }
    Keys::new(std::mem::take(&mut parts.holders)).unwrap_or_else(|repeated| {
        let place = config.place(&["subscriptions"]);
        problems.error("TG8073", &place, format!("subscriptions {repeated} have the same key"));
        Keys::default()
    })
}

/// What the settings say of a subscription.
fn overlay(config: &Config, problems: &mut Problems, name: &str, information: &mut SubscriptionInformation) {
    let (said, given) = config.subscription(name).unzip();
    let said = said.unwrap_or(name);
    let config::Subscription { primary_key, secondary_key, .. } = given.cloned().unwrap_or_default();
    let keys = [
        ("primary_key", "primary", primary_key, &mut information.primary_key),
        ("secondary_key", "secondary", secondary_key, &mut information.secondary_key),
    ];
    for (key, short, secret, into) in keys {
        let resolved = match secret {
            Some(secret) => secret.resolve(&config.folder).map(Some).map_err(|error| error.to_string()),
            None => config.secrets.find(&format!("{name}.{short}"), &config.folder),
        };
        match resolved {
            Ok(Some(value)) => *into = Some(value),
            Ok(None) => {}
            Err(error) => {
                let place = config.said(&["subscriptions", said, key]);
                let place = place.unwrap_or_else(|| config.place(&["secrets", "folder"]));
                problems.error("TG8020", &place, format!("a key of subscription `{name}`: {error}"));
            }
        }
    }
    if let Some(given) = given {
        information.scope = information.scope.take().or_else(|| given.scope.clone());
        information.display_name = information.display_name.take().or_else(|| given.display_name.clone());
    }
}

fn holder(name: String, information: SubscriptionInformation, scope: KeyScope) -> Holder {
    let owner = information.owner_id.map(|id| Arc::new(User { id: last_name(&id).to_owned(), ..User::default() }));
    let subscription = Subscription {
        name: information.display_name.unwrap_or_else(|| name.clone()),
        id: name,
        primary_key: information.primary_key.unwrap_or_default(),
        secondary_key: information.secondary_key.unwrap_or_default(),
        owner,
        ..Subscription::default()
    };
    Holder {
        scope,
        active: information.state.is_none_or(|state| state.eq_ignore_ascii_case("active")),
        subscription: Arc::new(subscription),
    }
}

fn scope(text: Option<&str>, workspace: Option<&str>, parts: &Parts) -> Result<KeyScope, String> {
    let Some(text) = text else { return Err("it has no scope: `/products/{id}`, `/apis/{id}` or `/apis`".to_owned()) };
    let (kind, name) = kind_and_name(text);
    if last_name(text).eq_ignore_ascii_case("apis") {
        return Ok(all_apis(workspace, parts));
    }
    if kind.eq_ignore_ascii_case("products") {
        let is_it = |product: &super::Product| {
            product.workspace.as_deref() == workspace && product.id.eq_ignore_ascii_case(name)
        };
        let found = parts.products.iter().position(is_it);
        return found.map(KeyScope::Product).ok_or_else(|| format!("there is no product `{name}`"));
    }
    if kind.eq_ignore_ascii_case("apis") {
        let is_it = |loaded: &super::apis::LoadedApi| {
            let id = super::apis::split_revision(&loaded.api.id).0;
            loaded.api.workspace.as_deref() == workspace && id.eq_ignore_ascii_case(name)
        };
        let numbers = 0..parts.apis.len();
        let found: Vec<usize> = numbers.filter(|number| parts.apis.get(*number).is_some_and(is_it)).collect();
        return if found.is_empty() { Err(format!("there is no API `{name}`")) } else { Ok(KeyScope::Apis(found)) };
    }
    // The scope of the built-in subscription is the service itself.
    if kind.eq_ignore_ascii_case("service") || kind.eq_ignore_ascii_case("workspaces") || text == "/" {
        return Ok(all_apis(workspace, parts));
    }
    Err(format!("`{text}` is no scope: `/products/{{id}}`, `/apis/{{id}}` or `/apis`"))
}

/// In a workspace these are its own.
fn all_apis(workspace: Option<&str>, parts: &Parts) -> KeyScope {
    match workspace {
        None => KeyScope::All,
        Some(name) => {
            let apis = parts.apis.iter().enumerate();
            let own = apis.filter(|(_, loaded)| loaded.api.workspace.as_deref() == Some(name));
            KeyScope::Apis(own.map(|(number, _)| number).collect())
        }
    }
}
