//! Configuration that changes while calls go through, more calls than there is room for, and the end. `threats.md` R7, O5.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "support/operator.rs"]
mod operator;
mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use gateway_http::{Gateway, Settings};
use operator::{ADMIN, admin, behind_a_breaker, gateway, metric, page, saying_one};
use support::{Backend, Client, Folder, PATIENCE, Scene, reply, saying, until};

const STILL: &str = "[reload]\nwatch = \"0s\"\n";

#[test]
fn another_document_is_taken_over_and_a_bad_one_is_not() {
    let scene = saying_one(ADMIN);
    let mut client = scene.client();
    assert_eq!(client.get("/").body, "one");
    scene.folder.write("policy.xml", &saying("two"));
    assert_eq!(client.get("/").body, "one", "nobody has asked for it yet");
    assert_eq!(gateway(&scene).reload("test"), Ok(2));
    assert_eq!(client.get("/").body, "two", "on a connection that was open before");

    for (bad, named) in [
        ("<policies><inbound>", "policy.xml"),
        ("<policies><inbound><set-bodi/></inbound></policies>", "set-bodi"),
        ("<policies><inbound><set-body>@(context.Nothing)</set-body></inbound></policies>", "Nothing"),
        ("", "policy.xml"),
    ] {
        scene.folder.write("policy.xml", bad);
        let findings = gateway(&scene).reload("test").unwrap_err().concat();
        assert!(findings.contains(named), "{findings}");
        assert_eq!(client.get("/").body, "two");
    }
    std::fs::remove_file(scene.folder.path().join("policy.xml")).unwrap();
    assert!(gateway(&scene).reload("test").is_err());
    assert_eq!(client.get("/").body, "two", "also when the file is gone");
    let version = page(&scene, "/version");
    assert_eq!(version["version"]["number"], 2);
    assert_eq!((&version["reloads"], &version["failedReloads"]), (&1.into(), &5.into()));
    assert_eq!(version["lastAttempt"]["succeeded"], false);
    assert!(!version["lastAttempt"]["findings"].as_array().unwrap().is_empty());

    scene.folder.write("policy.xml", &saying("three"));
    assert_eq!(gateway(&scene).reload("test"), Ok(3));
    assert_eq!(client.get("/").body, "three");
}

#[test]
fn settings_with_a_mistake_change_nothing() {
    let scene = saying_one(STILL);
    scene.folder.write("policy.xml", &saying("two")).write("tollgate.toml", "[limits]\nheeders = 5\n");
    let findings = gateway(&scene).reload("test").unwrap_err().concat();
    assert!(findings.contains("heeders") && findings.contains("tollgate.toml:2"), "{findings}");
    assert_eq!(scene.get("/").body, "one", "neither does what was right beside it");
}

#[test]
fn files_that_change_are_noticed() {
    let scene = saying_one("[reload]\nwatch = \"20ms\"\n[admin]\naddress = \"127.0.0.1:0\"\n");
    scene.folder.write("policy.xml", &saying("number two"));
    until("the change is taken over", || scene.get("/").body == "number two");
    scene.folder.write("policy.xml", "<policies>");
    until("the mistake is found", || page(&scene, "/version")["failedReloads"] == 1);
    assert_eq!(scene.get("/").body, "number two");
    // A mistake is told once, not at every look.
    scene.folder.write("policy.xml", &saying("the third"));
    until("the mended one is taken over", || scene.get("/").body == "the third");
    assert_eq!(page(&scene, "/version")["failedReloads"], 1);
    assert_eq!(page(&scene, "/version")["lastAttempt"]["cause"], "files");
}

