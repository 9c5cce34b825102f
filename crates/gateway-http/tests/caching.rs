//! Responses that the gateway keeps: stored while they stream, fetched once for all who ask. `threats.md` K.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

mod support;

use std::io::Write;

use support::{Backend, Folder, Scene, Then, reply};

const CACHED: &str = "<inbound><cache-lookup vary-by-developer=\"false\" vary-by-developer-groups=\"false\" /></inbound>\
                      <backend><forward-request/></backend><outbound><cache-store duration=\"60\" /></outbound>";

#[test]
fn a_response_is_stored_while_it_streams() {
    let backend = Backend::new(|_, stream| {
        reply(
            stream,
            "HTTP/1.1 200 OK\r\nETag: \"1\"\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
        )
    });
    let scene = Scene::policy(&backend, CACHED, "");
    assert_eq!((scene.get("/").body.as_str(), scene.get("/").body.as_str()), ("abcde", "abcde"));
    assert_eq!(backend.seen().len(), 1);
    let head = "GET / HTTP/1.1\r\nHost: gw.example\r\nIf-None-Match: \"1\"\r\n\r\n";
    assert_eq!(scene.client().send(head).read().unwrap().status, 304);
}

#[test]
fn what_breaks_off_or_is_too_large_is_not_stored() {
    let backend = Backend::new(|seen, stream| {
        if seen.line().contains("/short") {
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
            return Then::Close;
        }
        let body = "x".repeat(5000);
        reply(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n{body}"))
    });
    let scene = Scene::policy(&backend, CACHED, "[cache]\nitem = 4000\n");
    for _ in 0..2 {
        // The head may not have gone out when the body broke off.
        let short = scene.client().send("GET /short HTTP/1.1\r\nHost: gw.example\r\n\r\n").read();
        assert!(short.is_none_or(|answer| answer.truncated));
        assert_eq!(scene.get("/large").body.len(), 5000);
    }
    assert_eq!(backend.seen().len(), 4);
}

#[test]
fn one_call_fetches_and_the_others_wait_for_it() {
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let gone = std::sync::Mutex::new(gone);
    let backend = Backend::new(move |_, stream| {
        gone.lock().unwrap().recv().unwrap();
        reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    });
    let scene = Scene::policy(&backend, CACHED, "[cache]\nwait = \"1h\"\n");
    let mut clients: Vec<_> = (0..10).map(|_| scene.client()).collect();
    for client in &mut clients {
        client.send("GET / HTTP/1.1\r\nHost: gw.example\r\n\r\n");
    }
    backend.wait_for(1);
    go.send(()).unwrap();
    for client in &mut clients {
        assert_eq!(client.read().unwrap().body, "hello");
    }
    assert_eq!(backend.seen().len(), 1);
}

/// The same lookup in two documents of one call.
#[test]
fn a_call_does_not_wait_for_itself() {
    let backend = Backend::hello();
    let folder = Folder::shop(&format!("http://{}", backend.address));
    folder.write("policy.xml", &format!("<policies>{CACHED}<on-error/></policies>"));
    let policy = CACHED.replace("<inbound>", "<inbound><base/>").replace("<forward-request/>", "<base/>");
    folder.write("apis/shop/policy.xml", &format!("<policies>{policy}</policies>"));
    let scene = Scene::folder(folder, "[cache]\nwait = \"1h\"\n");
    assert_eq!((scene.get("/shop/x").body.as_str(), scene.get("/shop/x").body.as_str()), ("hello", "hello"));
    assert_eq!(backend.seen().len(), 1);
}

/// Whoever fetches and stores nothing does not hold the others up.
#[test]
fn those_who_waited_in_vain_go_themselves() {
    let backend = Backend::new(|_, stream| reply(stream, "HTTP/1.1 404 X\r\nContent-Length: 2\r\n\r\nno"));
    let scene = Scene::policy(&backend, CACHED, "[cache]\nwait = \"1h\"\n");
    let mut clients: Vec<_> = (0..5).map(|_| scene.client()).collect();
    for client in &mut clients {
        client.send("GET / HTTP/1.1\r\nHost: gw.example\r\n\r\n");
    }
    for client in &mut clients {
        assert_eq!(client.read().unwrap().body, "no");
    }
    assert_eq!(backend.seen().len(), 5);
}
