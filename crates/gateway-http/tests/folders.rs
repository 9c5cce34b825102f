//! Folders as they come: exported without their secrets, half broken, hostile. Every finding is compared with its place.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "support/command.rs"]
mod command;
mod support;

use std::path::Path;

use command::tollgate;
use gateway_http::{Settings, check};
use policy_parser::{Diagnostic, Severity};
use support::Folder;

const API: &str = r#"{"properties": {"path": "a", "protocols": ["https"], "serviceUrl": "https://a.example"}}"#;
const OPENAPI: &str = "openapi: 3.0.0\npaths:\n  /a: {get: {operationId: get-a}}\n";

/// A folder with one API that is in order.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("apis/a/apiInformation.json", API).write("apis/a/specification.yaml", OPENAPI);
    folder
}

/// What is found, as `code file:line:column headline`, files relative to the folder.
fn found(folder: &Folder) -> Vec<String> {
    found_at(folder, folder.path())
}

fn found_at(folder: &Folder, path: &Path) -> Vec<String> {
    let settings = Settings::read(None, path);
    check(path, &settings).iter().map(|finding| shown(folder, finding)).collect()
}

fn shown(folder: &Folder, finding: &Diagnostic) -> String {
    let position = finding.source.position(finding.span.start);
    let name = finding.source.name();
    let name = name.strip_prefix(&*folder.path().display().to_string()).unwrap_or(name).trim_start_matches('/');
    let mark = if finding.severity == Severity::Error { "" } else { "w " };
    let notes: String = finding.notes.iter().map(|note| format!(" | {note}")).collect();
    format!("{mark}{} {name}:{}:{} {}{notes}", finding.code, position.line, position.column, finding.headline)
}

/// Every expected beginning is there, and as many findings as beginnings.
#[track_caller]
fn expect(folder: &Folder, expected: &[&str]) {
    let found = found(folder);
    for line in expected {
        assert!(found.iter().any(|found| found.starts_with(line)), "{line}\nin {found:#?}");
    }
    assert_eq!(found.len(), expected.len(), "{found:#?}");
}

#[test]
fn all_mistakes_of_a_file_are_told() {
    let folder = folder();
    folder.write(
        "apis/a/apiInformation.json",
        "{\n  \"properties\": {\n    \"path\": 5,\n    \"protocols\": \"https\",\n    \"isCurrent\": \"yes\",\n    \
         \"serviceUrl\": \"nonsense\",\n    \"isCurrent\": 1\n  }\n}",
    );
    expect(
        &folder,
        &[
            "TG8003 apis/a/apiInformation.json:3:13 a string was expected, not integer `5`",
            "TG8003 apis/a/apiInformation.json:4:18 a sequence was expected, not string \"https\"",
            "TG8003 apis/a/apiInformation.json:7:18 a boolean was expected, not integer `1`",
            "w TG8004 apis/a/apiInformation.json:7:5 `isCurrent` is here twice",
            "TG8051 apis/a/apiInformation.json:6:5 `nonsense`: ",
        ],
    );
}

