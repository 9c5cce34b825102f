//! Certificates as bytes: DER, PEM or PFX, read once for each thread that uses them.

use std::cell::RefCell;
use std::sync::Arc;

use base64::Engine as _;
use rsa::pkcs1::DecodeRsaPublicKey;
use rsa::pkcs8::DecodePrivateKey;
use rsa::{RsaPrivateKey, RsaPublicKey};
use rustc_hash::FxHashMap;
use x509_parser::prelude::{FromDer, GeneralName, ParsedExtension, X509Certificate};
use x509_parser::x509::X509Name;

use super::digest::Function;
use super::pfx;
use crate::value::DateTime;

/// What a certificate says.
#[derive(Debug)]
pub(super) struct Certificate {
    pub(super) der: Vec<u8>,
    pub(super) subject: String,
    pub(super) issuer: String,
    /// Both names again, from the most general part on.
    pub(super) names_in_order: [String; 2],
    pub(super) subject_names: Names,
    pub(super) issuer_names: Names,
    pub(super) serial: Vec<u8>,
    /// In ticks, UTC.
    pub(super) not_before: i64,
    pub(super) not_after: i64,
    pub(super) version: i32,
    pub(super) signature_algorithm: String,
    pub(super) key_algorithm: String,
    /// The parameters of the key's algorithm, in DER.
    pub(super) key_parameters: Vec<u8>,
    /// The key as the certificate has it.
    pub(super) key: Vec<u8>,
    pub(super) public: Option<Arc<RsaPublicKey>>,
    pub(super) private: Option<Arc<RsaPrivateKey>>,
    /// A private key is there, of whatever kind.
    pub(super) has_private: bool,
}

/// The names that `GetNameInfo` asks for.
#[derive(Debug, Default)]
pub(super) struct Names {
    pub(super) common: String,
    pub(super) email: String,
    pub(super) dns: String,
    pub(super) url: String,
    pub(super) upn: String,
}

/// Certificates that are larger are refused.
const LARGEST: usize = 1 << 18;
/// Certificates a thread keeps.
const MOST_KEPT: usize = 64;

thread_local! {
    static KEPT: RefCell<FxHashMap<Vec<u8>, Arc<Certificate>>> = RefCell::new(FxHashMap::default());
}

/// Reads a certificate, or takes it from those read before.
pub(super) fn read(bytes: &[u8], password: &str) -> Option<Arc<Certificate>> {
    let mut key = Function::Sha256.hash(bytes);
    key.extend_from_slice(password.as_bytes());
    if let Some(known) = KEPT.with_borrow(|kept| kept.get(&key).map(Arc::clone)) {
        return Some(known);
    }
    let certificate = Arc::new(read_new(bytes, password)?);
    KEPT.with_borrow_mut(|kept| {
        if kept.len() >= MOST_KEPT {
            kept.clear();
        }
        kept.insert(key, Arc::clone(&certificate));
    });
    Some(certificate)
}

fn read_new(bytes: &[u8], password: &str) -> Option<Certificate> {
    if bytes.len() > LARGEST {
        return None;
    }
    if let Some(certificate) = from_der(bytes) {
        return Some(certificate);
    }
    if let Some(der) = from_text(bytes) {
        return from_der(&der);
    }
    let contents = pfx::read(bytes, password)?;
    // The certificate that belongs to the key; without a key the first.
    let key = contents.keys.first();
    let of_key = key.and_then(|(_, id)| contents.certificates.iter().find(|(_, other)| !id.is_empty() && other == id));
    let (der, _) = of_key.or(contents.certificates.first())?;
    let mut certificate = from_der(der)?;
    certificate.has_private = key.is_some();
    certificate.private = key.and_then(|(key, _)| RsaPrivateKey::from_pkcs8_der(key).ok()).map(Arc::new);
    Some(certificate)
}

/// The DER inside PEM or plain base64.
fn from_text(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let body = match text.split_once("-----BEGIN CERTIFICATE-----") {
        Some((_, rest)) => rest.split_once("-----END").map(|(body, _)| body)?,
        None => text,
    };
    let plain: String = body.split_whitespace().collect();
    base64::engine::general_purpose::STANDARD.decode(plain).ok().filter(|der| !der.is_empty())
}

