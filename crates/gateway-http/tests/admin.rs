//! The admin listener: what it shows and to whom, and what it never shows. `threats.md` O14, O16.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "support/operator.rs"]
mod operator;
mod support;

use gateway_http::{Gateway, Settings};
use operator::{ADMIN, admin, gateway, metric, page, saying_one};
use support::{Backend, Client, Folder, Scene, saying, until};

/// Otherwise callers could fill the page with names of their choice.
#[test]
fn servers_that_calls_choose_are_one_line_of_the_metrics() {
    let (own, others) = (Backend::hello(), [Backend::hello(), Backend::hello()]);
    let policy = "<inbound><choose><when condition=\"@(context.Request.Headers.ContainsKey(&quot;to&quot;))\">\
                  <set-backend-service base-url=\"@(context.Request.Headers[&quot;to&quot;][0])\"/></when></choose></inbound>\
                  <backend><forward-request/></backend>";
    let scene = Scene::policy(&own, policy, ADMIN);
    assert_eq!(scene.get("/").status, 200);
    for other in &others {
        let head = format!("GET / HTTP/1.1\r\nHost: h\r\nTo: http://{}\r\n\r\n", other.address);
        assert_eq!(scene.client().send(head).read().unwrap().status, 200);
    }
    let idle =
        |origin: &str| metric(&scene, &format!("tollgate_backend_connections{{origin=\"{origin}\",state=\"idle\"}}"));
    until("the connections are seen", || idle("other") == Some(2.0));
    assert_eq!(idle(&format!("http://{}", own.address)), Some(1.0));
    assert_eq!(idle(&format!("http://{}", others[0].address)), None);
}

#[test]
fn another_token_of_the_admin_listener_takes_the_place_of_the_one_before() {
    let scene = saying_one(&format!("{ADMIN}token = \"first\"\n"));
    let text = std::fs::read_to_string(scene.folder.path().join("tollgate.toml")).unwrap();
    let address = gateway(&scene).admin_address().unwrap();
    let status = |token: &str| admin(address, "GET", "/routes", &format!("Authorization: Bearer {token}\r\n")).status;
    assert_eq!((status("first"), status("second")), (200, 401));
    scene.folder.write("token", "third");
    for (setting, token) in [("\"second\"", "second"), ("{ file = \"token\" }", "third")] {
        scene.folder.write("tollgate.toml", &text.replace("\"first\"", setting));
        gateway(&scene).reload("test").unwrap();
        assert_eq!((status("first"), status(token)), (401, 200));
    }
    scene.folder.write("token", "fourth");
    gateway(&scene).reload("test").unwrap();
    assert_eq!((status("third"), status("fourth")), (401, 200));
    scene.folder.write("tollgate.toml", &text.replace("\"first\"", "\"\""));
    gateway(&scene).reload("test").unwrap_err();
    assert_eq!((status(""), status("fourth")), (401, 200), "none is no token");
}

#[test]
fn the_admin_listener_shows_how_it_stands() {
    let backend = Backend::hello();
    let folder = Folder::shop(&format!("http://{}", backend.address));
    folder.write(
        "policy.xml",
        "<policies><inbound/><backend><forward-request/></backend><outbound/><on-error/></policies>",
    );
    let scene = Scene::folder(folder, ADMIN);
    assert_eq!(scene.get("/shop/x").status, 200);
    assert_eq!(scene.get("/nothing").status, 404);
    let bad = scene.client().send("GET / HTTP/1.1\r\n\r\n").read().unwrap();
    assert_eq!(bad.status, 400);
    let routes = page(&scene, "/routes");
    assert_eq!(routes[0]["path"], "shop");
    assert_eq!(routes[0]["operations"][0]["urlTemplate"], "/*");
    // Threads hand this over once a second.
    let origin = format!("http://{}", backend.address);
    until("the connection is seen", || page(&scene, "/backends")["connections"][0]["origin"] == origin);
    assert_eq!(admin(gateway(&scene).admin_address().unwrap(), "DELETE", "/backends/none/breaker", "").status, 404);
    for (name, value) in [
        ("tollgate_requests_total{code=\"200\"}", 1.0),
        ("tollgate_requests_total{code=\"404\"}", 1.0),
        ("tollgate_api_requests_total{api=\"shop\",class=\"2xx\"}", 1.0),
        ("tollgate_api_requests_total{api=\"\",class=\"4xx\"}", 1.0),
        ("tollgate_refusals_total{reason=\"HostMissing\"}", 1.0),
        ("tollgate_request_duration_seconds_count", 3.0),
        ("tollgate_backend_duration_seconds_count", 1.0),
        ("tollgate_panics_total", 0.0),
        ("tollgate_connections_total", 3.0),
        ("tollgate_config_version", 1.0),
        ("tollgate_threads", 1.0),
    ] {
        until(name, || metric(&scene, name) == Some(value));
    }
    let address = gateway(&scene).admin_address().unwrap();
    assert_eq!(admin(address, "GET", "/live", "").status, 200);
    assert_eq!(admin(address, "GET", "/ready", "").status, 200);
    let reloaded = admin(address, "POST", "/reload", "");
    assert_eq!((reloaded.status, reloaded.body.as_str()), (200, "{\"version\":2}"));
    scene.folder.write("policy.xml", "<policies>");
    let refused = admin(address, "POST", "/reload", "");
    assert!(refused.status == 422 && refused.body.contains("policy.xml"), "{}", refused.body);
}

