//! TLS towards clients: which certificate is shown, which versions are agreed on, and what is known of a client that shows
//! one of its own. `threats.md` C24.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "support/frames.rs"]
mod frames;
mod support;

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use support::{Backend, Folder, Scene};

type Tls = StreamOwned<ClientConnection, TcpStream>;

/// An authority of the test's own.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// A certificate and its key as PEM.
    fn issue(&self, name: &str, last_year: i32) -> (String, String) {
        let mut params = CertificateParams::new([name.to_owned()]).unwrap();
        params.distinguished_name.push(DnType::CommonName, name);
        params.not_after = rcgen::date_time_ymd(last_year, 1, 1);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    /// What a client trusts that trusts this authority, with a certificate of its own or without.
    fn client(&self, own: Option<&(String, String)>, protocols: &[&str]) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        roots.add(self.0.der().clone()).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots);
        let mut config = match own {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = CertificateDer::pem_slice_iter(certificate.as_bytes()).collect::<Result<_, _>>().unwrap();
                builder.with_client_auth_cert(chain, PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap()).unwrap()
            }
        };
        config.alpn_protocols = protocols.iter().map(|name| name.as_bytes().to_vec()).collect();
        config
    }
}

fn connect(address: SocketAddr, config: &Arc<ClientConfig>, name: &str) -> Tls {
    let stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    StreamOwned::new(ClientConnection::new(Arc::clone(config), name).unwrap(), stream)
}

/// One call over a connection of its own: the status line and all that follows, or why there was no answer.
fn get(address: SocketAddr, config: &Arc<ClientConfig>, name: &str) -> Result<String, String> {
    let mut stream = connect(address, config, name);
    let request = format!("GET /x HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n");
    let mut text = String::new();
    stream.write_all(request.as_bytes()).map_err(|error| error.to_string())?;
    match stream.read_to_string(&mut text) {
        Err(error) if text.is_empty() => Err(error.to_string()),
        _ => Ok(text),
    }
}

const SHOW: &str = "<inbound><return-response><set-status code=\"200\"/><set-body>@(context.Request.Certificate == null ? \
                    \"none\" : context.Request.Certificate.Thumbprint + \" \" + \
                    context.Request.Certificate.Subject)</set-body></return-response></inbound>";

fn write(folder: &Folder, name: &str, pair: &(String, String)) {
    folder.write(&format!("{name}.pem"), &pair.0).write(&format!("{name}.key"), &pair.1);
}

/// A gateway whose second listener speaks TLS; `settings` belongs to its `tls`.
fn scene(authority: &Authority, policy: &str, settings: &str) -> (Scene, SocketAddr) {
    let folder = Folder::new();
    write(&folder, "other", &authority.issue("other.example", 2100));
    write(&folder, "api", &authority.issue("api.example", 2100));
    write(&folder, "wild", &authority.issue("*.wild.example", 2100));
    folder.write("ca.pem", &authority.0.pem());
    folder.write("policy.xml", &format!("<policies>{policy}</policies>"));
    let listener = format!(
        "[[listener]]\naddress = \"127.0.0.1:0\"\n[listener.tls]\ncertificate = \"other.pem\"\nkey = \
         \"other.key\"\n{settings}\n"
    );
    let scene = Scene::start(folder, "policy.xml", Some("http://127.0.0.1:1"), &listener);
    let address = scene.gateway.as_ref().unwrap().addresses()[1];
    (scene, address)
}

const HOSTS: &str = "[[listener.tls.hosts]]\nnames = [\"API.example\"]\ncertificate = \"api.pem\"\nkey = \
                     \"api.key\"\n[[listener.tls.hosts]]\nnames = [\"*.wild.example\"]\ncertificate = \
                     \"wild.pem\"\nkey = \"wild.key\"\n";

