//! An axum service with a policy around its own routes.
//!
//! Three parts, to be taken home one by one: [`around`] is the middleware that turns an axum request into an
//! [`Exchange`](policy_vm::Exchange) and back; [`host`] offers the engine what this service's policy needs, which is its
//! own routes and a counter; [`app`] puts them together.

/// The README's example of embedding is compiled with this crate.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct Readme;

pub mod around;
mod counters;
pub mod host;

use std::sync::Arc;

use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router, middleware};
use policy_vm::{Engine, Environment, Pipeline, Scope, Source, diagnostic};
use serde_json::{Value, json};

use crate::around::{Policy, around};

const POLICY: &str = include_str!("../policy.xml");

/// The service.
///
/// # Errors
/// What is wrong with the policy, for a person to read.
pub fn app() -> Result<Router, String> {
    let policy = Arc::new(compile(POLICY)?);
    Ok(Router::new().route("/orders/{number}", get(order)).layer(middleware::from_fn_with_state(policy, around)))
}

/// A document that compiles becomes a program, and a program a pipeline of one document.
fn compile(text: &str) -> Result<Policy, String> {
    let engine = Engine::new();
    let source = Source::new("policy.xml", text);
    let compiled = engine.compile(&source, Scope::Global, &Environment::default());
    match compiled.program {
        Some(program) => Ok(Policy::new(engine, Pipeline::new([program]))),
        None => Err(diagnostic::render::text(&compiled.diagnostics, diagnostic::render::Colours::Never)),
    }
}

/// The service's own work: it knows nothing of policies.
async fn order(Path(number): Path<u32>, headers: HeaderMap) -> Result<Json<Value>, StatusCode> {
    let greeting = headers.get("x-greeting").and_then(|value| value.to_str().ok()).unwrap_or_default();
    match number {
        0 => Err(StatusCode::NOT_FOUND),
        number => Ok(Json(json!({ "number": number, "greeting": greeting }))),
    }
}
