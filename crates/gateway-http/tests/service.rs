//! A service folder in both layouts, served.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::Write;

use gateway_http::{Settings, check};
use support::{Backend, Folder, Scene, Then, reply};

/// Answers with the headers that policies added, one a line.
fn echo() -> Backend {
    Backend::new(|seen, stream| {
        if seen.line().contains("/hang") {
            std::thread::sleep(std::time::Duration::from_secs(30));
        }
        let mut lines: Vec<&str> = seen.head.lines().filter(|line| line.starts_with("x-scope")).collect();
        lines.insert(0, seen.line());
        let body = lines.join("\n");
        stream
            .write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).as_bytes())
            .unwrap();
        Then::KeepAlive
    })
}

fn scope(name: &str) -> String {
    format!(
        "<policies><inbound><base/><set-header name=\"X-Scope\" exists-action=\"append\"><value>{name}</value>\
         </set-header></inbound><backend><base/></backend><outbound><base/></outbound><on-error><base/></on-error></policies>"
    )
}

fn shop(backend: &Backend, layout: &str) -> Folder {
    let folder = Folder::new();
    let global = scope("global").replace("<backend><base/></backend>", "<backend><forward-request/></backend>");
    folder.write("policy.xml", &global);
    let api = format!(
        r#"{{"properties":{{"displayName":"Shop","path":"shop","serviceUrl":"http://{}/v1/","protocols":["https"],
            "subscriptionRequired":true}}}}"#,
        backend.address
    );
    folder.write("apis/shop/apiInformation.json", &api);
    folder.write("apis/shop/policy.xml", &scope("api"));
    for (name, method, template) in [
        ("list", "GET", "/orders"),
        ("get", "GET", "/orders/{id}"),
        ("search", "GET", "/orders?q={q}"),
        ("any", "POST", "/*"),
    ] {
        folder.write(
            &format!("apis/shop/operations/{name}/operationInformation.json"),
            &format!(r#"{{"properties":{{"displayName":"{name}","method":"{method}","urlTemplate":"{template}"}}}}"#),
        );
    }
    folder.write("apis/shop/operations/list/policy.xml", &scope("operation"));
    let product = |open: bool| format!(r#"{{"properties":{{"displayName":"P","subscriptionRequired":{}}}}}"#, !open);
    folder.write("products/gold/productInformation.json", &product(false));
    folder.write("products/gold/policy.xml", &scope("product"));
    folder.write("products/free/productInformation.json", &product(true));
    match layout {
        "A" => {
            folder.write("products/gold/apis/shop/productApiInformation.json", "{}");
            folder
                .write("named values/n/namedValueInformation.json", r#"{"properties":{"displayName":"n","value":"v"}}"#)
        }
        _ => {
            folder.write("products/gold/apis.json", r#"[{"name":"shop"}]"#);
            folder
                .write("namedValues/n/namedValueInformation.json", r#"{"properties":{"displayName":"n","value":"v"}}"#)
        }
    };
    folder.write(
        "subscriptions/s1/subscriptionInformation.json",
        r#"{"properties":{"displayName":"S1","scope":"/products/gold","state":"active"}}"#,
    );
    folder
}

const KEYS: &str = "[subscriptions.s1]\nprimary_key = \"one\"\nsecondary_key = \"two\"\n[subscriptions.api]\nscope = \
                    \"/apis/shop\"\nprimary_key = \"three\"\n";

#[test]
fn both_layouts_are_served_with_their_scopes_in_order() {
    for layout in ["A", "B"] {
        let backend = echo();
        let scene = Scene::folder(shop(&backend, layout), KEYS);
        let call = |target: &str, key: &str| {
            let head = format!("GET {target} HTTP/1.1\r\nHost: gw.example\r\n{key}\r\n");
            scene.client().send(head).read().unwrap()
        };
        let key = "Ocp-Apim-Subscription-Key: one\r\n";
        let answer = call("/Shop/orders/", key);
        let scopes = "x-scope: global,product,api,operation";
        assert_eq!(answer.body, format!("GET /v1/orders/ HTTP/1.1\n{scopes}"), "{layout}");
        let answer = call("/shop/orders/4711?subscription-key=three", "");
        assert_eq!(answer.body, "GET /v1/orders/4711?subscription-key=three HTTP/1.1\nx-scope: global,api");
        assert_eq!(call("/shop/orders?subscription-key=two", "").status, 200);
        assert_eq!(call("/shop/orders?Q=x", key).status, 200);

        let missing = call("/shop/orders", "");
        assert_eq!((missing.status, missing.header("content-length")), (401, Some("152")));
        assert_eq!(
            missing.header("www-authenticate"),
            Some(
                "AzureApiManagementKey realm=\"http://gw.example/shop\",name=\"Ocp-Apim-Subscription-Key\",type=\"header\""
            )
        );
        let invalid = call("/shop/orders", "Ocp-Apim-Subscription-Key: x\r\n");
        assert_eq!((invalid.status, invalid.header("content-length")), (401, Some("143")));

        for target in ["/", "/other", "/shop", "/shop/nothing", "/shop/orders/1/2"] {
            let answer = call(target, key);
            assert_eq!((answer.status, answer.header("content-length")), (404, Some("54")), "{target}");
            assert!(answer.head.starts_with("HTTP/1.1 404 Resource Not Found\r\n"), "{}", answer.head);
        }
        assert_eq!(call("/shop/%zz/%00", key).status, 400);
    }
}

#[test]
fn an_open_product_lets_everybody_in() {
    let backend = echo();
    let folder = shop(&backend, "B");
    folder.write("products/free/apis.json", r#"["shop"]"#);
    folder.write("products/free/policy.xml", &scope("free"));
    let scene = Scene::folder(folder, KEYS);
    let scopes = |key: &str| {
        let head = format!("GET /shop/orders/1 HTTP/1.1\r\nHost: h\r\n{key}\r\n");
        let body = scene.client().send(head).read().unwrap().body;
        body.lines().nth(1).map(|line| line.trim_start_matches("x-scope: ").to_owned()).unwrap_or_default()
    };
    assert_eq!(scopes(""), "global,free,api");
    assert_eq!(scopes("Ocp-Apim-Subscription-Key: nonsense\r\n"), "global,free,api");
    assert_eq!(scopes("Ocp-Apim-Subscription-Key: one\r\n"), "global,product,api");
}

#[test]
fn on_error_of_the_api_sees_why_a_call_came_no_further() {
    let backend = echo();
    let folder = shop(&backend, "B");
    let reason = scope("api").replace(
        "<on-error><base/>",
        "<on-error><base/><set-header name=\"X-Why\"><value>@(context.LastError.Source + \" \" + context.LastError.Reason)\
         </value></set-header>",
    );
    folder.write("apis/shop/policy.xml", &reason);
    let scene = Scene::folder(folder, KEYS);
    assert_eq!(scene.get("/shop/orders").header("x-why"), Some("authorization SubscriptionKeyNotFound"));
    assert_eq!(scene.get("/shop/nothing").header("x-why"), Some("configuration OperationNotFound"));
    assert_eq!(scene.get("/nothing").header("x-why"), None);
}

#[test]
fn every_problem_is_reported_in_one_pass_with_its_place() {
    let backend = Backend::hello();
    let folder = shop(&backend, "B");
    folder
        .write("apis/shop/operations/bad/operationInformation.json", "{\n  \"properties\": {\n    \"method\": 5 }\n}");
    folder.write(
        "apis/shop/operations/worse/operationInformation.json",
        "{\"properties\": {\"method\": \"GET\",\n \"urlTemplate\": \"/{a\"}}",
    );
    folder.write("products/gold/apis.json", r#"[{"name":"shop"},{"name":"none"}]"#);
    folder.write("backends/b/backendInformation.json", "{\"properties\":{\n  \"url\": \"file:///etc\"}}");
    folder.write("apis/shop/operations/get/policy.xml", "<policies>\n  <inbound><nonsense/></inbound>\n</policies>");
    folder.write("tollgate.toml", "[subscriptions.x]\nscope = \"/apis/none\"\nprimary_key = \"k\"\n");
    let settings = Settings::read(None, folder.path());
    let found: Vec<String> = check(folder.path(), &settings)
        .iter()
        .map(|finding| {
            let position = finding.source.position(finding.span.start);
            let file = finding.source.name().rsplit('/').nth(1).unwrap_or_default().to_owned();
            format!("{} {file} {}:{}", finding.code, position.line, position.column)
        })
        .collect();
    for expected in ["TG8003 bad 3:15", "TG8054 worse 2:2", "TG8060 gold 1:18", "TG8030 b 2:3", "TG8070"] {
        assert!(found.iter().any(|line| line.starts_with(expected)), "{expected} in {found:#?}");
    }
    assert!(found.iter().any(|line| line.contains(" get 2:")), "the policy's error, at its place, in {found:#?}");
}

#[test]
fn a_backend_entity_is_called_with_its_credentials() {
    let backend = Backend::new(|_, stream| reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"));
    let folder = shop(&backend, "B");
    folder.write(
        "namedValues/secret/namedValueInformation.json",
        r#"{"properties":{"displayName":"secret","secret":true}}"#,
    );
    folder.write(
        "backends/erp/backendInformation.json",
        &format!(
            r#"{{"properties":{{"url":"http://{}/erp/","credentials":{{"header":{{"X-Auth":["{{{{secret}}}}"]}},
                "query":{{"code":["a b"]}},"authorization":{{"scheme":"Basic","parameter":"eA=="}}}}}}}}"#,
            backend.address
        ),
    );
    let api = scope("api").replace("<inbound><base/>", "<inbound><base/><set-backend-service backend-id=\"erp\"/>");
    folder.write("apis/shop/policy.xml", &api);
    let scene = Scene::folder(folder, &format!("{KEYS}[named_values]\nsecret = \"s3cret\"\n"));
    assert_eq!(scene.get("/shop/orders/1?x=y&subscription-key=one").status, 200);
    let seen = &backend.seen()[0];
    assert_eq!(seen.line(), "GET /erp/orders/1?x=y&subscription-key=one&code=a%20b HTTP/1.1");
    assert_eq!((seen.header("x-auth"), seen.header("authorization")), (Some("s3cret"), Some("Basic eA==")));
}

#[test]
fn the_hub_fetches_its_token_once() {
    let backend = Backend::new(|seen, stream| match seen.line() {
        "POST /oauth2/token HTTP/1.1" => {
            assert_eq!(seen.body, b"grant_type=client_credentials");
            reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 20\r\n\r\n{\"access_token\":\"t\"}")
        }
        _ if seen.header("authorization") == Some("Bearer t") => {
            reply(stream, "HTTP/1.1 200 OK\r\nX-Powered-By: p\r\nContent-Length: 2\r\n\r\nok")
        }
        _ => reply(stream, "HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"),
    });
    let sections = format!(
        r#"<inbound><base/><cache-lookup-value key="t" variable-name="token"/><choose><when
            condition="@(!context.Variables.ContainsKey("token"))"><send-request mode="new" response-variable-name="r">
            <set-url>http://{}/oauth2/token</set-url><set-method>POST</set-method>
            <set-body>grant_type=client_credentials</set-body></send-request><set-variable name="token"
            value="@((string)((IResponse)context.Variables["r"]).Body.As<JObject>()["access_token"])"/>
            <cache-store-value key="t" value="@((string)context.Variables["token"])" duration="60"/></when></choose>
            <set-header name="Authorization" exists-action="override"><value>@("Bearer " + (string)context.Variables["token"])</value>
            </set-header></inbound><backend><base/></backend><outbound><base/><set-header name="X-Powered-By"
            exists-action="delete"/></outbound>"#,
        backend.address
    );
    let scene = Scene::policy(&backend, &sections, "");
    let mut client = scene.client();
    for _ in 0..3 {
        let answer = client.get("/a");
        assert_eq!((answer.status, answer.header("x-powered-by")), (200, None), "{}", answer.body);
    }
    assert_eq!(backend.seen().len(), 4);
}

#[test]
fn a_rate_limit_counts_exactly() {
    let backend = Backend::hello();
    let scene = Scene::policy(
        &backend,
        "<inbound><base/><rate-limit-by-key calls=\"3\" renewal-period=\"300\" counter-key=\"k\"/></inbound><backend><base/></backend>",
        "",
    );
    let answers: Vec<_> = (0..5).map(|_| scene.get("/")).collect();
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200, 200, 200, 429, 429]);
    let wait: u64 = answers[3].header("retry-after").unwrap().parse().unwrap();
    assert!((1..=300).contains(&wait));
    assert_eq!(backend.seen().len(), 3);
}

