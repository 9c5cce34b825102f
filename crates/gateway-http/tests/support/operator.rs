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

use crate::support::{Answer, Client, Folder, Scene, saying};

pub(crate) const ADMIN: &str = "[reload]\nwatch = \"0s\"\n[admin]\naddress = \"127.0.0.1:0\"\n";

/// A gateway that answers everything with what the document says, `one` at first.
pub(crate) fn saying_one(settings: &str) -> Scene {
    let folder = Folder::new();
    folder.write("policy.xml", &saying("one"));
    Scene::start(folder, "policy.xml", Some("http://127.0.0.1:1"), settings)
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