#[test]
fn every_name_has_its_certificate() {
    let authority = Authority::new();
    let (_scene, address) = scene(&authority, SHOW, HOSTS);
    let client = Arc::new(authority.client(None, &[]));
    for name in ["api.example", "API.EXAMPLE", "a.wild.example", "other.example"] {
        assert!(get(address, &client, name).unwrap().starts_with("HTTP/1.1 200 "), "{name}");
    }
    // To names that nobody has, and to those who name none, the listener's own is shown, and the client decides.
    for name in ["unknown.example", "a.b.wild.example", "127.0.0.1"] {
        assert!(get(address, &client, name).unwrap_err().contains("certificate"), "{name}");
    }
}

#[test]
fn the_version_of_http_is_agreed_on() {
    let authority = Authority::new();
    let (_scene, address) = scene(&authority, SHOW, "");
    for (offered, agreed) in [(&["h2", "http/1.1"][..], Some("h2")), (&["http/1.1"], Some("http/1.1")), (&[], None)] {
        let client = Arc::new(authority.client(None, offered));
        let mut stream = connect(address, &client, "other.example");
        stream.conn.complete_io(&mut stream.sock).unwrap();
        assert_eq!(stream.conn.alpn_protocol(), agreed.map(str::as_bytes), "{offered:?}");
    }
    let client = Arc::new(authority.client(None, &["h2"]));
    let mut http2 = frames::Client::over(connect(address, &client, "other.example"));
    http2.greet();
    let stream = http2.request(&frames::request("GET", "/x"));
    assert_eq!(http2.answer(stream), (200, b"none".to_vec()));
    // A protocol that nobody speaks here is refused in the handshake.
    let client = Arc::new(authority.client(None, &["spdy/3"]));
    assert!(get(address, &client, "other.example").is_err());
}

#[test]
fn a_clients_certificate_reaches_the_policies() {
    let authority = Authority::new();
    let (_scene, address) = scene(&authority, SHOW, "client_certificate = \"request\"");
    let anonymous = Arc::new(authority.client(None, &[]));
    assert!(get(address, &anonymous, "other.example").unwrap().ends_with("none"));
    // Whoever signed it: policies decide. A resumed session shows the same.
    let stranger = Authority::new().issue("someone", 2100);
    let shown = Arc::new(authority.client(Some(&stranger), &[]));
    let first = get(address, &shown, "other.example").unwrap();
    assert!(first.ends_with("CN=someone"), "{first}");
    let body = |text: &str| text.rsplit("\r\n\r\n").next().unwrap().to_owned();
    assert_eq!(body(&get(address, &shown, "other.example").unwrap()), body(&first));
    // Over HTTP/2 every stream knows it.
    let shown = Arc::new(authority.client(Some(&stranger), &["h2"]));
    let mut http2 = frames::Client::over(connect(address, &shown, "other.example"));
    http2.greet();
    for _ in 0..2 {
        let stream = http2.request(&frames::request("GET", "/x"));
        assert_eq!(http2.answer(stream), (200, body(&first).into_bytes()));
    }
}

