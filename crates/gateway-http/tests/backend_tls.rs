//! Backends behind TLS and over HTTP/2: what their certificates must show, what is shown to them, what is spoken.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on has failed")]

#[path = "support/origin.rs"]
mod origin;
#[path = "support/process.rs"]
mod process;
mod support;

use std::io::{Read, Write};
use std::net::TcpStream;

use gateway_http::{Settings, check};
use hyper::Version;
use origin::{Authority, Origin};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use support::{Backend, Folder, Scene, Then};

const REASON: &str = "<on-error><set-header name=\"x-reason\" exists-action=\"override\">\
                      <value>@(context.LastError.Reason)</value></set-header></on-error>";

/// Whoever starts a gateway learns whose certificates it does not check, and of nobody else.
#[test]
fn what_is_not_checked_is_told_at_the_start() {
    let authority = Authority::new();
    for (tls, expected) in [
        ("{\"validateCertificateChain\":false}", Some("chain=false name=true")),
        ("{\"validateCertificateName\":false}", Some("chain=true name=false")),
        ("{\"validateCertificateName\":true}", None),
    ] {
        let properties = format!("\"url\":\"https://localhost:1/\",\"tls\":{tls}");
        let folder = folder(&authority, &properties, "", "");
        let process = process::Process::serve(folder.path().to_str().unwrap(), &[]);
        let told = process.greeting.lines().find(|line| line.contains("certificate of a backend"));
        assert_eq!(told.is_some(), expected.is_some(), "{}", process.greeting);
        if let (Some(told), Some(expected)) = (told, expected) {
            assert!(told.contains("WARN") && told.contains(&format!("backend=b {expected}")), "{told}");
        }
    }
}

/// A folder with one API, whose backend is the entity `b` with these properties.
fn folder(authority: &Authority, properties: &str, inbound: &str, forward: &str) -> Folder {
    let folder = Folder::new();
    folder.write(
        "policy.xml",
        &format!("<policies><inbound/><backend><forward-request {forward} /></backend><outbound/>{REASON}</policies>"),
    );
    folder.write(
        "apis/a/apiInformation.json",
        r#"{"properties":{"displayName":"A","path":"","serviceUrl":"http://nowhere.invalid","protocols":["https"],"subscriptionRequired":false}}"#,
    );
    folder.write(
        "apis/a/operations/any/operationInformation.json",
        r#"{"properties":{"displayName":"any","method":"GET","urlTemplate":"/*"}}"#,
    );
    folder.write(
        "apis/a/policy.xml",
        &format!(
            "<policies><inbound><base/><set-backend-service backend-id=\"b\" />{inbound}</inbound><backend><base/></backend>\
             <outbound><base/></outbound><on-error><base/></on-error></policies>"
        ),
    );
    folder.write("backends/b/backendInformation.json", &format!("{{\"properties\":{{{properties}}}}}"));
    folder.write("ca.pem", &authority.pem());
    folder
}

const CA: &str = "[backend]\nca_file = \"ca.pem\"\n";