#[test]
fn the_access_log_has_a_line_for_each_call() {
    let backend = echo();
    let folder = shop(&backend, "B");
    let mut scene = Scene::folder(folder, &format!("[access_log]\nto = \"file\"\nfile = \"access.log\"\n{KEYS}"));
    let mut client = scene.client();
    client
        .send("GET /shop/orders/1?secret=x HTTP/1.1\r\nHost: h\r\nOcp-Apim-Subscription-Key: one\r\n\r\n")
        .read()
        .unwrap();
    client.get("/shop/orders");
    drop(client);
    // This one does not wait for its answer, which never comes.
    let mut gone = scene.client();
    gone.send("GET /shop/orders/hang HTTP/1.1\r\nHost: h\r\nOcp-Apim-Subscription-Key: one\r\n\r\n");
    backend.wait_for(2);
    drop(gone);
    scene.stop();
    let log = std::fs::read_to_string(scene.folder.path().join("access.log")).unwrap();
    let lines: Vec<&str> = log.lines().collect();
    assert_eq!(lines.len(), 3, "{log}");
    for part in [
        "\"method\":\"GET\",\"path\":\"/shop/orders/1\",\"api\":\"shop\",\"operation\":\"get\",\"product\":\"gold\",\"consumer\":\"s1\"",
        "\"status\":200,\"backendStatus\":200,\"requestBytes\":",
        "\"backendMs\":",
    ] {
        assert!(lines[0].contains(part), "{part} in {}", lines[0]);
    }
    assert!(!log.contains("secret"), "queries carry keys: {log}");
    assert!(lines[1].contains("\"status\":401"), "{}", lines[1]);
    assert!(lines[2].contains("\"status\":499"), "{}", lines[2]);
    assert!(lines[2].contains("\"errorReason\":\"ClientConnectionFailure\""), "{}", lines[2]);
    assert!(
        lines[1].contains("\"errorSource\":\"authorization\",\"errorReason\":\"SubscriptionKeyNotFound\""),
        "{}",
        lines[1]
    );
}