/// What an author of policies has to decide with `validate-client-certificate`, over real handshakes.
#[test]
fn clients_certificates_are_checked_by_a_policy() {
    let authority = Authority::new();
    let edge = authority.issue("edge-1", 2100);
    let policy = "<inbound><validate-client-certificate validate-revocation=\"false\" validate-trust=\"TRUST\">\
                  <identities><identity common-name=\"edge-1\" /><identity common-name=\"edge-2\" /></identities>\
                  </validate-client-certificate><return-response><set-body>welcome</set-body></return-response></inbound>\
                  <on-error><set-header name=\"X-Reason\"><value>@(context.LastError.Reason)</value></set-header></on-error>";
    let answer = |trust: &str, own: Option<&(String, String)>| {
        let settings = "client_certificate = \"request\"\n[client_certificates]\nca_file = \"ca.pem\"";
        let (_scene, address) = scene(&authority, &policy.replace("TRUST", trust), settings);
        let text = get(address, &Arc::new(authority.client(own, &[])), "other.example").unwrap();
        let reason = text.lines().find_map(|line| line.strip_prefix("x-reason: ")).unwrap_or_default().to_owned();
        (text.split(' ').nth(1).unwrap().to_owned(), reason, text.rsplit("\r\n\r\n").next().unwrap().to_owned())
    };
    let welcome = ("200".to_owned(), String::new(), "welcome".to_owned());
    assert_eq!(answer("true", Some(&edge)), welcome);
    let refused = |reason: &str| {
        let body = "{ \"statusCode\": 401, \"message\": \"Invalid client certificate\" }";
        ("401".to_owned(), reason.to_owned(), body.to_owned())
    };
    let stranger = Authority::new().issue("edge-2", 2100);
    assert_eq!(answer("true", Some(&stranger)), refused("ClientCertificateNotTrusted"));
    assert_eq!(answer("false", Some(&stranger)), welcome, "who signed it does not matter");
    assert_eq!(answer("true", Some(&authority.issue("edge-3", 2100))), refused("ClientCertificateIdentityNotMatched"));
    assert_eq!(answer("true", Some(&authority.issue("edge-1", 2000))), refused("ClientCertificateExpired"));
    assert_eq!(answer("true", None), refused("ClientCertificateNotFound"));
}

#[test]
fn an_authority_can_be_asked_for() {
    let authority = Authority::new();
    let require = "client_certificate = \"require\"\nclient_ca = \"ca.pem\"";
    let (_scene, address) = scene(&authority, SHOW, require);
    let known = Arc::new(authority.client(Some(&authority.issue("known", 2100)), &[]));
    assert!(get(address, &known, "other.example").unwrap().ends_with("CN=known"));
    for own in [None, Some(Authority::new().issue("stranger", 2100)), Some(authority.issue("expired", 2000))] {
        let client = Arc::new(authority.client(own.as_ref(), &[]));
        assert!(get(address, &client, "other.example").is_err(), "{own:?}");
    }
}

#[test]
fn headers_that_claim_a_certificate_are_no_certificate() {
    let authority = Authority::new();
    let (_scene, address) = scene(&authority, SHOW, "client_certificate = \"request\"");
    let client = Arc::new(authority.client(None, &[]));
    let mut stream = connect(address, &client, "other.example");
    let request = "GET /x HTTP/1.1\r\nHost: h\r\nX-ARR-ClientCert: MIIB\r\nX-Client-Cert: MIIB\r\nConnection: \
                   close\r\n\r\n";
    stream.write_all(request.as_bytes()).unwrap();
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    assert!(text.ends_with("none"), "{text}");
}

#[test]
fn what_is_no_handshake_ends_in_an_alert() {
    let authority = Authority::new();
    let (_scene, address) = scene(&authority, SHOW, "");
    // Plain HTTP, an old version, a hello without end.
    let ssl3 = [&[0x16, 3, 0, 0, 4][..], &[1, 0, 0, 0]].concat();
    let long = [&[0x16, 3, 1, 0xff, 0xff][..], &[1; 70_000]].concat();
    for bytes in [b"GET / HTTP/1.1\r\nHost: h\r\n\r\n".to_vec(), ssl3, long] {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let _ = stream.write_all(&bytes);
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.is_empty() || answer[0] == 0x15, "an alert or nothing, not {answer:x?}");
    }
    // And the next client is served.
    let client = Arc::new(authority.client(None, &[]));
    assert!(get(address, &client, "other.example").is_ok());
}

#[test]
fn a_key_that_does_not_fit_is_told_at_the_start() {
    let authority = Authority::new();
    let folder = Folder::new();
    write(&folder, "one", &authority.issue("one.example", 2100));
    write(&folder, "two", &authority.issue("two.example", 2100));
    folder.write("policy.xml", "<policies/>").write(
        "tollgate.toml",
        "[[listener]]\naddress = \"127.0.0.1:0\"\ntls = { certificate = \"one.pem\", key = \"two.key\" }\n",
    );
    let path = folder.path().join("policy.xml");
    let settings = gateway_http::Settings::read(None, &path);
    let error = gateway_http::Gateway::start(&path, Some("http://127.0.0.1:1"), settings).unwrap_err();
    let text = error.to_string();
    assert!(text.contains("one.pem") && text.contains("two.key"), "{text}");
}