/// What only follows from a mistake is not told beside it.
#[test]
fn consequences_are_not_told() {
    let folder = folder();
    folder
        .write("tollgate.toml", "[service]\nenvironment = \"x\"\n[[listener]]\naddress = 5\n")
        .write(
            "configuration.x.yaml",
            "backends:\n  - name: erp\n    properties:\n      url: \"{#[NOT_SET_ANYWHERE]#}\"\n",
        )
        .write("backends/erp/backendInformation.json", r#"{"properties":{"url":"https://erp.example"}}"#)
        .write("backends/both/backendInformation.json", r#"{"properties":{"type":"Pool","pool":{"services":[{"id":"/backends/ERP"}]}}}"#)
        .write("apis/broken/apiInformation.json", "{\"properties\": {\"path\": }}")
        .write("products/p/productInformation.json", r#"{"properties":{"displayName":"p"}}"#)
        .write("products/p/apis.json", r#"[{"name":"broken"}]"#)
        .write("subscriptions/s/subscriptionInformation.json", r#"{"properties":{"scope":"/apis/broken","state":"suspended"}}"#)
        .write(
            "policy.xml",
            "<policies><inbound><set-backend-service backend-id=\"erp\" /></inbound><backend><forward-request /></backend></policies>",
        );
    expect(
        &folder,
        &[
            "TG8082 configuration.x.yaml:4:12 token `{#NOT_SET_ANYWHERE#}`: environment variable",
            "TG8003 apis/broken/apiInformation.json:1:25 ",
            "TG8002 tollgate.toml:4:11 ",
        ],
    );
}

/// A pool's turns are as many as its weights together.
#[test]
fn weights_have_a_bound() {
    let folder = folder();
    folder.write("backends/erp/backendInformation.json", r#"{"properties":{"url":"https://erp.example"}}"#).write(
        "backends/both/backendInformation.json",
        "{\"properties\":{\"type\":\"Pool\",\"pool\":{\"services\":[{\"id\":\"/backends/erp\",\"weight\":4294967295},\
         {\"id\":\"/backends/erp\",\"weight\":2}]}}}",
    );
    expect(&folder, &["TG8031 backends/both/backendInformation.json:1:30 pool `both`: `erp` has weight 4294967295"]);
}

#[test]
fn settings_can_be_checked_on_their_own() {
    let folder = Folder::new();
    folder.write("gateway.toml", "[limits]\nheeders = 5\n").write("fine.toml", "[limits]\nheaders = 5\n");
    let found = found_at(&folder, &folder.path().join("gateway.toml"));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].starts_with("TG8002 gateway.toml:2:1 unknown key `heeders`"), "{found:?}");
    assert_eq!(found_at(&folder, &folder.path().join("fine.toml")), Vec::<String>::new());
}

#[test]
fn what_an_export_leaves_out_is_told_with_what_to_write() {
    let folder = folder();
    folder
        .write("named values/a/namedValueInformation.json", r#"{"properties": {"displayName": "my key", "secret": true}}"#)
        .write("named values/b/namedValueInformation.json", r#"{"properties": {"displayName": "b", "value": "*** REDACTED ***"}}"#)
        .write(
            "named values/c/namedValueInformation.json",
            r#"{"properties": {"displayName": "c", "keyVault": {"secretIdentifier": "https://v.example/secrets/erp/1"}}}"#,
        )
        .write("subscriptions/s 1/subscriptionInformation.json", r#"{"properties": {"scope": "/apis"}}"#)
        .write("backends/e/backendInformation.json", r#"{"properties": {"url": "https://e.example/{{c}}"}}"#)
        .write("policy.xml", "<policies>\n<inbound><set-header name=\"a\"><value>{{b}}</value></set-header></inbound></policies>");
    expect(
        &folder,
        &[
            "w TG8021 named values/a/namedValueInformation.json:1:17 named value `my key` has no value: exports leave \
             secrets out | write into `tollgate.toml` under `[named_values]`: \"my key\" = { env = \"MY_KEY\" }",
            "TG8021 named values/b/namedValueInformation.json:1:17 named value `b` has no value",
            "TG8021 named values/c/namedValueInformation.json:1:37 named value `c` is secret `erp` of a Key Vault | write \
             into `tollgate.toml` under `[key_vault]`: erp = { env = \"ERP\" }",
            "w TG8072 subscriptions/s 1/subscriptionInformation.json:1:16 subscription `s 1` has no key: exports leave keys \
             out | write into `tollgate.toml` under `[subscriptions.\"s 1\"]`: primary_key = { env = \"S_1_KEY\" }",
        ],
    );
    // What the findings say to write helps.
    folder
        .write(
            "tollgate.toml",
            "[named_values]\n\"my key\" = \"1\"\n[secrets]\nfolder = \"secrets\"\n[key_vault]\nerp = { file = \"erp\" }\n\
             [subscriptions.\"s 1\"]\nprimary_key = \"k\"\n",
        )
        .write("secrets/b", "2\n")
        .write("erp", "path\n");
    expect(&folder, &[]);
}

/// Loggers and caches leave a secret for each time they were deployed.
#[test]
fn values_that_nothing_uses_are_told_together() {
    let folder = folder();
    for name in ["Logger-Credentials--1", "Logger-Credentials--2", "a", "b", "c"] {
        let text = format!(r#"{{"properties": {{"displayName": "{name}", "secret": true}}}}"#);
        folder.write(&format!("named values/{name}/namedValueInformation.json"), &text);
    }
    expect(
        &folder,
        &[
            "w TG8021 named values/Logger-Credentials--1/namedValueInformation.json:1:17 named values without a value that \
           nothing uses: `Logger-Credentials--1`, `Logger-Credentials--2`, `a` and 2 more | exports leave secrets out",
        ],
    );
}

/// Two vaults may call two secrets the same; names of variables are such that a shell can set them.
#[test]
fn what_to_write_can_be_written() {
    let folder = folder();
    for vault in ["one", "two"] {
        let text = format!(
            r#"{{"properties": {{"displayName": "of-{vault}", "keyVault": {{"secretIdentifier": "https://{vault}.example/secrets/key"}}}}}}"#
        );
        folder.write(&format!("namedValues/{vault}/namedValueInformation.json"), &text);
    }
    folder
        .write("subscriptions/67af/subscriptionInformation.json", r#"{"properties": {"scope": "/apis"}}"#)
        .write("policy.xml", "<policies><inbound><set-header name=\"a\"><value>{{of-one}}{{of-two}}{{3}}</value></set-header></inbound></policies>");
    let notes: Vec<String> =
        found(&folder).iter().filter_map(|line| Some(line.split_once("under ")?.1.to_owned())).collect();
    for expected in [
        "`[key_vault]`: key = { env = \"KEY\" }",
        "`[named_values]`: of-two = { env = \"OF_TWO\" }",
        "`[named_values]`: 3 = { env = \"VALUE_3\" }",
        "`[subscriptions.67af]`: primary_key = { env = \"SUBSCRIPTION_67AF_KEY\" }",
    ] {
        assert!(notes.iter().any(|note| note.starts_with(expected)), "{expected}\nin {notes:#?}");
    }
}

/// What has to be given is told at once, not one after the other.
#[test]
fn all_values_that_a_backend_lacks_are_told() {
    let folder = folder();
    for name in ["a", "b", "c"] {
        folder.write(&format!("named values/{name}/namedValueInformation.json"), r#"{"properties": {"secret": true}}"#);
    }
    folder.write(
        "backends/e/backendInformation.json",
        r#"{"properties": {"url": "https://{{a}}/{{b}}", "credentials": {"header": {"x": ["{{c}}"]}}}}"#,
    );
    let file = |name: &str| format!("TG8021 named values/{name}/namedValueInformation.json:1:16 ");
    expect(&folder, &[&file("a"), &file("b"), &file("c")]);
}

/// `apis/{display name}/apiVersionSet.json`, with the name in the file.
#[test]
fn version_sets_of_early_extractors_are_read() {
    let folder = Folder::new();
    let api = |version: &str| {
        format!(
            r#"{{"name": "shop-{version}", "properties": {{"path": "shop", "apiVersion": "{version}", "serviceUrl": "https://a.example",
                "apiVersionSetId": "/subscriptions/s/apiVersionSets/set1"}}}}"#
        )
    };
    folder
        .write("apis/Shop/apiVersionSet.json", r#"{"name": "set1", "properties": {"versioningScheme": "Segment"}}"#)
        .write("apis/Shop/v1/1/apiInformation.json", &api("v1"))
        .write("apis/Shop/v1/1/specification.yaml", OPENAPI)
        .write("apis/Shop/v2/1/apiInformation.json", &api("v2"))
        .write("apis/Shop/v2/1/specification.yaml", OPENAPI)
        .write(
            "apis/Left over/apiVersionSet.json",
            r#"{"name": "set2", "properties": {"versioningScheme": "Header"}}"#,
        );
    expect(&folder, &[]);
}

#[test]
fn a_revision_may_be_a_number() {
    let folder = folder();
    folder.write(
        "apis/a/apiInformation.json",
        &API.replacen("\"path\"", "\"apiRevision\": 2, \"apiVersion\": 1.5, \"path\"", 1),
    );
    expect(&folder, &[]);
    folder.write("apis/a/apiInformation.json", &API.replacen("\"path\"", "\"apiRevision\": true, \"path\"", 1));
    let found = found(&folder);
    assert!(found.len() == 1 && found[0].ends_with(" a string was expected, not boolean `true`"), "{found:?}");
}

/// Early extractors left backends out, and others leave out what the filter does not name.
#[test]
fn what_is_not_in_the_folder_is_told_with_what_to_write() {
    let folder = folder();
    folder
        .write("policy.xml", "<policies>\n<inbound><set-backend-service backend-id=\"b\" /></inbound></policies>")
        .write("apis/b/apiInformation.json", &API.replace("\"a\"", "\"b\"").replace("a.example", "{{host}}"));
    expect(
        &folder,
        &[
            "w TG8056 apis/b/apiInformation.json:1:16 API `b` has no operations",
            "TG8051 apis/b/apiInformation.json:1:54 there is no named value `host`: write into `tollgate.toml` under \
             `[named_values]`: host = { env = \"HOST\" }",
            "TG0250 policy.xml:2:43 there is no backend 'b' | where the export left it out, write `backends/<id>/",
        ],
    );
}

/// Windows does not tell cases of letters apart.
#[test]
fn the_case_of_file_names_does_not_count() {
    let folder = Folder::new();
    folder.write("apis/a/apiinformation.json", API).write("apis/a/Specification.yaml", OPENAPI);
    expect(&folder, &[]);
}

/// What apiops-cli does for several environments in one service.
#[test]
fn the_environment_of_overrides_prefixes_paths() {
    let folder = folder();
    folder
        .write("tollgate.toml", "[service]\nenvironment = \"dev\"\n")
        .write("apis/b/apiInformation.json", &API.replace("\"a\"", "\"dev/a\""))
        .write("apis/b/specification.yaml", OPENAPI)
        .write("configuration.dev.yaml", "environment:\n  namePrefix: dev-\n  apiPathPrefix: dev/\nunknown: []\n");
    let names = "w TG8084 configuration.dev.yaml:2:3 `namePrefix` has no effect: ";
    let section = "w TG8081 configuration.dev.yaml:5:1 overrides have no section `unknown`";
    let section = section.replace(":5:", ":4:");
    expect(&folder, &[names, &section]);
    // An override of the path wins, and then both are called the same.
    folder.write(
        "configuration.dev.yaml",
        "environment: {apiPathPrefix: dev/}\napis:\n  - name: b\n    properties: {path: dev/a}\n",
    );
    expect(&folder, &["TG8058 configuration.dev.yaml:4:18 API `b` has the path and version of API `a`"]);
    folder.write(
        "configuration.dev.yaml",
        "environment: {apiPathPrefix: dev/, appliesTo: [Product]}\napis:\n  - name: b\n    properties: {path: dev/a}\n",
    );
    expect(&folder, &[]);
}

#[test]
fn a_secret_is_in_no_finding() {
    let folder = folder();
    folder
        .write("tollgate.toml", "[named_values]\nhost = \"s3cret host\"\n")
        .write("backends/e/backendInformation.json", r#"{"properties": {"url": "https://{{host}}/x"}}"#)
        .write("apis/a/apiInformation.json", r#"{"properties": {"path": "a", "serviceUrl": "{{host}}"}}"#);
    let found = found(&folder);
    assert_eq!(found.len(), 2, "{found:#?}");
    assert!(found.iter().any(|line| line.contains("`https://{{host}}/x`")), "{found:#?}");
    assert!(!found.concat().contains("s3cret"), "{found:#?}");
}

#[test]
fn operations_without_a_description_are_those_of_the_specification() {
    let folder = folder();
    let policy = "<policies><inbound><base/></inbound></policies>";
    folder.write("apis/a/operations/GET-A/policy.xml", policy).write("apis/a/operations/gone/policy.xml", policy);
    std::fs::create_dir_all(folder.path().join("apis/a/operations/empty")).unwrap();
    expect(
        &folder,
        &[
            "w TG8059 apis/a/operations/gone/policy.xml:1:1 operation `gone` is not in the specification",
            "w TG8050 apis/a/operations/empty:1:1 operation `empty` has neither",
        ],
    );
}

#[test]
fn operation_files_win_over_the_specification() {
    let folder = folder();
    let file = |method: &str, template: &str| {
        format!(r#"{{"properties": {{"method": "{method}", "urlTemplate": "{template}"}}}}"#)
    };
    folder
        .write(
            "apis/a/specification.yaml",
            "openapi: 3.0.0\npaths:\n  /a: {get: {operationId: get-a}}\n  /b: {get: {operationId: GetB}}\n  /c/{x}: {get: \
             {operationId: c}}\n  /c/{y}: {get: {operationId: d}}\n",
        )
        .write("apis/a/operations/get-a/operationInformation.json", &file("GET", "/other"))
        .write("apis/a/operations/get-b/operationInformation.json", &file("GET", "/b"));
    expect(
        &folder,
        &[
            "w TG8057 apis/a/specification.yaml:6:12 operation `d` is for the same requests as operation `c`: it is not called",
        ],
    );
}

#[test]
fn overrides_are_laid_over_and_those_for_nothing_are_told() {
    let folder = folder();
    folder
        .write("tollgate.toml", "[service]\nenvironment = \"prod\"\n")
        .write(
            "configuration.prod.yaml",
            "apimServiceName: x\napis:\n  - name: A\n    properties:\n      serviceUrl: nonsense\n    policies:\n      - \
             name: policy\n        properties:\n          format: rawxml\n          value: |\n            <policies>\n            \
             \u{20} <inbound><nonsense/></inbound>\n            </policies>\n  - name: b\n    properties: {a: \"{#none#}\"}\nbackends:\n  - \
             name: e\n    properties: {url: \"{#[TOLLGATE_TEST_THAT_NOBODY_SETS]#}\"}\n",
        )
        .write("apis/a/policy.xml", "this is not read")
        .write("backends/e/backendInformation.json", r#"{"properties": {"url": "https://e.example"}}"#);
    expect(
        &folder,
        &[
            "TG8051 configuration.prod.yaml:5:7 `nonsense`: ",
            "TG0201 configuration.prod.yaml:12:25 ",
            "w TG8081 configuration.prod.yaml:14:5 nothing in `apis` of the folder is called `b`",
            "TG8082 configuration.prod.yaml:18:23 token `{#TOLLGATE_TEST_THAT_NOBODY_SETS#}`",
        ],
    );
    let settings = Settings::read(None, folder.path()).environment("none");
    let found = check(folder.path(), &settings);
    let place = found.iter().find(|finding| finding.code == "TG8080").unwrap();
    assert_eq!(place.source.name(), "--environment", "{found:#?}");
}

#[test]
fn texts_of_every_encoding_are_read() {
    let folder = folder();
    let utf16 =
        |text: &str| [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    write("apis/a/apiInformation.json", &utf16(&API.replace("\"path\"", "\r\n\"path\"")));
    write("apis/a/specification.yaml", format!("\u{FEFF}{}", OPENAPI.replace('\n', "\r\n")).as_bytes());
    write("policy.xml", &utf16("<policies>\r\n<inbound><nonsense/></inbound></policies>"));
    write("apis/a/policy.xml", b"<policies>\xFF</policies>");
    expect(
        &folder,
        &[
            "TG0201 policy.xml:2:11 ",
            "TG8001 apis/a/policy.xml:1:1 it is no text in UTF-8 or UTF-16, from line 1, column 11 on",
        ],
    );
}

#[cfg(unix)]
#[test]
fn nothing_leads_out_of_the_folder_and_nothing_in_circles() {
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::symlink;

    let outside = Folder::new();
    outside.write("secret.xml", "<policies><nonsense/></policies>").write("apis/x/apiInformation.json", "{}");
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    symlink(outside.path().join("secret.xml"), at("apis/a/policy.xml")).unwrap();
    symlink(outside.path().join("apis/x"), at("apis/x")).unwrap();
    symlink(folder.path(), at("apis/a/operations")).unwrap();
    symlink(at("nowhere"), at("policy.xml")).unwrap();
    // Inside it may stand for anything.
    symlink(at("apis/a"), at("apis/b")).unwrap();
    std::fs::create_dir(at("apis").join(std::ffi::OsStr::from_bytes(b"\xFF"))).unwrap();
    std::fs::create_dir(at("apis/\u{7}")).unwrap();
    expect(
        &folder,
        &[
            "TG8007 apis/a/policy.xml:1:1 the link leads out of the service folder",
            "TG8007 apis/x:1:1 the link leads out of the service folder",
            "TG8007 apis/a/operations:1:1 the link leads back to where it is",
            "TG8007 apis/b/operations:1:1 the link leads back to where it is",
            "TG8007 apis/b/policy.xml:1:1 the link leads out of the service folder",
            "TG8007 policy.xml:1:1 the link leads nowhere",
            "w TG8007 apis/\u{FFFD}:1:1 the name of this file or folder is no text",
            "w TG8007 apis:1:1 `\\u{7}` has control characters in its name",
            "TG8058 apis/b/apiInformation.json:1:17 API `b` has the path and version of API `a`",
        ],
    );
}

#[test]
fn files_that_explode_are_refused() {
    let folder = folder();
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        bomb.push_str(&format!("a{level}: &a{level} [{}]\n", format!("*a{}, ", level - 1).repeat(10)));
    }
    folder.write("apis/a/specification.yaml", &bomb);
    folder.write("apis/b/apiInformation.json", &"[".repeat(1_000_000));
    folder.write("apis/c/apiInformation.json", &API.replace("\"a\"", "\"c\""));
    folder.write("apis/c/specification.yaml", &format!("openapi: 3.0.0\npaths: {}", "{a: ".repeat(100_000)));
    let huge = std::fs::File::create(folder.path().join("policy.xml")).unwrap();
    huge.set_len(100 << 20).unwrap();
    let found = found(&folder);
    for line in [
        "TG8005 apis/a/specification.yaml:",
        "TG8003 apis/b/apiInformation.json:1:",
        "TG8005 apis/c/specification.yaml:2:",
        "TG8001 policy.xml:1:1 it is bigger than",
    ] {
        assert!(found.iter().any(|found| found.starts_with(line)), "{line}\nin {found:#?}");
    }
}

#[test]
fn a_folder_of_many_files_is_read() {
    let folder = folder();
    for number in 0..1_000 {
        folder.write(
            &format!("namedValues/n{number}/namedValueInformation.json"),
            &format!(r#"{{"properties": {{"displayName": "n{number}", "value": "v"}}}}"#),
        );
    }
    for number in 0..1_000 {
        folder.write(&format!("tags/t{number}/tagInformation.json"), "{}");
    }
    expect(&folder, &["w TG8090 tags/t0/tagInformation.json:1:1 `tags` (1000 files): tags have no effect on calls"]);
}

#[test]
fn a_folder_around_the_service_is_told_from_it() {
    let around = Folder::new();
    around.write("apim/apis/a/apiInformation.json", API).write("apim/apis/a/specification.yaml", OPENAPI);
    // What else is there is no concern of a service.
    around.write("src/main.rs", "").write("readme.md", "");
    let found = found(&around);
    assert!(
        found[0].starts_with("TG8009 ") && found[0].contains("did you mean `") && found[0].contains("/apim`?"),
        "{found:#?}"
    );
    assert_eq!(found.len(), 1, "{found:#?}");
}

#[test]
fn a_folder_without_apis_is_told() {
    let folder = Folder::new();
    folder.write("policy.xml", "<policies><inbound><base/></inbound></policies>");
    let found = found(&folder);
    assert!(found.len() == 1 && found[0].starts_with("w TG8012 ") && found[0].contains("no API here"), "{found:#?}");
}

#[test]
fn a_file_of_a_folder_is_checked_with_what_is_around_it() {
    let folder = folder();
    folder
        .write("tollgate.toml", "[named_values]\nx = \"y\"\n")
        .write("policy fragments/f/policy.xml", "<fragment><set-method>{{x}}</set-method></fragment>")
        .write(
            "apis/a/operations/get-a/policy.xml",
            "<policies><inbound><base/><include-fragment fragment-id=\"f\"/>\n<include-fragment fragment-id=\"g\"/></inbound>\
             </policies>",
        )
        .write("apis/a/policy.xml", "<policies><nonsense/></policies>")
        .write("draft.xml", "<policies><inbound><set-method>{{x}}{{z}}</set-method></inbound></policies>");
    let at = |name: &str| found_at(&folder, &folder.path().join(name));
    let operation = at("apis/a/operations/get-a/policy.xml");
    assert_eq!(operation.len(), 1, "{operation:#?}");
    assert!(operation[0].contains("get-a/policy.xml:2:"), "{operation:#?}");
    assert_eq!(at("policy fragments/f/policy.xml"), Vec::<String>::new());
    folder.write("tollgate.toml", "[named_values]\nx = \"y\"\n[nonsense]\n");
    for name in ["tollgate.toml", "apis/a/apiInformation.json"] {
        let found = at(name);
        assert!(
            found.len() == 1 && found[0].starts_with("TG8002 tollgate.toml:3:2 unknown key `nonsense`"),
            "{found:#?}"
        );
    }
    folder.write("tollgate.toml", "[named_values]\nx = \"y\"\n");
    let draft = at("draft.xml");
    assert!(draft.len() == 1 && draft[0].starts_with("TG0160 draft.xml:1:"), "{draft:#?}");
}

/// What is described in other ways than by operations is served as a whole, or told with what to write.
#[test]
fn apis_of_other_kinds_are_named() {
    let api = |kind: &str| {
        format!("{{\n\"properties\": {{\"path\": \"x\", \"protocols\": [\"https\"],\n\"type\": \"{kind}\"}}}}")
    };
    let at = |text: &str| format!("w TG8056 apis/x/apiInformation.json:3:1 API `x` {text}");
    let file = "operations/<name>/operationInformation.json";
    for (kind, specification, expected) in [
        ("soap", "wsdl", vec![]),
        ("websocket", "", vec![]),
        (
            "graphql",
            "graphql",
            vec![at("is GraphQL: `POST` to its path goes to its backend as it is, without a look at the schema; resolvers and \
                     subscriptions are not run")],
        ),
        (
            "grpc",
            "proto",
            vec![at(&format!("is not served: its methods are in a `.proto`, which is not read | write `{file}` for each method: "))],
        ),
        (
            "odata",
            "edmx",
            vec![at("is not served: its entity sets are in OData metadata, which is not read | write an OpenAPI `specification.yaml`")],
        ),
        (
            "http",
            "wadl",
            vec![
                "w TG8041 apis/x/specification.wadl:1:1 specifications of this form are not read: OpenAPI and Swagger are, as YAML or \
                 JSON | export it again as one of these, or write"
                    .to_owned(),
                at("has no operations"),
            ],
        ),
        ("mcp", "", vec![at(&format!("is not served: APIs of type `mcp` are not | write `{file}` for what is to be called"))]),
    ] {
        let folder = folder();
        folder.write("apis/x/apiInformation.json", &api(kind));
        if !specification.is_empty() {
            folder.write(&format!("apis/x/specification.{specification}"), "anything");
        }
        expect(&folder, &expected.iter().map(String::as_str).collect::<Vec<_>>());
        // With operations it is served like any other.
        folder.write(
            "apis/x/operations/call/operationInformation.json",
            r#"{"properties": {"method": "POST", "urlTemplate": "/pkg.Service/Method"}}"#,
        );
        assert!(found(&folder).iter().all(|found| !found.contains("TG8056")), "{kind}");
    }
}

#[test]
fn fragments_and_documents_of_any_scope_are_checked_on_their_own() {
    let folder = Folder::new();
    let at = |name: &str, text: &str| {
        folder.write(name, text);
        folder.path().join(name).display().to_string()
    };
    let fragment = at("fragment.xml", "\u{FEFF}<!-- x -->\n<fragment>\n<set-method>GET</set-method>\n</fragment>");
    let wrong = at("wrong.xml", "<fragment>\n<set-methd>GET</set-methd>\n</fragment>");
    let product =
        at("product.xml", "<policies><inbound><quota calls=\"1\" renewal-period=\"3600\" /></inbound></policies>");
    let included =
        at("document.xml", "<policies>\n<inbound><include-fragment fragment-id=\"f\" /></inbound></policies>");
    for fine in [&fragment, &product] {
        let done = tollgate(&["check", fine]);
        assert_eq!((done.status, done.out.as_str()), (0, "0 errors, 0 warnings\n"), "{fine}");
    }
    let done = tollgate(&["check", &wrong]);
    assert!(done.status == 1 && done.out.contains("error[TG0201]: unknown policy 'set-methd'"), "{}", done.out);
    // What is in a fragment that is not there cannot be checked, which is no mistake of the document.
    let done = tollgate(&["check", &included]);
    assert!(done.status == 0 && done.out.contains("warning[TG0240]: there is no fragment 'f'"), "{}", done.out);
    assert!(done.out.contains("what is in them is not checked"), "{}", done.out);
    assert_eq!(tollgate(&["serve", &included, "--backend", "http://127.0.0.1:1"]).status, 1);
}

#[test]
fn what_an_export_lacks_is_printed_as_settings() {
    let folder = Folder::new();
    let write = |name: &str, text: &str| {
        folder.write(name, text);
    };
    write("named values/k/namedValueInformation.json", r#"{"properties": {"displayName": "a-key", "secret": true}}"#);
    write("subscriptions/s/subscriptionInformation.json", r#"{"properties": {"scope": "/apis"}}"#);
    write("apis/a/apiInformation.json", r#"{"properties": {"path": "a", "serviceUrl": "https://a.example"}}"#);
    write("apis/a/specification.yaml", "openapi: 3.0.0\npaths:\n  /a: {get: {operationId: get-a}}\n");
    write(
        "policy.xml",
        "<policies><inbound><set-header name=\"a\"><value>{{a-key}}{{other}}</value></set-header></inbound></policies>",
    );
    let path = folder.path().display().to_string();
    let done = tollgate(&["check", &path]);
    assert!(
        done.out.contains(&format!("`tollgate config {path} --missing` prints what to write into `tollgate.toml`\n")),
        "{}",
        done.out
    );
    let done = tollgate(&["config", &path, "--missing"]);
    let lines = "[named_values]\na-key = { env = \"A_KEY\" }\nother = { env = \"OTHER\" }\n\n[subscriptions.s]\nprimary_key = { env = \"S_KEY\" }\n";
    assert!(done.out.starts_with("# Keys can be made up: "), "{}", done.out);
    assert!(done.status == 0 && done.out.ends_with(&format!("\n{lines}")), "{}", done.out);
    // A variable that is not set is the mistake, and not what follows from it.
    write("tollgate.toml", "[named_values]\na-key = { env = \"TOLLGATE_TEST_THAT_NOBODY_SETS\" }\nother = \"\"\n");
    let done = tollgate(&["check", &path]);
    assert!(done.status == 1 && done.out.contains("error[TG8020]") && !done.out.contains("TG0160"), "{}", done.out);
    assert!(!done.out.contains("--missing") && done.out.contains("it is used in "), "{}", done.out);
    // What it prints is enough.
    write("tollgate.toml", &lines.replace("env = ", "env = \"NOT_SET\", default = "));
    let done = tollgate(&["check", &path]);
    assert_eq!((done.status, done.out.as_str()), (0, "0 errors, 0 warnings\n"));
    let done = tollgate(&["config", &path, "--missing"]);
    assert_eq!((done.status, done.out.as_str()), (0, ""));
}
