//! Backend entities over sockets: what goes along, circuit breakers, pools, proxies, identities, and where requests may
//! not go.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::Write;

use gateway_http::{Settings, check};
use support::{Answer, Backend, Folder, Scene, reply};

const GLOBAL: &str = "<policies><inbound/><backend><forward-request/></backend><outbound/><on-error/></policies>";

/// A folder with an API at `shop`, in front of `service`, with this in `inbound`.
fn folder(service: &str, inbound: &str) -> Folder {
    let folder = Folder::shop(service);
    folder.write("policy.xml", GLOBAL);
    let policy = format!("<policies><inbound><base/>{inbound}</inbound><backend><base/></backend></policies>");
    folder.write("apis/shop/policy.xml", &policy);
    folder
}

fn entity(folder: &Folder, id: &str, properties: &str) {
    folder.write(&format!("backends/{id}/backendInformation.json"), &format!("{{\"properties\":{{{properties}}}}}"));
}

fn by_id(id: &str) -> String {
    format!("<set-backend-service backend-id=\"{id}\" />")
}

/// Answers with this status, and says who it is.
fn named(name: &'static str, status: u16) -> Backend {
    Backend::new(move |_, stream| {
        reply(stream, &format!("HTTP/1.1 {status} X\r\nContent-Length: {}\r\n\r\n{name}", name.len()))
    })
}

const RULE: &str = r#""circuitBreaker":{"rules":[{"name":"r","failureCondition":{"count":2,"interval":"PT1H",
    "statusCodeRanges":[{"min":500,"max":599}],"errorReasons":["BackendConnectionFailure"]},"tripDuration":"PT1H","acceptRetryAfter":true}]}"#;

#[test]
fn an_entity_stands_in_the_place_of_the_apis_backend() {
    let backend = Backend::hello();
    let folder = folder("http://nowhere.invalid/base", &by_id("Orders"));
    entity(
        &folder,
        "orders",
        &format!(
            r#""url":"http://{}/v2/","credentials":{{"header":{{"x-key":["a","b"]}},"query":{{"code":["c d"]}},"authorization":{{"scheme":"Basic","parameter":"eA=="}}}}"#,
            backend.address
        ),
    );
    let scene = Scene::folder(folder, "");
    let head =
        "GET /shop/orders/7?x=1 HTTP/1.1\r\nHost: gw.example\r\nAuthorization: Bearer client\r\nX-Key: client\r\n\r\n";
    assert_eq!(scene.client().send(head).read().unwrap().body, "hello");
    let seen = &backend.seen()[0];
    assert_eq!(seen.line(), "GET /v2/orders/7?x=1&code=c%20d HTTP/1.1");
    assert_eq!(seen.header("host"), Some(backend.address.to_string().as_str()));
    assert_eq!(seen.header("authorization"), Some("Basic eA=="));
    let keys: Vec<_> = seen.head.lines().filter(|line| line.to_ascii_lowercase().starts_with("x-key")).collect();
    assert_eq!(keys, ["x-key: a", "x-key: b"]);
}