#[test]
fn a_backend_is_called_from_behind_tls() {
    let authority = Authority::new();
    let backend = Backend::hello();
    let forward = format!(
        "<inbound><set-backend-service base-url=\"http://{}\"/></inbound><backend><forward-request/></backend>",
        backend.address
    );
    let (_scene, address) = scene(&authority, &forward, "");
    let client = Arc::new(authority.client(None, &[]));
    assert!(get(address, &client, "other.example").unwrap().ends_with("hello"));
    assert_eq!(backend.seen().len(), 1);
}

#[test]
fn a_handshake_that_does_not_come_is_not_waited_for() {
    let authority = Authority::new();
    let (_scene, address) = scene(&authority, SHOW, "[timeouts]\nhandshake = \"100ms\"");
    let mut silent = TcpStream::connect(address).unwrap();
    silent.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let mut slow = TcpStream::connect(address).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    slow.write_all(&[0x16, 3, 1]).unwrap();
    for stream in [&mut silent, &mut slow] {
        assert_eq!(stream.read(&mut [0]).unwrap(), 0, "closed");
    }
}

/// Closed from the other side; that nothing comes for a while is not enough.
fn is_closed(stream: &mut impl Read) -> bool {
    match stream.read(&mut [0]) {
        Ok(count) => count == 0,
        Err(error) => error.kind() == std::io::ErrorKind::ConnectionReset,
    }
}

/// Clients that begin and never end: the newest of them make room for one another, and for whoever means it.
#[test]
fn too_many_handshakes_make_room_for_newer_ones() {
    let authority = Authority::new();
    let settings = "[limits]\nhandshakes = 2\n[timeouts]\nhandshake = \"1h\"";
    let (_scene, address) = scene(&authority, SHOW, settings);
    let silent: Vec<TcpStream> = (0..6)
        .map(|_| {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
            stream.write_all(&[0x16, 3, 1]).unwrap();
            stream
        })
        .collect();
    for mut stream in silent.iter().take(4) {
        assert!(is_closed(&mut stream));
    }
    let client = Arc::new(authority.client(None, &[]));
    for _ in 0..3 {
        assert!(get(address, &client, "other.example").is_ok());
    }
    // One of them had to go for the clients that meant it; the newest still has its time.
    assert!(is_closed(&mut &silent[4]));
    silent[5].set_nonblocking(true).unwrap();
    let waits = (&silent[5]).read(&mut [0]).unwrap_err();
    assert_eq!(waits.kind(), std::io::ErrorKind::WouldBlock);
}

/// Those who wait for their turn are not taken for some that never end.
#[test]
fn whoever_waits_for_his_turn_gets_it() {
    let authority = Authority::new();
    let settings = "[limits]\nhandshakes = 12\nhandshakes_per_second = 8\n[timeouts]\nhandshake = \"1h\"";
    let (_scene, address) = scene(&authority, SHOW, settings);
    let client = Arc::new(authority.client(None, &[]));
    let streams: Vec<Tls> = (0..24)
        .map(|_| {
            let mut stream = connect(address, &client, "other.example");
            // The first flight only: all of them have begun before any can be done.
            stream.conn.write_tls(&mut stream.sock).unwrap();
            stream
        })
        .collect();
    for (number, mut stream) in streams.into_iter().enumerate() {
        stream.conn.complete_io(&mut stream.sock).unwrap_or_else(|error| panic!("number {number}: {error}"));
    }
}

