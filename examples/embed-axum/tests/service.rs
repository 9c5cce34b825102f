//! The service with its policy, driven in memory.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use serde_json::{Value, json};
use tower::ServiceExt;

async fn call(app: &Router, path: &str, caller: &str) -> (u16, HeaderMap, Value) {
    let mut request = Request::get(path).header("Host", "shop.example");
    if !caller.is_empty() {
        request = request.header("X-Caller", caller);
    }
    let answer = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = answer.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    (parts.status.as_u16(), parts.headers, serde_json::from_slice(&body).unwrap_or_default())
}

#[tokio::test]
async fn the_policy_stands_around_the_routes() {
    let app = embed_axum::app().unwrap();
    let (status, headers, body) = call(&app, "/orders/7", "ann").await;
    // The header went in to the route, and what the route said was added to on the way out.
    assert_eq!((status, body), (200, json!({ "number": 7, "greeting": "Hello, ann!", "seenBy": "ann" })));
    assert_eq!((&headers["content-type"], &headers["x-calls-left"]), (&"application/json".parse().unwrap(), &2.into()));
    assert_eq!(call(&app, "/orders/0", "ann").await.0, 404);
}

#[tokio::test]
async fn callers_have_names_and_limits() {
    let app = embed_axum::app().unwrap();
    let (status, _, body) = call(&app, "/orders/7", "").await;
    assert_eq!((status, &body["error"]), (401, &json!("HeaderNotFound")));
    assert_eq!(body["requestId"].as_str().map(str::len), Some(36));
    for _ in 0..3 {
        assert_eq!(call(&app, "/orders/7", "ann").await.0, 200);
    }
    let (status, headers, body) = call(&app, "/orders/7", "ann").await;
    assert_eq!((status, &body["error"]), (429, &json!("RateLimitExceeded")));
    assert!(headers.contains_key("retry-after"));
    assert_eq!(call(&app, "/orders/7", "bob").await.0, 200);
}