#[test]
fn the_admin_listener_is_for_operators_only() {
    let scene = saying_one("[reload]\nwatch = \"0s\"\n[admin]\naddress = \"127.0.0.1:0\"\ntoken = \"letmein\"\n");
    let address = gateway(&scene).admin_address().unwrap();
    let status = |request: &str| Client::connect(address).send(request).read().unwrap().status;
    let token = "Authorization: Bearer letmein\r\n";
    assert_eq!(status(&format!("GET /version HTTP/1.1\r\nHost: localhost\r\n{token}\r\n")), 200);
    assert_eq!(status("GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"), 401);
    assert_eq!(status("GET /metrics HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer letmeout\r\n\r\n"), 401);
    assert_eq!(status(&format!("GET /version HTTP/1.1\r\nHost: evil.example\r\n{token}\r\n")), 421);
    assert_eq!(
        status(&format!("POST /reload HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n{token}\r\n")),
        403
    );
    assert_eq!(status("GET /ready HTTP/1.1\r\nHost: localhost\r\n\r\n"), 200);
    // Nothing of it is on the listener of callers, by whatever path.
    for path in ["/version", "/metrics", "//version", "/..;/metrics", "/%2e%2e/metrics", "/admin/metrics"] {
        let answer = scene.client().send(format!("GET {path} HTTP/1.1\r\nHost: h\r\n\r\n")).read().unwrap();
        assert!(answer.status == 400 || answer.body == "one", "{path}: {}", answer.body);
    }
}

#[test]
fn an_admin_listener_that_others_can_reach_needs_a_token() {
    let folder = Folder::new();
    folder.write("policy.xml", &saying("one"));
    let path = folder.path().join("policy.xml");
    for (admin, fails) in [
        ("address = \"0.0.0.0:0\"", true),
        ("address = \"0.0.0.0:0\"\ntoken = \"\"", true),
        ("address = \"0.0.0.0:0\"\ntoken = \"t\"", false),
    ] {
        folder.write("tollgate.toml", &format!("[[listener]]\naddress = \"127.0.0.1:0\"\n[admin]\n{admin}\n"));
        let started = Gateway::start(&path, None, Settings::read(None, &path));
        assert_eq!(started.is_err(), fails, "{admin}");
        if let Ok(gateway) = started {
            gateway.stop();
        }
    }
}

#[test]
fn no_page_of_the_admin_listener_shows_a_secret() {
    let folder = Folder::new();
    folder.write(
        "policy.xml",
        "<policies><inbound><set-variable name=\"v\" value=\"{{hidden}}\"/><return-response/></inbound></policies>",
    );
    folder.write("token.txt", "marker-token");
    let settings = "[reload]\nwatch = \"0s\"\n[admin]\naddress = \"127.0.0.1:0\"\ntoken = { file = \"token.txt\" \
                    }\n[named_values]\nhidden = \"marker-value\"\n[subscriptions.mes]\nprimary_key = \"marker-key\"\n\
                    scope = \"/apis\"\n";
    let scene = Scene::start(folder, "policy.xml", Some("http://127.0.0.1:1"), settings);
    scene.get("/?subscription-key=marker-query");
    scene.folder.write(
        "policy.xml",
        "<policies><inbound><set-variable name=\"v\" value=\"@({{hidden}})\"/></inbound></policies>",
    );
    let findings = gateway(&scene).reload("test").unwrap_err().concat();
    assert!(!findings.contains("marker-"), "{findings}");
    let address = gateway(&scene).admin_address().unwrap();
    for mistake in [
        "[subscriptions.you]\nprimary_keyy = \"marker-you\"\n",
        "[subscriptions.you]\nprimary_key = \"marker-you\"\nprimary_key = \"marker-again\"\n",
        "[subscriptions.you]\nprimary_key = marker-you\n",
        "[subscriptions.you]\nprimary_key = \"marker-you\n",
        "[subscriptions]\nyou = \"marker-you\"\n",
        "[subscriptions]\nyou = [\"marker-you\"]\n",
        "[key_vault]\na = { text = \"marker-you\" }\n",
        "[key_vault]\na = [\"marker-you\"]\n",
    ] {
        scene.folder.write("tollgate.toml", &format!("{settings}{mistake}"));
        let findings = gateway(&scene).reload("test").unwrap_err().concat();
        assert!(findings.contains("tollgate.toml:") && !findings.contains("marker-"), "{findings}");
    }
    for path in ["/", "/live", "/ready", "/version", "/routes", "/backends", "/cache", "/counters", "/metrics"] {
        let answer = admin(address, "GET", path, "Authorization: Bearer marker-token\r\n");
        assert_eq!(answer.status, 200, "{path}");
        assert!(!answer.body.contains("marker-"), "{path}: {}", answer.body);
    }
}