#[cfg(unix)]
#[test]
fn a_link_that_points_elsewhere_is_a_change() {
    let folder = Folder::new();
    for name in ["one", "two"] {
        folder.write(&format!(".versions/{name}/policy.xml"), &saying(name));
    }
    let link = folder.path().join(".versions/current");
    let point_to = |name: &str| {
        let fresh = folder.path().join(".versions/fresh");
        std::os::unix::fs::symlink(folder.path().join(".versions").join(name), &fresh).unwrap();
        std::fs::rename(&fresh, &link).unwrap();
    };
    point_to("one");
    std::os::unix::fs::symlink(link.join("policy.xml"), folder.path().join("policy.xml")).unwrap();
    let path = folder.path().join("policy.xml");
    folder.write(
        "tollgate.toml",
        "[gateway]\nworkers = 1\n[access_log]\nto = \"off\"\n[[listener]]\naddress = \"127.0.0.1:0\"\n[reload]\nwatch \
         = \"20ms\"\n",
    );
    let gateway = Gateway::start(&path, Some("http://127.0.0.1:1"), Settings::read(None, &path)).unwrap();
    let body = || Client::connect(gateway.addresses()[0]).get("/").body;
    assert_eq!(body(), "one");
    point_to("two");
    until("the other folder is taken over", || body() == "two");
    gateway.stop();
}

/// A service whose documents of all scopes say the same version.
fn write_version(folder: &Folder, version: u64) {
    let says = |scope: &str, forward: &str| {
        format!(
            "<policies><inbound><base/><set-variable name=\"{scope}\" value=\"{version}\"/></inbound><backend>{forward}\
             </backend><outbound><base/><set-header name=\"{scope}\"><value>@((string)context.Variables[\"{scope}\"] \
             + \"/{version}\")</value></set-header></outbound><on-error><base/></on-error></policies>"
        )
    };
    folder.write("policy.xml", &says("x-all", "<forward-request/>"));
    folder.write("apis/shop/policy.xml", &says("x-api", "<base/>"));
    folder.write("apis/shop/operations/get/policy.xml", &says("x-operation", "<base/>"));
}

