//! The hub of `examples/hub`, served by the program itself over real sockets: five systems, their keys, one token.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod gateway;
mod readme;
#[path = "../support/mod.rs"]
mod support;

use gateway::Hub;
use serde_json::{Value, json};
use support::{Answer, Backend, reply};

const MES: &str = "mes-demo-key";
const PLANNING: &str = "planning-demo-key";
const PARTNER: &str = "partner-demo-key";
const BI: &str = "bi-demo-key";

const TOKEN_PATH: &str = "/stand-in/identity/oauth2/v2.0/token";

/// How often an API was called, by the status it answered.
fn statuses(log: &[Value], api: &str) -> Vec<u64> {
    log.iter().filter(|line| line["api"] == api).filter_map(|line| line["status"].as_u64()).collect()
}

/// Holds a refusal against the one shape that all have; gives its code and its message.
#[track_caller]
fn refusal(answer: &Answer) -> (u16, String, String) {
    assert_eq!(answer.header("content-type"), Some("application/json"), "{answer:?}");
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    let names: Vec<&str> = body.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["statusCode", "error", "message", "requestId"], "{answer:?}");
    assert_eq!(body["statusCode"], answer.status);
    assert_eq!(body["requestId"].as_str(), answer.header("x-request-id"));
    assert_eq!(body["requestId"].as_str().map(str::len), Some(36));
    let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
    (answer.status, text("error"), text("message"))
}

