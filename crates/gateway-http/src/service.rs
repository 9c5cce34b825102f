//! What the gateway serves: APIs with their operations, products, subscriptions and compiled policies, read from a
//! service folder or made up around a single document. Immutable once loaded; every thread derives its [`Site`] from it.
//!
//! [`Site`]: crate::site::Site

mod api_path;
mod apis;
mod around;
mod backends;
mod certificates;
mod document;
mod embedded;
mod folder;
mod fragments;
mod groups;
mod hidden;
mod keyless;
mod kinds;
mod lacking;
mod loader;
mod named_values;
mod operations;
mod overrides;
mod problems;
mod products;
mod resources;
mod single;
pub(crate) mod specification;
mod subscriptions;
mod tree;
mod unread;
mod version_sets;

use std::sync::Arc;

use policy_parser::Source;
use policy_vm::exchange::{Group, SampleResponse, Url};
use policy_vm::{Engine, Environment, Program, Scope};

pub(crate) use self::around::{folder_around, scope_in};
pub(crate) use self::backends::{Backend, Backends, Kind, Single};
pub(crate) use self::document::{Document, Surroundings};
pub(crate) use self::folder::{load_file, load_folder};
pub(crate) use self::hidden::Hidden;
pub(crate) use self::keyless::keyless;
pub(crate) use self::lacking::toml_key;
pub(crate) use self::overrides::beside;
pub(crate) use self::problems::Problems;
pub(crate) use self::single::{check_policy, load_policy};
use crate::certificates::Certificates;
use crate::routing::{Routes, Template};
use crate::subscriptions::Keys;

/// Everything that is served.
#[derive(Debug)]
pub(crate) struct Service {
    pub(crate) routes: Routes,
    pub(crate) apis: Vec<Api>,
    pub(crate) products: Vec<Product>,
    pub(crate) keys: Keys,
    pub(crate) global: Arc<Program>,
    pub(crate) backends: Backends,
    pub(crate) certificates: Certificates,
    /// What nobody is shown.
    pub(crate) hidden: Hidden,
    /// Which files it was made of, as a digest; empty where nobody asked.
    pub(crate) version: String,
}

/// An API.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) id: String,
    pub(crate) name: String,
    /// URL suffix without slashes at its ends, with the version where that is part of the path.
    pub(crate) path: String,
    pub(crate) protocols: Vec<String>,
    pub(crate) service_url: Option<Url>,
    /// The same as it may be shown, where a named value in it is secret.
    pub(crate) service_url_masked: Option<String>,
    pub(crate) key_header: http::HeaderName,
    /// The same as it was written, which is how a refusal names it.
    pub(crate) key_header_text: String,
    pub(crate) key_query: String,
    pub(crate) revision: String,
    pub(crate) is_current: bool,
    pub(crate) version: String,
    pub(crate) subscription_required: bool,
    pub(crate) policy: Option<Arc<Program>>,
    /// The workspace it is in, whose policy runs between that of all APIs and the product's.
    pub(crate) workspace: Option<String>,
    pub(crate) workspace_name: String,
    pub(crate) workspace_policy: Option<Arc<Program>>,
    pub(crate) operations: Vec<Operation>,
}

/// An operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) method: String,
    pub(crate) url_template: String,
    pub(crate) template: Template,
    pub(crate) responses: Vec<SampleResponse>,
    pub(crate) policy: Option<Arc<Program>>,
}

/// A product.
#[derive(Debug)]
pub(crate) struct Product {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) approval_required: bool,
    pub(crate) subscription_required: bool,
    pub(crate) published: bool,
    pub(crate) subscriptions_limit: Option<i32>,
    pub(crate) groups: Vec<Group>,
    /// Numbers of its APIs.
    pub(crate) apis: Vec<usize>,
    pub(crate) workspace: Option<String>,
    pub(crate) policy: Option<Arc<Program>>,
}

/// The document of all APIs, when a folder has none of its own.
fn default_global(engine: &Engine, problems: &mut Problems) -> Option<Arc<Program>> {
    let source = Source::new("<default policy of all APIs>", policy_vm::DEFAULT_GLOBAL);
    problems.compile(engine, &source, Scope::Global, &Environment::default())
}