#[test]
fn reloads_under_load_fail_no_call_and_mix_no_versions() {
    let backend = Backend::hello();
    let folder = Folder::shop(&format!("http://{}", backend.address));
    write_version(&folder, 0);
    let scene = Arc::new(Scene::folder(folder, ADMIN));
    let (stop, calls) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let clients: Vec<_> = (0..4)
        .map(|_| {
            let (scene, stop, calls) = (Arc::clone(&scene), Arc::clone(&stop), Arc::clone(&calls));
            std::thread::spawn(move || {
                let mut client = scene.client();
                let mut newest = 0;
                while !stop.load(Ordering::Relaxed) {
                    let answer = client.get("/shop/x");
                    assert_eq!((answer.status, answer.body.as_str()), (200, "hello"));
                    let said = ["x-all", "x-api", "x-operation"].map(|name| answer.header(name).unwrap().to_owned());
                    let version: u64 = said[0].split('/').next().unwrap().parse().unwrap();
                    assert_eq!(said, [const { "" }; 3].map(|_| format!("{version}/{version}")), "one version");
                    assert!(version >= newest, "no way back");
                    newest = version;
                    calls.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for version in 1..=50 {
        let before = calls.load(Ordering::Relaxed);
        write_version(&scene.folder, version);
        assert_eq!(gateway(&scene).reload("test"), Ok(version + 1));
        until("calls go on", || calls.load(Ordering::Relaxed) > before);
    }
    stop.store(true, Ordering::Relaxed);
    clients.into_iter().for_each(|client| client.join().unwrap());
    let figures = metric(&scene, "tollgate_requests_total{code=\"200\"}").unwrap();
    assert!(figures >= 50.0, "{figures}");
    assert_eq!(
        metric(&scene, "tollgate_api_requests_total{api=\"shop\",class=\"2xx\"}"),
        Some(figures),
        "all versions count"
    );
    assert_eq!(metric(&scene, "tollgate_versions_former"), Some(0.0), "nothing holds on to the versions before");
}

#[test]
fn a_call_ends_with_the_version_it_began_with() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let backend = Backend::new(move |_, stream| {
        let _ = wait.lock().unwrap().recv();
        reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    });
    let folder = Folder::shop(&format!("http://{}", backend.address));
    write_version(&folder, 1);
    let scene = Scene::folder(folder, ADMIN);
    let mut slow = scene.client();
    slow.send("GET /shop/x HTTP/1.1\r\nHost: h\r\n\r\n");
    backend.wait_for(1);
    write_version(&scene.folder, 2);
    gateway(&scene).reload("test").unwrap();
    assert_eq!(metric(&scene, "tollgate_versions_former"), Some(1.0));
    go.send(()).unwrap();
    let answer = slow.read().unwrap();
    assert_eq!(["x-all", "x-api", "x-operation"].map(|name| answer.header(name).unwrap()), ["1/1"; 3]);
    go.send(()).unwrap();
    assert_eq!(slow.get("/shop/x").header("x-all"), Some("2/2"));
    assert_eq!(metric(&scene, "tollgate_versions_former"), Some(0.0));
}

#[test]
fn what_a_call_sends_itself_goes_by_the_version_it_began_with() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let slow = Backend::new(move |_, stream| {
        let _ = wait.lock().unwrap().recv();
        reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    });
    let (partner, sink) = (Backend::hello(), Backend::hello());
    let folder = Folder::shop(&format!("http://{}", slow.address));
    write_version(&folder, 1);
    let send = |to: &Backend, policy: &str| {
        format!(
            "<{policy} mode=\"new\"><set-url>http://{}/</set-url><set-method>GET</set-method></{policy}>",
            to.address
        )
    };
    folder.write(
        "apis/shop/policy.xml",
        &format!(
            "<policies><inbound>{}{}{}<return-response/></inbound></policies>",
            send(&slow, "send-request").replace("mode=", "response-variable-name=\"a\" mode="),
            send(&partner, "send-request").replace("mode=", "response-variable-name=\"b\" mode="),
            send(&sink, "send-one-way-request")
        ),
    );
    let scene = Scene::folder(folder, ADMIN);
    let mut client = scene.client();
    client.send("GET /shop/x HTTP/1.1\r\nHost: h\r\n\r\n");
    slow.wait_for(1);
    // From now on there are credentials for where the others lead.
    for (name, backend) in [("partner", &partner), ("sink", &sink)] {
        let entity = format!(
            "{{\"properties\":{{\"url\":\"http://{}\",\"protocol\":\"http\",\"credentials\":{{\"header\":{{\"x-key\":[\"new\"]}}}}}}}}",
            backend.address
        );
        scene.folder.write(&format!("backends/{name}/backendInformation.json"), &entity);
    }
    gateway(&scene).reload("test").unwrap();
    go.send(()).unwrap();
    assert_eq!(client.read().unwrap().status, 200);
    assert_eq!(partner.wait_for(1)[0].header("x-key"), None);
    assert_eq!(sink.wait_for(1)[0].header("x-key"), None);
    go.send(()).unwrap();
    assert_eq!(client.get("/shop/x").status, 200);
    assert_eq!(partner.wait_for(2)[1].header("x-key"), Some("new"));
    assert_eq!(sink.wait_for(2)[1].header("x-key"), Some("new"));
}

#[test]
fn counters_and_the_cache_survive_and_can_be_reset() {
    let folder = Folder::new();
    let document = |note: &str| {
        format!(
            "<policies><inbound><!-- {note} --><rate-limit-by-key calls=\"2\" renewal-period=\"300\" \
             counter-key=\"all\"/><cache-lookup-value key=\"k\" variable-name=\"v\" default-value=\"none\"/>\
             <cache-store-value key=\"k\" value=\"kept\" duration=\"3000\"/><return-response><set-body>\
             @((string)context.Variables[\"v\"])</set-body></return-response></inbound></policies>"
        )
    };
    folder.write("policy.xml", &document("one"));
    let scene = Scene::start(folder, "policy.xml", Some("http://127.0.0.1:1"), ADMIN);
    assert_eq!(scene.get("/").body, "none");
    scene.folder.write("policy.xml", &document("two"));
    assert_eq!(gateway(&scene).reload("test"), Ok(2));
    assert_eq!(scene.get("/").body, "kept");
    assert_eq!(scene.get("/").status, 429);
    assert_eq!(page(&scene, "/cache")["entries"], 1);
    assert_eq!(page(&scene, "/counters")["counters"], 1);
    let address = gateway(&scene).admin_address().unwrap();
    assert_eq!(admin(address, "DELETE", "/counters", "").status, 204);
    assert_eq!(admin(address, "DELETE", "/cache", "").status, 204);
    assert_eq!(scene.get("/").body, "none");
    assert_eq!(admin(address, "DELETE", "/version", "").status, 405);
}

#[test]
fn settings_that_need_a_restart_are_named() {
    let scene = saying_one(ADMIN);
    let text = std::fs::read_to_string(scene.folder.path().join("tollgate.toml")).unwrap();
    scene.folder.write("tollgate.toml", &format!("{text}[limits]\nheaders = 50\n[cache]\nitem = 5\n"));
    assert_eq!(gateway(&scene).reload("test"), Ok(2));
    let findings = page(&scene, "/version")["lastAttempt"]["findings"].to_string();
    assert!(findings.contains("restart changed: cache.item\"") && !findings.contains("limits"), "{findings}");
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(["h".to_owned()]).unwrap().self_signed(&key).unwrap();
    scene.folder.write("cert.pem", &certificate.pem()).write("cert.key", &key.serialize_pem());
    let tls = "address = \"127.0.0.1:0\"\n[listener.tls]\ncertificate = \"cert.pem\"\nkey = \"cert.key\"\n";
    scene.folder.write("tollgate.toml", &text.replacen("address = \"127.0.0.1:0\"\n", tls, 1));
    assert_eq!(gateway(&scene).reload("test"), Ok(3));
    let findings = page(&scene, "/version")["lastAttempt"]["findings"].to_string();
    assert!(findings.contains("restart changed: listener\""), "{findings}");
}

#[test]
fn it_is_not_ready_before_it_stops_listening() {
    let mut scene = saying_one("[timeouts]\nnotice = \"2s\"\n[admin]\naddress = \"127.0.0.1:0\"\n");
    let health = "/status-0123456789abcdef";
    assert_eq!(scene.get(health).status, 200);
    let (address, admin_address) = (scene.address, gateway(&scene).admin_address().unwrap());
    let gateway = scene.gateway.take().unwrap();
    let stopping = std::thread::spawn(move || gateway.stop());
    until("it is not ready", || Client::connect(address).get(health).status == 503);
    assert_eq!(admin(admin_address, "GET", "/ready", "").status, 503);
    assert_eq!(admin(admin_address, "GET", "/live", "").status, 200);
    assert_eq!(Client::connect(address).get("/").body, "one", "but it still serves");
    stopping.join().unwrap();
}

#[test]
fn a_connection_that_rests_is_closed_after_one_more_call() {
    let mut scene = saying_one(STILL);
    let (mut active, mut resting) = (scene.client(), scene.client());
    active.get("/");
    resting.get("/");
    let gateway = scene.gateway.take().unwrap();
    let stopping = std::thread::spawn(move || gateway.stop());
    // Whenever it is told to stop: no call is lost, and the last answer says that it was.
    loop {
        let answer = active.get("/");
        assert_eq!((answer.status, answer.body.as_str()), (200, "one"));
        if answer.header("connection") == Some("close") {
            break;
        }
    }
    assert!(active.is_closed() && resting.is_closed());
    stopping.join().unwrap();
}

#[test]
fn too_many_calls_are_told_to_come_again() {
    let (go, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let backend = Backend::new(move |_, stream| {
        let _ = wait.lock().unwrap().recv();
        reply(stream, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    });
    let all = "<inbound><base/></inbound><backend><base/></backend><outbound><base/></outbound>";
    let scene = Scene::policy(&backend, all, &format!("{ADMIN}[limits]\ncalls = 2\n"));
    let mut slow = [scene.client(), scene.client()];
    for client in &mut slow {
        client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    backend.wait_for(2);
    let mut third = scene.client();
    let refused = third.get("/third");
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("1")));
    assert_eq!(refused.body, "{ \"statusCode\": 503, \"message\": \"Service is overloaded. Try again later.\" }");
    assert_eq!(third.get("/status-0123456789abcdef").status, 200, "who asks how it is gets an answer");
    (0..3).for_each(|_| go.send(()).unwrap());
    for client in &mut slow {
        assert_eq!(client.read().unwrap().status, 200);
    }
    assert_eq!(third.get("/again").status, 200, "it ends by itself");
    assert_eq!(metric(&scene, "tollgate_refusals_total{reason=\"Overloaded\"}"), Some(1.0));
    assert_eq!(backend.seen().len(), 3);
}

/// A thread with more to do than it gets done answers some in time instead of all too late.
#[test]
fn calls_that_waited_too_long_are_told_to_come_again() {
    let busy = "<policies><inbound><return-response><set-body>@{ var n = 0; for (var i = 0; i &lt; 100000; i++) { n += i; } \
                return \"\"+n; }</set-body></return-response></inbound></policies>";
    let folder = Folder::new();
    folder.write("policy.xml", busy);
    let settings = format!("{ADMIN}[timeouts]\nlag = \"5ms\"\n");
    let scene = Scene::start(folder, "policy.xml", Some("http://127.0.0.1:1"), &settings);
    let mut clients: Vec<Client> = (0..100).map(|_| scene.client()).collect();
    let (mut good, mut refused) = (0, 0);
    until("some are refused and some are not", || {
        clients.iter_mut().for_each(|client| _ = client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n"));
        for client in &mut clients {
            let answer = client.read().unwrap();
            match answer.status {
                200 => good += 1,
                503 => {
                    assert_eq!(answer.header("retry-after"), Some("1"));
                    refused += 1;
                }
                other => panic!("{other}"),
            }
        }
        good > 0 && refused > 0
    });
    until("it ends by itself", || scene.get("/").status == 200);
    assert_eq!(metric(&scene, "tollgate_refusals_total{reason=\"Overloaded\"}"), Some(f64::from(refused)));
}

#[test]
fn too_many_connections_are_told_so_and_those_that_rest_make_room() {
    let scene = saying_one("[limits]\nconnections = 2\n");
    let mut first = [scene.client(), scene.client()];
    for client in &mut first {
        assert_eq!(client.get("/").body, "one");
    }
    let mut third = scene.client();
    let refused = third.get("/");
    assert_eq!(
        (refused.status, refused.header("retry-after"), refused.header("connection")),
        (503, Some("1"), Some("close"))
    );
    assert!(third.is_closed());
    // Those that only rest are closed after a second, not after minutes, because somebody waits.
    assert!(first.iter_mut().all(Client::is_closed));
    assert_eq!(scene.get("/").body, "one");
}

#[test]
fn a_client_that_goes_away_costs_its_call_once() {
    let (backend, given_up) = Backend::waiting();
    let all = "<inbound><base/></inbound><backend><base/></backend><outbound><base/></outbound>";
    let scene = Scene::policy(&backend, all, ADMIN);
    let mut client = scene.client();
    client.send("GET /slow HTTP/1.1\r\nHost: h\r\n\r\n");
    backend.wait_for(1);
    drop(client);
    given_up.recv_timeout(PATIENCE).expect("the gateway gives the backend up");
    until("the call is over", || metric(&scene, "tollgate_requests_total{code=\"499\"}") == Some(1.0));
    assert_eq!(metric(&scene, "tollgate_requests_in_progress"), Some(0.0));
    assert_eq!(metric(&scene, "tollgate_connections"), Some(0.0));
}

#[test]
fn a_breaker_that_has_tripped_stays_so_until_it_is_reset() {
    let broken = Backend::new(|_, stream| reply(stream, "HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n"));
    let scene = Scene::folder(behind_a_breaker(&broken), ADMIN);
    let statuses = || [scene.get("/shop/x").status, scene.get("/shop/x").status, scene.get("/shop/x").status];
    assert_eq!(statuses(), [500, 500, 503]);
    scene.folder.write(
        "policy.xml",
        "<policies><inbound/><backend><forward-request timeout=\"9\"/></backend><outbound/><on-error/></policies>",
    );
    assert_eq!(gateway(&scene).reload("test"), Ok(2));
    assert_eq!(statuses(), [503, 503, 503], "another version of the documents is no reason to try again");
    assert_eq!(page(&scene, "/backends")["backends"][0]["breaker"]["isOpen"], true);
    assert_eq!(metric(&scene, "tollgate_breaker_open{backend=\"broken\"}"), Some(1.0));
    let address = gateway(&scene).admin_address().unwrap();
    assert_eq!(admin(address, "DELETE", "/backends/broken/breaker", "").status, 204);
    assert_eq!(statuses(), [500, 500, 503]);
    assert_eq!(broken.seen().len(), 4);
}

/// Gateways of one service can be told from those that have another version of it.
#[test]
fn answers_tell_their_version_where_they_are_to() {
    let health = "/status-0123456789abcdef";
    let folder = Folder::new();
    folder.write("policy.xml", &saying("one"));
    let backend = Backend::hello();
    let scene = Scene::start(folder, "policy.xml", Some(&format!("http://{}", backend.address)), ADMIN);
    assert_eq!([scene.get("/").header("tollgate-version"), scene.get(health).header("tollgate-version")], [None, None]);
    let folder = Folder::new();
    folder.write("policy.xml", &saying("one"));
    let settings = format!("{ADMIN}[gateway]\ntell_version = true\n");
    let scene = Scene::start(folder, "policy.xml", Some(&format!("http://{}", backend.address)), &settings);
    let told = || {
        let (answer, health) = (scene.get("/"), scene.get(health));
        let version = answer.header("tollgate-version").unwrap().to_owned();
        assert_eq!(health.header("tollgate-version"), Some(version.as_str()));
        assert_eq!(page(&scene, "/version")["version"]["digest"], version.as_str());
        version
    };
    let first = told();
    scene.folder.write("policy.xml", &saying("two"));
    assert_eq!(gateway(&scene).reload("test"), Ok(2));
    let second = told();
    assert_ne!(first, second);
    scene.folder.write("policy.xml", &saying("one"));
    assert_eq!(gateway(&scene).reload("test"), Ok(3));
    assert_eq!(told(), first, "the same files are the same version");
}

/// A token that is on its way is waited for.
#[test]
fn calls_at_once_ask_for_a_token_once() {
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let gone = std::sync::Mutex::new(gone);
    let endpoint = Backend::new(move |_, stream| {
        gone.lock().unwrap().recv().unwrap();
        let body = "{\"access_token\":\"t\",\"expires_in\":9223372036854775807}";
        reply(stream, &format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()))
    });
    let backend = Backend::hello();
    let policy = "<inbound><authentication-managed-identity resource=\"https://store.example/\" /></inbound>\
                  <backend><forward-request/></backend>";
    let identity =
        format!("[[identity]]\ntoken_url = \"http://{}/token\"\napplication_id = \"app\"\n", endpoint.address);
    let scene = Scene::policy(&backend, policy, &format!("{ADMIN}{identity}"));
    let mut clients: Vec<_> = (0..5).map(|_| scene.client()).collect();
    for client in &mut clients {
        client.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
    }
    until("all wait", || metric(&scene, "tollgate_requests_in_progress") == Some(5.0));
    // As many as there might be questions.
    (0..5).for_each(|_| go.send(()).unwrap());
    for client in &mut clients {
        assert_eq!(client.read().unwrap().body, "hello");
    }
    assert_eq!(scene.get("/").body, "hello");
    assert_eq!(endpoint.seen().len(), 1);
    assert!(backend.seen().iter().all(|seen| seen.header("authorization") == Some("Bearer t")));
}
