//! The exported services of `examples/exported`, one for each layout, served as processes in front of a backend that records.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "support/process.rs"]
mod process;
mod support;

use process::Process;
use support::{Backend, Folder, Seen, Then, reply};

const MISSING: &str = "missing subscription key";
const INVALID: &str = "invalid subscription key";

/// Answers every request with the line that reached it.
fn echo() -> Backend {
    Backend::new(|seen: &Seen, stream| -> Then {
        let body = seen.line();
        reply(stream, &format!("HTTP/1.1 200 OK\r\nX-Powered-By: erp\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
    })
}

/// What reached the backend last.
fn last(backend: &Backend) -> Seen {
    backend.seen().pop().unwrap()
}

#[test]
fn the_layout_of_the_toolkit_since_version_7() {
    let backend = echo();
    let url = |path: &str| format!("http://{}{path}", backend.address);
    let (erp, catalog, parcels) = (url("/erp"), url("/catalog"), url("/parcels"));
    let gateway = Process::serve(
        "examples/exported/toolkit-v7",
        &[("ERP_URL", &erp), ("CATALOG_URL", &catalog), ("PARCELS_URL", &parcels), ("ERP_KEY", "s3cret")],
    );
    let key = "Ocp-Apim-Subscription-Key: partner-a-demo-key";

    // A version in the path, a product's key, a fragment, a backend with a secret, the product's policy.
    let answer = gateway.call("GET /orders/v1/orders", &[key]);
    assert_eq!((answer.status, answer.body.as_str()), (200, "GET /erp/orders HTTP/1.1"));
    assert_eq!(answer.header("x-powered-by"), None);
    let seen = last(&backend);
    let got =
        ["x-api", "x-client", "x-erp-key", "x-product"].map(|name| seen.header(name).unwrap_or_default().to_owned());
    assert_eq!(got, ["v1", "shop", "s3cret", "Partners"]);
    assert!(seen.header("x-correlation-id").is_some());

    // Operations of the specification, in the version that has them.
    assert_eq!(gateway.call("GET /orders/v2/orders/search?q=x", &[key]).body, "GET /erp/orders/search?q=x HTTP/1.1");
    assert_eq!(gateway.call("GET /orders/v1/orders/search?q=x", &[key]).body, "GET /erp/orders/search?q=x HTTP/1.1");
    assert_eq!(last(&backend).header("x-api"), Some("v1"), "there it is an order called `search`");
    let mocked = gateway.call("GET /orders/v2/orders/7", &[key]);
    assert!(mocked.status == 200 && mocked.body.contains("SO-1001"), "{}", mocked.body);
    gateway.call("GET /orders/v2;rev=2/orders", &[key]);
    assert_eq!(last(&backend).header("x-api"), Some("v2, revision 2"));
    for target in ["/orders/orders", "/orders/v3/orders", "/orders/v2;rev=2/orders/7", "/orders/v1/nothing/at/all"] {
        assert_eq!(gateway.call(&format!("GET {target}"), &[key]).status, 404, "{target}");
    }
    assert_eq!(gateway.call("DELETE /orders/v1/orders", &[key]).status, 404);

    // Keys.
    assert!(gateway.call("GET /orders/v1/orders", &[]).body.contains(MISSING));
    let carrier = "Ocp-Apim-Subscription-Key: carrier-demo-key";
    assert!(gateway.call("GET /orders/v1/orders", &[carrier]).body.contains(INVALID));
    assert_eq!(gateway.call("GET /catalog/a/b?c=d", &[]).body, "GET /catalog/a/b?c=d HTTP/1.1");

    // The workspace has its own named values, policy and subscriptions.
    assert_eq!(gateway.call("GET /parcels/parcels/1", &[carrier]).body, "GET /parcels/parcels/1 HTTP/1.1");
    let seen = last(&backend);
    assert_eq!((seen.header("x-client"), seen.header("x-workspace")), (Some("logistics"), Some("Logistics")));
    assert!(gateway.call("GET /parcels/parcels/1", &[key]).body.contains(INVALID));

    assert!(gateway.greeting.contains("`tags` (2 files): tags have no effect on calls"), "{}", gateway.greeting);
    assert!(!gateway.greeting.contains("s3cret"));
}

#[test]
fn the_layout_of_the_toolkit_before() {
    let backend = echo();
    let url = format!("http://{}", backend.address);
    let gateway = Process::serve("examples/exported/toolkit-v4", &[("PLANT_URL", &url), ("PLANT_SIGNING_KEY", "key")]);
    let key = "X-Plant-Key: line-1-demo-key";
    assert_eq!(gateway.call("GET /machines/machines", &[key]).body, "GET /v1/machines HTTP/1.1");
    assert_eq!(last(&backend).header("x-signature"), None);
    let version = "Api-Version: v2";
    assert_eq!(gateway.call("GET /machines/machines", &[key, version]).body, "GET /v2/machines HTTP/1.1");
    // HMAC-SHA256 of `/machines/machines` with `key`.
    assert_eq!(last(&backend).header("x-signature"), Some("w/e7V1Z9Kv28ZlRvJiE3h0CKMTcpDidnLVrNR8m82qk="));
    let stopped = gateway.call("POST /machines/machines/7/stop", &[key, version]);
    assert_eq!((stopped.status, stopped.body.as_str()), (200, "POST /v2/machines/7/stop HTTP/1.1"));
    assert_eq!(last(&backend).header("x-reason"), Some("7 by Line 1"));
    assert_eq!(
        gateway.call("POST /machines/machines/7/stop", &[key]).status,
        404,
        "the original has no such operation"
    );
    assert_eq!(gateway.call("GET /machines/machines", &[key, "Api-Version: v3"]).status, 404);
    assert_eq!(gateway.call("GET /machines/machines?plant-key=line-1-demo-key", &[]).status, 200);
    let refused = gateway.call("GET /machines/machines", &["Ocp-Apim-Subscription-Key: line-1-demo-key"]);
    assert!(refused.status == 401 && refused.body.contains(MISSING), "{}", refused.body);
}

#[test]
fn the_layout_of_apiops_cli() {
    let backend = echo();
    let url = |path: &str| format!("http://{}{path}", backend.address);
    let gateway = Process::serve(
        "examples/exported/apiops-cli",
        &[
            ("INVOICES_URL", &url("/inv")),
            ("SEARCH_URL", &url("/graphql")),
            ("OFFICE_INVOICE_TOKEN", "t0ken"),
            ("OFFICE_ACCOUNTING_PRIMARY", "one"),
            ("OFFICE_EVERYTHING_PRIMARY", "two"),
            ("OFFICE_FORMER_PRIMARY", "three"),
        ],
    );
    let key = "Ocp-Apim-Subscription-Key: one";
    let version = "api-version=2024-06-01";
    let answer = gateway.call(&format!("GET /invoices/invoices/INV-2?{version}"), &[key]);
    assert_eq!(answer.body, format!("GET /inv/invoices/INV-2?{version}&tenant=office HTTP/1.1"));
    let seen = last(&backend);
    assert_eq!(seen.header("authorization"), Some("Bearer t0ken"));
    assert!(seen.header("x-correlation-id").is_some(), "from a fragment inside JSON");
    // An operation file, its example, and an operation that only the specification has.
    let mocked = gateway.call(&format!("GET /invoices/invoices/INV-1?{version}"), &[key]);
    assert_eq!(mocked.body, r#"{"number":"INV-1","total":12.5}"#);
    assert_eq!(gateway.call(&format!("POST /invoices/invoices?{version}"), &[key]).status, 200);
    assert_eq!(gateway.call(&format!("DELETE /invoices/invoices/INV-2?{version}"), &[key]).status, 200);
    assert_eq!(gateway.call("GET /invoices/invoices/INV-2", &[key]).status, 404, "there is no version without a name");
    // GraphQL goes to its backend as it is.
    let everything = "Ocp-Apim-Subscription-Key: two";
    assert_eq!(gateway.call("POST /search", &[everything]).body, "POST /graphql HTTP/1.1");
    assert!(gateway.call("POST /search", &[key]).body.contains(INVALID));
    let former =
        gateway.call(&format!("GET /invoices/invoices/INV-2?{version}"), &["Ocp-Apim-Subscription-Key: three"]);
    assert!(former.status == 401 && former.body.contains(INVALID));
    assert!(!gateway.greeting.contains("TG8072"), "{}", gateway.greeting);
}

#[test]
fn a_new_folder_serves_at_once_with_a_key_that_is_shown_once() {
    let folder = Folder::new();
    let path = folder.path().join("new");
    let name = path.display().to_string();
    let init = || std::process::Command::new(env!("CARGO_BIN_EXE_tollgate")).args(["init", &name]).output().unwrap();
    assert!(init().status.success());
    let again = init();
    assert_eq!(again.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&again.stderr).contains("is there already: nothing was written"));

    let gateway = Process::serve(&name, &[]);
    let (_, key) = gateway.greeting.split_once("subscription `me` has a new key: ").unwrap();
    let key = key.lines().next().unwrap().to_owned();
    let header = format!("Ocp-Apim-Subscription-Key: {key}");
    let answer = gateway.call("GET /hello/world", &[&header]);
    assert!(answer.status == 200 && answer.body.contains("Hello, world"), "{}", answer.body);
    assert_eq!(gateway.call("GET /hello/world", &[]).status, 401);
    drop(gateway);

    // A subscription that comes later gets one too, and the first keeps its own.
    let later = path.join("subscriptions/some one");
    std::fs::create_dir_all(&later).unwrap();
    let all = "{\"properties\": {\"scope\": \"/apis\"}}";
    std::fs::write(later.join("subscriptionInformation.json"), all).unwrap();
    let gateway = Process::serve(&name, &[]);
    assert_eq!(gateway.greeting.matches("has a new key: ").count(), 1, "{}", gateway.greeting);
    drop(gateway);

    let gateway = Process::serve(&name, &[]);
    assert!(!gateway.greeting.contains("new key"), "{}", gateway.greeting);
    assert_eq!(gateway.call("GET /hello/world", &[&header]).status, 200);
}

#[test]
fn a_specification_becomes_an_api() {
    let backend = echo();
    let folder = Folder::new();
    folder.write(
        "openapi.json",
        r#"{"openapi": "3.0.0", "info": {"title": "Pet Store"}, "paths": {"/pets/{id}": {"get": {}}}}"#,
    );
    folder.write("tollgate.toml", "[subscriptions.all]\nscope = \"/apis\"\nprimary_key = \"k\"\n");
    let name = folder.path().display().to_string();
    let url = format!("http://{}/v1", backend.address);
    let file = folder.path().join("openapi.json").display().to_string();
    let import = || {
        let arguments = ["import", &file, "--into", &name, "--backend", &url];
        std::process::Command::new(env!("CARGO_BIN_EXE_tollgate")).args(arguments).output().unwrap()
    };
    let done = import();
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let told = String::from_utf8_lossy(&done.stdout).into_owned();
    assert!(told.contains("apis/pet-store: 1 operation\n  GET     /pets/{id}  (get-pets-id)\n"), "{told}");
    assert_eq!(import().status.code(), Some(2), "nothing is overwritten");
    let gateway = Process::serve(&name, &[]);
    let answer = gateway.call("GET /pet-store/pets/7", &["Ocp-Apim-Subscription-Key: k"]);
    assert_eq!(answer.body, "GET /v1/pets/7 HTTP/1.1");
}

/// What an import would break is told, and the folder is as it was.
#[test]
fn an_import_that_cannot_be_served_is_taken_back() {
    let folder = Folder::new();
    let specification = |path: &str| {
        format!(r#"{{"openapi": "3.0.0", "info": {{"title": "Pets"}}, "paths": {{"{path}": {{"get": {{}}}}}}}}"#)
    };
    folder.write("good.json", &specification("/pets/{id}")).write("bad.json", &specification("/pets/{id"));
    let run = |file: &str, more: &[&str]| {
        let command = std::process::Command::new(env!("CARGO_BIN_EXE_tollgate"))
            .args(["import", file, "--into", "service"])
            .args(more)
            .current_dir(folder.path())
            .output()
            .unwrap();
        (command.status.code().unwrap(), String::from_utf8(command.stderr).unwrap())
    };
    let service = folder.path().join("service");
    std::fs::create_dir(&service).unwrap();
    for (file, more, code) in [("bad.json", &[][..], "TG8054"), ("good.json", &["--backend", "ftp://h"], "TG8051")] {
        let (status, told) = run(file, more);
        assert!(status == 1 && told.contains(code) && told.ends_with(": nothing was written.\n"), "{status} {told}");
        assert_eq!(std::fs::read_dir(&service).unwrap().count(), 0, "{file}");
    }
    // Others' mistakes are not the import's.
    folder.write("service/policy.xml", "<policies><inbound><nonsense/></inbound></policies>");
    assert_eq!(run("good.json", &[]), (0, String::new()));
    for (name, path) in [("zoo", "pets"), ("ark", "/Pets/")] {
        let (status, told) = run("good.json", &["--api", name, "--path", path]);
        assert!(status == 1 && told.contains("TG8058") && !told.contains("nonsense"), "{status} {told}");
        assert!(!service.join("apis").join(name).exists());
    }
    assert!(service.join("apis/pets/apiInformation.json").exists());
}

/// A path that no API has is near to a path, however many revisions have it.
#[test]
fn a_path_is_near_once() {
    let folder = Folder::new();
    for (name, revision) in [("a", 1), ("a;rev=2", 2), ("a;rev=3", 3)] {
        let api = format!(r#"{{"properties": {{"path": "orders/v1", "apiRevision": "{revision}"}}}}"#);
        folder.write(&format!("apis/{name}/apiInformation.json"), &api);
    }
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_tollgate"))
        .args(["explain", ".", "GET", "/orders/v2"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    assert_eq!(told.matches("path `/orders/v1`, which").count(), 1, "{told}");
    // No policy makes anything of the answer.
    assert!(told.contains("\nAnswer\n  status     404\n"), "{told}");
}
