//! Subscriptions and their keys.

use std::sync::Arc;

use policy_vm::exchange::{Group, Product, Subscription, User};
use policy_vm::host::SubscriptionFound;

use crate::script::{SubscriptionText, UserText};
use crate::time::ticks;

/// What the host knows of subscriptions.
#[derive(Debug, Default)]
pub(crate) struct Subscriptions {
    known: Vec<SubscriptionFound>,
}

impl Subscriptions {
    pub(crate) fn add(&mut self, texts: &[SubscriptionText]) {
        self.known.extend(texts.iter().map(|text| SubscriptionFound {
            subscription: Arc::new(subscription(text)),
            active: text.state.as_deref().unwrap_or("active") == "active",
            in_scope: text.in_scope,
        }));
    }

    pub(crate) fn find(&self, key: &str) -> Option<SubscriptionFound> {
        let owns = |subscription: &Subscription| {
            !key.is_empty() && (subscription.primary_key == key || subscription.secondary_key == key)
        };
        self.known.iter().find(|known| owns(&known.subscription)).cloned()
    }

    pub(crate) fn by_id(&self, id: &str) -> Option<Arc<Subscription>> {
        self.known.iter().find(|known| known.subscription.id == id).map(|known| Arc::clone(&known.subscription))
    }
}

fn subscription(text: &SubscriptionText) -> Subscription {
    let product = text.product.as_ref().map(|id| {
        Arc::new(Product {
            id: id.clone(),
            name: id.clone(),
            subscription_required: true,
            published: true,
            ..Product::default()
        })
    });
    Subscription {
        id: text.id.clone(),
        name: text.name.clone().unwrap_or_else(|| text.id.clone()),
        primary_key: text.primary_key.clone(),
        secondary_key: text.secondary_key.clone(),
        start: text.start.as_ref().and_then(ticks),
        product,
        owner: text.owner.as_ref().map(|owner| Arc::new(user(owner))),
        ..Subscription::default()
    }
}

pub(crate) fn user(text: &UserText) -> User {
    User {
        id: text.id.clone(),
        email: text.email.clone(),
        first_name: text.first_name.clone(),
        last_name: text.last_name.clone(),
        groups: text.groups.iter().map(|name| Group { id: name.clone(), name: name.clone() }).collect(),
        ..User::default()
    }
}