#[test]
fn a_certificate_is_exchanged_while_it_serves() {
    let (old, new) = (Authority::new(), Authority::new());
    let (scene, address) = scene(&old, SHOW, "[reload]\nwatch = \"0s\"");
    let gateway = scene.gateway.as_ref().unwrap();
    let (trusts_old, trusts_new) = (Arc::new(old.client(None, &[])), Arc::new(new.client(None, &[])));
    let mut open = connect(address, &trusts_old, "other.example");
    open.conn.complete_io(&mut open.sock).unwrap();

    scene.folder.write("other.pem", "no certificate");
    assert!(gateway.reload("test").unwrap_err().concat().contains("other.pem"));
    assert!(get(address, &trusts_old, "other.example").is_ok(), "a bad one is refused and the old one kept");

    write(&scene.folder, "other", &new.issue("other.example", 2100));
    gateway.reload("test").unwrap();
    assert!(get(address, &trusts_new, "other.example").is_ok());
    assert!(get(address, &trusts_old, "other.example").is_err());
    open.write_all(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    let _ = open.read_to_string(&mut text);
    assert!(text.starts_with("HTTP/1.1 200 "), "what is open stays open");
}

/// The farewell of TLS is unread while a call lasts, and hides the end of the connection from whoever looks for bytes.
#[test]
fn a_client_that_takes_leave_during_a_call_is_noticed() {
    let (told, gone) = std::sync::mpsc::channel();
    let backend = Backend::new(move |_, stream| {
        let _ = told.send(matches!(stream.read(&mut [0]), Ok(0) | Err(_)));
        support::Then::Close
    });
    let authority = Authority::new();
    let folder = Folder::new();
    write(&folder, "other", &authority.issue("other.example", 2100));
    folder.write("policy.xml", "<policies><inbound/><backend><forward-request/></backend></policies>");
    let listener =
        "[[listener]]\naddress = \"127.0.0.1:0\"\n[listener.tls]\ncertificate = \"other.pem\"\nkey = \"other.key\"\n";
    let scene = Scene::start(folder, "policy.xml", Some(&format!("http://{}", backend.address)), listener);
    let address = scene.gateway.as_ref().unwrap().addresses()[1];
    let mut stream = connect(address, &Arc::new(authority.client(None, &[])), "other.example");
    stream.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").unwrap();
    backend.wait_for(1);
    stream.conn.send_close_notify();
    stream.conn.complete_io(&mut stream.sock).unwrap();
    // In order: closed with something unread, the connection would be reset, which nothing hides.
    stream.sock.shutdown(std::net::Shutdown::Write).unwrap();
    assert_eq!(gone.recv_timeout(Duration::from_secs(15)), Ok(true), "the gateway gives the backend up");
}

/// What is open stays what it is: neither does TLS go away under its clients, nor does a listener show what another is for.
#[test]
fn a_reload_moves_no_tls_from_one_listener_to_another() {
    let (authority, other) = (Authority::new(), Authority::new());
    let (scene, address) = scene(&authority, SHOW, "[reload]\nwatch = \"0s\"");
    write(&scene.folder, "moved", &other.issue("other.example", 2100));
    let gateway = scene.gateway.as_ref().unwrap();
    let trusts = Arc::new(authority.client(None, &[]));
    let tls = |name: &str| format!("[listener.tls]\ncertificate = \"{name}.pem\"\nkey = \"{name}.key\"\n");
    let plain = "[[listener]]\naddress = \"127.0.0.1:0\"\n";
    let elsewhere = "[[listener]]\naddress = \"127.0.0.1:1\"\n";
    for listeners in [
        format!("{plain}{}{plain}", tls("moved")),
        format!("{plain}{elsewhere}{}", tls("moved")),
        format!("{plain}{plain}{plain}{}", tls("moved")),
        plain.to_owned(),
    ] {
        let settings =
            format!("[gateway]\nworkers = 1\n[access_log]\nto = \"off\"\n[reload]\nwatch = \"0s\"\n{listeners}");
        scene.folder.write("tollgate.toml", &settings);
        gateway.reload("test").unwrap();
        assert!(get(address, &trusts, "other.example").is_ok(), "{listeners}");
        assert_eq!(scene.get("/").status, 200, "{listeners}");
    }
}
