//! What goes on while a thread of the gateway stands still: it is held where it tells of what it does. `threats.md` R9, B11, O9.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "support/operator.rs"]
mod operator;
mod support;

use std::sync::{Condvar, Mutex, MutexGuard, Once, PoisonError};

use operator::{behind_a_breaker, gateway};
use support::{Backend, Folder, Scene, reply, saying, until};

/// The threads of this name stand still at their next message.
struct Gate {
    name: Option<&'static str>,
    is_held: bool,
}

static GATE: (Mutex<Gate>, Condvar) = (Mutex::new(Gate { name: None, is_held: false }), Condvar::new());

/// For as long as this is kept.
struct Held(#[expect(dead_code, reason = "threads of all gateways have the same names")] MutexGuard<'static, ()>);

fn gate() -> MutexGuard<'static, Gate> {
    GATE.0.lock().unwrap_or_else(PoisonError::into_inner)
}

fn hold(name: &'static str) -> Held {
    static TURN: Mutex<()> = Mutex::new(());
    static TOLD: Once = Once::new();
    let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
    TOLD.call_once(|| {
        let messages = tracing_subscriber::fmt().with_max_level(tracing::Level::DEBUG);
        messages
            .with_writer(|| {
                pass();
                std::io::sink()
            })
            .init();
    });
    *gate() = Gate { name: Some(name), is_held: false };
    Held(turn)
}

/// Whoever has something to tell comes by here.
fn pass() {
    let mut gate = gate();
    while gate.name.is_some() && gate.name == std::thread::current().name() {
        gate.is_held = true;
        gate = GATE.1.wait(gate).unwrap_or_else(PoisonError::into_inner);
    }
}

impl Held {
    fn is_held(&self) -> bool {
        gate().is_held
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        gate().name = None;
        GATE.1.notify_all();
    }
}

#[test]
fn while_a_reload_hangs_memory_is_looked_at_and_the_end_does_not_wait() {
    let folder = Folder::new();
    folder.write("policy.xml", &saying("one"));
    let settings = |memory: u64| format!("[reload]\nwatch = \"20ms\"\n[limits]\nconnections = 10\nmemory = {memory}\n");
    let mut scene = Scene::start(folder, "policy.xml", Some("http://127.0.0.1:1"), &settings(0));
    let held = hold("reload");
    let text = std::fs::read_to_string(scene.folder.path().join("tollgate.toml")).unwrap();
    scene.folder.write("tollgate.toml", &text.replace(&settings(0), &settings(1)));
    until("the reload hangs", || held.is_held());
    until("calls are refused, for a byte is not enough", || scene.get("/").status == 503);
    let end = std::thread::spawn(move || scene.stop());
    until("it ends", || end.is_finished());
    drop(held);
    end.join().unwrap();
}

#[test]
fn a_breaker_stays_open_where_the_reload_finds_every_thread_busy() {
    let broken = Backend::new(|_, stream| reply(stream, "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"));
    let folder = behind_a_breaker(&broken);
    let document = |answer: &str| {
        format!(
            "<policies><inbound><trace source=\"t\"><message>m</message></trace>{answer}</inbound><backend><base/></backend></policies>"
        )
    };
    folder.write("apis/shop/operations/post/policy.xml", &document("<return-response/>"));
    let scene = Scene::folder(folder, "[reload]\nwatch = \"0s\"\n");
    let statuses = || [scene.get("/shop/x").status, scene.get("/shop/x").status, scene.get("/shop/x").status];
    assert_eq!(statuses(), [500, 500, 503]);
    let held = hold("worker-0");
    let mut client = scene.client();
    client.send("POST /shop/x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n");
    until("the thread is busy", || held.is_held());
    let next = "<return-response><set-status code=\"201\"/></return-response>";
    scene.folder.write("apis/shop/operations/post/policy.xml", &document(next));
    assert_eq!(gateway(&scene).reload("test"), Ok(2));
    drop(held);
    assert_eq!(client.read().unwrap().status, 200, "it began with the version before");
    until("the thread follows", || {
        client.send("POST /shop/x HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n").read().unwrap().status == 201
    });
    assert_eq!(statuses(), [503, 503, 503]);
    assert_eq!(broken.seen().len(), 2);
}