fn thumbprint(der: &[u8]) -> String {
    use sha1::Digest as _;
    sha1::Sha1::digest(der).iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Status and reason of a call through an entity with these properties, `URL` standing for the origin's.
fn called(host: &str, origin: &Origin, authority: &Authority, properties: &str, settings: &str) -> (u16, String) {
    let url = format!("https://{host}:{}/", origin.address.port());
    let properties = properties.replace("URL", &format!("\"url\":\"{url}\""));
    let scene = Scene::folder(folder(authority, &properties, "", ""), settings);
    let answer = scene.get("/x");
    (answer.status, answer.header("x-reason").unwrap_or_default().to_owned())
}

#[test]
fn a_backend_must_show_a_chain_and_its_name_unless_the_entity_says_otherwise() {
    let authority = Authority::new();
    let (local, other) = (authority.issue("localhost"), authority.issue("other.example"));
    let stranger = Authority::new();
    let unknown = stranger.issue("localhost");
    let refused = (500, "BackendConnectionFailure".to_owned());
    let fine = (200, String::new());
    let at = |pair, properties: &str| {
        let origin = Origin::tls(pair, &authority, &[]);
        let result = called("localhost", &origin, &authority, properties, CA);
        assert_eq!(origin.seen().len(), usize::from(result.0 == 200), "{properties}");
        result
    };
    assert_eq!(at(&local, "URL"), fine);
    assert_eq!(at(&unknown, "URL"), refused);
    assert_eq!(at(&other, "URL"), refused);
    let no_chain = r#"URL,"tls":{"validateCertificateChain":false}"#;
    assert_eq!((at(&unknown, no_chain), at(&other, no_chain)), (fine.clone(), refused.clone()));
    let no_name = r#"URL,"tls":{"validateCertificateName":false}"#;
    assert_eq!((at(&other, no_name), at(&unknown, no_name)), (fine.clone(), refused.clone()));
    let nothing = r#"URL,"tls":{"validateCertificateChain":false,"validateCertificateName":false}"#;
    let elsewhere = stranger.issue("elsewhere.example");
    assert_eq!(at(&elsewhere, nothing), fine);
    let pinned = |pair: &origin::Pair| {
        format!(r#"URL,"tls":{{"serverCertificateThumbprints":["{}"]}}"#, thumbprint(&pair.der()).to_lowercase())
    };
    assert_eq!((at(&elsewhere, &pinned(&elsewhere)), at(&local, &pinned(&elsewhere))), (fine.clone(), refused.clone()));
    let named = r#"URL,"tls":{"serverX509Names":[{"name":"other.example"}]}"#;
    assert_eq!((at(&other, named), at(&local, named)), (fine, refused));
}

#[test]
fn a_client_certificate_is_shown_where_it_is_wanted_and_nowhere_else() {
    let authority = Authority::new();
    let origin = Origin::tls(&authority.issue("localhost"), &authority, &[]);
    let (own, policys) = (authority.issue("entity.example"), authority.issue("policy.example"));
    let url = format!("https://localhost:{}/", origin.address.port());
    let by_query = "<choose><when condition=\"@(context.Request.Url.Path == &quot;/policy&quot;)\">\
                    <authentication-certificate certificate-id=\"of-policy\" /></when>\
                    <when condition=\"@(context.Request.Url.Path == &quot;/thumbprint&quot;)\">\
                    <authentication-certificate thumbprint=\"THUMB\" /></when>\
                    <when condition=\"@(context.Request.Url.Path == &quot;/missing&quot;)\">\
                    <authentication-certificate certificate-id=\"@(&quot;nobody&quot;)\" /></when>\
                    <when condition=\"@(context.Request.Url.Path == &quot;/plain&quot;)\">\
                    <set-backend-service base-url=\"ELSEWHERE\" /></when></choose>"
        .replace("THUMB", &thumbprint(&policys.der()))
        // The same server by another name, which no entity has.
        .replace("ELSEWHERE", &format!("https://LOCALHOST:{}/other", origin.address.port()));
    let properties = format!(r#""url":"{url}base","credentials":{{"certificateIds":["/x/certificates/of-entity"]}}"#);
    let folder = folder(&authority, &properties, &by_query, "");
    for (name, pair) in [("entity", &own), ("policy", &policys)] {
        folder.write(&format!("{name}.pem"), &pair.certificate).write(&format!("{name}.key"), &pair.key);
    }
    let settings = format!(
        "{CA}[certificates.of-entity]\nfile = \"entity.pem\"\nkey = \"entity.key\"\n[certificates.of-policy]\nfile = \
         \"policy.pem\"\nkey = \"policy.key\"\n"
    );
    let scene = Scene::folder(folder, &settings);
    for (target, status, shown) in [
        ("/x", 200, Some(&own)),
        ("/policy", 200, Some(&policys)),
        ("/x", 200, Some(&own)),
        ("/thumbprint", 200, Some(&policys)),
        ("/plain", 200, None),
    ] {
        assert_eq!(scene.get(target).status, status, "{target}");
        let seen = origin.seen().pop().unwrap();
        assert_eq!(seen.certificate, shown.map(|pair| pair.der().to_vec()), "{target}");
    }
    let missing = scene.get("/missing");
    assert_eq!((missing.status, missing.header("x-reason")), (500, Some("NotAvailable")));
    // Calls that show the same certificate share a connection.
    let seen = origin.seen();
    assert_eq!(seen[0].connection, seen[2].connection);
    assert_ne!(seen[0].connection, seen[1].connection);
}

/// A file of PKCS #12, made by OpenSSL for this test, and the certificate in it.
const PFX: &str = include_str!("../test_data/client.pfx.b64");
const OF_PFX: &str = include_str!("../test_data/client.pem");

#[test]
fn a_client_certificate_comes_out_of_a_pfx_file_and_out_of_a_policy() {
    let own = CertificateDer::from_pem_slice(OF_PFX.as_bytes()).unwrap();
    let authority = Authority::new();
    let origin = Origin::tls_taking(&authority.issue("localhost"), own.clone(), &[]);
    let inline = format!(
        "<choose><when condition=\"@(context.Request.Url.Path == &quot;/inline&quot;)\">\
         <set-backend-service base-url=\"https://LOCALHOST:{}/\" />\
         <authentication-certificate body=\"{}\" password=\"geheim\" /></when></choose>",
        origin.address.port(),
        PFX.replace('\n', "")
    );
    let url = format!("https://localhost:{}/", origin.address.port());
    let properties = format!(r#""url":"{url}","credentials":{{"certificateIds":["of-entity"]}}"#);
    let folder = folder(&authority, &properties, &inline, "");
    let bytes = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, PFX.replace('\n', "")).unwrap();
    std::fs::write(folder.path().join("client.pfx"), bytes).unwrap();
    let certificate =
        |password: &str| format!("{CA}[certificates.of-entity]\nfile = \"client.pfx\"\npassword = \"{password}\"\n");
    let scene = Scene::folder(folder, &certificate("geheim"));
    for target in ["/x", "/inline"] {
        assert_eq!(scene.get(target).status, 200, "{target}");
        assert_eq!(origin.seen().pop().unwrap().certificate, Some(own.to_vec()), "{target}");
    }
    // The wrong password is a finding, and shows nowhere.
    scene.folder.write("tollgate.toml", &certificate("falsch"));
    let settings = Settings::read(None, scene.folder.path());
    let found = check(scene.folder.path(), &settings);
    assert!(found.iter().any(|finding| finding.headline.contains("of-entity")), "{found:?}");
    assert!(
        found.iter().all(|finding| !finding.headline.contains("falsch") && !finding.notes.concat().contains("falsch"))
    );
}

#[test]
fn http_2_is_spoken_where_it_is_wanted() {
    let authority = Authority::new();
    let pair = authority.issue("localhost");
    for (offered, wanted, expected) in [
        (["h2", "http/1.1"].as_slice(), "2", Some(Version::HTTP_2)),
        (&["h2", "http/1.1"], "2or1", Some(Version::HTTP_2)),
        (&["http/1.1"], "2or1", Some(Version::HTTP_11)),
        (&["h2", "http/1.1"], "1", Some(Version::HTTP_11)),
        (&["http/1.1"], "2", None),
    ] {
        let origin = Origin::tls(&pair, &authority, offered);
        let url = format!(r#""url":"https://localhost:{}/base""#, origin.address.port());
        let forward = format!("http-version=\"{wanted}\"");
        let scene = Scene::folder(folder(&authority, &url, "", &forward), CA);
        let mut client = scene.client();
        let statuses = (client.get("/x?y=1").status, client.get("/x").status);
        let seen = origin.seen();
        assert_eq!(seen.first().map(|seen| seen.version), expected, "{offered:?} {wanted}");
        assert_eq!(statuses, if expected.is_some() { (200, 200) } else { (500, 500) });
        let Some(version) = expected else { continue };
        assert_eq!(seen[0].connection, seen[1].connection);
        let port = origin.address.port();
        match version {
            Version::HTTP_2 => {
                assert_eq!(seen[0].uri, format!("https://localhost:{port}/base/x?y=1"));
                assert_eq!(seen[0].host, None);
            }
            _ => {
                assert_eq!(seen[0].uri, "/base/x?y=1");
                assert_eq!(seen[0].host.as_deref(), Some(format!("localhost:{port}").as_str()));
            }
        }
    }
}

/// Also calls that begin while there is none yet, and a server that chooses HTTP/1.1 keeps nobody waiting for the others.
#[test]
fn calls_that_begin_together_share_a_connection_over_http_2() {
    let authority = Authority::new();
    let pair = authority.issue("localhost");
    for (offered, shared) in [(["h2"].as_slice(), true), (&["http/1.1"], false)] {
        let origin = Origin::tls(&pair, &authority, offered);
        let url = format!(r#""url":"https://localhost:{}/""#, origin.address.port());
        let folder = folder(&authority, &url, "", "http-version=\"2or1\"");
        let scene = Scene::folder(folder, CA);
        let mut clients: Vec<_> = (0..8).map(|_| scene.client()).collect();
        for client in &mut clients {
            client.send("GET /x HTTP/1.1\r\nHost: h\r\n\r\n");
        }
        assert!(clients.iter_mut().all(|client| client.read().unwrap().status == 200));
        let seen = origin.seen();
        let first = seen[0].connection;
        assert!(seen.len() == 8 && (!shared || seen.iter().all(|one| one.connection == first)), "{seen:?}");
    }
}

/// Without TLS there is nobody to ask: `2` is spoken at once, `2or1` is HTTP/1.1.
#[test]
fn http_2_without_tls() {
    let authority = Authority::new();
    let origin = Origin::clear();
    let url = format!(r#""url":"http://{}""#, origin.address);
    let scene = Scene::folder(folder(&authority, &url, "", "http-version=\"2\""), "");
    assert_eq!((scene.get("/x").body.as_str(), scene.get("/y").body.as_str()), ("hello", "hello"));
    let seen = origin.seen();
    assert_eq!((seen[0].version, seen[1].version), (Version::HTTP_2, Version::HTTP_2));
    assert_eq!(seen[0].connection, seen[1].connection);
    let backend = Backend::hello();
    let url = format!(r#""url":"http://{}""#, backend.address);
    let scene = Scene::folder(folder(&authority, &url, "", "http-version=\"2or1\""), "");
    assert_eq!(scene.get("/x").body, "hello");
    assert_eq!(backend.seen()[0].line(), "GET /x HTTP/1.1");
}

/// A proxy sees the name of a backend behind TLS, and nothing else.
#[test]
fn tls_goes_through_a_tunnel() {
    let authority = Authority::new();
    let origin = Origin::tls(&authority.issue("localhost"), &authority, &[]);
    let there = origin.address;
    let proxy = Backend::new(move |_, stream| {
        let mut server = TcpStream::connect(there).unwrap();
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n").unwrap();
        let (mut from, mut to) = (stream.try_clone().unwrap(), server.try_clone().unwrap());
        std::thread::spawn(move || pump(&mut from, &mut to));
        pump(&mut server, stream);
        Then::Close
    });
    let use_it = |proxy: &Backend| format!("<proxy url=\"http://{}\" username=\"u\" password=\"p\" />", proxy.address);
    let url = format!(r#""url":"https://localhost:{}/""#, there.port());
    let scene = Scene::folder(folder(&authority, &url, &use_it(&proxy), ""), CA);
    assert_eq!(scene.get("/secret").body, "hello");
    let seen = &proxy.seen()[0];
    assert_eq!(seen.line(), format!("CONNECT localhost:{} HTTP/1.1", there.port()));
    assert_eq!(seen.header("proxy-authorization"), Some("Basic dTpw"));
    assert_eq!((proxy.seen().len(), origin.seen()[0].uri.as_str()), (1, "/secret"));

    let closed = Backend::new(|_, stream| support::reply(stream, "HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n"));
    let scene = Scene::folder(folder(&authority, &url, &use_it(&closed), ""), CA);
    assert_eq!(scene.get("/x").header("x-reason"), Some("BackendConnectionFailure"));
    assert_eq!(origin.seen().len(), 1);
}

fn pump(from: &mut TcpStream, to: &mut TcpStream) {
    let mut piece = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut piece) {
        if to.write_all(&piece[..count]).is_err() {
            return;
        }
    }
    let _ = to.shutdown(std::net::Shutdown::Write);
}

/// The trust store of `validate-client-certificate`, without a listener that asks for certificates.
#[test]
fn certificates_of_the_settings_that_cannot_be_used_are_named() {
    let folder = Folder::new();
    folder.write("policy.xml", "<policies><inbound><return-response /></inbound></policies>");
    folder.write("garbage.pfx", "garbage");
    folder
        .write("tollgate.toml", "[certificates.a]\nfile = \"garbage.pfx\"\n[certificates.b]\nfile = \"missing.pem\"\n");
    let settings = gateway_http::Settings::read(None, &folder.path().join("policy.xml"));
    let found = gateway_http::check(&folder.path().join("policy.xml"), &settings);
    let shown: Vec<_> = found.iter().map(|finding| format!("{} {}", finding.code, finding.headline)).collect();
    assert_eq!(shown.len(), 2, "{shown:?}");
    assert_eq!(shown[0], "TG8083 certificate `a`: it is no PFX file, or the password is another one");
    assert!(shown[1].starts_with("TG8083 certificate `b`: `"), "{shown:?}");
}
