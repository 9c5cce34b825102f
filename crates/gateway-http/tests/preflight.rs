//! CORS over sockets: what browsers ask before they ask, and what they are answered.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use support::{Answer, Backend, Folder, Scene};

fn cors(attributes: &str, origin: &str) -> String {
    format!(
        "<cors {attributes}><allowed-origins><origin>{origin}</origin></allowed-origins><allowed-methods \
         preflight-result-max-age=\"600\"><method>GET</method><method>PUT</method></allowed-methods><allowed-headers>\
         <header>content-type</header></allowed-headers><expose-headers><header>x-a</header></expose-headers></cors>"
    )
}

fn document(inbound: &str) -> String {
    format!("<policies><inbound>{inbound}</inbound></policies>")
}

fn api(folder: &Folder, backend: &Backend, name: &str, more: &str, operations: &[&str]) {
    folder.write(
        &format!("apis/{name}/apiInformation.json"),
        &format!(r#"{{"properties":{{"path":"{name}","serviceUrl":"http://{}"{more}}}}}"#, backend.address),
    );
    for (number, operation) in operations.iter().enumerate() {
        let (method, template) = operation.split_once(' ').unwrap();
        folder.write(
            &format!("apis/{name}/operations/o{number}/operationInformation.json"),
            &format!(r#"{{"properties":{{"method":"{method}","urlTemplate":"{template}"}}}}"#),
        );
    }
}

fn global(folder: &Folder, inbound: &str) {
    folder.write(
        "policy.xml",
        &format!("<policies><inbound>{inbound}</inbound><backend><forward-request/></backend></policies>"),
    );
}

/// The status, and all headers but for lengths and the date.
fn shown(answer: &Answer) -> String {
    let mut headers: Vec<String> = answer
        .head
        .lines()
        .skip(1)
        .filter(|line| !line.is_empty() && !line.starts_with("date:") && !line.starts_with("content-"))
        .map(|line| line.replace("access-control-", "ac-"))
        .collect();
    headers.sort_unstable();
    format!("{} {}", answer.status, headers.join("; ")).trim_end().to_owned()
}

fn ask(scene: &Scene, request: &str, headers: &str) -> Answer {
    let request = format!("{request} HTTP/1.1\r\nHost: h\r\n{headers}\r\n");
    scene.client().send(request).read().unwrap()
}

const APP: &str = "Origin: https://app.example\r\n";
const ASK_PUT: &str = "Access-Control-Request-Method: PUT\r\nAccess-Control-Request-Headers: Content-Type\r\n";
const ALLOWED: &str = "200 ac-allow-headers: content-type; ac-allow-methods: GET,PUT; \
                       ac-allow-origin: https://app.example; ac-max-age: 600; vary: Origin";

#[test]
fn a_preflight_is_answered_before_the_key_is_looked_for() {
    let backend = Backend::hello();
    let folder = Folder::new();
    global(&folder, "<check-header name=\"X\" failed-check-httpcode=\"400\" failed-check-error-message=\"no\" />");
    api(&folder, &backend, "a", "", &["GET /x", "PUT /x", "POST /y", "OPTIONS /y", "POST /z", "PATCH /x"]);
    let inbound = format!("{}<base/>", cors("", "https://app.example"));
    folder.write("apis/a/policy.xml", &document(&inbound));
    let scene = Scene::folder(folder, "");
    let asked = |request: &str, headers: &str| {
        let answer = ask(&scene, request, headers);
        assert!(answer.status != 200 || answer.body.is_empty(), "{}", answer.body);
        shown(&answer)
    };
    let put = format!("{APP}{ASK_PUT}");
    assert_eq!(asked("OPTIONS /a/x", &put), ALLOWED);
    assert_eq!(
        asked("OPTIONS /A/x/?q", &put.replace("app.example", "APP.example:443")),
        ALLOWED.replace("app.example", "APP.example:443")
    );
    // Another origin, method or header: 200 without the headers, and the browser refuses.
    for wrong in [
        put.replace("https://app.example", "https://evil-app.example"),
        put.replace("https://app.example", "https://app.example.evil"),
        put.replace("https://app.example", "https://app.example:444"),
        put.replace("https:", "http:"),
        put.replace("https://app.example", "null"),
        put.replace("Content-Type", "X-Other"),
        put.replace("Content-Type", "content-type, x-other"),
        put.replace(": PUT", ": PATCH"),
    ] {
        assert_eq!(asked("OPTIONS /a/x", &wrong), "200", "{wrong}");
    }
    // No operation has the method that is asked for, or none the path.
    assert_eq!(asked("OPTIONS /a/z", &put), "404");
    assert_eq!(asked("OPTIONS /a/nothing", &put), "404");
    // Without an origin, or without a method, it is no preflight.
    assert_eq!(asked("OPTIONS /a/x", ASK_PUT), "404");
    assert_eq!(asked("OPTIONS /a/x", APP), "404");
    // An operation of its own takes it, with all that this means: its key is missing.
    assert_eq!(ask(&scene, "OPTIONS /a/y", &put.replace("PUT", "POST")).status, 401);
    assert!(backend.seen().is_empty());
}

#[test]
fn origins_that_do_not_match_end_or_go_on() {
    let backend = Backend::hello();
    let folder = Folder::new();
    global(&folder, &cors("", "https://other.example"));
    let free = r#","subscriptionRequired":false"#;
    for (name, attributes) in
        [("ends", "terminate-unmatched-request=\"true\""), ("goes", "terminate-unmatched-request=\"false\"")]
    {
        api(&folder, &backend, name, free, &["GET /x", "PUT /x"]);
        folder.write(
            &format!("apis/{name}/policy.xml"),
            &document(&format!("{}<base/>", cors(attributes, "https://app.example"))),
        );
    }
    let scene = Scene::folder(folder, "");
    let other = "Origin: https://other.example\r\n";
    let allowed_other = ALLOWED.replace("app.example", "other.example");
    assert_eq!(shown(&ask(&scene, "OPTIONS /goes/x", &format!("{other}{ASK_PUT}"))), allowed_other);
    assert_eq!(shown(&ask(&scene, "OPTIONS /ends/x", &format!("{other}{ASK_PUT}"))), "200");
    assert_eq!(shown(&ask(&scene, "OPTIONS /goes/x", &format!("Origin: https://third.example\r\n{ASK_PUT}"))), "200");
    // Calls themselves.
    let called = |target: &str, headers: &str| {
        let answer = ask(&scene, target, headers);
        (shown(&answer), answer.body)
    };
    let with_app = "200 ac-allow-origin: https://app.example; ac-expose-headers: x-a; vary: Origin".to_owned();
    assert_eq!(called("GET /goes/x", APP), (with_app.clone(), "hello".to_owned()));
    assert_eq!(called("GET /ends/x", APP), (with_app, "hello".to_owned()));
    assert_eq!(called("GET /ends/x", other), ("200".to_owned(), String::new()));
    assert_eq!(called("GET /goes/x", "Origin: https://third.example\r\n"), ("200".to_owned(), "hello".to_owned()));
    assert_eq!(called("GET /goes/x", ""), ("200".to_owned(), "hello".to_owned()));
}

#[test]
fn wildcards_and_credentials() {
    let backend = Backend::hello();
    let folder = Folder::new();
    global(&folder, "");
    for (name, attributes) in [("any", ""), ("credentials", "allow-credentials=\"true\"")] {
        api(&folder, &backend, name, "", &["GET /x"]);
        let policy = format!(
            "<cors {attributes}><allowed-origins><origin>*</origin></allowed-origins><allowed-methods><method>*</method>\
             </allowed-methods><allowed-headers><header>*</header></allowed-headers></cors>"
        );
        folder.write(&format!("apis/{name}/policy.xml"), &document(&policy));
    }
    let scene = Scene::folder(folder, "");
    let headers = format!("{APP}Access-Control-Request-Method: GET\r\nAccess-Control-Request-Headers: x-1,x-2\r\n");
    assert_eq!(
        shown(&ask(&scene, "OPTIONS /any/x", &headers)),
        "200 ac-allow-headers: *; ac-allow-methods: *; ac-allow-origin: *; ac-max-age: 0"
    );
    assert_eq!(
        shown(&ask(&scene, "OPTIONS /credentials/x", &headers)),
        "200 ac-allow-credentials: true; ac-allow-headers: x-1,x-2; ac-allow-methods: GET; \
         ac-allow-origin: https://app.example; ac-max-age: 0; vary: Origin"
    );
}

/// A preflight has no headers of the application: the version in a header is unknown, a product only by a key in the query.
#[test]
fn what_a_preflight_cannot_say() {
    let backend = Backend::hello();
    let versioned = r#","apiVersion":"2","apiVersionSet":{"versioningScheme":"Header","versionHeaderName":"X-V"}"#;
    let preflight = format!("{APP}{ASK_PUT}");
    for (everywhere, expected) in [(true, ALLOWED), (false, "404")] {
        let folder = Folder::new();
        let policy = cors("", "https://app.example");
        global(&folder, if everywhere { &policy } else { "" });
        api(&folder, &backend, "a", versioned, &["PUT /x"]);
        folder.write("apis/a/policy.xml", &document(&format!("{policy}<base/>")));
        let scene = Scene::folder(folder, "");
        assert_eq!(shown(&ask(&scene, "OPTIONS /a/x", &preflight)), expected);
    }

    let folder = Folder::new();
    global(&folder, "");
    api(&folder, &backend, "a", "", &["PUT /x"]);
    for (product, origin, open) in [("gold", "https://app.example", false), ("free", "https://free.example", true)] {
        let information = format!(r#"{{"properties":{{"subscriptionRequired":{}}}}}"#, !open);
        folder.write(&format!("products/{product}/productInformation.json"), &information);
        folder.write(&format!("products/{product}/apis/a/productApiInformation.json"), "{}");
        folder.write(&format!("products/{product}/policy.xml"), &document(&cors("", origin)));
    }
    let keys = "[subscriptions.s]\nscope = \"/products/gold\"\nprimary_key = \"key-1\"\n";
    let scene = Scene::folder(folder, keys);
    let free = preflight.replace("app.example", "free.example");
    assert_eq!(shown(&ask(&scene, "OPTIONS /a/x?subscription-key=key-1", &preflight)), ALLOWED);
    assert_eq!(shown(&ask(&scene, "OPTIONS /a/x", &preflight)), "200");
    assert_eq!(shown(&ask(&scene, "OPTIONS /a/x", &free)), ALLOWED.replace("app.example", "free.example"));
    assert_eq!(
        shown(&ask(&scene, "OPTIONS /a/x?subscription-key=wrong", &free)),
        ALLOWED.replace("app.example", "free.example")
    );
}

#[test]
fn refusals_can_be_read_by_scripts_when_cors_came_first() {
    let backend = Backend::hello();
    let folder = Folder::new();
    let inbound = format!(
        "{}<check-header name=\"X\" failed-check-httpcode=\"400\" failed-check-error-message=\"no\" />",
        cors("", "https://app.example")
    );
    global(&folder, &inbound);
    api(&folder, &backend, "a", r#","subscriptionRequired":false"#, &["GET /x"]);
    let scene = Scene::folder(folder, "");
    assert_eq!(
        shown(&ask(&scene, "GET /a/x", APP)),
        "400 ac-allow-origin: https://app.example; ac-expose-headers: x-a; vary: Origin"
    );
}
