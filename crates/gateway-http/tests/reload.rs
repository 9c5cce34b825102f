//! What a reload takes over besides the documents: settings, overrides that lie beside the folder, keys that are made up.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::net::SocketAddr;

use gateway_http::{Gateway, Settings};
use support::{Backend, Client, Folder, Scene, until};

const STILL: &str = "[reload]\nwatch = \"0s\"\n";
const FORWARD: &str = "<inbound/><backend><forward-request/></backend>";

/// Adds to the settings, and reads them again.
fn settle(scene: &Scene, more: &str) {
    let file = scene.folder.path().join("tollgate.toml");
    let text = std::fs::read_to_string(file).unwrap();
    let first = text.split("# from here\n").next().unwrap();
    scene.folder.write("tollgate.toml", &format!("{first}# from here\n{more}"));
    scene.gateway.as_ref().unwrap().reload("test").unwrap();
}

#[test]
fn limits_are_those_of_the_settings_now() {
    let backend = Backend::hello();
    let scene = Scene::policy(&backend, FORWARD, STILL);
    let post = |client: &mut Client| {
        client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\n12345").read().unwrap().status
    };
    assert_eq!(post(&mut scene.client()), 200);
    settle(&scene, "[limits]\nbody = 4\nheaders = 2\n");
    assert_eq!(post(&mut scene.client()), 413);
    let head = "GET / HTTP/1.1\r\nHost: a\r\nA: 1\r\nB: 2\r\n\r\n";
    assert_eq!(scene.client().send(head).read().unwrap().status, 431);
    settle(&scene, "");
    assert_eq!(post(&mut scene.client()), 200);
    assert_eq!(scene.client().send(head).read().unwrap().status, 200);
}

#[test]
fn connections_are_as_many_as_the_settings_say_now() {
    let scene = Scene::policy(&Backend::hello(), FORWARD, "[reload]\nwatch = \"0s\"\n");
    settle(&scene, "[limits]\nconnections = 1\n");
    let mut first = scene.client();
    assert_eq!(first.get("/").status, 200);
    assert_eq!(scene.get("/").status, 503);
    settle(&scene, "");
    assert_eq!(scene.get("/").status, 200);
    assert_eq!(first.get("/").status, 200);
}

#[test]
fn networks_that_are_reached_are_those_of_the_settings_now() {
    let backend = Backend::hello();
    let scene = Scene::policy(&backend, FORWARD, STILL);
    assert_eq!((scene.get("/").status, scene.get("/").status, backend.connections()), (200, 200, 1));
    settle(&scene, "[egress]\ndeny = [\"127.0.0.0/8\"]\n");
    assert_eq!((scene.get("/").status, backend.connections()), (500, 1), "a connection that is open is no way around");
    settle(&scene, "");
    assert_eq!(scene.get("/").status, 200);
}

#[test]
fn the_gateways_identity_is_that_of_the_settings_now() {
    let backend = Backend::hello();
    let policy = "<inbound><authentication-managed-identity resource=\"https://store.example/\" /></inbound>\
                  <backend><forward-request/></backend>";
    let scene = Scene::policy(&backend, policy, STILL);
    assert_eq!(scene.get("/").status, 500, "there is none");
    for token in ["one", "two"] {
        settle(&scene, &format!("[[identity]]\ntoken = \"{token}\"\n"));
        assert_eq!(scene.get("/").status, 200);
    }
    let shown: Vec<_> = backend.seen().iter().map(|seen| seen.header("authorization").unwrap().to_owned()).collect();
    assert_eq!(shown, ["Bearer one", "Bearer two"]);
}

#[test]
fn switches_are_those_of_the_settings_now() {
    let backend = Backend::hello();
    let policy = "<inbound><return-response><set-body>@((context.Variables[\"none\"] == null).ToString())</set-body></return-response></inbound>";
    let scene = Scene::policy(&backend, policy, STILL);
    assert_eq!(scene.get("/").body, "True");
    settle(&scene, "[switches]\nstrict_variables = true\n");
    assert_eq!(scene.get("/").status, 500);
}

/// The certificate of a backend is believed when its authority is among the settings', and not before.
#[test]
fn an_authority_that_is_not_there_leaves_all_as_it_was() {
    let backend = Backend::hello();
    let scene = Scene::policy(&backend, FORWARD, STILL);
    let file = scene.folder.path().join("tollgate.toml");
    let text = std::fs::read_to_string(file).unwrap();
    for more in ["[backend]\nca_file = \"none.pem\"\n", "[egress]\nallow = [\"everywhere\"]\n"] {
        scene.folder.write("tollgate.toml", &format!("{text}{more}"));
        let refused = scene.gateway.as_ref().unwrap().reload("test").unwrap_err().concat();
        assert!(refused.contains("none.pem") || refused.contains("everywhere"), "{refused}");
        assert_eq!(scene.get("/").status, 200);
    }
}

