//! What operators see: the admin listener of a gateway over sockets.

#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "every test file uses its own part; a test that cannot go on has failed"
)]

use std::net::SocketAddr;

use gateway_http::Gateway;
use serde_json::Value;

use crate::support::{Answer, Backend, Client, Folder, Scene, saying};

pub(crate) const ADMIN: &str = "[reload]\nwatch = \"0s\"\n[admin]\naddress = \"127.0.0.1:0\"\n";

/// A gateway that answers everything with what the document says, `one` at first.
pub(crate) fn saying_one(settings: &str) -> Scene {
    let folder = Folder::new();
    folder.write("policy.xml", &saying("one"));
    Scene::start(folder, "policy.xml", Some("http://127.0.0.1:1"), settings)
}

/// An API in front of a backend that trips when it has failed twice, for an hour.
pub(crate) fn behind_a_breaker(broken: &Backend) -> Folder {
    let folder = Folder::shop(&format!("http://{}", broken.address));
    folder.write(
        "policy.xml",
        "<policies><inbound/><backend><forward-request/></backend><outbound/><on-error/></policies>",
    );
    folder.write(
        "apis/shop/policy.xml",
        "<policies><inbound><base/><set-backend-service backend-id=\"broken\"/></inbound><backend><base/></backend></policies>",
    );
    folder.write(
        "backends/broken/backendInformation.json",
        &format!(
            "{{\"properties\":{{\"url\":\"http://{}\",\"circuitBreaker\":{{\"rules\":[{{\"name\":\"r\",\
             \"failureCondition\":{{\"count\":2,\"interval\":\"PT1H\",\"statusCodeRanges\":[{{\"min\":500,\"max\":599}}]}},\
             \"tripDuration\":\"PT1H\"}}]}}}}}}",
            broken.address
        ),
    );
    folder
}

pub(crate) fn gateway(scene: &Scene) -> &Gateway {
    scene.gateway.as_ref().unwrap()
}

pub(crate) fn admin(address: SocketAddr, method: &str, path: &str, more: &str) -> Answer {
    let request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{more}\r\n");
    Client::connect(address).send(request).read().expect("an answer")
}

pub(crate) fn page(scene: &Scene, path: &str) -> Value {
    let answer = admin(gateway(scene).admin_address().unwrap(), "GET", path, "");
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

/// A figure of the metrics, by everything before its value.
pub(crate) fn metric(scene: &Scene, name: &str) -> Option<f64> {
    let answer = admin(gateway(scene).admin_address().unwrap(), "GET", "/metrics", "");
    let line =
        answer.body.lines().find(|line| line.strip_prefix(name).is_some_and(|rest| rest.starts_with(' ')))?.to_owned();
    line.rsplit(' ').next().unwrap().parse().ok()
}
