//! What a policy asks for beside the message, in the words that a page has behind the URL. Nothing is kept secret: whoever
//! writes the page wrote the passwords, too.

use std::time::Duration;

use policy_vm::host::{ClientCertificate, ForwardOptions, HttpVersion, Proxy, Transport};

/// How long `send-one-way-request` waits unless it says so.
const USUAL: Duration = Duration::from_secs(60);

/// Of a forwarded request.
pub(super) fn forwarded(options: &ForwardOptions, transport: &Transport) -> Vec<String> {
    let version = match options.http_version {
        HttpVersion::One => "HTTP/1.1",
        HttpVersion::Two => "HTTP/2",
        HttpVersion::TwoOrOne => "HTTP/2-or-1.1",
    };
    let mut words = vec![version.to_owned()];
    words.extend(options.continue_timeout.map(|time| format!("continue-timeout={}", span(time))));
    words.extend((!options.buffer_response).then(|| "buffer-response=false".to_owned()));
    words.extend(connection(transport));
    words
}

/// Of a request that nobody waits for.
pub(super) fn one_way(timeout: Duration, transport: &Transport) -> Vec<String> {
    let mut words = connection(transport);
    words.extend((timeout != USUAL).then(|| format!("timeout={}", span(timeout))));
    words
}

/// Of any request: its certificate and its proxy.
pub(super) fn connection(transport: &Transport) -> Vec<String> {
    let certificate = transport.certificate.as_ref().map(|certificate| match certificate {
        ClientCertificate::Thumbprint(thumbprint) => format!("certificate=thumbprint-{thumbprint}"),
        ClientCertificate::Id(id) => format!("certificate=id-{id}"),
        ClientCertificate::Pfx { bytes, password } if password.is_empty() => {
            format!("certificate=pfx-of-{}-bytes", bytes.len())
        }
        ClientCertificate::Pfx { bytes, password } => {
            format!("certificate=pfx-of-{}-bytes-with-{password}", bytes.len())
        }
    });
    certificate.into_iter().chain(transport.proxy.as_ref().map(proxy)).collect()
}

fn proxy(proxy: &Proxy) -> String {
    let url = proxy.url.to_string();
    match (&proxy.credentials, url.split_once("://")) {
        (Some((name, password)), Some((scheme, rest))) => format!("proxy={scheme}://{name}:{password}@{rest}"),
        _ => format!("proxy={url}"),
    }
}

/// A time as `advance` takes it.
fn span(time: Duration) -> String {
    if time.subsec_millis() == 0 { format!("{}s", time.as_secs()) } else { format!("{}ms", time.as_millis()) }
}
