//! The pages.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::guard::Guard;
use super::prometheus;
use super::view::View;

type Shown = State<Arc<View>>;

/// All pages behind the guard.
pub(super) fn router(view: Arc<View>, guard: Arc<Guard>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/live", get(live))
        .route("/ready", get(ready))
        .route("/version", get(version))
        .route("/reload", post(reload))
        .route("/routes", get(routes))
        .route("/backends", get(backends))
        .route("/backends/{id}/breaker", delete(reset_breaker))
        .route("/cache", get(cache).delete(empty_cache))
        .route("/counters", get(counters).delete(reset_counters))
        .route("/metrics", get(metrics))
        .with_state(view)
        .layer(from_fn_with_state(guard, admit))
}

/// Lets through whom the guard does; whether the gateway lives and is ready, everybody on the listener may know.
async fn admit(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let is_open = matches!(request.uri().path(), "/live" | "/ready");
    match guard.check(request.headers(), !is_open) {
        Ok(()) => next.run(request).await,
        Err(StatusCode::UNAUTHORIZED) => {
            (StatusCode::UNAUTHORIZED, [(header::WWW_AUTHENTICATE, "Bearer")], "a token is needed\n").into_response()
        }
        Err(status) => (status, status.canonical_reason().unwrap_or_default()).into_response(),
    }
}

/// Threads are asked beside the runtime: waiting for them must not hold up other pages.
async fn ask<T: Send + 'static>(
    view: &Arc<View>,
    what: impl FnOnce(&View) -> T + Send + 'static,
) -> Result<T, StatusCode> {
    let view = Arc::clone(view);
    tokio::task::spawn_blocking(move || what(&view)).await.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)
}

async fn index() -> Json<Value> {
    Json(json!({
        "GET": ["/live", "/ready", "/version", "/routes", "/backends", "/cache", "/counters", "/metrics"],
        "POST": ["/reload"],
        "DELETE": ["/backends/{id}/breaker", "/cache", "/counters"],
    }))
}

async fn live(State(view): Shown) -> Result<&'static str, StatusCode> {
    if ask(&view, View::is_alive).await? { Ok("alive\n") } else { Err(StatusCode::SERVICE_UNAVAILABLE) }
}

async fn ready(State(view): Shown) -> Result<&'static str, StatusCode> {
    if view.shared.status.is_leaving() { Err(StatusCode::SERVICE_UNAVAILABLE) } else { Ok("ready\n") }
}

async fn version(State(view): Shown) -> Result<Json<Value>, StatusCode> {
    let state = view.shared.status.get();
    Ok(Json(json!({
        "program": env!("CARGO_PKG_VERSION"),
        "gateway": ask(&view, View::gateway_id).await?,
        "uptimeSeconds": view.uptime_seconds(),
        "ready": !view.shared.status.is_leaving(),
        "version": state.version,
        "reloads": state.reloads,
        "failedReloads": state.failed_reloads,
        "lastAttempt": state.last_attempt,
    })))
}

async fn reload(State(view): Shown) -> Response {
    match view.reload.order("admin").await {
        Ok(Ok(number)) => Json(json!({ "version": number })).into_response(),
        Ok(Err(findings)) => (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "findings": findings }))).into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn routes(State(view): Shown) -> Result<Response, StatusCode> {
    Ok(Json(ask(&view, View::apis).await?).into_response())
}

async fn backends(State(view): Shown) -> Result<Response, StatusCode> {
    Ok(Json(ask(&view, View::backends).await?).into_response())
}

async fn reset_breaker(State(view): Shown, Path(id): Path<String>) -> Result<StatusCode, StatusCode> {
    let name = id.clone();
    let is_reset = ask(&view, move |view| view.reset_breaker(&name)).await?;
    tracing::info!(backend = id, is_reset, "a breaker was to be closed from the admin listener");
    Ok(if is_reset { StatusCode::NO_CONTENT } else { StatusCode::NOT_FOUND })
}

async fn cache(State(view): Shown) -> Json<Value> {
    let (entries, bytes) = view.shared.cache.held();
    Json(json!({ "entries": entries, "bytes": bytes, "size": view.shared.config.cache.size }))
}

async fn empty_cache(State(view): Shown) -> StatusCode {
    view.shared.cache.clear();
    tracing::info!("the cache was emptied from the admin listener");
    StatusCode::NO_CONTENT
}

async fn counters(State(view): Shown) -> Json<Value> {
    Json(json!({ "counters": view.shared.counters.len() }))
}

async fn reset_counters(State(view): Shown) -> StatusCode {
    view.shared.counters.clear();
    tracing::info!("the counters of limits and quotas were reset from the admin listener");
    StatusCode::NO_CONTENT
}

async fn metrics(State(view): Shown) -> Result<Response, StatusCode> {
    let text = ask(&view, prometheus::text).await?;
    Ok(([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response())
}
