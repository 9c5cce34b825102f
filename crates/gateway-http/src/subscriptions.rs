//! Subscription keys: who may call, and in which product's context.
//!
//! Keys are found by a keyed hash (hashed no further) whose secret changes with every start and then compared in constant time, so that the
//! time taken says nothing about how much of a key was right.

use std::borrow::Cow;
use std::sync::Arc;

use ahash::RandomState;
use http::HeaderMap;
use policy_vm::exchange::Subscription;
use rustc_hash::FxHashMap;
use subtle::ConstantTimeEq;

use crate::routing::query;
use crate::service::Api;

/// Who holds a key.
#[derive(Debug)]
pub(crate) struct Holder {
    pub(crate) scope: KeyScope,
    pub(crate) active: bool,
    pub(crate) subscription: Arc<Subscription>,
}

/// What a key is good for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum KeyScope {
    /// Every API.
    All,
    /// An API, which may have several revisions.
    Apis(Vec<usize>),
    /// The APIs of a product.
    Product(usize),
}

/// All keys.
#[derive(Debug, Default)]
pub(crate) struct Keys {
    hasher: RandomState,
    holders: Vec<Holder>,
    /// Holders by their keys' hashes. Two keys of one hash are one in 2⁶⁴, and then both are compared.
    by_hash: FxHashMap<u64, Vec<(Box<str>, usize)>>,
}

impl Keys {
    /// A table of these holders' keys.
    ///
    /// # Errors
    /// Names two subscriptions that have the same key.
    pub(crate) fn new(holders: Vec<Holder>) -> Result<Self, String> {
        let mut keys = Self { hasher: RandomState::new(), by_hash: FxHashMap::default(), holders };
        for (number, holder) in keys.holders.iter().enumerate() {
            let subscription = &holder.subscription;
            for key in [&subscription.primary_key, &subscription.secondary_key] {
                if key.is_empty() {
                    continue;
                }
                let same = keys.by_hash.entry(keys.hasher.hash_one(key.as_str())).or_default();
                match same.iter().find(|(other, _)| **other == **key).map(|(_, other)| *other) {
                    Some(other) if other == number => {}
                    Some(other) => {
                        let other = keys.holders.get(other).map_or("", |holder| holder.subscription.id.as_str());
                        return Err(format!("`{other}` and `{}`", subscription.id));
                    }
                    None => same.push((key.as_str().into(), number)),
                }
            }
        }
        Ok(keys)
    }

    /// Is there no key at all?
    pub(crate) fn is_empty(&self) -> bool {
        self.by_hash.is_empty()
    }

    /// Who holds this key.
    pub(crate) fn find(&self, key: &str) -> Option<&Holder> {
        let candidates = self.by_hash.get(&self.hasher.hash_one(key))?;
        let found = candidates.iter().find(|(held, _)| same(held.as_bytes(), key.as_bytes()))?;
        self.holders.get(found.1)
    }
}

/// A key that a caller shows.
#[derive(Debug)]
pub(crate) struct ShownKey<'r> {
    pub(crate) key: Cow<'r, str>,
    /// It is in the header, which goes before the query.
    pub(crate) in_header: bool,
}

impl<'r> ShownKey<'r> {
    /// The key of a request, where the API wants it. An empty one is none; of several the first counts.
    pub(crate) fn of(api: &Api, headers: &'r HeaderMap, query: &str) -> Option<Self> {
        // What is no text is nobody's key, but it is not absent.
        let in_header = headers.get(&api.key_header).map(|value| value.to_str().unwrap_or("\0"));
        if let Some(key) = in_header.filter(|key| !key.is_empty()) {
            return Some(Self { key: Cow::Borrowed(key), in_header: true });
        }
        let key = query::decode(query::first(query, &api.key_query)?);
        (!key.is_empty()).then_some(Self { key: Cow::Owned(key), in_header: false })
    }
}

/// Compares in a time that depends on the lengths alone, eight bytes at once.
fn same(held: &[u8], shown: &[u8]) -> bool {
    let word = |part: &[u8]| match part.first_chunk() {
        Some(whole) => u64::from_be_bytes(*whole),
        None => part.iter().fold(0, |word, byte| word << 8 | u64::from(*byte)),
    };
    let differs = held.chunks(8).zip(shown.chunks(8)).fold(0, |differs, (a, b)| differs | word(a) ^ word(b));
    held.len() == shown.len() && bool::from(differs.ct_eq(&0))
}

/// What the decision rests on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms<'a> {
    pub(crate) api: usize,
    /// The API asks for a subscription.
    pub(crate) required: bool,
    /// The open product that contains the API.
    pub(crate) open_product: Option<usize>,
    /// The products that contain the API, ascending.
    pub(crate) products: &'a [usize],
    /// A key that is not valid for the API is refused even where an open product contains it.
    pub(crate) refuse_foreign: bool,
}