fn from_der(der: &[u8]) -> Option<Certificate> {
    let (rest, parsed) = X509Certificate::from_der(der).ok()?;
    let der = der.get(..der.len() - rest.len())?.to_vec();
    let ticks = |seconds: i64| {
        seconds
            .checked_mul(10_000_000)
            .and_then(|ticks| ticks.checked_add(DateTime::UNIX_EPOCH_TICKS))
            .map_or(0, |ticks| ticks.clamp(0, DateTime::MAX_TICKS))
    };
    let spki = parsed.public_key();
    let key = spki.subject_public_key.data.to_vec();
    let mut subject_names = names_of(parsed.subject());
    let mut issuer_names = names_of(parsed.issuer());
    for extension in parsed.extensions() {
        match extension.parsed_extension() {
            ParsedExtension::SubjectAlternativeName(names) => add_names(&mut subject_names, &names.general_names),
            ParsedExtension::IssuerAlternativeName(names) => add_names(&mut issuer_names, &names.general_names),
            _ => {}
        }
    }
    Some(Certificate {
        subject: display(parsed.subject(), true),
        issuer: display(parsed.issuer(), true),
        names_in_order: [display(parsed.subject(), false), display(parsed.issuer(), false)],
        subject_names,
        issuer_names,
        serial: parsed.raw_serial().to_vec(),
        not_before: ticks(parsed.validity().not_before.timestamp()),
        not_after: ticks(parsed.validity().not_after.timestamp()),
        version: parsed.version().0 as i32 + 1,
        signature_algorithm: parsed.signature_algorithm.algorithm.to_id_string(),
        key_algorithm: spki.algorithm.algorithm.to_id_string(),
        key_parameters: spki.algorithm.parameters.as_ref().map(der_of).unwrap_or_default(),
        public: RsaPublicKey::from_pkcs1_der(&key).ok().map(Arc::new),
        private: None,
        has_private: false,
        key,
        der,
    })
}

/// A value with its tag and its length.
fn der_of(value: &x509_parser::der_parser::asn1_rs::Any<'_>) -> Vec<u8> {
    let constructed = if value.header.constructed() { 0x20 } else { 0 };
    let mut out = vec![u8::try_from(value.header.tag().0 & 0x1f).unwrap_or(0) | constructed];
    let length = value.data.len().to_be_bytes();
    let length: Vec<u8> = length.into_iter().skip_while(|byte| *byte == 0).collect();
    match length.as_slice() {
        [] => out.push(0),
        [short] if *short < 0x80 => out.push(*short),
        long => {
            out.push(0x80 | u8::try_from(long.len()).unwrap_or(0));
            out.extend_from_slice(long);
        }
    }
    out.extend_from_slice(value.data);
    out
}

fn names_of(name: &X509Name<'_>) -> Names {
    let of = |oid: &str| {
        let attribute = name.iter_attributes().filter(|a| a.attr_type().to_id_string() == oid).last();
        attribute.and_then(|a| a.as_str().ok()).unwrap_or_default().to_owned()
    };
    Names { common: of("2.5.4.3"), email: of("1.2.840.113549.1.9.1"), ..Names::default() }
}

fn add_names(names: &mut Names, general: &[GeneralName<'_>]) {
    for name in general.iter().rev() {
        match name {
            GeneralName::DNSName(dns) => (*dns).clone_into(&mut names.dns),
            GeneralName::RFC822Name(email) => (*email).clone_into(&mut names.email),
            GeneralName::URI(url) => (*url).clone_into(&mut names.url),
            _ => {}
        }
    }
}

/// A distinguished name as Windows shows it: the most specific part first, or last as it is written.
fn display(name: &X509Name<'_>, specific_first: bool) -> String {
    let mut parts: Vec<String> = name
        .iter_rdn()
        .map(|rdn| {
            let values = rdn.iter().map(|attribute| {
                let oid = attribute.attr_type().to_id_string();
                let value = attribute
                    .as_str()
                    .map_or_else(|_| String::from_utf8_lossy(attribute.as_slice()).into_owned(), str::to_owned);
                format!("{}={}", short_name(&oid), quoted(&value))
            });
            values.collect::<Vec<_>>().join(" + ")
        })
        .collect();
    if specific_first {
        parts.reverse();
    }
    parts.join(", ")
}

fn short_name(oid: &str) -> String {
    let known = match oid {
        "2.5.4.3" => "CN",
        "2.5.4.6" => "C",
        "2.5.4.10" => "O",
        "2.5.4.11" => "OU",
        "2.5.4.7" => "L",
        "2.5.4.8" => "S",
        "2.5.4.9" => "STREET",
        "2.5.4.12" => "T",
        "2.5.4.42" => "G",
        "2.5.4.43" => "I",
        "2.5.4.4" => "SN",
        "2.5.4.5" => "SERIALNUMBER",
        "1.2.840.113549.1.9.1" => "E",
        "0.9.2342.19200300.100.1.25" => "DC",
        other => return format!("OID.{other}"),
    };
    known.to_owned()
}

fn quoted(value: &str) -> String {
    let special = value.is_empty()
        || value.starts_with(' ')
        || value.ends_with(' ')
        || value.contains([',', '+', '=', '"', '\n', '<', '>', '#', ';']);
    if special { format!("\"{}\"", value.replace('"', "\"\"")) } else { value.to_owned() }
}