const SETTINGS: &str = "[gateway]\nworkers = 1\n[access_log]\nto = \"off\"\n[[listener]]\naddress = \"127.0.0.1:0\"\n[reload]\nwatch = \"20ms\"\n";

/// A folder `service` in this one, that answers with the named value `who`.
fn service(folder: &Folder) {
    folder.write("service/tollgate.toml", SETTINGS);
    folder.write(
        "service/named values/who/namedValueInformation.json",
        r#"{"properties":{"displayName":"who","value":"nobody"}}"#,
    );
    folder.write(
        "service/policy.xml",
        "<policies><inbound><return-response><set-body>{{who}}</set-body></return-response></inbound><backend/><outbound/><on-error/></policies>",
    );
    folder.write(
        "service/apis/a/apiInformation.json",
        r#"{"properties":{"displayName":"A","path":"a","protocols":["http"],"subscriptionRequired":false}}"#,
    );
    folder.write(
        "service/apis/a/operations/o/operationInformation.json",
        r#"{"properties":{"displayName":"o","method":"GET","urlTemplate":"/"}}"#,
    );
}

fn body(address: SocketAddr) -> String {
    Client::connect(address).get("/a").body
}

#[test]
fn overrides_beside_the_folder_are_watched() {
    let folder = Folder::new();
    service(&folder);
    let overrides = |value: &str| format!("namedValues:\n  - name: who\n    properties:\n      value: {value}\n");
    folder.write("configuration.prod.yaml", &overrides("one"));
    let path = folder.path().join("service");
    let gateway = Gateway::start(&path, None, Settings::read(None, &path).environment("prod")).unwrap();
    let address = gateway.addresses()[0];
    assert_eq!(body(address), "one");
    folder.write("configuration.prod.yaml", &overrides("another"));
    until("the change beside the folder is taken over", || body(address) == "another");
    // A file in the folder goes before the one beside it.
    folder.write("service/configuration.prod.yaml", &overrides("inside"));
    until("the file in the folder is found", || body(address) == "inside");
    gateway.stop();
}

#[test]
fn overrides_are_found_where_the_settings_are() {
    let folder = Folder::new();
    service(&folder);
    folder.write("etc/tollgate.toml", &format!("{SETTINGS}[service]\noverrides = \"here.yaml\"\n"));
    folder.write("etc/here.yaml", "namedValues:\n  - name: who\n    properties:\n      value: me\n");
    let path = folder.path().join("service");
    let settings = Settings::read(Some(&folder.path().join("etc/tollgate.toml")), &path);
    let gateway = Gateway::start(&path, None, settings).unwrap();
    assert_eq!(body(gateway.addresses()[0]), "me");
    gateway.stop();
}

#[test]
fn a_subscription_that_comes_later_gets_its_key_too() {
    let folder = Folder::new();
    service(&folder);
    folder.write(
        "service/tollgate.toml",
        &format!("generate_keys = true\nsubscriptions_file = \"keys.toml\"\n{SETTINGS}"),
    );
    folder.write(
        "service/apis/a/apiInformation.json",
        r#"{"properties":{"displayName":"A","path":"a","protocols":["http"],"subscriptionRequired":true}}"#,
    );
    let path = folder.path().join("service");
    let gateway = Gateway::start(&path, None, Settings::read(None, &path)).unwrap();
    let address = gateway.addresses()[0];
    folder.write(
        "service/subscriptions/mes/subscriptionInformation.json",
        r#"{"properties":{"displayName":"MES","scope":"/apis/a","state":"active"}}"#,
    );
    let keys = path.join("keys.toml");
    until("a key is made up", || keys.exists());
    let text = std::fs::read_to_string(&keys).unwrap();
    let key = text.split('"').nth(1).unwrap().to_owned();
    let call = format!("GET /a HTTP/1.1\r\nHost: a\r\nOcp-Apim-Subscription-Key: {key}\r\n\r\n");
    until("it opens the API", || Client::connect(address).send(&call).read().unwrap().body == "nobody");
    gateway.stop();
    let again = std::fs::read_to_string(&keys).unwrap();
    assert_eq!(again, text, "made up once");
}