/// An endpoint that grants `bearer-1`.
fn token_endpoint() -> Backend {
    Backend::new(|_, stream| {
        let body = json!({ "access_token": "bearer-1", "expires_in": 3600 }).to_string();
        reply(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
    })
}

fn url(backend: &Backend) -> String {
    format!("http://{}", backend.address)
}

#[test]
fn the_token_is_asked_for_once() {
    let hub = Hub::start();
    for _ in 0..3 {
        assert_eq!(hub.call("GET /bc/orders", MES, "").status, 200);
    }
    assert_eq!(hub.call("POST /bc/orders", MES, "{}").status, 201);
    assert_eq!(hub.call("GET /bc/orders", BI, "").status, 200);
    let log = hub.finish();
    assert_eq!(statuses(&log, "stand-in-identity"), [200]);
    assert_eq!(statuses(&log, "stand-in-business-central").len(), 5);
}

#[test]
fn a_withdrawn_token_is_dropped_and_the_call_tried_once_more() {
    let hub = Hub::start();
    assert_eq!(hub.call("GET /bc/orders", MES, "").status, 200);
    assert_eq!(hub.call(&format!("DELETE {TOKEN_PATH}"), "", "").status, 204);
    let answer = hub.call("POST /bc/orders", MES, "{\"customerNumber\":\"C-10\"}");
    assert_eq!((answer.status, answer.header("x-consumer")), (201, Some("mes")));
    // The body went out twice.
    assert_eq!(answer.body, "{\"customerNumber\":\"C-10\",\"number\":\"SO-1003\",\"status\":\"Open\"}");
    let log = hub.finish();
    let mut grants = statuses(&log, "stand-in-identity");
    grants.sort_unstable();
    assert_eq!(grants, [200, 200, 204]);
    let mut calls = statuses(&log, "stand-in-business-central");
    calls.sort_unstable();
    assert_eq!(calls, [200, 201, 401]);
}

#[test]
fn a_backend_that_refuses_every_token_is_asked_twice() {
    let tokens = token_endpoint();
    let central = Backend::new(|_, stream| reply(stream, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\n\r\nno"));
    let hub = Hub::with(&[("BUSINESS_CENTRAL_URL", &url(&central)), ("TOKEN_URL", &url(&tokens))]);
    let refused = refusal(&hub.call("POST /bc/orders", MES, "{\"a\":1}"));
    assert_eq!(refused, (502, "TokenRefused".into(), "Business Central refused the hub's token.".into()));
    let bodies: Vec<Vec<u8>> = central.seen().into_iter().map(|seen| seen.body).collect();
    assert_eq!(bodies, [b"{\"a\":1}", b"{\"a\":1}"]);
    assert_eq!(tokens.seen().len(), 2);
}

#[test]
fn what_goes_to_business_central() {
    let (tokens, central) = (token_endpoint(), Backend::hello());
    let hub = Hub::with(&[
        ("BUSINESS_CENTRAL_URL", &url(&central)),
        ("BUSINESS_CENTRAL_COMPANY", "4711"),
        ("TOKEN_URL", &url(&tokens)),
        ("CLIENT_SECRET", "p&ss word+ü"),
    ]);
    let own = "Authorization: Basic bm8=\r\nX-Consumer: somebody\r\nX-Other: kept\r\n";
    let target = "GET /bc/orders?$top=5&api-key=mes-demo-key HTTP/1.1\r\nHost: hub.example\r\n";
    let answer = hub.send(&format!("{target}X-Api-Key: {MES}\r\n{own}\r\n"));
    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"));
    let asked = tokens.seen().remove(0);
    assert!(asked.line().starts_with("POST / "));
    assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
    let form = "grant_type=client_credentials&client_id=hub&client_secret=p%26ss%20word%2B%C3%BC\
                &scope=https%3A%2F%2Fapi.businesscentral.dynamics.com%2F.default";
    assert_eq!(String::from_utf8_lossy(&asked.body), form);
    let forwarded = central.seen().remove(0);
    assert_eq!(forwarded.line(), "GET /api/v2.0/companies(4711)/salesOrders?$top=5 HTTP/1.1");
    assert_eq!(forwarded.header("authorization"), Some("Bearer bearer-1"));
    assert_eq!(forwarded.header("x-api-key"), None);
    assert_eq!(forwarded.header("x-consumer"), Some("mes"));
    assert_eq!(forwarded.header("x-other"), Some("kept"));
    assert!(!forwarded.head.contains(MES));
}

/// Calls `calls` times with success and once more.
fn exhaust(hub: &Hub, calls: usize, request: &str, key: &str, expected: u16) {
    for call in 1..=calls {
        assert_eq!(hub.call(request, key, "[]").status, expected, "call {call}");
    }
    let refused = hub.call(request, key, "[]");
    let seconds = refused.header("retry-after").unwrap();
    assert!((1..=60).contains(&seconds.parse::<u32>().unwrap()), "{seconds}");
    // To the byte what the service answers: clients parse it.
    let body =
        format!("{{ \"statusCode\": 429, \"message\": \"Rate limit is exceeded. Try again in {seconds} seconds.\" }}");
    assert_eq!((refused.status, refused.body.as_str()), (429, body.as_str()));
    assert!(refused.head.starts_with("HTTP/1.1 429 Too Many Requests\r\n"));
    assert_eq!(refused.header("content-type"), Some("application/json"));
    assert_eq!(refused.header("x-request-id").map(str::len), Some(36));
}

#[test]
fn planning_has_a_hundred_calls_a_minute() {
    let hub = Hub::start();
    exhaust(&hub, 100, "GET /bc/orders", PLANNING, 200);
    // Whoever else calls is not concerned.
    assert_eq!(hub.call("GET /bc/orders", MES, "").status, 200);
}

#[test]
fn the_partner_has_twenty_calls_a_minute() {
    let hub = Hub::start();
    // What is refused for another reason does not count.
    assert_eq!(hub.call("GET /bc/orders", PARTNER, "").status, 403);
    exhaust(&hub, 20, "POST /bc/inventory", PARTNER, 201);
}

#[test]
fn who_may_do_what() {
    let hub = Hub::start();
    for (key, allowed) in
        [(MES, "200 201 403"), (PLANNING, "200 403 403"), (PARTNER, "403 403 201"), (BI, "200 403 403")]
    {
        let status = |request: &str, body: &str| hub.call(request, key, body).status.to_string();
        let found = [status("GET /bc/orders", ""), status("POST /bc/orders", "{}"), status("POST /bc/inventory", "[]")];
        assert_eq!(found.join(" "), allowed, "{key}");
    }
    let refused = refusal(&hub.call("POST /bc/orders", BI, "{}"));
    let message = "BI may not POST /orders. Allowed: GET /orders.";
    assert_eq!(refused, (403, "OperationNotAllowed".into(), message.into()));
    let message = "MES may not POST /inventory. Allowed: GET /orders, POST /orders.";
    assert_eq!(refusal(&hub.call("POST /bc/inventory", MES, "[]")).2, message);
}

#[test]
fn failures_have_one_shape() {
    let hub = Hub::start();
    let missing = refusal(&hub.send("GET /bc/orders HTTP/1.1\r\nHost: h\r\n\r\n"));
    assert_eq!((missing.0, missing.1.as_str()), (401, "SubscriptionKeyNotFound"));
    let answer = hub.call("GET /bc/orders", "stolen", "");
    let invalid = refusal(&answer);
    assert_eq!((invalid.0, invalid.1.as_str()), (401, "SubscriptionKeyInvalid"));
    assert!(answer.header("www-authenticate").unwrap().contains("name=\"X-Api-Key\""), "{answer:?}");
    let nowhere = refusal(&hub.call("DELETE /bc/orders", MES, ""));
    assert_eq!(nowhere, (404, "OperationNotFound".into(), "Resource not found".into()));
    let nowhere = refusal(&hub.call("GET /elsewhere", MES, ""));
    assert_eq!(nowhere.0, 404);
    // An expression that throws: nothing of it reaches the caller.
    let thrown = refusal(&hub.call(&format!("POST {TOKEN_PATH}"), "", ""));
    assert_eq!(thrown, (500, "ExpressionValueEvaluationFailure".into(), "The hub could not complete the call.".into()));
}

#[test]
fn systems_behind_the_hub_that_fail() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let nobody = format!("http://{nobody}");
    let failing = Backend::new(|_, stream| reply(stream, "HTTP/1.1 500 Oh\r\nContent-Length: 6\r\n\r\nsecret"));
    let failed = |name: &str, url: &str| {
        let hub = Hub::with(&[(name, url)]);
        let (status, error, message) = refusal(&hub.call("GET /bc/orders", MES, ""));
        format!("{status} {error}: {message}")
    };
    let unreachable = "502 BackendConnectionFailure: The hub could not complete the call.";
    assert_eq!(failed("BUSINESS_CENTRAL_URL", &nobody), unreachable);
    assert_eq!(failed("TOKEN_URL", &nobody), unreachable);
    assert_eq!(failed("TOKEN_URL", &url(&failing)), "502 NoToken: The token endpoint gave the hub no token.");
    // What Business Central itself answers is its own affair.
    let hub = Hub::with(&[("BUSINESS_CENTRAL_URL", &url(&failing))]);
    let answer = hub.call("GET /bc/orders", MES, "");
    assert_eq!((answer.status, answer.body.as_str()), (500, "secret"));
}

#[test]
fn keys_come_from_the_environment() {
    let hub = Hub::with(&[("MES_KEY", "a-real-key")]);
    assert_eq!(hub.call("GET /bc/orders", MES, "").status, 401);
    assert_eq!(hub.call("GET /bc/orders", "a-real-key", "").status, 200);
    let told = hub.greeting.lines().find(|line| line.contains("public defaults")).unwrap();
    assert!(told.contains("CLIENT_SECRET") && told.contains("BI_KEY") && !told.contains("MES_KEY"), "{told}");
    let log = hub.finish();
    let call = log.iter().find(|line| line["status"] == 200 && line["api"] == "bc").unwrap();
    assert_eq!((&call["consumer"], &call["operation"]), (&json!("mes"), &json!("list-orders")));
}