/// The outcome.
#[derive(Debug)]
pub(crate) enum Decision<'k> {
    /// Go on: in that subscription's context, in that product's, or in none.
    Allowed {
        holder: Option<&'k Holder>,
        product: Option<usize>,
    },
    Missing,
    Invalid,
}

impl KeyScope {
    /// Is the API in it?
    pub(crate) fn covers(&self, api: usize, products: &[usize]) -> bool {
        match self {
            Self::All => true,
            Self::Apis(apis) => apis.contains(&api),
            Self::Product(product) => products.binary_search(product).is_ok(),
        }
    }
}

/// Decides about a call with this key, or without one.
pub(crate) fn decide<'k>(keys: &'k Keys, key: Option<&str>, terms: Terms<'_>) -> Decision<'k> {
    if let Some(key) = key {
        let valid = keys.find(key).filter(|holder| holder.active && holder.scope.covers(terms.api, terms.products));
        if let Some(holder) = valid {
            let product = match holder.scope {
                KeyScope::Product(product) => Some(product),
                _ => None,
            };
            return Decision::Allowed { holder: Some(holder), product };
        }
        let ignored = if terms.required { terms.open_product.is_some() && !terms.refuse_foreign } else { true };
        if !ignored {
            return Decision::Invalid;
        }
    }
    match terms.open_product {
        Some(product) => Decision::Allowed { holder: None, product: Some(product) },
        None if terms.required => Decision::Missing,
        None => Decision::Allowed { holder: None, product: None },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_differ_wherever_a_byte_does() {
        let key: Vec<u8> = (0..21).collect();
        assert!(same(&key, &key) && same(b"", b"") && !same(b"", b"a") && !same(b"\0a", b"a"));
        for at in 0..key.len() {
            let mut other = key.clone();
            other[at] ^= 0x80;
            assert!(!same(&key, &other), "{at}");
            assert!(!same(&key, &key[..at]), "{at}");
        }
    }

    fn holder(id: &str, scope: KeyScope, active: bool) -> Holder {
        let subscription = Subscription {
            id: id.to_owned(),
            primary_key: format!("{id}-1"),
            secondary_key: format!("{id}-2"),
            ..Subscription::default()
        };
        Holder { scope, active, subscription: Arc::new(subscription) }
    }

    /// API 0 is in product 0 (closed); product 1 is open; API 1 is in no product.
    #[track_caller]
    fn check(key: Option<&str>, required: bool, open: bool, expected: &str) {
        let keys = Keys::new(vec![
            holder("product", KeyScope::Product(0), true),
            holder("other-product", KeyScope::Product(2), true),
            holder("api", KeyScope::Apis(vec![0]), true),
            holder("other-api", KeyScope::Apis(vec![1]), true),
            holder("all", KeyScope::All, true),
            holder("suspended", KeyScope::All, false),
        ])
        .unwrap();
        let terms = Terms {
            api: 0,
            required,
            open_product: open.then_some(1),
            products: if open { &[0, 1] } else { &[0] },
            refuse_foreign: false,
        };
        let found = match decide(&keys, key, terms) {
            Decision::Allowed { holder, product } => {
                let holder = holder.map_or("-", |holder| holder.subscription.id.as_str());
                format!("{holder} {}", product.map_or("-".to_owned(), |product| product.to_string()))
            }
            Decision::Missing => "missing".to_owned(),
            Decision::Invalid => "invalid".to_owned(),
        };
        assert_eq!(found, expected, "{key:?} required={required} open={open}");
    }

    #[test]
    fn a_valid_key_is_used_whether_needed_or_not() {
        for (required, open) in [(true, true), (true, false), (false, true), (false, false)] {
            check(Some("product-1"), required, open, "product 0");
            check(Some("product-2"), required, open, "product 0");
            check(Some("api-1"), required, open, "api -");
            check(Some("all-2"), required, open, "all -");
        }
    }

    #[test]
    fn other_keys_are_as_none_where_none_is_needed() {
        for key in ["other-product-1", "other-api-1", "suspended-1", "nonsense", "product-", "product-11"] {
            check(Some(key), true, false, "invalid");
            check(Some(key), true, true, "- 1");
            check(Some(key), false, true, "- 1");
            check(Some(key), false, false, "- -");
        }
    }

    #[test]
    fn no_key() {
        check(None, true, false, "missing");
        check(None, true, true, "- 1");
        check(None, false, true, "- 1");
        check(None, false, false, "- -");
    }

    #[test]
    fn one_key_has_one_holder() {
        let mut twin = holder("b", KeyScope::All, true);
        twin.subscription =
            Arc::new(Subscription { id: "b".into(), primary_key: "a-2".into(), ..Subscription::default() });
        assert_eq!(Keys::new(vec![holder("a", KeyScope::All, true), twin]).unwrap_err(), "`a` and `b`");
    }
}
