//! Who may call what: every line of the decision about subscription keys, and the exact bytes of each refusal.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::fmt::Write as _;

use support::{Answer, Backend, Folder, Scene, reply};

/// Answers with the subscription, product and user of the call, and tells in a header why there was an error.
const GLOBAL: &str = r#"<policies><inbound><return-response><set-body>@((context.Subscription == null ? "-" :
    context.Subscription.Id) + " " + (context.Product == null ? "-" : context.Product.Id) + " " + (context.User == null ?
    "-" : context.User.Id))</set-body></return-response></inbound><backend><forward-request/></backend><on-error>
    <set-header name="X-Reason"><value>@(context.LastError.Source + " " + context.LastError.Reason)</value></set-header>
    </on-error></policies>"#;

fn api(folder: &Folder, name: &str, more: &str) {
    let information = format!(r#"{{"properties":{{"path":"{name}","protocols":["https"]{more}}}}}"#);
    folder.write(&format!("apis/{name}/apiInformation.json"), &information);
    operation(folder, name, "get", "GET", "/x");
}

fn operation(folder: &Folder, api: &str, name: &str, method: &str, template: &str) {
    folder.write(
        &format!("apis/{api}/operations/{name}/operationInformation.json"),
        &format!(r#"{{"properties":{{"method":"{method}","urlTemplate":"{template}"}}}}"#),
    );
}

fn product(folder: &Folder, name: &str, more: &str, apis: &[&str]) {
    folder.write(&format!("products/{name}/productInformation.json"), &format!(r#"{{"properties":{{{more}}}}}"#));
    for api in apis {
        folder.write(&format!("products/{name}/apis/{api}/productApiInformation.json"), "{}");
    }
}

/// APIs `rn`, `ro`, `nn` and `no`: a subscription is **r**equired or **n**ot, and an **o**pen product contains the API or
/// **n**ot. All are in the closed product `gold` too, which is not published.
fn service() -> (Folder, String) {
    let folder = Folder::new();
    folder.write("policy.xml", GLOBAL);
    for name in ["rn", "ro", "nn", "no", "elsewhere"] {
        let required = if name.starts_with('n') { r#","subscriptionRequired":false"# } else { "" };
        api(&folder, name, required);
    }
    product(&folder, "gold", r#""state":"notPublished""#, &["rn", "ro", "nn", "no"]);
    product(&folder, "free", r#""subscriptionRequired":false"#, &["ro", "no"]);
    product(&folder, "other", "", &["elsewhere"]);
    let mut keys = String::new();
    let mut subscription = |name: &str, scope: &str, state: &str| {
        let information = format!(
            r#"{{"properties":{{"displayName":"{name}","scope":"{scope}","state":"{state}","ownerId":"/users/{name}-owner"}}}}"#
        );
        folder.write(&format!("subscriptions/{name}/subscriptionInformation.json"), &information);
        writeln!(keys, "[subscriptions.{name}]\nprimary_key = \"{name}-1\"\nsecondary_key = \"{name}-2\"").unwrap();
    };
    let service = "/subscriptions/0/resourceGroups/g/providers/Microsoft.ApiManagement/service/home";
    subscription("product", &format!("{service}/products/gold"), "active");
    for name in ["rn", "ro", "nn", "no", "elsewhere"] {
        subscription(&format!("api-{name}"), &format!("/apis/{name}"), "active");
    }
    subscription("all", &format!("{service}/apis"), "active");
    subscription("master", service, "active");
    subscription("other", "/products/other", "active");
    for state in ["suspended", "expired", "submitted", "rejected", "cancelled"] {
        subscription(state, "/products/gold", state);
    }
    (folder, keys)
}

fn call(scene: &Scene, target: &str, headers: &str) -> Answer {
    let request = format!("GET {target} HTTP/1.1\r\nHost: gw.example\r\n{headers}\r\n");
    scene.client().send(request).read().unwrap()
}

/// What the policies saw, or `missing`, `invalid`.
fn outcome(answer: &Answer) -> String {
    match (answer.status, answer.header("x-reason")) {
        (200, None) => answer.body.clone(),
        (401, Some("authorization SubscriptionKeyNotFound")) => "missing".to_owned(),
        (401, Some("authorization SubscriptionKeyInvalid")) => "invalid".to_owned(),
        _ => format!("{answer:?}"),
    }
}

/// The table of the documentation, a line a line: the key, then what becomes of it at `rn`, `ro`, `nn` and `no`.
#[test]
fn the_decision_about_keys() {
    let (folder, keys) = service();
    let scene = Scene::folder(folder, &keys);
    let good = |name: &str, product: &str| vec![format!("{name} {product} {name}-owner"); 4];
    let ignored: Vec<String> = ["invalid", "- free -", "- - -", "- free -"].map(str::to_owned).into();
    let none: Vec<String> = ["missing", "- free -", "- - -", "- free -"].map(str::to_owned).into();
    let apis = ["rn", "ro", "nn", "no"];
    let of_api: Vec<String> = apis.iter().map(|api| format!("api-{api} - api-{api}-owner")).collect();
    let mut lines = vec![
        ("product-1", good("product", "gold")),
        ("product-2", good("product", "gold")),
        ("all-1", good("all", "-")),
        ("master-2", good("master", "-")),
        ("other-1", ignored.clone()),
        ("api-elsewhere-1", ignored.clone()),
        ("nobody", ignored.clone()),
        ("product-", ignored.clone()),
        ("PRODUCT-1", ignored.clone()),
        ("\u{e9}", ignored.clone()),
        ("", none),
    ];
    for key in ["suspended-1", "expired-1", "submitted-1", "rejected-1", "cancelled-2"] {
        lines.push((key, ignored.clone()));
    }
    for (key, expected) in lines {
        for (api, expected) in apis.iter().zip(expected) {
            let header = if key.is_empty() { String::new() } else { format!("Ocp-Apim-Subscription-Key: {key}\r\n") };
            assert_eq!(outcome(&call(&scene, &format!("/{api}/x"), &header)), expected, "{key} {api}");
            let key = key.replace('\u{e9}', "%C3%A9");
            let query = if key.is_empty() { String::new() } else { format!("?subscription-key={key}") };
            assert_eq!(outcome(&call(&scene, &format!("/{api}/x{query}"), "")), expected, "{key} {api}, in the query");
        }
    }
    for (api, expected) in apis.iter().zip(of_api) {
        let header = format!("Ocp-Apim-Subscription-Key: api-{api}-1\r\n");
        assert_eq!(outcome(&call(&scene, &format!("/{api}/x"), &header)), expected);
    }
}

/// The other reading of the table's second line.
#[test]
fn a_switch_refuses_foreign_keys_in_open_products() {
    let (folder, keys) = service();
    let scene = Scene::folder(folder, &format!("{keys}[gateway]\nopen_product_refuses_foreign_keys = true\n"));
    for (api, expected) in [("rn", "invalid"), ("ro", "invalid"), ("nn", "- - -"), ("no", "- free -")] {
        let header = "Ocp-Apim-Subscription-Key: other-1\r\n";
        assert_eq!(outcome(&call(&scene, &format!("/{api}/x"), header)), expected, "{api}");
    }
}

#[test]
fn where_the_key_is_read() {
    let (folder, keys) = service();
    api(&folder, "named", r#","subscriptionKeyParameterNames":{"header":"X-Api-Key","query":"key"}"#);
    let scene = Scene::folder(folder, &keys);
    for (target, headers, expected) in [
        // The header goes before the query, good or not.
        ("/rn/x?subscription-key=all-1", "Ocp-Apim-Subscription-Key: product-1\r\n", "product gold product-owner"),
        ("/rn/x?subscription-key=all-1", "Ocp-Apim-Subscription-Key: wrong\r\n", "invalid"),
        ("/rn/x?subscription-key=all-1", "OCP-apim-subscription-KEY:\r\n", "all - all-owner"),
        ("/rn/x", "Ocp-Apim-Subscription-Key:   \r\n", "missing"),
        ("/rn/x?subscription-key=", "", "missing"),
        ("/rn/x?Subscription-Key=all-1", "", "all - all-owner"),
        ("/rn/x?%73ubscription%2Dkey=%61ll-1", "", "all - all-owner"),
        ("/rn/x?subscription-key=%2561ll-1", "", "invalid"),
        // Of several the first counts.
        ("/rn/x?subscription-key=wrong&subscription-key=all-1", "", "invalid"),
        ("/rn/x?subscription-key=all-1&subscription-key=wrong", "", "all - all-owner"),
        ("/rn/x", "Ocp-Apim-Subscription-Key: all-1\r\nOcp-Apim-Subscription-Key: wrong\r\n", "all - all-owner"),
        // Renaming one of the two does away with its old name.
        ("/named/x", "X-Api-Key: all-1\r\n", "all - all-owner"),
        ("/named/x?key=all-1", "", "all - all-owner"),
        ("/named/x?subscription-key=all-1", "", "missing"),
        ("/named/x?x-api-key=all-1", "", "missing"),
        ("/named/x", "Ocp-Apim-Subscription-Key: all-1\r\n", "missing"),
    ] {
        assert_eq!(outcome(&call(&scene, target, headers)), expected, "{target} {headers}");
    }
}

/// Status line, headers (but for the date, and in the order of their names) and body.
fn bytes(answer: &Answer) -> String {
    let mut lines = answer.head.lines();
    let mut text = format!("{}\n", lines.next().unwrap());
    let mut headers: Vec<&str> =
        lines.filter(|line| !line.is_empty() && !line.to_ascii_lowercase().starts_with("date:")).collect();
    headers.sort_unstable();
    for header in headers {
        writeln!(text, "{header}").unwrap();
    }
    text + "\n" + &answer.body
}

#[test]
fn the_bytes_of_the_gateways_own_refusals() {
    let folder = Folder::new();
    folder.write("policy.xml", "<policies><inbound/><backend><forward-request/></backend></policies>");
    api(&folder, "shop", "");
    api(&folder, "versioned", r#","apiVersion":"v2","apiVersionSet":{"versioningScheme":"Segment"}"#);
    folder.write(
        "apis/root/apiInformation.json",
        r#"{"properties":{"path":"","subscriptionKeyParameterNames":{"header":"X-Key"}}}"#,
    );
    operation(&folder, "root", "get", "GET", "/root");
    let scene = Scene::folder(folder, "");
    let missing = "{ \"statusCode\": 401, \"message\": \"Access denied due to missing subscription key. Make sure to \
                   include subscription key when making requests to an API.\" }";
    let invalid = "{ \"statusCode\": 401, \"message\": \"Access denied due to invalid subscription key. Make sure to \
                   provide a valid key for an active subscription.\" }";
    let not_found = "HTTP/1.1 404 Resource Not Found\ncontent-length: 54\ncontent-type: application/json\n\n\
                     { \"statusCode\": 404, \"message\": \"Resource not found\" }";
    let bad = "HTTP/1.1 400 Bad Request\ncontent-length: 48\ncontent-type: application/json\n\n\
               { \"statusCode\": 400, \"message\": \"Bad request.\" }";
    let unauthorized = |body: &str, place: &str, header: &str| {
        format!(
            "HTTP/1.1 401 Unauthorized\ncontent-length: {}\ncontent-type: application/json\nwww-authenticate: \
             AzureApiManagementKey realm=\"http://gw.example/{place}\",name=\"{header}\",type=\"header\"\n\n{body}",
            body.len()
        )
    };
    assert_eq!((missing.len(), invalid.len()), (152, 143));
    let key = "Ocp-Apim-Subscription-Key";
    for (target, headers, expected) in [
        ("/shop/x", "", unauthorized(missing, "shop", key)),
        ("/shop/x/", "Ocp-Apim-Subscription-Key: x\r\n", unauthorized(invalid, "shop", key)),
        ("/SHOP/X?subscription-key=y", "", unauthorized(invalid, "shop", key)),
        ("/versioned/v2/x", "", unauthorized(missing, "versioned/v2", key)),
        ("/root", "", unauthorized(missing, "", "X-Key")),
        ("/", "", not_found.to_owned()),
        ("/shop", "", not_found.to_owned()),
        ("/shop/x/y", "", not_found.to_owned()),
        ("/shop//x", "", not_found.to_owned()),
        ("/shop/%2578", "", not_found.to_owned()),
        ("/versioned/v1/x", "", not_found.to_owned()),
        ("/versioned/x", "", not_found.to_owned()),
        ("/shop/%00", "", bad.to_owned()),
        ("/shop/%c0%af", "", bad.to_owned()),
        ("/%2fshop/x", "", bad.to_owned()),
    ] {
        assert_eq!(bytes(&call(&scene, target, headers)), expected, "{target}");
    }
    // A known path with another method is no less unknown, HEAD and OPTIONS included.
    for method in ["POST", "OPTIONS", "get", "PROPFIND", "HEAD"] {
        let mut client = scene.client();
        client.send(format!("{method} /shop/x HTTP/1.1\r\nHost: h\r\n\r\n"));
        let answer = if method == "HEAD" { client.read_head() } else { client.read() }.unwrap();
        let expected = if method == "HEAD" { not_found.split('{').next().unwrap() } else { not_found };
        assert_eq!(bytes(&answer), expected, "{method}");
    }
}

/// What policies refuse, as callers read it.
#[test]
fn the_bytes_of_the_policies_refusals() {
    let folder = Folder::new();
    folder.write("policy.xml", "<policies><inbound/><backend><return-response/></backend></policies>");
    folder.write("apis/a/apiInformation.json", r#"{"properties":{"path":"a","subscriptionRequired":false}}"#);
    for (name, policy) in [
        ("ip-forbid", "<ip-filter action=\"forbid\"><address>127.0.0.1</address></ip-filter>"),
        ("ip-allow", "<ip-filter action=\"allow\"><address-range from=\"10.0.0.0\" to=\"10.0.0.9\" /></ip-filter>"),
        ("ip-passes", "<ip-filter action=\"allow\"><address>127.0.0.1</address></ip-filter>"),
        (
            "header",
            "<check-header name=\"X-Client\" failed-check-httpcode=\"403\" failed-check-error-message=\"who &amp; &quot;why&quot;\" \
             ignore-case=\"true\"><value>web</value></check-header>",
        ),
        ("key", "<validate-key />"),
        ("rate", "<rate-limit-by-key calls=\"0\" renewal-period=\"10\" counter-key=\"k\" />"),
        ("quota", "<quota-by-key calls=\"0\" renewal-period=\"0\" counter-key=\"k\" />"),
        ("fails", "<set-variable name=\"x\" value=\"@(1 / (context.Request.Method.Length - 3))\" />"),
    ] {
        operation(&folder, "a", name, "GET", &format!("/{name}"));
        let document = format!("<policies><inbound>{policy}</inbound></policies>");
        folder.write(&format!("apis/a/operations/{name}/policy.xml"), &document);
    }
    let scene = Scene::folder(folder, "");
    let refused = |status: &str, more: &str, body: &str| {
        let mut headers = vec![format!("content-length: {}", body.len()), "content-type: application/json".to_owned()];
        headers.extend(more.lines().map(str::to_owned));
        format!("HTTP/1.1 {status}\n{}\n\n{body}", headers.join("\n"))
    };
    let forbidden = refused("403 Forbidden", "", "{ \"statusCode\": 403, \"message\": \"Forbidden\" }");
    let header = refused("403 Forbidden", "", "{ \"statusCode\": 403, \"message\": \"who & \\\"why\\\"\" }");
    let missing = "{ \"statusCode\": 401, \"message\": \"Access denied due to missing subscription key. Make sure to \
                   include subscription key when making requests to an API.\" }";
    let challenge = "www-authenticate: AzureApiManagementKey realm=\"http://gw.example/a\",name=\"Ocp-Apim-Subscription-Key\",type=\"header\"";
    for (name, headers, expected) in [
        ("ip-forbid", "X-Forwarded-For: 10.0.0.1\r\n", forbidden.clone()),
        ("ip-allow", "X-Forwarded-For: 10.0.0.1\r\n", forbidden),
        ("ip-passes", "", "HTTP/1.1 200 OK\ncontent-length: 0\n\n".to_owned()),
        ("header", "", header.clone()),
        ("header", "X-Client: WEB\r\nX-Client: web\r\n", header),
        ("header", "x-client: WEB\r\n", "HTTP/1.1 200 OK\ncontent-length: 0\n\n".to_owned()),
        ("key", "", refused("401 Unauthorized", challenge, missing)),
        (
            "rate",
            "",
            refused(
                "429 Too Many Requests",
                "retry-after: 10",
                "{ \"statusCode\": 429, \"message\": \"Rate limit is exceeded. Try again in 10 seconds.\" }",
            ),
        ),
        (
            "quota",
            "",
            refused("403 Forbidden", "", "{ \"statusCode\": 403, \"message\": \"Out of call volume quota.\" }"),
        ),
    ] {
        assert_eq!(bytes(&call(&scene, &format!("/a/{name}"), headers)), expected, "{name}");
    }
    let answer = call(&scene, "/a/fails", "");
    let (before, id) = answer.body.split_once("\"activityId\": \"").unwrap();
    assert_eq!(before, "{ \"statusCode\": 500, \"message\": \"Internal server error\", ");
    assert!(id.len() == 36 + 3 && id.ends_with("\" }"), "{id}");
    assert!(answer.head.starts_with("HTTP/1.1 500 Internal Server Error\r\n"), "{}", answer.head);
}

/// What is transferred is counted when it has gone; the call that reaches the quota is the last.
#[test]
fn kilobytes_of_a_quota() {
    let backend = Backend::new(|seen, stream| {
        let body = "x".repeat(if seen.line().contains("/big") { 2000 } else { 10 });
        reply(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
    });
    let folder = Folder::new();
    folder.write("policy.xml", "<policies><inbound/><backend><forward-request/></backend></policies>");
    api(&folder, "a", &format!(r#","serviceUrl":"http://{}""#, backend.address));
    operation(&folder, "a", "big", "GET", "/big");
    operation(&folder, "a", "upload", "POST", "/x");
    product(&folder, "p", "", &["a"]);
    let policy = r#"<policies><inbound><quota bandwidth="3" renewal-period="3600"><api id="a" calls="99"/></quota></inbound></policies>"#;
    folder.write("products/p/policy.xml", policy);
    let keys = "[subscriptions.s]\nscope = \"/products/p\"\nprimary_key = \"key-s\"\n\
                [subscriptions.t]\nscope = \"/products/p\"\nprimary_key = \"key-t\"\n";
    let scene = Scene::folder(folder, keys);
    let mut client = scene.client();
    let mut statuses = |request: &str, body: usize, times: usize| -> Vec<u16> {
        let head = format!("{request} HTTP/1.1\r\nHost: h\r\nContent-Length: {body}\r\n\r\n{}", "y".repeat(body));
        (0..times).map(|_| client.send(&head).read().unwrap().status).collect()
    };
    assert_eq!(statuses("GET /a/big?subscription-key=key-s", 0, 3), [200, 200, 403]);
    assert_eq!(statuses("GET /a/x?subscription-key=key-s", 0, 1), [403], "whatever the operation");
    // Bodies of requests count too.
    assert_eq!(statuses("POST /a/x?subscription-key=key-t", 1400, 3), [200, 200, 200]);
    let refused = client.get("/a/x?subscription-key=key-t");
    let begin = "{ \"statusCode\": 403, \"message\": \"Out of bandwidth quota. Quota will be replenished in 0";
    assert!(refused.body.starts_with(begin), "{}", refused.body);
}

/// The backend sees the key, unless a policy takes it away; a subscription needs no owner.
#[test]
fn the_key_travels_on() {
    let backend = Backend::hello();
    let folder = Folder::new();
    folder.write(
        "policy.xml",
        "<policies><inbound><set-header name=\"X-User\" exists-action=\"override\"><value>@(context.Subscription.Id + \" \" + \
         (context.User == null))</value></set-header></inbound><backend><forward-request/></backend></policies>",
    );
    for name in ["plain", "clean"] {
        api(&folder, name, &format!(r#","serviceUrl":"http://{}""#, backend.address));
    }
    folder.write(
        "apis/clean/policy.xml",
        "<policies><inbound><base/><set-header name=\"Ocp-Apim-Subscription-Key\" exists-action=\"delete\" />\
         <set-query-parameter name=\"subscription-key\" exists-action=\"delete\" /></inbound></policies>",
    );
    let scene = Scene::folder(folder, "[subscriptions.s]\nscope = \"/apis\"\nprimary_key = \"key-s\"\n");
    for (api, in_header, line) in
        [("plain", Some("key-s"), "GET /x?a=1&subscription-key=key-s HTTP/1.1"), ("clean", None, "GET /x?a=1 HTTP/1.1")]
    {
        let query = format!("/{api}/x?a=1&subscription-key=key-s");
        assert_eq!(call(&scene, &query, "Ocp-Apim-Subscription-Key: key-s\r\n").status, 200);
        let seen = backend.seen().pop().unwrap();
        assert_eq!((seen.line(), seen.header("ocp-apim-subscription-key")), (line, in_header));
        assert_eq!(seen.header("x-user"), Some("s True"));
    }
}