/// A body that breaks its framing ends in an answer of the gateway's, and that one has a length.
#[test]
fn a_refusal_in_the_middle_of_a_call_is_logged_with_its_bytes() {
    let sections = "<inbound><set-body>@(context.Request.Body.As&lt;string>())</set-body></inbound>\
                    <backend><forward-request/></backend>";
    let settings = "[access_log]\nto = \"file\"\nfile = \"access.log\"\n";
    let mut scene = Scene::policy(&Backend::hello(), sections, settings);
    let mut client = scene.client();
    client.send("POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n");
    let answer = client.read().unwrap();
    drop(client);
    scene.stop();
    let log = std::fs::read_to_string(scene.folder.path().join("access.log")).unwrap();
    let logged = format!("\"status\":400,\"requestBytes\":56,\"responseBytes\":{},", answer.body.len());
    assert!(!answer.body.is_empty() && log.contains(&logged) && log.contains("ChunkInvalid"), "{log}");
}

/// An answer is complete without a body too; and what a client sends ahead is no part of the call before it.
#[test]
fn calls_without_bodies_are_logged_as_complete() {
    let backend = Backend::new(|seen, stream| {
        let status = if seen.line().contains("created") { "201 Created" } else { "302 Found" };
        reply(stream, &format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n"))
    });
    let sections = "<inbound><choose><when condition=\"@(context.Request.OriginalUrl.Path == &quot;/own&quot;)\">\
                    <return-response/></when></choose></inbound><backend><forward-request/></backend>";
    let mut scene = Scene::policy(&backend, sections, "[access_log]\nto = \"file\"\nfile = \"access.log\"\n");
    let head = |path: &str| format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n");
    let post = format!("POST /created HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n{}", "x".repeat(100));
    let mut client = scene.client();
    client.send([head("/own"), post.clone(), head("/moved/elsewhere")].concat());
    let statuses: Vec<u16> = (0..3).map(|_| client.read().unwrap().status).collect();
    assert_eq!(statuses, [200, 201, 302]);
    drop(client);
    scene.stop();
    let log = std::fs::read_to_string(scene.folder.path().join("access.log")).unwrap();
    assert!(!log.contains("errorReason"), "{log}");
    let sent = [head("/own").len(), post.len(), head("/moved/elsewhere").len()];
    for (line, sent) in log.lines().zip(sent) {
        assert!(line.contains(&format!("\"requestBytes\":{sent},")), "{sent} in {line}");
    }
    assert_eq!(log.lines().count(), 3);
}