/// Where a backend is may be told, and what is secret in its address may not.
#[test]
fn secrets_in_urls_are_shown_by_name() {
    let folder = Folder::new();
    folder.write("policy.xml", "<policies><inbound/><backend><forward-request/></backend></policies>");
    let backend = Backend::hello();
    let address = backend.address.to_string();
    for (name, secret, value) in [
        ("place", false, "marker-place"),
        ("code", true, "marker-code"),
        ("Host", true, "LOCALHOST"),
        ("address", true, address.as_str()),
        ("nowhere", true, "Marker-Nowhere"),
    ] {
        folder.write(
            &format!("namedValues/{name}/namedValueInformation.json"),
            &format!(r#"{{"properties":{{"displayName":"{name}","secret":{secret},"value":"{value}"}}}}"#),
        );
    }
    let port = backend.address.port();
    for (api, url) in [
        ("one", "http://{{address}}/"),
        ("two", &format!("http://{{{{Host}}}}:{port}")),
        ("three", "http://{{nowhere}}.invalid"),
    ] {
        folder.write(
            &format!("apis/{api}/apiInformation.json"),
            &format!(r#"{{"properties":{{"displayName":"{api}","path":"{api}","serviceUrl":"{url}","protocols":["http"],"subscriptionRequired":false}}}}"#),
        );
        folder.write(
            &format!("apis/{api}/operations/get/operationInformation.json"),
            r#"{"properties":{"displayName":"get","method":"GET","urlTemplate":"/*"}}"#,
        );
    }
    folder.write(
        "apis/shop/apiInformation.json",
        r#"{"properties":{"displayName":"Shop","path":"shop","serviceUrl":"http://{{place}}.invalid/{{code}}/a","protocols":["http"],"subscriptionRequired":false}}"#,
    );
    folder.write("backends/erp/backendInformation.json", r#"{"properties":{"url":"https://erp.invalid/{{ code }}/"}}"#);
    let log = folder.path().join("calls.log");
    let scene = Scene::folder(folder, &format!("{ADMIN}[access_log]\nto = \"file\"\nfile = \"calls.log\"\n"));
    // Threads tell of connections once a second.
    assert_eq!(["/one/", "/two/", "/three/"].map(|path| scene.get(path).status), [200, 200, 500]);
    until("the connections are told of", || {
        page(&scene, "/backends")["connections"].as_array().is_some_and(|all| all.len() == 2)
    });
    let (routes, backends) = (page(&scene, "/routes").to_string(), page(&scene, "/backends").to_string());
    for shown in ["http://{{address}}", &format!("http://{{{{Host}}}}:{port}")] {
        assert!(backends.contains(&format!("\"{shown}\"")), "{backends}");
    }
    assert!(!backends.contains(&address) && !backends.to_ascii_lowercase().contains("localhost"), "{backends}");
    until("the call that failed is logged", || {
        std::fs::read_to_string(&log).is_ok_and(|log| log.contains("{{nowhere}}.invalid"))
    });
    assert!(!std::fs::read_to_string(&log).unwrap().to_ascii_lowercase().contains("marker"));
    assert!(routes.contains("\"http://marker-place.invalid/{{code}}/a\""), "{routes}");
    assert!(backends.contains("\"https://erp.invalid/{{code}}/\""), "{backends}");
    assert!(!(routes + &backends).contains("marker-code"));
}