#[test]
fn paths_are_joined_whatever_the_order_of_policies_is() {
    for (service, inbound, expected) in [
        ("http://a.invalid/base", "ENTITY", "/v2/orders/7"),
        ("http://a.invalid/base/", "ENTITYENTITY", "/v2/orders/7"),
        ("http://a.invalid", "ENTITY<rewrite-uri template=\"/new\" />", "/v2/new"),
        ("http://a.invalid/base", "<rewrite-uri template=\"/new\" />ENTITY", "/v2/new"),
        ("http://a.invalid/base", "<set-backend-service base-url=\"http://b.invalid/x\" />ENTITY", "/v2/orders/7"),
        ("", "ENTITY", "/v2/orders/7"),
    ] {
        let backend = Backend::hello();
        let folder = folder(service, &inbound.replace("ENTITY", &by_id("orders")));
        entity(&folder, "orders", &format!(r#""url":"http://{}/v2""#, backend.address));
        let scene = Scene::folder(folder, "");
        assert_eq!(scene.get("/shop/orders/7").body, "hello", "{service} {inbound}");
        assert_eq!(backend.seen()[0].line(), format!("GET {expected} HTTP/1.1"), "{service} {inbound}");
    }
}

#[test]
fn an_entity_whose_url_the_api_has_goes_along_without_being_named() {
    let backend = Backend::hello();
    let folder = folder(&format!("http://{}/v2/shop", backend.address), "");
    let url = format!("http://{}/v2", backend.address);
    entity(&folder, "orders", &format!(r#""url":"{url}","credentials":{{"header":{{"x-key":["k"]}}}}"#));
    let other = format!("http://{}/other", backend.address);
    entity(&folder, "other", &format!(r#""url":"{other}","credentials":{{"header":{{"x-key":["o"]}}}}"#));
    let scene = Scene::folder(folder, "");
    scene.get("/shop/a");
    assert_eq!(backend.seen()[0].line(), "GET /v2/shop/a HTTP/1.1");
    assert_eq!(backend.seen()[0].header("x-key"), Some("k"));
}

#[test]
fn an_entity_goes_along_with_requests_of_policies_that_its_url_leads_to() {
    let service = named("down", 500);
    let backend = Backend::hello();
    let call = format!(
        "<send-request mode=\"new\" response-variable-name=\"r\"><set-url>http://{0}/v2/check?a=1</set-url>\
         <set-header name=\"X-Key\"><value>policy</value></set-header></send-request>\
         <send-one-way-request><set-url>http://{0}/elsewhere</set-url></send-one-way-request>\
         <set-header name=\"X-Status\"><value>@(((IResponse)context.Variables[\"r\"]).StatusCode.ToString())</value></set-header>",
        service.address
    );
    let folder = folder(&format!("http://{}", backend.address), &call);
    let credentials = r#""credentials":{"header":{"x-key":["k"]},"query":{"code":["c"]}}"#;
    entity(&folder, "check", &format!(r#""url":"http://{}/v2",{credentials},{RULE}"#, service.address));
    let scene = Scene::folder(folder, "");
    for _ in 0..3 {
        assert_eq!(scene.get("/shop/x").status, 200);
    }
    let statuses: Vec<_> = backend.seen().iter().map(|seen| seen.header("x-status").unwrap().to_owned()).collect();
    assert_eq!(statuses, ["500", "500", "503"], "the third one meets an open breaker");
    let (checks, others): (Vec<_>, Vec<_>) =
        service.wait_for(5).into_iter().partition(|seen| seen.line().contains("check"));
    for seen in &checks {
        assert_eq!((seen.line(), seen.header("x-key")), ("GET /v2/check?a=1&code=c HTTP/1.1", Some("k")));
    }
    assert_eq!(checks.len(), 2);
    assert!(others.iter().all(|seen| seen.header("x-key").is_none()), "{others:?}");
}

/// `wait`: what forwards is one of those that are begun together.
#[test]
fn a_request_is_forwarded_beside_others() {
    let asked = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let has_asked = std::sync::Arc::clone(&asked);
    let partner = Backend::new(move |_, stream| {
        has_asked.store(true, std::sync::atomic::Ordering::SeqCst);
        reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\npartner")
    });
    // It does not answer before the other has been asked.
    let backend = Backend::new(move |seen, stream| {
        support::until("the other is asked", || asked.load(std::sync::atomic::Ordering::SeqCst));
        reply(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", seen.body.len()));
        let _ = stream.write_all(&seen.body);
        support::Then::KeepAlive
    });
    let send = format!(
        "<send-request response-variable-name=\"a\"><set-url>http://{}/</set-url><set-method>GET</set-method></send-request>",
        partner.address
    );
    for order in [format!("<forward-request/>{send}"), format!("{send}<forward-request/>")] {
        let policy = format!(
            "<inbound/><backend><wait for=\"all\">{order}</wait></backend><outbound><set-header name=\"A\"><value>\
             @(((IResponse)context.Variables[\"a\"]).Body.As&lt;string>())</value></set-header></outbound>"
        );
        let scene = Scene::policy(&backend, &policy, "");
        let answer = scene.client().send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody").read().unwrap();
        assert_eq!((answer.status, answer.body.as_str(), answer.header("a")), (200, "body", Some("partner")));
    }
}

#[test]
fn the_first_of_several_ends_what_is_forwarded() {
    let (backend, given_up) = Backend::waiting();
    let backend = std::sync::Arc::new(backend);
    let begun = std::sync::Arc::clone(&backend);
    let partner = Backend::new(move |_, stream| {
        begun.wait_for(1);
        reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    });
    let policy = format!(
        "<inbound/><backend><wait for=\"any\"><forward-request/><send-request response-variable-name=\"a\">\
         <set-url>http://{}/</set-url><set-method>GET</set-method></send-request></wait></backend><outbound>\
         <return-response response-variable-name=\"a\"/></outbound>",
        partner.address
    );
    let scene = Scene::policy(&backend, &policy, "");
    assert_eq!(scene.get("/").body, "hello");
    given_up.recv_timeout(support::PATIENCE).expect("it is given up");
}

/// What an entity needs before its request goes out is a part of it: its time is the caller's.
#[test]
fn the_time_of_a_request_covers_the_token_of_its_entity() {
    let (endpoint, given_up) = Backend::waiting();
    let folder = folder("http://nowhere.invalid", &by_id("all"));
    let policy = format!(
        "<policies><inbound>{}</inbound><backend><forward-request timeout=\"1\"/></backend></policies>",
        by_id("all")
    );
    folder.write("apis/shop/policy.xml", &policy);
    let identity = r#""credentials":{"managedIdentity":{"resource":"https://store.example"}}"#;
    entity(&folder, "all", &format!(r#""url":"http://127.0.0.1:1",{identity}"#));
    let scene = Scene::folder(folder, &format!("[[identity]]\ntoken_url = \"http://{}/token\"\n", endpoint.address));
    assert_eq!(scene.get("/shop/x").status, 500);
    assert!(given_up.try_recv().is_err(), "others may still wait for the token");
}

/// Whoever asks for a token must not need one for that.
#[test]
fn an_entity_with_an_identity_around_the_endpoint_of_its_tokens() {
    let backend = Backend::new(|seen, stream| {
        let body = if seen.line().contains("/token") { r#"{"access_token":"t","expires_in":3600}"# } else { "hello" };
        reply(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
    });
    let folder = folder(&format!("http://{}", backend.address), "");
    let identity = r#""credentials":{"managedIdentity":{"resource":"https://store.example"}}"#;
    entity(&folder, "all", &format!(r#""url":"http://{}",{identity}"#, backend.address));
    let scene = Scene::folder(folder, &format!("[[identity]]\ntoken_url = \"http://{}/token\"\n", backend.address));
    assert_eq!(scene.get("/shop/x").body, "hello");
    let seen = backend.seen();
    assert_eq!((seen[0].line(), seen[0].header("authorization")), ("POST /token HTTP/1.1", None));
    assert_eq!(seen[1].header("authorization"), Some("Bearer t"));
}

#[test]
fn a_breaker_that_has_tripped_spares_its_backend() {
    let broken = named("broken", 500);
    let fine = named("fine", 200);
    let folder = folder(
        &format!("http://{}", fine.address),
        "<choose><when condition=\"@(context.Request.Url.Path.EndsWith(&quot;/broken&quot;))\">\
         <set-backend-service backend-id=\"broken\" /></when></choose>",
    );
    entity(&folder, "broken", &format!(r#""url":"http://{}",{RULE}"#, broken.address));
    let scene = Scene::folder(folder, "");
    assert_eq!((scene.get("/shop/broken").status, scene.get("/shop/broken").status), (500, 500));
    let refused = scene.get("/shop/broken");
    assert_eq!(refused.status, 503);
    assert_eq!(refused.body, "{ \"statusCode\": 503, \"message\": \"Service Unavailable\" }");
    let again: u64 = refused.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=3600).contains(&again), "{again}");
    assert_eq!(broken.seen().len(), 2);
    assert_eq!(scene.get("/shop/fine").body, "fine");
}

#[test]
fn a_backend_that_nobody_answers_for_trips_its_breaker_too() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let folder = folder("http://a.invalid", &by_id("gone"));
    entity(&folder, "gone", &format!(r#""url":"http://{address}",{RULE}"#));
    let scene = Scene::folder(folder, "");
    let statuses: Vec<u16> = (0..4).map(|_| scene.get("/shop/x").status).collect();
    assert_eq!(statuses, [500, 500, 503, 503]);
}

#[test]
fn the_backend_says_for_how_long() {
    let backend =
        Backend::new(|_, stream| reply(stream, "HTTP/1.1 503 Busy\r\nRetry-After: 7\r\nContent-Length: 0\r\n\r\n"));
    let folder = folder("http://a.invalid", &by_id("busy"));
    entity(&folder, "busy", &format!(r#""url":"http://{}",{RULE}"#, backend.address));
    let scene = Scene::folder(folder, "");
    scene.get("/shop/x");
    scene.get("/shop/x");
    let again: u64 = scene.get("/shop/x").header("retry-after").unwrap().parse().unwrap();
    assert!((1..=7).contains(&again), "{again}");
}

fn pool(folder: &Folder, members: &[(&str, &Backend, &str)], more: &str) {
    let mut services = Vec::new();
    for (id, backend, rank) in members {
        entity(folder, id, &format!(r#""url":"http://{}",{RULE}"#, backend.address));
        services.push(format!(r#"{{"id":"/subscriptions/s/providers/x/backends/{id}"{rank}}}"#));
    }
    entity(folder, "pool", &format!(r#""type":"Pool","pool":{{"services":[{}]{more}}}"#, services.join(",")));
}

fn bodies(scene: &Scene, count: usize) -> String {
    (0..count).map(|_| scene.get("/shop/x").body).collect::<Vec<_>>().join(" ")
}

#[test]
fn members_of_a_pool_take_turns_by_weight() {
    let (a, b) = (named("a", 200), named("b", 200));
    let folder = folder("http://a.invalid", &by_id("pool"));
    pool(&folder, &[("a", &a, ",\"priority\":1,\"weight\":3"), ("b", &b, ",\"priority\":1,\"weight\":1")], "");
    let scene = Scene::folder(folder, "");
    assert_eq!(bodies(&scene, 8), "a a b a a a b a");
}

#[test]
fn a_worse_member_serves_when_the_better_ones_have_tripped_and_then_nobody() {
    let (a, b) = (named("a", 500), named("b", 500));
    let folder = folder("http://a.invalid", &by_id("pool"));
    pool(&folder, &[("a", &a, ",\"priority\":1"), ("b", &b, ",\"priority\":2")], "");
    let scene = Scene::folder(folder, "");
    assert_eq!(bodies(&scene, 4), "a a b b");
    let refused = scene.get("/shop/x");
    assert!(refused.head.starts_with("HTTP/1.1 503 Backend pool is temporarily unavailable\r\n"), "{}", refused.head);
    assert!(refused.header("retry-after").is_some());
    assert_eq!((a.seen().len(), b.seen().len()), (2, 2));
}

/// `retry` finds another member, with the body it has kept.
#[test]
fn every_attempt_chooses_anew() {
    let (a, b) = (named("a", 503), named("b", 200));
    let folder = folder("http://a.invalid", &by_id("pool"));
    pool(&folder, &[("a", &a, ""), ("b", &b, "")], "");
    folder.write(
        "policy.xml",
        "<policies><inbound/><backend><retry condition=\"@(context.Response.StatusCode == 503)\" count=\"1\" interval=\"0\" \
         first-fast-retry=\"true\"><forward-request buffer-request-body=\"true\" /></retry></backend><outbound/></policies>",
    );
    let scene = Scene::folder(folder, "");
    let head = "POST /shop/x HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nbody";
    assert_eq!(scene.client().send(head).read().unwrap().body, "b");
    assert_eq!((a.seen()[0].body.clone(), b.seen()[0].body.clone()), (b"body".to_vec(), b"body".to_vec()));
}

/// Both bases are what they are for this call: the URL of the entity, and the API's path with its version.
#[test]
fn links_to_an_entity_become_links_to_the_gateway() {
    let backend = Backend::new(|seen, stream| {
        let host = seen.header("host").unwrap();
        let body =
            format!("http://{host}/v9/orders http:\\/\\/{host}\\/v9\\/x http://{host}/v90 http://a.invalid/orders");
        reply(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
    });
    let folder = folder("http://a.invalid", "");
    folder.write(
        "apis/shop/apiInformation.json",
        r#"{"properties":{"displayName":"Shop","path":"shop","serviceUrl":"http://a.invalid","protocols":["https"],
            "subscriptionRequired":false,"apiVersion":"v2","apiVersionSet":{"versioningScheme":"Segment"}}}"#,
    );
    folder.write(
        "apis/shop/policy.xml",
        "<policies><inbound><base/><set-backend-service backend-id=\"orders\" /></inbound><outbound><redirect-content-urls /></outbound></policies>",
    );
    entity(&folder, "orders", &format!(r#""url":"http://{}/v9""#, backend.address));
    let answer = Scene::folder(folder, "").get("/shop/v2/orders");
    let here = "http://gw.example/shop/v2";
    assert_eq!(
        answer.body,
        format!(
            "{here}/orders {}\\/x http://{}/v90 http://a.invalid/orders",
            here.replace('/', "\\/"),
            backend.address
        )
    );
}

/// Many callers whose policy tries again and again: the backend is spared, whoever asks.
#[test]
fn a_storm_of_retries_ends_at_the_breaker() {
    let broken = named("broken", 500);
    let folder = folder("http://a.invalid", &by_id("broken"));
    entity(&folder, "broken", &format!(r#""url":"http://{}",{RULE}"#, broken.address));
    folder.write(
        "policy.xml",
        "<policies><inbound/><backend><retry condition=\"@(context.Response.StatusCode >= 500)\" count=\"50\" interval=\"0\" \
         first-fast-retry=\"true\"><forward-request /></retry></backend><outbound/></policies>",
    );
    let scene = Scene::folder(folder, "");
    let statuses: Vec<u16> = (0..20).map(|_| scene.get("/shop/x").status).collect();
    assert_eq!(statuses, [503; 20]);
    assert_eq!(broken.seen().len(), 2, "of 1020 attempts");
}

/// Without a breaker: the retries of all calls of an API together have a bound, and what the last attempt got is the answer.
#[test]
fn a_storm_of_retries_has_an_end_without_a_breaker() {
    let broken = named("broken", 500);
    let folder = folder(&format!("http://{}", broken.address), "");
    folder.write(
        "policy.xml",
        "<policies><inbound/><backend><retry condition=\"@(context.Response.StatusCode >= 500)\" count=\"50\" interval=\"0\" \
         first-fast-retry=\"true\"><forward-request /></retry></backend><outbound/></policies>",
    );
    let scene = Scene::folder(folder, "[backend]\nretry_percent = 0\n");
    let answers: Vec<Answer> = (0..100).map(|_| scene.get("/shop/x")).collect();
    assert!(answers.iter().all(|answer| (answer.status, answer.body.as_str()) == (500, "broken")));
    // A hundred at first, and ten a second: `src/backend/retries.rs` reckons, here it is seen to be asked.
    let attempts = broken.seen().len();
    assert!((200..5_100).contains(&attempts), "{attempts} of 5100 attempts");
}

#[test]
fn a_client_stays_with_its_member() {
    let (a, b) = (named("a", 200), named("b", 200));
    let folder = folder("http://a.invalid", &by_id("pool"));
    let affinity = r#","sessionAffinity":{"sessionId":{"source":"Cookie","name":"Session"}}"#;
    pool(&folder, &[("a", &a, ""), ("b", &b, "")], affinity);
    let scene = Scene::folder(folder, "");
    let with = |cookie: &str| -> Answer {
        let head = format!("GET /shop/x HTTP/1.1\r\nHost: h\r\nCookie: other=1; {cookie}\r\n\r\n");
        scene.client().send(head).read().unwrap()
    };
    let (first, second) = (scene.get("/shop/x"), scene.get("/shop/x"));
    assert_eq!((first.body.as_str(), second.body.as_str()), ("a", "b"));
    let cookie = |answer: &Answer| {
        let line = answer.header("set-cookie").unwrap().to_owned();
        assert!(line.ends_with("; Path=/; HttpOnly"), "{line}");
        line.split(';').next().unwrap().to_owned()
    };
    for _ in 0..3 {
        let answer = with(&cookie(&second));
        assert_eq!((answer.body.as_str(), answer.header("set-cookie")), ("b", None));
    }
    assert!(with("Session=nonsense").header("set-cookie").is_some());
}

/// The cookie is the gateway's own: what the cache keeps for everybody does not have it.
#[test]
fn a_members_cookie_is_not_stored() {
    let (a, b) = (named("a", 200), named("b", 200));
    let lookup = "<cache-lookup vary-by-developer=\"false\" vary-by-developer-groups=\"false\" />";
    let folder = folder("http://a.invalid", &format!("{}{lookup}", by_id("pool")));
    let affinity = r#","sessionAffinity":{"sessionId":{"source":"Cookie","name":"Session"}}"#;
    pool(&folder, &[("a", &a, ""), ("b", &b, "")], affinity);
    folder.write("policy.xml", &GLOBAL.replace("<outbound/>", "<outbound><cache-store duration=\"60\" /></outbound>"));
    let scene = Scene::folder(folder, "");
    let (first, second) = (scene.get("/shop/x"), scene.get("/shop/x"));
    assert_eq!((first.body.as_str(), second.body.as_str()), ("a", "a"));
    assert!(first.header("set-cookie").is_some());
    assert_eq!(second.header("set-cookie"), None);
}

#[test]
fn secrets_of_an_entity_do_not_follow_redirects_to_others() {
    let elsewhere = Backend::hello();
    let there = format!("http://{}/there", elsewhere.address);
    let backend = Backend::new(move |_, stream| {
        reply(stream, &format!("HTTP/1.1 302 Found\r\nLocation: {there}\r\nContent-Length: 0\r\n\r\n"))
    });
    let folder = folder("http://a.invalid", &by_id("orders"));
    let properties = r#""credentials":{"header":{"x-key":["k"],"authorization":["Basic eA=="]}}"#;
    entity(&folder, "orders", &format!(r#""url":"http://{}",{properties}"#, backend.address));
    folder.write("policy.xml", &GLOBAL.replace("<forward-request/>", "<forward-request follow-redirects=\"true\"/>"));
    let scene = Scene::folder(folder, "");
    assert_eq!(scene.get("/shop/x").body, "hello");
    assert_eq!(backend.seen()[0].header("x-key"), Some("k"));
    let seen = &elsewhere.seen()[0];
    assert_eq!((seen.line(), seen.header("x-key"), seen.header("authorization")), ("GET /there HTTP/1.1", None, None));
}

#[test]
fn a_proxy_gets_the_whole_url_and_its_credentials() {
    let proxy = Backend::hello();
    let policy = format!(
        "<inbound><base/><proxy url=\"http://{}\" username=\"u\" password=\"p\" />\
         <send-request response-variable-name=\"r\"><set-url>http://b.invalid/own</set-url><proxy url=\"http://{}\" /></send-request>\
         </inbound><backend><base/></backend>",
        proxy.address, proxy.address
    );
    let folder = folder("http://backend.invalid:8080/base", "");
    folder.write("apis/shop/policy.xml", &format!("<policies>{policy}</policies>"));
    let scene = Scene::folder(folder, "");
    assert_eq!(scene.get("/shop/x?y=1").body, "hello");
    let seen = proxy.seen();
    assert_eq!((seen[0].line(), seen[0].header("proxy-authorization")), ("GET http://b.invalid/own HTTP/1.1", None));
    assert_eq!(seen[1].line(), "GET http://backend.invalid:8080/base/x?y=1 HTTP/1.1");
    assert_eq!(seen[1].header("proxy-authorization"), Some("Basic dTpw"));
    assert_eq!(seen[1].header("host"), Some("backend.invalid:8080"));
}

#[test]
fn addresses_that_are_excluded_are_not_reached() {
    let backend = Backend::hello();
    let sections = "<inbound/><backend><forward-request/></backend><on-error><set-header name=\"x-reason\" exists-action=\"override\">\
                    <value>@(context.LastError.Reason + context.LastError.Message)</value></set-header></on-error>";
    let scene = Scene::policy(&backend, sections, "[egress]\ndeny = [\"127.0.0.0/8\"]\n");
    let answer = scene.get("/");
    assert_eq!(answer.status, 500);
    assert!(answer.header("x-reason").unwrap().starts_with("BackendConnectionFailure"), "{}", answer.head);
    assert_eq!(backend.connections(), 0);
    let scene = Scene::policy(&backend, sections, "[egress]\ndeny = [\"127.0.0.0/8\"]\nallow = [\"127.0.0.1\"]\n");
    assert_eq!(scene.get("/").body, "hello");
}

#[test]
fn a_gateway_that_calls_itself_stops() {
    let backend = Backend::hello();
    let policy = "<inbound><set-backend-service base-url=\"@(&quot;http://&quot; + context.Request.Headers.GetValueOrDefault(&quot;X-Self&quot;, &quot;&quot;))\" />\
                  </inbound><backend><forward-request/></backend>";
    let scene = Scene::policy(&backend, policy, "");
    let head = format!("GET / HTTP/1.1\r\nHost: gw.example\r\nX-Self: {}\r\n\r\n", scene.address);
    assert_eq!(scene.client().send(head).read().unwrap().status, 500);
    assert_eq!(backend.seen().len(), 0);
}

/// Requests of policies come back too, whatever they are made of, and when the call's own headers have gone out already.
#[test]
fn requests_of_policies_that_come_back_come_to_an_end() {
    let backend = Backend::hello();
    let again = "<send-request mode=\"new\" response-variable-name=\"r\"><set-url>@(&quot;http://&quot; + context.Request.OriginalUrl.Host + \
                 &quot;:&quot; + context.Request.OriginalUrl.Port + &quot;/&quot;)</set-url></send-request>";
    let again = again.replace("&quot;", "\"");
    let end = "<return-response><set-status code=\"200\" /></return-response>";
    for policy in [
        format!("<inbound>{again}{end}</inbound><backend/>"),
        format!("<inbound/><backend><forward-request/></backend><outbound>{again}{end}</outbound>"),
    ] {
        let mut scene = Scene::policy(&backend, &policy, "[access_log]\nto = \"file\"\nfile = \"access.log\"\n");
        let head = format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", scene.address);
        assert_eq!(scene.client().send(head).read().unwrap().status, 200);
        scene.stop();
        let log = std::fs::read_to_string(scene.folder.path().join("access.log")).unwrap();
        assert_eq!(log.lines().count(), 6, "{log}");
    }
}

/// The key that the API asks for is no business of others.
#[test]
fn the_callers_key_does_not_follow_redirects_to_others() {
    let elsewhere = Backend::hello();
    let there = format!("http://{}/there", elsewhere.address);
    let backend = Backend::new(move |seen, stream| {
        let to = if seen.line().contains("/x ") { "../login?return=https://x/" } else { &there };
        reply(stream, &format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n"))
    });
    let folder = folder(&format!("http://{}/base", backend.address), "");
    folder.write("policy.xml", &GLOBAL.replace("<forward-request/>", "<forward-request follow-redirects=\"true\"/>"));
    folder.write(
        "apis/shop/apiInformation.json",
        &format!(
            r#"{{"properties":{{"displayName":"Shop","path":"shop","serviceUrl":"http://{}/base","protocols":["https"],
            "subscriptionRequired":false,"subscriptionKeyParameterNames":{{"header":"X-Our-Key","query":"k"}}}}}}"#,
            backend.address
        ),
    );
    let scene = Scene::folder(folder, "");
    let head =
        "GET /shop/a/x HTTP/1.1\r\nHost: h\r\nX-Our-Key: one\r\nOcp-Apim-Subscription-Key: two\r\nX-Other: 3\r\n\r\n";
    assert_eq!(scene.client().send(head).read().unwrap().body, "hello");
    let keys = |seen: &support::Seen| {
        ["x-our-key", "ocp-apim-subscription-key", "x-other"].map(|name| seen.header(name).map(str::to_owned))
    };
    let all = ["one", "two", "3"].map(|value| Some(value.to_owned()));
    let seen = backend.seen();
    assert_eq!((seen[0].line(), keys(&seen[0])), ("GET /base/a/x HTTP/1.1", all.clone()));
    assert_eq!((seen[1].line(), keys(&seen[1])), ("GET /base/login?return=https://x/ HTTP/1.1", all));
    assert_eq!(keys(&elsewhere.seen()[0]), [None, None, Some("3".to_owned())]);
}

/// However often it leads on, a call has the time that it has.
#[test]
fn redirects_share_the_time_of_their_call() {
    let backend = Backend::new(|_, stream| {
        std::thread::sleep(std::time::Duration::from_millis(400));
        reply(stream, "HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n")
    });
    let all = "<inbound/><backend><forward-request timeout=\"1\" follow-redirects=\"true\"/></backend><on-error>\
               <return-response><set-body>@(context.LastError.Reason)</set-body></return-response></on-error>";
    let answer = Scene::policy(&backend, all, "").get("/");
    assert_eq!(answer.body, "Timeout", "{}", answer.head);
    assert!(backend.seen().len() <= 3, "{}", backend.seen().len());
}

#[test]
fn tokens_come_from_an_endpoint_once() {
    let endpoint = Backend::new(|seen, stream| {
        let body = format!(
            "{{\"access_token\":\"t{}\",\"expires_in\":3600}}",
            String::from_utf8_lossy(&seen.body).contains("scope=https%3A%2F%2Fstore.example%2F.default")
        );
        reply(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
    });
    let backend = Backend::hello();
    let policy = "<inbound><authentication-managed-identity resource=\"https://store.example/\" /></inbound>\
                  <backend><forward-request/></backend>";
    let settings = format!(
        "[[identity]]\ntoken_url = \"http://{}/token\"\napplication_id = \"app\"\napplication_secret = \"s&t\"\n",
        endpoint.address
    );
    let scene = Scene::policy(&backend, policy, &settings);
    scene.get("/");
    scene.get("/");
    assert_eq!(endpoint.seen().len(), 1);
    let asked = &endpoint.seen()[0];
    assert_eq!(asked.line(), "POST /token HTTP/1.1");
    assert!(
        String::from_utf8_lossy(&asked.body)
            .starts_with("grant_type=client_credentials&client_id=app&client_secret=s%26t&"),
        "{asked:?}"
    );
    for seen in backend.seen() {
        assert_eq!(seen.header("authorization"), Some("Bearer ttrue"));
    }
}

#[test]
fn an_entity_brings_the_gateways_token() {
    let backend = Backend::hello();
    let folder = folder("http://a.invalid", &by_id("store"));
    let properties = r#""credentials":{"managedIdentity":{"resource":"https://store.example"}}"#;
    entity(&folder, "store", &format!(r#""url":"http://{}",{properties}"#, backend.address));
    folder.write("token.txt", "from-a-file\n");
    let scene = Scene::folder(
        folder,
        "[[identity]]\nresource = \"https://store.example/\"\ntoken = { file = \"token.txt\" }\n",
    );
    assert_eq!(scene.get("/shop/x").body, "hello");
    assert_eq!(backend.seen()[0].header("authorization"), Some("Bearer from-a-file"));
}

#[test]
fn what_is_wrong_with_entities_is_said() {
    let folder = folder("http://a.invalid", "");
    entity(&folder, "a", r#""url":"ftp://x""#);
    entity(
        &folder,
        "b",
        r#""url":"http://x","circuitBreaker":{"rules":[{"name":"r","failureCondition":{"count":0,"interval":"PT1M"},"tripDuration":"PT1M"}]}"#,
    );
    entity(
        &folder,
        "c",
        r#""url":"http://x","circuitBreaker":{"rules":[{"name":"r","failureCondition":{"count":1,"interval":"one minute"},"tripDuration":"PT1M"}]}"#,
    );
    entity(&folder, "d", r#""type":"Pool","pool":{"services":[{"id":"/backends/none"}]}"#);
    entity(&folder, "e", r#""type":"Pool""#);
    entity(
        &folder,
        "f",
        r#""url":"http://x","tls":{"validateCertificateChain":false},"credentials":{"certificateIds":["/certificates/missing"]}"#,
    );
    let found = check(folder.path(), &Settings::default());
    let shown: Vec<String> = found.iter().map(|finding| format!("{} {}", finding.code, finding.headline)).collect();
    assert_eq!(
        shown,
        [
            "TG8030 `ftp://x`: Invalid URI: The scheme is not http or https.",
            "TG8034 a rule needs a `count` of at least 1, or a `percentage` from 1 to 100",
            "TG8034 `one minute` is no duration such as `PT1M`",
            "TG8031 pool `d`: there is no single backend `none`",
            "TG8031 pool `e` has no members",
            "TG8035 certificates of this backend are not fully checked",
            "TG8036 certificate id missing is not there: exports leave certificates out",
        ]
    );
}
